//! Commands that show boards. They have periods of their own: the session's does not touch them.

use super::{ArgumentKind, SessionCommand};
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::insight::dashboards::{self, DashboardDraft};
use crate::render;

pub(super) const DASHBOARD: SessionCommand = SessionCommand {
    name: "dashboard",
    arguments: "[NAME]",
    help: "the cards of a dashboard, or of the first",
    takes: &[ArgumentKind::Definition],
    run: dashboard,
};

pub(super) const SCORECARD: SessionCommand = SessionCommand {
    name: "scorecard",
    arguments: "",
    help: "every KPI in the last month; against its targets and the month before",
    takes: &[],
    run: scorecard,
};

fn dashboard(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    let name = (!arguments.is_empty()).then_some(arguments);
    let draft = dashboards::dashboard(&session.workspace.definitions, name)?;
    show(session, draft)
}

fn scorecard(session: &mut Session, _arguments: &str) -> Result<Reply, Problems> {
    let workspace = &mut session.workspace;
    let draft = dashboards::scorecard(&mut workspace.sources, &workspace.definitions)?;
    show(session, draft)
}

fn show(session: &mut Session, draft: DashboardDraft) -> Result<Reply, Problems> {
    session.needs_data()?;
    let answered = dashboards::board(&session.context(), draft)?;
    let told = session.unknown_texts(&answered.absent);
    let shown = render::board(&answered.board, session.format(), session.look())
        .map_err(|message| Diagnostic::data("K909", message))?;
    Ok(Reply::told(told).then(session.put_out(shown)?))
}
