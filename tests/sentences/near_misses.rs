//! The almost right sentence: it is answered with the number that is meant, refused, or answered with a
//! warning. Another number without a word is a fault.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;

use super::{here, riskql};

/// Sentences that are answered with another number and no word about it, and why they should not be.
const KNOWN_WRONG: &[(&str, &str)] = &[];

/// How notes begin that name the difference. Others tell of circumstances: a period that is not over.
const TELLING: [&str; 3] = [
    "followed up to ",
    "as of 2026-09-30, of the rows recorded by ",
    "none of ",
];

/// A question, the number that is meant, and a sentence tried for it.
struct Tried {
    question: &'static str,
    meant: Vec<Option<f64>>,
    /// The unit that the numbers are in, where another would read as well.
    unit: Option<&'static str>,
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
    let mut unit = None;
    for line in include_str!("near_misses.txt").lines() {
        if let Some(asked) = line.strip_prefix("? ") {
            let (asked, _) = asked.split_once(" -- ").unwrap_or((asked, ""));
            let (text, numbers) = asked.rsplit_once(" = ").expect("a number");
            question = text;
            let numbers: Vec<&str> = numbers.split(',').map(str::trim).collect();
            unit = numbers[0].split_once(' ').map(|(_, unit)| unit);
            meant = numbers.into_iter().map(number).collect();
            is_first = true;
        } else if !line.is_empty() && !line.starts_with('#') {
            all.push(Tried {
                question,
                meant: meant.clone(),
                unit,
                sentence: line,
                is_first,
            });
            is_first = false;
        }
    }
    all
}

/// `none`, a number, a percentage, or a number with its unit.
fn number(text: &str) -> Option<f64> {
    let (text, _) = text.split_once(' ').unwrap_or((text, ""));
    let parsed = |text: &str| text.parse::<f64>().expect("a number");
    match text.strip_suffix('%') {
        Some(percent) => Some(parsed(percent) / 100.0),
        None if text == "none" => None,
        None => Some(parsed(text)),
    }
}

/// What a sentence is answered with.
struct Reply {
    /// The values row by row, with the unit of the first column; `None` if the sentence is refused.
    values: Option<(Vec<Option<f64>>, String)>,
    /// Whether anything is said that names a difference.
    told: bool,
}

fn asked(sentence: &str) -> Reply {
    let folder = here();
    let arguments = ["run", sentence, "--data", "data", "--format", "json"];
    let output = riskql(&folder, &arguments);
    let warned = !output.stderr.is_empty();
    match output.status.code() {
        Some(0) => {
            let answer: Value = serde_json::from_slice(&output.stdout).expect("an answer in JSON");
            let notes = answer["notes"].as_array().expect("notes").iter();
            let mut notes = notes.filter_map(Value::as_str);
            let noted = notes.any(|note| TELLING.iter().any(|words| note.contains(words)));
            Reply {
                values: Some(values(&answer)),
                told: warned || noted,
            }
        }
        Some(2) if warned => Reply {
            values: None,
            told: true,
        },
        code => panic!("{sentence}: {code:?}"),
    }
}

/// The values of an answer, row by row, and the unit of the first column of them.
fn values(answer: &Value) -> (Vec<Option<f64>>, String) {
    let columns = answer["columns"].as_array().expect("columns");
    let of_values = || columns.iter().filter(|column| column["role"] == "value");
    let names: Vec<&str> = of_values()
        .filter_map(|column| column["name"].as_str())
        .collect();
    let rows = answer["rows"].as_array().expect("rows");
    let cells = rows
        .iter()
        .flat_map(|row| names.iter().map(move |name| &row[*name]));
    let unit = of_values().find_map(|column| column["unit"].as_str());
    (
        cells.map(Value::as_f64).collect(),
        unit.unwrap_or_default().to_owned(),
    )
}

fn are_meant(values: &[Option<f64>], meant: &[Option<f64>]) -> bool {
    let is_meant = |pair: (&Option<f64>, &Option<f64>)| match pair {
        (Some(value), Some(meant)) => (value - meant).abs() <= 1e-5 * meant.abs().max(1.0),
        (value, meant) => value == meant,
    };
    values.len() == meant.len() && values.iter().zip(meant).all(is_meant)
}

fn outcome(tried: &Tried) -> (Outcome, String) {
    let Reply { values, told } = asked(tried.sentence);
    let is_unit = |unit: &str| tried.unit.is_none_or(|meant| meant == unit);
    let outcome = match &values {
        None => Outcome::Refused,
        Some((values, unit)) if are_meant(values, &tried.meant) && is_unit(unit) => Outcome::Right,
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
        assert!(!asked(sentence).told, "{sentence}");
    }
}

/// EPSS goes from 0.02 to 0.9 there, CVSS from 3.1 to 9.9.
#[test]
fn a_number_outside_of_all_there_are_is_told() {
    let told = |test: &str| {
        let sentence = format!("backlog where {test}");
        let output = riskql(&here(), &["run", &sentence, "--data", "data"]);
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    for (test, words) in [
        ("epss > 50", "did you mean `epss > 0.5`?"),
        ("cvss >= 10", "cvss goes from 3.1 to 9.9"),
        ("cvss = 5", "no row has cvss = 5"),
        ("cvss < 3.1", "no row has cvss < 3.1"),
    ] {
        assert!(told(test).contains(words), "{test}: {}", told(test));
    }
    for test in ["epss > 0.02", "cvss >= 9.9", "cvss = 7.1", "cvss <= 3.1"] {
        assert_eq!(told(test), "", "{test}");
    }
}
