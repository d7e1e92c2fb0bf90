//! Findings and detections → columns.

use super::detections::{Detection, ScanStream};
use super::issues::Finding;
use crate::base::instants::rfc3339;
use crate::base::types::Scale;
use crate::lang::model::{Definitions, Evidence};
use crate::reports::ingest::ReportRow;
use crate::reports::lifecycle::Ending;
use crate::reports::store::advisories::Advisories;
use crate::reports::store::frames::DerivedTable;

/// What stands between the ids in a text.
const BETWEEN: &str = ", ";

/// One row a finding. What advisories add is still to come.
pub(super) fn findings(
    definitions: &Definitions,
    asset: &str,
    findings: &[Finding],
) -> DerivedTable {
    let mut scales = definitions.scales.iter();
    let scale = scales
        .find(|scale| scale.name == "severity")
        .map(AsRef::as_ref);
    let column = |value: &dyn Fn(&Finding) -> Option<String>| -> Vec<Option<String>> {
        findings.iter().map(value).collect()
    };
    let at = |value: &dyn Fn(&Finding) -> Option<i64>| column(&|each| value(each).map(rfc3339));
    let verified = |each: &Finding| {
        let is_verified = each.ending == Some(Ending::Verified);
        each.closed_at.filter(|_| is_verified)
    };
    let environment =
        |each: &Finding| Some(each.environment.to_string()).filter(|name| !name.is_empty());
    vec![
        ("finding_id", column(&|each| Some(each.id.clone()))),
        ("asset_id", column(&|_| Some(asset.to_string()))),
        (
            "title",
            column(&|each| each.rows.first().map(|row| row.title.clone())),
        ),
        ("severity", column(&|each| severity(scale, each))),
        (
            "validation",
            column(&|each| Some(validation(each).to_string())),
        ),
        (
            "exploitable",
            column(&|each| Some(exploitable(each).to_string())),
        ),
        ("environment", column(&environment)),
        (
            "resolution",
            column(&|each| resolution(each).map(str::to_string)),
        ),
        ("introduced_at", column(&|_| None)),
        ("found_at", at(&|each| Some(each.opened_at))),
        ("fixed_at", at(&|each| each.fixed_at)),
        ("verified_at", at(&verified)),
        ("closed_at", at(&|each| each.closed_at)),
        (
            "accepted_at",
            at(&|each| each.accepted.map(|accepted| accepted.at)),
        ),
        (
            "acceptance_ends_at",
            at(&|each| each.accepted.and_then(|accepted| accepted.until)),
        ),
        ("ingested_at", at(&|each| Some(each.known_from))),
        (
            "cwe",
            column(&|each| first(each, |row| row.cwe.first().map(|cwe| format!("CWE-{cwe}")))),
        ),
        ("cve", column(&cve)),
        ("cvss", column(&|each| highest(each, |row| row.cvss))),
        ("last_seen_at", at(&|each| Some(each.last_seen_at))),
        (
            "vulnerability_ids",
            column(&|each| Some(ids(each).join(BETWEEN)).filter(|ids| !ids.is_empty())),
        ),
        ("epss", column(&|each| highest(each, |row| row.epss))),
        ("known_exploited_at", column(&|_| None)),
        ("known_exploited_due_at", column(&|_| None)),
        ("episode", column(&|each| Some(each.number.to_string()))),
        ("reopened_at", at(&|each| each.reopened_at)),
        ("previous_closed_at", at(&|each| each.previous_closed_at)),
    ]
}

/// The columns that advisories fill or overrule.
const FROM_ADVISORIES: [&str; 4] = [
    "exploitable",
    "epss",
    "known_exploited_at",
    "known_exploited_due_at",
];

/// Adds what advisories say of the vulnerabilities of findings. Gives the columns as they were before.
pub(in crate::reports::store) fn enrich(
    table: &mut DerivedTable,
    advisories: &Advisories,
) -> DerivedTable {
    let place = |name: &str| {
        let mut columns = table.iter();
        let place = columns.position(|(column, _)| *column == name);
        place.expect("findings have all of their columns")
    };
    let ids = place("vulnerability_ids");
    let places = FROM_ADVISORIES.map(place);
    let before = places.iter().map(|place| table[*place].clone()).collect();
    let [exploitable, score, exploited, due] = places;
    for row in 0..table[ids].1.len() {
        let Some(text) = &table[ids].1[row] else {
            continue;
        };
        let known: Vec<String> = text.split(BETWEEN).map(str::to_string).collect();
        if let Some(found) = advisories.score(&known) {
            table[score].1[row] = Some(found.to_string());
        }
        if let Some(at) = advisories.exploited_at(&known) {
            table[exploited].1[row] = Some(rfc3339(at));
            table[exploitable].1[row] = Some("yes".to_string());
            table[due].1[row] = advisories.due(&known).map(|day| day.to_string());
        }
    }
    before
}

/// The columns that [`enrich`] gives, without rows.
pub(in crate::reports::store) fn before_advisories() -> DerivedTable {
    FROM_ADVISORIES.map(|name| (name, Vec::new())).to_vec()
}

/// Takes back what advisories had added.
pub(in crate::reports::store) fn without_advisories(
    table: &mut DerivedTable,
    before: DerivedTable,
) {
    for (name, values) in before {
        let mut columns = table.iter_mut();
        if let Some(column) = columns.find(|(column, _)| *column == name) {
            column.1 = values;
        }
    }
}

/// One row an identity that a tool saw. `issues` are the detections of each finding.
pub(super) fn detections(
    asset: &str,
    streams: &[ScanStream],
    detections: &[Detection],
    issues: &[Vec<usize>],
) -> DerivedTable {
    let mut first = vec![0; detections.len()];
    // What no scan ever saw as open is no finding.
    let mut has_finding = vec![false; detections.len()];
    for members in issues {
        let was_open = |member: &usize| !detections[*member].episodes.is_empty();
        let is_finding = members.iter().any(was_open);
        for member in members {
            first[*member] = members[0];
            has_finding[*member] = is_finding;
        }
    }
    let numbered: Vec<(usize, &Detection)> = detections.iter().enumerate().collect();
    let column = |value: &dyn Fn(usize, &Detection) -> String| -> Vec<Option<String>> {
        numbered
            .iter()
            .map(|(index, each)| Some(value(*index, each)))
            .collect()
    };
    let reported = |each: &Detection| {
        each.episodes
            .first()
            .map_or(each.first, |first| first.opened_at)
    };
    let finding_ids = (0..detections.len())
        .map(|index| has_finding[index].then(|| detections[first[index]].id.clone()));
    let duplicate = |index: usize| if first[index] == index { "no" } else { "yes" };
    vec![
        ("detection_id", column(&|_, each| each.id.clone())),
        ("finding_id", finding_ids.collect()),
        ("asset_id", column(&|_, _| asset.to_string())),
        (
            "tool",
            column(&|_, each| streams[each.stream].tool.to_string()),
        ),
        (
            "tool_kind",
            column(&|_, each| streams[each.stream].kind.to_string()),
        ),
        ("reported_at", column(&|_, each| rfc3339(reported(each)))),
        (
            "duplicate",
            column(&|index, _| duplicate(index).to_string()),
        ),
    ]
}

fn first(finding: &Finding, value: impl Fn(&ReportRow) -> Option<String>) -> Option<String> {
    finding.rows.iter().find_map(|row| value(row))
}

fn highest(finding: &Finding, value: impl Fn(&ReportRow) -> Option<f64>) -> Option<String> {
    let values = finding.rows.iter().filter_map(|row| value(row));
    values.max_by(f64::total_cmp).map(|value| value.to_string())
}

fn severity(scale: Option<&Scale>, finding: &Finding) -> Option<String> {
    let highest = finding.rows.iter().map(|row| row.severity).max()?;
    scale?.values.get(usize::from(highest)).cloned()
}

fn validation(finding: &Finding) -> &'static str {
    match finding.is_confirmed {
        true => "confirmed",
        false => "unverified",
    }
}

fn exploitable(finding: &Finding) -> &'static str {
    let is_so = |row: &&ReportRow| {
        row.evidence == Some(Evidence::Proven) || row.known_exploited == Some(true)
    };
    match finding.rows.iter().any(is_so) {
        true => "yes",
        false => "no",
    }
}

fn resolution(finding: &Finding) -> Option<&'static str> {
    match finding.ending {
        Some(Ending::Verified) => Some("fixed"),
        Some(Ending::FalsePositive) => Some("false_positive"),
        Some(Ending::OutOfScope) => Some("out_of_scope"),
        Some(Ending::Retired) => Some("retired"),
        // A person claimed the fix, and no scan has contradicted it since.
        None => finding.fixed_at.map(|_| "fixed"),
    }
}

/// Ids of all tools, each once, those of the first reported first.
fn ids(finding: &Finding) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for id in finding.rows.iter().flat_map(|row| &row.vulnerability_ids) {
        if !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    ids
}

/// A CVE if there is one, else whatever id there is.
fn cve(finding: &Finding) -> Option<String> {
    let ids = ids(finding);
    let cve = ids.iter().find(|id| id.to_uppercase().starts_with("CVE-"));
    cve.or(ids.first()).cloned()
}
