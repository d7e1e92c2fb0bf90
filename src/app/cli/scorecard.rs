//! `riskql run` without a query: the scorecard.

use super::args::RunArguments;
use super::console::{Console, OutputTarget};
use super::failure::Failure;
use super::record::RecordFile;
use super::workspace;
use crate::exec::answer::Answer;
use crate::insight::dashboards;
use crate::lang::model::Definitions;
use crate::render::{OutputFormat, openmetrics};

/// Shows the scorecard.
pub fn run(
    console: &mut Console,
    definitions: &Definitions,
    arguments: &RunArguments,
) -> Result<(), Failure> {
    workspace::needs_data(&arguments.data, "run")?;
    let target = OutputTarget::new(&arguments.page.with(&arguments.output))?;
    let record = RecordFile::open(arguments.record.as_deref())?;
    let draft = dashboards::scorecard(&mut console.sources, definitions)?;
    let instants = workspace::instants(console, definitions, &arguments.data)?;
    let context = workspace::context(console, definitions, &arguments.data, instants)?;
    let mut board = workspace::board(console, &context, draft, target.format)?;
    if let Some(record) = record {
        let answers: Vec<&Answer> = board.cards().map(|card| &card.answer).collect();
        let restated = record.add(console, definitions, &answers)?;
        if target.format != OutputFormat::Table {
            board.notes.extend(restated);
        }
    }
    if target.format == OutputFormat::Openmetrics {
        let times = workspace::sample_times(definitions, &arguments.data, None);
        return target.write(console, openmetrics::board(&board, Some(times)).as_bytes());
    }
    workspace::write_board(console, &board, &target, arguments.full)
}
