//! Periods by walking over the days: a period is a run of days with one label.

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

/// How time is cut.
#[derive(Clone, Copy, Debug)]
pub struct Calendar {
    pub zone: Tz,
    /// 0 is Monday.
    pub week_starts: u32,
    pub year_starts: u32,
    pub history_from: Option<NaiveDate>,
}

pub const GRAINS: [&str; 5] = ["day", "week", "month", "quarter", "year"];

/// A run of days with one label, between two instants.
#[derive(Clone, Debug)]
pub struct Period {
    pub label: String,
    pub start: i64,
    pub end: i64,
}

impl Calendar {
    /// As a definition, for the engine.
    pub fn written(&self) -> String {
        let days = [
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        ];
        let months = [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ];
        let mut text = format!(
            "calendar\n  timezone \"{}\"\n  week starts {}\n  year starts {}\n",
            self.zone,
            days[self.week_starts as usize],
            months[self.year_starts as usize - 1],
        );
        if let Some(day) = self.history_from {
            text += &format!("  history from {day}\n");
        }
        text
    }

    /// The first instant of a day. Where the clocks skip midnight the day begins later.
    pub fn midnight(&self, day: NaiveDate) -> i64 {
        self.instant(day.and_hms_opt(0, 0, 0).expect("midnight"))
    }

    /// The instant of a local time: the first of two; after a skipped one, the first that exists.
    pub fn instant(&self, local: NaiveDateTime) -> i64 {
        let found = self.zone.from_local_datetime(&local).earliest();
        if let Some(found) = found {
            return found.timestamp_micros();
        }
        // Clocks change on quarters of hours.
        let mut instant: DateTime<Utc> = local.and_utc() - Duration::hours(30);
        while instant.with_timezone(&self.zone).naive_local() < local {
            instant += Duration::minutes(15);
        }
        instant.timestamp_micros()
    }

    /// The name of the period a day lies in.
    pub fn label(&self, day: NaiveDate, grain: &str) -> String {
        let (year, month) = (day.year(), day.month());
        let into_year = (month + 12 - self.year_starts) % 12;
        let fiscal = if self.year_starts > 1 && month >= self.year_starts {
            year + 1
        } else {
            year
        };
        match grain {
            "day" => day.to_string(),
            "week" => {
                let into_week = (day.weekday().num_days_from_monday() + 7 - self.week_starts) % 7;
                // A week belongs to the year of its fourth day.
                let fourth = day - Days::new(u64::from(into_week)) + Days::new(3);
                format!("{}-W{:02}", fourth.year(), fourth.ordinal0() / 7 + 1)
            }
            "month" => format!("{year}-{month:02}"),
            "quarter" => format!("{fiscal}-Q{}", into_year / 3 + 1),
            "year" => fiscal.to_string(),
            other => panic!("{other} is not a grain"),
        }
    }

    /// The periods of the days from the first to the last, both included.
    pub fn periods(&self, first: NaiveDate, last: NaiveDate, grain: &str) -> Vec<Period> {
        let mut periods: Vec<Period> = Vec::new();
        let mut day = first;
        while day <= last {
            let label = self.label(day, grain);
            let end = self.midnight(day + Days::new(1));
            match periods.last_mut() {
                Some(period) if period.label == label => period.end = end,
                Some(_) | None => periods.push(Period {
                    label,
                    start: self.midnight(day),
                    end,
                }),
            }
            day = day + Days::new(1);
        }
        periods
    }

    /// Reads a date or a timestamp.
    pub fn read(&self, text: &str) -> i64 {
        if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
            return instant.timestamp_micros();
        }
        if let Ok(local) = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S") {
            return self.instant(local);
        }
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d");
        self.midnight(day.unwrap_or_else(|error| panic!("{text}: {error}")))
    }
}
