//! Commands about the session itself: the pager, the editor, scripts, and definitions that change.

use std::path::Path;

use super::{ArgumentKind, SessionCommand, switched};
use crate::app::repl::output;
use crate::app::repl::reply::{Effect, Reply};
use crate::app::repl::script::{self, Script};
use crate::app::repl::session::Session;
use crate::app::repl::stamps;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::files;
use crate::lang::project::{self, ProjectOrigin};
use crate::render::{self, OutputFormat, RenderOptions};

pub(super) const PAGE: SessionCommand = SessionCommand {
    name: "page",
    arguments: "",
    help: "the last answer, whole, in the pager",
    takes: &[],
    run: page,
};

pub(super) const EDIT: SessionCommand = SessionCommand {
    name: "edit",
    arguments: "[TEXT]",
    help: "write the next entry in $EDITOR; Ctrl-X Ctrl-E takes the line there",
    takes: &[ArgumentKind::Query],
    run: edit,
};

pub(super) const READ: SessionCommand = SessionCommand {
    name: "read",
    arguments: "FILE",
    help: "run the entries of a file",
    takes: &[ArgumentKind::File],
    run: read,
};

pub(super) const RELOAD: SessionCommand = SessionCommand {
    name: "reload",
    arguments: "",
    help: "read definitions and tables again",
    takes: &[],
    run: reload,
};

pub(super) const WATCH: SessionCommand = SessionCommand {
    name: "watch",
    arguments: "[on|off]",
    help: "read definitions again whenever a file changes",
    takes: &[ArgumentKind::Words(&["on", "off"])],
    run: watch,
};

/// Scripts that call each other deeper than this go in a circle.
const DEEPEST: usize = 16;

fn page(session: &mut Session, _arguments: &str) -> Result<Reply, Problems> {
    let Some(last) = &session.last else {
        return Err(Diagnostic::data("K950", "there is no answer to show yet")
            .help("ask for one first: backlog by severity")
            .into());
    };
    let look = RenderOptions {
        rows: None,
        ..session.settings.look
    };
    let whole = render::answer(&last.answer, OutputFormat::Table, look);
    Ok(Reply::effect(Effect::Page(whole)))
}

fn edit(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    let last = session.last.as_ref().map(|last| last.query.text.as_str());
    let text = match arguments {
        "" => last.unwrap_or_default(),
        given => given,
    };
    Ok(Reply::effect(Effect::Edit(text.to_string())))
}

fn read(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    if arguments.is_empty() {
        return Err(Diagnostic::data("K957", "`\\read` needs a file")
            .help("name one that holds queries, definitions and commands: \\read monday.riskql")
            .into());
    }
    if session.depth >= DEEPEST {
        let message = format!("`{arguments}` is read by itself, or by a script that it reads");
        return Err(Diagnostic::data("K958", message).into());
    }
    let script = Script::of_file(&output::path(arguments))?;
    let place = session.place.take();
    session.depth += 1;
    let reply = script::collected(session, &script);
    session.depth -= 1;
    session.place = place;
    Ok(reply)
}

impl Script {
    /// The entries of a file.
    pub fn of_file(file: &Path) -> Result<Script, Problems> {
        let name = file.display().to_string();
        let bytes = files::read_plain(file).map_err(|error| {
            Problems::from(Diagnostic::data(
                "D901",
                format!("cannot read `{name}`: {error}"),
            ))
        })?;
        let text = project::text(&name, bytes)?;
        Ok(Script { name, text })
    }
}

fn reload(session: &mut Session, _arguments: &str) -> Result<Reply, Problems> {
    let reply = session.reload();
    if let Err(problems) = session.locate() {
        return Ok(reply.then(session.failed(&problems)));
    }
    session.refresh_catalogue();
    let tables = session.tables.borrow().locations().len();
    let words = match tables {
        0 => "no tables".to_string(),
        1 => "1 table is read again when it is needed".to_string(),
        _ => format!("{tables} tables are read again when they are needed"),
    };
    Ok(reply.then(Reply::told(words)))
}

fn watch(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    let is_on = switched("\\watch", arguments, session.watched.is_some())?;
    if !is_on {
        session.watched = None;
        return Ok(Reply::told("definition files are not watched"));
    }
    let ProjectOrigin::Folder(folder) = &session.workspace.origin else {
        return Err(Diagnostic::data(
            "K959",
            "there are no files to watch: the definitions are those of the built-in library",
        )
        .help("to have them in files: riskql init, then riskql repl --defs kpi-defs")
        .into());
    };
    let words = format!("definition files in {} are watched", folder.display());
    session.watched = Some(stamps::stamps(&session.workspace.origin));
    Ok(Reply::told(words))
}
