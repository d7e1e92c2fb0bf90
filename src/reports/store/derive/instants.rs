//! Instants of tables: RFC 3339 or a day, in UTC.

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat};

/// As tables write it.
pub(in crate::reports::store) fn instant(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros).map_or_else(String::new, |instant| {
        instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    })
}

/// Of a record: a day stands for its beginning.
pub(in crate::reports::store) fn micros(text: &str) -> Option<i64> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.timestamp_micros());
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(day.and_time(NaiveTime::MIN).and_utc().timestamp_micros())
}
