//! Boards in a session: layers, completion of their names, and records that say what queries say.

use std::collections::VecDeque;

use riskql::app::repl::complete;
use serde_json::Value as Json;

use super::{catalogue, cursor, demo};

fn shown(session: &mut riskql::app::repl::Session, entry: &str) -> String {
    let reply = session.answer(entry);
    assert_eq!(reply.fault, None, "{entry}: {}", reply.told);
    String::from_utf8(reply.shown).expect("UTF-8")
}

fn offered(marked: &str) -> Vec<String> {
    let (text, position) = cursor(marked);
    let completion = complete(&text, position, &catalogue());
    let candidates = completion.candidates.into_iter();
    candidates.map(|own| own.replacement).collect()
}

#[test]
fn a_layer_is_shown_alone() {
    let mut session = demo();
    let operational = shown(&mut session, "\\dashboard appsec operational");
    assert!(
        operational.contains("What do we do on Monday?"),
        "{operational}"
    );
    assert!(
        !operational.contains("Is risk decreasing?"),
        "{operational}"
    );
    let other = shown(&mut session, "\\scorecard other");
    assert!(
        other.contains("All KPIs") || other.contains("Other KPIs"),
        "{other}"
    );
    let reply = session.answer("\\dashboard appsec executiv");
    assert!(
        reply.told.contains("did you mean `executive`?"),
        "{}",
        reply.told
    );
}

#[test]
fn names_of_boards_and_layers_are_offered_where_they_are_taken() {
    assert_eq!(offered("\\dashboard |"), ["appsec"]);
    assert_eq!(
        offered("\\dashboard appsec |"),
        ["executive", "trend", "operational"]
    );
    assert_eq!(offered("\\dashboard appsec tr|"), ["trend"]);
    assert!(offered("\\dashboard appsec trend |").is_empty());
    assert_eq!(offered("\\scorecard o|"), ["operational", "other"]);
}

#[test]
fn fields_are_offered_behind_their_table() {
    assert_eq!(offered("\\describe findings.sev|"), ["findings.severity"]);
    assert!(
        offered("\\describe findings.se|")
            .iter()
            .all(|name| name.starts_with("findings.se"))
    );
    assert_eq!(offered("\\describe find|")[0], "findings");
    assert!(offered("\\describe findings |").is_empty());
}

#[test]
fn each_period_is_offered_once_and_the_likely_words_come_first() {
    let dates = offered("backlog where found_at > |");
    let mut different = dates.clone();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), dates.len(), "{dates:?}");
    assert!(dates.iter().any(|date| date.contains("-Q")), "{dates:?}");
    assert_eq!(
        offered("mttr last month versus |")[..2],
        ["target", "previous"]
    );
}

#[test]
fn a_chart_takes_a_word_or_a_query() {
    assert_eq!(offered("\\chart li|")[0], "line");
    assert_eq!(offered("\\chart mttr_c|"), ["mttr_claimed"]);
    assert_eq!(offered("\\chart bar mttr_c|"), ["mttr_claimed"]);
}

#[test]
fn a_word_is_described_as_what_it_is_in_its_place() {
    let about = |marked: &str, name: &str| {
        let (text, position) = cursor(marked);
        let completion = complete(&text, position, &catalogue());
        let mut found = completion.candidates.into_iter();
        let found = found.find(|own| own.replacement == name);
        found
            .unwrap_or_else(|| panic!("{marked} offers {name}"))
            .about
    };
    assert_eq!(about("kpi late\n  |", "is"), "is FORMULA: the number");
    assert_eq!(
        about("kpi late\n  lower |", "is"),
        "lower is better, higher is better"
    );
    assert_eq!(
        about("backlog where severity |", "is"),
        "is missing, is present"
    );
    assert_eq!(
        about("backlog where severity |", "in"),
        "in (VALUE, VALUE): one of several values"
    );
    assert_eq!(about("backlog |", "in"), "in 2026-03: one period");
    assert_eq!(
        about("dashboard d\n  layer a\n    |", "show"),
        "show KIND QUERY: a card"
    );
    assert_eq!(
        about("mttr last month versus |", "target"),
        "whether each value meets its target"
    );
    assert_eq!(about("\\format |", "table"), "");
    assert_eq!(about("\\watch |", "on"), "");
}

/// Records of one card, each with its fields by name.
type CardRecords = VecDeque<Vec<(String, String)>>;

fn field<'a>(record: &'a [(String, String)], name: &str) -> &'a str {
    let found = record.iter().find(|(own, _)| own == name);
    &found.unwrap_or_else(|| panic!("a field {name}")).1
}

/// Whether a field of a record is what an answer has under a key.
fn same(record: &[(String, String)], name: &str, row: &Json, key: &str) {
    let written = field(record, name);
    match &row[key] {
        Json::Null => assert_eq!(written, "", "{key}: {record:?}"),
        Json::Number(number) => {
            // The reader of JSON may miss a number by its last bit.
            let (written, number) = (written.parse::<f64>(), number.as_f64());
            let (Ok(written), Some(number)) = (written, number) else {
                panic!("{key}: {record:?}");
            };
            let off = (written - number).abs();
            assert!(off <= number.abs() * 1e-15, "{key}: {record:?} {number}");
        }
        other => assert_eq!(Some(written), other.as_str(), "{key}: {record:?}"),
    }
}

#[test]
fn every_record_says_what_its_query_says() {
    let mut session = demo();
    shown(&mut session, "\\format csv");
    let csv = shown(&mut session, "\\dashboard");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let mut records: CardRecords = reader
        .records()
        .map(|record| {
            let record = record.expect("a record");
            let both = header.iter().zip(record.iter());
            both.map(|(name, value)| (name.to_string(), value.to_string()))
                .collect()
        })
        .collect();
    shown(&mut session, "\\format json");
    let board: Json = serde_json::from_str(&shown(&mut session, "\\dashboard")).expect("JSON");
    let layers = board["layers"].as_array().expect("layers");
    let cards: Vec<&Json> = layers
        .iter()
        .flat_map(|layer| layer["cards"].as_array().expect("cards"))
        .collect();
    assert!(cards.len() >= 15, "{}", cards.len());
    let mut values = 0;
    for card in cards {
        let query = card["answer"]["query"].as_str().expect("a query");
        // A verdict is on the series of all groups together.
        let query = match card["verdict"].is_null() {
            true => query.to_string(),
            false => query.replace(" by team over", " over"),
        };
        let answer: Json = serde_json::from_str(&shown(&mut session, &query)).expect("JSON");
        if !card["verdict"].is_null() {
            let record = records.pop_front().expect("the verdict");
            assert_eq!(field(&record, "status"), card["verdict"]["decision"]);
        }
        let columns = answer["columns"].as_array().expect("columns");
        let names: Vec<&str> = columns
            .iter()
            .filter(|column| column["role"] == "value")
            .filter_map(|column| column["name"].as_str())
            .collect();
        for row in answer["rows"].as_array().expect("rows") {
            for name in names.iter().copied().chain(names.is_empty().then_some("")) {
                let record = records
                    .pop_front()
                    .unwrap_or_else(|| panic!("{query} {row}"));
                assert_eq!(field(&record, "card"), card["title"], "{row}");
                if name.is_empty() {
                    continue;
                }
                values += 1;
                assert_eq!(field(&record, "kpi"), name);
                same(&record, "level", row, "level");
                same(&record, "value", row, name);
                for (field, suffix) in [
                    ("rows", "_rows"),
                    ("reason", "_reason"),
                    ("target", "_target"),
                    ("bound", "_bound"),
                    ("status", "_status"),
                    ("band", "_band"),
                    ("previous", "_previous"),
                    ("change", "_change"),
                ] {
                    same(&record, field, row, &format!("{name}{suffix}"));
                }
            }
        }
    }
    assert!(records.is_empty(), "{records:?}");
    assert!(values > 200, "{values}");
}
