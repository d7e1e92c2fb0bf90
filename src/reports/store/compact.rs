//! Merging small segments: fewer and larger files, the same facts.
//!
//! The merged segment is written and published first, and names the ones it stands for; only then are
//! those removed. A crash in between leaves both, and readers leave out what is merged.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::data_files;
use super::errors::{unreadable, unwritable};
use super::frames;
use super::layout::Store;
use super::lock::Lock;
use super::manifest::Manifest;
use super::segments::listed;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::files;

/// Segments with at least so many rows stay as they are.
const LARGE: u64 = 1_000_000;

/// How many segments there were and are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Compacted {
    pub before: usize,
    pub after: usize,
}

/// Merges the small segments of the same assets, and removes files that no manifest names. One process at a time
/// does so; others may read and add meanwhile.
///
/// # Errors
///
/// `D420`: the store cannot be read or written; `D421`: a segment is damaged; `D422`: another process
/// does the same. The facts are as they were.
pub fn compact(store: &Store) -> Result<Compacted, Problems> {
    let _lock = Lock::compacting(store)?;
    let manifests = store.read_manifests()?;
    let mut small: BTreeMap<&[String], Vec<&Manifest>> = BTreeMap::new();
    for manifest in &manifests {
        let is_of_tool = manifest.fills.record_fields().is_none();
        if is_of_tool && manifest.rows < LARGE {
            small.entry(&manifest.assets).or_default().push(manifest);
        }
    }
    let groups = small.into_values().flat_map(portions);
    let groups: Vec<Vec<&Manifest>> = groups.filter(|group| group.len() > 1).collect();
    for group in &groups {
        merge(store, group)?;
    }
    sweep(store)?;
    let merged: usize = groups.iter().map(|group| group.len() - 1).sum();
    Ok(Compacted {
        before: manifests.len(),
        after: manifests.len() - merged,
    })
}

/// Groups that are read whole: each ends once it is large.
fn portions(manifests: Vec<&Manifest>) -> Vec<Vec<&Manifest>> {
    let mut portions: Vec<Vec<&Manifest>> = vec![Vec::new()];
    let mut rows = 0;
    for manifest in manifests {
        if rows >= LARGE {
            portions.push(Vec::new());
            rows = 0;
        }
        rows += manifest.rows;
        let last = portions.len() - 1;
        portions[last].push(manifest);
    }
    portions
}

fn merge(store: &Store, group: &[&Manifest]) -> Result<(), Problems> {
    let mut files: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    let mut members: Vec<Manifest> = Vec::new();
    for manifest in group {
        let path = store.observations().join(&manifest.data);
        files.push((path, data_files::read(store, manifest)?));
        members.extend(manifest.reports().iter().cloned());
    }
    let data = frames::joined(&files)?;
    let hash = blake3::hash(&data).to_hex().to_string();
    let merged = Manifest {
        data: format!("{}.parquet", &hash[..32]),
        data_hash: hash,
        ..group[0].clone()
    }
    .standing_for(members);
    // Only `compact` deletes data files, and it holds the lock: the rows are safe without a manifest yet.
    let path = store.observations().join(&merged.data);
    files::keep(&path, &data).map_err(|error| unwritable(&path, &error))?;
    store.publish(&merged)?;
    Ok(())
}

/// Removes what was merged into others, files that no manifest names, and what crashes left behind.
fn sweep(store: &Store) -> Result<(), Problems> {
    let _lock = Lock::removing(store)?;
    let kept = store.read_manifests()?;
    let needed: BTreeSet<PathBuf> = kept
        .iter()
        .flat_map(|manifest| {
            let data = store.observations().join(&manifest.data);
            [store.path_of(manifest), data]
        })
        .collect();
    for folder in [store.manifests(), store.merged()] {
        for path in listed(&folder)?
            .iter()
            .filter(|path| !needed.contains(*path))
        {
            remove(path)?;
        }
    }
    // The lock keeps reports from being added, so a data file without a manifest is not one whose manifest
    // is about to come.
    for folder in [store.manifests(), store.merged(), store.observations()] {
        for path in files(&folder)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let is_unfinished = name.starts_with('.');
            let is_data = name.ends_with(".parquet") && !needed.contains(&path);
            if is_unfinished || is_data {
                remove(&path)?;
            }
        }
    }
    sweep_drafts(&store.derived())
}

/// Drafts are made without a lock, so only old ones go.
fn sweep_drafts(folder: &Path) -> Result<(), Problems> {
    if !folder.is_dir() {
        return Ok(());
    }
    for path in files(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') && files::is_old(&path) {
            fs::remove_dir_all(&path).map_err(|error| unwritable(&path, &error))?;
        }
    }
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, error))?;
    let paths: io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
    paths.map_err(|error| unreadable(folder, error))
}

fn remove(path: &Path) -> Result<(), Diagnostic> {
    files::remove(path).map_err(|error| unwritable(path, &error))
}
