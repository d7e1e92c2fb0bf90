//! `--on` as it is typed, over the demo tables in a file of DuckDB.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use super::database::Database;
use super::demo;
use super::drivers::{duckdb_driver, project_folder};
use super::duckdb::DuckDb;

/// A folder with a file of DuckDB and one of connections.
struct DatabaseFile {
    folder: TempDir,
    connections: String,
    driver: PathBuf,
}

impl DatabaseFile {
    fn new() -> Option<DatabaseFile> {
        let driver = duckdb_driver()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let hosted = DuckDb.hosted(&demo::tables(), folder.path())?;
        let file = DatabaseFile {
            folder,
            connections: hosted.connections,
            driver,
        };
        file.connect(&file.connections);
        Some(file)
    }

    fn connect(&self, text: &str) {
        fs::write(self.folder.path().join("connections.toml"), text).expect("a file");
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_riskql"));
        command.args(arguments).current_dir(self.folder.path());
        let folder = self.driver.parent().unwrap_or(Path::new(""));
        command.env("ADBC_DRIVER_PATH", folder);
        command.output().expect("the program runs")
    }

    fn answered(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}\n{said}");
        String::from_utf8(output.stdout).expect("text")
    }

    fn refused(&self, code: &str, words: &str) {
        let output = self.run(&["run", "backlog", "--on", "tested"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains(code) && said.contains(words), "{said}");
    }
}

#[test]
fn commands_answer_as_over_files() {
    let Some(file) = DatabaseFile::new() else {
        return;
    };
    let demo = project_folder("examples/demo").display().to_string();
    let cases: [&[&str]; 5] = [
        &["run", "--format", "csv"],
        &[
            "run",
            "list findings open show finding_id, due_at sort by finding_id limit 9",
            "--format",
            "csv",
        ],
        &["dashboard", "--format", "csv"],
        &["export", "cubes", "backlog", "mttr", "--format", "csv"],
        &["why", "backlog over month last 2 months", "--format", "csv"],
    ];
    for case in cases {
        let there = file.answered(&[case, &["--on", "tested"]].concat());
        let here = file.answered(&[case, &["--data", &demo]].concat());
        assert_eq!(there, here, "{case:?}");
    }
}

#[test]
fn the_driver_by_its_name() {
    let Some(file) = DatabaseFile::new() else {
        return;
    };
    let before = file.answered(&["run", "backlog", "--format", "csv", "--on", "tested"]);
    let path = file.driver.display().to_string();
    file.connect(&file.connections.replace(&path, "duckdb"));
    let after = file.answered(&["run", "backlog", "--format", "csv", "--on", "tested"]);
    assert_eq!(before, after);
}

#[test]
fn mistakes_in_how_a_file_is_named() {
    let Some(file) = DatabaseFile::new() else {
        return;
    };
    let text = &file.connections;
    let with = |line: &str| {
        text.replace(
            "\n\n[tested.tables]",
            &format!("\n{line}\n\n[tested.tables]"),
        )
    };
    file.connect(&with("entrypoint = \"nothing_like_this\""));
    file.refused("D505", "entrypoint = ");
    file.connect(&text.replace("libduckdb", "libnothing"));
    file.refused("D505", "duckdb.org");
    let elsewhere = text.replace("tables.duckdb", "none.duckdb");
    file.connect(&elsewhere.replace("\n\n", "\noptions = { access_mode = \"read_only\" }\n\n"));
    file.refused("D506", "none.duckdb");
    file.connect(&text.replace("main.findings", "main.found"));
    file.refused("D507", "main.found");
}

/// A statement over more rows than can be counted in a minute.
#[test]
fn a_statement_that_takes_too_long_is_cancelled() {
    let Some(file) = DatabaseFile::new() else {
        return;
    };
    let slow = "SELECT findings.* FROM findings, range(100000) AS a, range(100000) AS b";
    fs::write(file.folder.path().join("slow.sql"), slow).expect("a file");
    let text = file
        .connections
        .replace("\"main.findings\"", "{ query = \"slow.sql\" }");
    file.connect(&text.replace("\n\n", "\ntimeout = 1\n\n"));
    file.refused("D509", "timeout = 4");
}
