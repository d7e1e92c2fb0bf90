//! `median`: exactly `p50` (rule S21).

use super::{Function, Keeps, Kept, Takes, mismatch, percentile, same};

pub(super) const FUNCTION: Function = Function {
    name: "median",
    summary: "The middle value, exactly `p50`; none when there are no rows.",
    signature: "median VALUE of POPULATION",
    example: "median time since found of findings open",
    takes: Takes::Number,
    keeps: Keeps::Values,
    finish: |kept, _| match kept {
        Kept::Quantile {
            lower,
            upper,
            fraction,
            rows,
        } => percentile::quantile(lower, upper, fraction, rows),
        other => mismatch(other),
    },
    unit: same,
};
