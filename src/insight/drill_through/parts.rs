//! The measures of a column, each with a name to ask for it by.

use crate::lang::model::{Condition, Definitions, Formula, Measure, ValueColumn, ValuesQuery};
use crate::plan;

/// One measure of a column.
#[derive(Clone, Debug)]
pub struct MeasurePart {
    /// The column's name if it is a measure and nothing else; else the KPI that is this measure, or
    /// the measure as the language writes it.
    pub name: String,
    /// Place of the column in the query.
    pub column: usize,
    pub measure: Measure,
}

/// The measures of all columns of a query.
pub fn all_parts(definitions: &Definitions, values: &ValuesQuery) -> Vec<MeasurePart> {
    let columns = values.columns.iter().enumerate();
    columns
        .flat_map(|(place, column)| parts(definitions, place, column))
        .collect()
}

/// The measures of a column, each once, in the order they are written.
pub fn parts(definitions: &Definitions, index: usize, column: &ValueColumn) -> Vec<MeasurePart> {
    let mut parts: Vec<MeasurePart> = Vec::new();
    for measure in column.formula.measures() {
        if parts.iter().any(|part| part.measure == *measure) {
            continue;
        }
        let name = match &column.formula {
            Formula::Measure(_) => column.name.clone(),
            Formula::Number(_)
            | Formula::Constant { .. }
            | Formula::Kpi(_)
            | Formula::Binary { .. }
            | Formula::Negate(_)
            | Formula::Adjusted { .. } => name(definitions, measure),
        };
        parts.push(MeasurePart {
            name,
            column: index,
            measure: measure.clone(),
        });
    }
    parts
}

/// The KPI that is this measure but for what the query's `where` adds; the narrowest of several.
fn name(definitions: &Definitions, measure: &Measure) -> String {
    let fits = definitions
        .kpis
        .iter()
        .filter_map(|kpi| match &kpi.formula {
            Formula::Measure(own) => Some((kpi, tests_within(own, measure)?)),
            Formula::Number(_)
            | Formula::Constant { .. }
            | Formula::Kpi(_)
            | Formula::Binary { .. }
            | Formula::Negate(_)
            | Formula::Adjusted { .. } => None,
        });
    // Of equally narrow ones the first.
    let narrowest = fits.reduce(|best, next| if next.1 > best.1 { next } else { best });
    match narrowest {
        Some((kpi, _)) => kpi.name.clone(),
        None => plan::measure(definitions, measure),
    }
}

/// How many tests a KPI's measure has, if it is the same measure with no others.
fn tests_within(own: &Measure, measure: &Measure) -> Option<usize> {
    let without_filter = |measure: &Measure| {
        let mut bare = measure.clone();
        bare.population.filter = None;
        bare
    };
    if without_filter(own) != without_filter(measure) {
        return None;
    }
    let tests = conjuncts(own.population.filter.as_ref());
    let all = conjuncts(measure.population.filter.as_ref());
    tests
        .iter()
        .all(|test| all.contains(test))
        .then_some(tests.len())
}

fn conjuncts(condition: Option<&Condition>) -> Vec<&Condition> {
    condition.map_or(Vec::new(), Condition::conjuncts)
}
