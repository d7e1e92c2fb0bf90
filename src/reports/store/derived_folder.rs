//! A folder of derived tables: Parquet files, what was noticed when they were made, and the hashes of these
//! files. Nothing is read from a folder before its files are proven to be what was written: a disk that fails
//! changes words in a table without making it unreadable.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::errors::{unreadable, unwritable};
use super::frames::{self, DerivedTable};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::files;

/// The file beside the tables.
const NOTES: &str = "about.json";
/// The file with the hash of each of the others.
const HASHES: &str = "hashes.json";

/// The hash of each file of a folder, by its name.
pub(super) type FileHashes = BTreeMap<String, String>;

/// What a folder is to hold.
pub(super) struct FolderContent<'a, N> {
    pub tables: &'a [(&'a str, &'a DerivedTable)],
    /// Files of other folders that are in this one too.
    pub links: &'a [LinkedFile],
    pub notes: &'a N,
}

/// A file that is in another folder already.
pub(super) struct LinkedFile {
    pub file: PathBuf,
    pub hash: String,
    /// Its name here.
    pub name: String,
}

impl<N: Serialize> FolderContent<'_, N> {
    /// Written beside and renamed: the folder is there whole or not at all. One that is there already may
    /// have readers: its files are replaced one by one.
    pub fn put(&self, folder: &Path) -> Result<FileHashes, Problems> {
        let failed = |error| Problems::from(unwritable(folder, &error));
        if folder.is_dir() {
            return self.put_files(folder).map_err(failed);
        }
        let draft = draft(folder).map_err(failed)?;
        let hashes = self.put_files(&draft).map_err(failed);
        let put = hashes.and_then(|hashes| {
            match fs::rename(&draft, folder) {
                // Another process may have been quicker with the same tables.
                Err(error) if !folder.is_dir() => Err(failed(error)),
                _ => Ok(hashes),
            }
        });
        let _ = fs::remove_dir_all(&draft);
        put
    }

    fn put_files(&self, folder: &Path) -> io::Result<FileHashes> {
        let mut hashes = FileHashes::new();
        let mut put = |name: String, bytes: &[u8]| {
            files::replace(&folder.join(&name), bytes)?;
            hashes.insert(name, blake3::hash(bytes).to_hex().to_string());
            io::Result::Ok(())
        };
        for (name, table) in self.tables {
            put(format!("{name}.parquet"), &frames::table(table))?;
        }
        let notes = serde_json::to_vec_pretty(self.notes).expect("notes can be written");
        put(NOTES.to_string(), &notes)?;
        for link in self.links {
            let place = folder.join(&link.name);
            place.parent().map_or(Ok(()), fs::create_dir_all)?;
            files::link(&link.file, &place)?;
            hashes.insert(link.name.clone(), link.hash.clone());
        }
        let written = serde_json::to_vec_pretty(&hashes).expect("hashes can be written");
        files::replace(&folder.join(HASHES), &written)?;
        Ok(hashes)
    }
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

/// Whether every file of a folder is what was written.
pub(super) fn is_whole(folder: &Path) -> bool {
    proven(folder).is_some()
}

/// The hashes of the files of a folder, if every file is what was written; all of them are read to tell. Without hashes
/// nothing is known of the files.
pub(super) fn proven(folder: &Path) -> Option<FileHashes> {
    let hashes = read_hashes(folder)?;
    let is_same = |(name, hash): (&String, &String)| {
        hash_of(&folder.join(name)).is_ok_and(|found| found == *hash)
    };
    let is_whole = hashes.contains_key(NOTES) && hashes.par_iter().all(is_same);
    is_whole.then_some(hashes)
}

/// Whether it is known what was written: older versions kept no hashes.
pub(super) fn has_hashes(folder: &Path) -> bool {
    folder.join(HASHES).exists()
}

fn read_hashes(folder: &Path) -> Option<FileHashes> {
    let text = fs::read(folder.join(HASHES)).ok()?;
    serde_json::from_slice(&text).ok()
}

fn hash_of(path: &Path) -> io::Result<String> {
    let mut hash = blake3::Hasher::new();
    hash.update_reader(File::open(path)?)?;
    Ok(hash.finalize().to_hex().to_string())
}

/// What was noticed when the tables of a folder were made.
pub(super) fn read_notes<N: DeserializeOwned>(folder: &Path) -> Result<N, Diagnostic> {
    let path = folder.join(NOTES);
    let text = fs::read(&path).map_err(|error| unreadable(&path, error))?;
    serde_json::from_slice(&text).map_err(|error| unreadable(&path, error))
}

/// The files of a table, in the order of its rows: one, or several in a folder of its name.
pub(super) fn files_of(folder: &Path, table: &str) -> Result<Vec<PathBuf>, Diagnostic> {
    let parts = folder.join(table);
    let Ok(entries) = fs::read_dir(&parts) else {
        return Ok(vec![folder.join(format!("{table}.parquet"))]);
    };
    let paths: io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.map_err(|error| unreadable(&parts, error))?;
    paths.sort();
    Ok(paths)
}
