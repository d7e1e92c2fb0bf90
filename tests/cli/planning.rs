//! `explain --plan`: relations, plans of polars, files scanned.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use polars::prelude::{Column, DataFrame};
use serde_json::Value as Json;

use super::{Outcome, Project};
use crate::data::parquet;

fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demo")
}

/// The built-in library over the demo.
fn planned(query: &str, more: &[&str]) -> Outcome {
    let demo = demo();
    let data = demo.to_str().expect("UTF-8");
    let arguments = ["explain", query, "--plan", "--data", data];
    Project::empty().run(&[&arguments, more].concat())
}

/// A section of the text, without its title.
fn section<'t>(text: &'t str, title: &str) -> &'t str {
    let start = text
        .split_once(&format!("\n{title}\n"))
        .expect("the section")
        .1;
    start.split("\n\n").next().expect("its lines")
}

#[track_caller]
fn relations(query: &str) -> String {
    let outcome = planned(query, &[]);
    outcome.shows(&["\nRelations\n", "\nPlans of polars\n", "\nScanned\n"]);
    section(&outcome.stdout, "Relations").to_string()
}

#[test]
fn the_relation_of_a_flow() {
    insta::assert_snapshot!(relations("mttr by team over month last 3 months"));
}

#[test]
fn the_relation_of_a_stock() {
    insta::assert_snapshot!(relations(
        "backlog by severity over month last 3 months versus previous year"
    ));
}

#[test]
fn the_relation_of_a_list() {
    insta::assert_snapshot!(relations(
        "list findings open where severity >= high show finding_id, severity, team limit 3"
    ));
}

fn texts(list: &Json) -> Vec<&str> {
    let list = list.as_array().expect("a list").iter();
    list.map(|text| text.as_str().expect("a text")).collect()
}

const SEVERAL: &str = "mttr, open_age, fix_rate by team over month last 3 months with total";

fn list<'o>(object: &'o Json, key: &str) -> &'o [Json] {
    object[key].as_array().expect("a list")
}

fn keys(object: &Json) -> Vec<&str> {
    let keys = object.as_object().expect("an object").keys();
    keys.map(String::as_str).collect()
}

/// A relation as the text has it.
fn outlined(relation: &Json) -> String {
    let nodes = relation.as_array().expect("nodes").iter();
    let nodes = nodes.map(|node| {
        let indent = 4 + 2 * node["depth"].as_u64().expect("a number") as usize;
        let own = node["node"].as_str().expect("a text");
        format!("{:indent$}{own}", "")
    });
    nodes.collect::<Vec<String>>().join("\n")
}

#[test]
fn json_says_what_the_text_says() {
    let text = planned(SEVERAL, &[]).stdout;
    let object = planned(SEVERAL, &["--format", "json"]).json();
    assert_eq!(object["query"], SEVERAL);
    assert!(text.starts_with(&format!("{SEVERAL}\n")));
    assert_eq!(texts(&object["periods"]), ["2026-07", "2026-08", "2026-09"]);
    let relations = section(&text, "Relations");
    let polars = section(&text, "Plans of polars");
    for made in list(&object, "bases")
        .iter()
        .chain(list(&object, "queries"))
    {
        let outline = outlined(&made["relation"]);
        assert!(relations.contains(&outline), "{outline}");
        let plans = ["polars", "polars_of_kept"].map(|key| made[key].as_str());
        for line in plans.iter().flatten().flat_map(|plan| plan.lines()) {
            assert!(polars.contains(line.trim_end()), "{line}");
        }
    }
    let scanned = section(&text, "Scanned");
    for scan in list(&object, "scanned") {
        let line = format!(
            "{}: {}, CSV, read into memory, {} rows",
            scan["table"].as_str().expect("a name"),
            scan["file"].as_str().expect("a path"),
            scan["rows"]
        );
        assert!(scanned.contains(&line), "{line}\n{scanned}");
        assert!(scanned.contains(&texts(&scan["columns"]).join(", ")));
        assert_eq!(scan["lazy"], false);
    }
}

#[test]
fn queries_say_how_and_for_what() {
    let object = planned(SEVERAL, &["--format", "json"]).json();
    let queries = list(&object, "queries");
    let of_measures = queries
        .iter()
        .filter_map(|query| Some((query["method"].as_str()?, query["level"].as_str()?)));
    // The total of a median is asked for apart.
    assert_eq!(
        of_measures.collect::<Vec<(&str, &str)>>(),
        [
            ("flow", "groups"),
            ("expanded", "groups"),
            ("flow", "groups"),
            ("expanded", "total")
        ]
    );
    assert_eq!(texts(&queries[1]["serves"][0]["columns"]), ["open_age"]);
    assert_eq!(queries[1]["points"], 3);
    // Medians do not add up over batches, sums do.
    assert!(queries[1]["polars_of_kept"].is_string());
    assert!(queries[0]["polars_of_kept"].is_null());
    assert_eq!(object["bases"][0]["batches"], 1);
    assert_eq!(queries.last().expect("queries")["gives"], "exclusions");
}

#[test]
fn other_is_asked_for_later_only_where_groups_do_not_add_up() {
    let note = "the rows of `other` are asked for once";
    planned("open_age by team top 2", &[]).shows(&["\nNotes\n", note]);
    let adds_up = planned("backlog by team top 2", &[]);
    assert!(!adds_up.shows(&[]).stdout.contains(note));
}

#[test]
fn all_keys_are_documented() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/plan.md");
    let page = fs::read_to_string(page).expect("the page");
    let rows: String = page.lines().filter(|line| line.starts_with("| ")).collect();
    let object = planned(SEVERAL, &["--format", "json"]).json();
    let lists = ["measures", "bases", "queries", "scanned"];
    let inner = lists.iter().flat_map(|key| keys(&list(&object, key)[0]));
    let served = keys(&object["queries"][0]["serves"][0]);
    for key in keys(&object).into_iter().chain(inner).chain(served) {
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let mut words = rows.split(|letter| !is_word(letter));
        assert!(words.any(|word| word == key), "{key}");
    }
}

/// The demo as Parquet files of texts.
fn as_parquet(folder: &Path) {
    fs::create_dir_all(folder).expect("a folder");
    for table in ["findings", "assets", "scans", "detections"] {
        let text = fs::read_to_string(demo().join(format!("{table}.csv"))).expect("a table");
        assert!(!text.contains('"'), "cells are cut at commas here");
        let mut lines = text.lines().map(|line| line.split(',').collect());
        let header: Vec<&str> = lines.next().expect("a header");
        let rows: Vec<Vec<&str>> = lines.collect();
        let column = |(place, name): (usize, &&str)| {
            let cells = rows.iter().map(|row| Some(row[place]));
            let cells: Vec<Option<&str>> = cells
                .map(|cell| cell.filter(|text| !text.is_empty()))
                .collect();
            Column::new((*name).into(), cells)
        };
        let columns = header.iter().enumerate().map(column).collect();
        let frame = DataFrame::new(rows.len(), columns).expect("columns of one length");
        let file = folder.join(format!("{table}.parquet"));
        fs::write(file, parquet(&frame, None)).expect("a file");
    }
}

#[test]
fn proofs_are_made_once_and_remembered() {
    let project = Project::empty();
    as_parquet(&project.path("tables"));
    // What was written a moment ago is not remembered by its stamp.
    thread::sleep(Duration::from_millis(200));
    let explain = |format: &str| {
        let query = ["explain", "mttr by team", "--plan", "--data", "tables"];
        let mut command = project.command(&[&query[..], &["--format", format]].concat());
        let output = command
            .env("XDG_CACHE_HOME", project.path("cache"))
            .output()
            .expect("the binary runs");
        assert!(output.status.success());
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let first = explain("text");
    let of_findings = |text: &str| {
        let scanned = section(text, "Scanned");
        let start = scanned.find("  findings: ").expect("the table");
        let end = scanned[start..].find("  scans: ").expect("the next");
        scanned[start..start + end].to_string()
    };
    let new = of_findings(&first);
    assert!(
        new.contains("tables/findings.parquet, Parquet, scanned lazily, 403 rows"),
        "{new}"
    );
    assert!(new.contains(" of 24 in the file: "), "{new}");
    for proof in [
        "fingerprint",
        "values of `found_at`",
        "`finding_id` is unique",
    ] {
        assert!(new.contains(proof), "{new}");
    }
    assert!(new.contains("proven now: ") && !new.contains("remembered: "));
    let again = of_findings(&explain("table"));
    assert!(again.contains("remembered: ") && !again.contains("proven now: "));
    assert_eq!(again, new.replace("proven now: ", "remembered: "));
    let object: Json = serde_json::from_str(&explain("json")).expect("JSON");
    for scan in object["scanned"].as_array().expect("tables") {
        assert_eq!(
            (&scan["lazy"], &scan["format"]),
            (&true.into(), &"Parquet".into())
        );
        let proofs = scan["proofs"].as_array().expect("proofs");
        assert!(!proofs.is_empty() && proofs.iter().all(|proof| proof["remembered"] == true));
    }
}

#[test]
fn a_plan_is_refused_as_an_explanation_is() {
    let project = Project::new();
    project
        .with_data(&["explain", "mtr", "--plan"])
        .refused(2, &["did you mean `mttr`?"]);
    project
        .with_defs(&["explain", "mttr", "--plan"])
        .refused(2, &["K907", "needs data"]);
    project
        .with_data(&["explain", "mttr", "--plan", "--rows"])
        .refused(2, &["--rows"]);
    project
        .with_data(&["explain", "mttr", "--plan", "--output", "plan.csv"])
        .refused(2, &["K909"]);
    fs::remove_file(project.path("data/findings.csv")).expect("there");
    let explained = project.with_data(&["explain", "mttr in 2026-03"]);
    let planned = project.with_data(&["explain", "mttr in 2026-03", "--plan"]);
    planned.refused(3, &["D113"]);
    assert_eq!(planned.stderr, explained.stderr);
}
