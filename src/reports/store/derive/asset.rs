//! The rows of derived tables that are of one asset.

use super::about::DerivationNotes;
use super::decisions::{Ruling, verdicts};
use super::detections::{Detection, ScanStream};
use super::{detections, findings, issues, merging};
use crate::lang::model::{Decision, Definitions, Status};
use crate::reports::lifecycle::Ending;
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
        self.about.append(&other.about);
    }

    /// The last rows, by themselves: so many findings, and as many detections as was noted.
    pub fn split_off(&mut self, findings: usize, about: DerivationNotes) -> DerivedRows {
        DerivedRows {
            findings: split_off(&mut self.findings, findings),
            detections: split_off(&mut self.detections, about.detections),
            about,
        }
    }
}

fn split_off(table: &mut DerivedTable, rows: usize) -> DerivedTable {
    let columns = table.iter_mut().map(|(name, values)| {
        let from = values.len().saturating_sub(rows);
        (*name, values.split_off(from))
    });
    columns.collect()
}

fn append(table: &mut DerivedTable, other: DerivedTable) {
    for ((_, values), (_, more)) in table.iter_mut().zip(other) {
        values.extend(more);
    }
}

/// What tools saw of an asset, followed.
struct Followed<'a> {
    streams: Vec<ScanStream<'a>>,
    found: Vec<Detection<'a>>,
    issues: merging::Issues,
    used: Vec<String>,
}

fn follow<'a>(given: &AssetFacts<'a>, rows: &'a FactRows) -> Followed<'a> {
    let mut streams = detections::streams(given.scans, rows);
    let mut found = detections::detections(given.asset, &streams);
    let issues = merging::issues(&given.definitions.matches, &streams, &found);
    let (verdicts, used) = verdicts(given.rulings, &found, &issues.members);
    detections::follow(&mut streams, &mut found, verdicts, given.retired_at);
    Followed {
        streams,
        found,
        issues,
        used,
    }
}

/// A closing, and what it follows from.
#[derive(Clone, PartialEq, Debug)]
pub struct Closing {
    pub detection: String,
    /// Microseconds since 1970.
    pub opened_at: i64,
    pub last_seen_at: i64,
    pub closed_at: i64,
    pub ending: Ending,
    /// Of a fix one of each line that saw the weakness.
    pub scans: Vec<ClosingScan>,
    /// The decision that closed it, and when it was taken.
    pub decision: Option<(Decision, i64)>,
}

/// A scan that ended a weakness: it looked where it was and did not see it, or says that it is none any more.
#[derive(Clone, PartialEq, Debug)]
pub struct ClosingScan {
    pub file: String,
    pub tool: String,
    pub line: Option<String>,
    pub finished_at: i64,
    /// The rules it ran, if it says so.
    pub rules: Option<usize>,
    /// How many weaknesses it saw all the same.
    pub rows: u64,
    /// What it says of this one; `None`: it did not see it.
    pub said: Option<Status>,
}

/// The closings of some detections of an asset.
pub(in crate::reports::store) fn closings(
    given: &AssetFacts,
    rows: &FactRows,
    wanted: impl Fn(&str) -> bool,
) -> Vec<Closing> {
    let followed = follow(given, rows);
    let seen = |fact: &ScanFact| {
        let rows = rows.get(&(fact.manifest.segment.clone(), fact.number));
        rows.map_or(0, Vec::len) as u64
    };
    let mut closings = Vec::new();
    for detection in followed.found.iter().filter(|each| wanted(&each.id)) {
        let stream = &followed.streams[detection.stream];
        for episode in &detection.episodes {
            let (Some(closed_at), Some(ending)) = (episode.closed_at, episode.ending) else {
                continue;
            };
            let scans = detections::closed_by(stream, detection.identity, episode);
            let decision = detections::decided(stream, detection.identity, episode);
            closings.push(Closing {
                detection: detection.id.clone(),
                opened_at: episode.opened_at,
                last_seen_at: episode.last_seen_at,
                closed_at,
                ending,
                decision: decision.filter(|_| scans.is_empty()),
                scans: scans
                    .into_iter()
                    .map(|(fact, said)| ClosingScan {
                        file: fact.manifest.file.clone(),
                        tool: fact.scan.tool.clone(),
                        line: fact.scan.label(),
                        finished_at: fact.manifest.finished_at,
                        rules: fact.scan.rules.as_ref().map(Vec::len),
                        rows: seen(fact),
                        said,
                    })
                    .collect(),
            });
        }
    }
    closings
}

/// Follows what tools saw of an asset.
pub(in crate::reports::store) fn derive(given: &AssetFacts, rows: &FactRows) -> DerivedRows {
    let Followed {
        streams,
        found,
        issues: merged,
        used,
    } = follow(given, rows);
    let issues = merged.members;
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
