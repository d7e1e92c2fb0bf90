//! RiskQL: the language of application-security KPIs, and the engine that computes them.
//!
//! Data flows one way, and each room hands the next a different type, so that none can be skipped:
//!
//! | room | takes | gives |
//! |---|---|---|
//! | [`project`] | a folder, or the embedded library | texts: [`source::Sources`] |
//! | [`syntax`] | a text | a tree: [`syntax::ast`] |
//! | [`check`] | trees | definitions and queries known to be right: [`model`] |
//! | [`data`] | table files | typed columns: [`data::Dataset`] |
//! | [`plan`] | a query, and the instant to stand at | what to compute: [`plan::Plan`] |
//! | [`engine`] | a plan and columns | an [`answer::Answer`] |
//! | [`render`] | an answer, or [`diagnostic::Problems`] | text, JSON, CSV, … |
//!
//! Around the way: [`format`] writes trees back as text, [`question`] reads what a user typed, and
//! [`ground`] strings data, plan and engine together for many queries. [`boards`] asks those of a
//! dashboard; [`explain`] says what a number means, [`behind`] which rows it is made of, [`why`] what
//! moved it; [`testing`] runs the tests of definitions and [`profile`] says what is in tables.
//!
//! Scanner reports come in by another door: [`ingest`] reads them, [`store`] keeps them, [`lifecycle`]
//! and [`correlate`] say what follows from them, and the tables of that are read like any others.
//!
//! [`repl`] is the session and [`cli`] the command line. [`pulse`] counts rows for [`progress`] and
//! carries the wish to stop, [`files`] writes files whole or not at all. [`types`], [`calendar`] and
//! [`functions`] are the words that the rooms share.
//!
//! [`ask`] is the whole way in one function.

pub mod answer;
pub mod behind;
pub mod boards;
pub mod calendar;
pub mod check;
pub mod cli;
pub mod correlate;
pub mod data;
pub mod diagnostic;
pub mod engine;
pub mod explain;
pub mod files;
pub mod format;
pub mod functions;
pub mod ground;
pub mod ingest;
pub mod lifecycle;
pub mod model;
pub mod plan;
pub mod profile;
pub mod progress;
pub mod project;
pub mod pulse;
pub mod question;
pub mod render;
pub mod repl;
pub mod source;
pub mod store;
pub mod syntax;
pub mod testing;
pub mod types;
pub mod why;

use std::rc::Rc;

/// Text of a query → its answer, over table files, as of the latest event in them.
///
/// ```no_run
/// use riskql::{ask, data, project, source::Sources};
///
/// let mut sources = Sources::default();
/// let (definitions, problems) = project::definitions(&mut sources, &project::Origin::Library);
/// let definitions = definitions.expect("the library has no errors");
/// let tables = data::locate(&definitions, Some("exports".as_ref()), &[])?;
/// let answer = ask(&mut sources, &definitions, tables, "mttr by team last month")?;
/// # Ok::<(), riskql::diagnostic::Problems>(())
/// ```
pub fn ask(
    sources: &mut source::Sources,
    definitions: &model::Definitions,
    tables: Vec<data::Location>,
    text: &str,
) -> Result<answer::Answer, diagnostic::Problems> {
    let query = question::read(sources, definitions, "<query>", text)?.query;
    let ground = ground::Ground {
        definitions,
        sources,
        tables: Rc::new(data::Tables::of_files(tables)),
        as_of: None,
        known_on: None,
        watermark: None,
    };
    let mut answered = ground.answers(&[&query])?;
    Ok(answered.answers.remove(0))
}
