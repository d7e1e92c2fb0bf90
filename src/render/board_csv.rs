//! A board as CSV: a record for each value of each card, all with the same fields, so that a spreadsheet
//! can filter and pivot them. Fields that a value does not have are empty.

use serde::Serialize;

use super::csv;
use super::flat::{self, FlatPart};
use super::numbers;
use super::options::CsvTexts;
use crate::exec::answer::{
    Answer, AnswerColumn, AnswerValueColumn, Board, BoardCard, Cell, ColumnRole, Level, Row, Value,
};

/// The fields in their order, which stays as it is: files that were written once are read together with
/// those of today. New ones come at the end.
#[derive(Clone, Default, Serialize)]
struct BoardRecord {
    layer: String,
    card: String,
    kind: &'static str,
    period: String,
    dimensions: String,
    level: &'static str,
    kpi: String,
    value: String,
    unit: &'static str,
    rows: String,
    bound: String,
    target: String,
    status: String,
    band: String,
    compared_with: String,
    previous: String,
    change: String,
    reason: String,
    few_rows: String,
    next_step: String,
}

/// The records of all cards.
pub(super) fn board(board: &Board, texts: CsvTexts) -> Vec<u8> {
    let mut records = Vec::new();
    for layer in &board.layers {
        for card in &layer.cards {
            let of_card = BoardRecord {
                layer: layer.name.clone(),
                card: card.title.clone(),
                kind: card.kind.word(),
                ..BoardRecord::default()
            };
            add(&mut records, &of_card, card);
        }
    }
    csv::serialized(&records, texts)
}

/// The verdict of a card if it has one, then its values.
fn add(records: &mut Vec<BoardRecord>, of_card: &BoardRecord, card: &BoardCard) {
    if let Some(verdict) = &card.verdict {
        records.push(BoardRecord {
            status: verdict.decision.word().to_string(),
            reason: verdict.headline(),
            ..of_card.clone()
        });
    }
    for (place, row) in card.answer.rows.iter().enumerate() {
        let of_row = BoardRecord {
            period: period(&card.answer, row),
            dimensions: dimensions(&card.answer, row),
            level: row.level.word(),
            next_step: card.next_steps.get(place).cloned().unwrap_or_default(),
            ..of_card.clone()
        };
        // A row of a list has fields alone.
        if !flat::has_values(&card.answer) {
            records.push(of_row);
            continue;
        }
        for (index, column) in card.answer.columns.iter().enumerate() {
            if let ColumnRole::Value(of_column) = &column.role {
                records.push(value(&of_row, row, (index, column, of_column)));
            }
        }
    }
}

fn value(
    of_row: &BoardRecord,
    row: &Row,
    (index, column, of_column): (usize, &AnswerColumn, &AnswerValueColumn),
) -> BoardRecord {
    let part = |part| csv::field(flat::datum(row, part));
    BoardRecord {
        kpi: column.name.clone(),
        value: part(FlatPart::Cell(index)),
        unit: of_column.unit.word(),
        rows: part(FlatPart::Rows(index)),
        bound: part(FlatPart::Bound(index)),
        target: part(FlatPart::Target(index)),
        status: part(FlatPart::Status(index)),
        band: part(FlatPart::Band(index)),
        compared_with: compared_with(flat::value_at(row, index)),
        previous: part(FlatPart::Previous(index, 0)),
        change: part(FlatPart::Change(index, 0)),
        reason: part(FlatPart::Reason(index)),
        few_rows: part(FlatPart::FewRows(index)),
        ..of_row.clone()
    }
}

/// The period of the first comparison.
fn compared_with(value: Option<&Value>) -> String {
    let first = value.and_then(|value| value.comparisons.first());
    first.map_or_else(String::new, |first| first.period.clone())
}

/// The period of a row; of an answer without a series the one that all its rows are of.
fn period(answer: &Answer, row: &Row) -> String {
    let cells = answer.columns.iter().zip(&row.cells);
    let own = cells.filter(|(column, _)| matches!(column.role, ColumnRole::Period(_)));
    let own = own.map(|(_, cell)| text(cell)).next();
    let shared = || answer.period.as_ref().map(|period| period.label.clone());
    own.or_else(shared).unwrap_or_default()
}

/// `team=payments; severity=high`: the groups of a row, or the fields of a list. A text that has a sign in it that
/// stands between them is quoted: `team="a; b"`.
fn dimensions(answer: &Answer, row: &Row) -> String {
    let cells = answer.columns.iter().zip(&row.cells);
    // Of all groups together there is nothing to name.
    let is_group = row.level == Level::Group;
    let is_named = |(column, cell): &(&AnswerColumn, &Cell)| {
        let is_there = is_group || **cell != Cell::Missing;
        is_there && matches!(column.role, ColumnRole::Dimension(_) | ColumnRole::Field(_))
    };
    let named = cells.filter(is_named).map(|(column, cell)| {
        let value = text(cell);
        match value.contains([';', '=', '"']) {
            true => format!("{}=\"{}\"", column.name, value.replace('"', "\"\"")),
            false => format!("{}={value}", column.name),
        }
    });
    named.collect::<Vec<_>>().join("; ")
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Missing | Cell::Value(_) => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::YesNo(yes) => if *yes { "yes" } else { "no" }.to_string(),
        Cell::Number(value) => numbers::plain(*value),
    }
}
