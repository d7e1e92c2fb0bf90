//! `count`: how many rows.

use super::{Function, Keeps, Kept, Takes, count_unit, mismatch};

pub(super) const FUNCTION: Function = Function {
    name: "count",
    summary: "How many rows the population has; 0 when it is empty.",
    signature: "count of POPULATION",
    example: "count of findings open where severity = critical",
    takes: Takes::Rows,
    keeps: Keeps::Tally,
    finish: |kept, _| match kept {
        Kept::Tally { all, .. } => Some(all as f64),
        other => mismatch(other),
    },
    unit: count_unit,
};
