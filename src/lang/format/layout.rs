//! Rows → text: indents, blank lines, and comments at the ends of lines in one column.

use super::comments::OutputRow;
use super::lines::width;

/// Beyond this column a line does not push its neighbours' comments to the right.
const LONGEST_LINED_UP: usize = 72;
/// Between a line and its comment.
const GAP: usize = 2;

/// The text of a file, with one line feed at its end. No rows make an empty text.
pub(super) fn text(rows: &[OutputRow<'_>]) -> String {
    let mut text = String::new();
    for neighbours in rows.chunk_by(are_neighbours) {
        let column = comment_column(neighbours);
        for row in neighbours {
            push_row(&mut text, row, column);
        }
    }
    text
}

fn are_neighbours(above: &OutputRow<'_>, below: &OutputRow<'_>) -> bool {
    above.trailing.is_some() && !below.blank_above && above.indent == below.indent
}

/// All neighbours, but perhaps the last, have a comment at their end.
fn comment_column(neighbours: &[OutputRow<'_>]) -> usize {
    neighbours
        .iter()
        .filter(|row| row.trailing.is_some())
        .map(row_width)
        .filter(|width| *width <= LONGEST_LINED_UP)
        .max()
        .unwrap_or(0)
}

fn row_width(row: &OutputRow<'_>) -> usize {
    row.indent + width(row.text)
}

fn push_row(text: &mut String, row: &OutputRow<'_>, column: usize) {
    if row.blank_above {
        text.push('\n');
    }
    text.push_str(&" ".repeat(row.indent));
    text.push_str(row.text);
    if let Some(comment) = row.trailing {
        let gap = column.saturating_sub(row_width(row)) + GAP;
        text.push_str(&" ".repeat(gap));
        text.push_str(comment);
    }
    text.push('\n');
}
