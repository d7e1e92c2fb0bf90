//! The conformance table of `docs/sources.md`.

use std::fs;
use std::path::Path;

use riskql::reports::ingest::Report;

use super::compare::What;
use super::explained::Says;
use super::{Judge, Sample};

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

/// Where rows are.
const PLACES: [What; 3] = [What::Files, What::Components, What::Hosts];

/// Summary, tables, explanations.
pub fn written(judge: &Judge, samples: &[Sample]) -> String {
    let read: Vec<&Sample> = samples.iter().filter(|own| own.outcome.is_ok()).collect();
    let mut text = format!(
        "{} samples: {} are read, {} refused with a reason.\n\n",
        samples.len(),
        read.len(),
        samples.len() - read.len()
    );
    text += &own(&read);
    text += &others(&read);
    text += &by_source(judge, samples);
    text += "\n### Ids that are not simply in fields\n\n";
    text += "<details><summary>What a second reading has to know</summary>\n\n";
    for rule in &judge.rules {
        text += &format!("- `{}`: {} (`{}`)\n", rule.source, rule.why, rule.written);
    }
    text += "\n</details>\n";
    text += "\n### Differences, by name\n\n";
    text += "<details><summary>What the other importer does otherwise</summary>\n\n";
    for line in &judge.explanations {
        let (samples, why) = (line.samples, line.why);
        text += &match &line.says {
            Says::Refused => format!("- `{samples}`, refused: {why}\n"),
            Says::Differs { whats, written, .. } => {
                let whats: Vec<&str> = whats.iter().map(|what| what.word()).collect();
                format!("- `{samples}`, {}: {why} (`{written}`)\n", whats.join(", "))
            }
        };
    }
    text + "\n</details>\n"
}

/// What is read against what reports say themselves.
fn own(samples: &[&Sample]) -> String {
    let share = |holds: fn(&Sample) -> bool| share(samples, holds);
    format!(
        "| of the samples read | |\n|---|--:|\n\
         | rows as the report itself counts them | {} |\n\
         | CVEs and GHSA ids are those of all fields of the report | {} |\n\
         | CWEs are those of all fields of the report | {} |\n\
         | all ids are those of the report, by the named rules | {} |\n\n",
        share(|sample| sample.is_equal(What::Rows)),
        share(|sample| sample.own_ids.are_equal.0),
        share(|sample| sample.own_ids.are_equal.1),
        share(|sample| sample.own_ids.difference.is_none()),
    )
}

/// What is read against what the other importer reads.
fn others(samples: &[&Sample]) -> String {
    let mut text = String::from(
        "| against the other importer | equal | equal after a named reduction | as a named rule says | otherwise |\n\
         |---|--:|--:|--:|--:|\n",
    );
    for what in What::ALL.into_iter().filter(|what| *what != What::Rows) {
        let exact = |sample: &&&Sample| match sample.difference(what) {
            Some(found) => found.verdict.as_ref().ok().map(|verdict| verdict.is_exact),
            None => None,
        };
        let equal = samples
            .iter()
            .filter(|sample| sample.is_equal(what))
            .count();
        let reduced = samples
            .iter()
            .filter(|sample| exact(sample) == Some(true))
            .count();
        let ruled = samples
            .iter()
            .filter(|sample| exact(sample) == Some(false))
            .count();
        let name = match what {
            What::Cves => "CVEs",
            What::Cwes => "CWEs",
            other => other.word(),
        };
        let percent = 100.0 * equal as f64 / samples.len() as f64;
        let otherwise = samples.len() - equal - reduced - ruled;
        text +=
            &format!("| {name} | {equal} ({percent:.1} %) | {reduced} | {ruled} | {otherwise} |\n");
    }
    text
}

fn by_source(judge: &Judge, samples: &[Sample]) -> String {
    let mut text = String::from(
        "\n| source | samples | rows | dropped | counted | own ids | severities | CVEs | CWEs | places |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    let mut without = Vec::new();
    for source in &judge.definitions.reports {
        let is_own = |report: &Report| report.source == source.name;
        let own = samples
            .iter()
            .filter(|sample| sample.report().is_some_and(is_own));
        let own: Vec<&Sample> = own.collect();
        match own.is_empty() {
            true => without.push(format!("`{}`", source.name)),
            false => text += &line(&source.name, &own),
        }
    }
    text + &format!("\nNo sample is among them of: {}.\n", without.join(", "))
}

fn line(source: &str, samples: &[&Sample]) -> String {
    let reports: Vec<&Report> = samples
        .iter()
        .filter_map(|sample| sample.report())
        .collect();
    let rows: usize = reports.iter().map(|report| report.rows.len()).sum();
    let dropped: u64 = reports
        .iter()
        .flat_map(|report| report.dropped.values())
        .sum();
    let equal = |whats: &[What]| {
        let is_equal = |sample: &&&Sample| whats.iter().all(|what| sample.is_equal(*what));
        cell(samples.iter().filter(is_equal).count(), samples.len())
    };
    let has_own_ids = |sample: &&&Sample| sample.own_ids.difference.is_none();
    format!(
        "| `{source}` | {} | {rows} | {dropped} | {} | {} | {} | {} | {} | {} |\n",
        samples.len(),
        equal(&[What::Rows]),
        cell(samples.iter().filter(has_own_ids).count(), samples.len()),
        equal(&[What::Severities]),
        equal(&[What::Cves]),
        equal(&[What::Cwes]),
        equal(&PLACES),
    )
}

/// `all`, or how many are equal and how many are explained.
fn cell(equal: usize, all: usize) -> String {
    match all - equal {
        0 => "all".to_string(),
        explained => format!("{equal} + {explained}"),
    }
}

fn share(samples: &[&Sample], holds: impl Fn(&Sample) -> bool) -> String {
    let good = samples.iter().filter(|sample| holds(sample)).count();
    let percent = 100.0 * good as f64 / samples.len() as f64;
    format!("{good} ({percent:.1} %)")
}
