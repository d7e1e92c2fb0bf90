//! `\explain`: how the last number, or that of another query, comes about.

use super::recall;
use super::{ArgumentKind, SessionCommand};
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::insight::explain;
use crate::render::OutputFormat;

pub(super) const EXPLAIN: SessionCommand = SessionCommand {
    name: "explain",
    arguments: "[QUERY]",
    help: "what the last number means and how it is worked out; or that of a query",
    takes: &[ArgumentKind::Query],
    run: explain,
};

fn explain(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    let as_object = match session.settings.format {
        OutputFormat::Json => true,
        OutputFormat::Table => false,
        OutputFormat::Jsonl
        | OutputFormat::Csv
        | OutputFormat::Md
        | OutputFormat::Parquet
        | OutputFormat::Openmetrics
        | OutputFormat::Svg
        | OutputFormat::Html => {
            return Err(Diagnostic::data("K909", "an explanation is text or JSON")
                .help("\\format table, or \\format json")
                .into());
        }
    };
    session.needs_data()?;
    let explained = if arguments.is_empty() {
        let recalled = recall::last(session, "explain")?;
        explain::explain(&recalled.context(session), &recalled.query)?
    } else {
        let query = super::plan::query(session, arguments)?;
        explain::explain(&session.context(), &query)?
    };
    let text = if as_object {
        explain::json(&explained)
    } else {
        explain::text(&explained, session.settings.look)
    };
    session.put_out(text.into_bytes())
}
