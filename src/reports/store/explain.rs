//! Why a finding is what it is.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::derive::{Closing, MergedDetection, Reason, without_number};
use super::derived_folder;
use super::errors::unreadable;
use super::layout::Store;
use super::table_parts::DETECTIONS;
use super::tables::{closings, derive};
use crate::base::diagnostic::{Diagnostic, Problems, nearest};
use crate::lang::model::Definitions;
use crate::reports::store::frames;

/// The detections of a finding, and why they are one.
#[derive(Clone, PartialEq, Debug)]
pub struct MergeExplanation {
    pub finding: String,
    /// By id.
    pub detections: Vec<MergedDetection>,
    pub reasons: Vec<Reason>,
    /// The detections name weaknesses that have nothing in common.
    pub is_in_conflict: bool,
    /// How its detections ended, each time that they did.
    pub closings: Vec<Closing>,
}

/// Explains a finding, named by its id or by that of any detection in it.
///
/// # Errors
///
/// `D438`: there is none.
pub fn explain(
    store: &Store,
    definitions: &Definitions,
    named: &str,
) -> Result<MergeExplanation, Problems> {
    let derived = derive(store, definitions)?;
    let of = detection(&derived.folder, named)?;
    let text = |field: &str| of.get(field).cloned().unwrap_or_default();
    let finding = text("finding_id");
    let mut reasons = derived.about.reasons;
    reasons.retain(|reason| reason.finding == finding);
    let ends = reasons
        .iter()
        .flat_map(|reason| [&reason.left, &reason.right]);
    let mut detections: BTreeMap<String, MergedDetection> = ends
        .map(|seen| (seen.detection.clone(), seen.clone()))
        .collect();
    if detections.is_empty() {
        let seen = MergedDetection {
            detection: finding.clone(),
            tool: text("tool"),
            title: String::new(),
        };
        detections.insert(finding.clone(), seen);
    }
    let ids: Vec<String> = detections.keys().cloned().collect();
    Ok(MergeExplanation {
        closings: closings(store, definitions, &text("asset_id"), |id| {
            ids.iter().any(|own| own == id)
        })?,
        is_in_conflict: derived.about.conflicts.contains(&finding),
        finding,
        detections: detections.into_values().collect(),
        reasons,
    })
}

/// The row of a detection. One part of the table is held at a time.
fn detection(folder: &Path, named: &str) -> Result<BTreeMap<String, String>, Problems> {
    let wanted = without_number(named);
    let paths = derived_folder::files_of(folder, DETECTIONS)?;
    let read = |path: &Path, fields: &[&str]| {
        let bytes = fs::read(path).map_err(|error| unreadable(path, error))?;
        frames::read_records(fields, path, &bytes)
    };
    let fields = ["detection_id", "finding_id", "asset_id", "tool"];
    for path in &paths {
        let mut rows = read(path, &fields)?.into_iter();
        let id = |row: &BTreeMap<String, String>| row.get("detection_id").cloned();
        if let Some(found) = rows.find(|row| id(row).as_deref() == Some(wanted)) {
            return Ok(found);
        }
    }
    let mut ids: Vec<String> = Vec::new();
    for path in &paths {
        let rows = read(path, &["finding_id"])?;
        ids.extend(rows.into_iter().flat_map(BTreeMap::into_values));
    }
    let problem = Diagnostic::data("D438", format!("no finding is called `{named}`"));
    Err(match nearest(wanted, ids.iter().map(String::as_str)) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help("ids are in the column finding_id of the table findings"),
    }
    .into())
}
