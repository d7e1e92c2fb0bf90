//! Dimensions: one name, in every table that is counted, of one type.

use std::collections::BTreeSet;

use super::dimension_bands;
use super::fields;
use super::formulas;
use super::scope::Scope;
use super::wording::describe;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::types::FieldType;
use crate::lang::model::{Dimension, FieldId, Formula, TableId};
use crate::lang::syntax::ast;

/// The field of a table that a dimension means; reports numbers and dates (K604).
pub(super) fn field(
    scope: Scope,
    table: TableId,
    written: &ast::FieldRef,
    problems: &mut Problems,
) -> Option<FieldId> {
    // `by findings.severity` names the dimension once for all tables.
    let unqualified = ast::FieldRef {
        table: None,
        name: written.name.clone(),
    };
    let names_this = written
        .table
        .as_ref()
        .is_some_and(|qualifier| scope.model.table_named(&qualifier.node) == Some(table));
    let written = if names_this { &unqualified } else { written };
    let mut found = Problems::default();
    let field = fields::find(scope, table, written, &mut found);
    let found = dimension_bands::with_age(found, &written.name.node);
    problems.extend(with_grain(found, &written.name.node));
    let field = field?;
    let name = &written.name.node;
    let problem = match scope.field_type(field) {
        FieldType::Text | FieldType::YesNo | FieldType::Scale(_) => return Some(field),
        FieldType::Number => Diagnostic::error(
            "K604",
            written.span(),
            format!("`{name}` is a number, and groups need names"),
        )
        .label(format!(
            "for bands write `{name} in (4, 7, 9)` with bounds of your own"
        ))
        .edit(
            format!("{name} in (4, 7, 9)"),
            &format!("for bands write `{name} in (4, 7, 9)` with bounds of your own"),
        )
        .help("group by a text, yes/no or scale field"),
        FieldType::Date => Diagnostic::error(
            "K604",
            written.span(),
            format!("`{name}` is a date, and groups need names"),
        )
        .label("for one value a month write `over month`"),
    };
    problems.push(problem);
    None
}

/// `by month`: what stands for a grain of time is no field, and the message says where it goes.
fn with_grain(found: Problems, name: &str) -> Problems {
    let grains = ["day", "week", "month", "quarter", "year"];
    if !grains.contains(&name) {
        return found;
    }
    let mut advised = Problems::default();
    for problem in found.sorted() {
        advised.push(problem.label(format!("for one value a {name} write `over {name}`")));
    }
    advised
}

/// A dimension over all tables. Every problem is reported.
pub(super) fn dimension(
    scope: Scope,
    tables: &BTreeSet<TableId>,
    written: &ast::GroupBy,
    problems: &mut Problems,
) -> Option<Dimension> {
    let Some(written) = written.field() else {
        return dimension_bands::dimension(scope, tables, written, problems);
    };
    let found: Vec<Option<FieldId>> = tables
        .iter()
        .map(|table| field(scope, *table, written, problems))
        .collect();
    let fields: Vec<FieldId> = found.into_iter().collect::<Option<_>>()?;
    let first = *fields.first()?;
    for other in &fields[1..] {
        if scope.field_type(*other) != scope.field_type(first) {
            problems.push(types_differ(scope, first, *other, written));
            return None;
        }
    }
    Some(Dimension {
        name: written.name.node.clone(),
        field_type: scope.field_type(first).clone(),
        fields,
        bands: Vec::new(),
    })
}

fn types_differ(
    scope: Scope,
    first: FieldId,
    other: FieldId,
    written: &ast::FieldRef,
) -> Diagnostic {
    Diagnostic::error(
        "K604",
        written.span(),
        format!(
            "`{}` is {} in {} and {} in {}",
            written.name.node,
            describe(scope.field_type(first)),
            scope.table(first.table).name,
            describe(scope.field_type(other)),
            scope.table(other.table).name
        ),
    )
    .label("one dimension has one type")
}

/// The names a KPI's `by` lists.
pub(super) fn of_kpi(
    scope: Scope,
    kpi: &str,
    formula: &Formula,
    written: &[ast::GroupBy],
    problems: &mut Problems,
) -> Option<Vec<String>> {
    let tables = formulas::tables(scope, formula);
    let mut names: Vec<String> = Vec::new();
    let mut all_right = true;
    for field in written {
        if !field.bounds.is_empty() {
            problems.push(bands_in_kpi(field));
            all_right = false;
            continue;
        }
        let name = field.name();
        if names.contains(&name) {
            problems.push(twice(field));
            all_right = false;
            continue;
        }
        names.push(name);
        let mut found = Problems::default();
        if dimension(scope, &tables, field, &mut found).is_none() {
            all_right = false;
        }
        // Bands, which a message may tell of, belong to queries.
        let numbers = found.iter_mut().filter(|problem| problem.code == "K604");
        for problem in numbers.filter(|problem| !problem.edits.is_empty()) {
            problem.label = None;
            problem.edits.clear();
        }
        problems.extend(super::columns::with_owner(scope, found, kpi, &tables));
    }
    all_right.then_some(names)
}

/// A KPI lists fields that readers may group by; bands belong to a query (K615).
fn bands_in_kpi(written: &ast::GroupBy) -> Diagnostic {
    Diagnostic::error(
        "K615",
        written.span(),
        "bands stand in queries: the `by` of a KPI names fields",
    )
    .label("leave this out")
    .help("write the bands in the query that shows the KPI, or in a `view`")
}

pub(super) fn twice(field: &ast::GroupBy) -> Diagnostic {
    Diagnostic::error(
        "K604",
        field.span(),
        format!("`{}` is listed twice", field.name()),
    )
    .label("once is enough")
}
