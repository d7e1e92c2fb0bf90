//! Which file holds which table.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::files::{endings_in_words, format_of, split_name, unknown_ending, unreadable};
use super::parts::{is_table_folder, parts_of};
use crate::base::diagnostic::{Diagnostic, Problems, nearest};
use crate::lang::model::{Definitions, TableId};

/// The file of a table, or the folder of its parts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Location {
    pub table: TableId,
    pub path: PathBuf,
}

/// Finds the files of tables: `NAME.csv`, `NAME.parquet`, … and folders `NAME` of Parquet files in a folder, or a single such
/// file, and the files that overrides name. Gives them in the order of tables. An override wins over the
/// folder.
///
/// # Errors
///
/// `D101` to `D106`: a folder that is not there or holds no table, two files for one table, an
/// override of no known table or to no readable file.
pub fn locate(
    definitions: &Definitions,
    folder: Option<&Path>,
    overrides: &[(String, PathBuf)],
) -> Result<Vec<Location>, Problems> {
    let mut problems = Problems::default();
    let named = read_overrides(definitions, overrides, &mut problems);
    let mut found = match folder.map(|folder| in_folder(definitions, folder, &named)) {
        Some(Ok(found)) => found,
        Some(Err(of_folder)) => {
            problems.extend(of_folder);
            BTreeMap::new()
        }
        None => BTreeMap::new(),
    };
    if problems.has_errors() {
        return Err(problems);
    }
    found.extend(named);
    let locations = found
        .into_iter()
        .map(|(table, path)| Location { table, path });
    Ok(locations.collect())
}

fn read_overrides(
    definitions: &Definitions,
    overrides: &[(String, PathBuf)],
    problems: &mut Problems,
) -> BTreeMap<TableId, PathBuf> {
    let mut named = BTreeMap::new();
    for (name, path) in overrides {
        let Some(table) = definitions.table_named(name) else {
            problems.push(unknown_table(definitions, name));
            continue;
        };
        if let Err(problem) = check_file(path) {
            problems.push(problem);
        } else if let Some(first) = named.insert(table, path.clone()) {
            problems.push(two_files(name, &first, path));
        }
    }
    named
}

fn unknown_table(definitions: &Definitions, name: &str) -> Diagnostic {
    let tables = || definitions.tables.iter().map(|table| table.name.as_str());
    let diagnostic = Diagnostic::data("D104", format!("no table is called `{name}`"));
    match nearest(name, tables()) {
        Some(table) => diagnostic.help(format!("did you mean `{table}`?")),
        None => diagnostic.help(format!(
            "tables: {}",
            tables().collect::<Vec<_>>().join(", ")
        )),
    }
}

fn check_file(path: &Path) -> Result<(), Diagnostic> {
    let name = path.display().to_string();
    let metadata = fs::metadata(path).map_err(|error| unreadable(&name, &error))?;
    if metadata.is_dir() {
        return parts_of(path).map(drop);
    }
    if !metadata.is_file() {
        let message = format!("cannot read `{name}`: it is not a regular file");
        return Err(Diagnostic::data("D105", message));
    }
    match format_of(path) {
        Some(_) => Ok(()),
        None => Err(unknown_ending(&name)),
    }
}

fn two_files(table: &str, first: &Path, second: &Path) -> Diagnostic {
    let (first, second) = (first.display(), second.display());
    Diagnostic::data(
        "D103",
        format!("table `{table}` has two files: `{first}` and `{second}`"),
    )
    .help("remove one of them, or name the one to read with --table")
}

fn in_folder(
    definitions: &Definitions,
    folder: &Path,
    named: &BTreeMap<TableId, PathBuf>,
) -> Result<BTreeMap<TableId, PathBuf>, Problems> {
    let name = folder.display().to_string();
    let metadata = fs::metadata(folder).map_err(|error| {
        let missing = error.kind() == std::io::ErrorKind::NotFound;
        let reason = unreadable(&name, &error);
        if missing { no_folder(&name) } else { reason }
    })?;
    if metadata.is_file() {
        return single_file(definitions, folder).map_err(Problems::from);
    }
    let mut paths = fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect()
        })
        .map_err(|error| unreadable(&name, &error))
        .map(|paths: Vec<PathBuf>| paths)?;
    paths.sort();
    let others: Vec<PathBuf> = paths
        .iter()
        .filter(|path| is_readable(path))
        .cloned()
        .collect();
    let found = tables_among(definitions, paths, named)?;
    if found.is_empty() && named.is_empty() {
        if let Some(table) = table_of(definitions, folder) {
            check_file(folder)?;
            return Ok(BTreeMap::from([(table, folder.to_owned())]));
        }
        return Err(no_tables(definitions, &name, &others).into());
    }
    Ok(found)
}

fn no_folder(name: &str) -> Diagnostic {
    let problem = Diagnostic::data("D101", format!("there is no folder `{name}`"));
    problem.help("name the folder of the table files with --data")
}

fn single_file(
    definitions: &Definitions,
    path: &Path,
) -> Result<BTreeMap<TableId, PathBuf>, Diagnostic> {
    check_file(path)?;
    match table_of(definitions, path) {
        Some(table) => Ok(BTreeMap::from([(table, path.to_owned())])),
        None => {
            let name = path.display();
            Err(Diagnostic::data(
                "D101",
                format!("`{name}` is a file, and not named after a table"),
            )
            .help("name a folder, or say which table the file is: --table NAME=FILE"))
        }
    }
}

fn tables_among(
    definitions: &Definitions,
    paths: Vec<PathBuf>,
    named: &BTreeMap<TableId, PathBuf>,
) -> Result<BTreeMap<TableId, PathBuf>, Problems> {
    let mut problems = Problems::default();
    let mut found: BTreeMap<TableId, PathBuf> = BTreeMap::new();
    for path in paths {
        let Some(table) = table_of(definitions, &path) else {
            continue;
        };
        if named.contains_key(&table) {
            continue;
        }
        if let Some(first) = found.get(&table) {
            problems.push(two_files(&definitions.table(table).name, first, &path));
        } else if let Err(problem) = check_file(&path) {
            problems.push(problem);
        } else {
            found.insert(table, path);
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(found)
}

fn table_of(definitions: &Definitions, path: &Path) -> Option<TableId> {
    let name = path.file_name()?.to_str()?;
    if path.is_dir() && split_name(name).is_none() {
        return definitions
            .table_named(name)
            .filter(|_| is_table_folder(path));
    }
    let (stem, _, _) = split_name(name)?;
    definitions.table_named(stem)
}

/// Whether a file could hold the rows of a table, whatever its name.
fn is_readable(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| split_name(name).is_some()) && path.is_file()
}

/// `others` are files that could be tables and are not called like one.
fn no_tables(definitions: &Definitions, folder: &str, others: &[PathBuf]) -> Diagnostic {
    let names = definitions
        .tables
        .iter()
        .map(|table| format!("{}.csv", table.name));
    let names: Vec<String> = names.collect();
    let problem = Diagnostic::data("D102", format!("the folder `{folder}` holds no table file"));
    let problem = match (others, definitions.tables.first()) {
        ([other, ..], Some(table)) => problem.help(format!(
            "a file of another name is told which table it is: --table {}={}",
            table.name,
            other.display()
        )),
        _ => problem,
    };
    problem
        .help(format!("it may hold {}", names.join(", ")))
        .help(format!("formats: {}", endings_in_words()))
}
