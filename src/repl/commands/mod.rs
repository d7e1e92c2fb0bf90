//! The commands that begin with a backslash: one list of them, a file for each group.

mod screen;
mod settings;

use super::reply::{Reply, Wish};
use super::session::Session;
use crate::diagnostic::{Diagnostic, Problems, nearest};

/// A command.
pub struct Command {
    pub name: &'static str,
    /// Arguments as help shows them: `NAME [FILE]`.
    pub arguments: &'static str,
    /// One line, without a full stop.
    pub help: &'static str,
    /// What the arguments are, for completion.
    pub takes: &'static [Takes],
    run: fn(&mut Session, &str) -> Result<Reply, Problems>,
}

/// What an argument of a command is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Takes {
    /// A query, or clauses that refine the last.
    Query,
    Kpi,
    /// Anything that has a definition.
    Definition,
    Table,
    Field,
    Date,
    Period,
    Format,
    File,
    Command,
    /// One of these words.
    Words(&'static [&'static str]),
    /// A name that is not there yet.
    NewName,
}

/// All commands, in the order help lists them.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "help",
        arguments: "[COMMAND]",
        help: "what can be typed",
        takes: &[Takes::Command],
        run: help,
    },
    settings::AS_OF,
    settings::PERIOD,
    settings::FORMAT,
    settings::OUTPUT,
    settings::TIME,
    screen::PAGE,
    screen::EDIT,
    screen::READ,
    screen::RELOAD,
    screen::WATCH,
    Command {
        name: "quit",
        arguments: "",
        help: "leave; so does Ctrl-D",
        takes: &[],
        run: |_, _| Ok(Reply::wish(Wish::Leave)),
    },
];

/// Runs a command by its name.
pub(super) fn run(session: &mut Session, name: &str, arguments: &str) -> Result<Reply, Problems> {
    let known = || COMMANDS.iter().map(|command| command.name);
    match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) => (command.run)(session, arguments),
        None => {
            let problem = Diagnostic::data("K951", format!("there is no command `\\{name}`"));
            Err(match nearest(name, known()) {
                Some(near) => problem.help(format!("did you mean `\\{near}`?")),
                None => problem.help("all commands: \\help"),
            }
            .into())
        }
    }
}

/// What a session says when it opens.
pub(super) fn first_screen(_session: &mut Session) -> Reply {
    Reply::default()
}

fn help(_session: &mut Session, _arguments: &str) -> Result<Reply, Problems> {
    let lines: Vec<String> = COMMANDS
        .iter()
        .map(|command| {
            format!(
                "\\{} {}  {}\n",
                command.name, command.arguments, command.help
            )
        })
        .collect();
    Ok(Reply::shown(lines.concat()))
}
