//! Segments → the tables of the shipped schema, as Parquet files in a folder named by the hash of what
//! they were made of.

mod about;
mod assets;
mod decisions;
mod detections;
mod findings;
mod issues;
mod merging;
mod names;
mod part;
mod parts;
mod scans;

pub use about::DerivationNotes;
pub(super) use decisions::without_number;
pub use merging::{MergedDetection, Reason};

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::errors::unwritable;
use super::facts;
use super::frames;
use super::layout::Store;
use super::snapshot_view::SnapshotView;
use crate::base::diagnostic::Problems;
use crate::base::files;
use crate::exec::data::Horizon;
use crate::lang::model::{Definitions, MatchRule};
use names::CanonicalNames;

/// Changed whenever the same facts would give other tables.
const VERSION: &str = "derived 4";

/// What was derived.
#[derive(Clone, Debug)]
pub struct Derived {
    /// The folder of the tables.
    pub folder: PathBuf,
    pub about: DerivationNotes,
}

/// The folder of the tables that follow from what of a store is within a horizon; made if it is not
/// there. Horizons with the same facts before them have the same folder.
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
        let sight = SnapshotView::of(store, manifests, horizon)?;
        let folder = store.derived().join(key(&sight, definitions));
        if !folder.is_dir() {
            derived(store, definitions, &sight, &folder, false)?;
        }
        Ok::<PathBuf, Problems>(folder)
    })?
}

/// Makes the tables anew, and forgets those that nobody has needed for long. Others may be reading.
pub fn rebuild(store: &Store, definitions: &Definitions) -> Result<PathBuf, Problems> {
    let folder = store.while_it_changes(|manifests| {
        let sight = SnapshotView::of(store, manifests, Horizon::default())?;
        let folder = store.derived().join(key(&sight, definitions));
        derived(store, definitions, &sight, &folder, true)?;
        Ok::<PathBuf, Problems>(folder)
    })??;
    let failed = |error| Problems::from(unwritable(&folder, &error));
    for entry in fs::read_dir(store.derived()).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_parts = path == parts::folder(store);
        if path != folder && !is_parts && files::is_old(&path) {
            fs::remove_dir_all(&path).map_err(failed)?;
        }
    }
    Ok(folder)
}

/// The tables, and what was noticed when they were made.
pub fn derive(store: &Store, definitions: &Definitions) -> Result<Derived, Problems> {
    let folder = tables(store, definitions, Horizon::default())?;
    let about = DerivationNotes::read(&folder)?;
    Ok(Derived { folder, about })
}

fn derived(
    store: &Store,
    definitions: &Definitions,
    sight: &SnapshotView,
    folder: &Path,
    anew: bool,
) -> Result<(), Problems> {
    let registers = facts::read_registers(store, sight)?;
    let scans = facts::all_scans(&sight.manifests);
    let names = CanonicalNames::of(&registers);
    let rulings = decisions::rulings(&registers.decisions, &names);
    let mut found = parts::all(&parts::StoreFacts {
        anew,
        store,
        definitions,
        manifests: &sight.manifests,
        scans: &scans,
        names: &names,
        rulings: &rulings,
        retired: &assets::retired(&registers, &sight.horizon),
    })?;
    findings::enrich(&mut found.findings, &registers.advisories);
    let scans = scans::all(&registers, &names, &scans);
    let tables = [
        ("assets", &assets::assets(&registers, &names, &scans)),
        ("scans", &scans::table(&scans)),
        ("findings", &found.findings),
        ("detections", &found.detections),
    ];
    let used: BTreeSet<String> = found.about.used.drain(..).collect();
    let unused = rulings.iter().filter(|ruling| !used.contains(&ruling.name));
    let oddities = unused.map(decisions::Ruling::unused).chain(names.circles());
    found.about.oddities = oddities.collect();
    put(folder, &tables, &found.about)
}

/// Written beside and renamed: the folder is there whole or not at all. One that is there already may
/// have readers: its files are replaced one by one.
fn put(
    folder: &Path,
    tables: &[(&str, &frames::DerivedTable)],
    about: &DerivationNotes,
) -> Result<(), Problems> {
    let failed = |error| Problems::from(unwritable(folder, &error));
    if folder.is_dir() {
        return put_files(folder, tables, about).map_err(failed);
    }
    let draft = draft(folder).map_err(failed)?;
    let written = put_files(&draft, tables, about).and_then(|()| fs::rename(&draft, folder));
    if let Err(error) = written {
        let _ = fs::remove_dir_all(&draft);
        // Another process may have been quicker with the same tables.
        if !folder.is_dir() {
            return Err(failed(error));
        }
    }
    Ok(())
}

/// A folder beside the one that is to be. Another process may be forgetting the folder around both.
fn draft(folder: &Path) -> io::Result<PathBuf> {
    let make = || {
        folder.parent().map_or(Ok(()), fs::create_dir_all)?;
        files::draft(folder)
    };
    match make() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(),
        made => made,
    }
}

fn put_files(
    folder: &Path,
    tables: &[(&str, &frames::DerivedTable)],
    about: &DerivationNotes,
) -> io::Result<()> {
    for (name, table) in tables {
        let file = folder.join(format!("{name}.parquet"));
        files::replace(&file, &frames::table(table))?;
    }
    files::replace(&folder.join(about::FILE), &about.written())
}

/// The hash of all that the tables depend on.
fn key(sight: &SnapshotView, definitions: &Definitions) -> String {
    let mut hash = blake3::Hasher::new();
    hash.update(VERSION.as_bytes());
    sight.update(&mut hash);
    update_by_definitions(&mut hash, definitions);
    hash.finalize().to_hex()[..32].to_string()
}

/// What the tables owe to definitions.
fn update_by_definitions(hash: &mut blake3::Hasher, definitions: &Definitions) {
    for scale in &definitions.scales {
        hash.update(format!("{scale:?}").as_bytes());
    }
    for rule in &definitions.matches {
        let MatchRule {
            name,
            same,
            lines_within,
            across,
            ..
        } = rule;
        hash.update(format!("{name:?} {same:?} {lines_within:?} {across:?}").as_bytes());
    }
}
