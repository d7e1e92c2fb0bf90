//! `max`: the largest value.

use super::{Function, Keeps, Kept, Takes, mismatch, same};

pub(super) const FUNCTION: Function = Function {
    name: "max",
    summary: "The largest value; none when there are no rows.",
    signature: "max VALUE of POPULATION",
    example: "max cvss of findings open",
    takes: Takes::Number,
    keeps: Keeps::Extremes,
    finish: |kept, _| match kept {
        Kept::Extremes { rows: 0, .. } => None,
        Kept::Extremes { max, .. } => Some(max),
        other => mismatch(other),
    },
    unit: same,
};
