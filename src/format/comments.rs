//! Lines + comments → rows: every comment finds its line, and blank lines are decided.
//!
//! * A comment at the end of a line stays at the end of that line.
//! * A comment on its own line stays before the line it precedes, as deep as that line. If the user
//!   wrote it deeper than that line, it closes what stands above it: a definition, a layer, a grid.
//! * A clause that was wrapped over several lines is written on one, so comments inside it go above
//!   it; the last of them stays at its end unless it had a line of its own.
//! * A blank line is kept where the user left one, several become one. There is one between
//!   definitions (see [`Opening`]), and none after a definition's first line.

use super::lines::{CLAUSE, Line, Opening};
use crate::syntax::ast::Comment;

/// One row of output.
pub(super) struct Row<'a> {
    pub(super) blank_above: bool,
    pub(super) indent: usize,
    /// A laid-out line, or a comment that stands alone.
    pub(super) text: &'a str,
    /// The comment at the end of the line.
    pub(super) trailing: Option<&'a str>,
}

/// Weaves the comments of a file into its lines. Panics if one would be lost, doubled or moved past
/// another.
pub(super) fn weave<'a>(text: &'a str, lines: &'a [Line], comments: &'a [Comment]) -> Vec<Row<'a>> {
    let mut weaver = Weaver {
        text,
        rows: Vec::new(),
        next_blank: Some(false),
        printed: Vec::new(),
    };
    let (mut gap, mut rest) = split_at_place(comments, lines.first().map(|line| line.start));
    let mut above = None;
    for (index, line) in lines.iter().enumerate() {
        weaver.gap(above, gap, Some(line));
        let next = lines.get(index + 1).map(|line| line.start);
        let (own, later) = split_at_place(rest, next);
        gap = weaver.line(line, own);
        (rest, above) = (later, Some(line));
    }
    weaver.gap(above, gap, None);
    let places = comments.iter().map(|comment| comment.span.start);
    assert!(
        weaver.printed.iter().copied().eq(places),
        "every comment is printed once, in the order of the text"
    );
    weaver.rows
}

/// The comments before a place, and those from it on. With no place, all stand before it.
fn split_at_place(comments: &[Comment], place: Option<u32>) -> (&[Comment], &[Comment]) {
    comments.split_at(match place {
        Some(place) => comments.partition_point(|comment| comment.span.start < place),
        None => comments.len(),
    })
}

struct Weaver<'a> {
    text: &'a str,
    rows: Vec<Row<'a>>,
    /// Overrules the user's blank lines for the next row.
    next_blank: Option<bool>,
    /// Where the comments written so far stand in the source.
    printed: Vec<u32>,
}

impl<'a> Weaver<'a> {
    /// Writes the comments between two lines. No line below is the end of the file.
    fn gap(&mut self, above: Option<&Line>, comments: &'a [Comment], below: Option<&Line>) {
        let (closing, leading) = match above {
            Some(above) => comments.split_at(self.closing(above, comments, below)),
            None => comments.split_at(0),
        };
        let closing_indent = above.map_or(0, |above| closing_indent(above, below));
        for comment in closing {
            self.comment(comment, closing_indent, self.is_spaced(comment.span.start));
        }
        if above.is_some() {
            match below.map(|below| below.opening) {
                Some(None) => {}
                Some(Some(Opening::Adjacent)) => self.next_blank = Some(false),
                Some(Some(Opening::Apart)) | None => self.next_blank = Some(true),
            }
        }
        for comment in leading {
            let indent = below.map_or(0, |below| below.indent);
            self.comment(comment, indent, self.is_spaced(comment.span.start));
        }
    }

    /// How many of the comments between two lines belong to the upper one.
    fn closing(&self, above: &Line, comments: &[Comment], below: Option<&Line>) -> usize {
        let (indent, column) = match below {
            Some(below) => (below.indent, self.column(below.start)),
            None => (0, 0),
        };
        if closing_indent(above, below) <= indent {
            return 0;
        }
        comments
            .iter()
            .take_while(|comment| self.column(comment.span.start) > column)
            .count()
    }

    /// Writes a line with the comments from its start up to the next line's; returns those that are
    /// left for the gap below it.
    fn line(&mut self, line: &'a Line, comments: &'a [Comment]) -> &'a [Comment] {
        let (inside, after) = split_at_place(comments, Some(line.end));
        let (moved_up, trailing, left) = match (inside.split_last(), after.split_first()) {
            (_, Some((first, left))) if !first.own_line => (inside, Some(first), left),
            (Some((last, others)), _) if !last.own_line => (others, Some(last), after),
            (Some(_) | None, Some(_) | None) => (inside, None, after),
        };
        let mut spaced = self.is_spaced(line.start);
        for comment in moved_up {
            self.comment(comment, line.indent, spaced);
            spaced = false;
        }
        self.push(line.indent, &line.text, spaced);
        if let (Some(comment), Some(row)) = (trailing, self.rows.last_mut()) {
            row.trailing = Some(slice(self.text, comment));
            self.printed.push(comment.span.start);
        }
        if line.opening.is_some() {
            self.next_blank = Some(false);
        }
        left
    }

    fn comment(&mut self, comment: &Comment, indent: usize, spaced: bool) {
        self.printed.push(comment.span.start);
        self.push(indent, slice(self.text, comment), spaced);
    }

    fn push(&mut self, indent: usize, text: &'a str, spaced: bool) {
        self.rows.push(Row {
            blank_above: self.next_blank.take().unwrap_or(spaced),
            indent,
            text,
            trailing: None,
        });
    }

    /// Whether what starts here is the first on its line, below a blank line.
    fn is_spaced(&self, place: u32) -> bool {
        let (before, start_of_line) = self.text[..place as usize]
            .rsplit_once('\n')
            .unwrap_or(("", &self.text[..place as usize]));
        let is_first = start_of_line
            .trim_matches(['|', ' ', '\t', '\r'])
            .is_empty();
        let line_above = before.rsplit_once('\n').map_or(before, |(_, line)| line);
        is_first && line_above.trim().is_empty()
    }

    fn column(&self, place: u32) -> usize {
        let before = &self.text[..place as usize];
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        before[start..].chars().count()
    }
}

/// How deep a comment stands that closes what is above it.
fn closing_indent(above: &Line, below: Option<&Line>) -> usize {
    match below {
        Some(below) if below.opening.is_none() => above.indent,
        Some(_) | None => above.indent.max(CLAUSE),
    }
}

fn slice<'a>(text: &'a str, comment: &Comment) -> &'a str {
    &text[comment.span.start as usize..comment.span.end as usize]
}
