//! A failed comparison as text: the rows as a test writes them, `-` expected, `+` got, and carets
//! under the cells that differ.

use unicode_width::UnicodeWidthStr;

use super::compare::{CellTexts, ComparedRow, ExpectationDiff};

/// Lines without colour, each ending in a line feed, indented by two blanks.
pub fn comparison(comparison: &ExpectationDiff) -> String {
    let widths = widths(comparison);
    let mut text = line(' ', &comparison.header, &widths);
    for row in &comparison.rows {
        match row {
            ComparedRow::Same(cells) => text += &line(' ', cells, &widths),
            ComparedRow::Lacking(cells) => text += &noted('-', cells, &widths, "no such row"),
            ComparedRow::Surplus(cells) => text += &noted('+', cells, &widths, "not expected"),
            ComparedRow::Differing {
                expected,
                got,
                differs,
            } => {
                text += &noted('-', expected, &widths, "expected");
                text += &noted('+', got, &widths, "got");
                text += &carets(differs, &widths);
            }
        }
    }
    text
}

fn widths(comparison: &ExpectationDiff) -> Vec<usize> {
    let mut widths: Vec<usize> = comparison.header.iter().map(|cell| cell.width()).collect();
    let mut widen = |cells: &CellTexts| {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = (*width).max(cell.width());
        }
    };
    for row in &comparison.rows {
        match row {
            ComparedRow::Same(cells)
            | ComparedRow::Lacking(cells)
            | ComparedRow::Surplus(cells) => widen(cells),
            ComparedRow::Differing { expected, got, .. } => {
                widen(expected);
                widen(got);
            }
        }
    }
    widths
}

fn line(mark: char, cells: &[String], widths: &[usize]) -> String {
    format!("{}\n", row(mark, cells, widths))
}

fn noted(mark: char, cells: &[String], widths: &[usize], note: &str) -> String {
    format!("{}  {note}\n", row(mark, cells, widths))
}

fn row(mark: char, cells: &[String], widths: &[usize]) -> String {
    let mut text = format!("  {mark} |");
    for (cell, width) in cells.iter().zip(widths) {
        let blanks = " ".repeat(width - cell.width());
        text += &format!(" {cell}{blanks} |");
    }
    text
}

fn carets(differs: &[bool], widths: &[usize]) -> String {
    let mut text = String::from("     ");
    for (differs, width) in differs.iter().zip(widths) {
        let mark = if *differs { "^" } else { " " };
        text += &format!(" {}  ", mark.repeat((*width).max(1)));
    }
    format!("{}\n", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differing_cells_are_marked() {
        let cells = |list: &[&str]| {
            list.iter()
                .map(|cell| cell.to_string())
                .collect::<CellTexts>()
        };
        let shown = comparison(&ExpectationDiff {
            header: cells(&["month", "backlog"]),
            rows: vec![
                ComparedRow::Same(cells(&["2026-02", "1"])),
                ComparedRow::Differing {
                    expected: cells(&["2026-03", "1"]),
                    got: cells(&["2026-03", "2"]),
                    differs: vec![false, true],
                },
                ComparedRow::Lacking(cells(&["2026-04", "0"])),
            ],
        });
        assert_eq!(
            shown,
            "    | month   | backlog |\n    | 2026-02 | 1       |\n  \
             - | 2026-03 | 1       |  expected\n  + | 2026-03 | 2       |  got\n                \
             ^^^^^^^\n  - | 2026-04 | 0       |  no such row\n"
        );
    }
}
