//! The periods of a query, for `any … in the period` (rule S42).

use std::sync::Arc;

use super::rows::Rows;
use crate::base::types::StockMoment;
use crate::lang::model::{Calendar, Kind};
use crate::plan::TimeBucket;
use crate::plan::relation::{Axis, Expression};

/// The periods that populations are read over.
#[derive(Clone)]
pub(super) struct Periods {
    buckets: Arc<Axis>,
    /// The start of each as an instant.
    starts: Arc<Axis>,
    kind: Kind,
}

impl Periods {
    pub fn new(slots: &[TimeBucket], kind: Kind, calendar: &Calendar) -> Periods {
        let axis = |kind, moment| Arc::new(Axis::new(slots, kind, moment, calendar));
        Periods {
            buckets: axis(Kind::Flow, StockMoment::End),
            starts: axis(Kind::Stock, StockMoment::Start),
            kind,
        }
    }

    /// The ends `(from, until]` of the instants that belong to the period of an instant: of a stock the end of the
    /// period, of a flow every instant in it. Missing outside all periods.
    pub fn around(&self, rows: &mut Rows, instant: &Expression) -> (Expression, Expression) {
        let slot = Expression::SlotOf {
            instant: Box::new(instant.clone()),
            axis: self.buckets.clone(),
        };
        let slot = rows.derive("period", slot);
        let instant_of = |axis: &Arc<Axis>| Expression::InstantOfPoint {
            point: Box::new(slot.clone()),
            axis: axis.clone(),
        };
        let (start, end) = (instant_of(&self.starts), instant_of(&self.buckets));
        // What happens at the start of a period is in it; a stock at its end is the last that belongs to it.
        let shift = Expression::integer(if self.kind == Kind::Stock { 0 } else { 1 });
        let start = rows.derive("period_start", start.minus(shift.clone()));
        let end = rows.derive("period_end", end.minus(shift));
        (start, end)
    }
}
