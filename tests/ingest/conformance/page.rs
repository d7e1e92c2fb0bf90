//! The conformance table of `docs/sources.md`.

use std::fs;
use std::path::Path;

use riskql::ingest::Report;
use riskql::model::Definitions;

use super::Sample;
use super::explained;

const START: &str = "<!-- conformance: written by a test -->\n";
const END: &str = "<!-- conformance: end -->\n";

/// Compares the page with what it should hold, or writes it.
pub fn check(table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/sources.md");
    let text = fs::read_to_string(&path).expect("the page of sources");
    let (before, rest) = text.split_once(START).expect("the start of the table");
    let (written, after) = rest.split_once(END).expect("the end of the table");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let updated = format!("{before}{START}{table}{END}{after}");
        fs::write(&path, updated).expect("docs/sources.md can be written");
        return;
    }
    assert!(
        written == table,
        "run the tests with UPDATE_DOCS=1 to write docs/sources.md anew"
    );
}

/// Summary, table, explanations.
pub fn written(definitions: &Definitions, samples: &[Sample]) -> String {
    let mut text = summary(samples);
    text += "\n| source | samples | rows | dropped | rows as counted | severities | CVEs | CWEs | locations |\n";
    text += "|---|--:|--:|--:|--:|--:|--:|--:|--:|\n";
    let mut without = Vec::new();
    for source in &definitions.reports {
        let own: Vec<&Sample> = samples
            .iter()
            .filter(|sample| report(sample).is_some_and(|report| report.source == source.name))
            .collect();
        match own.is_empty() {
            true => without.push(format!("`{}`", source.name)),
            false => text += &line(&source.name, &own),
        }
    }
    text += &format!("\nNo sample is among them of: {}.\n", without.join(", "));
    text += "\n### Differences, by name\n\n";
    for explanation in explained::read() {
        let (samples, whats) = (explanation.samples, explanation.whats.join(", "));
        text += &format!("- `{samples}`, {whats}: {}\n", explanation.why);
    }
    text
}

fn report(sample: &Sample) -> Option<&Report> {
    sample.report.as_ref()
}

fn summary(samples: &[Sample]) -> String {
    let read: Vec<&Sample> = samples.iter().filter(|own| own.report.is_some()).collect();
    let equal = |what: &str| share(&read, |sample| sample.is_equal(what));
    let more = |what: &str| share(&read, |sample| sample.loses_nothing(what));
    format!(
        "{} samples: {} are read, {} refused with a reason. Of those read, rows are as the report itself \
         counts them in {}.\nCVE sets are equal in {}, equal or larger in {}; CWE sets are equal in {}, equal or \
         larger in {}.\nEvery difference is explained by name below, so that all sets are equal or explained.\n",
        samples.len(),
        read.len(),
        samples.len() - read.len(),
        equal("rows"),
        equal("cves"),
        more("cves"),
        equal("cwes"),
        more("cwes"),
    )
}

fn share(samples: &[&Sample], holds: impl Fn(&Sample) -> bool) -> String {
    let good = samples.iter().filter(|sample| holds(sample)).count();
    let percent = 100.0 * good as f64 / samples.len() as f64;
    format!("{good} ({percent:.1} %)")
}

fn line(source: &str, samples: &[&Sample]) -> String {
    let reports: Vec<&Report> = samples.iter().copied().filter_map(report).collect();
    let rows: usize = reports.iter().map(|report| report.rows.len()).sum();
    let dropped: u64 = reports
        .iter()
        .flat_map(|report| report.dropped.values())
        .sum();
    let equal = |whats: &[&str]| {
        let is_equal = |sample: &&&Sample| whats.iter().all(|what| sample.is_equal(what));
        samples.iter().filter(is_equal).count()
    };
    format!(
        "| `{source}` | {} | {rows} | {dropped} | {} | {} | {} | {} | {} |\n",
        samples.len(),
        equal(&["rows"]),
        equal(&["severities"]),
        equal(&["cves"]),
        equal(&["cwes"]),
        equal(&["files", "components", "hosts"]),
    )
}
