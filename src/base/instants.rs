//! Instants as texts. An instant is a count of microseconds since 1970, UTC.

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat};

/// RFC 3339 in UTC; empty for what no calendar reaches.
pub fn rfc3339(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros).map_or_else(String::new, |instant| {
        instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    })
}

/// An instant in RFC 3339, or a day, which stands for its beginning in UTC.
pub fn parse(text: &str) -> Option<i64> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.timestamp_micros());
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(day.and_time(NaiveTime::MIN).and_utc().timestamp_micros())
}
