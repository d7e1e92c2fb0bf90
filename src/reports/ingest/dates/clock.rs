//! The time of day behind a date, and its zone: each is read, or the whole is no date.

use chrono::{DateTime, TimeZone};
use chrono_tz::Tz;

use crate::base::iso_dates::parse_offset;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_MINUTE: i64 = 60 * MICROS_PER_SECOND;
const MICROS_PER_HOUR: i64 = 60 * MICROS_PER_MINUTE;

/// What zones are called for short, and how many hours they are ahead of UTC. Names that stand for several
/// zones, such as `IST` and `BST`, are not among them; those of RFC 2822 mean North America.
const ZONES: &[(&str, i64)] = &[
    ("UTC", 0),
    ("GMT", 0),
    ("UT", 0),
    ("Z", 0),
    ("WET", 0),
    ("WEST", 1),
    ("CET", 1),
    ("CEST", 2),
    ("MEZ", 1),
    ("MESZ", 2),
    ("EET", 2),
    ("EEST", 3),
    ("MSK", 3),
    ("SGT", 8),
    ("HKT", 8),
    ("JST", 9),
    ("KST", 9),
    ("AEST", 10),
    ("AEDT", 11),
    ("NZST", 12),
    ("NZDT", 13),
    ("EST", -5),
    ("EDT", -4),
    ("CST", -6),
    ("CDT", -5),
    ("MST", -7),
    ("MDT", -6),
    ("PST", -8),
    ("PDT", -7),
    ("AKST", -9),
    ("AKDT", -8),
    ("HST", -10),
];

/// A time of day and its zone, as they stand behind a date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct ClockTime {
    /// Microseconds since midnight.
    time: i64,
    zone: Zone,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Zone {
    /// Microseconds ahead of UTC; none is written: 0.
    Ahead(i64),
    Named(Tz),
}

impl ClockTime {
    /// Reads ` 10:00`, `T10:00:00.5+02:00`, `, 10:00 PM PST`, ` 10:00:00 -0700 -0700`; nothing is midnight UTC.
    pub fn read(text: &str) -> Option<ClockTime> {
        let text = text.strip_prefix(['T', 't', ',']).unwrap_or(text).trim();
        if text.is_empty() {
            return Some(ClockTime {
                time: 0,
                zone: Zone::Ahead(0),
            });
        }
        let (time, rest) = time_of_day(text)?;
        Some(ClockTime {
            time,
            zone: zone(rest.trim())?,
        })
    }

    /// The instant of this time on a day, given as microseconds until its midnight.
    pub fn on(self, midnight: i64) -> Option<i64> {
        let local = midnight + self.time;
        match self.zone {
            Zone::Ahead(ahead) => Some(local - ahead),
            // A time that the clocks there skip is a mistake of whoever wrote it.
            Zone::Named(zone) => {
                let shown = DateTime::from_timestamp_micros(local)?.naive_utc();
                let instant = zone.from_local_datetime(&shown).earliest()?;
                Some(instant.timestamp_micros())
            }
        }
    }
}

/// Microseconds since midnight, and what is behind the time.
fn time_of_day(text: &str) -> Option<(i64, &str)> {
    let (hours, rest) = number(text, 2)?;
    let (minutes, mut rest) = number(rest.strip_prefix(':')?, 2)?;
    let mut micros = 0;
    if let Some(after) = rest.strip_prefix(':') {
        let (seconds, after) = number(after, 2).filter(|(seconds, _)| *seconds < 60)?;
        micros = seconds * MICROS_PER_SECOND;
        rest = after;
        if let Some(after) = rest.strip_prefix(['.', ',']) {
            let length = after.bytes().take_while(u8::is_ascii_digit).count();
            let fraction = (length > 0).then(|| format!("{:0<6}", &after[..length]))?;
            micros += fraction[..6].parse::<i64>().ok()?;
            rest = &after[length..];
        }
    }
    let (hours, rest) = match half_of_day(rest) {
        Some((half, rest)) if (1..=12).contains(&hours) => (hours % 12 + half, rest),
        Some(_) => return None,
        None => (hours, rest),
    };
    let is_time = hours < 24 && minutes < 60;
    is_time.then_some((
        hours * MICROS_PER_HOUR + minutes * MICROS_PER_MINUTE + micros,
        rest,
    ))
}

/// The hours before the half of the day that `AM` or `PM` names, and what is behind it.
fn half_of_day(text: &str) -> Option<(i64, &str)> {
    let text = text.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
    let words = [("AM", 0), ("PM", 12), ("A.M.", 0), ("P.M.", 12)];
    words.into_iter().find_map(|(word, hours)| {
        let (said, rest) = text.split_at_checked(word.len())?;
        let ends = !rest.starts_with(|next: char| next.is_alphanumeric());
        (said.eq_ignore_ascii_case(word) && ends).then_some((hours, rest))
    })
}

/// A number of up to so many digits, and what is behind it.
fn number(text: &str, most: usize) -> Option<(i64, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(length);
    let value = (1..=most).contains(&length).then(|| digits.parse().ok());
    Some((value??, rest))
}

/// A zone: a distance from UTC, a name, or a distance and the name of the same zone.
fn zone(text: &str) -> Option<Zone> {
    let (first, rest) = match text.find([' ', '[', '(']) {
        Some(place) => (&text[..place], text[place..].trim()),
        None => (text, ""),
    };
    // `GMT+0200` is what browsers write, and `UTC-5` people.
    let distance = ["GMT", "UTC"].iter().find_map(|name| {
        let distance = first.strip_prefix(name)?;
        distance.starts_with(['+', '-']).then_some(distance)
    });
    let distance = distance.unwrap_or(first);
    let is_distance = distance.starts_with(['+', '-']);
    let zone = match is_distance {
        true => Zone::Ahead(parse_offset(&padded(distance))?),
        false if first.is_empty() => Zone::Ahead(0),
        false => named(first)?,
    };
    let name = rest.trim_matches(['(', ')', '[', ']']);
    let agrees = match (name, zone) {
        ("", _) => true,
        // What surrounds the name says that it is one, in any language.
        (_, Zone::Ahead(_)) if is_distance && rest.starts_with(['(', '[']) => true,
        (name, Zone::Ahead(_)) if is_distance => is_of(name, zone),
        (_, Zone::Ahead(_) | Zone::Named(_)) => false,
    };
    agrees.then_some(zone)
}

/// Whether a name behind a distance is of a zone with that distance, as far as it is known.
fn is_of(name: &str, zone: Zone) -> bool {
    let again = match name.starts_with(['+', '-']) {
        true => parse_offset(&padded(name)).map(Zone::Ahead),
        false => named(name),
    };
    match again {
        Some(Zone::Ahead(_)) => again == Some(zone),
        Some(Zone::Named(_)) => true,
        None => name.len() <= 5 && name.bytes().all(|letter| letter.is_ascii_uppercase()),
    }
}

fn named(name: &str) -> Option<Zone> {
    let mut zones = ZONES.iter();
    match zones.find(|(known, _)| *known == name) {
        Some((_, hours)) => Some(Zone::Ahead(hours * MICROS_PER_HOUR)),
        // The zones of the database that are called by one word are called as the ones above.
        None if name.contains('/') => name.parse().ok().map(Zone::Named),
        None => None,
    }
}

/// `+2` as `+02`.
fn padded(distance: &str) -> Vec<u8> {
    match distance.as_bytes() {
        [sign, hours] => vec![*sign, b'0', *hours],
        whole => whole.to_vec(),
    }
}
