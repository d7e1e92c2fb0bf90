//! Plans and tables → answers.
//!
//! All plans that share an evaluation time are lowered together ([`crate::plan::relation`]), compiled to polars
//! ([`crate::exec::lazy`]) and run as one query; [`crate::exec::assemble`] makes answers of the cells.

mod cells;
mod cubes;
mod rows;

use crate::base::diagnostic::Problems;
use crate::exec::answer::Answer;
use crate::exec::assemble::{self, ExecutionContext};
use crate::exec::data::TableSources;
use crate::lang::model::Definitions;
use crate::plan::{Plan, Standpoint, Trace, Work};

pub use cells::{CubeCells, DimensionValue, Finished, Groups, Tuple};
pub use cubes::{Computed, StepCells, WorkCells};

/// Computes several plans, in their order, sharing scans and aggregates. The tables hold every column the plans'
/// needs name.
///
/// # Errors
///
/// A result that would not fit ([`CODES`]); a file that can no longer be read.
pub fn answers(
    definitions: &Definitions,
    sources: &TableSources,
    plans: &[Plan],
) -> Result<Vec<Answer>, Problems> {
    let mut answers: Vec<Option<Answer>> = plans.iter().map(|_| None).collect();
    for evaluation in distinct_evaluations(plans) {
        let context = ExecutionContext {
            definitions,
            sources,
            evaluation,
        };
        let together: Vec<usize> = (0..plans.len())
            .filter(|index| plans[*index].standpoint == *evaluation)
            .collect();
        let valued = together
            .iter()
            .filter_map(|index| match &plans[*index].work {
                Work::Values(work) => Some(work.as_ref()),
                Work::List(_) => None,
            });
        let mut computed = Computed::new(context, valued)?;
        let mut next = 0;
        for index in together {
            let plan = &plans[index];
            answers[index] = Some(match &plan.work {
                Work::Values(work) => {
                    next += 1;
                    assemble::values(context, plan, work, &mut computed, next - 1)?
                }
                Work::List(work) => rows::list(context, plan, work)?,
            });
        }
    }
    Ok(answers
        .into_iter()
        .map(|answer| answer.expect("every plan has an evaluation time"))
        .collect())
}

/// The rows behind a value, one answer row each. The tables hold what the measure and the shown fields need.
///
/// # Errors
///
/// A file that can no longer be read.
pub fn rows_behind(
    definitions: &Definitions,
    sources: &TableSources,
    trace: &Trace,
) -> Result<Answer, Problems> {
    let context = ExecutionContext {
        definitions,
        sources,
        evaluation: &trace.standpoint,
    };
    rows::behind(context, trace)
}

fn distinct_evaluations(plans: &[Plan]) -> Vec<&Standpoint> {
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
    cells::TOO_MANY,
    "a result with more numbers than fit in memory",
)];
