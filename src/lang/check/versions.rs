//! Definitions that share a name and differ in `since`: versions of one policy (rule S37).

use super::index::{IndexEntry, place};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Sources, Span};
use crate::lang::syntax::ast::Identifier;

/// Indexes of definitions with one name, in the order of the text.
pub(super) struct Versions {
    pub members: Vec<usize>,
}

/// Groups definitions by name, in the order of first mention.
pub(super) fn group<T>(
    entries: &[IndexEntry<T>],
    name_of: impl Fn(&T) -> &Identifier,
) -> Vec<Versions> {
    let mut groups: Vec<Versions> = Vec::new();
    let mut places = std::collections::BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        let name = &name_of(entry.tree).node;
        match places.get(name) {
            Some(place) => {
                let group: &mut Versions = &mut groups[*place];
                group.members.push(index);
            }
            None => {
                places.insert(name.clone(), groups.len());
                groups.push(Versions {
                    members: vec![index],
                });
            }
        }
    }
    groups
}

/// A version, and when it begins; `None` is from the beginning of time.
pub(super) struct Dated<T> {
    pub since: Option<i64>,
    pub name: Span,
    pub version: T,
}

/// Versions in the order they apply from; two that begin together are an error (K504).
pub(super) fn in_order<T>(
    sources: &Sources,
    kind: &str,
    name: &str,
    mut versions: Vec<Dated<T>>,
    problems: &mut Problems,
) -> Vec<T> {
    versions.sort_by_key(|version| version.since);
    for pair in versions.windows(2) {
        if pair[0].since == pair[1].since {
            let (first, second) = match pair[0].name < pair[1].name {
                true => (pair[0].name, pair[1].name),
                false => (pair[1].name, pair[0].name),
            };
            let message = match pair[0].since {
                None => format!("{kind} `{name}` is defined twice"),
                Some(_) => format!("two versions of {kind} `{name}` begin on the same day"),
            };
            problems.push(
                Diagnostic::error("K504", second, message)
                    .help(format!("the other is at {}", place(sources, first)))
                    .help("a new version of a policy has a line such as `since 2026-01-01`"),
            );
        }
    }
    versions.into_iter().map(|dated| dated.version).collect()
}
