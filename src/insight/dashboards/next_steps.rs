//! What to do about each row of a card: the card's text with the cells of the row in it.

use crate::base::types::DisplayUnit;
use crate::exec::answer::{Answer, AnswerColumn, Cell, ColumnRole, Level, Row};
use crate::render;

/// A text for each row; none where the card says none.
pub(super) fn next_steps(text: Option<&str>, answer: &Answer) -> Vec<String> {
    let Some(text) = text else {
        return Vec::new();
    };
    let rows = answer.rows.iter();
    rows.map(|row| match row.level {
        Level::Group => filled(text, answer, row),
        // Several groups are nothing to begin with.
        Level::Other | Level::Total => String::new(),
    })
    .collect()
}

fn filled(text: &str, answer: &Answer, row: &Row) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled += before;
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        let mut cells = answer.columns.iter().zip(&row.cells);
        let found = cells.find(|(column, _)| column.name == name);
        filled += &found.map_or_else(String::new, |(column, cell)| cell_text(column, cell));
        rest = after;
    }
    filled + rest
}

fn cell_text(column: &AnswerColumn, cell: &Cell) -> String {
    let unit = match &column.role {
        ColumnRole::Value(value) => value.unit,
        ColumnRole::Period(_) | ColumnRole::Dimension(_) | ColumnRole::Field(_) => {
            DisplayUnit::Count
        }
    };
    match cell {
        Cell::Missing => "?".to_owned(),
        Cell::Text(text) => text.clone(),
        Cell::YesNo(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Cell::Number(number) => render::value(*number, DisplayUnit::Count),
        Cell::Value(value) => match value.value {
            Some(number) => render::with_unit(number, unit),
            None => "none".to_owned(),
        },
    }
}
