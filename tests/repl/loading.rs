//! What is read when a session opens.

use std::fs;
use std::path::Path;

use riskql::app::repl::{Options, Session, complete};
use riskql::lang::project::ProjectOrigin;
use riskql::render::{OutputFormat, RenderOptions};

fn over(folder: &Path) -> Session {
    let options = Options {
        proofs: riskql::exec::data::ProofCache::default(),
        origin: ProjectOrigin::Library,
        data: Some(folder.to_path_buf()),
        tables: Vec::new(),
        connection: None,
        as_of: None,
        known_on: None,
        format: OutputFormat::Table,
        look: RenderOptions::PIPE,
    };
    let opened = Session::open(options);
    opened.unwrap_or_else(|_| panic!("the folder is there")).0
}

const ASSETS: &str =
    "asset_id,name,team,commissioned_at\nA1,web,core,2025-01-01\nA2,api,core,2025-01-01\n";

fn offered(session: &Session, text: &str) -> Vec<String> {
    let catalogue = session.catalogue();
    catalogue.wait();
    let candidates = complete(text, text.len(), &catalogue).candidates;
    candidates.into_iter().map(|own| own.about).collect()
}

#[test]
fn a_bad_file_leaves_the_others_loaded() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("assets.csv"), ASSETS).expect("written");
    let findings = "finding_id,asset_id,severity,found_at\nF1,A1,banana,2026-01-02\n";
    fs::write(folder.path().join("findings.csv"), findings).expect("written");
    let mut session = over(folder.path());
    let problems = session.load_all().expect_err("`banana` is no severity");
    assert_eq!(problems.sorted()[0].code, "D204");
    assert_eq!(offered(&session, "scan_coverage where team = "), ["2 rows"]);
}

/// What is absent stops nothing at first, and is told by the query that needs it.
#[test]
fn an_absent_column_is_told_by_who_needs_it() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("assets.csv"), ASSETS).expect("written");
    let findings = "finding_id,asset_id,severity,found_at\nF1,A1,high,2026-01-02\n";
    fs::write(folder.path().join("findings.csv"), findings).expect("written");
    let mut session = over(folder.path());
    session
        .load_all()
        .map_err(|problems| problems.sorted())
        .expect("nothing is needed yet");
    assert_eq!(offered(&session, "backlog where team = "), ["1 row"]);
    let refused = session.answer("mttr by team");
    assert!(refused.told.contains("D112"), "{}", refused.told);
    let answered = session.answer("backlog by team");
    assert!(answered.fault.is_none(), "{}", answered.told);
}

#[test]
fn nothing_to_load_is_no_fault() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("assets.csv"), ASSETS).expect("written");
    let mut session = over(folder.path());
    session
        .load_all()
        .map_err(|problems| problems.sorted())
        .expect("other tables have no file");
    assert!(
        offered(&session, "mttr where severity = ")
            .iter()
            .all(String::is_empty)
    );
}
