//! The axis of evaluation: the slots of a time line as indexes, and the way from an instant to one.

use crate::base::types::{MICROS_PER_DAY, StockMoment};
use crate::exec::data::MISSING_INSTANT;
use crate::lang::model::{Calendar, Kind};
use crate::plan::{self, Slot, Standing};

/// No slot.
pub(super) const NONE: u32 = u32::MAX;

/// Points at which cells are kept, ascending: the ends of slots for flows, instants for stocks.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Axis {
    pub is_stock: bool,
    /// For flows: start of each slot, aligned with `ends`. Empty for stocks.
    starts: Vec<i64>,
    /// For flows the end of each slot, for stocks the instants; ascending.
    pub ends: Vec<i64>,
    /// For each slot of the time line the points it is read from; empty where nothing is to be read.
    pub points: Vec<std::ops::Range<usize>>,
    /// First point after the start of each day since `first_day`: a lookup instead of a search.
    by_day: Vec<u32>,
    first_day: i64,
}

impl Axis {
    /// `slots` are ascending and do not overlap.
    pub fn new(slots: &[Slot], kind: Kind, moment: StockMoment, calendar: &Calendar) -> Axis {
        let is_stock = kind == Kind::Stock;
        let mut axis = Axis {
            is_stock,
            starts: Vec::new(),
            ends: Vec::new(),
            points: Vec::new(),
            by_day: Vec::new(),
            first_day: 0,
        };
        for slot in slots {
            let from = axis.ends.len();
            match slot.standing {
                Standing::Complete | Standing::Provisional if is_stock => {
                    axis.add_instants(slot, moment, calendar);
                }
                Standing::Complete | Standing::Provisional => {
                    axis.starts.push(slot.start);
                    axis.ends.push(slot.end);
                }
                Standing::NoHistory | Standing::Future => {}
            }
            // The start of a slot may be the end of the one before: one instant serves both.
            let from = from.min(axis.ends.len().saturating_sub(1));
            let readable = matches!(slot.standing, Standing::Complete | Standing::Provisional);
            axis.points.push(if readable {
                from..axis.ends.len()
            } else {
                0..0
            });
        }
        axis.index_days();
        axis
    }

    fn add_instants(&mut self, slot: &Slot, moment: StockMoment, calendar: &Calendar) {
        let instants = match moment {
            StockMoment::End => vec![slot.end],
            StockMoment::Start => vec![slot.start],
            StockMoment::Average | StockMoment::Peak => plan::day_ends(calendar, slot),
        };
        for instant in instants {
            if self.ends.last().is_none_or(|last| *last < instant) {
                self.ends.push(instant);
            }
        }
    }

    fn index_days(&mut self) {
        let (Some(first), Some(last)) = (self.ends.first(), self.ends.last()) else {
            return;
        };
        self.first_day = first.div_euclid(MICROS_PER_DAY);
        let days = last.div_euclid(MICROS_PER_DAY) - self.first_day + 1;
        let mut point = 0;
        self.by_day = (0..days)
            .map(|day| {
                let start = (self.first_day + day) * MICROS_PER_DAY;
                while self.ends[point] <= start {
                    point += 1;
                    if point == self.ends.len() {
                        break;
                    }
                }
                point as u32
            })
            .collect();
    }

    /// How many points there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The first point later than an instant; `len` if none is.
    pub fn first_after(&self, instant: i64) -> usize {
        let day = instant.div_euclid(MICROS_PER_DAY) - self.first_day;
        if day < 0 {
            return 0;
        }
        let Some(start) = self.by_day.get(day as usize) else {
            return self.len();
        };
        let mut point = *start as usize;
        while point < self.ends.len() && self.ends[point] <= instant {
            point += 1;
        }
        point
    }

    /// The slot a flow's event falls in, or [`NONE`].
    pub fn slot_of(&self, instant: i64) -> u32 {
        if instant == MISSING_INSTANT {
            return NONE;
        }
        let point = self.first_after(instant);
        if point < self.starts.len() && self.starts[point] <= instant {
            point as u32
        } else {
            NONE
        }
    }

    /// The points an interval `[from, until)` covers, by rule S5: those after `from` and not after
    /// `until`. `None` if there are none; a missing `until` has not ended.
    pub fn covered(&self, from: i64, until: i64) -> Option<(u32, u32)> {
        if from == MISSING_INSTANT {
            return None;
        }
        let low = self.first_after(from);
        let high = if until == MISSING_INSTANT {
            self.len()
        } else {
            self.first_after(until)
        };
        (low < high).then_some((low as u32, high as u32))
    }
}
