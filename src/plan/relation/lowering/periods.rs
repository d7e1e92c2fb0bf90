//! The periods of a query, for `any … in the period` (rule S42).

use std::sync::Arc;

use super::rows::Rows;
use crate::base::types::StockMoment;
use crate::lang::model::{Calendar, Kind};
use crate::plan::TimeBucket;
use crate::plan::relation::{Axis, Expression};

/// The periods that populations are read over.
#[derive(Clone)]
pub(super) struct Periods<'a> {
    slots: Vec<TimeBucket>,
    kind: Kind,
    calendar: &'a Calendar,
}

impl<'a> Periods<'a> {
    pub fn new(slots: &[TimeBucket], kind: Kind, calendar: &'a Calendar) -> Periods<'a> {
        Periods {
            slots: slots.to_vec(),
            kind,
            calendar,
        }
    }

    fn axis(&self, kind: Kind, moment: StockMoment) -> Arc<Axis> {
        Arc::new(Axis::new(&self.slots, kind, moment, self.calendar))
    }

    /// The ends `(from, until]` of the instants that belong to the period of an instant: of a stock the end of the
    /// period, of a flow every instant in it. Missing outside all periods.
    pub fn around(&self, rows: &mut Rows, instant: &Expression) -> (Expression, Expression) {
        let buckets = self.axis(Kind::Flow, StockMoment::End);
        let slot = Expression::SlotOf {
            instant: Box::new(instant.clone()),
            axis: buckets.clone(),
        };
        let slot = rows.derive("period", slot);
        let instant_of = |axis: Arc<Axis>| Expression::InstantOfPoint {
            point: Box::new(slot.clone()),
            axis,
        };
        // All of history has no start.
        let has_start = self.slots.iter().all(|slot| slot.start > i64::MIN);
        let start = match has_start {
            true => instant_of(self.axis(Kind::Stock, StockMoment::Start)),
            false => instant.clone(),
        };
        let end = instant_of(buckets);
        // What happens at the start of a period is in it; a stock at its end is the last that belongs to it.
        let shift = Expression::integer(if self.kind == Kind::Stock { 0 } else { 1 });
        let start = rows.derive("period_start", start.minus(shift.clone()));
        let end = rows.derive("period_end", end.minus(shift));
        (start, end)
    }
}
