//! Adding a report: its segment is written, then its manifest put in place.

use std::collections::BTreeSet;

use super::errors::unwritable;
use super::frames;
use super::layout::Store;
use super::lock::Lock;
use super::manifest::Manifest;
use super::recorded_dates::RecordedUnreadDate;
use super::report_scans::{ReportScans, RowOrigin, tell_apart, with_context};
use super::segments::ReportLocation;
use super::withdrawals;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::files;
use crate::base::instants;
use crate::lang::model::Definitions;
use crate::reports::ingest::{DayOrder, Report, ReportReader, ReportRecord, ReportRow, RowPart};

/// Facts about a report that the user gives: they win over what the report says.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct IngestContext {
    pub asset: Option<String>,
    pub environment: Option<String>,
    pub branch: Option<String>,
    /// What the scan looked at, beside others of its tool and asset.
    pub scan_line: Option<String>,
    /// When the scan was finished, in microseconds.
    pub at: Option<i64>,
    /// The sheet that was read, if the report is a workbook and somebody named it.
    pub sheet: Option<String>,
    /// The scan did not look at everything.
    pub is_partial: bool,
    /// When the report is recorded: now, unless history is replayed.
    pub recorded_at: i64,
}

/// A report as it will stand in a store.
#[derive(Clone, PartialEq, Debug)]
pub struct Segment {
    pub manifest: Manifest,
    /// The Parquet file of its rows.
    data: Vec<u8>,
}

/// What came of adding a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AddOutcome {
    New,
    /// It was there already: nothing has changed.
    Known,
    /// It was there and damaged, and is whole again.
    Mended,
    /// It was withdrawn, and counts again.
    Restored,
}

/// How far ahead of its ingestion a scan may be dated: clocks differ.
const CLOCK_SLACK: i64 = 24 * 3600 * 1_000_000;

impl Segment {
    /// Reads a report and makes a segment of it. `name` is what messages call it.
    ///
    /// # Errors
    ///
    /// `D401` to `D410`: it cannot be read, or has no date, one in the future, or no asset.
    pub fn read(
        reader: &ReportReader,
        definitions: &Definitions,
        name: &str,
        bytes: Vec<u8>,
        context: &IngestContext,
    ) -> Result<Segment, Problems> {
        let hash = blake3::hash(&bytes).to_hex().to_string();
        let mut rows = PackedRows::default();
        let report = reader.read_in_parts(name, &bytes, |part| match part {
            RowPart::Rows(part) => rows.add(definitions, context, part),
            RowPart::Records(fields, part) => rows.add_records(fields, &part),
            RowPart::Again => rows = PackedRows::default(),
        })?;
        drop(bytes);
        let fields = report.fills.record_fields();
        if rows.parts.is_empty() {
            match fields {
                Some(fields) => rows.add_records(fields, &[]),
                None => rows.add(definitions, context, Vec::new()),
            }
        }
        let scans = ReportScans::of(name, &report, context, &rows.said)?;
        let mut manifest = manifest(name, hash, &report, context, &rows, &scans)?;
        let data = match fields {
            Some(_) => frames::records(rows.parts),
            None => {
                let scan = |said: &RowOrigin| scans.of_row(said);
                frames::observations(&rows.parts, &manifest.segment, &manifest.scans, scan)
            }
        };
        manifest.recipe = recipe(definitions, &report.source);
        let hash = blake3::hash(&data).to_hex().to_string();
        manifest.data = format!("{}.parquet", &hash[..32]);
        manifest.data_hash = hash;
        Ok(Segment { manifest, data })
    }
}

/// The rows of a report that is being read: packed, because there may be many.
#[derive(Default)]
struct PackedRows {
    parts: Vec<Vec<u8>>,
    count: u64,
    /// What rows say of the scans they are from.
    said: BTreeSet<RowOrigin>,
    /// When the last of the scans was finished that records are about.
    latest: Option<i64>,
}

impl PackedRows {
    fn add(
        &mut self,
        definitions: &Definitions,
        context: &IngestContext,
        mut rows: Vec<ReportRow>,
    ) {
        for row in &mut rows {
            let asset = context.asset.as_ref().or(row.target.as_ref()).cloned();
            if let Some(asset) = asset {
                tell_apart(row, &asset);
            }
            let said = RowOrigin::of(row);
            if !self.said.contains(&said) {
                self.said.insert(said);
            }
        }
        self.count += rows.len() as u64;
        self.parts.push(frames::part(definitions, &rows));
    }

    fn add_records(&mut self, fields: &[&str], records: &[ReportRecord]) {
        let finished = records.iter();
        let finished = finished.filter_map(|record| instants::parse(record.get("finished_at")?));
        self.latest = finished.chain(self.latest).max();
        self.count += records.len() as u64;
        self.parts.push(frames::part_of_records(fields, records));
    }
}

/// Adds a segment to a store; one that is there and whole stays as it is, and counts again if it was withdrawn.
///
/// # Errors
///
/// `D420`: the store cannot be written, and is as it was; `D421`: a manifest is damaged.
pub fn add(store: &Store, segment: &Segment) -> Result<AddOutcome, Problems> {
    let Manifest {
        segment: name,
        recorded_at,
        ..
    } = &segment.manifest;
    let added = put(store, segment)?;
    Ok(match withdrawals::restore(store, name, *recorded_at)? {
        true => AddOutcome::Restored,
        false => added,
    })
}

fn put(store: &Store, segment: &Segment) -> Result<AddOutcome, Problems> {
    match store.locate(&segment.manifest.segment)? {
        ReportLocation::Whole => Ok(AddOutcome::Known),
        ReportLocation::Nowhere => {
            let _lock = Lock::adding(store)?;
            write_rows(store, segment)?;
            Ok(match store.publish(&segment.manifest)? {
                true => AddOutcome::New,
                false => AddOutcome::Known,
            })
        }
        ReportLocation::Damaged(_) | ReportLocation::DamagedIn(_) => mend(store, segment),
    }
}

/// Puts a report in place of itself. One at a time, and not while segments are merged.
fn mend(store: &Store, segment: &Segment) -> Result<AddOutcome, Problems> {
    let _change = Lock::changing(store)?;
    let _lock = Lock::adding(store)?;
    let found = store.locate(&segment.manifest.segment)?;
    let (old, merged) = match found {
        ReportLocation::Whole => return Ok(AddOutcome::Known),
        ReportLocation::Nowhere => (None, None),
        ReportLocation::Damaged(own) => (own, None),
        ReportLocation::DamagedIn(merged) => {
            let mut members = merged.members.iter();
            let old = members.find(|member| member.segment == segment.manifest.segment);
            (old.cloned(), Some(merged))
        }
    };
    let mut manifest = segment.manifest.clone();
    if let Some(old) = old {
        // It has been known since then.
        manifest.recorded_at = old.recorded_at;
    }
    write_rows(store, segment)?;
    store.publish_again(&manifest)?;
    if let Some(merged) = merged {
        take_out(store, &merged, &manifest.segment)?;
    }
    Ok(AddOutcome::Mended)
}

/// Lets a merged segment stand for one report less.
fn take_out(store: &Store, merged: &Manifest, segment: &str) -> Result<(), Problems> {
    let members = merged.members.iter();
    let members: Vec<Manifest> = members
        .filter(|member| member.segment != segment)
        .cloned()
        .collect();
    if !members.is_empty() {
        store.publish(&merged.clone().standing_for(members))?;
    }
    let path = store.path_of(merged);
    files::remove(&path).map_err(|error| unwritable(&path, &error))?;
    Ok(())
}

fn write_rows(store: &Store, segment: &Segment) -> Result<(), Diagnostic> {
    let path = store.observations().join(&segment.manifest.data);
    files::keep(&path, &segment.data).map_err(|error| unwritable(&path, &error))
}

fn manifest(
    name: &str,
    hash: String,
    report: &Report,
    context: &IngestContext,
    rows: &PackedRows,
    scans: &ReportScans,
) -> Result<Manifest, Diagnostic> {
    let scan = &report.scan;
    let is_of_tool = report.fills.record_fields().is_none();
    let named = context.asset.iter().filter(|_| !is_of_tool);
    let assets: BTreeSet<&String> = scans.assets().chain(named).collect();
    if let Some((field, text)) = report.unread_scan_dates.iter().next()
        && context.at.is_none()
        && is_of_tool
    {
        return Err(unread_date(name, field, text));
    }
    let finished_at = context.at.or(scan.finished_at).or(scan.started_at);
    let finished_at = match finished_at {
        Some(at) => at,
        None if is_of_tool => return Err(no_date(name)),
        None => context.recorded_at,
    };
    let latest = rows.latest.unwrap_or(finished_at).max(finished_at);
    if latest > context.recorded_at.saturating_add(CLOCK_SLACK) {
        return Err(future(name));
    }
    let worst = scans.recorded().iter().map(|scan| scan.outcome).max();
    let outcome = worst.unwrap_or(with_context(scan.outcome, context));
    let left_out = report.left_out.iter();
    let left_out = left_out.map(|(what, times)| (what.words(), *times));
    let unread = report.unread_dates.iter();
    let unread = unread.map(|date| (date.field.clone(), RecordedUnreadDate::of(date)));
    let manifest = Manifest {
        segment: String::new(),
        file: name.to_string(),
        report: hash,
        source: report.source.clone(),
        fills: report.fills,
        tool: scans.tool(&scan.tool),
        tool_version: scan.tool_version.clone(),
        tool_kind: scan.kind,
        assets: assets.into_iter().cloned().collect(),
        environment: context.environment.clone().unwrap_or_default(),
        branch: context.branch.clone().or_else(|| scan.branch.clone()),
        started_at: scan.started_at.filter(|at| *at <= finished_at),
        finished_at,
        outcome,
        scope: scan.scope,
        rules: scan.rules.clone(),
        scans: scans.recorded().to_vec(),
        left_out: left_out.collect(),
        unread_dates: unread.collect(),
        dates: report.told_order,
        sheet: context.sheet.clone(),
        recipe: String::new(),
        recorded_at: context.recorded_at,
        rows: rows.count,
        dropped: report.dropped.clone(),
        data: String::new(),
        data_hash: String::new(),
        members: Vec::new(),
    };
    Ok(Manifest {
        segment: segment_name(&manifest),
        ..manifest
    })
}

/// What identities of a source are made of, as a word.
pub(super) fn recipe(definitions: &Definitions, source: &str) -> String {
    let mut sources = definitions.reports.iter();
    let source = sources.find(|known| known.name == source);
    source
        .map(crate::reports::ingest::recipe)
        .unwrap_or_default()
}

/// The hash of the report's bytes and of all that decides what its rows mean.
fn segment_name(manifest: &Manifest) -> String {
    let mut hash = blake3::Hasher::new();
    let outcome = [manifest.outcome.word(), manifest.scope.word()];
    let parts = [
        manifest.report.as_str(),
        manifest.source.as_str(),
        manifest.environment.as_str(),
        manifest.branch.as_deref().unwrap_or_default(),
    ];
    let assets = manifest.assets.iter().map(String::as_str);
    let order = manifest.dates.map(DayOrder::word);
    let sheet = manifest.sheet.as_deref();
    // Reports whose scans have neither lines nor tools of their own are named as they always were.
    let scans = manifest.scans.iter().flat_map(|scan| {
        let tool = (scan.tool != manifest.tool).then_some(scan.tool.as_str());
        let tool = tool.map(str::to_string);
        tool.into_iter().chain(scan.label())
    });
    let scans: Vec<String> = scans.collect();
    let scans = scans.iter().map(String::as_str);
    let all = parts.into_iter().chain(outcome).chain(assets).chain(scans);
    for part in all.chain(order).chain(sheet) {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.update(&manifest.finished_at.to_le_bytes());
    hash.finalize().to_hex()[..32].to_string()
}

fn no_date(name: &str) -> Diagnostic {
    Diagnostic::data(
        "D408",
        format!("`{name}` does not say when the scan was made"),
    )
    .help("say it: --at 2026-03-31, or --at 2026-03-31T10:00:00Z")
}

fn unread_date(name: &str, field: &str, text: &str) -> Diagnostic {
    Diagnostic::data(
        "D407",
        format!("`{name}`: `{field}` of the scan is \"{text}\", which is no date"),
    )
    .help("say when the scan was finished: --at 2026-03-31, or --at 2026-03-31T10:00:00Z")
    .help("or add its format to the source: `dates \"%d %b %Y %H:%M:%S\"`")
}

fn future(name: &str) -> Diagnostic {
    Diagnostic::data("D409", format!("`{name}` tells of a scan in the future"))
        .help("if the report's clock was wrong, say when it was made: --at 2026-03-31T10:00:00Z")
}
