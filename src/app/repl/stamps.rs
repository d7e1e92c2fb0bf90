//! Whether definition files have changed: their names, lengths and times.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use crate::lang::project::{self, ProjectOrigin};

/// Definition files, their lengths and when they were written.
pub type FileStamps = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

/// The files of an origin as they are now.
pub fn stamps(origin: &ProjectOrigin) -> FileStamps {
    let files = match origin {
        ProjectOrigin::Folder(folder) => project::files_below(folder).unwrap_or_default(),
        ProjectOrigin::Library => Vec::new(),
    };
    let with_stamp = |path: PathBuf| {
        let metadata = fs::metadata(&path).ok()?;
        // Times alone miss changes within one tick of the clock of the file system.
        Some((path, (metadata.len(), metadata.modified().ok())))
    };
    files.into_iter().filter_map(with_stamp).collect()
}
