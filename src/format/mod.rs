//! Tree and comments → text, without loss: takes what `syntax` read, gives the one way to write it.
//! Never refuses, never changes a meaning, looks nothing up.
//!
//! [`file`] lays out a whole definition file; [`query`], [`formula`], [`condition`], [`literal`] and
//! [`name`] give the one-line texts that messages, `explain` and JSON show.

mod expressions;
mod queries;
mod words;

pub use expressions::{condition, formula, literal};
pub use queries::query;
pub use words::name;
