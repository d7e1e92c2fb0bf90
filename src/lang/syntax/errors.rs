//! The messages of mistakes that are known for what they are. What the grammar cannot take and
//! has no message of its own is told by `unparsed`.

use super::grammar::Fragment;
use super::tokens::{TokenKind, is_name_character};
use super::words::{DefinitionKind, Expecting};
use crate::base::diagnostic::Diagnostic;
use crate::base::source::Span;
use crate::base::types::{Grain, StockMoment};

type Problem = Box<Diagnostic>;

pub(super) fn error(code: &'static str, span: Span, message: impl Into<String>) -> Problem {
    Box::new(Diagnostic::error(code, span, message))
}

// ---------------------------------------------------------------- where definitions begin

/// Indented text above the first definition.
pub(super) fn before_first_definition(piece: &Fragment<'_>) -> Diagnostic {
    let first = &piece.tokens[0];
    let problem = Diagnostic::error(
        "K111",
        piece.token_span(first),
        "indented text belongs to the definition above it, but there is none",
    );
    match DefinitionKind::from_word(piece.words(first)) {
        Some(kind) => problem.help(format!(
            "begin the line with `{}`, without white space before it",
            kind.word()
        )),
        None => problem.help(kinds()),
    }
}

/// A word at the margin that begins no definition.
pub(super) fn unknown_kind(piece: &Fragment<'_>, above: Option<DefinitionKind>) -> Diagnostic {
    let first = &piece.tokens[0];
    let word = piece.words(first);
    let span = piece.token_span(first);
    if first.kind != TokenKind::Word {
        let message = "a line at the margin begins with the kind of a definition";
        return Diagnostic::error("K112", span, message)
            .label("indent it, if it belongs to the definition above")
            .help(kinds());
    }
    let problem = Diagnostic::error("K112", span, format!("`{word}` begins no definition"));
    match above {
        Some(kind) if kind.clause_words().contains(&word) => problem.label(format!(
            "indent it, if it belongs to the {} above",
            kind.word()
        )),
        Some(_) | None => problem
            .suggest(word, DefinitionKind::ALL.map(DefinitionKind::word))
            .help(kinds()),
    }
}

fn kinds() -> String {
    format!(
        "definitions are {}",
        alternatives(&DefinitionKind::ALL.map(DefinitionKind::word), "and")
    )
}

/// The lines that a merge leaves where both sides changed.
pub(super) fn merge_conflict(span: Span) -> Diagnostic {
    Diagnostic::error("K161", span, "both sides of a merge conflict stand here")
        .help("keep one of them, and delete the lines `<<<<<<<`, `=======` and `>>>>>>>`")
}

pub(super) fn card_without_layer(span: Span) -> Diagnostic {
    Diagnostic::error(
        "K136",
        span,
        "a card stands in a layer, and there is none above it",
    )
    .help("write a line such as `layer executive \"Is risk decreasing?\"` before it")
}

pub(super) fn next_step_without_card(span: Span) -> Diagnostic {
    Diagnostic::error(
        "K136",
        span,
        "`then` stands below a card, and there is none above it",
    )
    .help("write a line such as `show list findings overdue` before it")
}

pub(super) fn second_next_step(span: Span) -> Diagnostic {
    Diagnostic::error("K136", span, "the card above has a `then` already")
        .leave_out("leave this out, or make one text of both")
}

// ---------------------------------------------------------------- literals

pub(super) fn wall_clock(span: Span, word: &str) -> Problem {
    let message = format!("there is no `{word}`: the same data gives the same answer every day");
    Box::new(
        Diagnostic::error("K120", span, message)
            .help("write a date such as `2026-03-31`, or ask the query `as of 2026-03-31`"),
    )
}

pub(super) fn null(span: Span, word: &str) -> Problem {
    Box::new(
        Diagnostic::error(
            "K125",
            span,
            format!("a missing value is not called `{word}` here"),
        )
        .help("write `is missing` or `is present`, such as `where fixed_at is missing`"),
    )
}

pub(super) fn no_such_date(span: Span, written: &str, reason: &str) -> Problem {
    Box::new(
        Diagnostic::error("K129", span, format!("`{written}` is not a date"))
            .label(reason)
            .help("dates are `2026`, `2026-Q1`, `2026-03`, `2026-W09`, `2026-03-31` or `2026-03-31T10:00:00Z`")
            .help("a value that is no date is quoted"),
    )
}

pub(super) fn number_too_large(span: Span) -> Problem {
    error("K130", span, "this number is too large")
}

pub(super) fn unknown_grain(span: Span, word: &str) -> Problem {
    let problem = Diagnostic::error("K132", span, format!("`{word}` is not a length of time"))
        .suggest(word, Grain::ALL.map(Grain::word));
    Box::new(problem.help(format!(
        "periods are counted in {}",
        alternatives(&Grain::ALL.map(Grain::word), "or")
    )))
}

pub(super) fn unknown_moment(span: Span, word: &str) -> Problem {
    let words = StockMoment::ALL.map(StockMoment::word);
    let problem = Diagnostic::error("K133", span, format!("a stock is not read at `{word}`"))
        .suggest(word, words);
    Box::new(problem.help(format!("write `at` and {}", alternatives(&words, "or"))))
}

// ---------------------------------------------------------------- conditions and formulas

/// `any findings open where severity = critical and team = web`: whose team?
pub(super) fn unclear_filter(span: Span, narrow: &str, wide: &str) -> Problem {
    let message = "what follows this `where` may belong to it or not: it needs parentheses";
    Box::new(
        Diagnostic::error("K118", span, message)
            .help(format!("write `{narrow}`"))
            .help(format!("or    `{wide}`")),
    )
}

/// `chain` is the place of all the parts.
pub(super) fn mixed_and_or(span: Span, chain: Span, first: &str, second: &str) -> Problem {
    let line = format!("write `{first}`\nor    `{second}`");
    Box::new(
        Diagnostic::error("K118", span, "mix of `and` and `or` needs parentheses")
            .help(&line)
            .edit_at(chain, first, &line)
            .edit_at(chain, second, &line),
    )
}

pub(super) fn column_alone(span: Span) -> Problem {
    Box::new(
        Diagnostic::error("K143", span, "a column alone is not a condition")
            .help("compare it, such as `= yes`, or write `is present`"),
    )
}

pub(super) fn event_with_table(span: Span) -> Problem {
    Box::new(
        Diagnostic::error(
            "K144",
            span,
            "`within` asks about an event of the rows counted",
        )
        .help("write the event alone, such as `verified within 14 days`")
        .help("of another table: `any scans completed within 30 days`"),
    )
}

pub(super) fn too_deep(span: Span, most: usize) -> Problem {
    Box::new(
        Diagnostic::error("K115", span, "this is nested too deep")
            .help(format!(
                "at most {most} parentheses, `not` and signs stand in one another"
            ))
            .help("give a part of it a name: another kpi, or a condition"),
    )
}

pub(super) fn too_many_operands(span: Span, most: usize) -> Problem {
    Box::new(
        Diagnostic::error("K116", span, format!("more than {most} parts in one chain"))
            .help("give a part of it a name, or compare with a list: `team in (a, b, c)`"),
    )
}

pub(super) fn clause_twice(span: Span, kind: &str) -> Problem {
    let message = match kind {
        "a period" => "a second period in one query".to_string(),
        _ => format!("a second `{kind}` in one query"),
    };
    let help = match kind {
        "where" => "join the two conditions with `and`",
        "by" | "show" | "versus" | "sort by" => "write one list: its parts are joined with commas",
        "a period" => "a query has one of `in`, `from … to`, `last`, `this` and `past`",
        _ => "each clause stands at most once",
    };
    Box::new(Diagnostic::error("K117", span, message).help(help))
}

/// The refusal of a run of words joined by hyphens that begins at a token.
pub(super) fn hyphenated(piece: &Fragment<'_>, first: usize, expecting: Expecting) -> Diagnostic {
    let mut last = first;
    while let Some(next) = piece.tokens.get(last + 1) {
        let sticks = next.start == piece.tokens[last].end;
        let part = piece.words(next).starts_with(is_name_character) || piece.words(next) == "-";
        if !sticks || !part {
            break;
        }
        last += 1;
    }
    let span = piece.place(piece.tokens[first].start, piece.tokens[last].end);
    let written = &piece.text[span.start as usize..span.end as usize];
    let name = written.replace('-', "_");
    match expecting {
        Expecting::Header(kind) if kind != DefinitionKind::Condition => {
            Diagnostic::error("K119", span, "a name has no hyphens").write(name)
        }
        Expecting::Query | Expecting::Header(_) | Expecting::Clause(_) => {
            Diagnostic::error("K119", span, "a value with a hyphen is quoted")
                .write(format!("\"{written}\""))
                .help(format!("or, for a name, `{name}`"))
        }
    }
}

// ---------------------------------------------------------------- lists in sentences

/// `a, b or c`
pub(super) fn alternatives(words: &[&str], joint: &str) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    sentence(&quoted, joint)
}

/// `a, b or c`, as they are.
pub(super) fn sentence(words: &[String], joint: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} {joint} {last}", most.join(", ")),
    }
}

/// `a - b otherwise 0`
pub(super) fn adjusted_in_chain(span: Span, word: &str) -> Problem {
    let words = word.split_whitespace().collect::<Vec<_>>().join(" ");
    Box::new(
        Diagnostic::error(
            "K147",
            span,
            format!("`{words}` beside `+`, `-`, `*` or `/` could be of a part or of the whole"),
        )
        .label("write parentheses")
        .help(format!(
            "`(… / …) {words} 0` is of the whole, `… + (… {words} 0)` of a part"
        )),
    )
}
