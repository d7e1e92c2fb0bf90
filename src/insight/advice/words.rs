//! What the rules know of the names that people give: scans, severities, exploitation.

use crate::base::types::FieldType;
use crate::lang::model::{
    Condition, Definitions, Dimension, FieldId, Formula, Measure, TableId, ValueColumn, ValuesQuery,
};

/// A field that says whether somebody confirmed that a finding is real.
pub const VALIDATION: &str = "validation";

pub fn is_of_scans(definitions: &Definitions, table: TableId) -> bool {
    definitions.table(table).name.contains("scan")
}

/// Whether a field says how bad a finding is by itself: a severity, a CVSS score.
pub fn is_severity(name: &str) -> bool {
    name.starts_with("severity") || name.starts_with("cvss")
}

/// Whether a field says how likely it is that somebody exploits a finding.
pub fn is_exploitation(name: &str) -> bool {
    let name = name.to_lowercase();
    ["exploit", "epss", "kev"]
        .iter()
        .any(|word| name.contains(word))
}

/// Whether rows of a table can be validated.
pub fn has_validation(definitions: &Definitions, table: TableId) -> bool {
    definitions.table(table).field_named(VALIDATION).is_some()
}

/// Whether rows of a table are findings: they have a severity.
pub fn is_of_findings(definitions: &Definitions, table: TableId) -> bool {
    let mut fields = definitions.table(table).fields.iter();
    fields.any(|field| matches!(field.field_type, FieldType::Scale(_)) && is_severity(&field.name))
}

/// The fields that conditions test.
pub fn tested_fields<'a>(conditions: impl IntoIterator<Item = &'a Condition>) -> Vec<FieldId> {
    let tests = conditions
        .into_iter()
        .flat_map(Condition::tests_of_all_rows);
    tests.flat_map(fields_of).collect()
}

fn fields_of(test: &Condition) -> Vec<FieldId> {
    match test {
        Condition::Codes { field, .. }
        | Condition::Texts { field, .. }
        | Condition::ContainsText { field, .. }
        | Condition::Number { field, .. }
        | Condition::Between { field, .. }
        | Condition::Present(field) => vec![*field],
        Condition::Fields { left, right, .. } => vec![*left, *right],
        Condition::All(_)
        | Condition::AnyOf(_)
        | Condition::Not(_)
        | Condition::SoFar(_)
        | Condition::Exists(_)
        | Condition::InState(_)
        | Condition::Happened(_)
        | Condition::Elapsed { .. }
        | Condition::Near { .. }
        | Condition::Within { .. }
        // Made by planning, never written.
        | Condition::AtInstants(_) => Vec::new(),
    }
}

/// The conditions on the rows of a measure.
pub fn conditions(measure: &Measure) -> impl Iterator<Item = &Condition> {
    measure.population.filter.iter().chain(&measure.with)
}

/// Whether a measure is confined by validation, or asks for it.
pub fn is_validated(definitions: &Definitions, measure: &Measure) -> bool {
    let fields = tested_fields(conditions(measure));
    let mut names = fields
        .iter()
        .map(|field| definitions.field(*field).name.as_str());
    names.any(|name| name == VALIDATION)
}

/// The columns that a query computes, if it is one of numbers.
pub fn columns(values: Option<&ValuesQuery>) -> impl Iterator<Item = &ValueColumn> {
    values.into_iter().flat_map(|values| &values.columns)
}

/// Whether rows are grouped by validation.
pub fn is_by_validation(by: &[Dimension]) -> bool {
    by.iter().any(|dimension| dimension.name == VALIDATION)
}

/// The measures of a KPI's own formula; another KPI that it names has its own.
pub fn own_measures(formula: &Formula) -> Vec<&Measure> {
    match formula {
        Formula::Number(_) | Formula::Constant { .. } | Formula::Kpi(_) => Vec::new(),
        Formula::Measure(measure) => vec![&**measure],
        Formula::Binary { left, right, .. } => {
            let mut found = own_measures(left);
            found.extend(own_measures(right));
            found
        }
        Formula::Negate(inner) | Formula::Adjusted { of: inner, .. } => own_measures(inner),
    }
}
