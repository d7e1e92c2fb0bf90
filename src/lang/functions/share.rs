//! `share`: the part of the rows that pass a test.

use super::{Function, Keeps, Kept, Takes, mismatch};
use crate::base::types::Unit;

pub(super) const FUNCTION: Function = Function {
    name: "share",
    summary: "Rows that pass the test after `with`, divided by all rows; none when there are no rows.",
    signature: "share of POPULATION with CONDITION",
    example: "share of findings found with environment = production",
    takes: Takes::Test,
    keeps: Keeps::Tally,
    finish: |kept, _| match kept {
        Kept::Tally { all: 0, .. } => None,
        Kept::Tally { with, all } => Some(with as f64 / all as f64),
        other => mismatch(other),
    },
    unit: |_| Unit::Percent,
};
