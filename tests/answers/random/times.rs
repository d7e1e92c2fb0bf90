//! Random times, with a liking for the instants where rules meet: midnights, ends of months, changes
//! of clocks, exact distances from another event.

use chrono::{DateTime, Days, NaiveDate};

use super::seeded::Seeded;
use crate::answers::naive::calendar::Calendar;
use crate::answers::tables::Table;

/// The days random events lie in; the clocks of every zone in the tests change among them.
pub const FIRST_DAY: (i32, u32, u32) = (2025, 8, 1);
pub const DAYS: usize = 300;

const DAY: i64 = 86_400_000_000;
const HOUR: i64 = 3_600_000_000;

/// Ends of months, quarters, years and weeks, days on which clocks change, and the days around.
const DAYS_OF_NOTE: [&str; 15] = [
    "2025-09-07",
    "2025-10-01",
    "2025-10-26",
    "2025-11-02",
    "2025-11-03",
    "2025-12-31",
    "2026-01-01",
    "2026-02-28",
    "2026-03-01",
    "2026-03-08",
    "2026-03-29",
    "2026-03-31",
    "2026-04-01",
    "2026-04-04",
    "2026-04-05",
];

pub fn day(random: &mut Seeded) -> NaiveDate {
    if random.percent(30) {
        return random.pick(&DAYS_OF_NOTE).parse().expect("a date");
    }
    let (year, month, day) = FIRST_DAY;
    let first = NaiveDate::from_ymd_opt(year, month, day).expect("a date");
    first + Days::new(random.below(DAYS) as u64)
}

/// A time as a file has it: a date, a timestamp in one of its spellings, or nothing.
pub fn cell(random: &mut Seeded, missing: usize) -> String {
    if random.percent(missing) {
        return String::new();
    }
    let day = day(random);
    match random.below(10) {
        0..=3 => day.to_string(),
        4 => format!("{day}T00:00:00Z"),
        // In Berlin and New York, midnight of winter and of summer.
        5 => format!(
            "{day}T00:00:00{}",
            random.pick(&["+01:00", "+02:00", "-05:00", "-04:00"])
        ),
        // Hours the clocks skip or pass twice are among these.
        6 => format!("{day}T{:02}:30:00", random.pick(&[0, 1, 2, 3, 23])),
        _ => format!("{day}T{:02}:{:02}:00Z", random.below(24), random.below(60)),
    }
}

/// A time some days after another, often by exactly the days of a rule; sometimes before it.
pub fn after(random: &mut Seeded, calendar: &Calendar, other: &str, missing: usize) -> String {
    if random.percent(missing) {
        return String::new();
    }
    if other.is_empty() || random.percent(10) {
        return cell(random, 0);
    }
    let start = calendar.read(other);
    let distance = match random.below(10) {
        0 => 0,
        1..=3 => random.pick(&[7, 30, 60, 90, 180]) * DAY,
        4 => random.pick(&[7, 30, 60]) * DAY + random.pick(&[-1_000_000, 1_000_000]),
        5 => -(random.below(15) as i64) * DAY,
        6 => random.below(100) as i64 * HOUR,
        _ => random.below(100) as i64 * DAY,
    };
    stamp(start + distance)
}

pub fn stamp(instant: i64) -> String {
    let time = DateTime::from_timestamp_micros(instant).expect("an instant of the calendar");
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// An instant to look from: an end of a day, exactly a time in the tables, or any.
pub fn as_of(random: &mut Seeded, calendar: &Calendar, tables: &[Table]) -> i64 {
    let text = match random.below(4) {
        0 | 1 => day(random).to_string(),
        2 => cell(random, 0),
        _ => some_time(random, tables).unwrap_or("2026-03-01".to_owned()),
    };
    calendar.read(&text)
}

fn some_time(random: &mut Seeded, tables: &[Table]) -> Option<String> {
    let findings = tables.iter().find(|table| table.name == "findings")?;
    if findings.rows.is_empty() {
        return None;
    }
    let row = random.below(findings.rows.len());
    let columns = [
        "introduced_at",
        "found_at",
        "verified_at",
        "closed_at",
        "ingested_at",
    ];
    let column = findings.column(random.pick(&columns))?;
    Some(findings.rows[row][column].clone()).filter(|cell| !cell.is_empty())
}
