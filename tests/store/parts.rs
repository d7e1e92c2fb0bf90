//! Tables in parts hold what whole tables hold, and one more report writes the parts of its own assets.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use riskql::exec::data::Horizon;
use riskql::lang::model::Fills;
use riskql::reports::store::{self, IngestContext, Store};

use super::{Room, codes, definitions, entries, micros};

const TABLES: [&str; 4] = ["findings", "detections", "scans", "assets"];

fn day(day: u32) -> String {
    format!("2026-03-{day:02}")
}

fn asset(number: usize) -> String {
    format!("asset-{number:02}")
}

/// A scan of an asset that saw weaknesses, each with a vulnerability of its name.
fn scan(room: &Room, number: usize, on: u32, titles: &[&str]) {
    let rows = titles.iter().map(|title| {
        format!(
            r#"{{"title": "{title}", "severity": "high", "rule_id": "{title}", "vulnerability_ids": ["CVE-{title}"]}}"#
        )
    });
    let rows = rows.collect::<Vec<_>>().join(", ");
    let report =
        format!(r#"{{"tool": "probe", "outcome": "success", "scope": "full", "ruled": [{rows}]}}"#);
    let context = IngestContext {
        asset: Some(asset(number)),
        at: Some(micros(&day(on))),
        recorded_at: micros(&day(on)),
        ..room.context.clone()
    };
    room.try_take(&report, &context).expect("taken");
}

fn scores(room: &Room, on: u32, score: u32) {
    let date = day(on);
    let scored = ["sql", "xss"].map(|title| format!("CVE-{title},0.{score},0.9\n"));
    let text = format!(
        "#score_date:{date}T00:00:00+0000\ncve,epss,percentile\n{}",
        scored.concat()
    );
    room.take_late(&date, &date, &text);
}

/// What a store with the same reports gives that has derived nothing yet, in one part.
fn from_nothing(room: &Room, horizon: Horizon) -> Vec<Vec<super::Record>> {
    let mut other = Room::new();
    let store = other.store.folder().to_path_buf();
    copy(room.store.folder(), &store);
    other.store = Store::open(&store).expect("a store");
    TABLES.map(|table| other.table_at(horizon, table)).to_vec()
}

/// All but derived tables.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for path in entries(from) {
        let name = path.file_name().expect("a name");
        match path.is_dir() {
            true if name == store::DERIVED => {}
            true => copy(&path, &to.join(name)),
            false => drop(std::fs::copy(&path, to.join(name)).expect("a copy")),
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Scan(usize, u32, Vec<&'static str>),
    Scores(u32, u32),
    OutOfScope(usize, u32, &'static str),
    /// Takes back a report.
    Withdraw(prop::sample::Index),
    /// Asks as of a day, or now.
    Ask(Option<u32>),
    Rebuild,
}

fn steps() -> impl Strategy<Value = Step> {
    let titles = || select(vec!["sql", "xss", "csrf"]);
    prop_oneof![
        8 => (0..12usize, 1..25u32, vec(titles(), 0..4)).prop_map(|(asset, day, seen)| Step::Scan(asset, day, seen)),
        1 => (1..25u32, 1..9u32).prop_map(|(day, score)| Step::Scores(day, score)),
        1 => (0..12usize, 1..25u32, titles()).prop_map(|(asset, day, title)| Step::OutOfScope(asset, day, title)),
        1 => any::<prop::sample::Index>().prop_map(Step::Withdraw),
        4 => proptest::option::of(1..28u32).prop_map(Step::Ask),
        1 => Just(Step::Rebuild),
    ]
}

fn take(room: &Room, step: &Step) {
    match step {
        Step::Scan(number, on, titles) => scan(room, *number, *on, titles),
        Step::Scores(on, score) => scores(room, *on, *score),
        Step::OutOfScope(number, on, title) => {
            let (asset, date) = (asset(*number), day(*on));
            let decision = format!(
                r#"[{{"asset_id": "{asset}", "rule_id": "{title}", "decision": "out_of_scope", "at": "{date}"}}]"#
            );
            room.take_late(&date, &date, &decision);
        }
        Step::Withdraw(which) => {
            let manifests = room.store.read_manifests().expect("a store");
            if !manifests.is_empty() {
                let report = which.get(&manifests).clone();
                store::withdraw(&room.store, &[report], micros("2026-04-01")).expect("withdrawn");
            }
        }
        Step::Ask(_) => {}
        Step::Rebuild => drop(store::rebuild(&room.store, definitions()).expect("made anew")),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parts_hold_what_follows_from_nothing(
        size in select(vec![1, 4, 16]),
        steps in vec(steps(), 8..28),
    ) {
        let room = Room::new().in_parts_of(size);
        for step in steps.iter().chain([&Step::Ask(None)]) {
            take(&room, step);
            if let Step::Ask(as_of) = step {
                let as_of = as_of.map(|on| micros(&day(on)));
                let horizon = Horizon { as_of, known_on: None };
                let tables = TABLES.map(|table| room.table_at(horizon, table));
                prop_assert_eq!(tables.to_vec(), from_nothing(&room, horizon));
            }
        }
    }
}

/// Thirty assets, scanned on the first of March.
fn fleet(observations_a_part: u64) -> Room {
    let room = Room::new().in_parts_of(observations_a_part);
    for number in 0..30 {
        scan(&room, number, 1, &["sql", "xss"]);
    }
    room
}

/// The files of tables by name, each with what tells it from every other file.
#[cfg(unix)]
fn inodes(folder: &Path) -> BTreeMap<PathBuf, u64> {
    use std::os::unix::fs::MetadataExt;
    let files = ["findings", "detections"].map(|table| entries(&folder.join(table)));
    let inode = |path: PathBuf| {
        let inode = std::fs::metadata(&path).expect("a file").ino();
        (
            path.strip_prefix(folder).expect("below").to_path_buf(),
            inode,
        )
    };
    files.into_iter().flatten().map(inode).collect()
}

#[test]
#[cfg(unix)]
fn one_more_report_writes_the_part_of_its_asset() {
    // Sixty observations in twenty parts: some assets have one for themselves, some share one.
    let room = fleet(3);
    let folder = || room.folder(definitions(), Horizon::default());
    let before = inodes(&folder());
    let parts = before.len() / 2;
    assert!((8..30).contains(&parts), "{parts} parts");
    scan(&room, 17, 2, &["sql"]);
    let after = inodes(&folder());
    let names = |files: &BTreeMap<PathBuf, u64>| files.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&after), names(&before));
    let written = after
        .iter()
        .filter(|(name, inode)| before[*name] != **inode);
    assert_eq!(written.count(), 2, "its findings and its detections");
    assert_eq!(room.parts(), parts + 1);
}

#[test]
fn one_more_report_reads_no_report_of_another_asset() {
    // All in one part.
    let room = fleet(1_000_000);
    assert_eq!(room.table("findings").len(), 60);
    scores(&room, 2, 5);
    let scored = room.table("findings");
    assert!(scored.iter().all(|row| row["epss"] == "0.5"));
    // The rows of all reports of scans are damaged: whoever reads them is refused.
    let manifests = room.store.read_manifests().expect("a store");
    let of_scans = manifests
        .iter()
        .filter(|manifest| manifest.fills == Fills::Observations);
    let files: BTreeSet<&String> = of_scans.map(|manifest| &manifest.data).collect();
    for file in &files {
        let path = room.store.folder().join("observations").join(file);
        std::fs::write(path, "damaged").expect("written");
    }
    assert!(!files.is_empty());
    // Of an asset that nothing is known of, of advisories, and of the register.
    scan(&room, 30, 3, &["csrf"]);
    assert_eq!(room.table("findings").len(), 61);
    scores(&room, 4, 7);
    let scored = room.table("findings");
    assert_eq!(scored.iter().filter(|row| row["epss"] == "0.7").count(), 60);
    let again = Store::open(room.store.folder()).expect("a store");
    let refused = store::rebuild(&again, definitions()).expect_err("damaged");
    assert!(codes(refused).iter().all(|code| *code == "D421"));
}

#[test]
fn parts_that_no_table_needs_are_removed_when_they_are_old() {
    let room = fleet(3);
    room.table("findings");
    let parts = room.parts();
    scan(&room, 17, 2, &["sql"]);
    room.table("findings");
    assert_eq!(room.parts(), parts + 1);
    store::rebuild(&room.store, definitions()).expect("made anew");
    assert_eq!(room.parts(), parts + 1, "somebody may be reading it");
    let derived = room.store.folder().join("derived");
    let ranges = entries(&derived.join("parts"));
    let parts_there = ranges.iter().flat_map(|range| entries(range));
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(2 * 3600);
    let grow_old = |folder: PathBuf| {
        let folder = std::fs::File::open(folder).expect("a folder");
        folder.set_modified(long_ago).expect("an old folder");
    };
    parts_there.for_each(grow_old);
    store::rebuild(&room.store, definitions()).expect("made anew");
    assert_eq!(room.parts(), parts + 1, "tables that are young have it");
    entries(&derived).into_iter().for_each(grow_old);
    store::rebuild(&room.store, definitions()).expect("made anew");
    assert_eq!(room.parts(), parts);
    let verdict = store::verify(&room.store).expect("a verdict");
    assert_eq!(verdict.stale_folders, 0, "tables keep their parts");
}

#[test]
fn a_part_that_was_changed_is_made_anew() {
    let room = fleet(3);
    let folder = room.folder(definitions(), Horizon::default());
    let whole = room.table("findings");
    let part = &entries(&folder.join("findings"))[3];
    let mut bytes = std::fs::read(part).expect("a part");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(part, bytes).expect("written");
    let again = Store::open(room.store.folder())
        .expect("a store")
        .with_observations_a_part(3);
    let stale = |store: &Store| store::verify(store).expect("a verdict").stale_folders;
    assert_eq!(stale(&again), 2, "the tables, and the part");
    let made = store::tables(&again, definitions(), Horizon::default()).expect("tables");
    assert_eq!(made, folder);
    assert_eq!(stale(&again), 0);
    assert_eq!(room.table("findings"), whole);
}

#[test]
fn an_explanation_is_found_in_any_part() {
    let room = fleet(3);
    let detections = room.table("detections");
    for detection in detections.iter().step_by(13) {
        let id = &detection["detection_id"];
        let told = store::explain(&room.store, definitions(), id).expect("told");
        assert_eq!(told.finding, detection["finding_id"]);
    }
    let refused = store::explain(&room.store, definitions(), "nowhere");
    assert_eq!(codes(refused.expect_err("there is none")), ["D438"]);
}

#[test]
fn a_store_that_is_moved_keeps_its_tables() {
    let room = fleet(3);
    let whole = room.table("findings");
    let moved = room.store.folder().with_file_name("moved");
    std::fs::rename(room.store.folder(), &moved).expect("moved");
    let store = Store::open(&moved)
        .expect("a store")
        .with_observations_a_part(3);
    let verdict = store::verify(&store).expect("a verdict");
    assert_eq!(verdict.stale_folders, 0, "links lead to the parts");
    let room = Room { store, ..room };
    assert_eq!(room.table("findings"), whole);
}
