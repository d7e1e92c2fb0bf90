//! Reports that are taken back, and what is known of them before and after.

use riskql::exec::data::Horizon;
use riskql::reports::store::{self, Manifest, Store};

use super::{Record, Room, definitions, micros, saw};

/// `sql` and `xss` on the first of March; on the fifth, `sql` alone; recorded on those days.
fn room() -> Room {
    let room = Room::new();
    room.take_late("2026-03-01", "2026-03-01", &saw(&["sql", "xss"]));
    room.take_late("2026-03-05", "2026-03-05", &saw(&["sql"]));
    room
}

/// The report of a day.
fn of_day(store: &Store, day: &str) -> Vec<Manifest> {
    let manifests = store.read_manifests().expect("a store");
    let reports = manifests.iter().flat_map(Manifest::reports);
    let of_day = reports.filter(|report| report.finished_at == micros(day));
    of_day.cloned().collect()
}

/// How many weaknesses there are, and how many of them are open, as known on a day.
fn known(room: &Room, known_on: Option<&str>) -> (usize, usize) {
    let horizon = Horizon {
        as_of: None,
        known_on: known_on.map(micros),
    };
    let findings = room.table_at(horizon, "findings");
    let is_open = |finding: &&Record| finding["closed_at"].is_empty();
    (findings.len(), findings.iter().filter(is_open).count())
}

#[test]
fn a_report_that_is_taken_back_closes_nothing_any_more() {
    let room = room();
    // The second scan did not see `xss`, which closed it.
    assert_eq!(known(&room, None), (2, 1));
    let clean = of_day(&room.store, "2026-03-05");
    store::withdraw(&room.store, &clean, micros("2026-03-10")).expect("withdrawn");
    assert_eq!(known(&room, None), (2, 2));
    // On the seventh it was known and counted; on the third it was not known yet.
    assert_eq!(known(&room, Some("2026-03-07")), (2, 1));
    assert_eq!(known(&room, Some("2026-03-03")), (2, 2));
    assert_eq!(known(&room, Some("2026-03-11")), (2, 2));
    // Once more changes nothing.
    store::withdraw(&room.store, &clean, micros("2026-03-12")).expect("withdrawn already");
    let withdrawals = room.store.withdrawals().expect("withdrawals");
    assert_eq!(withdrawals.of(&clean[0].segment).len(), 1);
}

#[test]
fn a_report_that_is_ingested_again_counts_again() {
    let room = room();
    let first = of_day(&room.store, "2026-03-01");
    store::withdraw(&room.store, &first, micros("2026-03-10")).expect("withdrawn");
    assert_eq!(known(&room, None), (1, 1));
    room.take_late("2026-03-01", "2026-03-20", &saw(&["sql", "xss"]));
    assert_eq!(known(&room, None), (2, 1));
    assert_eq!(known(&room, Some("2026-03-15")), (1, 1));
    assert_eq!(known(&room, Some("2026-03-07")), (2, 1));
    let entries = store::log(&room.store).expect("a log");
    let told = entries.iter().map(|entry| {
        let day = &riskql::base::instants::rfc3339(entry.recorded_at)[..10];
        format!("{day} {}", entry.action.word())
    });
    assert_eq!(
        told.collect::<Vec<String>>(),
        [
            "2026-03-01 added",
            "2026-03-05 added",
            "2026-03-10 withdrawn",
            "2026-03-20 restored"
        ]
    );
}

#[test]
fn upkeep_keeps_what_was_withdrawn_out() {
    let room = room();
    let clean = of_day(&room.store, "2026-03-05");
    store::withdraw(&room.store, &clean, micros("2026-03-10")).expect("withdrawn");
    store::compact(&room.store).expect("compacted");
    assert_eq!(known(&room, None), (2, 2));
    assert_eq!(known(&room, Some("2026-03-07")), (2, 1));
    store::rebuild(&room.store, definitions()).expect("made anew");
    assert_eq!(known(&room, None), (2, 2));
    let verdict = store::verify(&room.store).expect("verified");
    assert!(!verdict.problems.has_errors());
    assert_eq!((verdict.reports, verdict.withdrawn), (2, 1));
    // Merged with others it is still found by its name, and comes back.
    let named = store::named_reports(&room.store, &[clean[0].segment.clone()]);
    assert_eq!(named.expect("found")[0].segment, clean[0].segment);
    room.take_late("2026-03-05", "2026-03-20", &saw(&["sql"]));
    assert_eq!(known(&room, None), (2, 1));
}

#[test]
fn a_damaged_withdrawal_is_told_and_never_passed_over() {
    let room = room();
    let clean = of_day(&room.store, "2026-03-05");
    store::withdraw(&room.store, &clean, micros("2026-03-10")).expect("withdrawn");
    let file = room
        .store
        .folder()
        .join("withdrawn")
        .join(format!("{}.json", clean[0].segment));
    let text = std::fs::read_to_string(&file).expect("the withdrawal");
    // Another day, one digit away.
    let from = micros("2026-03-10").to_string();
    assert!(text.contains(&from));
    std::fs::write(&file, text.replace(&from, &from.replacen('1', "2", 1))).expect("damaged");
    let problems =
        store::tables(&room.store, definitions(), Horizon::default()).expect_err("damaged");
    let problem = &problems.sorted()[0];
    assert_eq!(problem.code, "D421");
    assert!(
        problem.help[0].contains("riskql store remove"),
        "{problem:?}"
    );
    let verdict = store::verify(&room.store).expect("verified");
    assert!(verdict.problems.has_errors());
}

#[test]
fn reports_are_called_by_file_id_or_hash() {
    let room = room();
    let named = |name: &str| {
        let found = store::named_reports(&room.store, &[name.to_string()]);
        found.map_err(|problems| problems.sorted().remove(0))
    };
    let clean = of_day(&room.store, "2026-03-05").remove(0);
    assert_eq!(named(store::short_id(&clean)).expect("an id")[0], clean);
    assert_eq!(named(&clean.report).expect("a hash")[0], clean);
    // Both files are called `report`.
    let problem = named("report").expect_err("two reports");
    assert_eq!(problem.code, "D424");
    assert_eq!(problem.help.len(), 2);
    assert!(
        problem
            .help
            .iter()
            .any(|help| help.starts_with(store::short_id(&clean))),
        "{problem:?}"
    );
    store::withdraw(
        &room.store,
        &of_day(&room.store, "2026-03-01"),
        micros("2026-03-10"),
    )
    .expect("withdrawn");
    // One of them still counts.
    assert_eq!(named("report").expect("one report")[0], clean);
    let problem = named("reprt").expect_err("no report");
    assert_eq!(problem.code, "D423");
    assert!(
        problem.help[0].contains("did you mean `report`?"),
        "{problem:?}"
    );
    // So few digits are the beginning of too many.
    assert_eq!(
        named(&clean.segment[..3]).expect_err("too short").code,
        "D423"
    );
    let early = store::withdraw(&room.store, &[clean], micros("2026-03-02"));
    assert_eq!(
        early.expect_err("before it was recorded").sorted()[0].code,
        "D425"
    );
}

#[test]
fn registers_can_be_taken_back_too() {
    let room = room();
    let register = "asset_id,team,retired_at\nshop,A,2026-03-08\n";
    room.take_late("2026-03-06", "2026-03-06", register);
    // The retirement closes what was open.
    assert_eq!(known(&room, None), (2, 0));
    let register = of_day(&room.store, "2026-03-06");
    store::withdraw(&room.store, &register, micros("2026-03-10")).expect("withdrawn");
    assert_eq!(known(&room, None), (2, 1));
    assert_eq!(known(&room, Some("2026-03-09")), (2, 0));
}
