//! A laid-out line and where its words came from, so that comments find their line again.

use unicode_width::UnicodeWidthStr;

use super::words;
use crate::base::source::Span;
use crate::lang::syntax::ast::{Identifier, Text};

/// Clauses of a definition.
pub(super) const CLAUSE: usize = 2;
/// What belongs to a clause: weights, cards, rows of a grid.
pub(super) const UNDER_CLAUSE: usize = 4;
const UNDER_LINE: usize = UNDER_CLAUSE + 2;

/// One line of output before comments are added.
#[derive(Debug)]
pub(super) struct FormattedLine {
    /// The first and last byte in the source of what this line says, end excluded. A clause that the
    /// user wrapped over several lines is one line here.
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) indent: usize,
    pub(super) text: String,
    /// Set on the first line of a definition.
    pub(super) opening: Option<Opening>,
}

/// How a definition follows the one before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Opening {
    /// After a blank line.
    Apart,
    /// On the next line, as scales and conditions in a list.
    Adjacent,
}

/// The lines of one definition, in the order of the text.
#[derive(Debug, Default)]
pub(super) struct FormattedLines {
    list: Vec<FormattedLine>,
}

impl FormattedLines {
    /// Starts a definition with its header, which stands in column 0.
    pub(super) fn header(place: Span, text: String) -> FormattedLines {
        let mut lines = FormattedLines::default();
        lines.push(0, place, text);
        lines.list[0].opening = Some(Opening::Apart);
        lines
    }

    /// A header of most kinds: `kpi mttr "Mean time to remediate"`.
    pub(super) fn titled(
        span: Span,
        kind: &str,
        name: &Identifier,
        title: &Option<Text>,
    ) -> FormattedLines {
        let last = title.as_ref().map_or(name.span, |title| title.span);
        let name = words::name(&name.node);
        let text = format!("{kind} {name}{}", words::title(title));
        FormattedLines::header(upto(span, last), text)
    }

    pub(super) fn clause(&mut self, place: Span, text: String) {
        self.push(CLAUSE, place, text);
    }

    pub(super) fn under_clause(&mut self, place: Span, text: String) {
        self.push(UNDER_CLAUSE, place, text);
    }

    /// A line about the one above, which is under a clause.
    pub(super) fn under_line(&mut self, place: Span, text: String) {
        self.push(UNDER_LINE, place, text);
    }

    pub(super) fn into_list(self) -> Vec<FormattedLine> {
        self.list
    }

    fn push(&mut self, indent: usize, span: Span, text: String) {
        self.list.push(FormattedLine {
            start: span.start,
            end: span.end,
            indent,
            text,
            opening: None,
        });
    }
}

/// From where `whole` starts to where `last` ends: the place of a line that has others below it.
pub(super) fn upto(whole: Span, last: Span) -> Span {
    Span {
        end: last.end,
        ..whole
    }
}

/// A keyword of up to six letters and what follows it, lined up with its neighbours.
pub(super) fn clause(keyword: &str, rest: impl AsRef<str>) -> String {
    format!("{keyword:<6} {}", rest.as_ref())
}

/// How many columns a text takes on a terminal.
pub(super) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The text with spaces after it up to a number of columns.
pub(super) fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Wider texts do not push what stands beside their neighbours to the right: one long key leaves all other lines as they are.
const WIDEST_LINED_UP: usize = 24;

/// The widest of the texts that others are lined up with, in columns.
pub(super) fn widest_lined_up<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    let lined_up = texts.map(width).filter(|width| *width <= WIDEST_LINED_UP);
    lined_up.max().unwrap_or(0)
}

/// The widest of some texts, in columns.
pub(super) fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(width).max().unwrap_or(0)
}
