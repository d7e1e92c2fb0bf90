//! What was added to a store and taken back, when, and from which file.

use serde_json::{Value as Json, json};

use crate::base::instants::rfc3339;
use crate::render::{self, RenderOptions, Sheet, count, counted, sentence};
use crate::reports::store::{LogAction, LogEntry, RecordedScan, short_id};

/// A line for each thing that was done, and how many there were.
pub fn text(entries: &[LogEntry], look: RenderOptions) -> String {
    let of = |action: LogAction| {
        let entries = entries.iter().filter(|entry| entry.action == action);
        entries.count() as u64
    };
    let mut summary = format!(
        "{} added",
        counted(of(LogAction::Added), "report", "reports")
    );
    for action in [LogAction::Withdrawn, LogAction::Restored] {
        let times = of(action);
        if times > 0 {
            summary += &format!(", {} {}", count(times), action.word());
        }
    }
    format!(
        "{}\n{}",
        sheet(entries, look).render(look),
        sentence(&summary, look)
    )
}

fn sheet(entries: &[LogEntry], look: RenderOptions) -> Sheet {
    let mut wide = Sheet::new().words("recorded").words("").words("report");
    wide = wide.words("source").texts("assets").words("finished");
    wide = wide.numbers("scans").numbers("rows").words("file");
    let mut narrow = Sheet::new()
        .words("recorded")
        .words("")
        .words("report")
        .numbers("rows");
    let mut narrowest = Sheet::new().words("").words("report");
    for entry in entries {
        let report = &entry.report;
        let (recorded, action) = (rfc3339(entry.recorded_at), entry.action.word().to_string());
        let (id, rows) = (short_id(report).to_string(), count(report.rows));
        narrow.row([recorded.clone(), action.clone(), id.clone(), rows.clone()]);
        narrow.details([report.file.clone()]);
        narrowest.row([action.clone(), id.clone()]);
        narrowest.details([recorded.clone(), report.file.clone()]);
        wide.row([
            recorded,
            action,
            id,
            report.source.clone(),
            report.assets.join(", "),
            rfc3339(report.finished_at),
            count(report.scans.len() as u64),
            rows,
            report.file.clone(),
        ]);
    }
    Sheet::widest([wide, narrow, narrowest], look)
}

/// The same as an array of objects.
pub fn json(entries: &[LogEntry]) -> String {
    let entries: Vec<Json> = entries.iter().map(object).collect();
    let text = render::pretty_json(&entries);
    format!("{text}\n")
}

fn object(entry: &LogEntry) -> Json {
    let report = &entry.report;
    json!({
        "recorded_at": rfc3339(entry.recorded_at),
        "action": entry.action.word(),
        "counts": entry.counts,
        "segment": report.segment,
        "report_hash": report.report,
        "file": report.file,
        "source": report.source,
        "tool": report.tool,
        "assets": report.assets,
        "environment": report.environment,
        "finished_at": rfc3339(report.finished_at),
        "outcome": report.outcome.word(),
        "rows": report.rows,
        "scans": report.scans.iter().map(scan).collect::<Vec<Json>>(),
    })
}

fn scan(scan: &RecordedScan) -> Json {
    json!({
        "asset": scan.asset,
        "tool": scan.tool,
        "scan_line": scan.label(),
        "outcome": scan.outcome.word(),
    })
}
