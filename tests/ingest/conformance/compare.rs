//! One report against the second opinion.

use std::collections::{BTreeMap, BTreeSet};

use riskql::ingest::{Report, Row};

use super::expected::Expected;

/// What may differ.
pub const WHATS: [&str; 8] = [
    "refused",
    "rows",
    "severities",
    "cves",
    "cwes",
    "files",
    "components",
    "hosts",
];

/// One difference: what differs, and how.
pub struct Difference {
    pub what: &'static str,
    pub how: String,
    /// Ours has all that the other has, and more.
    pub is_more_only: bool,
}

/// How something differs, and whether ours only has more.
type How = Option<(String, bool)>;

/// Everything in which a report differs; `own_rows` are those that the report itself has.
pub fn differences(
    expected: &Expected,
    report: &Report,
    own_rows: Option<u64>,
    severity_words: &[String],
) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |what, how: How| {
        found.extend(how.map(|(how, is_more_only)| Difference {
            what,
            how,
            is_more_only,
        }));
    };
    compare("rows", rows(report, own_rows, expected));
    compare("severities", severities(report, expected, severity_words));
    let cves = of_rows(report, |row| {
        let ids = row.vulnerability_ids.iter();
        ids.map(|id| id.to_uppercase())
            .filter(|id| id.starts_with("CVE-"))
            .collect()
    });
    compare("cves", sets(&cves, &expected.cves));
    let cwes = of_rows(report, |row| row.cwe.clone());
    compare("cwes", sets(&cwes, &expected.cwes));
    let files = of_rows(report, |row| row.file.iter().cloned().collect());
    compare("files", sets(&files, &expected.files));
    compare(
        "components",
        names(report, &expected.components, components),
    );
    compare("hosts", names(report, &expected.hosts, hosts));
    found
}

fn rows(report: &Report, own_rows: Option<u64>, expected: &Expected) -> How {
    let kept = report.rows.len() as u64;
    let dropped: u64 = report.dropped.values().sum();
    let theirs: u64 = expected.severities.values().sum();
    let wanted = own_rows.unwrap_or(theirs);
    (kept + dropped != wanted)
        .then(|| format!("{kept} and {dropped} dropped, not {wanted} (theirs {theirs})"))
        .map(|how| (how, kept + dropped > wanted))
}

fn severities(report: &Report, expected: &Expected, words: &[String]) -> How {
    let mut ours: BTreeMap<String, u64> = BTreeMap::new();
    for row in &report.rows {
        let word = &words[usize::from(row.severity)];
        *ours.entry(word.clone()).or_default() += 1;
    }
    let theirs = &expected.severities;
    (ours != *theirs).then(|| (format!("{ours:?}, theirs {theirs:?}"), false))
}

fn of_rows<T: Ord>(report: &Report, values: impl Fn(&Row) -> Vec<T>) -> BTreeSet<T> {
    report.rows.iter().flat_map(values).collect()
}

fn sets<T: Ord + ToString>(ours: &BTreeSet<T>, theirs: &BTreeSet<T>) -> How {
    let only = |one: &BTreeSet<T>, other| one.difference(other).map(T::to_string).collect();
    told(only(ours, theirs), only(theirs, ours))
}

/// Names that are written in several ways: every one of theirs has to be one of ours, and every row
/// of ours that has any has to have one of theirs.
fn names(report: &Report, theirs: &BTreeSet<String>, ways: fn(&Row) -> Vec<String>) -> How {
    let ours: Vec<Vec<String>> = report.rows.iter().map(ways).collect();
    let known: BTreeSet<&String> = ours.iter().flatten().collect();
    let lost = theirs.iter().filter(|name| !known.contains(name));
    let more: BTreeSet<String> = ours
        .iter()
        .filter(|ways| !ways.iter().any(|way| theirs.contains(way)))
        .filter_map(|ways| ways.first().cloned())
        .collect();
    told(more.into_iter().collect(), lost.cloned().collect())
}

fn told(more: Vec<String>, lost: Vec<String>) -> How {
    let listed = |names: &[String]| {
        format!(
            "{} ({})",
            names.len(),
            names[..names.len().min(4)].join(" ")
        )
    };
    (!more.is_empty() || !lost.is_empty()).then(|| {
        let how = format!("only ours {}, only theirs {}", listed(&more), listed(&lost));
        (how, lost.is_empty())
    })
}

fn components(row: &Row) -> Vec<String> {
    let Some(component) = &row.component else {
        return Vec::new();
    };
    let version = row.version.as_deref().unwrap_or_default();
    let mut ways = vec![
        format!("{component}@{version}"),
        format!("{component}@"),
        component.clone(),
    ];
    ways.extend(row.purl.clone());
    ways.extend(row.purl.as_ref().map(|purl| format!("{purl}@")));
    ways
}

fn hosts(row: &Row) -> Vec<String> {
    let of_url = row.url.as_deref().and_then(host);
    row.host.iter().cloned().chain(of_url).collect()
}

fn host(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let name = rest.split(['/', '?', '#']).next()?;
    Some(name.split(':').next().unwrap_or(name).to_string())
}
