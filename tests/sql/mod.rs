//! Statements of SQL, run by DuckDB: their rows are those of the engine.
//!
//! DuckDB comes as a package of Python, in the folder `.duckdb` (see `.ci/run`). Without it these tests say so and
//! prove nothing.

mod command;
mod compare;
mod demo;
mod duckdb;
mod formats;
mod functions;
mod random;
mod written;
