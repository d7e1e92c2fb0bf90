//! What was typed → entries: queries, definitions, commands. Looks nothing up.

use crate::base::diagnostic::{Cause, Problems};
use crate::base::source::Sources;
use crate::lang::refine::removal;
use crate::lang::syntax::{self, Grids, Token, TokenKind};

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
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut entries = Vec::new();
    let mut open = String::new();
    let mut first = 1;
    for (number, line) in (1..).zip(text.lines()) {
        if !goes_on(&open, line) {
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

/// Whether a line belongs to the entry above it.
fn goes_on(open: &str, line: &str) -> bool {
    if open.is_empty() || line.trim().is_empty() || is_command(line) || is_command(open) {
        return false;
    }
    if is_indented(line) || is_comment(open) {
        return true;
    }
    match entry(open) {
        // Definitions in a row are checked together, so that they may name each other.
        Some(Entry::Definitions(_)) => {
            line.starts_with(['#', '|']) || begins_definition(line) || is_header_alone(open, line)
        }
        Some(Entry::Query(text)) => query_is_unfinished(&text),
        Some(Entry::Command { .. }) | None => false,
    }
}

fn is_indented(line: &str) -> bool {
    line.starts_with(char::is_whitespace)
}

fn is_command(text: &str) -> bool {
    text.trim_start().starts_with('\\')
}

/// Whether all lines are comments: they belong to what comes below them.
fn is_comment(text: &str) -> bool {
    text.lines().all(|line| line.trim_start().starts_with('#'))
}

/// A clause at the margin below a first line: told as what it is, a clause that is not indented.
fn is_header_alone(open: &str, line: &str) -> bool {
    let is_first = open.lines().filter(|line| !is_comment(line)).count() == 1;
    is_first && !is_one_line(open) && parse(line).is_err()
}

/// Whether a text at the prompt asks for another line: a query that ends too early or in an open
/// parenthesis, a definition (which may always have more clauses). A blank line ends any. A text in
/// quotes ends on its line, so no further line could close an open one: that is told at once.
pub fn is_unfinished(text: &str) -> bool {
    let text = text.trim_start_matches(['\n', '\r']);
    if text.trim().is_empty() || is_command(text) || ends_blank(text) {
        return false;
    }
    if is_comment(text) {
        return false;
    }
    match entry(last_entry(text)) {
        Some(Entry::Definitions(text)) => !is_one_line(&text),
        Some(Entry::Query(text)) => query_is_unfinished(&text),
        Some(Entry::Command { .. }) | None => false,
    }
}

/// The text from where its last entry begins: several may have been pasted.
fn last_entry(text: &str) -> &str {
    let mut open = String::new();
    let mut start = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if !goes_on(&open, line.trim_end()) {
            open.clear();
            start = at;
        } else if !open.is_empty() {
            open.push('\n');
        }
        open.push_str(line.trim_end());
        at += line.len();
    }
    &text[start..]
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
    let is_condition = |definition: &crate::base::source::Spanned<syntax::ast::Definition>| {
        matches!(definition.node, syntax::ast::Definition::Condition(_))
    };
    !problems.has_errors() && file.definitions.last().is_some_and(is_condition)
}

/// A definition whose first clause stands behind its name, as it has to be written.
pub(super) fn with_clause_below(text: &str) -> Option<String> {
    let text = text.trim_start_matches('\n');
    let line = text.lines().next()?;
    let tokens = syntax::scan(line, Grids::Allowed);
    let word = |token: &Token| &line[token.start..token.end];
    let begins = match word(tokens.first()?) {
        "kpi" => "is",
        "view" => "show",
        _ => return None,
    };
    // Between the two stand a name, and perhaps a title.
    let mut behind_name = tokens.iter().skip(2).take(2);
    let clause = behind_name.find(|token| word(token) == begins)?.start;
    let rest = &text[clause..];
    Some(format!("{}\n  {rest}", line[..clause].trim_end()))
}

fn query_is_unfinished(text: &str) -> bool {
    let text = refinement(text).map_or(text, |(_, rest)| rest);
    if removal(text).is_some() {
        return false;
    }
    parse(text).is_err_and(|problems| {
        let mut problems = problems.sorted().into_iter();
        problems.all(|problem| problem.cause == Cause::EndsEarly)
    })
}

fn parse(text: &str) -> Result<(), Problems> {
    let mut sources = Sources::default();
    let id = sources.add("<typed>", text);
    syntax::parse_query(&sources, id).map(drop)
}

/// How a text refines the last query: `and …` adds to its clauses, `_ …` starts from it. Gives
/// whether it adds, and the clauses.
pub fn refinement(text: &str) -> Option<(bool, &str)> {
    refining(text.trim())
}

/// The clauses of a refinement that is being typed: what follows `and` or `_`.
pub(super) fn refinement_before(text: &str) -> Option<&str> {
    refining(text.trim_start()).map(|(_, clauses)| clauses)
}

fn refining(text: &str) -> Option<(bool, &str)> {
    let after = |text, word| {
        let rest = str::strip_prefix(text, word)?;
        (rest.is_empty() || rest.starts_with(char::is_whitespace)).then(|| rest.trim_start())
    };
    if let Some(rest) = after(text, "_") {
        return Some(match after(rest, "and") {
            Some(clauses) => (true, clauses),
            None => (false, rest),
        });
    }
    after(text, "and").map(|rest| (true, rest))
}

fn entry(text: &str) -> Option<Entry> {
    let text = text.trim_end();
    if text.trim().is_empty() || is_comment(text) {
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
        Entry::Definitions(outdented(text))
    } else {
        Entry::Query(text.trim().to_string())
    })
}

/// A definition that was copied with the white space before it stands at the margin all the same.
fn outdented(text: &str) -> String {
    let code = first_code_line(text);
    let indent = &code[..code.len() - code.trim_start().len()];
    let lines: Vec<&str> = text
        .lines()
        .map(|line| line.strip_prefix(indent).unwrap_or(line))
        .collect();
    lines.join("\n")
}

fn first_code_line(text: &str) -> &str {
    text.lines()
        .find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
        .unwrap_or("")
}

/// A KPI may be called `test`: a definition has a name or a title next, a query a word of the
/// language or a sign.
fn begins_definition(text: &str) -> bool {
    let code = first_code_line(text);
    let mut tokens = syntax::scan(text, Grids::Absent);
    tokens.retain(|token| token.kind != TokenKind::Comment);
    let word = |token: &Token| &text[token.start..token.end];
    match tokens.as_slice() {
        [first, second, ..] => {
            let is_name = match second.kind {
                TokenKind::Word => !syntax::is_reserved(word(second)),
                kind => matches!(
                    kind,
                    TokenKind::Text | TokenKind::OpenText | TokenKind::BackTicked
                ),
            };
            syntax::definition_words().contains(&word(first)) && is_name
        }
        // Nothing else stands on the first line of this one.
        _ => code.trim() == "calendar",
    }
}

/// Whether anything but comments and white space is there.
pub(super) fn has_code(text: &str) -> bool {
    !first_code_line(text).is_empty()
}

/// Whether a text that is being typed begins a definition, or may: its word and a space are there.
pub(super) fn begins_as_definition(text: &str) -> bool {
    let first = text.trim();
    let is_begun =
        text.ends_with(char::is_whitespace) && syntax::definition_words().contains(&first);
    is_begun || begins_definition(text)
}
