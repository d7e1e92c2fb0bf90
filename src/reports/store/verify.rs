//! Whether a store holds what its manifests say.

use super::data_files;
use super::layout::Store;
use super::manifest::{self, Manifest};
use super::segments::listed;
use crate::base::diagnostic::Problems;

/// What a check of all segments found.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Verification {
    pub reports: usize,
    pub rows: u64,
    pub bytes: u64,
    pub problems: Problems,
}

/// Hashes every data file again and compares it with its manifest.
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
            let verdict = verdict(store, manifests);
            match verdict.problems.has_errors() {
                true => Err(verdict),
                false => Ok(verdict),
            }
        })
        .map(|verdict| verdict.unwrap_or_else(|verdict| verdict))
}

fn damaged_manifests(store: &Store) -> Result<Problems, Problems> {
    let mut problems = Problems::default();
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
    let mut verdict = Verification::default();
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
