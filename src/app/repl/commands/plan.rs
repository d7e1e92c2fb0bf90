//! `\plan`: how a query is computed, and over which files.

use super::recall;
use super::{ArgumentKind, SessionCommand};
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::diagnostic::Problems;
use crate::exec::query_context;
use crate::insight::explain;
use crate::lang::model::Query;
use crate::render;

pub(super) const PLAN: SessionCommand = SessionCommand {
    name: "plan",
    arguments: "[QUERY]",
    help: "how the last query, or another, is computed, and what it reads",
    takes: &[ArgumentKind::Query],
    run: show_plan,
};

fn show_plan(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    session.needs_data()?;
    let described = if arguments.is_empty() {
        let recalled = recall::last(session, "plan")?;
        explain::plan(&recalled.context(session), &recalled.query)?
    } else {
        let query = self::query(session, arguments)?;
        explain::plan(&session.context(), &query)?
    };
    let text = match session.settings.format.is_json() {
        true => render::plan_json(&described),
        false => render::plan_text(&described, session.settings.look),
    };
    session.put_out(text.into_bytes())
}

/// A query typed after a command: clauses alone refine the last one.
pub(super) fn query(session: &mut Session, text: &str) -> Result<Query, Problems> {
    let text = session
        .refined_text(text)?
        .unwrap_or_else(|| text.to_string());
    let question = session.read(&text)?;
    let is_everything = question.is_everything();
    let mut query = question.query;
    if is_everything {
        query_context::leave_out_unanswerable(&mut query, &session.context())?;
    }
    Ok(query)
}
