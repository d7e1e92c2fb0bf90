//! When a line of an SLA is due: times of the calendar, and dates of the row.

use super::fields;
use super::scope::Scope;
use super::sla::made_by_sla;
use super::wording::{describe, list};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Spanned;
use crate::base::types::{FieldType, Grain};
use crate::lang::model::{DueTime, FieldId, FieldSource, TableId};
use crate::lang::syntax::ast;

/// `1 calendar month`; not 0 of them, and not more than a thousand years (K409).
pub(super) fn calendar_time(
    count: &Spanned<u64>,
    grain: Grain,
    problems: &mut Problems,
) -> Option<DueTime> {
    let longest = match grain {
        Grain::Day => 365_250,
        Grain::Week => 52_178,
        Grain::Month => 12_000,
        Grain::Quarter => 4_000,
        Grain::Year => 1_000,
    };
    let found = u32::try_from(count.node).ok();
    if let Some(count) = found.filter(|count| (1..=longest).contains(count)) {
        return Some(DueTime::Calendar { count, grain });
    }
    let (message, nearest) = match count.node {
        0 => ("a duration must be longer than nothing", 1),
        _ => ("a duration of more than a thousand years", longest),
    };
    problems.push(Diagnostic::error("K409", count.span, message).label_write(nearest.to_string()));
    None
}

/// The date of a row that it is due at: one that is agreed in advance and known as long as the row (K517).
pub(super) fn due_column(
    scope: Scope,
    table: TableId,
    name: &ast::Identifier,
    problems: &mut Problems,
) -> Option<FieldId> {
    let written = ast::FieldRef {
        table: None,
        name: name.clone(),
    };
    let field = fields::find(scope, table, &written, problems)?;
    let definition = scope.model.field(field);
    if let FieldSource::Due(_) = definition.source {
        problems.push(made_by_sla(name, "due at"));
        return None;
    }
    let problem = |message: String| Diagnostic::error("K517", name.span, message);
    if definition.field_type != FieldType::Date {
        problems.push(
            problem(format!(
                "`{}` is {}, and rows are due at a date",
                name.node,
                describe(&definition.field_type)
            ))
            .help(planned_dates(scope, table)),
        );
        return None;
    }
    if !scope.model.is_planned_field(field) {
        problems.push(
            problem(format!("`{}` is not a planned date", name.node))
                .label("a due date is agreed in advance, and may lie in the future")
                .help(planned_dates(scope, table)),
        );
        return None;
    }
    if scope.model.is_planned_end(field) {
        problems.push(problem(format!("`{}` is the end of a state", name.node))
            .label("nobody knows it before the state begins, and a due date is known when the clock starts")
            .help(planned_dates(scope, table)));
        return None;
    }
    Some(field)
}

/// Which dates of a table are planned, or how one becomes so.
pub(super) fn planned_dates(scope: Scope, table: TableId) -> String {
    let own = scope.table(table);
    let is_planned = |place: &usize| {
        scope.model.is_planned_field(FieldId {
            table,
            field: *place,
        })
    };
    let names = (0..own.fields.len())
        .filter(is_planned)
        .map(|place| own.fields[place].name.as_str());
    match list(names).as_str() {
        "" => format!(
            "a date that is agreed in advance is declared in table {}: `field fix_by planned date`",
            own.name
        ),
        all => format!(
            "planned dates of {} are {all}; others are declared `field fix_by planned date`",
            own.name
        ),
    }
}
