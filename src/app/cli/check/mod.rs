//! `riskql check`: all errors and warnings of the definitions, and with data all that only data shows.

mod balance;
mod checked;
mod populations;
mod rows;
mod texts;
mod written;

use std::path::Path;

use super::args::CheckArguments;
use super::console::{Console, write_stdout};
use super::failure::{Failure, FailureKind};
use crate::base::diagnostic::{Problems, Severity};
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
    let (definitions, mut problems) = project::definitions(&mut console.sources, &origin);
    let mut summary = Vec::new();
    if let Some(definitions) = &definitions {
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
    finish(console, problems, summary)
}

fn finish(console: &Console, problems: Problems, summary: Vec<String>) -> Result<(), Failure> {
    let failed = problems.has_errors();
    let failure = Failure::from(problems.clone());
    if console.json {
        // The problems are what was asked for, so they are the result.
        let list = console.rendered(&problems.sorted());
        write_stdout(format!("{}\n", list.trim_end()).as_bytes())?;
        return if failed {
            Err(said(failure.kind))
        } else {
            Ok(())
        };
    }
    if failed {
        return Err(failure);
    }
    let warnings = problems.clone().sorted().len();
    console.report(problems);
    let mut text = summary.join("\n");
    text += &format!(
        "\nno errors, {}\n",
        counted(warnings as u64, "warning", "warnings")
    );
    console.show(&text)
}

fn said(kind: FailureKind) -> Failure {
    Failure {
        kind,
        problems: Problems::default(),
    }
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
