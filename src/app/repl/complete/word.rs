//! The word at the cursor: where it begins, what was typed of it, how a candidate takes its place.

use crate::app::repl::candidate::{Candidate, bare};
use crate::lang::syntax::{self, Grids, TokenKind};

/// What was typed of a word.
pub(super) struct Word {
    /// Byte at which it begins, its opening quote included.
    pub start: usize,
    /// Without its opening quote.
    pub typed: String,
    pub is_quoted: bool,
    /// It goes over signs that only a value or a date can hold: `payments-co`.
    pub is_long: bool,
    /// A closing quote stands behind the cursor already.
    is_closed: bool,
}

impl Word {
    /// A word that stands for itself.
    pub fn plain(start: usize, typed: &str) -> Word {
        Word {
            start,
            typed: typed.to_string(),
            is_quoted: false,
            is_long: false,
            is_closed: false,
        }
    }

    /// A candidate as it must be written here.
    pub fn fit(&self, candidate: Candidate) -> Candidate {
        if !self.is_quoted {
            return candidate;
        }
        let bare = bare(&candidate.replacement);
        let end = if self.is_closed { "" } else { "\"" };
        Candidate {
            replacement: format!("\"{bare}{end}"),
            about: candidate.about,
        }
    }
}

/// The last place at or before a position at which the text can be cut.
pub(in crate::app::repl) fn boundary(text: &str, position: usize) -> usize {
    let mut position = position.min(text.len());
    while !text.is_char_boundary(position) {
        position -= 1;
    }
    position
}

/// Where the entry begins in which the cursor stands: after the last blank line or, for a command,
/// at its line.
pub(in crate::app::repl) fn entry_start(text: &str, position: usize) -> usize {
    let before = &text[..boundary(text, position)];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = &before[line_start..];
    let indent = line.len() - line.trim_start().len();
    if line[indent..].starts_with('\\') {
        return line_start + indent;
    }
    let mut start = 0;
    let mut at = 0;
    for line in before[..line_start].split_inclusive('\n') {
        at += line.len();
        if line.trim().is_empty() || line.starts_with('\\') {
            start = at;
        }
    }
    start
}

/// Whether a text ends inside a comment.
pub(in crate::app::repl) fn is_in_comment(text: &str) -> bool {
    syntax::scan(text, Grids::Absent)
        .last()
        .is_some_and(|token| token.kind == TokenKind::Comment && !text[token.end..].contains('\n'))
}

/// The ways to read the word that ends at a position: in an open quote; over the signs that stand in
/// dates and unquoted values; as a name.
pub(super) fn readings(text: &str, entry: usize, position: usize) -> Vec<Word> {
    let before = &text[entry..position];
    let word = |start: usize, is_quoted: bool, is_long: bool| Word {
        start: entry + start,
        typed: before[start + usize::from(is_quoted)..].to_string(),
        is_quoted,
        is_long,
        is_closed: is_quoted && text[position..].starts_with('"'),
    };
    if let Some(quote) = open_quote(before) {
        return vec![word(quote, true, false)];
    }
    let is_long = |letter: char| syntax::is_name_character(letter) || "-.:/@+".contains(letter);
    let short = start_of(before, syntax::is_name_character);
    let long = start_of(before, is_long);
    let mut words = Vec::new();
    if long < short {
        words.push(word(long, false, true));
    }
    words.push(word(short, false, false));
    words
}

fn start_of(before: &str, belongs: impl Fn(char) -> bool) -> usize {
    before.trim_end_matches(belongs).len()
}

/// Where a text in quotes begins that is not closed before the end.
fn open_quote(before: &str) -> Option<usize> {
    let tokens = syntax::scan(before, Grids::Absent);
    let last = tokens.last()?;
    let is_open = last.kind == TokenKind::OpenText && !before[last.start..].contains('\n');
    is_open.then_some(last.start)
}
