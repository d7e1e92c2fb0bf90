//! Dates of reports → microseconds since 1970, UTC.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

/// Reads a date: RFC 3339, `2026-03-31 10:00:00`, `2026-03-31`, RFC 2822, then the formats given. A
/// date without a zone is in UTC, because a report that names none was written by a machine.
pub(super) fn read(text: &str, formats: &[String]) -> Option<i64> {
    let text = text.trim();
    usual(text).or_else(|| formats.iter().find_map(|format| by_format(text, format)))
}

fn usual(text: &str) -> Option<i64> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.timestamp_micros());
    }
    for format in [
        "%Y-%m-%dT%H:%M:%S%.f%#z",
        "%Y-%m-%d %H:%M:%S%.f %#z",
        "%Y-%m-%d %H:%M:%S%.f %Z",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%d",
    ] {
        if let Some(instant) = by_format(text, format) {
            return Some(instant);
        }
    }
    let instant = DateTime::parse_from_rfc2822(text).ok()?;
    Some(instant.timestamp_micros())
}

fn by_format(text: &str, format: &str) -> Option<i64> {
    if let Ok(instant) = DateTime::parse_from_str(text, format) {
        return Some(instant.timestamp_micros());
    }
    if let Ok(local) = NaiveDateTime::parse_from_str(text, format) {
        return Some(local.and_utc().timestamp_micros());
    }
    let (day, rest) = NaiveDate::parse_and_remainder(text, format).ok()?;
    let midnight = day.and_time(NaiveTime::MIN).and_utc();
    rest.trim().is_empty().then(|| midnight.timestamp_micros())
}
