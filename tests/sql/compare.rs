//! The rows of a statement beside those of the engine's answer.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use riskql::exec::answer::{Answer, Cell, Level};
use riskql::exec::data::{self, TableSources};
use riskql::exec::sql::{self, DIALECTS, SqlDialect, StatementInput, TableFiles};
use riskql::lang::model::{Definitions, Query};
use riskql::plan::Plan;
use serde_json::Value;

use super::asked::all_equal_there;
use super::database::{self, Rows, Statement, TableSet};
use super::duckdb;

/// The statement of a plan for DuckDB, over the files in a folder.
fn over_files(
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
        let added = files.add(
            duckdb::DIALECT,
            location.table,
            &location.path,
            &absent.unwrap_or_default(),
        );
        added.expect("DuckDB reads such files");
    }
    written(duckdb::DIALECT, definitions, plan, Some(&files))
}

/// The statement of a plan.
pub fn written(
    dialect: &'static dyn SqlDialect,
    definitions: &Definitions,
    plan: &Plan,
    files: Option<&TableFiles>,
) -> String {
    sql::statement(&StatementInput {
        dialect,
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
    /// For DuckDB, over files.
    pub over_files: String,
    /// For each dialect, over tables.
    pub over_tables: BTreeMap<&'static str, String>,
    pub tables: Rc<TableSet>,
    pub definitions: Rc<Definitions>,
    pub query: Query,
    pub plan: Plan,
}

/// Tables that queries are asked over.
pub struct Case<'a> {
    definitions: Rc<Definitions>,
    folder: &'a Path,
    read: &'a TableSources,
    tables: Rc<TableSet>,
}

impl<'a> Case<'a> {
    /// The tables in a folder, as they were read.
    pub fn new(definitions: &'a Definitions, folder: &'a Path, read: &'a TableSources) -> Case<'a> {
        Case {
            definitions: Rc::new(definitions.clone()),
            folder,
            read,
            tables: TableSet::new(definitions, read),
        }
    }

    /// A query with its answer and its statements.
    pub fn pair(&self, label: &str, query: &Query, plan: &Plan, answer: Answer) -> Pair {
        let of = |dialect: &'static dyn SqlDialect| {
            let statement = written(dialect, &self.definitions, plan, None);
            (dialect.word(), statement)
        };
        Pair {
            label: format!("{label}{}", query.text),
            answer,
            over_files: over_files(&self.definitions, plan, self.folder, self.read),
            over_tables: DIALECTS.into_iter().map(of).collect(),
            tables: self.tables.clone(),
            definitions: self.definitions.clone(),
            query: query.clone(),
            plan: plan.clone(),
        }
    }
}

/// Runs all statements in DuckDB over files, and in each database that is there over its tables; fails with those that
/// differ.
pub fn all_equal(pairs: &[Pair]) {
    let over_files: Vec<&str> = pairs.iter().map(|pair| pair.over_files.as_str()).collect();
    if let Some(results) = duckdb::run(&[], &over_files) {
        let those: Vec<&Pair> = pairs.iter().collect();
        compared("DuckDB, over files", &those, &over_files, results);
    }
    for database in database::wanted() {
        all_equal_in(database, pairs);
    }
    all_equal_there(pairs);
}

/// The same in one database over its tables. Gives how many queries it answered.
pub fn all_equal_in(database: &dyn database::Database, pairs: &[Pair]) -> usize {
    let word = database.dialect().word();
    let those: Vec<&Pair> = pairs.iter().step_by(database::one_in()).collect();
    let statements: Vec<Statement> = those
        .iter()
        .map(|pair| Statement {
            tables: &pair.tables,
            text: &pair.over_tables[word],
            is_view: false,
        })
        .collect();
    let Some(results) = database.run(&statements) else {
        return 0;
    };
    let texts: Vec<&str> = statements.iter().map(|one| one.text).collect();
    compared(database.dialect().title(), &those, &texts, results);
    those.len()
}

/// Makes views of texts, one for each query, and compares their rows with the answers.
pub fn views_equal_in(database: &dyn database::Database, pairs: &[Pair], texts: &[String]) {
    let given = pairs.iter().zip(texts);
    let statements: Vec<Statement> = given
        .map(|(pair, text)| Statement {
            tables: &pair.tables,
            text,
            is_view: true,
        })
        .collect();
    let Some(results) = database.run(&statements) else {
        return;
    };
    let those: Vec<&Pair> = pairs.iter().collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    compared(database.dialect().title(), &those, &texts, results);
}

fn compared(
    database: &str,
    pairs: &[&Pair],
    statements: &[&str],
    results: Vec<Result<Rows, String>>,
) {
    assert_eq!(pairs.len(), results.len(), "{database}");
    let mut wrong = Vec::new();
    for (place, (pair, result)) in pairs.iter().zip(results).enumerate() {
        let difference = match &result {
            Err(error) => Some(error.clone()),
            Ok(rows) => difference(&pair.answer, rows),
        };
        wrong.extend(difference.map(|difference| (place, difference)));
    }
    if let Some((first, _)) = wrong.first() {
        let all: Vec<String> = wrong
            .iter()
            .map(|(place, words)| format!("{}\n{words}", pairs[*place].label))
            .collect();
        panic!(
            "{database}: {} of {} differ\n{}\n\nthe first:\n{}",
            wrong.len(),
            pairs.len(),
            all.join("\n"),
            statements[*first]
        );
    }
}

/// Where the rows of a statement differ from those of an answer.
pub fn difference(answer: &Answer, got: &Rows) -> Option<String> {
    let names: Vec<&str> = answer
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    if got.columns.as_ref().is_some_and(|got| names != *got) {
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
    match number.fract() == 0.0 && !got.is_f64() {
        true => number == other,
        false => (number - other).abs() <= 1e-12 * number.abs().max(other.abs()),
    }
}
