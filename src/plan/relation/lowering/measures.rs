//! Measures → columns of cubes.

use super::cubes::{Cube, CubeShape, PointRange, ROWS, SweepContribution, VALUE, cut};
use super::elapsed::Alternative;
use super::population::{CountedAt, PopulationRows};
use super::rows::Rows;
use super::{Lowering, Reading, Sum};
use crate::lang::functions::{Keeps, Takes};
use crate::lang::model::{Condition, Measure, Measured, Role, ScoreId, TableId};
use crate::plan::relation::{Aggregate, Axis, Expression, Name, RelationalOperator};

/// What a measure takes of each row.
#[derive(Clone)]
pub(super) enum Taken {
    /// The row, and whether it passes a test.
    Row(Option<RowTest>),
    /// A number.
    Number(Expression),
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
            (Some(Measured::Field(field)), Takes::Field) => Taken::Value(self.field(*field)),
            (Some(Measured::Field(field)), _) => Taken::Number(self.field(*field)),
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
        measure: &Measure,
        population: &PopulationRows,
        taken: &Taken,
        keys: &[Name],
    ) -> (usize, Name, Reading) {
        let draft = Draft {
            table: measure.population.table,
            population,
            keys,
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
                self.stock(measure, &draft, over, &never, taken)
            }
            CountedAt::Points { low, high, set } => {
                let over = PointRange::Columns {
                    low: low.clone(),
                    high: high.clone(),
                };
                self.stock(measure, &draft, over, set, taken)
            }
            CountedAt::Ranges { ranges, set } => {
                let Expression::Column(ranges) = ranges else {
                    unreachable!("ranges of points are a derived column");
                };
                let over = PointRange::Ranges(ranges.clone());
                self.stock(measure, &draft, over, set, taken)
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
            Taken::Since(_) | Taken::Lifetime { .. } => {
                unreachable!("an age is of a state, and lifetimes are done")
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
            (Some((value, scale)), _) => value_reading(cube_of, measure, value, scale),
        };
        (cube, rows, reading)
    }

    fn stock(
        &mut self,
        measure: &Measure,
        draft: &Draft,
        over: PointRange,
        set: &Expression,
        taken: &Taken,
    ) -> (usize, Name, Reading) {
        match measure.function.keeps {
            Keeps::Tally | Keeps::Total => self.swept(draft, over, set, taken),
            Keeps::Extremes | Keeps::Values | Keeps::Distinct => {
                self.expanded(measure, draft, over, taken)
            }
            Keeps::Lifetimes => unreachable!("checking asks lifetimes for an event"),
        }
    }

    fn swept(
        &mut self,
        draft: &Draft,
        over: PointRange,
        set: &Expression,
        taken: &Taken,
    ) -> (usize, Name, Reading) {
        let cube = self.cube(draft.stock(CubeShape::Swept(Vec::new())));
        let rows = SweepContribution::over(over.clone(), Vec::new());
        let one = Expression::integer(1);
        let rows_name = self.contribute(cube, &rows, ROWS, one.clone());
        let count = |test: &Expression| Expression::Case {
            branches: vec![(test.clone(), Expression::integer(1))],
            otherwise: Box::new(Expression::integer(0)),
        };
        let reading = match taken {
            Taken::Row(None) => Reading::Tally { with: None },
            Taken::Row(Some(RowTest::Constant(test))) => Reading::Tally {
                with: Some(self.contribute(cube, &rows, "with", count(test))),
            },
            Taken::Row(Some(RowTest::Varying(test))) => {
                let both = Expression::Intersection(vec![set.clone(), test.clone()]);
                let table = self.rows(draft.table);
                let ranges = table.covered("with_points", both, &draft.population.axis);
                let Expression::Column(ranges) = ranges else {
                    unreachable!("a derived column");
                };
                let over = SweepContribution::over(PointRange::Ranges(ranges), Vec::new());
                Reading::Tally {
                    with: Some(self.contribute(cube, &over, "with", one)),
                }
            }
            Taken::Number(value) => self.total(cube, &[(rows, value.clone())]),
            Taken::Score(versions) => {
                let parts: Vec<(SweepContribution, Expression)> = cut(&rows, versions);
                self.total(cube, &parts)
            }
            Taken::Between { micros, .. } => {
                let present = count(&micros.clone().is_present());
                Reading::Total {
                    count: self.contribute(cube, &rows, "count", present),
                    sum: self.contribute(cube, &rows, "sum", micros.clone()),
                    scale: Sum::Micros,
                }
            }
            Taken::Since(alternatives) => {
                let parts = self.since(draft, &rows, alternatives);
                self.ages(cube, &parts)
            }
            Taken::Lifetime { .. } | Taken::Value(_) => {
                unreachable!("no function sums lifetimes or texts")
            }
        };
        (cube, rows_name, reading)
    }

    /// Count and exact sum of numbers; parts apply to different points.
    fn total(&mut self, cube: usize, parts: &[(SweepContribution, Expression)]) -> Reading {
        let mut names = None;
        for (over, value) in parts {
            let present = Expression::Case {
                branches: vec![(value.clone().is_present(), Expression::integer(1))],
                otherwise: Box::new(Expression::integer(0)),
            };
            let fixed = Expression::FixedPoint(Box::new(value.clone()));
            names = match names {
                None => Some((
                    self.contribute(cube, over, "count", present),
                    self.contribute(cube, over, "sum", fixed),
                )),
                Some((count, sum)) => {
                    self.add_values(
                        cube,
                        over,
                        vec![(count.clone(), present), (sum.clone(), fixed)],
                    );
                    Some((count, sum))
                }
            };
        }
        let (count, sum) = names.expect("a score has a version");
        Reading::Total {
            count,
            sum,
            scale: Sum::FixedPoint,
        }
    }

    /// Count of ages, and exact sum of the instants they run from; parts apply to different points.
    fn ages(&mut self, cube: usize, parts: &[(SweepContribution, Expression)]) -> Reading {
        let one = Expression::integer(1);
        let (first, since) = &parts[0];
        let count = self.contribute(cube, first, "count", one.clone());
        let sum = self.contribute(cube, first, "sum", since.clone());
        for (over, since) in &parts[1..] {
            let values = vec![(count.clone(), one.clone()), (sum.clone(), since.clone())];
            self.add_values(cube, over, values);
        }
        Reading::Total {
            count,
            sum,
            scale: Sum::Ages,
        }
    }

    /// Before its event a row has no age: it counts from the event on, until another takes its place.
    fn since(
        &mut self,
        draft: &Draft,
        rows: &SweepContribution,
        alternatives: &[Alternative],
    ) -> Vec<(SweepContribution, Expression)> {
        let axis = &draft.population.axis;
        // A missing event has no point: such rows contribute nothing, and nothing takes their place.
        let points = Expression::integer(axis.len() as i64);
        let mut bound = |hint: &str, instant: &Expression| {
            let point = self.rows(draft.table).point_after(hint, instant, axis);
            Some(Expression::Coalesce(vec![point, points.clone()]))
        };
        let part = |one: &Alternative| {
            let over = SweepContribution {
                from: bound("age_from", &one.instant),
                until: one.replaced.as_ref().and_then(|at| bound("age_until", at)),
                ..rows.clone()
            };
            (over, one.instant.clone())
        };
        alternatives.iter().map(part).collect()
    }

    /// The same for cubes that are expanded: rows count before all events too, without an age.
    fn since_expanded(
        &mut self,
        draft: &Draft,
        rows: &SweepContribution,
        alternatives: &[Alternative],
    ) -> Vec<(SweepContribution, Expression)> {
        if let [only] = alternatives {
            return vec![(rows.clone(), only.instant.clone())];
        }
        let axis = &draft.population.axis;
        let first = alternatives.iter().map(|one| one.instant.clone()).collect();
        let first = Expression::Least(first);
        let begun = self.rows(draft.table).point_after("age_from", &first, axis);
        let before = SweepContribution {
            until: Some(begun),
            ..rows.clone()
        };
        let mut parts = self.since(draft, rows, alternatives);
        parts.push((before, Expression::missing_integer()));
        parts
    }

    fn expanded(
        &mut self,
        measure: &Measure,
        draft: &Draft,
        over: PointRange,
        taken: &Taken,
    ) -> (usize, Name, Reading) {
        let all = SweepContribution::over(over, Vec::new());
        let valued = |over: SweepContribution, value: Expression| SweepContribution {
            values: vec![(VALUE.to_string(), value)],
            ..over
        };
        let (parts, scale) = match taken {
            Taken::Number(value) => (vec![valued(all, value.clone())], Sum::FixedPoint),
            Taken::Value(value) => (vec![valued(all, value.clone())], Sum::Micros),
            Taken::Between { micros, .. } => (vec![valued(all, micros.clone())], Sum::Micros),
            Taken::Score(versions) => {
                let mut parts: Vec<SweepContribution> = cut(&all, versions)
                    .into_iter()
                    .map(|(over, value)| valued(over, value))
                    .collect();
                // Points before the first version count rows without a value.
                if let Some((first, _)) = versions.first().filter(|(first, _)| *first > 0) {
                    let before = SweepContribution {
                        until: Some(Expression::integer(*first as i64)),
                        ..all
                    };
                    parts.push(valued(before, Expression::missing_number()));
                }
                (parts, Sum::FixedPoint)
            }
            Taken::Since(alternatives) => {
                let parts = self.since_expanded(draft, &all, alternatives);
                let parts = parts.into_iter().map(|(over, since)| valued(over, since));
                (parts.collect(), Sum::Micros)
            }
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
        let reading = value_reading(cube_of, measure, value, scale);
        (cube, rows, reading)
    }

    /// Adds a column to a swept cube; the name of the one it already has if it is the same.
    fn contribute(
        &mut self,
        cube: usize,
        over: &SweepContribution,
        hint: &str,
        value: Expression,
    ) -> Name {
        let CubeShape::Swept(contributions) = &self.cubes[cube].shape else {
            unreachable!("only swept cubes have contributions that are summed");
        };
        let same_range = contributions.iter().find(|known| known.has_range_of(over));
        let known = same_range.and_then(|known| {
            let mut values = known.values.iter();
            // A column fed by several contributions is not the same as one that has only this.
            values.find(|(name, own)| *own == value && self.is_fed_once(cube, name))
        });
        if let Some((name, _)) = known {
            return name.clone();
        }
        let name = free_name(&self.cubes[cube], hint);
        let sum = Aggregate::Sum(Expression::column(&name));
        self.cubes[cube].aggregates.push((name.clone(), sum));
        self.add_values(cube, over, vec![(name.clone(), value)]);
        name
    }

    fn is_fed_once(&self, cube: usize, name: &str) -> bool {
        let CubeShape::Swept(contributions) = &self.cubes[cube].shape else {
            return false;
        };
        let values = contributions.iter().flat_map(|one| &one.values);
        values.filter(|(known, _)| known == name).count() == 1
    }

    fn add_values(
        &mut self,
        cube: usize,
        over: &SweepContribution,
        values: Vec<(Name, Expression)>,
    ) {
        let CubeShape::Swept(contributions) = &mut self.cubes[cube].shape else {
            unreachable!("only swept cubes have contributions that are summed");
        };
        match contributions
            .iter_mut()
            .find(|known| known.has_range_of(over))
        {
            Some(known) => known.values.extend(values),
            None => contributions.push(SweepContribution {
                values,
                ..over.clone()
            }),
        }
    }

    /// The place of a cube over the same rows, points and groups; made if there is none.
    fn cube(&mut self, cube: Cube) -> usize {
        let same = |known: &Cube| {
            let same_shape = match (&known.shape, &cube.shape) {
                (CubeShape::Swept(_), CubeShape::Swept(_)) => true,
                (left, right) => left == right,
            };
            same_shape
                && known.table == cube.table
                && known.predicate == cube.predicate
                && known.keys == cube.keys
                && known.axis == cube.axis
        };
        self.cubes.iter().position(same).unwrap_or_else(|| {
            self.cubes.push(cube);
            self.cubes.len() - 1
        })
    }
}

/// What the cube of a measure is made of.
struct Draft<'d> {
    table: TableId,
    population: &'d PopulationRows,
    keys: &'d [Name],
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

    fn stock(&self, shape: CubeShape) -> Cube {
        let aggregates = match &shape {
            CubeShape::Expanded { .. } => vec![(ROWS.to_string(), Aggregate::Count)],
            CubeShape::Swept(_) | CubeShape::Flow { .. } => Vec::new(),
        };
        Cube {
            table: self.table,
            predicate: self.population.counted(),
            keys: self.keys.to_vec(),
            axis: self.population.axis.clone(),
            shape,
            aggregates,
        }
    }
}

/// The aggregates of a function over values, and how they are read.
fn value_reading(cube: &mut Cube, measure: &Measure, value: Expression, scale: Sum) -> Reading {
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
                of: value,
                fraction,
            };
            Reading::Quantile {
                count,
                lower: aggregate(cube, "lower", lower),
                upper: aggregate(cube, "upper", upper),
                fraction,
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

fn free_name(cube: &Cube, hint: &str) -> Name {
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
