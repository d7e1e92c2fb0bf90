//! Every code this room gives, with its meaning and a text that triggers it. The documentation is
//! written from this list, and the tests try every example.

/// A code of this room.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    pub code: &'static str,
    /// One line, as a heading in the documentation.
    pub meaning: &'static str,
    pub example: Example,
}

/// A text with one mistake.
#[derive(Clone, Copy, Debug)]
pub enum Example {
    Query(&'static str),
    File(&'static str),
}

/// The codes that say that a query is not finished: a shell may ask for another line.
pub const UNFINISHED: &[&str] = &["K101", "K140"];

pub const CODES: &[Code] = &[];
