//! Merging small segments: fewer and larger files, the same facts.
//!
//! The merged segment is written and published first, and names the ones it stands for; only then are
//! those removed. A crash in between leaves both, and readers leave out what is merged.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};

use super::frames;
use super::layout::{Store, unwritable};
use super::manifest::{MERGED, Manifest};
use super::segment::write_whole;
use crate::diagnostic::{Diagnostic, Problems};
use crate::model::{Definitions, Fills};

/// Segments with at least so many rows stay as they are.
const LARGE: u64 = 1_000_000;

/// How many segments there were and are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Compacted {
    pub before: usize,
    pub after: usize,
}

/// Merges the small segments of the same assets. One process at a time does so.
pub fn compact(store: &Store, definitions: &Definitions) -> Result<Compacted, Problems> {
    let _lock = lock(store)?;
    let manifests = store.read_manifests()?;
    let mut groups: BTreeMap<&[String], Vec<&Manifest>> = BTreeMap::new();
    for manifest in &manifests {
        let fills = Fills::from_word(&manifest.fills);
        let is_of_tool = fills.is_some_and(|fills| fills.record_fields().is_none());
        if is_of_tool && manifest.rows < LARGE {
            groups.entry(&manifest.assets).or_default().push(manifest);
        }
    }
    for group in groups.values().filter(|group| group.len() > 1) {
        merge(store, definitions, group)?;
    }
    sweep(store)?;
    Ok(Compacted {
        before: manifests.len(),
        after: store.read_manifests()?.len(),
    })
}

/// Held until dropped; a process that dies lets go of it.
fn lock(store: &Store) -> Result<File, Diagnostic> {
    let path = store.folder().join(".compacting");
    let file = File::create(&path).map_err(|error| unwritable(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Diagnostic::data(
            "D422",
            "another process is compacting this store",
        )),
        Err(TryLockError::Error(error)) => Err(unwritable(&path, &error)),
    }
}

fn merge(store: &Store, definitions: &Definitions, group: &[&Manifest]) -> Result<(), Problems> {
    let mut rows = Vec::new();
    let mut members: Vec<Manifest> = Vec::new();
    for manifest in group {
        let path = store.observations().join(&manifest.data);
        rows.extend(frames::read_observations(definitions, &path)?);
        members.extend(manifest.reports().iter().cloned());
    }
    members.sort_by(|left, right| left.segment.cmp(&right.segment));
    let data = frames::observations(definitions, &rows);
    let hash = blake3::hash(&data).to_hex().to_string();
    let mut name = blake3::Hasher::new();
    for member in &members {
        name.update(member.segment.as_bytes());
    }
    let merged = Manifest {
        segment: format!("{MERGED}{}", &name.finalize().to_hex()[..32]),
        rows: rows.len() as u64,
        data: format!("{}.parquet", &hash[..32]),
        data_hash: hash,
        members,
        ..group[0].clone()
    };
    let path = store.observations().join(&merged.data);
    write_whole(&path, &data).map_err(|error| unwritable(&path, &error))?;
    store.publish(&merged)?;
    Ok(())
}

/// Removes what was merged into others, and files that no manifest names.
fn sweep(store: &Store) -> Result<(), Problems> {
    let kept = store.read_manifests()?;
    let segments: BTreeSet<String> = kept
        .iter()
        .map(|manifest| format!("{}.json", manifest.segment))
        .collect();
    let merged: BTreeSet<String> = kept
        .iter()
        .flat_map(|manifest| &manifest.members)
        .map(|member| format!("{}.json", member.segment))
        .collect();
    let mut unneeded: BTreeSet<String> = kept
        .iter()
        .flat_map(|manifest| &manifest.members)
        .map(|member| member.data.clone())
        .collect();
    for manifest in &kept {
        unneeded.remove(&manifest.data);
    }
    let old = merged
        .difference(&segments)
        .map(|name| store.manifests().join(name));
    let data = unneeded.iter().map(|name| store.observations().join(name));
    for path in old.chain(data) {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(unwritable(&path, &error).into());
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}
