//! What a lifecycle must not fall for, through real reports.

use super::{Room, codes, definitions, micros, report, saw};
use riskql::exec::data::Horizon;
use riskql::reports::store::{self, IngestContext, Store};

#[test]
fn a_clean_scan_verifies_and_a_later_sighting_reopens() {
    let room = Room::new();
    room.take("2026-03-01", &saw(&["sql"]));
    room.take("2026-03-05", &saw(&[]));
    room.take("2026-03-09", &saw(&["sql"]));
    assert_eq!(
        room.story(),
        ["sql: 2026-03-01 – 2026-03-05 fixed", "sql: 2026-03-09 –"]
    );
    let findings = room.table("findings");
    assert_eq!(findings[0]["verified_at"], "2026-03-05");
    assert_eq!(findings[0]["last_seen_at"], "2026-03-01");
    assert_eq!(
        findings[1]["finding_id"],
        format!("{}-2", findings[0]["finding_id"])
    );
    // One identity of one tool is one detection, however often it comes back.
    assert_eq!(room.table("detections").len(), 1);
}

#[test]
fn a_partial_scan_closes_nothing() {
    let room = Room::new();
    room.take("2026-03-01", &saw(&["sql", "xss"]));
    let partial = IngestContext {
        at: Some(micros("2026-03-05")),
        is_partial: true,
        ..room.context.clone()
    };
    room.try_take(&saw(&["xss", "csrf"]), &partial)
        .expect("taken");
    assert_eq!(
        room.story(),
        [
            "csrf: 2026-03-05 –",
            "sql: 2026-03-01 –",
            "xss: 2026-03-01 –"
        ]
    );
}

#[test]
fn a_failed_scan_closes_nothing() {
    let room = Room::new();
    let own =
        |outcome, rows| format!(r#"{{"tool": "t", "outcome": "{outcome}", "ruled": [{rows}]}}"#);
    let row = r#"{"title": "sql", "severity": "high", "rule_id": "r", "file": "a"}"#;
    room.take("2026-03-01", &own("success", row));
    room.take("2026-03-05", &own("failed", ""));
    assert_eq!(room.story(), ["sql: 2026-03-01 –"]);
    room.take("2026-03-09", &own("success", ""));
    assert_eq!(room.story(), ["sql: 2026-03-01 – 2026-03-09 fixed"]);
}

#[test]
fn an_empty_report_is_a_clean_scan() {
    let room = Room::new();
    room.take("2026-03-01", &saw(&["sql"]));
    room.take("2026-03-05", &saw(&[]));
    assert_eq!(room.story(), ["sql: 2026-03-01 – 2026-03-05 fixed"]);
    assert_eq!(room.table("scans").len(), 2);
}

#[test]
fn a_scan_of_changes_closes_nothing() {
    let room = Room::new();
    let row = r#"{"title": "sql", "severity": "high", "rule_id": "r", "file": "a"}"#;
    room.take("2026-03-01", &format!(r#"{{"ruled": [{row}]}}"#));
    room.take("2026-03-05", r#"{"scope": "diff", "ruled": []}"#);
    assert_eq!(room.story(), ["sql: 2026-03-01 –"]);
}

#[test]
fn a_rule_that_was_not_run_proves_nothing() {
    let room = Room::new();
    let row = |rule| {
        format!(r#"{{"title": "{rule}", "severity": "high", "rule_id": "{rule}", "file": "a"}}"#)
    };
    let both = format!(
        r#"{{"rules": ["a", "b"], "ruled": [{}, {}]}}"#,
        row("a"),
        row("b")
    );
    room.take("2026-03-01", &both);
    room.take("2026-03-05", r#"{"rules": ["a"], "ruled": []}"#);
    assert_eq!(
        room.story(),
        ["a: 2026-03-01 – 2026-03-05 fixed", "b: 2026-03-01 –"]
    );
    room.take("2026-03-09", r#"{"rules": ["b", "c"], "ruled": []}"#);
    assert_eq!(
        room.story(),
        [
            "a: 2026-03-01 – 2026-03-05 fixed",
            "b: 2026-03-01 – 2026-03-09 fixed"
        ]
    );
}

#[test]
fn a_renamed_asset_keeps_its_history() {
    let mut room = Room::new();
    let of = |name: &str| IngestContext {
        asset: Some(name.to_string()),
        ..IngestContext::default()
    };
    let recorded_at = room.context.recorded_at;
    for (day, name, titles) in [
        ("2026-03-01", "shop-old", ["sql", "xss"].as_slice()),
        ("2026-03-05", "shop", ["sql"].as_slice()),
    ] {
        room.context = IngestContext {
            recorded_at,
            ..of(name)
        };
        room.take(day, &saw(titles));
    }
    assert_eq!(room.story().len(), 3);
    room.take(
        "2026-03-06",
        r#"[{"asset_id": "shop-old", "alias_of": "shop", "team": ""}]"#,
    );
    assert_eq!(
        room.story(),
        ["sql: 2026-03-01 –", "xss: 2026-03-01 – 2026-03-05 fixed"]
    );
    let assets = room.table("assets");
    assert_eq!(assets.len(), 1);
    assert_eq!(assets[0]["asset_id"], "shop");
    let scans = room.table("scans");
    assert!(scans.iter().all(|scan| scan["asset_id"] == "shop"));
}

#[test]
fn aliases_in_a_circle_are_told() {
    let room = Room::new();
    room.take("2026-03-01", &saw(&["sql"]));
    room.take(
        "2026-03-02",
        r#"[{"asset_id": "shop", "alias_of": "web", "team": ""}, {"asset_id": "web", "alias_of": "shop", "team": ""}]"#,
    );
    assert_eq!(room.story(), ["sql: 2026-03-01 –"]);
    let derived = store::derive(&room.store, super::definitions()).expect("derived");
    let codes: Vec<&str> = derived
        .about
        .warnings()
        .map(|problem| problem.code)
        .collect();
    assert_eq!(codes, ["D436", "D436"]);
}

/// A SARIF report with one result whose fingerprint is of its code.
fn sarif(line: u32) -> String {
    format!(
        r#"{{"version": "2.1.0", "runs": [{{"tool": {{"driver": {{"name": "lint"}}}}, "results": [
        {{"ruleId": "r1", "message": {{"text": "bad call"}}, "partialFingerprints": {{"primaryLocationLineHash": "ab12:1"}},
          "locations": [{{"physicalLocation": {{"artifactLocation": {{"uri": "src/a.c"}}, "region": {{"startLine": {line}}}}}}}]}}]}}]}}"#
    )
}

#[test]
fn a_line_that_moves_is_the_same_weakness() {
    let room = Room::new();
    room.take("2026-03-01", &sarif(10));
    room.take("2026-03-05", &sarif(42));
    assert_eq!(room.story(), ["bad call: 2026-03-01 –"]);
}

#[test]
fn another_severity_makes_no_other_finding() {
    let room = Room::new();
    let of = |severity| report(&format!(r#"{{"title": "sql", "severity": "{severity}"}}"#));
    room.take("2026-03-01", &of("Low"));
    room.take("2026-03-05", &of("Critical"));
    let findings = room.table("findings");
    assert_eq!(findings.len(), 1);
    // The latest word counts.
    assert_eq!(findings[0]["severity"], "critical");
    assert_eq!(findings[0]["found_at"], "2026-03-01");
}

#[test]
fn a_scan_from_the_future_is_refused() {
    let room = Room::new();
    let context = IngestContext {
        at: Some(micros("2027-03-01")),
        ..room.context.clone()
    };
    let problems = room
        .try_take(&saw(&["sql"]), &context)
        .expect_err("refused");
    assert_eq!(codes(problems), ["D409"]);
    assert!(room.story().is_empty());
}

#[test]
fn two_scans_in_one_second_are_one_look() {
    let room = Room::new();
    room.take("2026-03-01", &saw(&["sql", "xss", "csrf"]));
    room.take("2026-03-05", &saw(&["sql"]));
    room.take("2026-03-05", &saw(&["xss"]));
    assert_eq!(
        room.story(),
        [
            "csrf: 2026-03-01 – 2026-03-05 fixed",
            "sql: 2026-03-01 –",
            "xss: 2026-03-01 –"
        ]
    );
}

#[test]
fn order_of_import_does_not_matter_and_the_same_report_twice_changes_nothing() {
    let scans = [
        ("2026-03-01", saw(&["sql"])),
        ("2026-03-05", saw(&[])),
        ("2026-03-09", saw(&["sql", "xss"])),
    ];
    let told = |order: &[usize]| {
        let room = Room::new();
        for index in order {
            room.take(scans[*index].0, &scans[*index].1);
        }
        (
            room.table("findings"),
            room.table("scans"),
            room.table("detections"),
        )
    };
    let expected = told(&[0, 1, 2]);
    assert_eq!(told(&[2, 1, 0]), expected);
    assert_eq!(told(&[1, 2, 0, 1, 1, 2]), expected);
}

#[test]
fn an_asset_that_is_retired_takes_its_findings_along() {
    let room = Room::new();
    room.take("2026-03-01", &saw(&["sql", "xss"]));
    room.take("2026-03-05", &saw(&["sql"]));
    room.take(
        "2026-03-06",
        r#"[{"asset_id": "shop", "team": "a", "retired_at": "2026-03-20"}]"#,
    );
    assert_eq!(
        room.story(),
        [
            "sql: 2026-03-01 – 2026-03-20 retired",
            "xss: 2026-03-01 – 2026-03-05 fixed"
        ]
    );
    let findings = room.table("findings");
    let retired = findings.iter().find(|each| each["resolution"] == "retired");
    assert_eq!(retired.expect("one")["verified_at"], "");
}

#[test]
fn a_finding_seen_once_between_two_clean_scans_was_open_in_between() {
    let room = Room::new();
    room.take("2026-03-01", &saw(&[]));
    room.take("2026-03-05", &saw(&["sql"]));
    room.take("2026-03-09", &saw(&[]));
    assert_eq!(room.story(), ["sql: 2026-03-05 – 2026-03-09 fixed"]);
}

#[test]
fn rows_twice_in_one_report_are_one_finding() {
    let room = Room::new();
    room.take("2026-03-01", &saw(&["sql", "sql", "sql"]));
    assert_eq!(room.story(), ["sql: 2026-03-01 –"]);
}

#[test]
fn other_environments_and_other_tools_prove_nothing() {
    let mut room = Room::new();
    room.context.environment = Some("production".to_string());
    room.take("2026-03-01", &saw(&["sql"]));
    room.context.environment = Some("staging".to_string());
    room.take("2026-03-05", &saw(&[]));
    room.context.environment = Some("production".to_string());
    room.take("2026-03-06", r#"{"tool": "other", "ruled": []}"#);
    assert_eq!(room.story(), ["sql: 2026-03-01 –"]);
}

#[test]
fn a_tool_that_says_fixed_is_believed_and_its_dates_count() {
    let room = Room::new();
    let of = |more: &str| {
        report(&format!(
            r#"{{"title": "sql", "severity": "High", "date": "2026-02-01"{more}}}"#
        ))
    };
    room.take("2026-03-01", &of(""));
    room.take(
        "2026-03-05",
        &of(r#", "is_mitigated": true, "mitigated": "2026-03-03""#),
    );
    assert_eq!(room.story(), ["sql: 2026-02-01 – 2026-03-03 fixed"]);
}

#[test]
fn two_formats_of_one_tool_close_nothing_of_each_other() {
    let room = Room::new();
    room.take("2026-03-01", &saw(&["sql"]));
    room.take(
        "2026-03-02",
        r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "probe"}}, "results": [
            {"ruleId": "x", "level": "error", "message": {"text": "xss"}}]}]}"#,
    );
    let tools: Vec<String> = room
        .table("detections")
        .iter()
        .map(|row| row["tool"].clone())
        .collect();
    assert_eq!(tools, ["probe", "probe"], "the trap is set");
    assert_eq!(room.story(), ["sql: 2026-03-01 –", "xss: 2026-03-02 –"]);
}

#[test]
fn a_derived_table_that_was_changed_is_made_anew() {
    let room = Room::new();
    room.take("2026-03-01", &saw(&["sql", "xss"]));
    let folder = room.folder(definitions(), Horizon::default());
    let whole = std::fs::read(folder.join("findings.parquet")).expect("a table");
    let names = ["findings.parquet", "detections.parquet", "about.json"];
    let folders = folders_below(folder.parent().expect("the derived tables"));
    let paths = folders
        .iter()
        .flat_map(|folder| names.map(|name| folder.join(name)));
    // A table and its part may be one file, which is changed once.
    let files: Vec<_> = paths
        .map(|path| (std::fs::read(&path).expect("a derived file"), path))
        .collect();
    assert_eq!(files.len(), 6, "the tables, and the part of the asset");
    for (mut bytes, path) in files {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).expect("written");
    }
    // Another process reads the store.
    let again = Store::open(room.store.folder()).expect("a store");
    assert_eq!(
        store::verify(&again).expect("a verdict").stale_folders,
        2,
        "both are told"
    );
    let made = store::tables(&again, definitions(), Horizon::default()).expect("tables");
    assert_eq!(made, folder);
    let after = std::fs::read(made.join("findings.parquet")).expect("a table");
    assert!(after == whole, "the table is what it was");
    assert_eq!(store::verify(&again).expect("a verdict").stale_folders, 0);
    // A folder of an older version has no hashes: what was written is not known.
    std::fs::remove_file(made.join("hashes.json")).expect("removed");
    let verdict = store::verify(&again).expect("a verdict");
    assert_eq!((verdict.stale_folders, verdict.unknown_folders), (0, 1));
}

/// The folders that hold notes on derived tables.
fn folders_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let inner = entries.map(|entry| entry.expect("an entry").path());
    let inner: Vec<_> = inner.filter(|path| path.is_dir()).collect();
    let mut found: Vec<_> = inner.iter().flat_map(|path| folders_below(path)).collect();
    if folder.join("about.json").is_file() {
        found.push(folder.to_path_buf());
    }
    found
}

#[test]
fn records_that_no_table_can_hold_are_refused() {
    let room = Room::new();
    let refused = |text: &str| {
        let problems = room.try_take(text, &room.context).expect_err("refused");
        let told = format!("{problems:?}");
        (codes(problems), told)
    };
    let (found, told) = refused(r#"[{"asset_id": "shop", "criticality": "gold"}]"#);
    assert_eq!(found, ["D439"]);
    assert!(told.contains("gold") && told.contains("one of: low, medium, high, critical"));
    let (found, told) = refused(r#"[{"asset_id": "shop", "business_critical": "perhaps"}]"#);
    assert_eq!(found, ["D439"]);
    assert!(told.contains("one of: yes, no"), "{told}");
    // Spellings that a scale maps, and its words in capitals, are values.
    let taken =
        r#"[{"asset_id": "shop", "criticality": "Mission Critical", "business_critical": "1"}]"#;
    room.take("2026-03-01", taken);
    room.take("2026-03-02", &saw(&["sql"]));
    let asked = room.ask(&["risk_exposure".to_string()], Horizon::default());
    asked.expect("an answer");
}
