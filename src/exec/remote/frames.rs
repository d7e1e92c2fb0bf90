//! Rows of a database → frames.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType as ArrowType, SchemaRef};
use polars::prelude::{
    BooleanChunked, Column, DataFrame, Float64Chunked, Int64Chunked, Int128Chunked, IntoColumn,
    StringChunked, UInt8Chunked,
};

use crate::exec::data::ResultType;
use crate::plan::relation::Name;

/// What a statement gave.
pub(super) struct RemoteRows {
    pub schema: SchemaRef,
    pub batches: Vec<RecordBatch>,
}

impl RemoteRows {
    pub fn len(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// A whole number of a row; `None` where it is missing.
    pub fn whole(&self, row: usize, column: usize) -> Option<i64> {
        self.at(row, column, whole_at)
    }

    /// A text of a row; `None` where it is missing.
    pub fn text(&self, row: usize, column: usize) -> Option<String> {
        self.at(row, column, text_at)
    }

    fn at<T>(
        &self,
        mut row: usize,
        column: usize,
        value: fn(&dyn Array, usize) -> Option<T>,
    ) -> Option<T> {
        for batch in &self.batches {
            if row < batch.num_rows() {
                let part = batch.column(column);
                return (!part.is_null(row)).then(|| value(part, row))?;
            }
            row -= batch.num_rows();
        }
        None
    }
}

/// A value that is not what was asked for.
pub(super) struct Unexpected {
    pub column: Name,
    pub found: String,
}

/// The rows as columns of the types asked for, by their places.
pub(super) fn frame(
    rows: &RemoteRows,
    columns: &[(Name, ResultType)],
) -> Result<DataFrame, Unexpected> {
    let made: Result<Vec<Column>, Unexpected> = columns
        .iter()
        .enumerate()
        .map(|(place, (name, read_as))| {
            let parts = rows
                .batches
                .iter()
                .map(|batch| batch.column(place).as_ref());
            column(name, parts, read_as)
        })
        .collect();
    let frame = DataFrame::new(rows.len(), made?);
    Ok(frame.expect("columns of one statement are of one length"))
}

fn column<'a>(
    name: &str,
    parts: impl Iterator<Item = &'a dyn Array>,
    read_as: &ResultType,
) -> Result<Column, Unexpected> {
    let name_of = name.into();
    let unexpected = |found: String| Unexpected {
        column: name.to_owned(),
        found,
    };
    Ok(match read_as {
        ResultType::Words(words) => {
            let place = |text: String| {
                let place = words.iter().position(|word| *word == text);
                place
                    .map(|place| place as u8)
                    .ok_or_else(|| unexpected(format!("`{text}`")))
            };
            let codes = each(parts, text_at, place, &unexpected)?;
            UInt8Chunked::from_iter(codes)
                .with_name(name_of)
                .into_column()
        }
        ResultType::Text => {
            let texts = each(parts, text_at, Ok, &unexpected)?;
            StringChunked::from_iter(texts)
                .with_name(name_of)
                .into_column()
        }
        ResultType::YesNo => {
            let yes = each(parts, yes_at, Ok, &unexpected)?;
            BooleanChunked::from_iter(yes)
                .with_name(name_of)
                .into_column()
        }
        ResultType::Number => {
            let numbers = each(parts, number_at, Ok, &unexpected)?;
            Float64Chunked::from_iter(numbers)
                .with_name(name_of)
                .into_column()
        }
        ResultType::Integer => {
            let whole = each(parts, whole_at, Ok, &unexpected)?;
            Int64Chunked::from_iter(whole)
                .with_name(name_of)
                .into_column()
        }
        ResultType::Sum => {
            let digits = |text: String| {
                text.parse::<i128>()
                    .map_err(|_| unexpected(format!("`{text}`")))
            };
            let sums = each(parts, text_at, digits, &unexpected)?;
            Int128Chunked::from_iter(sums)
                .with_name(name_of)
                .into_column()
        }
    })
}

/// The values of all parts of a column; `at` gives `None` for parts of another type.
fn each<'a, T, U>(
    parts: impl Iterator<Item = &'a dyn Array>,
    at: fn(&dyn Array, usize) -> Option<T>,
    then: impl Fn(T) -> Result<U, Unexpected>,
    unexpected: &impl Fn(String) -> Unexpected,
) -> Result<Vec<Option<U>>, Unexpected> {
    let mut values = Vec::new();
    for part in parts {
        for row in 0..part.len() {
            if part.is_null(row) {
                values.push(None);
                continue;
            }
            let value = at(part, row).ok_or_else(|| unexpected(format!("{}", part.data_type())))?;
            values.push(Some(then(value)?));
        }
    }
    Ok(values)
}

fn text_at(part: &dyn Array, row: usize) -> Option<String> {
    let text = match part.data_type() {
        ArrowType::Utf8 => part.as_string::<i32>().value(row),
        ArrowType::LargeUtf8 => part.as_string::<i64>().value(row),
        ArrowType::Utf8View => part.as_string_view().value(row),
        _ => return None,
    };
    Some(text.to_owned())
}

fn yes_at(part: &dyn Array, row: usize) -> Option<bool> {
    match part.data_type() {
        ArrowType::Boolean => Some(part.as_boolean().value(row)),
        // Databases without yes and no count with them.
        _ => whole_at(part, row).map(|whole| whole != 0),
    }
}

fn number_at(part: &dyn Array, row: usize) -> Option<f64> {
    match part.data_type() {
        ArrowType::Float64 => Some(part.as_primitive::<Float64Type>().value(row)),
        ArrowType::Float32 => Some(f64::from(part.as_primitive::<Float32Type>().value(row))),
        _ => whole_at(part, row).map(|whole| whole as f64),
    }
}

fn whole_at(part: &dyn Array, row: usize) -> Option<i64> {
    Some(match part.data_type() {
        ArrowType::Int8 => part.as_primitive::<Int8Type>().value(row).into(),
        ArrowType::Int16 => part.as_primitive::<Int16Type>().value(row).into(),
        ArrowType::Int32 => part.as_primitive::<Int32Type>().value(row).into(),
        ArrowType::Int64 => part.as_primitive::<Int64Type>().value(row),
        ArrowType::UInt8 => part.as_primitive::<UInt8Type>().value(row).into(),
        ArrowType::UInt16 => part.as_primitive::<UInt16Type>().value(row).into(),
        ArrowType::UInt32 => part.as_primitive::<UInt32Type>().value(row).into(),
        ArrowType::UInt64 => part
            .as_primitive::<UInt64Type>()
            .value(row)
            .try_into()
            .ok()?,
        _ => return None,
    })
}
