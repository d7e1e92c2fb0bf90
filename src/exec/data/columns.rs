//! What a column is read as, and the columns read: one type for each kind of field, null for what is
//! missing.

use std::sync::Arc;

use polars::prelude::{DataType, Series};

use super::bad_values::BadValues;
use crate::base::types::{FieldType, Scale};

/// What a column's values are read as.
#[derive(Clone, Debug)]
pub(super) enum Meaning {
    Text,
    YesNo,
    Number,
    Date,
    Scale(Arc<Scale>),
    /// A text of which only the hash is kept: keys that nothing shows or joins.
    Hash,
}

impl Meaning {
    pub(super) fn of(field_type: &FieldType) -> Self {
        match field_type {
            FieldType::Text => Meaning::Text,
            FieldType::YesNo => Meaning::YesNo,
            FieldType::Number => Meaning::Number,
            FieldType::Date => Meaning::Date,
            FieldType::Scale(scale) => Meaning::Scale(scale.clone()),
        }
    }

    /// The type of a column of this meaning.
    pub(super) fn data_type(&self) -> DataType {
        match self {
            Meaning::Text => DataType::String,
            Meaning::YesNo => DataType::Boolean,
            Meaning::Number => DataType::Float64,
            Meaning::Date => DataType::Int64,
            Meaning::Scale(_) => DataType::UInt8,
            Meaning::Hash => DataType::UInt64,
        }
    }
}

/// The type that the columns of a field have in the frame of a source.
pub fn column_type(field_type: &FieldType) -> DataType {
    Meaning::of(field_type).data_type()
}

/// A column to read.
#[derive(Clone, Debug)]
pub(super) struct ColumnRequest {
    /// Index into the table's columns.
    pub column: usize,
    pub name: String,
    pub meaning: Meaning,
}

/// Values in the type of their meaning.
pub(super) struct TypedColumn {
    pub series: Series,
    /// Those that do not convert: null in the series.
    pub bad: BadValues,
}

impl TypedColumn {
    /// A column that the file lacks.
    pub(super) fn missing(wanted: &ColumnRequest, rows: usize) -> Self {
        TypedColumn {
            series: Series::full_null(
                wanted.name.as_str().into(),
                rows,
                &wanted.meaning.data_type(),
            ),
            bad: BadValues::default(),
        }
    }

    /// Joins what consecutive rows of one column became.
    pub(super) fn concat(
        wanted: &ColumnRequest,
        parts: impl IntoIterator<Item = TypedColumn>,
    ) -> Self {
        let mut all = TypedColumn::missing(wanted, 0);
        for part in parts {
            all.bad.append(part.bad, all.series.len());
            all.series
                .append_owned(part.series)
                .expect("parts of one column are of one type");
        }
        all.series = all.series.rechunk();
        all
    }
}
