//! A Parquet or Arrow file: what it says of itself, and its columns read, examined or scanned lazily.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::prelude::{ArrowSchema, ChunkAgg, Schema, SchemaExt, Series};

use super::bad_values::BadValues;
use super::columns::{ColumnRequest, Meaning, TypedColumn};
use super::files::Format;
use super::frames::check_type;
use super::guard::guarded;
use super::{arrow, keys, parquet};
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
pub(super) struct ExaminedColumn {
    pub bad: BadValues,
    /// The first and the last instant of a column of dates.
    pub span: Option<(i64, i64)>,
    /// The hashes of texts, as far as they were asked for, a part of the file each.
    pub hashes: Vec<Vec<u64>>,
    rows: usize,
}

impl ExaminedColumn {
    /// What values that were read tell; of texts, only their hashes may be given.
    pub(super) fn of(typed: TypedColumn, keeps_hashes: bool) -> Self {
        let TypedColumn { series, bad } = typed;
        let hashes = series.u64().ok().filter(|_| keeps_hashes);
        ExaminedColumn {
            bad,
            span: instants_span(&series),
            hashes: hashes.map(keys::hashes).unwrap_or_default(),
            rows: series.len(),
        }
    }

    /// What is known of so many values without a look at them.
    pub(super) fn known(span: Option<(i64, i64)>, rows: usize) -> Self {
        ExaminedColumn {
            span,
            rows,
            ..ExaminedColumn::default()
        }
    }

    /// Adds what later rows told.
    pub(super) fn append(&mut self, later: ExaminedColumn) {
        self.bad.append(later.bad, self.rows);
        self.span = match (self.span, later.span) {
            (Some(own), Some(later)) => Some((own.0.min(later.0), own.1.max(later.1))),
            (own, later) => own.or(later),
        };
        self.hashes.extend(later.hashes);
        self.rows += later.rows;
    }
}

/// The first and the last instant of a column of dates.
pub(super) fn instants_span(series: &Series) -> Option<(i64, i64)> {
    let instants = series.i64().ok()?;
    instants.min().zip(instants.max())
}

impl ColumnarFile {
    /// Reads what the file says of itself.
    pub(super) fn open(path: &Path, name: &str, format: Format) -> Result<Self, Diagnostic> {
        let (schema, rows) = match format {
            Format::Parquet => parquet::summary(path, name)?,
            Format::Arrow => arrow::summary(path, name)?,
            Format::Csv | Format::Tsv | Format::Workbook | Format::Json => {
                unreachable!("text files are read whole")
            }
        };
        let are_types_known = || match format {
            Format::Arrow => guarded(|| Ok(Schema::from_arrow_schema(&schema))).is_ok(),
            Format::Parquet | Format::Csv | Format::Tsv | Format::Workbook | Format::Json => true,
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

    pub(super) fn has(&self, wanted: &ColumnRequest) -> bool {
        self.schema.contains(&wanted.name)
    }

    /// Refuses columns whose physical type cannot hold their values.
    pub(super) fn check_types(&self, wanted: &[ColumnRequest]) -> Result<(), Problems> {
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

    /// Reads one column whole, missing throughout if the file lacks it.
    pub(super) fn read(
        &self,
        wanted: &ColumnRequest,
        calendar: &Calendar,
    ) -> Result<Series, Problems> {
        if !self.has(wanted) {
            return Ok(TypedColumn::missing(wanted, self.rows).series);
        }
        let only = std::slice::from_ref(wanted);
        let parts = self.visit(only, calendar, |_, typed| typed)?.remove(0);
        Ok(TypedColumn::concat(wanted, parts).series)
    }

    /// Reads the values of columns that the file has, keeping no more of them than a thread each is
    /// looking at. Texts are only hashed; the hashes of the column `hashed` are handed back.
    pub(super) fn examine(
        &self,
        wanted: &[ColumnRequest],
        hashed: Option<usize>,
        calendar: &Calendar,
    ) -> Result<Vec<ExaminedColumn>, Problems> {
        let lean: Vec<ColumnRequest> = wanted.iter().map(lean).collect();
        let look = |wanted: &ColumnRequest, typed| {
            ExaminedColumn::of(typed, hashed == Some(wanted.column))
        };
        let columns = self.visit(&lean, calendar, look)?.into_iter();
        let whole = columns.map(|parts| {
            let mut whole = ExaminedColumn::default();
            parts.into_iter().for_each(|part| whole.append(part));
            whole
        });
        Ok(whole.collect())
    }

    /// What `look` makes of the values of a column that the file has, some rows after the others.
    pub(super) fn visit_one<T: Send>(
        &self,
        wanted: &ColumnRequest,
        calendar: &Calendar,
        look: impl Fn(&Series) -> T + Sync,
    ) -> Result<Vec<T>, Problems> {
        let only = std::slice::from_ref(wanted);
        let look = |_: &ColumnRequest, typed: TypedColumn| look(&typed.series);
        Ok(self.visit(only, calendar, look)?.remove(0))
    }

    fn visit<T: Send>(
        &self,
        wanted: &[ColumnRequest],
        calendar: &Calendar,
        look: impl Fn(&ColumnRequest, TypedColumn) -> T + Sync,
    ) -> Result<Vec<Vec<T>>, Problems> {
        if self.format == Format::Parquet {
            return parquet::visit(&self.path, &self.name, wanted, calendar, look);
        }
        let read = |wanted: &ColumnRequest| {
            let typed = arrow::read(&self.path, &self.name, wanted, calendar)?;
            Ok(vec![look(wanted, typed)])
        };
        wanted.iter().map(read).collect()
    }

    /// Looks at what the library would trust blindly when it decodes these columns.
    pub(super) fn check_pages(&self, wanted: &[ColumnRequest]) -> Result<(), Problems> {
        match self.format {
            Format::Parquet => parquet::check_pages(&self.path, &self.name, wanted),
            Format::Arrow | Format::Csv | Format::Tsv | Format::Workbook | Format::Json => Ok(()),
        }
    }
}

/// A column of which texts are only hashed.
pub(super) fn lean(wanted: &ColumnRequest) -> ColumnRequest {
    let mut lean = wanted.clone();
    if matches!(lean.meaning, Meaning::Text) {
        lean.meaning = Meaning::Hash;
    }
    lean
}
