//! Conditions that look beyond the row's fields: `any … within …` and `EVENT within …`.

use super::conditions::{ConditionContext, ConditionSite, condition, not_constant, reads_due};
use super::dates;
use super::parents::unknown_table;
use super::scope::{ReferenceKind, Scope};
use super::wording::{list, singular, with_article};
use crate::base::diagnostic::{Cause, Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::lang::model::{Condition, EventId, Exists, TableId, TableRelation};
use crate::lang::syntax::ast;

/// `any TABLE ROLE (where FILTER) within WITHIN`.
pub(super) struct Asked<'a> {
    pub table: &'a ast::Identifier,
    pub role: &'a ast::Identifier,
    pub filter: Option<&'a Spanned<ast::Condition>>,
    pub within: Option<&'a Spanned<ast::Duration>>,
    pub span: Span,
}

/// Whether related rows exist: they belong to this row, or both belong to the same (rule S13).
pub(super) fn exists(
    scope: Scope,
    site: ConditionSite,
    asked: &Asked,
    problems: &mut Problems,
) -> Option<Condition> {
    let permitted = permit_exists(site.setting, asked.span, problems);
    let table = find_table(scope, asked.table, problems)?;
    let event = find_event(scope, table, asked.role, "any", problems);
    let related = ConditionSite {
        table,
        setting: ConditionContext::Related,
    };
    let filter = match asked.filter {
        Some(filter) => condition(scope, related, filter, problems).map(Some),
        None => Some(None),
    };
    let micros = match asked.within {
        Some(within) => dates::micros(within, problems).map(Some),
        None => Some(None),
    };
    let relation = relation(scope, site.table, table, asked.table, problems);
    permitted?;
    Some(Condition::Exists(Box::new(Exists {
        relation: relation?,
        event: event?,
        filter: filter?,
        micros: micros?,
    })))
}

fn permit_exists(setting: ConditionContext, span: Span, problems: &mut Problems) -> Option<()> {
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
        Diagnostic::not_on_table(
            "K203",
            name.span,
            format!("`{}` is a state, and `{asker}` needs an event", name.node),
        )
        .label("a state lasts; an event happens at an instant")
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

fn relation(
    scope: Scope,
    own: TableId,
    related: TableId,
    name: &ast::Identifier,
    problems: &mut Problems,
) -> Option<TableRelation> {
    let (own_table, there) = (scope.table(own), scope.table(related));
    if let Some(parent) = there.parents.iter().position(|parent| parent.table == own) {
        return Some(TableRelation::Child { parent });
    }
    let siblings: Vec<TableRelation> = own_table
        .parents
        .iter()
        .enumerate()
        .flat_map(|(own, mine)| {
            let theirs = there.parents.iter().enumerate();
            theirs
                .filter(move |(_, their)| their.table == mine.table)
                .map(move |(related, _)| TableRelation::Sibling { own, related })
        })
        .collect();
    match siblings.as_slice() {
        [one] => Some(*one),
        [] => {
            problems.push(unrelated(scope, own, related, name));
            None
        }
        _ => {
            problems.push(
                Diagnostic::error(
                    "K305",
                    name.span,
                    format!(
                        "{} and {} are related in several ways",
                        own_table.name, there.name
                    ),
                )
                .help("they share more than one parent, so `any` has more than one meaning"),
            );
            None
        }
    }
}

fn unrelated(scope: Scope, own: TableId, related: TableId, name: &ast::Identifier) -> Diagnostic {
    let (own_table, there) = (scope.table(own), scope.table(related));
    let problem = |message: String| Diagnostic::not_on_table("K304", name.span, message);
    let belongs_there = own_table
        .parents
        .iter()
        .any(|parent| parent.table == related);
    if belongs_there {
        let one = singular(&own_table.name);
        return problem(format!(
            "{} has one row of {}, and `any` asks about many",
            with_article(&one),
            there.name
        ))
        .label("ask for its fields")
        .help(format!(
            "bring one here with `field NAME TYPE from {}.NAME` in table {}",
            there.name, own_table.name
        ));
    }
    let problem = problem(format!(
        "{} and {} are not related",
        own_table.name, there.name
    ));
    problem.help(format!(
        "`any` needs rows that belong to these, or to the same: see `belongs to` in table {}",
        there.name
    ))
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
    let permitted = permit_within(site.setting, span, problems);
    let event = find_event(scope, site.table, event, "within", problems);
    let micros = dates::micros(duration, problems);
    permitted?;
    Some(Condition::Within {
        event: event?,
        micros: micros?,
    })
}

fn permit_within(setting: ConditionContext, span: Span, problems: &mut Problems) -> Option<()> {
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
    problems.push(
        Diagnostic::error("K406", span, format!("{what} no event to count from"))
            .because(Cause::NoEvent)
            .label("counts from the event of a population")
            .help("ask it of an event: `share of findings found with verified within 14 days`"),
    );
    None
}

/// Whether the meaning of a named condition may stand at a place.
pub(super) fn allowed(
    scope: Scope,
    site: ConditionSite,
    meaning: &Condition,
    span: Span,
    problems: &mut Problems,
) -> Option<()> {
    let asks = asks(meaning);
    if asks.exists {
        permit_exists(site.setting, span, problems)?;
    }
    if asks.within {
        permit_within(site.setting, span, problems)?;
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
    Some(())
}

/// What a condition asks beyond fields.
#[derive(Clone, Copy, Default)]
struct Asks {
    exists: bool,
    within: bool,
}

fn asks(condition: &Condition) -> Asks {
    match condition {
        Condition::All(parts) | Condition::AnyOf(parts) => {
            parts
                .iter()
                .map(asks)
                .fold(Asks::default(), |left, right| Asks {
                    exists: left.exists || right.exists,
                    within: left.within || right.within,
                })
        }
        Condition::Not(inner) => asks(inner),
        Condition::Exists(_) => Asks {
            exists: true,
            within: false,
        },
        Condition::Within { .. } => Asks {
            exists: false,
            within: true,
        },
        Condition::Codes { .. }
        | Condition::Texts { .. }
        | Condition::ContainsText { .. }
        | Condition::Number { .. }
        | Condition::Between { .. }
        | Condition::Fields { .. }
        | Condition::Present(_) => Asks::default(),
    }
}
