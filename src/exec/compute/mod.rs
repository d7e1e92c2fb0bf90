//! Steps of plans → cells: lowered together ([`crate::plan::relation`]), compiled to polars ([`crate::exec::lazy`]) and run as
//! one query.

mod batches;
mod cells;
mod cubes;
mod database;
mod describe;
mod groups;
mod lifetimes;
mod order_statistics;
mod tracks;

pub use cells::{
    CubeCells, DimensionValue, Finished, GroupSets, Tuple, checked_size, whole_numbers,
};
pub use cubes::{Computed, StepCells, WorkCells};
pub use describe::{
    BaseDescription, CubeDescription, CubeMethod, CubePurpose, MeasureDescription, PlanDescription,
    ScanDescription, ServedMeasure, ServedPeriods, describe,
};
pub use tracks::Tracks;

use crate::exec::data::TableSources;
use crate::lang::model::Definitions;
use crate::plan::EvaluationTime;

/// What everything of an answer is computed by.
#[derive(Clone, Copy)]
pub struct ExecutionContext<'a> {
    pub definitions: &'a Definitions,
    pub sources: &'a TableSources,
    pub evaluation: &'a EvaluationTime,
    pub limits: Limits,
}

/// How much is held in memory at once. Answers do not depend on it.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Rows of a batch: those that one query passes over. A narrow row has 50 to 100 bytes.
    pub batch: usize,
    /// Rows that are kept for cubes that do not add up. Of larger tables those of some points are kept at a time, and
    /// the table is passed over again for the next.
    pub kept: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            batch: 1 << 22,
            kept: 1 << 24,
        }
    }
}

/// The codes of this room's problems and what each means.
pub const CODES: &[(&str, &str)] = &[(
    cells::TOO_MANY,
    "a result with more numbers than fit in memory",
)];
