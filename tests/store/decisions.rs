//! Verdicts of people and what advisories say.

use super::{Record, Room, codes, definitions, report, saw};
use riskql::reports::store;

fn decide(room: &Room, day: &str, fields: &str) {
    room.take(day, &format!("[{{{fields}, \"at\": \"{day}\"}}]"));
}

fn found(room: &Room, title: &str) -> Record {
    let findings = room.table("findings");
    let found = findings.into_iter().find(|each| each["title"] == title);
    found.expect("a finding")
}

const SQL: &str = r#""asset_id": "shop", "rule_id": "sql""#;

#[test]
fn a_false_positive_stays_one_until_it_is_confirmed() {
    let room = Room::new();
    room.take("2026-03-01", &saw(&["sql", "xss"]));
    decide(
        &room,
        "2026-03-03",
        &format!(r#"{SQL}, "decision": "false_positive""#),
    );
    room.take("2026-03-05", &saw(&["sql", "xss"]));
    assert_eq!(
        room.story(),
        [
            "sql: 2026-03-01 – 2026-03-03 false_positive",
            "xss: 2026-03-01 –"
        ]
    );
    assert_eq!(found(&room, "sql")["verified_at"], "");
    decide(
        &room,
        "2026-03-07",
        &format!(r#"{SQL}, "decision": "confirmed""#),
    );
    room.take("2026-03-09", &saw(&["sql", "xss"]));
    assert_eq!(
        room.story(),
        [
            "sql: 2026-03-01 – 2026-03-03 false_positive",
            "sql: 2026-03-09 –",
            "xss: 2026-03-01 –"
        ]
    );
}

#[test]
fn out_of_scope_holds_until_it_says() {
    let room = Room::new();
    room.take("2026-03-01", &saw(&["sql"]));
    let fields = format!(r#"{SQL}, "decision": "out_of_scope", "until": "2026-03-08""#);
    decide(&room, "2026-03-03", &fields);
    room.take("2026-03-05", &saw(&["sql"]));
    room.take("2026-03-09", &saw(&["sql"]));
    assert_eq!(
        room.story(),
        [
            "sql: 2026-03-01 – 2026-03-03 out_of_scope",
            "sql: 2026-03-09 –"
        ]
    );
}

#[test]
fn an_acceptance_ends_when_it_says_and_can_be_prolonged() {
    let room = Room::new();
    room.take("2026-03-01", &saw(&["sql"]));
    let until = |day: &str| format!(r#"{SQL}, "decision": "accepted", "until": "{day}""#);
    decide(&room, "2026-03-03", &until("2026-03-10"));
    let finding = found(&room, "sql");
    let dates = |finding: &Record| {
        [
            finding["accepted_at"].clone(),
            finding["acceptance_ends_at"].clone(),
        ]
    };
    assert_eq!(dates(&finding), ["2026-03-03", "2026-03-10"]);
    assert_eq!(finding["closed_at"], "", "an accepted risk is still there");
    decide(&room, "2026-03-08", &until("2026-04-10"));
    assert_eq!(dates(&found(&room, "sql")), ["2026-03-03", "2026-04-10"]);
    // One that has lapsed gives way to the next.
    decide(&room, "2026-05-01", &until("2026-06-01"));
    assert_eq!(dates(&found(&room, "sql")), ["2026-05-01", "2026-06-01"]);
}

#[test]
fn confirmed_by_a_person() {
    let room = Room::new();
    room.take("2026-03-01", &saw(&["sql"]));
    assert_eq!(found(&room, "sql")["validation"], "unverified");
    let id = found(&room, "sql")["finding_id"].clone();
    decide(
        &room,
        "2026-03-02",
        &format!(r#""finding_id": "{id}", "decision": "confirmed""#),
    );
    assert_eq!(found(&room, "sql")["validation"], "confirmed");
}

#[test]
fn a_claimed_fix_is_fixed_and_not_verified() {
    let room = Room::new();
    room.take("2026-03-01", &saw(&["sql"]));
    decide(
        &room,
        "2026-03-03",
        &format!(r#"{SQL}, "decision": "claimed_fixed""#),
    );
    let dates = |name: &str| {
        let finding = found(&room, name);
        ["fixed_at", "verified_at", "closed_at", "resolution"].map(|field| finding[field].clone())
    };
    assert_eq!(dates("sql"), ["2026-03-03", "", "", "fixed"]);
    room.take("2026-03-05", &saw(&["sql"]));
    assert_eq!(
        dates("sql"),
        ["", "", "", ""],
        "it was seen again: the claim was wrong"
    );
    decide(
        &room,
        "2026-03-06",
        &format!(r#"{SQL}, "decision": "claimed_fixed""#),
    );
    room.take("2026-03-09", &saw(&[]));
    assert_eq!(
        dates("sql"),
        ["2026-03-06", "2026-03-09", "2026-03-09", "fixed"]
    );
}

#[test]
fn a_decision_on_nothing_is_told() {
    let room = Room::new();
    room.take("2026-03-01", &saw(&["sql"]));
    let fields = r#""asset_id": "shop", "rule_id": "sqli", "decision": "accepted""#;
    decide(&room, "2026-03-03", fields);
    let derived = store::derive(&room.store, definitions()).expect("derived");
    let told: Vec<String> = derived
        .about
        .warnings()
        .map(|problem| problem.message)
        .collect();
    assert_eq!(
        told,
        ["the decision accepted on asset_id shop, rule_id sqli is on no finding of this store"]
    );
}

#[test]
fn decisions_that_say_too_little_are_refused() {
    let room = Room::new();
    let refused = |fields: &str| {
        let problems = room.try_take(&format!("[{{{fields}}}]"), &room.context);
        codes(problems.expect_err("refused"))
    };
    let at = r#""at": "2026-03-03""#;
    assert_eq!(
        refused(&format!(r#"{SQL}, "decision": "ignored", {at}"#)),
        ["D430"]
    );
    assert_eq!(
        refused(&format!(r#"{SQL}, "decision": "accepted", "at": """#)),
        ["D431"]
    );
    assert_eq!(
        refused(&format!(r#"{SQL}, "decision": "accepted", "at": "soon""#)),
        ["D407"]
    );
    assert_eq!(
        refused(&format!(
            r#""asset_id": "shop", "decision": "accepted", {at}"#
        )),
        ["D432"]
    );
}

#[test]
fn advisories_tell_exploits_and_scores() {
    let room = Room::new();
    let finding = |title, ids| {
        format!(r#"{{"title": "{title}", "severity": "High", "vulnerability_ids": [{ids}]}}"#)
    };
    let findings = [
        finding("a", r#""GHSA-aaaa-bbbb-cccc", "CVE-2026-0001""#),
        finding("b", r#""CVE-2026-0002""#),
    ];
    room.take("2026-03-01", &report(&findings.join(", ")));
    let of = |title: &str| {
        let finding = found(&room, title);
        ["exploitable", "epss", "known_exploited_at", "cve"].map(|field| finding[field].clone())
    };
    assert_eq!(of("a"), ["no", "", "", "CVE-2026-0001"]);
    room.take(
        "2026-03-03",
        "#score_date:2026-03-03T00:00:00+0000\ncve,epss,percentile\nCVE-2026-0001,0.5,0.9\n",
    );
    room.take("2026-03-02", "#score_date:2026-03-02T00:00:00+0000\ncve,epss,percentile\nCVE-2026-0001,0.2,0.8\nCVE-2026-0002,0.1,0.5\n");
    room.take(
        "2026-03-04",
        r#"{"catalogVersion": "2026.03.04", "vulnerabilities": [{"cveID": "CVE-2026-0001", "dateAdded": "2026-02-28"}]}"#,
    );
    assert_eq!(of("a"), ["yes", "0.5", "2026-02-28", "CVE-2026-0001"]);
    assert_eq!(of("b"), ["no", "0.1", "", "CVE-2026-0002"]);
}
