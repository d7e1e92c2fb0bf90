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

#[test]
fn json_says_what_the_text_says() {
    let query = "mttr, open_age, fix_rate by team over month last 3 months with total";
    let text = planned(query, &[]).stdout;
    let object = planned(query, &["--format", "json"]).json();
    let keys: Vec<&String> = object.as_object().expect("an object").keys().collect();
    assert_eq!(
        keys,
        [
            "query",
            "as_of",
            "as_of_latest_event",
            "known_on",
            "grain",
            "periods",
            "compared",
            "by",
            "measures",
            "bases",
            "queries",
            "scanned",
            "notes"
        ]
    );
    assert_eq!(object["query"], query);
    assert_eq!(texts(&object["periods"]), ["2026-07", "2026-08", "2026-09"]);
    let (relations, polars) = (
        section(&text, "Relations"),
        section(&text, "Plans of polars"),
    );
    let list = |key: &str| object[key].as_array().expect("a list").clone();
    for made in list("bases").iter().chain(&list("queries")) {
        let nodes = made["relation"].as_array().expect("nodes").iter();
        let nodes: Vec<String> = nodes
            .map(|node| {
                let depth = node["depth"].as_u64().expect("a number") as usize;
                format!(
                    "{:1$}{2}",
                    "",
                    4 + 2 * depth,
                    node["node"].as_str().expect("a text")
                )
            })
            .collect();
        assert!(
            relations.contains(&nodes.join("\n")),
            "{}",
            nodes.join("\n")
        );
        for line in made["polars"].as_str().unwrap_or_default().lines() {
            assert!(polars.contains(line.trim_end()), "{line}");
        }
    }
    let queries = list("queries");
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
    assert_eq!(queries.last().expect("queries")["gives"], "exclusions");
    let scanned = section(&text, "Scanned");
    for scan in list("scanned") {
        let (table, file) = (&scan["table"], &scan["file"]);
        let line = format!(
            "{}: {}, CSV, read into memory, {} rows",
            table.as_str().expect("a name"),
            file.as_str().expect("a path"),
            scan["rows"]
        );
        assert!(scanned.contains(&line), "{line}\n{scanned}");
        assert!(scanned.contains(&texts(&scan["columns"]).join(", ")));
        assert_eq!(scan["lazy"], false);
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
        new.contains("tables/findings.parquet, Parquet, scanned lazily, 398 rows"),
        "{new}"
    );
    assert!(new.contains(" of 19 in the file: "), "{new}");
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
