//! Files that are not what was written: told by name, never read as if they were whole, and mended by
//! ingesting the same report again.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::process::Command;

use super::{Place, entries};

fn only(place: &Place, folder: &str) -> PathBuf {
    let files = entries(&place.path(folder));
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

type Harm = fn(&PathBuf);

/// Ways in which a file goes bad.
fn harms() -> Vec<(&'static str, Harm)> {
    vec![
        ("flipped", |path| {
            let mut bytes = fs::read(path).expect("a file");
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(path, bytes).expect("a file");
        }),
        ("cut", |path| {
            let bytes = fs::read(path).expect("a file");
            fs::write(path, &bytes[..bytes.len() / 2]).expect("a file");
        }),
        ("emptied", |path| fs::write(path, "").expect("a file")),
        ("removed", |path| fs::remove_file(path).expect("a file")),
    ]
}

#[test]
fn damaged_rows_are_told_with_the_report_to_ingest_again_and_are_mended_by_it() {
    for (how, harm) in harms() {
        let place = Place::new();
        let reports = place.reports(0..1);
        place.ingest("store", &reports);
        let facts = place.facts("store");
        harm(&only(&place, "store/observations"));
        // Tables that were made before are not asked.
        fs::remove_dir_all(place.path("store/derived")).expect("a folder");
        for arguments in [
            ["store", "verify", "--store", "store"],
            ["store", "rebuild", "--store", "store"],
            ["run", "weaknesses", "--data", "store"],
        ] {
            let told = place.fails(&arguments);
            assert!(told.contains("D421"), "{how}: {told}");
            let command = "riskql ingest reports/000.json --asset shop --at 2026-03-01T00:00:00Z";
            assert!(told.contains(command), "{how}: {told}");
        }
        let mended = place.ingest("store", &reports);
        assert!(mended.contains("mended"), "{how}: {mended}");
        place.run(&["store", "verify", "--store", "store"]);
        assert_eq!(place.facts("store"), facts, "{how}");
    }
}

#[test]
fn the_command_that_is_told_mends_and_keeps_when_it_was_known() {
    let place = Place::new();
    let reports = place.reports(0..1);
    place.ingest("store", &reports);
    let facts = place.facts("store");
    harms()[0].1(&only(&place, "store/observations"));
    let told = place.fails(&["store", "verify", "--store", "store"]);
    let (_, command) = told.split_once("riskql ").expect("a command");
    let command = command.lines().next().expect("a line");
    let arguments: Vec<&str> = command.split(' ').chain(["--store", "store"]).collect();
    place.run(&arguments);
    assert_eq!(place.facts("store"), facts);
}

#[test]
fn a_damaged_manifest_is_told_and_replaced() {
    for (how, harm) in harms().into_iter().take(3) {
        let place = Place::new();
        let reports = place.reports(0..1);
        place.ingest("store", &reports);
        let facts = place.facts("store");
        harm(&only(&place, "store/segments"));
        for arguments in [
            ["store", "verify", "--store", "store"],
            ["run", "weaknesses", "--data", "store"],
        ] {
            let told = place.fails(&arguments);
            assert!(told.contains("D421"), "{how}: {told}");
            assert!(
                how != "flipped" || told.contains("reports/000.json"),
                "{told}"
            );
        }
        place.ingest("store", &reports);
        assert_eq!(place.facts("store"), facts, "{how}");
    }
}

#[test]
fn merged_segments_are_mended_report_by_report() {
    let place = Place::new();
    // Four reports of one asset.
    let reports = [0, 3, 6, 9].map(|number| place.report(number));
    place.ingest("store", &reports);
    let facts = place.facts("store");
    place.run(&["store", "compact", "--store", "store"]);
    harms()[0].1(&only(&place, "store/observations"));
    let told = place.fails(&["store", "verify", "--store", "store"]);
    for report in &reports {
        assert!(told.contains(&format!("riskql ingest {report} ")), "{told}");
    }
    for (index, report) in reports.iter().enumerate() {
        let told = place.fails(&["store", "verify", "--store", "store"]);
        assert_eq!(told.matches("riskql ingest").count(), 4 - index, "{told}");
        place.ingest("store", std::slice::from_ref(report));
    }
    place.run(&["store", "verify", "--store", "store"]);
    assert_eq!(place.facts("store"), facts);
    place.run(&["store", "compact", "--store", "store"]);
    assert_eq!(place.facts("store"), facts);
}

/// A table whose end lies far behind its beginning, with nothing between: large, and small on disk.
#[cfg(unix)]
#[test]
fn a_table_larger_than_the_memory_that_may_be_used_is_told_with_what_to_do() {
    const HOLE: u64 = 6 << 30;
    const MOST_KILOBYTES: u64 = 5 << 20;
    let place = Place::new();
    fs::create_dir(place.path("tables")).expect("a folder");
    place.ingest("store", &place.reports(0..3));
    let listed = "list findings found show finding_id, severity, found_at, asset_id";
    let whole = place.path("whole.parquet");
    let whole = whole.to_str().expect("text");
    place.run(&[
        "run", "--data", "store", listed, "--format", "parquet", "-o", whole,
    ]);
    let bytes = fs::read(whole).expect("a table");
    let (_, after_footer) = bytes.split_at(bytes.len() - 8);
    let footer = u32::from_le_bytes(after_footer[..4].try_into().expect("four bytes")) as usize;
    let (rows, end) = bytes.split_at(bytes.len() - 8 - footer);
    let mut file = File::create(place.path("tables/findings.parquet")).expect("a file");
    file.write_all(rows).expect("rows are written");
    file.seek(SeekFrom::Current(HOLE as i64)).expect("a hole");
    file.write_all(end).expect("an end is written");
    drop(file);
    let question = ["run", "--data", "tables", "weaknesses"];
    let mut limited = Command::new("sh");
    limited
        .args([
            "-c",
            &format!("ulimit -v {MOST_KILOBYTES}; exec \"$0\" \"$@\""),
            env!("CARGO_BIN_EXE_riskql"),
        ])
        .args(question)
        .args(["--defs", "defs"])
        .env("XDG_CACHE_HOME", place.path("cache"))
        .current_dir(place.folder.path());
    let done = limited.output().expect("the binary runs");
    let told = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(3), "{told}");
    assert!(
        told.contains("error[D109]: cannot read `tables/findings.parquet`"),
        "{told}"
    );
    assert!(told.contains("as a folder of smaller files"), "{told}");
}
