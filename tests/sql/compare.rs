//! The rows of a statement beside those of the engine's answer.

use std::path::Path;

use riskql::exec::answer::{Answer, Cell, Level};
use riskql::exec::data::{self, TableSources};
use riskql::exec::sql::{self, StatementInput, TableFiles};
use riskql::lang::model::{Definitions, Query};
use riskql::plan::Plan;
use serde_json::Value;

use super::duckdb::{self, Rows};

/// The statement of a plan over the files in a folder.
pub fn over_files(
    definitions: &Definitions,
    plan: &Plan,
    folder: &Path,
    read: &TableSources,
) -> String {
    let located = data::locate(definitions, Some(folder), &[]);
    let located = located.unwrap_or_else(|problems| panic!("{:#?}", problems.sorted()));
    let mut files = TableFiles::default();
    for location in located {
        let absent = read.table(location.table).map(|table| table.absent.clone());
        let added = files.add(location.table, &location.path, &absent.unwrap_or_default());
        added.expect("DuckDB reads such files");
    }
    written(definitions, plan, Some(&files))
}

/// The statement of a plan.
pub fn written(definitions: &Definitions, plan: &Plan, files: Option<&TableFiles>) -> String {
    sql::statement(&StatementInput {
        definitions,
        plan,
        files,
        place: &|_| "test.kpi:1".to_owned(),
    })
}

/// A query with its answer and its statement.
pub struct Pair {
    /// What it is, for whoever reads a failure.
    pub label: String,
    pub answer: Answer,
    pub statement: String,
}

impl Pair {
    pub fn new(label: impl Into<String>, query: &Query, answer: Answer, statement: String) -> Pair {
        Pair {
            label: format!("{}{}", label.into(), query.text),
            answer,
            statement,
        }
    }
}

/// Runs all statements; fails with those that differ. Gives how many rows were compared.
pub fn all_equal(before: &[String], pairs: &[Pair]) -> Option<usize> {
    let statements: Vec<String> = pairs.iter().map(|pair| pair.statement.clone()).collect();
    let results = duckdb::run(before, &statements)?;
    let mut wrong = Vec::new();
    let mut compared = 0;
    for (pair, result) in pairs.iter().zip(results) {
        let difference = match &result {
            Err(error) => Some(error.clone()),
            Ok(rows) => difference(&pair.answer, rows),
        };
        compared += result.map_or(0, |rows| rows.rows.len());
        wrong.extend(difference.map(|difference| (pair, difference)));
    }
    if let Some((pair, _)) = wrong.first() {
        let all: Vec<String> = wrong
            .iter()
            .map(|(pair, words)| format!("{}\n{words}", pair.label))
            .collect();
        panic!(
            "{} of {} differ\n{}\n\nthe first:\n{}",
            wrong.len(),
            pairs.len(),
            all.join("\n"),
            pair.statement
        );
    }
    Some(compared)
}

fn difference(answer: &Answer, got: &Rows) -> Option<String> {
    let names: Vec<&str> = answer
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    if names != got.columns {
        return Some(format!("columns {names:?}, not {:?}", got.columns));
    }
    let rows = || answer.rows.iter().filter(|row| row.level == Level::Group);
    if rows().count() != got.rows.len() {
        return Some(format!("{} rows, not {}", rows().count(), got.rows.len()));
    }
    let pairs = rows().zip(&got.rows);
    let differs = |cells: &[Cell], got: &[Value]| {
        let mut cells = cells.iter().zip(got);
        cells.any(|(cell, got)| !is_equal(cell, got))
    };
    let mut different = pairs.filter(|(row, got)| differs(&row.cells, got));
    let (row, got) = different.next()?;
    Some(format!("expected {:?}\nbut got  {got:?}", row.cells))
}

fn is_equal(cell: &Cell, got: &Value) -> bool {
    match (cell, got) {
        (Cell::Missing, got) => got.is_null(),
        (Cell::Text(text), got) => got.as_str() == Some(text),
        (Cell::YesNo(yes), got) => got.as_bool() == Some(*yes),
        (Cell::Number(number), got) => is_close(*number, got),
        (Cell::Value(value), got) => match value.value {
            None => got.is_null(),
            Some(number) => is_close(number, got),
        },
    }
}

/// Whole numbers are equal, others to twelve digits.
fn is_close(number: f64, got: &Value) -> bool {
    let Some(other) = got.as_f64() else {
        return false;
    };
    match got.is_f64() {
        false => number == other,
        true => (number - other).abs() <= 1e-12 * number.abs().max(other.abs()),
    }
}
