//! Runs statements in DuckDB: many in one process, since starting one takes longer than most of them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

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

/// What a statement gave.
pub struct Rows {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Value>>,
}

/// Runs statements one after the other; `before` makes what they need. `None` if there is no DuckDB.
pub fn run(before: &[String], statements: &[String]) -> Option<Vec<Result<Rows, String>>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (job, results) = (
        folder.path().join("job.json"),
        folder.path().join("results.json"),
    );
    if !is_there() {
        let words = "no package duckdb for python3: statements are not run\n";
        // Not by a macro: the test runner would keep that to itself.
        std::io::stderr()
            .write_all(words.as_bytes())
            .expect("stderr");
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
    let text = fs::read_to_string(&results).expect("results");
    let results: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    Some(results.into_iter().map(result).collect())
}

fn result(value: Value) -> Result<Rows, String> {
    if let Some(error) = value["error"].as_str() {
        return Err(error.to_owned());
    }
    let rows = value["rows"].as_array().expect("rows").iter();
    let columns = value["columns"].as_array().expect("columns").iter();
    Ok(Rows {
        columns: columns
            .map(|name| name.as_str().expect("a name").to_owned())
            .collect(),
        rows: rows
            .map(|row| row.as_array().expect("a row").clone())
            .collect(),
    })
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
