//! The folder of remembered proofs: a file for each content and one for each path. Those that nobody used
//! for long are deleted, the longest unused first. Whatever fails here only costs another proof.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::base::files;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const LONGEST_UNUSED: Duration = DAY.saturating_mul(30);
/// Of either kind of file.
const MOST_FILES: usize = 500;

pub(super) fn record_file(folder: &Path, content: &str) -> PathBuf {
    folder.join("contents").join(format!("{content}.json"))
}

pub(super) fn stamp_file(folder: &Path, path: &Path) -> PathBuf {
    let name = blake3::hash(path.as_os_str().as_encoded_bytes()).to_hex();
    folder.join("files").join(format!("{name}.json"))
}

pub(super) fn read<T: DeserializeOwned>(file: &Path) -> Option<T> {
    let bytes = fs::read(file).ok()?;
    note_use(file);
    serde_json::from_slice(&bytes).ok()
}

pub(super) fn write<T: Serialize>(file: &Path, value: &T) {
    let Ok(bytes) = serde_json::to_vec(value) else {
        return;
    };
    let folder = file.parent().unwrap_or(file);
    let _ = fs::create_dir_all(folder).and_then(|()| files::replace(file, &bytes));
    prune(folder);
}

/// When a file was used last is told by its time of modification, to the day.
fn note_use(file: &Path) {
    let is_noted = age(file).is_none_or(|age| age < DAY);
    if !is_noted {
        let open = File::options().append(true).open(file);
        let _ = open.and_then(|open| open.set_modified(SystemTime::now()));
    }
}

/// How long ago a file was modified; `None` if that is not known or lies in the future.
fn age(file: &Path) -> Option<Duration> {
    let modified = fs::metadata(file).and_then(|metadata| metadata.modified());
    modified.ok()?.elapsed().ok()
}

/// Each file is deleted in one step, and another process that does the same is no harm.
fn prune(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let files = entries.flatten().map(|entry| entry.path());
    let mut files: Vec<(Duration, PathBuf)> = files
        .map(|file| (age(&file).unwrap_or_default(), file))
        .collect();
    files.sort_unstable();
    let is_kept = |(place, (age, _)): &(usize, &(Duration, PathBuf))| {
        *place < MOST_FILES && *age <= LONGEST_UNUSED
    };
    for (_, (_, file)) in files.iter().enumerate().filter(|file| !is_kept(file)) {
        let _ = fs::remove_file(file);
    }
}
