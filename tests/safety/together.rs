//! Several processes at one store.

use std::process::Child;

use super::{Place, ingesting};

fn wait(children: Vec<Child>) {
    for child in children {
        let done = child.wait_with_output().expect("a child");
        let told = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{told}");
    }
}

#[test]
fn eight_at_once_are_as_one_after_the_other() {
    let place = Place::new();
    let reports = place.reports(0..40);
    // Each of them has 20, so that every report is had by four; all of them begin the store.
    let shares: Vec<Vec<String>> = (0..8)
        .map(|first| {
            (0..20)
                .map(|step| reports[(first * 5 + step) % 40].clone())
                .collect()
        })
        .collect();
    let children = shares
        .iter()
        .map(|share| place.start(&ingesting("store", share)));
    wait(children.collect());
    place.run(&["store", "verify", "--store", "store"]);
    for report in &reports {
        place.ingest("one after the other", std::slice::from_ref(report));
    }
    assert_eq!(place.facts("store"), place.facts("one after the other"));
}

#[test]
fn reports_come_in_and_are_read_while_segments_are_merged() {
    let place = Place::new();
    let reports = place.reports(0..60);
    place.ingest("store", &reports[..10]);
    let query = ["run", "weaknesses", "--data", "store"];
    for share in reports[10..].chunks(10) {
        let mut children = Vec::new();
        children.push(place.start(&ingesting("store", share)));
        children.push(place.start(&["store", "compact", "--store", "store"]));
        for _ in 0..3 {
            children.push(place.start(&query));
            children.push(place.start(&["store", "verify", "--store", "store"]));
            children.push(place.start(&["store", "rebuild", "--store", "store"]));
        }
        wait(children);
    }
    place.ingest("undisturbed", &reports);
    assert_eq!(place.facts("store"), place.facts("undisturbed"));
    place.run(&["store", "compact", "--store", "store"]);
    assert_eq!(place.facts("store"), place.facts("undisturbed"));
}
