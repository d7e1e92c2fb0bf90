//! `distinct`: how many different values.

use super::{Function, Keeps, Kept, Takes, count_unit, mismatch};

pub(super) const FUNCTION: Function = Function {
    name: "distinct",
    summary: "How many different values a field has; missing is not one. 0 when there are no rows.",
    signature: "distinct FIELD of POPULATION",
    example: "distinct app of findings open where severity = critical",
    takes: Takes::Field,
    keeps: Keeps::Distinct,
    finish: |kept, _| match kept {
        Kept::Distinct(different) => Some(different as f64),
        other => mismatch(other),
    },
    unit: count_unit,
};
