//! CSV: a header and a record a row, with the keys that JSON has, quoted as RFC 4180 says. Lines end
//! in a bare newline, as every line tool expects.
//!
//! *none* and missing are empty. A text that a spreadsheet would take for a formula has a `'` before it, which
//! spreadsheets take for the sign of a text: titles of findings are written by strangers. Numbers have none.
//! Programs that read the file back ask for texts as they are.

use ::csv::Writer;
use serde::Serialize;

use super::flat::{self, Datum};
use super::options::{CsvTexts, RenderOptions};
use super::text::harmless_lines;
use crate::exec::answer::Answer;

/// An answer's rows.
pub(super) fn answer(answer: &Answer, texts: CsvTexts) -> Vec<u8> {
    let keys = flat::keys(answer);
    let mut writer = writer();
    record(&mut writer, texts, keys.iter().map(|key| key.name.clone()));
    for row in &answer.rows {
        let fields = keys.iter().map(|key| field(flat::datum(row, key.part)));
        record(&mut writer, texts, fields);
    }
    finish(writer)
}

/// Records of texts below a header.
pub(super) fn records<'a>(
    header: impl Iterator<Item = String>,
    rows: impl Iterator<Item = &'a [String]>,
    texts: CsvTexts,
) -> Vec<u8> {
    let mut writer = writer();
    record(&mut writer, texts, header);
    for row in rows {
        record(&mut writer, texts, row.iter().cloned());
    }
    finish(writer)
}

/// Records of one type below a header of the names of its fields.
pub(super) fn serialized<T: Serialize>(records: &[T], texts: CsvTexts) -> Vec<u8> {
    let mut writer = writer();
    for record in records {
        writer
            .serialize(record)
            .expect("records of one shape are written to memory");
    }
    let written = finish(writer);
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(written.as_slice());
    let mut writer = self::writer();
    for fields in reader
        .records()
        .map(|read| read.expect("it was just written"))
    {
        record(&mut writer, texts, fields.iter().map(str::to_string));
    }
    finish(writer)
}

/// A datum as CSV writes it: nothing for what is not there.
pub(super) fn field(datum: Datum) -> String {
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

fn record(writer: &mut Writer<Vec<u8>>, texts: CsvTexts, fields: impl IntoIterator<Item = String>) {
    let fields = fields.into_iter();
    let fields = fields.map(|field| match texts {
        CsvTexts::Raw => field,
        CsvTexts::Safe => safe(&field),
    });
    writer
        .write_record(fields)
        .expect("records of one length are written to memory");
}

fn finish(writer: Writer<Vec<u8>>) -> Vec<u8> {
    writer.into_inner().expect("memory can be written")
}

/// A field that no spreadsheet computes, and no terminal obeys.
fn safe(field: &str) -> String {
    let is_formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let shown = harmless_lines(field, RenderOptions::PIPE);
    match is_formula && field.parse::<f64>().is_err() {
        true => format!("'{shown}"),
        false => shown,
    }
}
