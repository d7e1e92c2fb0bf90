//! Dates of reports → microseconds since 1970, UTC.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime};

/// Years that reports are from. What lies outside is no date that anybody meant.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// What a text says that should be a date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SaidDate {
    At(i64),
    /// The zero of a program's clock, or its end: there is no date, or no end.
    Never,
    Unread,
}

/// Reads a date: RFC 3339, `2026-03-31 10:00:00`, `2026-03-31`, RFC 2822, then the formats given. A
/// date without a zone is in UTC, because a report that names none was written by a machine.
pub(super) fn said(text: &str, formats: &[String]) -> SaidDate {
    let text = text.trim();
    let read = usual(text).or_else(|| formats.iter().find_map(|format| by_format(text, format)));
    let year = read
        .and_then(DateTime::from_timestamp_micros)
        .map(|at| at.year());
    match (read, year) {
        (Some(at), Some(year)) if YEARS.contains(&year) => SaidDate::At(at),
        (_, Some(year)) if year <= 1 || year >= 9999 => SaidDate::Never,
        _ => SaidDate::Unread,
    }
}

fn usual(text: &str) -> Option<i64> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.timestamp_micros());
    }
    for format in [
        "%Y-%m-%dT%H:%M:%S%.f%#z",
        "%Y-%m-%d %H:%M:%S%.f %#z",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%d %I:%M:%S %p",
        "%Y-%m-%d",
    ] {
        if let Some(instant) = by_format(text, format) {
            return Some(instant);
        }
    }
    if let Ok(instant) = DateTime::parse_from_rfc2822(text) {
        return Some(instant.timestamp_micros());
    }
    by_format(text, "%Y-%m-%d %H:%M:%S%.f %Z")
}

fn by_format(text: &str, format: &str) -> Option<i64> {
    if let Some(before) = format.strip_suffix("%Z") {
        // What stands for a zone in words is left out by the parser, whatever it is.
        let (local, zone) = text.rsplit_once(' ')?;
        let local = NaiveDateTime::parse_from_str(local, before.trim_end()).ok()?;
        let hours = hours_of(zone)?;
        return Some(local.and_utc().timestamp_micros() - hours * 3_600_000_000);
    }
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

/// How many hours a zone is ahead of UTC: those of RFC 2822, and of Central Europe.
fn hours_of(zone: &str) -> Option<i64> {
    Some(match zone {
        "UTC" | "GMT" | "Z" | "UT" => 0,
        "EST" | "CDT" => -5,
        "EDT" => -4,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        "CET" => 1,
        "CEST" => 2,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::instants::parse;

    fn at(text: &str) -> SaidDate {
        SaidDate::At(parse(text).expect("an instant"))
    }

    #[test]
    fn a_word_behind_a_date_is_its_zone_or_a_mistake() {
        for (text, meant) in [
            ("2026-03-31 23:30:00 PST", at("2026-04-01T07:30:00Z")),
            ("2026-03-31 23:30:00 UTC", at("2026-03-31T23:30:00Z")),
            ("2026-03-31 23:30:00 CEST", at("2026-03-31T21:30:00Z")),
            ("2026-03-31 11:30:00 PM", at("2026-03-31T23:30:00Z")),
            ("2026-03-31 23:30:00 nonsense", SaidDate::Unread),
            ("2026-03-31 nonsense", SaidDate::Unread),
        ] {
            assert_eq!(said(text, &[]), meant, "{text}");
        }
    }

    #[test]
    fn the_ends_of_clocks_are_no_dates() {
        assert_eq!(said("0001-01-01T00:00:00Z", &[]), SaidDate::Never);
        assert_eq!(said("9999-12-31", &[]), SaidDate::Never);
        assert_eq!(said("1066-10-14", &[]), SaidDate::Unread);
        assert_eq!(said("2026-02-30", &[]), SaidDate::Unread);
    }
}
