//! `riskql why`: where the change of a number between two periods comes from.

use std::path::Path;

use super::args::WhyArguments;
use super::console::{Console, OutputTarget};
use super::failure::Failure;
use super::workspace;
use crate::base::diagnostic::Diagnostic;
use crate::insight::attribution;
use crate::lang::model::Subject;
use crate::render::OutputFormat;

/// Explains the change of a query's first number. A range is read as its first period and its last.
pub fn run(
    console: &mut Console,
    arguments: &WhyArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let target = OutputTarget::new(&arguments.output)?;
    if target.format == OutputFormat::Svg {
        return Err(
            Diagnostic::data("K909", "the reasons of a change are no chart")
                .help("write `--format html`, or leave the format out")
                .into(),
        );
    }
    let text = arguments.query.join(" ");
    let definitions = workspace::definitions(console, defs)?;
    let question = workspace::query(console, &definitions, &text)?;
    let is_everything = question.is_everything();
    let mut query = question.query;
    let Subject::Values(values) = &query.subject else {
        return Err(
            Diagnostic::data("K970", "a list has no number that could change")
                .help("ask for a number: riskql why \"backlog from 2026-01 to 2026-06\"")
                .into(),
        );
    };
    if is_everything {
        return Err(
            Diagnostic::data("K966", "`why` explains the change of one number")
                .help("name it: riskql why \"mttr from 2026-01 to 2026-06\"")
                .into(),
        );
    }
    workspace::needs_data(&arguments.data, &format!("why \"{text}\""))?;
    let groupings = attribution::groupings(&definitions, values, &[], "by")?;
    let is_of_several = values.columns.len() > 1;
    attribution::compare_ends(&mut query);
    let instants = workspace::instants(console, &definitions, &arguments.data)?;
    let context = workspace::context(console, &definitions, &arguments.data, instants)?;
    let progress = console.progress();
    let mut why = attribution::why(&context, &query, &groupings)?;
    drop(progress);
    if is_of_several {
        why.notes
            .push(format!("only the first number, {}", why.name));
    }
    target.write(
        console,
        &attribution::written(&why, target.format, target.look(console)),
    )
}
