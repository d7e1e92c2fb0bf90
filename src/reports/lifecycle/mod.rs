//! What scans saw and people decided → when each weakness was open.
//!
//! Takes the history of one asset under one tool in one environment; gives episodes: the stretches of
//! time in which each identity was open, and how they ended. Pure: the same history gives the same
//! episodes, in whatever order it comes.
//!
//! A weakness is open from the first scan that sees it. One that is not seen stays open, unless the
//! scan was adequate: it looked, successfully, at all there is to see along its line. Once every line
//! that saw the weakness has looked again without seeing it, it is closed at the last of those scans,
//! which is also when the fix is verified; it really ended somewhere after it was last seen.
//! `docs/lifecycle.md` tells the rest.

mod reach;
mod track;

use crate::lang::model::{Decision, Status};

/// All that is known of one asset under one tool in one environment.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct History {
    pub looks: Vec<ObservedScan>,
    pub verdicts: Vec<IdentityDecision>,
    /// When the asset was taken out of service: what was open then is over.
    pub retired_at: Option<i64>,
}

/// One scan. Instants are microseconds since 1970, UTC.
#[derive(Clone, PartialEq, Debug)]
pub struct ObservedScan {
    pub at: i64,
    /// When the report of the scan was recorded.
    pub recorded_at: i64,
    /// Along which line it looked: what another line saw it proves nothing of.
    pub line: LineNumber,
    pub reach: ScanCoverage,
    pub seen: Vec<Sighting>,
}

/// What is not there if a scan does not see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ScanCoverage {
    /// The scan failed, or looked at a part or at changes alone: it proves nothing.
    Nothing,
    /// Weaknesses of these rules: the scan names those it ran.
    Rules(Vec<RuleNumber>),
    Everything,
}

/// A number that stands for a scan line.
pub type LineNumber = u32;

/// The line of scans that were recorded before lines were. What it saw is of another line as soon as that
/// one sees it; what no other line ever saw stays open until a scan of before does not see it.
pub const LINE_UNKNOWN: LineNumber = LineNumber::MAX;

/// A number that stands for a rule of the tool.
pub type RuleNumber = u32;

/// One identity in one scan.
#[derive(Clone, PartialEq, Debug)]
pub struct Sighting {
    pub identity: u128,
    pub rule: Option<RuleNumber>,
    /// What the report says has become of it; `None`: nothing, so it is there.
    pub status: Option<Status>,
    /// When the tool first saw it, if it says so.
    pub first_seen: Option<i64>,
    /// When the tool says it was closed.
    pub closed_at: Option<i64>,
    pub accepted_until: Option<i64>,
    /// Which row of the facts it is; handed through.
    pub row: usize,
}

/// A triage decision of a person about an identity.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct IdentityDecision {
    pub identity: u128,
    pub at: i64,
    pub decision: Decision,
    /// When it ceases to hold.
    pub until: Option<i64>,
}

/// A stretch of time in which an identity was open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Episode {
    pub identity: u128,
    /// From 1: how often it was open by then.
    pub number: u32,
    pub opened_at: i64,
    pub last_seen_at: i64,
    pub closed_at: Option<i64>,
    pub ending: Option<Ending>,
    /// When a person said that it is fixed; no later scan has seen it since.
    pub claimed_at: Option<i64>,
    /// A person said that it is real.
    pub is_confirmed: bool,
    /// When it came to be known that it is open.
    pub known_from: i64,
    pub accepted: Option<Acceptance>,
    /// The row of the sighting that says most: the last.
    pub row: usize,
}

/// From when, and until when if it says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Acceptance {
    pub at: i64,
    pub until: Option<i64>,
}

/// How an episode ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Ending {
    /// An adequate scan did not see it, or the tool says that it was fixed.
    Verified,
    FalsePositive,
    OutOfScope,
    /// Its asset was taken out of service.
    Retired,
}

/// The episodes of all identities, by identity and number.
///
/// Each identity is followed by itself: between two scans that see it only the first adequate one
/// matters, and that is looked up. The cost is that of sorting what was seen.
pub fn episodes(history: &History) -> Vec<Episode> {
    let reaches = reach::AdequateScans::of(&history.looks);
    let mut seen: Vec<(&Sighting, &ObservedScan)> = history
        .looks
        .iter()
        .flat_map(|look| look.seen.iter().map(move |sighting| (sighting, look)))
        .collect();
    // Of several sightings at one time those that say it is there win, then those that it never was one.
    seen.sort_by_key(|(sighting, look)| {
        (
            sighting.identity,
            look.at,
            said(sighting),
            look.line,
            look.recorded_at,
            sighting.row,
        )
    });
    seen.dedup_by(|later, kept| {
        let is_one_time = later.0.identity == kept.0.identity && later.1.at == kept.1.at;
        let (later_said, kept_said) = (said(later.0), said(kept.0));
        is_one_time
            && (later.1.line == kept.1.line
                || later_said > kept_said
                || kept_said == SaidState::Dismissed)
    });
    let mut verdicts: Vec<&IdentityDecision> = history.verdicts.iter().collect();
    verdicts.sort_by_key(|verdict| {
        (
            verdict.identity,
            verdict.at,
            verdict.decision,
            verdict.until,
        )
    });
    let mut rest = verdicts.as_slice();
    let mut found = Vec::new();
    for seen in seen.chunk_by(|left, right| left.0.identity == right.0.identity) {
        let identity = seen[0].0.identity;
        let before = rest.partition_point(|verdict| verdict.identity < identity);
        let upto = rest.partition_point(|verdict| verdict.identity <= identity);
        let own = &rest[before..upto];
        rest = &rest[upto..];
        found.extend(track::follow(seen, own, history.retired_at, &reaches));
    }
    found
}

/// What a sighting says, in the order in which it counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum SaidState {
    There,
    /// It is no weakness, whatever line says so.
    Dismissed,
    /// One line no longer has it.
    Fixed,
}

fn said(sighting: &Sighting) -> SaidState {
    match ending(sighting.status) {
        None => SaidState::There,
        Some(Ending::Verified) => SaidState::Fixed,
        Some(Ending::FalsePositive | Ending::OutOfScope | Ending::Retired) => SaidState::Dismissed,
    }
}

/// Whether a decision says that it is no weakness, and why.
pub fn ending_of(decision: Decision) -> Option<Ending> {
    match decision {
        Decision::FalsePositive => Some(Ending::FalsePositive),
        Decision::OutOfScope => Some(Ending::OutOfScope),
        Decision::Confirmed | Decision::Accepted | Decision::ClaimedFixed => None,
    }
}

/// Whether a report's word says that the weakness is not there, and why.
pub fn ending(status: Option<Status>) -> Option<Ending> {
    match status? {
        Status::Open | Status::Confirmed | Status::InTriage | Status::Accepted => None,
        Status::Fixed => Some(Ending::Verified),
        Status::FalsePositive | Status::NotAffected => Some(Ending::FalsePositive),
        Status::Suppressed | Status::OutOfScope => Some(Ending::OutOfScope),
    }
}
