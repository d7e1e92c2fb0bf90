//! What was typed → entries: queries, definitions, commands. Looks nothing up.

use crate::source::Sources;
use crate::syntax::{self, UNFINISHED};

/// The words that begin a definition.
const DEFINITIONS: &[&str] = &[
    "calendar",
    "scale",
    "table",
    "condition",
    "score",
    "sla",
    "kpi",
    "view",
    "dashboard",
    "test",
];

/// One thing to be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Entry {
    /// `\name arguments`; both without white space around them.
    Command { name: String, arguments: String },
    /// One or several definitions, as in a file.
    Definitions(String),
    /// A query. Its clauses may refine the last one.
    Query(String),
}

/// Cuts what was typed, pasted or read from a script into entries. An entry ends where it is complete
/// and the next line does not go on with it; blank lines always end one.
pub fn entries(text: &str) -> Vec<Entry> {
    let numbered = numbered(text).into_iter();
    numbered.map(|(_, entry)| entry).collect()
}

/// The entries of a text, each with the number of its first line, from 1.
pub fn numbered(text: &str) -> Vec<(usize, Entry)> {
    let mut entries = Vec::new();
    let mut open = String::new();
    let mut first = 1;
    for (number, line) in (1..).zip(text.lines()) {
        let goes_on = !open.is_empty()
            && !line.trim().is_empty()
            && (is_indented(line) || is_unfinished(&open));
        if !goes_on {
            entries.extend(entry(&std::mem::take(&mut open)).map(|entry| (first, entry)));
            first = number;
        }
        if !line.trim().is_empty() {
            if !open.is_empty() {
                open.push('\n');
            }
            open.push_str(line.trim_end());
        }
    }
    entries.extend(entry(&open).map(|entry| (first, entry)));
    entries
}

fn is_indented(line: &str) -> bool {
    line.starts_with(char::is_whitespace)
}

/// Whether a text at the prompt asks for another line: a query that ends too early, a quote or a
/// parenthesis that is open, a definition (which may always have more clauses). A blank line ends
/// any.
pub fn is_unfinished(text: &str) -> bool {
    let text = text.trim_start_matches('\n');
    if text.trim().is_empty() || text.starts_with('\\') || ends_blank(text) {
        return false;
    }
    match entry(text) {
        Some(Entry::Definitions(text)) => !is_one_line(&text),
        Some(Entry::Query(text)) => query_is_unfinished(&text),
        Some(Entry::Command { .. }) | None => false,
    }
}

/// Whether the last line is there and blank.
fn ends_blank(text: &str) -> bool {
    text.rsplit_once('\n')
        .is_some_and(|(_, last)| last.trim().is_empty())
}

/// A condition is whole in its line, once it can be read.
fn is_one_line(text: &str) -> bool {
    let mut sources = Sources::default();
    let id = sources.add("<typed>", text);
    let (file, problems) = syntax::parse_file(&sources, id);
    let is_condition = |definition: &crate::source::Spanned<syntax::ast::Definition>| {
        matches!(definition.node, syntax::ast::Definition::Condition(_))
    };
    !problems.has_errors() && file.definitions.last().is_some_and(is_condition)
}

fn query_is_unfinished(text: &str) -> bool {
    let text = refinement(text).map_or(text, |(_, rest)| rest);
    match parse(text) {
        Ok(()) => false,
        Err(codes) => codes.iter().all(|code| UNFINISHED.contains(code)),
    }
}

fn parse(text: &str) -> Result<(), Vec<&'static str>> {
    let mut sources = Sources::default();
    let id = sources.add("<typed>", text);
    let problems = match syntax::parse_query(&sources, id) {
        Ok(_) => return Ok(()),
        Err(problems) => problems,
    };
    Err(problems
        .sorted()
        .iter()
        .map(|problem| problem.code)
        .collect())
}

/// How a text refines the last query: `and …` adds to its clauses, `_ …` starts from it. Gives
/// whether it adds, and the clauses.
pub fn refinement(text: &str) -> Option<(bool, &str)> {
    let text = text.trim();
    let after = |word: &str| {
        let rest = text.strip_prefix(word)?;
        (rest.is_empty() || rest.starts_with(char::is_whitespace)).then(|| rest.trim_start())
    };
    if let Some(rest) = after("_") {
        return match rest.strip_prefix("and ") {
            Some(clauses) => Some((true, clauses.trim_start())),
            None => Some((false, rest)),
        };
    }
    after("and").map(|rest| (true, rest))
}

fn entry(text: &str) -> Option<Entry> {
    let text = text.trim_end();
    if text.trim().is_empty() || text.lines().all(|line| line.trim_start().starts_with('#')) {
        return None;
    }
    if let Some(command) = text.trim_start().strip_prefix('\\') {
        let (name, arguments) = command
            .split_once(char::is_whitespace)
            .unwrap_or((command, ""));
        return Some(Entry::Command {
            name: name.to_string(),
            arguments: arguments.trim().to_string(),
        });
    }
    Some(if begins_definition(text) {
        Entry::Definitions(text.to_string())
    } else {
        Entry::Query(text.trim().to_string())
    })
}

/// A KPI may be called `test`: what can be read as a query is one.
fn begins_definition(text: &str) -> bool {
    let code = text
        .lines()
        .find(|line| !line.trim_start().starts_with('#'))
        .unwrap_or("");
    let first = code.split_whitespace().next().unwrap_or("");
    DEFINITIONS.contains(&first) && parse(text).is_err()
}
