//! Periods of the calendar: which one a day lies in, where it starts and ends, what it is called.
//!
//! Takes a [`Calendar`] and local dates, gives [`CalendarPeriod`]s, their labels and their instants
//! in UTC microseconds. Pure: there is no clock here. Rules S1, S11 and S12.

use chrono::{
    DateTime, Datelike, Days, LocalResult, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeZone,
    Utc, Weekday,
};

use chrono_tz::Tz;

use crate::base::types::Grain;

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// A project's time zone, and where its weeks and years begin (rules S11, S12, S14).
#[derive(Clone, Debug)]
pub struct Calendar {
    pub timezone: chrono_tz::Tz,
    pub week_starts: Weekday,
    /// 1 to 12. A fiscal year is named by the year it ends in.
    pub year_starts: u32,
    /// Periods that end at or before the start of this day read *no history*.
    pub history_from: Option<NaiveDate>,
}

/// A period of the calendar: `2026-03`, `2026-Q1`. Its instants depend on the project's calendar:
/// see [`start_instant`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CalendarPeriod {
    pub grain: Grain,
    /// The first day of the period, local.
    pub start: NaiveDate,
}

/// The period of a grain that a local day lies in.
pub fn period_of(calendar: &Calendar, day: NaiveDate, grain: Grain) -> CalendarPeriod {
    let start = match grain {
        Grain::Day => day,
        Grain::Week => week_start(calendar, day),
        Grain::Month => first_of_month(day),
        Grain::Quarter => back_to_multiple(calendar, day, 3),
        Grain::Year => back_to_multiple(calendar, day, 12),
    };
    CalendarPeriod { grain, start }
}

/// The first day after a period.
pub fn end_of(period: CalendarPeriod) -> NaiveDate {
    match period.grain {
        Grain::Day => period.start + Days::new(1),
        Grain::Week => period.start + Days::new(7),
        Grain::Month => period.start + Months::new(1),
        Grain::Quarter => period.start + Months::new(3),
        Grain::Year => period.start + Months::new(12),
    }
}

/// The period after this one, of the same grain.
pub fn next(period: CalendarPeriod) -> CalendarPeriod {
    CalendarPeriod {
        grain: period.grain,
        start: end_of(period),
    }
}

/// The period before this one, of the same grain.
pub fn previous(period: CalendarPeriod) -> CalendarPeriod {
    back(period, 1)
}

/// The period `count` periods before this one, of the same grain.
pub fn back(period: CalendarPeriod, count: u32) -> CalendarPeriod {
    let start = match period.grain {
        Grain::Day => period.start - Days::new(u64::from(count)),
        Grain::Week => period.start - Days::new(7 * u64::from(count)),
        Grain::Month => period.start - Months::new(count),
        Grain::Quarter => period.start - Months::new(3 * count),
        Grain::Year => period.start - Months::new(12 * count),
    };
    CalendarPeriod {
        grain: period.grain,
        start,
    }
}

/// The year of this name; a fiscal year is named by the year it ends in (rule S11).
pub fn year(calendar: &Calendar, year: i32) -> Option<CalendarPeriod> {
    let first_year = if calendar.year_starts == 1 {
        year
    } else {
        year - 1
    };
    NaiveDate::from_ymd_opt(first_year, calendar.year_starts, 1).map(|start| CalendarPeriod {
        grain: Grain::Year,
        start,
    })
}

/// Quarter 1 to 4 of a year.
pub fn quarter(calendar: &Calendar, of_year: i32, number: u32) -> Option<CalendarPeriod> {
    if !(1..=4).contains(&number) {
        return None;
    }
    year(calendar, of_year).map(|whole| CalendarPeriod {
        grain: Grain::Quarter,
        start: whole.start + Months::new(3 * (number - 1)),
    })
}

/// Month 1 to 12 of a civil year.
pub fn month(year: i32, number: u32) -> Option<CalendarPeriod> {
    NaiveDate::from_ymd_opt(year, number, 1).map(|start| CalendarPeriod {
        grain: Grain::Month,
        start,
    })
}

/// Week 1 to 53 of a year; `None` where the year has no such week. Week 1 is the one that holds
/// 4 January, so that most of it lies in the year; with weeks from Monday this is ISO 8601.
pub fn week(calendar: &Calendar, year: i32, number: u32) -> Option<CalendarPeriod> {
    let first = first_week(calendar, year)?;
    let start = first.checked_add_days(Days::new(7 * u64::from(number.checked_sub(1)?)))?;
    (week_year(start) == year).then_some(CalendarPeriod {
        grain: Grain::Week,
        start,
    })
}

/// A day; `None` where there is no such day.
pub fn day(year: i32, month: u32, day: u32) -> Option<CalendarPeriod> {
    NaiveDate::from_ymd_opt(year, month, day).map(|start| CalendarPeriod {
        grain: Grain::Day,
        start,
    })
}

/// What a period is called: `2026`, `2026-Q1`, `2026-03`, `2026-W09`, `2026-03-31`.
pub fn label(calendar: &Calendar, period: CalendarPeriod) -> String {
    let start = period.start;
    match period.grain {
        Grain::Day => start.format("%Y-%m-%d").to_string(),
        Grain::Week => {
            let year = week_year(start);
            let first = first_week(calendar, year).unwrap_or(start);
            format!("{year:04}-W{:02}", (start - first).num_days() / 7 + 1)
        }
        Grain::Month => start.format("%Y-%m").to_string(),
        Grain::Quarter => {
            let months = months_into_year(calendar, start);
            format!("{:04}-Q{}", fiscal_year(calendar, start), months / 3 + 1)
        }
        Grain::Year => format!("{:04}", fiscal_year(calendar, start)),
    }
}

/// The period a label stands for: the reverse of [`label`]. `None` for anything else.
pub fn parse(calendar: &Calendar, text: &str) -> Option<CalendarPeriod> {
    let (year_text, rest) = text.split_at_checked(4)?;
    let of_year = number(year_text)? as i32;
    if rest.is_empty() {
        return year(calendar, of_year);
    }
    let rest = rest.strip_prefix('-')?;
    if let Some(quarter_text) = rest.strip_prefix('Q') {
        return quarter(calendar, of_year, number(quarter_text)?);
    }
    if let Some(week_text) = rest.strip_prefix('W') {
        return week(calendar, of_year, number(week_text)?);
    }
    match rest.split_once('-') {
        None => month(of_year, number(rest)?),
        Some((of_month, of_day)) => day(of_year, number(of_month)?, number(of_day)?),
    }
}

fn number(digits: &str) -> Option<u32> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// The first instant of a local day, in UTC microseconds. Where the clocks jump over midnight this
/// is the instant of the jump; where midnight comes twice it is the first.
pub fn midnight(calendar: &Calendar, day: NaiveDate) -> i64 {
    instant_of(calendar, day.and_time(NaiveTime::MIN))
}

/// The instant of a local time, in UTC microseconds. Where the clocks jump over it this is the
/// instant of the jump; where it comes twice it is the first.
pub fn instant_of(calendar: &Calendar, local: NaiveDateTime) -> i64 {
    instant_in(calendar.timezone, local)
}

fn instant_in(zone: Tz, local: NaiveDateTime) -> i64 {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => {
            instant.timestamp_micros()
        }
        LocalResult::None => first_instant_at_or_after(zone, local) * MICROS_PER_SECOND,
    }
}

/// The same local time so many days, weeks, months, quarters or years later; a day that its month has not is the
/// month's last. `None` beyond the years that dates can name.
pub fn later(zone: Tz, micros: i64, count: u32, grain: Grain) -> Option<i64> {
    let instant = DateTime::<Utc>::from_timestamp_micros(micros)?;
    let local = instant.with_timezone(&zone).naive_local();
    let days = |days: u32| local.checked_add_days(Days::new(u64::from(days)));
    let months = |months: u32| local.checked_add_months(Months::new(months));
    let later = match grain {
        Grain::Day => days(count),
        Grain::Week => days(count.checked_mul(7)?),
        Grain::Month => months(count),
        Grain::Quarter => months(count.checked_mul(3)?),
        Grain::Year => months(count.checked_mul(12)?),
    };
    Some(instant_in(zone, later?))
}

/// The first second whose local time is not before `local`. Local time grows with real time around
/// a jump forward, so halving finds it; no zone is more than a day from UTC.
fn first_instant_at_or_after(zone: Tz, local: NaiveDateTime) -> i64 {
    let around = local.and_utc().timestamp();
    let (mut before, mut after) = (around - 2 * SECONDS_PER_DAY, around + 2 * SECONDS_PER_DAY);
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        let reached = DateTime::<Utc>::from_timestamp(middle, 0)
            .is_some_and(|instant| instant.with_timezone(&zone).naive_local() >= local);
        if reached {
            after = middle;
        } else {
            before = middle;
        }
    }
    after
}

/// The first instant of a period, in UTC microseconds.
pub fn start_instant(calendar: &Calendar, period: CalendarPeriod) -> i64 {
    midnight(calendar, period.start)
}

/// The first instant after a period, in UTC microseconds.
pub fn end_instant(calendar: &Calendar, period: CalendarPeriod) -> i64 {
    midnight(calendar, end_of(period))
}

/// The local day an instant lies in; `None` beyond the years that dates can name.
pub fn local_day(calendar: &Calendar, micros: i64) -> Option<NaiveDate> {
    local_time(calendar, micros).map(|local| local.date())
}

/// The local date and time of an instant; `None` beyond the years that dates can name.
pub fn local_time(calendar: &Calendar, micros: i64) -> Option<NaiveDateTime> {
    DateTime::<Utc>::from_timestamp_micros(micros)
        .map(|instant| instant.with_timezone(&calendar.timezone).naive_local())
}

fn week_start(calendar: &Calendar, day: NaiveDate) -> NaiveDate {
    let days_into = day.weekday().days_since(calendar.week_starts);
    day - Days::new(u64::from(days_into))
}

/// The year most of a week lies in: that of its fourth day.
fn week_year(start: NaiveDate) -> i32 {
    (start + Days::new(3)).year()
}

fn first_week(calendar: &Calendar, year: i32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, 1, 4).map(|fourth| week_start(calendar, fourth))
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day - Days::new(u64::from(day.day0()))
}

/// How many whole months of the fiscal year lie before this day's month.
fn months_into_year(calendar: &Calendar, day: NaiveDate) -> u32 {
    (day.month() + 12 - calendar.year_starts) % 12
}

fn back_to_multiple(calendar: &Calendar, day: NaiveDate, months: u32) -> NaiveDate {
    first_of_month(day) - Months::new(months_into_year(calendar, day) % months)
}

/// The name of the fiscal year a day lies in.
fn fiscal_year(calendar: &Calendar, day: NaiveDate) -> i32 {
    let starts_this_year = calendar.year_starts != 1 && day.month() >= calendar.year_starts;
    day.year() + i32::from(starts_this_year)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Weekday;

    fn calendar(zone: &str, week_starts: Weekday, year_starts: u32) -> Calendar {
        Calendar {
            timezone: zone.parse().expect("a zone of the test"),
            week_starts,
            year_starts,
            history_from: None,
        }
    }

    fn utc() -> Calendar {
        calendar("UTC", Weekday::Mon, 1)
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date of the test")
    }

    fn label_of(calendar: &Calendar, day: &str, grain: Grain) -> String {
        label(calendar, period_of(calendar, date(day), grain))
    }

    #[test]
    fn civil_periods_have_civil_names() {
        let utc = utc();
        assert_eq!(label_of(&utc, "2026-03-31", Grain::Year), "2026");
        assert_eq!(label_of(&utc, "2026-03-31", Grain::Quarter), "2026-Q1");
        assert_eq!(label_of(&utc, "2026-03-31", Grain::Month), "2026-03");
        assert_eq!(label_of(&utc, "2026-03-31", Grain::Day), "2026-03-31");
        assert_eq!(end_of(parse(&utc, "2026-Q4").unwrap()), date("2027-01-01"));
    }

    #[test]
    fn weeks_are_iso_weeks_when_they_start_on_monday() {
        let utc = utc();
        // 2020 has 53 ISO weeks, and the first days of 2021 belong to the last of them.
        assert_eq!(label_of(&utc, "2021-01-03", Grain::Week), "2020-W53");
        assert_eq!(label_of(&utc, "2021-01-04", Grain::Week), "2021-W01");
        assert_eq!(label_of(&utc, "2018-12-31", Grain::Week), "2019-W01");
        assert_eq!(week(&utc, 2021, 53), None);
        assert_eq!(week(&utc, 2021, 0), None);
        assert_eq!(week(&utc, 2026, 9).unwrap().start, date("2026-02-23"));
        for offset in 0..4000 {
            let day = date("2015-01-01") + Days::new(offset);
            let iso = day.iso_week();
            assert_eq!(
                label_of(&utc, &day.to_string(), Grain::Week),
                format!("{}-W{:02}", iso.year(), iso.week())
            );
        }
    }

    #[test]
    fn weeks_from_sunday_hold_the_fourth_of_january_in_week_one() {
        let sunday = calendar("UTC", Weekday::Sun, 1);
        // 4 January 2026 is a Sunday, so the days before it belong to 2025.
        assert_eq!(label_of(&sunday, "2026-01-03", Grain::Week), "2025-W53");
        assert_eq!(label_of(&sunday, "2026-01-04", Grain::Week), "2026-W01");
    }

    #[test]
    fn fiscal_years_are_named_by_the_year_they_end_in() {
        let april = calendar("UTC", Weekday::Mon, 4);
        assert_eq!(label_of(&april, "2026-03-31", Grain::Year), "2026");
        assert_eq!(label_of(&april, "2026-04-01", Grain::Year), "2027");
        assert_eq!(label_of(&april, "2026-04-01", Grain::Quarter), "2027-Q1");
        assert_eq!(label_of(&april, "2026-01-15", Grain::Quarter), "2026-Q4");
        assert_eq!(year(&april, 2026).unwrap().start, date("2025-04-01"));
        assert_eq!(quarter(&april, 2026, 4).unwrap().start, date("2026-01-01"));
    }

    #[test]
    fn every_label_reads_back_and_neighbours_touch() {
        for year_starts in 1..=12 {
            for week_starts in [Weekday::Mon, Weekday::Sat, Weekday::Sun, Weekday::Wed] {
                let calendar = calendar("UTC", week_starts, year_starts);
                for offset in (0..1500).step_by(13) {
                    let day = date("2023-11-20") + Days::new(offset);
                    for grain in Grain::ALL {
                        let period = period_of(&calendar, day, grain);
                        assert!(period.start <= day && day < end_of(period));
                        assert_eq!(parse(&calendar, &label(&calendar, period)), Some(period));
                        assert_eq!(previous(next(period)), period);
                        assert_eq!(end_of(previous(period)), period.start);
                        assert_eq!(period_of(&calendar, end_of(period), grain), next(period));
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_no_label_is_refused() {
        for text in [
            "",
            "26",
            "2026-",
            "2026-13",
            "2026-02-30",
            "2026-Q5",
            "2026-W54",
            "2026-Qx",
            "2026-+3",
            "äöüß",
        ] {
            assert_eq!(parse(&utc(), text), None, "{text}");
        }
    }

    #[test]
    fn midnight_is_where_the_local_day_starts() {
        let berlin = calendar("Europe/Berlin", Weekday::Mon, 1);
        let instant = |text: &str| {
            DateTime::parse_from_rfc3339(text)
                .unwrap()
                .timestamp_micros()
        };
        assert_eq!(
            midnight(&berlin, date("2026-03-29")),
            instant("2026-03-28T23:00:00Z")
        );
        assert_eq!(
            midnight(&berlin, date("2026-03-30")),
            instant("2026-03-29T22:00:00Z")
        );
        // Beirut jumps from midnight to one o'clock.
        let beirut = calendar("Asia/Beirut", Weekday::Mon, 1);
        assert_eq!(
            midnight(&beirut, date("2022-03-27")),
            instant("2022-03-26T22:00:00Z")
        );
        assert_eq!(
            local_day(&beirut, midnight(&beirut, date("2022-03-27"))),
            Some(date("2022-03-27"))
        );
        // Havana has midnight twice.
        let havana = calendar("America/Havana", Weekday::Mon, 1);
        assert_eq!(
            midnight(&havana, date("2025-11-02")),
            instant("2025-11-02T04:00:00Z")
        );
        // Samoa had no 30 December 2011: the day is empty.
        let apia = calendar("Pacific/Apia", Weekday::Mon, 1);
        assert_eq!(
            midnight(&apia, date("2011-12-30")),
            midnight(&apia, date("2011-12-31"))
        );
    }
}
