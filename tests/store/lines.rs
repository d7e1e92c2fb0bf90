//! Nothing closes that was not looked at: scan lines, targets of reports, and identities that last.

use std::collections::BTreeSet;

use riskql::lang::model::Definitions;
use riskql::reports::ingest::ReportReader;
use riskql::reports::store::{self, IngestContext, Segment};
use serde_json::{Value, json};

use super::{Room, definitions, micros, with};

/// Takes a report of that day in, for the assets that it names itself.
fn take_unnamed(room: &Room, day: &str, report: &Value) {
    let context = IngestContext {
        asset: None,
        at: Some(micros(day)),
        ..room.context.clone()
    };
    room.try_take(&report.to_string(), &context).expect("taken");
}

fn take(room: &Room, day: &str, report: &Value) {
    room.take(day, &report.to_string());
}

fn sarif_run(tool: &str, line: Option<&str>, rules: &[&str]) -> Value {
    let results: Vec<Value> = rules
        .iter()
        .map(|rule| {
            json!({"ruleId": rule, "level": "error", "message": {"text": rule}, "locations": [{"physicalLocation":
                {"artifactLocation": {"uri": format!("src/{rule}")}, "region": {"startLine": 1}}}]})
        })
        .collect();
    let mut run = json!({"tool": {"driver": {"name": tool, "rules": []}}, "results": results});
    if let Some(line) = line {
        run["automationDetails"] = json!({"id": line});
    }
    run
}

fn sarif(runs: &[Value]) -> Value {
    json!({"version": "2.1.0", "runs": runs})
}

#[test]
fn scans_of_two_languages_do_not_close_each_other() {
    let room = Room::new();
    let of = |language: &str, run: &str, rules: &[&str]| {
        sarif(&[sarif_run(
            "CodeQL",
            Some(&format!("analyze/language:{language}/{run}")),
            rules,
        )])
    };
    take(&room, "2026-03-01", &of("java", "17", &["sql"]));
    take(&room, "2026-03-02", &of("javascript", "18", &["xss"]));
    assert_eq!(room.story(), ["sql: 2026-03-01 –", "xss: 2026-03-02 –"]);
    // The number of the run is not part of the line.
    take(&room, "2026-03-05", &of("java", "19", &[]));
    assert_eq!(
        room.story(),
        ["sql: 2026-03-01 – 2026-03-05 fixed", "xss: 2026-03-02 –"]
    );
    // One that does not say its line closes nothing of those that do.
    take(
        &room,
        "2026-03-06",
        &sarif(&[sarif_run("CodeQL", None, &[])]),
    );
    assert_eq!(room.story()[1], "xss: 2026-03-02 –");
}

#[test]
fn what_two_lines_saw_both_have_to_look_for() {
    let room = Room::new();
    let of = |line: &str, rules: &[&str]| sarif(&[sarif_run("Probe", Some(line), rules)]);
    take(&room, "2026-03-01", &of("a/", &["sql"]));
    take(&room, "2026-03-02", &of("b/", &["sql"]));
    take(&room, "2026-03-03", &of("b/", &[]));
    assert_eq!(room.story(), ["sql: 2026-03-01 –"]);
    take(&room, "2026-03-04", &of("a/", &[]));
    assert_eq!(room.story(), ["sql: 2026-03-01 – 2026-03-04 fixed"]);
    assert_eq!(room.table("detections").len(), 1);
}

#[test]
fn a_line_of_another_name_is_the_old_one_if_somebody_says_so() {
    let room = Room::new();
    let of = |line: &str, rules: &[&str]| sarif(&[sarif_run("Probe", Some(line), rules)]);
    take(&room, "2026-03-01", &of("old/", &["sql"]));
    take(&room, "2026-03-02", &of("new/", &[]));
    assert_eq!(room.story(), ["sql: 2026-03-01 –"]);
    let context = IngestContext {
        at: Some(micros("2026-03-03")),
        scan_line: Some("old".to_string()),
        ..room.context.clone()
    };
    room.try_take(&of("new/", &[]).to_string(), &context)
        .expect("taken");
    assert_eq!(room.story(), ["sql: 2026-03-01 – 2026-03-03 fixed"]);
    let both = sarif(&[
        sarif_run("Probe", Some("a/"), &[]),
        sarif_run("Probe", Some("b/"), &[]),
    ]);
    let problems = room
        .try_take(&both.to_string(), &context)
        .expect_err("two lines");
    assert_eq!(super::codes(problems), ["D413"]);
}

#[test]
fn each_run_of_a_merged_file_is_a_scan_of_its_tool() {
    let day1 = sarif(&[
        sarif_run("Alpha", None, &["a1"]),
        sarif_run("Beta", None, &["b1"]),
    ]);
    let room = Room::new();
    take(&room, "2026-03-01", &day1);
    let third = sarif(&[
        sarif_run("Alpha", None, &["a1"]),
        sarif_run("Beta", None, &["b1"]),
        sarif_run("Gamma", None, &[]),
    ]);
    take(&room, "2026-03-02", &third);
    assert_eq!(room.story(), ["a1: 2026-03-01 –", "b1: 2026-03-01 –"]);
    let tools: BTreeSet<String> = room
        .table("scans")
        .iter()
        .map(|scan| scan["tool"].clone())
        .collect();
    assert_eq!(
        tools.into_iter().collect::<Vec<_>>(),
        ["alpha", "beta", "gamma"]
    );
    take(
        &room,
        "2026-03-03",
        &sarif(&[sarif_run("Alpha", None, &[])]),
    );
    assert_eq!(
        room.story(),
        ["a1: 2026-03-01 – 2026-03-03 fixed", "b1: 2026-03-01 –"]
    );
}

#[test]
fn a_run_that_tells_of_failures_closes_nothing() {
    let failures = [
        json!([{"executionSuccessful": false}]),
        json!([{"executionSuccessful": true, "exitCode": 2}]),
        json!([{"executionSuccessful": true, "toolExecutionNotifications": [{"level": "error", "message": {"text": "x"}}]}]),
        json!([{"executionSuccessful": true, "toolExecutionNotifications": [{"level": "warning", "message": {"text": "Timeout on src/a"}}]}]),
    ];
    for failure in failures {
        let room = Room::new();
        take(
            &room,
            "2026-03-01",
            &sarif(&[sarif_run("Probe", None, &["sql"])]),
        );
        let mut run = sarif_run("Probe", None, &[]);
        run["invocations"] = failure.clone();
        take(&room, "2026-03-02", &sarif(&[run]));
        assert_eq!(room.story(), ["sql: 2026-03-01 –"], "{failure}");
        // Beside a run of the same tool and line that went well, in whichever order.
        let mut failed = sarif_run("Probe", None, &[]);
        failed["invocations"] = failure.clone();
        let well = sarif_run("Probe", None, &[]);
        take(&room, "2026-03-03", &sarif(&[failed.clone(), well.clone()]));
        take(&room, "2026-03-04", &sarif(&[well, failed]));
        assert_eq!(room.story(), ["sql: 2026-03-01 –"], "{failure}");
    }
    // Without results nothing was looked for.
    let room = Room::new();
    take(
        &room,
        "2026-03-01",
        &sarif(&[sarif_run("Probe", None, &["sql"])]),
    );
    take(
        &room,
        "2026-03-02",
        &sarif(&[json!({"tool": {"driver": {"name": "Probe"}}})]),
    );
    assert_eq!(room.story(), ["sql: 2026-03-01 –"]);
}

fn snyk_project(name: &str, ids: &[&str]) -> Value {
    let rows: Vec<Value> = ids
        .iter()
        .map(|id| {
            json!({"id": id, "title": id, "severity": "high", "packageName": "p", "version": "1.0.0",
                "from": [format!("{name}@1.0.0"), "p@1.0.0"], "identifiers": {"CVE": [], "CWE": []}})
        })
        .collect();
    json!({"ok": ids.is_empty(), "dependencyCount": 3, "packageManager": "npm", "projectName": name, "path": format!("/w/{name}"),
        "displayTargetFile": "package-lock.json", "uniqueCount": ids.len(), "vulnerabilities": rows})
}

#[test]
fn a_project_without_findings_was_scanned_and_is_clean() {
    let room = Room::new();
    take_unnamed(
        &room,
        "2026-03-01",
        &json!([snyk_project("web", &["w"]), snyk_project("api", &["a"])]),
    );
    take_unnamed(
        &room,
        "2026-03-08",
        &json!([snyk_project("web", &[]), snyk_project("api", &["a"])]),
    );
    assert_eq!(
        room.story(),
        ["a: 2026-03-01 –", "w: 2026-03-01 – 2026-03-08 fixed"]
    );
    let assets: Vec<String> = room
        .table("assets")
        .iter()
        .map(|asset| asset["asset_id"].clone())
        .collect();
    assert_eq!(assets, ["api", "web"]);
}

#[test]
fn targets_that_go_to_one_asset_do_not_close_each_other() {
    let room = Room::new();
    take(
        &room,
        "2026-03-01",
        &json!([snyk_project("web", &["w"]), snyk_project("api", &["a"])]),
    );
    take(&room, "2026-03-08", &snyk_project("api", &[]));
    assert_eq!(
        room.story(),
        ["a: 2026-03-01 – 2026-03-08 fixed", "w: 2026-03-01 –"]
    );
}

#[test]
fn a_host_without_items_was_scanned_and_is_clean() {
    let host = |name: &str, end: &str, item: &str| {
        format!(
            "<ReportHost name=\"{name}\"><HostProperties><tag name=\"HOST_START_TIMESTAMP\">1772323200</tag>{end}</HostProperties>{item}</ReportHost>"
        )
    };
    let end = "<tag name=\"HOST_END_TIMESTAMP\">1772323200</tag>";
    let item = |name: &str| {
        format!(
            "<ReportItem port=\"1\" protocol=\"tcp\" severity=\"2\" pluginID=\"{name}\" pluginName=\"{name}\"/>"
        )
    };
    let whole = |hosts: &[String]| {
        format!(
            "<NessusClientData_v2><Report name=\"r\">{}</Report></NessusClientData_v2>",
            hosts.concat()
        )
    };
    let room = Room::new();
    let context = |day: &str| IngestContext {
        asset: None,
        at: Some(micros(day)),
        ..room.context.clone()
    };
    let day1 = whole(&[
        host("h1", end, &item("i1")),
        host("h2", end, &item("i2")),
        host("h3", end, &item("i3")),
    ]);
    room.try_take(&day1, &context("2026-03-01")).expect("taken");
    // The scan of the third did not end.
    let day2 = whole(&[
        host("h1", end, &item("i1")),
        host("h2", end, ""),
        host("h3", "", ""),
    ]);
    room.try_take(&day2, &context("2026-03-08")).expect("taken");
    assert_eq!(
        room.story(),
        [
            "i1: 2026-03-01 –",
            "i2: 2026-03-01 – 2026-03-08 fixed",
            "i3: 2026-03-01 –"
        ]
    );
    assert_eq!(room.table("assets").len(), 3);
}

fn trivy(artifact: &str, kind: &str, target: &str, version: Option<&str>) -> Value {
    let rows: Vec<Value> = version
        .iter()
        .map(|version| json!({"VulnerabilityID": "CVE-2024-1", "PkgName": "ssl", "InstalledVersion": version, "Severity": "HIGH", "Title": "ssl"}))
        .collect();
    json!({"SchemaVersion": 2, "ArtifactName": artifact, "ArtifactType": kind,
        "Results": [{"Target": target, "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": rows}]})
}

#[test]
fn an_image_of_another_tag_and_a_package_of_another_version_are_the_same() {
    let room = Room::new();
    take_unnamed(
        &room,
        "2026-03-01",
        &trivy(
            "shop:1",
            "container_image",
            "shop:1 (debian 12.1)",
            Some("3.0.1"),
        ),
    );
    take_unnamed(
        &room,
        "2026-03-05",
        &trivy(
            "shop:2",
            "container_image",
            "shop:2 (debian 12.2)",
            Some("3.0.2"),
        ),
    );
    assert_eq!(room.story(), ["ssl: 2026-03-01 –"]);
    // A folder of the same name is another line.
    take_unnamed(
        &room,
        "2026-03-06",
        &trivy("shop", "filesystem", "shop", None),
    );
    assert_eq!(room.story(), ["ssl: 2026-03-01 –"]);
    take_unnamed(
        &room,
        "2026-03-07",
        &trivy("shop:3", "container_image", "shop:3 (debian 12.2)", None),
    );
    assert_eq!(room.story(), ["ssl: 2026-03-01 – 2026-03-07 fixed"]);
}

#[test]
fn workloads_of_one_name_in_two_clusters_do_not_close_each_other() {
    let cluster = |name: &str, ids: &[&str]| {
        let rows: Vec<Value> = ids
            .iter()
            .map(|id| json!({"VulnerabilityID": id, "PkgName": "ssl", "InstalledVersion": "1", "Severity": "HIGH", "Title": id}))
            .collect();
        json!({"ClusterName": name, "Resources": [{"Namespace": "default", "Kind": "Deployment", "Name": "web",
            "Results": [{"Target": "web:1 (debian 12)", "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": rows}]}]})
    };
    let room = Room::new();
    take_unnamed(&room, "2026-03-01", &cluster("blue", &["CVE-2024-1"]));
    take_unnamed(&room, "2026-03-02", &cluster("green", &[]));
    assert_eq!(room.story(), ["CVE-2024-1: 2026-03-01 –"]);
    take_unnamed(&room, "2026-03-03", &cluster("blue", &[]));
    assert_eq!(room.story(), ["CVE-2024-1: 2026-03-01 – 2026-03-03 fixed"]);
}

#[test]
fn frameworks_of_one_tool_do_not_close_each_other() {
    let framework = |name: &str, ids: &[&str]| {
        let rows: Vec<Value> = ids
            .iter()
            .map(|id| json!({"check_id": id, "check_name": id, "file_path": "/main", "resource": "r", "file_line_range": [1, 2]}))
            .collect();
        json!({"check_type": name, "results": {"passed_checks": [], "failed_checks": rows, "skipped_checks": [], "parsing_errors": []},
            "summary": {"checkov_version": "3", "parsing_errors": 0}})
    };
    let room = Room::new();
    take(&room, "2026-03-01", &framework("terraform", &["t"]));
    take(&room, "2026-03-02", &framework("dockerfile", &["d"]));
    assert_eq!(room.story(), ["d: 2026-03-02 –", "t: 2026-03-01 –"]);
    take(
        &room,
        "2026-03-03",
        &json!([framework("dockerfile", &[]), framework("terraform", &["t"])]),
    );
    assert_eq!(
        room.story(),
        ["d: 2026-03-02 – 2026-03-03 fixed", "t: 2026-03-01 –"]
    );
}

/// A report by a source that is named.
fn take_of(room: &Room, source: &str, day: &str, report: &str) {
    let reader = ReportReader::new(definitions())
        .of_source(source)
        .expect("a source");
    let context = IngestContext {
        at: Some(micros(day)),
        ..room.context.clone()
    };
    let segment = Segment::read(
        &reader,
        definitions(),
        "report",
        report.as_bytes().to_vec(),
        &context,
    );
    store::add(&room.store, &segment.expect("a report")).expect("added");
}

#[test]
fn an_empty_report_is_a_clean_scan_of_whom_somebody_names() {
    for empty in ["[]", "{}", "null", "", " \n", "{\"results\": []}"] {
        let room = Room::new();
        let key = json!([{"RuleID": "key", "Description": "key", "File": "a.env", "StartLine": 3, "Commit": "c", "Fingerprint": "c:a.env:key:3",
            "Secret": "x", "Match": "x"}]);
        take(&room, "2026-03-01", &key);
        assert!(room.try_take(empty, &room.context).is_err(), "{empty:?}");
        take_of(&room, "gitleaks", "2026-03-02", empty);
        assert_eq!(
            room.story(),
            ["key: 2026-03-01 – 2026-03-02 fixed"],
            "{empty:?}"
        );
    }
}

/// What a source knows is that source's, whoever is named.
#[test]
fn an_empty_report_that_another_source_knows_is_not_of_the_one_named() {
    let reader = ReportReader::new(definitions()).of_source("gitleaks");
    let reader = reader.expect("a source");
    let problems = reader.read("report", br#"{"vulns": [], "cursor": null}"#);
    let problems = problems.expect_err("it is of another source").sorted();
    assert_eq!(problems[0].help, ["it is one of: semgrep_sca"]);
}

#[test]
fn an_empty_report_is_of_the_only_target_or_of_none() {
    let hit = |host: &str| {
        json!({"template-id": host, "info": {"name": host, "severity": "low"}, "host": format!("https://{host}"), "matched-at": format!("https://{host}/"),
            "timestamp": "2026-03-01T00:00:00Z"})
    };
    let room = Room::new();
    take(&room, "2026-03-01", &hit("one.example.com"));
    take_of(&room, "nuclei", "2026-03-02", "");
    assert_eq!(
        room.story(),
        ["one.example.com: 2026-03-01 – 2026-03-02 fixed"]
    );
    let room = Room::new();
    take(
        &room,
        "2026-03-01",
        &json!([hit("one.example.com"), hit("two.example.com")]),
    );
    take_of(&room, "nuclei", "2026-03-02", "");
    assert_eq!(
        room.story(),
        [
            "one.example.com: 2026-03-01 –",
            "two.example.com: 2026-03-01 –"
        ]
    );
}

#[test]
fn another_recipe_makes_the_identities_of_old_reports_anew() {
    let by = |identity: &str| {
        with(&format!(
            r#"
source bumped "Packages"
  tool     "bumped"
  kind     sca
  reads    json
  known by """ type == "object" and has("bumped") """
  rows     """ .bumped[] """
  identity {identity}
"#
        ))
    };
    let (old, new) = (by("component, version"), by("component"));
    let room = Room::new();
    let add = |definitions: &Definitions, day: &str, version: &str| {
        let context = IngestContext {
            at: Some(micros(day)),
            ..room.context.clone()
        };
        let report = json!({"bumped": [{"title": "ssl", "severity": "high", "component": "ssl", "version": version}]});
        let reader = ReportReader::new(definitions);
        let segment = Segment::read(
            &reader,
            definitions,
            "report",
            report.to_string().into_bytes(),
            &context,
        );
        store::add(&room.store, &segment.expect("a report")).expect("added");
    };
    add(&old, "2026-03-01", "1");
    add(&old, "2026-03-02", "2");
    assert_eq!(room.table_by(&old, "findings").len(), 2);
    add(&new, "2026-03-03", "3");
    store::rebuild(&room.store, &new).expect("rebuilt");
    let findings = room.table_by(&new, "findings");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0]["found_at"], "2026-03-01");
    store::compact(&room.store).expect("compacted");
    assert_eq!(room.table_by(&new, "findings").len(), 1);
}

#[test]
fn a_closing_is_explained_by_the_scans_that_looked() {
    let room = Room::new();
    let of = |line: &str, rules: &[&str]| sarif(&[sarif_run("Probe", Some(line), rules)]);
    take(&room, "2026-03-01", &of("a/", &["sql"]));
    take(&room, "2026-03-02", &of("b/", &["sql"]));
    take(&room, "2026-03-03", &of("b/", &[]));
    take(&room, "2026-03-04", &of("a/", &["xss"]));
    let findings = room.table("findings");
    let sql = findings
        .iter()
        .find(|finding| finding["title"] == "sql")
        .expect("it");
    let explained =
        store::explain(&room.store, definitions(), &sql["finding_id"]).expect("explained");
    let scans: Vec<(Option<&str>, i64, u64)> = explained.closings[0]
        .scans
        .iter()
        .map(|scan| (scan.line.as_deref(), scan.finished_at, scan.rows))
        .collect();
    assert_eq!(
        scans,
        [
            (Some("a"), micros("2026-03-04"), 1),
            (Some("b"), micros("2026-03-03"), 0)
        ]
    );
    assert_eq!(explained.closings[0].closed_at, micros("2026-03-04"));
}

/// What each closing of each finding follows from: when, by which scans or decision.
fn endings(room: &Room) -> Vec<String> {
    let mut told = Vec::new();
    for finding in room.table("findings") {
        if finding["finding_id"].contains('-') {
            continue;
        }
        let explained = store::explain(&room.store, definitions(), &finding["finding_id"]);
        for closing in explained.expect("explained").closings {
            let scans = closing.scans.iter().map(|scan| {
                let said = scan.said.map_or("not seen", |status| status.word());
                format!("{said} {}", scan.finished_at)
            });
            let decided = closing
                .decision
                .map(|(decision, at)| format!("{} {at}", decision.word()));
            let why: Vec<String> = scans.chain(decided).collect();
            told.push(format!(
                "{} {:?} {}: {}",
                finding["title"],
                closing.ending,
                closing.closed_at,
                why.join(", ")
            ));
        }
    }
    told.sort();
    // Instants as days, as the test writes them.
    let days = (1..=28).map(|day| format!("2026-03-{day:02}"));
    days.fold(told, |told, day| {
        let instant = micros(&day).to_string();
        told.into_iter()
            .map(|line| line.replace(&instant, &day))
            .collect()
    })
}

/// A generic report of weaknesses: title, and whether it says something of it.
fn stated(states: &[(&str, &str)]) -> String {
    let findings = states.iter().map(|(title, state)| {
        let state = if state.is_empty() {
            String::new()
        } else {
            format!(", {state}")
        };
        format!(r#"{{"title": "{title}", "severity": "High"{state}}}"#)
    });
    super::report(&findings.collect::<Vec<_>>().join(", "))
}

#[test]
fn every_closing_says_what_it_follows_from() {
    let room = Room::new();
    let there = ["sql", "xss", "csrf", "dos"].map(|title| (title, ""));
    room.take("2026-03-01", &stated(&there));
    // One is said to be fixed, one to be none, of one nothing is said and one is still there.
    let said = [
        ("sql", r#""is_mitigated": true"#),
        ("xss", r#""false_p": true"#),
        ("dos", ""),
    ];
    room.take("2026-03-02", &stated(&said));
    room.take(
        "2026-03-05",
        "asset_id,rule_id,decision,at\nshop,dos,out_of_scope,2026-03-04\n",
    );
    room.take("2026-03-06", r#"[{"asset_id": "shop", "team": "a"}]"#);
    assert_eq!(
        endings(&room),
        [
            "csrf Verified 2026-03-02: not seen 2026-03-02",
            "dos OutOfScope 2026-03-04: out_of_scope 2026-03-04",
            "sql Verified 2026-03-02: fixed 2026-03-02",
            "xss FalsePositive 2026-03-02: false_positive 2026-03-02",
        ]
    );
}

#[test]
fn a_closing_with_its_asset_names_no_scan() {
    let room = Room::new();
    room.take("2026-03-01", &stated(&[("sql", "")]));
    room.take(
        "2026-03-06",
        r#"[{"asset_id": "shop", "team": "a", "retired_at": "2026-03-20"}]"#,
    );
    assert_eq!(endings(&room), ["sql Retired 2026-03-20: "]);
}
