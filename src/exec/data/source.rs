//! What a lazy query starts from: for each table a frame, and where its rows come from.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use polars::prelude::{LazyFrame, PolarsResult, polars_err};

use super::columnar_parts::ColumnarParts;
use super::columns::ColumnRequest;
use super::database::TableDatabase;
use super::guard::{guarded_query, uncaught};
use super::remote_files::RemoteFiles;
use super::scan::lazy_frame;
use crate::base::cancellation;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::model::{Calendar, TableId};

/// Where the rows of one table come from, for a lazy query.
#[derive(Clone)]
pub struct TableSource {
    /// Rows of the file.
    pub rows: usize,
    /// A name of the file's content: another content has another one.
    pub content: String,
    /// The columns asked for and those that link tables, in the order of the table's columns and named
    /// as they are, whether the file has them or not:
    ///
    /// | field | type |
    /// |---|---|
    /// | scale | `UInt8`: the place on the scale |
    /// | yes/no | `Boolean` |
    /// | number | `Float64`, never NaN |
    /// | date | `Int64`: microseconds since 1970, UTC |
    /// | text | `String`, without blanks around it and never empty |
    ///
    /// Null is missing. Rows are in the order of the file.
    pub frame: LazyFrame,
    /// Those of the columns that the file lacks: null throughout.
    pub absent: BTreeSet<usize>,
    /// The first and the last instant of the columns of dates that hold any.
    pub spans: BTreeMap<usize, (i64, i64)>,
    pub scanned: ScanReport,
    /// What is read of a file while the query runs.
    pub(super) scan: Option<Scan>,
}

/// A file that a query reads while it runs.
#[derive(Clone)]
pub(super) struct Scan {
    pub file: ColumnarParts,
    pub wanted: Vec<ColumnRequest>,
    pub calendar: Calendar,
}

impl TableSource {
    /// So many rows from one place on. Of a table in several files only those with such rows are opened: polars would map
    /// the others into memory to learn how many rows they have.
    ///
    /// # Errors
    ///
    /// What polars refuses.
    pub fn slice(&self, start: usize, rows: usize) -> PolarsResult<LazyFrame> {
        let within = self.scan.as_ref().map(|scan| scan.within(start, rows));
        let (frame, start) = match within {
            Some((scan, first)) if !scan.file.parts.is_empty() => {
                let frame = lazy_frame(&scan);
                let frame = frame.map_err(|reason| polars_err!(ComputeError: "{reason}"))?;
                (frame, start - first)
            }
            Some(_) | None => (self.frame.clone(), start),
        };
        Ok(frame.slice(start as i64, rows as u32))
    }
}

/// How a table is read, for whoever asks how a query is computed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScanReport {
    pub path: PathBuf,
    /// `CSV`, `JSON`, `Parquet` or `Arrow IPC`.
    pub format: &'static str,
    /// Whether the query reads the file, and of it only what it needs; otherwise the rows are in memory.
    pub is_lazy: bool,
    /// The names of the frame's columns.
    pub columns: Vec<String>,
    /// How many columns the file has; `None` for text files, of which only the wanted ones are known.
    pub file_columns: Option<usize>,
    /// Empty for text files: they are checked as they are read, each time.
    pub proofs: Vec<Proof>,
}

/// Something that a query takes for granted of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proof {
    /// "fingerprint", "values of `severity`", "`finding_id` is unique".
    pub what: String,
    /// Whether it was proven before and the file has not changed since.
    pub is_remembered: bool,
}

/// All tables that are required.
#[derive(Clone, Default)]
pub struct TableSources {
    /// Indexed by [`TableId`]; `None`: no file for it, or not asked for.
    pub tables: Vec<Option<TableSource>>,
    /// `sha256:…` over the bytes of all files, in the order of table names.
    pub fingerprint: String,
    /// What the user should know though it stops nothing.
    pub notes: Vec<String>,
    /// The database that has the tables, if they are no files: relations over them are run there.
    pub database: Option<Arc<dyn TableDatabase>>,
    /// Who knows what copies of files of other machines are called there.
    pub remote_files: Option<Arc<dyn RemoteFiles>>,
}

impl fmt::Debug for TableSources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scanned = self
            .tables
            .iter()
            .map(|table| Some(&table.as_ref()?.scanned));
        f.debug_struct("TableSources")
            .field("scanned", &scanned.collect::<Vec<_>>())
            .field("fingerprint", &self.fingerprint)
            .field("notes", &self.notes)
            .finish()
    }
}

impl TableSources {
    pub fn table(&self, id: TableId) -> Option<&TableSource> {
        self.tables.get(id.0).and_then(Option::as_ref)
    }

    /// Runs a query over these tables: a file damaged since it was checked is an error that names it,
    /// and the wish to stop unwinds as everywhere.
    ///
    /// # Errors
    ///
    /// `D109` for a file that cannot be read any more, `D2xx` for one that has other values by now.
    pub fn run<T>(&self, query: impl FnOnce() -> PolarsResult<T>) -> Result<T, Problems> {
        let outcome = guarded_query(query);
        cancellation::listen();
        outcome.map_err(|reason| self.failure(&reason))
    }

    /// The same for work that goes on while others are asked to stop, and that nobody misses if it
    /// fails.
    pub fn run_in_background<T>(&self, query: impl Fn() -> PolarsResult<T>) -> Option<T> {
        const MOST_TRIES: usize = 20;
        for _ in 0..MOST_TRIES {
            let outcome = uncaught(|| guarded_query(&query));
            match outcome {
                Ok(found) => return Some(found),
                // A wish to stop was meant for somebody else, and is gone in a moment.
                Err(_) if cancellation::is_stopping() => thread::sleep(Duration::from_millis(50)),
                Err(_) => {}
            }
        }
        None
    }

    /// A text with addresses in place of the paths of copies.
    pub fn told(&self, text: &str) -> String {
        match &self.remote_files {
            Some(remote_files) => remote_files.told(text),
            None => text.to_owned(),
        }
    }

    /// What is wrong with the files: the query's own words do not say which one it was.
    fn failure(&self, reason: &str) -> Problems {
        let scans = self.tables.iter().flatten();
        for scan in scans.filter_map(|table| table.scan.as_ref()) {
            if let Err(problems) = scan.check() {
                return problems.reworded(|text| self.told(text));
            }
        }
        let message = format!(
            "the tables cannot be read: {}",
            super::files::plain_words(reason)
        );
        Diagnostic::data("D109", message).into()
    }
}

impl Scan {
    /// The files with some of the rows from one place on, and the place of the first row of the first of them.
    fn within(&self, start: usize, rows: usize) -> (Scan, usize) {
        let mut scan = self.clone();
        let (mut first, mut next) = (start, 0);
        scan.file.parts.retain(|part| {
            let begins = next;
            next += part.file.rows;
            let is_within = begins < start + rows && start < next;
            if is_within {
                first = first.min(begins);
            }
            is_within
        });
        scan.file.rows = scan.file.parts.iter().map(|part| part.file.rows).sum();
        (scan, first)
    }

    fn check(&self) -> Result<(), Problems> {
        let file = ColumnarParts::open(&self.file.path, &self.file.name, self.file.format)?;
        file.check_types(&self.wanted)?;
        let wanted: Vec<ColumnRequest> = self
            .wanted
            .iter()
            .filter(|wanted| self.file.has(wanted))
            .cloned()
            .collect();
        let changed = || {
            let name = &self.file.name;
            Diagnostic::data("D109", format!("`{name}` has changed while it was read"))
        };
        if file.rows != self.file.rows || !wanted.iter().all(|wanted| file.has(wanted)) {
            return Err(changed().into());
        }
        let examined = file.examine(&wanted, |_, _| None, None, &self.calendar)?;
        let mut examined = examined.iter().flatten();
        if examined.any(|examined| !examined.bad.list().is_empty()) {
            return Err(changed().into());
        }
        Ok(())
    }
}
