//! What rows bring to a cube over a range of points, and the cuts of such ranges.

use std::sync::Arc;

use super::cubes::{HIGH, LOW, PointRange, SweepContribution, VALUE};
use crate::plan::relation::{Expression, Name, Relation, RelationalOperator, SharedRelation};

impl SweepContribution {
    /// Over a whole range, whatever is brought.
    pub fn over(over: PointRange, values: Vec<(Name, Expression)>) -> SweepContribution {
        SweepContribution {
            keys: Vec::new(),
            over,
            from: None,
            until: None,
            values,
        }
    }

    /// Cut off at a point.
    pub(super) fn until(self, point: Expression) -> SweepContribution {
        let until = match self.until {
            None => point,
            Some(own) => Expression::Least(vec![own, point]),
        };
        SweepContribution {
            until: Some(until),
            ..self
        }
    }

    /// Cut off before a point.
    pub(super) fn starting(self, point: Expression) -> SweepContribution {
        let from = match self.from {
            None => point,
            Some(own) => Expression::Greatest(vec![own, point]),
        };
        SweepContribution {
            from: Some(from),
            ..self
        }
    }

    /// The first point and the one after the last, where the range has two ends.
    pub(super) fn ends(&self) -> Option<(Expression, Expression)> {
        let PointRange::Columns { low, high } = &self.over else {
            return None;
        };
        let low = match &self.from {
            None => low.clone(),
            Some(from) => Expression::Greatest(vec![low.clone(), from.clone()]),
        };
        let high = match &self.until {
            None => high.clone(),
            Some(until) => Expression::Least(vec![high.clone(), until.clone()]),
        };
        Some((low, high))
    }

    pub(super) fn has_range_of(&self, other: &SweepContribution) -> bool {
        self.keys == other.keys
            && self.over == other.over
            && self.from == other.from
            && self.until == other.until
    }

    /// The columns of keys: those of the row, and those it has over this range.
    pub(super) fn key_columns(&self, names: &[Name]) -> Vec<(Name, Expression)> {
        let column = |name: &Name| {
            let own = self.keys.iter().find(|(own, _)| own == name);
            let key = match own {
                Some((_, key)) => Expression::Literal(key.clone()),
                None => Expression::column(name),
            };
            (name.clone(), key)
        };
        names.iter().map(column).collect()
    }

    pub(super) fn each_expression(&self, visit: &mut impl FnMut(&Expression)) {
        match &self.over {
            PointRange::Columns { low, high } => {
                visit(low);
                visit(high);
            }
            PointRange::Ranges(name) | PointRange::Steps(name) => visit(&Expression::column(name)),
        }
        self.from.iter().chain(&self.until).for_each(&mut *visit);
        self.values.iter().for_each(|(_, value)| visit(value));
    }

    /// The rows with the points from `low` up to `high`, those left without a point taken out.
    pub(super) fn ranged(&self, counted: &SharedRelation) -> SharedRelation {
        let with_range = match &self.over {
            PointRange::Columns { low, high } => Relation::Extend {
                input: counted.clone(),
                columns: vec![
                    (LOW.to_string(), low.clone()),
                    (HIGH.to_string(), high.clone()),
                ],
            },
            PointRange::Ranges(ranges) | PointRange::Steps(ranges) => Relation::Unnest {
                input: counted.clone(),
                ranges: ranges.clone(),
                low: LOW.to_string(),
                high: HIGH.to_string(),
                value: matches!(self.over, PointRange::Steps(_)).then(|| VALUE.to_string()),
            },
        };
        let with_range = Arc::new(with_range);
        if self.from.is_none() && self.until.is_none() {
            return with_range;
        }
        let cut = |own: &str, bound: &Option<Expression>| {
            let own_end = Expression::column(own);
            let cut = match (bound, own == LOW) {
                (None, _) => own_end,
                (Some(bound), true) => Expression::Greatest(vec![own_end, bound.clone()]),
                (Some(bound), false) => Expression::Least(vec![own_end, bound.clone()]),
            };
            (own.to_string(), cut)
        };
        let cut = Arc::new(Relation::Extend {
            input: with_range,
            columns: vec![cut(LOW, &self.from), cut(HIGH, &self.until)],
        });
        Arc::new(Relation::Filter {
            input: cut,
            predicate: Expression::column(LOW)
                .is(RelationalOperator::Less, Expression::column(HIGH)),
        })
    }
}

/// The versions of a score, each over the points it applies to.
pub(super) fn cut(
    all: &SweepContribution,
    versions: &[(usize, Expression)],
) -> Vec<(SweepContribution, Expression)> {
    let bound = |point: usize| Expression::integer(point as i64);
    let versions_after = versions.iter().skip(1).map(|(first, _)| Some(*first));
    let ends = versions_after.chain(std::iter::once(None));
    versions
        .iter()
        .zip(ends)
        .map(|((first, points), end)| {
            let mut over = all.clone();
            if *first > 0 {
                over = over.starting(bound(*first));
            }
            if let Some(end) = end {
                over = over.until(bound(end));
            }
            (over, points.clone())
        })
        .collect()
}
