//! The session: what is typed, what helps while typing, and the terminal around it.

mod answers;
mod boards;
mod charts;
mod completion;
mod entries;
mod exploring;
mod highlights;
mod hints;
mod ingesting;
mod loading;
mod mistakes;
mod newcomers;
mod profiles;
pub mod pty;
mod refining;
mod rows;
mod saving;
mod scene;
mod scripts;
mod talk;
mod terminal;
mod typing;
mod watching;
mod why;

use std::path::PathBuf;
use std::sync::Arc;

use riskql::app::repl::{Catalogue, Options, Session};
use riskql::lang::project::ProjectOrigin;
use riskql::render::{OutputFormat, RenderOptions};

/// A session over the built-in library and the example data, everything loaded.
pub fn demo() -> Session {
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/demo");
    let options = Options {
        proofs: riskql::exec::data::ProofCache::default(),
        origin: ProjectOrigin::Library,
        data: Some(data),
        tables: Vec::new(),
        connection: None,
        as_of: None,
        known_on: None,
        format: OutputFormat::Table,
        look: RenderOptions::PIPE,
    };
    let opened = Session::open(options);
    let (mut session, _) = opened.unwrap_or_else(|_| panic!("the example data can be opened"));
    session.load_all().expect("the example data has no faults");
    session
}

/// Its catalogue, values counted.
pub fn catalogue() -> Arc<Catalogue> {
    let catalogue = demo().catalogue();
    catalogue.wait();
    catalogue
}

/// A text with its cursor written as `|`.
pub fn cursor(marked: &str) -> (String, usize) {
    let position = marked.find('|').expect("a cursor");
    (marked.replacen('|', "", 1), position)
}
