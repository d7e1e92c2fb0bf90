//! Formulas over the results of steps: a number for each set of groups and each slot.

use super::super::axis::Axis;
use super::super::fields::Reader;
use super::super::finish::Finished;
use super::super::steps::Computed;
use super::super::tracks::Tracks;
use super::dimensions::Dimensions;
use crate::base::types::StockMoment;
use crate::lang::functions::Keeps;
use crate::lang::model::{Formula, Measure, Operator, ValueColumn};
use crate::plan::{Slot, Standing, Step, ValuesWork};

/// Sets of groups that values are computed for.
pub(super) struct Level {
    /// The set of each group, if it is in one.
    to: Vec<Option<u32>>,
    sets: usize,
}

impl Level {
    /// Every group for itself.
    pub fn groups(groups: usize) -> Level {
        Level {
            to: (0..groups as u32).map(Some).collect(),
            sets: groups,
        }
    }

    /// All groups together.
    pub fn total(groups: usize) -> Level {
        Level {
            to: vec![Some(0); groups],
            sets: 1,
        }
    }

    /// Some groups together.
    pub fn only(groups: usize, chosen: &[usize]) -> Level {
        let mut to = vec![None; groups];
        for group in chosen {
            to[*group] = Some(0);
        }
        Level { to, sets: 1 }
    }
}

/// A value in the engine's unit, or why there is none.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Outcome {
    pub value: Option<f64>,
    pub reason: Option<String>,
    pub rows: u64,
}

impl Outcome {
    fn none(reason: &str, rows: u64) -> Outcome {
        Outcome {
            value: None,
            reason: Some(reason.to_string()),
            rows,
        }
    }

    fn some(value: f64, rows: u64) -> Outcome {
        Outcome {
            value: Some(value),
            reason: None,
            rows,
        }
    }
}

/// The outcomes of one column: by slot of the main line, and by slot of each compared line.
pub(super) struct Evaluated {
    main: Vec<Vec<Outcome>>,
    compared: Vec<Vec<Vec<Outcome>>>,
}

impl Evaluated {
    pub fn outcome(&self, set: usize, slot: usize) -> &Outcome {
        &self.main[slot][set]
    }

    pub fn value(&self, set: usize, slot: usize) -> Option<f64> {
        self.outcome(set, slot).value
    }

    pub fn compared(&self, set: usize, line: usize, slot: usize) -> Option<f64> {
        self.compared[line][slot][set].value
    }

    pub fn has_comparison(&self) -> bool {
        !self.compared.is_empty()
    }
}

/// Evaluates columns of one query.
pub(super) struct Evaluator<'c, 'a> {
    reader: &'a Reader<'a>,
    work: &'c ValuesWork,
    tracks: &'c Tracks,
    dimensions: &'c Dimensions,
    computed: &'c Computed<'a>,
}

impl<'c, 'a> Evaluator<'c, 'a> {
    pub fn new(
        reader: &'a Reader<'a>,
        work: &'c ValuesWork,
        tracks: &'c Tracks,
        dimensions: &'c Dimensions,
        computed: &'c Computed<'a>,
    ) -> Self {
        Evaluator {
            reader,
            work,
            tracks,
            dimensions,
            computed,
        }
    }

    /// A column over all lines but the range.
    pub fn column(&self, column: &ValueColumn, level: &Level) -> Evaluated {
        let compared = self.tracks.compared().iter();
        Evaluated {
            main: self.line(column, level, &self.tracks.main),
            compared: compared
                .map(|slots| self.line(column, level, slots))
                .collect(),
        }
    }

    /// The values of a column over the whole range, by set, where the query needs them.
    pub fn over_range(&self, column: &ValueColumn, level: &Level) -> Option<Vec<Option<f64>>> {
        let slots = self.tracks.range.as_ref()?;
        let outcomes = self.line(column, level, slots).remove(0);
        Some(outcomes.into_iter().map(|outcome| outcome.value).collect())
    }

    /// The value of all groups over the whole range.
    pub fn range_value(&self, column: &ValueColumn, level: &Level) -> Outcome {
        let slots = self
            .tracks
            .range
            .as_ref()
            .expect("asked only where there is a range");
        self.line(column, level, slots).remove(0).remove(0)
    }

    fn line(&self, column: &ValueColumn, level: &Level, slots: &[Slot]) -> Vec<Vec<Outcome>> {
        let measures: Vec<Measured> = column
            .formula
            .measures()
            .into_iter()
            .map(|measure| self.measured(column, measure, level, slots))
            .collect();
        let outcome = |slot: usize, set: usize| match slots[slot].standing {
            Standing::NoHistory => Outcome::none("no history", 0),
            Standing::Future => Outcome::none("in the future", 0),
            Standing::Complete | Standing::Provisional => {
                let mut next = measures.iter();
                evaluate(&column.formula, &mut next, slot, set)
            }
        };
        (0..slots.len())
            .map(|slot| (0..level.sets).map(|set| outcome(slot, set)).collect())
            .collect()
    }

    fn measured(
        &self,
        column: &ValueColumn,
        measure: &'c Measure,
        level: &Level,
        slots: &[Slot],
    ) -> Measured<'c> {
        let step = step(self.work, column, measure);
        let axis = axis(self.reader, step, slots);
        let result = self.computed.result(step, &axis);
        let places = self.dimensions.places(self.reader, &result, &step.keys);
        let to: Vec<Option<u32>> = places
            .into_iter()
            .map(|place| place.and_then(|place| level.to[place as usize]))
            .collect();
        Measured {
            finished: result.finish(&to, level.sets),
            axis,
            measure,
            moment: step.moment,
            applies_from: self.applies_from(measure),
        }
    }

    /// The first instant at which the measure's score has a version.
    fn applies_from(&self, measure: &Measure) -> Option<i64> {
        match measure.value {
            Some(crate::lang::model::Measured::Score(score)) => {
                self.reader.definitions.scores[score.0].versions[0].since
            }
            Some(
                crate::lang::model::Measured::Field(_)
                | crate::lang::model::Measured::Between { .. }
                | crate::lang::model::Measured::Since(_),
            )
            | None => None,
        }
    }
}

/// One measure of a formula, finished.
struct Measured<'c> {
    finished: Finished,
    axis: Axis,
    measure: &'c Measure,
    moment: StockMoment,
    applies_from: Option<i64>,
}

impl Measured<'_> {
    fn outcome(&self, slot: usize, set: usize) -> Outcome {
        let points = self.axis.points[slot].clone();
        let starts_late = |point: usize| {
            self.applies_from
                .is_some_and(|from| self.axis.ends[point] <= from)
        };
        if points.clone().any(starts_late) {
            return Outcome::none("no score yet", 0);
        }
        let cells: Vec<(Option<f64>, u64)> =
            points.map(|point| self.finished.at(set, point)).collect();
        let Some((_, rows)) = cells.last().copied() else {
            return Outcome::none("no rows", 0);
        };
        let values = cells.iter().filter_map(|(value, _)| *value);
        let value = match self.moment {
            StockMoment::End | StockMoment::Start => cells[cells.len() - 1].0,
            StockMoment::Average => mean(values.collect()),
            StockMoment::Peak => values.reduce(f64::max),
        };
        match value {
            Some(value) => Outcome::some(value, rows),
            None if self.measure.function.keeps == Keeps::Lifetimes && rows > 0 => {
                Outcome::none("not reached", rows)
            }
            None => Outcome::none("no rows", rows),
        }
    }
}

fn mean(values: Vec<f64>) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Walks a formula in the order of [`Formula::measures`].
fn evaluate<'m, 'c: 'm>(
    formula: &Formula,
    next: &mut impl Iterator<Item = &'m Measured<'c>>,
    slot: usize,
    set: usize,
) -> Outcome {
    match formula {
        Formula::Number(number) => Outcome::some(*number, 0),
        Formula::Measure(_) => next
            .next()
            .expect("one for each measure")
            .outcome(slot, set),
        Formula::Kpi(_) => unreachable!("checking puts formulas in the place of KPI names"),
        Formula::Negate(inner) => {
            let inner = evaluate(inner, next, slot, set);
            Outcome {
                value: inner.value.map(|value| -value),
                ..inner
            }
        }
        Formula::Binary {
            operator,
            left,
            right,
        } => {
            let left = evaluate(left, next, slot, set);
            let right = evaluate(right, next, slot, set);
            combine(*operator, left, right)
        }
    }
}

/// Rules S17 and S18.
fn combine(operator: Operator, left: Outcome, right: Outcome) -> Outcome {
    let rows = left.rows + right.rows;
    let (Some(a), Some(b)) = (left.value, right.value) else {
        return Outcome {
            value: None,
            reason: left.reason.or(right.reason),
            rows,
        };
    };
    let value = match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide if b == 0.0 => return Outcome::none("division by zero", rows),
        Operator::Divide => a / b,
    };
    if value.is_finite() {
        Outcome::some(value, rows)
    } else {
        Outcome::none("out of range", rows)
    }
}

/// The planned step of a column's measure.
pub(super) fn step<'w>(work: &'w ValuesWork, column: &ValueColumn, measure: &Measure) -> &'w Step {
    work.steps
        .iter()
        .find(|step| step.moment == column.moment && step.measure == *measure)
        .expect("planning made a step of every measure")
}

/// The axis a step is computed over for some slots.
pub(super) fn axis(reader: &Reader, step: &Step, slots: &[Slot]) -> Axis {
    Axis::new(slots, step.measure.kind(), step.moment, reader.calendar())
}
