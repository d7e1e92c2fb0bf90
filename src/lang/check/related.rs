//! Questions about related rows: `any scans of its asset completed within 30 days` (rules S13, S42, S43).

use super::conditions::{ConditionContext, ConditionSite, condition};
use super::dates;
use super::relations::{find_table, permit_exists};
use super::scope::Scope;
use super::timeframes;
use super::wording::{list, singular, with_article};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::lang::format;
use crate::lang::model::{
    Condition, EventId, Exists, RelatedNoun, StateId, Table, TableId, TableRelation, Timeframe,
};
use crate::lang::syntax::ast;

/// Whether so many related rows exist.
pub(super) fn exists(
    scope: Scope,
    site: ConditionSite,
    asked: &ast::Exists,
    span: Span,
    problems: &mut Problems,
) -> Option<Condition> {
    let permitted = permit_exists(site.setting, span, problems);
    let at_least = at_least(asked.at_least.as_ref(), problems);
    let table = find_table(scope, &asked.table, problems)?;
    let noun = noun(scope, table, asked, span, problems);
    let related = ConditionSite {
        table,
        setting: ConditionContext::Related,
    };
    let filter = match &asked.filter {
        Some(filter) => condition(scope, related, filter, problems).map(Some),
        None => Some(None),
    };
    let relation = relation(scope, site.table, table, asked, problems);
    permitted?;
    Some(Condition::Exists(Box::new(Exists {
        relation: relation?,
        noun: noun?,
        filter: filter?,
        at_least: at_least?,
    })))
}

fn at_least(written: Option<&Spanned<u64>>, problems: &mut Problems) -> Option<u32> {
    let Some(count) = written else {
        return Some(1);
    };
    match u32::try_from(count.node) {
        Ok(0) => {
            problems.push(
                Diagnostic::error("K421", count.span, "at least none are always there")
                    .label("write 1 or more")
                    .help("for none at all write `not any …`"),
            );
            None
        }
        Ok(count) => Some(count),
        Err(_) => {
            problems.push(
                Diagnostic::error("K421", count.span, "no row has so many")
                    .label("write a smaller number"),
            );
            None
        }
    }
}

/// The event with its time, or the state, that is asked of related rows.
fn noun(
    scope: Scope,
    table: TableId,
    asked: &ast::Exists,
    span: Span,
    problems: &mut Problems,
) -> Option<RelatedNoun> {
    let own = scope.table(table);
    let role = &asked.role;
    if let Some(event) = own.event_named(&role.node) {
        let timeframe = match &asked.timeframe {
            None if scope.has_period => {
                problems.push(timeframes::unsaid(asked, span));
                return None;
            }
            None => Timeframe::Unsaid,
            Some(written) => match &written.node {
                ast::Timeframe::Ever => Timeframe::Ever,
                ast::Timeframe::InThePeriod => Timeframe::InThePeriod,
                ast::Timeframe::Within(duration) => {
                    let duration = Spanned::new(duration.clone(), written.span);
                    Timeframe::Within(dates::micros(&duration, problems)?)
                }
            },
        };
        return Some(RelatedNoun::Event(EventId { table, event }, timeframe));
    }
    if let Some(state) = own.state_named(&role.node) {
        if let Some(timeframe) = &asked.timeframe {
            problems.push(
                Diagnostic::error(
                    "K421",
                    timeframe.span,
                    format!("`{}` is a state, which is so at an instant", role.node),
                )
                .leave_out("leave this out, or ask for an event")
                .help(events_of(own)),
            );
            return None;
        }
        return Some(RelatedNoun::State(StateId { table, state }));
    }
    if !scope.known.is_broken_noun(table, &role.node) {
        let names = nouns_of(own);
        problems.push(
            Diagnostic::not_on_table(
                "K203",
                role.span,
                format!("`{}` is not an event or state of {}", role.node, own.name),
            )
            .suggest(&role.node, names.iter().copied())
            .help(match names.is_empty() {
                true => format!("{} has no events and no states", own.name),
                false => format!("events and states of {} are {}", own.name, list(names)),
            }),
        );
    }
    None
}

fn nouns_of(table: &Table) -> Vec<&str> {
    let events = table.events.iter().map(|event| event.name.as_str());
    let states = table.states.iter().map(|state| state.name.as_str());
    events.chain(states).collect()
}

fn events_of(table: &Table) -> String {
    match list(table.events.iter().map(|event| event.name.as_str())).as_str() {
        "" => format!("{} has no events", table.name),
        all => format!("events of {} are {all}", table.name),
    }
}

/// How the rows are related: those that belong to this row where nothing is said, those that belong to the same
/// row of another table where it is named (rule S43).
fn relation(
    scope: Scope,
    own: TableId,
    related: TableId,
    asked: &ast::Exists,
    problems: &mut Problems,
) -> Option<TableRelation> {
    let there = scope.table(related);
    let siblings = siblings(scope, own, related);
    if let Some(parent) = &asked.shared_parent {
        let named = |relation: &&TableRelation| {
            let table = &scope.table(shared(scope, related, relation)).name;
            parent.node == *table || parent.node == singular(table)
        };
        let found = siblings.iter().find(named).copied();
        if found.is_none() {
            problems.push(not_shared(scope, own, related, asked, parent, &siblings));
        }
        return found;
    }
    if let Some(parent) = there.parents.iter().position(|parent| parent.table == own) {
        return Some(TableRelation::Child { parent });
    }
    problems.push(match siblings.is_empty() {
        true => unrelated(scope, own, related, &asked.table),
        false => only_through_another(scope, own, related, asked, &siblings),
    });
    None
}

/// The tables that rows of both tables belong to.
fn siblings(scope: Scope, own: TableId, related: TableId) -> Vec<TableRelation> {
    let (mine, theirs) = (&scope.table(own).parents, &scope.table(related).parents);
    let mine = mine.iter().enumerate();
    mine.flat_map(|(own, mine)| {
        let same = theirs.iter().position(|their| their.table == mine.table);
        same.map(|related| TableRelation::Sibling { own, related })
    })
    .collect()
}

/// The table that both rows belong to.
fn shared(scope: Scope, related: TableId, relation: &TableRelation) -> TableId {
    let (TableRelation::Child { parent }
    | TableRelation::Sibling {
        related: parent, ..
    }) = relation;
    scope.table(related).parents[*parent].table
}

/// The question with a parent named, or without one.
fn spelled(asked: &ast::Exists, parent: Option<&str>) -> String {
    let shared_parent = parent.map(|name| Spanned::new(name.to_owned(), asked.table.span));
    format::condition(&ast::Condition::Exists(Box::new(ast::Exists {
        shared_parent,
        ..asked.clone()
    })))
}

/// Rows that are related through another table only, and nothing says that this is meant (K305).
fn only_through_another(
    scope: Scope,
    own: TableId,
    related: TableId,
    asked: &ast::Exists,
    siblings: &[TableRelation],
) -> Diagnostic {
    let (here, there) = (&scope.table(own).name, &scope.table(related).name);
    let parents = siblings.iter().map(|relation| {
        let parent = shared(scope, related, relation);
        scope.table(parent).name.as_str()
    });
    let parents: Vec<&str> = parents.collect();
    let problem = Diagnostic::error(
        "K305",
        asked.table.span,
        format!(
            "{there} do not belong to {here}: both belong to {}",
            parents.join(" and ")
        ),
    )
    .label(format!("{there} of which row?"));
    let problem = parents.iter().fold(problem, |problem, parent| {
        let one = singular(parent);
        problem.help(format!(
            "for all those of its {one}: `{}`",
            spelled(asked, Some(&one))
        ))
    });
    problem.help(format!(
        "for those of the {} itself add `belongs to {here} by {}_id` to table {there}",
        singular(here),
        singular(here)
    ))
}

/// `of its X` where rows do not share an X (K304).
fn not_shared(
    scope: Scope,
    own: TableId,
    related: TableId,
    asked: &ast::Exists,
    parent: &ast::Identifier,
    siblings: &[TableRelation],
) -> Diagnostic {
    let (here, there) = (&scope.table(own).name, &scope.table(related).name);
    let problem = Diagnostic::not_on_table(
        "K304",
        parent.span,
        format!("{here} and {there} do not both belong to `{}`", parent.node),
    );
    let problem = siblings.iter().fold(problem, |problem, relation| {
        let one = singular(&scope.table(shared(scope, related, relation)).name);
        problem.help(format!("write `{}`", spelled(asked, Some(&one))))
    });
    let belongs = scope.table(related).parents.iter();
    match belongs.into_iter().any(|parent| parent.table == own) {
        true => problem.help(format!(
            "for the {there} of the {} itself write `{}`",
            singular(here),
            spelled(asked, None)
        )),
        false => problem,
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
