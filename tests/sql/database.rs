//! What databases that hold tables have in common: the tables, statements and rows of tests.

use std::any::Any;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::rc::Rc;
use std::{env, fs};

use chrono::DateTime;
use polars::prelude::{AnyValue, col};
use riskql::base::types::FieldType;
use riskql::exec::data::TableSources;
use riskql::exec::sql::SqlDialect;
use riskql::lang::model::{Definitions, TableId};
use serde_json::Value;

use super::postgres::Postgres;
use super::scripts::{CLICKHOUSE, SPARK};

/// A database that runs statements over tables.
pub trait Database {
    fn dialect(&self) -> &'static dyn SqlDialect;

    /// Runs statements, each over its tables; `None`, and a word on stderr, if the database is not there.
    fn run(&self, statements: &[Statement]) -> Option<Vec<Result<Rows, String>>>;

    /// The tables of a set, where queries are asked over a driver; `None`, and a word on stderr, if they cannot be.
    fn hosted(&self, set: &TableSet, folder: &Path) -> Option<HostedTables>;
}

/// Tables in a database, until this is dropped.
pub struct HostedTables {
    /// A file of connections whose `tested` has the tables.
    pub connections: String,
    /// What runs as long.
    pub server: Option<Box<dyn Any>>,
}

/// The databases that tests compare with: PostgreSQL where it is installed, and those that `RISKQL_DATABASES` names.
pub fn wanted() -> Vec<&'static dyn Database> {
    let known: [&'static dyn Database; 3] = [&Postgres, &CLICKHOUSE, &SPARK];
    let is_wanted = |database: &&dyn Database| is_named(database.dialect());
    known.into_iter().filter(is_wanted).collect()
}

/// Whether tests are to run in a database.
pub fn is_named(dialect: &dyn SqlDialect) -> bool {
    let named = env::var("RISKQL_DATABASES").unwrap_or_else(|_| "postgres,duckdb".to_owned());
    named.split(',').any(|name| name == dialect.word())
}

/// How many statements there are for each that databases run: `RISKQL_ONE_IN`, for databases that take seconds for one.
pub fn one_in() -> usize {
    let named = env::var("RISKQL_ONE_IN").ok();
    named.map_or(1, |number| {
        number.parse().expect("RISKQL_ONE_IN is a number")
    })
}

/// A statement and the tables that it reads.
pub struct Statement<'a> {
    pub tables: &'a Rc<TableSet>,
    pub text: &'a str,
    /// Whether it becomes a view, whose rows are read.
    pub is_view: bool,
}

/// What a statement gave.
pub struct Rows {
    /// `None`: nobody can tell, as there are no rows.
    pub columns: Option<Vec<String>>,
    pub rows: Vec<Vec<Value>>,
}

/// Every table of some definitions, with the rows that queries were answered from.
pub struct TableSet {
    pub tables: Vec<TableText>,
}

/// A table as CSV without a first line of names: dates in UTC, words as their scale writes them.
pub struct TableText {
    pub name: String,
    pub columns: Vec<(String, FieldType)>,
    pub csv: String,
}

impl TableSet {
    pub fn new(definitions: &Definitions, read: &TableSources) -> Rc<TableSet> {
        let tables = definitions.tables.iter().enumerate();
        let tables = tables.map(|(id, table)| {
            let columns = table.columns.iter();
            let columns = columns.map(|column| (column.name.clone(), column.field_type.clone()));
            let columns: Vec<(String, FieldType)> = columns.collect();
            let key = table.key.map(|key| table.columns[key].name.as_str());
            TableText {
                name: table.name.clone(),
                csv: csv(&columns, key, TableId(id), read),
                columns,
            }
        });
        Rc::new(TableSet {
            tables: tables.collect(),
        })
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().map(|table| table.name.as_str())
    }

    /// Statements that make the tables. Rows are copied into them afterwards.
    pub fn created(&self, dialect: &dyn SqlDialect) -> Vec<String> {
        let [text, yes_no, number, date] = dialect.column_types();
        let tables = self.tables.iter().map(|table| {
            let columns = table.columns.iter().map(|(name, field_type)| {
                let held = match field_type {
                    FieldType::Text | FieldType::Scale(_) => text,
                    FieldType::YesNo => yes_no,
                    FieldType::Number => number,
                    FieldType::Date => date,
                };
                format!("{} {held}", dialect.name(name))
            });
            let columns: Vec<String> = columns.collect();
            let name = dialect.name(&table.name);
            format!("CREATE TABLE {name} ({})", columns.join(", "))
        });
        tables.collect()
    }
}

/// The distinct sets of tables of statements, in the order in which they come.
pub fn sets_of<'a>(statements: &'a [Statement]) -> Vec<&'a Rc<TableSet>> {
    let mut sets: Vec<&Rc<TableSet>> = Vec::new();
    for statement in statements {
        if !sets.iter().any(|known| Rc::ptr_eq(known, statement.tables)) {
            sets.push(statement.tables);
        }
    }
    sets
}

impl TableText {
    /// The path of a file with its rows.
    pub fn written(&self, folder: &Path) -> String {
        let file = folder.join(format!("{}.csv", self.name));
        fs::write(&file, &self.csv).expect("a file to write to");
        file.display().to_string()
    }
}

fn csv(
    columns: &[(String, FieldType)],
    key: Option<&str>,
    table: TableId,
    read: &TableSources,
) -> String {
    let Some(source) = read.table(table) else {
        return String::new();
    };
    let names = source.frame.clone().collect_schema().expect("a schema");
    let known = columns.iter().filter(|(name, _)| names.contains(name));
    let known: Vec<_> = known.map(|(name, _)| col(name.as_str())).collect();
    let frame = read.run(|| source.frame.clone().select(known).collect());
    let frame = frame.unwrap_or_else(|problems| panic!("{:#?}", problems.sorted()));
    let mut text = String::new();
    for row in 0..source.rows {
        let cells = columns.iter().map(|(name, field_type)| {
            let column = frame.column(name).ok();
            let value = column.map(|column| column.get(row).expect("a row of the frame"));
            match value {
                Some(value) => cell(&value, field_type),
                // A key that no query reads has to be there all the same.
                None if key == Some(name) => format!("row {row}"),
                None => String::new(),
            }
        });
        let cells: Vec<String> = cells.collect();
        writeln!(text, "{}", cells.join(",")).expect("a text takes more");
    }
    text
}

fn cell(value: &AnyValue, field_type: &FieldType) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    match (value, field_type) {
        (AnyValue::Null, _) => String::new(),
        (AnyValue::UInt8(code), FieldType::Scale(scale)) => {
            quoted(&scale.values[usize::from(*code)])
        }
        (AnyValue::Int64(micros), FieldType::Date) => {
            let instant = DateTime::from_timestamp_micros(*micros).expect("an instant");
            instant.format("%Y-%m-%d %H:%M:%S%.6f+00:00").to_string()
        }
        (AnyValue::Boolean(yes), _) => yes.to_string(),
        (AnyValue::Float64(number), _) => format!("{number:?}"),
        (AnyValue::String(text), _) => quoted(text),
        (AnyValue::StringOwned(text), _) => quoted(text),
        other => panic!("{other:?} in a table"),
    }
}

/// What scripts write: an object with columns and rows, or an error, for each statement.
pub fn results(path: &Path) -> Vec<Result<Rows, String>> {
    let text = fs::read_to_string(path).expect("results");
    let results: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    results.into_iter().map(result).collect()
}

fn result(value: Value) -> Result<Rows, String> {
    if let Some(error) = value["error"].as_str() {
        return Err(error.to_owned());
    }
    let rows = value["rows"].as_array().expect("rows").iter();
    let columns = value["columns"].as_array().expect("columns").iter();
    Ok(Rows {
        columns: Some(
            columns
                .map(|name| name.as_str().expect("a name").to_owned())
                .collect(),
        ),
        rows: rows
            .map(|row| row.as_array().expect("a row").clone())
            .collect(),
    })
}

/// Says something on stderr. Not by a macro: the test runner would keep that to itself.
pub fn tell(words: &str) {
    let line = format!("{words}\n");
    std::io::stderr()
        .write_all(line.as_bytes())
        .expect("stderr");
}
