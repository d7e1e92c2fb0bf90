//! A text in coloured pieces.

use std::ops::Range;

use super::input;
use crate::lang::functions;
use crate::lang::syntax::{self, Grids, Token, TokenKind};

/// What a piece of the text is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenClass {
    Plain,
    Keyword,
    Number,
    Text,
    Comment,
    Command,
    /// A quote or parenthesis without its partner.
    Unclosed,
}

/// A stretch of bytes and what it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StyledRange {
    pub range: Range<usize>,
    pub paint: TokenClass,
}

/// Words that are names in most places, and the words after which they are of the language.
const IN_THEIR_PLACE: &[(&str, &[&str])] = &[
    ("excluded", &["including"]),
    ("total", &["with"]),
    ("target", &["versus", ","]),
    ("previous", &["versus", ","]),
    ("known", &["as"]),
    ("on", &["known"]),
    ("missing", &["is"]),
    ("present", &["is"]),
    ("better", &["is"]),
    ("end", &["at"]),
    ("start", &["at"]),
    ("average", &["at"]),
    ("peak", &["at"]),
    ("most", &["at"]),
    ("least", &["at"]),
    ("below", &["target"]),
    ("above", &["target"]),
    ("list", &["", "explain", ":"]),
];

/// Lengths of time: of the language after a number or one of these words.
const LENGTHS: &[&str] = &[
    "minute", "minutes", "min", "hour", "hours", "day", "days", "week", "weeks", "month", "months",
    "quarter", "quarters", "year", "years",
];
const BEFORE_LENGTHS: &[&str] = &["last", "this", "past", "over", "previous", "calendar"];

/// The words that begin a line of a definition.
const CLAUSES: &[&str] = &[
    "timezone", "week", "year", "history", "map", "key", "belongs", "event", "state", "known",
    "field", "exclude", "base", "times", "cap", "owner", "prefix", "starts", "stops", "pauses",
    "due", "note", "higher", "lower", "target", "band", "layer", "then", "given", "expect",
];

/// The pieces of a text, in order and without gaps.
pub fn highlight(text: &str) -> Vec<StyledRange> {
    let is_definition = input::begins_as_definition(text);
    let grids = match is_definition {
        true => Grids::Allowed,
        false => Grids::Absent,
    };
    let tokens = syntax::scan(text, grids);
    let lonely = lonely(text, &tokens);
    let mut pieces = StyledRanges::default();
    let mut command_end = 0;
    for (index, token) in tokens.iter().enumerate() {
        let words = &text[token.start..token.end];
        if token.first_on_line && words == "\\" {
            command_end = end_of_word(text, token.start);
            pieces.add(token.start..command_end, TokenClass::Command);
        } else if token.start >= command_end {
            let paint = match lonely.contains(&index) {
                true => TokenClass::Unclosed,
                false => paint(text, &tokens, index, is_definition),
            };
            pieces.add(token.start..token.end, paint);
        }
    }
    pieces.finish(text.len())
}

fn end_of_word(text: &str, start: usize) -> usize {
    let rest = &text[start..];
    start + rest.find(char::is_whitespace).unwrap_or(rest.len())
}

/// Parentheses without a partner, by the numbers of their tokens.
fn lonely(text: &str, tokens: &[Token]) -> Vec<usize> {
    let mut open = Vec::new();
    let mut lonely = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match (token.kind, &text[token.start..token.end]) {
            (TokenKind::Symbol, "(") => open.push(index),
            (TokenKind::Symbol, ")") if open.pop().is_none() => lonely.push(index),
            _ => {}
        }
    }
    lonely.extend(open);
    lonely
}

fn paint(text: &str, tokens: &[Token], index: usize, is_definition: bool) -> TokenClass {
    let token = &tokens[index];
    match token.kind {
        TokenKind::Word if is_keyword(text, tokens, index, is_definition) => TokenClass::Keyword,
        TokenKind::Word if is_length(text, tokens, index) => TokenClass::Number,
        TokenKind::Word | TokenKind::BackTicked | TokenKind::GridRow => TokenClass::Plain,
        TokenKind::Symbol => TokenClass::Plain,
        TokenKind::Text | TokenKind::Block => TokenClass::Text,
        TokenKind::Number => TokenClass::Number,
        TokenKind::Comment => TokenClass::Comment,
        TokenKind::OpenText
        | TokenKind::OpenBlock
        | TokenKind::OpenBackTick
        | TokenKind::OpenGridRow => TokenClass::Unclosed,
        TokenKind::OtherQuotes => match text[token.start..token.end].chars().count() {
            1 => TokenClass::Unclosed,
            _ => TokenClass::Text,
        },
    }
}

fn word_before<'t>(text: &'t str, tokens: &[Token], index: usize) -> &'t str {
    let before = tokens[..index].iter().rev();
    let mut code = before.filter(|token| token.kind != TokenKind::Comment);
    code.next()
        .map_or("", |token| &text[token.start..token.end])
}

fn is_length(text: &str, tokens: &[Token], index: usize) -> bool {
    let word = &text[tokens[index].start..tokens[index].end];
    let before = index.checked_sub(1).map(|index| tokens[index].kind);
    before == Some(TokenKind::Number) && LENGTHS.contains(&word)
}

fn is_keyword(text: &str, tokens: &[Token], index: usize, is_definition: bool) -> bool {
    let token = &tokens[index];
    let word = &text[token.start..token.end];
    let before = word_before(text, tokens, index);
    let next = tokens.get(index + 1);
    let is_followed = next.is_some_and(|next| next.kind == TokenKind::Word);
    if syntax::is_reserved(word) {
        return true;
    }
    if is_definition && token.first_on_line {
        return token.at_margin || CLAUSES.contains(&word);
    }
    if LENGTHS.contains(&word) {
        return BEFORE_LENGTHS.contains(&before);
    }
    let in_place = IN_THEIR_PLACE
        .iter()
        .find(|(own, _)| *own == word)
        .is_some_and(|(_, after)| after.contains(&before));
    let is_list_alone = word == "list" && !is_followed;
    let is_aggregate = is_followed && functions::find(word).is_some();
    let is_time = word == "time" && is_followed;
    let is_order = before_is_sorted(text, tokens, index)
        && matches!(word, "ascending" | "descending" | "asc" | "desc");
    (in_place && !is_list_alone) || is_aggregate || is_time || is_order
}

/// Whether a word stands behind a name to sort by.
fn before_is_sorted(text: &str, tokens: &[Token], index: usize) -> bool {
    let words = tokens[..index].iter();
    let mut words = words.map(|token| &text[token.start..token.end]);
    words.any(|word| word == "sort") && !matches!(word_before(text, tokens, index), "by" | ",")
}

/// Pieces that grow without gaps; neighbours of one paint are one.
#[derive(Default)]
struct StyledRanges(Vec<StyledRange>);

impl StyledRanges {
    fn end(&self) -> usize {
        self.0.last().map_or(0, |piece| piece.range.end)
    }

    fn add(&mut self, range: Range<usize>, paint: TokenClass) {
        let end = self.end();
        if end < range.start {
            self.push(end..range.start, TokenClass::Plain);
        }
        self.push(range, paint);
    }

    fn push(&mut self, range: Range<usize>, paint: TokenClass) {
        match self.0.last_mut().filter(|last| last.paint == paint) {
            Some(last) => last.range.end = range.end,
            None => self.0.push(StyledRange { range, paint }),
        }
    }

    fn finish(mut self, end: usize) -> Vec<StyledRange> {
        if self.end() < end {
            let start = self.end();
            self.push(start..end, TokenClass::Plain);
        }
        self.0
    }
}
