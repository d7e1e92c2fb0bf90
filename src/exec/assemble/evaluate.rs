//! Formulas over the results of steps: a number for each set of groups and each slot.

use std::sync::Arc;

use super::dimensions::Dimensions;
use super::judge::shown;
use crate::base::diagnostic::Problems;
use crate::base::statistics::{SeriesTrend, share_interval, trend};
use crate::base::types::{Adjustment, StockMoment};
use crate::exec::compute::{Computed, CubeCells, ExecutionContext, Finished, GroupSets, Tuple};
use crate::lang::functions::Keeps;
use crate::lang::model::{Formula, Measure, Operator, ValueColumn};
use crate::plan::relation::{Axis, MeasureCells};
use crate::plan::{BucketStatus, Step, TimeBucket, ValuesWork};

/// What values are computed for.
pub(super) enum EvaluationLevel {
    /// Every group for itself; how many there are.
    Groups(usize),
    /// All rows together.
    Total,
    /// The rows outside the groups that are shown, which have these places.
    Other { shown: Vec<usize> },
}

impl EvaluationLevel {
    /// How many sets of groups there are.
    pub fn sets(&self) -> usize {
        match self {
            EvaluationLevel::Groups(groups) => *groups,
            EvaluationLevel::Total | EvaluationLevel::Other { .. } => 1,
        }
    }
}

/// A value in the engine's unit, or why there is none.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Outcome {
    pub value: Option<f64>,
    pub reason: Option<String>,
    pub rows: u64,
    /// The confidence interval of the value, where one is asked for.
    pub interval: Option<(f64, f64)>,
    /// Whether a score it is made of has no version yet.
    pub lacks_score: bool,
}

impl Outcome {
    fn none(reason: &str, rows: u64) -> Outcome {
        Outcome {
            value: None,
            reason: Some(reason.to_string()),
            rows,
            interval: None,
            lacks_score: false,
        }
    }

    fn some(value: f64, rows: u64) -> Outcome {
        Outcome {
            value: Some(value),
            reason: None,
            rows,
            interval: None,
            lacks_score: false,
        }
    }
}

/// The outcomes of one column: by slot of the main line, and by slot of each compared line.
pub(super) struct Evaluated {
    main: Vec<Vec<Outcome>>,
    compared: Vec<Vec<Vec<Outcome>>>,
    /// By set, where verdicts are asked for.
    trends: Vec<SeriesTrend>,
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

    /// What the series of a set tells, if that is asked for.
    pub fn trend(&self, set: usize) -> Option<SeriesTrend> {
        self.trends.get(set).copied()
    }

    pub fn has_comparison(&self) -> bool {
        !self.compared.is_empty()
    }
}

/// Evaluates columns of one query.
pub(super) struct Evaluator<'c, 'a> {
    pub context: ExecutionContext<'a>,
    pub work: &'c ValuesWork,
    /// The place of the work among those computed together.
    pub place: usize,
    pub dimensions: &'c Dimensions,
    pub computed: &'c mut Computed<'a>,
}

impl<'c, 'a> Evaluator<'c, 'a> {
    /// A column over all lines but the range.
    pub fn column(
        &mut self,
        column: &ValueColumn,
        level: &EvaluationLevel,
    ) -> Result<Evaluated, Problems> {
        let main = self.line(column, level, 0)?;
        let compared = self.computed.works[self.place].tracks.compared().len();
        let compared = (1..=compared).map(|line| self.line(column, level, line));
        let compared = compared.collect::<Result<_, Problems>>()?;
        let trends = match self.work.evidence.verdict {
            true => self.trends(column, &main, level.sets()),
            false => Vec::new(),
        };
        Ok(Evaluated {
            main,
            compared,
            trends,
        })
    }

    /// The trend of each set over the periods that are over (rule S62), in the unit shown.
    fn trends(&self, column: &ValueColumn, main: &[Vec<Outcome>], sets: usize) -> Vec<SeriesTrend> {
        let slots = &self.computed.works[self.place].tracks.main;
        let series = |set: usize| {
            let value = |(outcomes, slot): (&Vec<Outcome>, &TimeBucket)| {
                let value = outcomes[set].value;
                let value = value.filter(|_| slot.status == BucketStatus::Complete);
                value.map(|value| shown(value, column.display))
            };
            main.iter().zip(slots).map(value).collect::<Vec<_>>()
        };
        (0..sets).map(|set| trend(&series(set))).collect()
    }

    /// The outcomes of a column over the whole range, by set, where the query needs them.
    pub fn over_range(
        &mut self,
        column: &ValueColumn,
        level: &EvaluationLevel,
    ) -> Result<Option<Vec<Outcome>>, Problems> {
        let tracks = &self.computed.works[self.place].tracks;
        if tracks.range.is_none() {
            return Ok(None);
        }
        let line = 1 + tracks.compared().len();
        Ok(Some(self.line(column, level, line)?.remove(0)))
    }

    /// The outcomes of a column by slot of a line and set.
    fn line(
        &mut self,
        column: &ValueColumn,
        level: &EvaluationLevel,
        line: usize,
    ) -> Result<Vec<Vec<Outcome>>, Problems> {
        let measures = column.formula.measures();
        let measures: Result<Vec<FinishedMeasure>, Problems> = measures
            .into_iter()
            .map(|measure| self.measured(column, measure, level, line))
            .collect();
        let measures = measures?;
        let slots = self.computed.works[self.place].tracks.line(line);
        let interval = |slot: usize, set: usize| {
            let measure = measures
                .first()
                .filter(|_| column.with_interval().is_some());
            measure?.interval(slot, set, self.work.evidence.interval?)
        };
        let outcome = |slot: usize, set: usize| match slots[slot].status {
            BucketStatus::NoHistory => Outcome::none("no history", 0),
            BucketStatus::Future => Outcome::none("in the future", 0),
            BucketStatus::Complete | BucketStatus::Provisional => {
                let mut next = measures.iter();
                Outcome {
                    interval: interval(slot, set),
                    ..evaluate(&column.formula, &mut next, slot, set)
                }
            }
        };
        let sets = level.sets();
        Ok((0..slots.len())
            .map(|slot| (0..sets).map(|set| outcome(slot, set)).collect())
            .collect())
    }

    fn measured<'m>(
        &mut self,
        column: &ValueColumn,
        measure: &'m Measure,
        level: &EvaluationLevel,
        line: usize,
    ) -> Result<FinishedMeasure<'m>, Problems> {
        let step = step(self.work, column, measure);
        let moment = self.work.steps[step].moment;
        let cells = self.computed.works[self.place].steps[step].lines[line].clone();
        Ok(FinishedMeasure {
            finished: self.finished(measure, &cells, level)?,
            axis: cells.axis,
            measure,
            moment,
            applies_from: self.applies_from(measure),
        })
    }

    fn finished(
        &mut self,
        measure: &Measure,
        cells: &MeasureCells,
        level: &EvaluationLevel,
    ) -> Result<Finished, Problems> {
        let finish = |of: &CubeCells, groups: &GroupSets| {
            of.finish(cells, measure.function, measure.parameter, groups)
        };
        let adds_up = self.computed.adds_up(cells);
        Ok(match level {
            EvaluationLevel::Groups(sets) => {
                let of = self.computed.groups(cells);
                let places = self.dimensions.places(of);
                finish(
                    of,
                    &GroupSets::Each {
                        places: &places,
                        sets: *sets,
                    },
                )
            }
            EvaluationLevel::Total if adds_up => {
                finish(self.computed.groups(cells), &GroupSets::Together)
            }
            EvaluationLevel::Total => finish(self.computed.total(cells), &GroupSets::Together),
            EvaluationLevel::Other { shown } if adds_up => {
                let of = self.computed.groups(cells);
                let is_shown = |place: Option<u32>| {
                    place.is_some_and(|place| shown.contains(&(place as usize)))
                };
                let places = self.dimensions.places(of).into_iter();
                let places: Vec<Option<u32>> = places
                    .map(|place| (!is_shown(place)).then_some(0))
                    .collect();
                finish(
                    of,
                    &GroupSets::Each {
                        places: &places,
                        sets: 1,
                    },
                )
            }
            EvaluationLevel::Other { shown } => {
                let shown = shown
                    .iter()
                    .map(|place| self.dimensions.tuples[*place].clone());
                let shown: Vec<Tuple> = shown.collect();
                let of = self.computed.outside(cells, &shown)?;
                finish(&of, &GroupSets::Together)
            }
        })
    }

    /// The first instant at which the measure's score has a version.
    fn applies_from(&self, measure: &Measure) -> Option<i64> {
        match measure.value {
            Some(crate::lang::model::Measured::Score(score)) => {
                self.context.definitions.scores[score.0].versions[0].since
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
struct FinishedMeasure<'c> {
    finished: Finished,
    axis: Arc<Axis>,
    measure: &'c Measure,
    moment: StockMoment,
    applies_from: Option<i64>,
}

impl FinishedMeasure<'_> {
    fn outcome(&self, slot: usize, set: usize) -> Outcome {
        let points = self.axis.points[slot].clone();
        let starts_late = |point: usize| {
            self.applies_from
                .is_some_and(|from| self.axis.ends[point] <= from)
        };
        if points.clone().any(starts_late) {
            return Outcome {
                lacks_score: true,
                ..Outcome::none("no score yet", 0)
            };
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

impl FinishedMeasure<'_> {
    /// The confidence interval of a share or a quantile (rule S61).
    fn interval(&self, slot: usize, set: usize, level: f64) -> Option<(f64, f64)> {
        let point = self.axis.points[slot].clone().next_back()?;
        match self.measure.function.keeps {
            Keeps::Tally => {
                let (share, rows) = self.finished.at(set, point);
                let passing = (share? * rows as f64).round() as u64;
                share_interval(passing, rows, level)
            }
            Keeps::Values => self.finished.interval_at(set, point),
            Keeps::Total | Keeps::Extremes | Keeps::Distinct | Keeps::Lifetimes => None,
        }
    }
}

fn mean(values: Vec<f64>) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Walks a formula in the order of [`Formula::measures`].
fn evaluate<'m, 'c: 'm>(
    formula: &Formula,
    next: &mut impl Iterator<Item = &'m FinishedMeasure<'c>>,
    slot: usize,
    set: usize,
) -> Outcome {
    match formula {
        Formula::Number(number) | Formula::Constant { value: number, .. } => {
            Outcome::some(*number, 0)
        }
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
        Formula::Adjusted {
            of,
            adjustment,
            value,
            ..
        } => adjusted(*adjustment, *value, evaluate(of, next, slot, set)),
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

/// Rule S47: what stands in for no result does so for every reason but that there is no score yet.
fn adjusted(adjustment: Adjustment, value: f64, of: Outcome) -> Outcome {
    let made = match (adjustment, of.value) {
        (Adjustment::Otherwise, None) if !of.lacks_score => Some(value),
        (Adjustment::Otherwise, own) => own,
        (Adjustment::AtMost, own) => own.map(|own| own.min(value)),
        (Adjustment::AtLeast, own) => own.map(|own| own.max(value)),
    };
    Outcome {
        reason: of.reason.filter(|_| made.is_none()),
        value: made,
        ..of
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
            interval: None,
            lacks_score: left.lacks_score || right.lacks_score,
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

/// The place of the planned step of a column's measure.
pub(super) fn step(work: &ValuesWork, column: &ValueColumn, measure: &Measure) -> usize {
    let moment = measure.moment.unwrap_or(column.moment);
    let planned = |step: &Step| step.moment == moment && step.measure == *measure;
    let place = work.steps.iter().position(planned);
    place.expect("planning made a step of every measure")
}
