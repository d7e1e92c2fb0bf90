//! Keys and parents of tables that a lazy query reads: the same rules, messages and notes as for
//! tables that are held in memory, but nothing is kept of the keys.

use std::collections::BTreeMap;

use polars::prelude::{Series, StringChunked};

use super::columns::{ColumnRequest, Meaning};
use super::keys;
use super::load::Loaded;
use super::parents::{self, Orphans, ParentKeys};
use super::plan::TablePlan;
use super::prove::{ColumnarTable, fact};
use super::report::Origin;
use super::source::Proof;
use crate::base::diagnostic::Problems;
use crate::lang::model::{Definitions, TableId};

/// A table whose columns were checked.
pub(super) enum CheckedTable {
    /// All wanted columns are in memory.
    Whole(Loaded),
    /// They stay in the file.
    Columnar(Box<ColumnarTable>),
}

/// The tables of several requirements, to be checked for what links them.
pub(super) struct Links<'a> {
    pub definitions: &'a Definitions,
    pub plans: &'a BTreeMap<TableId, TablePlan>,
    /// The names of the files' contents.
    pub contents: &'a BTreeMap<TableId, String>,
    pub tables: BTreeMap<TableId, CheckedTable>,
    /// The keys of parents that were needed already.
    pub keys: BTreeMap<TableId, StringChunked>,
}

impl CheckedTable {
    pub(super) fn origin(&self) -> &Origin {
        match self {
            CheckedTable::Whole(loaded) => &loaded.origin,
            CheckedTable::Columnar(table) => &table.origin,
        }
    }

    pub(super) fn is_absent(&self) -> &[bool] {
        match self {
            CheckedTable::Whole(loaded) => &loaded.is_absent,
            CheckedTable::Columnar(table) => &table.is_absent,
        }
    }

    pub(super) fn take_notes(&mut self) -> Vec<String> {
        match self {
            CheckedTable::Whole(loaded) => std::mem::take(&mut loaded.notes),
            CheckedTable::Columnar(table) => std::mem::take(&mut table.notes),
        }
    }
}

impl Links<'_> {
    /// Reports keys that are missing or repeated.
    pub(super) fn check_keys(&mut self) -> Result<(), Problems> {
        let mut problems = Problems::default();
        let ids: Vec<TableId> = self.tables.keys().copied().collect();
        for id in ids {
            let Some(place) = self.key_place(id).filter(|place| !self.lacks(id, *place)) else {
                continue;
            };
            if self.is_proven_unique(id, place) {
                continue;
            }
            let texts = self.texts(id, place)?;
            let (table, key) = (self.definitions.table(id), &self.plans[&id].wanted[place]);
            let origin = self.tables[&id].origin();
            let mut of_key = Problems::default();
            keys::check(origin, &table.name, &key.name, &texts, &mut of_key);
            if of_key.has_errors() {
                problems.extend(of_key);
                continue;
            }
            if let Some(CheckedTable::Columnar(table)) = self.tables.get_mut(&id) {
                table
                    .record
                    .unique
                    .insert(fact(key, &self.definitions.calendar));
                let what = format!("`{}` is unique", key.name);
                table.proofs.push(Proof {
                    what,
                    is_remembered: false,
                });
            }
            if self.plans[&id].is_parent {
                self.keys.insert(id, texts);
            }
        }
        if problems.has_errors() {
            return Err(problems);
        }
        Ok(())
    }

    /// Whether the key needs no look: hashes of text files were judged when they were read.
    fn is_proven_unique(&mut self, id: TableId, place: usize) -> bool {
        let wanted = &self.plans[&id].wanted[place];
        match self.tables.get_mut(&id) {
            Some(CheckedTable::Whole(loaded)) => loaded.columns[place].u64().is_ok(),
            Some(CheckedTable::Columnar(table)) => {
                let is_unique = table
                    .record
                    .unique
                    .contains(&fact(wanted, &self.definitions.calendar));
                if is_unique {
                    let values = format!("values of `{}`", wanted.name);
                    let mut proofs = table.proofs.iter();
                    let is_remembered =
                        proofs.any(|proof| proof.what == values && proof.is_remembered);
                    let what = format!("`{}` is unique", wanted.name);
                    table.proofs.push(Proof {
                        what,
                        is_remembered,
                    });
                }
                is_unique
            }
            None => false,
        }
    }

    /// The notes about parents of all tables.
    pub(super) fn check_parents(&mut self) -> Result<Vec<String>, Problems> {
        let mut notes = Vec::new();
        let plans = self.plans;
        let ids: Vec<TableId> = self.tables.keys().copied().collect();
        for id in ids {
            for parent in &plans[&id].parents {
                notes.extend(self.check_parent(id, *parent)?);
            }
        }
        Ok(notes)
    }

    fn check_parent(&mut self, id: TableId, parent: usize) -> Result<Option<String>, Problems> {
        let link = &self.definitions.table(id).parents[parent];
        let has_key = self
            .key_place(link.table)
            .is_some_and(|place| !self.lacks(link.table, place));
        if !has_key {
            return Ok(Some(parents::no_parent_note(self.definitions, id, parent)));
        }
        let name = self.link_name(id, parent);
        let known = name.as_ref().and_then(|name| match &self.tables[&id] {
            CheckedTable::Columnar(table) => table.record.orphans.get(name).cloned(),
            CheckedTable::Whole(_) => None,
        });
        let is_remembered = known.is_some();
        let orphans = match known {
            Some(orphans) => orphans,
            None => self.orphans(id, parent)?,
        };
        if let Some(CheckedTable::Columnar(table)) = self.tables.get_mut(&id) {
            let what = format!(
                "`{}` is in {}",
                self.definitions.table(id).columns[link.column].name,
                self.definitions.table(link.table).name
            );
            table.proofs.push(Proof {
                what,
                is_remembered,
            });
            if let Some(name) = name {
                table.record.orphans.insert(name, orphans.clone());
            }
        }
        let origin = self.tables[&id].origin();
        Ok(orphans
            .map(|orphans| parents::orphans_note(self.definitions, (id, parent), origin, &orphans)))
    }

    fn orphans(&mut self, id: TableId, parent: usize) -> Result<Option<Orphans>, Problems> {
        let link = &self.definitions.table(id).parents[parent];
        if !self.keys.contains_key(&link.table) {
            let place = self.key_place(link.table).expect("parents have keys");
            let texts = self.texts(link.table, place)?;
            self.keys.insert(link.table, texts);
        }
        let wanted = &self.plans[&id].wanted;
        let place = wanted
            .iter()
            .position(|wanted| wanted.column == link.column);
        let place = place.expect("the plan reads the columns of its parents");
        let known = ParentKeys::of(&self.keys[&link.table]);
        let checked = match &self.tables[&id] {
            CheckedTable::Whole(loaded) => {
                vec![known.check(&keys::as_texts(&loaded.columns[place]))]
            }
            CheckedTable::Columnar(table) => {
                let wanted = whole(&wanted[place]);
                let check = |column: &Series| known.check(&keys::as_texts(column));
                table
                    .file
                    .visit(&wanted, &self.definitions.calendar, check)?
            }
        };
        Ok(parents::orphans(checked))
    }

    /// What a link is remembered by: the child's column and the content of the parent.
    fn link_name(&self, id: TableId, parent: usize) -> Option<String> {
        let link = &self.definitions.table(id).parents[parent];
        let calendar = &self.definitions.calendar;
        let wanted = |id: TableId, column: usize| {
            let mut wanted = self.plans[&id].wanted.iter();
            wanted
                .find(|wanted| wanted.column == column)
                .map(|wanted| fact(wanted, calendar))
        };
        let child = wanted(id, link.column)?;
        let key = wanted(link.table, self.definitions.table(link.table).key?)?;
        Some(format!(
            "{child} in {key} of {}",
            self.contents.get(&link.table)?
        ))
    }

    fn key_place(&self, id: TableId) -> Option<usize> {
        let key = self.definitions.table(id).key?;
        self.tables.get(&id)?;
        let mut wanted = self.plans[&id].wanted.iter();
        wanted.position(|wanted| wanted.column == key)
    }

    fn lacks(&self, id: TableId, place: usize) -> bool {
        self.tables[&id].is_absent()[place]
    }

    /// The texts of a column, whatever its type.
    fn texts(&self, id: TableId, place: usize) -> Result<StringChunked, Problems> {
        Ok(match &self.tables[&id] {
            CheckedTable::Whole(loaded) => keys::as_texts(&loaded.columns[place]),
            CheckedTable::Columnar(table) => {
                let wanted = whole(&self.plans[&id].wanted[place]);
                keys::as_texts(&table.file.read(&wanted, &self.definitions.calendar)?)
            }
        })
    }
}

fn whole(wanted: &ColumnRequest) -> ColumnRequest {
    let mut whole = wanted.clone();
    if matches!(whole.meaning, Meaning::Hash) {
        whole.meaning = Meaning::Text;
    }
    whole
}
