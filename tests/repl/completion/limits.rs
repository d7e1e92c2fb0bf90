//! Many values, monstrous and harmful texts: completion comes back at once and writes nothing odd.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use riskql::base::diagnostic::Problems;

use super::*;

/// A session over a table with many different texts.
fn many(distinct: usize) -> std::sync::Arc<Catalogue> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut assets = String::from("asset_id,name,team\n");
    let mut findings = String::from("finding_id,asset_id,severity,found_at\n");
    for number in 0..distinct {
        let _ = writeln!(assets, "A{number},app-{number:05},team {}", number % 7);
        let _ = writeln!(findings, "F{number},A{number},high,2026-01-02");
    }
    std::fs::write(folder.path().join("assets.csv"), assets).expect("written");
    std::fs::write(folder.path().join("findings.csv"), findings).expect("written");
    over(folder.path())
}

/// The catalogue of the tables in a folder, values counted.
fn over(folder: &std::path::Path) -> std::sync::Arc<Catalogue> {
    let options = riskql::app::repl::Options {
        proofs: riskql::exec::data::ProofCache::default(),
        origin: riskql::lang::project::ProjectOrigin::Library,
        data: Some(folder.to_path_buf()),
        tables: Vec::new(),
        connection: None,
        as_of: None,
        known_on: None,
        format: riskql::render::OutputFormat::Table,
        look: riskql::render::RenderOptions::PIPE,
    };
    let opened = riskql::app::repl::Session::open(options);
    let (mut session, _) = opened.unwrap_or_else(|_| panic!("the data can be opened"));
    session
        .load_all()
        .map_err(Problems::sorted)
        .expect("no faults");
    let catalogue = session.catalogue();
    catalogue.wait();
    catalogue
}

#[test]
fn two_thousand_values_are_completed_at_once() {
    let catalogue = many(2_000);
    let cases = [
        ("backlog where app = |", 2_000),
        ("backlog where app = \"app-01|", 1_000),
        (
            "backlog where severity >= high and app in (\"app-00001\", app-019|",
            100,
        ),
        ("|", 40),
        (
            "mttr, backlog by app, team over month where severity >= high and team = \"team 1\" la|",
            1,
        ),
    ];
    // The grammar is read once, when the first word is completed.
    let begin = Instant::now();
    complete("mttr ", 5, &catalogue);
    println!("first: {:?}", begin.elapsed());
    for (marked, least) in cases {
        let (text, position) = cursor(marked);
        let mut fastest = Duration::MAX;
        for _ in 0..5 {
            let begin = Instant::now();
            let found = complete(&text, position, &catalogue).candidates.len();
            fastest = fastest.min(begin.elapsed());
            assert!(found >= least, "{marked}: {found}");
        }
        println!("{fastest:?} {marked}");
        assert!(fastest < Duration::from_millis(20), "{marked}: {fastest:?}");
    }
}

/// Whatever is pasted: no stack overflows, and nobody waits.
#[test]
fn monstrous_texts_are_given_up_on() {
    let catalogue = catalogue();
    let texts = [
        "(".repeat(5_000),
        format!("mttr where {}", "(".repeat(5_000)),
        format!("mttr where {}", "not ".repeat(2_000)),
        "mttr + ".repeat(1_000),
        "mttr by x y ".repeat(200),
        format!("mttr where team in ({}", "web, ".repeat(3_000)),
        format!("kpi a\n  is {}", "(".repeat(5_000)),
        "kpi a\n  is mttr\n".repeat(500),
    ];
    for text in texts {
        let begin = Instant::now();
        complete(&text, text.len(), &catalogue);
        riskql::app::repl::hint(&text, text.len(), &catalogue);
        riskql::app::repl::highlight(&text);
        let start = text.chars().take(20).collect::<String>();
        println!("{:?} {start}", begin.elapsed());
        assert!(begin.elapsed() < Duration::from_secs(5), "{start}");
    }
}

#[test]
fn long_lists_are_cut_and_say_so() {
    let catalogue = many(6_000);
    let table = catalogue.table("findings").expect("a table");
    let fields = &catalogue.tables[table].fields;
    let app = fields.iter().position(|field| field.name == "app");
    let values = catalogue.values(table, app.expect("a field"));
    let riskql::app::repl::KnownValues::Found(values, more) = values else {
        panic!("texts are found");
    };
    assert_eq!((values.len(), more), (5_000, 1_000));
}

/// A name of the data that would do something to the terminal is neither shown nor written.
#[test]
fn harmful_values_are_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let assets = "asset_id,name,team\nA1,web,\"a\u{1b}[31m\"\nA2,api,\"say \"\"hi\"\" \\ there\"\n";
    let findings =
        "finding_id,asset_id,severity,found_at\nF1,A1,high,2026-01-02\nF2,A2,high,2026-01-02\n";
    std::fs::write(folder.path().join("assets.csv"), assets).expect("written");
    std::fs::write(folder.path().join("findings.csv"), findings).expect("written");
    let catalogue = over(folder.path());
    let found = complete("backlog where team = ", 21, &catalogue);
    assert_eq!(listed(&found), ["\"say_\\\"hi\\\"_\\\\_there\""]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any text, any position: an answer, never a panic, and a place in the text.
    #[test]
    fn any_text_can_be_completed(
        text in "(mttr |by |where |severity |= |\"|\\(|\\)|ä|é|, |\\\\help |kpi |\n|  |😀|#|last |12|`|_ |and ){0,9}",
        position in 0usize..80,
    ) {
        let catalogue = Catalogue::default();
        let completion = complete(&text, position, &catalogue);
        prop_assert!(completion.start <= text.len());
        prop_assert!(text.is_char_boundary(completion.start));
    }
}
