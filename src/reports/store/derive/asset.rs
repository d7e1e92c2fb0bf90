//! The rows of derived tables that are of one asset.

use super::about::DerivationNotes;
use super::decisions::{Ruling, verdicts};
use super::{detections, findings, issues, merging};
use crate::lang::model::Definitions;
use crate::reports::store::facts::{FactRows, ScanFact};
use crate::reports::store::frames::DerivedTable;

/// What is known of an asset.
pub(in crate::reports::store) struct AssetFacts<'a> {
    pub definitions: &'a Definitions,
    pub asset: &'a str,
    /// In the order of time.
    pub scans: &'a [&'a ScanFact<'a>],
    /// Those that may be on this asset.
    pub rulings: &'a [&'a Ruling<'a>],
    pub retired_at: Option<i64>,
}

/// Rows of tables.
pub(in crate::reports::store) struct DerivedRows {
    pub findings: DerivedTable,
    pub detections: DerivedTable,
    pub about: DerivationNotes,
}

impl DerivedRows {
    /// The columns alone.
    pub fn empty(definitions: &Definitions) -> DerivedRows {
        DerivedRows {
            findings: findings::findings(definitions, "", &[]),
            detections: findings::detections("", &[], &[], &[]),
            about: DerivationNotes::default(),
        }
    }

    /// Adds the rows of another asset.
    pub fn append(&mut self, other: DerivedRows) {
        append(&mut self.findings, other.findings);
        append(&mut self.detections, other.detections);
        self.about.detections += other.about.detections;
        self.about.issues += other.about.issues;
        self.about.reasons.extend(other.about.reasons);
        self.about.conflicts.extend(other.about.conflicts);
        self.about.used.extend(other.about.used);
    }
}

fn append(table: &mut DerivedTable, other: DerivedTable) {
    for ((_, values), (_, more)) in table.iter_mut().zip(other) {
        values.extend(more);
    }
}

/// Follows what tools saw of an asset.
pub(in crate::reports::store) fn derive(given: &AssetFacts, rows: &FactRows) -> DerivedRows {
    let mut streams = detections::streams(given.scans, rows);
    let mut found = detections::detections(given.asset, &streams);
    let merged = merging::issues(&given.definitions.matches, &streams, &found);
    let issues = merged.members;
    let (verdicts, used) = verdicts(given.rulings, &found, &issues);
    detections::follow(&mut streams, &mut found, verdicts, given.retired_at);
    let all: Vec<issues::Finding> = issues
        .iter()
        .flat_map(|members| issues::findings(&streams, &found, members))
        .collect();
    DerivedRows {
        findings: findings::findings(given.definitions, given.asset, &all),
        detections: findings::detections(given.asset, &streams, &found, &issues),
        about: DerivationNotes {
            detections: found.len(),
            issues: issues.len(),
            reasons: merged.reasons,
            conflicts: merged.conflicts,
            used,
            oddities: Vec::new(),
        },
    }
}
