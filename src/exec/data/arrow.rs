//! Arrow IPC files (Feather version 2), one column at a time.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use polars::prelude::{ArrowSchema, IpcReader, SerReader};

use super::columns::{Column, Values, Wanted};
use super::dictionary::Part;
use super::files::plain_words;
use super::frames::{check_type, convert_series};
use super::guard::guarded;
use super::raw::{Numbering, RawTable};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::model::Calendar;

/// Reads the wanted columns of an Arrow IPC file.
pub(super) fn read(
    path: &Path,
    name: &str,
    wanted: &[Wanted],
    calendar: &Calendar,
) -> Result<RawTable, Problems> {
    let damaged = |reason: String| damaged(name, &reason);
    let layout = Layout::read(path).map_err(damaged)?;
    let mut problems = Problems::default();
    let mut columns = Vec::with_capacity(wanted.len());
    for column in wanted {
        let Some((place, _, field)) = layout.schema.get_full(&column.name) else {
            columns.push(None);
            continue;
        };
        if let Err(held) = check_type(&field.dtype, &column.meaning) {
            problems.push(super::report::wrong_type(name, column, &held));
            continue;
        }
        let read = read_column(path, place, layout.rows, column, calendar);
        columns.push(Some(read.map_err(damaged)?));
    }
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(RawTable {
        rows: layout.rows,
        header: layout
            .schema
            .iter_names()
            .map(|name| name.to_string())
            .collect(),
        columns,
        numbering: Numbering::rows(),
    })
}

/// What a file says of itself: its columns and how many rows it has.
pub(super) fn summary(path: &Path, name: &str) -> Result<(Arc<ArrowSchema>, usize), Diagnostic> {
    let layout = Layout::read(path).map_err(|reason| damaged(name, &reason))?;
    Ok((layout.schema, layout.rows))
}

/// A damaged file, with the columnar library's words cut to one line.
pub(super) fn damaged(name: &str, reason: &str) -> Diagnostic {
    let message = format!("cannot read `{name}` as Arrow IPC: {}", plain_words(reason));
    Diagnostic::data("D109", message)
}

struct Layout {
    rows: usize,
    schema: Arc<ArrowSchema>,
}

impl Layout {
    fn read(path: &Path) -> Result<Self, String> {
        guarded(|| {
            let schema = open(path)?.schema().map_err(|error| error.to_string())?;
            // Without columns the reader only counts the rows.
            let empty = open(path)?
                .with_projection(Some(Vec::new()))
                .finish()
                .map_err(|error| error.to_string())?;
            if empty.height() >= super::NO_ROW as usize {
                return Err("it has too many rows".to_owned());
            }
            Ok(Layout {
                rows: empty.height(),
                schema,
            })
        })
    }
}

fn open(path: &Path) -> Result<IpcReader<File>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    Ok(IpcReader::new(file).set_rechunk(false))
}

fn read_column(
    path: &Path,
    place: usize,
    rows: usize,
    wanted: &Wanted,
    calendar: &Calendar,
) -> Result<Column, String> {
    guarded(|| {
        let frame = open(path)?
            .with_projection(Some(vec![place]))
            .finish()
            .map_err(|error| error.to_string())?;
        let column = frame
            .column(&wanted.name)
            .map_err(|error| error.to_string())?;
        if column.len() != rows {
            return Err("a column has fewer rows than the file says".to_owned());
        }
        let mut values = Values::zeroed(&wanted.meaning, rows);
        let mut slot = values.slots(&[rows]).remove(0);
        let series = column.as_materialized_series();
        let faults = convert_series(series, &wanted.meaning, calendar, &mut slot)?;
        let words = slot.into_words();
        let part = Part {
            rows: 0..rows,
            words,
        };
        Ok(Column::from_parts(values, vec![part], faults))
    })
}
