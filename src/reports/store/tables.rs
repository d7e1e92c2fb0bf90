//! Segments → the tables of the shipped schema, as Parquet files in a folder named by the hash of what
//! they were made of.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::asset_cache::{self, StoreFacts};
use super::cache_key::CacheKey;
use super::derive::{self, CanonicalNames, Closing, DerivationNotes, Ruling};
use super::derived_folder;
use super::errors::unwritable;
use super::facts;
use super::layout::Store;
use super::snapshot_view::SnapshotView;
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
                derived(store, definitions, &view, &folder, false)?;
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
        derived(store, definitions, &view, &folder, true)?;
        Ok::<PathBuf, Problems>(folder)
    })??;
    let failed = |error| Problems::from(unwritable(&folder, &error));
    for entry in fs::read_dir(store.derived()).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_parts = path == asset_cache::folder(store);
        if path != folder && !is_parts && files::is_old(&path) {
            fs::remove_dir_all(&path).map_err(failed)?;
        }
    }
    Ok(folder)
}

/// The tables, and what was noticed when they were made.
pub fn derive(store: &Store, definitions: &Definitions) -> Result<Derived, Problems> {
    let folder = tables(store, definitions, Horizon::default())?;
    let about = derived_folder::read_notes(&folder)?;
    Ok(Derived { folder, about })
}

fn derived(
    store: &Store,
    definitions: &Definitions,
    view: &SnapshotView,
    folder: &Path,
    anew: bool,
) -> Result<(), Problems> {
    let registers = facts::read_registers(store, view)?;
    let scans = facts::all_scans(&view.manifests);
    let names = CanonicalNames::of(&registers);
    let rulings = derive::rulings(&registers.decisions, &names);
    let mut found = asset_cache::all(&StoreFacts {
        anew,
        store,
        definitions,
        manifests: &view.manifests,
        scans: &scans,
        names: &names,
        rulings: &rulings,
        retired: &derive::retired(&registers, &view.horizon),
    })?;
    derive::enrich(&mut found.findings, &registers.advisories);
    let scans = derive::all_scans(&registers, &names, &scans);
    let tables = [
        ("assets", &derive::assets(&registers, &names, &scans)),
        ("scans", &derive::scans_table(&scans)),
        ("findings", &found.findings),
        ("detections", &found.detections),
    ];
    let used: BTreeSet<String> = found.about.used.drain(..).collect();
    let unused = rulings.iter().filter(|ruling| !used.contains(&ruling.name));
    let oddities = unused.map(Ruling::unused).chain(names.circles());
    found.about.oddities = oddities.collect();
    derived_folder::put(folder, &tables, &found.about)
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
        let registers = facts::read_registers(store, &view)?;
        let scans = facts::all_scans(&view.manifests);
        let names = CanonicalNames::of(&registers);
        let rulings = derive::rulings(&registers.decisions, &names);
        asset_cache::closings(
            &StoreFacts {
                anew: true,
                store,
                definitions,
                manifests: &view.manifests,
                scans: &scans,
                names: &names,
                rulings: &rulings,
                retired: &derive::retired(&registers, &view.horizon),
            },
            asset,
            &wanted,
        )
    })?
}

/// The hash of all that the tables depend on.
fn key(view: &SnapshotView, definitions: &Definitions) -> String {
    let mut key = CacheKey::of(definitions);
    view.update(&mut key);
    key.finish()
}
