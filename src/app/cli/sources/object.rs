//! A report as a JSON object.

use serde_json::{Value as Json, json};

use crate::base::instants::rfc3339;
use crate::lang::model::Definitions;
use crate::render;
use crate::reports::ingest::{Report, ReportRow, ScanInfo, UnreadDate};

/// `{source, tool, …, rows: […], dropped: […]}`.
pub fn json(definitions: &Definitions, report: &Report) -> String {
    let scan = &report.scan;
    let rows: Vec<Json> = report
        .rows
        .iter()
        .map(|row| row_object(definitions, row))
        .collect();
    let dropped: Vec<Json> = report
        .dropped
        .iter()
        .map(|(reason, rows)| json!({"reason": reason, "rows": rows}))
        .collect();
    let left_out: Vec<Json> = report
        .left_out
        .iter()
        .map(|(what, times)| json!({"place": what.place, "found": what.found, "times": times}))
        .collect();
    let object = json!({
        "source": report.source,
        "tool": scan.tool,
        "tool_version": scan.tool_version,
        "tool_kind": scan.kind.word(),
        "fills": report.fills.word(),
        "target": scan.target,
        "branch": scan.branch,
        "started_at": scan.started_at.map(rfc3339),
        "finished_at": scan.finished_at.map(rfc3339),
        "outcome": scan.outcome.word(),
        "scope": scan.scope.word(),
        "scans": report.scans.iter().map(scan_object).collect::<Vec<Json>>(),
        "left_out": left_out,
        "unread_dates": report.unread_dates.iter().map(unread_object).collect::<Vec<Json>>(),
        "unread_scan_dates": report.unread_scan_dates,
        "rows": rows,
        "dropped": dropped,
        "repeated": report.repeated(),
    });
    let text = render::pretty_json(&object);
    format!("{text}\n")
}

fn unread_object(date: &UnreadDate) -> Json {
    json!({
        "field": date.field,
        "text": date.text,
        "first_row": date.first_row,
        "rows": date.rows,
    })
}

fn scan_object(scan: &ScanInfo) -> Json {
    json!({
        "tool": scan.tool,
        "target": scan.target,
        "scan_line": scan.scan_line,
        "outcome": scan.outcome.word(),
        "unseen": scan.unseen,
    })
}

fn row_object(definitions: &Definitions, row: &ReportRow) -> Json {
    json!({
        "identity": row.identity,
        "rule_id": row.rule_id,
        "title": row.title,
        "message": row.message,
        "severity": severity(definitions, row.severity),
        "severity_word": row.severity_word,
        "severity_from": row.severity_from,
        "cvss": row.cvss,
        "cvss_vector": row.cvss_vector,
        "cwe": row.cwe,
        "vulnerability_ids": row.vulnerability_ids,
        "file": row.file,
        "line": row.line,
        "url": row.url,
        "method": row.method,
        "parameter": row.parameter,
        "host": row.host,
        "port": row.port,
        "component": row.component,
        "version": row.version,
        "fixed_version": row.fixed_version,
        "manifest": row.manifest,
        "purl": row.purl,
        "confidence": row.confidence,
        "evidence": row.evidence.map(|evidence| evidence.word()),
        "status": row.status.map(|status| status.word()),
        "status_reason": row.status_reason,
        "native_id": row.native_id,
        "fingerprint": row.fingerprint,
        "first_seen": row.first_seen.map(rfc3339),
        "last_seen": row.last_seen.map(rfc3339),
        "closed_at": row.closed_at.map(rfc3339),
        "accepted_until": row.accepted_until.map(rfc3339),
        "epss": row.epss,
        "known_exploited": row.known_exploited,
        "target": row.target,
        "environment": row.environment,
        "branch": row.branch,
    })
}

/// The word of a severity code.
pub fn severity(definitions: &Definitions, code: u8) -> &str {
    let mut scales = definitions.scales.iter();
    let scale = scales.find(|scale| scale.name == "severity");
    scale
        .and_then(|scale| scale.values.get(usize::from(code)))
        .map_or("", String::as_str)
}
