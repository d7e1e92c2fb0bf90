//! Numbers that change at instants: step functions of time.

use super::Expression;

/// A number that a row has at each instant.
#[derive(Clone, PartialEq, Debug)]
pub struct StepFunction {
    /// A column of steps: intervals `(from, until]` with a value each, ascending and apart. Where it is missing the row
    /// has no number at any instant.
    pub steps: Box<Expression>,
    /// The number at instants outside all steps; `None`: missing.
    pub otherwise: Option<f64>,
}

/// How the numbers of several rows become one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StepFold {
    /// How many rows there are.
    Count,
    Sum,
    Min,
    Max,
    Mean,
}

impl StepFold {
    pub fn word(self) -> &'static str {
        match self {
            StepFold::Count => "count",
            StepFold::Sum => "sum",
            StepFold::Min => "min",
            StepFold::Max => "max",
            StepFold::Mean => "mean",
        }
    }
}

/// What a row brings to the step function of a group.
#[derive(Clone, PartialEq, Debug)]
pub struct StepPart {
    /// The instants at which it counts.
    pub set: Expression,
    /// Its number; a missing one brings nothing. `None`: rows are counted.
    pub value: Option<Expression>,
}

impl StepPart {
    pub fn each_expression(&self, visit: &mut impl FnMut(&Expression)) {
        visit(&self.set);
        self.value.iter().for_each(visit);
    }
}
