//! `\ingest`: from a report to a number without leaving the session.

use std::fs;

use riskql::diagnostic::Fault;
use riskql::project::Origin;
use riskql::render::{Format, Look};
use riskql::repl::{Options, Session};
use riskql::store::Store;

use super::talk::{session, shown, told};

fn over(store: &std::path::Path) -> Session {
    let options = Options {
        origin: Origin::Library,
        data: Some(store.to_path_buf()),
        tables: Vec::new(),
        as_of: None,
        known_on: None,
        format: Format::Table,
        look: Look::PIPE,
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
    for entry in ["\\ingest asset=shop", "\\ingest zap.xml asset="] {
        let reply = session.answer(entry);
        assert_eq!(reply.fault, Some(Fault::Mistake), "{entry}");
        assert!(reply.told.contains("K966"), "{}", reply.told);
    }
    let reply = session.answer("\\ingest zap.xml at=2026-03");
    assert!(reply.told.contains("a day or an instant"), "{}", reply.told);
}
