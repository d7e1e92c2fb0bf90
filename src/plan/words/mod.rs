//! What a plan means, in words: for `explain`, which prints it beside the numbers.
//!
//! Pure: takes definitions, a plan and a way to name places; prints nothing.

mod columns;
mod conditions;
mod formulas;
mod meanings;
mod policies;
mod populations;
mod time;

use super::{Plan, Work};
use crate::base::source::Span;
use crate::lang::model::Definitions;

pub use conditions::condition;
pub use formulas::{formula, measure};
pub(super) use meanings::mentions_within;

/// Lines under a heading.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paragraph {
    pub title: String,
    pub lines: Vec<String>,
}

/// A plan in words: its columns, what they are made of, the policies they depend on, and when it is
/// evaluated. `place` names where a span is: `kpis/mttr.kpi:3`.
pub fn describe(
    definitions: &Definitions,
    place: &dyn Fn(Span) -> String,
    plan: &Plan,
) -> Vec<Paragraph> {
    let mut paragraphs = Vec::new();
    match &plan.work {
        Work::Values(work) => {
            for column in &work.columns {
                paragraphs.push(columns::column(definitions, place, column));
            }
            let slots = &work.timeline.slots;
            for step in &work.steps {
                paragraphs.push(populations::step(definitions, step, slots));
            }
        }
        Work::List(work) => paragraphs.push(populations::list(definitions, work)),
    }
    let (scores, slas) = super::requirements::policies(definitions, &plan.work);
    for score in scores {
        paragraphs.push(policies::score(
            definitions,
            place,
            &definitions.scores[score.0],
        ));
    }
    for sla in slas {
        paragraphs.push(policies::sla(definitions, place, &definitions.slas[sla.0]));
    }
    paragraphs.push(time::paragraph(definitions, plan));
    paragraphs
}
