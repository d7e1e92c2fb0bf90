//! Which detections are one weakness.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use riskql::reports::dedup::{Detected, MergedIssues, conflicts, merge};
use riskql::reports::ingest::ReportRow;
use riskql::reports::store;

use super::{Room, definitions, with};

fn rows(rows: &[(&'static str, ReportRow)]) -> MergedIssues {
    let detected: Vec<Detected> = rows
        .iter()
        .map(|(tool, row)| Detected { tool, row })
        .collect();
    merge(&definitions().matches, &detected)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_string())
}

fn code(cwe: u32, file: &str, line: u32) -> ReportRow {
    ReportRow {
        cwe: vec![cwe],
        file: some(file),
        line: Some(line),
        ..ReportRow::default()
    }
}

fn component(ids: &[&str], component: &str, version: &str) -> ReportRow {
    ReportRow {
        vulnerability_ids: ids.iter().map(|id| id.to_string()).collect(),
        component: some(component),
        version: some(version),
        ..ReportRow::default()
    }
}

fn request(cwe: u32, url: &str, parameter: Option<&str>) -> ReportRow {
    ReportRow {
        cwe: vec![cwe],
        url: some(url),
        parameter: parameter.map(str::to_string),
        ..ReportRow::default()
    }
}

/// The rule by which two detections of different tools are one, and why.
fn merged(left: ReportRow, right: ReportRow) -> Option<(String, String)> {
    let merged = rows(&[("a", left), ("b", right)]);
    let link = merged.links.first()?;
    Some((
        definitions().matches[link.rule].name.clone(),
        link.because.clone(),
    ))
}

#[test]
fn one_advisory_for_one_component() {
    let left = component(&["GHSA-1", "CVE-1"], "Lodash", "4.1");
    let right = component(&["cve-1"], "lodash", "4.1");
    let told = merged(left.clone(), right).expect("merged");
    assert_eq!(told.0, "same_advisory");
    assert_eq!(
        told.1,
        "vulnerability_ids CVE-1, component lodash, version 4.1"
    );
    assert_eq!(
        merged(left.clone(), component(&["CVE-2"], "lodash", "4.1")),
        None
    );
    assert_eq!(
        merged(left, component(&["CVE-1"], "underscore", "4.1")),
        None
    );
}

#[test]
fn one_line_of_code_and_lines_nearby() {
    let by = |left, right| merged(left, right).map(|(rule, _)| rule);
    let here = || code(89, "src/a.c", 10);
    assert_eq!(
        by(here(), code(89, "/build/src/a.c", 10)).as_deref(),
        Some("same_line")
    );
    assert_eq!(
        by(here(), code(89, ".\\src\\a.c", 13)).as_deref(),
        Some("near_line")
    );
    assert_eq!(by(here(), code(89, "src/a.c", 14)), None);
    assert_eq!(by(here(), code(79, "src/a.c", 10)), None, "another kind");
    assert_eq!(by(here(), code(89, "lib/a.c", 10)), None, "another file");
    assert_eq!(by(here(), code(89, "xsrc/a.c", 10)), None, "half a name");
}

#[test]
fn one_parameter_of_a_route() {
    let left = || request(89, "https://shop.example/users/17/edit?tab=1", Some("id"));
    let told = merged(
        left(),
        request(89, "http://127.0.0.1:8080/users/42/edit", Some("id")),
    );
    assert_eq!(
        told,
        Some((
            "same_parameter".into(),
            "cwe 89, url /users/*/edit, parameter id".into()
        ))
    );
    assert_eq!(
        merged(left(), request(89, "/users/17/edit", Some("name"))),
        None
    );
    assert_eq!(merged(left(), request(89, "/users/17", Some("id"))), None);
}

#[test]
fn a_kind_of_weakness_alone_is_never_one_weakness() {
    let bare = || ReportRow {
        cwe: vec![79],
        title: "XSS".to_string(),
        ..ReportRow::default()
    };
    assert_eq!(merged(bare(), bare()), None);
    assert_eq!(
        merged(request(79, "/a", None), request(79, "/a", None)),
        None
    );
}

#[test]
fn detections_of_one_tool_stay_apart() {
    let merged = rows(&[("a", code(89, "a.c", 10)), ("a", code(89, "a.c", 10))]);
    assert_eq!(merged.issues, [[0], [1]]);
}

#[test]
fn what_goes_with_two_is_left_alone() {
    let two = [
        ("a", code(89, "a.c", 10)),
        ("a", code(89, "a.c", 12)),
        ("b", code(89, "a.c", 11)),
    ];
    assert_eq!(rows(&two).issues, [[0], [1], [2]]);
    // A line that is the same settles it before nearness is asked.
    let clear = [
        ("a", code(89, "a.c", 10)),
        ("a", code(89, "a.c", 12)),
        ("b", code(89, "a.c", 12)),
        ("c", code(89, "a.c", 12)),
    ];
    assert_eq!(rows(&clear).issues, [vec![0], vec![1, 2, 3]]);
    // The middle one shares an advisory with each of the others, which share none.
    let chain = [
        ("a", component(&["CVE-1"], "x", "1")),
        ("b", component(&["CVE-1", "CVE-2"], "x", "1")),
        ("c", component(&["CVE-2"], "x", "1")),
    ];
    assert_eq!(rows(&chain).issues, [[0], [1], [2]]);
}

#[test]
fn cwes_with_nothing_in_common_are_a_conflict() {
    let detected = |cwe: &[u32]| ReportRow {
        cwe: cwe.to_vec(),
        ..component(&["CVE-1"], "x", "1")
    };
    let is_odd = |left: &[u32], right: &[u32]| {
        let (left, right) = (detected(left), detected(right));
        let both = [("a", &left), ("b", &right)].map(|(tool, row)| Detected { tool, row });
        conflicts(&both, &[0, 1])
    };
    assert!(is_odd(&[79], &[89]));
    assert!(!is_odd(&[79, 89], &[89]));
    assert!(!is_odd(&[79], &[]));
}

prop_compose! {
    fn detections()(
        tool in select(vec!["a", "b", "c", "d"]),
        cwe in vec(select(vec![79u32, 89]), 0..3),
        ids in vec(select(vec!["CVE-1", "CVE-2", "CVE-3"]), 0..3),
        file in option::of(select(vec!["a.c", "src/a.c", "x/src/a.c", "b.c"])),
        line in option::of(1..14u32),
        url in option::of(select(vec!["/a/1", "/a/2", "http://h/a/3?x", "/b"])),
        parameter in option::of(select(vec!["id", "q"])),
        part in option::of(select(vec!["x", "X", "y"])),
    ) -> (&'static str, ReportRow) {
        let text = |text: Option<&str>| text.map(str::to_string);
        (tool, ReportRow {
            cwe,
            vulnerability_ids: ids.iter().map(|id| id.to_string()).collect(),
            file: text(file),
            line,
            url: text(url),
            parameter: text(parameter),
            component: text(part),
            ..ReportRow::default()
        })
    }
}

/// Whether two rows may be one at all, written from the words of the shipped rules.
fn may_be_one(left: &ReportRow, right: &ReportRow) -> bool {
    let shares = |left: &[String], right: &[String]| left.iter().any(|id| right.contains(id));
    let has_cwe = left.cwe.iter().any(|cwe| right.cwe.contains(cwe));
    let part = |row: &ReportRow| row.component.as_ref().map(|part| part.to_lowercase());
    let advisory = shares(&left.vulnerability_ids, &right.vulnerability_ids)
        && part(left).is_some()
        && part(left) == part(right);
    let in_file = match (&left.file, &right.file) {
        (Some(left), Some(right)) => {
            let ends =
                |long: &str, short: &str| long == short || long.ends_with(&format!("/{short}"));
            ends(left, right) || ends(right, left)
        }
        _ => false,
    };
    let nearby = left
        .line
        .zip(right.line)
        .is_some_and(|(left, right)| left.abs_diff(right) <= 3);
    let route = |row: &ReportRow| row.url.as_ref().map(|url| url.contains("/a/"));
    let request = route(left).is_some()
        && route(left) == route(right)
        && left.parameter.is_some()
        && left.parameter == right.parameter;
    advisory || (has_cwe && ((in_file && nearby) || request))
}

fn groups(merged: &MergedIssues, place: impl Fn(usize) -> usize) -> BTreeSet<BTreeSet<usize>> {
    let issues = merged.issues.iter();
    issues
        .map(|issue| issue.iter().map(|member| place(*member)).collect())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn order_does_not_matter(
        given in vec(detections(), 0..10),
        seed in any::<u64>(),
    ) {
        let mut order: Vec<usize> = (0..given.len()).collect();
        order.sort_by_key(|index| (*index as u64 ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let other: Vec<_> = order.iter().map(|index| given[*index].clone()).collect();
        prop_assert_eq!(groups(&rows(&given), |at| at), groups(&rows(&other), |at| order[at]));
    }

    #[test]
    fn nothing_is_merged_without_a_reason(given in vec(detections(), 0..12)) {
        let merged = rows(&given);
        let count: usize = merged.issues.iter().map(Vec::len).sum();
        prop_assert_eq!(count, given.len());
        let issue: BTreeMap<usize, usize> = merged.issues.iter().enumerate()
            .flat_map(|(issue, members)| members.iter().map(move |member| (*member, issue)))
            .collect();
        for link in &merged.links {
            prop_assert_eq!(issue[&link.left], issue[&link.right]);
            prop_assert!(may_be_one(&given[link.left].1, &given[link.right].1), "{:?}", link);
        }
        for members in &merged.issues {
            let tools: BTreeSet<&str> = members.iter().map(|member| given[*member].0).collect();
            prop_assert_eq!(tools.len(), members.len(), "one detection a tool");
            let links = merged.links.iter().filter(|link| members.contains(&link.left));
            prop_assert_eq!(links.count(), members.len() - 1, "as many reasons as merges");
        }
    }

    #[test]
    fn two_alone_are_one_if_and_only_if_a_rule_says_so(left in detections(), right in detections()) {
        let expected = left.0 != right.0 && may_be_one(&left.1, &right.1);
        let one = rows(&[left.clone(), right.clone()]).issues.len() == 1;
        let other = rows(&[right, left]).issues.len() == 1;
        prop_assert_eq!((one, other), (expected, expected));
    }
}

/// A report of a tool that saw a weakness of a line.
fn saw(tool: &str, lines: &[u32], severity: &str) -> String {
    let rows: Vec<String> = lines
        .iter()
        .map(|line| {
            format!(
                r#"{{"title": "{tool} {line}", "severity": "{severity}", "rule_id": "{line}",
                   "cwe": [89], "file": "src/a.c", "line": {line}}}"#
            )
        })
        .collect();
    format!(r#"{{"tool": "{tool}", "ruled": [{}]}}"#, rows.join(", "))
}

#[test]
fn a_finding_is_open_while_any_of_its_detections_is() {
    let room = Room::new();
    room.take("2026-03-01", &saw("lint", &[10], "low"));
    room.take("2026-03-02", &saw("probe", &[10, 90], "high"));
    room.take("2026-03-05", &saw("lint", &[], "low"));
    let one = |room: &Room| {
        let findings = room.table("findings");
        let found = findings
            .into_iter()
            .find(|each| each["title"] == "lint 10")
            .expect("one");
        ["found_at", "closed_at", "verified_at", "severity"].map(|field| found[field].clone())
    };
    assert_eq!(one(&room), ["2026-03-01", "", "", "high"]);
    room.take("2026-03-09", &saw("probe", &[90], "high"));
    assert_eq!(
        one(&room),
        ["2026-03-01", "2026-03-09", "2026-03-09", "high"]
    );
    room.take("2026-03-11", &saw("probe", &[10, 90], "high"));
    assert_eq!(
        room.story(),
        [
            "lint 10: 2026-03-01 – 2026-03-09 fixed",
            "probe 10: 2026-03-11 –",
            "probe 90: 2026-03-02 –"
        ]
    );
    let told: Vec<[String; 2]> = room
        .table("detections")
        .iter()
        .map(|row| [row["tool"].clone(), row["duplicate"].clone()])
        .collect();
    let expected = [["lint", "no"], ["probe", "yes"], ["probe", "no"]];
    let sorted: BTreeSet<_> = told.into_iter().collect();
    assert_eq!(
        sorted,
        expected
            .map(|row| row.map(str::to_string))
            .into_iter()
            .collect()
    );
}

#[test]
fn why_detections_are_one() {
    let room = Room::new();
    room.take("2026-03-01", &saw("lint", &[10, 50], "low"));
    room.take("2026-03-02", &saw("probe", &[12], "high"));
    let detections = room.table("detections");
    let of_probe = detections
        .iter()
        .find(|row| row["tool"] == "probe")
        .expect("one");
    let told = store::explain(&room.store, definitions(), &of_probe["detection_id"]);
    let told = told.expect("an explanation");
    assert_eq!(told.finding, of_probe["finding_id"]);
    assert_eq!(told.detections.len(), 2);
    assert_eq!(told.reasons.len(), 1);
    assert_eq!(told.reasons[0].rule, "near_line");
    assert_eq!(
        told.reasons[0].because,
        "cwe 89, file src/a.c, lines 10 and 12"
    );
    let alone = detections
        .iter()
        .find(|row| row["finding_id"] != told.finding)
        .expect("one");
    let alone = store::explain(&room.store, definitions(), &alone["finding_id"]).expect("told");
    assert!(alone.reasons.is_empty());
    let unknown = store::explain(&room.store, definitions(), "nothing").expect_err("no such");
    assert_eq!(super::codes(unknown), ["D438"]);
}

#[test]
fn a_verdict_on_a_finding_is_on_all_its_detections() {
    let room = Room::new();
    room.take("2026-03-01", &saw("lint", &[10], "low"));
    room.take("2026-03-02", &saw("probe", &[10], "high"));
    let id = room.table("findings")[0]["finding_id"].clone();
    let decision =
        format!(r#"[{{"finding_id": "{id}", "decision": "false_positive", "at": "2026-03-04"}}]"#);
    room.take("2026-03-04", &decision);
    room.take("2026-03-05", &saw("lint", &[10], "low"));
    assert_eq!(
        room.story(),
        ["lint 10: 2026-03-01 – 2026-03-04 false_positive"]
    );
}

#[test]
fn assets_and_environments_stay_apart() {
    let mut room = Room::new();
    for (asset, environment, tool) in [
        ("shop", "production", "lint"),
        ("bank", "production", "probe"),
        ("shop", "test", "other"),
    ] {
        room.context.asset = some(asset);
        room.context.environment = some(environment);
        room.take("2026-03-01", &saw(tool, &[10], "low"));
    }
    assert_eq!(room.story().len(), 3);
}

#[test]
fn rules_can_merge_detections_of_one_tool_if_they_say_so() {
    let own = super::OWN.to_string()
        + "match doubled \"One tool, two rules\"\n  same   file, line\n  across detections\n";
    let definitions = with(&own);
    let room = Room::new();
    let row = |rule| {
        format!(
            r#"{{"title": "{rule}", "severity": "low", "rule_id": "{rule}", "file": "a", "line": 3}}"#
        )
    };
    room.take(
        "2026-03-01",
        &format!(r#"{{"ruled": [{}, {}]}}"#, row("x"), row("y")),
    );
    assert_eq!(room.table("findings").len(), 2);
    assert_eq!(room.table_by(&definitions, "findings").len(), 1);
}

#[test]
fn mistakes_in_matches_are_told() {
    let codes_of = |text: &str| {
        let mut sources = riskql::base::source::Sources::default();
        let id = sources.add("own.kpi".to_string(), text.to_string());
        let (file, _) = riskql::lang::syntax::parse_file(&sources, id);
        let (_, problems) = riskql::lang::check::definitions(&sources, &[file]);
        let codes = super::codes(problems);
        codes
            .into_iter()
            .filter(|code| code.starts_with("K72"))
            .collect::<Vec<_>>()
    };
    assert_eq!(codes_of("match a\n  across tools\n"), ["K720"]);
    assert_eq!(codes_of("match a\n  same file\n  same url\n"), ["K721"]);
    assert_eq!(codes_of("match a\n  same file, sverity\n"), ["K722"]);
    assert_eq!(
        codes_of("match a\n  same file\n  across planets\n"),
        ["K722"]
    );
    assert_eq!(codes_of("match a\n  same cwe\n"), ["K723"]);
    assert_eq!(
        codes_of("match a\n  same file\n  near cvss within 3\n"),
        ["K724"]
    );
    assert_eq!(
        codes_of("match a\n  same url\n  near line within 3\n"),
        ["K724"]
    );
}
