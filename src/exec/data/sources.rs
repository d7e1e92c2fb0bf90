//! What a request asks for, as frames of a lazy query.
//!
//! The same checks as [`TableCache::dataset`], with the same messages in the same order; but columns of
//! Parquet and Arrow files stay where they are.

use std::collections::{BTreeMap, BTreeSet};

use super::Request;
use super::checking::check;
use super::fingerprint::{self, FileHash};
use super::plan::{TablePlan, plan};
use super::source::{TableSource, TableSources};
use super::table_cache::{Held, TableCache, missing_part};
use super::watermark::latest_by;
use crate::base::diagnostic::Problems;
use crate::lang::model::{Definitions, TableId};

impl TableCache {
    /// What a request asks for, to be queried lazily; checks what was not checked yet. Files that were
    /// written since are looked at again, all of them, and a note says so.
    ///
    /// # Errors
    ///
    /// All problems of all files, as [`super::load`] has them.
    pub fn sources(
        &mut self,
        definitions: &Definitions,
        request: &Request,
    ) -> Result<TableSources, Problems> {
        self.renew(definitions);
        let mut notes = self.forget_if_changed();
        let held = self.held.values_mut();
        held.for_each(|held| held.table.remember_proofs());
        let missing = self.missing_sources(definitions, request);
        if !missing.tables.is_empty() {
            let stamps = self.stamps();
            let mut checked = check(definitions, &self.locations, &missing, &self.proofs)?;
            if self.contradicts_held(&checked.hashes) {
                notes.push("a file has changed: everything is read again".to_string());
                self.forget();
                checked = check(definitions, &self.locations, request, &self.proofs)?;
            }
            self.latest = None;
            self.readings += 1;
            notes.append(&mut checked.notes);
            for (id, table) in checked.tables {
                match (self.held.get_mut(&id), checked.hashes.remove(&id)) {
                    (Some(held), _) => held.table.add(table),
                    (None, Some(hash)) => {
                        let stamp = stamps.get(&id).cloned();
                        self.held.insert(id, Held { stamp, hash, table });
                    }
                    (None, None) => {}
                }
            }
        }
        let mut sources = self.assemble_sources(definitions, request)?;
        notes.retain(|note| self.told.insert(note.clone()));
        sources.notes = notes;
        Ok(sources)
    }

    /// The latest event in tables of which every time column was asked for; if there is none, the
    /// latest start of a state (rule S2). In microseconds.
    pub fn latest_event(&mut self, definitions: &Definitions) -> Option<i64> {
        if let Some(known) = self.latest {
            return known;
        }
        let last = |table: TableId, column: usize| {
            let held = self.held.get(&table)?;
            Some(held.table.columns.get(&column)?.span?.1)
        };
        let found = latest_by(definitions, last);
        self.latest = Some(found);
        found
    }

    /// All that was checked so far, as it is: nothing is looked at again.
    pub fn known_sources(&self, definitions: &Definitions) -> TableSources {
        let source = |id: usize| {
            let held = self.held.get(&TableId(id))?;
            let columns = held.table.columns.keys().copied().collect();
            held.source(definitions, TableId(id), &columns).ok()
        };
        TableSources {
            tables: (0..definitions.tables.len()).map(source).collect(),
            ..TableSources::default()
        }
    }

    /// The columns checked so far that the file of a table lacks; `None` if it was never checked.
    pub fn absent(&self, table: TableId) -> Option<&BTreeSet<usize>> {
        self.held.get(&table).map(|held| &held.table.absent)
    }

    /// Whether a column was checked.
    pub fn has_column(&self, table: TableId, column: usize) -> bool {
        let held = self.held.get(&table);
        held.is_some_and(|held| held.table.columns.contains_key(&column))
    }

    /// The part of a request that was not checked yet, or that must fail with its own words.
    fn missing_sources(&self, definitions: &Definitions, request: &Request) -> Request {
        let mut missing = Request::default();
        for (table, asked) in &request.tables {
            let Some(held) = self.held.get(table) else {
                missing.tables.insert(*table, asked.clone());
                continue;
            };
            let key = definitions.table(*table).key;
            let part = missing_part(
                asked,
                key,
                &held.table.absent,
                |column| held.table.columns.contains_key(&column),
                |parent| held.table.parents.contains(&parent),
            );
            missing.tables.extend(part.map(|part| (*table, part)));
        }
        missing
    }

    fn contradicts_held(&self, hashes: &BTreeMap<TableId, FileHash>) -> bool {
        hashes.iter().any(|(table, hash)| {
            let held = self.held.get(table);
            held.is_some_and(|held| held.hash != *hash)
        })
    }

    fn assemble_sources(
        &self,
        definitions: &Definitions,
        request: &Request,
    ) -> Result<TableSources, Problems> {
        let mut sources = TableSources {
            tables: definitions.tables.iter().map(|_| None).collect(),
            ..TableSources::default()
        };
        let mut hashes = Vec::new();
        for (id, plan) in plan(definitions, request) {
            let Some(held) = self.held.get(&id) else {
                continue;
            };
            let table = definitions.table(id);
            let asked = request.tables.get(&id);
            let mut columns = linking_columns(definitions, id, &plan);
            columns.extend(asked.iter().flat_map(|asked| asked.columns.keys()));
            sources.tables[id.0] = Some(held.source(definitions, id, &columns)?);
            hashes.push((table.name.as_str(), &held.hash));
        }
        hashes.sort_unstable_by_key(|(name, _)| *name);
        sources.fingerprint = fingerprint::of_hashes(&hashes);
        Ok(sources)
    }
}

impl Held {
    fn source(
        &self,
        definitions: &Definitions,
        id: TableId,
        columns: &BTreeSet<usize>,
    ) -> Result<TableSource, Problems> {
        let read_as = (definitions.table(id), &definitions.calendar);
        self.table.source(read_as, self.hash.content(), columns)
    }
}

/// The columns that hold the keys of parents, and the key of a parent.
fn linking_columns(definitions: &Definitions, id: TableId, plan: &TablePlan) -> BTreeSet<usize> {
    let table = definitions.table(id);
    let links = plan.parents.iter();
    let links = links.map(|parent| table.parents[*parent].column);
    links.chain(table.key.filter(|_| plan.is_parent)).collect()
}
