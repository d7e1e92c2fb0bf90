//! What became of the reports of a store, in the order in which it came to know.

use super::layout::Store;
use super::manifest::Manifest;
use crate::base::diagnostic::Problems;

/// What was done with a report.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LogAction {
    Added,
    Withdrawn,
    /// Ingested again after it was withdrawn.
    Restored,
}

impl LogAction {
    pub fn word(self) -> &'static str {
        match self {
            LogAction::Added => "added",
            LogAction::Withdrawn => "withdrawn",
            LogAction::Restored => "restored",
        }
    }
}

/// One thing that was done with a report.
#[derive(Clone, PartialEq, Debug)]
pub struct LogEntry {
    /// When the store came to know it, in microseconds.
    pub recorded_at: i64,
    pub action: LogAction,
    pub report: Manifest,
    /// Whether the report counts by all that is known.
    pub counts: bool,
}

/// All that was done, oldest first.
pub fn log(store: &Store) -> Result<Vec<LogEntry>, Problems> {
    let manifests = store.read_manifests()?;
    let withdrawals = store.withdrawals()?;
    let mut entries = Vec::new();
    for report in manifests.iter().flat_map(Manifest::reports) {
        let counts = withdrawals.counts(&report.segment);
        let mut add = |recorded_at, action| {
            entries.push(LogEntry {
                recorded_at,
                action,
                report: report.clone(),
                counts,
            });
        };
        add(report.recorded_at, LogAction::Added);
        for period in withdrawals.of(&report.segment) {
            add(period.from, LogAction::Withdrawn);
            if let Some(until) = period.until {
                add(until, LogAction::Restored);
            }
        }
    }
    entries.sort_by(|left, right| {
        let key = |entry: &LogEntry| (entry.recorded_at, entry.action, entry.report.file.clone());
        (key(left), &left.report.segment).cmp(&(key(right), &right.report.segment))
    });
    Ok(entries)
}
