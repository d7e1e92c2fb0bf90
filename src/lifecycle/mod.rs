//! What scans saw → when each weakness was open.
//!
//! Takes the scans of one asset by one tool in one environment, each with what it saw; gives episodes:
//! the stretches of time in which each identity was open, and how they ended. Pure: the same scans give
//! the same episodes, in whatever order they come.
//!
//! A weakness is open from the first scan that sees it. One that is not seen stays open, unless the
//! scan was adequate: it looked at everything, successfully. Then it is closed at that scan's time,
//! which is also when the fix is verified; it really ended somewhere after it was last seen.

use std::collections::BTreeMap;

use crate::model::Status;

/// One scan. Instants are microseconds since 1970, UTC.
#[derive(Clone, PartialEq, Debug)]
pub struct Look {
    pub at: i64,
    /// When it came to be known.
    pub recorded_at: i64,
    /// Whether what it does not see is not there: successful, complete, not of changes alone.
    pub is_adequate: bool,
    pub seen: Vec<Sighting>,
}

/// One identity in one scan.
#[derive(Clone, PartialEq, Debug)]
pub struct Sighting {
    pub identity: u128,
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
}

/// The episodes of all identities, by identity and number.
pub fn episodes(looks: &[Look]) -> Vec<Episode> {
    let mut tracks: BTreeMap<u128, Vec<Episode>> = BTreeMap::new();
    for moment in moments(looks) {
        let mut seen = moment.seen;
        // Of several sightings at one time the one that says it is there wins.
        seen.sort_by_key(|sighting| (sighting.identity, is_gone(sighting), sighting.row));
        seen.dedup_by_key(|sighting| sighting.identity);
        for sighting in &seen {
            let track = tracks.entry(sighting.identity).or_default();
            take(track, sighting, moment.at, moment.recorded_at);
        }
        if moment.is_adequate {
            close_unseen(&mut tracks, &seen, moment.at);
        }
    }
    tracks.into_values().flatten().collect()
}

/// All that was looked at in one instant.
struct Moment<'a> {
    at: i64,
    recorded_at: i64,
    is_adequate: bool,
    seen: Vec<&'a Sighting>,
}

/// Scans in the order of time; those of one instant are one, which is adequate if any of them is.
fn moments(looks: &[Look]) -> Vec<Moment<'_>> {
    let mut by_time: BTreeMap<i64, Moment> = BTreeMap::new();
    for look in looks {
        let moment = by_time.entry(look.at).or_insert(Moment {
            at: look.at,
            recorded_at: look.recorded_at,
            is_adequate: false,
            seen: Vec::new(),
        });
        moment.recorded_at = moment.recorded_at.min(look.recorded_at);
        moment.is_adequate |= look.is_adequate;
        moment.seen.extend(&look.seen);
    }
    by_time.into_values().collect()
}

/// Whether a sighting says that the weakness is not there.
fn ending(sighting: &Sighting) -> Option<Ending> {
    match sighting.status? {
        Status::Open | Status::Confirmed | Status::InTriage | Status::Accepted => None,
        Status::Fixed => Some(Ending::Verified),
        Status::FalsePositive | Status::NotAffected => Some(Ending::FalsePositive),
        Status::Suppressed | Status::OutOfScope => Some(Ending::OutOfScope),
    }
}

fn is_gone(sighting: &Sighting) -> bool {
    ending(sighting).is_some()
}

fn take(track: &mut Vec<Episode>, sighting: &Sighting, at: i64, recorded_at: i64) {
    let is_open = track.last().is_some_and(|last| last.closed_at.is_none());
    match (ending(sighting), is_open) {
        (None, true) => see(track, sighting, at),
        (None, false) => track.push(opened(track, sighting, at, recorded_at)),
        (Some(how), true) => close(track, sighting, at, how),
        (Some(how), false) => {
            // Said to be gone again and again: one episode that was over when it was first told.
            let is_repeated = track.last().is_some_and(|last| last.ending == Some(how));
            if !is_repeated {
                track.push(opened(track, sighting, at, recorded_at));
                close(track, sighting, at, how);
            }
        }
    }
}

fn opened(track: &[Episode], sighting: &Sighting, at: i64, recorded_at: i64) -> Episode {
    // What the tool saw before the last episode ended is of that one.
    let earliest = track.last().and_then(|last| last.closed_at);
    let first = sighting.first_seen.filter(|first| *first <= at);
    let first = first.filter(|first| earliest.is_none_or(|end| *first > end));
    Episode {
        identity: sighting.identity,
        number: track.len() as u32 + 1,
        opened_at: first.unwrap_or(at),
        last_seen_at: at,
        closed_at: None,
        ending: None,
        known_from: recorded_at,
        accepted: acceptance(sighting, at),
        row: sighting.row,
    }
}

fn see(track: &mut [Episode], sighting: &Sighting, at: i64) {
    if let Some(episode) = track.last_mut() {
        episode.last_seen_at = at;
        episode.row = sighting.row;
        episode.accepted = match (episode.accepted, acceptance(sighting, at)) {
            (Some(before), Some(now)) => Some(Acceptance {
                at: before.at,
                until: now.until,
            }),
            (before, now) => now.or(before),
        };
    }
}

fn close(track: &mut [Episode], sighting: &Sighting, at: i64, how: Ending) {
    if let Some(episode) = track.last_mut() {
        let told = sighting.closed_at.filter(|closed| *closed <= at);
        episode.closed_at = Some(told.unwrap_or(at).max(episode.opened_at));
        episode.ending = Some(how);
        episode.row = sighting.row;
    }
}

fn acceptance(sighting: &Sighting, at: i64) -> Option<Acceptance> {
    (sighting.status == Some(Status::Accepted)).then_some(Acceptance {
        at,
        until: sighting.accepted_until,
    })
}

fn close_unseen(tracks: &mut BTreeMap<u128, Vec<Episode>>, seen: &[&Sighting], at: i64) {
    for (identity, track) in tracks {
        let is_seen = seen
            .binary_search_by_key(identity, |sighting| sighting.identity)
            .is_ok();
        if let Some(last) = track.last_mut()
            && last.closed_at.is_none()
            && !is_seen
        {
            last.closed_at = Some(at);
            last.ending = Some(Ending::Verified);
        }
    }
}
