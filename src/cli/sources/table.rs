//! A report as lines for a reader.

use super::object::{instant, severity};
use crate::ingest::{Report, Row};
use crate::model::Definitions;
use crate::render::{Look, aligned};

/// Terminals narrower than this are not shown rules, ids and statuses.
const NARROW: usize = 72;

/// What was scanned, every row, and what was dropped.
pub fn text(definitions: &Definitions, report: &Report, look: Look) -> String {
    let mut text = format!("{}\n\n", about(report));
    let mut rows = vec![
        ["severity", "title", "where", "rule", "ids", "status"]
            .map(str::to_string)
            .to_vec(),
    ];
    rows.extend(report.rows.iter().map(|row| cells(definitions, row)));
    if look.width.is_some_and(|width| width < NARROW) {
        rows.iter_mut().for_each(|row| row.truncate(3));
    }
    if report.rows.is_empty() {
        text += "no rows: a clean scan\n";
    } else {
        text += &aligned(rows, look);
    }
    text += &format!("\n{} rows", report.rows.len());
    for (reason, count) in &report.dropped {
        text += &format!(", {count} dropped: {reason}");
    }
    if report.repeated() > 0 {
        let repeated = report.repeated();
        text += &format!(", {repeated} with the identity of an earlier row");
    }
    text.push('\n');
    text
}

fn about(report: &Report) -> String {
    let scan = &report.scan;
    let mut parts = vec![format!("source {}", report.source), scan.tool.clone()];
    parts.extend(scan.tool_version.clone());
    parts.push(scan.kind.word().to_string());
    parts.extend(scan.target.clone());
    parts.push(match scan.finished_at.or(scan.started_at) {
        Some(at) => instant(at),
        None => "no date in the report".to_string(),
    });
    parts.push(scan.outcome.word().to_string());
    parts.join(" · ")
}

fn cells(definitions: &Definitions, row: &Row) -> Vec<String> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut ids: Vec<String> = row.cwe.iter().map(|cwe| format!("CWE-{cwe}")).collect();
    ids.extend(row.vulnerability_ids.iter().cloned());
    vec![
        severity(definitions, row.severity).to_string(),
        row.title.clone(),
        place(row),
        text(&row.rule_id),
        ids.join(" "),
        row.status.map_or("", |status| status.word()).to_string(),
    ]
}

/// Where the weakness is, by what the row says of it.
fn place(row: &Row) -> String {
    if let Some(file) = &row.file {
        return match row.line {
            Some(line) => format!("{file}:{line}"),
            None => file.clone(),
        };
    }
    if let Some(component) = &row.component {
        return format!("{component} {}", row.version.as_deref().unwrap_or_default());
    }
    let request = [
        row.method.as_deref(),
        row.url.as_deref(),
        row.parameter.as_deref(),
    ];
    let request: Vec<&str> = request.into_iter().flatten().collect();
    match request.is_empty() {
        true => row.host.clone().unwrap_or_default(),
        false => request.join(" "),
    }
}
