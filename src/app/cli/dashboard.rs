//! `riskql dashboard`: the cards of a dashboard, layer by layer.

use std::path::Path;

use super::args::DashboardArguments;
use super::console::{Console, OutputTarget};
use super::failure::Failure;
use super::workspace;
use crate::insight::dashboards;

/// Shows the dashboard named, or the first.
pub fn run(
    console: &mut Console,
    arguments: &DashboardArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let target = OutputTarget::new(&arguments.output)?;
    let definitions = workspace::definitions(console, defs)?;
    let draft = dashboards::dashboard(&definitions, arguments.name.as_deref())?;
    workspace::needs_data(&arguments.data, &format!("dashboard {}", draft.name))?;
    let instants = workspace::instants(console, &definitions, &arguments.data)?;
    let context = workspace::context(console, &definitions, &arguments.data, instants)?;
    workspace::board(console, &context, draft, &target)
}
