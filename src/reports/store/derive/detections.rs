//! What each tool sees of an asset: identities, and who they are over time.

use std::collections::{BTreeMap, BTreeSet};

use crate::lang::model::{Decision, Fills, Status};
use crate::reports::ingest::{ReportRow, ScanOutcome, ScanScope};
use crate::reports::lifecycle::{
    self, Ending, Episode, History, IdentityDecision, LINE_UNKNOWN, LineNumber, ObservedScan,
    RuleNumber, ScanCoverage, Sighting,
};
use crate::reports::store::facts::{FactRows, ScanFact};
use crate::reports::store::manifest::ScanLineGap;

/// One tool looking at one asset in one environment.
pub(super) struct ScanStream<'a> {
    pub environment: &'a str,
    pub tool: &'a str,
    pub kind: &'a str,
    /// The scans of the looks of its history, in their order.
    scans: Vec<&'a ScanFact<'a>>,
    history: History,
    /// What rows of sightings and episodes stand for.
    pub rows: Vec<&'a ReportRow>,
}

/// One identity in a stream.
pub(super) struct Detection<'a> {
    /// The same in every derivation: of asset, environment, tool and identity.
    pub id: String,
    pub stream: usize,
    pub identity: u128,
    /// As it was seen last.
    pub latest: &'a ReportRow,
    /// When a scan saw it first.
    pub first: i64,
    pub episodes: Vec<Episode>,
}

/// The streams of an asset's scans, by environment, tool and report format: what a tool says in one
/// format has other identities than what it says in another, and proves nothing about it.
pub(super) fn streams<'a>(scans: &[&'a ScanFact<'a>], rows: &'a FactRows) -> Vec<ScanStream<'a>> {
    let mut groups: BTreeMap<(&str, &str, &str), Vec<&ScanFact>> = BTreeMap::new();
    for scan in scans {
        let manifest = scan.manifest;
        let group = groups.entry((&manifest.environment, &scan.scan.tool, &manifest.source));
        group.or_default().push(scan);
    }
    groups
        .into_values()
        .map(|scans| stream(&scans, rows))
        .collect()
}

fn stream<'a>(scans: &[&'a ScanFact<'a>], facts: &'a FactRows) -> ScanStream<'a> {
    let mut rules = Rules::default();
    let lines = lines(scans);
    let mut rows: Vec<&ReportRow> = Vec::new();
    let mut looks = Vec::with_capacity(scans.len());
    for scan in scans {
        let manifest = scan.manifest;
        let key = (manifest.segment.clone(), scan.number);
        let own = facts.get(&key).into_iter().flatten();
        let seen = own.map(|row| {
            rows.push(row);
            sighting(row, rows.len() - 1, &mut rules)
        });
        let seen = seen.collect();
        looks.push(ObservedScan {
            at: manifest.finished_at,
            recorded_at: manifest.recorded_at,
            line: line_of(scan, scans, &lines),
            reach: reach(scan, &mut rules),
            seen,
        });
    }
    let (manifest, scan) = (scans[0].manifest, scans[0].scan);
    ScanStream {
        environment: &manifest.environment,
        tool: &scan.tool,
        kind: scan.tool_kind.word(),
        scans: scans.to_vec(),
        history: History {
            looks,
            ..History::default()
        },
        rows,
    }
}

/// The scan lines of a stream: the place of each is its number.
fn lines(scans: &[&ScanFact]) -> Vec<Option<String>> {
    let known = scans
        .iter()
        .filter(|scan| scan.scan.gap == ScanLineGap::None);
    let known: BTreeSet<Option<String>> = known.map(|scan| scan.scan.label()).collect();
    known.into_iter().collect()
}

/// The number of a scan's line. Where the scan does not name its target and there is only one that it can be,
/// it is that; where there are several it is of none of them, and closes nothing.
fn line_of(scan: &ScanFact, scans: &[&ScanFact], lines: &[Option<String>]) -> LineNumber {
    let place = |label: &Option<String>| lines.iter().position(|known| known == label);
    if scan.scan.gap == ScanLineGap::None {
        return place(&scan.scan.label()).unwrap_or(lines.len()) as LineNumber;
    }
    if scan.scan.gap == ScanLineGap::Line {
        return LINE_UNKNOWN;
    }
    let others = scans
        .iter()
        .filter(|other| other.scan.gap == ScanLineGap::None);
    let others = others.filter(|other| other.scan.line == scan.scan.line);
    let candidates: BTreeSet<Option<String>> = others.map(|other| other.scan.label()).collect();
    let found = match candidates.len() {
        0 => place(&scan.scan.label()),
        1 => candidates.first().and_then(place),
        _ => None,
    };
    found.unwrap_or(lines.len()) as LineNumber
}

/// Numbers for the names of rules.
#[derive(Default)]
struct Rules<'a> {
    numbers: BTreeMap<&'a str, RuleNumber>,
}

impl<'a> Rules<'a> {
    fn number(&mut self, name: &'a str) -> RuleNumber {
        let next = self.numbers.len() as RuleNumber;
        *self.numbers.entry(name).or_insert(next)
    }
}

fn reach<'a>(scan: &ScanFact<'a>, rules: &mut Rules<'a>) -> ScanCoverage {
    let is_adequate = scan.scan.outcome == ScanOutcome::Success
        && scan.scan.scope == ScanScope::Full
        && scan.manifest.fills == Fills::Observations;
    match &scan.scan.rules {
        _ if !is_adequate => ScanCoverage::Nothing,
        None => ScanCoverage::Everything,
        Some(names) => ScanCoverage::Rules(names.iter().map(|name| rules.number(name)).collect()),
    }
}

fn sighting<'a>(row: &'a ReportRow, index: usize, rules: &mut Rules<'a>) -> Sighting {
    Sighting {
        identity: u128::from_str_radix(&row.identity, 16).unwrap_or_default(),
        rule: row.rule_id.as_deref().map(|name| rules.number(name)),
        status: row.status,
        first_seen: row.first_seen,
        closed_at: row.closed_at,
        accepted_until: row.accepted_until,
        row: index,
    }
}

/// Every identity of the streams, by stream and identity; not followed yet.
pub(super) fn detections<'a>(asset: &str, streams: &[ScanStream<'a>]) -> Vec<Detection<'a>> {
    let mut found = Vec::new();
    for (index, stream) in streams.iter().enumerate() {
        let mut seen: BTreeMap<u128, (i64, &ReportRow)> = BTreeMap::new();
        // Looks come in the order of time, so that the last word is the latest.
        for look in &stream.history.looks {
            for sighting in &look.seen {
                let row = stream.rows[sighting.row];
                let entry = seen.entry(sighting.identity).or_insert((look.at, row));
                entry.1 = row;
            }
        }
        found.extend(
            seen.into_iter()
                .map(|(identity, (first, latest))| Detection {
                    id: id(asset, stream, identity),
                    stream: index,
                    identity,
                    latest,
                    first,
                    episodes: Vec::new(),
                }),
        );
    }
    found
}

/// Follows all detections under the verdicts on them. `verdicts` are by detection.
pub(super) fn follow(
    streams: &mut [ScanStream],
    detections: &mut [Detection],
    verdicts: Vec<(usize, IdentityDecision)>,
    retired_at: Option<i64>,
) {
    for (detection, verdict) in verdicts {
        let stream = &mut streams[detections[detection].stream];
        stream.history.verdicts.push(verdict);
    }
    let mut rest = detections;
    for (index, stream) in streams.iter_mut().enumerate() {
        stream.history.retired_at = retired_at;
        let count = rest.iter().take_while(|each| each.stream == index).count();
        let (own, others) = rest.split_at_mut(count);
        rest = others;
        let mut own = own.iter_mut().peekable();
        for episode in lifecycle::episodes(&stream.history) {
            while own
                .next_if(|each| each.identity < episode.identity)
                .is_some()
            {}
            if let Some(detection) = own.peek_mut() {
                detection.episodes.push(episode);
            }
        }
    }
}

/// A scan that closed an episode, and what it says of the weakness: `None`, it looked and did not see it.
pub(super) type EndingScan<'a> = (&'a ScanFact<'a>, Option<Status>);

/// The scans that closed an episode. A fix is verified by one scan of every line that saw the weakness: the first that looked
/// again without seeing it, or the one that says it is fixed. One that it is no weakness is enough by itself.
pub(super) fn closed_by<'a>(
    stream: &ScanStream<'a>,
    identity: u128,
    episode: &Episode,
) -> Vec<EndingScan<'a>> {
    let Some(closed_at) = episode.closed_at else {
        return Vec::new();
    };
    let sightings = || {
        let looks = stream.history.looks.iter().zip(&stream.scans);
        looks.flat_map(move |(look, scan)| {
            let own = look
                .seen
                .iter()
                .filter(move |seen| seen.identity == identity);
            own.map(move |seen| (look, *scan, seen))
        })
    };
    // When a report says that it ended, if it says so.
    let told = |look: &ObservedScan, seen: &Sighting| {
        let how = lifecycle::ending(seen.status)?;
        let at = seen.closed_at.filter(|at| *at <= look.at);
        Some((how, at.unwrap_or(look.at).max(episode.opened_at)))
    };
    if episode.ending != Some(Ending::Verified) {
        let end = episode.ending.map(|how| (how, closed_at));
        let mut said = sightings().filter(|(look, _, seen)| told(look, seen) == end);
        return said
            .next()
            .map(|(_, scan, seen)| (scan, seen.status))
            .into_iter()
            .collect();
    }
    let mut last: BTreeMap<LineNumber, (&ObservedScan, EndingScan, &Sighting)> = BTreeMap::new();
    for (look, scan, seen) in sightings().filter(|(look, _, _)| look.at >= episode.opened_at) {
        let at = told(look, seen).map_or(look.at, |(_, at)| at);
        if at <= closed_at {
            last.insert(look.line, (look, (scan, seen.status), seen));
        }
    }
    // What scans of an unknown line saw is of the first line that tells of it.
    if last.len() > 1 {
        last.remove(&LINE_UNKNOWN);
    }
    let mut found = Vec::new();
    for (line, (seen_in, scan, seen)) in last {
        if told(seen_in, seen).is_some() {
            found.push(scan);
            continue;
        }
        let covers = |look: &ObservedScan| match &look.reach {
            ScanCoverage::Nothing => false,
            ScanCoverage::Everything => true,
            ScanCoverage::Rules(rules) => seen.rule.is_some_and(|rule| rules.contains(&rule)),
        };
        let mut looks = stream.history.looks.iter().zip(&stream.scans);
        let closing = looks.find(|(look, _)| {
            look.line == line && look.at > seen_in.at && look.at <= closed_at && covers(look)
        });
        found.extend(closing.map(|(_, scan)| (*scan, None)));
    }
    found
}

/// The decision of a person that closed an episode, if one did.
pub(super) fn decided(
    stream: &ScanStream,
    identity: u128,
    episode: &Episode,
) -> Option<(Decision, i64)> {
    let closed_at = episode.closed_at?;
    let verdicts = stream.history.verdicts.iter();
    let own = verdicts.filter(|verdict| {
        let how = lifecycle::ending_of(verdict.decision);
        verdict.identity == identity && verdict.at <= closed_at && how == episode.ending
    });
    let last = own
        .filter(|_| episode.ending.is_some())
        .max_by_key(|verdict| verdict.at)?;
    Some((last.decision, last.at))
}

/// Digits of an id that say which asset it is of, and those that tell its detections apart.
const ASSET_DIGITS: usize = 4;
const OWN_DIGITS: usize = 16;

/// Whether an id may be that of a detection of an asset; of others it is one in some ten thousand. So
/// a decision that names only an id need not be compared with all assets.
pub(super) fn may_be_of(id: &str, asset: &str) -> bool {
    id.starts_with(&asset_digits(asset))
}

fn asset_digits(asset: &str) -> String {
    blake3::hash(asset.as_bytes()).to_hex()[..ASSET_DIGITS].to_string()
}

fn id(asset: &str, stream: &ScanStream, identity: u128) -> String {
    let mut hash = blake3::Hasher::new();
    for part in [asset, stream.environment, stream.tool] {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.update(&identity.to_le_bytes());
    asset_digits(asset) + &hash.finalize().to_hex()[..OWN_DIGITS]
}
