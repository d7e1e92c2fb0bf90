//! The commands that begin with a backslash: one list of them, a file for each group.

mod back;
mod boards;
mod chart;
mod data;
mod describe;
mod describe_table;
mod explain;
mod fields;
mod help;
mod ingest;
mod kpis;
mod loaded;
mod plan;
mod profiles;
mod recall;
mod rows;
mod save;
mod screen;
mod settings;
mod show;
mod tables;
mod test;
mod values;
mod welcome;
mod why;
mod words;

pub(super) use welcome::first_screen;

use super::reply::{Effect, Reply};
use super::session::Session;
use crate::base::diagnostic::{Diagnostic, Problems, nearest};

/// A command.
pub struct SessionCommand {
    pub name: &'static str,
    /// Arguments as help shows them: `NAME [FILE]`.
    pub arguments: &'static str,
    /// One line, without a full stop.
    pub help: &'static str,
    /// What the arguments are, for completion. The last may be repeated where `arguments` says so: `FIELD …`.
    pub takes: &'static [ArgumentKind],
    run: fn(&mut Session, &str) -> Result<Reply, Problems>,
}

/// What an argument of a command is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ArgumentKind {
    /// A query, or clauses that refine the last.
    Query,
    Kpi,
    /// Anything that has a definition.
    Definition,
    Field,
    TableOrField,
    Dashboard,
    /// Of the dashboard that is named before.
    Layer,
    ScorecardLayer,
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
pub const COMMANDS: &[SessionCommand] = &[
    help::HELP,
    tables::TABLES,
    describe::DESCRIBE,
    values::VALUES,
    kpis::KPIS,
    show::SHOW,
    data::DATA,
    ingest::INGEST,
    rows::ROWS,
    why::WHY,
    explain::EXPLAIN,
    plan::PLAN,
    chart::CHART,
    back::BACK,
    boards::SCORECARD,
    boards::DASHBOARD,
    save::SAVE,
    test::TEST,
    settings::AS_OF,
    settings::KNOWN_ON,
    settings::PERIOD,
    settings::FORMAT,
    settings::OUTPUT,
    settings::TIME,
    screen::PAGE,
    screen::EDIT,
    screen::READ,
    screen::RELOAD,
    screen::WATCH,
    SessionCommand {
        name: "quit",
        arguments: "",
        help: "leave; so does Ctrl-D",
        takes: &[],
        run: |_, _| Ok(Reply::effect(Effect::Leave)),
    },
];

/// Runs a command by its name.
pub(super) fn run(session: &mut Session, name: &str, arguments: &str) -> Result<Reply, Problems> {
    match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) => (command.run)(session, arguments),
        None => Err(unknown_command(name)),
    }
}

fn unknown_command(name: &str) -> Problems {
    let known = || COMMANDS.iter().map(|command| command.name);
    let problem = Diagnostic::data("K951", format!("there is no command `\\{name}`"));
    let elsewhere = ELSEWHERE.iter().find(|(other, _)| *other == name);
    let begun = || known().find(|known| !name.is_empty() && known.starts_with(name));
    let near = elsewhere.map(|(_, own)| *own);
    match near.or_else(begun).or_else(|| nearest(name, known())) {
        Some(near) => problem.help(format!("did you mean `\\{near}`?")),
        None => problem.help("all commands: \\help"),
    }
    .into()
}

/// What other shells call a command, for whose fingers are used to that.
const ELSEWHERE: &[(&str, &str)] = &[
    ("?", "help"),
    ("h", "help"),
    ("d", "describe"),
    ("schema", "describe"),
    ("dt", "tables"),
    ("l", "tables"),
    ("open", "data"),
    ("e", "edit"),
    ("g", "back"),
    ("i", "read"),
    ("o", "output"),
    ("mode", "format"),
    ("timing", "time"),
    ("timer", "time"),
    ("q", "quit"),
    ("exit", "quit"),
];

/// The command that a word without a backslash means, where nothing defined has its name: `exit`.
pub(super) fn in_plain_words(session: &Session, word: &str) -> Option<&'static str> {
    let command = match word {
        "help" | "?" => "help",
        "exit" | "quit" => "quit",
        _ => return None,
    };
    let definitions = &session.workspace.definitions;
    let is_view = definitions.views.iter().any(|view| view.name == word);
    let is_defined = is_view || definitions.kpi_named(word).is_some();
    (!is_defined).then_some(command)
}

/// What a switch is after `on`, `off`, or nothing, which turns it over.
fn switched(command: &str, arguments: &str, is_on: bool) -> Result<bool, Problems> {
    match arguments {
        "on" => Ok(true),
        "off" => Ok(false),
        "" => Ok(!is_on),
        other => {
            let message = format!("`{command} {other}`: this is neither on nor off");
            let problem = Diagnostic::data("K954", message);
            Err(problem
                .help(format!("{command} on, or {command} off"))
                .into())
        }
    }
}

/// Words that begin a query as well as a command's name.
const OF_QUERIES: &[&str] = &["explain"];

/// Says which command somebody may have meant by a text that is no query: `tables`, or `hlep`.
pub(super) fn advise(text: &str, problems: Problems) -> Problems {
    let typed = text.trim().trim_end_matches(';');
    let (word, rest) = typed.split_once(' ').unwrap_or((typed, ""));
    // Other shells begin their commands with a dot.
    let name = word.strip_prefix('.').unwrap_or(word);
    let names = COMMANDS.iter().map(|command| command.name);
    let names = names.filter(|own| name != word || !OF_QUERIES.contains(own));
    let elsewhere = ELSEWHERE.iter().filter(|_| name != word);
    let mut known = names
        .clone()
        .map(|own| (own, own))
        .chain(elsewhere.map(|(other, own)| (*other, *own)));
    if let Some((_, command)) = known.find(|(known, _)| *known == name) {
        let command = format!("{command} {rest}");
        let command = command.trim_end();
        return problems.help(format!("commands begin with a backslash: \\{command}"));
    }
    match nearest(name, names).filter(|_| rest.is_empty() && !problems.has_label()) {
        Some(near) => problems.help(format!("or did you mean the command `\\{near}`?")),
        None => problems,
    }
}

/// What is to be told of a reading: notes, and why tables could not be read.
fn told(session: &Session, usual: &loaded::UsualTables) -> Reply {
    let mut told = session.rendered(&usual.problems);
    for note in &usual.notes {
        told += &crate::render::remark(note, session.settings.look);
    }
    Reply::told(told)
}
