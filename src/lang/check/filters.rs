//! What narrows events, and which rows are left out: the conditions inside tables.

use super::clauses::once;
use super::conditions::{ConditionContext, ConditionSite, condition};
use super::constant_scope;
use super::index::IndexEntry;
use super::scope::{KnownNames, Scope};
use crate::base::diagnostic::Problems;
use crate::lang::model::{Condition, Definitions, Exclude, ScopeRule, TableId};
use crate::lang::syntax::ast::{self, TableClause};

/// Adds the filters of events and the `exclude` lines to all tables.
pub(super) fn filters(
    entries: &[IndexEntry<ast::Table>],
    model: &mut Definitions,
    known: &KnownNames,
    problems: &mut Problems,
) {
    for (index, entry) in entries.iter().enumerate() {
        let table = TableId(index);
        let found = read(Scope::of(model, known), table, entry.tree, problems);
        for (name, filter) in found.events {
            if let Some(event) = model.tables[index].event_named(&name) {
                model.tables[index].events[event].filter = Some(filter);
            }
        }
        model.tables[index].excludes = found.excludes;
        model.tables[index].scope = found.scope;
    }
}

#[derive(Default)]
struct TableFilters {
    events: Vec<(String, Condition)>,
    excludes: Vec<Exclude>,
    scope: Option<ScopeRule>,
}

fn read(scope: Scope, table: TableId, tree: &ast::Table, problems: &mut Problems) -> TableFilters {
    let mut found = TableFilters::default();
    let mut scope_rule: Option<Option<ScopeRule>> = None;
    let site = |owner| ConditionSite {
        table,
        setting: ConditionContext::Constant(owner),
    };
    for clause in &tree.clauses {
        match &clause.node {
            TableClause::Event {
                name,
                filter: Some(filter),
                ..
            } => {
                let filter = condition(scope, site("an event"), filter, problems);
                found
                    .events
                    .extend(filter.map(|filter| (name.node.clone(), filter)));
            }
            TableClause::Exclude { filter, label } => {
                let filter = condition(scope, site("an `exclude` line"), filter, problems);
                found.excludes.extend(filter.map(|filter| Exclude {
                    filter,
                    label: label.node.clone(),
                }));
            }
            TableClause::Scope { state, filter } => {
                let rule = constant_scope::rule(scope, table, state, filter.as_ref(), problems);
                once(&mut scope_rule, rule, "scope", clause.span, problems);
            }
            TableClause::Event { filter: None, .. }
            | TableClause::Key(_)
            | TableClause::BelongsTo { .. }
            | TableClause::State { .. }
            | TableClause::Known(_)
            | TableClause::Field { .. } => {}
        }
    }
    found.scope = scope_rule.flatten();
    found
}
