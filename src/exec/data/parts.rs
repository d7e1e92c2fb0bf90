//! Tables that are folders of Parquet files, with the values of columns in the names of folders as Hive writes them:
//! `findings/year=2026/month=01/part-0.parquet`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

use super::files::{Format, split_name, unreadable};
use crate::base::diagnostic::Diagnostic;

/// A file with rows of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Part {
    pub path: PathBuf,
    /// Its path below the folder of the table; the path of the file if that is the table.
    pub name: String,
    /// Columns that the names of folders tell, outermost first, and the value that they have in all rows.
    pub values: Vec<(String, Option<String>)>,
}

/// How Hive writes a missing value.
const MISSING: &str = "__HIVE_DEFAULT_PARTITION__";

/// Folders deeper than this are taken for a circle of links.
const DEEPEST: usize = 32;

/// The files of a table: the file itself, or those of the folder in the order of their names.
///
/// # Errors
///
/// `D105`: a folder that cannot be read, holds no Parquet file or other files too, or is a table of Delta or Iceberg, in
/// whose folders are also files of rows that were deleted.
pub(super) fn parts_of(path: &Path) -> Result<Vec<Part>, Diagnostic> {
    if !path.is_dir() {
        return Ok(vec![Part {
            path: path.to_owned(),
            name: path.display().to_string(),
            values: Vec::new(),
        }]);
    }
    let folder = path.display().to_string();
    let found = found_in(path).map_err(|error| unreadable(&folder, &error))?;
    let refuse =
        |reason: String| Diagnostic::data("D105", format!("cannot read `{folder}`: {reason}"));
    if let Some(kind) = found.managed {
        return Err(refuse(format!(
            "it is a table of {kind}, in whose folder are also files of deleted rows"
        ))
        .help("write what it holds now to one Parquet file, or to a folder of its own"));
    }
    if let Some(other) = found.others.first() {
        return Err(refuse(format!(
            "it is a directory with `{other}`, which is no Parquet file"
        ))
        .help(
            "the parts of a table end in .parquet; names that begin with `_` or `.` are left out",
        ));
    }
    if found.parts.is_empty() {
        return Err(
            refuse("it is a directory without a Parquet file".to_owned())
                .help("the parts of a table end in .parquet"),
        );
    }
    Ok(found.parts)
}

/// Whether a folder is meant as a table: there are Parquet files in it, at any depth.
pub(super) fn is_table_folder(path: &Path) -> bool {
    let holds_some = |found: Found| found.managed.is_some() || !found.parts.is_empty();
    path.is_dir() && found_in(path).map_or(true, holds_some)
}

/// What is in a folder and the folders in it.
#[derive(Default)]
struct Found {
    parts: Vec<Part>,
    /// The names of files that are no Parquet.
    others: Vec<String>,
    /// What keeps a list of which files count.
    managed: Option<&'static str>,
}

fn found_in(path: &Path) -> io::Result<Found> {
    let mut found = Found::default();
    let outer = Part {
        path: path.to_owned(),
        name: String::new(),
        values: Vec::new(),
    };
    found.collect(&outer, DEEPEST)?;
    Ok(found)
}

impl Found {
    fn collect(&mut self, folder: &Part, deepest: usize) -> io::Result<()> {
        if deepest == 0 {
            return Err(io::Error::other("its folders are nested too deeply"));
        }
        let entries = fs::read_dir(&folder.path)?;
        let mut names = entries
            .map(|entry| entry?.file_name().into_string().map_err(|_| not_unicode()))
            .collect::<io::Result<Vec<String>>>()?;
        names.sort();
        if names.iter().any(|name| name == "_delta_log") {
            self.managed = Some("Delta Lake");
        }
        if names.iter().any(|name| name == "metadata") && names.iter().any(|name| name == "data") {
            self.managed = Some("Iceberg");
        }
        for name in names {
            // What engines leave beside the rows: `_SUCCESS`, `.part-0.parquet.crc`.
            if name.starts_with(['_', '.']) {
                continue;
            }
            let mut inner = Part {
                path: folder.path.join(&name),
                name: match folder.name.as_str() {
                    "" => name.clone(),
                    outer => format!("{outer}/{name}"),
                },
                values: folder.values.clone(),
            };
            if inner.path.is_dir() {
                inner.values.extend(value_of(&name));
                self.collect(&inner, deepest - 1)?;
            } else if matches!(split_name(&name), Some((_, Format::Parquet, _))) {
                self.parts.push(inner);
            } else {
                self.others.push(inner.name);
            }
        }
        Ok(())
    }
}

fn not_unicode() -> io::Error {
    io::Error::other("the name of a file in it is not UTF-8")
}

/// The column and the value that the name of a folder tells.
fn value_of(name: &str) -> Option<(String, Option<String>)> {
    let (column, value) = name.split_once('=')?;
    let value = (value != MISSING).then(|| unescaped(value));
    Some((unescaped(column), value))
}

/// `%3A` as `:`.
fn unescaped(text: &str) -> String {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map_or_else(|_| text.to_owned(), |decoded| decoded.into_owned())
}
