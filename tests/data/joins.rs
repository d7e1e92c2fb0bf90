//! Keys, parents, watermark.

use std::collections::{BTreeMap, BTreeSet};

use riskql::base::diagnostic::Problems;
use riskql::exec::data::{TableSources, latest_event, locate};
use tempfile::TempDir;

use super::fixture::{
    ASSETS, FINDINGS, SCANS, definitions, folder, load_all, load_findings, messages, only_message,
    parent_rows, without_folder,
};
use super::reading::load;
use riskql::plan::{Requirement, Requirements, TableRequirements};

const ASSETS_CSV: &[u8] = b"asset_id,name,team,exposed\nA2,two,red,yes\nA1,one,,no\n";

fn findings(rows: &str) -> TempDir {
    let csv = format!("finding_id,asset_id\n{rows}");
    folder(&[("assets.csv", ASSETS_CSV), ("findings.csv", csv.as_bytes())])
}

#[test]
fn parents_are_found_and_orphans_noted() {
    let folder = findings("F1,A1\nF2,A2\nF3,\nF4,A17\nF5,A1\nF6,A18\nF7,A17\n");
    let dataset = load_all(&definitions("UTC"), folder.path()).expect("loads");
    assert_eq!(
        parent_rows(&dataset, FINDINGS, 0),
        [Some(1), Some(0), None, None, Some(1), None, None]
    );
    assert_eq!(
        dataset.notes.last().unwrap(),
        "3 findings name an `asset_id` that assets does not have (first: `A17`, line 5): \
         their app, team, … read as missing"
    );
}

/// Only the link is asked for: the key of the parent is loaded by itself.
fn only_parents(folder: &TempDir) -> Result<TableSources, Problems> {
    let definitions = definitions("UTC");
    let asked = TableRequirements {
        key: None,
        columns: BTreeMap::from([(3, Requirement::Optional)]),
        parents: BTreeSet::from([0]),
        file_needed_by: Vec::new(),
    };
    let request = Requirements {
        tables: BTreeMap::from([(FINDINGS, asked)]),
    };
    let locations = locate(&definitions, Some(folder.path()), &[])?;
    load(&definitions, &locations, &request)
}

#[test]
fn only_what_was_asked_for_and_its_links_are_handed_over() {
    let dataset = only_parents(&findings("F1,A1\nF2,A2\n")).expect("loads");
    assert_eq!(parent_rows(&dataset, FINDINGS, 0), [Some(1), Some(0)]);
    let columns = |table| &dataset.table(table).unwrap().scanned.columns;
    assert_eq!(columns(FINDINGS), &["asset_id", "severity"]);
    assert_eq!(columns(ASSETS), &["asset_id"]);
    assert_eq!(dataset.table(ASSETS).unwrap().rows, 2);
}

#[test]
fn a_parent_without_a_file_is_noted_once() {
    let folder = folder(&[("findings.csv", b"finding_id,asset_id\nF1,A1\nF2,A2\n")]);
    let dataset = only_parents(&folder).expect("loads");
    assert!(dataset.table(ASSETS).is_none());
    let notes: Vec<String> = dataset
        .notes
        .iter()
        .map(|note| without_folder(note))
        .collect();
    assert_eq!(
        notes,
        [
            "`findings.csv` has no column `severity`: it reads as missing everywhere",
            "there is no file for assets, which findings belong to: their app, team, … read as missing",
        ]
    );
}

#[test]
fn repeated_keys_are_listed_with_their_lines() {
    let message = "D301 `findings.csv`: `finding_id` is the key of findings, and 2 values occur more than once: \
                   `F1` (line 2 and line 4), `F2` (line 3, line 5 and line 6)";
    let rows = "F1,A1\nF2,A1\nF1,A2\nF2,A1\n F2 ,A1\nF3,\n";
    assert_eq!(
        only_message(load_all(&definitions("UTC"), findings(rows).path())),
        message
    );
    // Without the key among the columns asked for it is found by hashes first.
    assert_eq!(only_message(only_parents(&findings(rows))), message);
}

#[test]
fn missing_keys_are_an_error() {
    let one = findings("F1,A1\n,A1\n");
    assert_eq!(
        only_message(only_parents(&one)),
        "D302 `findings.csv`: line 3 has no `finding_id`, the key of findings"
    );
    let two = findings(",A1\n,A1\nF1,A1\n");
    assert_eq!(
        only_message(only_parents(&two)),
        "D302 `findings.csv`: 2 rows have no `finding_id`, the key of findings (first: line 2)"
    );
}

#[test]
fn many_repeated_keys_are_cut() {
    let rows: String = (0..60_000)
        .map(|row| format!("F{}\n", row % 20_000))
        .collect();
    let csv = format!("finding_id\n{rows}");
    let message = only_message(load_findings("findings.csv", csv.as_bytes()));
    assert_eq!(
        message,
        "D301 `findings.csv`: `finding_id` is the key of findings, and 20000 values occur more than once: \
         `F0` (line 2, line 20002 and line 40002), `F1` (line 3, line 20003 and line 40003), \
         `F2` (line 4, line 20004 and line 40004), `F3` (line 5, line 20005 and line 40005), \
         `F4` (line 6, line 20006 and line 40006), and 19995 more"
    );
}

#[test]
fn a_parent_needs_its_key() {
    let folder = folder(&[
        ("assets.csv", b"asset,name\nA1,one\n"),
        ("findings.csv", b"finding_id,asset_id\nF1,A1\n"),
    ]);
    assert_eq!(
        messages(only_parents(&folder).expect_err("no key")),
        [
            "D303 `assets.csv` has no column `asset_id`, the key of assets\
          \n  help: it has a column `asset`: did you mean that one?"
        ]
    );
}

#[test]
fn the_watermark_is_the_latest_event() {
    let definitions = definitions("UTC");
    let findings = b"finding_id,found_at,verified_at\nF1,2026-03-01,2026-05-01\nF2,2026-03-05,\n";
    let scans = b"scan_id,asset_id,finished_at\nS1,A1,2026-04-01\n";
    let both = folder(&[("findings.csv", findings), ("scans.csv", scans)]);
    let dataset = load_all(&definitions, both.path()).expect("loads");
    assert_eq!(
        latest_event(&definitions, &dataset),
        Some(20_517 * 86_400_000_000)
    );
    // Without events the latest start of a state counts.
    let states = folder(&[("scans.csv", scans)]);
    let dataset = load_all(&definitions, states.path()).expect("loads");
    assert_eq!(
        latest_event(&definitions, &dataset),
        Some(20_544 * 86_400_000_000)
    );
    let none = folder(&[("assets.csv", ASSETS_CSV)]);
    let dataset = load_all(&definitions, none.path()).expect("loads");
    assert_eq!(latest_event(&definitions, &dataset), None);
    assert!(dataset.table(SCANS).is_none());
}
