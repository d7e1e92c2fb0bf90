//! The almost right sentence: it is answered with the number that is meant, refused, or answered with a
//! warning. Another number without a word is a fault.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;

use super::{here, riskql};

/// Sentences that are answered with another number and no word about it, and why they should not be.
const KNOWN_WRONG: &[(&str, &str)] = &[
    (
        "backlog as known on 2026-06-30",
        "what was recorded by then, as of the newest date: `as of` is meant",
    ),
    (
        "backlog where severity = high and severity = critical",
        "one field cannot be two values: `in (high, critical)`",
    ),
    (
        "backlog where severity != info or severity != low or severity != medium",
        "always true: `not in (info, low, medium)`",
    ),
    (
        "mean time from found to verified of findings found last quarter",
        "a cohort that is followed up to as-of: four of its six rows are not there yet",
    ),
    (
        "mean time from introduced to found of findings introduced last quarter",
        "a cohort that is followed up to as-of",
    ),
    (
        "mean time from found to verified of findings open last quarter",
        "no row that is open has been verified: always none",
    ),
    (
        "median time from found to closed of findings open",
        "no row that is open has been closed: always none",
    ),
    (
        "count of findings open where time from found to closed > 90 days",
        "never true of what is open: `time since found > 90 days`",
    ),
    (
        "count of findings overdue where accepted_at is missing",
        "an acceptance that has ended is taken for one in force: `not risk_accepted`",
    ),
    (
        "count of findings overdue where findings.accepted_at is missing",
        "an acceptance that has ended is taken for one in force: `not risk_accepted`",
    ),
    (
        "backlog where accepted_at is present",
        "an acceptance that has ended is taken for one in force: `risk_accepted`",
    ),
    (
        "backlog where findings.accepted_at is present",
        "an acceptance that has ended is taken for one in force: `risk_accepted`",
    ),
    (
        "share of findings verified with found in 2026-Q2",
        "always true, `found` comes before: `findings found with verified so far`",
    ),
    (
        "share of findings verified with found within 30 days in 2026-Q2",
        "never true, `found` comes before: `findings found with verified within 30 days`",
    ),
    (
        "share of findings breached with not open in 2026-Q2",
        "always open when breached, for closing stops the clock: `not open so far`",
    ),
    (
        "escape_rate last quarter where environment = production",
        "the query asks already what the share tests: always 100%",
    ),
    (
        "backlog where title contains \"sqli\"",
        "no row's title holds it, as no row has an unknown team",
    ),
    (
        "backlog where epss > 50",
        "no row has more than 0.9: 0.5 is meant",
    ),
    (
        "count of findings found where any detections reported (where tool = zap) ever",
        "the report that a finding comes from bears its date, and `ever` ends just before",
    ),
    (
        "count of findings found where any detections reported where tool = zap",
        "the report that a finding comes from bears its date, and `ever` ends just before",
    ),
];

/// A question, the number that is meant, and a sentence tried for it.
struct Tried {
    question: &'static str,
    meant: Vec<Option<f64>>,
    sentence: &'static str,
    /// The first sentence of a question says it in the words of the language.
    is_first: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Right,
    Refused,
    /// Another number, with a warning.
    Told,
    Wrong,
}

fn table() -> Vec<Tried> {
    let mut all: Vec<Tried> = Vec::new();
    let (mut question, mut meant, mut is_first) = ("", Vec::new(), false);
    for line in include_str!("near_misses.txt").lines() {
        if let Some(asked) = line.strip_prefix("? ") {
            let (asked, _) = asked.split_once(" -- ").unwrap_or((asked, ""));
            let (text, numbers) = asked.rsplit_once(" = ").expect("a number");
            question = text;
            meant = numbers.split(',').map(|text| number(text.trim())).collect();
            is_first = true;
        } else if !line.is_empty() && !line.starts_with('#') {
            all.push(Tried {
                question,
                meant: meant.clone(),
                sentence: line,
                is_first,
            });
            is_first = false;
        }
    }
    all
}

/// `none`, a number, or a percentage.
fn number(text: &str) -> Option<f64> {
    let parsed = |text: &str| text.parse::<f64>().expect("a number");
    match text.strip_suffix('%') {
        Some(percent) => Some(parsed(percent) / 100.0),
        None if text == "none" => None,
        None => Some(parsed(text)),
    }
}

/// What a sentence is answered with, and whether anything is said about it.
fn asked(sentence: &str) -> (Option<Vec<Option<f64>>>, bool) {
    let folder = here();
    let arguments = ["run", sentence, "--data", "data", "--format", "json"];
    let output = riskql(&folder, &arguments);
    let told = !output.stderr.is_empty();
    match output.status.code() {
        Some(0) => (Some(values(&output.stdout)), told),
        Some(2) if told => (None, told),
        code => panic!("{sentence}: {code:?}"),
    }
}

/// The values of an answer, row by row.
fn values(json: &[u8]) -> Vec<Option<f64>> {
    let answer: Value = serde_json::from_slice(json).expect("an answer in JSON");
    let columns = answer["columns"].as_array().expect("columns");
    let names: Vec<&str> = columns
        .iter()
        .filter(|column| column["role"] == "value")
        .filter_map(|column| column["name"].as_str())
        .collect();
    let rows = answer["rows"].as_array().expect("rows");
    let cells = rows
        .iter()
        .flat_map(|row| names.iter().map(move |name| &row[*name]));
    cells.map(Value::as_f64).collect()
}

fn are_meant(values: &[Option<f64>], meant: &[Option<f64>]) -> bool {
    let is_meant = |pair: (&Option<f64>, &Option<f64>)| match pair {
        (Some(value), Some(meant)) => (value - meant).abs() <= 1e-5 * meant.abs().max(1.0),
        (value, meant) => value == meant,
    };
    values.len() == meant.len() && values.iter().zip(meant).all(is_meant)
}

fn outcome(tried: &Tried) -> (Outcome, String) {
    let (values, told) = asked(tried.sentence);
    let outcome = match &values {
        None => Outcome::Refused,
        Some(values) if are_meant(values, &tried.meant) => Outcome::Right,
        Some(_) if told => Outcome::Told,
        Some(_) => Outcome::Wrong,
    };
    let (question, meant, sentence) = (tried.question, &tried.meant, tried.sentence);
    let line = format!("{question}\n  {sentence}\n  {outcome:?} {values:?}, meant {meant:?}");
    (outcome, line)
}

/// All outcomes, asked by two threads: each sentence is a run of the binary.
fn outcomes(table: &[Tried]) -> BTreeMap<usize, (Outcome, String)> {
    let (next, all) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(tried) = table.get(index) else { break };
                    let outcome = outcome(tried);
                    all.lock().expect("no panic").insert(index, outcome);
                }
            });
        }
    });
    all.into_inner().expect("no panic")
}

#[test]
fn no_sentence_is_answered_with_another_number_in_silence() {
    let table = table();
    let outcomes = outcomes(&table);
    let mut faults = Vec::new();
    for (index, (outcome, line)) in &outcomes {
        let tried = &table[*index];
        let known = KNOWN_WRONG.iter().find(|known| known.0 == tried.sentence);
        match (outcome, known) {
            (Outcome::Wrong, None) => faults.push(line.clone()),
            (Outcome::Wrong, Some(_)) | (_, None) => {}
            (_, Some((_, reason))) => {
                faults.push(format!(
                    "mended, take it off KNOWN_WRONG ({reason}): {line}"
                ));
            }
        }
        if tried.is_first && *outcome != Outcome::Right {
            faults.push(format!("the language's own sentence: {line}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_is_known_to_be_wrong_is_in_the_table() {
    let table = table();
    let strays: Vec<&str> = KNOWN_WRONG
        .iter()
        .map(|known| known.0)
        .filter(|sentence| !table.iter().any(|tried| tried.sentence == *sentence))
        .collect();
    assert!(strays.is_empty(), "{strays:?}");
}

/// Else every sentence would count as told.
#[test]
fn the_data_alone_are_told_nothing_of() {
    for sentence in ["backlog", "scan_coverage", "duplicate_reduction", "mttr"] {
        assert!(!asked(sentence).1, "{sentence}");
    }
}
