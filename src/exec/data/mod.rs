//! Table files → typed columns.
//!
//! Takes where the tables are and which columns are wanted; gives a [`Dataset`] in which every value
//! has its field's type, keys are unique and parents are found (rules S27, S32), or all problems of
//! all files. It knows nothing of KPIs and computes nothing.

mod absent;
mod arrow;
mod canonical;
mod cells;
mod checking;
mod columnar;
mod columns;
mod convert;
mod csv;
mod dates;
mod dictionary;
mod faults;
mod files;
mod fingerprint;
mod frames;
mod given;
mod guard;
mod hash;
mod held;
mod joined;
mod json;
mod json_rows;
mod keys;
mod links;
mod load;
mod locate;
mod parents;
mod parquet;
mod parquet_examined;
mod parquet_pages;
mod plan;
mod proofs;
mod prove;
mod raw;
mod report;
mod rows;
mod scan;
mod source;
mod sources;
mod table_cache;
mod tables;
mod texts;
mod watermark;

pub use canonical::column_type;
pub use given::{from_given, sources_of_given};
pub use load::load;
pub use locate::{Location, locate};
pub use proofs::ProofCache;
pub use rows::InstantColumn;
pub use source::{Proof, ScanReport, TableSource, TableSources};
pub use table_cache::TableCache;
pub use tables::{Horizon, SnapshotProvider, Tables};
pub use texts::texts_of;
pub use watermark::{latest_event, watermark};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::lang::model::TableId;

/// A yes/no or scale value that is missing.
pub const MISSING_CODE: u8 = u8::MAX;
/// A text that is missing, and a parent that is not there.
pub const MISSING_TEXT: u32 = u32::MAX;
/// A parent row that is not there: no key, or a key without a row.
pub const NO_ROW: u32 = u32::MAX;
/// A date that is missing.
pub const MISSING_INSTANT: i64 = i64::MIN;

/// Loaded tables.
#[derive(Clone, Debug, Default)]
pub struct Dataset {
    /// Indexed by [`TableId`]; `None`: no file for it, or not asked for.
    pub tables: Vec<Option<TableData>>,
    /// `sha256:…` over the bytes of all files read, in the order of table names.
    pub fingerprint: String,
    /// What the user should know though it stops nothing: orphans, absent optional columns,
    /// columns of a file that no table declares and that look like a misspelt one.
    pub notes: Vec<String>,
}

impl Dataset {
    pub fn table(&self, id: TableId) -> Option<&TableData> {
        self.tables.get(id.0).and_then(Option::as_ref)
    }
}

/// One loaded table. All vectors over rows have `rows` elements, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct TableData {
    pub rows: usize,
    /// Indexed as `model::Table::columns`; `None`: not asked for. A column that the file lacks is
    /// there and missing everywhere.
    pub columns: Vec<Option<Arc<ColumnData>>>,
    /// Those of the columns asked for that the file lacks.
    pub absent: BTreeSet<usize>,
    /// Indexed as `model::Table::parents`: for each row the row of the parent, or [`NO_ROW`].
    /// `None`: not asked for.
    pub parents: Vec<Option<Arc<Vec<u32>>>>,
}

impl TableData {
    pub fn column(&self, column: usize) -> &ColumnData {
        self.columns[column]
            .as_deref()
            .expect("the plan asked for every column it reads")
    }
}

/// The values of one column.
#[derive(Clone, Debug)]
pub enum ColumnData {
    /// Scale values by their place; yes/no as 1 and 0. [`MISSING_CODE`] is missing.
    Codes(Vec<u8>),
    /// Indexes into the dictionary, which is sorted and holds no value twice: codes order as the
    /// texts do. [`MISSING_TEXT`] is missing.
    Texts {
        codes: Vec<u32>,
        dictionary: Arc<Vec<String>>,
    },
    /// NaN is missing; infinities do not occur.
    Numbers(Vec<f64>),
    /// Microseconds since 1970, UTC. [`MISSING_INSTANT`] is missing.
    Instants(Vec<i64>),
}

/// What to load.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub tables: BTreeMap<TableId, TableRequest>,
}

#[derive(Clone, Debug, Default)]
pub struct TableRequest {
    /// By column of the table.
    pub columns: BTreeMap<usize, Need>,
    /// Whether the key may be absent. Keys are always checked, and are kept only if they are among
    /// `columns`: ten million different texts take a gigabyte.
    pub key: Option<Need>,
    /// Indexes into the table's parents whose rows are to be found.
    pub parents: BTreeSet<usize>,
    /// Whether a missing file is an error; empty: it is not.
    pub file_needed_by: Vec<String>,
}

/// Whether a column may be absent from the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// Absent reads as missing everywhere and is noted.
    Optional,
    /// Absent is an error that names who needs it: "`mttr` (kpis/mttr.kpi:3)".
    By(Vec<String>),
}

impl Need {
    /// The same need, and also by somebody else.
    pub fn also_by(&mut self, needer: &str) {
        match self {
            Need::Optional => *self = Need::By(vec![needer.to_string()]),
            Need::By(names) if names.iter().any(|name| name == needer) => {}
            Need::By(names) => names.push(needer.to_string()),
        }
    }
}

/// The codes of data problems, each with what it is about.
pub const CODES: &[(&str, &str)] = &[
    ("D101", "the folder of table files is not there"),
    ("D102", "the folder holds no table file"),
    ("D103", "a table has two files"),
    ("D104", "a file is given for a table that is not defined"),
    ("D105", "a file cannot be read"),
    ("D106", "a file's name does not tell its format"),
    ("D107", "a file's content is not what its name says"),
    ("D108", "a file is empty"),
    ("D109", "a file is damaged or malformed"),
    ("D110", "a text is not UTF-8"),
    ("D111", "a file has two columns of one name"),
    ("D112", "a needed column is not in the file"),
    ("D113", "a needed table has no file"),
    ("D114", "a table is too large"),
    ("D201", "values that are not dates"),
    ("D202", "values that are not numbers, or too large ones"),
    ("D203", "values that are not yes or no"),
    ("D204", "values that are not on the scale"),
    ("D205", "a column of a type that cannot hold its values"),
    ("D301", "a key occurs more than once"),
    ("D302", "rows without a key"),
    ("D303", "the key's column is not in the file"),
];
