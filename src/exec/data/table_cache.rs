//! Tables kept between queries: each column is read once, when somebody first asks for it.
//!
//! What a query gets is the same as if it had been read for that query alone: its columns, and the
//! fingerprint of its files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use super::checking::{CheckedFiles, check};
use super::database::{self, TableDatabase};
use super::far_dates::{FarDates, far_dates};
use super::fingerprint::{self, FileHash};
use super::held::HeldTable;
use super::locate::Location;
use super::parts::{Part, parts_of};
use super::plan::{TablePlan, plan};
use super::proofs::ProofCache;
use super::remote_files::RemoteFiles;
use super::source::{TableSource, TableSources};
use super::watermark::latest_by;
use crate::base::diagnostic::Problems;
use crate::lang::model::{Definitions, TableId};
use crate::plan::{Requirement, Requirements, TableRequirements};

/// The tables of some files, as far as they were asked for.
#[derive(Debug, Default)]
pub struct TableCache {
    locations: Vec<Location>,
    /// What the kept columns were read by: definitions that read them otherwise start anew.
    schema: String,
    held: BTreeMap<TableId, Held>,
    proofs: ProofCache,
    /// Notes that were handed out: each is said once.
    told: BTreeSet<String>,
    /// The watermark, once worked out.
    latest: Option<Option<i64>>,
    /// What the watermark rests on, once worked out.
    far: Option<Option<FarDates>>,
    /// How often something was read.
    readings: u64,
    /// How often tables were handed out.
    askings: u64,
    /// Columns of files with at most this many rows are kept in memory; those of others stay in the file.
    rows_in_memory: usize,
    /// The database that has the tables, if they are no files.
    database: Option<Arc<dyn TableDatabase>>,
    /// Who copies files of other machines when they are first needed.
    remote_files: Option<Arc<dyn RemoteFiles>>,
}

/// A table kept for lazy queries, and the file it is of.
#[derive(Debug)]
struct Held {
    pub stamp: Option<Vec<Stamp>>,
    pub hash: FileHash,
    pub table: HeldTable,
}

/// What changes when a file is written.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Stamp {
    path: PathBuf,
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

    /// The same of tables that a database has.
    pub fn with_database(self, database: Option<Arc<dyn TableDatabase>>) -> TableCache {
        TableCache { database, ..self }
    }

    /// The same of files that are copied when they are first needed.
    pub fn with_remote_files(self, remote_files: Option<Arc<dyn RemoteFiles>>) -> TableCache {
        TableCache {
            remote_files,
            ..self
        }
    }

    /// The database that has the tables, if they are no files.
    pub fn database(&self) -> Option<&Arc<dyn TableDatabase>> {
        self.database.as_ref()
    }

    /// The same, remembering what was proven of files.
    pub fn with_proofs(self, proofs: ProofCache) -> TableCache {
        TableCache { proofs, ..self }
    }

    /// The same, keeping columns of files with at most so many rows in memory.
    pub fn with_rows_in_memory(self, rows_in_memory: usize) -> TableCache {
        TableCache {
            rows_in_memory,
            ..self
        }
    }

    /// The files of the tables that have one.
    pub fn locations(&self) -> &[Location] {
        &self.locations
    }

    /// How many rows a table has; `None` if it was never read.
    pub fn rows(&self, table: TableId) -> Option<usize> {
        self.held.get(&table).map(|held| held.table.rows)
    }

    /// How often files were read: when it grows, there are other columns than before.
    pub fn readings(&self) -> u64 {
        self.readings
    }

    /// How often tables were handed out: whoever gets them passes over their rows.
    pub fn askings(&self) -> u64 {
        self.askings
    }

    /// What requirements ask for, to be queried lazily; checks what was not checked yet. Files that were
    /// written since are looked at again, all of them, and a note says so.
    ///
    /// # Errors
    ///
    /// All problems of all files, whatever was asked before.
    pub fn sources(
        &mut self,
        definitions: &Definitions,
        requirements: &Requirements,
    ) -> Result<TableSources, Problems> {
        let mut sources = self
            .checked_sources(definitions, requirements)
            .map_err(|problems| problems.reworded(|text| self.told(text)))?;
        for note in &mut sources.notes {
            *note = self.told(note);
        }
        for table in sources.tables.iter_mut().flatten() {
            let scanned = &mut table.scanned;
            scanned.path = self.told(&scanned.path.display().to_string()).into();
        }
        sources.remote_files = self.remote_files.clone();
        Ok(sources)
    }

    /// A text with addresses in place of the paths of copies.
    pub fn told(&self, text: &str) -> String {
        match &self.remote_files {
            Some(remote_files) => remote_files.told(text),
            None => text.to_owned(),
        }
    }

    fn checked_sources(
        &mut self,
        definitions: &Definitions,
        requirements: &Requirements,
    ) -> Result<TableSources, Problems> {
        self.askings += 1;
        self.renew(definitions);
        let mut notes = self.forget_if_changed();
        let held = self.held.values_mut();
        held.for_each(|held| held.table.remember_proofs());
        let missing = self.missing(definitions, requirements);
        if !missing.tables.is_empty() {
            self.copy_files(definitions, &missing)?;
            let stamps = self.stamps();
            let mut checked = self.check(definitions, &missing)?;
            if self.contradicts(&checked.hashes) {
                notes.push("a file has changed: everything is read again".to_string());
                self.forget();
                checked = self.check(definitions, requirements)?;
            }
            self.latest = None;
            self.far = None;
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
        let asked = asked_columns(definitions, requirements);
        for (id, columns) in &asked {
            if let Some(held) = self.held.get_mut(id)
                && held.table.rows <= self.rows_in_memory
            {
                let read_as = (definitions.table(*id), &definitions.calendar);
                held.table.read(read_as, columns)?;
            }
        }
        let mut sources = self.assemble(definitions, &asked)?;
        notes.retain(|note| self.told.insert(note.clone()));
        sources.notes = notes;
        Ok(sources)
    }

    /// Copies the files of the tables that are required, if they are on another machine.
    fn copy_files(
        &self,
        definitions: &Definitions,
        requirements: &Requirements,
    ) -> Result<(), Problems> {
        let Some(remote_files) = &self.remote_files else {
            return Ok(());
        };
        let plans = plan(definitions, requirements);
        let needed = self.locations.iter();
        let mut needed = needed.filter(|location| plans.contains_key(&location.table));
        needed.try_for_each(|location| remote_files.copy(&location.path))
    }

    fn check(
        &self,
        definitions: &Definitions,
        requirements: &Requirements,
    ) -> Result<CheckedFiles, Problems> {
        match &self.database {
            Some(database) => database::check(definitions, database.as_ref(), requirements),
            None => check(definitions, &self.locations, requirements, &self.proofs),
        }
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

    /// The few rows that the latest event rests on, if it lies far after all others.
    pub fn far_dates(
        &mut self,
        definitions: &Definitions,
        sources: &TableSources,
        latest: Option<i64>,
    ) -> Option<&FarDates> {
        if self.database.is_some() {
            return None;
        }
        let find = || far_dates(definitions, sources, latest?);
        self.far.get_or_insert_with(find).as_ref()
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

    /// Starts anew if definitions read files otherwise than those before.
    fn renew(&mut self, definitions: &Definitions) {
        let schema = schema(definitions);
        if self.schema != schema {
            self.forget();
            self.schema = schema;
        }
    }

    fn forget(&mut self) {
        self.held.clear();
        self.told.clear();
        self.latest = None;
        self.far = None;
    }

    fn forget_if_changed(&mut self) -> Vec<String> {
        let stamps = self.stamps();
        let changed: Vec<String> = self
            .locations
            .iter()
            .filter(|location| {
                let held = self.held.get(&location.table);
                held.is_some_and(|held| stamps.get(&location.table) != held.stamp.as_ref())
            })
            .map(|location| format!("`{}` has changed: read again", location.path.display()))
            .collect();
        if !changed.is_empty() {
            self.forget();
        }
        changed
    }

    fn stamps(&self) -> BTreeMap<TableId, Vec<Stamp>> {
        let stamp = |part: Part| {
            let metadata = fs::metadata(&part.path).ok()?;
            Some(Stamp {
                length: metadata.len(),
                modified: metadata.modified().ok(),
                path: part.path,
            })
        };
        let with_stamp = |location: &Location| {
            let parts = parts_of(&location.path).ok()?.into_iter();
            Some((location.table, parts.map(stamp).collect::<Option<_>>()?))
        };
        self.locations.iter().filter_map(with_stamp).collect()
    }

    /// The part of requirements that was not checked yet, or that must fail with its own words.
    fn missing(&self, definitions: &Definitions, requirements: &Requirements) -> Requirements {
        let mut missing = Requirements::default();
        for (table, asked) in &requirements.tables {
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

    fn contradicts(&self, hashes: &BTreeMap<TableId, FileHash>) -> bool {
        hashes.iter().any(|(table, hash)| {
            let held = self.held.get(table);
            held.is_some_and(|held| held.hash != *hash)
        })
    }

    fn assemble(
        &self,
        definitions: &Definitions,
        asked: &BTreeMap<TableId, BTreeSet<usize>>,
    ) -> Result<TableSources, Problems> {
        let mut sources = TableSources {
            tables: definitions.tables.iter().map(|_| None).collect(),
            ..TableSources::default()
        };
        let mut hashes = Vec::new();
        for (id, columns) in asked {
            let Some(held) = self.held.get(id) else {
                continue;
            };
            sources.tables[id.0] = Some(held.source(definitions, *id, columns)?);
            hashes.push((definitions.table(*id).name.as_str(), &held.hash));
        }
        hashes.sort_unstable_by_key(|(name, _)| *name);
        sources.fingerprint = match &self.database {
            // Nobody can name what a database holds by reading all of it.
            Some(database) => format!("database:{}", database.name()),
            None => fingerprint::of_hashes(&hashes),
        };
        sources.database.clone_from(&self.database);
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

/// The columns that are asked for, and those that link tables.
fn asked_columns(
    definitions: &Definitions,
    requirements: &Requirements,
) -> BTreeMap<TableId, BTreeSet<usize>> {
    let plans = plan(definitions, requirements).into_iter();
    let asked = plans.map(|(id, plan)| {
        let asked = requirements.tables.get(&id);
        let mut columns = linking_columns(definitions, id, &plan);
        columns.extend(asked.iter().flat_map(|asked| asked.columns.keys()));
        (id, columns)
    });
    asked.collect()
}

/// The columns that hold the keys of parents, and the key of a parent.
fn linking_columns(definitions: &Definitions, id: TableId, plan: &TablePlan) -> BTreeSet<usize> {
    let table = definitions.table(id);
    let links = plan.parents.iter();
    let links = links.map(|parent| table.parents[*parent].column);
    links.chain(table.key.filter(|_| plan.is_parent)).collect()
}

/// The part of what is asked of a table that is not here yet, or is absent and refused.
fn missing_part(
    asked: &TableRequirements,
    key: Option<usize>,
    absent: &BTreeSet<usize>,
    has_column: impl Fn(usize) -> bool,
    has_parent: impl Fn(usize) -> bool,
) -> Option<TableRequirements> {
    let is_refused = |column: usize, need: &Requirement| match need {
        Requirement::By(_) => absent.contains(&column),
        Requirement::Optional => false,
    };
    let mut part = TableRequirements {
        file_needed_by: asked.file_needed_by.clone(),
        ..TableRequirements::default()
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
