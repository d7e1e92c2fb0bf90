//! Refuses, before parsing, what the language does not have but other languages do, and what is
//! broken in itself: open quotes, parentheses that do not match. Looks at every token once.

use super::errors::{self, error};
use super::grammar::Fragment;
use super::limits::MOST_NESTED;
use super::other_dates;
use super::other_words;
use super::tokens::{Token, TokenKind, is_name_character};
use super::words::Expecting;
use crate::base::diagnostic::{Cause, Diagnostic, Problems};

/// All that is refused in a piece.
pub(super) fn find(piece: &Fragment<'_>, expecting: Expecting) -> Problems {
    let mut problems = Problems::default();
    let mut skip_to = 0;
    let mut found = 0;
    for (index, token) in piece.tokens.iter().enumerate() {
        if token.start < skip_to {
            continue;
        }
        if let Some(problem) = one(piece, expecting, index, token) {
            // What a long mistake covers is not told twice.
            skip_to = problem.span.map_or(0, |span| span.end as usize);
            problems.push(*problem);
            found += 1;
        }
        if found == MOST_TOLD {
            return problems;
        }
    }
    if let Some(problem) = other_words::select(piece, expecting).or_else(|| parentheses(piece)) {
        problems.push(*problem);
    }
    problems
}

/// How many tokens around a mistake are looked at, so that the whole stays linear.
pub(super) const FURTHEST_LOOK: usize = 64;

/// How many refusals of one piece are told. Who writes more has another language in mind.
const MOST_TOLD: usize = 8;

pub(super) type Refusal = Option<Box<Diagnostic>>;

fn one(piece: &Fragment<'_>, expecting: Expecting, index: usize, token: &Token) -> Refusal {
    match token.kind {
        TokenKind::Word => other_words::word(piece, expecting, index, token),
        TokenKind::Number => number(piece, index, token),
        TokenKind::Symbol => symbol(piece, token),
        TokenKind::BackTicked | TokenKind::OpenBackTick => back_ticks(piece, token),
        TokenKind::OpenText => open_text(piece, token),
        TokenKind::OpenBlock => open_block(piece, token),
        TokenKind::OtherQuotes => other_quotes(piece, token),
        TokenKind::OpenGridRow => open_row(piece, token),
        TokenKind::Text | TokenKind::Block | TokenKind::GridRow | TokenKind::Comment => None,
    }
}

// ---------------------------------------------------------------- quotes and rows

fn open_text(piece: &Fragment<'_>, token: &Token) -> Refusal {
    let span = piece.place(token.start, token.start + 1);
    let problem = Diagnostic::error("K102", span, "this text has no closing quote")
        .help("a text ends on its line; a quote inside it is written `\\\"`");
    Some(Box::new(problem))
}

fn open_block(piece: &Fragment<'_>, token: &Token) -> Refusal {
    let span = piece.place(token.start, token.start + 3);
    let problem = Diagnostic::error("K102", span, "this program has no closing quotes")
        .help("a program ends with `\"\"\"`");
    Some(Box::new(problem))
}

fn back_ticks(piece: &Fragment<'_>, token: &Token) -> Refusal {
    let (span, message) = match piece.words(token) {
        "``" => (
            piece.token_span(token),
            "there is no name between these back-ticks",
        ),
        _ if token.kind == TokenKind::BackTicked => return None,
        _ => (
            piece.place(token.start, token.start + 1),
            "this name has no closing back-tick",
        ),
    };
    let problem = Diagnostic::error("K103", span, message).help("a name is written `` `last` ``");
    Some(Box::new(problem))
}

fn other_quotes(piece: &Fragment<'_>, token: &Token) -> Refusal {
    const QUOTES: [char; 7] = [
        '\'', '"', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{201e}',
    ];
    let inside = piece.words(token).trim_matches(QUOTES);
    let message = "texts stand in double quotes";
    let problem = Diagnostic::error("K104", piece.token_span(token), message);
    Some(Box::new(match inside {
        "" => problem,
        _ => problem.write(format!("\"{inside}\"")),
    }))
}

fn open_row(piece: &Fragment<'_>, token: &Token) -> Refusal {
    let span = piece.place(token.start, token.start + 1);
    let problem = Diagnostic::error("K137", span, "this row has no bar at its end")
        .help("a row is written `| F1 | high |`; a bar inside a cell `\\|`");
    Some(Box::new(problem))
}

// ---------------------------------------------------------------- signs

fn symbol(piece: &Fragment<'_>, token: &Token) -> Refusal {
    let (code, message, instead) = match piece.words(token) {
        "=" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "/" | "(" | ")" | "," | ":"
        | "." | "%" => return None,
        "==" => ("K106", "equality is one `=`", "="),
        "&&" => ("K107", "`and` is written as a word", "and"),
        "||" => ("K108", "`or` is written as a word", "or"),
        "!" => ("K109", "`not` is written as a word", "not"),
        "<>" => ("K110", "inequality is `!=`", "!="),
        "=<" => ("K146", "at most is `<=`", "<="),
        "=>" => ("K146", "at least is `>=`", ">="),
        sign => return character(piece, token, sign),
    };
    let problem = Diagnostic::error(code, piece.token_span(token), message);
    // `!exploitable` has no blank to keep the two words apart.
    let apart = instead == "not" && piece.text[token.end..].starts_with(is_name_character);
    let line = format!("write `{instead}`");
    let text = if apart { "not " } else { instead };
    Some(Box::new(problem.help_edit(line, text)))
}

fn character(piece: &Fragment<'_>, token: &Token, sign: &str) -> Refusal {
    let shown: String = sign.chars().flat_map(char::escape_debug).collect();
    let message = format!("`{shown}` means nothing here");
    let problem = Diagnostic::error("K105", piece.token_span(token), message);
    let help = match sign {
        ";" => {
            return Some(Box::new(
                problem.help_edit("leave it out: a line ends by itself", ""),
            ));
        }
        "{" | "}" => "what belongs to a definition is indented below it",
        "[" | "]" => "a list stands in parentheses: `in (high, critical)`",
        "|" => "`or` is written as a word",
        "&" => "`and` is written as a word",
        _ => "a value with signs in it is quoted",
    };
    Some(Box::new(problem.help(help)))
}

/// The first parenthesis that has no partner, or that stands too deep.
fn parentheses(piece: &Fragment<'_>) -> Refusal {
    let mut open: Vec<&Token> = Vec::new();
    for token in piece.tokens {
        match (token.kind, piece.words(token)) {
            (TokenKind::Symbol, "(") => open.push(token),
            (TokenKind::Symbol, ")") if open.pop().is_none() => {
                let span = piece.token_span(token);
                return Some(error("K145", span, "this parenthesis was never opened"));
            }
            _ => {}
        }
        if open.len() > MOST_NESTED {
            return Some(errors::too_deep(piece.token_span(token), MOST_NESTED));
        }
    }
    let last = open.last()?;
    let span = piece.token_span(last);
    let problem = Diagnostic::error("K140", span, "this parenthesis is never closed");
    Some(Box::new(problem.because(Cause::EndsEarly)))
}

// ---------------------------------------------------------------- numbers

fn number(piece: &Fragment<'_>, index: usize, token: &Token) -> Refusal {
    let written = piece.words(token);
    if let Some(problem) = other_dates::date(piece, index) {
        return Some(problem);
    }
    let split = written
        .find(|next: char| !next.is_ascii_digit() && next != '.')
        .unwrap_or(written.len());
    let (digits, rest) = written.split_at(split);
    if is_version(piece, index) {
        let end = piece.tokens[index + 2].end;
        return Some(no_number(piece, piece.place(token.start, end)));
    }
    match rest {
        "" | "d" | "h" | "w" | "min" => None,
        _ if rest.starts_with('-') => None,
        "day" | "days" | "hour" | "hours" | "minutes" | "week" | "weeks" | "month" | "months"
        | "quarters" | "years" => {
            let span = piece.token_span(token);
            let problem = Diagnostic::error("K131", span, format!("`{written}` is two words"));
            Some(Box::new(problem.write(format!("{digits} {rest}"))))
        }
        _ => Some(no_number(piece, piece.token_span(token))),
    }
}

/// `1.2.3`, an address or a version.
fn is_version(piece: &Fragment<'_>, index: usize) -> bool {
    let tokens = &piece.tokens[index..];
    tokens.len() > 2
        && piece.words(&tokens[1]) == "."
        && tokens[0].end == tokens[1].start
        && tokens[1].end == tokens[2].start
}

fn no_number(piece: &Fragment<'_>, span: crate::base::source::Span) -> Box<Diagnostic> {
    let written = &piece.text[span.start as usize..span.end as usize];
    let message = format!("`{written}` is neither a number nor a duration");
    Box::new(
        Diagnostic::error("K131", span, message)
            .help("a duration is written `30 days`, a value that begins with a digit in quotes"),
    )
}
