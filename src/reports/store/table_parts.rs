//! Findings and detections in parts, one for a range of assets. A part is kept under the hash of all it follows from, so
//! that one more report costs the parts of its own assets; and of those, only the assets themselves are derived again: the
//! rows of the others are taken from the part that there was before.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::asset_ranges::ranges;
use super::derive::{self, DerivationNotes, DerivedRows};
use super::derived_folder::{self, FileHashes, FolderContent};
use super::errors::unwritable;
use super::facts::FactRows;
use super::frames;
use super::layout::Store;
use super::store_facts::StoreFacts;
use crate::base::diagnostic::Problems;
use crate::base::files;
use crate::base::parallel::in_parallel;

/// The tables of a part: what queries read, and the columns of findings as they were before advisories.
pub(super) const FINDINGS: &str = "findings";
pub(super) const DETECTIONS: &str = "detections";
const BEFORE_ADVISORIES: &str = "before_advisories";

/// How many of the parts that a range had before are looked at for rows of its assets.
const MOST_EARLIER: usize = 16;

/// A part that is there, and what was written.
pub(super) struct TablePart {
    pub folder: PathBuf,
    pub assets: Vec<AssetNotes>,
    pub hashes: FileHashes,
}

/// What a part holds of an asset: so many rows, after those of the assets before it.
#[derive(Serialize, Deserialize)]
pub(super) struct AssetNotes {
    /// The hash of all that the rows follow from, but for advisories.
    key: String,
    findings: usize,
    pub about: DerivationNotes,
}

/// A part that is to be there.
struct PlannedPart<'a> {
    folder: PathBuf,
    /// By name, each with its hash.
    assets: Vec<(&'a str, String)>,
}

/// One that has to be written, and where rows of it are already.
struct StalePart<'a> {
    plan: &'a PlannedPart<'a>,
    earlier: Vec<TablePart>,
    /// The assets of which no rows are there.
    missing: BTreeSet<&'a str>,
}

/// All parts, in the order of the names of assets. Those made before are left aside if they are to be made anew.
pub(super) fn all(facts: &StoreFacts, anew: bool) -> Result<Vec<TablePart>, Problems> {
    let plans = planned(facts);
    let there = |plan: &PlannedPart| match anew {
        true => None,
        false => TablePart::read(&plan.folder),
    };
    let mut parts: Vec<Option<TablePart>> = plans.par_iter().map(there).collect();
    let absent = plans.iter().zip(&parts).filter(|(_, part)| part.is_none());
    let absent: Vec<&PlannedPart> = absent.map(|(plan, _)| plan).collect();
    let stale = absent.into_par_iter().map(|plan| StalePart::of(plan, anew));
    let groups = groups(facts, stale.collect());
    let made = whole(in_parallel(&groups, |group| made_together(facts, group)))?;
    let made = made.into_iter().flatten();
    let mut made: BTreeMap<PathBuf, TablePart> =
        made.map(|part| (part.folder.clone(), part)).collect();
    for (plan, part) in plans.iter().zip(&mut parts) {
        match part {
            Some(kept) => files::note_use(&kept.folder),
            None => *part = made.remove(&plan.folder),
        }
    }
    Ok(parts.into_iter().flatten().collect())
}

fn planned<'a>(facts: &StoreFacts<'a>) -> Vec<PlannedPart<'a>> {
    let assets = facts.assets();
    let ranges = ranges(
        &assets,
        facts.observations(),
        facts.store.observations_a_part,
    );
    let planned = ranges.into_iter().map(|range| {
        // The first range begins before any name.
        let begin = match range.start {
            0 => "first".to_string(),
            start => blake3::hash(assets[start].as_bytes()).to_hex()[..16].to_string(),
        };
        let assets = assets[range].iter();
        let assets: Vec<(&str, String)> =
            assets.map(|asset| (*asset, facts.key_of(asset))).collect();
        let key = facts.key_of_all(assets.iter().map(|(_, key)| key));
        PlannedPart {
            folder: facts.store.parts().join(begin).join(key),
            assets,
        }
    });
    planned.collect()
}

/// Parts that reports have in common are made together, so that each segment is read once.
fn groups<'a>(facts: &StoreFacts, stale: Vec<StalePart<'a>>) -> Vec<Vec<StalePart<'a>>> {
    let missing = stale.iter().zip(0..);
    let missing =
        missing.flat_map(|(part, place)| part.missing.iter().map(move |own| (*own, place)));
    let group = joined(facts, &missing.collect());
    let mut groups: BTreeMap<usize, Vec<StalePart>> = BTreeMap::new();
    for (place, part) in stale.into_iter().enumerate() {
        // Those of which nothing is missing are by themselves.
        let group = group.get(&place).copied().unwrap_or(place);
        groups.entry(group).or_default().push(part);
    }
    groups.into_values().collect()
}

/// Which items go together, given the item that each asset belongs to: those of assets that have a report in common. Each
/// group is named by one of its items.
fn joined(facts: &StoreFacts, item_of: &BTreeMap<&str, usize>) -> BTreeMap<usize, usize> {
    let items = item_of.values();
    let mut group: BTreeMap<usize, usize> = items.map(|item| (*item, *item)).collect();
    for manifest in &facts.view.manifests {
        let names = manifest.assets.iter().map(|name| facts.names.real(name));
        let shared = names.filter_map(|name| Some(group[item_of.get(name)?]));
        let shared: BTreeSet<usize> = shared.collect();
        if let Some(first) = shared.first().filter(|_| shared.len() > 1) {
            let joined = group.values_mut().filter(|group| shared.contains(group));
            joined.for_each(|group| *group = *first);
        }
    }
    group
}

fn made_together(facts: &StoreFacts, parts: &[StalePart]) -> Result<Vec<TablePart>, Problems> {
    if let [part] = parts {
        let derived = part.derived_in_groups(facts)?;
        return Ok(vec![part.make(facts, derived)?]);
    }
    let is_missing = |asset: &str| parts.iter().any(|part| part.missing.contains(asset));
    let rows = facts.rows(is_missing)?;
    let make = |part: &StalePart| part.make(facts, derived(facts, &part.missing, &rows));
    whole(parts.iter().map(make).collect())
}

/// The rows of assets, by their names.
fn derived<'a>(
    facts: &StoreFacts,
    assets: &BTreeSet<&'a str>,
    rows: &FactRows,
) -> BTreeMap<&'a str, DerivedRows> {
    let derived = assets.iter().map(|asset| {
        let rows = facts.of_asset(asset, |own| derive::derive(own, rows));
        (*asset, rows)
    });
    derived.collect()
}

/// All results, or all problems at once.
fn whole<T>(results: Vec<Result<T, Problems>>) -> Result<Vec<T>, Problems> {
    let (mut whole, mut problems) = (Vec::new(), Problems::default());
    for result in results {
        match result {
            Ok(result) => whole.push(result),
            Err(own) => problems.extend(own),
        }
    }
    match problems.has_errors() {
        true => Err(problems),
        false => Ok(whole),
    }
}

impl<'a> StalePart<'a> {
    fn of(plan: &'a PlannedPart<'a>, anew: bool) -> StalePart<'a> {
        let mut missing: BTreeMap<&str, &str> = plan
            .assets
            .iter()
            .map(|(asset, key)| (key.as_str(), *asset))
            .collect();
        let mut earlier = Vec::new();
        let range = plan.folder.parent().unwrap_or(&plan.folder);
        let candidates = match anew {
            true => Vec::new(),
            false => latest_first(range),
        };
        for folder in candidates.iter().take(MOST_EARLIER) {
            if missing.is_empty() {
                break;
            }
            let has_some = |assets: &Vec<AssetNotes>| {
                assets
                    .iter()
                    .any(|own| missing.contains_key(own.key.as_str()))
            };
            let notes = derived_folder::read_notes(folder).ok().filter(has_some);
            if let Some(part) = notes.and_then(|_| TablePart::read(folder)) {
                for own in &part.assets {
                    missing.remove(own.key.as_str());
                }
                earlier.push(part);
            }
        }
        StalePart {
            plan,
            earlier,
            missing: missing.into_values().collect(),
        }
    }

    /// The rows of the missing assets. Those that share reports are derived together, so that no more rows of reports are
    /// held at a time than need be.
    fn derived_in_groups(
        &self,
        facts: &StoreFacts,
    ) -> Result<BTreeMap<&'a str, DerivedRows>, Problems> {
        let places: BTreeMap<&str, usize> = self.missing.iter().copied().zip(0..).collect();
        let group = joined(facts, &places);
        let mut groups: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
        for (asset, place) in &places {
            groups.entry(group[place]).or_default().insert(asset);
        }
        let groups: Vec<BTreeSet<&str>> = groups.into_values().collect();
        let derive = |assets: &BTreeSet<&'a str>| {
            let rows = facts.rows(|asset| assets.contains(asset))?;
            Ok(derived(facts, assets, &rows))
        };
        let derived = whole(groups.par_iter().map(derive).collect())?;
        Ok(derived.into_iter().flatten().collect())
    }

    /// Writes the part: what was derived, and the rows that were there.
    fn make(
        &self,
        facts: &StoreFacts,
        mut derived: BTreeMap<&'a str, DerivedRows>,
    ) -> Result<TablePart, Problems> {
        let mut known = BTreeMap::new();
        let keys = self.plan.assets.iter().map(|(_, key)| key.as_str());
        let wanted: BTreeSet<&str> = keys.collect();
        for part in &self.earlier {
            known.extend(part.rows(facts, &wanted)?);
        }
        let mut sum = DerivedRows::empty(facts.definitions);
        let mut assets = Vec::new();
        for (asset, key) in &self.plan.assets {
            let rows = derived.remove(asset).or_else(|| known.remove(key));
            let rows = rows.expect("what is not there was derived");
            assets.push(AssetNotes {
                key: key.clone(),
                findings: rows.findings[0].1.len(),
                about: rows.about.clone(),
            });
            sum.append(rows);
        }
        let before = derive::enrich(&mut sum.findings, &facts.registers.advisories);
        let content = FolderContent {
            tables: &[
                (FINDINGS, &sum.findings),
                (DETECTIONS, &sum.detections),
                (BEFORE_ADVISORIES, &before),
            ],
            links: &[],
            notes: &assets,
        };
        let folder = self.plan.folder.clone();
        let hashes = content.put(&folder)?;
        Ok(TablePart {
            folder,
            assets,
            hashes,
        })
    }
}

impl TablePart {
    /// A part made before; one that is not what was written is made anew.
    fn read(folder: &Path) -> Option<TablePart> {
        let hashes = derived_folder::proven(folder)?;
        Some(TablePart {
            folder: folder.to_path_buf(),
            assets: derived_folder::read_notes(folder).ok()?,
            hashes,
        })
    }

    /// The rows of assets that are wanted, by the hash of what they follow from, without what advisories added.
    fn rows(
        &self,
        facts: &StoreFacts,
        wanted: &BTreeSet<&str>,
    ) -> Result<Vec<(String, DerivedRows)>, Problems> {
        let table = |name: &str, columns| {
            let path = self.folder.join(format!("{name}.parquet"));
            frames::read_table(columns, &path)
        };
        let empty = DerivedRows::empty(facts.definitions);
        let mut findings = table(FINDINGS, empty.findings)?;
        let before = table(BEFORE_ADVISORIES, derive::before_advisories())?;
        derive::without_advisories(&mut findings, before);
        let mut all = DerivedRows {
            findings,
            detections: table(DETECTIONS, empty.detections)?,
            about: DerivationNotes::default(),
        };
        // From the end, so that rows are moved once.
        let mut rows = Vec::new();
        for own in self.assets.iter().rev() {
            let split = all.split_off(own.findings, own.about.clone());
            if wanted.contains(own.key.as_str()) {
                rows.push((own.key.clone(), split));
            }
        }
        Ok(rows)
    }
}

/// The parts of a range, those used last first.
fn latest_first(range: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(range).into_iter().flatten().flatten();
    let modified = |path: &PathBuf| fs::metadata(path).and_then(|it| it.modified());
    let mut found: Vec<(_, PathBuf)> = entries
        .map(|entry| entry.path())
        .filter_map(|path| Some((modified(&path).ok()?, path)))
        .collect();
    found.sort();
    found.into_iter().rev().map(|(_, path)| path).collect()
}

/// The folders of parts, whichever tables they are of.
pub(super) fn folders(store: &Store) -> Vec<PathBuf> {
    let inner = |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten();
    let ranges = inner(store.parts()).map(|entry| entry.path());
    ranges.flat_map(inner).map(|entry| entry.path()).collect()
}

/// Removes parts that no folder of tables has links to, and that are older than any running query.
pub(super) fn forget_unused(store: &Store, tables: &[PathBuf]) -> Result<(), Problems> {
    let files = tables.iter().flat_map(|folder| {
        let files = [FINDINGS, DETECTIONS].map(|table| derived_folder::files_of(folder, table));
        files.into_iter().flatten().flatten()
    });
    // Where there are no symbolic links, tables keep their files by themselves.
    let used = files.filter_map(|file| Some(fs::canonicalize(file).ok()?.parent()?.to_path_buf()));
    let used: BTreeSet<PathBuf> = used.collect();
    for path in folders(store) {
        let is_used = fs::canonicalize(&path).is_ok_and(|path| used.contains(&path));
        if is_used || !files::is_old(&path) {
            continue;
        }
        let removed = match path.is_dir() {
            true => fs::remove_dir_all(&path),
            // Of an older version, whose parts were no folders of ranges.
            false => files::remove(&path),
        };
        removed.map_err(|error| unwritable(&path, &error))?;
        // The folder of the range, if that was its last part.
        let _ = path.parent().map(fs::remove_dir);
    }
    Ok(())
}
