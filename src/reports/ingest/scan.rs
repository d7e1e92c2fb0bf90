//! What a report says about its scans.

use std::collections::BTreeMap;
use std::sync::Arc;

use jaq_json::{Map, Val};

use super::dates::{DateOrders, DatePlace, DateReader, SaidDate};
use super::mistakes::start;
use super::programs::Program;
use super::report::{ScanInfo, ScanOutcome, ScanScope};
use super::values::{list, number, text};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Span;
use crate::lang::model::{ReportSource, ToolKind};

/// How many things that were not looked at are kept by name.
const MOST_UNSEEN: usize = 20;

/// What a report, or a portion of one, says of its scans. What it does not say is missing.
#[derive(Clone, Default)]
pub(super) struct SaidScans {
    /// Of all of them.
    report: SaidScan,
    /// Of single ones, by target, tool and line.
    scans: BTreeMap<ScanKey, SaidScan>,
    /// Dates that nothing reads: field and text.
    pub unread_dates: BTreeMap<String, String>,
    /// What the dates tell of the order of day and month.
    pub orders: DateOrders,
}

/// What tells the scans of a report apart: target, tool, line.
type ScanKey = [Option<String>; 3];

#[derive(Clone, Default)]
struct SaidScan {
    tool: Option<String>,
    tool_version: Option<String>,
    kind: Option<ToolKind>,
    target: Option<String>,
    scan_line: Option<String>,
    branch: Option<String>,
    started_at: Option<i64>,
    finished_at: Option<i64>,
    /// When the report was written, for scans of which nothing says when they ended.
    reported_at: Option<i64>,
    outcome: Option<ScanOutcome>,
    scope: Option<ScanScope>,
    rules: Option<Vec<String>>,
    /// Of those, the ones without a verdict somewhere: what they would have found is not known.
    unsure_rules: Vec<String>,
    unseen: Vec<String>,
    /// How many rows there are, as the report counts them.
    row_count: Option<u64>,
}

/// Reads the object that a program `scan` gave.
///
/// # Errors
///
/// `D405`: what it says is none of what can be said.
pub(super) fn said(
    name: &str,
    source: &ReportSource,
    dates: DateReader,
    object: &Map,
) -> Result<SaidScans, Problems> {
    let span = start(
        source
            .scan
            .as_ref()
            .map_or(source.rows.span, |text| text.span),
        "\"\"\"",
    );
    let mut reader = ScanReader {
        name,
        source,
        span,
        dates,
        unread_dates: BTreeMap::new(),
        problems: Problems::default(),
    };
    let mut found = SaidScans {
        report: reader.said(object, true),
        ..SaidScans::default()
    };
    for each in object
        .get(&Val::from("scans".to_string()))
        .into_iter()
        .flat_map(list)
    {
        match each {
            Val::Obj(members) => {
                let mut scan = reader.said(members, false);
                // Before scans of one key are joined: what one of them does not say, the report says, not the other.
                scan.outcome = scan.outcome.or(found.report.outcome);
                scan.scope = scan.scope.or(found.report.scope);
                found.add(scan);
            }
            _ => reader.odd("a member of `scans` is no object".to_string()),
        }
    }
    match reader.problems.has_errors() {
        true => Err(reader.problems),
        false => Ok(SaidScans {
            unread_dates: reader.unread_dates,
            orders: reader.dates.seen,
            ..found
        }),
    }
}

/// The object that a program `scan` gives.
///
/// # Errors
///
/// In words: it fails, or gives something else.
pub(super) fn object(program: &Program, value: &Val) -> Result<Arc<Map>, String> {
    match program.run(value.clone()).next() {
        Some(Ok(Val::Obj(said))) => Ok(said),
        Some(Ok(_)) | None => Err("it gives no object".to_string()),
        Some(Err(why)) => Err(why),
    }
}

/// Reads the objects of a program `scan`.
struct ScanReader<'a> {
    name: &'a str,
    source: &'a ReportSource,
    span: Span,
    dates: DateReader<'a>,
    unread_dates: BTreeMap<String, String>,
    problems: Problems,
}

impl ScanReader<'_> {
    fn said(&mut self, members: &Map, is_report: bool) -> SaidScan {
        let mut scan = SaidScan::default();
        for (key, value) in members.iter() {
            let key = text(key).unwrap_or_default();
            match key.as_str() {
                "tool" => scan.tool = text(value),
                "tool_version" => scan.tool_version = text(value),
                "target" => scan.target = text(value),
                "scan_line" => scan.scan_line = text(value),
                "branch" => scan.branch = text(value),
                "started_at" => scan.started_at = self.date(&key, value),
                "finished_at" => scan.finished_at = self.date(&key, value),
                "reported_at" => scan.reported_at = self.date(&key, value),
                "tool_kind" => scan.kind = self.word(value, ToolKind::ALL, ToolKind::word),
                "outcome" => {
                    scan.outcome = self.word(value, &ScanOutcome::ALL, ScanOutcome::word);
                }
                "scope" => scan.scope = self.word(value, &ScanScope::ALL, ScanScope::word),
                "rules" => scan.rules = (!matches!(value, Val::Null)).then(|| texts(value)),
                "unsure_rules" => scan.unsure_rules = texts(value),
                "unseen" => scan.unseen = texts(value),
                "row_count" if is_report => scan.row_count = number(value).map(|rows| rows as u64),
                "scans" if is_report => {}
                other => self.odd(format!("a scan has no field `{other}`")),
            }
        }
        scan
    }

    fn odd(&mut self, words: String) {
        let message = format!("`{}` by source {}: {words}", self.name, self.source.name);
        self.problems
            .push(Diagnostic::error("D405", self.span, message));
    }

    fn date(&mut self, key: &str, value: &Val) -> Option<i64> {
        let text = text(value)?;
        match self.dates.said(&text, DatePlace::Scan) {
            SaidDate::At(at) => Some(at),
            SaidDate::Never | SaidDate::Undecided => None,
            SaidDate::Unread => {
                self.unread_dates.entry(key.to_string()).or_insert(text);
                None
            }
        }
    }

    /// What a scan says in one of our words; another word is told.
    fn word<T: Copy>(
        &mut self,
        value: &Val,
        all: &[T],
        written: fn(T) -> &'static str,
    ) -> Option<T> {
        let text = text(value)?;
        let found = all.iter().copied().find(|known| written(*known) == text);
        if found.is_none() {
            let known: Vec<&str> = all.iter().map(|known| written(*known)).collect();
            self.odd(format!("\"{text}\" is none of {}", known.join(", ")));
        }
        found
    }
}

fn texts(value: &Val) -> Vec<String> {
    ascending(list(value).into_iter().filter_map(text).collect())
}

fn ascending(mut texts: Vec<String>) -> Vec<String> {
    texts.sort_unstable();
    texts.dedup();
    texts
}

impl SaidScans {
    fn add(&mut self, scan: SaidScan) {
        match self.scans.remove(&scan.key()) {
            Some(known) => drop(self.scans.insert(scan.key(), known.and(scan))),
            None => drop(self.scans.insert(scan.key(), scan)),
        }
    }

    /// What a report says of which two portions say this.
    pub fn and(self, later: SaidScans) -> SaidScans {
        let mut whole = SaidScans {
            report: self.report.and(later.report),
            scans: self.scans,
            unread_dates: later.unread_dates,
            orders: self.orders,
        };
        whole.unread_dates.extend(self.unread_dates);
        whole.orders.append(later.orders, 0);
        later.scans.into_values().for_each(|scan| whole.add(scan));
        whole
    }

    /// Something in the report was not read, so nothing that is absent is proven to be gone.
    pub fn is_partial(&mut self) {
        let all = std::iter::once(&mut self.report).chain(self.scans.values_mut());
        for scan in all {
            scan.outcome = Some(scan.outcome.map_or(ScanOutcome::Partial, |outcome| {
                outcome.max(ScanOutcome::Partial)
            }));
        }
    }

    /// The report counts more rows than it has: it is a page of several, or was filtered.
    pub fn lacks_rows(&self, seen: u64) -> bool {
        self.report.row_count.is_some_and(|rows| rows > seen)
    }

    /// The report's own scan, and every scan in it; what none of them says is as the source has it.
    pub fn settled(self, source: &ReportSource) -> (ScanInfo, Vec<ScanInfo>) {
        let report = self.report.settled(&ScanInfo {
            tool: source.tool.clone(),
            tool_version: None,
            kind: source.kind,
            target: None,
            scan_line: None,
            branch: None,
            started_at: None,
            finished_at: None,
            outcome: ScanOutcome::Success,
            scope: ScanScope::Full,
            rules: None,
            unseen: Vec::new(),
        });
        let mut scans: Vec<ScanInfo> = self
            .scans
            .into_values()
            .map(|scan| scan.settled(&report))
            .collect();
        if scans.is_empty() {
            scans.push(report.clone());
        }
        (report, scans)
    }
}

impl SaidScan {
    fn key(&self) -> ScanKey {
        [
            self.target.clone(),
            self.tool.clone(),
            self.scan_line.clone(),
        ]
    }

    /// The scan of which two parts say this: it began with the first and ended with the last of them, and
    /// did as little as the worse. Of what they do not say alike, nothing is said.
    fn and(self, later: SaidScan) -> SaidScan {
        SaidScan {
            tool: alike(self.tool, later.tool),
            tool_version: alike(self.tool_version, later.tool_version),
            kind: alike(self.kind, later.kind),
            target: alike(self.target, later.target),
            scan_line: alike(self.scan_line, later.scan_line),
            branch: alike(self.branch, later.branch),
            started_at: both(self.started_at, later.started_at, Ord::min),
            finished_at: both(self.finished_at, later.finished_at, Ord::max),
            reported_at: both(self.reported_at, later.reported_at, Ord::max),
            outcome: both(self.outcome, later.outcome, Ord::max),
            scope: both(self.scope, later.scope, Ord::max),
            // Where one part does not name the rules it ran, the rules of the whole scan are unknown.
            rules: self
                .rules
                .zip(later.rules)
                .map(|(rules, more)| ascending(joined(rules, more))),
            unsure_rules: ascending(joined(self.unsure_rules, later.unsure_rules)),
            unseen: ascending(joined(self.unseen, later.unseen)),
            row_count: both(self.row_count, later.row_count, Ord::max),
        }
    }

    fn settled(self, others: &ScanInfo) -> ScanInfo {
        let unseen = match self.unseen.is_empty() {
            true => others.unseen.clone(),
            false => shortened(self.unseen),
        };
        let rules = self.rules.map(|mut rules| {
            rules.retain(|rule| self.unsure_rules.binary_search(rule).is_err());
            rules
        });
        ScanInfo {
            tool: self.tool.unwrap_or_else(|| others.tool.clone()),
            tool_version: self.tool_version.or_else(|| others.tool_version.clone()),
            kind: self.kind.unwrap_or(others.kind),
            target: self.target.or_else(|| others.target.clone()),
            scan_line: self.scan_line.or_else(|| others.scan_line.clone()),
            branch: self.branch.or_else(|| others.branch.clone()),
            started_at: self.started_at.or(others.started_at),
            finished_at: self.finished_at.or(self.reported_at).or(others.finished_at),
            outcome: self.outcome.unwrap_or(others.outcome),
            scope: self.scope.unwrap_or(others.scope),
            rules: rules.or_else(|| others.rules.clone()),
            unseen,
        }
    }
}

/// The first of them, and how many more there are.
fn shortened(mut unseen: Vec<String>) -> Vec<String> {
    let more = unseen.len().saturating_sub(MOST_UNSEEN);
    if more > 0 {
        unseen.truncate(MOST_UNSEEN);
        unseen.push(format!("… and {more} more"));
    }
    unseen
}

fn joined(mut some: Vec<String>, others: Vec<String>) -> Vec<String> {
    some.extend(others);
    some
}

fn alike<T: PartialEq>(one: Option<T>, other: Option<T>) -> Option<T> {
    one.filter(|one| other.as_ref() == Some(one))
}

fn both<T>(one: Option<T>, other: Option<T>, join: impl FnOnce(T, T) -> T) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(join(one, other)),
        (one, other) => one.or(other),
    }
}
