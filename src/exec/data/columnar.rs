//! A Parquet or Arrow file: what it says of itself, and its columns read, examined or scanned lazily.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::prelude::{ArrowSchema, Schema, SchemaExt};

use super::columns::{Column, Meaning, Values, Wanted};
use super::faults::Faults;
use super::files::Format;
use super::frames::check_type;
use super::guard::guarded;
use super::{MISSING_INSTANT, arrow, parquet, parquet_examined};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::model::Calendar;

/// An open look at a columnar file. Its values stay in the file.
#[derive(Clone, Debug)]
pub(super) struct ColumnarFile {
    pub path: PathBuf,
    /// The path as messages show it.
    pub name: String,
    pub format: Format,
    pub rows: usize,
    pub schema: Arc<ArrowSchema>,
    /// Whether the library can read it lazily, whose paths are UTF-8 and which has to know the types of
    /// all columns of an Arrow file.
    pub is_scannable: bool,
}

/// What the values of one column told while they passed by.
#[derive(Default)]
pub(super) struct Examined {
    pub faults: Faults,
    /// The first and the last instant of a column of dates.
    pub span: Option<(i64, i64)>,
    /// The hashes of texts, as far as they were asked for, a part of the file each.
    pub hashes: Vec<Vec<u64>>,
}

impl Examined {
    /// What values that were read tell; of texts, only their hashes may be given.
    pub(super) fn of(values: Values, faults: Faults, keeps_hashes: bool) -> Self {
        let mut examined = Examined {
            faults,
            ..Examined::default()
        };
        match values {
            Values::Instants(instants) => {
                let there = || {
                    instants
                        .iter()
                        .filter(|instant| **instant != MISSING_INSTANT)
                };
                let ends = there().min().zip(there().max());
                examined.span = ends.map(|(first, last)| (*first, *last));
            }
            Values::Hashes(hashes) if keeps_hashes => examined.hashes.push(hashes),
            Values::Hashes(_) | Values::Codes(_) | Values::Texts(_) | Values::Numbers(_) => {}
        }
        examined
    }

    /// Adds what later rows told, which start at `start`.
    pub(super) fn append(&mut self, later: Examined, start: usize) {
        self.faults.append(later.faults, start);
        self.span = union(self.span, later.span);
        self.hashes.extend(later.hashes);
    }
}

impl ColumnarFile {
    /// Reads what the file says of itself.
    pub(super) fn open(path: &Path, name: &str, format: Format) -> Result<Self, Diagnostic> {
        let (schema, rows) = match format {
            Format::Parquet => parquet::summary(path, name)?,
            Format::Arrow => arrow::summary(path, name)?,
            Format::Csv | Format::Json => unreachable!("text files are read whole"),
        };
        let are_types_known = || match format {
            Format::Arrow => guarded(|| Ok(Schema::from_arrow_schema(&schema))).is_ok(),
            Format::Parquet | Format::Csv | Format::Json => true,
        };
        let is_scannable = path.to_str().is_some() && are_types_known();
        Ok(ColumnarFile {
            is_scannable,
            path: path.to_owned(),
            name: name.to_owned(),
            format,
            rows,
            schema,
        })
    }

    pub(super) fn header(&self) -> Vec<String> {
        let names = self.schema.iter_names();
        names.map(|name| name.to_string()).collect()
    }

    pub(super) fn has(&self, wanted: &Wanted) -> bool {
        self.schema.contains(&wanted.name)
    }

    /// Refuses columns whose physical type cannot hold their values.
    pub(super) fn check_types(&self, wanted: &[Wanted]) -> Result<(), Problems> {
        let mut problems = Problems::default();
        for column in wanted {
            if let Some(field) = self.schema.get(&column.name)
                && let Err(held) = check_type(&field.dtype, &column.meaning)
            {
                problems.push(super::report::wrong_type(&self.name, column, &held));
            }
        }
        if problems.has_errors() {
            return Err(problems);
        }
        Ok(())
    }

    /// Reads one column whole.
    pub(super) fn read(&self, wanted: &Wanted, calendar: &Calendar) -> Result<Column, Problems> {
        let only = std::slice::from_ref(wanted);
        let mut raw = match self.format {
            Format::Parquet => parquet::read(&self.path, &self.name, only, calendar)?,
            Format::Arrow => arrow::read(&self.path, &self.name, only, calendar)?,
            Format::Csv | Format::Json => unreachable!("text files are read whole"),
        };
        let column = raw.columns.remove(0);
        Ok(column.unwrap_or_else(|| Column::missing(&wanted.meaning, raw.rows)))
    }

    /// Reads the values of columns that the file has, keeping no more of them than a thread each is
    /// looking at. Texts are only hashed; the hashes of the column `hashed` are handed back.
    pub(super) fn examine(
        &self,
        wanted: &[Wanted],
        hashed: Option<usize>,
        calendar: &Calendar,
    ) -> Result<Vec<Examined>, Problems> {
        let lean: Vec<Wanted> = wanted.iter().map(lean).collect();
        if self.format == Format::Parquet {
            return parquet_examined::examine(&self.path, &self.name, &lean, hashed, calendar);
        }
        let examine = |wanted: &Wanted| {
            let column = self.read(wanted, calendar)?;
            let keeps_hashes = hashed == Some(wanted.column);
            Ok(Examined::of(column.values, column.faults, keeps_hashes))
        };
        lean.iter().map(examine).collect()
    }

    /// Looks at what the library would trust blindly when it decodes these columns.
    pub(super) fn check_pages(&self, wanted: &[Wanted]) -> Result<(), Problems> {
        match self.format {
            Format::Parquet => parquet::check_pages(&self.path, &self.name, wanted),
            Format::Arrow | Format::Csv | Format::Json => Ok(()),
        }
    }
}

fn union(left: Option<(i64, i64)>, right: Option<(i64, i64)>) -> Option<(i64, i64)> {
    match (left, right) {
        (Some(left), Some(right)) => Some((left.0.min(right.0), left.1.max(right.1))),
        (left, right) => left.or(right),
    }
}

fn lean(wanted: &Wanted) -> Wanted {
    let mut lean = wanted.clone();
    if matches!(lean.meaning, Meaning::Text) {
        lean.meaning = Meaning::Hash;
    }
    lean
}
