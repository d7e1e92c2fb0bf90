//! Merged segments that were read, kept in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::manifest::{self, Manifest};
use crate::base::diagnostic::Diagnostic;

/// Merged segments by the name of their file: read once, because they never change.
#[derive(Default, Debug)]
pub(super) struct MergedCache {
    segments: Mutex<BTreeMap<PathBuf, Arc<MergedSegment>>>,
}

#[derive(Debug)]
pub(super) struct MergedSegment {
    pub manifest: Manifest,
    /// The reports merged into it.
    pub names: BTreeSet<String>,
    /// Whether its rows are what was written: all of them are read to tell.
    pub is_whole: OnceLock<bool>,
}

impl MergedCache {
    /// The merged segment of a manifest's file; `None`: it is not there, or not any more.
    pub fn read(&self, path: &Path) -> Result<Option<Arc<MergedSegment>>, Diagnostic> {
        // What a thread that panicked left behind is whole: segments are put in by one step.
        let mut segments = self.segments.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(merged) = segments.get(path) {
            return Ok(Some(merged.clone()));
        }
        let Some(manifest) = manifest::read(path)? else {
            return Ok(None);
        };
        let members = manifest.members.iter();
        let merged = Arc::new(MergedSegment {
            names: members.map(|member| member.segment.clone()).collect(),
            is_whole: OnceLock::new(),
            manifest,
        });
        segments.insert(path.to_path_buf(), merged.clone());
        Ok(Some(merged))
    }
}
