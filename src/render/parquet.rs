//! Parquet: the keys that JSON has as typed columns, for data frames and warehouses. The only file
//! of `render` that knows polars.

use polars::prelude::{Column, DataFrame, ParquetWriter};

use super::flat::{self, Datum, DatumType, FlatKey};
use crate::exec::answer::{Answer, Row};

/// An answer's rows. Numbers are 64-bit floats, rows unsigned integers, everything else text or
/// boolean; *none* is null.
pub(super) fn answer(answer: &Answer) -> Vec<u8> {
    let columns = flat::keys(answer)
        .iter()
        .map(|key| column(key, &answer.rows))
        .collect();
    let mut frame = DataFrame::new(answer.rows.len(), columns)
        .expect("keys are unique and every column has a value for each row");
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .finish(&mut frame)
        .expect("memory can be written");
    bytes
}

fn column(key: &FlatKey, rows: &[Row]) -> Column {
    let name = key.name.as_str().into();
    let data = rows.iter().map(|row| flat::datum(row, key.part));
    match key.holds {
        DatumType::Text => Column::new(name, data.map(text).collect::<Vec<_>>()),
        DatumType::YesNo => Column::new(name, data.map(yes_no).collect::<Vec<_>>()),
        DatumType::Number | DatumType::Count => {
            Column::new(name, data.map(number).collect::<Vec<_>>())
        }
        DatumType::Rows => Column::new(name, data.map(count).collect::<Vec<_>>()),
    }
}

fn text(datum: Datum<'_>) -> Option<&str> {
    match datum {
        Datum::Text(text) => Some(text),
        Datum::Null | Datum::YesNo(_) | Datum::Number(_) | Datum::Rows(_) => None,
    }
}

fn yes_no(datum: Datum) -> Option<bool> {
    match datum {
        Datum::YesNo(yes) => Some(yes),
        Datum::Null | Datum::Text(_) | Datum::Number(_) | Datum::Rows(_) => None,
    }
}

fn number(datum: Datum) -> Option<f64> {
    match datum {
        Datum::Number(value) => Some(value),
        Datum::Null | Datum::Text(_) | Datum::YesNo(_) | Datum::Rows(_) => None,
    }
}

fn count(datum: Datum) -> Option<u64> {
    match datum {
        Datum::Rows(rows) => Some(rows),
        Datum::Null | Datum::Text(_) | Datum::YesNo(_) | Datum::Number(_) => None,
    }
}
