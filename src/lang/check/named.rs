//! `condition` definitions: what each means on every table that it fits.

use std::collections::BTreeMap;

use super::conditions::{ConditionContext, ConditionSite, condition};
use super::index::IndexEntry;
use super::order::{self, ordered};
use super::scope::{KnownNames, ReferenceKind, Scope};
use crate::base::diagnostic::{Cause, Diagnostic, Problems};
use crate::lang::model::{Condition, Definitions, NamedCondition, TableId};
use crate::lang::syntax::ast;

/// The most tests a condition may have once the names in it are replaced.
const LARGEST: usize = 4096;

/// Adds the meanings of all named conditions. One that fits no table is an error: that of the table
/// it is nearest to.
pub(super) fn conditions(
    entries: &[IndexEntry<ast::NamedCondition>],
    model: &mut Definitions,
    known: &mut KnownNames,
    problems: &mut Problems,
) {
    let places = order::places(entries.iter().map(|entry| &entry.tree.name));
    let needs: Vec<Vec<usize>> = entries.iter().map(|entry| needs(entry, &places)).collect();
    let name = |index: usize| &entries[index].tree.name;
    let order = ordered(&needs, "condition", name, problems);
    // Broken until checked: a use of a condition in a circle is not reported a second time.
    for entry in entries {
        known.break_name(ReferenceKind::Condition, &entry.tree.name.node);
    }
    let mut meanings: Vec<Option<NamedCondition>> = entries.iter().map(|_| None).collect();
    for index in order.sorted {
        let entry = &entries[index];
        let scope = Scope::of(model, known);
        if let Some(named) = meaning(scope, entry, problems) {
            // Kept in the model while others are checked; put in the order of the text below.
            known.mend_condition(&named.name);
            model.conditions.push(named.clone());
            meanings[index] = Some(named);
        }
    }
    model.conditions = meanings.into_iter().flatten().collect();
}

fn needs(entry: &IndexEntry<ast::NamedCondition>, places: &BTreeMap<&str, usize>) -> Vec<usize> {
    let mut names = Vec::new();
    names_in(&entry.tree.condition.node, &mut names);
    names
        .iter()
        .filter_map(|name| places.get(name.as_str()).copied())
        .collect()
}

fn names_in<'a>(tree: &'a ast::Condition, names: &mut Vec<&'a String>) {
    match tree {
        ast::Condition::And(parts) | ast::Condition::Or(parts) => {
            parts.iter().for_each(|part| names_in(&part.node, names));
        }
        ast::Condition::Not(inner)
        | ast::Condition::Group(inner)
        | ast::Condition::SoFar(inner) => names_in(&inner.node, names),
        ast::Condition::Name(name) => names.push(&name.node),
        ast::Condition::Exists(asked) => {
            let filter = asked.filter.iter();
            filter.for_each(|inner| names_in(&inner.node, names));
        }
        ast::Condition::Compare { .. }
        | ast::Condition::In { .. }
        | ast::Condition::Contains { .. }
        | ast::Condition::Missing(_)
        | ast::Condition::Present(_)
        | ast::Condition::Elapsed { .. }
        | ast::Condition::Near { .. }
        | ast::Condition::Within { .. } => {}
    }
}

fn meaning(
    scope: Scope,
    entry: &IndexEntry<ast::NamedCondition>,
    problems: &mut Problems,
) -> Option<NamedCondition> {
    let mut meanings: Vec<(TableId, Condition)> = Vec::new();
    let mut nearest: Option<((usize, usize), Problems)> = None;
    for table in (0..scope.model.tables.len()).map(TableId) {
        let site = ConditionSite {
            table,
            setting: ConditionContext::Named,
        };
        let mut found = Problems::default();
        match condition(scope, site, &entry.tree.condition, &mut found) {
            Some(meaning) => meanings.push((table, meaning)),
            None => {
                let distance = distance(&found);
                if nearest.as_ref().is_none_or(|(best, _)| distance < *best) {
                    nearest = Some((distance, found));
                }
            }
        }
    }
    if meanings.is_empty() {
        match nearest {
            Some((_, found)) => problems.extend(found),
            None => problems.push(about_nothing(&entry.tree.name)),
        }
        return None;
    }
    if meanings.iter().any(|(_, meaning)| size(meaning) > LARGEST) {
        let name = &entry.tree.name;
        problems.push(Diagnostic::error(
            "K236",
            name.span,
            format!(
                "condition `{}` comes to more than {LARGEST} tests",
                name.node
            ),
        ));
        return None;
    }
    Some(NamedCondition {
        name: entry.tree.name.node.clone(),
        span: entry.tree.name.span,
        meanings,
    })
}

fn about_nothing(name: &ast::Identifier) -> Diagnostic {
    Diagnostic::not_on_table(
        "K208",
        name.span,
        format!("condition `{}` fits no table", name.node),
    )
    .label("no table is defined")
}

/// How far a condition is from fitting a table: how many of its problems say that the table has no
/// such field or event, and how many there are.
fn distance(found: &Problems) -> (usize, usize) {
    let list = found.clone().sorted();
    let misfits = list
        .iter()
        .filter(|problem| problem.cause == Cause::NotOnTable)
        .count();
    (misfits, list.len())
}

/// How many tests a condition has.
fn size(condition: &Condition) -> usize {
    condition.tests_of_all_rows().len()
}
