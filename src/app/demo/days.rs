//! The days of the demo: 0 is the first, and everything that happens is a number of them.

use chrono::{Days, NaiveDate};

/// A stretch of days, written as dates.
#[derive(Clone, Copy)]
pub struct DemoDays {
    first: NaiveDate,
    /// How many there are.
    pub count: i64,
}

impl DemoDays {
    /// So many months up to a last day.
    pub fn up_to(last: NaiveDate, months: u32) -> DemoDays {
        let first = (last + Days::new(1)) - chrono::Months::new(months);
        DemoDays {
            first,
            count: (last - first).num_days() + 1,
        }
    }

    pub fn first(&self) -> NaiveDate {
        self.first
    }

    pub fn last(&self) -> i64 {
        self.count - 1
    }

    /// The day after a part of all, 0 to 1.
    pub fn at(&self, part: f64) -> i64 {
        (part * self.count as f64) as i64
    }

    /// 0 on the first day, 1 on the last.
    pub fn part(&self, day: i64) -> f64 {
        day as f64 / self.count as f64
    }

    /// `2026-03-31`
    pub fn date(&self, day: i64) -> String {
        self.day(day).format("%Y-%m-%d").to_string()
    }

    pub fn day(&self, day: i64) -> NaiveDate {
        self.first + chrono::Duration::days(day)
    }

    /// `2026-03-31T02:15:00Z`: scans run at night, each at a time of its own.
    pub fn instant(&self, day: i64, minute: i64) -> String {
        let (hour, minute) = (minute / 60, minute % 60);
        format!("{}T{hour:02}:{minute:02}:00Z", self.date(day))
    }
}
