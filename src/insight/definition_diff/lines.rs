//! Facts of one definition in two versions → the lines that changed.

use std::collections::BTreeMap;

use super::facts::{ChangeEffect, Fact, SymbolPath};

/// A fact that is another now. One of `old` and `new` is there at least.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FactChange {
    /// The version of the policy it belongs to: `since 2026-01-01`.
    pub version: Option<String>,
    pub old: Option<String>,
    pub new: Option<String>,
    pub effect: ChangeEffect,
    pub(super) root: Option<SymbolPath>,
}

impl FactChange {
    /// Another name for the same.
    pub(super) fn renamed(old: String, new: String) -> FactChange {
        FactChange {
            version: None,
            old: Some(old),
            new: Some(new),
            effect: ChangeEffect::Wording,
            root: None,
        }
    }

    fn of(old: Option<&Fact>, new: Option<&Fact>) -> FactChange {
        let either = new.or(old).expect("one of them is there");
        FactChange {
            version: either.version.clone(),
            old: old.map(|fact| fact.written.clone()),
            new: new.map(|fact| fact.written.clone()),
            effect: either.effect,
            root: either.root.clone(),
        }
    }
}

/// What changed. Written otherwise with the same meaning is no change, and neither is the same text whose meaning
/// changed with what it names: that is a change of the other definition.
pub(super) fn changes(old: &[Fact], new: &[Fact]) -> Vec<FactChange> {
    let (old_versions, new_versions) = (versions(old), versions(new));
    let mut changes = Vec::new();
    let mut paired: BTreeMap<Option<&str>, Option<&str>> = BTreeMap::new();
    if old_versions.len() == new_versions.len() {
        for (was, is) in old_versions.iter().zip(&new_versions) {
            paired.insert(*was, *is);
            if was != is {
                changes.push(moved(new, *was, *is));
            }
        }
    } else {
        let both = old_versions.iter().filter(|was| new_versions.contains(was));
        paired.extend(both.map(|was| (*was, *was)));
    }
    let of = |facts: &[Fact], version: Option<&str>| -> Vec<Fact> {
        let own = facts
            .iter()
            .filter(|fact| fact.version.as_deref() == version);
        own.cloned().collect()
    };
    for (was, is) in &paired {
        pair(&of(old, *was), &of(new, *is), &mut changes);
    }
    for version in &new_versions {
        if !paired.values().any(|is| is == version) {
            let before = preceding(&new_versions, *version);
            let before = before.map_or(Vec::new(), |before| of(new, before));
            let own = of(new, *version);
            let changed = beside(&own, &before).into_iter();
            changes.extend(changed.map(|fact| FactChange::of(None, Some(fact))));
        }
    }
    for version in &old_versions {
        if !paired.contains_key(version) {
            let before = preceding(&old_versions, *version);
            let before = before.map_or(Vec::new(), |before| of(old, before));
            let own = of(old, *version);
            let changed = beside(&own, &before).into_iter();
            changes.extend(changed.map(|fact| FactChange::of(Some(fact), None)));
        }
    }
    changes
}

/// Versions in the order they apply from.
fn versions(facts: &[Fact]) -> Vec<Option<&str>> {
    let mut versions: Vec<Option<&str>> =
        facts.iter().map(|fact| fact.version.as_deref()).collect();
    versions.sort_unstable();
    versions.dedup();
    versions
}

/// The version before one, if it is not the first.
fn preceding<'a>(versions: &[Option<&'a str>], of: Option<&str>) -> Option<Option<&'a str>> {
    let place = versions.iter().position(|version| *version == of)?;
    Some(versions[place.checked_sub(1)?])
}

/// A version that applies from another day.
fn moved(facts: &[Fact], was: Option<&str>, is: Option<&str>) -> FactChange {
    let written = |version: Option<&str>| version.unwrap_or("no `since`").to_owned();
    let own = facts.iter().filter(|fact| fact.version.as_deref() == is);
    FactChange {
        version: None,
        old: Some(written(was)),
        new: Some(written(is)),
        effect: own
            .map(|fact| fact.effect)
            .max()
            .unwrap_or(ChangeEffect::Value),
        root: None,
    }
}

fn pair(old: &[Fact], new: &[Fact], changes: &mut Vec<FactChange>) {
    for is in new {
        match old.iter().find(|was| was.about == is.about) {
            None => changes.push(FactChange::of(None, Some(is))),
            Some(was) if was.meaning != is.meaning && was.written != is.written => {
                changes.push(FactChange::of(Some(was), Some(is)));
            }
            Some(_) => {}
        }
    }
    let gone = old
        .iter()
        .filter(|was| !new.iter().any(|is| is.about == was.about));
    changes.extend(gone.map(|was| FactChange::of(Some(was), None)));
}

/// What a version says otherwise than the one before it.
fn beside<'a>(own: &'a [Fact], before: &[Fact]) -> Vec<&'a Fact> {
    let is_new = |fact: &&Fact| {
        !before
            .iter()
            .any(|other| other.about == fact.about && other.meaning == fact.meaning)
    };
    own.iter().filter(is_new).collect()
}
