//! A folder of derived tables: Parquet files, and what was noticed when they were made.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::derive::DerivationNotes;
use super::errors::{unreadable, unwritable};
use super::frames::{self, DerivedTable};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::files;

/// The file beside the tables.
const NOTES: &str = "about.json";

/// Written beside and renamed: the folder is there whole or not at all. One that is there already may
/// have readers: its files are replaced one by one.
pub(super) fn put(
    folder: &Path,
    tables: &[(&str, &DerivedTable)],
    about: &DerivationNotes,
) -> Result<(), Problems> {
    let failed = |error| Problems::from(unwritable(folder, &error));
    if folder.is_dir() {
        return put_files(folder, tables, about).map_err(failed);
    }
    let draft = draft(folder).map_err(failed)?;
    let written = put_files(&draft, tables, about).and_then(|()| fs::rename(&draft, folder));
    if let Err(error) = written {
        let _ = fs::remove_dir_all(&draft);
        // Another process may have been quicker with the same tables.
        if !folder.is_dir() {
            return Err(failed(error));
        }
    }
    Ok(())
}

/// A folder beside the one that is to be. Another process may be forgetting the folder around both.
fn draft(folder: &Path) -> io::Result<PathBuf> {
    let make = || {
        folder.parent().map_or(Ok(()), fs::create_dir_all)?;
        files::draft(folder)
    };
    match make() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(),
        made => made,
    }
}

fn put_files(
    folder: &Path,
    tables: &[(&str, &DerivedTable)],
    about: &DerivationNotes,
) -> io::Result<()> {
    for (name, table) in tables {
        let file = folder.join(format!("{name}.parquet"));
        files::replace(&file, &frames::table(table))?;
    }
    let notes = serde_json::to_vec_pretty(about).expect("notes can be written");
    files::replace(&folder.join(NOTES), &notes)
}

/// What was noticed when the tables of a folder were made.
pub(super) fn read_notes(folder: &Path) -> Result<DerivationNotes, Diagnostic> {
    let path = folder.join(NOTES);
    let text = fs::read(&path).map_err(|error| unreadable(&path, error))?;
    serde_json::from_slice(&text).map_err(|error| unreadable(&path, error))
}
