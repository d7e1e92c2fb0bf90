//! Whether a store holds what its manifests say.

use std::fs;
use std::path::Path;

use super::known::listed;
use super::layout::Store;
use super::manifest::{self, Manifest};
use crate::base::diagnostic::{Diagnostic, Problems};

/// How many reports of a damaged segment are named.
const MOST_NAMED: usize = 20;

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
            if let Err(problem) = manifest::read(&path) {
                problems.push(problem);
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
        match bytes(store, manifest) {
            Ok(bytes) => verdict.bytes += bytes.len() as u64,
            Err(problem) => verdict.problems.push(problem),
        }
    }
    verdict
}

/// The data file of a segment, if it is what was written.
pub(super) fn bytes(store: &Store, manifest: &Manifest) -> Result<Vec<u8>, Diagnostic> {
    let path = store.observations().join(&manifest.data);
    let bytes = fs::read(&path)
        .map_err(|error| damaged(manifest, &path, &format!("cannot be read: {error}")))?;
    match blake3::hash(&bytes).to_hex().as_str() == manifest.data_hash {
        true => Ok(bytes),
        false => Err(damaged(manifest, &path, "is not what was written")),
    }
}

/// A segment that cannot be read, and what to do about it.
pub(super) fn damaged(manifest: &Manifest, path: &Path, why: &str) -> Diagnostic {
    let reports = manifest.reports();
    let mut problem = Diagnostic::data("D421", format!("the rows in `{}` {why}", path.display()));
    for report in reports.iter().take(MOST_NAMED) {
        problem = problem.help(format!("ingest it again: {}", report.command()));
    }
    match reports.len().saturating_sub(MOST_NAMED) {
        0 => problem,
        more => problem.help(format!(
            "and {more} more of `{}`",
            manifest.assets.join(", ")
        )),
    }
}
