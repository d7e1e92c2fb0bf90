//! Rows of `test` definitions.

use riskql::exec::data::sources_of_given;
use riskql::lang::model::{Given, TableId};

use super::fixture::{ASSETS, FINDINGS, SCANS, definitions, messages, parent_rows, shown, span};

fn given(table: TableId, columns: &[usize], rows: &[&[&str]], start: u32) -> Given {
    let cell = |cell: &&str| (!cell.is_empty()).then(|| (*cell).to_owned());
    Given {
        table,
        columns: columns.to_vec(),
        rows: rows
            .iter()
            .map(|row| row.iter().map(cell).collect())
            .collect(),
        spans: (0..rows.len() as u32)
            .map(|row| span(start + row))
            .collect(),
    }
}

#[test]
fn givens_of_one_table_follow_each_other() {
    let givens = [
        given(FINDINGS, &[0, 3], &[&["F1", "high"]], 10),
        given(ASSETS, &[0, 1], &[&["A1", "shop"]], 20),
        given(
            FINDINGS,
            &[1, 0, 6],
            &[&["A1", "F2", "2026-03-01"], &["A9", "F3", ""]],
            30,
        ),
    ];
    let dataset = sources_of_given(&definitions("UTC"), &givens).expect("loads");
    assert_eq!(shown(&dataset, FINDINGS, 0), ["F1", "F2", "F3"]);
    assert_eq!(shown(&dataset, FINDINGS, 3), ["3", "-", "-"]);
    assert_eq!(
        shown(&dataset, FINDINGS, 6),
        ["-", "2026-03-01T00:00:00Z", "-"]
    );
    assert_eq!(shown(&dataset, FINDINGS, 7), ["-", "-", "-"]);
    assert_eq!(parent_rows(&dataset, FINDINGS, 0), [None, Some(0), None]);
    let scans = dataset.table(SCANS).expect("there, without rows");
    assert_eq!(scans.rows, 0);
    assert_eq!(scans.scanned.columns.len(), 3);
    assert_eq!(dataset.notes.len(), 1);
    assert!(dataset.fingerprint.starts_with("sha256:"));
}

#[test]
fn problems_stand_at_their_rows() {
    let rows: &[&[&str]] = &[&["F1", "high"], &["F2", "urgent"], &["F3", "low"]];
    let problems = sources_of_given(&definitions("UTC"), &[given(FINDINGS, &[0, 3], rows, 10)]);
    let list = problems.expect_err("a bad value").sorted();
    assert_eq!(
        (list.len(), list[0].code, list[0].span),
        (1, "D204", Some(span(11)))
    );
    let rows: &[&[&str]] = &[&["F1"], &["F2"], &["F1"], &[""]];
    let problems = sources_of_given(&definitions("UTC"), &[given(FINDINGS, &[0], rows, 10)]);
    let list = problems.expect_err("bad keys").sorted();
    let places: Vec<_> = list
        .iter()
        .map(|problem| (problem.code, problem.span))
        .collect();
    assert_eq!(places, [("D301", Some(span(12))), ("D302", Some(span(13)))]);
}

#[test]
fn a_key_that_is_not_given_is_not_checked() {
    let rows: &[&[&str]] = &[&["high"], &["low"]];
    let dataset = sources_of_given(&definitions("UTC"), &[given(FINDINGS, &[3], rows, 10)]);
    assert_eq!(shown(&dataset.expect("loads"), FINDINGS, 0), ["-", "-"]);
    let rows: &[&[&str]] = &[&["A1"]];
    let result = sources_of_given(&definitions("UTC"), &[given(ASSETS, &[1], rows, 10)]);
    assert!(result.is_ok(), "{:?}", result.map_err(messages));
}
