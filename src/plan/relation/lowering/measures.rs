//! Measures → columns of cubes.

use super::bands::Grouping;
use super::contributions::cut;
use super::cubes::{Cube, CubeShape, PointRange, ROWS, SweepContribution, VALUE};
use super::elapsed::Alternative;
use super::population::{CountedAt, PopulationRows};
use super::rows::Rows;
use super::stretches::CountedStretch;
use super::{Lowering, Reading, Sum};
use crate::lang::functions::{Keeps, Takes};
use crate::lang::model::{Condition, Measure, Measured, Role, ScoreId, TableId};
use crate::plan::Step;
use crate::plan::relation::{Aggregate, Axis, Expression, Name, RelationalOperator, StepFunction};

/// What a measure takes of each row.
#[derive(Clone)]
pub(super) enum Taken {
    /// The row, and whether it passes a test.
    Row(Option<RowTest>),
    /// A number.
    Number(Expression),
    /// A number that changes at instants.
    Stepped(StepFunction),
    /// The points of a score: by version, with the first point it applies to.
    Score(Vec<(usize, Expression)>),
    /// The time between two instants in microseconds, missing if they are or if they are reversed.
    Between {
        from: Expression,
        to: Expression,
        micros: Expression,
    },
    /// The time since an instant, at each point: of several, since the one that counts there.
    Since(Vec<Alternative>),
    /// The time from an instant to another, or to as-of if that has not come.
    Lifetime {
        from: Expression,
        to: Expression,
        micros: Expression,
    },
    /// A field, whatever its type.
    Value(Expression),
}

#[derive(Clone)]
pub(super) enum RowTest {
    /// The same at every point.
    Constant(Expression),
    /// The instants at which it holds.
    Varying(Expression),
}

impl Rows<'_> {
    /// What a measure takes of the rows of its population.
    pub fn taken(&mut self, measure: &Measure, population: &PopulationRows) -> Taken {
        match (&measure.value, measure.function.takes) {
            (None, _) => Taken::Row(
                measure
                    .with
                    .as_ref()
                    .map(|with| self.test_of(with, measure.population.role, population)),
            ),
            (Some(Measured::Field(field)), takes) => {
                match (self.step_function(*field), population.at()) {
                    (Some(function), None) => Taken::Stepped(function),
                    (Some(_), Some(at)) => Taken::Number(self.field_at(*field, at)),
                    (None, _) if takes == Takes::Field => Taken::Value(self.field(*field)),
                    (None, _) => Taken::Number(self.field(*field)),
                }
            }
            (Some(Measured::Score(score)), _) => {
                Taken::Score(self.versions(*score, &population.axis))
            }
            (Some(Measured::Since(event)), _) => Taken::Since(self.alternatives(event)),
            (Some(Measured::Between { from, to }), _) => {
                let is_planned = self.context.definitions.is_planned(to);
                let (from, to) = self.ends(from, to);
                match measure.function.keeps {
                    Keeps::Lifetimes => self.lifetime(from, to, is_planned),
                    Keeps::Tally
                    | Keeps::Total
                    | Keeps::Extremes
                    | Keeps::Values
                    | Keeps::Distinct => Taken::Between {
                        micros: self.duration(from.clone(), to.clone()),
                        from,
                        to,
                    },
                }
            }
        }
    }

    fn test_of(&mut self, with: &Condition, role: Role, population: &PopulationRows) -> RowTest {
        let varies = self.depends_on_time(with, &self.settled_by(role));
        match population.at() {
            None if varies => RowTest::Varying(self.instants(with)),
            at => {
                let holds = self.holds(with, at);
                RowTest::Constant(self.derive("with", holds))
            }
        }
    }

    fn duration(&mut self, from: Expression, to: Expression) -> Expression {
        let in_order = to.clone().is(RelationalOperator::AtLeast, from.clone());
        let micros = to.minus(from).only_if(in_order);
        self.derive("micros", micros)
    }

    fn lifetime(&mut self, from: Expression, to: Expression, is_planned: bool) -> Taken {
        let as_of = Expression::integer(self.context.evaluation.as_of.instant);
        let to = match is_planned {
            // What is planned has not come yet.
            true => {
                let has_come = to.clone().is(RelationalOperator::Less, as_of.clone());
                self.derive("ended_at", to.only_if(has_come))
            }
            false => to,
        };
        let end = Expression::Coalesce(vec![to.clone(), as_of]);
        let end = self.derive("seen_until", end);
        let micros = self.duration(from.clone(), end);
        Taken::Lifetime { from, to, micros }
    }

    /// A version applies to the instants after its `since`: what ended by then keeps its numbers (rule S37).
    fn versions(&mut self, score: ScoreId, axis: &Axis) -> Vec<(usize, Expression)> {
        let versions = &self.context.definitions.scores[score.0].versions;
        let first = |since: Option<i64>| since.map_or(0, |since| axis.first_after(since));
        let versions = versions.iter().enumerate();
        versions
            .map(|(version, definition)| (first(definition.since), self.score(score, version)))
            .collect()
    }

    /// The points of a score in the slot of a flow; missing before its first version.
    fn score_in_slot(&mut self, slot: &Expression, versions: &[(usize, Expression)]) -> Expression {
        if let [(0, only)] = versions {
            return only.clone();
        }
        let branch = |(first, points): &(usize, Expression)| {
            let first = Expression::integer(*first as i64);
            (
                slot.clone().is(RelationalOperator::AtLeast, first),
                points.clone(),
            )
        };
        let points = Expression::Case {
            branches: versions.iter().rev().map(branch).collect(),
            otherwise: Box::new(Expression::missing_number()),
        };
        self.derive("points", points)
    }
}

impl Lowering<'_> {
    /// The cube that a measure's cells are in, and how they are read.
    pub(super) fn cells(
        &mut self,
        step: &Step,
        population: &PopulationRows,
        taken: &Taken,
        grouping: &Grouping,
    ) -> (usize, Name, Reading) {
        let measure = &step.measure;
        let draft = Draft {
            interval: step.interval,
            table: measure.population.table,
            population,
            grouping,
        };
        match &population.when {
            CountedAt::Bucket { slot, .. } => self.flow(measure, &draft, slot, taken),
            CountedAt::Windows { low, high, .. } => {
                let over = PointRange::Columns {
                    low: low.clone(),
                    high: high.clone(),
                };
                // Tests of a flow are judged at its event: no set of instants is asked for.
                let never = Expression::missing_integer();
                let whole = CountedStretch::whole(over, never);
                self.stock(measure, &draft, vec![whole], taken)
            }
            CountedAt::Stretches { stretches, .. } => {
                self.stock(measure, &draft, stretches.clone(), taken)
            }
        }
    }

    fn flow(
        &mut self,
        measure: &Measure,
        draft: &Draft,
        slot: &Expression,
        taken: &Taken,
    ) -> (usize, Name, Reading) {
        if let Taken::Lifetime { to, micros, .. } = taken {
            let ended = Expression::all([to.clone().is_present(), micros.clone().is_present()]);
            let also_by = Some(("micros".to_string(), micros.clone()));
            let cube = self.cube(draft.flow(slot, also_by, true));
            let cube_of = &mut self.cubes[cube];
            let rows = aggregate(cube_of, ROWS, Aggregate::Count);
            let ended = aggregate(cube_of, "ended", Aggregate::CountWhere(ended));
            return (cube, rows, Reading::Lifetimes { ended });
        }
        let value = match taken {
            Taken::Score(versions) => {
                let rows = self.rows(draft.table);
                Some((rows.score_in_slot(slot, versions), Sum::FixedPoint))
            }
            Taken::Number(value) => Some((value.clone(), Sum::FixedPoint)),
            Taken::Between { micros, .. } => Some((micros.clone(), Sum::Micros)),
            Taken::Value(value) => Some((value.clone(), Sum::Micros)),
            Taken::Row(_) => None,
            Taken::Since(_) | Taken::Lifetime { .. } | Taken::Stepped(_) => {
                unreachable!("ages and steps are of a state, and lifetimes are done")
            }
        };
        let adds_up = matches!(measure.function.keeps, Keeps::Tally | Keeps::Total);
        let cube = self.cube(draft.flow(slot, None, adds_up));
        let cube_of = &mut self.cubes[cube];
        let rows = aggregate(cube_of, ROWS, Aggregate::Count);
        let reading = match (value, taken) {
            (None, Taken::Row(Some(RowTest::Constant(test)))) => Reading::Tally {
                with: Some(aggregate(
                    cube_of,
                    "with",
                    Aggregate::CountWhere(test.clone()),
                )),
            },
            (None, _) => Reading::Tally { with: None },
            (Some((value, scale)), _) => {
                value_reading(cube_of, (measure, draft.interval), value, scale)
            }
        };
        (cube, rows, reading)
    }

    fn stock(
        &mut self,
        measure: &Measure,
        draft: &Draft,
        whole: Vec<CountedStretch>,
        taken: &Taken,
    ) -> (usize, Name, Reading) {
        let axis = &draft.population.axis;
        let rows = self.rows(draft.table);
        let stretches = rows.stretches(&draft.grouping.changing, whole, axis);
        match measure.function.keeps {
            Keeps::Tally | Keeps::Total => self.swept(draft, &stretches, taken),
            Keeps::Extremes | Keeps::Values | Keeps::Distinct => {
                self.expanded(measure, draft, &stretches, taken)
            }
            Keeps::Lifetimes => unreachable!("checking asks lifetimes for an event"),
        }
    }

    fn expanded(
        &mut self,
        measure: &Measure,
        draft: &Draft,
        stretches: &[CountedStretch],
        taken: &Taken,
    ) -> (usize, Name, Reading) {
        let parts = stretches
            .iter()
            .flat_map(|stretch| self.expanded_over(draft, stretch, taken));
        let parts: Vec<SweepContribution> = parts.collect();
        let scale = match taken {
            Taken::Number(_) | Taken::Stepped(_) | Taken::Score(_) => Sum::FixedPoint,
            Taken::Value(_) | Taken::Between { .. } | Taken::Since(_) => Sum::Micros,
            Taken::Row(_) | Taken::Lifetime { .. } => {
                unreachable!("rows are tallied, and lifetimes are of events")
            }
        };
        let cube = self.cube(draft.stock(CubeShape::Expanded {
            contributions: parts,
            are_ages: matches!(taken, Taken::Since(_)),
        }));
        let value = Expression::column(VALUE);
        let cube_of = &mut self.cubes[cube];
        let rows = aggregate(cube_of, ROWS, Aggregate::Count);
        let reading = value_reading(cube_of, (measure, draft.interval), value, scale);
        (cube, rows, reading)
    }

    /// The values that rows bring over a stretch.
    fn expanded_over(
        &mut self,
        draft: &Draft,
        stretch: &CountedStretch,
        taken: &Taken,
    ) -> Vec<SweepContribution> {
        let valued = |over: SweepContribution, value: Expression| SweepContribution {
            values: vec![(VALUE.to_string(), value)],
            ..over
        };
        let range = &stretch.range;
        match taken {
            Taken::Number(value) | Taken::Value(value) => {
                vec![valued(range.clone(), value.clone())]
            }
            Taken::Between { micros, .. } => vec![valued(range.clone(), micros.clone())],
            Taken::Since(alternatives) => {
                let parts = self.since_expanded(draft, range, alternatives).into_iter();
                parts.map(|(over, since)| valued(over, since)).collect()
            }
            Taken::Stepped(function) => {
                let stepped = self.stepped(draft, stretch, function);
                vec![valued(stepped, Expression::column(VALUE))]
            }
            Taken::Score(versions) => {
                let parts = cut(range, versions).into_iter();
                let mut parts: Vec<SweepContribution> =
                    parts.map(|(over, value)| valued(over, value)).collect();
                // Points before the first version count rows without a value.
                if let Some((first, _)) = versions.first().filter(|(first, _)| *first > 0) {
                    let before = range.clone().until(Expression::integer(*first as i64));
                    parts.push(valued(before, Expression::missing_number()));
                }
                parts
            }
            Taken::Row(_) | Taken::Lifetime { .. } => {
                unreachable!("rows are tallied, and lifetimes are of events")
            }
        }
    }

    /// The place of a cube over the same rows, points and groups; made if there is none.
    pub(super) fn cube(&mut self, cube: Cube) -> usize {
        let same = |known: &Cube| {
            let same_shape = match (&known.shape, &cube.shape) {
                (CubeShape::Swept(_), CubeShape::Swept(_)) => true,
                (left, right) => left == right,
            };
            same_shape
                && known.table == cube.table
                && known.predicate == cube.predicate
                && known.keys == cube.keys
                && known.bands == cube.bands
                && known.axis == cube.axis
        };
        self.cubes.iter().position(same).unwrap_or_else(|| {
            self.cubes.push(cube);
            self.cubes.len() - 1
        })
    }
}

/// What the cube of a measure is made of.
pub(super) struct Draft<'d> {
    pub table: TableId,
    pub population: &'d PopulationRows,
    grouping: &'d Grouping,
    /// The level of confidence intervals.
    interval: Option<f64>,
}

impl Draft<'_> {
    fn flow(&self, slot: &Expression, also_by: Option<(Name, Expression)>, adds_up: bool) -> Cube {
        Cube {
            aggregates: vec![(ROWS.to_string(), Aggregate::Count)],
            ..self.stock(CubeShape::Flow {
                slot: slot.clone(),
                also_by,
                adds_up,
            })
        }
    }

    pub fn stock(&self, shape: CubeShape) -> Cube {
        let aggregates = match &shape {
            CubeShape::Expanded { .. } => vec![(ROWS.to_string(), Aggregate::Count)],
            CubeShape::Swept(_) | CubeShape::Flow { .. } => Vec::new(),
        };
        Cube {
            table: self.table,
            predicate: self.population.counted(),
            keys: self.grouping.keys.clone(),
            bands: self.grouping.bands.clone(),
            axis: self.population.axis.clone(),
            shape,
            aggregates,
        }
    }
}

/// The aggregates of a function over values, and how they are read.
fn value_reading(
    cube: &mut Cube,
    (measure, interval): (&Measure, Option<f64>),
    value: Expression,
    scale: Sum,
) -> Reading {
    let count = aggregate(cube, "count", Aggregate::CountPresent(value.clone()));
    match measure.function.keeps {
        Keeps::Total => {
            let summed = match scale {
                Sum::FixedPoint => Expression::FixedPoint(Box::new(value)),
                Sum::Micros | Sum::Ages => value,
            };
            Reading::Total {
                count,
                sum: aggregate(cube, "sum", Aggregate::Sum(summed)),
                scale,
            }
        }
        Keeps::Extremes => Reading::Extremes {
            count,
            min: aggregate(cube, "min", Aggregate::Min(value.clone())),
            max: aggregate(cube, "max", Aggregate::Max(value)),
        },
        Keeps::Values => {
            let fraction = measure.parameter.unwrap_or(0.5);
            let lower = Aggregate::OrderStatistic {
                of: value.clone(),
                fraction,
            };
            let upper = Aggregate::NextOrderStatistic {
                of: value.clone(),
                fraction,
            };
            let mut end = |level: f64, is_upper: bool| {
                let of = value.clone();
                let end = Aggregate::IntervalEnd {
                    of,
                    fraction,
                    level,
                    is_upper,
                };
                aggregate(cube, if is_upper { "highest" } else { "lowest" }, end)
            };
            let interval = interval.map(|level| (end(level, false), end(level, true)));
            Reading::Quantile {
                count,
                lower: aggregate(cube, "lower", lower),
                upper: aggregate(cube, "upper", upper),
                fraction,
                interval,
            }
        }
        Keeps::Distinct => Reading::Distinct {
            count,
            different: aggregate(cube, "different", Aggregate::CountDistinct(value)),
        },
        Keeps::Tally | Keeps::Lifetimes => unreachable!("these take no value"),
    }
}

/// The column of an aggregate, added if the cube does not have it.
fn aggregate(cube: &mut Cube, hint: &str, aggregate: Aggregate) -> Name {
    if let Some((name, _)) = cube
        .aggregates
        .iter()
        .find(|(_, known)| *known == aggregate)
    {
        return name.clone();
    }
    let name = free_name(cube, hint);
    cube.aggregates.push((name.clone(), aggregate));
    name
}

pub(super) fn free_name(cube: &Cube, hint: &str) -> Name {
    let is_taken = |name: &str| {
        cube.aggregates.iter().any(|(known, _)| known == name)
            || cube.keys.iter().any(|key| key == name)
    };
    if !is_taken(hint) {
        return hint.to_string();
    }
    let mut numbered = (2..).map(|number| format!("{hint}_{number}"));
    numbered
        .find(|name| !is_taken(name))
        .expect("there are more numbers than columns")
}
