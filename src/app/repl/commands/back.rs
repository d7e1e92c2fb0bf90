//! `\\back`: the query before the last.

use super::SessionCommand;
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::diagnostic::{Diagnostic, Problems};

pub(super) const BACK: SessionCommand = SessionCommand {
    name: "back",
    arguments: "",
    help: "ask the query before the last again, and go on from there",
    takes: &[],
    run: back,
};

fn back(session: &mut Session, _arguments: &str) -> Result<Reply, Problems> {
    let Some(before) = session.past.pop() else {
        return Err(Diagnostic::data("K978", "there is no query before this one").into());
    };
    let left = session.past.clone();
    let reply = session.ask_refined(&before.node);
    // Asking puts the query that is left on the way back, which would lead nowhere.
    session.past = left;
    if reply.is_err() {
        session.past.push(before);
    }
    reply
}
