//! `riskql export`: numbers for other programs.

use std::path::Path;

use super::args::{CubesArguments, ExportArguments, ExportCommand};
use super::console::{Console, OutputTarget};
use super::failure::Failure;
use super::{into, workspace};
use crate::base::diagnostic::Diagnostic;
use crate::exec::query_context::AbsentValue;
use crate::insight::cubes::{self, CubeRequest};
use crate::render::{self, OutputFormat};

pub fn run(
    console: &mut Console,
    arguments: &ExportArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    match &arguments.command {
        ExportCommand::Cubes(own) => cubes(console, own, defs),
    }
}

/// Writes a row for each KPI, period and group.
fn cubes(
    console: &mut Console,
    arguments: &CubesArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let names: String = arguments
        .names
        .iter()
        .map(|name| format!(" {name}"))
        .collect();
    workspace::needs_data(&arguments.data, &format!("export cubes{names}"))?;
    let target = OutputTarget::new(&arguments.output)?;
    let definitions = workspace::definitions(console, defs)?;
    let table = into::target(&definitions, &arguments.into, &arguments.data)?;
    let request = CubeRequest {
        names: &arguments.names,
        over: &arguments.over,
        by: arguments.by.as_deref(),
    };
    let (queries, left_out) = cubes::queries(&mut console.sources, &definitions, &request)?;
    let instants = workspace::instants(console, &definitions, &arguments.data)?;
    let context = workspace::context(console, &definitions, &arguments.data, instants)?;
    let progress = console.progress();
    let found = cubes::answer(&context, queries)?;
    drop(progress);
    workspace::tell_absent(console, &found.absent);
    let mut answer = found.answer;
    answer.notes.splice(0..0, left_out);
    if target.format != OutputFormat::Table {
        let told = found.absent.iter().map(AbsentValue::sentence);
        answer.notes.extend(told);
    }
    if let Some(table) = table {
        return into::write(console, &definitions, &table, &answer, &cubes::DAYS);
    }
    if let Some(why) = render::refusal(&answer, target.format) {
        return Err(Diagnostic::data("K909", why).into());
    }
    if let Some(beside) = render::beside(&answer, target.format) {
        console.note(&beside);
    }
    let look = target.screenful(console, false);
    target.write(console, &render::answer(&answer, target.format, look))
}
