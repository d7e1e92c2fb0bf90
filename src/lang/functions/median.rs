//! `median`: exactly `p50` (rule S21).

use super::{Function, Keeps, Takes, percentile, same};

pub(super) const FUNCTION: Function = Function {
    name: "median",
    summary: "The middle value, exactly `p50`; none when there are no rows.",
    signature: "median VALUE of POPULATION",
    example: "median time since found of findings open",
    takes: Takes::Number,
    keeps: Keeps::Values,
    finish: percentile::FUNCTION.finish,
    unit: same,
};
