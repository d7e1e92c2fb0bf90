//! What narrows events, and which rows are left out: the conditions inside tables.

use super::conditions::{ConditionContext, ConditionSite, condition};
use super::index::IndexEntry;
use super::scope::{KnownNames, Scope};
use crate::base::diagnostic::Problems;
use crate::lang::model::{Condition, Definitions, Exclude, TableId};
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
    }
}

#[derive(Default)]
struct TableFilters {
    events: Vec<(String, Condition)>,
    excludes: Vec<Exclude>,
}

fn read(scope: Scope, table: TableId, tree: &ast::Table, problems: &mut Problems) -> TableFilters {
    let mut found = TableFilters::default();
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
            TableClause::Event { filter: None, .. }
            | TableClause::Key(_)
            | TableClause::BelongsTo { .. }
            | TableClause::State { .. }
            | TableClause::Known(_)
            | TableClause::Field { .. } => {}
        }
    }
    found
}
