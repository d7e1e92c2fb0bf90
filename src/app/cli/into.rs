//! The option `--into`: the rows of an answer become rows of a table in a database.

use super::args::{DataOptions, IntoOptions};
use super::console::Console;
use super::failure::Failure;
use crate::app::repl;
use crate::base::diagnostic::Diagnostic;
use crate::exec::answer::Answer;
use crate::exec::remote::{ConnectionName, TargetRequest, TargetTable, WriteMode};
use crate::lang::model::Definitions;
use crate::render::{self, OutputFormat};

/// The table that was asked for; `None` where none is named. It is looked at first, so that nothing is computed in vain.
pub fn target(
    definitions: &Definitions,
    options: &IntoOptions,
    data: &DataOptions,
) -> Result<Option<TargetTable>, Failure> {
    let [place, table] = options.into.as_slice() else {
        return Ok(None);
    };
    // Ctrl-C cancels what runs there.
    repl::hear_interrupts();
    let mode = match (options.append, options.replace) {
        (true, _) => WriteMode::Append,
        (false, true) => WriteMode::Replace,
        (false, false) => WriteMode::Create,
    };
    let file = data.connections_file();
    let reads = data.on.as_deref().map(|name| ConnectionName {
        file: &file,
        name,
        option: "--on",
    });
    let asked = TargetRequest {
        place,
        file: &file,
        table,
        mode,
        reads,
    };
    Ok(Some(TargetTable::open(definitions, &asked)?))
}

/// Refuses what is no answer of rows.
pub fn needs_rows(options: &IntoOptions, what: &str) -> Result<(), Failure> {
    if options.into.is_empty() {
        return Ok(());
    }
    let message = format!("{what} is not one table, and --into writes one");
    Err(Diagnostic::data("K909", message)
        .help("the rows of a query: riskql run \"mttr by team over month\" --into CONNECTION TABLE")
        .help("the numbers of all KPIs: riskql export cubes --into CONNECTION TABLE")
        .into())
}

/// Writes an answer into a table. `days` are columns of texts that are days.
pub fn write(
    console: &Console,
    definitions: &Definitions,
    target: &TargetTable,
    answer: &Answer,
    days: &[&str],
) -> Result<(), Failure> {
    if let Some(beside) = render::beside(answer, OutputFormat::Parquet) {
        console.note(&beside);
    }
    let frame = render::table_frame(answer, &definitions.calendar, days);
    let progress = console.progress();
    target.write(frame)?;
    drop(progress);
    let rows = render::counted(answer.rows.len() as u64, "row", "rows");
    console.note(&format!("{rows} written into {}", target.title()));
    Ok(())
}
