//! Segments → the tables of the shipped schema, as Parquet files in a folder named by the hash of what
//! they were made of.

mod advisories;
mod assets;
mod decisions;
mod detections;
mod findings;
mod instants;
mod issues;
mod names;
mod part;

pub(super) use instants::instant;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::facts::{self, ScanFact};
use super::frames;
use super::layout::{Store, unwritable};
use super::manifest::Manifest;
use super::segment::{unfinished, write_whole};
use crate::diagnostic::Problems;
use crate::model::Definitions;
use advisories::Advisories;
use names::Names;

/// Changed whenever the same facts would give other tables.
const VERSION: &str = "derived 2";

/// What was derived, and what there is to say about it.
#[derive(Clone, Debug)]
pub struct Derived {
    /// The folder of the tables.
    pub folder: PathBuf,
    /// Warnings: decisions on nothing, aliases that lead nowhere.
    pub problems: Problems,
}

/// The folder of the tables that follow from a store; made if it is not there.
///
/// # Errors
///
/// `D420`, `D421`: the store cannot be read, or the tables not be written.
pub fn tables(store: &Store, definitions: &Definitions) -> Result<PathBuf, Problems> {
    let manifests = store.read_manifests()?;
    let folder = store.derived().join(key(&manifests, definitions));
    match folder.is_dir() {
        true => Ok(folder),
        false => Ok(derived(store, definitions, &manifests, folder)?.folder),
    }
}

/// Derives the tables even if they are there, and tells what is odd.
pub fn derive(store: &Store, definitions: &Definitions) -> Result<Derived, Problems> {
    let manifests = store.read_manifests()?;
    let folder = store.derived().join(key(&manifests, definitions));
    derived(store, definitions, &manifests, folder)
}

fn derived(
    store: &Store,
    definitions: &Definitions,
    manifests: &[Manifest],
    folder: PathBuf,
) -> Result<Derived, Problems> {
    let registers = facts::read_registers(store, manifests)?;
    let rows = facts::read_rows(store, definitions, manifests, |_| true)?;
    let scans = facts::all_scans(manifests);
    let names = Names::of(&registers);
    let rulings = decisions::rulings(&registers.decisions, &names);
    let retired = assets::retired(&registers);
    let mut is_used = vec![false; rulings.len()];
    let mut found = part::Part::empty(definitions);
    for (asset, scans) in by_asset(&scans, &names) {
        let given = part::Given {
            definitions,
            asset,
            scans: &scans,
            rows: &rows,
            rulings: &rulings,
            retired_at: retired.get(asset).copied(),
        };
        found.append(part::derive(&given, &mut is_used));
    }
    findings::enrich(&mut found.findings, &Advisories::of(&registers));
    let tables = [
        ("assets", assets::assets(&registers, &names, &scans)),
        ("scans", assets::scans(&names, &scans)),
        ("findings", found.findings),
        ("detections", found.detections),
    ];
    write(&folder, tables)?;
    let mut problems = Problems::default();
    let unused = rulings
        .iter()
        .zip(&is_used)
        .filter(|(_, is_used)| !**is_used);
    for problem in unused
        .map(|(ruling, _)| ruling.unused())
        .chain(names.problems())
    {
        problems.push(problem);
    }
    Ok(Derived { folder, problems })
}

/// Scans in the order of time, by the real names of their assets.
fn by_asset<'a>(
    scans: &'a [ScanFact<'a>],
    names: &'a Names,
) -> BTreeMap<&'a str, Vec<&'a ScanFact<'a>>> {
    let mut assets: BTreeMap<&str, Vec<&ScanFact>> = BTreeMap::new();
    for scan in scans {
        assets.entry(names.real(scan.asset)).or_default().push(scan);
    }
    assets
}

/// Written beside and renamed: the folder is there whole or not at all.
fn write<const N: usize>(
    folder: &PathBuf,
    tables: [(&str, frames::Table); N],
) -> Result<(), Problems> {
    let failed = |error| Problems::from(unwritable(folder, &error));
    let draft = unfinished(folder);
    fs::create_dir_all(&draft).map_err(failed)?;
    for (name, table) in tables {
        let file = draft.join(format!("{name}.parquet"));
        write_whole(&file, &frames::table(table)).map_err(failed)?;
    }
    if let Err(error) = fs::rename(&draft, folder) {
        let _ = fs::remove_dir_all(&draft);
        // Another process may have been quicker with the same tables.
        if !folder.is_dir() {
            return Err(failed(error));
        }
    }
    Ok(())
}

/// Forgets the tables made so far; they are made anew when somebody asks.
pub fn forget_tables(store: &Store) -> Result<(), Problems> {
    let folder = store.derived();
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(unwritable(&folder, &error).into())
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// The hash of all that the tables depend on.
fn key(manifests: &[Manifest], definitions: &Definitions) -> String {
    let mut hash = blake3::Hasher::new();
    hash.update(VERSION.as_bytes());
    let mut reports: Vec<&Manifest> = manifests.iter().flat_map(Manifest::reports).collect();
    reports.sort_by(|left, right| left.segment.cmp(&right.segment));
    for report in reports {
        hash.update(report.segment.as_bytes());
        hash.update(&report.recorded_at.to_le_bytes());
    }
    for scale in &definitions.scales {
        hash.update(format!("{scale:?}").as_bytes());
    }
    hash.finalize().to_hex()[..32].to_string()
}
