//! The SELECTs of `init --from`, over the tables of other programs in PostgreSQL: as views named after the tables of the
//! model they give what RiskQL computes from the same rows in files.

mod defectdojo;
mod dependency_track;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use riskql::base::source::Sources;
use riskql::exec::answer::{Answer, Cell};
use riskql::exec::sql::DIALECTS;
use riskql::lang::model::{Definitions, Query};
use riskql::lang::project::{self, ProjectOrigin};
use serde_json::Value;
use tempfile::TempDir;

use super::compare::{difference, written};
use super::database::Rows;
use super::postgres;
use crate::answers::pipeline::{self, EvaluationTime, instant};

/// The tables of the model.
const TABLES: [&str; 4] = ["assets", "findings", "scans", "detections"];

/// The database of another program.
struct Existing {
    /// Where `init` wrote to.
    folder: TempDir,
    definitions: Definitions,
    /// Makes its tables, and the views.
    script: String,
    as_of: &'static str,
}

impl Existing {
    /// `tables` is a script that makes the tables of the program.
    fn new(program: &str, tables: &str, as_of: &'static str) -> Existing {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let written = Command::new(env!("CARGO_BIN_EXE_riskql"))
            .args(["init", "--from", program])
            .current_dir(folder.path())
            .output()
            .expect("the binary runs");
        assert!(written.status.success(), "{written:?}");
        let mut script = tables.to_owned();
        for table in TABLES {
            let select = folder.path().join(program).join(format!("{table}.sql"));
            let select = fs::read_to_string(select).expect("a SELECT");
            script += &format!("\nCREATE VIEW {table} AS\n{select};\n");
        }
        let mut sources = Sources::default();
        let origin = ProjectOrigin::Folder(folder.path().join("kpi-defs"));
        let (definitions, problems) = project::definitions(&mut sources, &origin);
        let problems = problems.sorted();
        assert!(problems.is_empty(), "{problems:#?}");
        Existing {
            definitions: definitions.expect("definitions"),
            folder,
            script,
            as_of,
        }
    }

    /// The rows of the views as files of tables; `None` without PostgreSQL.
    fn exported(&self) -> Option<PathBuf> {
        let selects = TABLES.map(|table| format!("SELECT * FROM {table}"));
        let selects: Vec<&str> = selects.iter().map(String::as_str).collect();
        let rows = postgres::run_over(&self.script, &selects)?;
        let data = self.folder.path().join("data");
        fs::create_dir(&data).expect("a folder");
        for (table, rows) in TABLES.iter().zip(rows) {
            let rows = rows.unwrap_or_else(|error| panic!("{table}: {error}"));
            let names = rows.columns.expect("there are rows");
            let lines = rows.rows.into_iter().map(|row| {
                let object: serde_json::Map<String, Value> =
                    names.iter().cloned().zip(row).collect();
                Value::Object(object).to_string()
            });
            let lines: Vec<String> = lines.collect();
            fs::write(data.join(format!("{table}.jsonl")), lines.join("\n")).expect("a file");
        }
        Some(data)
    }

    fn queries(&self, texts: &[String]) -> Vec<Query> {
        let texts = texts.iter();
        let queries = texts.filter_map(|text| pipeline::try_query(&self.definitions, text));
        queries.collect()
    }

    fn answers(&self, queries: &[Query], data: &Path) -> Vec<Answer> {
        let queries: Vec<&Query> = queries.iter().collect();
        let read = pipeline::from_folder(&self.definitions, data, &queries);
        let evaluation = EvaluationTime::at(instant(self.as_of));
        pipeline::answers(&self.definitions, &read, &queries, evaluation)
    }

    /// Every KPI in some forms, compiled and run over the views, gives what the engine gives over the exported rows.
    fn is_equal_to_files(&self) {
        let Some(data) = self.exported() else { return };
        let forms = [
            "KPI",
            "KPI over month last 6 months",
            "KPI by severity",
            "KPI by team over month last 3 months",
            "KPI by app over quarter last 2 quarters",
        ];
        let kpis = self.definitions.kpis.iter();
        let texts: Vec<String> = kpis
            .flat_map(|kpi| forms.map(|form| form.replace("KPI", &kpi.name)))
            .collect();
        let queries = self.queries(&texts);
        assert!(queries.len() > 50, "only {} queries", queries.len());
        let answers = self.answers(&queries, &data);
        let evaluation = EvaluationTime::at(instant(self.as_of));
        let statements = queries.iter().map(|query| {
            let plan = pipeline::planned(&self.definitions, query, evaluation);
            written(DIALECTS[1], &self.definitions, &plan, None)
        });
        let statements: Vec<String> = statements.collect();
        let texts: Vec<&str> = statements.iter().map(String::as_str).collect();
        let rows = postgres::run_over(&self.script, &texts).expect("it was there a moment ago");
        let differences = queries.iter().zip(answers).zip(rows);
        let differences =
            differences.filter_map(|((query, answer), rows): (_, Result<Rows, String>)| {
                let words = match rows {
                    Ok(rows) => difference(&answer, &rows)?,
                    Err(error) => error,
                };
                Some(format!("{}: {words}", query.text))
            });
        let differences: Vec<String> = differences.collect();
        assert!(differences.is_empty(), "{}", differences.join("\n"));
    }

    /// Queries for one number have these.
    fn gives(&self, expected: &[(&str, Option<f64>)]) {
        let Some(data) = self.exported() else { return };
        for (text, expected) in expected {
            let query = pipeline::query(&self.definitions, text);
            let answers = self.answers(&[query], &data);
            let row = &answers[0].rows[0];
            let Some(Cell::Value(value)) = row.cells.last() else {
                panic!("{text}: {:?}", row.cells);
            };
            let is_it = match (value.value, expected) {
                (Some(value), Some(expected)) => (value - expected).abs() < 1e-9,
                (value, expected) => value.is_none() && expected.is_none(),
            };
            assert!(is_it, "{text}: {:?}, not {expected:?}", value.value);
        }
    }
}
