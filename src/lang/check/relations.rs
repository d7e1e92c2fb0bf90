//! What conditions ask beyond the row's fields, and where they may: events, and a time after one.

use super::conditions::{ConditionContext, ConditionSite, not_constant, reads_due, reads_roll_up};
use super::dates;
use super::near;
use super::parents::unknown_table;
use super::scope::{ReferenceKind, Scope};
use super::timeframes;
use super::wording::list;
use crate::base::diagnostic::{Cause, Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::lang::format;
use crate::lang::model::{ChosenEvent, Condition, EventId, EventOrder, TableId};
use crate::lang::syntax::ast;

pub(super) fn permit_exists(
    setting: ConditionContext,
    span: Span,
    problems: &mut Problems,
) -> Option<()> {
    match setting {
        ConditionContext::Event
        | ConditionContext::State
        | ConditionContext::Rows
        | ConditionContext::Named => return Some(()),
        ConditionContext::Related => problems.push(
            Diagnostic::error("K305", span, "an `any` inside an `any`")
                .label("ask for fields of these rows only"),
        ),
        ConditionContext::Constant(owner) => problems.push(not_constant(
            owner,
            "whether such rows exist changes with time",
            span,
        )),
    }
    None
}

/// A table by name; reports an unknown one (K201).
pub(super) fn find_table(
    scope: Scope,
    name: &ast::Identifier,
    problems: &mut Problems,
) -> Option<TableId> {
    let found = scope.model.table_named(&name.node);
    if found.is_none() && !scope.known.is_broken(ReferenceKind::Table, &name.node) {
        let tables = scope.model.tables.iter().map(|table| table.name.as_str());
        problems.push(unknown_table(name, tables));
    }
    found
}

/// An event of a table; `asker` is the word that asks for one. Reports a state and an unknown name
/// (K203).
pub(super) fn find_event(
    scope: Scope,
    table: TableId,
    name: &ast::Identifier,
    asker: &str,
    problems: &mut Problems,
) -> Option<EventId> {
    let own = scope.table(table);
    if let Some(event) = own.event_named(&name.node) {
        return Some(EventId { table, event });
    }
    if scope.known.is_broken_noun(table, &name.node) {
        return None;
    }
    let events = || own.events.iter().map(|event| event.name.as_str());
    let problem = if own.state_named(&name.node).is_some() {
        let problem = Diagnostic::not_on_table(
            "K203",
            name.span,
            format!("`{}` is a state, and `{asker}` needs an event", name.node),
        )
        .label("a state lasts; an event happens at an instant");
        match begin_of(scope, table, &name.node) {
            Some(event) => problem.help_edit(format!("`{}` begins at `{event}`", name.node), event),
            None => problem,
        }
    } else {
        Diagnostic::not_on_table(
            "K203",
            name.span,
            format!("`{}` is not an event of {}", name.node, own.name),
        )
        .suggest(&name.node, events())
    };
    problems.push(match list(events()).as_str() {
        "" => problem.help(format!("{} has no events", own.name)),
        all => problem.help(format!("events of {} are {all}", own.name)),
    });
    None
}

/// The event at which a state begins.
fn begin_of<'a>(scope: Scope<'a>, table: TableId, state: &str) -> Option<&'a str> {
    let order = EventOrder::of(scope.model, table);
    let state = order.table.state_named(state)?;
    let mut events = 0..order.table.events.len();
    let begin = events.find(|event| order.begins_at(state, *event))?;
    Some(&order.table.events[begin].name)
}

/// Events of a table of which one counts; each once (K425).
pub(super) fn chosen_event(
    scope: Scope,
    table: TableId,
    written: &ast::ChosenEvents,
    asker: &str,
    problems: &mut Problems,
) -> Option<ChosenEvent> {
    let found = written
        .events
        .iter()
        .map(|name| find_event(scope, table, name, asker, problems));
    let found: Vec<Option<EventId>> = found.collect();
    let events: Vec<EventId> = found.into_iter().collect::<Option<_>>()?;
    for (place, event) in events.iter().enumerate() {
        if events[..place].contains(event) {
            let name = &written.events[place];
            problems.push(
                Diagnostic::error("K425", name.span, format!("`{}` is named twice", name.node))
                    .label("leave one out"),
            );
            return None;
        }
    }
    Some(ChosenEvent {
        choice: written.choice,
        events,
    })
}

/// `verified within 14 days`: of the population's event (rule S20).
pub(super) fn within(
    scope: Scope,
    site: ConditionSite,
    event: &ast::Identifier,
    duration: &Spanned<ast::Duration>,
    span: Span,
    problems: &mut Problems,
) -> Option<Condition> {
    let micros = dates::micros(duration, problems);
    let written = format::duration(&duration.node);
    if let Some(problem) = near::meant(scope, site.table, event, &written, span) {
        problems.push(problem);
        return None;
    }
    let event_found = find_event(scope, site.table, event, "within", problems);
    let near = event_found.map(|found| near::of_instant(scope, found, &written));
    let permitted = permit_within(site.setting, span, near, problems);
    let event = event_found;
    permitted?;
    Some(Condition::Within {
        event: event?,
        micros: micros?,
    })
}

/// `near` is what asks for the event near the instant, where the event is there.
fn permit_within(
    setting: ConditionContext,
    span: Span,
    near: Option<String>,
    problems: &mut Problems,
) -> Option<()> {
    let what = match setting {
        ConditionContext::Event | ConditionContext::Named => return Some(()),
        ConditionContext::State => "rows in a state have",
        ConditionContext::Rows => "a list of all rows has",
        ConditionContext::Related => "an `any` has",
        ConditionContext::Constant(owner) => {
            problems.push(not_constant(
                owner,
                "this counts from a population's event",
                span,
            ));
            return None;
        }
    };
    let problem = Diagnostic::error("K406", span, format!("{what} no event to count from"))
        .because(Cause::NoEvent)
        .label("counts from the event of a population")
        .help("ask it of an event: `share of findings found with verified within 14 days`");
    problems.push(match near {
        Some(near) => problem.help_edit(format!("of the time near the instant ask `{near}`"), near),
        None => problem,
    });
    None
}

/// Whether the meaning of a named condition may stand at a place.
pub(super) fn allowed(
    scope: Scope,
    site: ConditionSite,
    name: &str,
    meaning: &Condition,
    span: Span,
    problems: &mut Problems,
) -> Option<()> {
    let asks = asks(meaning);
    if scope.has_period && timeframes::asks(meaning, &timeframes::is_unsaid) {
        problems.push(timeframes::unsaid_by_name(name, span));
        return None;
    }
    if asks.exists {
        permit_exists(site.setting, span, problems)?;
    }
    if asks.within {
        permit_within(site.setting, span, None, problems)?;
    }
    if asks.instant {
        permit_instant(site.setting, span, problems)?;
    }
    if let ConditionContext::Constant(owner) = site.setting
        && reads_due(scope, meaning)
    {
        problems.push(not_constant(
            owner,
            "it reads `due_at`, which follows the policy",
            span,
        ));
        return None;
    }
    if let ConditionContext::Constant(owner) = site.setting
        && reads_roll_up(scope, meaning)
    {
        problems.push(not_constant(
            owner,
            "it reads a field that is rolled up at each instant",
            span,
        ));
        return None;
    }
    Some(())
}

/// Events, states and times since are judged at an instant, which a definition for all times has not.
pub(super) fn permit_instant(
    setting: ConditionContext,
    span: Span,
    problems: &mut Problems,
) -> Option<()> {
    match setting {
        ConditionContext::Constant(owner) => {
            problems.push(not_constant(owner, "this changes with time", span));
            None
        }
        ConditionContext::Event
        | ConditionContext::State
        | ConditionContext::Rows
        | ConditionContext::Related
        | ConditionContext::Named => Some(()),
    }
}

/// What a condition asks beyond fields.
#[derive(Clone, Copy, Default)]
struct Asks {
    exists: bool,
    within: bool,
    /// What is judged at an instant.
    instant: bool,
}

fn asks(condition: &Condition) -> Asks {
    let none = Asks::default();
    match condition {
        Condition::All(parts) | Condition::AnyOf(parts) => {
            parts.iter().map(asks).fold(none, |left, right| Asks {
                exists: left.exists || right.exists,
                within: left.within || right.within,
                instant: left.instant || right.instant,
            })
        }
        Condition::Not(inner) => asks(inner),
        Condition::SoFar(inner) => Asks {
            instant: true,
            ..asks(inner)
        },
        Condition::Exists(_) => Asks {
            exists: true,
            ..none
        },
        Condition::Within { .. } => Asks {
            within: true,
            ..none
        },
        Condition::InState(_)
        | Condition::Happened(_)
        | Condition::Elapsed { .. }
        | Condition::AtInstants(_)
        | Condition::Near { .. } => Asks {
            instant: true,
            ..none
        },
        Condition::Codes { .. }
        | Condition::Texts { .. }
        | Condition::ContainsText { .. }
        | Condition::Number { .. }
        | Condition::Between { .. }
        | Condition::Fields { .. }
        | Condition::Present(_) => none,
    }
}
