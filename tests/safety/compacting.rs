//! Merging segments changes no fact.

use std::fs;

use super::{Place, entries};

#[test]
fn facts_are_the_same_however_often_segments_are_merged() {
    let place = Place::new();
    let reports = place.reports(0..30);
    place.ingest("plain", &reports);
    let facts = place.facts("plain");
    for (round, share) in reports.chunks(10).enumerate() {
        place.ingest("store", share);
        for _ in 0..2 {
            place.run(&["store", "compact", "--store", "store"]);
        }
        let told = place.run(&["store", "verify", "--store", "store"]);
        assert!(
            told.starts_with(&format!("{} reports", (round + 1) * 10)),
            "{told}"
        );
    }
    assert_eq!(place.facts("store"), facts);
    // Three assets, a segment each.
    assert_eq!(entries(&place.path("store/merged")).len(), 3);
    assert_eq!(entries(&place.path("store/observations")).len(), 3);
    assert_eq!(entries(&place.path("store/segments")).len(), 0);
    let again = place.ingest("store", &reports);
    assert!(again.contains("30 already there"), "{again}");
}

/// Reports without rows have the same rows, so one file of rows: it stays while one needs it.
#[test]
fn reports_without_rows_share_a_file_and_outlive_each_other() {
    let place = Place::new();
    let write = |name: &str, asset: &str, day: usize| {
        let text = format!(r#"{{"small": "{asset}", "at": "2026-03-{day:02}", "rows": []}}"#);
        fs::write(place.path(name), text).expect("a file");
        name.to_string()
    };
    let reports = [
        write("a.json", "shop", 1),
        write("b.json", "shop", 2),
        write("c.json", "bank", 3),
    ];
    place.ingest("store", &reports);
    assert_eq!(entries(&place.path("store/observations")).len(), 1);
    let facts = place.facts("store");
    place.run(&["store", "compact", "--store", "store"]);
    place.run(&["store", "verify", "--store", "store"]);
    assert_eq!(place.facts("store"), facts);
}

/// Merging knows no scale: it must not lose words that today's definitions lack.
#[test]
fn definitions_of_another_scale_lose_nothing() {
    let place = Place::new();
    place.ingest("store", &place.reports(0..6));
    let facts = place.facts("store");
    let text = fs::read_to_string(place.path("defs/all.kpi")).expect("definitions");
    let other = text.replace("info < low < medium < high < critical", "low < serious");
    fs::write(place.path("defs/all.kpi"), other).expect("a file");
    place.run(&["store", "compact", "--store", "store"]);
    fs::write(place.path("defs/all.kpi"), text).expect("a file");
    assert_eq!(place.facts("store"), facts);
}
