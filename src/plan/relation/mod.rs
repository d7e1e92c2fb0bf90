//! What to compute, as a small relational algebra with the rules of time compiled in.
//!
//! [`lower`](lowering) makes it of plans; a compiler of [`crate::exec`] translates it to polars or to SQL and
//! knows nothing of KPIs, states or SLAs. Two rules hold everywhere, so that a compiler need not think:
//!
//! - **Booleans are never missing.** A comparison with a missing value is false (rule S15).
//! - **Missing goes through arithmetic.** A sum or product with a missing operand is missing.
//!
//! Instants are whole microseconds since 1970 in UTC, durations whole microseconds. Sets of instants are
//! lists of intervals `(from, until]`, ascending and apart (rule S5: seen from just before the instant).

mod axis;
mod display;
mod expression;
mod lowering;
mod prune;
mod steps;

use std::sync::Arc;

use crate::lang::model::TableId;

pub use axis::Axis;
pub use display::OutlineNode;
pub use expression::{Expression, Literal, MissingOf, RelationalOperator};
pub use lowering::{
    Cube, CubeLevel, CubeShape, ENDED, Exclusion, FollowUp, HIGH, LOW, ListRelation, Lowering,
    MeasureCells, POINT, PointRange, ROWS, Reading, Sum, SweepContribution, TraceRelation, VALUE,
    lower_list, lower_trace,
};
pub use prune::pruned;
pub use steps::{StepFold, StepFunction, StepPart};

/// The name of a column of a relation.
pub type Name = String;

/// A node that several others may read.
pub type SharedRelation = Arc<Relation>;

/// A table of columns with names. The order of rows counts only above [`Relation::Sort`].
#[derive(Clone, PartialEq, Debug)]
pub enum Relation {
    /// Rows of a table file.
    Scan {
        table: TableId,
        name: Name,
        columns: Vec<Name>,
        /// The column that holds the row's place in the file, if it is wanted.
        row_number: Option<Name>,
    },
    /// Rows for which the predicate holds.
    Filter {
        input: SharedRelation,
        predicate: Expression,
    },
    /// These columns and no others.
    Project {
        input: SharedRelation,
        columns: Vec<(Name, Expression)>,
    },
    /// All columns of the input and more. The new ones read those of the input only.
    Extend {
        input: SharedRelation,
        columns: Vec<(Name, Expression)>,
    },
    /// `on` is a column of the left and one of the right side; the right side holds each of its values once,
    /// so a join never multiplies rows. Missing keys match nothing. Columns of `on` of the right side are left out.
    Join {
        left: SharedRelation,
        right: SharedRelation,
        on: (Name, Name),
        kind: JoinKind,
    },
    /// All rows of inputs with the same columns.
    Union {
        inputs: Vec<SharedRelation>,
    },
    /// One row for each combination of keys, missing being a key like another; one row if there are no keys.
    Aggregate {
        input: SharedRelation,
        keys: Vec<Name>,
        aggregates: Vec<(Name, Aggregate)>,
    },
    /// Replaces columns by their running sums along `order` within each combination of `partition`. A point
    /// without a row has the sums of the point before it.
    Running {
        input: SharedRelation,
        partition: Vec<Name>,
        order: Name,
        columns: Vec<Name>,
    },
    /// One row for each whole number in `[low, high)`, which becomes the column `into`. Rows × points:
    /// only quantiles, extremes and distinct counts of a stock need it; all else is swept.
    Expand {
        input: SharedRelation,
        low: Name,
        high: Name,
        into: Name,
    },
    /// One row for each range of points in a column of [`Expression::CoveredPoints`], as `low` and `high`; of
    /// [`Expression::SteppedPoints`], with the number there as `value`.
    Unnest {
        input: SharedRelation,
        ranges: Name,
        low: Name,
        high: Name,
        value: Option<Name>,
    },
    /// Missing values come last whatever the direction; equal rows in the order of later keys.
    Sort {
        input: SharedRelation,
        keys: Vec<SortKey>,
    },
    Limit {
        input: SharedRelation,
        rows: usize,
    },
    /// A relation with a name: a table expression in SQL, collected once by polars if several relations read it.
    Named {
        name: Name,
        input: SharedRelation,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JoinKind {
    Left,
    /// Rows of the left side with a partner; no columns of the right side.
    Semi,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SortKey {
    pub column: Name,
    pub is_descending: bool,
}

/// One number of each group. Columns are of the input.
#[derive(Clone, PartialEq, Debug)]
pub enum Aggregate {
    /// Rows.
    Count,
    /// Rows for which a boolean column or expression holds.
    CountWhere(Expression),
    /// Rows where the expression is not missing.
    CountPresent(Expression),
    /// Exact sum of whole numbers in 128 bits; missing ones are left out, 0 of none.
    Sum(Expression),
    /// Missing ones are left out; missing of none.
    Min(Expression),
    Max(Expression),
    /// Of the `n` present values in ascending order the one at `floor(fraction * (n - 1))`, counted from 0.
    OrderStatistic {
        of: Expression,
        fraction: f64,
    },
    /// The one after that, or the last.
    NextOrderStatistic {
        of: Expression,
        fraction: f64,
    },
    /// The order statistic that is the lower or upper end of a quantile's confidence interval; missing where the values are
    /// too few ([`crate::base::statistics::interval_ranks`]).
    IntervalEnd {
        of: Expression,
        fraction: f64,
        level: f64,
        is_upper: bool,
    },
    /// How many different values, missing not counted.
    CountDistinct(Expression),
    /// The instants that lie in the sets of at least so many rows.
    CoveredInstants {
        set: Expression,
        at_least: u32,
    },
    /// The steps of what rows bring, folded at each instant.
    Steps {
        parts: Vec<StepPart>,
        fold: StepFold,
    },
}

impl Relation {
    /// The relations this one reads.
    pub fn inputs(&self) -> Vec<&SharedRelation> {
        match self {
            Relation::Scan { .. } => Vec::new(),
            Relation::Join { left, right, .. } => vec![left, right],
            Relation::Union { inputs } => inputs.iter().collect(),
            Relation::Filter { input, .. }
            | Relation::Project { input, .. }
            | Relation::Extend { input, .. }
            | Relation::Aggregate { input, .. }
            | Relation::Running { input, .. }
            | Relation::Expand { input, .. }
            | Relation::Unnest { input, .. }
            | Relation::Sort { input, .. }
            | Relation::Limit { input, .. }
            | Relation::Named { input, .. } => vec![input],
        }
    }
}
