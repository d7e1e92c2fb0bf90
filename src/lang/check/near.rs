//! `due_at within next 14 days`: dates near the instant (rule S54).

use super::conditions::ConditionSite;
use super::dates;
use super::due_times::planned_dates;
use super::fields;
use super::relations::permit_instant;
use super::scope::Scope;
use super::wording::describe;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::base::types::{FieldType, NearSide};
use crate::lang::format;
use crate::lang::model::{Condition, EventId, FieldId, NearDate, TableId};
use crate::lang::syntax::ast;

/// A date or an event near the instant; what is never known in advance has no `next` (K430).
pub(super) fn near(
    scope: Scope,
    site: ConditionSite,
    written: &ast::FieldRef,
    (side, within): (NearSide, &Spanned<ast::Duration>),
    span: Span,
    problems: &mut Problems,
) -> Option<Condition> {
    let permitted = permit_instant(site.setting, written.span(), problems);
    let micros = dates::micros(within, problems);
    let of = near_date(scope, site.table, written, problems)?;
    let is_planned = match of {
        NearDate::Field(field) => scope.model.is_planned_field(field),
        NearDate::Event(event) => scope.model.is_planned_event(event),
    };
    if side == NearSide::Next && !is_planned {
        problems.push(never_ahead(scope, site.table, written, within, span));
        return None;
    }
    permitted?;
    Some(Condition::Near {
        of,
        side,
        micros: micros?,
    })
}

/// A field that is a date, or an event where no field has the name.
fn near_date(
    scope: Scope,
    table: TableId,
    written: &ast::FieldRef,
    problems: &mut Problems,
) -> Option<NearDate> {
    let own = scope.table(table);
    let name = &written.name.node;
    if written.table.is_none()
        && own.field_named(name).is_none()
        && let Some(event) = own.event_named(name)
    {
        return Some(NearDate::Event(EventId { table, event }));
    }
    if written.table.is_none() && own.field_named(name).is_none() && own.state_named(name).is_some()
    {
        problems.push(
            Diagnostic::not_on_table(
                "K430",
                written.span(),
                format!("`{name}` is a state, and nearness is asked of a date or an event"),
            )
            .label("a state lasts; its begin and its end are dates")
            .help(planned_dates(scope, table)),
        );
        return None;
    }
    let field = fields::find(scope, table, written, problems)?;
    let field_type = &scope.model.field(field).field_type;
    if *field_type == FieldType::Date {
        return Some(NearDate::Field(field));
    }
    problems.push(
        Diagnostic::error(
            "K430",
            written.span(),
            format!(
                "`{name}` is {}, and nearness is asked of a date or an event",
                describe(field_type)
            ),
        )
        .help(planned_dates(scope, table)),
    );
    None
}

fn never_ahead(
    scope: Scope,
    table: TableId,
    written: &ast::FieldRef,
    within: &Spanned<ast::Duration>,
    span: Span,
) -> Diagnostic {
    let past = format::condition(&ast::Condition::Near {
        of: written.clone(),
        side: NearSide::Last,
        within: within.clone(),
    });
    Diagnostic::error(
        "K430",
        span,
        format!("`{}` is not known in advance", written.name.node),
    )
    .label("`within next` asks of dates that are planned")
    .help(planned_dates(scope, table))
    .help_edit(format!("of the time before the instant ask `{past}`"), past)
}

/// The refusal of `due_at within 14 days`: a date has no `within` that counts from an event (K203). `None` for what is
/// no date.
pub(super) fn meant(
    scope: Scope,
    table: TableId,
    name: &ast::Identifier,
    within: &str,
    span: Span,
) -> Option<Diagnostic> {
    let own = scope.table(table);
    let field = own.field_named(&name.node)?;
    if own.event_named(&name.node).is_some() || own.fields[field].field_type != FieldType::Date {
        return None;
    }
    let asked = |side: NearSide| format!("{} within {} {within}", name.node, side.word());
    let problem = Diagnostic::error(
        "K203",
        span,
        format!(
            "`{}` is a date, and `within` alone counts events",
            name.node
        ),
    )
    .label("before the instant, or after it?");
    let problem = match scope.model.is_planned_field(FieldId { table, field }) {
        true => problem.write(asked(NearSide::Next)),
        false => problem,
    };
    Some(problem.write(asked(NearSide::Last)))
}

/// What asks for an event near the instant: a planned one ahead, another behind.
pub(super) fn of_instant(scope: Scope, event: EventId, within: &str) -> String {
    let side = match scope.model.is_planned_event(event) {
        true => NearSide::Next,
        false => NearSide::Last,
    };
    let name = &scope.table(event.table).events[event.event].name;
    format!("{name} within {} {within}", side.word())
}
