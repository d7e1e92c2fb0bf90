//! Files that cannot be read, in one clear message each.

use polars::prelude::{DataFrame, IntoColumn, NamedFrom, Series};
use riskql::exec::data::Location;

use super::fixture::{
    ASSETS, FINDINGS, definitions, everything, folder, load_findings, load_path, messages,
    only_message, path_in,
};
use super::formats::{arrow, parquet};
use super::reading::load;
use riskql::plan::Requirement;

#[track_caller]
fn refused(name: &str, content: &[u8]) -> String {
    only_message(load_findings(name, content))
}

#[test]
fn malformed_csv() {
    insta::assert_snapshot!(
        [
            refused("findings.csv", b""),
            refused("findings.csv", b"\xef\xbb\xbf"),
            refused("findings.csv", b"finding_id,title\nF1,x\nF2\n"),
            refused("findings.csv", b"finding_id,title\nF1,x\nF2,\"y,\nz"),
            refused("findings.csv", b"finding_id,title\nF1,x\nF2,caf\xe9\n"),
            refused("findings.csv", b"finding_id,title\nF1,\xc3\n\xa9,x\n"),
            refused("findings.csv", b"finding_id,caf\xe9\nF1,x\n"),
            refused("findings.csv", b"finding_id,title,title\nF1,x,y\n"),
            refused("findings.csv", b"Severity,SEVERITY,title\nlow,high,x\n"),
            refused("findings.csv", b"\xff\xfef\0i\0\0\xd8x\0"),
            refused(
                "findings.csv",
                b"sep=;\r\nfinding_id;title\r\nF1;x\r\nF2;\"y\"\";z\r\n"
            ),
            refused(
                "findings.csv",
                b"# from the tracker\n\nfinding_id\ttitle\nF1\n"
            ),
            refused("findings.csv", b"PK\x03\x04rest"),
            refused("findings.csv", b"\x1f\x8b\x08\0"),
            refused("findings.csv", b"PAR1...."),
        ]
        .join("\n")
    );
}

#[test]
fn malformed_gzip() {
    let whole = [0x1fu8, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    insta::assert_snapshot!(
        [
            refused("findings.csv.gz", b"finding_id\nF1\n"),
            refused("findings.csv.gz", &whole),
        ]
        .join("\n")
    );
}

#[test]
fn malformed_json() {
    insta::assert_snapshot!(
        [
            refused("findings.jsonl", b"finding_id,title\n"),
            refused("findings.jsonl", b"{\"finding_id\":1}\n{\"finding_id\":2\n"),
            refused("findings.jsonl", b"\n{\"finding_id\":1}\n[1]\n"),
            refused(
                "findings.jsonl",
                b"{\"finding_id\":1}\n{\"finding_id\":2} x\n"
            ),
            refused(
                "findings.jsonl",
                b"{\"finding_id\":1}\n{\"title\":{\"a\":1}}\n"
            ),
            refused("findings.jsonl", b"{\"finding_id\":\"\xff\"}\n"),
            refused(
                "findings.jsonl",
                b"{\"finding_id\":1}\n{\"finding_id\":2,\"title\":\"a\",\"finding_id\":3}\n"
            ),
            refused(
                "findings.json",
                b"[{\"finding_id\":1},\n{\"finding_id\":2,\"\\u0066inding_id\":3}]"
            ),
            refused("findings.json", b"[{\"finding_id\":1},\n{\"title\":[1]}]"),
            refused("findings.json", b"[{\"finding_id\":1},\n{\"finding_id\":2}"),
            refused("findings.json", b"[{\"finding_id\":1}] x"),
            refused("findings.json", b"[1]"),
            refused("findings.json", b"{\n  \"finding_id\": 1\n}\n"),
        ]
        .join("\n")
    );
}

fn small_frame() -> DataFrame {
    let ids: Vec<String> = (0..2000).map(|row| format!("F{row}")).collect();
    let titles: Vec<Option<String>> = (0..2000)
        .map(|row| (row % 3 != 0).then(|| format!("a title longer than a view {row}")))
        .collect();
    let scores: Vec<f64> = (0..2000).map(f64::from).collect();
    let columns = vec![
        Series::new("finding_id".into(), ids).into_column(),
        Series::new("title".into(), titles).into_column(),
        Series::new("cvss".into(), scores).into_column(),
    ];
    DataFrame::new(2000, columns).expect("a frame")
}

fn small_parquet() -> Vec<u8> {
    parquet(&small_frame(), Some(500))
}

fn small_arrow() -> Vec<u8> {
    arrow(&small_frame())
}

#[test]
fn damaged_parquet() {
    let whole = small_parquet();
    let mut flipped = whole.clone();
    flipped[40..200].fill(0xff);
    insta::assert_snapshot!(
        [
            refused("findings.parquet", b""),
            refused("findings.parquet", b"finding_id,title\nF1,x\n"),
            refused("findings.parquet", b"PAR1PAR1"),
            refused("findings.parquet", &whole[..whole.len() / 2]),
            refused("findings.parquet", &flipped),
            refused("findings.arrow", b"finding_id,title\nF1,x\n"),
            refused("findings.arrow", b"ARROW1\0\0\0\0\0\0ARROW1"),
        ]
        .join("\n")
    );
}

/// Bytes changed anywhere in a file must never panic, nor end the process.
#[track_caller]
fn survives_flipped_bytes(name: &str, whole: &[u8], step: usize) {
    let ends = (4..120).chain(whole.len() - 400..whole.len());
    for place in ends.step_by(3).chain((120..whole.len()).step_by(step)) {
        let mut flipped = whole.to_vec();
        flipped[place] ^= if place % 2 == 0 { 0x55 } else { 0xff };
        if let Err(problems) = load_findings(name, &flipped) {
            assert!(!messages(problems).is_empty());
        }
    }
}

#[test]
fn flipped_bytes_of_parquet() {
    survives_flipped_bytes("findings.parquet", &small_parquet(), 397);
}

#[test]
fn flipped_bytes_of_arrow() {
    survives_flipped_bytes("findings.arrow", &small_arrow(), 1997);
}

#[test]
fn wrong_column_types() {
    let columns = vec![
        Series::new("finding_id".into(), ["F1"]).into_column(),
        Series::new("found_at".into(), [1_774_951_200i64]).into_column(),
        Series::new("cvss".into(), [true]).into_column(),
        Series::new("title".into(), [Series::new("".into(), [1i32])]).into_column(),
    ];
    let frame = DataFrame::new(1, columns).expect("a frame");
    let result = load_findings("findings.parquet", &parquet(&frame, None));
    insta::assert_snapshot!(messages(result.expect_err("wrong types")).join("\n"));
}

#[test]
fn paths_that_are_no_files() {
    let folder = folder(&[]);
    std::fs::create_dir(path_in(&folder, "findings.csv")).expect("a folder");
    insta::assert_snapshot!(
        [
            only_message(load_path(&path_in(&folder, "findings.csv"))),
            only_message(load_path(&path_in(&folder, "missing.csv"))),
            only_message(load_path(&path_in(&folder, "findings.ods"))),
        ]
        .join("\n")
    );
}

#[test]
fn absent_columns() {
    let definitions = definitions("UTC");
    let csv = b"finding_id,asset_id,verified_on,sevrity\nF1,A1,2026-01-01,low\n";
    let folder = folder(&[("findings.csv", csv)]);
    let locations = [Location {
        table: FINDINGS,
        path: path_in(&folder, "findings.csv"),
    }];
    let mut request = everything(&definitions, &[FINDINGS]);
    let dataset = load(&definitions, &locations, &request).expect("all optional");
    let asked = request.tables.get_mut(&FINDINGS).expect("asked for");
    let users = ["`mttr` (kpis/mttr.kpi:3)", "`fix_rate` (kpis/fix.kpi:1)"].map(str::to_owned);
    asked.columns.insert(7, Requirement::By(users.to_vec()));
    asked
        .columns
        .insert(5, Requirement::By(vec!["`risk`".to_owned()]));
    let failed = load(&definitions, &locations, &request).expect_err("needed columns");
    let notes = dataset
        .notes
        .iter()
        .map(|note| super::fixture::without_folder(note));
    let notes: Vec<String> = notes.collect();
    insta::assert_snapshot!([notes, messages(failed)].concat().join("\n"));
}

#[test]
fn a_needed_file_that_is_not_there() {
    let definitions = definitions("UTC");
    let mut request = everything(&definitions, &[ASSETS, FINDINGS]);
    let asked = request.tables.get_mut(&FINDINGS).expect("asked for");
    asked.file_needed_by = vec!["`mttr`".to_owned(), "`backlog`".to_owned()];
    insta::assert_snapshot!(only_message(load(&definitions, &[], &request)));
}
