//! `riskql store` on the command line, and the library's KPIs over a store.

use std::path::Path;
use std::process::Command;

/// What a run that must go well prints, and its messages.
fn riskql(folder: &Path, arguments: &[&str]) -> (String, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_riskql"))
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    let (stdout, stderr) = (text(done.stdout), text(done.stderr));
    assert!(done.status.success(), "{arguments:?}: {stdout}{stderr}");
    (stdout, stderr)
}

#[test]
fn a_store_tells_what_was_merged_and_what_is_odd() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    for (tool, cwe, line) in [("lint", 89, 10), ("probe", 89, 12), ("other", 79, 90)] {
        let report = format!(
            r#"{{"version": "2.1.0", "runs": [{{"tool": {{"driver": {{"name": "{tool}"}}}}, "results": [
            {{"ruleId": "{tool}-1", "message": {{"text": "by {tool}"}}, "properties": {{"cwe": "CWE-{cwe}"}},
              "locations": [{{"physicalLocation": {{"artifactLocation": {{"uri": "a.c"}}, "region": {{"startLine": {line}}}}}}}]}}]}}]}}"#
        );
        std::fs::write(folder.join(format!("{tool}.json")), report).expect("written");
    }
    let decisions = "asset_id,rule_id,decision,at\nshop,nothing,accepted,2026-03-02\n";
    std::fs::write(folder.join("decisions.csv"), decisions).expect("written");
    let reports = ["lint.json", "probe.json", "other.json", "decisions.csv"];
    let ingest = [
        ["ingest"].as_slice(),
        &reports,
        &["--asset", "shop", "--at", "2026-03-01"],
    ];
    riskql(folder, &ingest.concat());
    let (stdout, stderr) = riskql(folder, &["store"]);
    assert!(
        stdout.contains("detections: 3, weaknesses: 2; 1 seen by several tools"),
        "{stdout}"
    );
    assert!(stderr.contains("D435"), "{stderr}");
    let query = ["run", "duplicate_reduction", "--data", "riskql-store"];
    let csv = ["--as-of", "2026-03-31", "--format", "csv"];
    let (stdout, _) = riskql(folder, &[query.as_slice(), &csv].concat());
    assert!(stdout.contains("0.3333"), "{stdout}");
    riskql(
        folder,
        &[
            "dashboard",
            "--data",
            "riskql-store",
            "--as-of",
            "2026-03-31",
        ],
    );
}

#[test]
fn the_command_line_asks_a_store_from_where_it_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    for (day, severity) in [("2026-03-01", "Medium"), ("2026-03-10", "Critical")] {
        let report = format!(
            r#"{{"name": "scan", "type": "probe", "findings": [{{"title": "sql", "severity": "{severity}"}}]}}"#
        );
        let file = format!("{severity}.json");
        std::fs::write(folder.join(&file), report).expect("written");
        let at = ["--at", day, "--recorded-at", day];
        riskql(
            folder,
            &[["ingest", &file, "--asset", "shop"].as_slice(), &at].concat(),
        );
    }
    let asked = |query: &str, more: &[&str]| {
        let run = ["run", query, "--data", "riskql-store", "--format", "csv"];
        let (stdout, _) = riskql(folder, &[run.as_slice(), more].concat());
        let line = stdout.lines().nth(1).expect("a group");
        line.split(',').next().expect("a severity").to_string()
    };
    let query = "backlog by severity";
    assert_eq!(asked(query, &[]), "critical");
    assert_eq!(asked(query, &["--as-of", "2026-03-09"]), "medium");
    assert_eq!(asked(query, &["--known-on", "2026-03-09"]), "medium");
    let clause = format!("{query} as of 2026-03-10");
    assert_eq!(asked(&clause, &["--as-of", "2026-03-09"]), "critical");
}

#[test]
fn no_text_of_a_report_reaches_the_terminal_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let evil = r"x\u001b[31m\u001b]52;c;eA==\u0007\r\u009by";
    let report = format!(
        r#"{{"version": "2.1.0", "runs": [{{"tool": {{"driver": {{"name": "lint {evil}"}}}}, "results": [
        {{"ruleId": "r {evil}", "level": "error", "message": {{"text": "t {evil}"}}}}]}}]}}"#
    );
    std::fs::write(folder.join("evil.sarif"), report).expect("written");
    let taken = [
        "ingest",
        "evil.sarif",
        "--asset",
        "shop",
        "--at",
        "2026-03-01",
    ];
    let mut said = vec![riskql(folder, &taken)];
    let list = [
        "run",
        "list findings found show finding_id",
        "--data",
        "riskql-store",
    ];
    let (ids, _) = riskql(folder, &[list.as_slice(), &["--format", "csv"]].concat());
    let id = ids.lines().nth(1).expect("a finding").trim();
    for arguments in [
        ["store", "explain", id].as_slice(),
        &["store"],
        &["store", "--by", "tool"],
        &["store", "rebuild"],
        &["store", "verify"],
        &["sources", "test", "evil.sarif"],
    ] {
        said.push(riskql(folder, arguments));
    }
    for (stdout, stderr) in said {
        let text = stdout + &stderr;
        let is_raw = |letter: &char| letter.is_control() && !matches!(letter, '\n' | '\t');
        assert!(!text.chars().any(|letter| is_raw(&letter)), "{text:?}");
    }
}

#[test]
fn a_report_is_taken_back_on_the_command_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    for (file, titles) in [("one.json", "sql xss"), ("two.json", "sql")] {
        let titles: Vec<&str> = titles.split(' ').collect();
        std::fs::write(folder.join(file), super::saw(&titles)).expect("written");
    }
    for (file, day) in [("one.json", "2026-03-01"), ("two.json", "2026-03-05")] {
        let recorded = ["--recorded-at", day];
        riskql(
            folder,
            &[
                ["ingest", file, "--asset", "shop", "--at", day].as_slice(),
                &recorded,
            ]
            .concat(),
        );
    }
    let numbers = |text: &str| -> [u64; 2] {
        let object: serde_json::Value = serde_json::from_str(text).expect("JSON");
        ["before", "after"].map(|key| object[key]["detections"].as_u64().expect("a number"))
    };
    let dry = [
        "store",
        "remove",
        "one.json",
        "--dry-run",
        "--format",
        "json",
    ];
    // Of the two weaknesses the second scan saw one.
    assert_eq!(numbers(&riskql(folder, &dry).0), [2, 1]);
    let log = ["store", "log", "--format", "json"];
    let log =
        || -> serde_json::Value { serde_json::from_str(&riskql(folder, &log).0).expect("JSON") };
    assert_eq!(
        log().as_array().map(Vec::len),
        Some(2),
        "a dry run changes nothing"
    );
    let (shown, _) = riskql(
        folder,
        &["store", "remove", "one.json", "--recorded-at", "2026-03-10"],
    );
    assert!(
        shown.contains("withdrawn") && shown.contains("1 detection, 2 before"),
        "{shown}"
    );
    let (shown, _) = riskql(folder, &["store", "remove", "one.json"]);
    assert!(shown.contains("already withdrawn"), "{shown}");
    let entries = log();
    assert_eq!(entries[2]["action"], "withdrawn");
    assert_eq!(entries[2]["file"], "one.json");
    assert_eq!(entries[2]["counts"], false);
    assert_eq!(entries[1]["scans"][0]["asset"], "shop");
    let (listed, _) = riskql(folder, &["store"]);
    assert!(listed.contains("1 report,"), "{listed}");
    let (verified, _) = riskql(folder, &["store", "verify"]);
    assert!(verified.contains("1 of them withdrawn"), "{verified}");
    let (again, _) = riskql(
        folder,
        &[
            "ingest",
            "one.json",
            "--asset",
            "shop",
            "--at",
            "2026-03-01",
        ],
    );
    assert!(again.contains("added again"), "{again}");
    let (log, _) = riskql(folder, &["store", "log"]);
    assert!(
        log.contains("2 reports added, 1 withdrawn, 1 restored"),
        "{log}"
    );
}
