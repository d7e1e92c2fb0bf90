//! Detections of an asset → issues, and what there is to tell about them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::detections::{Detection, ScanStream};
use crate::lang::model::MatchRule;
use crate::reports::dedup::{self, Detected};

/// Why two detections are one finding.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reason {
    pub finding: String,
    /// The tools, what each calls the weakness, and the ids of the detections.
    pub left: MergedDetection,
    pub right: MergedDetection,
    /// The name of the `match`, and the fields that it compared.
    pub rule: String,
    pub because: String,
}

/// One detection, for people.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MergedDetection {
    pub detection: String,
    pub tool: String,
    pub title: String,
}

/// Issues as places of detections, the first reported first, and why they are.
#[derive(Default)]
pub(super) struct Issues {
    pub members: Vec<Vec<usize>>,
    pub reasons: Vec<Reason>,
    /// Findings whose detections name weaknesses that have nothing in common.
    pub conflicts: Vec<String>,
}

/// Merges detections of one asset, each environment by itself.
pub(super) fn issues(rules: &[MatchRule], streams: &[ScanStream], found: &[Detection]) -> Issues {
    let mut environments: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, detection) in found.iter().enumerate() {
        let environment = streams[detection.stream].environment;
        environments.entry(environment).or_default().push(index);
    }
    let mut issues = Issues::default();
    for mut places in environments.into_values() {
        // First reported first: that is the detection which the others repeat.
        places.sort_by_key(|place| (found[*place].first, &found[*place].id));
        issues.add(rules, streams, found, &places);
    }
    issues
}

impl Issues {
    fn add(
        &mut self,
        rules: &[MatchRule],
        streams: &[ScanStream],
        found: &[Detection],
        places: &[usize],
    ) {
        let detected = |place: &usize| Detected {
            tool: streams[found[*place].stream].tool,
            row: found[*place].latest,
        };
        let detected: Vec<Detected> = places.iter().map(detected).collect();
        let merged = dedup::merge(rules, &detected);
        let seen = |member: usize| MergedDetection {
            detection: found[places[member]].id.clone(),
            tool: detected[member].tool.to_string(),
            title: detected[member].row.title.clone(),
        };
        let mut first = vec![0; places.len()];
        for issue in &merged.issues {
            for member in issue {
                first[*member] = issue[0];
            }
            if dedup::conflicts(&detected, issue) {
                self.conflicts.push(found[places[issue[0]]].id.clone());
            }
        }
        self.reasons.extend(merged.links.iter().map(|link| Reason {
            finding: found[places[first[link.left]]].id.clone(),
            left: seen(link.left),
            right: seen(link.right),
            rule: rules[link.rule].name.clone(),
            because: link.because.clone(),
        }));
        let members = merged.issues.iter();
        self.members
            .extend(members.map(|issue| issue.iter().map(|member| places[*member]).collect()));
    }
}
