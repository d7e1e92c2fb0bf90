//! Arrow IPC files (Feather version 2), one column at a time.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use polars::prelude::{ArrowSchema, IpcReader, SerReader};

use super::columns::{ColumnRequest, TypedColumn};
use super::files::plain_words;
use super::frames::convert_series;
use super::guard::guarded;
use crate::base::diagnostic::Diagnostic;
use crate::lang::model::Calendar;

/// Converts a column that the file has.
pub(super) fn read(
    path: &Path,
    name: &str,
    wanted: &ColumnRequest,
    calendar: &Calendar,
) -> Result<TypedColumn, Diagnostic> {
    let read = || {
        let (schema, rows) = layout(path)?;
        let place = schema.index_of(&wanted.name).ok_or("a column is gone")?;
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
        convert_series(column.as_materialized_series(), &wanted.meaning, calendar)
    };
    guarded(read).map_err(|reason| damaged(name, &reason))
}

/// What a file says of itself: its columns and how many rows it has.
pub(super) fn summary(path: &Path, name: &str) -> Result<(Arc<ArrowSchema>, usize), Diagnostic> {
    guarded(|| layout(path)).map_err(|reason| damaged(name, &reason))
}

fn layout(path: &Path) -> Result<(Arc<ArrowSchema>, usize), String> {
    let schema = open(path)?.schema().map_err(|error| error.to_string())?;
    // Without columns the reader only counts the rows.
    let empty = open(path)?
        .with_projection(Some(Vec::new()))
        .finish()
        .map_err(|error| error.to_string())?;
    if empty.height() >= super::MOST_ROWS {
        return Err("it has too many rows".to_owned());
    }
    Ok((schema, empty.height()))
}

/// A damaged file, with the columnar library's words cut to one line.
fn damaged(name: &str, reason: &str) -> Diagnostic {
    let message = format!("cannot read `{name}` as Arrow IPC: {}", plain_words(reason));
    Diagnostic::data("D109", message)
}

fn open(path: &Path) -> Result<IpcReader<File>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    Ok(IpcReader::new(file).set_rechunk(false))
}
