//! Which file holds which table.

use std::path::Path;

use riskql::exec::data::locate;

use super::fixture::{FINDINGS, definitions, folder, messages, path_in, without_folder};

#[track_caller]
fn refused(folder: Option<&Path>, overrides: &[(&str, &Path)]) -> String {
    let overrides: Vec<_> = overrides
        .iter()
        .map(|(table, path)| ((*table).to_owned(), path.to_path_buf()))
        .collect();
    let problems = locate(&definitions("UTC"), folder, &overrides);
    messages(problems.expect_err("refused")).join("\n")
}

#[test]
fn every_ending_is_found() {
    for name in [
        "findings.csv",
        "findings.csv.gz",
        "findings.parquet",
        "findings.jsonl",
        "findings.ndjson",
        "findings.json",
        "findings.arrow",
        "findings.ipc",
        "findings.feather",
        "findings.jsonl.gz",
        "findings.ndjson.gz",
        "findings.json.gz",
        "findings.CSV",
    ] {
        let folder = folder(&[(name, b""), ("notes.txt", b""), ("other.csv", b"")]);
        let found = locate(&definitions("UTC"), Some(folder.path()), &[]).expect(name);
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0].path, path_in(&folder, name));
    }
}

#[test]
fn a_single_file_and_overrides() {
    let folder = folder(&[
        ("findings.csv", b""),
        ("export.json", b""),
        ("assets.csv", b""),
    ]);
    let definitions = definitions("UTC");
    let file = path_in(&folder, "findings.csv");
    let found = locate(&definitions, Some(&file), &[]).expect("a single file");
    assert_eq!((found.len(), found[0].table), (1, FINDINGS));
    let other = path_in(&folder, "export.json");
    let overrides = [("findings".to_owned(), other.clone())];
    let found = locate(&definitions, Some(folder.path()), &overrides).expect("an override");
    assert_eq!(found.len(), 2);
    assert_eq!((found[1].table, &found[1].path), (FINDINGS, &other));
    let found = locate(&definitions, None, &overrides).expect("an override alone");
    assert_eq!(found.len(), 1);
    assert!(locate(&definitions, None, &[]).expect("nothing").is_empty());
}

#[test]
fn what_is_refused() {
    let folder = folder(&[
        ("findings.csv", b""),
        ("findings.parquet", b""),
        ("export.csv", b""),
        ("assets.ods", b""),
    ]);
    let in_folder = |name: &str| path_in(&folder, name);
    let empty = super::fixture::folder(&[("readme.md", b"")]);
    std::fs::create_dir(in_folder("sub.csv")).expect("a folder");
    let list = [
        refused(Some(folder.path()), &[]),
        refused(Some(empty.path()), &[]),
        refused(Some(Path::new("no/such/folder")), &[]),
        refused(Some(Path::new("s3://bucket/tables")), &[]),
        refused(Some(&in_folder("export.csv")), &[]),
        refused(None, &[("finding", &in_folder("export.csv"))]),
        refused(None, &[("zebra", &in_folder("export.csv"))]),
        refused(None, &[("findings", &in_folder("missing.csv"))]),
        refused(None, &[("findings", &in_folder("sub.csv"))]),
        refused(None, &[("assets", &in_folder("assets.ods"))]),
    ];
    insta::assert_snapshot!(without_folder(&list.join("\n")));
}
