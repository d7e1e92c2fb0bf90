//! Adding a report: its segment is written, then its manifest put in place.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::facts::Observation;
use super::frames;
use super::layout::{Store, unwritable};
use super::manifest::Manifest;
use crate::diagnostic::{Diagnostic, Problems};
use crate::ingest::{Outcome, Report, Row, Scope};
use crate::model::Definitions;

/// What the report does not say, or what whoever ingests it knows better.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Context {
    pub asset: Option<String>,
    pub environment: Option<String>,
    pub branch: Option<String>,
    /// When the scan was finished, in microseconds.
    pub at: Option<i64>,
    /// The scan did not look at everything.
    pub is_partial: bool,
    /// When the store comes to know it: now, unless history is replayed.
    pub recorded_at: i64,
}

/// What came of adding a report.
#[derive(Clone, PartialEq, Debug)]
pub struct Added {
    pub manifest: Manifest,
    /// It was there already: nothing has changed.
    pub is_known: bool,
}

/// How far ahead of its ingestion a scan may be dated: clocks differ.
const CLOCK_SLACK: i64 = 24 * 3600 * 1_000_000;

/// Adds a report to a store. `bytes` are the report itself, `name` what messages call it.
///
/// # Errors
///
/// `D408` to `D410`: no date, a date in the future, no asset; `D420`: the store cannot be written, and
/// is as it was.
pub fn add(
    store: &Store,
    definitions: &Definitions,
    name: &str,
    bytes: &[u8],
    report: &Report,
    context: &Context,
) -> Result<Added, Problems> {
    let mut observations = observations(name, report, context)?;
    let mut manifest = manifest(name, bytes, report, context, &observations)?;
    for observation in &mut observations {
        observation.segment = Cow::Owned(manifest.segment.clone());
    }
    if store.has(&manifest.segment)? {
        return Ok(Added {
            manifest,
            is_known: true,
        });
    }
    let data = match report.fills.record_fields() {
        Some(fields) => frames::records(fields, &report.records),
        None => frames::observations(definitions, &observations),
    };
    let hash = blake3::hash(&data).to_hex().to_string();
    manifest.data = format!("{}.parquet", &hash[..32]);
    manifest.data_hash = hash;
    let path = store.observations().join(&manifest.data);
    write_whole(&path, &data).map_err(|error| unwritable(&path, &error))?;
    let is_first = store.publish(&manifest)?;
    Ok(Added {
        manifest,
        is_known: !is_first,
    })
}

fn observations<'a>(
    name: &str,
    report: &'a Report,
    context: &'a Context,
) -> Result<Vec<Observation<'a>>, Diagnostic> {
    let mut observations = Vec::with_capacity(report.rows.len());
    for row in &report.rows {
        let asset = context
            .asset
            .as_deref()
            .or(row.target.as_deref())
            .or(report.scan.target.as_deref());
        let Some(asset) = asset else {
            return Err(no_asset(name));
        };
        observations.push(Observation {
            segment: Cow::default(),
            asset: Cow::Borrowed(asset),
            row: of_target(row, asset),
        });
    }
    Ok(observations)
}

/// Rows of several targets may go to one asset, where only the target tells them apart. One that is
/// itself the asset says nothing: it may be renamed without making other findings.
fn of_target<'a>(row: &'a Row, asset: &str) -> Cow<'a, Row> {
    match row.target.as_deref().filter(|target| *target != asset) {
        None => Cow::Borrowed(row),
        Some(target) => {
            let parts = format!("{}\n{target}", row.identity);
            let hash = blake3::hash(parts.as_bytes()).to_hex();
            Cow::Owned(Row {
                identity: hash[..32].to_string(),
                ..row.clone()
            })
        }
    }
}

fn manifest(
    name: &str,
    bytes: &[u8],
    report: &Report,
    context: &Context,
    observations: &[Observation],
) -> Result<Manifest, Diagnostic> {
    let scan = &report.scan;
    let named = context.asset.clone().or_else(|| scan.target.clone());
    let mut assets: BTreeSet<String> = named.into_iter().collect();
    assets.extend(observations.iter().map(|each| each.asset.to_string()));
    let is_of_tool = report.fills.record_fields().is_none();
    if assets.is_empty() && is_of_tool {
        return Err(no_asset(name));
    }
    let finished_at = context.at.or(scan.finished_at).or(scan.started_at);
    let finished_at = match finished_at {
        Some(at) => at,
        None if is_of_tool => return Err(no_date(name)),
        None => context.recorded_at,
    };
    if finished_at > context.recorded_at.saturating_add(CLOCK_SLACK) {
        return Err(future(name));
    }
    let outcome = match scan.outcome {
        Outcome::Success if context.is_partial => Outcome::Partial,
        Outcome::Success | Outcome::Partial | Outcome::Failed => scan.outcome,
    };
    let manifest = Manifest {
        segment: String::new(),
        file: name.to_string(),
        report: blake3::hash(bytes).to_hex().to_string(),
        source: report.source.clone(),
        fills: report.fills.word().to_string(),
        tool: scan.tool.clone(),
        tool_version: scan.tool_version.clone(),
        tool_kind: scan.kind.word().to_string(),
        assets: assets.into_iter().collect(),
        environment: context.environment.clone().unwrap_or_default(),
        branch: context.branch.clone().or_else(|| scan.branch.clone()),
        started_at: scan.started_at.filter(|at| *at <= finished_at),
        finished_at,
        outcome: outcome.word().to_string(),
        scope: match scan.scope {
            Scope::Full => Scope::Full.word(),
            Scope::Diff => Scope::Diff.word(),
        }
        .to_string(),
        rules: scan.rules.clone(),
        recorded_at: context.recorded_at,
        rows: (observations.len() + report.records.len()) as u64,
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

/// The hash of the report's bytes and of all that decides what its rows mean.
fn segment_name(manifest: &Manifest) -> String {
    let mut hash = blake3::Hasher::new();
    let outcome = [manifest.outcome.as_str(), manifest.scope.as_str()];
    let parts = [
        manifest.report.as_str(),
        manifest.source.as_str(),
        manifest.environment.as_str(),
        manifest.branch.as_deref().unwrap_or_default(),
    ];
    let assets = manifest.assets.iter().map(String::as_str);
    for part in parts.into_iter().chain(outcome).chain(assets) {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.update(&manifest.finished_at.to_le_bytes());
    hash.finalize().to_hex()[..32].to_string()
}

fn no_asset(name: &str) -> Diagnostic {
    Diagnostic::data("D410", format!("`{name}` does not say what was scanned"))
        .help("name it: --asset shop")
}

fn no_date(name: &str) -> Diagnostic {
    Diagnostic::data(
        "D408",
        format!("`{name}` does not say when the scan was made"),
    )
    .help("say it: --at 2026-03-31, or --at 2026-03-31T10:00:00Z")
}

fn future(name: &str) -> Diagnostic {
    Diagnostic::data("D409", format!("`{name}` says it was made in the future"))
        .help("if the report's clock was wrong, say when it was made: --at 2026-03-31T10:00:00Z")
}

/// A name beside a path that nobody else uses.
pub(super) fn unfinished(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    path.with_file_name(format!(".{name}.{}.{count}", std::process::id()))
}

pub(super) fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A rename lasts once its folder is synced; folders of some systems cannot be.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent()
        && let Ok(folder) = File::open(folder)
    {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Writes a file that is named by its content: whoever comes second writes the same.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|there| there.len() == bytes.len() as u64) {
        return Ok(());
    }
    let unfinished = unfinished(path);
    let written = write_synced(&unfinished, bytes).and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written.and_then(|()| sync_folder(path))
}
