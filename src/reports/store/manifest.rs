//! Manifests: what a segment holds, as a JSON file of a page.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::errors::unreadable;
use super::recorded_dates::{RecordedUnreadDate, day_order};
use crate::base::diagnostic::Diagnostic;
use crate::lang::model::{Fills, ToolKind};
use crate::reports::ingest::{DayOrder, ScanOutcome, ScanScope};

/// Rows that are no findings, by reason.
pub type Dropped = BTreeMap<String, u64>;

/// One segment. Instants are microseconds since 1970, UTC.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The hash of the report and of its context: the segment's name.
    pub segment: String,
    /// The report's file as it was called, for people.
    pub file: String,
    /// BLAKE3 of the report.
    pub report: String,
    pub source: String,
    #[serde(with = "fills")]
    pub fills: Fills,
    pub tool: String,
    pub tool_version: Option<String>,
    #[serde(with = "tool_kind")]
    pub tool_kind: ToolKind,
    /// Every asset the report is about, in order.
    pub assets: Vec<String>,
    pub environment: String,
    pub branch: Option<String>,
    pub started_at: Option<i64>,
    pub finished_at: i64,
    #[serde(with = "outcome")]
    pub outcome: ScanOutcome,
    #[serde(with = "scope")]
    pub scope: ScanScope,
    /// The rules that the scan ran, if it names them: it proves nothing of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<String>>,
    /// Every scan in the report: one for each asset, tool and scan line. A manifest that was written without
    /// them has one for each asset once it is read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scans: Vec<RecordedScan>,
    /// What had another type than the source expects and was left out, and how often.
    #[serde(default, skip_serializing_if = "Dropped::is_empty")]
    pub left_out: Dropped,
    /// Dates that nothing reads, and that rows are kept without, by field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unread_dates: BTreeMap<String, RecordedUnreadDate>,
    /// The order of day and month that somebody had to tell.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "day_order")]
    pub dates: Option<DayOrder>,
    /// The sheet that was read, where the report is a workbook and somebody named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// By which recipe the identities of the rows were made.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub recipe: String,
    /// When the store came to know it.
    pub recorded_at: i64,
    pub rows: u64,
    pub dropped: Dropped,
    /// The Parquet file of the rows, and what it must hash to.
    pub data: String,
    pub data_hash: String,
    /// Segments that this one stands for: they were merged into it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Manifest>,
}

/// One scan of a report: one tool looking at one asset along one line.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedScan {
    pub asset: String,
    pub tool: String,
    #[serde(with = "tool_kind")]
    pub tool_kind: ToolKind,
    /// The target by the report, where it goes to an asset of another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What it looked at, beside other scans of the tool and the target: see [`RecordedScan::label`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    #[serde(default, skip_serializing_if = "ScanLineGap::is_none")]
    pub gap: ScanLineGap,
    #[serde(with = "outcome")]
    pub outcome: ScanOutcome,
    #[serde(with = "scope")]
    pub scope: ScanScope,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<String>>,
    /// What it says that it did not look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unseen: Vec<String>,
}

/// What is not known of the line of a scan.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScanLineGap {
    #[default]
    None,
    /// It found nothing and does not name its target: if the others of its line have one, it is that.
    Target,
    /// It was recorded before lines were.
    Line,
}

impl ScanLineGap {
    fn is_none(&self) -> bool {
        *self == ScanLineGap::None
    }
}

impl RecordedScan {
    /// The scan line, in a word: only scans of one line close each other's findings.
    pub fn label(&self) -> Option<String> {
        match (&self.target, &self.line) {
            (Some(target), Some(line)) => Some(format!("{target}, {line}")),
            (target, line) => target.as_ref().or(line.as_ref()).cloned(),
        }
    }
}

/// Manifests write enums as the words that definitions and tables have for them.
macro_rules! as_word {
    ($module:ident, $enum:ident) => {
        mod $module {
            use super::$enum;
            use serde::de::{Deserialize, Deserializer, Error};
            use serde::ser::Serializer;

            pub fn serialize<S: Serializer>(value: &$enum, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(value.word())
            }

            pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<$enum, D::Error> {
                let word = String::deserialize(from)?;
                let mut known = $enum::ALL.iter().copied();
                known
                    .find(|known| known.word() == word)
                    .ok_or_else(|| D::Error::custom(format!("unknown word `{word}`")))
            }
        }
    };
}

as_word!(fills, Fills);
as_word!(tool_kind, ToolKind);
as_word!(outcome, ScanOutcome);
as_word!(scope, ScanScope);

/// A manifest and the hash over it: damage to the file shows.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedManifest {
    manifest: Manifest,
    seal: String,
}

impl Manifest {
    /// The name of its file.
    pub(super) fn file_name(&self) -> String {
        format!("{}.json", self.segment)
    }

    fn seal(&self) -> String {
        let text = serde_json::to_string(self).expect("a manifest can be written");
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }

    /// The same with its scans, where it was written before scans were recorded.
    fn with_scans(mut self) -> Manifest {
        if self.scans.is_empty() && self.members.is_empty() {
            let scan = |asset: &String| RecordedScan {
                asset: asset.clone(),
                tool: self.tool.clone(),
                tool_kind: self.tool_kind,
                target: None,
                line: None,
                gap: ScanLineGap::Line,
                outcome: self.outcome,
                scope: self.scope,
                rules: self.rules.clone(),
                unseen: Vec::new(),
            };
            self.scans = self.assets.iter().map(scan).collect();
        }
        self.members = self.members.into_iter().map(Manifest::with_scans).collect();
        self
    }

    /// The text of its file.
    pub(super) fn sealed(&self) -> String {
        let sealed = SealedManifest {
            manifest: self.clone(),
            seal: self.seal(),
        };
        serde_json::to_string_pretty(&sealed).expect("a manifest can be written")
    }

    /// The same segment, of these reports: in the order of their names.
    pub(super) fn standing_for(self, mut members: Vec<Manifest>) -> Manifest {
        members.sort_by(|left, right| left.segment.cmp(&right.segment));
        let mut name = blake3::Hasher::new();
        for member in &members {
            name.update(member.segment.as_bytes());
        }
        Manifest {
            segment: name.finalize().to_hex()[..32].to_string(),
            rows: members.iter().map(|member| member.rows).sum(),
            members,
            ..self
        }
    }

    /// What brings the report in as it was brought in.
    pub(super) fn command(&self) -> String {
        let mut command = format!("riskql ingest {}", quoted(&self.file));
        let mut option = |name: &str, value: &str| {
            command += &format!(" --{name} {}", quoted(value));
        };
        if let [asset] = self.assets.as_slice() {
            option("asset", asset);
        }
        option("at", &crate::base::instants::rfc3339(self.finished_at));
        if !self.environment.is_empty() {
            option("environment", &self.environment);
        }
        if let Some(branch) = &self.branch {
            option("branch", branch);
        }
        option("source", &self.source);
        if let Some(order) = self.dates {
            option("dates", order.word());
        }
        if let Some(sheet) = &self.sheet {
            option("sheet", sheet);
        }
        if self.outcome == ScanOutcome::Partial {
            command += " --partial";
        }
        command
    }

    /// The segments it stands for: itself, or its members.
    pub fn reports(&self) -> &[Manifest] {
        match self.members.is_empty() {
            true => std::slice::from_ref(self),
            false => &self.members,
        }
    }
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-:@,+=".contains(letter);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_string(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

/// Why a manifest was not read.
pub(super) enum ManifestError {
    /// The file cannot be read.
    Unreadable(Diagnostic),
    /// The file is not what was written.
    Damaged(Diagnostic),
}

impl From<ManifestError> for Diagnostic {
    fn from(error: ManifestError) -> Diagnostic {
        match error {
            ManifestError::Unreadable(problem) | ManifestError::Damaged(problem) => problem,
        }
    }
}

/// Reads a manifest; `None`: it is not there, or not any more.
pub(super) fn read(path: &Path) -> Result<Option<Manifest>, ManifestError> {
    let text = match fs::read(path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ManifestError::Unreadable(unreadable(path, error))),
    };
    let why = match serde_json::from_str::<SealedManifest>(&text) {
        Ok(sealed) if sealed.manifest.seal() == sealed.seal => {
            return Ok(Some(sealed.manifest.with_scans()));
        }
        Ok(_) => "its seal is broken".to_string(),
        Err(error) => error.to_string(),
    };
    Err(ManifestError::Damaged(damaged(path, &text, &why)))
}

fn damaged(path: &Path, text: &str, why: &str) -> Diagnostic {
    let files = files_named(text);
    let reports = match files.is_empty() {
        true => "its report".to_string(),
        false => files.join(", "),
    };
    Diagnostic::data(
        "D421",
        format!("the manifest `{}` is damaged: {why}", path.display()),
    )
    .help(format!("remove it and ingest {reports} again"))
}

/// The reports that a damaged manifest still names.
fn files_named(text: &str) -> Vec<String> {
    // The text is damaged, so it cannot be read as JSON.
    let values = text.split("\"file\": \"").skip(1);
    let names = values.filter_map(|rest| rest.split_once('"').map(|(name, _)| name));
    names
        .filter(|name| !name.is_empty())
        .map(|name| format!("`{name}`"))
        .collect()
}
