//! Lines + comments → rows: every comment finds its line, and blank lines are decided.
//!
//! * A comment at the end of a line stays at the end of that line.
//! * A comment on its own line stays before the line it precedes, as deep as that line. If the user
//!   wrote it deeper than that line, it closes what stands above it: a definition, a layer, a grid.
//! * A clause that was wrapped over several lines is written on one, so comments inside it go above
//!   it; the last of them stays at its end unless it had a line of its own.
//! * A blank line is kept where the user left one, several become one. There is one between
//!   definitions (see [`Opening`]), and none after a definition's first line.

use super::lines::{CLAUSE, FormattedLine, Opening};
use crate::lang::syntax::ast::Comment;

/// One row of output.
pub(super) struct OutputRow<'a> {
    pub(super) blank_above: bool,
    pub(super) indent: usize,
    /// A laid-out line, or a comment that stands alone.
    pub(super) text: &'a str,
    /// The comment at the end of the line.
    pub(super) trailing: Option<&'a str>,
}

/// Weaves the comments of a file into its lines. Panics if one would be lost, doubled or moved past
/// another.
pub(super) fn weave<'a>(
    text: &'a str,
    lines: &'a [FormattedLine],
    comments: &'a [Comment],
) -> Vec<OutputRow<'a>> {
    let mut weaver = Weaver {
        text,
        rows: Vec::new(),
        next_blank: Some(false),
        printed: Vec::new(),
        written_up_to: 0,
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
    rows: Vec<OutputRow<'a>>,
    /// Overrules the user's blank lines for the next row.
    next_blank: Option<bool>,
    /// Where the comments written so far stand in the source.
    printed: Vec<u32>,
    /// Where the last line or comment written so far ends in the source.
    written_up_to: usize,
}

impl<'a> Weaver<'a> {
    /// Writes the comments between two lines. No line below is the end of the file.
    fn gap(
        &mut self,
        above: Option<&FormattedLine>,
        comments: &'a [Comment],
        below: Option<&FormattedLine>,
    ) {
        let (closing, leading) = match above {
            Some(above) => comments.split_at(self.closing(above, comments, below)),
            None => comments.split_at(0),
        };
        for comment in closing {
            let indent = above.map_or(CLAUSE, |above| self.closing_indent(above, comment, below));
            self.comment(comment, indent, self.is_spaced(comment.span.start));
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

    /// How many of the comments between two lines belong to the upper one: those that are deeper
    /// than the lower one, both in the source and in what is written.
    fn closing(
        &self,
        above: &FormattedLine,
        comments: &[Comment],
        below: Option<&FormattedLine>,
    ) -> usize {
        let (indent, source_indent) = below.map_or((0, 0), |below| {
            (below.indent, self.source_indent(below.start))
        });
        comments
            .iter()
            .take_while(|comment| {
                self.source_indent(comment.span.start) > source_indent
                    && self.closing_indent(above, comment, below) > indent
            })
            .count()
    }

    /// How deep a comment stands that closes what is above it. At the end of a definition it closes
    /// the last clause, or the definition if it is less deep than that clause's last line.
    fn closing_indent(
        &self,
        above: &FormattedLine,
        comment: &Comment,
        below: Option<&FormattedLine>,
    ) -> usize {
        let ends_definition = below.is_none_or(|below| below.opening.is_some());
        let is_less_deep = self.source_indent(comment.span.start) < self.source_indent(above.start);
        match (ends_definition, is_less_deep) {
            (true, true) => CLAUSE,
            (true, false) => above.indent.max(CLAUSE),
            (false, _) => above.indent,
        }
    }

    /// Writes a line with the comments from its start up to the next line's; returns those that are
    /// left for the gap below it.
    fn line(&mut self, line: &'a FormattedLine, comments: &'a [Comment]) -> &'a [Comment] {
        let (inside, after) = split_at_place(comments, Some(line.end));
        let (moved_up, trailing, left) = match (inside.split_last(), after.split_first()) {
            (_, Some((first, left))) if self.ends_line(line, first) => (inside, Some(first), left),
            (Some((last, others)), _) if !last.own_line => (others, Some(last), after),
            (Some(_) | None, Some(_) | None) => (inside, None, after),
        };
        let mut spaced = self.is_spaced(line.start);
        for comment in moved_up {
            self.comment(comment, line.indent, spaced);
            spaced = false;
        }
        self.push(line.indent, &line.text, spaced);
        self.written_up_to = line.end as usize;
        if let (Some(comment), Some(row)) = (trailing, self.rows.last_mut()) {
            row.trailing = Some(slice(self.text, comment));
            self.has_written(comment);
        }
        if line.opening.is_some() {
            self.next_blank = Some(false);
        }
        left
    }

    /// Whether nothing but white space, or the last bar of a row, stands between the two.
    fn ends_line(&self, line: &FormattedLine, comment: &Comment) -> bool {
        !self.text[line.end as usize..comment.span.start as usize].contains('\n')
    }

    fn comment(&mut self, comment: &Comment, indent: usize, spaced: bool) {
        self.push(indent, slice(self.text, comment), spaced);
        self.has_written(comment);
    }

    fn has_written(&mut self, comment: &Comment) {
        self.printed.push(comment.span.start);
        self.written_up_to = self.written_up_to.max(comment.span.end as usize);
    }

    fn push(&mut self, indent: usize, text: &'a str, spaced: bool) {
        self.rows.push(OutputRow {
            blank_above: self.next_blank.take().unwrap_or(spaced),
            indent,
            text,
            trailing: None,
        });
    }

    /// Whether what starts here is the first on its line, below a blank line.
    fn is_spaced(&self, place: u32) -> bool {
        let start = self.line_start(place);
        let line_above = self.text[..start].lines().next_back().unwrap_or_default();
        start >= self.written_up_to && line_above.trim().is_empty()
    }

    /// How deep the line is, in the source, that this place is on.
    fn source_indent(&self, place: u32) -> usize {
        let line = &self.text[self.line_start(place)..];
        let blank = |letter: &char| letter.is_whitespace() && *letter != '\n';
        line.chars().take_while(blank).count()
    }

    fn line_start(&self, place: u32) -> usize {
        let before = &self.text[..place as usize];
        before.rfind('\n').map_or(0, |newline| newline + 1)
    }
}

fn slice<'a>(text: &'a str, comment: &Comment) -> &'a str {
    &text[comment.span.start as usize..comment.span.end as usize]
}
