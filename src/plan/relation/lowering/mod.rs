//! Plans → relations: the rules of time are applied here, once.
//!
//! [`Lowering`] takes the measures of all plans of one evaluation time and puts them into cubes: aggregates over the rows
//! of a table that share population, axis and grouping. [`Lowering::rows_of`] gives the rows of each table, with every
//! column that the cubes read, so that one scan serves all.

mod bands;
mod conditions;
mod contributions;
mod cubes;
mod elapsed;
mod events;
mod exclusions;
mod follow_ups;
mod lists;
mod measures;
mod near;
mod periods;
mod policies;
mod population;
mod roll_ups;
mod rows;
mod stretches;
mod sweeps;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use cubes::{
    Cube, CubeLevel, CubeShape, ENDED, HIGH, LOW, POINT, PointRange, ROWS, SweepContribution, VALUE,
};
pub use lists::{ListRelation, TraceRelation, lower_list, lower_trace};

use super::{Aggregate, Axis, Expression, Name, Relation, SharedRelation};
use crate::lang::model::{Definitions, FieldId, TableId};
use crate::plan::{EvaluationTime, Step, TimeBucket};
use periods::Periods;
use rows::Rows;

/// What everything is lowered by.
#[derive(Clone, Copy)]
struct LoweringContext<'a> {
    definitions: &'a Definitions,
    evaluation: &'a EvaluationTime,
}

/// Measures of one evaluation time, lowered together.
pub struct Lowering<'a> {
    context: LoweringContext<'a>,
    tables: BTreeMap<TableId, Rows<'a>>,
    pub cubes: Vec<Cube>,
    /// Counts of rows that are not used, by table.
    pub exclusions: BTreeMap<TableId, Vec<(Name, Aggregate)>>,
}

/// Where the numbers of a measure are.
#[derive(Clone, PartialEq, Debug)]
pub struct MeasureCells {
    /// Index into [`Lowering::cubes`].
    pub cube: usize,
    /// The column of the rows of the population.
    pub rows: Name,
    pub reading: Reading,
    pub axis: Arc<Axis>,
    /// Why rows are not used.
    pub exclusions: Vec<Exclusion>,
    /// What of the rows is still to come, where the measure follows them up to as-of (rule S41).
    pub follow_ups: Vec<FollowUp>,
}

/// How columns of a cube become a number.
#[derive(Clone, PartialEq, Debug)]
pub enum Reading {
    /// Rows, and those that pass the test.
    Tally {
        with: Option<Name>,
    },
    Total {
        count: Name,
        sum: Name,
        scale: Sum,
    },
    Extremes {
        count: Name,
        min: Name,
        max: Name,
    },
    /// The two order statistics that a quantile lies between.
    Quantile {
        count: Name,
        lower: Name,
        upper: Name,
        fraction: f64,
        /// The order statistics between which it lies with confidence, where that is asked for.
        interval: Option<(Name, Name)>,
    },
    Distinct {
        count: Name,
        different: Name,
    },
    /// Rows by duration ([`Reading::MICROS`]), and those that have ended.
    Lifetimes {
        ended: Name,
    },
}

impl Reading {
    /// The key column of durations in a cube of lifetimes, missing for rows that have none.
    pub const MICROS: &'static str = "micros";
}

/// What a sum is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sum {
    Micros,
    /// Multiples of 2^-60.
    FixedPoint,
    /// Instants: the age at a point is the instant of the point minus these.
    Ages,
}

/// A count of rows that are not used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exclusion {
    /// `found_at missing`
    pub reason: String,
    pub table: TableId,
    /// The column of the count among those of [`Lowering::exclusions`].
    pub column: Name,
}

/// Rows that are followed up to as-of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FollowUp {
    /// What some of them are: `not yet verified`; `None` where the test says that itself.
    pub waiting: Option<WaitingRows>,
}

/// Rows of which it is not settled yet what becomes of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WaitingRows {
    /// `not yet verified`
    pub words: String,
    pub table: TableId,
    /// The column of their count among those of [`Lowering::exclusions`].
    pub column: Name,
    /// The column of the count of all rows that are followed.
    pub of: Name,
}

impl<'a> Lowering<'a> {
    pub fn new(definitions: &'a Definitions, evaluation: &'a EvaluationTime) -> Lowering<'a> {
        Lowering {
            context: LoweringContext::new(definitions, evaluation),
            tables: BTreeMap::new(),
            cubes: Vec::new(),
            exclusions: BTreeMap::new(),
        }
    }

    /// Adds a step over the slots of a time line. Rows left out are counted only if asked: what a number is compared
    /// with has its own, which nobody reads.
    pub fn add(
        &mut self,
        step: &Step,
        slots: &[TimeBucket],
        with_exclusions: bool,
    ) -> MeasureCells {
        let measure = &step.measure;
        let calendar = &self.context.definitions.calendar;
        let axis = Arc::new(Axis::new(slots, measure.kind(), step.moment, calendar));
        let periods = Periods::new(slots, measure.kind(), calendar);
        let rows = self.rows(measure.population.table);
        rows.periods = Some(periods);
        let population = rows.population(&measure.population, measure.with.as_ref(), &axis);
        let grouping = rows.grouping(&step.keys, population.at());
        let taken = rows.taken(measure, &population);
        let (cube, rows, reading) = self.cells(step, &population, &taken, &grouping);
        let (exclusions, follow_ups) = match with_exclusions {
            true => (
                self.exclusions_of_measure(measure, &population, &taken),
                self.follow_ups(measure, &population, &taken),
            ),
            false => (Vec::new(), Vec::new()),
        };
        MeasureCells {
            cube,
            rows,
            reading,
            axis,
            exclusions,
            follow_ups,
        }
    }

    fn rows(&mut self, table: TableId) -> &mut Rows<'a> {
        let context = self.context;
        let rows = self.tables.entry(table);
        rows.or_insert_with(|| Rows::new(context, table))
    }

    /// The rows of each table with all that cubes and exclusions read.
    pub fn rows_of_tables(&self) -> BTreeMap<TableId, SharedRelation> {
        let tables = self.tables.iter().map(|(table, rows)| {
            let mut wanted = BTreeSet::new();
            for cube in self.cubes.iter().filter(|cube| cube.table == *table) {
                wanted.extend(cube.columns());
            }
            for (_, count) in self.exclusions.get(table).into_iter().flatten() {
                count.each_expression(&mut |expression| {
                    expression.add_columns_to(&mut wanted);
                });
            }
            let name = format!("{}_rows", self.context.definitions.table(*table).name);
            let input = rows.build(&wanted);
            (*table, Arc::new(Relation::Named { name, input }))
        });
        tables.collect()
    }

    /// The one row of counts of the rows of a table that are not used; `None` if there are none to count.
    pub fn exclusions_of(&self, table: TableId, rows: &SharedRelation) -> Option<SharedRelation> {
        let counts = self.exclusions.get(&table)?;
        Some(Arc::new(Relation::Aggregate {
            input: rows.clone(),
            keys: Vec::new(),
            aggregates: counts.clone(),
        }))
    }
}

impl Rows<'_> {
    /// The column rows are grouped by.
    fn key_column(&mut self, field: FieldId) -> Name {
        match self.field(field) {
            Expression::Column(name) => name,
            other => unreachable!("a dimension is a column, not {other}"),
        }
    }
}
