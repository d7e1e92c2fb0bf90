//! `riskql compile --all`: every file is a view with the rows of its KPI's answer, and the folder is kept well.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::compare::views_equal_in;
use super::database::{Database, wanted};
use super::demo;
use super::duckdb::DuckDb;

/// Clauses with which every KPI of the library that has teams is asked.
const CLAUSES: &str = "by team over month last 4 months";

fn compiled(folder: &Path, dialect: &str, clauses: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_riskql"))
        .args(["compile", "--all", clauses, "--dialect", dialect])
        .args(["--as-of", "2026-09-30", "--output"])
        .arg(folder)
        // Definitions are those of the program.
        .current_dir(folder.parent().expect("a folder around it"))
        .output()
        .expect("the program runs")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The files of a folder with their texts, by name.
fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut files: Vec<(String, String)> = entries
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy();
            (
                name.into_owned(),
                fs::read_to_string(&path).expect("a text"),
            )
        })
        .collect();
    files.sort();
    files
}

fn are_views(database: &dyn Database) {
    let place = tempfile::tempdir().expect("a temporary folder");
    let folder = place.path().join("models");
    let output = compiled(&folder, database.dialect().word(), CLAUSES);
    assert!(output.status.success(), "{}", told(&output));
    let written = files(&folder);
    let statements = written.iter().filter(|(name, _)| name.ends_with(".sql"));
    let (queries, texts): (Vec<String>, Vec<String>) = statements
        .map(|(name, text)| {
            let kpi = name.trim_end_matches(".sql");
            (format!("{kpi} {CLAUSES} as of 2026-09-30"), text.clone())
        })
        .unzip();
    assert!(queries.len() > 25, "only {} files", queries.len());
    let pairs = demo::pairs(&queries);
    assert_eq!(pairs.len(), queries.len());
    views_equal_in(database, &pairs, &texts);
}

#[test]
fn files_are_views_of_duckdb() {
    are_views(&DuckDb);
}

#[test]
fn files_are_views_of_other_databases() {
    for database in wanted() {
        are_views(database);
    }
}

#[test]
fn the_schema_describes_the_columns() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let folder = place.path().join("models");
    let output = compiled(&folder, "postgres", CLAUSES);
    assert!(output.status.success(), "{}", told(&output));
    let schema = fs::read_to_string(folder.join("schema.yml")).expect("the description");
    for words in [
        "version: 2\nmodels:\n",
        "  - name: \"mttr\"\n    description: \"Mean time to remediate. ",
        "Owner: application security.\"\n    columns:\n      - name: \"period\"\n",
        "      - name: \"team\"\n",
        "      - name: \"mttr\"\n        description: \"mean time from found to verified of findings verified, in days\"\n",
    ] {
        assert!(schema.contains(words), "no `{words}` in\n{schema}");
    }
}

#[test]
fn the_same_command_writes_the_same_files_and_removes_those_of_before() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let folder = place.path().join("models");
    compiled(&folder, "duckdb", CLAUSES);
    let first = files(&folder);
    let of_before = first[0].1.clone();
    fs::write(folder.join("gone.sql"), of_before).expect("written");
    fs::write(folder.join("mine.sql"), "SELECT 1\n").expect("written");
    let output = compiled(&folder, "duckdb", CLAUSES);
    assert!(output.status.success(), "{}", told(&output));
    let mut again = files(&folder);
    again.retain(|(name, _)| name != "mine.sql");
    assert_eq!(first, again, "`mine.sql` stays, `gone.sql` does not");
    assert!(folder.join("mine.sql").exists());
}

#[test]
fn a_file_that_somebody_else_wrote_stays_and_nothing_is_written() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let folder = place.path().join("models");
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("mttr.sql"), "SELECT 1\n").expect("written");
    let output = compiled(&folder, "duckdb", "");
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("K934") && told(&output).contains("mttr.sql"));
    let texts = files(&folder);
    assert_eq!(texts, [("mttr.sql".to_owned(), "SELECT 1\n".to_owned())]);
}

/// `sort by mttr` is of one KPI: its file is written, and all others are told.
#[test]
fn what_is_refused_is_told_at_once_and_the_others_are_written() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let folder = place.path().join("models");
    let clauses = "by team sort by mttr";
    let output = compiled(&folder, "duckdb", clauses);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(
        told(&output).matches("error[").count() > 20,
        "{}",
        told(&output)
    );
    let names: Vec<String> = files(&folder).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["mttr.sql", "schema.yml"]);
    let output = compiled(
        &place.path().join("none"),
        "duckdb",
        "over month last 3 months with interval",
    );
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        told(&output).matches("K930").count(),
        1,
        "{}",
        told(&output)
    );
}

#[test]
fn a_query_is_not_clauses() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let folder = place.path().join("models");
    let output = compiled(&folder, "duckdb", "mttr by team");
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("K935"), "{}", told(&output));
    assert!(!folder.exists());
}
