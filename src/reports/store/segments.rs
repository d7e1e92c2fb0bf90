//! Which segments a store holds, by themselves or merged into others.
//!
//! Another process may merge segments while they are listed. A segment is removed only after the segment it
//! was merged into is there. So merged segments are listed last, and everything is listed again if they have
//! changed meanwhile: no report is missed.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::data_files;
use super::errors::{unreadable, unwritable};
use super::layout::Store;
use super::manifest::{self, Manifest, ManifestError};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::files;

/// Where a report is.
pub(super) enum ReportLocation {
    Nowhere,
    /// In a segment whose rows are what was written.
    Whole,
    /// In a segment of its own that is damaged; its manifest, if that is whole.
    Damaged(Option<Manifest>),
    /// Merged into a segment whose rows are damaged.
    DamagedIn(Manifest),
}

impl Store {
    /// Puts a manifest in place, which is what makes its segment part of the store. `false`: another
    /// process was quicker, and the segment is there already.
    pub(super) fn publish(&self, manifest: &Manifest) -> Result<bool, Diagnostic> {
        let path = self.path_of(manifest);
        files::create(&path, manifest.sealed().as_bytes())
            .map_err(|error| unwritable(&path, &error))
    }

    /// Puts a manifest in place of one of the same name.
    pub(super) fn publish_again(&self, manifest: &Manifest) -> Result<(), Diagnostic> {
        let path = self.path_of(manifest);
        files::replace(&path, manifest.sealed().as_bytes())
            .map_err(|error| unwritable(&path, &error))
    }

    pub(super) fn path_of(&self, manifest: &Manifest) -> PathBuf {
        let folder = match manifest.members.is_empty() {
            true => self.manifests(),
            false => self.merged(),
        };
        folder.join(manifest.file_name())
    }

    /// Whether a report is there, by itself or merged with others.
    pub fn has(&self, segment: &str) -> Result<bool, Problems> {
        Ok(!matches!(self.locate(segment)?, ReportLocation::Nowhere))
    }

    /// Looks for a report.
    pub(super) fn locate(&self, segment: &str) -> Result<ReportLocation, Problems> {
        let own = self.manifests().join(format!("{segment}.json"));
        let own = match own.is_file().then(|| manifest::read(&own)) {
            None | Some(Ok(None)) => None,
            Some(Ok(Some(own))) if data_files::read(self, &own).is_ok() => {
                return Ok(ReportLocation::Whole);
            }
            Some(Ok(own)) => Some(ReportLocation::Damaged(own)),
            Some(Err(ManifestError::Damaged(_))) => Some(ReportLocation::Damaged(None)),
            Some(Err(ManifestError::Unreadable(problem))) => return Err(problem.into()),
        };
        // One that is damaged may just have been merged and removed.
        for path in listed(&self.merged())? {
            let Some(merged) = self.merged_cache.read(&path)? else {
                continue;
            };
            if merged.names.contains(segment) {
                let is_whole = || data_files::read(self, &merged.manifest).is_ok();
                return Ok(match merged.is_whole.get_or_init(is_whole) {
                    true => ReportLocation::Whole,
                    false => ReportLocation::DamagedIn(merged.manifest.clone()),
                });
            }
        }
        Ok(own.unwrap_or(ReportLocation::Nowhere))
    }

    /// All segments in the order of their names; those that were merged into another are left out.
    pub fn read_manifests(&self) -> Result<Vec<Manifest>, Problems> {
        loop {
            let before = listed(&self.merged())?;
            let single = read_all(&listed(&self.manifests())?);
            let merged = read_all(&before);
            if listed(&self.merged())? != before {
                continue;
            }
            let (single, merged) = match (single, merged) {
                (Ok(single), Ok(merged)) => (single, merged),
                (Err(mut problems), Err(more)) => {
                    problems.extend(more);
                    return Err(problems);
                }
                (Err(problems), Ok(_)) | (Ok(_), Err(problems)) => return Err(problems),
            };
            return Ok(standing(single, merged));
        }
    }

    /// The segments with the reports that count: those that were withdrawn are left out.
    pub fn read_counting(&self) -> Result<Vec<Manifest>, Problems> {
        let withdrawals = self.withdrawals()?;
        let manifests = self.read_manifests()?.into_iter();
        let counting = manifests.filter_map(|manifest| {
            if manifest.members.is_empty() {
                return withdrawals.counts(&manifest.segment).then_some(manifest);
            }
            let members = manifest.members.into_iter();
            let members: Vec<Manifest> = members
                .filter(|report| withdrawals.counts(&report.segment))
                .collect();
            (!members.is_empty()).then_some(Manifest {
                members,
                ..manifest
            })
        });
        Ok(counting.collect())
    }

    /// Does work over all segments. What was listed may be gone when it is read, merged into others:
    /// then the work is done again over what is there now.
    pub(super) fn while_it_changes<T, E>(
        &self,
        work: impl Fn(&[Manifest]) -> Result<T, E>,
    ) -> Result<Result<T, E>, Problems> {
        let mut manifests = self.read_manifests()?;
        loop {
            let done = work(&manifests);
            if done.is_ok() {
                return Ok(done);
            }
            let now = self.read_manifests()?;
            let is_there = |old: &Manifest| now.iter().any(|each| each.segment == old.segment);
            if manifests.iter().all(is_there) {
                return Ok(done);
            }
            manifests = now;
        }
    }
}

/// The segments that no other stands for.
fn standing(single: Vec<Manifest>, mut merged: Vec<Manifest>) -> Vec<Manifest> {
    merged.sort_by_key(|manifest| std::cmp::Reverse(manifest.members.len()));
    let mut covered: BTreeSet<String> = BTreeSet::new();
    // What was merged again is in a larger one, all of it.
    let mut standing: Vec<Manifest> = Vec::with_capacity(single.len() + merged.len());
    for manifest in merged {
        let mut names = manifest.members.iter().map(|member| &member.segment);
        if !names.all(|name| covered.contains(name)) {
            covered.extend(manifest.members.iter().map(|each| each.segment.clone()));
            standing.push(manifest);
        }
    }
    let alone = single.into_iter();
    standing.extend(alone.filter(|manifest| !covered.contains(&manifest.segment)));
    standing.sort_by(|left, right| left.segment.cmp(&right.segment));
    standing
}

/// The manifests in a folder, in the order of their names; none where there is no folder.
pub(super) fn listed(folder: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(folder, error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| unreadable(folder, error))?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".json") && !name.starts_with('.') {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

fn read_all(paths: &[PathBuf]) -> Result<Vec<Manifest>, Problems> {
    let mut problems = Problems::default();
    let mut manifests = Vec::with_capacity(paths.len());
    for path in paths {
        match manifest::read(path) {
            Ok(Some(manifest)) => manifests.push(manifest),
            // Merged into another between the listing and the reading.
            Ok(None) => {}
            Err(error) => problems.push(error.into()),
        }
    }
    match problems.has_errors() {
        true => Err(problems),
        false => Ok(manifests),
    }
}
