//! Definitions of two versions, paired.

use std::collections::{BTreeMap, BTreeSet};

use super::affected::{self, AffectedDefinition};
use super::facts::{self, ChangeEffect, DefinitionFacts, DefinitionKey, Fact};
use super::lines::{self, FactChange};
use super::normal_form::RenamedNames;
use crate::base::source::Span;
use crate::lang::model::SymbolKind;
use crate::lang::project::Project;
use crate::lang::syntax;

/// What became of a definition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DefinitionFate {
    Added,
    Removed,
    /// It means the same under another name.
    Renamed {
        from: String,
    },
    Changed,
}

impl DefinitionFate {
    pub fn word(&self) -> &'static str {
        match self {
            DefinitionFate::Added => "added",
            DefinitionFate::Removed => "removed",
            DefinitionFate::Renamed { .. } => "renamed",
            DefinitionFate::Changed => "changed",
        }
    }
}

/// A definition that is not what it was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DefinitionChange {
    pub fate: DefinitionFate,
    /// `kpi`, `calendar`, …
    pub kind: &'static str,
    pub name: String,
    pub title: Option<String>,
    /// In the new version, or in the old one if it was removed.
    pub place: Span,
    /// The strongest effect of its lines.
    pub effect: ChangeEffect,
    pub lines: Vec<FactChange>,
}

impl DefinitionChange {
    /// `kpi mttr`
    pub fn label(&self) -> String {
        format!("{} {}", self.kind, self.name)
            .trim_end()
            .to_string()
    }
}

/// All that differs between two versions.
pub struct DefinitionDiff {
    /// By kind, as data flows, then by name.
    pub changes: Vec<DefinitionChange>,
    /// Definitions that say what they said, and depend on one that does not.
    pub affected: Vec<AffectedDefinition>,
    pub(super) renamed: RenamedNames,
}

impl DefinitionDiff {
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Whether both versions read files as the same tables: then what one has read the other can use.
    pub fn keeps_tables(&self) -> bool {
        let of_tables = |change: &&DefinitionChange| {
            matches!(change.kind, "calendar" | "scale" | "table")
                && change.effect > ChangeEffect::Wording
        };
        let renamed = |kind| self.renamed.keys().any(|(of, _, _)| *of == kind);
        self.changes.iter().find(of_tables).is_none()
            && ![
                SymbolKind::Field,
                SymbolKind::Event,
                SymbolKind::State,
                SymbolKind::Sla,
            ]
            .into_iter()
            .any(renamed)
            && !self.has_other_slas()
    }

    /// What an SLA adds to its table is part of the table.
    fn has_other_slas(&self) -> bool {
        self.changes.iter().any(|change| change.kind == "sla")
    }
}

/// Compares two versions.
pub fn compare(old: &Project, new: &Project) -> DefinitionDiff {
    let unrenamed = RenamedNames::new();
    let new_facts = facts::facts(new, &unrenamed);
    let mut renamed = RenamedNames::new();
    // A rename may show only once what it is made of is known to be renamed.
    let old_facts = loop {
        let old_facts = facts::facts(old, &renamed);
        let known = renamed.len();
        find_renamed(&old_facts, &new_facts, &mut renamed);
        if renamed.len() == known {
            break old_facts;
        }
    };
    let mut changes = changes(&old_facts, &new_facts, &renamed);
    let kinds = syntax::definition_words();
    changes.sort_by_key(|change| {
        let kind = kinds.iter().position(|kind| *kind == change.kind);
        (kind, change.name.clone())
    });
    let affected = affected::affected(&new.definitions, &changes);
    DefinitionDiff {
        changes,
        affected,
        renamed,
    }
}

type FactsByKey = BTreeMap<DefinitionKey, DefinitionFacts>;

fn changes(old: &FactsByKey, new: &FactsByKey, renamed: &RenamedNames) -> Vec<DefinitionChange> {
    let mut changes = Vec::new();
    let mut seen: BTreeSet<DefinitionKey> = BTreeSet::new();
    for (key, was) in old {
        let now_key = (key.0, new_name(renamed, key));
        let Some(is) = new.get(&now_key) else {
            changes.push(whole(was, DefinitionFate::Removed));
            continue;
        };
        seen.insert(now_key);
        let mut lines = lines::changes(&was.facts, &is.facts);
        if was.kind == "table" {
            lines.extend(renamed_nouns(&was.name, renamed));
        }
        let fate = match was.name == is.name {
            true => DefinitionFate::Changed,
            false => DefinitionFate::Renamed {
                from: was.name.clone(),
            },
        };
        if !lines.is_empty() || fate != DefinitionFate::Changed {
            let strongest = lines.iter().map(|line| line.effect).max();
            changes.push(DefinitionChange {
                effect: strongest.unwrap_or(ChangeEffect::Wording),
                lines,
                ..whole(is, fate)
            });
        }
    }
    let added = new.iter().filter(|(key, _)| !seen.contains(*key));
    changes.extend(added.map(|(_, is)| whole(is, DefinitionFate::Added)));
    changes
}

/// A line for each event, state and field of a table that has another name and the same meaning.
fn renamed_nouns(table: &str, renamed: &RenamedNames) -> Vec<FactChange> {
    let of_table = renamed
        .iter()
        .filter(|((_, of, _), _)| of.as_deref() == Some(table));
    of_table
        .map(|((kind, _, old), new)| {
            let word = kind.word();
            FactChange::renamed(format!("{word} {old}"), format!("{word} {new}"))
        })
        .collect()
}

fn whole(definition: &DefinitionFacts, fate: DefinitionFate) -> DefinitionChange {
    let strongest = definition.facts.iter().map(|fact| fact.effect).max();
    DefinitionChange {
        fate,
        kind: definition.kind,
        name: definition.name.clone(),
        title: definition.title.clone(),
        place: definition.place,
        effect: strongest.unwrap_or(ChangeEffect::Wording),
        lines: Vec::new(),
    }
}

fn symbol_kind(kind: &str) -> Option<SymbolKind> {
    SymbolKind::ALL
        .into_iter()
        .find(|known| known.word() == kind)
}

fn new_name(renamed: &RenamedNames, key: &DefinitionKey) -> String {
    let kind = symbol_kind(key.0);
    let found = kind.and_then(|kind| renamed.get(&(kind, None, key.1.clone())));
    found.unwrap_or(&key.1).clone()
}

/// Definitions that are gone, and others of the same kind that mean the same.
fn find_renamed(old: &FactsByKey, new: &FactsByKey, renamed: &mut RenamedNames) {
    let mut taken: BTreeSet<DefinitionKey> = old
        .keys()
        .map(|key| (key.0, new_name(renamed, key)))
        .collect();
    for (key, was) in old {
        if new.contains_key(&(key.0, new_name(renamed, key))) {
            if key.0 == "table" {
                find_renamed_nouns(was, &new[&(key.0, new_name(renamed, key))], renamed);
            }
            continue;
        }
        let meaning = meanings(&was.facts);
        let same = new.iter().find(|(other, is)| {
            other.0 == key.0 && !taken.contains(*other) && meanings(&is.facts) == meaning
        });
        if let (Some((other, _)), Some(kind)) = (same, symbol_kind(key.0))
            && !meaning.is_empty()
        {
            taken.insert(other.clone());
            renamed.insert((kind, None, key.1.clone()), other.1.clone());
        }
    }
}

/// What a definition means, whatever it is called. Of a test everything is wording.
fn meanings(facts: &[Fact]) -> BTreeSet<(Option<&str>, &str, &str)> {
    let has_meaning = facts.iter().any(|fact| fact.effect > ChangeEffect::Wording);
    let counts = |fact: &&Fact| !has_meaning || fact.effect > ChangeEffect::Wording;
    let all = facts.iter().filter(counts);
    all.map(|fact| {
        (
            fact.version.as_deref(),
            fact.about.as_str(),
            fact.meaning.as_str(),
        )
    })
    .collect()
}

/// Events, states and fields of a table that mean the same under another name.
fn find_renamed_nouns(was: &DefinitionFacts, is: &DefinitionFacts, renamed: &mut RenamedNames) {
    let noun = |fact: &Fact| -> Option<(&'static str, String)> {
        let (word, name) = fact.about.split_once(' ')?;
        let word = ["event", "state", "field"]
            .into_iter()
            .find(|known| *known == word)?;
        Some((word, name.to_owned()))
    };
    let mut free: Vec<&Fact> = is
        .facts
        .iter()
        .filter(|fact| !was.facts.iter().any(|other| other.about == fact.about))
        .collect();
    for fact in &was.facts {
        let Some((word, _)) = noun(fact) else {
            continue;
        };
        if is.facts.iter().any(|other| other.about == fact.about) {
            continue;
        }
        let same = free.iter().position(|other| {
            other.meaning == fact.meaning && noun(other).is_some_and(|(kind, _)| kind == word)
        });
        if let (Some(place), Some((_, table, old_name)), Some(kind)) =
            (same, &fact.root, symbol_kind(word))
        {
            let other = free.remove(place);
            if let Some((_, new_name)) = noun(other) {
                renamed.insert((kind, table.clone(), old_name.clone()), new_name);
            }
        }
    }
}
