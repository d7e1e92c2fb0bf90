//! Written dates → instants.
//!
//! A date alone is the start of that day in the project's zone (rule S13), a time without a zone is
//! local time of the project's zone. Where the clocks jump over a local time it stands for the
//! instant of the jump; where it comes twice, for the first.

use chrono::DateTime;

use crate::base::calendar;
pub(super) use crate::base::iso_dates::{Written, is_in_range, is_never, parse, write};
use crate::base::types::MICROS_PER_DAY;
use crate::lang::model::Calendar;

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

    /// The instant of a written date; `None` where it says that there is none.
    #[inline]
    pub(super) fn instant(&mut self, written: Written) -> Option<i64> {
        match written {
            Written::Instant(micros) => Some(micros),
            Written::Local(micros) => Some(self.instant_of_local(micros)),
            Written::Never => None,
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
