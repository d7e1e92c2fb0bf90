//! `\ingest`: from a report to a number without leaving the session.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use riskql::app::repl::{Options, Session};
use riskql::base::diagnostic::Fault;
use riskql::lang::project::ProjectOrigin;
use riskql::render::{OutputFormat, RenderOptions};
use riskql::reports::store::Store;

use super::talk::{session, shown, told};

fn over(store: &Path) -> Session {
    let options = Options {
        proofs: riskql::exec::data::ProofCache::default(),
        origin: ProjectOrigin::Library,
        data: Some(store.to_path_buf()),
        tables: Vec::new(),
        connection: None,
        as_of: None,
        known_on: None,
        format: OutputFormat::Table,
        look: RenderOptions::PIPE,
    };
    match Session::open(options) {
        Ok((session, _)) => session,
        Err(refused) => panic!("{:?}", refused.problems),
    }
}

/// A scan that saw weaknesses of these titles.
fn report(titles: &[&str]) -> String {
    let findings: Vec<String> = titles
        .iter()
        .map(|title| format!(r#"{{"title": "{title}", "severity": "High"}}"#))
        .collect();
    let findings = findings.join(", ");
    format!(r#"{{"name": "scan", "type": "probe", "findings": [{findings}]}}"#)
}

#[test]
fn reports_come_in_and_are_asked_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::write(at("one.json"), report(&["injection", "scripting"])).expect("written");
    fs::write(at("two.json"), report(&["injection"])).expect("written");
    fs::write(at("odd.json"), "{}").expect("written");
    let store = at("store");
    Store::open_or_create(&store).expect("a store");
    let mut session = over(&store);
    let one = format!(
        "\\ingest {} asset=shop at=2026-03-01",
        at("one.json").display()
    );
    assert!(shown(&mut session, &one).contains("added"));
    assert!(shown(&mut session, &one).contains("already there"));
    assert!(shown(&mut session, "backlog").contains("\n      2\n"));
    // The second scan does not see the other one any more: its fix is verified.
    let two = format!(
        "\\ingest {} asset=shop at=2026-03-11",
        at("two.json").display()
    );
    assert!(told(&mut session, &two).contains("2026-03-11"));
    assert!(shown(&mut session, "backlog").contains("\n      1\n"));
    let days = shown(&mut session, "mttr");
    assert!(days.lines().any(|line| line.trim() == "10"), "{days}");
    let odd = session.answer(&format!("\\ingest {} asset=shop", at("odd.json").display()));
    assert_eq!(odd.fault, Some(Fault::Environment));
    assert!(odd.told.contains("D401"), "{}", odd.told);
}

#[test]
fn without_a_store_it_says_how_to_begin_one() {
    let reply = session().answer("\\ingest zap.xml");
    assert_eq!(reply.fault, Some(Fault::Mistake));
    assert!(
        reply.told.contains("riskql ingest REPORT --store DIR"),
        "{}",
        reply.told
    );
    let folder = tempfile::tempdir().expect("a folder");
    Store::open_or_create(&folder.path().join("store")).expect("a store");
    let mut session = over(&folder.path().join("store"));
    for entry in [
        "\\ingest asset=shop",
        "\\ingest zap.xml asset=",
        "\\ingest zap.xml --asset",
        "\\ingest zap.xml --asset --partial",
        "\\ingest zap.xml --partial=yes",
        "\\ingest zap.xml --dates ymd",
        "\\ingest zap.xml --aset shop",
        "\\ingest 'zap.xml",
    ] {
        let reply = session.answer(entry);
        assert_eq!(reply.fault, Some(Fault::Mistake), "{entry}");
        assert!(reply.told.contains("K966"), "{}", reply.told);
    }
    let reply = session.answer("\\ingest zap.xml at=2026-03");
    assert!(reply.told.contains("a day or an instant"), "{}", reply.told);
}

/// Every option of the command is one of the session.
#[test]
fn options_are_those_of_the_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::write(at("my scan.json"), report(&["injection"])).expect("written");
    fs::write(at("empty.json"), "[]").expect("written");
    fs::write(
        at("dates.csv"),
        "asset_id,team,commissioned_at\nshop,A,03/04/2026\n",
    )
    .expect("written");
    let store = at("store");
    Store::open_or_create(&store).expect("a store");
    let mut session = over(&store);
    let path = |name: &str| at(name).display().to_string();
    let scan = format!(
        "\\ingest '{}' --asset \"my shop\" --at=2026-03-01 --branch main --environment production --scan-line web --partial",
        path("my scan.json")
    );
    assert!(shown(&mut session, &format!("{scan} --dry-run")).contains("would be added"));
    assert!(shown(&mut session, &scan).contains("added"));
    let manifests = Store::open(&store)
        .expect("a store")
        .read_manifests()
        .expect("manifests");
    let report = &manifests[0];
    assert_eq!(report.assets, ["my shop"]);
    assert_eq!(report.branch.as_deref(), Some("main"));
    assert_eq!(report.environment, "production");
    assert_eq!(report.scans[0].line.as_deref(), Some("web"));
    assert_eq!(report.outcome.word(), "partial");
    let empty = format!(
        "\\ingest {} --source gitleaks --asset shop --at 2026-03-02 --recorded-at 2026-03-03",
        path("empty.json")
    );
    assert!(shown(&mut session, &empty).contains("gitleaks"));
    let told = session
        .answer(&format!("\\ingest {}", path("dates.csv")))
        .told;
    assert!(
        told.contains("D417") && told.contains("--dates dmy"),
        "{told}"
    );
    assert!(
        shown(
            &mut session,
            &format!("\\ingest {} --dates dmy", path("dates.csv"))
        )
        .contains("added")
    );
}

/// A store of the weakness `sql`, medium on the first of March and critical from the tenth on, whose
/// exploit was listed on the twentieth.
fn scored_again(folder: &Path) -> Session {
    let weakness = |severity: &str| {
        format!(
            r#"{{"name": "scan", "type": "probe", "findings": [{{"title": "sql", "severity": "{severity}", "vulnerability_ids": ["CVE-2026-0001"]}}]}}"#
        )
    };
    let kev = r#"{"catalogVersion": "1", "vulnerabilities": [{"cveID": "CVE-2026-0001", "dateAdded": "2026-03-20"}]}"#;
    let at = |name: &str| folder.join(name);
    fs::write(at("one.json"), weakness("Medium")).expect("written");
    fs::write(at("two.json"), weakness("Critical")).expect("written");
    fs::write(at("kev.json"), kev).expect("written");
    Store::open_or_create(&at("store")).expect("a store");
    let mut session = over(&at("store"));
    for (file, day) in [
        ("one.json", "2026-03-01"),
        ("two.json", "2026-03-10"),
        ("kev.json", "2026-03-20"),
    ] {
        let file = at(file);
        let file = file.display();
        let ingest = format!("\\ingest {file} asset=shop at={day}");
        assert!(shown(&mut session, &ingest).contains("added"));
    }
    session
}

/// The severities that are shown, each once.
fn severities(shown: &str) -> String {
    let words = shown.split_whitespace();
    let words = words.map(|word| word.trim_end_matches([':', ',']));
    let known: BTreeSet<&str> = words
        .filter(|word| ["medium", "critical"].contains(word))
        .collect();
    known.into_iter().collect::<Vec<&str>>().join(" ")
}

#[test]
fn a_query_on_a_store_is_answered_from_where_it_stands() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut session = scored_again(folder.path());
    let mut asked = |typed: &str| severities(&shown(&mut session, typed));
    assert_eq!(asked("backlog by severity"), "critical");
    assert_eq!(asked("as of 2026-03-09"), "medium", "a clause that refines");
    assert_eq!(asked("\\rows"), "medium", "and the rows behind it");
    assert_eq!(asked("backlog by severity as of 2026-03-10"), "critical");
    assert_eq!(
        asked("list findings open show severity as of 2026-03-09"),
        "medium"
    );
    assert_eq!(
        asked("explain backlog by severity as of 2026-03-09"),
        "medium"
    );
    session.answer("\\as-of 2026-03-09");
    let mut asked = |typed: &str| severities(&shown(&mut session, typed));
    assert_eq!(asked("backlog by severity"), "medium");
    assert_eq!(asked("backlog by severity as of 2026-03-10"), "critical");
    session.answer("\\as-of latest");
    let known = told(&mut session, "\\known-on");
    assert_eq!(known.trim(), "with all the store knows");
    let mut asked = |typed: &str| severities(&shown(&mut session, typed));
    assert_eq!(asked("backlog by severity"), "critical");
}

#[test]
fn rows_behind_an_answer_are_of_the_same_tables() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut session = scored_again(folder.path());
    // The latest event is the scan of the tenth, and all that is known counts.
    let answer = shown(
        &mut session,
        "count of findings open where exploitable = yes by severity",
    );
    assert!(answer.contains("as of 2026-03-10"), "{answer}");
    let rows = shown(&mut session, "\\rows");
    assert!(rows.contains("critical: 1, from 1 row"), "{rows}");
    session.answer("\\as-of 2026-03-05");
    let again = shown(&mut session, "\\rows");
    assert_eq!(again, rows, "later settings do not move it");
}

/// What there is to know of a report is told as the command line tells it.
#[test]
fn what_a_scan_did_not_look_at_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let sarif = |line: &str, note: &str| {
        format!(
            r#"{{"version": "2.1.0", "runs": [{{"tool": {{"driver": {{"name": "Probe", "rules": []}}}},
                "automationDetails": {{"id": "{line}/"}}, "invocations": [{{"executionSuccessful": true,
                "toolExecutionNotifications": [{note}]}}], "results": [{{"ruleId": "r", "level": "error",
                "message": {{"text": "A weakness"}}, "locations": [{{"physicalLocation": {{"artifactLocation": {{"uri": "{line}/a"}}}}}}]}}]}}]}}"#
        )
    };
    fs::write(at("java.sarif"), sarif("java", "")).expect("written");
    let failed = r#"{"level": "error", "message": {"text": "src/shop.js cannot be parsed"}}"#;
    fs::write(at("script.sarif"), sarif("script", failed)).expect("written");
    fs::write(
        at("odd.csv"),
        "asset_id,team\nshop,Gr\u{fc}n \u{dc}\nweb,".as_bytes(),
    )
    .expect("written");
    let mut bytes = fs::read(at("odd.csv")).expect("read");
    bytes.extend(b"\xfc\n");
    fs::write(at("odd.csv"), bytes).expect("written");
    let store = at("store");
    Store::open_or_create(&store).expect("a store");
    let mut session = over(&store);
    let take = |session: &mut Session, name: &str| {
        let text = format!("\\ingest {} asset=shop at=2026-03-01", at(name).display());
        session.answer(&text).told
    };
    let first = take(&mut session, "java.sarif");
    assert!(!first.contains("D41"), "{first}");
    let second = take(&mut session, "script.sarif");
    assert!(second.contains("D414"), "{second}");
    assert!(second.contains("--scan-line 'java'"), "{second}");
    assert!(second.contains("D415"), "{second}");
    let odd = take(&mut session, "odd.csv");
    assert!(odd.contains("D416"), "{odd}");
}
