//! Detections of one weakness → its findings: one for every stretch of time in which any of them was open.

use super::detections::{Detection, ScanStream};
use crate::lang::model::{Evidence, Status};
use crate::reports::ingest::ReportRow;
use crate::reports::lifecycle::{Acceptance, Ending, Episode};

/// One stretch of time in which a weakness was open.
pub(super) struct Finding<'a> {
    pub id: String,
    /// From 1: how often the weakness was open by then.
    pub number: usize,
    /// When the stretch before ended.
    pub previous_closed_at: Option<i64>,
    /// When the next one began: this one's end did not last.
    pub reopened_at: Option<i64>,
    pub environment: &'a str,
    /// What was seen last by each tool, first reported first.
    pub rows: Vec<&'a ReportRow>,
    pub opened_at: i64,
    pub last_seen_at: i64,
    pub closed_at: Option<i64>,
    pub ending: Option<Ending>,
    /// By what people claim, else by what scans prove.
    pub fixed_at: Option<i64>,
    pub accepted: Option<Acceptance>,
    pub is_confirmed: bool,
    pub known_from: i64,
}

/// An episode, and the detection it is of.
type Member<'a> = (&'a Episode, &'a Detection<'a>);

/// The findings of an issue: members are detections that were merged, the first reported first.
pub(super) fn findings<'a>(
    streams: &[ScanStream<'a>],
    detections: &'a [Detection<'a>],
    members: &[usize],
) -> Vec<Finding<'a>> {
    let mut episodes: Vec<Member> = Vec::new();
    for member in members {
        let detection = &detections[*member];
        episodes.extend(
            detection
                .episodes
                .iter()
                .map(|episode| (episode, detection)),
        );
    }
    // Stable: what opens at one time stays in the order of detections.
    episodes.sort_by_key(|(episode, _)| episode.opened_at);
    let id = &detections[members[0]].id;
    let stretches = stretches(&episodes);
    let numbered = stretches.into_iter().zip(1..);
    let finding = |(stretch, number): (&[Member<'a>], usize)| {
        let id = match number {
            1 => id.clone(),
            number => format!("{id}-{number}"),
        };
        finding(streams, (id, number), stretch)
    };
    let mut findings: Vec<Finding> = numbered.map(finding).collect();
    for later in 1..findings.len() {
        findings[later].previous_closed_at = findings[later - 1].closed_at;
        findings[later - 1].reopened_at = Some(findings[later].opened_at);
    }
    findings
}

/// Cuts episodes where none of them is open.
fn stretches<'a, 'b>(episodes: &'b [Member<'a>]) -> Vec<&'b [Member<'a>]> {
    let end = |episode: &Episode| episode.closed_at.unwrap_or(i64::MAX);
    let mut stretches = Vec::new();
    let mut start = 0;
    let mut open_until = i64::MIN;
    for (index, (episode, _)) in episodes.iter().enumerate() {
        if index > start && episode.opened_at > open_until {
            stretches.push(&episodes[start..index]);
            start = index;
        }
        open_until = open_until.max(end(episode));
    }
    stretches.extend(episodes.get(start..).filter(|rest| !rest.is_empty()));
    stretches
}

fn finding<'a>(
    streams: &[ScanStream<'a>],
    (id, number): (String, usize),
    stretch: &[Member<'a>],
) -> Finding<'a> {
    let episodes = || stretch.iter().map(|(episode, _)| *episode);
    let row = |(episode, detection): &Member<'a>| streams[detection.stream].rows[episode.row];
    let closed: Option<Vec<(i64, Ending)>> = episodes()
        .map(|episode| episode.closed_at.zip(episode.ending))
        .collect();
    let last = closed.and_then(|closed| closed.into_iter().max());
    let ending = last.map(|(_, ending)| ending);
    let rows: Vec<&ReportRow> = stretch.iter().map(row).collect();
    let is_confirmed = |row: &ReportRow| {
        row.status == Some(Status::Confirmed) || row.evidence == Some(Evidence::Proven)
    };
    Finding {
        id,
        number,
        previous_closed_at: None,
        reopened_at: None,
        environment: streams[stretch[0].1.stream].environment,
        opened_at: episodes()
            .map(|episode| episode.opened_at)
            .min()
            .unwrap_or_default(),
        last_seen_at: episodes()
            .map(|episode| episode.last_seen_at)
            .max()
            .unwrap_or_default(),
        closed_at: last.map(|(at, _)| at),
        ending,
        fixed_at: fixed_at(stretch, ending),
        accepted: episodes()
            .filter_map(|episode| episode.accepted)
            .reduce(joined),
        is_confirmed: episodes().any(|episode| episode.is_confirmed)
            || rows.iter().any(|row| is_confirmed(row)),
        known_from: episodes()
            .map(|episode| episode.known_from)
            .min()
            .unwrap_or_default(),
        rows,
    }
}

/// When the last detection was said or shown to be fixed, if all are and nothing else ended them.
fn fixed_at(stretch: &[Member], ending: Option<Ending>) -> Option<i64> {
    let of = |episode: &Episode| {
        let verified = episode
            .closed_at
            .filter(|_| episode.ending == Some(Ending::Verified));
        let claimed = episode.claimed_at;
        claimed
            .filter(|_| episode.ending.is_none() || verified.is_some())
            .or(verified)
    };
    match ending {
        Some(Ending::FalsePositive | Ending::OutOfScope | Ending::Retired) => None,
        Some(Ending::Verified) => stretch.iter().filter_map(|(episode, _)| of(episode)).max(),
        None => {
            // Whatever ended a detection, it is not what keeps the finding open.
            let open = stretch
                .iter()
                .filter(|(episode, _)| episode.closed_at.is_none());
            let claims: Option<Vec<i64>> = open.map(|(episode, _)| episode.claimed_at).collect();
            claims?.into_iter().max()
        }
    }
}

fn joined(left: Acceptance, right: Acceptance) -> Acceptance {
    Acceptance {
        at: left.at.min(right.at),
        until: left
            .until
            .zip(right.until)
            .map(|(left, right)| left.max(right)),
    }
}
