//! Finding a field by the name written, and saying what else the name might mean.

use super::parents::{belongs, unknown_table};
use super::scope::{ReferenceKind, Scope};
use super::wording::{list, singular, with_article};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::types::FieldType;
use crate::lang::model::{FieldId, FieldSource, TableId};
use crate::lang::syntax::ast;

/// The field of a table that a name means. Reports an unknown one (K202), one that a row has one of
/// but the table does not declare (K302), and one that a row has many of (K301).
pub(super) fn find(
    scope: Scope,
    table: TableId,
    written: &ast::FieldRef,
    problems: &mut Problems,
) -> Option<FieldId> {
    if let Some(qualifier) = &written.table {
        let named = scope.model.table_named(&qualifier.node);
        if named != Some(table) {
            if let Some(problem) = other_table(scope, table, named, qualifier, written) {
                problems.push(problem);
            }
            return None;
        }
    }
    let name = &written.name.node;
    if let Some(field) = scope.table(table).field_named(name) {
        return Some(FieldId { table, field });
    }
    if !scope.known.is_broken_noun(table, name) {
        problems.push(unknown_field(scope, table, &written.name));
    }
    None
}

/// `assets.name` where a condition is on findings.
fn other_table(
    scope: Scope,
    table: TableId,
    named: Option<TableId>,
    qualifier: &ast::Identifier,
    written: &ast::FieldRef,
) -> Option<Diagnostic> {
    let Some(other) = named else {
        let is_broken = scope.known.is_broken(ReferenceKind::Table, &qualifier.node);
        return (!is_broken).then(|| unknown_table(qualifier, scope_names(scope)));
    };
    Some(
        elsewhere(scope, table, other, &written.name).unwrap_or_else(|| {
            Diagnostic::not_on_table(
                "K304",
                written.span(),
                format!(
                    "this is about {}, not {}",
                    scope.table(table).name,
                    qualifier.node
                ),
            )
            .help(format!(
                "{} and {} are not related by `belongs to`",
                scope.table(table).name,
                qualifier.node
            ))
        }),
    )
}

fn scope_names<'a>(scope: Scope<'a>) -> impl Iterator<Item = &'a str> + Clone {
    scope.model.tables.iter().map(|table| table.name.as_str())
}

fn unknown_field(scope: Scope, table: TableId, name: &ast::Identifier) -> Diagnostic {
    if let Some(problem) = clock_as_field(scope, table, name) {
        return problem;
    }
    let near = scope.field_names(table);
    let is_near = crate::base::diagnostic::nearest(&name.node, near.iter().copied()).is_some();
    let others = (0..scope.model.tables.len()).map(TableId);
    let mut elsewhere = others
        .filter(|other| *other != table && scope.table(*other).field_named(&name.node).is_some())
        .filter_map(|other| Some((other, elsewhere(scope, table, other, name)?)));
    match elsewhere.next() {
        Some((other, problem)) if problem.code == "K301" => {
            problem.help(declared_here(scope, table, other, name))
        }
        Some((_, problem)) => problem,
        None => plainly_unknown(scope, table, name, is_near),
    }
}

/// The column may be in the table's own file, and only not be declared.
fn declared_here(scope: Scope, table: TableId, other: TableId, name: &ast::Identifier) -> String {
    let (own, there) = (scope.table(table), scope.table(other));
    let field_type = there
        .field_named(&name.node)
        .map_or(&FieldType::Text, |field| &there.fields[field].field_type);
    format!(
        "if the file of {} has a column of this name, declare it: `field {} {field_type}` in table {}",
        own.name, name.node, own.name
    )
}

fn plainly_unknown(
    scope: Scope,
    table: TableId,
    name: &ast::Identifier,
    is_near: bool,
) -> Diagnostic {
    let names = scope.field_names(table);
    let declared = scope
        .table(table)
        .fields
        .iter()
        .filter(|field| field.declared);
    let offers = list(declared.map(|field| field.name.as_str()));
    let problem = Diagnostic::not_on_table(
        "K202",
        name.span,
        format!(
            "`{}` is not a field of {}",
            name.node,
            scope.table(table).name
        ),
    )
    .suggest(&name.node, names);
    match is_near || offers.is_empty() {
        true => problem,
        false => problem.help(scope.cite_table(table, &offers)),
    }
}

/// What an unknown field may be that is compared with a value of a scale: `sev = Critical`.
pub(super) fn with_value(
    scope: Scope,
    table: TableId,
    name: &str,
    value: &ast::WrittenLiteral,
) -> Option<String> {
    let (ast::WrittenLiteral::Word(word) | ast::WrittenLiteral::Text(word)) = value else {
        return None;
    };
    let fields = scope.table(table).fields.iter();
    let on_scale = fields.filter_map(|field| match &field.field_type {
        FieldType::Scale(scale) => {
            let mut values = scale.values.iter();
            let value = values.find(|known| known.eq_ignore_ascii_case(word))?;
            Some((field.name.as_str(), value.as_str()))
        }
        FieldType::Text | FieldType::YesNo | FieldType::Number | FieldType::Date => None,
    });
    let mut found: Vec<(&str, &str)> = on_scale.collect();
    let begins = |(field, _): &(&str, &str)| field.starts_with(&name.to_lowercase());
    if found.iter().any(begins) {
        found.retain(begins);
    }
    let tests = found
        .iter()
        .map(|(field, value)| format!("`{field} = {value}`"));
    let tests: Vec<String> = tests.collect();
    (!tests.is_empty()).then(|| format!("write {}", tests.join(" or ")))
}

/// An event or state written where a field must stand.
fn clock_as_field(scope: Scope, table: TableId, name: &ast::Identifier) -> Option<Diagnostic> {
    let own = scope.table(table);
    let (what, advice) = if let Some(event) = own.event_named(&name.node) {
        ("an event", event_advice(scope, table, event))
    } else {
        own.state_named(&name.node)?;
        (
            "a state",
            format!("rows in it are the population `{} {}`", own.name, name.node),
        )
    };
    Some(
        Diagnostic::not_on_table(
            "K202",
            name.span,
            format!("`{}` is {what} of {}, not a field", name.node, own.name),
        )
        .help(advice),
    )
}

fn event_advice(scope: Scope, table: TableId, event: usize) -> String {
    let own = scope.table(table);
    let event = &own.events[event];
    match &event.source {
        crate::lang::model::EventSource::Columns(columns) => format!(
            "its time is `{}`; rows it happened to are `{} {}`",
            own.columns[columns[0]].name, own.name, event.name
        ),
        crate::lang::model::EventSource::LastOf { .. }
        | crate::lang::model::EventSource::Due(_)
        | crate::lang::model::EventSource::Breach(_) => {
            format!("rows it happened to are `{} {}`", own.name, event.name)
        }
    }
}

/// What to say of a name that another table knows: how to bring it here, or why that cannot be.
fn elsewhere(
    scope: Scope,
    table: TableId,
    other: TableId,
    name: &ast::Identifier,
) -> Option<Diagnostic> {
    if leads_to(scope, table, other) {
        return Some(on_parent(scope, table, other, name));
    }
    let shares_parent = (0..scope.model.tables.len())
        .map(TableId)
        .any(|parent| leads_to(scope, table, parent) && belongs(scope.table(other), parent));
    (leads_to(scope, other, table) || shares_parent)
        .then(|| fan_out(scope, table, other, name.span))
}

/// Whether following `belongs to` from one table arrives at another.
fn leads_to(scope: Scope, from: TableId, to: TableId) -> bool {
    scope
        .table(from)
        .parents
        .iter()
        .any(|parent| parent.table == to || leads_to(scope, parent.table, to))
}

fn on_parent(scope: Scope, table: TableId, other: TableId, name: &ast::Identifier) -> Diagnostic {
    let (own, there) = (scope.table(table), scope.table(other));
    let problem = Diagnostic::not_on_table(
        "K302",
        name.span,
        format!(
            "`{}` is not a field of {}, but of {}",
            name.node, own.name, there.name
        ),
    );
    let Some(field) = there.field_named(&name.node) else {
        return problem;
    };
    if let FieldSource::RollUp(_) = there.fields[field].source {
        return problem.help(format!(
            "it is rolled up for {}: ask `count of {} … where {} …`",
            there.name, there.name, name.node
        ));
    }
    // Only a direct parent can be named in a `field` line; one further off goes step by step.
    let nearest = own
        .parents
        .iter()
        .find(|parent| parent.table == other || leads_to(scope, parent.table, other));
    let via = nearest.map_or(there, |parent| scope.table(parent.table));
    let mut problem = problem;
    if via.name != there.name {
        problem = problem.help(format!(
            "add `field {} {} from {}.{}` to table {}, and",
            name.node, there.fields[field].field_type, there.name, name.node, via.name
        ));
    }
    problem.help(format!(
        "add `field {} {} from {}.{}` to table {}",
        name.node, there.fields[field].field_type, via.name, name.node, own.name
    ))
}

/// A row has many of the other table's rows (K301, rule S33).
pub(super) fn fan_out(
    scope: Scope,
    table: TableId,
    other: TableId,
    span: crate::base::source::Span,
) -> Diagnostic {
    let (own, there) = (scope.table(table), scope.table(other));
    let problem = Diagnostic::not_on_table(
        "K301",
        span,
        format!(
            "{} has many {}, so this would count {} twice",
            with_article(&singular(&own.name)),
            there.name,
            own.name
        ),
    );
    let Some(event) = there.events.first() else {
        return problem.help(format!("count {} on their own", there.name));
    };
    problem.help(format!(
        "to ask whether one exists: `where any {} {} within 30 days`; to count them: `count of {} {}`",
        there.name, event.name, there.name, event.name
    ))
}
