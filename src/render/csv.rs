//! CSV: a header and a record a row, with the keys that JSON has, quoted as RFC 4180 says. Lines end
//! in a bare newline, as every line tool expects.
//!
//! *none* and missing are empty. Texts that begin with `=`, `+`, `-` or `@` are written as they are,
//! although a spreadsheet may take them for formulas: a prefix would change the data for every other
//! reader, would turn `-3` into a text, and does not survive being read back. Whoever opens a file of
//! scanner titles in a spreadsheet imports the columns as text.

use ::csv::Writer;
use serde::Serialize;

use super::flat::{self, Datum};
use crate::exec::answer::Answer;

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

/// Records of one type below a header of the names of its fields.
pub(super) fn serialized<T: Serialize>(records: &[T]) -> Vec<u8> {
    let mut writer = writer();
    for record in records {
        writer
            .serialize(record)
            .expect("records of one shape are written to memory");
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

fn record(writer: &mut Writer<Vec<u8>>, fields: impl IntoIterator<Item = String>) {
    writer
        .write_record(fields)
        .expect("records of one length are written to memory");
}

fn finish(writer: Writer<Vec<u8>>) -> Vec<u8> {
    writer.into_inner().expect("memory can be written")
}
