//! Dates written year first, as ISO 8601 has them → instants and local times.
//!
//! Tables, reports and spreadsheets are all read by this; what a local time means is for them to say.

use chrono::DateTime;

use super::types::MICROS_PER_DAY;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_MINUTE: i64 = 60 * MICROS_PER_SECOND;
const FIRST_YEAR: i64 = 1678;
const LAST_YEAR: i64 = 2262;

/// A date as it was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Written {
    /// With a zone: microseconds since 1970, UTC.
    Instant(i64),
    /// Without one: microseconds since 1970 as a local clock shows them.
    Local(i64),
    /// Of the years 0, 1 and 9999: the zero of a program's clock, or its end. There is no date.
    Never,
}

/// Reads `2026-03-31`, `2026-03-31T10:00:00Z`, with an offset, a fraction, a blank for the `T`, or
/// without seconds. `None` for anything else, for days that do not exist and for years outside
/// 1678 to 2262 but those of [`Written::Never`].
pub fn parse(text: &[u8]) -> Option<Written> {
    let (date, rest) = text.split_at_checked(10)?;
    let (year, days) = parse_day(date)?;
    let local = days * MICROS_PER_DAY;
    let written = match rest {
        [] => Written::Local(local),
        [b'T' | b't' | b' ', time @ ..] => parse_time(local, time)?,
        [..] => return None,
    };
    match is_no_date(year) {
        true => Some(Written::Never),
        false => (FIRST_YEAR..=LAST_YEAR).contains(&year).then_some(written),
    }
}

/// Whether a year is one that programs write where there is no date.
pub fn is_no_date(year: i64) -> bool {
    year <= 1 || year == 9999
}

fn parse_day(date: &[u8]) -> Option<(i64, i64)> {
    if date[4] != b'-' || date[7] != b'-' {
        return None;
    }
    let year = two_digits(&date[..2])? * 100 + two_digits(&date[2..4])?;
    let (month, day) = (two_digits(&date[5..7])?, two_digits(&date[8..10])?);
    Some((year, days(year, month, day)?))
}

/// Days since 1970 until a day, if there is such a day.
pub fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let exists = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
    exists.then(|| days_since_1970(year, month, day))
}

fn parse_time(local_midnight: i64, text: &[u8]) -> Option<Written> {
    let (hours_minutes, mut rest) = text.split_at_checked(5)?;
    if hours_minutes[2] != b':' {
        return None;
    }
    let hours = below(two_digits(&hours_minutes[..2])?, 24)?;
    let minutes = below(two_digits(&hours_minutes[3..])?, 60)?;
    let mut local = local_midnight + (hours * 60 + minutes) * MICROS_PER_MINUTE;
    if let [b':', tens, units, after @ ..] = rest {
        local += below(two_digits(&[*tens, *units])?, 60)? * MICROS_PER_SECOND;
        let (micros, after) = parse_fraction(after)?;
        local += micros;
        rest = after;
    }
    match rest {
        [] => Some(Written::Local(local)),
        [b'Z' | b'z'] => Some(Written::Instant(local)),
        [b' ', zone @ ..] | zone => Some(Written::Instant(local - parse_offset(zone)?)),
    }
}

/// A fraction of a second in microseconds; finer digits are cut off.
fn parse_fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let [b'.' | b',', digits @ ..] = text else {
        return Some((0, text));
    };
    let length = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let micros = (0..6).fold(0, |micros, place| {
        let digit = digits[..length].get(place).map_or(0, |byte| byte - b'0');
        micros * 10 + i64::from(digit)
    });
    (length > 0).then_some((micros, &digits[length..]))
}

/// `+02:00`, `-0530`, `+02`, `UTC` in microseconds.
pub fn parse_offset(text: &[u8]) -> Option<i64> {
    let (sign, digits) = match text {
        b"UTC" | b"GMT" | b"Z" => return Some(0),
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        [..] => return None,
    };
    let (hours, minutes) = match digits {
        [a, b] => (two_digits(&[*a, *b])?, 0),
        [a, b, c, d] | [a, b, b':', c, d] => {
            (two_digits(&[*a, *b])?, below(two_digits(&[*c, *d])?, 60)?)
        }
        [..] => return None,
    };
    Some(sign * (below(hours, 19)? * 60 + minutes) * MICROS_PER_MINUTE)
}

fn below(number: i64, limit: i64) -> Option<i64> {
    (number < limit).then_some(number)
}

fn two_digits(text: &[u8]) -> Option<i64> {
    let (tens, units) = (text[0].wrapping_sub(b'0'), text[1].wrapping_sub(b'0'));
    (tens < 10 && units < 10).then(|| i64::from(tens) * 10 + i64::from(units))
}

#[inline]
fn days_in_month(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days of the proleptic Gregorian calendar, counted from 1 March so that leap days come last:
/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
#[inline]
const fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

const FIRST_INSTANT: i64 = days_since_1970(FIRST_YEAR, 1, 1) * MICROS_PER_DAY;
const END_OF_INSTANTS: i64 = days_since_1970(LAST_YEAR + 1, 1, 1) * MICROS_PER_DAY;
const END_OF_YEAR_1: i64 = days_since_1970(2, 1, 1) * MICROS_PER_DAY;
const START_OF_9999: i64 = days_since_1970(9999, 1, 1) * MICROS_PER_DAY;
const END_OF_9999: i64 = days_since_1970(10_000, 1, 1) * MICROS_PER_DAY;

/// Whether an instant lies in the years that dates may have.
#[inline]
pub fn is_in_range(micros: i64) -> bool {
    (FIRST_INSTANT..END_OF_INSTANTS).contains(&micros)
}

/// Whether an instant is one that programs write where there is no date: see [`Written::Never`].
#[inline]
pub fn is_never(micros: i64) -> bool {
    const START_OF_YEAR_0: i64 = days_since_1970(0, 1, 1) * MICROS_PER_DAY;
    (START_OF_YEAR_0..END_OF_YEAR_1).contains(&micros)
        || (START_OF_9999..END_OF_9999).contains(&micros)
}

/// How an instant is written in UTC, for columns of text that a file holds as dates.
pub fn write(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros).map_or_else(
        || micros.to_string(),
        |instant| {
            let whole = micros.rem_euclid(MICROS_PER_SECOND) == 0;
            let shape = if whole {
                "%Y-%m-%dT%H:%M:%SZ"
            } else {
                "%Y-%m-%dT%H:%M:%S%.6fZ"
            };
            instant.format(shape).to_string()
        },
    )
}
