//! The language: text → tree → checked definitions and queries, and back to text.
//!
//! Reads definition files ([`project`]) and nothing else; no table is opened here.

pub mod analyze;
pub mod check;
pub mod format;
pub mod functions;
pub mod lookup;
pub mod model;
pub mod project;
pub mod refine;
pub mod rename;
pub mod revision;
mod spoken_names;
pub mod syntax;
