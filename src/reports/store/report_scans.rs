//! The scans of one report, and which of them each row is from.

use std::collections::{BTreeMap, BTreeSet};

use super::manifest::{RecordedScan, ScanLineGap};
use super::segment::IngestContext;
use crate::base::diagnostic::Diagnostic;
use crate::reports::ingest::{Report, ReportRow, ScanInfo, ScanOutcome};

/// What a row says of the scan it is from; what it does not say is as the report has it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub(super) struct RowOrigin {
    pub target: Option<String>,
    pub tool: Option<String>,
    pub scan_line: Option<String>,
}

impl RowOrigin {
    pub fn of(row: &ReportRow) -> RowOrigin {
        RowOrigin {
            target: row.target.clone(),
            tool: row.tool.clone(),
            scan_line: row.scan_line.clone(),
        }
    }

    /// Whether a scan has all that is said.
    fn is_of(&self, scan: &ScanInfo) -> bool {
        let agrees = |said: &Option<String>, known: Option<&String>| {
            said.as_ref().is_none_or(|said| known == Some(said))
        };
        agrees(&self.target, scan.target.as_ref())
            && agrees(&self.tool, Some(&scan.tool))
            && agrees(&self.scan_line, scan.scan_line.as_ref())
    }
}

/// The scans of a report, as they are recorded.
#[derive(Default)]
pub(super) struct ReportScans {
    recorded: Vec<RecordedScan>,
    by_said: BTreeMap<RowOrigin, usize>,
}

impl ReportScans {
    /// The scans that a report lists, and those that only rows tell of.
    ///
    /// # Errors
    ///
    /// `D410`: one of them does not say what was scanned; `D413`: one name for several scans.
    pub fn of(
        name: &str,
        report: &Report,
        context: &IngestContext,
        rows: &BTreeSet<RowOrigin>,
    ) -> Result<ReportScans, Diagnostic> {
        let mut scans = ReportScans::default();
        if report.fills.record_fields().is_some() {
            return Ok(scans);
        }
        // A report that lists no scans and whose rows say theirs has no scan of its own.
        let is_told_by_rows = !rows.is_empty()
            && rows.iter().all(|said| said.target.is_some())
            && report.scans.len() == 1
            && report.scans[0].target.is_none();
        let mut all: Vec<ScanInfo> = match is_told_by_rows {
            true => Vec::new(),
            false => report.scans.clone(),
        };
        let mut places = BTreeMap::new();
        for said in rows {
            let fits: Vec<usize> = (0..all.len())
                .filter(|index| said.is_of(&all[*index]))
                .collect();
            let index = match fits.as_slice() {
                [one] => *one,
                _ => {
                    all.push(told_by(said, &report.scan));
                    all.len() - 1
                }
            };
            places.insert(said.clone(), index);
        }
        for (index, scan) in all.iter().enumerate() {
            let own = recorded(name, scan, context, rows.is_empty())?;
            let known = scans.recorded.iter().position(|known| is_one(known, &own));
            let at = match known {
                Some(at) => {
                    join(&mut scans.recorded[at], own);
                    at
                }
                None => {
                    scans.recorded.push(own);
                    scans.recorded.len() - 1
                }
            };
            for (said, _) in places.iter().filter(|(_, place)| **place == index) {
                scans.by_said.insert(said.clone(), at);
            }
        }
        scans.named(name, context)?;
        Ok(scans)
    }

    /// Which scan a row is from.
    pub fn of_row(&self, said: &RowOrigin) -> usize {
        self.by_said.get(said).copied().unwrap_or_default()
    }

    pub fn recorded(&self) -> &[RecordedScan] {
        &self.recorded
    }

    pub fn assets(&self) -> impl Iterator<Item = &String> {
        self.recorded.iter().map(|scan| &scan.asset)
    }

    /// The tool of all of them, or that of the report.
    pub fn tool(&self, otherwise: &str) -> String {
        let mut tools = self.recorded.iter().map(|scan| scan.tool.as_str());
        let first = tools.next().unwrap_or(otherwise);
        match tools.all(|tool| tool == first) {
            true => first.to_string(),
            false => otherwise.to_string(),
        }
    }

    /// Gives the scan the line that the user names.
    fn named(&mut self, name: &str, context: &IngestContext) -> Result<(), Diagnostic> {
        let Some(line) = &context.scan_line else {
            return Ok(());
        };
        for index in 0..self.recorded.len() {
            let one = &self.recorded[index];
            let is_other =
                |other: &RecordedScan| other.asset == one.asset && other.tool == one.tool;
            if self.recorded[..index].iter().any(is_other) {
                let labels = self.recorded.iter().map(RecordedScan::label);
                let lines: Vec<String> = labels
                    .map(|label| label.unwrap_or("(none)".to_string()))
                    .collect();
                let message = format!(
                    "`{name}` has several scans of `{}` by {}, and `--scan-line` can name one",
                    one.asset, one.tool
                );
                return Err(Diagnostic::data("D413", message)
                    .help(format!("their lines are: {}", lines.join(", "))));
            }
        }
        for scan in &mut self.recorded {
            scan.line = Some(line.clone());
            scan.target = None;
            scan.gap = ScanLineGap::None;
        }
        Ok(())
    }
}

/// A scan that only rows tell of.
fn told_by(said: &RowOrigin, report: &ScanInfo) -> ScanInfo {
    ScanInfo {
        target: said.target.clone().or_else(|| report.target.clone()),
        tool: said.tool.clone().unwrap_or_else(|| report.tool.clone()),
        scan_line: said.scan_line.clone().or_else(|| report.scan_line.clone()),
        ..report.clone()
    }
}

fn recorded(
    name: &str,
    scan: &ScanInfo,
    context: &IngestContext,
    is_empty: bool,
) -> Result<RecordedScan, Diagnostic> {
    let asset = context.asset.as_ref().or(scan.target.as_ref());
    let asset = asset.ok_or_else(|| no_asset(name))?.clone();
    // Of several targets that go to one asset each is a line of its own.
    let target = scan.target.as_ref().filter(|target| **target != asset);
    Ok(RecordedScan {
        asset,
        tool: scan.tool.clone(),
        tool_kind: scan.kind,
        target: target.cloned(),
        line: scan.scan_line.clone(),
        gap: match is_empty && scan.target.is_none() {
            true => ScanLineGap::Target,
            false => ScanLineGap::None,
        },
        outcome: with_context(scan.outcome, context),
        scope: scan.scope,
        rules: scan.rules.clone(),
        unseen: scan.unseen.clone(),
    })
}

/// How a scan ended, by the report and by the user.
pub(super) fn with_context(outcome: ScanOutcome, context: &IngestContext) -> ScanOutcome {
    match outcome {
        ScanOutcome::Success if context.is_partial => ScanOutcome::Partial,
        ScanOutcome::Success | ScanOutcome::Partial | ScanOutcome::Failed => outcome,
    }
}

fn is_one(one: &RecordedScan, other: &RecordedScan) -> bool {
    one.asset == other.asset && one.tool == other.tool && one.label() == other.label()
}

/// Two that cannot be told apart are one scan, which did as little as the worse.
fn join(one: &mut RecordedScan, other: RecordedScan) {
    one.outcome = one.outcome.max(other.outcome);
    one.scope = one.scope.max(other.scope);
    one.rules = one.rules.take().zip(other.rules).map(|(mut rules, more)| {
        rules.extend(more);
        rules.sort_unstable();
        rules.dedup();
        rules
    });
    one.unseen.extend(other.unseen);
    one.unseen.sort_unstable();
    one.unseen.dedup();
}

/// Rows of several targets may go to one asset, where only the target tells them apart. One that is
/// itself the asset says nothing: it may be renamed without making other findings.
pub(super) fn tell_apart(row: &mut ReportRow, asset: &str) {
    // The host in front of a place tells it apart as well.
    let has_host = row.host.is_some() || row.url.as_ref().is_some_and(|url| url.contains("://"));
    let target = row.target.as_deref().filter(|target| *target != asset);
    if let Some(target) = target.filter(|_| !has_host) {
        let parts = format!("{}\n{target}", row.identity);
        let hash = blake3::hash(parts.as_bytes()).to_hex();
        row.identity = hash[..32].to_string();
    }
}

fn no_asset(name: &str) -> Diagnostic {
    Diagnostic::data("D410", format!("`{name}` does not say what was scanned"))
        .help("name it: --asset shop")
}
