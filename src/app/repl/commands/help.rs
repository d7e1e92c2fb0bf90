//! `\help`: what can be typed.

use super::{ArgumentKind, COMMANDS, SessionCommand, unknown_command};
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::diagnostic::Problems;
use crate::render::{self, OutputFormat, RenderOptions, Sheet};

pub(super) const HELP: SessionCommand = SessionCommand {
    name: "help",
    arguments: "[COMMAND]",
    help: "what can be typed",
    takes: &[ArgumentKind::Command],
    run: help,
};

/// Commands by what they are for.
const GROUPS: &[(&str, &[&str])] = &[
    (
        "look around",
        &[
            "tables", "describe", "values", "kpis", "show", "data", "ingest",
        ],
    ),
    (
        "after an answer",
        &["rows", "why", "explain", "plan", "chart", "back", "page"],
    ),
    ("boards", &["scorecard", "dashboard"]),
    ("keep", &["save", "test", "reload", "watch"]),
    (
        "settings",
        &["as-of", "known-on", "period", "format", "output", "time"],
    ),
    ("the session", &["help", "edit", "read", "quit"]),
];

/// What one may type, for `\help COMMAND`.
const EXAMPLES: &[(&str, &str)] = &[
    ("help", "\\help describe"),
    ("data", "\\data exports findings=exports/today.csv"),
    (
        "ingest",
        "\\ingest zap.xml --asset shop --environment production",
    ),
    ("tables", "\\tables"),
    ("describe", "\\describe findings.severity"),
    ("values", "\\values team"),
    ("kpis", "\\kpis coverage"),
    ("show", "\\show mttr"),
    ("rows", "\\rows team=web"),
    ("why", "\\why"),
    ("explain", "\\explain mttr by team"),
    ("plan", "\\plan mttr by team"),
    ("chart", "\\chart line"),
    ("back", "\\back"),
    ("page", "\\page"),
    ("scorecard", "\\scorecard"),
    ("dashboard", "\\dashboard appsec"),
    ("test", "\\test mttr"),
    ("reload", "\\reload"),
    ("watch", "\\watch on"),
    ("as-of", "\\as-of 2026-03-31"),
    ("known-on", "\\known-on 2026-03-31"),
    ("period", "\\period last 6 months"),
    ("save", "\\save team_backlog \"Backlog of the teams\""),
    ("format", "\\format json"),
    ("output", "\\output answers.csv"),
    ("time", "\\time on"),
    ("edit", "\\edit"),
    ("read", "\\read monday.riskql"),
    ("quit", "\\quit"),
];

const QUERIES: &[(&str, &str)] = &[
    ("backlog", "a KPI"),
    (
        "mttr by team over month last 6 months",
        "its values by group and period",
    ),
    ("by app", "the last query with another clause"),
    (
        "and where severity = high",
        "the last query with one clause more",
    ),
    ("_", "the last query again"),
    ("list findings overdue", "rows"),
    ("kpi late", "a definition, kept for this session"),
    (
        "  is count of findings overdue",
        "its clauses; a blank line ends it",
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

fn everything(look: RenderOptions) -> String {
    let mut text = render::heading("queries and definitions", look);
    text += &pairs(QUERIES, look);
    text += &render::remark(
        "Several lines are one entry while they are incomplete; a blank line runs them.",
        look,
    );
    for (group, names) in GROUPS {
        let commands: Vec<(String, &str)> = names.iter().map(|name| summary(name)).collect();
        text += &format!("\n{}", render::heading(group, look));
        text += &pairs(&commands, look);
    }
    text += &format!("\n{}", render::heading("keys", look));
    text += &pairs(KEYS, look);
    text + &render::remark("More about a command: \\help COMMAND", look)
}

/// A command and the first of what its help says.
fn summary(name: &str) -> (String, &'static str) {
    let mut commands = COMMANDS.iter();
    let command = commands.find(|command| command.name == name);
    let help = command.expect("the groups name commands").help;
    let first = help.split([';', ':']).next().unwrap_or(help);
    (format!("\\{name}"), first)
}

fn signature(command: &SessionCommand) -> String {
    format!("\\{} {}", command.name, command.arguments)
        .trim_end()
        .to_string()
}

/// What is typed and what it does, side by side or below each other.
fn pairs(pairs: &[(impl AsRef<str>, &str)], look: RenderOptions) -> String {
    let typed = pairs.iter().map(|(typed, _)| typed.as_ref());
    let room = typed.map(|typed| typed.chars().count()).max().unwrap_or(0) + 2;
    let longest = pairs.iter().map(|(_, about)| about.chars().count()).max();
    let needed = 2 + room + longest.unwrap_or(0);
    let is_wide = look.width.is_none_or(|limit| needed <= limit);
    let block = |(typed, about): &(_, &str)| {
        let typed: &str = AsRef::as_ref(typed);
        match is_wide {
            true => format!("  {typed:<room$}{about}\n"),
            false => render::verbatim(&format!("  {typed}\n      {about}"), look),
        }
    };
    pairs.iter().map(block).collect()
}

fn one(command: &SessionCommand, look: RenderOptions) -> String {
    let mut text = render::heading(&signature(command), look);
    text += &render::sentence(command.help, look);
    let mut about = Sheet::new().words("").texts("");
    let arguments = arguments(command.arguments);
    let meanings: Vec<String> = command.takes.iter().map(|takes| meaning(*takes)).collect();
    match arguments.as_slice() {
        // One argument may be one of several things.
        [only] => about.row([only.to_string(), meanings.join(", or ")]),
        several if several.len() == meanings.len() => {
            for (argument, meaning) in several.iter().zip(meanings) {
                about.row([argument.to_string(), meaning]);
            }
        }
        // The line above says it.
        _ => {}
    }
    if let Some((_, example)) = EXAMPLES.iter().find(|(name, _)| *name == command.name) {
        about.row(["example".to_string(), example.to_string()]);
    }
    text + &about.render(look)
}

/// The parts of `NAME [N|FIELD=VALUE …]`: what is in brackets is one.
fn arguments(written: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = written.trim();
    while !rest.is_empty() {
        let end = match rest.starts_with('[') {
            true => rest.find(']').map(|end| end + 1),
            false => rest.find(' '),
        };
        let (part, after) = rest.split_at(end.unwrap_or(rest.len()));
        parts.push(part);
        rest = after.trim_start();
    }
    parts
}

/// What an argument is, in words.
fn meaning(takes: ArgumentKind) -> String {
    match takes {
        ArgumentKind::Query => "a query, or clauses that refine the last".to_string(),
        ArgumentKind::Kpi => "the name of a KPI".to_string(),
        ArgumentKind::Definition => "the name of anything that is defined".to_string(),
        ArgumentKind::Field => "a field, as `severity` or `findings.severity`".to_string(),
        ArgumentKind::TableOrField => {
            "a table, or a field, as `severity` or `findings.severity`".to_string()
        }
        ArgumentKind::Dashboard => "the name of a dashboard".to_string(),
        ArgumentKind::Layer => "the name of one of its layers".to_string(),
        ArgumentKind::ScorecardLayer => "a layer of the first dashboard, or `other`".to_string(),
        ArgumentKind::Date => "a day, week, month, quarter, year or instant".to_string(),
        ArgumentKind::Period => "a period as in a query, or `none`".to_string(),
        ArgumentKind::Format => OutputFormat::ALL.map(OutputFormat::name).join(" or "),
        ArgumentKind::File => "the path of a file or folder".to_string(),
        ArgumentKind::Command => "the name of a command".to_string(),
        ArgumentKind::Words(words) => words.join(" or "),
        ArgumentKind::NewName => "a name that is not taken".to_string(),
    }
}
