//! The files of segments' rows.

use std::fs;
use std::path::Path;

use super::layout::Store;
use super::manifest::Manifest;
use crate::base::diagnostic::Diagnostic;

/// How many reports of a damaged segment are named.
const MOST_NAMED: usize = 20;

/// The data file of a segment, if it is what was written.
pub(super) fn read(store: &Store, manifest: &Manifest) -> Result<Vec<u8>, Diagnostic> {
    let path = store.observations().join(&manifest.data);
    let bytes = fs::read(&path)
        .map_err(|error| damaged(manifest, &path, &format!("cannot be read: {error}")))?;
    match blake3::hash(&bytes).to_hex().as_str() == manifest.data_hash {
        true => Ok(bytes),
        false => Err(damaged(manifest, &path, "is not what was written")),
    }
}

/// A segment that cannot be read, and what to do about it.
fn damaged(manifest: &Manifest, path: &Path, why: &str) -> Diagnostic {
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
