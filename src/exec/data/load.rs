//! Reading all tables of a request and joining them.

use std::collections::BTreeMap;
use std::path::Path;

use super::absent::TableFile;
use super::columns::{Column, Values};
use super::files::{Format, check_content, endings_in_words, format_of, unknown_ending};
use super::fingerprint::{self, FileHash};
use super::joined::{Loaded, join_tables};
use super::keys::{self, Verdict};
use super::locate::Location;
use super::plan::{TablePlan, plan};
use super::raw::RawTable;
use super::report::{Origin, and_list, bad_values};
use super::{Dataset, NO_ROW, Request, TableCache, TableData, arrow, csv, json, parquet};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::model::{Calendar, Definitions, TableId};

/// Loads what a request asks for from the files of its tables, and finds the rows of parents.
///
/// Files are read and hashed at the same time.
///
/// # Errors
///
/// All problems of all files: `D1xx` about files, `D2xx` about values, `D3xx` about keys.
pub fn load(
    definitions: &Definitions,
    locations: &[Location],
    request: &Request,
) -> Result<Dataset, Problems> {
    TableCache::new(locations.to_vec()).dataset(definitions, request)
}

/// What was read of files.
pub(super) struct Read {
    pub tables: Vec<(TableId, TableData)>,
    pub hashes: BTreeMap<TableId, FileHash>,
    pub notes: Vec<String>,
}

/// Reads all that a request asks for.
pub(super) fn read(
    definitions: &Definitions,
    locations: &[Location],
    request: &Request,
) -> Result<Read, Problems> {
    let plans = plan(definitions, request);
    let mut problems = Problems::default();
    let mut files: BTreeMap<TableId, &Path> = BTreeMap::new();
    for (table, plan) in &plans {
        let location = locations.iter().find(|location| location.table == *table);
        match location {
            Some(location) => drop(files.insert(*table, location.path.as_path())),
            None if plan.file_needed_by.is_empty() => {}
            None => problems.push(no_file(&definitions.table(*table).name, plan)),
        }
    }
    let (tables, hashes) = rayon::join(
        || read_all(definitions, &plans, &files),
        || fingerprint::of_files(&files),
    );
    let join = |tables| join_tables(definitions, &plans, tables);
    match (tables.and_then(join), hashes) {
        (Ok(dataset), Ok(hashes)) if !problems.has_errors() => Ok(Read {
            tables: (0..)
                .map(TableId)
                .zip(dataset.tables)
                .filter_map(|(id, data)| Some((id, data?)))
                .collect(),
            hashes,
            notes: dataset.notes,
        }),
        (Err(of_tables), _) => {
            problems.extend(of_tables);
            Err(problems)
        }
        (Ok(_), Err(of_files)) => {
            problems.extend(of_files);
            Err(problems)
        }
        (Ok(_), Ok(_)) => Err(problems),
    }
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

fn read_all(
    definitions: &Definitions,
    plans: &BTreeMap<TableId, TablePlan>,
    files: &BTreeMap<TableId, &Path>,
) -> Result<BTreeMap<TableId, Loaded>, Problems> {
    let mut problems = Problems::default();
    let mut tables = BTreeMap::new();
    for (id, path) in files {
        match read_table(definitions, *id, &plans[id], path) {
            Ok(loaded) => drop(tables.insert(*id, loaded)),
            Err(of_table) => problems.extend(of_table),
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(tables)
}

pub(super) fn read_table(
    definitions: &Definitions,
    id: TableId,
    plan: &TablePlan,
    path: &Path,
) -> Result<Loaded, Problems> {
    let loaded = read_columns(definitions, id, plan, path)?;
    let doubtful = loaded.columns.iter().any(|column| match &column.values {
        Values::Hashes(hashes) => matches!(keys::judge_hashes(hashes), Verdict::Doubtful),
        Values::Codes(_) | Values::Texts(_) | Values::Numbers(_) | Values::Instants(_) => false,
    });
    if doubtful && loaded.has_key(definitions, id, plan) {
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
    let raw = read_file(path, &name, plan, &definitions.calendar)?;
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
        let bad = column
            .as_ref()
            .and_then(|column| bad_values(definitions, &origin, wanted, &column.faults));
        bad.into_iter().for_each(|bad| problems.push(bad));
    }
    if problems.has_errors() {
        return Err(problems);
    }
    let columns = plan.wanted.iter().zip(raw.columns).map(|(wanted, column)| {
        column.unwrap_or_else(|| Column::missing(&wanted.meaning, raw.rows))
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
    plan: &TablePlan,
    calendar: &Calendar,
) -> Result<RawTable, Problems> {
    let Some((format, compressed)) = format_of(path) else {
        return Err(unknown_ending(name).into());
    };
    check_content(path, name, format, compressed)?;
    let wanted = &plan.wanted;
    let raw = match format {
        Format::Csv => csv::read(path, name, compressed, wanted, calendar),
        Format::Json => json::read(path, name, compressed, wanted, calendar),
        Format::Parquet => parquet::read(path, name, wanted, calendar),
        Format::Arrow => arrow::read(path, name, wanted, calendar),
    }?;
    if raw.rows >= NO_ROW as usize {
        return Err(Diagnostic::data("D114", format!("`{name}` has too many rows")).into());
    }
    Ok(raw)
}
