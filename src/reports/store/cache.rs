//! What a process knows of files that it has read.

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

/// Folders of derived tables that were proven to be what was written, once in the life of a process.
#[derive(Default, Debug)]
pub(super) struct ProvenFolders {
    folders: Mutex<BTreeSet<PathBuf>>,
}

impl ProvenFolders {
    /// Whether a folder was proven; one that another process has removed since is made again.
    pub fn holds(&self, folder: &Path) -> bool {
        let folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        folders.contains(folder) && folder.is_dir()
    }

    pub fn add(&self, folder: &Path) {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        folders.insert(folder.to_path_buf());
    }
}
