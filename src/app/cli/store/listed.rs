//! What is in a store: by report, by tool, by asset.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::super::args::StoreBy;
use crate::base::instants::rfc3339;
use crate::render::{self, RenderOptions, Sheet, count, counted, sentence};
use crate::reports::store::Manifest;

/// A table with one line each, and the totals.
pub fn text(manifests: &[Manifest], by: StoreBy, look: RenderOptions) -> String {
    let reports = reports(manifests);
    let sheet = match by {
        StoreBy::Report => by_report(&reports, look),
        StoreBy::Tool => by_tool(&reports, look),
        StoreBy::Asset => by_asset(&reports, look),
    };
    let rows: u64 = reports.iter().map(|report| report.rows).sum();
    let newest = reports.iter().map(|report| report.finished_at).max();
    let newest = newest.map_or(String::new(), |at| format!(", newest {}", rfc3339(at)));
    let totals = format!(
        "{}, {}{newest}, {}",
        counted(reports.len() as u64, "report", "reports"),
        counted(rows, "row", "rows"),
        counted(manifests.len() as u64, "segment", "segments"),
    );
    format!("{}\n{}", sheet.render(look), sentence(&totals, look))
}

/// In the order of time.
fn reports(manifests: &[Manifest]) -> Vec<&Manifest> {
    let mut reports: Vec<&Manifest> = manifests.iter().flat_map(Manifest::reports).collect();
    reports.sort_by_key(|report| (report.finished_at, &report.file, &report.segment));
    reports
}

fn by_report(reports: &[&Manifest], look: RenderOptions) -> Sheet {
    let mut wide = Sheet::new().words("finished").words("source").words("tool");
    wide = wide.words("assets").words("environment").words("outcome");
    wide = wide.numbers("rows").words("file");
    let mut narrow = Sheet::new().words("finished").words("tool");
    narrow = narrow.words("assets").numbers("rows");
    let mut narrowest = Sheet::new().words("finished").numbers("rows");
    for report in reports {
        let (tool, assets) = (|| report.tool.clone(), || report.assets.join(", "));
        let (at, rows) = (report.finished_at, || count(report.rows));
        narrow.row([day(at), tool(), assets(), rows()]);
        narrowest.row([day(at), rows()]);
        narrowest.details([tool(), assets()]);
        wide.row([
            rfc3339(at),
            report.source.clone(),
            tool(),
            assets(),
            report.environment.clone(),
            report.outcome.word().to_string(),
            rows(),
            report.file.clone(),
        ]);
    }
    Sheet::widest([wide, narrow, narrowest], look)
}

/// The day of an instant: enough where there is little room.
fn day(at: i64) -> String {
    rfc3339(at).chars().take("2026-03-31".len()).collect()
}

#[derive(Default)]
struct StoreTotals<'a> {
    reports: u64,
    rows: u64,
    newest: i64,
    others: BTreeSet<&'a str>,
}

impl StoreTotals<'_> {
    /// Reports come in the order of time.
    fn add(&mut self, report: &Manifest) {
        self.reports += 1;
        self.rows += report.rows;
        self.newest = report.finished_at;
    }
}

fn by_tool(reports: &[&Manifest], look: RenderOptions) -> Sheet {
    let mut totals: BTreeMap<&str, StoreTotals> = BTreeMap::new();
    for report in reports {
        let total = totals.entry(&report.tool).or_default();
        total.add(report);
        total
            .others
            .extend(report.assets.iter().map(String::as_str));
    }
    let tools = Sheet::new().words("tool").numbers("reports");
    let tools = tools.numbers("rows").numbers("assets").words("newest");
    let (mut wide, mut narrow) = (tools.clone(), tools);
    for (tool, total) in totals {
        let figures = [
            tool.to_string(),
            count(total.reports),
            count(total.rows),
            count(total.others.len() as u64),
        ];
        wide.row(figures.clone().into_iter().chain([rfc3339(total.newest)]));
        narrow.row(figures.into_iter().chain([day(total.newest)]));
    }
    Sheet::widest([wide, narrow], look)
}

fn by_asset(reports: &[&Manifest], look: RenderOptions) -> Sheet {
    let mut totals: BTreeMap<&str, StoreTotals> = BTreeMap::new();
    for report in reports {
        for asset in &report.assets {
            let total = totals.entry(asset).or_default();
            total.add(report);
            total.others.insert(&report.tool);
        }
    }
    let assets = Sheet::new()
        .words("asset")
        .numbers("reports")
        .words("newest");
    let (mut wide, mut narrow) = (assets.clone().words("tools"), assets);
    for (asset, total) in totals {
        let (asset, number) = (|| asset.to_string(), || count(total.reports));
        let tools: Vec<&str> = total.others.into_iter().collect();
        let tools = tools.join(", ");
        narrow.row([asset(), number(), day(total.newest)]);
        narrow.details([tools.clone()]);
        wide.row([asset(), number(), rfc3339(total.newest), tools]);
    }
    Sheet::widest([wide, narrow], look)
}

/// Every report with all that is known about it.
pub fn json(manifests: &[Manifest]) -> String {
    let reports: Vec<Json> = reports(manifests)
        .into_iter()
        .map(|report| {
            json!({
                "segment": report.segment,
                "file": report.file,
                "source": report.source,
                "fills": report.fills.word(),
                "tool": report.tool,
                "tool_version": report.tool_version,
                "tool_kind": report.tool_kind.word(),
                "assets": report.assets,
                "environment": report.environment,
                "branch": report.branch,
                "started_at": report.started_at.map(rfc3339),
                "finished_at": rfc3339(report.finished_at),
                "outcome": report.outcome.word(),
                "scope": report.scope.word(),
                "rows": report.rows,
                "dropped": report.dropped,
                "recorded_at": rfc3339(report.recorded_at),
            })
        })
        .collect();
    let object = json!({ "segments": manifests.len(), "reports": reports });
    let text = render::pretty_json(&object);
    format!("{text}\n")
}
