//! Processes killed at any time.

use std::fs;
use std::time::{Duration, Instant};

use super::{Chance, Place, ingesting, unfinished};

/// How long it takes to add these reports to a new store.
fn usual(place: &Place, reports: &[String]) -> Duration {
    let begun = Instant::now();
    place.ingest("measured", reports);
    begun.elapsed()
}

/// Runs a command and kills it after a part of its usual time; whether it was still running.
fn killed(place: &Place, arguments: &[&str], usual: Duration, chance: &mut Chance) -> bool {
    let mut child = place.start(arguments);
    let thousandths = 300 + chance.below(800) as u32;
    std::thread::sleep(usual * thousandths / 1000);
    let was_running = child.try_wait().expect("a child").is_none();
    let _ = child.kill();
    child.wait().expect("a child");
    was_running
}

#[test]
fn ingests_that_are_killed_leave_a_store_that_can_be_completed() {
    let place = Place::new();
    let reports = place.reports(0..200);
    let usual = usual(&place, &reports[..5]);
    let mut chance = Chance(1);
    let mut kills = 0;
    for five in reports.chunks(5) {
        kills += usize::from(killed(
            &place,
            &ingesting("store", five),
            usual,
            &mut chance,
        ));
        if place.path("store/riskql-store").is_file() {
            place.run(&["store", "verify", "--store", "store"]);
        }
    }
    eprintln!(
        "{kills} of 40 processes were killed, {} files unfinished",
        unfinished(&place.path("store")).len()
    );
    place.ingest("store", &reports);
    place.ingest("undisturbed", &reports);
    assert_eq!(place.facts("store"), place.facts("undisturbed"));
    place.run(&["store", "compact", "--store", "store"]);
    assert_eq!(
        unfinished(&place.path("store")),
        [] as [std::path::PathBuf; 0]
    );
    assert_eq!(place.facts("store"), place.facts("undisturbed"));
}

#[test]
fn compactions_that_are_killed_change_no_fact() {
    let place = Place::new();
    let mut chance = Chance(2);
    let reports = place.reports(0..60);
    let mut known = 0;
    for round in 0..20 {
        let until = (round + 1) * 3;
        place.ingest("store", &reports[known..until]);
        known = until;
        let usual = Duration::from_millis(60);
        killed(
            &place,
            &["store", "compact", "--store", "store"],
            usual,
            &mut chance,
        );
        place.run(&["store", "verify", "--store", "store"]);
    }
    place.ingest("undisturbed", &reports);
    assert_eq!(place.facts("store"), place.facts("undisturbed"));
    place.ingest("store", &reports);
    assert_eq!(place.facts("store"), place.facts("undisturbed"));
}

/// The moment between publishing what was merged and removing what it was merged from, held still.
#[test]
fn segments_beside_what_they_were_merged_into_count_once() {
    let place = Place::new();
    let reports = place.reports(0..12);
    place.ingest("store", &reports);
    let facts = place.facts("store");
    copy(&place, "store", "before");
    place.run(&["store", "compact", "--store", "store"]);
    copy(&place, "before", "store");
    assert_eq!(place.facts("store"), facts);
    let known = place.ingest("store", &reports);
    assert!(known.contains("12 already there"), "{known}");
    place.run(&["store", "compact", "--store", "store"]);
    assert_eq!(super::entries(&place.path("store/segments")).len(), 0);
    assert_eq!(place.facts("store"), facts);
}

/// Rows without a manifest, files with half a name: nobody sees them, and they go.
#[test]
fn what_a_crash_leaves_is_ignored_and_swept() {
    let place = Place::new();
    let reports = place.reports(0..4);
    place.ingest("store", &reports);
    let facts = place.facts("store");
    let left = [
        "store/observations/0123.parquet",
        "store/observations/.0123.parquet.77.0",
        "store/segments/.0123.json.77.1",
        "store/merged/.0123.json.77.2",
    ];
    for file in left {
        fs::write(place.path(file), "half").expect("a file");
    }
    assert_eq!(place.facts("store"), facts);
    place.run(&["store", "verify", "--store", "store"]);
    place.run(&["store", "compact", "--store", "store"]);
    for file in left {
        assert!(!place.path(file).exists(), "{file}");
    }
    assert_eq!(place.facts("store"), facts);
}

#[test]
fn a_store_that_was_begun_and_not_marked_is_begun_again() {
    let place = Place::new();
    let reports = place.reports(0..1);
    fs::create_dir_all(place.path("store/segments")).expect("a folder");
    fs::write(place.path("store/.riskql-store.5.0"), "risk").expect("a file");
    place.ingest("store", &reports);
    place.run(&["store", "verify", "--store", "store"]);
}

fn copy(place: &Place, from: &str, to: &str) {
    for folder in ["segments", "observations", "merged"] {
        let (from, to) = (place.path(from).join(folder), place.path(to).join(folder));
        fs::create_dir_all(&to).expect("a folder");
        for file in super::entries(&from) {
            let name = file.file_name().expect("a name");
            fs::copy(&file, to.join(name)).expect("a copy");
        }
    }
}
