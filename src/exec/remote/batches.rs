//! Frames → rows for a database.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, RecordBatchReader,
    StringArray, TimestampMicrosecondArray,
};
use arrow_schema::{ArrowError, DataType as ArrowType, Field, Schema, SchemaRef, TimeUnit};
use polars::prelude::{Column, DataFrame, DataType};

use crate::base::cancellation;

/// Rows that are handed over together.
const ROWS_AT_ONCE: usize = 1 << 15;

/// The rows of a frame, some at a time.
pub(super) struct FrameBatches {
    frame: DataFrame,
    schema: SchemaRef,
    given: usize,
}

impl FrameBatches {
    pub fn new(frame: DataFrame) -> FrameBatches {
        let schema = schema(&frame);
        FrameBatches {
            frame,
            schema,
            given: 0,
        }
    }
}

/// The columns of a frame as a database gets them: whole numbers with a sign, instants in UTC.
pub(super) fn schema(frame: &DataFrame) -> SchemaRef {
    let columns = frame.columns().iter();
    let fields = columns.map(|column| {
        let of = match column.dtype() {
            DataType::String => ArrowType::Utf8,
            DataType::Boolean => ArrowType::Boolean,
            DataType::Float64 => ArrowType::Float64,
            DataType::UInt64 => ArrowType::Int64,
            DataType::Date => ArrowType::Date32,
            DataType::Datetime(_, _) => {
                ArrowType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
            }
            other => unreachable!("no column of an answer is of {other}"),
        };
        Field::new(column.name().as_str(), of, true)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

impl Iterator for FrameBatches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if cancellation::is_stopping() {
            let stopped = "the work was asked to stop".to_owned();
            return Some(Err(ArrowError::ExternalError(stopped.into())));
        }
        if self.given >= self.frame.height() {
            return None;
        }
        let part = self.frame.slice(self.given as i64, ROWS_AT_ONCE);
        self.given += part.height();
        cancellation::count(part.height());
        let columns = part.columns().iter().map(array);
        Some(RecordBatch::try_new(self.schema.clone(), columns.collect()))
    }
}

impl RecordBatchReader for FrameBatches {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}

fn array(column: &Column) -> ArrayRef {
    const OF_TYPE: &str = "the values are of the type of the column";
    let physical = column.to_physical_repr();
    match column.dtype() {
        DataType::String => {
            let texts = column.str().expect(OF_TYPE).iter();
            Arc::new(StringArray::from_iter(texts.map(|text| text.map(storable))))
        }
        DataType::Boolean => {
            let values = column.bool().expect(OF_TYPE).iter();
            Arc::new(values.collect::<BooleanArray>())
        }
        DataType::Float64 => {
            let values = column.f64().expect(OF_TYPE).iter();
            Arc::new(values.collect::<Float64Array>())
        }
        DataType::UInt64 => {
            let values = column.u64().expect(OF_TYPE).iter();
            let whole = values.map(|value| value.and_then(|value| i64::try_from(value).ok()));
            Arc::new(whole.collect::<Int64Array>())
        }
        DataType::Date => {
            let days = physical.i32().expect(OF_TYPE).iter();
            Arc::new(days.collect::<Date32Array>())
        }
        _ => {
            let micros = physical.i64().expect(OF_TYPE).iter();
            let micros = micros.collect::<TimestampMicrosecondArray>();
            Arc::new(micros.with_timezone("UTC"))
        }
    }
}

/// A text that every database holds: some refuse the letter 0, with which a stranger's title would keep all rows out.
fn storable(text: &str) -> std::borrow::Cow<'_, str> {
    match text.contains('\0') {
        true => text.replace('\0', "\u{FFFD}").into(),
        false => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::cast::AsArray;

    /// Rows come in their order and once, however many parts they are in; nothing of them is lost.
    #[test]
    fn the_rows_of_a_frame() {
        let count = 2 * ROWS_AT_ONCE + 7;
        let numbers: Vec<Option<f64>> = (0..count)
            .map(|row| (row % 5 != 0).then_some(row as f64))
            .collect();
        let whole: Vec<u64> = (0..count as u64).collect();
        let texts: Vec<&str> = (0..count).map(|_| "a\0b").collect();
        let columns = vec![
            Column::new("number".into(), &numbers),
            Column::new("whole".into(), &whole),
            Column::new("text".into(), &texts),
        ];
        let frame = DataFrame::new(count, columns).expect("columns of one length");
        let mut found = (Vec::new(), Vec::new());
        for batch in FrameBatches::new(frame) {
            let batch = batch.expect("a part");
            found.0.extend(
                batch
                    .column(0)
                    .as_primitive::<arrow_array::types::Float64Type>(),
            );
            found.1.extend(
                batch
                    .column(1)
                    .as_primitive::<arrow_array::types::Int64Type>(),
            );
            let texts = batch.column(2).as_string::<i32>();
            assert!(texts.iter().all(|text| text == Some("a\u{FFFD}b")));
        }
        assert_eq!(found.0, numbers);
        let expected: Vec<Option<i64>> = (0..count as i64).map(Some).collect();
        assert_eq!(found.1, expected);
    }
}
