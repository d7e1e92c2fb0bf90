//! Relations → polars: a [`LazyFrame`] for each, run by the streaming engine.
//!
//! polars joins, filters, groups, sorts and finds order statistics. What it has no word for are elementwise functions in
//! Rust ([`functions`], [`sets`]). Knows nothing of KPIs, and decides nothing about numbers: what a relation means is said
//! in [`crate::plan::relation`].

mod compile;
mod expressions;
mod functions;
mod packing;
mod run;
mod sets;
mod spans;
mod tables;

pub use compile::{Compiler, KeyCodes, Window};
pub use functions::Dictionary;
pub use packing::KeySize;
pub use run::{collect_all, optimized_plan};
pub use tables::TableFrames;
