//! A folder of derived tables: Parquet files, what was noticed when they were made, and the hashes of these
//! files. Nothing is read from a folder before its files are proven to be what was written: a disk that fails
//! changes words in a table without making it unreadable.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::derive::DerivationNotes;
use super::errors::{unreadable, unwritable};
use super::frames::{self, DerivedTable};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::files;

/// The file beside the tables.
const NOTES: &str = "about.json";
/// The file with the hash of each of the others.
const HASHES: &str = "hashes.json";

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
    let mut hashes: BTreeMap<String, String> = BTreeMap::new();
    let mut put = |name: String, bytes: &[u8]| {
        files::replace(&folder.join(&name), bytes)?;
        hashes.insert(name, blake3::hash(bytes).to_hex().to_string());
        io::Result::Ok(())
    };
    for (name, table) in tables {
        put(format!("{name}.parquet"), &frames::table(table))?;
    }
    let notes = serde_json::to_vec_pretty(about).expect("notes can be written");
    put(NOTES.to_string(), &notes)?;
    let hashes = serde_json::to_vec_pretty(&hashes).expect("hashes can be written");
    files::replace(&folder.join(HASHES), &hashes)
}

/// Whether every file of a folder is what was written; all of them are read to tell. Without hashes nothing
/// is known of the files.
pub(super) fn is_whole(folder: &Path) -> bool {
    let Some(hashes) = read_hashes(folder) else {
        return false;
    };
    let is_same = |(name, hash): (&String, &String)| {
        hash_of(&folder.join(name)).is_ok_and(|found| found == *hash)
    };
    hashes.contains_key(NOTES) && hashes.par_iter().all(is_same)
}

/// Whether it is known what was written: older versions kept no hashes.
pub(super) fn has_hashes(folder: &Path) -> bool {
    folder.join(HASHES).exists()
}

fn read_hashes(folder: &Path) -> Option<BTreeMap<String, String>> {
    let text = fs::read(folder.join(HASHES)).ok()?;
    serde_json::from_slice(&text).ok()
}

fn hash_of(path: &Path) -> io::Result<String> {
    let mut hash = blake3::Hasher::new();
    hash.update_reader(File::open(path)?)?;
    Ok(hash.finalize().to_hex().to_string())
}

/// What was noticed when the tables of a folder were made.
pub(super) fn read_notes(folder: &Path) -> Result<DerivationNotes, Diagnostic> {
    let path = folder.join(NOTES);
    let text = fs::read(&path).map_err(|error| unreadable(&path, error))?;
    serde_json::from_slice(&text).map_err(|error| unreadable(&path, error))
}
