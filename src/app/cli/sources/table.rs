//! A report as lines for a reader.

use super::object::severity;
use crate::base::instants::rfc3339;
use crate::lang::model::Definitions;
use crate::render::{RenderOptions, Sheet, count, counted, sentence};
use crate::reports::ingest::{Report, ReportRow, ScanInfo};

/// What was scanned, every row, and what was dropped.
pub fn text(definitions: &Definitions, report: &Report, look: RenderOptions) -> String {
    let mut text = sentence(&about(report), look) + "\n";
    // Every scan, where there are several or where the only one has a line.
    if report.scans.len() > 1 || report.scans.iter().any(|scan| scan.scan_line.is_some()) {
        for scan in &report.scans {
            text += &(sentence(&scanned(scan), look) + "\n");
        }
    }
    for (what, times) in &report.left_out {
        let told = format!(
            "left out, {} times: {} is {}",
            count(*times),
            what.place,
            what.found
        );
        text += &(sentence(&told, look) + "\n");
    }
    for (field, date) in &report.unread_scan_dates {
        let told =
            format!("`{field}` of the scan is \"{date}\", which is no date: ingest it with --at");
        text += &(sentence(&told, look) + "\n");
    }
    for date in &report.unread_dates {
        let told = format!(
            "`{}` is no date in {}, the first is \"{}\" in row {}",
            date.field,
            counted(date.rows, "row", "rows"),
            date.text,
            date.first_row
        );
        text += &(sentence(&told, look) + "\n");
    }
    if report.rows.is_empty() {
        text += "no rows: a clean scan\n";
    } else {
        text += &sheet(definitions, report, look).render(look);
    }
    text + "\n" + &sentence(&totals(report), look)
}

fn totals(report: &Report) -> String {
    let mut totals = format!("{} rows", count(report.rows.len() as u64));
    for (reason, rows) in &report.dropped {
        totals += &format!(", {} dropped: {reason}", count(*rows));
    }
    if report.repeated() > 0 {
        let repeated = count(report.repeated() as u64);
        totals += &format!(", {repeated} with the identity of an earlier row");
    }
    totals
}

/// What one scan of a report looked at.
fn scanned(scan: &ScanInfo) -> String {
    let mut parts = vec![format!("scan by {}", scan.tool)];
    parts.extend(scan.target.as_ref().map(|target| format!("of {target}")));
    parts.extend(
        scan.scan_line
            .as_ref()
            .map(|line| format!("scan line {line}")),
    );
    parts.push(scan.outcome.word().to_string());
    if !scan.unseen.is_empty() {
        parts.push(format!("did not look at {}", scan.unseen.join(", ")));
    }
    parts.join(" · ")
}

fn about(report: &Report) -> String {
    let scan = &report.scan;
    let mut parts = vec![format!("source {}", report.source), scan.tool.clone()];
    parts.extend(scan.tool_version.clone());
    parts.push(scan.kind.word().to_string());
    parts.extend(scan.target.clone());
    parts.push(match scan.finished_at.or(scan.started_at) {
        Some(at) => rfc3339(at),
        None => "no date in the report".to_string(),
    });
    parts.push(scan.outcome.word().to_string());
    parts.join(" · ")
}

/// A line a row; where the terminal has no room for it, all but severity and title stand below.
fn sheet(definitions: &Definitions, report: &Report, look: RenderOptions) -> Sheet {
    let mut narrow = Sheet::new().words("severity").texts("title");
    let mut wide = narrow.clone().texts("where").texts("rule");
    wide = wide.texts("ids").words("status");
    for row in &report.rows {
        let first = [
            severity(definitions, row.severity).to_string(),
            row.title.clone(),
        ];
        let others = others(row);
        narrow.row(first.clone());
        narrow.details(others.clone());
        wide.row(first.into_iter().chain(others));
    }
    Sheet::widest([wide, narrow], look)
}

/// Where it is, the rule that found it, its ids, and its status.
fn others(row: &ReportRow) -> [String; 4] {
    let mut ids: Vec<String> = row.cwe.iter().map(|cwe| format!("CWE-{cwe}")).collect();
    ids.extend(row.vulnerability_ids.iter().cloned());
    [
        place(row),
        row.rule_id.clone().unwrap_or_default(),
        ids.join(" "),
        row.status.map_or("", |status| status.word()).to_string(),
    ]
}

/// Where the weakness is, by what the row says of it.
fn place(row: &ReportRow) -> String {
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
