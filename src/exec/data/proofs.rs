//! What was proven of files, remembered by their content.
//!
//! A file of millions of rows is read through once to prove that its values convert, its keys are
//! unique and its parents there; then a query reads only what it needs. What was proven is kept for
//! the length of the process and, where there is a folder for it, beyond. Proofs belong to a content;
//! a stamp of a file says which content it has as long as nobody writes to it. A cache that is
//! damaged, or cannot be read or written, only costs the time of another proof.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::files::unreadable;
use super::fingerprint::{FileHash, file_hash};
use super::parents::Orphans;
use super::parts::{Part, parts_of};
use super::proof_folder::{read, record_file, stamp_file, write};
use crate::base::diagnostic::Diagnostic;

/// Another version of the program may read files otherwise, so it proves anew.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " proofs 1");

/// What was proven of files. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct ProofCache {
    folder: Option<PathBuf>,
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    stamps: BTreeMap<PathBuf, Stamped>,
    records: BTreeMap<String, ProofRecord>,
}

/// What was proven of one content.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(super) struct ProofRecord {
    version: String,
    /// Columns, with what they were read as, all of whose values convert; and the first and the last
    /// instant of those that hold dates.
    pub columns: BTreeMap<String, Option<(i64, i64)>>,
    /// Those of them in which no value is missing and none occurs twice.
    pub unique: BTreeSet<String>,
    /// Columns with the content of a parent: its rows that the parent does not have.
    pub orphans: BTreeMap<String, Option<Orphans>>,
    /// Whether the file has to be read into memory.
    #[serde(default)]
    pub is_unscannable: bool,
}

/// What changes when a file is written, and the content it has while that stays.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Stamped {
    version: String,
    stamp: FileStamp,
    hash: FileHash,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct FileStamp {
    path: PathBuf,
    length: u64,
    modified: (i64, i64),
    /// When the file's name, owner or content changed last, which nobody can set at will.
    changed: (i64, i64),
    inode: (u64, u64),
}

/// The content of the files of a table, and whether it could be told without reading them.
pub(super) struct FileContent {
    pub hash: FileHash,
    pub is_remembered: bool,
    parts: Vec<PartContent>,
}

impl FileContent {
    /// The contents of the parts of a folder; none of a table that is one file.
    pub(super) fn parts(&self) -> impl Iterator<Item = String> {
        let is_folder = self.parts.iter().all(|part| part.hash != self.hash);
        let parts = self.parts.iter().filter(move |_| is_folder);
        parts.map(|part| part.hash.content())
    }
}

struct PartContent {
    hash: FileHash,
    is_remembered: bool,
    /// `None`: the file was written so lately that a stamp would not tell it from what comes next.
    stamp: Option<FileStamp>,
}

impl ProofCache {
    /// Remembers in a folder, which is made when there is something to remember.
    pub fn in_folder(folder: PathBuf) -> ProofCache {
        ProofCache {
            folder: Some(folder),
            ..ProofCache::default()
        }
    }

    /// What the file of a table holds, or the parts in its folder.
    pub(super) fn content(&self, path: &Path) -> Result<FileContent, Diagnostic> {
        let files = parts_of(path)?;
        let content = |part: &Part| {
            let content = self.part_content(&part.path);
            content.map_err(|error| unreadable(&part.path.display().to_string(), &error))
        };
        let parts = files.iter().map(content);
        let parts: Vec<PartContent> = parts.collect::<Result<_, Diagnostic>>()?;
        let hash = match parts.as_slice() {
            [file] if !path.is_dir() => file.hash.clone(),
            parts => {
                let names = files.iter().map(|part| part.name.as_str());
                FileHash::of_parts(names.zip(parts.iter().map(|part| &part.hash)))
            }
        };
        Ok(FileContent {
            hash,
            is_remembered: parts.iter().all(|part| part.is_remembered),
            parts,
        })
    }

    fn part_content(&self, path: &Path) -> io::Result<PartContent> {
        let stamp = FileStamp::of(path);
        let known = stamp.as_ref().and_then(|stamp| self.stamped(stamp));
        let is_remembered = known.is_some();
        let hash = match known {
            Some(hash) => hash,
            None => file_hash(path)?,
        };
        Ok(PartContent {
            hash,
            is_remembered,
            stamp,
        })
    }

    /// What is known of a content.
    pub(super) fn record(&self, content: &str) -> ProofRecord {
        if let Some(record) = self.known().records.get(content) {
            return record.clone();
        }
        let place = self
            .folder
            .as_deref()
            .map(|folder| record_file(folder, content));
        let record: Option<ProofRecord> = place.and_then(|place| read(&place));
        let record = record.filter(|record| record.version == VERSION);
        record.unwrap_or_default()
    }

    /// Remembers what was proven of the files of a table, and of each of its parts by itself, as far as they are still
    /// the ones that were looked at.
    pub(super) fn remember(
        &self,
        content: &FileContent,
        whole: &ProofRecord,
        parts: &[ProofRecord],
    ) {
        let is_current = |part: &PartContent| {
            let stamp = part.stamp.as_ref();
            stamp.is_some_and(|stamp| FileStamp::of(&stamp.path).as_ref() == Some(stamp))
        };
        let are_current: Vec<bool> = content.parts.iter().map(is_current).collect();
        for ((name, record), is_current) in content.parts().zip(parts).zip(&are_current) {
            if *is_current {
                self.keep_record(name, record);
            }
        }
        if are_current.iter().all(|is_current| *is_current) {
            self.keep_record(content.hash.content(), whole);
        }
        let current = content.parts.iter().zip(are_current);
        for (part, _) in current.filter(|(_, is_current)| *is_current) {
            self.keep_stamp(part);
        }
    }

    fn keep_record(&self, name: String, record: &ProofRecord) {
        // Another process may have proven other columns meanwhile.
        let mut all = self.record(&name);
        let before = all.clone();
        all.add(record);
        if let Some(folder) = &self.folder
            && all != before
        {
            write(&record_file(folder, &name), &all);
        }
        self.known().records.insert(name, all);
    }

    fn keep_stamp(&self, part: &PartContent) {
        let Some(stamp) = &part.stamp else {
            return;
        };
        let stamped = Stamped {
            version: VERSION.to_owned(),
            stamp: stamp.clone(),
            hash: part.hash.clone(),
        };
        if let Some(folder) = self.folder.as_deref().filter(|_| !part.is_remembered) {
            write(&stamp_file(folder, &stamp.path), &stamped);
        }
        self.known().stamps.insert(stamp.path.clone(), stamped);
    }

    fn stamped(&self, stamp: &FileStamp) -> Option<FileHash> {
        let is_it = |known: &Stamped| known.stamp == *stamp && known.version == VERSION;
        let in_memory = self.known().stamps.get(&stamp.path).cloned();
        if let Some(known) = in_memory.filter(is_it) {
            return Some(known.hash);
        }
        let known: Stamped = read(&stamp_file(self.folder.as_deref()?, &stamp.path))?;
        is_it(&known).then_some(known.hash)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ProofRecord {
    fn add(&mut self, other: &ProofRecord) {
        VERSION.clone_into(&mut self.version);
        let columns = other.columns.iter();
        self.columns
            .extend(columns.map(|(column, span)| (column.clone(), *span)));
        self.unique.extend(other.unique.iter().cloned());
        self.is_unscannable |= other.is_unscannable;
        let orphans = other.orphans.iter();
        self.orphans
            .extend(orphans.map(|(link, orphans)| (link.clone(), orphans.clone())));
    }
}

impl FileStamp {
    /// `None` where a later change of the file could leave the same stamp.
    fn of(path: &Path) -> Option<FileStamp> {
        let path = fs::canonicalize(path).ok()?;
        let metadata = fs::metadata(&path).ok()?;
        let stamp = FileStamp {
            length: metadata.len(),
            modified: since_1970(metadata.modified().ok()?),
            changed: changed(&metadata)?,
            inode: inode(&metadata),
            path,
        };
        stamp.is_settled().then_some(stamp)
    }

    /// Clocks of file systems tick every few milliseconds, some only every other second: what was
    /// written within a tick may be written again in it.
    fn is_settled(&self) -> bool {
        let tick = match self.changed.1 {
            0 => Duration::from_secs(2),
            _ => Duration::from_millis(50),
        };
        let (seconds, nanos) = since_1970(SystemTime::now() - tick);
        self.changed < (seconds, nanos)
    }
}

fn since_1970(time: SystemTime) -> (i64, i64) {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    since.map_or((-1, 0), |since| {
        (since.as_secs() as i64, i64::from(since.subsec_nanos()))
    })
}

#[cfg(unix)]
fn changed(metadata: &Metadata) -> Option<(i64, i64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.ctime(), metadata.ctime_nsec()))
}

#[cfg(not(unix))]
fn changed(metadata: &Metadata) -> Option<(i64, i64)> {
    metadata.modified().ok().map(since_1970)
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> (u64, u64) {
    (0, 0)
}
