//! Whether a store holds what its manifests say.

use std::fs;

use super::layout::Store;
use crate::diagnostic::{Diagnostic, Problems};

/// What a check of all segments found.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Verdict {
    pub segments: usize,
    pub rows: u64,
    pub bytes: u64,
    pub problems: Problems,
}

/// Hashes every data file again and compares it with its manifest.
pub fn verify(store: &Store) -> Result<Verdict, Problems> {
    let mut verdict = Verdict::default();
    for manifest in store.read_manifests()? {
        verdict.segments += manifest.reports().len();
        verdict.rows += manifest.rows;
        let path = store.observations().join(&manifest.data);
        let damaged = |why: String| {
            Diagnostic::data("D421", format!("segment {}: {why}", manifest.segment))
                .help(format!("it holds `{}`: ingest that again", manifest.file))
        };
        match fs::read(&path) {
            Err(error) => verdict.problems.push(damaged(format!(
                "cannot read `{}`: {error}",
                path.display()
            ))),
            Ok(bytes) => {
                verdict.bytes += bytes.len() as u64;
                if blake3::hash(&bytes).to_hex().as_str() != manifest.data_hash {
                    verdict.problems.push(damaged(format!(
                        "`{}` is not what was written",
                        path.display()
                    )));
                }
            }
        }
    }
    Ok(verdict)
}
