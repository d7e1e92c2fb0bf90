//! Databases that are run by a script in Python, for whoever names them in `RISKQL_DATABASES` (`docs/scale.md`).

use std::fs;
use std::path::Path;
use std::process::Command;
use std::rc::Rc;

use riskql::exec::sql::{DIALECTS, SqlDialect};
use serde_json::{Value, json};

use super::database::{self, Database, HostedTables, Rows, Statement, TableSet, sets_of};
use super::hosts;

/// A database and its script, which reads a list of tables and statements and writes a list of results.
pub struct Script {
    dialect: &'static dyn SqlDialect,
    /// Beside this file.
    path: &'static str,
    /// The folder of the package, beside `Cargo.toml`.
    packages: &'static str,
    /// Puts tables where queries are asked over its driver.
    host: fn(&TableSet, &Path) -> Option<HostedTables>,
}

pub const CLICKHOUSE: Script = Script {
    dialect: DIALECTS[2],
    path: "tests/clickhouse/run.py",
    packages: ".chdb",
    host: hosts::in_clickhouse,
};

pub const SPARK: Script = Script {
    dialect: DIALECTS[3],
    path: "tests/spark/run.py",
    packages: ".pyspark",
    host: hosts::in_spark,
};

impl Database for Script {
    fn dialect(&self) -> &'static dyn SqlDialect {
        self.dialect
    }

    fn run(&self, statements: &[Statement]) -> Option<Vec<Result<Rows, String>>> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let sets = sets_of(statements);
        let given: Vec<Value> = sets
            .iter()
            .enumerate()
            .map(|(place, set)| self.given(set, &folder.path().join(place.to_string())))
            .collect();
        let asked: Vec<Value> = statements
            .iter()
            .map(|statement| {
                let set = sets
                    .iter()
                    .position(|set| Rc::ptr_eq(set, statement.tables));
                let text = statement.text.trim_end().trim_end_matches(';');
                json!({"set": set, "text": text, "is_view": statement.is_view})
            })
            .collect();
        let (job, results) = (
            folder.path().join("job.json"),
            folder.path().join("results.json"),
        );
        let text = json!({"sets": given, "statements": asked}).to_string();
        fs::write(&job, text).expect("a file to write to");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let ended = Command::new("python3")
            .arg(root.join(self.path))
            .args([&job, &results])
            .env("PYTHONPATH", root.join(self.packages))
            .env("TZ", "Asia/Kolkata")
            .env_remove("LD_PRELOAD")
            .current_dir(folder.path())
            .output()
            .expect("python runs");
        let told = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{told}");
        Some(database::results(&results))
    }

    fn hosted(&self, set: &TableSet, folder: &Path) -> Option<HostedTables> {
        (self.host)(set, folder)
    }
}

impl Script {
    /// How the tables of a set are made, and the file with the rows of each.
    fn given(&self, set: &TableSet, folder: &Path) -> Value {
        fs::create_dir_all(folder).expect("a folder to write to");
        let created = set.created(self.dialect).into_iter();
        let tables = set.tables.iter().zip(created).map(|(table, create)| {
            let rows = table.written(folder);
            json!({"create": create, "name": self.dialect.name(&table.name), "rows": rows})
        });
        tables.collect()
    }
}
