//! `riskql lineage`: what a definition is made of, or what uses it.

use std::path::Path;

use super::args::{LineageArguments, LineageFormat};
use super::console::{Console, OutputTarget};
use super::failure::Failure;
use super::workspace;
use crate::insight::lineage::{self, LineageDirection, LineageGraph, LineageView};
use crate::lang::lookup;
use crate::render::OutputFormat;

/// Writes the graph, or the part of it that is reached from a name.
pub fn run(
    console: &mut Console,
    arguments: &LineageArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let definitions = workspace::definitions(console, defs)?;
    let graph = LineageGraph::new(&definitions);
    let roots = match arguments.name.is_empty() {
        true => graph.ends(),
        false => {
            let name = arguments.name.join(" ");
            lookup::lookup(&definitions.symbols, lineage::KINDS, &name)?
        }
    };
    let view = LineageView {
        graph: &graph,
        texts: &console.sources,
        roots,
        direction: match arguments.impact {
            true => LineageDirection::Users,
            false => LineageDirection::Sources,
        },
    };
    let target = OutputTarget::of(OutputFormat::Table, arguments.output.clone());
    let text = match arguments.format {
        LineageFormat::Text => view.text(target.look(console)),
        LineageFormat::Json => view.json(),
        LineageFormat::Dot => view.dot(),
        LineageFormat::Mermaid => view.mermaid(),
    };
    target.write(console, text.as_bytes())
}
