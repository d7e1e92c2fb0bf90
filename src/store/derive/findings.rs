//! Detections followed over time, and the findings they are of.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat};

use super::{Facts, Table};
use crate::ingest::Row;
use crate::lifecycle::{self, Ending, Episode, Look, Sighting};
use crate::model::{Definitions, Evidence, Status};
use crate::store::facts::{Observation, ScanFact};

/// The tables of a store's weaknesses.
pub(super) struct Found {
    pub findings: Table,
    pub detections: Table,
}

/// One tool looking at one asset in one environment.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Stream<'a> {
    asset: &'a str,
    environment: &'a str,
    tool: &'a str,
}

/// One episode of one detection.
struct Detection<'a> {
    stream: &'a Stream<'a>,
    kind: &'a str,
    episode: Episode,
    row: &'a Row,
}

/// Derives both tables.
pub(super) fn derive(definitions: &Definitions, facts: &Facts) -> Found {
    let mut streams: BTreeMap<Stream, Vec<&ScanFact>> = BTreeMap::new();
    for scan in &facts.scans {
        let stream = Stream {
            asset: scan.asset,
            environment: &scan.manifest.environment,
            tool: &scan.manifest.tool,
        };
        streams.entry(stream).or_default().push(scan);
    }
    let mut detections = Vec::new();
    for (stream, scans) in &streams {
        detections.extend(follow(facts, stream, scans));
    }
    tables(definitions, &detections)
}

/// The episodes of a stream.
fn follow<'a>(
    facts: &'a Facts,
    stream: &'a Stream<'a>,
    scans: &[&'a ScanFact<'a>],
) -> Vec<Detection<'a>> {
    let mut rows: Vec<&Row> = Vec::new();
    let mut looks = Vec::with_capacity(scans.len());
    for scan in scans {
        let manifest = scan.manifest;
        let own = facts
            .rows
            .get(&manifest.segment)
            .into_iter()
            .flatten()
            .filter(|row| row.asset == scan.asset);
        let seen = own.map(|observation| {
            rows.push(&observation.row);
            sighting(observation, rows.len() - 1)
        });
        looks.push(Look {
            at: manifest.finished_at,
            recorded_at: manifest.recorded_at,
            is_adequate: manifest.outcome == "success"
                && manifest.scope == "full"
                && manifest.fills == "observations",
            seen: seen.collect(),
        });
    }
    let kind = scans.first().map_or("", |scan| &scan.manifest.tool_kind);
    lifecycle::episodes(&looks)
        .into_iter()
        .map(|episode| Detection {
            stream,
            kind,
            row: rows[episode.row],
            episode,
        })
        .collect()
}

fn sighting(observation: &Observation, row: usize) -> Sighting {
    let seen = &observation.row;
    Sighting {
        identity: u128::from_str_radix(&seen.identity, 16).unwrap_or_default(),
        status: seen.status,
        first_seen: seen.first_seen,
        closed_at: seen.closed_at,
        accepted_until: seen.accepted_until,
        row,
    }
}

fn tables(definitions: &Definitions, detections: &[Detection]) -> Found {
    let column = |value: &dyn Fn(&Detection) -> Option<String>| -> Vec<Option<String>> {
        detections.iter().map(value).collect()
    };
    let ids = column(&|each| Some(finding_id(each)));
    let assets = column(&|each| Some(each.stream.asset.to_string()));
    let found = column(&|each| Some(instant(each.episode.opened_at)));
    let verified = |each: &Detection| match each.episode.ending {
        Some(Ending::Verified) => each.episode.closed_at.map(instant),
        Some(Ending::FalsePositive | Ending::OutOfScope) | None => None,
    };
    let findings = vec![
        ("finding_id", ids.clone()),
        ("asset_id", assets.clone()),
        ("title", column(&|each| Some(each.row.title.clone()))),
        ("severity", column(&|each| severity(definitions, each.row))),
        ("validation", column(&|each| Some(validation(each).into()))),
        ("exploitable", column(&exploitable)),
        (
            "environment",
            column(&|each| {
                Some(each.stream.environment.to_string()).filter(|text| !text.is_empty())
            }),
        ),
        (
            "resolution",
            column(&|each| resolution(each).map(str::to_string)),
        ),
        ("introduced_at", column(&|_| None)),
        ("found_at", found.clone()),
        ("fixed_at", column(&verified)),
        ("verified_at", column(&verified)),
        (
            "closed_at",
            column(&|each| each.episode.closed_at.map(instant)),
        ),
        (
            "accepted_at",
            column(&|each| each.episode.accepted.map(|accepted| instant(accepted.at))),
        ),
        (
            "acceptance_ends_at",
            column(&|each| {
                each.episode
                    .accepted
                    .and_then(|accepted| accepted.until)
                    .map(instant)
            }),
        ),
        (
            "ingested_at",
            column(&|each| Some(instant(each.episode.known_from))),
        ),
        (
            "cwe",
            column(&|each| each.row.cwe.first().map(|cwe| format!("CWE-{cwe}"))),
        ),
        (
            "cve",
            column(&|each| each.row.vulnerability_ids.first().cloned()),
        ),
        (
            "cvss",
            column(&|each| each.row.cvss.map(|score| score.to_string())),
        ),
        (
            "last_seen_at",
            column(&|each| Some(instant(each.episode.last_seen_at))),
        ),
    ];
    let detections = vec![
        (
            "detection_id",
            column(&|each| Some(format!("{}-{}", finding_id(each), each.stream.tool))),
        ),
        ("finding_id", ids),
        ("asset_id", assets),
        ("tool", column(&|each| Some(each.stream.tool.to_string()))),
        ("tool_kind", column(&|each| Some(each.kind.to_string()))),
        ("reported_at", found),
        ("duplicate", column(&|_| Some("no".to_string()))),
    ];
    Found {
        findings,
        detections,
    }
}

/// The same in every derivation: of the stream, the identity and the number of the episode.
fn finding_id(detection: &Detection) -> String {
    let stream = detection.stream;
    let mut hash = blake3::Hasher::new();
    for part in [stream.asset, stream.environment, stream.tool] {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.update(&detection.episode.identity.to_le_bytes());
    let id = &hash.finalize().to_hex()[..16];
    match detection.episode.number {
        1 => id.to_string(),
        number => format!("{id}-{number}"),
    }
}

fn severity(definitions: &Definitions, row: &Row) -> Option<String> {
    let mut scales = definitions.scales.iter();
    let scale = scales.find(|scale| scale.name == "severity")?;
    scale.values.get(usize::from(row.severity)).cloned()
}

fn validation(detection: &Detection) -> &'static str {
    let is_confirmed = detection.row.status == Some(Status::Confirmed)
        || detection.row.evidence == Some(Evidence::Proven);
    if is_confirmed {
        "confirmed"
    } else {
        "unverified"
    }
}

fn exploitable(detection: &Detection) -> Option<String> {
    let row = detection.row;
    let is_proven = row.evidence == Some(Evidence::Proven);
    let yes = is_proven || row.known_exploited == Some(true);
    Some(if yes { "yes" } else { "no" }.to_string())
}

fn resolution(detection: &Detection) -> Option<&'static str> {
    match detection.episode.ending? {
        Ending::Verified => Some("fixed"),
        Ending::FalsePositive => Some("false_positive"),
        Ending::OutOfScope => Some("out_of_scope"),
    }
}

/// RFC 3339, UTC.
pub(in crate::store) fn instant(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros).map_or_else(String::new, |instant| {
        instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    })
}
