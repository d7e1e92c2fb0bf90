//! `\help`: what can be typed.

use super::{COMMANDS, Command, Takes, unknown_command};
use crate::diagnostic::Problems;
use crate::render::{self, Format, Look, Sheet};
use crate::repl::reply::Reply;
use crate::repl::session::Session;

pub(super) const HELP: Command = Command {
    name: "help",
    arguments: "[COMMAND]",
    help: "what can be typed",
    takes: &[Takes::Command],
    run: help,
};

/// Commands by what they are for; those in no group come last.
const GROUPS: &[(&str, &[&str])] = &[
    (
        "look around",
        &["tables", "describe", "values", "kpis", "show", "data"],
    ),
    (
        "after an answer",
        &["rows", "why", "explain", "plan", "chart"],
    ),
    ("stand elsewhere", &["as-of", "period"]),
    ("keep", &["save", "edit", "reload", "watch", "ingest"]),
    ("how answers look", &["format", "output", "time", "pager"]),
];

/// What one may type, for `\help COMMAND`.
const EXAMPLES: &[(&str, &str)] = &[
    ("help", "\\help describe"),
    ("data", "\\data exports findings=exports/today.csv"),
    ("tables", "\\tables"),
    ("describe", "\\describe findings.severity"),
    ("values", "\\values team"),
    ("kpis", "\\kpis coverage"),
    ("show", "\\show mttr"),
    ("rows", "\\rows"),
    ("why", "\\why"),
    ("explain", "\\explain mttr by team"),
    ("plan", "\\plan mttr by team"),
    ("chart", "\\chart line"),
    ("as-of", "\\as-of 2026-03-31"),
    ("period", "\\period last 6 months"),
    ("save", "\\save team_backlog"),
    ("format", "\\format json"),
    ("output", "\\output answers.txt"),
    ("time", "\\time on"),
];

const QUERIES: &[(&str, &str)] = &[
    ("backlog", "a KPI"),
    (
        "mttr by team over month last 6 months",
        "its values by group and period",
    ),
    ("by app", "the last query with another clause"),
    (
        "and where team = web",
        "the last query with one clause more",
    ),
    ("_", "the last query again"),
    ("list findings open where severity = critical", "rows"),
    (
        "kpi criticals",
        "begins a definition, kept for this session",
    ),
    (
        "  is count of findings open where severity = critical",
        "its clauses, indented; a blank line ends it",
    ),
];

const KEYS: &[(&str, &str)] = &[
    ("Tab", "what may come next"),
    ("Ctrl-R", "search what was typed"),
    ("Ctrl-C", "stop, or clear the line"),
    ("Ctrl-D", "leave"),
];

fn help(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    let look = session.settings.look;
    let name = arguments.trim_start_matches('\\');
    if name.is_empty() {
        return Ok(Reply::shown(everything(look)));
    }
    match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) => Ok(Reply::shown(one(command, look))),
        None => Err(unknown_command(name)),
    }
}

fn everything(look: Look) -> String {
    let mut text = render::heading("queries and definitions", look);
    text += &pairs(
        QUERIES
            .iter()
            .map(|(left, right)| (left.to_string(), *right)),
        look,
    );
    text += &render::remark(
        "Several lines are one entry while they are incomplete; a blank line runs them.",
        look,
    );
    for (group, names) in groups() {
        text += &format!("\n{}", render::heading(group, look));
        let commands = names
            .iter()
            .map(|command| (signature(command), command.help));
        text += &pairs(commands, look);
    }
    text += &format!("\n{}", render::heading("keys", look));
    text += &pairs(
        KEYS.iter().map(|(left, right)| (left.to_string(), *right)),
        look,
    );
    text + &render::remark("More about a command: \\help COMMAND", look)
}

fn groups() -> Vec<(&'static str, Vec<&'static Command>)> {
    let named = |name: &&str| COMMANDS.iter().find(|command| command.name == *name);
    let mut groups: Vec<(&str, Vec<&Command>)> = GROUPS
        .iter()
        .map(|(group, names)| (*group, names.iter().filter_map(named).collect()))
        .collect();
    let is_grouped = |command: &&Command| {
        GROUPS
            .iter()
            .any(|(_, names)| names.contains(&command.name))
    };
    let rest = COMMANDS.iter().filter(|command| !is_grouped(command));
    groups.push(("the session", rest.collect()));
    groups.retain(|(_, commands)| !commands.is_empty());
    groups
}

fn signature(command: &Command) -> String {
    format!("\\{} {}", command.name, command.arguments)
        .trim_end()
        .to_string()
}

/// What is typed and what it does, side by side or below each other.
fn pairs<'a>(pairs: impl Iterator<Item = (String, &'a str)>, look: Look) -> String {
    let pairs: Vec<(String, &str)> = pairs.collect();
    let widest = pairs.iter().map(|(left, _)| left.chars().count()).max();
    let room = widest.unwrap_or(0) + 2;
    let needed = pairs
        .iter()
        .map(|(_, right)| room + 2 + right.chars().count());
    if look
        .width
        .is_none_or(|limit| needed.max().unwrap_or(0) <= limit)
    {
        let line = |(left, right): &(String, &str)| format!("  {left:<room$}{right}\n");
        return pairs.iter().map(line).collect();
    }
    let block = |(left, right): &(String, &str)| {
        render::verbatim(&format!("  {left}\n      {right}"), look)
    };
    pairs.iter().map(block).collect()
}

fn one(command: &Command, look: Look) -> String {
    let mut text = render::heading(&signature(command), look);
    text += &render::sentence(command.help, look);
    let mut about = Sheet::new().words("").texts("");
    let arguments: Vec<&str> = command.arguments.split_whitespace().collect();
    let meanings: Vec<String> = command.takes.iter().map(|takes| meaning(*takes)).collect();
    match arguments.as_slice() {
        // One argument may be one of several things.
        [only] => about.row([only.to_string(), meanings.join(", or ")]),
        several => {
            for (argument, meaning) in several.iter().zip(meanings) {
                about.row([argument.to_string(), meaning]);
            }
        }
    }
    if let Some((_, example)) = EXAMPLES.iter().find(|(name, _)| *name == command.name) {
        about.row(["example".to_string(), example.to_string()]);
    }
    text + &about.render(look)
}

/// What an argument is, in words.
fn meaning(takes: Takes) -> String {
    match takes {
        Takes::Query => "a query, or clauses that refine the last".to_string(),
        Takes::Kpi => "the name of a KPI".to_string(),
        Takes::Definition => "the name of anything that is defined".to_string(),
        Takes::Table => "the name of a table".to_string(),
        Takes::Field => "a field, as `severity` or `findings.severity`".to_string(),
        Takes::Date => "a day, week, month, quarter, year or instant".to_string(),
        Takes::Period => "a period as in a query, or `none`".to_string(),
        Takes::Format => Format::ALL.map(Format::name).join(" or "),
        Takes::File => "the path of a file or folder".to_string(),
        Takes::Command => "the name of a command".to_string(),
        Takes::Words(words) => words.join(" or "),
        Takes::NewName => "a name that is not taken".to_string(),
    }
}
