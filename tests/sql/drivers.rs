//! The ADBC drivers of databases: where they are, and statements that are run over them.

use std::fs;
use std::path::{Path, PathBuf};

use adbc_core::options::{AdbcVersion, OptionDatabase, OptionValue};
use adbc_core::{Connection, Database, Driver, LOAD_FLAG_DEFAULT, Statement};
use adbc_driver_manager::ManagedDriver;
use riskql::exec::sql::SqlDialect;

use super::database::tell;

/// The library of DuckDB, if it was installed.
pub fn duckdb_driver() -> Option<PathBuf> {
    let packages = project_folder(".libduckdb/node_modules/@duckdb");
    let entries = fs::read_dir(packages).into_iter().flatten().flatten();
    let mut libraries = entries.flat_map(|package| {
        ["libduckdb.so", "libduckdb.dylib"].map(|name| package.path().join(name))
    });
    there(libraries.find(|library| library.exists()), "DuckDB")
}

/// The driver of PostgreSQL, if it was installed.
pub fn postgres_driver() -> Option<PathBuf> {
    let library = project_folder(".adbc/adbc_driver_postgresql/libadbc_driver_postgresql.so");
    there(library.exists().then_some(library), "PostgreSQL")
}

/// The library of ClickHouse, if it was installed.
pub fn clickhouse_driver() -> Option<PathBuf> {
    let library = project_folder(".chdb/chdb/_chdb.abi3.so");
    there(library.exists().then_some(library), "ClickHouse")
}

/// The driver of Spark, if it was installed.
pub fn spark_driver() -> Option<PathBuf> {
    let library = project_folder(".pyspark/adbc_driver_spark/libadbc_driver_spark.so");
    there(library.exists().then_some(library), "Spark")
}

/// A path in the folder of the project.
pub fn project_folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn there(library: Option<PathBuf>, database: &str) -> Option<PathBuf> {
    if library.is_none() {
        tell(&format!(
            "no ADBC driver of {database}: no query is asked there"
        ));
    }
    library
}

/// A file of connections whose `tested` has tables of a schema.
pub fn connections<'n>(
    driver: &Path,
    address: &str,
    schema: &str,
    names: impl Iterator<Item = &'n str>,
) -> String {
    let driver = driver.display();
    let mut text =
        format!("[tested]\ndriver = \"{driver}\"\naddress = \"{address}\"\n\n[tested.tables]\n");
    for name in names {
        text += &format!("{name} = \"{schema}.{name}\"\n");
    }
    text
}

/// Runs statements over a driver.
pub fn run(driver: &Path, dialect: &dyn SqlDialect, address: &str, statements: &[String]) {
    let entrypoint = dialect.driver_entrypoint().map(str::as_bytes);
    let version = AdbcVersion::V110;
    let driver =
        ManagedDriver::load_from_name(driver, entrypoint, version, LOAD_FLAG_DEFAULT, None);
    let address = OptionValue::String(address.to_owned());
    let options = [(OptionDatabase::Uri, address)];
    let database = driver.expect("a driver").new_database_with_opts(options);
    let connection = database.expect("a database").new_connection();
    let mut connection = connection.expect("a connection");
    for text in statements {
        let mut statement = connection.new_statement().expect("a statement");
        statement
            .set_sql_query(text)
            .expect("a statement with a text");
        let done = statement.execute_update();
        done.unwrap_or_else(|error| panic!("{}\n{text}", error.message));
    }
}
