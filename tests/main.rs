//! The one integration binary: a module for every room.

mod advice;
mod answers;
mod architecture;
mod check;
mod cli;
mod data;
mod docs;
mod format;
mod ingest;
mod plan;
mod render;
mod repl;
mod safety;
mod sentences;
mod shipped;
mod sql;
mod store;
mod syntax;
mod verdict;
