//! RiskQL: the language of application-security KPIs, and the engine that computes them.
//!
//! Eight folders, in the order in which data flows; none uses a later one:
//!
//! | folder | holds |
//! |---|---|
//! | [`base`] | units, instants, texts and places, problems, cancellation |
//! | [`lang`] | the language: a tree ([`lang::syntax`]), checked definitions ([`lang::model`]) |
//! | [`plan`] | what to compute for a query: [`plan::Plan`] |
//! | [`exec`] | table files and plans → [`exec::answer::Answer`] |
//! | [`reports`] | scanner reports → tables |
//! | [`render`] | answers and problems → text, JSON, CSV, … |
//! | [`insight`] | what a number means, which rows it is made of, what moved it; tests and dashboards |
//! | [`app`] | the command line and the session |
//!
//! [`ask`] is the whole way in one function.

pub mod app;
pub mod base;
pub mod exec;
pub mod insight;
pub mod lang;
pub mod plan;
pub mod render;
pub mod reports;

use std::rc::Rc;

/// Text of a query → its answer, over table files, as of the latest event in them.
///
/// ```no_run
/// use riskql::ask;
/// use riskql::base::source::Sources;
/// use riskql::exec::data;
/// use riskql::lang::project::{self, ProjectOrigin};
///
/// let mut sources = Sources::default();
/// let (definitions, problems) = project::definitions(&mut sources, &ProjectOrigin::Library);
/// let definitions = definitions.expect("the library has no errors");
/// let tables = data::locate(&definitions, Some("exports".as_ref()), &[])?;
/// let answer = ask(&mut sources, &definitions, tables, "mttr by team last month")?;
/// # Ok::<(), riskql::base::diagnostic::Problems>(())
/// ```
pub fn ask(
    sources: &mut base::source::Sources,
    definitions: &lang::model::Definitions,
    tables: Vec<exec::data::Location>,
    text: &str,
) -> Result<exec::answer::Answer, base::diagnostic::Problems> {
    let query = lang::analyze::read(sources, definitions, "<query>", text)?.query;
    let context = exec::query_context::QueryContext {
        definitions,
        sources,
        tables: Rc::new(exec::data::Tables::of_files(tables)),
        as_of: None,
        known_on: None,
        watermark: None,
    };
    let mut answered = context.answers(&[&query])?;
    Ok(answered.answers.remove(0))
}
