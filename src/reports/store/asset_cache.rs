//! Tables from parts, one an asset: a part is kept under the hash of all it follows from, so that one
//! more report costs the deriving of its own assets only.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rayon::prelude::*;

use super::cache_key::CacheKey;
use super::derive::{self, AssetFacts, CanonicalNames, Closing, DerivedRows, Ruling};
use super::derived_folder;
use super::facts::{self, ScanFact};
use super::frames;
use super::layout::Store;
use super::manifest::Manifest;
use crate::base::diagnostic::Problems;
use crate::lang::model::Definitions;

/// The folder of parts in that of derived tables.
const PARTS: &str = "parts";

pub(super) fn folder(store: &Store) -> PathBuf {
    store.derived().join(PARTS)
}

/// All of a store but the rows.
pub(super) struct StoreFacts<'a> {
    /// Whether parts made before are left aside.
    pub anew: bool,
    pub store: &'a Store,
    pub definitions: &'a Definitions,
    pub manifests: &'a [Manifest],
    /// In the order of time.
    pub scans: &'a [ScanFact<'a>],
    pub names: &'a CanonicalNames<'a>,
    pub rulings: &'a [Ruling<'a>],
    pub retired: &'a BTreeMap<&'a str, i64>,
}

/// The rows of all assets, in the order of their names.
pub(super) fn all(whole: &StoreFacts) -> Result<DerivedRows, Problems> {
    let mut assets: BTreeMap<&str, Vec<&ScanFact>> = BTreeMap::new();
    for scan in whole.scans {
        let name = whole.names.real(&scan.scan.asset);
        assets.entry(name).or_default().push(scan);
    }
    let mut parts: BTreeMap<&str, DerivedRows> = BTreeMap::new();
    let mut stale: BTreeMap<&str, PathBuf> = BTreeMap::new();
    for (asset, scans) in &assets {
        let folder = whole
            .store
            .derived()
            .join(PARTS)
            .join(key(whole, asset, scans));
        let kept = (!whole.anew).then(|| read(whole.definitions, &folder));
        match kept.flatten() {
            Some(part) => drop(parts.insert(asset, part)),
            None => drop(stale.insert(asset, folder)),
        }
    }
    let made = groups(whole, &stale).into_par_iter();
    let made = made.map(|group| derived(whole, &assets, &stale, group));
    // All problems at once.
    let made: Vec<Result<Vec<(&str, DerivedRows)>, Problems>> = made.collect();
    let mut problems = Problems::default();
    for group in made {
        match group {
            Ok(group) => parts.extend(group),
            Err(own) => problems.extend(own),
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    let mut sum = DerivedRows::empty(whole.definitions);
    for part in parts.into_values() {
        sum.append(part);
    }
    Ok(sum)
}

/// The parts of assets that share reports, made and kept.
fn derived<'a>(
    whole: &StoreFacts,
    assets: &BTreeMap<&str, Vec<&ScanFact>>,
    stale: &BTreeMap<&str, PathBuf>,
    group: Vec<&'a str>,
) -> Result<Vec<(&'a str, DerivedRows)>, Problems> {
    let is_wanted = |manifest: &Manifest| {
        let mut names = manifest.assets.iter().map(|name| whole.names.real(name));
        names.any(|name| group.contains(&name))
    };
    let rows = facts::read_rows(whole.store, whole.definitions, whole.manifests, is_wanted)?;
    let mut parts = Vec::with_capacity(group.len());
    for asset in group {
        let rulings = rulings(whole, asset);
        let given = AssetFacts {
            definitions: whole.definitions,
            asset,
            scans: &assets[asset],
            rulings: &rulings,
            retired_at: whole.retired.get(asset).copied(),
        };
        let part = derive::derive(&given, &rows);
        let tables = [
            ("findings", &part.findings),
            ("detections", &part.detections),
        ];
        derived_folder::put(&stale[asset], &tables, &part.about)?;
        parts.push((asset, part));
    }
    Ok(parts)
}

/// The closings of some detections of an asset.
pub(super) fn closings(
    whole: &StoreFacts,
    asset: &str,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<Closing>, Problems> {
    let is_own = |name: &str| whole.names.real(name) == asset;
    let scans: Vec<&ScanFact> = whole
        .scans
        .iter()
        .filter(|scan| is_own(&scan.scan.asset))
        .collect();
    let is_wanted = |manifest: &Manifest| manifest.assets.iter().any(|name| is_own(name));
    let rows = facts::read_rows(whole.store, whole.definitions, whole.manifests, is_wanted)?;
    let given = AssetFacts {
        definitions: whole.definitions,
        asset,
        scans: &scans,
        rulings: &rulings(whole, asset),
        retired_at: whole.retired.get(asset).copied(),
    };
    Ok(derive::closings(&given, &rows, wanted))
}

/// Assets that reports have in common are derived together, so that each segment is read once, and no
/// more rows are held at a time than need be.
fn groups<'a>(whole: &'a StoreFacts, stale: &BTreeMap<&'a str, PathBuf>) -> Vec<Vec<&'a str>> {
    let mut group: BTreeMap<&str, usize> = stale.keys().copied().zip(0..).collect();
    for manifest in whole.manifests {
        let names = manifest.assets.iter().map(|name| whole.names.real(name));
        let mut shared: Vec<usize> = names.filter_map(|name| group.get(name).copied()).collect();
        shared.sort_unstable();
        shared.dedup();
        if let [first, others @ ..] = shared.as_slice()
            && !others.is_empty()
        {
            let joined = group.values_mut().filter(|group| others.contains(group));
            joined.for_each(|group| *group = *first);
        }
    }
    let mut groups: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (asset, group) in group {
        groups.entry(group).or_default().push(asset);
    }
    groups.into_values().collect()
}

fn rulings<'a>(whole: &StoreFacts<'a>, asset: &str) -> Vec<&'a Ruling<'a>> {
    let rulings = whole.rulings.iter();
    rulings.filter(|ruling| ruling.may_be_on(asset)).collect()
}

/// The hash of all that the rows of an asset depend on.
fn key(whole: &StoreFacts, asset: &str, scans: &[&ScanFact]) -> String {
    let mut key = CacheKey::of(whole.definitions);
    key.text(asset);
    key.optional(whole.retired.get(asset).copied());
    key.count(scans.len());
    for scan in scans {
        key.text(&scan.scan_id);
        key.text(&scan.scan.asset);
        key.number(scan.manifest.recorded_at);
    }
    for ruling in rulings(whole, asset) {
        key.text(&ruling.name);
    }
    key.finish()
}

/// A part made before; one that is not what was written is made anew.
fn read(definitions: &Definitions, folder: &std::path::Path) -> Option<DerivedRows> {
    if !derived_folder::is_whole(folder) {
        return None;
    }
    let empty = DerivedRows::empty(definitions);
    let table = |name: &str, columns| {
        frames::read_table(columns, &folder.join(format!("{name}.parquet"))).ok()
    };
    let about = derived_folder::read_notes(folder).ok()?;
    Some(DerivedRows {
        findings: table("findings", empty.findings)?,
        detections: table("detections", empty.detections)?,
        about,
    })
}
