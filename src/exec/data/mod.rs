//! Table files → typed columns.
//!
//! Takes where the tables are and which columns are wanted; gives [`TableSources`] in which every value
//! has its field's type, keys are unique and parents are found (rules S27, S32), or all problems of
//! all files. It knows nothing of KPIs and computes nothing.

mod absent;
mod archive;
mod arrow;
mod bad_values;
mod cells;
mod checking;
mod columnar;
mod columnar_parts;
mod columns;
mod convert;
mod csv;
mod database;
mod dates;
mod dialect;
mod far_dates;
mod files;
mod fingerprint;
mod frames;
mod given;
mod guard;
mod hash;
mod held;
mod json;
mod json_rows;
mod keys;
mod links;
mod load;
mod locate;
mod parents;
mod parquet;
mod parquet_pages;
mod parts;
mod plan;
mod proof_folder;
mod proofs;
mod prove;
mod raw;
mod remote_files;
mod report;
mod rows;
mod scan;
mod source;
mod table_cache;
mod tables;
mod text_reader;
mod texts;
mod watermark;
mod workbook;
mod workbook_table;

pub use archive::{ARCHIVE, MOST_UNPACKED, most_unpacked, open_archive};
pub use columns::column_type;
pub use convert::{LARGEST_NUMBER, is_loadable};
pub use csv::is_plain;
pub use database::{
    AskedFacts, RelationRequest, ResultType, TableDatabase, TableFacts, TableShape,
};
pub use dialect::{CellText, cell_text, column_name, wide_encoding, written_number};
pub use far_dates::{FarDates, RowDate, dates_after, far_dates};
pub use files::{file_names, is_table_file};
pub use given::sources_of_given;
pub use locate::{Location, locate};
pub use proofs::ProofCache;
pub use remote_files::RemoteFiles;
pub use rows::InstantColumn;
pub use source::{Proof, ScanReport, TableSource, TableSources};
pub use table_cache::TableCache;
pub use tables::{Horizon, SnapshotProvider, Tables};
pub use texts::{absent_texts, date_span, has_number, last_contained, number_span, texts_of};
pub use watermark::latest_event;
pub use workbook::{SheetChoice, WorksheetRow, is_workbook, read_sheet};

/// Numbers of rows are 32 bits wide.
const MOST_ROWS: usize = u32::MAX as usize;

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
