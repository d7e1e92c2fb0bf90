//! Formulas → the measures they are made of, each once.

use super::{EmptyWork, Step};
use crate::base::types::StockMoment;
use crate::lang::functions::Keeps;
use crate::lang::model::{Dimension, EmptyGroups, EmptyValues, GroupKey, TableId, ValueColumn};

/// The measures of all columns, each with the moment its column reads stocks at. Equal ones are one
/// step, in the order they are first written.
pub(super) fn steps(columns: &[ValueColumn], by: &[Dimension], interval: Option<f64>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for column in columns {
        for measure in column.formula.measures() {
            let step = Step {
                measure: measure.clone(),
                moment: measure.moment.unwrap_or(column.moment),
                keys: keys(by, measure.population.table),
                interval: interval.filter(|_| measure.function.keeps == Keeps::Values),
            };
            if !steps.contains(&step) {
                steps.push(step);
            }
        }
    }
    steps
}

/// Adds the counts that groups without rows come from.
pub(super) fn add_empty(steps: &mut Vec<Step>, empty: &EmptyGroups) -> EmptyWork {
    let keys = empty.values.iter().filter_map(|values| match values {
        EmptyValues::OfParent(field) => Some(GroupKey::Field(*field)),
        EmptyValues::Every => None,
    });
    let keys: Vec<GroupKey> = keys.collect();
    let places = empty.measures.iter().map(|measure| {
        let step = Step {
            measure: measure.clone(),
            moment: StockMoment::End,
            keys: keys.clone(),
            interval: None,
        };
        let known = steps.iter().position(|known| *known == step);
        known.unwrap_or_else(|| {
            steps.push(step);
            steps.len() - 1
        })
    });
    EmptyWork {
        steps: places.collect(),
        values: empty.values.clone(),
    }
}

fn keys(by: &[Dimension], table: TableId) -> Vec<GroupKey> {
    by.iter()
        .map(|dimension| {
            dimension
                .key(table)
                .expect("checking finds every dimension in every table of a query")
        })
        .collect()
}
