//! Tables of cells between bars → lines, with the bars of each column under one another.

use super::lines::{FormattedLines, padded, width};
use super::words::quoted;
use crate::base::source::Spanned;
use crate::lang::syntax::ast::Grid;

/// Adds the header and the rows. A row may be short or long (checking says so) and stays as it is.
pub(super) fn lines(lines: &mut FormattedLines, grid: &Grid) {
    let rows: Vec<&[Spanned<String>]> = std::iter::once(&grid.header)
        .chain(&grid.rows)
        .map(Vec::as_slice)
        .collect();
    let columns = column_widths(&rows);
    for cells in rows {
        if let (Some(first), Some(last)) = (cells.first(), cells.last()) {
            lines.under_clause(first.span.to(last.span), row(cells, &columns));
        }
    }
}

fn row(cells: &[Spanned<String>], columns: &[usize]) -> String {
    let mut text = "|".to_string();
    for (written, columns) in cells.iter().zip(columns) {
        text.push_str(&format!(" {} |", padded(&cell(&written.node), *columns)));
    }
    text
}

fn column_widths(rows: &[&[Spanned<String>]]) -> Vec<usize> {
    let count = rows.iter().map(|cells| cells.len()).max().unwrap_or(0);
    let widest_in = |column: usize| {
        rows.iter()
            .filter_map(|cells| cells.get(column))
            .map(|written| width(&cell(&written.node)))
            .max()
            .unwrap_or(0)
    };
    (0..count).map(widest_in).collect()
}

/// A cell in quotes where its bare text would end the cell, be taken for a comment or an escape, or
/// lose spaces.
pub fn cell(text: &str) -> String {
    let is_special = text.contains(['|', '#', '"']) || text.contains("\\\\");
    if is_special || text.trim() != text {
        quoted(text)
    } else {
        text.to_string()
    }
}
