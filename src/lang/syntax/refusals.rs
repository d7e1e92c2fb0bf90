//! Refuses, before parsing, what the language does not have but other languages do, and what is
//! broken in itself: open quotes, parentheses that do not match. Looks at every token once.

use super::errors::{self, error, hyphenated};
use super::grammar::Fragment;
use super::limits::MOST_NESTED;
use super::tokens::{Token, TokenKind};
use super::words::{self, Expecting};
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
    if let Some(problem) = select(piece, expecting).or_else(|| parentheses(piece)) {
        problems.push(*problem);
    }
    problems
}

/// How many tokens around a mistake are looked at, so that the whole stays linear.
const FURTHEST_LOOK: usize = 64;

/// How many refusals of one piece are told. Who writes more has another language in mind.
const MOST_TOLD: usize = 8;

type Refusal = Option<Box<Diagnostic>>;

fn one(piece: &Fragment<'_>, expecting: Expecting, index: usize, token: &Token) -> Refusal {
    match token.kind {
        TokenKind::Word => word(piece, expecting, index, token),
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
        _ => problem.help(format!("write `\"{inside}\"`")),
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
    let (code, message, help) = match piece.words(token) {
        "=" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "/" | "(" | ")" | "," | ":"
        | "." | "%" => return None,
        "==" => ("K106", "equality is one `=`", "write `=`"),
        "&&" => ("K107", "`and` is written as a word", "write `and`"),
        "||" => ("K108", "`or` is written as a word", "write `or`"),
        "!" => ("K109", "`not` is written as a word", "write `not`"),
        "<>" => ("K110", "inequality is `!=`", "write `!=`"),
        "=<" => ("K146", "at most is `<=`", "write `<=`"),
        "=>" => ("K146", "at least is `>=`", "write `>=`"),
        sign => return character(piece, token, sign),
    };
    let problem = Diagnostic::error(code, piece.token_span(token), message).help(help);
    Some(Box::new(problem))
}

fn character(piece: &Fragment<'_>, token: &Token, sign: &str) -> Refusal {
    let shown: String = sign.chars().flat_map(char::escape_debug).collect();
    let message = format!("`{shown}` means nothing here");
    let problem = Diagnostic::error("K105", piece.token_span(token), message);
    let help = match sign {
        ";" => "a line ends by itself",
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
            Some(Box::new(problem.help(format!("write `{digits} {rest}`"))))
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

// ---------------------------------------------------------------- words of other languages

fn word(piece: &Fragment<'_>, expecting: Expecting, index: usize, token: &Token) -> Refusal {
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
        _ if next_word == "(" => call(piece, index, token),
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
    let (code, message, help) = match word {
        "group" => ("K121", "there is no `group by`", "write `by team`"),
        _ => ("K122", "there is no `order by`", "write `sort by found_at`"),
    };
    Some(Box::new(Diagnostic::error(code, span, message).help(help)))
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
    let instead = if before
        .iter()
        .any(|token| opens_condition(piece.words(token)))
    {
        let field = before.last().map_or("cvss", |token| piece.words(token));
        let (low, high) = (word(1).unwrap_or("7"), high.unwrap_or("9"));
        format!("write `{field} >= {low} and {field} <= {high}`")
    } else {
        let (first, last) = (word(1).unwrap_or("2026-01"), high.unwrap_or("2026-03"));
        format!("a period is written `from {first} to {last}`, both included")
    };
    let span = stretch(piece, index, index);
    let problem = Diagnostic::error("K123", span, "there is no `between`").help(instead);
    Some(Box::new(problem))
}

fn opens_condition(word: &str) -> bool {
    matches!(word, "where" | "with" | "is" | "for")
}

fn like(piece: &Fragment<'_>, index: usize) -> Refusal {
    let message = format!("there is no `{}`", piece.words(&piece.tokens[index]));
    let field = index
        .checked_sub(1)
        .map_or("title", |before| piece.words(&piece.tokens[before]));
    let problem = Diagnostic::error("K124", stretch(piece, index, index), message).help(format!(
        "write `{field} contains \"sql\"`, which is of any place in the text, or the values in `{field} in (\"a\", \"b\")`"
    ));
    Some(Box::new(problem))
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
    let problem = Diagnostic::error(code, span, message).help(format!("write `{meant}`"));
    Some(Box::new(problem))
}

/// `count(*)`, `sum(risk)`: a name right before a parenthesis. Only `any scans completed (where …)`
/// has that too.
fn call(piece: &Fragment<'_>, index: usize, token: &Token) -> Refusal {
    let function = piece.words(token);
    let inside = piece
        .tokens
        .get(index + 2)
        .map_or("", |token| piece.words(token));
    if words::is_reserved(function) || inside == "where" {
        return None;
    }
    let rest = &piece.tokens[index..];
    let closing = rest
        .iter()
        .take(FURTHEST_LOOK)
        .position(|token| piece.words(token) == ")")
        .unwrap_or(1);
    let value = match inside {
        "*" | ")" | "" => String::new(),
        value => format!(" {value}"),
    };
    let span = stretch(piece, index, index + closing);
    let problem = Diagnostic::error("K127", span, "aggregates are written without parentheses")
        .help(format!(
            "write `{}{value} of findings open`",
            function.to_lowercase()
        ));
    Some(Box::new(problem))
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

fn select(piece: &Fragment<'_>, expecting: Expecting) -> Refusal {
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
