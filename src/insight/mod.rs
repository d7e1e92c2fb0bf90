//! What can be asked about a number: its meaning, its rows, what moved it, tests, dashboards, profiles of tables.

pub mod behind;
pub mod boards;
pub mod explain;
pub mod profile;
pub mod testing;
pub mod why;
