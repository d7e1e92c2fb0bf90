//! What depends on changed definitions.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::{DefinitionChange, DefinitionFate};
use super::facts::ChangeEffect;
use crate::insight::lineage::{LineageDirection, LineageGraph};
use crate::lang::model::{Definitions, Symbol, SymbolId, SymbolKind};

/// A KPI, view or dashboard that says what it said, and shows other numbers or verdicts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AffectedDefinition {
    pub kind: SymbolKind,
    pub name: String,
    pub title: Option<String>,
    /// From the changed definition to this one: `score risk`, `kpi risk_exposure`.
    pub through: Vec<String>,
    pub effect: ChangeEffect,
}

/// Follows uses up from what changed, to the end.
pub(super) fn affected(
    definitions: &Definitions,
    changes: &[DefinitionChange],
) -> Vec<AffectedDefinition> {
    let graph = LineageGraph::new(definitions);
    let walk = AffectedWalk {
        definitions,
        graph: &graph,
    };
    let values = walk.roots(changes, ChangeEffect::Value);
    let verdicts = walk.roots(changes, ChangeEffect::Verdict);
    let came_from = walk.reached(&values);
    // A verdict is shown where the KPI is shown; a formula over the KPI has none of it.
    let mut shown: BTreeMap<SymbolId, SymbolId> = BTreeMap::new();
    for root in verdicts {
        for user in graph.next(root, LineageDirection::Users) {
            if walk.is_shown_in(*user) && !came_from.contains_key(user) {
                shown.insert(*user, root);
                walk.views_of(*user, &mut shown);
            }
        }
    }
    // What changed itself is told as such, unless only its words did.
    let is_told_already = |symbol: &Symbol, effect: ChangeEffect| {
        changes.iter().any(|change| {
            change.kind == symbol.kind.word()
                && change.name == symbol.name
                && change.effect >= effect
        })
    };
    let mut found = Vec::new();
    for (paths, effect) in [
        (&came_from, ChangeEffect::Value),
        (&shown, ChangeEffect::Verdict),
    ] {
        for id in paths.keys() {
            let symbol = definitions.symbols.get(*id);
            let is_told = matches!(
                symbol.kind,
                SymbolKind::Kpi | SymbolKind::View | SymbolKind::Dashboard
            );
            if is_told && !is_told_already(symbol, effect) {
                found.push(AffectedDefinition {
                    kind: symbol.kind,
                    name: symbol.name.clone(),
                    title: symbol.title.clone(),
                    through: walk.path(paths, *id),
                    effect,
                });
            }
        }
    }
    found.sort_by(|left, right| (left.kind, &left.name).cmp(&(right.kind, &right.name)));
    found
}

struct AffectedWalk<'a> {
    definitions: &'a Definitions,
    graph: &'a LineageGraph<'a>,
}

impl AffectedWalk<'_> {
    /// The symbols in which changes of an effect begin.
    fn roots(&self, changes: &[DefinitionChange], effect: ChangeEffect) -> BTreeSet<SymbolId> {
        let symbols = &self.definitions.symbols;
        let mut roots = BTreeSet::new();
        for change in changes {
            if change.fate == DefinitionFate::Added || change.fate == DefinitionFate::Removed {
                continue;
            }
            for line in change.lines.iter().filter(|line| line.effect == effect) {
                if change.kind == "calendar" {
                    let kpis = symbols
                        .iter()
                        .filter(|(_, each)| each.kind == SymbolKind::Kpi);
                    roots.extend(kpis.map(|(id, _)| id));
                    continue;
                }
                if let Some((kind, table, name)) = &line.root {
                    // What used something that is gone has changed itself.
                    roots.extend(symbols.find(*kind, table.as_deref(), name));
                    continue;
                }
                let mut kinds = SymbolKind::ALL.into_iter();
                let kind = kinds.find(|kind| kind.word() == change.kind);
                roots.extend(kind.and_then(|kind| symbols.find(kind, None, &change.name)));
            }
        }
        roots
    }

    /// All that uses the roots, each with what it was reached from; the nearest first.
    fn reached(&self, roots: &BTreeSet<SymbolId>) -> BTreeMap<SymbolId, SymbolId> {
        let mut came_from: BTreeMap<SymbolId, SymbolId> =
            roots.iter().map(|root| (*root, *root)).collect();
        let mut level: Vec<SymbolId> = roots.iter().copied().collect();
        while !level.is_empty() {
            let mut next = Vec::new();
            for id in level {
                for user in self.graph.next(id, LineageDirection::Users) {
                    if !came_from.contains_key(user) {
                        came_from.insert(*user, id);
                        next.push(*user);
                    }
                }
            }
            level = next;
        }
        came_from
    }

    fn is_shown_in(&self, id: SymbolId) -> bool {
        let kind = self.definitions.symbols.get(id).kind;
        matches!(kind, SymbolKind::View | SymbolKind::Dashboard)
    }

    fn views_of(&self, id: SymbolId, shown: &mut BTreeMap<SymbolId, SymbolId>) {
        for user in self.graph.next(id, LineageDirection::Users) {
            if self.is_shown_in(*user) && !shown.contains_key(user) {
                shown.insert(*user, id);
            }
        }
    }

    /// Labels from the root to what uses the last of them.
    fn path(&self, came_from: &BTreeMap<SymbolId, SymbolId>, id: SymbolId) -> Vec<String> {
        let mut path = Vec::new();
        let mut at = id;
        while let Some(before) = came_from.get(&at).filter(|before| **before != at) {
            path.push(self.definitions.symbols.get(*before).label());
            at = *before;
        }
        path.reverse();
        path
    }
}
