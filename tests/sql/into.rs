//! `--into` as it is typed: rows of answers in tables of PostgreSQL, read back with `psql`, and all that may keep them out.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::connecting::{Connected, SECRET, demo_folder};

const ANSWER: &str = "mttr, backlog by team over quarter last 3 quarters with total versus target";
const SHORT: &str = "backlog by severity over month last 2 months";

impl Connected {
    /// `run QUERY --data … --into tested TABLE`, with the table in the schema of the tables.
    fn arguments<'a>(&self, query: &'a str, table: &str, options: &[&'a str]) -> Vec<String> {
        let table = format!("{}.{table}", self.loaded.schema());
        let files = demo_folder();
        let mut all = vec!["run", query, "--data", &files, "--into", "tested", &table];
        all.extend(options);
        all.into_iter().map(str::to_owned).collect()
    }

    fn writes(&self, query: &str, table: &str, options: &[&str]) {
        let arguments = self.arguments(query, table, options);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        assert_eq!(self.answered(&arguments), "", "stdout is not written to");
    }

    fn kept_out(&self, query: &str, table: &str, options: &[&str]) -> (i32, String) {
        let arguments = self.arguments(query, table, options);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        self.refused(&arguments)
    }

    fn started(&self, query: &str, table: &str, options: &[&str]) -> Child {
        let arguments = self.arguments(query, table, options);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut command = self.command(&arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("the program runs")
    }

    /// The rows of a statement as objects.
    fn objects(&self, statement: &str) -> Vec<Map<String, Value>> {
        let found = self
            .loaded
            .rows(statement)
            .unwrap_or_else(|error| panic!("{statement}\n{error}"));
        let columns = found.columns.unwrap_or_default();
        let object = |row: Vec<Value>| columns.iter().cloned().zip(row).collect();
        found.rows.into_iter().map(object).collect()
    }

    fn count(&self, table: &str) -> u64 {
        let found = self.objects(&format!("SELECT count(*) AS rows FROM {table}"));
        found[0]["rows"].as_u64().expect("a count")
    }

    fn does(&self, statements: &str) {
        let said = self.loaded.run(statements);
        assert!(said.is_empty(), "{said}");
    }

    /// The answer as `--format json` has it.
    fn json(&self, arguments: &[&str]) -> Value {
        let files = demo_folder();
        let said = self.answered(&[arguments, &["--data", &files, "--format", "json"]].concat());
        serde_json::from_str(&said).expect("JSON")
    }
}

/// Every key of every row of the JSON is in the row of the table at its place, with the same value.
fn are_those_of_json(table: &[Map<String, Value>], json: &Value) {
    let rows = json["rows"].as_array().expect("rows");
    assert_eq!(table.len(), rows.len());
    assert!(!rows.is_empty());
    for (there, here) in table.iter().zip(rows) {
        for (key, value) in here.as_object().expect("an object") {
            let found = &there[key];
            match value.as_f64() {
                Some(number) => assert_eq!(found.as_f64(), Some(number), "{key} of {here}"),
                None => assert_eq!(found, value, "{key} of {here}"),
            }
        }
        for (key, value) in [
            ("query", "query"),
            ("as_of", "as_of"),
            ("known_on", "known_on"),
        ] {
            assert_eq!(there[key], json[value]);
        }
        assert_eq!(there["definitions"], json["definitions"]);
        assert_eq!(there["data"], json["data"]);
    }
}

#[test]
fn the_rows_are_those_of_json_and_say_what_was_asked() {
    let Some(connected) = Connected::new() else {
        return;
    };
    connected.writes(ANSWER, "answer", &[]);
    let json = connected.json(&["run", ANSWER]);
    let table = connected.objects("SELECT * FROM answer ORDER BY ctid");
    are_those_of_json(&table, &json);
    let days = connected.objects(
        "SELECT DISTINCT period, period_start, period_end, to_char(as_of_instant AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS at \
         FROM answer WHERE period IS NOT NULL ORDER BY 1",
    );
    assert_eq!(days.len(), 3);
    for row in days {
        let label = row["period"].as_str().expect("a period");
        let quarter: u32 = label[6..].parse().expect("a quarter");
        let (month, last) =
            [(1, "03-31"), (4, "06-30"), (7, "09-30"), (10, "12-31")][quarter as usize - 1];
        assert_eq!(
            row["period_start"],
            format!("{}-{month:02}-01", &label[..4])
        );
        assert_eq!(row["period_end"], format!("{}-{last}", &label[..4]));
        assert_eq!(row["at"], json["as_of_instant"]);
    }
}

#[test]
fn columns_have_types_of_their_own() {
    let Some(connected) = Connected::new() else {
        return;
    };
    connected.writes(ANSWER, "answer", &[]);
    connected.writes(
        "list findings open show finding_id, severity, exploitable, cvss, found_at sort by finding_id limit 9",
        "list",
        &[],
    );
    let types = |table: &str| {
        let statement = format!(
            "SELECT column_name AS name, data_type AS type FROM information_schema.columns \
             WHERE table_schema = '{}' AND table_name = '{table}' ORDER BY ordinal_position",
            connected.loaded.schema()
        );
        let rows = connected.objects(&statement);
        let words = |row: &Map<String, Value>| {
            let word = |key: &str| row[key].as_str().expect("a text").to_owned();
            format!("{} {}", word("name"), word("type"))
        };
        rows.iter().map(words).collect::<Vec<_>>()
    };
    let number = "double precision";
    let text = "text";
    let about = [
        "query text",
        "as_of text",
        "as_of_instant timestamp with time zone",
        "known_on text",
        "definitions text",
        "data text",
    ];
    let mut expected: Vec<String> = ["period text", "team text"].map(str::to_owned).to_vec();
    for kpi in ["mttr", "backlog"] {
        let of = [
            ("", number),
            ("_rows", "bigint"),
            ("_reason", text),
            ("_target", number),
            ("_bound", text),
            ("_status", text),
        ];
        let found = types("answer");
        // A KPI with bands or evidence has more: only these are looked at.
        for (suffix, of) in of {
            let column = format!("{kpi}{suffix} {of}");
            assert!(found.contains(&column), "no {column} in {found:?}");
        }
    }
    expected.extend(["period_start date", "period_end date"].map(str::to_owned));
    expected.extend(about.map(str::to_owned));
    let found = types("answer");
    for column in &expected {
        assert!(found.contains(column), "no {column} in {found:?}");
    }
    let list = [
        "finding_id text",
        "severity text",
        "exploitable boolean",
        "cvss double precision",
        "found_at timestamp with time zone",
    ];
    assert_eq!(types("list"), [&list[..], &about].concat());
    let json = connected.json(&[
        "run",
        "list findings open show finding_id, found_at sort by finding_id limit 9",
    ]);
    let found = connected.objects(
        "SELECT finding_id, to_char(found_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS found_at FROM list ORDER BY ctid",
    );
    let found: Vec<Value> = found.into_iter().map(Value::Object).collect();
    assert_eq!(&found, json["rows"].as_array().expect("rows"));
}

#[test]
fn cubes_are_a_table() {
    let Some(connected) = Connected::new() else {
        return;
    };
    let asked = [
        "export",
        "cubes",
        "mttr",
        "backlog",
        "--over",
        "month last 3 months",
    ];
    let files = demo_folder();
    let table = format!("{}.Cubes", connected.loaded.schema());
    connected.answered(&[&asked[..], &["--data", &files, "--into", "tested", &table]].concat());
    let json = connected.json(&asked);
    let found = connected.objects("SELECT * FROM \"Cubes\" ORDER BY ctid");
    are_those_of_json(&found, &json);
    let days = connected.objects("SELECT max(period_end - period_start) AS days FROM \"Cubes\"");
    assert_eq!(days[0]["days"], 30, "days are days, and some month has 31");
}

/// Queries asked in the same database that the rows go to.
#[test]
fn from_a_database_into_itself() {
    let Some(connected) = Connected::new() else {
        return;
    };
    let table = format!("{}.answer", connected.loaded.schema());
    connected.answered(&["run", ANSWER, "--on", "tested", "--into", "tested", &table]);
    let json = connected.answered(&["run", ANSWER, "--on", "tested", "--format", "json"]);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    are_those_of_json(
        &connected.objects("SELECT * FROM answer ORDER BY ctid"),
        &json,
    );
}

#[test]
fn a_table_that_is_there_is_never_lost() {
    let Some(connected) = Connected::new() else {
        return;
    };
    connected.does("CREATE TABLE answer AS SELECT 7 AS mine;");
    let (code, said) = connected.kept_out(SHORT, "answer", &[]);
    assert_eq!(code, 3, "{said}");
    for word in ["D511", "--append", "--replace"] {
        assert!(said.contains(word), "{said}");
    }
    for option in ["--append", "--replace"] {
        let (code, said) = connected.kept_out(SHORT, "answer", &[option]);
        assert_eq!(code, 3, "{said}");
        assert!(said.contains("D512") && said.contains("mine"), "{said}");
    }
    assert_eq!(connected.objects("SELECT mine FROM answer")[0]["mine"], 7);
    // A view is there as a table is.
    connected.does("CREATE VIEW view_of AS SELECT * FROM answer;");
    let (_, said) = connected.kept_out(SHORT, "view_of", &[]);
    assert!(said.contains("D511"), "{said}");
}

#[test]
fn rows_are_added_or_stand_in_place_of_others() {
    let Some(connected) = Connected::new() else {
        return;
    };
    // Where there is no table yet, both make one: a job that runs each night need not know.
    connected.writes(SHORT, "added", &["--append"]);
    connected.writes(SHORT, "replaced", &["--replace"]);
    let once = connected.count("added");
    assert!(once > 3);
    assert_eq!(connected.count("replaced"), once);
    connected.does("GRANT SELECT ON replaced TO PUBLIC; CREATE VIEW dependent AS SELECT team FROM (SELECT severity AS team FROM replaced) AS of;");
    let earlier = format!("{SHORT} as of 2026-03-31");
    connected.writes(&earlier, "added", &["--append"]);
    connected.writes(&earlier, "replaced", &["--replace"]);
    let added =
        connected.objects("SELECT as_of, count(*) AS rows FROM added GROUP BY 1 ORDER BY 1");
    assert_eq!(added.len(), 2, "{added:?}");
    assert_eq!(added[0]["as_of"], "2026-03-31");
    let replaced = connected.objects("SELECT * FROM replaced ORDER BY ctid");
    are_those_of_json(&replaced, &connected.json(&["run", &earlier]));
    // What hangs on the table is still there.
    assert_eq!(connected.count("dependent"), replaced.len() as u64);
}

#[test]
fn columns_in_another_order() {
    let Some(connected) = Connected::new() else {
        return;
    };
    connected.writes(SHORT, "answer", &[]);
    connected.does(
        "CREATE TABLE other AS SELECT as_of_instant, backlog, severity, backlog_rows, period, level, query, backlog_reason, data, \
         definitions, known_on, period_end, period_start, as_of FROM answer LIMIT 0;",
    );
    connected.writes(SHORT, "other", &["--append"]);
    let other = connected.objects("SELECT * FROM other ORDER BY ctid");
    are_those_of_json(&other, &connected.json(&["run", SHORT]));
}

#[test]
fn columns_that_differ_are_named() {
    let Some(connected) = Connected::new() else {
        return;
    };
    connected.writes(SHORT, "answer", &[]);
    connected.does(
        "ALTER TABLE answer DROP COLUMN level; ALTER TABLE answer ADD COLUMN loaded_by text; \
         ALTER TABLE answer ALTER COLUMN backlog TYPE numeric; ALTER TABLE answer ALTER COLUMN backlog_rows TYPE int;",
    );
    let before = connected.objects("SELECT * FROM answer");
    for option in ["--append", "--replace"] {
        let (code, said) = connected.kept_out(SHORT, "answer", &[option]);
        assert_eq!(code, 3, "{said}");
        for words in [
            "D512",
            "the table has no level",
            "the rows have no loaded_by",
            "backlog is numeric there, and double precision is to be written",
            "backlog_rows is int4 there",
        ] {
            assert!(said.contains(words), "no `{words}` in\n{said}");
        }
    }
    assert_eq!(connected.objects("SELECT * FROM answer"), before);
}

/// The disk is full after some rows; a value that the table does not take.
#[test]
fn a_failure_halfway_leaves_the_old_rows() {
    let Some(connected) = Connected::new() else {
        return;
    };
    connected.writes(SHORT, "answer", &[]);
    connected.does(
        "CREATE SEQUENCE rows_seen; \
         CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF nextval('rows_seen') > 4 THEN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END IF; \
         RETURN NEW; END $$; \
         CREATE TRIGGER full_disk BEFORE INSERT ON answer FOR EACH ROW EXECUTE FUNCTION full_disk();",
    );
    // The function finds its sequence wherever it is called from.
    connected.does(&format!(
        "ALTER FUNCTION full_disk() SET search_path TO {};",
        connected.loaded.schema()
    ));
    let before = connected.objects("SELECT * FROM answer ORDER BY ctid");
    for option in ["--replace", "--append"] {
        connected.does("ALTER SEQUENCE rows_seen RESTART;");
        let (code, said) = connected.kept_out(SHORT, "answer", &[option]);
        assert_eq!(code, 3, "{said}");
        assert!(
            said.contains("D514") && said.contains("No space left"),
            "{said}"
        );
        assert!(said.contains("as it was"), "{said}");
        assert_eq!(
            connected.objects("SELECT * FROM answer ORDER BY ctid"),
            before
        );
    }
    let seen = connected.objects("SELECT last_value AS rows FROM rows_seen");
    assert_eq!(seen[0]["rows"], 5, "four rows were written before");
}

#[test]
fn who_may_not_write() {
    let Some(connected) = Connected::new() else {
        return;
    };
    connected.writes(SHORT, "answer", &[]);
    let before = connected.objects("SELECT * FROM answer ORDER BY ctid");
    let schema = connected.loaded.schema();
    let user = format!("reader_of_{schema}");
    connected.does(&format!(
        "CREATE ROLE {user} LOGIN; GRANT USAGE ON SCHEMA {schema} TO {user};"
    ));
    let files = demo_folder();
    let address = connected.loaded.address(&user);
    let driver = std::path::Path::new(&connected.driver)
        .parent()
        .and_then(std::path::Path::parent);
    let asked = |table: &str, options: &[&str]| {
        let table = format!("{schema}.{table}");
        let arguments = ["run", SHORT, "--data", &files, "--into", &address, &table];
        let mut command = connected.command(&[&arguments, options].concat());
        command.env("ADBC_DRIVER_PATH", driver.expect("a folder of drivers"));
        let output = command.output().expect("the program runs");
        let said = String::from_utf8(output.stderr).expect("text");
        (output.status.code().expect("an exit code"), said)
    };
    for (table, option) in [
        ("fresh", "--append"),
        ("answer", "--append"),
        ("answer", "--replace"),
    ] {
        let (code, said) = asked(table, &[option]);
        assert_eq!(code, 3, "{said}");
        assert!(
            said.contains("D513") && said.contains("permission denied"),
            "{said}"
        );
    }
    assert_eq!(
        connected.objects("SELECT * FROM answer ORDER BY ctid"),
        before
    );
    // Who may add rows need not be able to read them.
    connected.does(&format!("GRANT INSERT ON answer TO {user};"));
    let (code, said) = asked("answer", &["--append"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(connected.count("answer"), 2 * before.len() as u64);
}

/// Makes every row that is written take a minute; `FOR EACH` says of what.
fn slow(connected: &Connected, table: &str, each: &str, seconds: u32) {
    connected.does(&format!(
        "CREATE FUNCTION nap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep({seconds}); RETURN NEW; END $$; \
         CREATE TRIGGER nap BEFORE INSERT ON {table} FOR EACH {each} EXECUTE FUNCTION nap();"
    ));
}

/// Whether rows are being written into a table of the schema at this moment.
fn is_written(connected: &Connected) -> bool {
    let found = connected.objects(&format!(
        "SELECT count(*) AS writers FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'COPY%{}%' AND pid <> pg_backend_pid()",
        connected.loaded.schema()
    ));
    found[0]["writers"] != 0
}

fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < until, "not within a minute: {what}");
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn ctrl_c_leaves_the_old_rows_which_everybody_could_read() {
    let Some(connected) = Connected::new() else {
        return;
    };
    connected.writes(SHORT, "answer", &[]);
    let before = connected.objects("SELECT * FROM answer ORDER BY ctid");
    slow(&connected, "answer", "ROW", 60);
    let mut child = connected.started(SHORT, "answer", &["--replace"]);
    wait_until("rows are written", || is_written(&connected));
    // Nobody who reads has to wait, or sees less.
    connected
        .does("SET statement_timeout = '5s'; DO $$ BEGIN PERFORM count(*) FROM answer; END $$;");
    assert_eq!(
        connected.objects("SELECT * FROM answer ORDER BY ctid"),
        before
    );
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(sent.is_ok_and(|status| status.success()));
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    wait_until("nobody writes", || !is_written(&connected));
    assert_eq!(
        connected.objects("SELECT * FROM answer ORDER BY ctid"),
        before
    );
}

#[test]
fn what_takes_too_long_leaves_the_old_rows() {
    let Some(connected) = Connected::new() else {
        return;
    };
    connected.writes(SHORT, "answer", &[]);
    let before = connected.objects("SELECT * FROM answer ORDER BY ctid");
    slow(&connected, "answer", "ROW", 60);
    let text = connected
        .text()
        .replace("\n\n[tested.tables]", "\ntimeout = 1\n\n[tested.tables]");
    connected.write("connections.toml", &text);
    let (code, said) = connected.kept_out(SHORT, "answer", &["--replace"]);
    assert_eq!(code, 3, "{said}");
    assert!(
        said.contains("D509") && said.contains("timeout = 4"),
        "{said}"
    );
    wait_until("nobody writes", || !is_written(&connected));
    assert_eq!(
        connected.objects("SELECT * FROM answer ORDER BY ctid"),
        before
    );
}

/// Two at once: the second waits, and the rows are there once.
#[test]
fn two_that_replace_the_rows_at_once() {
    let Some(connected) = Connected::new() else {
        return;
    };
    connected.writes(SHORT, "answer", &[]);
    let once = connected.count("answer");
    slow(&connected, "answer", "STATEMENT", 3);
    let mut first = connected.started(SHORT, "answer", &["--replace"]);
    wait_until("rows are written", || is_written(&connected));
    let mut second = connected.started(SHORT, "answer", &["--replace"]);
    for child in [&mut first, &mut second] {
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
    }
    assert_eq!(connected.count("answer"), once);
}

#[test]
fn tables_that_queries_read_are_never_written() {
    let Some(connected) = Connected::new() else {
        return;
    };
    let files = demo_folder();
    let table = format!("{}.findings", connected.loaded.schema());
    let address = connected.loaded.address("postgres");
    let rows = connected.count("findings");
    let into = |place: &str, table: &str, from: [&str; 2]| {
        connected.refused(&[
            "run",
            SHORT,
            from[0],
            from[1],
            "--into",
            place,
            table,
            "--replace",
        ])
    };
    let from_files = ["--data", files.as_str()];
    for (place, table, from) in [
        ("tested", table.as_str(), from_files),
        ("tested", "findings", from_files),
        ("tested", table.as_str(), ["--on", "tested"]),
        (address.as_str(), table.as_str(), ["--on", "tested"]),
    ] {
        let (code, said) = into(place, table, from);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("K939") && said.contains("findings"), "{said}");
    }
    assert_eq!(connected.count("findings"), rows);
}

/// What is wrong with the command itself is told before anything is computed.
#[test]
fn mistakes_in_the_command() {
    let Some(connected) = Connected::new() else {
        return;
    };
    let files = demo_folder();
    let with_password = format!("postgresql://user:{SECRET}@localhost/security");
    let long = "x".repeat(64);
    let cases: [(&[&str], i32, &str, &str); 12] = [
        (&["--into", "testd", "answer"], 2, "K936", "--into tested"),
        (&["--into", "tested", "a.b.c"], 2, "K937", "schema.table"),
        (&["--into", "tested", ".answer"], 2, "K937", ".answer"),
        (&["--into", "tested", &long], 2, "K937", "63 bytes"),
        (
            &["--into", "tested", "nowhere.answer"],
            3,
            "D507",
            "CREATE SCHEMA nowhere",
        ),
        // Secrets at the wrong place are not repeated.
        (
            &["--into", "answer", &with_password],
            2,
            "K937",
            "comes first",
        ),
        (
            &["--into", &with_password[13..], "answer"],
            2,
            "K938",
            "postgresql://",
        ),
        (
            &[
                "--into",
                &format!("mysql{}", &with_password[10..]),
                "answer",
            ],
            2,
            "K938",
            "mysql://",
        ),
        (
            &["--into", "postgresql://user:${NO_SUCH_NAME}@h/d", "answer"],
            3,
            "D504",
            "NO_SUCH_NAME",
        ),
        (&["--append"], 2, "", "--into"),
        (
            &["--into", "tested", "answer", "--append", "--replace"],
            2,
            "",
            "--replace",
        ),
        (
            &["--into", "tested", "answer", "-o", "answer.csv"],
            2,
            "",
            "--output",
        ),
    ];
    for (options, code, problem, words) in cases {
        let arguments = [&["run", SHORT, "--data", &files], options].concat();
        let (exit, said) = connected.refused(&arguments);
        assert_eq!(exit, code, "{options:?}\n{said}");
        assert!(
            said.contains(problem) && said.contains(words),
            "{options:?}\n{said}"
        );
    }
    for asked in [&["run"][..], &["run", "explain backlog"]] {
        let arguments = [asked, &["--data", &files, "--into", "tested", "answer"]].concat();
        let (exit, said) = connected.refused(&arguments);
        assert_eq!(exit, 2, "{said}");
        assert!(
            said.contains("K909") && said.contains("export cubes"),
            "{said}"
        );
    }
    let (exit, said) = connected.refused(&[
        "run",
        SHORT,
        "--data",
        &files,
        "--into",
        "tested",
        "answer",
        "--connections",
        "none.toml",
    ]);
    assert_eq!(exit, 3, "{said}");
    assert!(said.contains("none.toml"), "{said}");
}

/// A server that lets nobody in and repeats the password: it is in no message, wherever it was typed.
#[test]
fn no_password_is_ever_shown() {
    let Some(connected) = Connected::new() else {
        return;
    };
    let files = demo_folder();
    let driver = std::path::Path::new(&connected.driver)
        .parent()
        .and_then(std::path::Path::parent);
    let options = "sslmode=disable&gssencmode=disable";
    let addresses = |port: u16| {
        [
            format!("postgres://reader:{SECRET}@127.0.0.1:{port}/security?{options}"),
            format!("postgresql://reader@127.0.0.1:{port}/security?{options}&password={SECRET}"),
            format!("postgresql://reader:${{TESTED_PASSWORD}}@127.0.0.1:{port}/security?{options}"),
            format!("postgresql://reader@127.0.0.1:{port}/security?{options}"),
        ]
    };
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let server = thread::spawn(move || {
        for _ in 0..4 {
            let (mut stream, _) = listener.accept().expect("a client");
            let length = stream.read(&mut [0; 1024]).expect("a message");
            assert!(length > 8);
            let words = format!("password authentication failed for \"reader\" with {SECRET}");
            let fields = format!("SFATAL\0VFATAL\0C28P01\0M{words}\0\0");
            let mut answer = vec![b'E'];
            answer.extend((fields.len() as u32 + 4).to_be_bytes());
            answer.extend(fields.as_bytes());
            stream.write_all(&answer).expect("an answer");
        }
    });
    // Nobody listens at a port that was let go.
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address").port()
    };
    for (port, words) in [
        (port, "password authentication failed"),
        (closed, "refused"),
    ] {
        for address in addresses(port) {
            let mut command =
                connected.command(&["run", SHORT, "--data", &files, "--into", &address, "answer"]);
            command.env("ADBC_DRIVER_PATH", driver.expect("a folder of drivers"));
            command.env("PGPASSWORD", SECRET);
            let output = command.output().expect("the program runs");
            let said = String::from_utf8(output.stderr).expect("text");
            assert_eq!(output.status.code(), Some(3), "{said}");
            assert!(said.contains("D506") && said.contains(words), "{said}");
            assert!(
                said.contains(&format!("127.0.0.1:{port}/security")),
                "{said}"
            );
            assert!(!said.contains(SECRET), "{said}");
        }
    }
    server.join().expect("the server ends");
}

/// Names with blanks, quotes and capitals; statements hidden in them are names.
#[test]
fn names_as_they_are_written() {
    let Some(connected) = Connected::new() else {
        return;
    };
    for (name, quoted) in [
        ("Mean Time", "\"Mean Time\""),
        ("we\"ird", "\"we\"\"ird\""),
        ("x; DROP TABLE findings", "\"x; DROP TABLE findings\""),
        ("select", "\"select\""),
    ] {
        connected.writes(SHORT, name, &[]);
        connected.writes(SHORT, name, &["--replace"]);
        assert!(connected.count(quoted) > 3);
    }
    assert!(connected.count("findings") > 3);
}
