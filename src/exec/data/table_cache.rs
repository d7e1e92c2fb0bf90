//! Tables kept between queries: each column is read once, when somebody first asks for it.
//!
//! What a query gets is the same as if it had been read for that query alone: its columns, and the
//! fingerprint of its files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use super::fingerprint::{self, FileHash};
use super::held::HeldTable;
use super::load::{Read, read};
use super::locate::Location;
use super::plan::plan;
use super::proofs::ProofCache;
use super::{Dataset, Need, Request, TableData, TableRequest, watermark};
use crate::base::diagnostic::Problems;
use crate::lang::model::{Definitions, TableId};

/// The tables of some files, as far as they were asked for.
#[derive(Debug, Default)]
pub struct TableCache {
    pub(super) locations: Vec<Location>,
    /// What the kept columns were read by: definitions that read them otherwise start anew.
    schema: String,
    kept: BTreeMap<TableId, Kept>,
    /// What is kept for lazy queries.
    pub(super) held: BTreeMap<TableId, Held>,
    pub(super) proofs: ProofCache,
    /// Notes that were handed out: each is said once.
    pub(super) told: BTreeSet<String>,
    /// The watermark, once worked out.
    pub(super) latest: Option<Option<i64>>,
    /// How often something was read.
    pub(super) readings: u64,
}

/// A table kept for lazy queries, and the file it is of.
#[derive(Debug)]
pub(super) struct Held {
    pub stamp: Option<Stamp>,
    pub hash: FileHash,
    pub table: HeldTable,
}

#[derive(Debug)]
struct Kept {
    stamp: Option<Stamp>,
    hash: FileHash,
    data: TableData,
}

/// What changes when a file is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

impl TableCache {
    /// Nothing is read yet.
    pub fn new(locations: Vec<Location>) -> TableCache {
        TableCache {
            locations,
            ..TableCache::default()
        }
    }

    /// The same, remembering what was proven of files.
    pub fn with_proofs(self, proofs: ProofCache) -> TableCache {
        TableCache { proofs, ..self }
    }

    /// The files of the tables that have one.
    pub fn locations(&self) -> &[Location] {
        &self.locations
    }

    /// How many rows a table has; `None` if it was never read.
    pub fn rows(&self, table: TableId) -> Option<usize> {
        let held = self.held.get(&table).map(|held| held.table.rows);
        held.or_else(|| self.kept.get(&table).map(|kept| kept.data.rows))
    }

    /// What is kept of a table.
    pub fn table(&self, table: TableId) -> Option<&TableData> {
        self.kept.get(&table).map(|kept| &kept.data)
    }

    /// How often files were read: when it grows, there are other columns than before.
    pub fn readings(&self) -> u64 {
        self.readings
    }

    /// What a request asks for; reads what is not here yet. Files that were written since are read
    /// again, all of them, and a note says so.
    ///
    /// # Errors
    ///
    /// All problems of all files, as [`super::load`] has them.
    pub fn dataset(
        &mut self,
        definitions: &Definitions,
        request: &Request,
    ) -> Result<Dataset, Problems> {
        self.renew(definitions);
        let mut notes = self.forget_if_changed();
        let missing = self.missing(definitions, request);
        if !missing.tables.is_empty() {
            let stamps = self.stamps();
            let read = read(definitions, &self.locations, &missing)?;
            if self.contradicts(&read) {
                notes.push("a file has changed: everything is read again".to_string());
                self.forget();
                let read = super::load::read(
                    definitions,
                    &self.locations,
                    &self.missing(definitions, request),
                )?;
                self.keep(read, &stamps, &mut notes);
            } else {
                self.keep(read, &stamps, &mut notes);
            }
        }
        let mut dataset = self.assemble(definitions, request);
        notes.retain(|note| self.told.insert(note.clone()));
        dataset.notes = notes;
        Ok(dataset)
    }

    /// The latest event in a dataset of this memory that holds every time column.
    pub fn watermark(&mut self, definitions: &Definitions, dataset: &Dataset) -> Option<i64> {
        *self
            .latest
            .get_or_insert_with(|| watermark(definitions, dataset))
    }

    /// Starts anew if definitions read files otherwise than those before.
    pub(super) fn renew(&mut self, definitions: &Definitions) {
        let schema = schema(definitions);
        if self.schema != schema {
            self.forget();
            self.schema = schema;
        }
    }

    pub(super) fn forget(&mut self) {
        self.kept.clear();
        self.held.clear();
        self.told.clear();
        self.latest = None;
    }

    pub(super) fn forget_if_changed(&mut self) -> Vec<String> {
        let stamps = self.stamps();
        let changed: Vec<String> = self
            .locations
            .iter()
            .filter(|location| {
                let kept = self.kept.get(&location.table).map(|kept| &kept.stamp);
                let held = self.held.get(&location.table).map(|held| &held.stamp);
                let is_changed =
                    |known: &Option<Stamp>| stamps.get(&location.table) != known.as_ref();
                kept.into_iter().chain(held).any(is_changed)
            })
            .map(|location| format!("`{}` has changed: read again", location.path.display()))
            .collect();
        if !changed.is_empty() {
            self.forget();
        }
        changed
    }

    pub(super) fn stamps(&self) -> BTreeMap<TableId, Stamp> {
        let stamp = |path: &PathBuf| {
            let metadata = fs::metadata(path).ok()?;
            Some(Stamp {
                length: metadata.len(),
                modified: metadata.modified().ok(),
            })
        };
        let with_stamp =
            |location: &Location| stamp(&location.path).map(|stamp| (location.table, stamp));
        self.locations.iter().filter_map(with_stamp).collect()
    }

    /// The part of a request that was not read yet, or that must fail with its own words.
    fn missing(&self, definitions: &Definitions, request: &Request) -> Request {
        let mut missing = Request::default();
        for (table, asked) in &request.tables {
            let Some(kept) = self.kept.get(table) else {
                missing.tables.insert(*table, asked.clone());
                continue;
            };
            let part = missing_part(
                asked,
                definitions.table(*table).key,
                &kept.data.absent,
                |column| kept.data.columns[column].is_some(),
                |parent| kept.data.parents[parent].is_some(),
            );
            missing.tables.extend(part.map(|part| (*table, part)));
        }
        missing
    }

    /// Whether files read now are not those read before.
    fn contradicts(&self, read: &Read) -> bool {
        read.tables.iter().any(|(table, _)| {
            let kept = self.kept.get(table);
            kept.is_some_and(|kept| Some(&kept.hash) != read.hashes.get(table))
        })
    }

    fn keep(&mut self, read: Read, stamps: &BTreeMap<TableId, Stamp>, notes: &mut Vec<String>) {
        self.latest = None;
        self.readings += 1;
        notes.extend(read.notes);
        let mut hashes = read.hashes;
        for (table, data) in read.tables {
            let Some(hash) = hashes.remove(&table) else {
                continue;
            };
            let kept = self.kept.entry(table).or_insert_with(|| Kept {
                stamp: stamps.get(&table).cloned(),
                hash,
                data: TableData {
                    rows: data.rows,
                    columns: vec![None; data.columns.len()],
                    absent: BTreeSet::new(),
                    parents: vec![None; data.parents.len()],
                },
            });
            kept.data.add(data);
        }
    }

    fn assemble(&self, definitions: &Definitions, request: &Request) -> Dataset {
        let mut tables: Vec<Option<TableData>> = definitions.tables.iter().map(|_| None).collect();
        let mut hashes = Vec::new();
        let nothing = TableRequest::default();
        for table in plan(definitions, request).keys() {
            let Some(kept) = self.kept.get(table) else {
                continue;
            };
            let asked = request.tables.get(table).unwrap_or(&nothing);
            tables[table.0] = Some(kept.data.part(asked));
            hashes.push((definitions.table(*table).name.as_str(), &kept.hash));
        }
        hashes.sort_unstable_by_key(|(name, _)| *name);
        Dataset {
            tables,
            fingerprint: fingerprint::of_hashes(&hashes),
            notes: Vec::new(),
        }
    }
}

/// The part of what is asked of a table that is not here yet, or is absent and refused.
pub(super) fn missing_part(
    asked: &TableRequest,
    key: Option<usize>,
    absent: &BTreeSet<usize>,
    has_column: impl Fn(usize) -> bool,
    has_parent: impl Fn(usize) -> bool,
) -> Option<TableRequest> {
    let is_refused = |column: usize, need: &Need| match need {
        Need::By(_) => absent.contains(&column),
        Need::Optional => false,
    };
    let mut part = TableRequest {
        file_needed_by: asked.file_needed_by.clone(),
        ..TableRequest::default()
    };
    for (column, need) in &asked.columns {
        if !has_column(*column) || is_refused(*column, need) {
            part.columns.insert(*column, need.clone());
        }
    }
    let parents = asked.parents.iter().copied();
    part.parents = parents.filter(|parent| !has_parent(*parent)).collect();
    if let (Some(need), Some(key)) = (&asked.key, key)
        && is_refused(key, need)
    {
        part.key = asked.key.clone();
    }
    let is_whole = part.columns.is_empty() && part.parents.is_empty() && part.key.is_none();
    (!is_whole).then_some(part)
}

impl TableData {
    /// Takes over the columns and parents of another reading of the same file.
    fn add(&mut self, other: TableData) {
        for (own, new) in self.columns.iter_mut().zip(other.columns) {
            if new.is_some() {
                *own = new;
            }
        }
        for (own, new) in self.parents.iter_mut().zip(other.parents) {
            if new.is_some() {
                *own = new;
            }
        }
        self.absent.extend(other.absent);
    }

    /// The columns and parents that a request names; their values are shared.
    fn part(&self, asked: &TableRequest) -> TableData {
        let columns = self.columns.iter().enumerate();
        let parents = self.parents.iter().enumerate();
        TableData {
            rows: self.rows,
            columns: columns
                .map(|(index, column)| {
                    column
                        .clone()
                        .filter(|_| asked.columns.contains_key(&index))
                })
                .collect(),
            absent: self.absent.clone(),
            parents: parents
                .map(|(index, rows)| rows.clone().filter(|_| asked.parents.contains(&index)))
                .collect(),
        }
    }
}

/// All of the definitions that decides how a file is read.
fn schema(definitions: &Definitions) -> String {
    let tables = definitions.tables.iter().map(|table| {
        let columns = table.columns.iter();
        let columns: Vec<String> = columns
            .map(|column| {
                format!(
                    "{} {:?} {}",
                    column.name, column.field_type, column.is_time_of_event
                )
            })
            .collect();
        let parents = table.parents.iter();
        let parents: Vec<(TableId, usize)> = parents
            .map(|parent| (parent.table, parent.column))
            .collect();
        format!(
            "{} {columns:?} {:?} {parents:?} {:?}",
            table.name, table.key, table.known_from
        )
    });
    let tables: Vec<String> = tables.collect();
    format!(
        "{:?} {:?} {tables:?}",
        definitions.calendar, definitions.scales
    )
}
