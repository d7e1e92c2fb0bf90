//! Dates of reports → microseconds since 1970, UTC.
//!
//! A text such as `03/04/2026` is two days, and which of them only the other dates of its report can tell.
//! So dates are read with what is known of their order, and what each proves of it is noted (`orders`).

mod clock;
mod months;
mod numeric;
mod orders;

pub use orders::DayOrder;
pub(super) use orders::{DateOrders, DatePlace, OrderConflict, OrderVerdict};

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime};

use crate::base::iso_dates::{self, Written};
use crate::base::types::MICROS_PER_DAY;
use clock::ClockTime;
use numeric::NumericDate;

/// Years that reports are from. What lies outside is no date that anybody meant.
const YEARS: std::ops::RangeInclusive<i64> = 1900..=2200;

/// What a text says that should be a date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SaidDate {
    At(i64),
    /// The zero of a program's clock, or its end: there is no date, or no end.
    Never,
    /// Two days: it is not known which number is the month, and that is noted.
    Undecided,
    Unread,
}

/// Reads the dates of one report.
#[derive(Clone)]
pub(super) struct DateReader<'a> {
    formats: &'a [String],
    /// The order of day and month that somebody named: it holds for all dates.
    told: Option<DayOrder>,
    /// The order that dates of the report have proven; it holds where the source declares none.
    proven: Option<DayOrder>,
    /// What the dates read so far tell of the order.
    pub seen: DateOrders,
}

impl<'a> DateReader<'a> {
    /// For a report of a source with these formats, of which no order is known.
    pub fn new(formats: &'a [String]) -> DateReader<'a> {
        DateReader {
            formats,
            told: None,
            proven: None,
            seen: DateOrders::default(),
        }
    }

    /// The same once its order is known.
    pub fn ordered(self, verdict: OrderVerdict) -> DateReader<'a> {
        match verdict {
            OrderVerdict::Settled => self,
            OrderVerdict::Proven(order) => DateReader {
                proven: Some(order),
                ..self
            },
            OrderVerdict::Told(order) => DateReader {
                told: Some(order),
                ..self
            },
        }
    }

    /// Reads a date: `2026-03-31T10:00:00Z` and its relatives, `31/03/2026`, RFC 2822, the formats of the
    /// source, `31 mars 2026`. A date without a zone is in UTC, because a report that names none was written
    /// by a machine.
    pub fn said(&mut self, text: &str, place: DatePlace) -> SaidDate {
        let text = text.trim();
        match iso_dates::parse(text.as_bytes()) {
            Some(Written::Never) => return SaidDate::Never,
            Some(Written::Instant(at) | Written::Local(at)) => return within_reason(at),
            None => {}
        }
        if let Some(date) = NumericDate::read(text, self.formats) {
            let order = self.told.or(date.declared).or(self.proven);
            self.seen.note(&date, text, place, order);
            return date.said(order);
        }
        self.worded(text).map_or(SaidDate::Unread, within_reason)
    }

    /// All that is not numbers alone in an order of its own.
    fn worded(&self, text: &str) -> Option<i64> {
        let mut formats = self.formats.iter();
        let by_formats = || formats.find_map(|format| by_format(text, format));
        DateTime::parse_from_rfc3339(text)
            .or_else(|_| DateTime::parse_from_rfc2822(text))
            .map(|instant| instant.timestamp_micros())
            .ok()
            .or_else(|| year_first(text))
            .or_else(by_formats)
            .or_else(|| months::read(text))
    }
}

/// An instant that somebody may have meant.
fn within_reason(at: i64) -> SaidDate {
    let year = DateTime::from_timestamp_micros(at).map(|at| i64::from(at.year()));
    match year {
        Some(year) if YEARS.contains(&year) => SaidDate::At(at),
        Some(year) if iso_dates::is_no_date(year) => SaidDate::Never,
        Some(_) | None => SaidDate::Unread,
    }
}

/// `2026-03-31`, `2026/3/31` or `2026.3.31`, and a time in any way that clocks are written.
fn year_first(text: &str) -> Option<i64> {
    let (year, rest) = text.split_at_checked(4)?;
    let separator = rest.chars().next().filter(|sign| "-/.".contains(*sign))?;
    let (month, rest) = rest[1..].split_once(separator)?;
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (day, time) = rest.split_at(length);
    let number = |digits: &str| match (1..=4).contains(&digits.len()) {
        true => digits.parse::<u16>().ok().map(i64::from),
        false => None,
    };
    let day = iso_dates::days(number(year)?, number(month)?, number(day)?)?;
    ClockTime::read(time)?.on(day * MICROS_PER_DAY)
}

/// A date by a format of a source.
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

#[cfg(test)]
mod tests;
