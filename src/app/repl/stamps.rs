//! Whether files have changed: their names, lengths and times.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, SystemTime};

use crate::lang::project::{self, ProjectOrigin};

/// How often files are looked at.
const INTERVAL: Duration = Duration::from_millis(250);

/// Files, their lengths and when they were written.
pub type FileStamps = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

/// The definition files of an origin as they are now.
pub fn stamps(origin: &ProjectOrigin) -> FileStamps {
    match origin {
        ProjectOrigin::Folder(folder) => of_files(project::files_below(folder).unwrap_or_default()),
        ProjectOrigin::Library => FileStamps::new(),
    }
}

/// Waits until files are others than those seen.
pub fn await_change(seen: &FileStamps, look: impl Fn() -> FileStamps) {
    let mut now = look();
    // A file that is still being written changes between two looks.
    while now == *seen || now != look() {
        thread::sleep(INTERVAL);
        now = look();
    }
}

/// Files, and those in folders (not in folders of theirs), as they are now.
pub fn stamps_of(places: &[PathBuf]) -> FileStamps {
    let files = places.iter().flat_map(|place| match fs::read_dir(place) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(_) => vec![place.clone()],
    });
    of_files(files.collect())
}

fn of_files(files: Vec<PathBuf>) -> FileStamps {
    let with_stamp = |path: PathBuf| {
        let metadata = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
        // Times alone miss changes within one tick of the clock of the file system.
        Some((path, (metadata.len(), metadata.modified().ok())))
    };
    files.into_iter().filter_map(with_stamp).collect()
}
