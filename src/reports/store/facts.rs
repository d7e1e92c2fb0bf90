//! What a store knows for sure: scans that were made, what they saw, and what people registered.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::advisories::Advisories;
use super::data_files;
use super::frames::{self, Observation};
use super::layout::Store;
use super::manifest::{Manifest, RecordedScan};
use super::report_scans::tell_apart;
use super::snapshot_view::{self, SnapshotView};
use crate::base::diagnostic::Problems;
use crate::exec::data::Horizon;
use crate::lang::model::{Definitions, Fills, ReportSource};
use crate::reports::ingest::{self, ReportRow};

/// One scan of one asset by one tool along one line: a report may hold several.
#[derive(Clone, PartialEq, Debug)]
pub struct ScanFact<'a> {
    pub scan_id: String,
    pub scan: &'a RecordedScan,
    /// Which of the report's scans it is.
    pub number: usize,
    pub manifest: &'a Manifest,
}

/// Records of texts by field.
pub(super) type FactRecords = Vec<BTreeMap<String, String>>;

/// What people registered, decided and looked up. Small beside what scans saw.
#[derive(Default)]
pub(super) struct Registers {
    /// Oldest report first: of several records of one thing the latest holds.
    pub assets: FactRecords,
    pub scans: FactRecords,
    pub decisions: FactRecords,
    pub advisories: Advisories,
}

/// Rows by report and by its scan. Most rows of a scan are those of the scan before: they are kept once.
pub(super) type FactRows = BTreeMap<(String, usize), Vec<Arc<ReportRow>>>;

/// The scans of a report, in their order.
pub(super) fn scans(manifest: &Manifest) -> impl Iterator<Item = ScanFact<'_>> {
    let is_one = manifest.scans.len() == 1;
    manifest
        .scans
        .iter()
        .enumerate()
        .map(move |(number, scan)| ScanFact {
            scan_id: match is_one {
                true => manifest.segment.clone(),
                false => format!("{}-{}", manifest.segment, number + 1),
            },
            scan,
            number,
            manifest,
        })
}

/// All scans, in the order of time, then of names.
pub(super) fn all_scans(manifests: &[Manifest]) -> Vec<ScanFact<'_>> {
    let of_scans = manifests
        .iter()
        .filter(|manifest| snapshot_view::register(manifest).is_none());
    let reports = of_scans.flat_map(Manifest::reports);
    let mut scans: Vec<ScanFact> = reports.flat_map(scans).collect();
    scans.sort_by_key(|scan| (scan.manifest.finished_at, scan.scan_id.clone()));
    scans
}

/// The rows of the segments that are wanted.
pub(super) fn read_rows(
    store: &Store,
    definitions: &Definitions,
    manifests: &[Manifest],
    is_wanted: impl Fn(&Manifest) -> bool,
) -> Result<FactRows, Problems> {
    let mut rows = FactRows::new();
    let mut known = HashMap::new();
    let mut problems = Problems::default();
    for manifest in manifests {
        if snapshot_view::register(manifest).is_some() || !is_wanted(manifest) {
            continue;
        }
        let path = store.observations().join(&manifest.data);
        // Reports that were taken out of a merged segment stand by themselves.
        let names: BTreeSet<&str> = manifest
            .reports()
            .iter()
            .map(|report| report.segment.as_str())
            .collect();
        let reports = manifest.reports();
        let scan_of = |segment: &str, asset: &str| {
            let report = reports.iter().find(|report| report.segment == segment);
            let scans = report.map_or(&[][..], |report| &report.scans);
            let place = scans.iter().position(|scan| scan.asset == asset);
            place.unwrap_or_default()
        };
        let read = data_files::read(store, manifest)
            .and_then(|bytes| frames::read_observations(definitions, &path, &bytes, scan_of));
        match read {
            Ok(read) => {
                let wanted = |one: &Observation| names.contains(one.segment.as_str());
                let outdated = outdated(definitions, reports);
                let renewed = |one| renewed(&outdated, one);
                for (key, own) in runs(read.into_iter().filter(wanted).map(renewed)) {
                    let own = own.into_iter().map(|row| shared(&mut known, row));
                    rows.entry(key).or_default().extend(own);
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    match problems.has_errors() {
        true => Err(problems),
        false => Ok(rows),
    }
}

/// The reports that were read by another recipe than their source has now, by name.
fn outdated<'a>(
    definitions: &'a Definitions,
    reports: &'a [Manifest],
) -> BTreeMap<&'a str, (&'a Manifest, &'a ReportSource)> {
    let outdated = reports.iter().filter_map(|report| {
        let mut sources = definitions.reports.iter();
        let source = sources.find(|source| source.name == report.source)?;
        let is_old = ingest::recipe(source) != report.recipe;
        is_old.then_some((report.segment.as_str(), (report, source)))
    });
    outdated.collect()
}

/// A row with the identity that its source gives it now.
fn renewed(
    outdated: &BTreeMap<&str, (&Manifest, &ReportSource)>,
    mut one: Observation,
) -> Observation {
    let Some((report, source)) = outdated.get(one.segment.as_str()) else {
        return one;
    };
    if report.recipe.is_empty() && one.row.target.is_none() {
        // Before targets were kept, the asset was the target.
        one.row.target = Some(one.asset.clone());
    }
    one.row.identity = ingest::renewed_identity(source, &one.row);
    tell_apart(&mut one.row, &one.asset);
    one
}

/// Neighbours that are of one report and one scan.
fn runs(observations: impl Iterator<Item = Observation>) -> Vec<((String, usize), Vec<ReportRow>)> {
    let mut runs: Vec<((String, usize), Vec<ReportRow>)> = Vec::new();
    for one in observations {
        match runs.last_mut() {
            Some(((segment, scan), rows)) if *segment == one.segment && *scan == one.scan => {
                rows.push(one.row);
            }
            _ => runs.push(((one.segment, one.scan), vec![one.row])),
        }
    }
    runs
}

/// The row as it is known by its identity, if nothing about it has changed.
fn shared(known: &mut HashMap<String, Arc<ReportRow>>, row: ReportRow) -> Arc<ReportRow> {
    match known.get(&row.identity).filter(|known| ***known == row) {
        Some(known) => Arc::clone(known),
        None => {
            let row = Arc::new(row);
            known.insert(row.identity.clone(), Arc::clone(&row));
            row
        }
    }
}

/// All records within the view, oldest report first.
pub(super) fn read_registers(store: &Store, view: &SnapshotView) -> Result<Registers, Problems> {
    let mut registers = Registers::default();
    let mut problems = Problems::default();
    let mut ordered: Vec<&Manifest> = view.manifests.iter().collect();
    ordered.sort_by_key(|manifest| {
        (
            manifest.finished_at,
            manifest.recorded_at,
            &manifest.segment,
        )
    });
    for manifest in ordered {
        let Some((fills, fields)) = snapshot_view::register(manifest)
            .and_then(|fills| fills.record_fields().map(|fields| (fills, fields)))
        else {
            continue;
        };
        let path = store.observations().join(&manifest.data);
        let read = data_files::read(store, manifest)
            .and_then(|bytes| frames::read_records(fields, &path, &bytes));
        match read {
            Ok(records) => registers.add(fills, manifest, &view.horizon, records),
            Err(problem) => problems.push(problem),
        }
    }
    match problems.has_errors() {
        true => Err(problems),
        false => Ok(registers),
    }
}

impl Registers {
    /// Adds the records of a report that are within a horizon.
    fn add(&mut self, fills: Fills, manifest: &Manifest, horizon: &Horizon, records: FactRecords) {
        let field = fills.date_field();
        for record in records {
            let text = field.and_then(|field| record.get(field));
            let date = snapshot_view::date(manifest, text.map(String::as_str));
            if field.is_some() && !horizon.has_happened(date) {
                continue;
            }
            match fills {
                Fills::Assets => self.assets.push(record),
                Fills::Scans => self.scans.push(record),
                Fills::Decisions => self.decisions.push(record),
                Fills::Advisories => self.advisories.add(date, &record),
                Fills::Observations | Fills::Findings => {}
            }
        }
    }
}
