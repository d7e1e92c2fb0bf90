//! Values as a query reads them, whatever a file holds: one type for each kind of field, and null for
//! what is missing.

use polars::prelude::{
    BooleanChunked, ChunkTake, DataType, Float64Chunked, IdxCa, Int64Chunked, IntoSeries,
    NamedFrom, PlSmallStr, Series, StringChunked, UInt8Chunked,
};

use super::columns::{Column, Meaning, Values};
use super::convert::content;
use super::dictionary::Words;
use super::faults::Faults;
use super::frames::{convert_series, written};
use super::{MISSING_CODE, MISSING_INSTANT, MISSING_TEXT};
use crate::base::cancellation::Steps;
use crate::base::types::FieldType;
use crate::lang::model::Calendar;

/// The type of a column of this meaning.
pub(super) fn canonical_type(meaning: &Meaning) -> DataType {
    match meaning {
        Meaning::Text | Meaning::Hash => DataType::String,
        Meaning::YesNo => DataType::Boolean,
        Meaning::Number => DataType::Float64,
        Meaning::Date => DataType::Int64,
        Meaning::Scale(_) => DataType::UInt8,
    }
}

/// The type that the columns of a field have in the frame of a source.
pub fn column_type(field_type: &FieldType) -> DataType {
    canonical_type(&Meaning::of(field_type))
}

/// A column that the file lacks.
pub(super) fn missing_series(name: &str, meaning: &Meaning, rows: usize) -> Series {
    Series::full_null(name.into(), rows, &canonical_type(meaning))
}

/// Converts some rows of a columnar file; what does not convert is null and among the faults.
pub(super) fn canonical(
    series: &Series,
    meaning: &Meaning,
    calendar: &Calendar,
) -> Result<(Series, Faults), String> {
    if matches!(meaning, Meaning::Text | Meaning::Hash) {
        return Ok((texts(series)?, Faults::default()));
    }
    let mut values = Values::zeroed(meaning, series.len());
    let mut slot = values.slots(&[series.len()]).remove(0);
    let faults = convert_series(series, meaning, calendar, &mut slot)?;
    let converted = series_of(series.name(), meaning, values, &Words::default());
    Ok((converted, faults))
}

/// Texts without blanks around them. Nearly all files hold them so, and are taken as they are.
fn texts(series: &Series) -> Result<Series, String> {
    let words = |error: polars::error::PolarsError| error.to_string();
    let held = match series.dtype() {
        DataType::String => series.clone(),
        DataType::Categorical(..) | DataType::Enum(..) => {
            series.cast(&DataType::String).map_err(words)?
        }
        _ => Series::new(series.name().clone(), written(series)?),
    };
    let texts = held.str().map_err(words)?;
    let mut steps = Steps::default();
    let is_plain = texts.iter().flatten().all(|text| {
        steps.step();
        content(text).is_some_and(|content| content.len() == text.len())
    });
    if is_plain {
        return Ok(held);
    }
    let trimmed = texts.iter().map(|text| text.and_then(content));
    let trimmed: StringChunked = trimmed.collect();
    Ok(trimmed.with_name(series.name().clone()).into_series())
}

impl Column {
    /// The values of a file that was read whole; `None` for hashes, which no query asks for.
    pub(super) fn into_series(self, name: &str, meaning: &Meaning) -> Option<Series> {
        match &self.values {
            Values::Hashes(_) => None,
            Values::Codes(_) | Values::Texts(_) | Values::Numbers(_) | Values::Instants(_) => {
                Some(series_of(&name.into(), meaning, self.values, &self.words))
            }
        }
    }
}

fn series_of(name: &PlSmallStr, meaning: &Meaning, values: Values, words: &Words) -> Series {
    let name = name.clone();
    match values {
        Values::Codes(codes) if matches!(meaning, Meaning::YesNo) => {
            let answers = codes.iter().map(|code| match *code {
                MISSING_CODE => None,
                code => Some(code == 1),
            });
            let answers: BooleanChunked = answers.collect();
            answers.with_name(name).into_series()
        }
        Values::Codes(codes) => {
            let is_there = |code: &u8| *code != MISSING_CODE;
            let present =
                has_missing(&codes, is_there).then(|| codes.iter().map(is_there).collect());
            UInt8Chunked::from_vec_validity(name, codes, present).into_series()
        }
        Values::Texts(codes) => coded_texts(name, codes, words),
        Values::Numbers(numbers) => {
            let is_there = |number: &f64| !number.is_nan();
            let present =
                has_missing(&numbers, is_there).then(|| numbers.iter().map(is_there).collect());
            Float64Chunked::from_vec_validity(name, numbers, present).into_series()
        }
        Values::Instants(instants) => {
            let is_there = |instant: &i64| *instant != MISSING_INSTANT;
            let present =
                has_missing(&instants, is_there).then(|| instants.iter().map(is_there).collect());
            Int64Chunked::from_vec_validity(name, instants, present).into_series()
        }
        Values::Hashes(_) => unreachable!("hashes are compared, never shown"),
    }
}

fn has_missing<T>(values: &[T], is_there: impl Fn(&T) -> bool) -> bool {
    !values.iter().all(is_there)
}

/// Texts from their codes. Rows of one text share its place in memory.
fn coded_texts(name: PlSmallStr, mut codes: Vec<u32>, words: &Words) -> Series {
    let is_there = |code: &u32| *code != MISSING_TEXT;
    if words.len() == 0 {
        return Series::full_null(name, codes.len(), &DataType::String);
    }
    let present = has_missing(&codes, is_there).then(|| codes.iter().map(is_there).collect());
    // What stands behind a null is looked up too, and has to be in range.
    codes
        .iter_mut()
        .for_each(|code| *code = (*code).min(words.len() as u32 - 1));
    let places = IdxCa::from_vec_validity(PlSmallStr::EMPTY, codes, present);
    let distinct: StringChunked = words.iter().map(Some).collect();
    let texts = distinct.take(&places).expect("every code has its word");
    texts.with_name(name).into_series()
}
