//! What only the data can show: every column of every table with a file is read, and then looked at.

use super::checked::CheckedRows;
use super::{balance, populations, texts, warning};
use crate::app::cli::args::DataOptions;
use crate::app::cli::console::Console;
use crate::app::cli::failure::Failure;
use crate::app::cli::workspace;
use crate::base::diagnostic::Problems;
use crate::exec::data::{self, Location, TableSources};
use crate::exec::query_context::{self, QueryContext};
use crate::lang::analyze;
use crate::lang::model::{Definitions, Query, Subject, ValueColumn};
use crate::plan::{self, EvaluationTime, Requirement, RequirementOptions, Requirements};
use crate::render::counted;

/// Reads and checks the data; adds what it finds, and returns what it has looked at in words.
/// Data that cannot be read at all is a failure.
pub(super) fn check(
    console: &mut Console,
    definitions: &Definitions,
    options: &DataOptions,
    problems: &mut Problems,
) -> Result<Vec<String>, Failure> {
    let mut everything = everything(console, definitions)?;
    let instants = workspace::instants(console, definitions, options)?;
    let context = workspace::context(console, definitions, options, instants)?;
    let _progress = console.progress();
    let tables = context.usual_tables()?;
    let read = |everything: &Query| {
        let request = request(&context, tables.borrow().locations(), everything);
        tables.borrow_mut().sources(definitions, &request)
    };
    let mut without_columns = Vec::new();
    let sources = match read(&everything) {
        Err(problems) if query_context::are_unrelated_columns(&problems) => {
            without_columns = leave_out(&mut everything, &context)?;
            if columns(&everything).is_empty() {
                return Err(problems.into());
            }
            read(&everything)?
        }
        read => read?,
    };
    let evaluation = evaluation_time(&context, &sources, &everything)?;
    let rows = CheckedRows {
        definitions,
        sources: &sources,
        evaluation: &evaluation,
        everything: &everything,
    };
    for note in &sources.notes {
        problems.push(warning("D920", note.clone()));
    }
    super::written::check(&rows, tables.borrow().locations(), problems);
    let mut summary = vec![sizes(&rows)];
    summary.extend(populations::check(
        &rows,
        &context,
        without_columns,
        problems,
    )?);
    texts::check(&rows, context.sources, problems);
    summary.extend(balance::check(&rows, problems)?);
    Ok(summary)
}

fn everything(console: &mut Console, definitions: &Definitions) -> Result<Query, Problems> {
    analyze::read(&mut console.sources, definitions, "<check>", "").map(|question| question.query)
}

/// The columns of a query of KPIs.
pub(super) fn columns(query: &Query) -> &[ValueColumn] {
    match &query.subject {
        Subject::Values(values) => &values.columns,
        Subject::List(_) => &[],
    }
}

/// Takes out the KPIs that need a column which their file lacks, as a scorecard does; returns which and why.
fn leave_out(everything: &mut Query, context: &QueryContext) -> Result<Vec<String>, Problems> {
    let mut single = everything.clone();
    let Subject::Values(values) = &mut everything.subject else {
        return Ok(Vec::new());
    };
    let mut without = Vec::new();
    for column in std::mem::take(&mut values.columns) {
        if let Subject::Values(values) = &mut single.subject {
            values.columns = vec![column.clone()];
        }
        let has_files = context.lacking(&single)?.is_empty();
        let reason = if has_files {
            context.lacking_columns(&single)?
        } else {
            None
        };
        match reason {
            Some(reason) => without.push(format!("{} ({reason})", column.name)),
            None => values.columns.push(column),
        }
    }
    Ok(without)
}

/// Every column of every table with a file; those that a KPI needs must be there.
fn request(context: &QueryContext, files: &[Location], everything: &Query) -> Requirements {
    let place = |span| context.place(span);
    let asking = RequirementOptions {
        place: &place,
        watermark: true,
        tolerant: true,
    };
    let mut request = plan::requirements(context.definitions, &[everything], asking);
    for location in files {
        let table = context.definitions.table(location.table);
        let wanted = request.tables.entry(location.table).or_default();
        for column in 0..table.columns.len() {
            wanted
                .columns
                .entry(column)
                .or_insert(Requirement::Optional);
        }
        wanted.parents.extend(0..table.parents.len());
    }
    request
}

fn evaluation_time(
    context: &QueryContext,
    sources: &TableSources,
    everything: &Query,
) -> Result<EvaluationTime, Problems> {
    let given = plan::GivenTime {
        as_of: context.as_of.clone(),
        known_on: context.usual_knowledge().cloned(),
        watermark: data::latest_event(context.definitions, sources),
    };
    plan::evaluation_time(context.definitions, everything, &given)
}

fn sizes(rows: &CheckedRows) -> String {
    let tables = rows.definitions.tables.iter().zip(&rows.sources.tables);
    let sizes: Vec<String> = tables
        .filter_map(|(table, data)| {
            let rows = data.as_ref()?.rows;
            Some(format!(
                "{} {}",
                table.name,
                counted(rows as u64, "row", "rows")
            ))
        })
        .collect();
    format!(
        "data as of {}: {}; keys, dates and scale values are right",
        rows.evaluation.as_of.label,
        sizes.join(", ")
    )
}
