//! One identity through time.

use std::collections::BTreeMap;

use super::reach::AdequateScans;
use super::{
    Acceptance, Ending, Episode, IdentityDecision, LINE_UNKNOWN, LineNumber, ObservedScan,
    Sighting, ending, ending_of,
};
use crate::lang::model::{Decision, Status};

/// What happens to an identity. At one instant scans come before verdicts, and retirement comes last.
enum LifecycleEvent<'a> {
    Seen(&'a Sighting, &'a ObservedScan),
    Decided(&'a IdentityDecision),
    Retired,
}

/// The episodes of one identity. Sightings and verdicts are its own, ascending by time.
pub(super) fn follow(
    seen: &[(&Sighting, &ObservedScan)],
    verdicts: &[&IdentityDecision],
    retired_at: Option<i64>,
    reaches: &AdequateScans,
) -> Vec<Episode> {
    let mut events: Vec<(i64, LifecycleEvent)> =
        Vec::with_capacity(seen.len() + verdicts.len() + 1);
    events.extend(
        seen.iter()
            .map(|(sighting, look)| (look.at, LifecycleEvent::Seen(sighting, look))),
    );
    events.extend(
        verdicts
            .iter()
            .map(|verdict| (verdict.at, LifecycleEvent::Decided(verdict))),
    );
    events.extend(retired_at.map(|at| (at, LifecycleEvent::Retired)));
    // Stable: what came in first at one instant stays first.
    events.sort_by_key(|(at, _)| *at);
    let mut track = Track {
        reaches,
        episodes: Vec::new(),
        proofs: BTreeMap::new(),
        told_at: None,
        dismissal: None,
        acceptance: None,
    };
    for (at, event) in events {
        match event {
            LifecycleEvent::Seen(sighting, look) => {
                // A sighting at the very instant of a proof counts more than the proof: the weakness is there.
                track.pass(|proof| proof < at);
                track.see(sighting, look);
            }
            LifecycleEvent::Decided(verdict) => {
                track.pass(|proof| proof <= at);
                track.decide(verdict);
            }
            LifecycleEvent::Retired => {
                track.pass(|proof| proof <= at);
                track.close(at, Ending::Retired);
            }
        }
    }
    track.pass(|_| true);
    track.episodes
}

struct Track<'a> {
    reaches: &'a AdequateScans,
    episodes: Vec<Episode>,
    /// By line that saw the open episode: when a scan of it proves it to be over if nothing sees it before.
    proofs: BTreeMap<LineNumber, Option<i64>>,
    /// When a scan last said that it is gone.
    told_at: Option<i64>,
    /// A verdict by which it is no weakness, and until when.
    dismissal: Option<(Ending, Option<i64>)>,
    acceptance: Option<Acceptance>,
}

impl Track<'_> {
    /// Closes what was proven gone by now.
    fn pass(&mut self, is_due: impl Fn(i64) -> bool) {
        if let Some(proof) = self.proof().filter(|proof| is_due(*proof)) {
            self.close(proof, Ending::Verified);
        }
    }

    /// When the last of the lines that saw it has looked again without seeing it.
    fn proof(&self) -> Option<i64> {
        let proofs: Option<Vec<i64>> = self.proofs.values().copied().collect();
        proofs?.into_iter().max()
    }

    fn open(&mut self) -> Option<&mut Episode> {
        let last = self.episodes.last_mut();
        last.filter(|episode| episode.closed_at.is_none())
    }

    fn close(&mut self, at: i64, how: Ending) {
        if let Some(episode) = self.open() {
            episode.closed_at = Some(at.max(episode.opened_at));
            episode.ending = Some(how);
        }
        self.proofs.clear();
    }

    fn see(&mut self, sighting: &Sighting, look: &ObservedScan) {
        let holds = |until: Option<i64>| until.is_none_or(|until| look.at < until);
        self.dismissal = self.dismissal.filter(|(_, until)| holds(*until));
        self.acceptance = self.acceptance.filter(|acceptance| holds(acceptance.until));
        let dismissed = self.dismissal.map(|(how, _)| how);
        match ending(sighting.status).or(dismissed) {
            None => self.is_there(sighting, look),
            Some(how) => self.is_gone(sighting, look, how),
        }
    }

    fn is_there(&mut self, sighting: &Sighting, look: &ObservedScan) {
        if self.open().is_none() {
            let episode = self.opened(sighting, look);
            self.episodes.push(episode);
        }
        let told = (sighting.status == Some(Status::Accepted)).then_some(Acceptance {
            at: look.at,
            until: sighting.accepted_until,
        });
        let standing = self.acceptance.map(|acceptance| Acceptance {
            at: acceptance.at.max(look.at),
            ..acceptance
        });
        if let Some(episode) = self.open() {
            episode.last_seen_at = look.at;
            episode.row = sighting.row;
            // It is still there, so the fix that was claimed did not work.
            episode.claimed_at = None;
            let accepted = told.or(standing.filter(|_| episode.accepted.is_none()));
            episode.accepted = accepted.map_or(episode.accepted, |now| {
                Some(extended(episode.accepted, now))
            });
        }
        let proof = self.reaches.next(look.line, sighting.rule, look.at);
        self.is_proven(look.line, proof);
    }

    /// When a line proves that the weakness is gone. What scans of an unknown line saw is of the first line that tells of
    /// it.
    fn is_proven(&mut self, line: LineNumber, proof: Option<i64>) {
        if line != LINE_UNKNOWN {
            self.proofs.remove(&LINE_UNKNOWN);
        }
        self.proofs.insert(line, proof);
    }

    /// Said to be gone again and again is one episode that was over when it was first told.
    fn is_gone(&mut self, sighting: &Sighting, look: &ObservedScan, how: Ending) {
        let is_repeated = self
            .episodes
            .last()
            .is_some_and(|last| last.ending == Some(how));
        if self.open().is_none() && !is_repeated {
            let episode = self.opened(sighting, look);
            self.episodes.push(episode);
        }
        let told = sighting.closed_at.filter(|closed| *closed <= look.at);
        // Of several lines that say so at one time the first is the last word.
        let is_first = self.told_at.replace(look.at) != Some(look.at);
        if let Some(episode) = self.open().filter(|_| is_first) {
            episode.row = sighting.row;
        }
        if how == Ending::Verified {
            // It is the word of one line: where another saw it too, that one has to look again.
            self.is_proven(look.line, Some(told.unwrap_or(look.at)));
            let is_due = |proof: i64| proof <= look.at;
            return self.pass(is_due);
        }
        self.close(told.unwrap_or(look.at), how);
    }

    fn opened(&self, sighting: &Sighting, look: &ObservedScan) -> Episode {
        // What the tool saw before the last episode ended is of that one.
        let earliest = self.episodes.last().and_then(|last| last.closed_at);
        let first = sighting.first_seen.filter(|first| *first <= look.at);
        let first = first.filter(|first| earliest.is_none_or(|end| *first > end));
        Episode {
            identity: sighting.identity,
            number: self.episodes.len() as u32 + 1,
            opened_at: first.unwrap_or(look.at),
            last_seen_at: look.at,
            closed_at: None,
            ending: None,
            claimed_at: None,
            is_confirmed: false,
            known_from: look.recorded_at,
            accepted: None,
            row: sighting.row,
        }
    }

    fn decide(&mut self, verdict: &IdentityDecision) {
        let at = verdict.at;
        match verdict.decision {
            Decision::FalsePositive | Decision::OutOfScope => {
                if let Some(how) = ending_of(verdict.decision) {
                    self.dismiss(verdict, how);
                }
            }
            Decision::Confirmed => {
                self.dismissal = None;
                if let Some(episode) = self.open() {
                    episode.is_confirmed = true;
                }
            }
            Decision::ClaimedFixed => {
                if let Some(episode) = self.open() {
                    episode.claimed_at = episode.claimed_at.or(Some(at));
                }
            }
            Decision::Accepted => {
                let acceptance = Acceptance {
                    at,
                    until: verdict.until,
                };
                self.acceptance = Some(acceptance);
                if let Some(episode) = self.open() {
                    episode.accepted = Some(extended(episode.accepted, acceptance));
                }
            }
        }
    }

    fn dismiss(&mut self, verdict: &IdentityDecision, how: Ending) {
        self.dismissal = Some((how, verdict.until));
        self.close(verdict.at, how);
    }
}

/// One that still runs is prolonged; one that has lapsed gives way.
fn extended(before: Option<Acceptance>, now: Acceptance) -> Acceptance {
    let running = before.filter(|before| before.until.is_none_or(|until| until >= now.at));
    Acceptance {
        at: running.map_or(now.at, |before| before.at),
        until: now.until,
    }
}
