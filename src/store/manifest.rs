//! Manifests: what a segment holds, as a JSON file of a page.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::layout::{Store, unreadable, unwritable};
use crate::diagnostic::{Diagnostic, Problems};

/// What the names of segments begin with that others were merged into.
pub(super) const MERGED: &str = "merged-";

/// Rows that are no findings, by reason.
pub type Dropped = BTreeMap<String, u64>;

/// One segment. Instants are microseconds since 1970, UTC.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// The hash of the report and of its context: the segment's name.
    pub segment: String,
    /// The report's file as it was called, for people.
    pub file: String,
    /// BLAKE3 of the report.
    pub report: String,
    pub source: String,
    pub fills: String,
    pub tool: String,
    pub tool_version: Option<String>,
    pub tool_kind: String,
    /// Every asset the report is about, in order.
    pub assets: Vec<String>,
    pub environment: String,
    pub branch: Option<String>,
    pub started_at: Option<i64>,
    pub finished_at: i64,
    pub outcome: String,
    pub scope: String,
    /// The rules that the scan ran, if it names them: it proves nothing of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<String>>,
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

/// A manifest and the hash over it: damage to the file shows.
#[derive(Serialize, Deserialize)]
struct Sealed {
    manifest: Manifest,
    seal: String,
}

impl Manifest {
    /// The name of its file.
    fn file_name(&self) -> String {
        format!("{}.json", self.segment)
    }

    fn seal(&self) -> String {
        let text = serde_json::to_string(self).expect("a manifest can be written");
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }

    /// The segments it stands for: itself, or its members.
    pub fn reports(&self) -> &[Manifest] {
        match self.members.is_empty() {
            true => std::slice::from_ref(self),
            false => &self.members,
        }
    }
}

impl Store {
    /// Puts a manifest in place, which is what makes its segment part of the store. `false`: somebody
    /// was quicker, and the segment is there already.
    pub(super) fn publish(&self, manifest: &Manifest) -> Result<bool, Diagnostic> {
        let sealed = Sealed {
            manifest: manifest.clone(),
            seal: manifest.seal(),
        };
        let text = serde_json::to_string_pretty(&sealed).expect("a manifest can be written");
        let path = self.manifests().join(manifest.file_name());
        let failed = |error: io::Error| unwritable(&path, &error);
        publish(&path, text.as_bytes()).map_err(failed)
    }

    /// Whether a segment is there, by itself or merged into another.
    pub fn has(&self, segment: &str) -> Result<bool, Problems> {
        if self.manifests().join(format!("{segment}.json")).is_file() {
            return Ok(true);
        }
        let holds = |manifest: &Manifest| {
            let mut members = manifest.members.iter();
            members.any(|member| member.segment == segment)
        };
        Ok(self.read_named(MERGED)?.iter().any(holds))
    }

    /// All segments in the order of their names; those that were merged into another are left out.
    pub fn read_manifests(&self) -> Result<Vec<Manifest>, Problems> {
        let mut manifests = self.read_named("")?;
        let merged: BTreeSet<String> = manifests
            .iter()
            .flat_map(|manifest| &manifest.members)
            .map(|member| member.segment.clone())
            .collect();
        manifests.retain(|manifest| !merged.contains(&manifest.segment));
        Ok(manifests)
    }

    /// The manifests whose names begin so, in the order of their names.
    fn read_named(&self, beginning: &str) -> Result<Vec<Manifest>, Problems> {
        let folder = self.manifests();
        let mut problems = Problems::default();
        let mut manifests = Vec::new();
        let entries = fs::read_dir(&folder).map_err(|error| unreadable(&folder, error))?;
        for entry in entries {
            let path = entry.map_err(|error| unreadable(&folder, error))?.path();
            let name = path.file_name().map(|name| name.to_string_lossy());
            let is_wanted = name.is_some_and(|name| {
                name.ends_with(".json") && !name.starts_with('.') && name.starts_with(beginning)
            });
            if !is_wanted {
                continue;
            }
            match read(&path) {
                Ok(Some(manifest)) => manifests.push(manifest),
                // Merged into another between the listing and the reading.
                Ok(None) => {}
                Err(problem) => problems.push(problem),
            }
        }
        if problems.has_errors() {
            return Err(problems);
        }
        manifests.sort_by(|left, right| left.segment.cmp(&right.segment));
        Ok(manifests)
    }
}

fn read(path: &Path) -> Result<Option<Manifest>, Diagnostic> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, error)),
    };
    let damaged = |why: String| {
        Diagnostic::data(
            "D421",
            format!("the manifest `{}` is damaged: {why}", path.display()),
        )
        .help("remove it and ingest its report again")
    };
    let sealed: Sealed = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
    if sealed.manifest.seal() != sealed.seal {
        return Err(damaged("its seal is broken".to_string()));
    }
    Ok(Some(sealed.manifest))
}

/// Writes under another name, then links it into place: of several who do so at once one succeeds.
fn publish(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let unfinished = super::segment::unfinished(path);
    let written = super::segment::write_synced(&unfinished, bytes);
    let linked = written.and_then(|()| match fs::hard_link(&unfinished, path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        // Where there are no links, a rename is the next best: the content is the same.
        Err(_) => fs::rename(&unfinished, path).map(|()| true),
    });
    let _ = fs::remove_file(&unfinished);
    super::segment::sync_folder(path)?;
    linked
}
