//! Commands that show boards. They have periods of their own: the session's does not touch them.

use super::{ArgumentKind, SessionCommand};
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::insight::dashboards::{self, DashboardDraft};
use crate::render;

pub(super) const DASHBOARD: SessionCommand = SessionCommand {
    name: "dashboard",
    arguments: "[NAME] [LAYER]",
    help: "the cards of a dashboard, or of the first; of one layer whole",
    takes: &[ArgumentKind::Dashboard, ArgumentKind::Layer],
    run: dashboard,
};

pub(super) const SCORECARD: SessionCommand = SessionCommand {
    name: "scorecard",
    arguments: "[LAYER]",
    help: "every KPI in the last month; against its targets and the month before",
    takes: &[ArgumentKind::ScorecardLayer],
    run: scorecard,
};

fn dashboard(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    let arguments = arguments.replace('`', "");
    let mut words = arguments.split_whitespace();
    let draft = dashboards::dashboard(&session.workspace.definitions, words.next())?;
    let layer: Vec<&str> = words.collect();
    show(session, draft, &layer.join(" "))
}

fn scorecard(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    let workspace = &mut session.workspace;
    let draft = dashboards::scorecard(&mut workspace.sources, &workspace.definitions)?;
    show(session, draft, arguments)
}

/// Shows a board, or the layer of it that is named.
fn show(session: &mut Session, draft: DashboardDraft, layer: &str) -> Result<Reply, Problems> {
    let draft = match layer {
        "" => draft,
        layer => draft.with_layer(layer)?,
    };
    session.needs_data()?;
    let answered = dashboards::board(&session.context(), draft)?;
    let told = session.unknown_texts(&answered.absent);
    let shown = render::board(&answered.board, session.format(), session.look())
        .map_err(|message| Diagnostic::data("K909", message))?;
    Ok(Reply::told(told).then(session.put_out(shown)?))
}
