//! A text in coloured pieces.

use std::ops::Range;

/// What a piece of the text is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Paint {
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
pub struct Piece {
    pub range: Range<usize>,
    pub paint: Paint,
}

/// The pieces of a text, in order and without gaps.
pub fn highlight(text: &str) -> Vec<Piece> {
    vec![Piece {
        range: 0..text.len(),
        paint: Paint::Plain,
    }]
}
