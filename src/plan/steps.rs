//! Formulas → the measures they are made of, each once.

use super::Step;
use crate::lang::model::{Dimension, FieldId, TableId, ValueColumn};

/// The measures of all columns, each with the moment its column reads stocks at. Equal ones are one
/// step, in the order they are first written.
pub(super) fn steps(columns: &[ValueColumn], by: &[Dimension]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for column in columns {
        for measure in column.formula.measures() {
            let step = Step {
                measure: measure.clone(),
                moment: measure.moment.unwrap_or(column.moment),
                keys: keys(by, measure.population.table),
            };
            if !steps.contains(&step) {
                steps.push(step);
            }
        }
    }
    steps
}

fn keys(by: &[Dimension], table: TableId) -> Vec<FieldId> {
    by.iter()
        .map(|dimension| {
            dimension
                .of(table)
                .expect("checking finds every dimension in every table of a query")
        })
        .collect()
}
