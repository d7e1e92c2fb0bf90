//! One bar a row, to the right for values above zero and to the left for those below.

use super::WIDTH;
use super::axis::ChartAxis;
use crate::exec::answer::{Answer, Level, Row};
use crate::render::cells::{hidden_line, hidden_rows, row_label, verdict_cell};
use crate::render::facts::{ColumnFacts, Reasons, facts};
use crate::render::flat;
use crate::render::grid::{Align, GridCell, GridColumn, GridLine, TextGrid};
use crate::render::numbers;
use crate::render::options::{RenderOptions, Style};
use crate::render::text::{harmless, shorten, width};

/// The parts of a cell, an eighth to seven.
const PARTS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];
/// A bar that can be told from its neighbours.
const NARROWEST: usize = 8;

/// The bars of each value column.
pub(super) fn chart(answer: &Answer, look: RenderOptions) -> String {
    let all = facts(answer, Reasons::Below);
    let mut text = String::new();
    for facts in &all {
        text += &format!("{}\n", grid(answer, facts, look).render(look));
    }
    text
}

fn grid(answer: &Answer, facts: &ColumnFacts, look: RenderOptions) -> TextGrid {
    let room = look.width.unwrap_or(WIDTH).min(200);
    let labels: Vec<String> = answer
        .rows
        .iter()
        .map(|row| shorten(&row_label(answer, row, look), room / 3, look))
        .collect();
    let values: Vec<GridCell> = answer.rows.iter().map(|row| written(row, facts)).collect();
    let verdicts: Vec<GridCell> = answer.rows.iter().map(|row| verdict(row, facts)).collect();
    let widest = |cells: &[GridCell]| cells.iter().map(|cell| width(&cell.text)).max();
    let header = header(facts, look);
    let taken = labels.iter().map(|label| width(label)).max().unwrap_or(0)
        + widest(&values).unwrap_or(0).max(width(&header))
        + widest(&verdicts).map_or(0, |width| width + 2);
    let columns = room.saturating_sub(taken + 4).max(NARROWEST);
    let axis = axis(answer, facts);
    let mut grid = TextGrid {
        columns: vec![
            column("", Align::Left, true),
            column(&header, Align::Right, false),
            column("", Align::Left, false),
            column("", Align::Left, false),
        ],
        lines: Vec::new(),
        headed: true,
        wraps: false,
    };
    let hidden = hidden_rows(answer.rows.len(), look.rows);
    for (index, row) in answer.rows.iter().enumerate() {
        if index == hidden.start && !hidden.is_empty() {
            grid.lines.push(hidden_line(hidden.len(), look));
        }
        if !hidden.contains(&index) {
            let bar = axis.map_or_else(String::new, |axis| {
                bar(number(row, facts), axis, columns, look)
            });
            grid.lines.push(GridLine::Cells(vec![
                GridCell::new(labels[index].clone(), style(row)),
                values[index].clone(),
                verdicts[index].clone(),
                GridCell::new(bar, Style::Series(0)),
            ]));
        }
    }
    grid.without_empty_columns()
}

fn column(header: &str, align: Align, shrinks: bool) -> GridColumn {
    GridColumn {
        header: header.to_string(),
        align,
        shrinks,
    }
}

/// `mttr (days)`
fn header(facts: &ColumnFacts, look: RenderOptions) -> String {
    let name = harmless(facts.name, look);
    match numbers::unit_after(facts.column.unit).trim() {
        "" => name,
        unit => format!("{name} ({unit})"),
    }
}

fn style(row: &Row) -> Style {
    match row.level {
        Level::Group | Level::Other => Style::Plain,
        Level::Total => Style::Strong,
    }
}

fn number(row: &Row, facts: &ColumnFacts) -> Option<f64> {
    flat::value_at(row, facts.index)?
        .value
        .filter(|value| value.is_finite())
}

fn written(row: &Row, facts: &ColumnFacts) -> GridCell {
    match number(row, facts) {
        Some(value) => GridCell::new(
            numbers::at_least(value, facts.column.unit, facts.decimals),
            style(row),
        ),
        None => GridCell::new("none", Style::Dim),
    }
}

fn verdict(row: &Row, facts: &ColumnFacts) -> GridCell {
    flat::value_at(row, facts.index).map_or_else(GridCell::empty, verdict_cell)
}

fn axis(answer: &Answer, facts: &ColumnFacts) -> Option<ChartAxis> {
    let values = answer.rows.iter().filter_map(|row| number(row, facts));
    ChartAxis::of(values).map(ChartAxis::with_zero)
}

/// A bar between zero and its value, in `columns` cells. No value has no bar, and zero has none.
fn bar(value: Option<f64>, axis: ChartAxis, columns: usize, look: RenderOptions) -> String {
    let Some(value) = value else {
        return String::new();
    };
    // Eighths of a cell from the low end.
    let eighths = |value: f64| axis.place(value, columns * 8 + 1);
    let zero = eighths(0.0).div_ceil(8) * 8;
    let (block, small) = if look.unicode {
        ('█', None)
    } else {
        ('#', Some('#'))
    };
    if value < 0.0 {
        let cells = ((zero.saturating_sub(eighths(value))) as f64 / 8.0)
            .round()
            .max(1.0) as usize;
        let cells = cells.min(zero / 8);
        let space = zero / 8 - cells;
        return format!("{}{}", " ".repeat(space), block.to_string().repeat(cells));
    }
    let length = eighths(value).saturating_sub(zero);
    let mut bar = " ".repeat(zero / 8) + &block.to_string().repeat(length / 8);
    if length % 8 > 0 && look.unicode {
        bar.push(PARTS[length % 8 - 1]);
    } else if length == 0 && value > 0.0 {
        bar.push(small.unwrap_or(PARTS[0]));
    }
    bar.trim_end().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASCII: RenderOptions = RenderOptions {
        unicode: false,
        ..RenderOptions::PIPE
    };

    fn drawn(value: f64, low: f64, high: f64, look: RenderOptions) -> String {
        bar(Some(value), ChartAxis { low, high }, 10, look)
    }

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        assert_eq!(drawn(10.0, 0.0, 10.0, RenderOptions::PIPE), "██████████");
        assert_eq!(drawn(5.0, 0.0, 10.0, RenderOptions::PIPE), "█████");
        assert_eq!(drawn(2.5, 0.0, 10.0, RenderOptions::PIPE), "██▌");
        assert_eq!(drawn(0.0, 0.0, 10.0, RenderOptions::PIPE), "");
        assert_eq!(drawn(0.001, 0.0, 10.0, RenderOptions::PIPE), "▏");
        assert_eq!(drawn(5.0, 0.0, 10.0, ASCII), "#####");
        assert_eq!(drawn(0.001, 0.0, 10.0, ASCII), "#");
        assert_eq!(
            bar(
                None,
                ChartAxis {
                    low: 0.0,
                    high: 1.0
                },
                10,
                ASCII
            ),
            ""
        );
    }

    #[test]
    fn values_below_zero_go_to_the_left_of_it() {
        assert_eq!(drawn(-5.0, -5.0, 5.0, ASCII), "#####");
        assert_eq!(drawn(5.0, -5.0, 5.0, ASCII), "     #####");
        assert_eq!(drawn(-2.0, -5.0, 5.0, ASCII), "   ##");
        assert_eq!(drawn(0.0, -5.0, 5.0, ASCII), "");
    }
}
