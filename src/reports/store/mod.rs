//! Reports on disk, and the tables that follow from them.
//!
//! A store is a folder. Every report is one immutable segment: a Parquet file of its rows and a
//! manifest that says what was scanned, when, and what the file must hash to. A segment is there once
//! its manifest is, and manifests are put in place whole by one step of the file system, so a crash
//! leaves the store as it was, the same report twice changes nothing, and processes add reports at once.
//!
//! Tables of the shipped schema are derived from the segments ([`tables`]) and cached under the hash of
//! what they were made of.

mod advisories;
mod asset_ranges;
mod cache;
mod cache_key;
mod compact;
mod data_files;
mod derive;
mod derived_folder;
mod errors;
mod explain;
mod facts;
mod frames;
mod layout;
mod lock;
mod log;
mod manifest;
mod named_reports;
mod recorded_dates;
mod report_scans;
mod reports;
mod segment;
mod segments;
mod snapshot_view;
mod store_facts;
mod table_parts;
mod tables;
mod verify;
mod withdrawals;

pub use compact::{Compacted, compact};
pub use derive::{Closing, ClosingScan, DerivationNotes, MergedDetection, Reason};
pub use explain::{MergeExplanation, explain};
pub use facts::ScanFact;
pub use layout::{DERIVED, MARK, Store, fact_folders, is_store, store_around};
pub use log::{LogAction, LogEntry, log};
pub use manifest::{Dropped, Manifest, RecordedScan, ScanLineGap};
pub use named_reports::{named_reports, short_id};
pub use recorded_dates::RecordedUnreadDate;
pub use reports::{read_report, read_report_from};
pub use segment::{AddOutcome, IngestContext, Segment, add};
pub use tables::{Derived, derive, rebuild, tables};
pub use verify::{Verification, verify};
pub use withdrawals::{Withdrawals, WithdrawnPeriod, withdraw};

use std::path::{Path, PathBuf};

use crate::base::diagnostic::Problems;
use crate::base::instants;
use crate::exec::data::{self, Horizon, Location, SnapshotProvider, Tables};
use crate::lang::model::{Definitions, Moment};

/// The tables of a place: the files of a folder, or what follows from a store. Files of single tables
/// that are named win over either.
pub fn locate(
    definitions: &Definitions,
    folder: Option<&Path>,
    overrides: &[(String, PathBuf)],
) -> Result<Tables, Problems> {
    let Some(folder) = folder.filter(|folder| is_store(folder)) else {
        let files = data::locate(definitions, folder, overrides)?;
        return Ok(Tables::of_files(files));
    };
    let store = Store::open(folder)?;
    let knowledge = latest_knowledge(&store)?;
    let shelf = StoreTables {
        store,
        overrides: overrides.to_vec(),
    };
    Ok(Tables::of_facts(Box::new(shelf), knowledge))
}

/// A store, and the files that stand for single tables of it.
struct StoreTables {
    store: Store,
    overrides: Vec<(String, PathBuf)>,
}

impl SnapshotProvider for StoreTables {
    fn locate(
        &self,
        definitions: &Definitions,
        horizon: Horizon,
    ) -> Result<Vec<Location>, Problems> {
        let folder = tables(&self.store, definitions, horizon)?;
        data::locate(definitions, Some(&folder), &self.overrides)
    }
}

/// When the latest report of a store was recorded, or withdrawn. History that was ingested late is known since then and
/// not before, so a query that does not say `as known on` is asked with all that was recorded.
fn latest_knowledge(store: &Store) -> Result<Option<Moment>, Problems> {
    let manifests = store.read_manifests()?;
    let reports = manifests.iter().flat_map(Manifest::reports);
    let latest = reports.map(|report| report.recorded_at).max();
    let latest = latest.max(store.withdrawals()?.latest());
    Ok(latest.map(|recorded_at| Moment {
        label: instants::rfc3339(recorded_at),
        instant: recorded_at + 1,
    }))
}

/// The codes of problems with stores.
pub const CODES: &[(&str, &str)] = &[
    ("D409", "a report from the future"),
    ("D410", "a report without an asset"),
    ("D413", "one scan line for several scans"),
    ("D414", "warning: another scan line than before"),
    ("D415", "warning: a scan that did not look at everything"),
    ("D416", "warning: a member of another type was left out"),
    ("D418", "warning: dates that rows are kept without"),
    ("D420", "a store that cannot be read or written"),
    ("D421", "a segment that is damaged"),
    ("D422", "a store that another process compacts"),
    ("D423", "a report that is not in the store"),
    ("D424", "a name of several reports"),
    ("D425", "a report that is withdrawn before it was recorded"),
    ("D430", "a decision that is not known"),
    ("D431", "a decision without a date"),
    ("D432", "a decision on nothing in particular"),
    ("D433", "a record without a field that it needs"),
    ("D434", "a number of an advisory that cannot be read"),
    ("D435", "warning: a decision on findings that are not there"),
    ("D436", "warning: an alias that leads nowhere"),
    (
        "D437",
        "warning: detections of different weaknesses in one finding",
    ),
    ("D438", "a finding that is not there"),
    ("D439", "a record with a word that is not known"),
];
