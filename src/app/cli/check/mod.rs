//! `riskql check`: all errors and warnings of the definitions, and with data all that only data shows.

mod balance;
mod checked;
mod populations;
mod rows;
mod texts;
mod written;

use std::path::Path;

use super::args::{CheckArguments, CheckFormat};
use super::console::{Console, write_stdout};
use super::failure::{Failure, FailureKind};
use super::pipelines;
use crate::base::diagnostic::{Problems, Severity};
use crate::insight::advice;
use crate::lang::model::Definitions;
use crate::lang::project::{self, ProjectOrigin};
use crate::render::counted;
use crate::reports::ingest::ReportReader;

/// Checks, and says what was checked when nothing is wrong. Warnings are no failure.
pub fn run(
    console: &mut Console,
    arguments: &CheckArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let origin = ProjectOrigin::choose(defs);
    let (project, mut problems) = match project::read(&mut console.sources, &origin) {
        Ok(ids) => project::parsed(&console.sources, &ids),
        Err(problems) => (None, problems),
    };
    let mut summary = Vec::new();
    let mut advice = 0;
    if let Some(project) = &project {
        let definitions = &project.definitions;
        if arguments.advise {
            let given = advice::advise(&console.sources, project);
            advice = given.iter().count();
            problems.extend(given);
        }
        problems.extend(ReportReader::new(definitions).check());
        summary.push(format!(
            "checked {}: {}",
            origin.name(),
            contents(definitions)
        ));
        if arguments.data.given() {
            match rows::check(console, definitions, &arguments.data, &mut problems) {
                Ok(of_data) => summary.extend(of_data),
                // What stopped the check is shown beside everything found before it.
                Err(failure) => problems.extend(failure.problems),
            }
        }
    }
    let ending = match (problems.has_errors(), advice > 0) {
        (true, _) => Some(Failure::from(problems.clone()).kind),
        // Advice was asked for, and there is some.
        (false, true) => Some(FailureKind::No),
        (false, false) => None,
    };
    finish(console, arguments.format, problems, summary, ending)
}

/// Writes what was found. In formats for programs the problems are the result.
fn finish(
    console: &Console,
    format: CheckFormat,
    problems: Problems,
    summary: Vec<String>,
    ending: Option<FailureKind>,
) -> Result<(), Failure> {
    let said = |kind| Failure {
        kind,
        problems: Problems::default(),
    };
    match format {
        CheckFormat::Text if problems.has_errors() => return Err(problems.into()),
        CheckFormat::Text => {
            let warnings = problems.clone().sorted().len();
            console.report(problems);
            let warnings = counted(warnings as u64, "warning", "warnings");
            console.show(&format!("{}\nno errors, {warnings}\n", summary.join("\n")))?;
        }
        CheckFormat::Json => {
            let list = console.rendered(&problems.sorted());
            write_stdout(format!("{}\n", list.trim_end()).as_bytes())?;
        }
        CheckFormat::Junit | CheckFormat::Github | CheckFormat::Sarif => {
            let items = pipelines::by_file(console, problems.sorted());
            pipelines::write(console, "riskql check", &items, format)?;
        }
    }
    ending.map_or(Ok(()), |kind| Err(said(kind)))
}

fn contents(definitions: &Definitions) -> String {
    [
        counted(definitions.kpis.len() as u64, "KPI", "KPIs"),
        counted(definitions.tables.len() as u64, "table", "tables"),
        counted(definitions.scales.len() as u64, "scale", "scales"),
        counted(
            definitions.conditions.len() as u64,
            "condition",
            "conditions",
        ),
        counted(definitions.scores.len() as u64, "score", "scores"),
        counted(definitions.slas.len() as u64, "SLA", "SLAs"),
        counted(definitions.views.len() as u64, "view", "views"),
        counted(
            definitions.dashboards.len() as u64,
            "dashboard",
            "dashboards",
        ),
        counted(definitions.tests.len() as u64, "test", "tests"),
        counted(definitions.reports.len() as u64, "source", "sources"),
    ]
    .join(", ")
}

/// A warning that has no place in the definitions.
fn warning(code: &'static str, message: String) -> crate::base::diagnostic::Diagnostic {
    let mut warning = crate::base::diagnostic::Diagnostic::data(code, message);
    warning.severity = Severity::Warning;
    warning
}
