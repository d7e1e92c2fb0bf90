//! Texts that definitions and queries come from, and places inside them.
//!
//! A place is a pair of byte offsets. Lines and columns are worked out only when a message is
//! rendered, because counting lines for every token is quadratic over a file; for many messages they are
//! found once.

use std::sync::OnceLock;

/// Names one text of a [`Sources`] collection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct SourceId(pub u32);

/// One text: a definition file, or a query typed on the command line.
#[derive(Clone, Debug)]
pub struct Source {
    /// What messages call it: a path as the user would type it, or `<query>`.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Where its lines begin, once somebody asked.
    line_starts: OnceLock<Vec<usize>>,
}

impl Source {
    /// Line and column of an offset, both from 1; the column counts characters.
    fn position(&self, offset: usize) -> (usize, usize) {
        let starts = self.line_starts.get_or_init(|| {
            let breaks = self.text.match_indices('\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(breaks).collect()
        });
        let line = starts.partition_point(|start| *start <= offset);
        let before = &self.text[starts[line - 1]..offset];
        (line, before.chars().count() + 1)
    }
}

/// All texts of one run. Ids are handed out in the order of insertion.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    list: Vec<Source>,
}

impl Sources {
    /// Adds a text and returns the id by which spans refer to it.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        let id = SourceId(u32::try_from(self.list.len()).expect("fewer than 2^32 sources"));
        self.list.push(Source {
            name: name.into(),
            text: text.into(),
            line_starts: OnceLock::new(),
        });
        id
    }

    /// The text behind an id.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.list[id.0 as usize]
    }

    /// All texts with their ids, in the order of insertion.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.list
            .iter()
            .enumerate()
            .map(|(index, source)| (SourceId(index as u32), source))
    }

    /// The words a span covers.
    pub fn slice(&self, span: Span) -> &str {
        &self.get(span.source).text[span.start as usize..span.end as usize]
    }

    /// Line and column of a span's start, both from 1; the column counts characters.
    pub fn line_column(&self, span: Span) -> (usize, usize) {
        self.get(span.source).position(span.start as usize)
    }

    /// Line and column just after a span's last character, both from 1.
    pub fn end_line_column(&self, span: Span) -> (usize, usize) {
        self.get(span.source).position(span.end as usize)
    }
}

/// A stretch of one source, in bytes, end excluded.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Span {
    pub source: SourceId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// The smallest span that holds both; they are of one source.
    pub fn to(self, other: Span) -> Span {
        Span {
            source: self.source,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

/// A value with the place it was written at. Equality looks at the value alone, so that two trees
/// compare equal when they say the same thing at different places.
#[derive(Clone, Copy, Debug)]
pub struct Spanned<T> {
    pub node: T,
    pub span: Span,
}

impl<T> Spanned<T> {
    pub fn new(node: T, span: Span) -> Self {
        Spanned { node, span }
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

impl<T: Eq> Eq for Spanned<T> {}
