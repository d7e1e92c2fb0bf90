//! The columnar files of a table as one: a file, or the parts in a folder one after the other.

use std::path::{Path, PathBuf};

use polars::prelude::{ChunkFull, ChunkFullNull, IntoSeries, Series, StringChunked};
use rayon::prelude::*;

use super::columnar::{ColumnarFile, ExaminedColumn, lean};
use super::columns::{ColumnRequest, TypedColumn};
use super::files::{Format, check_content};
use super::frames::convert_series;
use super::parts::{Part, parts_of};
use super::raw::Numbering;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::model::Calendar;

/// An open look at all files of a table. Their values stay in the files.
#[derive(Clone, Debug)]
pub(super) struct ColumnarParts {
    /// The file, or the folder of the parts.
    pub path: PathBuf,
    /// The path as messages show it.
    pub name: String,
    pub format: Format,
    pub rows: usize,
    /// Whether the library can read all of them lazily.
    pub is_scannable: bool,
    /// In the order of rows; never empty.
    pub parts: Vec<ColumnarPart>,
}

/// One file, and the columns that the names of its folders tell.
#[derive(Clone, Debug)]
pub(super) struct ColumnarPart {
    pub file: ColumnarFile,
    /// Its path below the folder of the table.
    name: String,
    values: Vec<(String, Option<String>)>,
}

impl ColumnarPart {
    fn open(part: Part, format: Format) -> Result<ColumnarPart, Diagnostic> {
        let name = part.path.display().to_string();
        check_content(&part.path, &name, format, false)?;
        Ok(ColumnarPart {
            file: ColumnarFile::open(&part.path, &name, format)?,
            name: part.name,
            values: part.values,
        })
    }

    fn has(&self, wanted: &ColumnRequest) -> bool {
        self.file.has(wanted) || self.told(wanted).is_some()
    }

    /// The value of a column that the file lacks and the name of a folder tells; `Some(None)`: missing.
    pub(super) fn told(&self, wanted: &ColumnRequest) -> Option<Option<&str>> {
        if self.file.has(wanted) {
            return None;
        }
        let mut values = self.values.iter().rev();
        let (_, value) = values.find(|(column, _)| *column == wanted.name)?;
        Some(value.as_deref())
    }

    /// A column that the file lacks, in so many rows: the value that is told, or missing.
    pub(super) fn constant(
        &self,
        wanted: &ColumnRequest,
        rows: usize,
        calendar: &Calendar,
    ) -> Result<TypedColumn, String> {
        let Some(told) = self.told(wanted) else {
            return Ok(TypedColumn::missing(wanted, rows));
        };
        let name = wanted.name.as_str().into();
        let texts = match told {
            Some(value) => StringChunked::full(name, value, rows),
            None => StringChunked::full_null(name, rows),
        };
        convert_series(&texts.into_series(), &wanted.meaning, calendar)
    }

    fn damaged(&self, reason: &str) -> Problems {
        Diagnostic::data(
            "D109",
            format!("cannot read `{}`: {reason}", self.file.name),
        )
        .into()
    }

    fn read(&self, wanted: &ColumnRequest, calendar: &Calendar) -> Result<Series, Problems> {
        if self.file.has(wanted) {
            return self.file.read(wanted, calendar);
        }
        let constant = self.constant(wanted, self.file.rows, calendar);
        Ok(constant.map_err(|reason| self.damaged(&reason))?.series)
    }

    /// The same as [`ColumnarFile::examine`]. Of columns that are known, pages alone are looked at.
    fn examine(
        &self,
        wanted: &[ColumnRequest],
        known: impl Fn(&ColumnRequest) -> Option<DateSpan>,
        hashed: Option<usize>,
        calendar: &Calendar,
    ) -> Result<Vec<ExaminedColumn>, Problems> {
        let own = wanted.iter().filter(|wanted| self.file.has(wanted));
        let (known_own, new): (Vec<_>, Vec<_>) = own.cloned().partition(|own| known(own).is_some());
        self.file.check_pages(&known_own)?;
        let mut new = self.file.examine(&new, hashed, calendar)?.into_iter();
        let examined = wanted.iter().map(|wanted| {
            if self.file.has(wanted) {
                return Ok(match known(wanted) {
                    Some(span) => ExaminedColumn::known(span, self.file.rows),
                    None => new.next().expect("one for each column that was examined"),
                });
            }
            let typed = self.constant(&lean(wanted), self.file.rows, calendar);
            let typed = typed.map_err(|reason| self.damaged(&reason))?;
            Ok(ExaminedColumn::of(typed, hashed == Some(wanted.column)))
        });
        examined.collect()
    }
}

/// The first and the last instant of a column, if it holds dates.
pub(super) type DateSpan = Option<(i64, i64)>;

impl ColumnarParts {
    /// Reads what the files say of themselves; all that cannot be read are reported.
    pub(super) fn open(path: &Path, name: &str, format: Format) -> Result<Self, Problems> {
        let opened: Vec<Result<ColumnarPart, Diagnostic>> = parts_of(path)?
            .into_par_iter()
            .map(|part| ColumnarPart::open(part, format))
            .collect();
        let (mut parts, mut problems) = (Vec::new(), Problems::default());
        for part in opened {
            match part {
                Ok(part) => parts.push(part),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.has_errors() {
            return Err(problems);
        }
        Ok(ColumnarParts {
            path: path.to_owned(),
            name: name.to_owned(),
            format,
            rows: parts.iter().map(|part| part.file.rows).sum(),
            is_scannable: parts.iter().all(|part| part.file.is_scannable),
            parts,
        })
    }

    /// The names of the columns of all files, and of those that folders tell.
    pub(super) fn header(&self) -> Vec<String> {
        let mut header: Vec<String> = Vec::new();
        for part in &self.parts {
            let told = part.values.iter().map(|(column, _)| column.clone());
            for name in part.file.header().into_iter().chain(told) {
                if !header.contains(&name) {
                    header.push(name);
                }
            }
        }
        header
    }

    pub(super) fn has(&self, wanted: &ColumnRequest) -> bool {
        self.parts.iter().any(|part| part.has(wanted))
    }

    /// How many files lack a column that others have.
    pub(super) fn lacking(&self, wanted: &ColumnRequest) -> usize {
        let lacking = self.parts.iter().filter(|part| !part.has(wanted)).count();
        if lacking == self.parts.len() {
            0
        } else {
            lacking
        }
    }

    /// What rows are called: by their number in their file.
    pub(super) fn numbering(&self) -> Numbering {
        let mut start = 0;
        let mut starts = Vec::new();
        for part in &self.parts {
            starts.push((start, part.name.clone()));
            start += part.file.rows;
        }
        match self.path.is_dir() {
            true => Numbering::rows_of(starts),
            false => Numbering::rows(),
        }
    }

    /// Refuses columns whose physical type cannot hold their values, of the first file that has such.
    pub(super) fn check_types(&self, wanted: &[ColumnRequest]) -> Result<(), Problems> {
        let mut parts = self.parts.iter();
        parts.try_for_each(|part| part.file.check_types(wanted))
    }

    /// Reads one column whole, missing throughout where a file lacks it.
    pub(super) fn read(
        &self,
        wanted: &ColumnRequest,
        calendar: &Calendar,
    ) -> Result<Series, Problems> {
        let parts = self.parts.par_iter();
        let parts: Vec<Result<Series, Problems>> =
            parts.map(|part| part.read(wanted, calendar)).collect();
        let mut all = TypedColumn::missing(wanted, 0).series;
        for part in parts {
            all.append_owned(part?)
                .expect("parts of one column are of one type");
        }
        Ok(all.rechunk())
    }

    /// What `look` makes of the values of one column, some rows after the others: no more of them are held than a thread each
    /// is looking at.
    pub(super) fn visit<T: Send>(
        &self,
        wanted: &ColumnRequest,
        calendar: &Calendar,
        look: impl Fn(&Series) -> T + Sync,
    ) -> Result<Vec<T>, Problems> {
        let mut all = Vec::new();
        for part in &self.parts {
            if part.file.has(wanted) {
                all.extend(part.file.visit_one(wanted, calendar, &look)?);
            } else {
                all.push(look(&part.read(wanted, calendar)?));
            }
        }
        Ok(all)
    }

    /// The same as [`ColumnarFile::examine`], for each file. What is known of a column of a file is not looked at again.
    pub(super) fn examine(
        &self,
        wanted: &[ColumnRequest],
        known: impl Fn(usize, &ColumnRequest) -> Option<DateSpan> + Sync,
        hashed: Option<usize>,
        calendar: &Calendar,
    ) -> Result<Vec<Vec<ExaminedColumn>>, Problems> {
        let parts = self.parts.par_iter().enumerate();
        let parts: Vec<Result<Vec<ExaminedColumn>, Problems>> = parts
            .map(|(place, part)| part.examine(wanted, |own| known(place, own), hashed, calendar))
            .collect();
        parts.into_iter().collect()
    }

    /// The same as [`ColumnarFile::check_pages`], over all files.
    pub(super) fn check_pages(&self, wanted: &[ColumnRequest]) -> Result<(), Problems> {
        let mut parts = self.parts.iter();
        parts.try_for_each(|part| part.file.check_pages(wanted))
    }
}
