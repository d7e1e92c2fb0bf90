//! Tables put into databases, for queries that are asked there over the driver (`--on`).

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};

use riskql::exec::sql::DIALECTS;
use tempfile::TempDir;

use super::database::{HostedTables, TableSet};
use super::drivers::{self, connections, project_folder};
use super::duckdb;

/// How many databases were made.
static DATABASES: AtomicUsize = AtomicUsize::new(0);

/// The name of a database that is not there yet.
fn new_name() -> String {
    format!("case_{}", DATABASES.fetch_add(1, Ordering::Relaxed))
}

/// A file of DuckDB.
pub fn in_duckdb(set: &TableSet, folder: &Path) -> Option<HostedTables> {
    let driver = drivers::duckdb_driver()?;
    let address = folder.join("tables.duckdb").display().to_string();
    let mut statements = Vec::new();
    for (table, create) in set.tables.iter().zip(set.created(duckdb::DIALECT)) {
        statements.extend([create, duckdb::copied(table, folder)]);
    }
    drivers::run(&driver, duckdb::DIALECT, &address, &statements);
    Some(HostedTables {
        connections: connections(&driver, &address, "main", set.names()),
        server: None,
    })
}

/// The one folder that ClickHouse has in a process.
static CLICKHOUSE: OnceLock<TempDir> = OnceLock::new();

/// A database of ClickHouse, in this process.
pub fn in_clickhouse(set: &TableSet, folder: &Path) -> Option<HostedTables> {
    let driver = drivers::clickhouse_driver()?;
    let dialect = DIALECTS[2];
    let place = CLICKHOUSE.get_or_init(|| tempfile::tempdir().expect("a temporary folder"));
    let address = format!("chdb://{}", place.path().display());
    let name = new_name();
    let mut statements = vec![format!("CREATE DATABASE {name}"), format!("USE {name}")];
    for (table, create) in set.tables.iter().zip(set.created(dialect)) {
        let columns = dialect.text(columns_of(&create));
        let (table, rows) = (dialect.name(&table.name), table.written(folder));
        statements.push(format!("{create} ENGINE = MergeTree ORDER BY tuple()"));
        statements.push(format!(
            "INSERT INTO {table} SELECT * FROM file('{rows}', 'CSV', {columns}) SETTINGS date_time_input_format = 'best_effort'"
        ));
    }
    drivers::run(&driver, dialect, &address, &statements);
    Some(HostedTables {
        connections: connections(&driver, &address, &name, set.names()),
        server: None,
    })
}

/// What stands in the brackets of a statement that makes a table.
fn columns_of(create: &str) -> &str {
    let (_, columns) = create.split_once('(').expect("columns");
    columns.strip_suffix(')').expect("an end of columns")
}

/// A database of a Spark that is reached by Spark Connect.
pub fn in_spark(set: &TableSet, folder: &Path) -> Option<HostedTables> {
    let driver = drivers::spark_driver()?;
    let dialect = DIALECTS[3];
    let server = running_spark();
    let name = new_name();
    let mut statements = vec![format!("CREATE DATABASE {name}"), format!("USE {name}")];
    for (table, create) in set.tables.iter().zip(set.created(dialect)) {
        let (columns, name) = (columns_of(&create), dialect.name(&table.name));
        let rows = table.written(folder);
        statements.push(format!("{create} USING parquet"));
        statements.push(format!(
            "CREATE OR REPLACE TEMPORARY VIEW given ({columns}) USING csv OPTIONS (path '{rows}', quote '\"', escape '\"')"
        ));
        statements.push(format!("INSERT INTO {name} SELECT * FROM given"));
    }
    drivers::run(&driver, dialect, &server.address, &statements);
    Some(HostedTables {
        connections: connections(&driver, &server.address, &name, set.names()),
        server: Some(Box::new(server)),
    })
}

/// A server of Spark Connect, which runs until this is dropped.
struct SparkServer {
    process: Child,
    address: String,
}

/// The server of the tests that run at this moment: the last of them stops it.
static SPARK: Mutex<Weak<SparkServer>> = Mutex::new(Weak::new());

fn running_spark() -> Arc<SparkServer> {
    let mut running = SPARK
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    let server = running
        .upgrade()
        .unwrap_or_else(|| Arc::new(SparkServer::started()));
    *running = Arc::downgrade(&server);
    server
}

impl SparkServer {
    fn started() -> SparkServer {
        let mut process = Command::new("python3")
            .arg(project_folder("tests/spark/serve.py"))
            .env("PYTHONPATH", project_folder(".pyspark"))
            .env("TZ", "Asia/Kolkata")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python runs");
        let told = process.stdout.take().expect("its stdout");
        let mut address = String::new();
        let read = BufReader::new(told).read_line(&mut address);
        read.expect("the address of the server");
        SparkServer {
            process,
            address: address.trim().to_owned(),
        }
    }
}

impl Drop for SparkServer {
    /// It ends with its stdin.
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let ended = self.process.wait();
        drop(ended);
    }
}
