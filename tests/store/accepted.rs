//! Whatever goes into a store, every KPI of the library can be asked of it afterwards.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use riskql::exec::data::Horizon;
use riskql::reports::store::IngestContext;
use serde_json::{Value, json};

use super::{Room, definitions, micros};

/// Samples of all formats, as they are written.
fn samples() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ingest/samples");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the samples")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .collect()
}

/// Values that some field may not take: whether it does is for `ingest` to say.
const ODD: &[&str] = &[
    "",
    " ",
    "high",
    "HIGH",
    "hihg",
    "yes",
    "maybe",
    "NaN",
    "-1",
    "1e999",
    "99999999999999999999",
    "2026-03-01",
    "2026-02-30",
    "9999-12-31",
    "0001-01-01",
    "1969-12-31T23:59:59Z",
    "300000-01-01",
    "2026-03-01T25:00:00Z",
    "success",
    "sast",
    "confirmed",
    "accepted",
    "Übermaß 🦀",
    "a\u{1b}[31mb",
];

fn odd() -> impl Strategy<Value = &'static str> {
    select(ODD)
}

/// A value that is right for a column, or any.
fn cell(right: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => select(right), 1 => odd()]
}

/// A register of some rows, each column of which holds what is right for it, or is odd.
fn register(columns: &'static [(&'static str, &'static [&'static str])]) -> BoxedStrategy<String> {
    let row: Vec<_> = columns.iter().map(|(_, right)| cell(right)).collect();
    let header: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let header = header.join(",");
    prop::collection::vec(row, 1..4)
        .prop_map(move |rows| {
            let rows = rows.into_iter().map(|row| row.join(","));
            let lines: Vec<String> = std::iter::once(header.clone()).chain(rows).collect();
            lines.join("\n") + "\n"
        })
        .boxed()
}

const WORDS: &[&str] = &["low", "medium", "high", "critical", ""];
const DAYS: &[&str] = &["2026-01-05", "2026-03-01", "2026-03-01T10:00:00Z", ""];
const ASSETS: &[(&str, &[&str])] = &[
    ("asset_id", &["shop", "bank"]),
    ("name", &["Shop", ""]),
    ("kind", &["web", "api", ""]),
    ("criticality", WORDS),
    ("exposure", &["internet", "internal", ""]),
    ("business_critical", &["yes", "no", ""]),
    ("team", &["web", ""]),
    ("commissioned_at", DAYS),
    ("retired_at", DAYS),
    ("alias_of", &["shop", "bank", ""]),
];
const DECISIONS: &[(&str, &[&str])] = &[
    ("asset_id", &["shop", "bank"]),
    ("rule_id", &["B101", "r", ""]),
    ("component", &["ssl", ""]),
    (
        "decision",
        &[
            "confirmed",
            "accepted",
            "claimed_fixed",
            "out_of_scope",
            "false_positive",
        ],
    ),
    ("at", DAYS),
    ("until", DAYS),
    ("by", &["somebody", ""]),
];
const SCANS: &[(&str, &[&str])] = &[
    ("scan_id", &["s1", "s2"]),
    ("asset_id", &["shop", "bank"]),
    ("tool", &["probe", ""]),
    ("tool_kind", &["sast", "dast", ""]),
    ("environment", &["production", ""]),
    ("finished_at", DAYS),
    ("outcome", &["success", "partial", "failed"]),
];

/// A sample of which some members are others.
fn mutated() -> BoxedStrategy<String> {
    let value = prop_oneof![
        odd().prop_map(|text| json!(text)),
        Just(json!(-7)),
        Just(json!(1e300)),
        Just(json!(true)),
        Just(Value::Null),
        Just(json!([])),
        Just(json!({"a": ["b"]})),
    ];
    let changes = prop::collection::vec((any::<Index>(), value), 0..4);
    (select(samples()), changes)
        .prop_map(|(sample, changes)| {
            let Ok(mut report) = serde_json::from_str::<Value>(&sample) else {
                return sample;
            };
            for (place, value) in changes {
                let mut places = Vec::new();
                leaves(&report, String::new(), &mut places);
                if !places.is_empty()
                    && let Some(target) = report.pointer_mut(place.get::<String>(&places))
                {
                    *target = value;
                }
            }
            report.to_string()
        })
        .boxed()
}

/// Pointers to all scalars.
fn leaves(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                leaves(inner, format!("{at}/{name}"), found);
            }
        }
        Value::Array(values) => {
            for (index, inner) in values.iter().enumerate() {
                leaves(inner, format!("{at}/{index}"), found);
            }
        }
        _ => found.push(at),
    }
}

fn given() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => mutated(),
        1 => register(ASSETS),
        1 => register(DECISIONS),
        1 => register(SCANS),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_kpi_can_be_asked_of_what_was_accepted(
        all in prop::collection::vec((given(), select(vec!["2026-02-01", "2026-03-01", "2026-03-20"])), 6..30),
    ) {
        let room = Room::new();
        let mut accepted = 0;
        for (report, day) in &all {
            let context = IngestContext { at: Some(micros(day)), ..room.context.clone() };
            accepted += usize::from(room.try_take(report, &context).is_ok());
        }
        let kpis = definitions().kpis.iter();
        let questions: Vec<String> = kpis
            .flat_map(|kpi| {
                let by = kpi.dimensions.first().map(|by| format!("{} by {by} over month last 3 months", kpi.name));
                by.into_iter().chain([kpi.name.clone()])
            })
            .collect();
        let horizon = Horizon { as_of: Some(micros("2026-06-01")), ..Horizon::default() };
        let answers = room.ask(&questions, horizon);
        prop_assert!(answers.is_ok(), "{accepted} were accepted, then: {:?}", answers.err().map(|problems| problems.sorted()));
    }
}
