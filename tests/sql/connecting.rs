//! `--on` as it is typed, over the demo tables in PostgreSQL: commands, and what goes wrong with connections.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use riskql::exec::query_context::QueryContext;
use riskql::exec::remote;
use riskql::lang::analyze;
use serde_json::Value;
use tempfile::TempDir;

use super::demo;
use super::drivers::postgres_driver;
use super::postgres::{LoadedTables, Postgres};

pub const SECRET: &str = "swordfish-1789";
const TABLES: [&str; 4] = ["assets", "detections", "findings", "scans"];

/// A folder with a file of connections to the demo tables.
pub struct Connected {
    pub folder: TempDir,
    pub loaded: LoadedTables,
    pub driver: String,
}

impl Connected {
    /// `None`, and a word on stderr, where there is no PostgreSQL or no driver of it.
    pub fn new() -> Option<Connected> {
        let driver = postgres_driver()?;
        let loaded = Postgres::loaded(&demo::tables())?;
        let connected = Connected {
            folder: tempfile::tempdir().expect("a temporary folder"),
            driver: driver.display().to_string(),
            loaded,
        };
        let text = connected.loaded.connection(&driver, TABLES.into_iter());
        connected.write("connections.toml", &text);
        Some(connected)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).expect("a file");
    }

    pub fn text(&self) -> String {
        fs::read_to_string(self.folder.path().join("connections.toml")).expect("a file")
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_riskql"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("TESTED_PASSWORD", SECRET);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        let output = self.command(arguments).output().expect("the program runs");
        for text in [&output.stdout, &output.stderr] {
            let text = String::from_utf8_lossy(text);
            assert!(!text.contains(SECRET), "a secret in\n{text}");
        }
        output
    }

    /// A run that fails: its exit code and what it says.
    pub fn refused(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.run(arguments);
        let said = String::from_utf8(output.stderr).expect("text");
        (output.status.code().expect("an exit code"), said)
    }

    pub fn answered(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}\n{said}");
        String::from_utf8(output.stdout).expect("text")
    }
}

pub fn demo_folder() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demo");
    folder.display().to_string()
}

#[test]
fn commands_answer_as_over_files() {
    let Some(connected) = Connected::new() else {
        return;
    };
    let files = demo_folder();
    let cases: [&[&str]; 6] = [
        &[
            "run",
            "mttr by team top 2 over quarter last 2 quarters with total",
            "--format",
            "csv",
        ],
        &[
            "run",
            "list findings open show finding_id, severity, found_at sort by finding_id limit 9",
            "--format",
            "csv",
        ],
        &["run", "--format", "csv"],
        &["dashboard", "--format", "csv"],
        &["why", "backlog over month last 2 months", "--format", "csv"],
        &["repl", "-c", "backlog by severity", "--format", "csv"],
    ];
    for case in cases {
        let there = connected.answered(&[case, &["--on", "tested"]].concat());
        let here = connected.answered(&[case, &["--data", &files]].concat());
        assert_eq!(there, here, "{case:?}");
    }
}

#[test]
fn a_text_that_no_row_has() {
    let Some(connected) = Connected::new() else {
        return;
    };
    let output = connected.run(&["run", "backlog where team = storefrnt", "--on", "tested"]);
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(
        said.contains("D922") && said.contains("storefront"),
        "{said}"
    );
}

#[test]
fn the_rows_behind_a_number_and_the_plan() {
    let Some(connected) = Connected::new() else {
        return;
    };
    let files = demo_folder();
    let rows = [
        "explain",
        "mttr by severity in 2026-08",
        "--rows",
        "--format",
        "json",
    ];
    let there = connected.answered(&[&rows[..], &["--on", "tested"]].concat());
    let here = connected.answered(&[&rows[..], &["--data", &files]].concat());
    let of = |text: &str| -> Value {
        let value: Value = serde_json::from_str(text).expect("JSON");
        value["rows"].clone()
    };
    assert_eq!(of(&there), of(&here));
    let plan = connected.answered(&["explain", "mttr by severity", "--plan", "--on", "tested"]);
    for words in ["GROUP BY", ".findings", "PostgreSQL", "is unique"] {
        assert!(plan.contains(words), "no `{words}` in\n{plan}");
    }
}

#[test]
fn a_session_and_the_checks_of_data() {
    let Some(connected) = Connected::new() else {
        return;
    };
    let said = connected.answered(&["repl", "-c", "backlog", "-c", "\\rows 1", "--on", "tested"]);
    assert!(said.contains("finding"), "{said}");
    let checked = connected.run(&["check", "--on", "tested"]);
    let said = String::from_utf8_lossy(&checked.stderr).into_owned()
        + &String::from_utf8_lossy(&checked.stdout);
    assert!(said.contains("findings"), "{said}");
    assert_eq!(checked.status.code(), Some(0), "{said}");
    let gated = connected.run(&["gate", "--on", "tested"]);
    assert!(matches!(gated.status.code(), Some(0 | 1)), "{gated:?}");
}

/// Files of connections that are refused before anybody connects.
#[test]
fn mistakes_in_a_file_of_connections() {
    let Some(connected) = Connected::new() else {
        return;
    };
    let (code, said) = connected.refused(&["run", "backlog", "--on", "testd"]);
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("K936") && said.contains("--on tested"),
        "{said}"
    );
    let cases = [
        ("[tested]\ndriver = 7\n", "D501", "connections.toml"),
        (
            "[tested]\ndriver = \"postgresql\"\nadress = \"x\"\n",
            "D501",
            "adress",
        ),
        ("[tested]\ndriver = \"nowhere-x\"\n", "D501", "dialect = "),
        (
            "[tested]\ndriver = \"postgresql\"\n[tested.tables]\nfindngs = \"a\"\n",
            "D501",
            "findings",
        ),
        (
            "[tested]\ndriver = \"postgresql\"\naddress = \"postgresql://me:hunter22@h/d\"\n",
            "D503",
            "${",
        ),
        (
            "[tested]\ndriver = \"postgresql\"\noptions = { token = \"abc\" }\n",
            "D503",
            "token",
        ),
        (
            "[tested]\ndriver = \"postgresql\"\naddress = \"${NO_SUCH_NAME}\"\n",
            "D504",
            "export NO_SUCH_NAME=",
        ),
        (
            "[tested]\ndriver = \"nowhere_postgres\"\n",
            "D505",
            "ADBC_DRIVER_PATH",
        ),
    ];
    for (text, code, words) in cases {
        connected.write("connections.toml", text);
        let (exit, said) = connected.refused(&["run", "backlog", "--on", "tested"]);
        assert_eq!(exit, 3, "{text}\n{said}");
        assert!(
            said.contains(code) && said.contains(words),
            "{text}\n{said}"
        );
        assert!(!said.contains("hunter22"), "{said}");
    }
    let (exit, said) = connected.refused(&["run", "backlog", "--on", "a", "--data", "b"]);
    assert_eq!(exit, 2, "{said}");
}

#[test]
fn a_server_that_is_not_there() {
    let Some(connected) = Connected::new() else {
        return;
    };
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address").port()
    };
    connected.write(
        "connections.toml",
        &format!(
            "[tested]\ndriver = \"{}\"\naddress = \"postgresql://reader:${{TESTED_PASSWORD}}@127.0.0.1:{port}/security\"\n",
            connected.driver
        ),
    );
    let (code, said) = connected.refused(&["run", "backlog", "--on", "tested"]);
    assert_eq!(code, 3, "{said}");
    assert!(
        said.contains("D506") && said.contains("tested (PostgreSQL)"),
        "{said}"
    );
}

/// A server that lets nobody in: it answers the first message as PostgreSQL answers a wrong password.
#[test]
fn a_wrong_password() {
    let Some(connected) = Connected::new() else {
        return;
    };
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut start = [0; 1024];
        // The first message may ask for encryption, which is declined.
        let mut length = stream.read(&mut start).expect("a message");
        if length == 8 {
            stream.write_all(b"N").expect("an answer");
            length = stream.read(&mut start).expect("a message");
        }
        assert!(length > 8);
        let words = format!("password authentication failed for \"reader\" with {SECRET}");
        let fields = format!("SFATAL\0VFATAL\0C28P01\0M{words}\0\0");
        let mut answer = vec![b'E'];
        answer.extend((fields.len() as u32 + 4).to_be_bytes());
        answer.extend(fields.as_bytes());
        stream.write_all(&answer).expect("an answer");
    });
    connected.write(
        "connections.toml",
        &format!(
            "[tested]\ndriver = \"{}\"\naddress = \"postgresql://reader:${{TESTED_PASSWORD}}@127.0.0.1:{port}/security?sslmode=disable&gssencmode=disable\"\n",
            connected.driver
        ),
    );
    let (code, said) = connected.refused(&["run", "backlog", "--on", "tested"]);
    server.join().expect("the server ends");
    assert_eq!(code, 3, "{said}");
    assert!(
        said.contains("D506") && said.contains("password authentication failed"),
        "{said}"
    );
    assert!(said.contains("***"), "{said}");
}

#[test]
fn tables_that_are_not_what_is_needed() {
    let Some(connected) = Connected::new() else {
        return;
    };
    let refused = |change: &str, query: &str, code: &str, words: &str| {
        let said = connected.loaded.run(change);
        assert!(said.is_empty(), "{said}");
        let (exit, said) = connected.refused(&["run", query, "--on", "tested"]);
        assert_eq!(exit, 3, "{said}");
        assert!(said.contains(code) && said.contains(words), "{said}");
    };
    refused(
        "INSERT INTO findings SELECT * FROM findings WHERE finding_id = 'F0001';",
        "backlog",
        "D301",
        "`F0001` (2 rows)",
    );
    refused(
        "UPDATE findings SET finding_id = NULL WHERE finding_id = 'F0001';",
        "backlog",
        "D302",
        "2 rows have no `finding_id`",
    );
    refused(
        "DELETE FROM findings WHERE finding_id IS NULL; UPDATE findings SET severity = 'dire' WHERE finding_id = 'F0002';",
        "backlog by severity",
        "D204",
        "`dire` (1 row)",
    );
    refused(
        "UPDATE findings SET severity = 'low' WHERE finding_id = 'F0002'; ALTER TABLE findings ALTER COLUMN found_at TYPE text;",
        "backlog",
        "D205",
        "`found_at` holds texts, where dates are needed",
    );
    refused(
        "ALTER TABLE findings DROP COLUMN found_at;",
        "backlog",
        "D112",
        "found_at",
    );
    refused("DROP TABLE findings;", "backlog", "D507", "findings");
    connected.write(
        "connections.toml",
        &connected.text().replace("findings = ", "# "),
    );
    let (exit, said) = connected.refused(&["run", "backlog", "--on", "tested"]);
    assert_eq!(exit, 3, "{said}");
    assert!(
        said.contains("D113") && said.contains("[tested.tables]"),
        "{said}"
    );
}

/// Spellings that the scale maps, blanks, exact decimals, whole numbers as keys, and a table that is a query.
#[test]
fn tables_as_people_have_them() {
    let Some(connected) = Connected::new() else {
        return;
    };
    let before = connected.answered(&[
        "run",
        "backlog, mttr by severity, team",
        "--format",
        "csv",
        "--on",
        "tested",
    ]);
    let said = connected.loaded.run(
        "UPDATE findings SET severity = ' ' || upper(severity) || ' ' WHERE finding_id < 'F0100'; \
         UPDATE assets SET team = '  ' || team; \
         ALTER TABLE findings ALTER COLUMN cvss TYPE numeric(4, 1); \
         ALTER TABLE findings ADD COLUMN asset_number int; \
         UPDATE findings SET asset_number = CAST(substr(asset_id, 2) AS int); \
         ALTER TABLE findings DROP COLUMN asset_id; ALTER TABLE findings RENAME COLUMN asset_number TO asset_id; \
         UPDATE assets SET asset_id = CAST(CAST(substr(asset_id, 2) AS int) AS text);",
    );
    assert!(said.is_empty(), "{said}");
    let text = connected.text();
    let (_, source) = text
        .lines()
        .find_map(|line| line.split_once("findings = "))
        .expect("the findings are named");
    let query = format!("SELECT * FROM {} ;\n", source.trim_matches('"'));
    connected.write("findings.sql", &query);
    connected.write(
        "connections.toml",
        &text.replace(source, "{ query = \"findings.sql\" }"),
    );
    let after = connected.answered(&[
        "run",
        "backlog, mttr by severity, team",
        "--format",
        "csv",
        "--on",
        "tested",
    ]);
    assert_eq!(before, after);
    let highest = connected.answered(&[
        "run",
        "max cvss of findings found",
        "--format",
        "csv",
        "--on",
        "tested",
    ]);
    let here = connected.answered(&[
        "run",
        "max cvss of findings found",
        "--format",
        "csv",
        "--data",
        &demo_folder(),
    ]);
    assert_eq!(highest, here);
}

/// A table whose every look takes a minute.
fn slow(connected: &Connected, timeout: u64) {
    let text = connected.text();
    let (_, source) = text
        .lines()
        .find_map(|line| line.split_once("findings = "))
        .expect("the findings are named");
    let name = source.trim_matches('"');
    connected.write(
        "slow.sql",
        &format!(
            "SELECT findings.* FROM {name} AS findings CROSS JOIN (SELECT pg_sleep(60)) AS nap"
        ),
    );
    let text = text.replace(source, "{ query = \"slow.sql\" }");
    let text = text.replace(
        "\n\n[tested.tables]",
        &format!("\ntimeout = {timeout}\n\n[tested.tables]"),
    );
    connected.write("connections.toml", &text);
}

fn nobody_sleeps(connected: &Connected) {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let said = connected.loaded.run(
            "DO $$ BEGIN IF EXISTS (SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(60)%' \
             AND pid <> pg_backend_pid()) THEN RAISE EXCEPTION 'still there'; END IF; END $$;",
        );
        if said.is_empty() {
            return;
        }
        assert!(Instant::now() < until, "{said}");
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_statement_that_takes_too_long_is_cancelled_there() {
    let Some(connected) = Connected::new() else {
        return;
    };
    slow(&connected, 1);
    let started = Instant::now();
    let (code, said) = connected.refused(&["run", "backlog", "--on", "tested"]);
    assert_eq!(code, 3, "{said}");
    assert!(
        said.contains("D509") && said.contains("timeout = 4"),
        "{said}"
    );
    assert!(started.elapsed() < Duration::from_secs(40), "it waited");
    nobody_sleeps(&connected);
}

#[test]
fn ctrl_c_cancels_there() {
    let Some(connected) = Connected::new() else {
        return;
    };
    slow(&connected, 300);
    let mut child = connected
        .command(&["run", "backlog", "--on", "tested"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    thread::sleep(Duration::from_secs(3));
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(sent.is_ok_and(|status| status.success()));
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(130));
    nobody_sleeps(&connected);
}

#[test]
fn a_table_that_changes_between_two_questions() {
    let Some(connected) = Connected::new() else {
        return;
    };
    let (mut sources, definitions) = demo::library();
    let question = analyze::read(&mut sources, &definitions, "<query>", "backlog by severity");
    let question = question.unwrap_or_else(|problems| panic!("{:#?}", problems.sorted()));
    let query = &question.query;
    let file = connected.folder.path().join("connections.toml");
    let tables = remote::tables(&definitions, &file, "tested");
    let context = QueryContext {
        definitions: &definitions,
        sources: &sources,
        tables: Rc::new(tables.unwrap_or_else(|problems| panic!("{:#?}", problems.sorted()))),
        as_of: None,
        known_on: None,
        watermark: None,
    };
    assert!(context.answers(&[query]).is_ok());
    let said = connected
        .loaded
        .run("ALTER TABLE findings RENAME COLUMN severity TO gravity;");
    assert!(said.is_empty(), "{said}");
    let problems = context.answers(&[query]).err().expect("it is refused");
    let problem = &problems.sorted()[0];
    assert_eq!(problem.code, "D510");
    assert!(
        problem.message.contains("its column severity is gone"),
        "{}",
        problem.message
    );
}
