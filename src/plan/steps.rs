//! Formulas → the measures they are made of, each once.

use super::Step;
use crate::model::{Dimension, FieldId, Formula, Measure, TableId, ValueColumn};

/// The measures of all columns, each with the moment its column reads stocks at. Equal ones are one
/// step, in the order they are first written.
pub(super) fn steps(columns: &[ValueColumn], by: &[Dimension]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for column in columns {
        for measure in measures(&column.formula) {
            let step = Step {
                measure: measure.clone(),
                moment: column.moment,
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

/// The measures of a formula, from left to right. Depth is bounded where the tree is built.
pub(super) fn measures(formula: &Formula) -> Vec<&Measure> {
    let mut found = Vec::new();
    collect(formula, &mut found);
    found
}

fn collect<'a>(formula: &'a Formula, found: &mut Vec<&'a Measure>) {
    match formula {
        Formula::Number(_) => {}
        Formula::Measure(measure) => found.push(measure),
        Formula::Kpi(_) => unreachable!("checking puts the formula of a KPI in place of its name"),
        Formula::Binary { left, right, .. } => {
            collect(left, found);
            collect(right, found);
        }
        Formula::Negate(inner) => collect(inner, found),
    }
}
