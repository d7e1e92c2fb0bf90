//! What rows are grouped by: fields, and bands (rule S58). A band is a condition. One that does not change with time, or
//! is judged at an event, is a column of the row; others cut the stretches over which a row counts.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::rows::Rows;
use super::stretches::CountedStretch;
use crate::lang::model::{Bands, Condition, GroupKey};
use crate::plan::relation::{Axis, Expression, Literal, MissingOf, Name};

/// What the rows of a measure are grouped by.
pub(super) struct Grouping {
    /// The key columns, one a dimension.
    pub keys: Vec<Name>,
    /// The names of the bands of each key that is one, by their codes.
    pub bands: BTreeMap<Name, Vec<String>>,
    /// Bands that a row enters and leaves while it counts.
    pub changing: Vec<ChangingBands>,
}

/// Bands that a row enters and leaves while it counts.
pub(super) struct ChangingBands {
    key: Name,
    /// The name of each and the instants at which a row is in it; last those at which it is in none.
    bands: Vec<(Literal, Expression)>,
}

impl Rows<'_> {
    /// The keys of rows that count; `at` is the instant of a flow's event.
    pub fn grouping(&mut self, keys: &[GroupKey], at: Option<&Expression>) -> Grouping {
        let mut grouping = Grouping {
            keys: Vec::new(),
            bands: BTreeMap::new(),
            changing: Vec::new(),
        };
        for key in keys {
            let bands = match key {
                GroupKey::Field(field) => {
                    grouping.keys.push(self.key_column(*field));
                    continue;
                }
                GroupKey::Bands(bands) => bands,
            };
            let changes = |test: &Condition| self.depends_on_time(test, &[]);
            let key = match at.is_none() && bands.tests.iter().any(changes) {
                true => {
                    let changing = self.changing(bands);
                    let key = changing.key.clone();
                    grouping.changing.push(changing);
                    key
                }
                false => self.band_column(bands, at),
            };
            grouping.bands.insert(key.clone(), bands.labels.clone());
            grouping.keys.push(key);
        }
        grouping
    }

    /// The band of a row as a column; missing where it is in none.
    fn band_column(&mut self, bands: &Bands, at: Option<&Expression>) -> Name {
        let tests: Vec<Expression> = bands
            .tests
            .iter()
            .map(|test| self.holds(test, at))
            .collect();
        let names = (0..bands.labels.len()).map(|place| Expression::Literal(label(bands, place)));
        let band = Expression::Case {
            branches: tests.into_iter().zip(names).collect(),
            otherwise: Box::new(Expression::Literal(Literal::Missing(MissingOf::Band))),
        };
        match self.derive(&format!("{}_band", bands.name), band) {
            Expression::Column(name) => name,
            other => unreachable!("a band is a derived column, not {other}"),
        }
    }

    fn changing(&mut self, bands: &Bands) -> ChangingBands {
        let key = self.band_key(bands);
        let sets: Vec<Expression> = bands.tests.iter().map(|test| self.band_set(test)).collect();
        let outside = match sets.first() {
            // Ages begin with their event, and all of them are in a band.
            Some(Expression::Interval { from, .. }) if bands.tests.iter().all(is_of_age) => {
                Expression::Interval {
                    from: from.clone(),
                    until: Box::new(Expression::missing_integer()),
                }
            }
            _ => Expression::Union(sets.clone()),
        };
        let names = (0..bands.labels.len()).map(|place| label(bands, place));
        let mut all: Vec<(Literal, Expression)> = names.zip(sets).collect();
        let none = Literal::Missing(MissingOf::Band);
        all.push((none, Expression::Complement(Box::new(outside))));
        ChangingBands { key, bands: all }
    }

    /// The instants at which a row is in a band: one interval where an age has two bounds.
    fn band_set(&mut self, test: &Condition) -> Expression {
        let sets: Vec<Expression> = test
            .conjuncts()
            .into_iter()
            .map(|part| self.instants(part))
            .collect();
        if let [
            Expression::Interval { from: low, .. },
            Expression::Interval { until: high, .. },
        ] = sets.as_slice()
            && is_of_age(test)
        {
            return Expression::Interval {
                from: low.clone(),
                until: high.clone(),
            };
        }
        match <[Expression; 1]>::try_from(sets) {
            Ok([only]) => only,
            Err(sets) => Expression::Intersection(sets),
        }
    }

    /// The stretches in each band, and those in none.
    pub fn stretches(
        &mut self,
        changing: &[ChangingBands],
        whole: Vec<CountedStretch>,
        axis: &Arc<Axis>,
    ) -> Vec<CountedStretch> {
        let mut stretches = whole;
        for bands in changing {
            let mut cut = Vec::new();
            for stretch in &stretches {
                for (name, set) in &bands.bands {
                    let in_band = self.cut_to(stretch, set, axis).into_iter();
                    cut.extend(in_band.map(|mut part| {
                        part.range.keys.push((bands.key.clone(), name.clone()));
                        part
                    }));
                }
            }
            stretches = cut;
        }
        stretches
    }
}

/// Whether all parts of a test are of one age, so that what is above a bound and up to another is one interval.
fn is_of_age(test: &Condition) -> bool {
    let mut parts = test.conjuncts().into_iter();
    parts.all(|part| matches!(part, Condition::Elapsed { to: None, .. }))
}

fn label(bands: &Bands, place: usize) -> Literal {
    Literal::Band {
        code: place as u8,
        name: bands.labels[place].clone(),
    }
}
