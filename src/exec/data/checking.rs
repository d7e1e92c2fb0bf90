//! Files → tables that a lazy query may rely on, or all problems of all files.
//!
//! Text files are read whole; of Parquet and Arrow files it is proven that they can be read, unless that
//! is remembered.

use std::collections::BTreeMap;
use std::path::Path;

use super::Location;
use super::files::{Format, format_of};
use super::fingerprint::FileHash;
use super::held::HeldTable;
use super::links::{CheckedTable, Links};
use super::load::{no_file, read_table};
use super::plan::{TablePlan, plan};
use super::proofs::{FileContent, ProofCache};
use super::prove::prove;
use crate::base::diagnostic::Problems;
use crate::lang::model::{Definitions, TableId};
use crate::plan::Requirements;

/// What was checked of files.
pub(super) struct CheckedFiles {
    pub tables: Vec<(TableId, HeldTable)>,
    pub hashes: BTreeMap<TableId, FileHash>,
    pub notes: Vec<String>,
}

/// Checks all that requirements ask for.
pub(super) fn check(
    definitions: &Definitions,
    locations: &[Location],
    requirements: &Requirements,
    cache: &ProofCache,
) -> Result<CheckedFiles, Problems> {
    let plans = plan(definitions, requirements);
    let mut problems = Problems::default();
    let mut files = BTreeMap::new();
    for (table, plan) in &plans {
        let location = locations.iter().find(|location| location.table == *table);
        match location {
            Some(location) => drop(files.insert(*table, location.path.as_path())),
            None if plan.file_needed_by.is_empty() => {}
            None => problems.push(no_file(&definitions.table(*table).name, plan)),
        }
    }
    let checking = Checking {
        definitions,
        plans: &plans,
        files: &files,
        cache,
    };
    match checking.run() {
        Ok(checked) if !problems.has_errors() => Ok(checked),
        Ok(_) => Err(problems),
        Err(of_tables) => {
            problems.extend(of_tables);
            Err(problems)
        }
    }
}

struct Checking<'a> {
    definitions: &'a Definitions,
    plans: &'a BTreeMap<TableId, TablePlan>,
    files: &'a BTreeMap<TableId, &'a Path>,
    cache: &'a ProofCache,
}

type FileContents = BTreeMap<TableId, FileContent>;
type CheckedTables = BTreeMap<TableId, CheckedTable>;

impl Checking<'_> {
    fn run(&self) -> Result<CheckedFiles, Problems> {
        let (texts, contents) = rayon::join(|| self.read_texts(), || self.contents());
        let none = BTreeMap::new();
        let tables = self.columns(texts, contents.as_ref().unwrap_or(&none))?;
        let (tables, notes) = self.links(tables, contents.as_ref().unwrap_or(&none))?;
        let contents = contents?;
        self.remember(&tables, &contents);
        let mut held = Vec::with_capacity(tables.len());
        for (id, table) in tables {
            let calendar = &self.definitions.calendar;
            let table = HeldTable::of(table, &self.plans[&id], self.files[&id], calendar)?;
            held.push((id, table));
        }
        let hashes = contents.into_iter();
        Ok(CheckedFiles {
            tables: held,
            hashes: hashes.map(|(id, content)| (id, content.hash)).collect(),
            notes,
        })
    }

    /// Which content each file has; all that cannot be read are reported.
    fn contents(&self) -> Result<FileContents, Problems> {
        let mut problems = Problems::default();
        let mut contents = BTreeMap::new();
        for (id, path) in self.files {
            match self.cache.content(path) {
                Ok(content) => drop(contents.insert(*id, content)),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.has_errors() {
            return Err(problems);
        }
        Ok(contents)
    }

    /// Reads text files, and those whose name tells no format, which is told there.
    fn read_texts(&self) -> BTreeMap<TableId, Result<CheckedTable, Problems>> {
        let texts = self
            .files
            .iter()
            .filter(|(_, path)| columnar_format(path).is_none());
        let read = texts.map(|(id, path)| {
            let loaded = read_table(self.definitions, *id, &self.plans[id], path);
            (*id, loaded.map(CheckedTable::Whole))
        });
        read.collect()
    }

    fn columns(
        &self,
        mut texts: BTreeMap<TableId, Result<CheckedTable, Problems>>,
        contents: &FileContents,
    ) -> Result<CheckedTables, Problems> {
        let mut problems = Problems::default();
        let mut tables = BTreeMap::new();
        for (id, path) in self.files {
            let checked = texts.remove(id).unwrap_or_else(|| {
                let format = columnar_format(path).expect("all others were read as text");
                let plan = &self.plans[id];
                let content = contents.get(id);
                let proven = prove(
                    self.definitions,
                    *id,
                    plan,
                    (path, format),
                    (content, self.cache),
                );
                proven.map(|table| CheckedTable::Columnar(Box::new(table)))
            });
            match checked {
                Ok(table) => drop(tables.insert(*id, table)),
                Err(of_table) => problems.extend(of_table),
            }
        }
        if problems.has_errors() {
            return Err(problems);
        }
        Ok(tables)
    }

    /// Checks keys and parents; gives all notes.
    fn links(
        &self,
        tables: CheckedTables,
        contents: &FileContents,
    ) -> Result<(CheckedTables, Vec<String>), Problems> {
        let names = contents.iter();
        let names = names
            .map(|(id, content)| (*id, content.hash.content()))
            .collect();
        let mut links = Links {
            definitions: self.definitions,
            plans: self.plans,
            contents: &names,
            tables,
            keys: BTreeMap::new(),
        };
        links.check_keys()?;
        let tables = links.tables.values_mut();
        let mut notes: Vec<String> = tables.flat_map(CheckedTable::take_notes).collect();
        notes.extend(links.check_parents()?);
        Ok((links.tables, notes))
    }

    fn remember(&self, tables: &CheckedTables, contents: &FileContents) {
        for (id, table) in tables {
            if let CheckedTable::Columnar(table) = table {
                self.cache
                    .remember(&contents[id], &table.record, &table.part_records);
            }
        }
    }
}

fn columnar_format(path: &Path) -> Option<Format> {
    let (format, _) = format_of(path)?;
    matches!(format, Format::Parquet | Format::Arrow).then_some(format)
}
