//! Written dates → instants.
//!
//! A date alone is the start of that day in the project's zone (rule S13), a time without a zone is
//! local time of the project's zone. Where the clocks jump over a local time it stands for the
//! instant of the jump; where it comes twice, for the first.

use chrono::DateTime;

use crate::base::calendar;
use crate::base::types::MICROS_PER_DAY;
use crate::lang::model::Calendar;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_MINUTE: i64 = 60 * MICROS_PER_SECOND;
const FIRST_YEAR: i64 = 1678;
const LAST_YEAR: i64 = 2262;

/// A date as it was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Written {
    /// With a zone: microseconds since 1970, UTC.
    Instant(i64),
    /// Without one: microseconds since 1970 as a local clock shows them.
    Local(i64),
}

/// Reads `2026-03-31`, `2026-03-31T10:00:00Z`, with an offset, a fraction, a blank for the `T`, or
/// without seconds. `None` for anything else, for days that do not exist and for years outside
/// 1678 to 2262.
pub(super) fn parse(text: &[u8]) -> Option<Written> {
    let (date, rest) = text.split_at_checked(10)?;
    let days = parse_day(date)?;
    let local = days * MICROS_PER_DAY;
    match rest {
        [] => Some(Written::Local(local)),
        [b'T' | b't' | b' ', time @ ..] => parse_time(local, time),
        [..] => None,
    }
}

fn parse_day(date: &[u8]) -> Option<i64> {
    if date[4] != b'-' || date[7] != b'-' {
        return None;
    }
    let year = two_digits(&date[..2])? * 100 + two_digits(&date[2..4])?;
    let (month, day) = (two_digits(&date[5..7])?, two_digits(&date[8..10])?);
    let exists = (FIRST_YEAR..=LAST_YEAR).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day);
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
fn parse_offset(text: &[u8]) -> Option<i64> {
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

/// Whether an instant lies in the years that dates may have.
#[inline]
pub(super) fn is_in_range(micros: i64) -> bool {
    (FIRST_INSTANT..END_OF_INSTANTS).contains(&micros)
}

/// How an instant is written in UTC, for columns of text that a file holds as dates.
pub(super) fn write(micros: i64) -> String {
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

const CACHED_DAYS: usize = 1024;

/// Turns local times of the project's zone into instants and remembers the offset of each day.
pub(super) struct Clock<'a> {
    calendar: &'a Calendar,
    is_utc: bool,
    /// By day modulo the length: the day and its offset; `None` while the clocks change that day.
    days: Vec<(i64, Option<i64>)>,
}

impl<'a> Clock<'a> {
    pub(super) fn new(calendar: &'a Calendar) -> Self {
        let is_utc = calendar.timezone == chrono_tz::UTC;
        let cached = if is_utc { 0 } else { CACHED_DAYS };
        Clock {
            calendar,
            is_utc,
            days: vec![(i64::MIN, None); cached],
        }
    }

    /// Whether local time is the instant.
    pub(super) fn is_utc(&self) -> bool {
        self.is_utc
    }

    /// The instant of a written date.
    #[inline]
    pub(super) fn instant(&mut self, written: Written) -> i64 {
        match written {
            Written::Instant(micros) => micros,
            Written::Local(micros) => self.instant_of_local(micros),
        }
    }

    /// The instant at which the project's clocks show this time, given as if it were UTC.
    #[inline]
    pub(super) fn instant_of_local(&mut self, local: i64) -> i64 {
        if self.is_utc {
            return local;
        }
        let day = local.div_euclid(MICROS_PER_DAY);
        let slot = day.rem_euclid(CACHED_DAYS as i64) as usize;
        if self.days[slot].0 != day {
            self.days[slot] = (day, self.offset_of_day(day));
        }
        match self.days[slot].1 {
            Some(offset) => local - offset,
            None => self.instant_of(local),
        }
    }

    fn offset_of_day(&self, day: i64) -> Option<i64> {
        let start = self.instant_of(day * MICROS_PER_DAY);
        let end = self.instant_of((day + 1) * MICROS_PER_DAY);
        (end - start == MICROS_PER_DAY).then(|| day * MICROS_PER_DAY - start)
    }

    fn instant_of(&self, local: i64) -> i64 {
        DateTime::from_timestamp_micros(local).map_or(local, |shown| {
            calendar::instant_of(self.calendar, shown.naive_utc())
        })
    }
}
