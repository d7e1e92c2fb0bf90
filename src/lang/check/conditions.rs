//! Conditions: names resolved, values typed, and what may not stand where.

use super::dates;
use super::fields;
use super::near;
use super::related;
use super::relations::{self, chosen_event, permit_instant};
use super::roll_ups::is_rolled_up;
use super::scope::{ReferenceKind, Scope};
use super::timeframes;
use super::values;
use super::wording::list;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::base::types::FieldType;
use crate::lang::model::{
    Condition, EventId, FieldId, FieldSource, NamedCondition, NearDate, StateId, Table, TableId,
};
use crate::lang::syntax::ast::{self, ComparisonOperator};

/// Where a condition stands: of which table, and what its instant is.
#[derive(Clone, Copy)]
pub(super) struct ConditionSite {
    pub table: TableId,
    pub setting: ConditionContext,
}

/// What a condition may ask beside the row's own fields.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum ConditionContext {
    /// Of a population of events: related rows, and events within a time of this one.
    Event,
    /// Of a population in a state: related rows.
    State,
    /// Of a list of all rows: related rows.
    Rows,
    /// Of the rows that `any` asks about: nothing more.
    Related,
    /// Of a definition that holds at all times: nothing more. The words say which.
    Constant(&'static str),
    /// In a `condition` definition: everything; the place of use decides.
    Named,
}

/// The meaning of a condition on a table. Every problem is reported; `None` if there was one.
pub(super) fn condition(
    scope: Scope,
    site: ConditionSite,
    tree: &Spanned<ast::Condition>,
    problems: &mut Problems,
) -> Option<Condition> {
    match &tree.node {
        ast::Condition::And(parts) => {
            let parts = all(scope, site, parts, problems)?;
            Some(join(parts))
        }
        ast::Condition::Or(parts) => {
            let parts = all(scope, site, parts, problems)?;
            Some(values::any_of(parts))
        }
        ast::Condition::Not(inner) => {
            let inner = condition(scope, site, inner, problems)?;
            Some(Condition::Not(Box::new(inner)))
        }
        ast::Condition::Group(inner) => condition(scope, site, inner, problems),
        ast::Condition::Compare {
            field,
            operator,
            value,
        } => {
            let field = find_compared(scope, site, field, value, problems)?;
            values::compare(scope, field, operator, value, problems)
        }
        ast::Condition::In {
            field,
            negated,
            values,
        } => {
            let place = field.span();
            let field = find(scope, site, field, problems)?;
            let test = values::one_of(scope, field, place, values, problems)?;
            Some(match negated {
                true => Condition::Not(Box::new(test)),
                false => test,
            })
        }
        ast::Condition::Contains {
            field,
            negated,
            value,
        } => {
            let field = find(scope, site, field, problems)?;
            let test = values::contains(scope, field, value, problems)?;
            Some(match negated {
                true => Condition::Not(Box::new(test)),
                false => test,
            })
        }
        ast::Condition::Missing(field) => {
            let field = find(scope, site, field, problems)?;
            Some(Condition::Not(Box::new(Condition::Present(field))))
        }
        ast::Condition::Present(field) => {
            find(scope, site, field, problems).map(Condition::Present)
        }
        ast::Condition::Exists(asked) => related::exists(scope, site, asked, tree.span, problems),
        ast::Condition::Within { event, within } => {
            relations::within(scope, site, event, within, tree.span, problems)
        }
        ast::Condition::Near { of, side, within } => {
            near::near(scope, site, of, (*side, within), tree.span, problems)
        }
        ast::Condition::Elapsed {
            time,
            operator,
            limit,
        } => elapsed(scope, site, time, operator.node, limit, problems),
        ast::Condition::SoFar(inner) => {
            let permitted = permit_instant(site.setting, tree.span, problems);
            let inner = condition(scope, site, inner, problems)?;
            permitted?;
            refuse_own_time(&inner, tree.span, problems)?;
            Some(Condition::SoFar(Box::new(inner)))
        }
        ast::Condition::Name(name) => named(scope, site, name, problems),
    }
}

/// `so far` judges at as-of what has no time of its own (K426).
fn refuse_own_time(condition: &Condition, span: Span, problems: &mut Problems) -> Option<()> {
    let tests = condition.tests();
    let is_within = |test: &&Condition| matches!(test, Condition::Within { .. });
    let message = if tests.iter().any(is_within) {
        "`within` counts from the event until its time is over, and `so far` up to as-of"
    } else if timeframes::asks(condition, &timeframes::is_in_the_period) {
        "`in the period` is of each period, and `so far` of the whole query"
    } else {
        return Some(());
    };
    problems.push(Diagnostic::error("K426", span, message).label("leave one of the two out"));
    None
}

/// `time since found > 90 days`, `time from found to verified at most 30 days`.
fn elapsed(
    scope: Scope,
    site: ConditionSite,
    time: &Spanned<ast::Measured>,
    operator: ComparisonOperator,
    limit: &Spanned<ast::Duration>,
    problems: &mut Problems,
) -> Option<Condition> {
    let permitted = permit_instant(site.setting, time.span, problems);
    let mut event = |events| chosen_event(scope, site.table, events, "time", problems);
    let (from, to) = match &time.node {
        ast::Measured::TimeFrom { from, to } => (event(from), event(to).map(Some)),
        ast::Measured::TimeSince(from) => (event(from), Some(None)),
        ast::Measured::Field(_) => unreachable!("the grammar takes times only"),
    };
    let micros = dates::micros(limit, problems);
    let (from, to) = (from?, to?);
    permitted?;
    if to.as_ref() == Some(&from) {
        problems.push(
            Diagnostic::error("K216", time.span, "the time from an event to itself")
                .label("always nothing"),
        );
        return None;
    }
    let test = Condition::Elapsed {
        from,
        to,
        test: values::order_of(operator),
        micros: micros?,
    };
    Some(match operator {
        ComparisonOperator::NotEqual => Condition::Not(Box::new(test)),
        ComparisonOperator::Equal
        | ComparisonOperator::Less
        | ComparisonOperator::AtMost
        | ComparisonOperator::Greater
        | ComparisonOperator::AtLeast => test,
    })
}

/// All must hold; nested conjunctions are laid flat.
pub(super) fn join(parts: impl IntoIterator<Item = Condition>) -> Condition {
    let mut flat = Vec::new();
    for part in parts {
        match part {
            Condition::All(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    match flat.len() {
        1 => flat.remove(0),
        _ => Condition::All(flat),
    }
}

fn all(
    scope: Scope,
    site: ConditionSite,
    parts: &[Spanned<ast::Condition>],
    problems: &mut Problems,
) -> Option<Vec<Condition>> {
    // Collected before they are judged, so that each part reports its problems.
    let parts: Vec<Option<Condition>> = parts
        .iter()
        .map(|part| condition(scope, site, part, problems))
        .collect();
    parts.into_iter().collect()
}

fn find(
    scope: Scope,
    site: ConditionSite,
    written: &ast::FieldRef,
    problems: &mut Problems,
) -> Option<FieldId> {
    let field = fields::find(scope, site.table, written, problems)?;
    if let ConditionContext::Constant(owner) = site.setting
        && is_due(scope, field)
    {
        problems.push(not_constant(
            owner,
            "`due_at` follows the policy",
            written.span(),
        ));
        return None;
    }
    if let ConditionContext::Constant(owner) = site.setting
        && is_rolled_up(scope, field)
    {
        let name = scope.field_name(field);
        let why = format!("`{name}` is rolled up at each instant");
        problems.push(not_constant(owner, &why, written.span()));
        return None;
    }
    Some(field)
}

/// As [`find`]; of an unknown field that is compared with a value of a scale, the fields on it are told.
fn find_compared(
    scope: Scope,
    site: ConditionSite,
    written: &ast::FieldRef,
    value: &Spanned<ast::WrittenLiteral>,
    problems: &mut Problems,
) -> Option<FieldId> {
    let mut wrong = Problems::default();
    let found = find(scope, site, written, &mut wrong);
    let is_plainly_unknown = match wrong.clone().sorted().as_slice() {
        [only] => only.code == "K202" && only.label.is_none(),
        _ => false,
    };
    let meant = is_plainly_unknown
        .then(|| fields::with_value(scope, site.table, &written.name.node, &value.node))
        .flatten();
    problems.extend(match meant {
        Some(meant) => wrong.help(meant),
        None => wrong,
    });
    found
}

fn is_due(scope: Scope, field: FieldId) -> bool {
    matches!(scope.model.field(field).source, FieldSource::Due(_))
}

/// A test that changes with the instant, where a definition must hold at all times (K513).
pub(super) fn not_constant(owner: &str, why: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        "K513",
        span,
        format!("{owner} may only ask for the row's own fields"),
    )
    .label(why.to_owned())
}

/// A bare word: an event, a state, or the name of a condition with a meaning on this table.
fn named(
    scope: Scope,
    site: ConditionSite,
    name: &ast::Identifier,
    problems: &mut Problems,
) -> Option<Condition> {
    let own = scope.table(site.table);
    let noun = own
        .event_named(&name.node)
        .map(|event| {
            Condition::Happened(EventId {
                table: site.table,
                event,
            })
        })
        .or_else(|| {
            let state = own.state_named(&name.node)?;
            Some(Condition::InState(StateId {
                table: site.table,
                state,
            }))
        });
    if noun.is_none() && scope.known.is_broken_noun(site.table, &name.node) {
        return None;
    }
    let known = &scope.model.conditions;
    let definition = known.iter().find(|known| known.name == name.node);
    match (noun, definition) {
        (Some(noun), None) => {
            permit_instant(site.setting, name.span, problems)?;
            Some(noun)
        }
        (Some(_), Some(_)) => {
            problems.push(
                Diagnostic::error(
                    "K212",
                    name.span,
                    format!(
                        "`{}` is a condition, and an event or state of {}",
                        name.node, own.name
                    ),
                )
                .label("which of them?")
                .help("give the condition another name"),
            );
            None
        }
        (None, Some(definition)) => meaning(scope, site, name, definition, problems),
        (None, None) => {
            if !scope.known.is_broken(ReferenceKind::Condition, &name.node) {
                problems.push(unknown_condition(scope, site.table, name));
            }
            None
        }
    }
}

/// The meaning of a named condition on this table.
fn meaning(
    scope: Scope,
    site: ConditionSite,
    name: &ast::Identifier,
    definition: &NamedCondition,
    problems: &mut Problems,
) -> Option<Condition> {
    let meaning = definition
        .meanings
        .iter()
        .find(|(table, _)| *table == site.table);
    let Some((_, meaning)) = meaning else {
        let fits = definition
            .meanings
            .iter()
            .map(|(table, _)| scope.table(*table).name.as_str());
        let table = &scope.table(site.table).name;
        problems.push(
            Diagnostic::not_on_table(
                "K208",
                name.span,
                format!("condition `{}` does not fit {table}", name.node),
            )
            .help(format!("it fits {}", list(fits))),
        );
        return None;
    };
    relations::allowed(scope, site, &name.node, meaning, name.span, problems)?;
    Some(meaning.clone())
}

/// A test of a field that reads right for its type.
fn test_of(table: &Table, name: &str) -> String {
    let field = table.field_named(name).map(|field| &table.fields[field]);
    match field.map(|field| &field.field_type) {
        Some(FieldType::Scale(scale)) => {
            let highest = scale.values.last().map_or("", String::as_str);
            format!("{name} = {highest}")
        }
        Some(FieldType::YesNo) => format!("{name} = yes"),
        Some(FieldType::Number) => format!("{name} >= 1"),
        Some(FieldType::Date) => format!("{name} = 2026-03"),
        Some(FieldType::Text) | None => format!("{name} is present"),
    }
}

fn unknown_condition(scope: Scope, table: TableId, name: &ast::Identifier) -> Diagnostic {
    let own = scope.table(table);
    if own.field_named(&name.node).is_some() {
        let problem = Diagnostic::not_on_table(
            "K208",
            name.span,
            format!("`{}` is a field, which needs a comparison", name.node),
        );
        let test = test_of(own, &name.node);
        let label = format!("such as `{test}`");
        return problem.label(&label).edit(test, &label);
    }
    let names = scope
        .model
        .conditions
        .iter()
        .map(|known| known.name.as_str());
    let fields = own.fields.iter().filter(|field| field.declared);
    let fields = fields.map(|field| field.name.as_str());
    let events = own.events.iter().map(|event| event.name.as_str());
    let states = own.states.iter().map(|state| state.name.as_str());
    Diagnostic::not_on_table(
        "K208",
        name.span,
        format!("there is no condition `{}`", name.node),
    )
    .suggest(&name.node, names.chain(events).chain(states).chain(fields))
    .help("a test is written `severity = high`; a bare word is an event, a state or the name of a `condition`")
}

/// Every field that a condition reads of its own table.
pub(super) fn fields_of(condition: &Condition, visit: &mut impl FnMut(FieldId)) {
    match condition {
        Condition::All(parts) | Condition::AnyOf(parts) => {
            parts.iter().for_each(|part| fields_of(part, visit));
        }
        Condition::Not(inner) | Condition::SoFar(inner) => fields_of(inner, visit),
        Condition::Codes { field, .. }
        | Condition::Texts { field, .. }
        | Condition::ContainsText { field, .. }
        | Condition::Number { field, .. }
        | Condition::Between { field, .. }
        | Condition::Near {
            of: NearDate::Field(field),
            ..
        }
        | Condition::Present(field) => visit(*field),
        Condition::Fields { left, right, .. } => {
            visit(*left);
            visit(*right);
        }
        Condition::Exists(_)
        | Condition::AtInstants(_)
        | Condition::InState(_)
        | Condition::Happened(_)
        | Condition::Elapsed { .. }
        | Condition::Near {
            of: NearDate::Event(_),
            ..
        }
        | Condition::Within { .. } => {}
    }
}

/// Whether a field that is rolled up is among them.
pub(super) fn reads_roll_up(scope: Scope, condition: &Condition) -> bool {
    let mut reads = false;
    fields_of(condition, &mut |field| reads |= is_rolled_up(scope, field));
    reads
}

/// Whether a field that follows the policy is among them.
pub(super) fn reads_due(scope: Scope, condition: &Condition) -> bool {
    let mut reads = false;
    fields_of(condition, &mut |field| reads |= is_due(scope, field));
    reads
}
