//! The formats of files that both read.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value};

use super::compare::{Case, Pair, all_equal};
use super::duckdb;
use crate::answers::pipeline::{self, EvaluationTime, instant};

const QUERIES: [&str; 6] = [
    "mttr by severity over month from 2025-10 to 2026-09",
    "backlog by team over month from 2025-10 to 2026-09",
    "scan_coverage over month from 2026-01 to 2026-09",
    "risk_exposure by business_critical over quarter from 2025-Q4 to 2026-Q3",
    "max cvss of findings open by app",
    "list findings open show finding_id, found_at, cvss, exploitable, team sort by found_at",
];

fn demo() -> impl Iterator<Item = (String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demo");
    let tables = ["findings", "assets", "scans", "detections"];
    tables.into_iter().map(move |table| {
        let text =
            fs::read_to_string(folder.join(format!("{table}.csv"))).expect("a file of the demo");
        (table.to_owned(), text)
    })
}

fn is_answered_from(folder: &Path) {
    let definitions = pipeline::definitions("kpi-defs", &[]);
    let queries = QUERIES.map(|text| pipeline::query(&definitions, text));
    let queries: Vec<_> = queries.iter().collect();
    let evaluation = EvaluationTime::at(instant("2026-10-01T00:00:00Z"));
    let read = pipeline::from_folder(&definitions, folder, &queries);
    let answers = pipeline::answers(&definitions, &read, &queries, evaluation);
    let case = Case::new(&definitions, folder, &read);
    let pairs: Vec<Pair> = queries
        .iter()
        .zip(answers)
        .map(|(query, answer)| {
            let plan = pipeline::planned(&definitions, query, evaluation);
            case.pair("", query, &plan, answer)
        })
        .collect();
    all_equal(&pairs);
}

fn objects(text: &str) -> Vec<Value> {
    let mut lines = text
        .lines()
        .map(|line| line.split(',').collect::<Vec<&str>>());
    let header = lines.next().expect("a header");
    let object = |cells: Vec<&str>| {
        let mut object = Map::new();
        for (name, cell) in header.iter().zip(cells) {
            let value = match (*name, cell) {
                (_, "") => Value::Null,
                ("cvss", number) => number.parse::<f64>().expect("a number").into(),
                (_, "yes") => true.into(),
                (_, "no") => false.into(),
                (_, text) => text.into(),
            };
            object.insert((*name).to_owned(), value);
        }
        Value::Object(object)
    };
    lines.map(object).collect()
}

#[test]
fn compressed_csv_with_blanks_around_its_cells() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (table, text) in demo() {
        let padded: Vec<String> = text
            .lines()
            .enumerate()
            .map(|(line, text)| match line {
                0 => text.to_owned(),
                _ => text
                    .split(',')
                    .map(|cell| format!(" {cell}\t"))
                    .collect::<Vec<_>>()
                    .join(","),
            })
            .collect();
        let file = fs::File::create(folder.path().join(format!("{table}.csv.gz"))).expect("a file");
        let mut packed = GzEncoder::new(file, Compression::fast());
        packed
            .write_all((padded.join("\r\n") + "\r\n").as_bytes())
            .expect("it is written");
        packed.finish().expect("it is finished");
    }
    is_answered_from(folder.path());
}

#[test]
fn json_lines_and_arrays() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (place, (table, text)) in demo().enumerate() {
        let objects = objects(&text);
        let (name, text) = match place % 2 {
            0 => {
                let lines: Vec<String> = objects.iter().map(Value::to_string).collect();
                (format!("{table}.jsonl"), lines.join("\n"))
            }
            _ => (format!("{table}.json"), Value::Array(objects).to_string()),
        };
        fs::write(folder.path().join(name), text).expect("a file to write to");
    }
    is_answered_from(folder.path());
}

/// Parquet as DuckDB writes it, with dates, timestamps, numbers and booleans as it finds them.
#[test]
fn parquet_with_types_of_its_own() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let copies: Vec<String> = demo()
        .map(|(table, _)| {
            let from = format!("{}/examples/demo/{table}.csv", env!("CARGO_MANIFEST_DIR"));
            let to = folder.path().join(format!("{table}.parquet"));
            format!(
                "COPY (SELECT * FROM read_csv('{from}')) TO '{}' (FORMAT parquet)",
                to.display()
            )
        })
        .collect();
    if duckdb::run(&copies, &[]).is_some() {
        is_answered_from(folder.path());
    }
}

/// Cubes are Parquet that DuckDB opens: the rows of a KPI without groups are its months.
#[test]
fn cubes_open_in_duckdb() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("cubes.parquet");
    let written = Command::new(env!("CARGO_BIN_EXE_riskql"))
        .args([
            "export",
            "cubes",
            "backlog",
            "--over",
            "month last 6 months",
        ])
        .args(["--data", "examples/demo", "--output"])
        .arg(&file)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program runs");
    assert!(written.status.success());
    let query = format!(
        "SELECT count(*), count(CAST(period_start AS DATE)), sum(value) > 0 FROM read_parquet('{}') \
         WHERE kpi = 'backlog' AND dimension IS NULL",
        file.display()
    );
    let Some(results) = duckdb::run(&[], &[&query]) else {
        return;
    };
    let rows = results[0].as_ref().expect("an answer").rows.clone();
    assert_eq!(rows, [[Value::from(6), Value::from(6), Value::from(true)]]);
}
