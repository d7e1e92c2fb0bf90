//! Words that other languages have and this one says otherwise: `group by`, `between`, `is null`.

use super::calls;
use super::errors::hyphenated;
use super::grammar::Fragment;
use super::refusals::{FURTHEST_LOOK, Refusal};
use super::tokens::{Token, TokenKind};
use super::words::{self, Expecting};
use crate::base::diagnostic::Diagnostic;

/// The refusal of such a word.
pub(super) fn word(
    piece: &Fragment<'_>,
    expecting: Expecting,
    index: usize,
    token: &Token,
) -> Refusal {
    let next = piece.tokens.get(index + 1);
    let next_word = next.map_or("", |next| piece.words(next));
    let lower = piece.words(token).to_lowercase();
    let followed_by_value =
        next.is_some_and(|next| matches!(next.kind, TokenKind::Number | TokenKind::Text));
    match lower.as_str() {
        "group" | "order" if next_word.eq_ignore_ascii_case("by") => grouping(piece, index, &lower),
        "between" if followed_by_value => between(piece, index),
        "like" | "matches" if followed_by_value => like(piece, index),
        "is" => is(piece, index),
        "in" if next_word == "time" => instead(piece, index, "in time", "not breached"),
        "count" if matches!(next_word, "distinct" | "unique") => {
            instead(piece, index, &format!("count {next_word}"), "distinct")
        }
        _ if next_word == "(" && !is_exists(piece, index) => Some(calls::call(piece, index)),
        _ if is_null(&lower) => null(piece, index, &lower),
        _ if next_word == "-" => hyphen(piece, expecting, index),
        _ => None,
    }
}

/// The span from one token to a later one.
fn stretch(piece: &Fragment<'_>, first: usize, last: usize) -> crate::base::source::Span {
    let last = last.min(piece.tokens.len() - 1);
    piece.place(piece.tokens[first].start, piece.tokens[last].end)
}

fn grouping(piece: &Fragment<'_>, index: usize, word: &str) -> Refusal {
    let span = stretch(piece, index, index + 1);
    let (code, message, instead) = match word {
        "group" => ("K121", "there is no `group by`", "by"),
        _ => ("K122", "there is no `order by`", "sort by"),
    };
    Some(Box::new(
        Diagnostic::error(code, span, message).write(instead),
    ))
}

/// Two words that say what another one says here: `in time`, `count distinct`.
fn instead(piece: &Fragment<'_>, index: usize, words: &str, meant: &str) -> Refusal {
    let span = stretch(piece, index, index + 1);
    let problem = Diagnostic::error("K100", span, format!("there is no `{words}`"));
    Some(Box::new(problem.write(meant)))
}

/// `cvss between 7 and 9` in a condition, `mttr between 2026-01 and 2026-03` for a period.
fn between(piece: &Fragment<'_>, index: usize) -> Refusal {
    let word = |offset: usize| {
        piece
            .tokens
            .get(index + offset)
            .map(|token| piece.words(token))
    };
    let high = word(3).filter(|_| word(2) == Some("and"));
    let before = &piece.tokens[..index];
    let in_condition = before
        .iter()
        .any(|token| opens_condition(piece.words(token)));
    let span = stretch(piece, index, index);
    let problem = Diagnostic::error("K123", span, "there is no `between`");
    let (Some(low), Some(high)) = (word(1), high) else {
        return Some(Box::new(problem.help(match in_condition {
            true => "write `cvss >= 7 and cvss <= 9`",
            false => "a period is written `from 2026-01 to 2026-03`, both included",
        })));
    };
    Some(Box::new(if in_condition {
        let start = before.iter().rposition(|token| joins(piece.words(token)));
        let field = stretch(piece, start.map_or(index - 1, |joint| joint + 1), index - 1);
        let field = &piece.text[field.start as usize..field.end as usize];
        let instead = format!("{field} >= {low} and {field} <= {high}");
        let line = format!("write `{instead}`");
        let first = start.map_or(index - 1, |joint| joint + 1);
        problem
            .help(&line)
            .edit_at(stretch(piece, first, index + 3), instead, &line)
    } else {
        let instead = format!("from {low} to {high}");
        let line = format!("a period is written `{instead}`, both included");
        problem
            .help(&line)
            .edit_at(stretch(piece, index, index + 3), instead, &line)
    }))
}

/// Whether a word stands before a test.
fn joins(word: &str) -> bool {
    opens_condition(word) || matches!(word, "and" | "or" | "not" | "(")
}

fn opens_condition(word: &str) -> bool {
    matches!(word, "where" | "with" | "is" | "for")
}

fn like(piece: &Fragment<'_>, index: usize) -> Refusal {
    let message = format!("there is no `{}`", piece.words(&piece.tokens[index]));
    let problem = Diagnostic::error("K124", stretch(piece, index, index), message);
    let pattern = &piece.tokens[index + 1];
    let value = piece.words(pattern).trim_matches(['"', '%', '*']);
    let line = format!("write `contains \"{value}\"`, which is of any place in the text");
    let span = stretch(piece, index, index + 1);
    let problem = problem
        .help(&line)
        .help("or list values, such as `team in (\"payments-api\", \"payments-core\")`");
    Some(Box::new(problem.edit_at(
        span,
        format!("contains \"{value}\""),
        &line,
    )))
}

/// `null`, compared with.
fn null(piece: &Fragment<'_>, index: usize, word: &str) -> Refusal {
    let operator = &piece.tokens[index.checked_sub(1)?];
    let meant = match piece.words(operator) {
        "=" | "==" => "is missing",
        "!=" | "<>" => "is present",
        _ => return None,
    };
    let line = format!("write `{meant}`");
    let message = format!("a missing value is not called `{word}` here");
    let problem = Diagnostic::error("K125", stretch(piece, index, index), message).help(&line);
    Some(Box::new(problem.edit_at(
        stretch(piece, index - 1, index),
        meant,
        &line,
    )))
}

fn is_null(word: &str) -> bool {
    matches!(word, "null" | "nil" | "nan")
}

/// `is null`, `is not null`, `is not missing`
fn is(piece: &Fragment<'_>, index: usize) -> Refusal {
    let word = |offset: usize| {
        let token = piece.tokens.get(index + offset);
        token.map_or(String::new(), |token| piece.words(token).to_lowercase())
    };
    let (second, third) = (word(1), word(2));
    let (code, length, meant) = match (second.as_str(), third.as_str()) {
        ("null", _) => ("K125", 1, "is missing"),
        ("not", "null") => ("K125", 2, "is present"),
        ("not", "missing") => ("K126", 2, "is present"),
        ("not", "present") => ("K126", 2, "is missing"),
        _ => return None,
    };
    let span = stretch(piece, index, index + length);
    let written = &piece.text[span.start as usize..span.end as usize];
    let message = format!("there is no `{written}`");
    Some(Box::new(
        Diagnostic::error(code, span, message).write(meant),
    ))
}

/// `team = payments-core`, `team in (payments-core)`: no formula can stand there.
fn hyphen(piece: &Fragment<'_>, expecting: Expecting, index: usize) -> Refusal {
    let tokens = &piece.tokens[index..];
    let joined = tokens.len() > 2
        && tokens[0].end == tokens[1].start
        && tokens[1].end == tokens[2].start
        && matches!(tokens[2].kind, TokenKind::Word | TokenKind::Number);
    let before = index
        .checked_sub(1)
        .map_or("", |index| piece.words(&piece.tokens[index]));
    let value = matches!(before, "=" | "!=" | "<" | "<=" | ">" | ">=");
    (joined && (value || in_list(piece, index)))
        .then(|| Box::new(hyphenated(piece, index, expecting)))
}

/// Whether a token stands in the list of `in (a, b)`.
fn in_list(piece: &Fragment<'_>, index: usize) -> bool {
    let mut before = piece.tokens[..index].iter().rev().take(FURTHEST_LOOK);
    let listed = |token: &&Token| !matches!(piece.words(token), "(" | ")" | "in");
    let opening = before.by_ref().find(|token| !listed(token));
    opening.is_some_and(|token| piece.words(token) == "(")
        && before
            .next()
            .is_some_and(|token| piece.words(token) == "in")
}

/// `any scans completed (where …)` is the one name right before a parenthesis.
fn is_exists(piece: &Fragment<'_>, index: usize) -> bool {
    let inside = piece.tokens.get(index + 2);
    words::is_reserved(piece.words(&piece.tokens[index]))
        || inside.is_some_and(|token| piece.words(token) == "where")
}

pub(super) fn select(piece: &Fragment<'_>, expecting: Expecting) -> Refusal {
    let first = piece.tokens.first()?;
    let query = expecting == Expecting::Query && piece.tokens.len() > 1;
    if !query || !piece.words(first).eq_ignore_ascii_case("select") {
        return None;
    }
    let problem = Diagnostic::error("K128", piece.token_span(first), "there is no `select`")
        .help("write what is counted: `count of findings open by team`")
        .help("or which rows to see: `list findings open show title, team`");
    Some(Box::new(problem))
}
