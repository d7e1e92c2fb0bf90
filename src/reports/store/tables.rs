//! Segments → the tables of the shipped schema, as Parquet files in a folder named by the hash of what
//! they were made of.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::cache_key::CacheKey;
use super::derive::{self, Closing, DerivationNotes, Ruling};
use super::derived_folder::{self, FolderContent, LinkedFile};
use super::errors::unwritable;
use super::layout::Store;
use super::snapshot_view::SnapshotView;
use super::store_facts::{StoreFacts, with_facts};
use super::table_parts::{self, DETECTIONS, FINDINGS, TablePart};
use crate::base::diagnostic::Problems;
use crate::base::files;
use crate::exec::data::Horizon;
use crate::lang::model::Definitions;

/// What was derived.
#[derive(Clone, Debug)]
pub struct Derived {
    /// The folder of the tables.
    pub folder: PathBuf,
    pub about: DerivationNotes,
}

/// The folder of the tables that follow from what of a store is within a horizon; made if it is not
/// there, or not what was written. Horizons with the same facts before them have the same folder.
///
/// # Errors
///
/// `D420`, `D421`: the store cannot be read, or the tables not be written.
pub fn tables(
    store: &Store,
    definitions: &Definitions,
    horizon: Horizon,
) -> Result<PathBuf, Problems> {
    store.while_it_changes(|manifests| {
        let view = SnapshotView::of(store, manifests, horizon)?;
        let folder = store.derived().join(key(&view, definitions));
        if !store.proven_folders.holds(&folder) {
            if !derived_folder::is_whole(&folder) {
                with_facts(store, definitions, &view, |facts| {
                    put(facts, &folder, false)
                })?;
            }
            store.proven_folders.add(&folder);
        }
        Ok::<PathBuf, Problems>(folder)
    })?
}

/// Makes the tables anew, and removes folders of tables that are older than any running query. Other
/// processes may be reading.
pub fn rebuild(store: &Store, definitions: &Definitions) -> Result<PathBuf, Problems> {
    let folder = store.while_it_changes(|manifests| {
        let view = SnapshotView::of(store, manifests, Horizon::default())?;
        let folder = store.derived().join(key(&view, definitions));
        with_facts(store, definitions, &view, |facts| put(facts, &folder, true))?;
        Ok::<PathBuf, Problems>(folder)
    })??;
    let failed = |error| Problems::from(unwritable(&folder, &error));
    let mut kept = Vec::new();
    for entry in fs::read_dir(store.derived()).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path == store.parts() {
            continue;
        }
        match path != folder && files::is_old(&path) {
            true => fs::remove_dir_all(&path).map_err(failed)?,
            false => kept.push(path),
        }
    }
    table_parts::forget_unused(store, &kept)?;
    Ok(folder)
}

/// The tables, and what was noticed when they were made.
pub fn derive(store: &Store, definitions: &Definitions) -> Result<Derived, Problems> {
    let folder = tables(store, definitions, Horizon::default())?;
    let about = derived_folder::read_notes(&folder)?;
    Ok(Derived { folder, about })
}

/// Makes the parts that are not there, and the folder of all tables.
fn put(facts: &StoreFacts, folder: &Path, anew: bool) -> Result<(), Problems> {
    let parts = table_parts::all(facts, anew)?;
    let mut about = DerivationNotes::default();
    let assets = parts.iter().flat_map(|part| &part.assets);
    assets.for_each(|asset| about.append(&asset.about));
    let used: BTreeSet<String> = about.used.drain(..).collect();
    let unused = facts
        .rulings
        .iter()
        .filter(|ruling| !used.contains(&ruling.name));
    let oddities = unused.map(Ruling::unused).chain(facts.names.circles());
    about.oddities = oddities.collect();
    let scans = derive::all_scans(facts.registers, facts.names, facts.scans);
    let content = FolderContent {
        tables: &[
            (
                "assets",
                &derive::assets(facts.registers, facts.names, &scans),
            ),
            ("scans", &derive::scans_table(&scans)),
        ],
        links: &links(&parts),
        notes: &about,
    };
    content.put(folder).map(drop)
}

/// The files of the tables that are in parts: several are in a folder, in the order of their names.
fn links(parts: &[TablePart]) -> Vec<LinkedFile> {
    let link = |table: &str, place: usize, part: &TablePart| {
        let file = format!("{table}.parquet");
        LinkedFile {
            name: match parts.len() {
                1 => file.clone(),
                _ => format!("{table}/{place:05}.parquet"),
            },
            hash: part.hashes.get(&file).cloned().unwrap_or_default(),
            file: part.folder.join(file),
        }
    };
    let parts_of = |table| {
        parts
            .iter()
            .enumerate()
            .map(move |(place, part)| link(table, place, part))
    };
    parts_of(FINDINGS).chain(parts_of(DETECTIONS)).collect()
}

/// The closings of some detections of an asset, derived anew.
pub(super) fn closings(
    store: &Store,
    definitions: &Definitions,
    asset: &str,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<Closing>, Problems> {
    store.while_it_changes(|manifests| {
        let view = SnapshotView::of(store, manifests, Horizon::default())?;
        with_facts(store, definitions, &view, |facts| {
            let rows = facts.rows(|name| name == asset)?;
            Ok(facts.of_asset(asset, |asset| derive::closings(asset, &rows, &wanted)))
        })
    })?
}

/// The hash of all that the tables depend on.
fn key(view: &SnapshotView, definitions: &Definitions) -> String {
    let mut key = CacheKey::of(definitions);
    view.update(&mut key);
    key.finish()
}
