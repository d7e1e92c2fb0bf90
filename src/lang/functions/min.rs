//! `min`: the smallest value.

use super::{Function, Keeps, Kept, Takes, mismatch, same};

pub(super) const FUNCTION: Function = Function {
    name: "min",
    summary: "The smallest value; none when there are no rows.",
    signature: "min VALUE of POPULATION",
    example: "min cvss of findings open",
    takes: Takes::Number,
    keeps: Keeps::Extremes,
    finish: |kept, _| match kept {
        Kept::Extremes { rows: 0, .. } => None,
        Kept::Extremes { min, .. } => Some(min),
        other => mismatch(other),
    },
    unit: same,
};
