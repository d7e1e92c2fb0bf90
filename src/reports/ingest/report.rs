//! What a report says, in our words.

use std::collections::{BTreeMap, BTreeSet};

use super::dates::DayOrder;
use crate::lang::model::{Evidence, Fills, Status, ToolKind};

/// A record of a table that is filled as it is: its fields that are there.
pub type ReportRecord = BTreeMap<String, String>;

/// One report, read.
#[derive(Clone, PartialEq, Debug)]
pub struct Report {
    /// The source that knew it.
    pub source: String,
    pub fills: Fills,
    /// What is said of the report as a whole.
    pub scan: ScanInfo,
    /// Every scan in it: one for each target, tool and scan line, in that order. At least one.
    pub scans: Vec<ScanInfo>,
    /// In the order of the report.
    pub rows: Vec<ReportRow>,
    /// For tables that are filled as they are.
    pub records: Vec<ReportRecord>,
    /// Rows that are no findings, by reason.
    pub dropped: BTreeMap<String, u64>,
    /// What had another type than the source expects and was left out, and how often.
    pub left_out: BTreeMap<LeftOut, u64>,
    /// Dates that nothing reads, and that rows are kept without: one entry a field.
    pub unread_dates: Vec<UnreadDate>,
    /// Dates of the scan that nothing reads: field and text.
    pub unread_scan_dates: BTreeMap<String, String>,
    /// The order of day and month by which dates were read, if somebody had to tell it.
    pub told_order: Option<DayOrder>,
}

/// A date of rows that nothing reads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnreadDate {
    pub field: String,
    /// The first of them, and its row, from 1.
    pub text: String,
    pub first_row: u64,
    pub rows: u64,
}

/// What is given of a report that is read in parts.
#[derive(Clone, PartialEq, Debug)]
pub enum RowPart {
    /// The rows of the next part, in the order of the report.
    Rows(Vec<ReportRow>),
    /// The records of the next part, where the source fills another table than that of rows, and the fields of that table.
    Records(&'static [&'static str], Vec<ReportRecord>),
    /// All of them come again: some dates of those given could not be read before all had been seen.
    Again,
}

/// A member of a report that was left out because of its type.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct LeftOut {
    /// Where in the report, and what stood there: `vulnerabilities[].identifiers`, `a text`.
    pub place: String,
    pub found: &'static str,
}

/// What a score is that is out of its range.
const OUT_OF_RANGE: &str = "no score";
/// What letters are that are no UTF-8 in a table, which cannot say what else they are.
const GUESSED: &str = "read as Windows-1252";

impl LeftOut {
    /// Bytes that are no text: the letter that stands for such was read in their place.
    pub fn bad_bytes() -> LeftOut {
        LeftOut {
            place: "what is no text".to_string(),
            found: "bytes of another encoding",
        }
    }

    /// Letters of a table that are no UTF-8: they were read as what spreadsheets write.
    pub fn guessed_letters() -> LeftOut {
        LeftOut {
            place: "what is no UTF-8".to_string(),
            found: GUESSED,
        }
    }

    /// A score of rows that is none: it says nothing of what else is there.
    pub fn out_of_range(field: &str) -> LeftOut {
        LeftOut {
            place: format!("`{field}` of a row"),
            found: OUT_OF_RANGE,
        }
    }

    /// Whether rows may be missing where this was left out.
    pub fn may_hide_rows(&self) -> bool {
        ![OUT_OF_RANGE, GUESSED].contains(&self.found)
    }

    /// What is told of it, and kept in manifests: `vulnerabilities[].identifiers is a text`.
    pub fn words(&self) -> String {
        format!("{} is {}", self.place, self.found)
    }
}

impl Report {
    /// How many rows have the identity of an earlier row: together they are one detection.
    pub fn repeated(&self) -> usize {
        let identities: BTreeSet<&str> =
            self.rows.iter().map(|row| row.identity.as_str()).collect();
        self.rows.len() - identities.len()
    }
}

/// What was scanned, and when. Instants are microseconds since 1970, UTC.
#[derive(Clone, PartialEq, Debug)]
pub struct ScanInfo {
    pub tool: String,
    pub tool_version: Option<String>,
    pub kind: ToolKind,
    pub target: Option<String>,
    /// What tells this scan from others of the same tool and target: the language, the framework, the
    /// configuration, the cluster. Only scans of one line close each other's findings.
    pub scan_line: Option<String>,
    pub branch: Option<String>,
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
    pub outcome: ScanOutcome,
    pub scope: ScanScope,
    /// The rules that were run, if the report names all of them; of others it proves nothing.
    pub rules: Option<Vec<String>>,
    /// What the tool says that it did not look at, each once, ascending.
    pub unseen: Vec<String>,
}

/// How a scan ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ScanOutcome {
    Success,
    Partial,
    Failed,
}

/// How much of the target a scan looked at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ScanScope {
    Full,
    /// Only what has changed.
    Diff,
}

impl ScanOutcome {
    pub const ALL: [ScanOutcome; 3] = [
        ScanOutcome::Success,
        ScanOutcome::Partial,
        ScanOutcome::Failed,
    ];

    pub fn word(self) -> &'static str {
        match self {
            ScanOutcome::Success => "success",
            ScanOutcome::Partial => "partial",
            ScanOutcome::Failed => "failed",
        }
    }
}

impl ScanScope {
    pub const ALL: [ScanScope; 2] = [ScanScope::Full, ScanScope::Diff];

    pub fn word(self) -> &'static str {
        match self {
            ScanScope::Full => "full",
            ScanScope::Diff => "diff",
        }
    }
}

/// One row of a report. Texts are as the report has them, without white space around them.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct ReportRow {
    /// What makes it the same row in the next report: 32 hexadecimal digits.
    pub identity: String,
    pub rule_id: Option<String>,
    pub title: String,
    pub message: Option<String>,
    /// A code of the scale `severity`.
    pub severity: u8,
    /// The report's own word, and which of its fields it comes from.
    pub severity_word: Option<String>,
    pub severity_from: Option<String>,
    pub cvss: Option<f64>,
    pub cvss_vector: Option<String>,
    /// Ascending, each once.
    pub cwe: Vec<u32>,
    /// Ascending, each once.
    pub vulnerability_ids: Vec<String>,
    pub file: Option<String>,
    pub line: Option<u32>,
    pub url: Option<String>,
    pub method: Option<String>,
    pub parameter: Option<String>,
    pub host: Option<String>,
    pub port: Option<u32>,
    pub component: Option<String>,
    pub version: Option<String>,
    pub fixed_version: Option<String>,
    pub manifest: Option<String>,
    pub purl: Option<String>,
    pub confidence: Option<String>,
    pub evidence: Option<Evidence>,
    pub status: Option<Status>,
    pub status_reason: Option<String>,
    pub native_id: Option<String>,
    pub fingerprint: Option<String>,
    pub first_seen: Option<i64>,
    pub last_seen: Option<i64>,
    pub closed_at: Option<i64>,
    pub accepted_until: Option<i64>,
    pub epss: Option<f64>,
    pub known_exploited: Option<bool>,
    pub target: Option<String>,
    /// Where they are not those of the report.
    pub tool: Option<String>,
    pub scan_line: Option<String>,
    pub environment: Option<String>,
    pub branch: Option<String>,
}
