//! Rows of parents: many-to-one through `belongs to` (rule S32).

use std::collections::HashSet;

use polars::prelude::StringChunked;
use serde::{Deserialize, Serialize};

use super::hash::BuildTextHasher;
use super::report::{Origin, shortened};
use crate::base::cancellation::Steps;
use crate::lang::model::{Definitions, FieldSource, TableId};

/// Rows whose key the parent does not have.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Orphans {
    count: usize,
    first_row: usize,
    first_key: String,
}

/// Keys of consecutive rows of a child that were checked: how many, and those that the parent does not have.
pub(super) struct CheckedKeys {
    rows: usize,
    orphans: Option<Orphans>,
}

/// The keys of a parent.
pub(super) struct ParentKeys<'k>(HashSet<&'k str, BuildTextHasher>);

impl<'k> ParentKeys<'k> {
    pub(super) fn of(texts: &'k StringChunked) -> ParentKeys<'k> {
        let mut steps = Steps::default();
        let mut known: HashSet<&str, BuildTextHasher> = HashSet::default();
        for key in texts.iter().flatten() {
            steps.step();
            known.insert(key);
        }
        ParentKeys(known)
    }

    pub(super) fn check(&self, child: &StringChunked) -> CheckedKeys {
        let mut steps = Steps::default();
        let mut orphans: Option<Orphans> = None;
        for (row, key) in child.iter().enumerate() {
            steps.step();
            let Some(key) = key.filter(|key| !self.0.contains(key)) else {
                continue;
            };
            let found = orphans.get_or_insert_with(|| Orphans {
                count: 0,
                first_row: row,
                first_key: key.to_owned(),
            });
            found.count += 1;
        }
        CheckedKeys {
            rows: child.len(),
            orphans,
        }
    }
}

/// The orphans among all rows, given those of one part after the other.
pub(super) fn orphans(parts: impl IntoIterator<Item = CheckedKeys>) -> Option<Orphans> {
    let mut before = 0;
    let mut all: Option<Orphans> = None;
    for CheckedKeys { rows, orphans } in parts {
        match (&mut all, orphans) {
            (Some(all), Some(orphans)) => all.count += orphans.count,
            (None, Some(mut orphans)) => {
                orphans.first_row += before;
                all = Some(orphans);
            }
            (_, None) => {}
        }
        before += rows;
    }
    all
}

/// The note about orphans.
pub(super) fn orphans_note(
    definitions: &Definitions,
    (table, parent): (TableId, usize),
    origin: &Origin,
    orphans: &Orphans,
) -> String {
    let first = format!(
        "first: `{}`, {}",
        shortened(&orphans.first_key),
        origin.row(orphans.first_row)
    );
    unknown_note(definitions, (table, parent), orphans.count, &first)
}

/// The note about orphans of a table of a database: its rows have no places.
pub(super) fn unknown_parents_note(
    definitions: &Definitions,
    link: (TableId, usize),
    count: usize,
    one: &str,
) -> String {
    unknown_note(
        definitions,
        link,
        count,
        &format!("such as `{}`", shortened(one)),
    )
}

fn unknown_note(
    definitions: &Definitions,
    (table, parent): (TableId, usize),
    count: usize,
    example: &str,
) -> String {
    let child = definitions.table(table);
    let link = &child.parents[parent];
    let names = match count {
        1 => format!("1 row of {} names", child.name),
        count => format!("{count} {} name", child.name),
    };
    format!(
        "{names} an `{}` that {} does not have ({example}): {}",
        child.columns[link.column].name,
        definitions.table(link.table).name,
        reads_as_missing(definitions, table, parent)
    )
}

/// The note about a parent without a file.
pub(super) fn no_parent_note(definitions: &Definitions, table: TableId, parent: usize) -> String {
    let child = definitions.table(table);
    format!(
        "there is no file for {}, which {} belong to: {}",
        definitions.table(child.parents[parent].table).name,
        child.name,
        reads_as_missing(definitions, table, parent)
    )
}

/// `their app, team, … read as missing`: what a row loses with its parent.
fn reads_as_missing(definitions: &Definitions, table: TableId, parent: usize) -> String {
    let fields = definitions.table(table).fields.iter();
    let lost: Vec<&str> = fields
        .filter(|field| match field.source {
            FieldSource::Parent { parent: of, .. } => of == parent,
            FieldSource::Column(_) | FieldSource::Due(_) | FieldSource::RollUp(_) => false,
        })
        .map(|field| field.name.as_str())
        .collect();
    match lost.as_slice() {
        [] => "what they would have from there is missing".to_owned(),
        [only] => format!("their {only} reads as missing"),
        [first, second] => format!("their {first} and {second} read as missing"),
        [first, second, ..] => format!("their {first}, {second}, … read as missing"),
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::StringChunked;

    use super::{Orphans, ParentKeys, orphans};

    #[test]
    fn the_place_of_the_first_orphan_is_that_among_all_rows() {
        let parent = StringChunked::from_iter([Some("a"), Some("b")]);
        let known = ParentKeys::of(&parent);
        let found = |parts: &[&[Option<&str>]]| {
            let parts = parts
                .iter()
                .map(|rows| StringChunked::from_iter(rows.iter().copied()));
            orphans(parts.map(|rows| known.check(&rows)))
        };
        let expected = |count: usize, first_row: usize, first_key: &str| {
            Some(Orphans {
                count,
                first_row,
                first_key: first_key.to_owned(),
            })
        };
        assert_eq!(found(&[&[Some("a"), None], &[Some("b")]]), None);
        let late: &[&[_]] = &[&[Some("a"), None], &[Some("b"), Some("z")], &[Some("y")]];
        assert_eq!(found(late), expected(2, 3, "z"));
        let early: &[&[_]] = &[&[None, Some("x")], &[Some("z")]];
        assert_eq!(found(early), expected(2, 1, "x"));
    }
}
