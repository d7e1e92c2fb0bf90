//! Why a finding is what it is.

use std::collections::BTreeMap;
use std::fs;

use super::derive::{Closing, MergedDetection, Reason, without_number};
use super::errors::unreadable;
use super::layout::Store;
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
    let path = derived.folder.join("detections.parquet");
    let fields = ["detection_id", "finding_id", "asset_id", "tool"];
    let bytes = fs::read(&path).map_err(|error| unreadable(&path, error))?;
    let rows = frames::read_records(&fields, &path, &bytes)?;
    let wanted = without_number(named);
    let text =
        |row: &BTreeMap<String, String>, field: &str| row.get(field).cloned().unwrap_or_default();
    let of = rows.iter().find(|row| text(row, "detection_id") == wanted);
    let Some(finding) = of.map(|row| text(row, "finding_id")) else {
        let problem = Diagnostic::data("D438", format!("no finding is called `{named}`"));
        let ids: Vec<String> = rows.iter().map(|row| text(row, "finding_id")).collect();
        let near = nearest(wanted, ids.iter().map(String::as_str));
        return Err(match near {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help("ids are in the column finding_id of the table findings"),
        }
        .into());
    };
    let mut reasons = derived.about.reasons;
    reasons.retain(|reason| reason.finding == finding);
    let ends = reasons
        .iter()
        .flat_map(|reason| [&reason.left, &reason.right]);
    let mut detections: BTreeMap<String, MergedDetection> = ends
        .map(|seen| (seen.detection.clone(), seen.clone()))
        .collect();
    if detections.is_empty() {
        let tool = of.map(|row| text(row, "tool")).unwrap_or_default();
        let seen = MergedDetection {
            detection: finding.clone(),
            tool,
            title: String::new(),
        };
        detections.insert(finding.clone(), seen);
    }
    let asset = of.map(|row| text(row, "asset_id")).unwrap_or_default();
    let ids: Vec<String> = detections.keys().cloned().collect();
    Ok(MergeExplanation {
        closings: closings(store, definitions, &asset, |id| {
            ids.iter().any(|own| own == id)
        })?,
        is_in_conflict: derived.about.conflicts.contains(&finding),
        finding,
        detections: detections.into_values().collect(),
        reasons,
    })
}
