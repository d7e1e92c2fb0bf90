//! Checked query + as-of → what to compute, in our words. Reads no data.

mod plan;

pub use plan::*;
