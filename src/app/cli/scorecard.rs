//! `riskql run` without a query: the scorecard.

use super::args::{DataOptions, OutputOptions};
use super::console::{Console, OutputTarget};
use super::failure::Failure;
use super::workspace;
use crate::insight::dashboards;
use crate::lang::model::Definitions;

/// Shows the scorecard.
pub fn run(
    console: &mut Console,
    definitions: &Definitions,
    data: &DataOptions,
    output: &OutputOptions,
) -> Result<(), Failure> {
    workspace::needs_data(data, "run")?;
    let target = OutputTarget::new(output)?;
    let draft = dashboards::scorecard(&mut console.sources, definitions)?;
    let instants = workspace::instants(console, definitions, data)?;
    let context = workspace::context(console, definitions, data, instants)?;
    workspace::board(console, &context, draft, &target)
}
