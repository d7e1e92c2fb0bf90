//! Statements of SQL, run by the databases they are for: their rows are those of the engine.
//!
//! DuckDB comes as a package of Python, in the folder `.duckdb`, PostgreSQL is the one that is installed (see `.ci/run`).
//! Without them these tests say so and prove nothing. ClickHouse and Spark run where somebody asks for them
//! (`docs/scale.md`).

pub mod asked;
mod command;
mod compare;
#[cfg(unix)]
mod connecting;
mod constructs;
mod database;
mod demo;
mod drivers;
mod duckdb;
mod existing;
mod file;
mod formats;
mod functions;
mod hosts;
#[cfg(unix)]
mod into;
mod postgres;
mod random;
mod scripts;
mod views;
mod written;
