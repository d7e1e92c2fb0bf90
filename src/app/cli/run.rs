//! `riskql run`: the answer to a query, or every KPI against its target.

use std::path::Path;

use super::args::{DataOptions, OutputOptions, RunArguments};
use super::console::{Console, OutputTarget};
use super::failure::Failure;
use super::{explain, scorecard, workspace};
use crate::base::diagnostic::Diagnostic;
use crate::exec::query_context::{self, AbsentValue};
use crate::lang::model::{Definitions, Query};
use crate::render::{self, OutputFormat};

/// Answers the query; without one, shows the scorecard.
pub fn run(
    console: &mut Console,
    arguments: &RunArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let text = arguments.query.join(" ");
    let output = arguments.page.with(&arguments.output);
    let definitions = workspace::definitions(console, defs)?;
    if text.trim().is_empty() {
        return scorecard::run(console, &definitions, &arguments.data, &output);
    }
    let question = workspace::query(console, &definitions, &text)?;
    let is_everything = question.is_everything();
    let query = question.query;
    if query.explain {
        let how = explain::ExplainOptions {
            data: &arguments.data,
            output: &output,
            part: explain::ExplainPart::Words,
        };
        return explain::query(console, &definitions, &query, how);
    }
    workspace::needs_data(&arguments.data, &format!("run \"{text}\""))?;
    answer(
        console,
        &definitions,
        query,
        is_everything,
        &arguments.data,
        &output,
    )
}

fn answer(
    console: &mut Console,
    definitions: &Definitions,
    mut query: Query,
    is_everything: bool,
    data: &DataOptions,
    output: &OutputOptions,
) -> Result<(), Failure> {
    let target = OutputTarget::new(output)?;
    let instants = workspace::instants(console, definitions, data)?;
    let context = workspace::context(console, definitions, data, instants)?;
    let mut notes = Vec::new();
    if is_everything {
        notes = query_context::leave_out_unanswerable(&mut query, &context)?;
    }
    let mut answered = workspace::answer(console, &context, &[&query])?;
    let mut answer = answered.answers.remove(0);
    answer.notes.extend(notes);
    answer.notes.extend(answered.notes);
    workspace::tell_absent(console, &answered.absent);
    if target.format != OutputFormat::Table {
        let told = answered.absent.iter().map(AbsentValue::sentence);
        answer.notes.extend(told);
    }
    if let Some(why) = render::refusal(&answer, target.format) {
        return Err(Diagnostic::data("K909", why).into());
    }
    if let Some(beside) = render::beside(&answer, target.format) {
        console.note(&beside);
    }
    target.write(&render::answer(
        &answer,
        target.format,
        target.look(console),
    ))
}
