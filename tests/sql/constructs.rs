//! What queries are made of: the table in `docs/scale.md`, all of which every dialect has. That what is compiled is equal
//! is shown by the tests beside this one, which ask for all of it over random tables.

use std::path::Path;

use riskql::exec::sql::{DIALECTS, StatementInput, statement};
use riskql::lang::model::Definitions;

use crate::answers::pipeline::{self, EvaluationTime, instant};
use crate::answers::random::questions::calendars;
use crate::answers::random::roll_ups;

/// Terms in units of the calendar and pauses; `ZONE` stands for the time zone.
const TERMS: &str = r#"
calendar
  timezone "ZONE"

table findings "One row per finding"
  key   finding_id
  event found at found_at
  event fixed at fixed_at
  state open   from found_at until fixed_at
  state parked from pauses parked_at until resumed_at

table pauses "Times in which a finding waits for others"
  key pause_id
  belongs to findings by finding_id
  event parked at parked_at

sla terms
  of     findings
  starts found
  stops  fixed
  pauses parked
  due    1 calendar month otherwise
"#;

/// What a query is made of, with one that has it.
const OF_LIBRARY: [(&str, &str); 16] = [
    (
        "counts and shares of events",
        "share of findings found with verified within 14 days over month last 6 months",
    ),
    (
        "means of durations",
        "mttr by severity over month last 6 months",
    ),
    (
        "percentiles, medians",
        "p90 time from found to verified of findings verified over month last 6 months",
    ),
    ("extremes", "max cvss of findings found by team"),
    (
        "distinct counts",
        "distinct app of findings found over month last 3 months",
    ),
    (
        "time to an end that is still open (Kaplan-Meier)",
        "typical time from found to verified of findings found",
    ),
    (
        "stocks at an instant, swept",
        "backlog by team over month last 12 months",
    ),
    (
        "stocks at average and peak",
        "backlog over month last 3 months at average",
    ),
    (
        "percentiles of stocks",
        "p75 time since found of findings open over month last 6 months",
    ),
    (
        "weights of scores",
        "sum risk of findings open over month last 6 months",
    ),
    (
        "conditions that change with time",
        "count of findings open where time since found > 30 days or due within last 5 days over month last 6 months",
    ),
    ("any related rows", "scan_coverage over month last 6 months"),
    (
        "at least so many related rows",
        "share of assets in_service with at least 2 scans completed within 90 days",
    ),
    (
        "words in texts",
        "count of findings found where title contains \"sql\"",
    ),
    (
        "the largest groups",
        "backlog by team top 2 over month last 4 months",
    ),
    (
        "lists with dates",
        "list findings open show finding_id, found_at, due_at sort by found_at limit 7",
    ),
];
const OF_ROLL_UPS: [(&str, &str); 1] = [(
    "roll-ups",
    "sum open_count of assets in_service over month last 6 months",
)];
const OF_TERMS: [(&str, &str); 1] = [(
    "clocks that pause, terms of the calendar in UTC",
    "count of findings due over month last 6 months",
)];
const OF_LOCAL_TERMS: [(&str, &str); 1] = [(
    "terms of the calendar in another zone",
    "count of findings due over month last 6 months",
)];

fn rows(definitions: &Definitions, constructs: &[(&str, &str)]) -> String {
    let evaluation = EvaluationTime::at(instant("2026-10-01T00:00:00Z"));
    let row = |(words, text): &(&str, &str)| {
        let query = pipeline::query(definitions, text);
        let plan = pipeline::planned(definitions, &query, evaluation);
        for dialect in DIALECTS {
            let compiled = statement(&StatementInput {
                dialect,
                definitions,
                plan: &plan,
                files: None,
                place: &|_| String::new(),
            });
            assert!(compiled.contains("SELECT"), "{}: {text}", dialect.title());
        }
        format!("| {words} | `{text}` |\n")
    };
    constructs.iter().map(row).collect()
}

/// With `UPDATE_DOCS=1` in the environment the table on the page is written anew.
#[test]
fn the_page_says_what_every_dialect_has() {
    let library = pipeline::definitions("kpi-defs", &[]);
    let terms = |zone: &str| pipeline::definitions_in(&TERMS.replace("ZONE", zone));
    let table = format!(
        "| what | such as |\n|---|---|\n{}{}{}{}",
        rows(&library, &OF_LIBRARY),
        rows(&roll_ups::definitions(&calendars()[0]), &OF_ROLL_UPS),
        rows(&terms("UTC"), &OF_TERMS),
        rows(&terms("Europe/Berlin"), &OF_LOCAL_TERMS),
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scale.md");
    let page = std::fs::read_to_string(&path).expect("the page");
    let start = page.find("| what | such as |").expect("the table");
    let end = page[start..]
        .find("\n\n")
        .map_or(page.len(), |length| start + length + 1);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let updated = format!("{}{table}{}", &page[..start], &page[end..]);
        std::fs::write(&path, updated).expect("the page can be written");
        return;
    }
    assert_eq!(
        &page[start..end],
        table,
        "run the tests with UPDATE_DOCS=1 to write docs/scale.md anew"
    );
}
