//! What `ingest` and `store` say.

use std::fs;

use serde_json::Value as Json;

use super::{Place, ingesting};

fn parsed(text: &str) -> Json {
    serde_json::from_str(text).expect("JSON")
}

/// Three reports, a page of notes, a picture and a report that was cut off.
fn folder(place: &Place) {
    place.reports(0..3);
    fs::write(place.path("reports/README.md"), "# Reports\n\nof 2026").expect("a file");
    fs::write(place.path("reports/a.png"), b"\x89PNG\r\n\x1a\n\0\0\xff").expect("a file");
    fs::write(place.path("reports/cut.json"), "{\"small\": \"sh").expect("a file");
}

#[test]
fn a_folder_goes_in_but_for_what_is_no_report_and_what_is_damaged() {
    let place = Place::new();
    folder(&place);
    let done = place.output(&["ingest", "reports"]);
    assert_eq!(done.status.code(), Some(3));
    let told = String::from_utf8(done.stdout).expect("text");
    let last = told.lines().last().expect("a line");
    assert_eq!(last, "3 reports added (9 rows), 2 skipped, 1 failed");
    let messages = String::from_utf8(done.stderr).expect("text");
    assert!(
        messages.contains("cut.json") && messages.contains("D403"),
        "{messages}"
    );
    for skipped in ["reports/README.md", "reports/a.png"] {
        let warning = format!("warning[D401]: `{skipped}`");
        assert!(messages.contains(&warning), "{messages}");
    }
    // In the order of their names, however they were read.
    let files: Vec<&str> = told
        .lines()
        .skip(2)
        .filter_map(|line| line.split(' ').next())
        .collect();
    let names = [
        "000.json",
        "001.json",
        "002.json",
        "README.md",
        "a.png",
        "cut.json",
    ];
    let expected: Vec<String> = names.iter().map(|name| format!("reports/{name}")).collect();
    assert_eq!(files[..6], expected);
}

#[test]
fn what_is_named_must_be_a_report() {
    let place = Place::new();
    folder(&place);
    let told = place.fails(&["ingest", "reports/README.md"]);
    assert!(told.contains("D401"), "{told}");
    fs::remove_file(place.path("reports/cut.json")).expect("a file");
    place.run(&["ingest", "reports"]);
}

#[test]
fn a_dry_run_says_what_would_be_and_writes_nothing() {
    let place = Place::new();
    let reports = place.reports(0..3);
    let told = place.run(&["ingest", "reports", "--dry-run"]);
    assert!(
        told.contains("shop    2026-03-01T00:00:00Z  would be added"),
        "{told}"
    );
    assert!(
        told.ends_with("3 reports would be added (9 rows)\n"),
        "{told}"
    );
    assert!(!place.path("riskql-store").exists());
    place.ingest("riskql-store", &reports[..1]);
    let before = place.facts("riskql-store");
    let told = place.run(&["ingest", "reports", "--dry-run"]);
    assert!(
        told.contains("already there") && told.contains("2 reports would"),
        "{told}"
    );
    assert_eq!(place.facts("riskql-store"), before);
}

#[test]
fn both_speak_json() {
    let place = Place::new();
    folder(&place);
    let done = place.output(&["ingest", "reports", "--format", "json"]);
    let told = parsed(&String::from_utf8(done.stdout).expect("text"));
    let fates: Vec<&str> = told
        .as_array()
        .expect("an array")
        .iter()
        .map(|each| each["fate"].as_str().expect("a word"))
        .collect();
    let skipped = "skipped: no report";
    assert_eq!(
        fates,
        ["added", "added", "added", skipped, skipped, "failed"]
    );
    assert_eq!(told[0]["assets"][0], "shop");
    let problems = parsed(&String::from_utf8(done.stderr).expect("text"));
    let codes: Vec<&Json> = problems
        .as_array()
        .expect("an array")
        .iter()
        .map(|problem| &problem["code"])
        .collect();
    assert_eq!(codes, ["D401", "D401", "D403"]);
    let store = parsed(&place.run(&["store", "--format", "json"]));
    assert_eq!(store["reports"].as_array().expect("an array").len(), 3);
    assert_eq!(store["reports"][0]["segment"], told[0]["segment"]);
}

#[test]
fn the_store_is_listed_by_report_tool_and_asset() {
    let place = Place::new();
    let reports = place.reports(0..30);
    place.run(&ingesting("store", &reports));
    let by_tool = place.run(&["store", "--store", "store", "--by", "tool"]);
    let cells: Vec<&str> = by_tool
        .lines()
        .nth(2)
        .expect("a line")
        .split_whitespace()
        .collect();
    assert_eq!(cells, ["small", "30", "99", "3", "2026-03-02T05:00:00Z"]);
    let by_asset = place.run(&["store", "--store", "store", "--by", "asset"]);
    let cells: Vec<&str> = by_asset
        .lines()
        .nth(2)
        .expect("a line")
        .split_whitespace()
        .collect();
    assert_eq!(cells, ["bank", "10", "2026-03-02T04:00:00Z", "small"]);
}
