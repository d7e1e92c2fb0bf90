//! The time axis of a measure: buckets of a flow or instants of a stock, as points 0, 1, 2, …

use std::ops::Range;
use std::sync::Arc;

use crate::base::types::{MICROS_PER_DAY, StockMoment};
use crate::lang::model::{Calendar, Kind};
use crate::plan::{self, TimeBucket};

/// Points at which cells are kept, ascending: the ends of buckets for flows, instants for stocks.
#[derive(Clone, PartialEq, Debug)]
pub struct Axis {
    pub is_stock: bool,
    /// For flows: start of each bucket, aligned with `ends`. Empty for stocks.
    pub starts: Vec<i64>,
    /// For flows the end of each bucket, for stocks the instants; ascending.
    pub ends: Vec<i64>,
    /// For flows whose buckets overlap: their starts as instants.
    pub overlapping: Option<Arc<Axis>>,
    /// For each slot of the time line the points it is read from; empty where nothing is to be read.
    pub points: Vec<Range<usize>>,
    /// First point after the start of each day since `first_day`: a lookup instead of a search.
    by_day: Vec<u32>,
    first_day: i64,
}

impl Axis {
    /// `slots` are ascending, by their starts and by their ends. Those of stocks do not overlap.
    pub fn new(slots: &[TimeBucket], kind: Kind, moment: StockMoment, calendar: &Calendar) -> Axis {
        let mut axis = Axis {
            is_stock: kind == Kind::Stock,
            starts: Vec::new(),
            ends: Vec::new(),
            overlapping: None,
            points: Vec::new(),
            by_day: Vec::new(),
            first_day: 0,
        };
        for slot in slots {
            let from = axis.ends.len();
            if slot.is_readable() && axis.is_stock {
                axis.add_instants(slot, moment, calendar);
            } else if slot.is_readable() {
                axis.starts.push(slot.start);
                axis.ends.push(slot.end);
            }
            // The start of a slot may be the end of the one before: one instant serves both.
            let from = from.min(axis.ends.len().saturating_sub(1));
            axis.points.push(match slot.is_readable() {
                true => from..axis.ends.len(),
                false => 0..0,
            });
        }
        let mut pairs = axis.starts.iter().skip(1).zip(&axis.ends);
        if pairs.any(|(start, end_before)| start < end_before) {
            axis.overlapping = Some(Arc::new(axis.of_starts()));
        }
        axis.index_days();
        axis
    }

    /// The starts of buckets as the points of an axis.
    fn of_starts(&self) -> Axis {
        let mut axis = Axis {
            is_stock: true,
            starts: Vec::new(),
            ends: self.starts.clone(),
            points: self.points.clone(),
            ..self.clone()
        };
        axis.index_days();
        axis
    }

    fn add_instants(&mut self, slot: &TimeBucket, moment: StockMoment, calendar: &Calendar) {
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
                while point < self.ends.len() && self.ends[point] <= start {
                    point += 1;
                }
                point as u32
            })
            .collect();
    }

    /// How many points there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The first point later than an instant; `len` if none is.
    #[inline]
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

    /// The bucket of a flow that an instant falls in.
    #[inline]
    pub fn slot_of(&self, instant: i64) -> Option<usize> {
        let point = self.first_after(instant);
        (self.starts.get(point)? <= &instant).then_some(point)
    }
}
