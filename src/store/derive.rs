//! Segments → the tables of the shipped schema, as Parquet files in a folder named by the hash of what
//! they were made of.

mod assets;
mod findings;

pub(super) use findings::instant;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::facts::{self, Observation, ScanFact};
use super::frames;
use super::layout::{Store, unwritable};
use super::manifest::Manifest;
use super::verify;
use super::write;
use crate::diagnostic::Problems;
use crate::model::{Definitions, Fills};

/// Changed whenever the same facts would give other tables.
const VERSION: &str = "derived 1";

/// A derived table: names of columns and their texts, a row each.
pub(super) type Table = Vec<(&'static str, Vec<Option<String>>)>;

/// Records of texts by field.
pub(super) type Records = Vec<BTreeMap<String, String>>;

/// All facts of a store, read.
pub(super) struct Facts<'a> {
    /// In the order of time, then of names.
    pub scans: Vec<ScanFact<'a>>,
    /// By segment.
    pub rows: BTreeMap<String, Vec<Observation<'static>>>,
    pub assets: Records,
    pub decisions: Records,
    pub advisories: Records,
}

/// The folder of the tables that follow from a store; made if it is not there.
///
/// # Errors
///
/// `D420`, `D421`: the store cannot be read, or the tables not be written.
pub fn tables(store: &Store, definitions: &Definitions) -> Result<PathBuf, Problems> {
    store.while_it_changes(|manifests| {
        let folder = store.derived().join(key(manifests, definitions));
        match folder.is_dir() {
            true => Ok(folder),
            false => make(store, definitions, manifests, folder),
        }
    })?
}

/// Makes the tables anew, and forgets those that nobody has needed for long. Others may be reading.
pub fn rebuild(store: &Store, definitions: &Definitions) -> Result<PathBuf, Problems> {
    let folder = store.while_it_changes(|manifests| {
        let folder = store.derived().join(key(manifests, definitions));
        make(store, definitions, manifests, folder)
    })??;
    let failed = |error| Problems::from(unwritable(&folder, &error));
    for entry in fs::read_dir(store.derived()).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path != folder && write::is_old(&path) {
            fs::remove_dir_all(&path).map_err(failed)?;
        }
    }
    Ok(folder)
}

fn make(
    store: &Store,
    definitions: &Definitions,
    manifests: &[Manifest],
    folder: PathBuf,
) -> Result<PathBuf, Problems> {
    let facts = read(store, definitions, manifests)?;
    let found = findings::derive(definitions, &facts);
    let tables = [
        ("assets", assets::assets(&facts)),
        ("scans", assets::scans(&facts)),
        ("findings", found.findings),
        ("detections", found.detections),
    ];
    let failed = |error| Problems::from(unwritable(&folder, &error));
    if folder.is_dir() {
        write_tables(&folder, tables).map_err(failed)?;
        return Ok(folder);
    }
    // Written beside and renamed: the folder is there whole or not at all.
    fs::create_dir_all(store.derived()).map_err(failed)?;
    let draft = write::draft(&folder).map_err(failed)?;
    let written = write_tables(&draft, tables).and_then(|()| fs::rename(&draft, &folder));
    if let Err(error) = written {
        let _ = fs::remove_dir_all(&draft);
        // Another process may have been quicker with the same tables.
        if !folder.is_dir() {
            return Err(failed(error));
        }
    }
    Ok(folder)
}

fn write_tables(folder: &Path, tables: [(&str, Table); 4]) -> io::Result<()> {
    for (name, table) in tables {
        let file = folder.join(format!("{name}.parquet"));
        write::replace(&file, &frames::table(table))?;
    }
    Ok(())
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

fn read<'a>(
    store: &Store,
    definitions: &Definitions,
    manifests: &'a [Manifest],
) -> Result<Facts<'a>, Problems> {
    let mut facts = Facts {
        scans: Vec::new(),
        rows: BTreeMap::new(),
        assets: Records::new(),
        decisions: Records::new(),
        advisories: Records::new(),
    };
    let mut problems = Problems::default();
    // What was registered last wins, whatever the names of the segments are.
    let mut manifests: Vec<&Manifest> = manifests.iter().collect();
    manifests.sort_by_key(|manifest| (manifest.finished_at, &manifest.segment));
    for manifest in manifests {
        let path = store.observations().join(&manifest.data);
        let fills = Fills::from_word(&manifest.fills);
        let fields = fills.and_then(Fills::record_fields);
        let bytes = match verify::bytes(store, manifest) {
            Ok(bytes) => bytes,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let read = match fields {
            None => frames::read_observations(definitions, &path, &bytes).map(|rows| {
                let reports = manifest.reports().iter();
                let names: BTreeSet<&str> = reports.map(|each| each.segment.as_str()).collect();
                // Reports that were taken out of a merged segment stand by themselves.
                for row in rows {
                    let segment = row.segment.to_string();
                    if !names.contains(segment.as_str()) {
                        continue;
                    }
                    facts.rows.entry(segment).or_default().push(row);
                }
                let scans = manifest.reports().iter().flat_map(facts::scans);
                facts.scans.extend(scans);
            }),
            Some(fields) => {
                frames::read_records(fields, &path, &bytes).map(|records| match fills {
                    Some(Fills::Assets) => facts.assets.extend(records),
                    Some(Fills::Decisions) => facts.decisions.extend(records),
                    Some(Fills::Advisories) => facts.advisories.extend(records),
                    Some(Fills::Observations | Fills::Findings) | None => {}
                })
            }
        };
        if let Err(problem) = read {
            problems.push(problem);
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    let order = |scan: &ScanFact| (scan.manifest.finished_at, scan.scan_id.clone());
    facts.scans.sort_by_key(order);
    Ok(facts)
}
