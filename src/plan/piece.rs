//! A stretch of calendar periods, perhaps cut, and how it becomes a slot of the time line.

use super::{Slot, Standing};
use crate::base::calendar;
use crate::lang::model::{Calendar, CalendarPeriod};

/// What lies between the start of one period and the end of another, cut to `[start, end)`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Piece {
    pub first: CalendarPeriod,
    pub last: CalendarPeriod,
    pub start: i64,
    /// Where it would end if as-of did not come first.
    pub end: i64,
}

impl Piece {
    /// From the start of one period to the end of another, whole.
    pub fn whole(calendar: &Calendar, first: CalendarPeriod, last: CalendarPeriod) -> Self {
        Piece {
            first,
            last,
            start: calendar::start_instant(calendar, first),
            end: calendar::end_instant(calendar, last),
        }
    }

    /// The part of a period that lies in `[start, end)`.
    pub fn clipped(calendar: &Calendar, period: CalendarPeriod, start: i64, end: i64) -> Self {
        let whole = Piece::whole(calendar, period, period);
        Piece {
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
        *self != Piece::whole(calendar, self.first, self.last)
    }

    /// The slot of a piece at an as-of instant, without what lies before history (rules S8, S14).
    pub fn slot(&self, calendar: &Calendar, as_of: i64) -> Slot {
        let (start, end) = (self.start.min(as_of), self.end.min(as_of));
        let history = history_start(calendar);
        let standing = if self.start >= as_of {
            Standing::Future
        } else if history.is_some_and(|history| end <= history) {
            Standing::NoHistory
        } else if self.end > as_of {
            Standing::Provisional
        } else {
            Standing::Complete
        };
        let begins = match (standing, history) {
            (Standing::Complete | Standing::Provisional, Some(history)) => start.max(history),
            (Standing::Complete | Standing::Provisional, None)
            | (Standing::NoHistory | Standing::Future, _) => start,
        };
        Slot {
            label: self.label(calendar),
            start: begins,
            end,
            standing,
        }
    }
}

/// The instant history begins at, if the calendar says.
pub(super) fn history_start(calendar: &Calendar) -> Option<i64> {
    calendar
        .history_from
        .map(|day| calendar::midnight(calendar, day))
}
