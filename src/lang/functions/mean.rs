//! `mean`: the average of a value.

use super::{Function, Keeps, Kept, Takes, mismatch, same};

pub(super) const FUNCTION: Function = Function {
    name: "mean",
    summary: "The arithmetic mean of a number, score or duration; none when there are no rows.",
    signature: "mean VALUE of POPULATION",
    example: "mean time from found to verified of findings verified",
    takes: Takes::Number,
    keeps: Keeps::Total,
    finish: |kept, _| match kept {
        Kept::Total { rows: 0, .. } => None,
        Kept::Total { sum, rows } => Some(sum / rows as f64),
        other => mismatch(other),
    },
    unit: same,
};
