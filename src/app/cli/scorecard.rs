//! `riskql run` without a query: the scorecard.

use super::args::RunArguments;
use super::console::{Console, OutputTarget};
use super::failure::Failure;
use super::record::RecordFile;
use super::workspace;
use crate::exec::answer::Answer;
use crate::insight::dashboards;
use crate::lang::model::Definitions;
use crate::render::OutputFormat;

/// Shows the scorecard.
pub fn run(
    console: &mut Console,
    definitions: &Definitions,
    arguments: &RunArguments,
) -> Result<(), Failure> {
    workspace::needs_data(&arguments.data, "run")?;
    let target = OutputTarget::new(&arguments.output)?;
    let record = RecordFile::open(arguments.record.as_deref())?;
    let draft = dashboards::scorecard(&mut console.sources, definitions)?;
    let instants = workspace::instants(console, definitions, &arguments.data)?;
    let context = workspace::context(console, definitions, &arguments.data, instants)?;
    let mut answered = workspace::answered_board(console, &context, draft)?;
    if let Some(record) = record {
        let answers: Vec<&Answer> = answered.board.cards().map(|card| &card.answer).collect();
        let restated = record.add(console, definitions, &answers)?;
        if target.format != OutputFormat::Table {
            answered.board.notes.extend(restated);
        }
    }
    workspace::write_board(console, answered, &target)
}
