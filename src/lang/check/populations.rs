//! Populations: `findings open where severity = critical`.

use super::conditions::{ConditionContext, ConditionSite, condition};
use super::relations::find_table;
use super::scope::Scope;
use super::wording::list;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Spanned;
use crate::lang::model::{Population, Role, Table, TableId};
use crate::lang::syntax::ast;

/// Whether rows without an event or state may be asked for: `list` only.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum AllRows {
    Allowed,
    Refused,
}

/// The rows that an aggregate or list is about. Every problem is reported.
pub(super) fn population(
    scope: Scope,
    tree: &Spanned<ast::Population>,
    all_rows: AllRows,
    problems: &mut Problems,
) -> Option<Population> {
    let table = find_table(scope, &tree.node.table, problems)?;
    let role = match &tree.node.role {
        Some(name) => role(scope, table, name, problems),
        None if all_rows == AllRows::Allowed => Some(Role::Rows),
        None => {
            problems.push(missing_role(scope, table, &tree.node.table));
            None
        }
    };
    // An unknown role still lets the filter be checked, with everything allowed.
    let setting = role.map_or(ConditionContext::Named, setting_of);
    let filter = match &tree.node.filter {
        Some(filter) => {
            condition(scope, ConditionSite { table, setting }, filter, problems).map(Some)
        }
        None => Some(None),
    };
    Some(Population {
        table,
        role: role?,
        including_excluded: tree.node.including_excluded,
        filter: filter?,
    })
}

/// What a condition on such a population may ask.
pub(super) fn setting_of(role: Role) -> ConditionContext {
    match role {
        Role::Event(_) => ConditionContext::Event,
        Role::State(_) => ConditionContext::State,
        Role::Rows => ConditionContext::Rows,
    }
}

fn role(
    scope: Scope,
    table: TableId,
    name: &ast::Identifier,
    problems: &mut Problems,
) -> Option<Role> {
    let own = scope.table(table);
    if let Some(event) = own.event_named(&name.node) {
        return Some(Role::Event(event));
    }
    if let Some(state) = own.state_named(&name.node) {
        return Some(Role::State(state));
    }
    if !scope.known.is_broken_noun(table, &name.node) {
        problems.push(unknown_role(scope, own, name));
    }
    None
}

fn unknown_role(scope: Scope, own: &Table, name: &ast::Identifier) -> Diagnostic {
    let events = own.events.iter().map(|event| event.name.as_str());
    let states = own.states.iter().map(|state| state.name.as_str());
    let problem = Diagnostic::not_on_table(
        "K203",
        name.span,
        format!("`{}` is not an event or state of {}", name.node, own.name),
    )
    .suggest(&name.node, events.chain(states));
    let elsewhere = scope.model.tables.iter().find(|other| {
        other.event_named(&name.node).is_some() || other.state_named(&name.node).is_some()
    });
    let problem = match elsewhere {
        Some(other) => problem.help(format!(
            "{} have it: `{} {}`",
            other.name, other.name, name.node
        )),
        None => problem,
    };
    problem.help(clocks_of(own))
}

fn missing_role(scope: Scope, table: TableId, name: &ast::Identifier) -> Diagnostic {
    let own = scope.table(table);
    let problem = Diagnostic::error(
        "K218",
        name.span,
        format!("{} when? an aggregate needs an event or a state", name.node),
    )
    .help(clocks_of(own));
    let first = own.events.iter().map(|event| &event.name);
    let first = first
        .chain(own.states.iter().map(|state| &state.name))
        .next();
    match first {
        Some(first) => {
            let population = format!("{} {first}", name.node);
            let label = format!("write `{population}`, for example");
            problem.label(&label).edit(population, &label)
        }
        None => problem,
    }
}

fn clocks_of(table: &Table) -> String {
    let events = list(table.events.iter().map(|event| event.name.as_str()));
    let states = list(table.states.iter().map(|state| state.name.as_str()));
    let name = &table.name;
    match (events.as_str(), states.as_str()) {
        ("", "") => format!("{name} has no events and no states"),
        (events, "") => format!("events of {name}: {events}"),
        ("", states) => format!("states of {name}: {states}"),
        (events, states) => format!("events of {name}: {events}; states: {states}"),
    }
}
