//! Text files read whole: their columns, and all problems of their values.

use std::path::Path;

use polars::prelude::Series;

use super::absent::TableFile;
use super::columns::TypedColumn;
use super::files::{Format, check_content, endings_in_words, format_of, unknown_ending};
use super::keys;
use super::plan::TablePlan;
use super::raw::RawTable;
use super::report::{Origin, and_list, report_bad_values};
use super::{MOST_ROWS, csv, json, workbook_table};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::model::{Calendar, Definitions, TableId};

/// A table read, before keys and parents.
pub(super) struct Loaded {
    pub origin: Origin,
    pub rows: usize,
    /// By wanted column.
    pub columns: Vec<Series>,
    /// By wanted column: whether the file lacks it.
    pub is_absent: Vec<bool>,
    pub notes: Vec<String>,
}

pub(super) fn no_file(table: &str, plan: &TablePlan) -> Diagnostic {
    let verb = if plan.file_needed_by.len() == 1 {
        "needs"
    } else {
        "need"
    };
    let users = and_list(&plan.file_needed_by);
    Diagnostic::data(
        "D113",
        format!("there is no file for {table}, which {users} {verb}"),
    )
    .help(format!(
        "it would be {table}.csv, or another of {}",
        endings_in_words()
    ))
    .help(format!(
        "a file of another name is given with --table {table}=FILE"
    ))
}

/// Reads the wanted columns of a text file. A key that is only checked is read as hashes, and as it is if
/// these cannot tell that it is unique.
pub(super) fn read_table(
    definitions: &Definitions,
    id: TableId,
    plan: &TablePlan,
    path: &Path,
) -> Result<Loaded, Problems> {
    let loaded = read_columns(definitions, id, plan, path)?;
    let mut columns = loaded.columns.iter().zip(&loaded.is_absent);
    let is_doubtful = columns.any(|(column, is_absent)| {
        let hashes = column.u64().ok().filter(|_| !is_absent);
        hashes.is_some_and(|hashes| !keys::are_unique(keys::hashes(hashes)))
    });
    if is_doubtful {
        return read_columns(definitions, id, &plan.with_whole_key(), path);
    }
    Ok(loaded)
}

fn read_columns(
    definitions: &Definitions,
    id: TableId,
    plan: &TablePlan,
    path: &Path,
) -> Result<Loaded, Problems> {
    let name = path.display().to_string();
    let table = &definitions.table(id).name;
    let raw = read_file(path, &name, table, plan, &definitions.calendar)?;
    let mut problems = Problems::default();
    let file = TableFile {
        definitions,
        table: definitions.table(id),
        name: &name,
    };
    let is_absent: Vec<bool> = raw.columns.iter().map(Option::is_none).collect();
    let notes = file.report_absent(plan, &raw.header, &is_absent, &mut problems);
    let origin = Origin::File {
        name,
        numbering: raw.numbering,
    };
    for (wanted, column) in plan.wanted.iter().zip(&raw.columns) {
        if let Some(column) = column {
            report_bad_values(definitions, &origin, wanted, &column.bad, &mut problems);
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    let columns = plan.wanted.iter().zip(raw.columns).map(|(wanted, column)| {
        let column = column.unwrap_or_else(|| TypedColumn::missing(wanted, raw.rows));
        column.series
    });
    Ok(Loaded {
        origin,
        rows: raw.rows,
        columns: columns.collect(),
        is_absent,
        notes,
    })
}

fn read_file(
    path: &Path,
    name: &str,
    table: &str,
    plan: &TablePlan,
    calendar: &Calendar,
) -> Result<RawTable, Problems> {
    let Some((format, compressed)) = format_of(path) else {
        return Err(unknown_ending(name).into());
    };
    check_content(path, name, format, compressed)?;
    let wanted = &plan.wanted;
    let raw = match format {
        Format::Csv => csv::read(path, name, (b',', compressed), wanted, calendar),
        Format::Tsv => csv::read(path, name, (b'\t', compressed), wanted, calendar),
        Format::Workbook => workbook_table::read(path, name, table, wanted, calendar),
        Format::Json => json::read(path, name, compressed, wanted, calendar),
        Format::Parquet | Format::Arrow => unreachable!("columnar files are not read whole"),
    }?;
    if raw.rows >= MOST_ROWS {
        return Err(Diagnostic::data("D114", format!("`{name}` has too many rows")).into());
    }
    Ok(raw)
}
