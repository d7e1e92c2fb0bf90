//! `\chart`: the last answer, or that of a query, drawn.

use super::{ArgumentKind, SessionCommand};
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::render::{self, ChartKind};

pub(super) const CHART: SessionCommand = SessionCommand {
    name: "chart",
    arguments: "[line|bar|spark] [QUERY]",
    help: "draw the last answer, or that of a query or of clauses",
    takes: &[
        ArgumentKind::Words(&["line", "bar", "spark"]),
        ArgumentKind::Query,
    ],
    run: chart,
};

const KINDS: &[(&str, ChartKind)] = &[
    ("line", ChartKind::Line),
    ("bar", ChartKind::Bar),
    ("spark", ChartKind::Spark),
];
/// Lines of a chart on a terminal whose height is not known.
const HEIGHT: usize = 12;

fn chart(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    let (first, rest) = arguments
        .split_once(char::is_whitespace)
        .unwrap_or((arguments, ""));
    let kind = KINDS.iter().find(|(word, _)| *word == first);
    let (kind, query) = match kind {
        Some((_, kind)) => (Some(*kind), rest.trim()),
        None => (None, arguments),
    };
    let mut told = String::new();
    if !query.is_empty() {
        told = session.ask_quietly(query)?;
    }
    let look = session.screen();
    let height = look.rows.map_or(HEIGHT, |rows| (rows / 2).clamp(5, HEIGHT));
    let drawn = render::chart(session.last_answer()?, kind, look, height)
        .map_err(|why| Problems::from(no_chart(&why)))?;
    // A chart is for eyes: it goes to the screen wherever answers go.
    Ok(Reply::told(told).then(Reply::shown(drawn)))
}

fn no_chart(why: &str) -> Diagnostic {
    Diagnostic::data("K980", why)
        .help("for a line: over month")
        .help("for bars: by severity")
}
