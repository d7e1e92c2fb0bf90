//! Verdicts of people → the detections they are on.

use std::collections::BTreeMap;

use super::about::Oddity;
use super::detections::{self, Detection};
use super::names::CanonicalNames;
use crate::base::instants;
use crate::lang::model::Decision;
use crate::reports::ingest::ReportRow;
use crate::reports::lifecycle::IdentityDecision;

/// A triage decision as it is written in a register.
pub(in crate::reports::store) struct Ruling<'a> {
    /// The hash of all it says: it is the same whatever others there are.
    pub name: String,
    record: &'a BTreeMap<String, String>,
    asset: Option<&'a str>,
    decision: Decision,
    at: i64,
    until: Option<i64>,
}

/// The verdicts of records; those that say too little were refused when they came.
pub(in crate::reports::store) fn rulings<'a>(
    records: &'a [BTreeMap<String, String>],
    names: &'a CanonicalNames,
) -> Vec<Ruling<'a>> {
    let ruling = |record: &'a BTreeMap<String, String>| {
        let asset = record.get("asset_id").map(|name| names.real(name));
        let words = format!("{asset:?} {record:?}");
        Some(Ruling {
            name: blake3::hash(words.as_bytes()).to_hex()[..32].to_string(),
            record,
            asset,
            decision: Decision::from_word(record.get("decision")?)?,
            at: instants::parse(record.get("at")?)?,
            until: record.get("until").and_then(|text| instants::parse(text)),
        })
    };
    records.iter().filter_map(ruling).collect()
}

/// Which detections of an asset the rulings are on, and which rulings are on any, by their names. A
/// finding stands for all detections in it: `issues` says which those are.
pub(super) fn verdicts(
    rulings: &[&Ruling],
    detections: &[Detection],
    issues: &[Vec<usize>],
) -> (Vec<(usize, IdentityDecision)>, Vec<String>) {
    let mut by_id: BTreeMap<&str, usize> = BTreeMap::new();
    for (issue, members) in issues.iter().enumerate() {
        let ids = members.iter().map(|member| detections[*member].id.as_str());
        by_id.extend(ids.map(|id| (id, issue)));
    }
    let mut found = Vec::new();
    let mut used = Vec::new();
    for ruling in rulings {
        let members: Vec<usize> = match ruling.record.get("finding_id") {
            Some(id) => {
                let issue = by_id.get(without_number(id));
                issue.map_or_else(Vec::new, |issue| issues[*issue].clone())
            }
            None => (0..detections.len()).collect(),
        };
        let before = found.len();
        for member in members {
            if ruling.is_on(detections[member].latest) {
                found.push((member, ruling.verdict(detections[member].identity)));
            }
        }
        if found.len() > before {
            used.push(ruling.name.clone());
        }
    }
    (found, used)
}

impl Ruling<'_> {
    /// Whether it may be on findings of an asset.
    pub fn may_be_on(&self, asset: &str) -> bool {
        let id = self.record.get("finding_id");
        self.asset.is_none_or(|name| name == asset)
            && id.is_none_or(|id| detections::may_be_of(id, asset))
    }

    /// Whether a row has everything that the ruling names.
    fn is_on(&self, row: &ReportRow) -> bool {
        let has = |field: &str, value: Option<&str>| {
            let named = self.record.get(field);
            named.is_none_or(|named| value == Some(named))
        };
        let named = self.record.get("vulnerability_id");
        let has_id = named.is_none_or(|named| {
            let mut ids = row.vulnerability_ids.iter();
            ids.any(|id| id.eq_ignore_ascii_case(named))
        });
        has_id
            && has("rule_id", row.rule_id.as_deref())
            && has("file", row.file.as_deref())
            && has("url", row.url.as_deref())
            && has("component", row.component.as_deref())
    }

    fn verdict(&self, identity: u128) -> IdentityDecision {
        IdentityDecision {
            identity,
            at: self.at,
            decision: self.decision,
            until: self.until,
        }
    }

    /// That it is on nothing the store knows.
    pub fn unused(&self) -> Oddity {
        let parts = [
            "finding_id",
            "asset_id",
            "rule_id",
            "vulnerability_id",
            "file",
            "url",
            "component",
        ];
        let named = parts.iter().filter_map(|field| {
            let value = self.record.get(*field)?;
            Some(format!("{field} {value}"))
        });
        let named: Vec<String> = named.collect();
        Oddity::unused_decision(format!(
            "the decision {} on {} is on no finding of this store",
            self.decision.word(),
            named.join(", ")
        ))
    }
}

/// `…-2` is the second time that the finding was open.
pub(in crate::reports::store) fn without_number(id: &str) -> &str {
    match id.rsplit_once('-') {
        Some((base, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => base,
        Some(_) | None => id,
    }
}
