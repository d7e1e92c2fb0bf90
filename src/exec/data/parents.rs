//! Rows of parents: many-to-one through `belongs to` (rule S32).

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::dictionary::Words;
use super::report::{Origin, shortened};
use super::{MISSING_TEXT, NO_ROW};
use crate::base::cancellation::{self, Steps};
use crate::lang::model::{Definitions, FieldSource, TableId};

/// The rows of a parent table by key.
pub(super) struct KeyIndex {
    words: Words,
    /// By word.
    rows: Vec<u32>,
}

impl KeyIndex {
    /// From a key's codes and sorted dictionary; the keys are unique.
    pub(super) fn new(codes: &[u32], words: Words) -> Self {
        let mut rows = vec![NO_ROW; words.len()];
        let mut steps = Steps::default();
        for (row, code) in codes.iter().enumerate() {
            steps.step();
            if *code != MISSING_TEXT {
                rows[*code as usize] = row as u32;
            }
        }
        KeyIndex { words, rows }
    }

    /// For each word of a sorted dictionary the parent's row: both are sorted, so one walk finds all.
    fn rows_of(&self, words: &Words) -> Vec<u32> {
        let mut own = 0;
        let mut steps = Steps::default();
        let find = |word: &str| {
            steps.step();
            while own < self.words.len() && self.words.get(own) < word {
                own += 1;
            }
            if own < self.words.len() && self.words.get(own) == word {
                self.rows[own]
            } else {
                NO_ROW
            }
        };
        words.iter().map(find).collect()
    }
}

/// Codes that are looked up in one go.
const STRETCH: usize = 1 << 16;

/// A child's rows joined to a parent's.
pub(super) struct Joined {
    /// For each row the parent's, or [`NO_ROW`].
    pub rows: Vec<u32>,
    pub orphans: Option<Orphans>,
}

/// Rows whose key the parent does not have.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Orphans {
    count: usize,
    first_row: usize,
    first_key: String,
}

/// Finds the parent's row for each code of a sorted dictionary.
pub(super) fn join(mut codes: Vec<u32>, words: &Words, parent: &KeyIndex) -> Joined {
    let row_of = parent.rows_of(words);
    let row = |code: u32| row_of.get(code as usize).copied().unwrap_or(NO_ROW);
    let is_orphan = |code: &u32| *code != MISSING_TEXT && row(*code) == NO_ROW;
    let in_stretch = |codes: &[u32]| {
        cancellation::listen();
        codes.iter().filter(|code| is_orphan(code)).count()
    };
    let count: usize = codes.par_chunks(STRETCH).map(in_stretch).sum();
    let first = if count == 0 {
        None
    } else {
        codes.iter().position(is_orphan)
    };
    let orphans = first.map(|first_row| Orphans {
        count,
        first_row,
        first_key: words.get(codes[first_row] as usize).to_owned(),
    });
    codes.par_chunks_mut(STRETCH).for_each(|codes| {
        cancellation::listen();
        codes.iter_mut().for_each(|code| *code = row(*code));
    });
    Joined {
        rows: codes,
        orphans,
    }
}

/// The note about orphans.
pub(super) fn orphans_note(
    definitions: &Definitions,
    (table, parent): (TableId, usize),
    origin: &Origin,
    orphans: &Orphans,
) -> String {
    let child = definitions.table(table);
    let link = &child.parents[parent];
    let names = match orphans.count {
        1 => format!("1 row of {} names", child.name),
        count => format!("{count} {} name", child.name),
    };
    format!(
        "{names} an `{}` that {} does not have (first: `{}`, {}): {}",
        child.columns[link.column].name,
        definitions.table(link.table).name,
        shortened(&orphans.first_key),
        origin.row(orphans.first_row),
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
            FieldSource::Column(_) | FieldSource::Due(_) => false,
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
