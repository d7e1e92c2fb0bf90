//! Aggregates written as calls, `count(findings open)`: what to write instead.

use super::errors::error;
use super::grammar::Fragment;
use super::tokens::{Token, TokenKind};
use super::words::{QUERY_CLAUSES, is_reserved};
use crate::base::diagnostic::Diagnostic;
use crate::lang::functions::{self, Function, Takes};

/// How many tokens of a call are looked at, so that the whole stays linear.
const FURTHEST_LOOK: usize = 64;

/// A call, from its name to its closing parenthesis.
struct Call<'p> {
    piece: &'p Fragment<'p>,
    name: &'p str,
    inside: &'p [Token],
    /// `of` follows, as it does in an aggregate that has only too many parentheses.
    goes_on: bool,
}

/// The refusal of a name right before a parenthesis.
pub(super) fn call(piece: &Fragment<'_>, index: usize) -> Box<Diagnostic> {
    let rest = &piece.tokens[index..];
    let length = closing(piece, rest).unwrap_or(1).min(rest.len() - 1);
    let written = piece.words(&rest[0]);
    let lower = written.to_lowercase();
    let name = functions::by_other_word(&lower).unwrap_or(&lower);
    let call = Call {
        piece,
        name,
        inside: &rest[2.min(length)..length],
        goes_on: rest
            .get(length + 1)
            .is_some_and(|token| piece.words(token) == "of"),
    };
    let span = piece.place(rest[0].start, rest[length].end);
    let Some((function, _)) = functions::find(name) else {
        let names: Vec<&str> = functions::ALL.iter().map(|known| known.name).collect();
        let problem = error("K127", span, format!("there is no function `{written}`"));
        return Box::new(problem.help(format!("functions are {}", names.join(", "))));
    };
    let problem = Diagnostic::error("K127", span, "aggregates are written without parentheses");
    if call.goes_on && call.is_aggregate() {
        // No other order of words gives an aggregate of an aggregate a meaning.
        let inner = call.text();
        let line = format!("one aggregate at a time, such as `{inner}`");
        let end = rest[length..]
            .iter()
            .take(4)
            .next_back()
            .map_or(rest[length].end, |last| last.end);
        return Box::new(problem.help(&line).edit_at(
            piece.place(rest[0].start, end),
            inner,
            &line,
        ));
    }
    let Some(aggregate) = call.instead(function) else {
        return Box::new(problem.help(format!("such as `{}`", function.example)));
    };
    // Told with its population, so that it is a sentence by itself.
    let population = &rest[length + 1..];
    let population = &population[..population_length(piece, population)];
    let (end, aggregate) = match (call.goes_on, population.last()) {
        (true, Some(last)) => {
            let rows = &piece.text[population[0].start..last.end];
            (last.end, format!("{aggregate} {rows}"))
        }
        _ => (rest[length].end, aggregate),
    };
    let line = format!("write `{aggregate}`");
    let whole = piece.place(rest[0].start, end);
    Box::new(
        problem
            .help(&line)
            .edit_at(whole, aggregate, &line)
            .help(format!("an aggregate is {}", function.signature)),
    )
}

/// How many tokens `of findings open` and what narrows it take.
fn population_length(piece: &Fragment<'_>, tokens: &[Token]) -> usize {
    let names = |token: &&Token| token.kind == TokenKind::Word && !is_reserved(piece.words(token));
    let mut length = 1 + tokens.iter().skip(1).take(2).take_while(names).count();
    if tokens
        .get(length)
        .is_some_and(|token| piece.words(token) == "including")
    {
        length += 2;
    }
    let is_filter = |token: &&Token| matches!(piece.words(token), "where" | "with");
    if tokens.get(length).filter(is_filter).is_some() {
        let clause = |token: &&Token| {
            let word = piece.words(token);
            QUERY_CLAUSES.contains(&word) && !matches!(word, "where" | "with" | "in")
        };
        length += tokens[length..]
            .iter()
            .take(FURTHEST_LOOK)
            .take_while(|token| !clause(token))
            .count();
    }
    length.min(tokens.len())
}

impl Call<'_> {
    /// The call as an aggregate, where it is clear which one is meant.
    fn instead(&self, function: &Function) -> Option<String> {
        let name = self.name;
        let inside = self.text();
        let bare = matches!(function.takes, Takes::Rows | Takes::Test);
        let is_nothing = matches!(inside, "" | "*");
        if let Some(values) = inside.strip_prefix("distinct ").filter(|_| name == "count") {
            return Some(format!("distinct {values}{}", self.population()));
        }
        if self.is_aggregate() {
            return Some(format!("{name} {inside}"));
        }
        if self.goes_on {
            return Some(match bare || is_nothing {
                true => name.to_owned(),
                false => format!("{name} {inside}"),
            });
        }
        let rows = self.inside.len() > 1 && self.inside.iter().all(is_word_like);
        match (bare, is_nothing) {
            (true, true) if name == "count" => Some("count of findings open".to_owned()),
            (true, false) if rows => Some(format!("{name} of {inside}")),
            (true, _) | (false, true) => None,
            (false, false) => self.of_findings(inside),
        }
    }

    fn is_aggregate(&self) -> bool {
        self.inside
            .iter()
            .any(|token| self.piece.words(token) == "of")
    }

    /// A value alone, with the rows that it most likely is of.
    fn of_findings(&self, value: &str) -> Option<String> {
        let words: Vec<&str> = self
            .inside
            .iter()
            .map(|token| self.piece.words(token))
            .collect();
        let role = match words.as_slice() {
            ["time", "from", _, "to", until] => *until,
            ["time", "since", _] | [_] => "open",
            _ => return None,
        };
        Some(format!("{} {value} of findings {role}", self.name))
    }

    fn population(&self) -> &'static str {
        if self.goes_on {
            ""
        } else {
            " of findings open"
        }
    }

    fn text(&self) -> &str {
        match (self.inside.first(), self.inside.last()) {
            (Some(first), Some(last)) => &self.piece.text[first.start..last.end],
            _ => "",
        }
    }
}

fn is_word_like(token: &Token) -> bool {
    matches!(
        token.kind,
        TokenKind::Word
            | TokenKind::BackTicked
            | TokenKind::Text
            | TokenKind::Number
            | TokenKind::Symbol
    )
}

/// The parenthesis that closes the one after the first token.
fn closing(piece: &Fragment<'_>, tokens: &[Token]) -> Option<usize> {
    let mut depth = 0;
    for (place, token) in tokens.iter().enumerate().skip(1).take(FURTHEST_LOOK) {
        match piece.words(token) {
            "(" => depth += 1,
            ")" if depth == 1 => return Some(place),
            ")" => depth -= 1,
            _ => {}
        }
    }
    None
}
