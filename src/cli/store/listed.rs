//! What is in a store: by report, by tool, by asset.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::super::args::StoreBy;
use super::super::sources::instant;
use crate::render::{Look, aligned, count};
use crate::store::Manifest;

/// Terminals narrower than this get fewer columns instead of cut ones.
const WIDE: usize = 100;

/// A table with one line each, and the totals.
pub fn text(manifests: &[Manifest], by: StoreBy, look: Look) -> String {
    let reports = reports(manifests);
    let lines = match by {
        StoreBy::Report => by_report(&reports, look.width.is_none_or(|width| width >= WIDE)),
        StoreBy::Tool => by_tool(&reports),
        StoreBy::Asset => by_asset(&reports),
    };
    let rows: u64 = reports.iter().map(|report| report.rows).sum();
    let newest = reports.iter().map(|report| report.finished_at).max();
    let newest = newest.map_or(String::new(), |at| format!(", newest {}", instant(at)));
    format!(
        "{}\n{} reports, {} rows{newest}, {} segments\n",
        aligned(lines, look),
        count(reports.len() as u64),
        count(rows),
        count(manifests.len() as u64),
    )
}

/// In the order of time.
fn reports(manifests: &[Manifest]) -> Vec<&Manifest> {
    let mut reports: Vec<&Manifest> = manifests.iter().flat_map(Manifest::reports).collect();
    reports.sort_by_key(|report| (report.finished_at, &report.segment));
    reports
}

fn by_report(reports: &[&Manifest], is_wide: bool) -> Vec<Vec<String>> {
    let header = match is_wide {
        true => vec![
            "finished",
            "source",
            "tool",
            "assets",
            "environment",
            "outcome",
            "rows",
            "file",
        ],
        false => vec!["finished", "tool", "assets", "rows"],
    };
    let mut lines = vec![texts(&header)];
    lines.extend(reports.iter().map(|report| {
        let finished = instant(report.finished_at);
        let (tool, assets) = (report.tool.clone(), report.assets.join(", "));
        match is_wide {
            true => vec![
                finished,
                report.source.clone(),
                tool,
                assets,
                report.environment.clone(),
                report.outcome.clone(),
                count(report.rows),
                report.file.clone(),
            ],
            false => vec![finished[..10].to_string(), tool, assets, count(report.rows)],
        }
    }));
    lines
}

#[derive(Default)]
struct Total<'a> {
    reports: u64,
    rows: u64,
    newest: Option<i64>,
    others: BTreeSet<&'a str>,
}

fn by_tool(reports: &[&Manifest]) -> Vec<Vec<String>> {
    let mut totals: BTreeMap<&str, Total> = BTreeMap::new();
    for report in reports {
        let total = totals.entry(&report.tool).or_default();
        total.reports += 1;
        total.rows += report.rows;
        total.newest = total.newest.max(Some(report.finished_at));
        total
            .others
            .extend(report.assets.iter().map(String::as_str));
    }
    let mut lines = vec![texts(&["tool", "reports", "rows", "assets", "newest"])];
    lines.extend(totals.iter().map(|(tool, total)| {
        vec![
            (*tool).to_string(),
            count(total.reports),
            count(total.rows),
            count(total.others.len() as u64),
            total.newest.map(instant).unwrap_or_default(),
        ]
    }));
    lines
}

fn by_asset(reports: &[&Manifest]) -> Vec<Vec<String>> {
    let mut totals: BTreeMap<&str, Total> = BTreeMap::new();
    for report in reports {
        for asset in &report.assets {
            let total = totals.entry(asset).or_default();
            total.reports += 1;
            total.newest = total.newest.max(Some(report.finished_at));
            total.others.insert(&report.tool);
        }
    }
    let mut lines = vec![texts(&["asset", "reports", "newest", "tools"])];
    lines.extend(totals.iter().map(|(asset, total)| {
        let tools: Vec<&str> = total.others.iter().copied().collect();
        vec![
            (*asset).to_string(),
            count(total.reports),
            total.newest.map(instant).unwrap_or_default(),
            tools.join(", "),
        ]
    }));
    lines
}

fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_string()).collect()
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
                "fills": report.fills,
                "tool": report.tool,
                "tool_version": report.tool_version,
                "tool_kind": report.tool_kind,
                "assets": report.assets,
                "environment": report.environment,
                "branch": report.branch,
                "started_at": report.started_at.map(instant),
                "finished_at": instant(report.finished_at),
                "outcome": report.outcome,
                "scope": report.scope,
                "rows": report.rows,
                "dropped": report.dropped,
                "recorded_at": instant(report.recorded_at),
            })
        })
        .collect();
    let object = json!({ "segments": manifests.len(), "reports": reports });
    let text = serde_json::to_string_pretty(&object).expect("JSON can be written");
    format!("{text}\n")
}
