//! CSV: a header and a record a row, with the keys that JSON has, quoted as RFC 4180 says. Lines end
//! in a bare newline, as every line tool expects.
//!
//! *none* and missing are empty. Texts that begin with `=`, `+`, `-` or `@` are written as they are,
//! although a spreadsheet may take them for formulas: a prefix would change the data for every other
//! reader, would turn `-3` into a text, and does not survive being read back. Whoever opens a file of
//! scanner titles in a spreadsheet imports the columns as text.

use ::csv::Writer;

use super::flat::{self, Datum, FlatPart};
use crate::exec::answer::{Answer, Board, ColumnRole};
use crate::lang::model::CardKind;

/// An answer's rows.
pub(super) fn answer(answer: &Answer) -> Vec<u8> {
    let keys = flat::keys(answer);
    let mut writer = writer();
    record(&mut writer, keys.iter().map(|key| key.name.clone()));
    for row in &answer.rows {
        record(
            &mut writer,
            keys.iter().map(|key| field(flat::datum(row, key.part))),
        );
    }
    finish(writer)
}

/// A board's number cards, a record each. Cards of other kinds have rows of their own shape: ask
/// for their query, or for JSON.
pub(super) fn board(board: &Board) -> Vec<u8> {
    const HEADER: [&str; 13] = [
        "layer", "card", "value", "unit", "rows", "bound", "target", "status", "band", "previous",
        "change", "reason", "few_rows",
    ];
    let mut writer = writer();
    record(&mut writer, HEADER.map(String::from));
    for layer in &board.layers {
        for card in layer
            .cards
            .iter()
            .filter(|card| card.kind == CardKind::Number)
        {
            let mut fields = vec![layer.name.clone(), card.title.clone()];
            fields.extend(number_card(&card.answer));
            record(&mut writer, fields);
        }
    }
    finish(writer)
}

/// The titles of the cards that have no record.
pub(super) fn left_out(board: &Board) -> Vec<&str> {
    let cards = board.layers.iter().flat_map(|layer| &layer.cards);
    cards
        .filter(|card| card.kind != CardKind::Number)
        .map(|card| card.title.as_str())
        .collect()
}

/// The eleven fields of a number card; all empty if its answer has no row.
fn number_card(answer: &Answer) -> Vec<String> {
    let place = answer
        .columns
        .iter()
        .enumerate()
        .find_map(|(index, column)| match &column.role {
            ColumnRole::Value(value) => Some((index, value.unit)),
            ColumnRole::Period(_) | ColumnRole::Dimension(_) | ColumnRole::Field(_) => None,
        });
    let (Some((index, unit)), Some(row)) = (place, answer.rows.first()) else {
        return vec![String::new(); 11];
    };
    let part = |part| field(flat::datum(row, part));
    vec![
        part(FlatPart::Cell(index)),
        unit.word().to_string(),
        part(FlatPart::Rows(index)),
        part(FlatPart::Bound(index)),
        part(FlatPart::Target(index)),
        part(FlatPart::Status(index)),
        part(FlatPart::Band(index)),
        part(FlatPart::Previous(index, 0)),
        part(FlatPart::Change(index, 0)),
        part(FlatPart::Reason(index)),
        part(FlatPart::FewRows(index)),
    ]
}

/// Records of texts below a header.
pub(super) fn records<'a>(
    header: impl Iterator<Item = String>,
    rows: impl Iterator<Item = &'a [String]>,
) -> Vec<u8> {
    let mut writer = writer();
    record(&mut writer, header);
    for row in rows {
        record(&mut writer, row.iter().cloned());
    }
    finish(writer)
}

fn field(datum: Datum) -> String {
    match datum {
        Datum::Null => String::new(),
        Datum::Text(text) => text.to_string(),
        Datum::YesNo(yes) => if yes { "yes" } else { "no" }.to_string(),
        Datum::Number(value) => value.to_string(),
        Datum::Rows(rows) => rows.to_string(),
    }
}

fn writer() -> Writer<Vec<u8>> {
    Writer::from_writer(Vec::new())
}

fn record(writer: &mut Writer<Vec<u8>>, fields: impl IntoIterator<Item = String>) {
    writer
        .write_record(fields)
        .expect("records of one length are written to memory");
}

fn finish(writer: Writer<Vec<u8>>) -> Vec<u8> {
    writer.into_inner().expect("memory can be written")
}
