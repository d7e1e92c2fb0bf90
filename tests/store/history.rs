//! Random histories of several tools and assets through a store, against scans replayed one by one.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;
use riskql::reports::store::IngestContext;

use super::{Room, micros, saw};

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Scan {
    day: u32,
    asset: &'static str,
    environment: &'static str,
    tool: &'static str,
    outcome: &'static str,
    scope: &'static str,
    titles: BTreeSet<&'static str>,
}

prop_compose! {
    fn scans()(
        day in 1..20u32,
        asset in select(vec!["shop", "bank"]),
        environment in select(vec!["production", "staging"]),
        tool in select(vec!["probe", "lint"]),
        outcome in select(vec!["success", "success", "success", "partial", "failed"]),
        scope in select(vec!["full", "full", "full", "diff"]),
        titles in btree_set(select(vec!["sql", "xss", "csrf"]), 0..4),
    ) -> Scan {
        Scan { day, asset, environment, tool, outcome, scope, titles }
    }
}

fn day(day: u32) -> String {
    format!("2026-03-{day:02}")
}

fn report(scan: &Scan) -> String {
    let rows: Vec<String> = scan
        .titles
        .iter()
        .map(|title| format!(r#"{{"title": "{title}", "severity": "high", "rule_id": "{title}"}}"#))
        .collect();
    let Scan {
        tool,
        outcome,
        scope,
        ..
    } = scan;
    let rows = rows.join(", ");
    format!(
        r#"{{"tool": "{tool}", "outcome": "{outcome}", "scope": "{scope}", "ruled": [{rows}]}}"#
    )
}

fn take(room: &Room, scan: &Scan) {
    let context = IngestContext {
        asset: Some(scan.asset.to_string()),
        environment: Some(scan.environment.to_string()),
        at: Some(micros(&day(scan.day))),
        ..room.context.clone()
    };
    room.try_take(&report(scan), &context).expect("taken");
}

/// Asset, environment, title, from, until; once for every tool that says so.
type Episodes = Vec<[String; 5]>;

fn replay(scans: &[Scan]) -> Episodes {
    let scans: BTreeSet<&Scan> = scans.iter().collect();
    let days: BTreeSet<u32> = scans.iter().map(|scan| scan.day).collect();
    let mut open: BTreeMap<[&str; 4], u32> = BTreeMap::new();
    let mut closed = Episodes::new();
    let line = |key: &[&str; 4], from: u32, until: String| {
        [key[0], key[1], key[3], &day(from), &until].map(str::to_string)
    };
    for today in days {
        let of_today = || scans.iter().filter(|scan| scan.day == today);
        for scan in of_today() {
            for title in &scan.titles {
                let key = [scan.asset, scan.environment, scan.tool, title];
                open.entry(key).or_insert(today);
            }
        }
        for (key, from) in open.clone() {
            let mut same =
                of_today().filter(|scan| [scan.asset, scan.environment, scan.tool] == key[..3]);
            let is_seen = same.clone().any(|scan| scan.titles.contains(key[3]));
            let is_adequate = same.any(|scan| scan.outcome == "success" && scan.scope == "full");
            if is_adequate && !is_seen {
                open.remove(&key);
                closed.push(line(&key, from, day(today)));
            }
        }
    }
    closed.extend(
        open.iter()
            .map(|(key, from)| line(key, *from, String::new())),
    );
    closed.sort();
    closed
}

fn told(room: &Room) -> Episodes {
    let fields = ["asset_id", "environment", "title", "found_at", "closed_at"];
    let findings = room.table("findings");
    let mut told: Episodes = findings
        .iter()
        .map(|row| fields.map(|field| row[field].clone()))
        .collect();
    told.sort();
    told
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_store_gives_what_a_replay_gives_in_any_order(scans in vec(scans(), 1..20)) {
        let room = Room::new();
        for scan in &scans {
            take(&room, scan);
        }
        prop_assert_eq!(told(&room), replay(&scans));
        let other = Room::new();
        for (index, scan) in scans.iter().rev().chain(&scans).enumerate() {
            take(&other, scan);
            // Somebody asks in between: what was derived then is used again.
            if index % 7 == 3 {
                other.table("findings");
            }
        }
        for table in ["findings", "detections", "scans", "assets"] {
            prop_assert_eq!(other.table(table), room.table(table));
        }
    }
}

#[test]
fn one_more_report_derives_its_own_asset_only() {
    let scan = |asset, day, titles: &[&'static str]| Scan {
        day,
        asset,
        environment: "production",
        tool: "probe",
        outcome: "success",
        scope: "full",
        titles: titles.iter().copied().collect(),
    };
    let room = Room::new().in_parts_of(1);
    take(&room, &scan("shop", 1, &["sql"]));
    take(&room, &scan("bank", 1, &["sql", "xss"]));
    assert_eq!(told(&room).len(), 3);
    assert_eq!(room.parts(), 2);
    take(&room, &scan("shop", 2, &[]));
    assert_eq!(told(&room).len(), 3);
    assert_eq!(room.parts(), 3);
    let on_bank = r#"[{"asset_id": "bank", "rule_id": "xss", "decision": "out_of_scope", "at": "2026-03-04"}]"#;
    room.take("2026-03-04", on_bank);
    let kept = told(&room);
    assert_eq!(room.parts(), 4);
    // Scores of vulnerabilities may be of any asset: all parts are written again.
    room.take(
        "2026-03-05",
        "#score_date:2026-03-05T00:00:00+0000\ncve,epss,percentile\nCVE-1,0.5,0.9\n",
    );
    assert_eq!(told(&room), kept);
    assert_eq!(room.parts(), 6);
    riskql::reports::store::rebuild(&room.store, super::definitions()).expect("made anew");
    assert_eq!(told(&room), kept);
    assert_eq!(
        room.parts(),
        6,
        "parts are replaced, and forgotten when they are old"
    );
}

#[test]
fn a_decision_on_a_finding_derives_the_asset_of_the_finding_only() {
    let room = Room::new().in_parts_of(1);
    let assets = ["shop", "bank", "mail", "wiki"];
    for asset in assets {
        let context = IngestContext {
            asset: Some(asset.to_string()),
            at: Some(micros("2026-03-01")),
            ..room.context.clone()
        };
        let taken = room.try_take(&saw(&["sql", "xss"]), &context);
        assert_eq!(taken, Ok(true));
    }
    let findings = room.table("findings");
    assert_eq!(room.parts(), assets.len());
    let of_bank = |row: &&super::Record| row["asset_id"] == "bank";
    let id = &findings.iter().find(of_bank).expect("a finding")["finding_id"];
    let decide = |day: &str, id: &str| {
        room.take(
            day,
            &format!(r#"[{{"finding_id": "{id}", "decision": "false_positive", "at": "{day}"}}]"#),
        );
        room.table("findings")
    };
    let decided = decide("2026-03-04", id);
    assert_eq!(room.parts(), assets.len() + 1);
    let resolved = decided.iter().filter(|row| !row["resolution"].is_empty());
    let resolved: Vec<&String> = resolved.map(|row| &row["finding_id"]).collect();
    assert_eq!(resolved, [id]);
    assert_eq!(decide("2026-03-05", "of another place"), decided);
    assert_eq!(room.parts(), assets.len() + 1, "it is on no finding here");
}
