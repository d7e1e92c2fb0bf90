//! Plan + loaded tables → [`Answer`].
//!
//! All plans that share a standpoint are computed together: each table is passed over once, in
//! blocks that fit the cache, and everything two measures have in common (an event's instants, a
//! condition, the rows of a population, a grouping) is worked out once a block. What is kept of each
//! group can be merged, so totals and `other` come from rows.
//!
//! Stocks are swept: an interval adds at the first instant it covers and takes away at the first it
//! does not, so many instants cost no more than few.

mod assemble;
mod axis;
mod behind;
mod compile;
mod conditions;
mod coverage;
mod excluded;
mod fields;
mod finish;
mod groups;
mod lifecycle;
mod list;
mod masks;
mod nodes;
mod pass;
mod pieces;
mod policy;
mod pools;
mod steps;
mod store;
mod taken;
mod tracks;

use crate::base::diagnostic::Problems;
use crate::exec::answer::Answer;
use crate::exec::data::Dataset;
use crate::lang::model::Definitions;
use crate::plan::{Plan, Standpoint, Trace, Work};

/// Computes several plans, in their order, sharing the passes over the tables. The dataset holds
/// every table and column the plans' needs name.
///
/// # Errors
///
/// A result that would not fit: more than [`store::LARGEST`] cells for one measure.
pub fn answers(
    definitions: &Definitions,
    dataset: &Dataset,
    plans: &[Plan],
) -> Result<Vec<Answer>, Problems> {
    let mut answers: Vec<Option<Answer>> = plans.iter().map(|_| None).collect();
    for standpoint in distinct_standpoints(plans) {
        let reader = fields::Reader::new(definitions, dataset, standpoint);
        let together: Vec<usize> = (0..plans.len())
            .filter(|index| plans[*index].standpoint == *standpoint)
            .collect();
        let valued = together
            .iter()
            .filter_map(|index| match &plans[*index].work {
                Work::Values(work) => Some(work.as_ref()),
                Work::List(_) => None,
            });
        let computed = steps::compute(&reader, valued)?;
        for index in together {
            let plan = &plans[index];
            answers[index] = Some(match &plan.work {
                Work::Values(work) => assemble::values(&reader, plan, work, &computed),
                Work::List(work) => list::answer(&reader, plan, work),
            });
        }
    }
    Ok(answers
        .into_iter()
        .map(|answer| answer.expect("every plan has a standpoint"))
        .collect())
}

/// The rows behind a value, one answer row each. The dataset holds what the measure and the shown fields
/// need.
pub fn rows_behind(definitions: &Definitions, dataset: &Dataset, trace: &Trace) -> Answer {
    let reader = fields::Reader::new(definitions, dataset, &trace.standpoint);
    behind::answer(&reader, trace)
}

fn distinct_standpoints(plans: &[Plan]) -> Vec<&Standpoint> {
    let mut distinct: Vec<&Standpoint> = Vec::new();
    for plan in plans {
        if !distinct.contains(&&plan.standpoint) {
            distinct.push(&plan.standpoint);
        }
    }
    distinct
}

/// The codes of this room's problems and what each means.
pub const CODES: &[(&str, &str)] = &[(
    steps::TOO_MANY,
    "a result with more numbers than fit in memory",
)];
