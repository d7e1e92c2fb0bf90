//! Folders of Parquet files as tables.

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::thread;
use std::time::Duration;

use polars::prelude::{Column, DataFrame, IntoColumn, NamedFrom, Series};
use riskql::base::diagnostic::Problems;
use riskql::exec::data::{ProofCache, TableCache, TableSources, locate};
use tempfile::TempDir;

use super::fixture::{
    FINDINGS, definitions, everything, folder, messages, path_in, without_folder,
};
use super::formats::parquet;
use super::reading::{collect, streamed, written};

/// Findings with these numbers.
fn findings(numbers: Range<usize>, severity: &str) -> DataFrame {
    let rows = numbers.len();
    let ids: Vec<String> = numbers.map(|number| format!("F{number}")).collect();
    let columns = vec![
        Series::new("finding_id".into(), ids).into_column(),
        Series::new("severity".into(), vec![severity; rows]).into_column(),
    ];
    DataFrame::new(rows, columns).expect("a frame")
}

fn with(mut frame: DataFrame, column: Series) -> DataFrame {
    frame.with_column(column.into_column()).expect("as long");
    frame
}

/// A data folder with these files.
fn place(files: &[(&str, DataFrame)]) -> TempDir {
    let place = folder(&[]);
    files
        .iter()
        .for_each(|(name, frame)| write(&place, name, frame));
    place
}

fn write(place: &TempDir, name: &str, frame: &DataFrame) {
    let path = path_in(place, name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
    fs::write(path, parquet(frame, Some(2))).expect("a file");
}

fn cache(place: &Path) -> Result<TableCache, Problems> {
    let locations = locate(&definitions("UTC"), Some(place), &[])?;
    Ok(TableCache::new(locations))
}

fn sources(place: &TempDir) -> Result<TableSources, Problems> {
    let definitions = definitions("UTC");
    cache(place.path())?.sources(&definitions, &everything(&definitions, &[FINDINGS]))
}

/// The values of some columns, by row.
fn rows(place: &TempDir, columns: &[&str]) -> Vec<String> {
    let sources = sources(place).unwrap_or_else(|problems| panic!("{:#?}", messages(problems)));
    let table = sources.table(FINDINGS).expect("a folder");
    let frame = collect(&sources, table);
    assert_eq!(frame.height(), table.rows);
    let columns: Vec<Vec<String>> = columns
        .iter()
        .map(|name| written(frame.column(name).expect("a column")))
        .collect();
    (0..table.rows)
        .map(|row| {
            let cells: Vec<&str> = columns.iter().map(|column| column[row].as_str()).collect();
            cells.join(" ")
        })
        .collect()
}

#[track_caller]
fn refused(place: &TempDir) -> Vec<String> {
    messages(sources(place).expect_err("refused"))
        .iter()
        .map(|message| without_folder(message))
        .collect()
}

#[test]
fn parts_are_one_table_in_the_order_of_their_names() {
    let parts = place(&[
        (
            "findings/year=2026/month=02/part-0.parquet",
            findings(5..9, "low"),
        ),
        (
            "findings/year=2026/month=01/part-1.parquet",
            findings(3..5, "high"),
        ),
        (
            "findings/year=2026/month=01/part-0.parquet",
            findings(0..3, "high"),
        ),
        (
            "findings/year=2026/month=03/part-0.parquet",
            findings(9..9, "high"),
        ),
    ]);
    fs::write(path_in(&parts, "findings/_SUCCESS"), b"").expect("a file");
    fs::write(path_in(&parts, "findings/.part-0.parquet.crc"), b"crc").expect("a file");
    let all = findings(0..5, "high").vstack(&findings(5..9, "low"));
    let whole = place(&[("findings.parquet", all.expect("the same columns"))]);
    let columns = ["finding_id", "severity"];
    assert_eq!(rows(&parts, &columns), rows(&whole, &columns));
    // A batch of rows may begin and end in the midst of a part, hold several, or none.
    let [parts, whole] =
        [sources(&parts), sources(&whole)].map(|sources| sources.expect("good tables"));
    let parts = parts.table(FINDINGS).expect("a table");
    let whole = &whole.table(FINDINGS).expect("a table").frame;
    for (start, rows) in (0..10).flat_map(|start| [0, 1, 4, 9].map(|rows| (start, rows))) {
        let batch = parts.slice(start, rows).and_then(streamed);
        let expected = streamed(whole.clone().slice(start as i64, rows as u32));
        assert_eq!(
            batch.expect("rows"),
            expected.expect("rows"),
            "{start}, {rows}"
        );
    }
}

#[test]
fn a_folder_alone_or_of_another_name() {
    let parts = place(&[("findings/a.parquet", findings(0..3, "low"))]);
    let folder = path_in(&parts, "findings");
    let definitions = definitions("UTC");
    let alone = locate(&definitions, Some(&folder), &[]).expect("a table");
    assert_eq!(
        (alone.len(), alone[0].table, &alone[0].path),
        (1, FINDINGS, &folder)
    );
    let other = place(&[("export/a.parquet", findings(0..3, "low"))]);
    let export = path_in(&other, "export");
    let named = [("findings".to_owned(), export.clone())];
    let named = locate(&definitions, Some(other.path()), &named).expect("a table");
    assert_eq!(
        (named.len(), named[0].table, &named[0].path),
        (1, FINDINGS, &export)
    );
    // Spark calls the folder like a file.
    let spark = place(&[("findings.parquet/part-0.parquet", findings(0..3, "low"))]);
    assert_eq!(rows(&spark, &["finding_id"]), ["F0", "F1", "F2"]);
}

#[test]
fn names_of_folders_are_values_of_columns() {
    let cvss = |values: Vec<f64>| Series::new("cvss".into(), values);
    let parts = place(&[
        (
            "findings/asset_id=A 1/title=a%3Ab/severity=high/0.parquet",
            findings(0..2, "low").drop("severity").expect("one less"),
        ),
        (
            "findings/asset_id=A 1/title=__HIVE_DEFAULT_PARTITION__/severity=high/0.parquet",
            findings(2..3, "low"),
        ),
        (
            "findings/asset_id=A2/title=c/severity=low/0.parquet",
            with(
                findings(3..4, "info").drop("severity").expect("one less"),
                cvss(vec![7.5]),
            ),
        ),
    ]);
    let columns = ["finding_id", "asset_id", "title", "severity", "cvss"];
    assert_eq!(
        rows(&parts, &columns),
        [
            // The file has a severity of its own.
            "F2 A 1 - 1 -",
            "F0 A 1 a:b 3 -",
            "F1 A 1 a:b 3 -",
            "F3 A2 c 1 7.5",
        ]
    );
    let notes = sources(&parts).expect("good tables").notes;
    let note = "`findings` has no column `cvss` in 2 of 3 files: it reads as missing there";
    assert!(
        notes.iter().any(|told| without_folder(told) == note),
        "{notes:?}"
    );
}

#[test]
fn parts_may_differ_in_their_types() {
    let cvss = |column: Series| with(findings(0..1, "low"), column);
    let mut second = cvss(Series::new("cvss".into(), vec!["9.5"]));
    second
        .with_column(Column::new("finding_id".into(), ["F1"]))
        .expect("as long");
    let parts = place(&[
        (
            "findings/0.parquet",
            cvss(Series::new("cvss".into(), vec![7_i64])),
        ),
        ("findings/1.parquet", second),
    ]);
    assert_eq!(rows(&parts, &["finding_id", "cvss"]), ["F0 7", "F1 9.5"]);
}

#[test]
fn messages_name_the_part_and_its_row() {
    let bad = findings(3..5, "low").vstack(&findings(5..6, "urgent"));
    let parts = place(&[
        ("findings/a.parquet", findings(0..3, "low")),
        ("findings/b/c.parquet", bad.expect("the same columns")),
    ]);
    let told = refused(&parts);
    assert_eq!(
        told[0].lines().next(),
        Some(
            "D204 `findings` column `severity`: 1 value is not on the scale: `urgent` (row 3 of `b/c.parquet`)"
        )
    );
    let parts = place(&[
        ("findings/a.parquet", findings(0..3, "low")),
        ("findings/b.parquet", findings(2..4, "low")),
    ]);
    let told = refused(&parts).join("\n");
    assert!(told.starts_with("D301 `findings`: `finding_id`"), "{told}");
    assert!(
        told.contains("row 3 of `a.parquet`") && told.contains("row 1 of `b.parquet`"),
        "{told}"
    );
    // A folder of which a file lacks the key.
    let keyless = findings(2..4, "low").drop("finding_id").expect("one less");
    let parts = place(&[
        ("findings/a.parquet", findings(0..3, "low")),
        ("findings/b.parquet", keyless),
    ]);
    let told = refused(&parts).join("\n");
    assert!(
        told.contains("D302") && told.contains("row 1 of `b.parquet`"),
        "{told}"
    );
}

#[test]
fn a_part_of_a_wrong_type_or_damaged_is_named() {
    let cvss = with(
        findings(0..1, "low"),
        Series::new("cvss".into(), vec![true]),
    );
    let parts = place(&[
        ("findings/a.parquet", findings(1..3, "low")),
        ("findings/b.parquet", cvss),
    ]);
    let told = refused(&parts).join("\n");
    assert!(
        told.starts_with("D205 `findings/b.parquet` column `cvss`"),
        "{told}"
    );
    fs::write(path_in(&parts, "findings/b.parquet"), b"PAR1 and no more").expect("a file");
    let told = refused(&parts).join("\n");
    assert!(
        told.starts_with("D109 cannot read `findings/b.parquet`"),
        "{told}"
    );
}

#[test]
fn what_was_proven_is_remembered_until_a_part_comes_or_changes() {
    let definitions = definitions("UTC");
    let parts = place(&[
        ("findings/a.parquet", findings(0..3, "low")),
        ("findings/b.parquet", findings(3..5, "low")),
    ]);
    let proofs = folder(&[]);
    let settle = || thread::sleep(Duration::from_millis(120));
    let remembered = || {
        let cache = cache(parts.path()).expect("found");
        let mut cache = cache.with_proofs(ProofCache::in_folder(proofs.path().join("proofs")));
        let sources = cache.sources(&definitions, &everything(&definitions, &[FINDINGS]));
        let sources = sources.expect("good tables");
        let table = sources.table(FINDINGS).expect("a folder");
        let mut proofs = table.scanned.proofs.iter();
        (proofs.all(|proof| proof.is_remembered), sources.fingerprint)
    };
    settle();
    let (is_remembered, first) = remembered();
    assert!(!is_remembered);
    assert_eq!(remembered(), (true, first.clone()));
    write(&parts, "findings/c.parquet", &findings(5..6, "low"));
    settle();
    let (is_remembered, second) = remembered();
    assert!(!is_remembered && second != first);
    // The same rows under another name are in another order.
    fs::rename(
        path_in(&parts, "findings/a.parquet"),
        path_in(&parts, "findings/d.parquet"),
    )
    .expect("renamed");
    settle();
    let (is_remembered, third) = remembered();
    assert!(!is_remembered && third != second);
}

#[test]
fn what_is_known_of_a_part_holds_in_every_table_that_has_it() {
    let definitions = definitions("UTC");
    let proofs = folder(&[]);
    let remembering = |place: &TempDir| {
        thread::sleep(Duration::from_millis(120));
        let cache = cache(place.path()).expect("found");
        let mut cache = cache.with_proofs(ProofCache::in_folder(proofs.path().join("proofs")));
        cache.sources(&definitions, &everything(&definitions, &[FINDINGS]))
    };
    let found = |numbers: Range<usize>, severity, day: &str| {
        let days = vec![day; numbers.len()];
        with(
            findings(numbers, severity),
            Series::new("found_at".into(), days),
        )
    };
    let early = || found(0..3, "low", "2026-01-01");
    let late = || found(3..5, "low", "2026-02-02");
    for frame in [early(), late()] {
        remembering(&place(&[("findings/a.parquet", frame)])).expect("a good part");
    }
    let both = place(&[
        ("findings/a.parquet", early()),
        ("findings/b.parquet", late()),
    ]);
    let spans = |sources: TableSources| sources.table(FINDINGS).expect("a folder").spans.clone();
    let known = spans(remembering(&both).expect("good parts"));
    assert_eq!(known, spans(sources(&both).expect("good parts")));
    // Each part has keys that are unique in it.
    let twice = place(&[
        ("findings/a.parquet", early()),
        ("findings/b.parquet", late()),
        ("findings/c.parquet", early()),
    ]);
    let told = messages(remembering(&twice).expect_err("refused")).join("\n");
    assert!(told.starts_with("D301"), "{told}");
    let wrong = place(&[
        ("findings/a.parquet", early()),
        ("findings/b.parquet", found(5..6, "urgent", "2026-02-02")),
    ]);
    for _ in 0..2 {
        let told = messages(remembering(&wrong).expect_err("refused")).join("\n");
        assert!(told.starts_with("D204"), "{told}");
    }
    // Whoever writes into the memory sees that it is used: the part is not looked at again.
    for record in fs::read_dir(proofs.path().join("proofs/contents")).expect("records") {
        let path = record.expect("a record").path();
        let text = fs::read_to_string(&path).expect("a record");
        fs::write(&path, text.replace("1767225600000000", "1767225600000001")).expect("written");
    }
    let more = place(&[
        ("findings/a.parquet", early()),
        ("findings/b.parquet", found(5..6, "low", "2026-03-03")),
    ]);
    let spans = spans(remembering(&more).expect("good parts"));
    let firsts: Vec<i64> = spans.values().map(|span| span.0).collect();
    assert_eq!(firsts, [1_767_225_600_000_001]);
}

#[test]
fn a_session_reads_a_new_part() {
    let definitions = definitions("UTC");
    let parts = place(&[("findings/a.parquet", findings(0..3, "low"))]);
    let mut cache = cache(parts.path()).expect("found");
    let mut rows = || {
        let sources = cache.sources(&definitions, &everything(&definitions, &[FINDINGS]));
        sources
            .expect("good tables")
            .table(FINDINGS)
            .expect("a folder")
            .rows
    };
    assert_eq!(rows(), 3);
    write(&parts, "findings/b.parquet", &findings(3..5, "low"));
    assert_eq!(rows(), 5);
    fs::remove_file(path_in(&parts, "findings/a.parquet")).expect("removed");
    assert_eq!(rows(), 2);
}

#[test]
fn folders_that_are_no_tables() {
    let refused_with = |files: &[&str]| {
        let place = place(&[("findings/a.parquet", findings(0..3, "low"))]);
        for file in files {
            let path = path_in(&place, file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            fs::write(path, b"x").expect("a file");
        }
        refused(&place).join("\n")
    };
    let list = [
        refused_with(&["findings/_delta_log/00000000000000000000.json"]),
        refused_with(&[
            "findings/metadata/v1.metadata.json",
            "findings/data/b.parquet",
        ]),
        refused_with(&["findings/b/notes.csv"]),
        refused_with(&["findings.csv"]),
    ];
    insta::assert_snapshot!(list.join("\n\n"));
    // A folder of something else, such as reports that were not taken in yet.
    let other = place(&[("findings.parquet", findings(0..2, "low"))]);
    fs::create_dir(path_in(&other, "findings")).expect("a folder");
    fs::write(path_in(&other, "findings/zap.xml"), b"<x/>").expect("a file");
    assert_eq!(rows(&other, &["finding_id"]), ["F0", "F1"]);
}
