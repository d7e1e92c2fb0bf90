//! Whether a store holds what its manifests say.

use std::fs;
use std::path::Path;

use super::data_files;
use super::derived_folder;
use super::layout::Store;
use super::manifest::{self, Manifest};
use super::segments::listed;
use super::table_parts;
use crate::base::diagnostic::Problems;

/// What a check of all segments found.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Verification {
    pub reports: usize,
    /// Of these, how many were withdrawn.
    pub withdrawn: usize,
    pub rows: u64,
    pub bytes: u64,
    /// Folders of derived tables that are not what was written. They are made anew when they are next needed.
    pub stale_folders: usize,
    /// Those that an older version wrote, which kept no hashes: what was written is not known. They too are made anew.
    pub unknown_folders: usize,
    pub problems: Problems,
}

/// Hashes every data file again and compares it with its manifest, and derived tables with their hashes.
pub fn verify(store: &Store) -> Result<Verification, Problems> {
    let damaged = damaged_manifests(store)?;
    if damaged.has_errors() {
        return Ok(Verification {
            problems: damaged,
            ..Verification::default()
        });
    }
    store
        .while_it_changes(|manifests| {
            let mut verdict = verdict(store, manifests);
            match store.withdrawals() {
                Ok(withdrawals) => {
                    let reports = manifests.iter().flat_map(Manifest::reports);
                    let out = reports.filter(|report| !withdrawals.counts(&report.segment));
                    verdict.withdrawn = out.count();
                }
                Err(problems) => verdict.problems.extend(problems),
            }
            match verdict.problems.has_errors() {
                true => Err(verdict),
                false => Ok(verdict),
            }
        })
        .map(|verdict| verdict.unwrap_or_else(|verdict| verdict))
}

fn damaged_manifests(store: &Store) -> Result<Problems, Problems> {
    let mut problems = store.withdrawals().err().unwrap_or_default();
    for folder in [store.manifests(), store.merged()] {
        for path in listed(&folder)? {
            if let Err(error) = manifest::read(&path) {
                problems.push(error.into());
            }
        }
    }
    Ok(problems)
}

fn verdict(store: &Store, manifests: &[Manifest]) -> Verification {
    let (stale_folders, unknown_folders) = folders(store);
    let mut verdict = Verification {
        stale_folders,
        unknown_folders,
        ..Verification::default()
    };
    for manifest in manifests {
        verdict.reports += manifest.reports().len();
        verdict.rows += manifest.rows;
        match data_files::read(store, manifest) {
            Ok(bytes) => verdict.bytes += bytes.len() as u64,
            Err(problem) => verdict.problems.push(problem),
        }
    }
    verdict
}

/// How many folders of derived tables are not what was written, and of how many that is not known.
fn folders(store: &Store) -> (usize, usize) {
    let parts = store.parts();
    let entries = fs::read_dir(store.derived())
        .into_iter()
        .flatten()
        .flatten();
    let tables = entries.map(|entry| entry.path());
    let paths = tables.chain(table_parts::folders(store));
    let is_unfinished = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with('.')
    };
    let written = paths.filter(|path| path.is_dir() && *path != parts && !is_unfinished(path));
    let (mut stale, mut unknown) = (0, 0);
    for path in written.filter(|path| !derived_folder::is_whole(path)) {
        match derived_folder::has_hashes(&path) {
            true => stale += 1,
            false => unknown += 1,
        }
    }
    (stale, unknown)
}
