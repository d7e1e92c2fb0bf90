//! Hand-worked numbers: what well-known tools have got wrong, each by the issue that reports it, and
//! rules whose traps random data seldom meets.

mod choices;
mod clocks;
mod comparisons;
mod evidence;
mod followed;
mod formulas;
mod groups;
mod instants;
mod lifecycle;
mod policies;
mod reopening;
mod roll_ups;
mod series;
mod snapshots;
mod strangers;

use riskql::lang::model::Definitions;

use super::flat::{Line, lines};
use super::pipeline;
use super::tables::Table;

fn library() -> Definitions {
    pipeline::definitions("kpi-defs", &[])
}

/// The values of an answer of the shipped library over findings, and perhaps assets.
fn values(tables: &[Table], as_of: &str, text: &str) -> Vec<Option<f64>> {
    values_of(&lines(&pipeline::ask(&library(), tables, as_of, text)))
}

fn values_of(lines: &[Line]) -> Vec<Option<f64>> {
    lines.iter().map(|line| line.value).collect()
}

fn findings(text: &str) -> Vec<Table> {
    vec![Table::written("findings", text)]
}
