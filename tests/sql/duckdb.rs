//! Runs statements in DuckDB: many in one process, since starting one takes longer than most of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use riskql::exec::sql::{DIALECTS, SqlDialect};
use serde_json::json;

use super::database::{self, Database, HostedTables, Rows, Statement, TableSet, TableText};
use super::hosts;

/// Reads a list of statements, writes a list of results.
const RUNNER: &str = r#"
import decimal, json, math, sys
import duckdb

def plain(value):
    if isinstance(value, float) and not math.isfinite(value):
        return "not finite"
    if isinstance(value, decimal.Decimal):
        return float(value)
    return value

with open(sys.argv[1]) as file:
    job = json.load(file)
connection = duckdb.connect()
for statement in job["before"]:
    connection.execute(statement)
results = []
for statement in job["statements"]:
    try:
        cursor = connection.execute(statement)
        names = [column[0] for column in cursor.description]
        rows = [[plain(value) for value in row] for row in cursor.fetchall()]
        results.append({"columns": names, "rows": rows})
    except Exception as error:
        results.append({"error": str(error)})
with open(sys.argv[2], "w") as file:
    json.dump(results, file)
"#;

/// Its words.
pub const DIALECT: &dyn SqlDialect = DIALECTS[0];

/// Runs statements one after the other; `before` makes what they need. `None` if there is no DuckDB.
pub fn run(before: &[String], statements: &[&str]) -> Option<Vec<Result<Rows, String>>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (job, results) = (
        folder.path().join("job.json"),
        folder.path().join("results.json"),
    );
    if !is_there() {
        database::tell("no package duckdb for python3: its statements are not run");
        return None;
    }
    let text = json!({"before": before, "statements": statements}).to_string();
    fs::write(&job, text).expect("a file to write to");
    let ended = python(RUNNER)
        .arg(&job)
        .arg(&results)
        .output()
        .expect("python runs");
    assert!(
        ended.status.success(),
        "{}",
        String::from_utf8_lossy(&ended.stderr)
    );
    Some(database::results(&results))
}

/// DuckDB with tables of its own.
pub struct DuckDb;

impl Database for DuckDb {
    fn dialect(&self) -> &'static dyn SqlDialect {
        DIALECT
    }

    fn run(&self, statements: &[Statement]) -> Option<Vec<Result<Rows, String>>> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let sets = database::sets_of(statements);
        let mut before = Vec::new();
        for (place, set) in sets.iter().enumerate() {
            before.push(format!("CREATE SCHEMA case_{place}"));
            before.push(format!("SET schema = 'case_{place}'"));
            before.extend(set.created(DIALECT));
            for table in &set.tables {
                let own = folder.path().join(place.to_string());
                fs::create_dir_all(&own).expect("a folder to write to");
                before.push(copied(table, &own));
            }
        }
        let of_set = |(place, statement): (usize, &Statement)| {
            let set = sets
                .iter()
                .position(|set| Rc::ptr_eq(set, statement.tables));
            let set = set.expect("one of the sets");
            let text = match statement.is_view {
                false => statement.text.to_owned(),
                true => format!(
                    "CREATE VIEW view_{place} AS\n{};\nSELECT * FROM view_{place}",
                    statement.text
                ),
            };
            format!("SET schema = 'case_{set}';\n{text}")
        };
        let texts: Vec<String> = statements.iter().enumerate().map(of_set).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        run(&before, &texts)
    }

    fn hosted(&self, set: &TableSet, folder: &Path) -> Option<HostedTables> {
        hosts::in_duckdb(set, folder)
    }
}

/// The statement that copies the rows of a table, by way of a folder.
pub fn copied(table: &TableText, folder: &Path) -> String {
    let (name, rows) = (DIALECT.name(&table.name), table.written(folder));
    let written =
        "FORMAT csv, HEADER false, AUTO_DETECT false, DELIMITER ',', QUOTE '\"', ESCAPE '\"'";
    format!("COPY {name} FROM '{rows}' ({written})")
}

fn is_there() -> bool {
    let found = python("import duckdb").output();
    found.is_ok_and(|output| output.status.success())
}

fn python(program: &str) -> Command {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(".duckdb");
    let mut command = Command::new("python3");
    command
        .args(["-c", program])
        .env("PYTHONPATH", folder)
        .env("TZ", "Asia/Kolkata");
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}
