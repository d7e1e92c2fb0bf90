//! A stretch of calendar periods, perhaps cut, and how it becomes a slot of the time line.

use super::{BucketStatus, TimeBucket};
use crate::base::calendar;
use crate::lang::model::{Calendar, CalendarPeriod};

/// What lies between the start of one period and the end of another, cut to `[start, end)`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct PeriodSpan {
    pub first: CalendarPeriod,
    pub last: CalendarPeriod,
    pub start: i64,
    /// Where it would end if as-of did not come first.
    pub end: i64,
}

impl PeriodSpan {
    /// From the start of one period to the end of another, whole.
    pub fn whole(calendar: &Calendar, first: CalendarPeriod, last: CalendarPeriod) -> Self {
        PeriodSpan {
            first,
            last,
            start: calendar::start_instant(calendar, first),
            end: calendar::end_instant(calendar, last),
        }
    }

    /// The part of a period that lies in `[start, end)`.
    pub fn clipped(calendar: &Calendar, period: CalendarPeriod, start: i64, end: i64) -> Self {
        let whole = PeriodSpan::whole(calendar, period, period);
        PeriodSpan {
            start: whole.start.max(start),
            end: whole.end.min(end),
            ..whole
        }
    }

    /// `2026-03`, `2026-03 to 2026-05`.
    pub fn label(&self, calendar: &Calendar) -> String {
        let first = calendar::label(calendar, self.first);
        if self.first == self.last {
            return first;
        }
        format!("{first} to {}", calendar::label(calendar, self.last))
    }

    /// Whether there is no time in it.
    pub fn is_empty(&self) -> bool {
        self.start >= self.end
    }

    /// Whether something of its periods is cut off, as-of aside.
    pub fn is_cut(&self, calendar: &Calendar) -> bool {
        *self != PeriodSpan::whole(calendar, self.first, self.last)
    }

    /// The slot of a period span at an as-of instant, without what lies before history (rules S8, S14).
    pub fn slot(&self, calendar: &Calendar, as_of: i64) -> TimeBucket {
        let (start, end) = (self.start.min(as_of), self.end.min(as_of));
        let history = history_start(calendar);
        let status = if self.start >= as_of {
            BucketStatus::Future
        } else if history.is_some_and(|history| end <= history) {
            BucketStatus::NoHistory
        } else if self.end > as_of {
            BucketStatus::Provisional
        } else {
            BucketStatus::Complete
        };
        let begins = match (status, history) {
            (BucketStatus::Complete | BucketStatus::Provisional, Some(history)) => {
                start.max(history)
            }
            (BucketStatus::Complete | BucketStatus::Provisional, None)
            | (BucketStatus::NoHistory | BucketStatus::Future, _) => start,
        };
        TimeBucket {
            label: self.label(calendar),
            start: begins,
            end,
            status,
        }
    }
}

/// The instant history begins at, if the calendar says.
pub(super) fn history_start(calendar: &Calendar) -> Option<i64> {
    calendar
        .history_from
        .map(|day| calendar::midnight(calendar, day))
}
