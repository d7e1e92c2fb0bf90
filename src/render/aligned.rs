//! Plain rows of texts in aligned columns.

use super::look::Look;
use super::text::{harmless, shorten, width};

/// Rows of cells, columns lined up two spaces apart. On a terminal the widest columns are cut until a
/// row fits; nothing is cut in a pipe.
pub fn aligned(rows: Vec<Vec<String>>, look: Look) -> String {
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|row| row.iter().map(|cell| harmless(cell, look)).collect())
        .collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| width(cell)).max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = (0..columns).map(widest).collect();
    if let Some(limit) = look.width {
        fit(
            &mut widths,
            limit.saturating_sub(2 * columns.saturating_sub(1)),
        );
    }
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, limit) in row.iter().zip(&widths) {
            let cell = shorten(cell, *limit, look);
            line += &cell;
            line += &" ".repeat(limit - width(&cell) + 2);
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

/// Takes from the widest column until all fit.
fn fit(widths: &mut [usize], limit: usize) {
    while widths.iter().sum::<usize>() > limit {
        let Some(widest) = widths.iter_mut().max() else {
            return;
        };
        if *widest <= 1 {
            return;
        }
        *widest -= 1;
    }
}
