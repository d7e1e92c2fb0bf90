//! `riskql gate`: targets as a step of a pipeline.

use std::path::Path;

use super::args::{CheckFormat, GateArguments, GateFormat};
use super::console::{Console, write_stdout};
use super::failure::Failure;
use super::{pipelines, workspace};
use crate::base::diagnostic::Diagnostic;
use crate::base::files;
use crate::insight::gate::{self, AcceptedMiss, GateResult};
use crate::lang::model::Definitions;

/// Judges the targets. A miss makes the answer "no"; what could not be judged is no answer.
pub fn run(
    console: &mut Console,
    arguments: &GateArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let definitions = workspace::definitions(console, defs)?;
    let questions = gate::questions(
        &mut console.sources,
        &definitions,
        &arguments.only,
        arguments.months,
    )?;
    let accepted = match &arguments.baseline {
        Some(file) => baseline(console, &definitions, file)?,
        None => Vec::new(),
    };
    workspace::needs_data(&arguments.data, "gate")?;
    let instants = workspace::instants(console, &definitions, &arguments.data)?;
    let context = workspace::context(console, &definitions, &arguments.data, instants)?;
    let progress = console.progress();
    let result = gate::judge(&context, questions, &accepted)?;
    drop(progress);
    console.report(result.warnings.clone());
    write(console, &result, arguments.format)?;
    let unanswered = result.unanswered();
    if unanswered.has_errors() {
        return Err(unanswered.into());
    }
    match result.is_missed() {
        true => Err(Failure::no()),
        false => Ok(()),
    }
}

fn baseline(
    console: &mut Console,
    definitions: &Definitions,
    file: &Path,
) -> Result<Vec<AcceptedMiss>, Failure> {
    let name = file.display().to_string();
    let bytes = files::read_plain(file)
        .map_err(|error| Diagnostic::data("D901", format!("cannot read `{name}`: {error}")))?;
    Ok(gate::read_baseline(
        &mut console.sources,
        definitions,
        &name,
        &bytes,
    )?)
}

fn write(console: &Console, result: &GateResult, format: GateFormat) -> Result<(), Failure> {
    let items = || result.items(&console.sources);
    match format {
        GateFormat::Text => console.show_rendered(&result.text(console.stdout_look())),
        GateFormat::Md => write_stdout(result.markdown().as_bytes()),
        GateFormat::Json => write_stdout(result.json().as_bytes()),
        GateFormat::Junit => pipelines::write(console, "riskql gate", &items(), CheckFormat::Junit),
        GateFormat::Github => {
            pipelines::write(console, "riskql gate", &items(), CheckFormat::Github)
        }
    }
}
