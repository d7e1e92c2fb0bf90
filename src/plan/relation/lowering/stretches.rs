//! Stretches of points over which rows of a stock count, and what is left of them where a condition holds.

use std::sync::Arc;

use super::cubes::{PointRange, SweepContribution};
use super::rows::Rows;
use crate::plan::relation::{Axis, Expression, Literal, RelationalOperator};

/// Points at which a row counts, and the instants between them.
#[derive(Clone)]
pub(super) struct CountedStretch {
    pub range: SweepContribution,
    pub set: Expression,
}

impl CountedStretch {
    /// All points at which a row counts.
    pub fn whole(over: PointRange, set: Expression) -> CountedStretch {
        CountedStretch {
            range: SweepContribution::over(over, Vec::new()),
            set,
        }
    }

    /// Other points of it, with its keys.
    pub fn over(&self, over: PointRange) -> SweepContribution {
        SweepContribution {
            keys: self.range.keys.clone(),
            ..SweepContribution::over(over, Vec::new())
        }
    }

    /// Whether a row has a point in it.
    pub fn has_points(&self) -> Expression {
        match (&self.range.over, self.range.ends()) {
            // The greatest of several leaves out those that are missing, but what has not begun has no points.
            (PointRange::Columns { low: begin, .. }, Some((low, high))) => {
                let is_before = low.clone().is(RelationalOperator::Less, high);
                match low == *begin {
                    true => is_before,
                    false => Expression::all([begin.clone().is_present(), is_before]),
                }
            }
            (PointRange::Ranges(ranges) | PointRange::Steps(ranges), _) => {
                Expression::column(ranges).is_present()
            }
            (PointRange::Columns { .. }, None) => unreachable!("such a range has ends"),
        }
    }
}

impl Rows<'_> {
    /// A stretch cut to the instants of a set.
    pub fn cut_to(
        &mut self,
        stretch: &CountedStretch,
        set: &Expression,
        axis: &Arc<Axis>,
    ) -> Vec<CountedStretch> {
        let only = std::slice::from_ref(stretch);
        if let Some(cut) = self.cut_by_points(only, set, axis) {
            return cut;
        }
        let both = intersection(&stretch.set, set);
        let ranges = self.covered("cut_points", both.clone(), axis);
        vec![CountedStretch {
            range: stretch.over(PointRange::Ranges(ranges)),
            set: both,
        }]
    }

    /// Stretches cut to the instants of a set, by points alone: an interval moves the ends of each, what lies outside an
    /// interval makes two of each. That costs less than a list of ranges. `None` for other sets.
    pub fn cut_by_points(
        &mut self,
        stretches: &[CountedStretch],
        set: &Expression,
        axis: &Arc<Axis>,
    ) -> Option<Vec<CountedStretch>> {
        match set {
            Expression::Interval { from, until } => {
                let cut = stretches.iter();
                let cut = cut.map(|stretch| CountedStretch {
                    range: self.between(&stretch.range, from, until, axis),
                    set: intersection(&stretch.set, set),
                });
                Some(cut.collect())
            }
            Expression::Complement(gap) => {
                let Expression::Interval { from, until } = gap.as_ref() else {
                    return None;
                };
                let cut = stretches.iter();
                let cut = cut.flat_map(|stretch| self.outside_of(stretch, from, until, axis));
                Some(cut.collect())
            }
            _ => None,
        }
    }

    fn between(
        &mut self,
        range: &SweepContribution,
        from: &Expression,
        until: &Expression,
        axis: &Arc<Axis>,
    ) -> SweepContribution {
        let mut range = range.clone();
        if *from != Expression::integer(i64::MIN) {
            range = range.starting(self.point_or_end(from, axis));
        }
        match until {
            Expression::Literal(Literal::Missing(_)) => range,
            until => range.until(self.point_or_end(until, axis)),
        }
    }

    /// What comes before an interval, and what comes after it. An interval without a start is empty, as is one that ends
    /// before it starts; one without an end goes on.
    fn outside_of(
        &mut self,
        stretch: &CountedStretch,
        from: &Expression,
        until: &Expression,
        axis: &Arc<Axis>,
    ) -> Vec<CountedStretch> {
        let start = self.point_or_end(from, axis);
        let before = Expression::Interval {
            from: Box::new(Expression::integer(i64::MIN)),
            until: Box::new(from.clone()),
        };
        let mut pieces = vec![CountedStretch {
            range: stretch.range.clone().until(start.clone()),
            set: intersection(&stretch.set, &before),
        }];
        if !matches!(until, Expression::Literal(Literal::Missing(_))) {
            let end = self.point_or_end(until, axis);
            let ends = Expression::all([from.clone().is_present(), until.clone().is_present()]);
            let last = Expression::Greatest(vec![from.clone(), until.clone()]).only_if(ends);
            let after = Expression::Interval {
                from: Box::new(last),
                until: Box::new(Expression::missing_integer()),
            };
            let range = stretch.range.clone();
            pieces.push(CountedStretch {
                range: range.starting(Expression::Greatest(vec![start, end])),
                set: intersection(&stretch.set, &after),
            });
        }
        pieces
    }

    /// The first point after an instant, the end of the axis for a missing one: what never begins has no points.
    fn point_or_end(&mut self, instant: &Expression, axis: &Arc<Axis>) -> Expression {
        let point = Expression::FirstPointAfter {
            instant: Box::new(instant.clone()),
            axis: axis.clone(),
        };
        let end = Expression::integer(axis.len() as i64);
        self.derive("cut_point", Expression::Coalesce(vec![point, end]))
    }
}

fn intersection(one: &Expression, other: &Expression) -> Expression {
    Expression::Intersection(vec![one.clone(), other.clone()])
}
