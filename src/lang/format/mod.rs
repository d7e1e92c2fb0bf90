//! Tree and comments → text, without loss: takes what `syntax` read, gives the one way to write it.
//! Never refuses, never changes a meaning, looks nothing up.
//!
//! [`file`] lays out a whole definition file; [`query`], [`formula`], [`condition`], [`literal`] and
//! [`name`] give the one-line texts that messages, `explain` and JSON show.
//!
//! Definitions and their clauses stay in the order they were written in; the clauses of a query have
//! one order (see [`query`]). What is lined up: what follows a keyword of up to six letters, `is` of
//! scales and conditions that stand together, `at` of a table's events and `from` of its states,
//! weights, `due` conditions, bands, cards of a layer, cells of a grid, and comments at the ends of
//! neighbouring lines. Comments and blank lines: see `comments.rs`.

mod boards;
mod comments;
mod definitions;
mod diff;
mod expressions;
mod grid;
mod kpis;
mod layout;
mod lines;
mod matches;
mod model;
mod policy;
mod queries;
mod reports;
mod words;

pub use definitions::{OutlineClause, outline};
pub use diff::diff;
pub use expressions::{comparison, condition, formula, literal, measured};
pub use grid::cell;
pub use model::time_columns;
pub use queries::query;
pub use words::{duration, name};

use crate::base::source::Sources;
use crate::lang::syntax::ast;

/// The formatted text of a file: line feeds only, one at the end, none for an empty file. Formatting
/// it again changes nothing. Only for files read without errors: a mistaken definition is not in the
/// tree. Panics if a comment would be lost, since that is a bug.
pub fn file(sources: &Sources, file: &ast::File) -> String {
    let text = &sources.get(file.source).text;
    let lines = definitions::lines(text, &file.definitions);
    layout::text(&comments::weave(text, &lines, &file.comments))
}
