//! Relations → polars: a [`LazyFrame`] for each, run by the streaming engine.
//!
//! polars joins, filters, groups, sorts and finds order statistics. What it has no word for are elementwise functions in
//! Rust ([`functions`], [`sets`], [`steps`]). Knows nothing of KPIs, and decides nothing about numbers: what a relation means is said
//! in [`crate::plan::relation`].

mod compile;
mod expressions;
mod functions;
mod intervals;
mod packing;
mod ranks;
mod run;
mod sets;
mod spans;
mod steps;
mod tables;

pub use compile::{Compiler, KeyCodes, Window};
pub use functions::Dictionary;
pub use packing::KeySize;
pub use ranks::{number_of_rank, rank_of_number};
pub use run::{collect_all, optimized_plan};
pub use tables::TableFrames;
