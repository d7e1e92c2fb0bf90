//! `riskql sources`: the report formats known, and what a report would yield.

mod listed;
mod object;
mod table;

use std::path::Path;

use super::args::{SourcesArguments, SourcesCommand, TextOrJson};
use super::console::{Console, write_stdout};
use super::failure::Failure;
use super::reports;
use super::workspace;
use crate::reports::ingest::ReportReader;

/// Lists the sources, or shows a report row by row.
pub fn run(
    console: &mut Console,
    arguments: &SourcesArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let definitions = workspace::definitions(console, defs)?;
    let text = match &arguments.command {
        None => match arguments.format {
            TextOrJson::Table => listed::text(&definitions, console.stdout_look()),
            TextOrJson::Json => listed::json(&definitions),
        },
        Some(SourcesCommand::Test { file, dates, sheet }) => {
            let reader = ReportReader::new(&definitions)
                .in_order(*dates)
                .of_sheet(sheet.as_deref());
            let name = file.display().to_string();
            let report = reader.read(&name, &reports::bytes(file)?)?;
            match arguments.format {
                TextOrJson::Table => table::text(&definitions, &report, console.stdout_look()),
                TextOrJson::Json => object::json(&definitions, &report),
            }
        }
    };
    match arguments.format {
        TextOrJson::Table => console.show_rendered(&text),
        TextOrJson::Json => write_stdout(text.as_bytes()),
    }
}
