//! What is in the columns of loaded tables.
//!
//! Takes columns kept in memory; gives counts. Knows no KPI and reads no file.

mod counts;

pub use counts::{Counts, Path, Values};
