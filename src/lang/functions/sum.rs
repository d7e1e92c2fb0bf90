//! `sum`: the total of a value.

use super::{Function, Keeps, Kept, Takes, mismatch, same};

pub(super) const FUNCTION: Function = Function {
    name: "sum",
    summary: "The total of a number, score or duration; 0 when there are no rows.",
    signature: "sum VALUE of POPULATION",
    example: "sum risk of findings open",
    takes: Takes::Number,
    keeps: Keeps::Total,
    finish: |kept, _| match kept {
        Kept::Total { sum, .. } => Some(sum),
        other => mismatch(other),
    },
    unit: same,
};
