//! `03/04/2026`: dates of numbers that end in the year. Which of the first two is the month is not in them.

use chrono::format::{Item, Numeric, StrftimeItems};

use super::clock::ClockTime;
use super::{DayOrder, SaidDate, by_format, within_reason};
use crate::base::iso_dates;
use crate::base::types::MICROS_PER_DAY;

/// A date of two numbers and a year, and the time behind it.
pub(super) struct NumericDate {
    first: i64,
    second: i64,
    year: i64,
    /// The instant of this time on the first of January of the year.
    new_year: Option<i64>,
    /// The order of day and month in which the source always writes dates of this shape.
    pub declared: Option<DayOrder>,
}

impl NumericDate {
    /// Reads what is of this shape, whether it is a date or not. Two digits are a year only where the source
    /// says so.
    pub fn read(text: &str, formats: &[String]) -> Option<NumericDate> {
        let (first, rest) = digits(text, 1..=2)?;
        let separator = rest.chars().next().filter(|sign| "/.-".contains(*sign))?;
        let (second, rest) = digits(&rest[1..], 1..=2)?;
        let (year, tail) = digits(rest.strip_prefix(separator)?, 2..=4)?;
        let is_short = match year.len() {
            4 => false,
            2 => true,
            _ => return None,
        };
        let new_year = format!("01{separator}01{separator}{year}{tail}");
        let by_formats: Vec<(DayOrder, i64)> = formats
            .iter()
            .filter_map(|format| Some((order_of(format, is_short)?, by_format(&new_year, format)?)))
            .collect();
        let year: i64 = year.parse().ok()?;
        let year = match (is_short, year) {
            (false, year) => year,
            (true, year) if year < 70 => 2000 + year,
            (true, year) => 1900 + year,
        };
        let orders = by_formats.iter().map(|(order, _)| *order);
        let declared = match orders.clone().next() {
            Some(order) if orders.clone().all(|other| other == order) => Some(order),
            Some(_) => None,
            // Points stand behind ordinal numbers, and days come first wherever they do.
            None => (separator == '.').then_some(DayOrder::DayFirst),
        };
        let by_clock = || {
            let first = iso_dates::days(year, 1, 1).filter(|_| !is_short)?;
            ClockTime::read(tail)?.on(first * MICROS_PER_DAY)
        };
        let new_year = by_formats.first().map(|(_, instant)| *instant);
        Some(NumericDate {
            first: first.parse().ok()?,
            second: second.parse().ok()?,
            year,
            new_year: new_year.or_else(by_clock),
            declared,
        })
    }

    /// The instant that it is in an order.
    pub fn at(&self, order: DayOrder) -> Option<i64> {
        let (day, month) = match order {
            DayOrder::DayFirst => (self.first, self.second),
            DayOrder::MonthFirst => (self.second, self.first),
        };
        let days = iso_dates::days(self.year, month, day)? - iso_dates::days(self.year, 1, 1)?;
        Some(self.new_year? + days * MICROS_PER_DAY)
    }

    /// What it says in an order, or in whichever of the two it is a date.
    pub fn said(&self, order: Option<DayOrder>) -> SaidDate {
        let day_first = self.at(DayOrder::DayFirst);
        let month_first = self.at(DayOrder::MonthFirst);
        match (day_first, month_first, order) {
            (Some(_) | None, Some(_) | None, _) if iso_dates::is_no_date(self.year) => {
                match self.new_year {
                    Some(_) => SaidDate::Never,
                    None => SaidDate::Unread,
                }
            }
            (Some(one), Some(other), None) if one != other => SaidDate::Undecided,
            (Some(at), _, Some(DayOrder::DayFirst))
            | (_, Some(at), Some(DayOrder::MonthFirst))
            | (Some(at), Some(_) | None, None)
            | (None, Some(at), None) => within_reason(at),
            // A day in the other order: it is noted, and the report is refused.
            (None, Some(_), Some(DayOrder::DayFirst))
            | (Some(_), None, Some(DayOrder::MonthFirst)) => SaidDate::Undecided,
            (None, None, _) => SaidDate::Unread,
        }
    }
}

/// As many digits as there are, and what is behind them.
fn digits(text: &str, wanted: std::ops::RangeInclusive<usize>) -> Option<(&str, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    wanted.contains(&length).then(|| text.split_at(length))
}

/// The order of day and month in a format of numbers that end in the year, if its year is as long.
fn order_of(format: &str, is_short: bool) -> Option<DayOrder> {
    let mut items = StrftimeItems::new(format);
    let mut number = || match items.next()? {
        Item::Numeric(number, _) => Some(number),
        _ => None,
    };
    let first = number()?;
    let mut items = StrftimeItems::new(format).skip(1);
    let mut separated = || match items.next()? {
        Item::Literal("/" | "." | "-") => match items.next()? {
            Item::Numeric(number, _) => Some(number),
            _ => None,
        },
        _ => None,
    };
    let (second, year) = (separated()?, separated()?);
    let order = match (first, second) {
        (Numeric::Day, Numeric::Month) => DayOrder::DayFirst,
        (Numeric::Month, Numeric::Day) => DayOrder::MonthFirst,
        _ => return None,
    };
    let is_of_length = match year {
        Numeric::Year => !is_short,
        Numeric::YearMod100 => is_short,
        _ => false,
    };
    is_of_length.then_some(order)
}
