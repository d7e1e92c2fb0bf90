//! The lifecycle by itself: hand-made histories, and random ones against a replay that is as simple as
//! the words of `docs/lifecycle.md`.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use riskql::lang::model::{Decision, Status};
use riskql::reports::lifecycle::{
    Acceptance, Ending, Episode, History, IdentityDecision, LINE_UNKNOWN, ObservedScan,
    ScanCoverage, Sighting, episodes,
};

fn sighting(identity: u128, status: Option<Status>) -> Sighting {
    Sighting {
        identity,
        rule: Some(identity as u32 % 2),
        status,
        first_seen: None,
        closed_at: None,
        accepted_until: None,
        row: 0,
    }
}

fn look(at: i64, reach: ScanCoverage, seen: Vec<Sighting>) -> ObservedScan {
    ObservedScan {
        at,
        recorded_at: at + 1000,
        line: 0,
        reach,
        seen,
    }
}

#[test]
fn suppressed_again_and_again_is_one_episode() {
    let gone = || vec![sighting(1, Some(Status::Suppressed))];
    let looks = (1..=4)
        .map(|at| look(at, ScanCoverage::Everything, gone()))
        .collect();
    let history = History {
        looks,
        ..History::default()
    };
    let found = episodes(&history);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].ending, Some(Ending::OutOfScope));
    assert_eq!((found[0].opened_at, found[0].closed_at), (1, Some(1)));
}

/// Reports that were recorded before lines were known have none: what they saw is of the first line that tells of it.
#[test]
fn a_fix_that_a_tool_tells_of_closes_what_an_unknown_line_saw() {
    let seen = ObservedScan {
        line: LINE_UNKNOWN,
        ..look(1, ScanCoverage::Everything, vec![sighting(1, None)])
    };
    let fixed = vec![sighting(1, Some(Status::Fixed))];
    let history = History {
        looks: vec![seen, look(2, ScanCoverage::Everything, fixed)],
        ..History::default()
    };
    let found = episodes(&history);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].ending, Some(Ending::Verified));
    assert_eq!((found[0].opened_at, found[0].closed_at), (1, Some(2)));
}

#[test]
fn what_a_tool_saw_before_the_last_end_is_of_the_last_episode() {
    let mut seen = sighting(1, None);
    seen.first_seen = Some(2);
    let there = || vec![seen.clone()];
    let looks = vec![
        look(5, ScanCoverage::Everything, there()),
        look(6, ScanCoverage::Everything, vec![]),
        look(7, ScanCoverage::Everything, there()),
    ];
    let history = History {
        looks,
        ..History::default()
    };
    let opened: Vec<i64> = episodes(&history)
        .iter()
        .map(|each| each.opened_at)
        .collect();
    assert_eq!(opened, [2, 7]);
}

/// Ten million sightings would take as long as they are many, not as the scans are times the open ones.
#[test]
fn many_scans_of_few_changes_are_quick() {
    let looks = (0..2_000).map(|at| {
        let seen = (0..50).map(|index| sighting((index + at / 40) as u128, None));
        look(at, ScanCoverage::Everything, seen.collect())
    });
    let history = History {
        looks: looks.collect(),
        ..History::default()
    };
    assert_eq!(episodes(&history).len(), 99);
}

/// The replay: instant by instant, everything that is open looked at each time.
fn replay(history: &History) -> Vec<Episode> {
    let mut instants: Vec<i64> = history.looks.iter().map(|look| look.at).collect();
    instants.extend(history.verdicts.iter().map(|verdict| verdict.at));
    instants.extend(history.retired_at);
    instants.sort_unstable();
    instants.dedup();
    let mut state = Replay::default();
    for at in instants {
        let looks: Vec<&ObservedScan> = history.looks.iter().filter(|look| look.at == at).collect();
        state.scan(at, &looks);
        let mut verdicts: Vec<&IdentityDecision> = history
            .verdicts
            .iter()
            .filter(|verdict| verdict.at == at)
            .collect();
        verdicts.sort();
        for verdict in verdicts {
            state.decide(verdict);
        }
        if history.retired_at == Some(at) {
            let open: Vec<u128> = state.tracks.keys().copied().collect();
            for identity in open {
                state.end(identity, at, Ending::Retired);
            }
        }
    }
    state.tracks.into_values().flatten().collect()
}

#[derive(Default)]
struct Replay {
    tracks: BTreeMap<u128, Vec<Episode>>,
    rules: BTreeMap<(u128, u32), u32>,
    /// By which lines it stands: those that saw it and have not looked again without seeing it.
    standing: BTreeMap<u128, BTreeSet<u32>>,
    /// When lines that saw it proved it to be gone: the latest.
    proven: BTreeMap<u128, i64>,
    /// When a scan last said that it is gone.
    told: BTreeMap<u128, i64>,
    dismissed: BTreeMap<u128, (Ending, Option<i64>)>,
    accepted: BTreeMap<u128, Acceptance>,
}

impl Replay {
    fn is_open(&self, identity: u128) -> bool {
        let track = self.tracks.get(&identity);
        track.is_some_and(|track| track.last().is_some_and(|last| last.closed_at.is_none()))
    }

    fn last(&mut self, identity: u128) -> &mut Episode {
        self.tracks
            .get_mut(&identity)
            .and_then(|track| track.last_mut())
            .expect("an episode")
    }

    fn end(&mut self, identity: u128, at: i64, how: Ending) {
        if self.is_open(identity) {
            let last = self.last(identity);
            last.closed_at = Some(at.max(last.opened_at));
            last.ending = Some(how);
        }
        self.standing.remove(&identity);
        self.proven.remove(&identity);
    }

    /// A line says, of an instant, that it is gone.
    fn is_proven(&mut self, identity: u128, line: u32, at: i64) {
        let standing = self.standing.entry(identity).or_default();
        standing.remove(&line);
        let is_over = standing.is_empty();
        let proven = self.proven.entry(identity).or_insert(at);
        *proven = at.max(*proven);
        let last = *proven;
        if is_over {
            self.end(identity, last, Ending::Verified);
        }
    }

    fn scan(&mut self, at: i64, looks: &[&ObservedScan]) {
        // What each line says of each identity. If any says that it is there, those that say it is gone are wrong.
        let mut words: BTreeMap<(u128, u32), (bool, i64, &Sighting)> = BTreeMap::new();
        for look in looks {
            for sighting in &look.seen {
                let word = (gone(sighting.status).is_some(), look.recorded_at, sighting);
                let best = words.entry((sighting.identity, look.line)).or_insert(word);
                let rank = |word: &(bool, i64, &Sighting)| {
                    let is_fixed = gone(word.2.status) == Some(Ending::Verified);
                    (word.0, is_fixed, word.1, word.2.row)
                };
                if rank(&word) < rank(best) {
                    *best = word;
                }
            }
        }
        let all = words.clone();
        let is_there = |identity: u128| all.iter().any(|(key, word)| key.0 == identity && !word.0);
        words.retain(|(identity, _), word| !word.0 || !is_there(*identity));
        // One that says it is no weakness ends it whatever the others say: the first of those.
        let is_dismissal = |word: &(bool, i64, &Sighting)| {
            matches!(
                gone(word.2.status),
                Some(Ending::FalsePositive | Ending::OutOfScope)
            )
        };
        let mut dismissals: BTreeMap<u128, u32> = BTreeMap::new();
        for ((identity, line), _) in words.iter().filter(|(_, word)| is_dismissal(word)) {
            dismissals.entry(*identity).or_insert(*line);
        }
        words.retain(|(identity, line), _| {
            dismissals.get(identity).is_none_or(|first| first == line)
        });
        for ((identity, line), (_, recorded_at, sighting)) in &words {
            self.see(*identity, *line, at, *recorded_at, sighting);
        }
        let standing: Vec<(u128, u32)> = self
            .standing
            .iter()
            .flat_map(|(identity, lines)| lines.iter().map(|line| (*identity, *line)))
            .collect();
        for (identity, line) in standing {
            let rule = self.rules.get(&(identity, line));
            let covers = |look: &&ObservedScan| match &look.reach {
                ScanCoverage::Nothing => false,
                ScanCoverage::Everything => look.line == line,
                ScanCoverage::Rules(rules) => {
                    look.line == line && rule.is_some_and(|rule| rules.contains(rule))
                }
            };
            if !words.contains_key(&(identity, line)) && looks.iter().any(covers) {
                self.is_proven(identity, line, at);
            }
        }
    }

    fn see(&mut self, identity: u128, line: u32, at: i64, recorded_at: i64, sighting: &Sighting) {
        let dismissed = self.dismissed.get(&identity).copied();
        let dismissed = dismissed.filter(|(_, until)| until.is_none_or(|until| at < until));
        let how = gone(sighting.status).or(dismissed.map(|(how, _)| how));
        let track = self.tracks.entry(identity).or_default();
        let is_open = track.last().is_some_and(|last| last.closed_at.is_none());
        let is_repeated = how.is_some() && track.last().is_some_and(|last| last.ending == how);
        if !is_open && !is_repeated {
            let end = track
                .last()
                .and_then(|last| last.closed_at)
                .unwrap_or(i64::MIN);
            let first = sighting
                .first_seen
                .filter(|first| *first <= at && *first > end);
            track.push(Episode {
                identity,
                number: track.len() as u32 + 1,
                opened_at: first.unwrap_or(at),
                last_seen_at: at,
                closed_at: None,
                ending: None,
                claimed_at: None,
                is_confirmed: false,
                known_from: recorded_at,
                accepted: None,
                row: sighting.row,
            });
        }
        if let Some(how) = how {
            // Of several lines that say so at one time the first is the last word.
            let is_first = self.told.insert(identity, at) != Some(at);
            if is_first && self.is_open(identity) {
                self.last(identity).row = sighting.row;
            }
            let told = sighting.closed_at.filter(|closed| *closed <= at);
            let told = told.unwrap_or(at);
            match how {
                Ending::Verified => self.is_proven(identity, line, told),
                other => self.end(identity, told, other),
            }
            return;
        }
        self.rules
            .insert((identity, line), sighting.rule.expect("all have one"));
        self.standing.entry(identity).or_default().insert(line);
        let standing = self.accepted.get(&identity).copied();
        let standing = standing.filter(|one| one.until.is_none_or(|until| at < until));
        let last = self.last(identity);
        last.last_seen_at = at;
        last.row = sighting.row;
        last.claimed_at = None;
        if sighting.status == Some(Status::Accepted) {
            accept(last, at, sighting.accepted_until);
        } else if let (None, Some(standing)) = (last.accepted, standing) {
            accept(last, at.max(standing.at), standing.until);
        }
    }

    fn decide(&mut self, verdict: &IdentityDecision) {
        let identity = verdict.identity;
        let is_open = self.is_open(identity);
        match verdict.decision {
            Decision::FalsePositive | Decision::OutOfScope => {
                let how = match verdict.decision {
                    Decision::FalsePositive => Ending::FalsePositive,
                    _ => Ending::OutOfScope,
                };
                self.dismissed.insert(identity, (how, verdict.until));
                self.end(identity, verdict.at, how);
            }
            Decision::Confirmed => {
                self.dismissed.remove(&identity);
                if is_open {
                    self.last(identity).is_confirmed = true;
                }
            }
            Decision::ClaimedFixed if is_open => {
                let last = self.last(identity);
                last.claimed_at = last.claimed_at.or(Some(verdict.at));
            }
            Decision::ClaimedFixed => {}
            Decision::Accepted => {
                let acceptance = Acceptance {
                    at: verdict.at,
                    until: verdict.until,
                };
                self.accepted.insert(identity, acceptance);
                if is_open {
                    accept(self.last(identity), verdict.at, verdict.until);
                }
            }
        }
    }
}

fn accept(episode: &mut Episode, at: i64, until: Option<i64>) {
    let at = match episode.accepted {
        Some(before) if before.until.is_none_or(|until| until >= at) => before.at,
        Some(_) | None => at,
    };
    episode.accepted = Some(Acceptance { at, until });
}

fn gone(status: Option<Status>) -> Option<Ending> {
    match status {
        Some(Status::Fixed) => Some(Ending::Verified),
        Some(Status::FalsePositive | Status::NotAffected) => Some(Ending::FalsePositive),
        Some(Status::Suppressed | Status::OutOfScope) => Some(Ending::OutOfScope),
        Some(Status::Open | Status::Confirmed | Status::InTriage | Status::Accepted) | None => None,
    }
}

prop_compose! {
    fn sightings()(
        identity in 0..5u128,
        status in option::of(select(vec![
            Status::Open, Status::Accepted, Status::Fixed, Status::FalsePositive, Status::Suppressed,
        ])),
        first_seen in option::weighted(0.2, 0..40i64),
        closed_at in option::weighted(0.2, 0..40i64),
        accepted_until in option::of(0..60i64),
        is_plain in any::<bool>(),
    ) -> Sighting {
        let status = status.filter(|_| !is_plain);
        Sighting { first_seen, closed_at, accepted_until, ..sighting(identity, status) }
    }
}

prop_compose! {
    fn looks()(
        at in 0..30i64,
        recorded_at in 100..110i64,
        line in 0..3u32,
        reach in prop_oneof![
            3 => Just(ScanCoverage::Everything),
            1 => Just(ScanCoverage::Nothing),
            1 => Just(ScanCoverage::Rules(vec![0])),
            1 => Just(ScanCoverage::Rules(vec![1, 7])),
        ],
        seen in vec(sightings(), 0..6),
    ) -> ObservedScan {
        ObservedScan { at, recorded_at, line, reach, seen }
    }
}

prop_compose! {
    fn verdicts()(
        identity in 0..5u128,
        at in 0..30i64,
        decision in select(Decision::ALL.to_vec()),
        length in option::of(1..20i64),
    ) -> IdentityDecision {
        IdentityDecision { identity, at, decision, until: length.map(|length| at + length) }
    }
}

prop_compose! {
    fn histories()(
        mut looks in vec(looks(), 0..14),
        verdicts in vec(verdicts(), 0..5),
        retired_at in option::weighted(0.2, 0..30i64),
    ) -> History {
        let sightings = looks.iter_mut().flat_map(|look| &mut look.seen);
        for (row, sighting) in sightings.enumerate() {
            sighting.row = row;
        }
        History { looks, verdicts, retired_at }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_replay_scan_by_scan_gives_the_same_episodes(history in histories()) {
        prop_assert_eq!(episodes(&history), replay(&history));
    }

    #[test]
    fn order_and_repetition_of_scans_do_not_matter(history in histories(), seed in any::<u64>()) {
        let mut other = history.clone();
        other.looks.extend(history.looks.iter().step_by(2).cloned());
        let key = |look: &ObservedScan| (look.at as u64 ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        other.looks.sort_by_key(key);
        other.verdicts.reverse();
        prop_assert_eq!(episodes(&other), episodes(&history));
    }

    #[test]
    fn episodes_of_one_identity_follow_each_other(history in histories()) {
        for pair in episodes(&history).windows(2) {
            if pair[0].identity == pair[1].identity {
                prop_assert_eq!(pair[0].number + 1, pair[1].number);
                prop_assert!(pair[0].closed_at.is_some_and(|end| end < pair[1].opened_at));
            }
            prop_assert!(pair[0].closed_at.is_none_or(|end| end >= pair[0].opened_at));
        }
    }
}
