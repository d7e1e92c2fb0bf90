//! Number cards as a grid: a title and its value, how it is judged, where it came from.

use super::cells::{change_style, interval_text, verdict_cell};
use super::flat;
use super::grid::{Align, GridCell, GridColumn, GridLine, TextGrid};
use super::numbers;
use super::options::{RenderOptions, Style};
use super::spark::sparkline;
use crate::exec::answer::{AnswerValueColumn, BoardCard, ColumnRole, Value};

/// All there is about a card. A list of columns, so that those no card fills can go.
pub(super) struct NumberCard {
    pub title: GridCell,
    pub value: GridCell,
    /// The unit, or why there is no value.
    pub unit: GridCell,
    pub interval: GridCell,
    pub rows: GridCell,
    pub status: GridCell,
    pub target: GridCell,
    pub band: GridCell,
    pub change: GridCell,
    pub compared_with: GridCell,
    pub history: GridCell,
}

/// A line a card.
pub(super) fn one_line(cards: &[&BoardCard], look: RenderOptions) -> TextGrid {
    let columns = [
        ("card", Align::Left, true),
        ("value", Align::Right, false),
        ("unit", Align::Left, false),
        ("interval", Align::Left, false),
        ("rows", Align::Right, false),
        ("status", Align::Left, false),
        ("target", Align::Left, false),
        ("band", Align::Left, false),
        ("change", Align::Right, false),
        ("versus", Align::Left, false),
        ("history", Align::Left, false),
    ];
    let lines = cards.iter().map(|card| {
        let parts = parts(card, look);
        vec![
            parts.title,
            parts.value,
            parts.unit,
            parts.interval,
            parts.rows,
            parts.status,
            parts.target,
            parts.band,
            parts.change,
            parts.compared_with,
            parts.history,
        ]
    });
    grid(&columns, lines.map(GridLine::Cells).collect())
}

/// Two lines a card: what is, and below it how it came about.
pub(super) fn two_lines(cards: &[&BoardCard], look: RenderOptions) -> TextGrid {
    let columns = [
        ("card", Align::Left, true),
        ("value", Align::Right, false),
        ("unit", Align::Left, false),
        ("rows", Align::Right, false),
        ("status", Align::Left, false),
    ];
    let lines = cards.iter().flat_map(|card| {
        let parts = parts(card, look);
        let compared = GridCell::new(
            format!("{} {}", parts.change.text, parts.compared_with.text).trim(),
            parts.change.style,
        );
        [
            GridLine::Cells(vec![
                parts.title,
                parts.value,
                parts.unit,
                parts.rows,
                parts.status,
            ]),
            GridLine::Details(vec![
                parts.interval,
                parts.target,
                parts.band,
                compared,
                parts.history,
            ]),
        ]
    });
    grid(&columns, lines.collect())
}

fn grid(columns: &[(&str, Align, bool)], lines: Vec<GridLine>) -> TextGrid {
    let column = |(header, align, shrinks): &(&str, Align, bool)| GridColumn {
        header: header.to_string(),
        align: *align,
        shrinks: *shrinks,
    };
    let grid = TextGrid {
        columns: columns.iter().map(column).collect(),
        lines,
        headed: false,
    };
    grid.without_empty_columns()
}

/// The texts of a card.
pub(super) fn parts(card: &BoardCard, look: RenderOptions) -> NumberCard {
    let title = GridCell::of_data(&card.title, Style::Plain, look);
    let history: Vec<Option<f64>> = card.history.iter().map(|point| point.value).collect();
    let history = GridCell::new(sparkline(&history, look), Style::Plain);
    let place = card
        .answer
        .columns
        .iter()
        .enumerate()
        .find_map(|(index, column)| match &column.role {
            ColumnRole::Value(value) => Some((index, value)),
            ColumnRole::Period(_) | ColumnRole::Dimension(_) | ColumnRole::Field(_) => None,
        });
    let value = place.and_then(|(index, column)| {
        let row = card.answer.rows.first()?;
        Some((flat::value_at(row, index)?, column))
    });
    let Some((value, column)) = value else {
        return NumberCard::nothing(title, history);
    };
    NumberCard {
        title,
        history,
        value: value_cell(value, column),
        unit: unit_cell(value, column, look),
        interval: interval_cell(value, column),
        rows: rows_of_card(value, column),
        status: verdict_cell(value),
        target: target_cell(value, look),
        band: GridCell::of_data(value.band.as_deref().unwrap_or(""), Style::Plain, look),
        change: change_cell(value, column, look),
        compared_with: compared_cell(value, column, look),
    }
}

impl NumberCard {
    /// A card whose answer has no row.
    fn nothing(title: GridCell, history: GridCell) -> NumberCard {
        NumberCard {
            title,
            history,
            value: GridCell::new("none", Style::Dim),
            unit: GridCell::empty(),
            interval: GridCell::empty(),
            rows: GridCell::empty(),
            status: GridCell::empty(),
            target: GridCell::empty(),
            band: GridCell::empty(),
            change: GridCell::empty(),
            compared_with: GridCell::empty(),
        }
    }
}

fn value_cell(value: &Value, column: &AnswerValueColumn) -> GridCell {
    let mark = if value.provisional { "*" } else { "" };
    match value.value {
        Some(number) => {
            let text = numbers::judged(number, column.unit, 0, value.target.as_ref());
            let style = if value.evidence.has_few_rows {
                Style::Dim
            } else {
                Style::Strong
            };
            GridCell::new(format!("{text}{mark}"), style)
        }
        None => GridCell::new(format!("none{mark}"), Style::Dim),
    }
}

fn unit_cell(value: &Value, column: &AnswerValueColumn, look: RenderOptions) -> GridCell {
    match (&value.value, &value.reason) {
        (None, Some(reason)) => GridCell::of_data(&format!("({reason})"), Style::Dim, look),
        (Some(_), _) | (None, None) => {
            GridCell::new(numbers::unit_after(column.unit).trim(), Style::Plain)
        }
    }
}

/// `95%: 25.5 to 36.6`
fn interval_cell(value: &Value, column: &AnswerValueColumn) -> GridCell {
    let level = column.evidence.interval.map(numbers::percent);
    let text = interval_text(value, column.unit, 0);
    match level.zip(text) {
        Some((level, text)) => GridCell::new(format!("{level}: {text}"), Style::Plain),
        None => GridCell::empty(),
    }
}

/// `61 rows`, or `few: 3 rows`; nothing of a count and where there is no value.
fn rows_of_card(value: &Value, column: &AnswerValueColumn) -> GridCell {
    if !column.evidence.shows_rows || value.value.is_none() {
        return GridCell::empty();
    }
    let rows = numbers::counted(value.rows, "row", "rows");
    match value.evidence.has_few_rows {
        true => GridCell::new(format!("few: {rows}"), Style::Dim),
        false => GridCell::new(rows, Style::Dim),
    }
}

fn target_cell(value: &Value, look: RenderOptions) -> GridCell {
    let written = value
        .target
        .as_ref()
        .map(|verdict| verdict.written.as_str());
    GridCell::of_data(written.unwrap_or(""), Style::Dim, look)
}

/// `▲ +2.1`, of the first comparison.
fn change_cell(value: &Value, column: &AnswerValueColumn, look: RenderOptions) -> GridCell {
    let Some(change) = value.comparisons.first().and_then(|first| first.change) else {
        return GridCell::empty();
    };
    let text = change_words(value, column, 0);
    let style = change_style(change, column.direction);
    GridCell::new(format!("{} {text}", look.triangle(change)), style)
}

fn change_words(value: &Value, column: &AnswerValueColumn, place: usize) -> String {
    let comparison = &value.comparisons[place];
    let as_percent = column
        .comparisons
        .get(place)
        .is_some_and(|of| of.as_percent);
    if let (true, Some(percent)) = (as_percent, comparison.change_percent) {
        return numbers::change_in_percent(percent);
    }
    let ends = value.value.into_iter().chain(comparison.previous);
    let decimals = numbers::column_decimals(ends, column.unit);
    let change = comparison.change;
    change.map_or_else(String::new, |change| {
        numbers::change_between(change, column.unit, decimals)
    })
}

/// `vs 2026-03`, or what is missing for a comparison; a second one with its change before it.
fn compared_cell(value: &Value, column: &AnswerValueColumn, look: RenderOptions) -> GridCell {
    let words = value
        .comparisons
        .iter()
        .enumerate()
        .map(|(place, comparison)| {
            let nothing = match comparison.previous {
                None => " (none)",
                Some(_) => "",
            };
            let change = match place {
                0 => String::new(),
                place => format!("{} ", change_words(value, column, place)),
            };
            format!("{change}vs {}{nothing}", comparison.period)
        });
    let words: Vec<String> = words.collect();
    GridCell::of_data(&words.join(", "), Style::Dim, look)
}
