//! Columns of columnar files → typed values.

use polars::prelude::{
    ArrowDataType, BooleanChunked, ChunkAgg, ChunkedArray, DataType, Float64Chunked, Int64Chunked,
    IntoSeries, NamedFrom, PolarsNumericType, Series, StringChunked, TimeUnit, UInt8Chunked,
};
use polars_arrow::array::{Array, Utf8ViewArray, View};

use super::bad_values::BadValues;
use super::columns::{Meaning, TypedColumn};
use super::convert::{LARGEST_NUMBER, content, parse_yes_no, typed};
use super::dates::{self, Clock};
use crate::base::cancellation::Steps;
use crate::base::types::MICROS_PER_DAY;
use crate::lang::model::Calendar;

/// Whether a column of this physical type can hold such values; if not, what the file holds.
pub(super) fn check_type(held: &ArrowDataType, meaning: &Meaning) -> Result<(), String> {
    use ArrowDataType as Held;
    let fits = match held {
        Held::Null | Held::Utf8 | Held::LargeUtf8 | Held::Utf8View | Held::Dictionary(..) => true,
        Held::Boolean => matches!(meaning, Meaning::YesNo | Meaning::Text | Meaning::Hash),
        Held::Int32 | Held::Int64 | Held::UInt32 | Held::UInt64 | Held::Float32 | Held::Float64 => {
            !matches!(meaning, Meaning::Date)
        }
        Held::Date32 | Held::Date64 | Held::Timestamp(..) => {
            matches!(meaning, Meaning::Date | Meaning::Text | Meaning::Hash)
        }
        _ => false,
    };
    if fits { Ok(()) } else { Err(in_words(held)) }
}

fn in_words(held: &ArrowDataType) -> String {
    use ArrowDataType as Held;
    match held {
        Held::Boolean => "true and false".to_owned(),
        Held::Int8 | Held::Int16 | Held::UInt8 | Held::UInt16 => {
            "whole numbers of 8 or 16 bits, which are not read (write 32 or 64)".to_owned()
        }
        Held::Int32 | Held::Int64 | Held::UInt32 | Held::UInt64 => "whole numbers".to_owned(),
        Held::Float32 | Held::Float64 => "numbers".to_owned(),
        Held::Date32 | Held::Date64 | Held::Timestamp(..) => "dates".to_owned(),
        Held::Decimal(..) => "decimals, which are not read (write doubles)".to_owned(),
        Held::Binary | Held::LargeBinary | Held::BinaryView | Held::FixedSizeBinary(_) => {
            "bytes, not text".to_owned()
        }
        Held::List(_) | Held::LargeList(_) | Held::FixedSizeList(..) => "lists".to_owned(),
        Held::Struct(_) | Held::Map(..) => "objects".to_owned(),
        _ => "values of a type that is not read".to_owned(),
    }
}

/// Converts a column, or some rows of it.
pub(super) fn convert_series(
    series: &Series,
    meaning: &Meaning,
    calendar: &Calendar,
) -> Result<TypedColumn, String> {
    let mut bad = BadValues::default();
    let mut converted = match (series.dtype(), meaning) {
        (DataType::Categorical(..) | DataType::Enum(..), _) => {
            let texts = series.cast(&DataType::String).map_err(words)?;
            return convert_series(&texts, meaning, calendar);
        }
        (DataType::Boolean, Meaning::YesNo) => series.clone(),
        (DataType::String, Meaning::Text) => trimmed(series)?,
        (DataType::String, Meaning::YesNo) => {
            let answers = by_view(text(series)?, &mut bad, parse_yes_no);
            BooleanChunked::from_iter(answers).into_series()
        }
        (DataType::String, Meaning::Scale(scale)) => {
            let codes = by_view(text(series)?, &mut bad, |text| scale.code(text));
            UInt8Chunked::from_iter(codes).into_series()
        }
        (DataType::String, Meaning::Number | Meaning::Date | Meaning::Hash) => {
            let texts = text(series)?.iter();
            return Ok(typed(texts, series.name().clone(), meaning, calendar));
        }
        (DataType::Date, Meaning::Date) => {
            let days = series.to_physical_repr();
            let days = days.i32().map_err(words)?;
            let mut clock = Clock::new(calendar);
            let micros = |day: i32| i64::from(day) * MICROS_PER_DAY;
            let convert = |local| clock.instant_of_local(local);
            instants(days, &mut bad, micros, convert).into_series()
        }
        (DataType::Datetime(unit, zone), Meaning::Date) => {
            datetimes(series, *unit, zone.is_some(), calendar, &mut bad)?.into_series()
        }
        (held, Meaning::Number) if held.is_primitive_numeric() => {
            numbers(series, &mut bad)?.into_series()
        }
        (_, Meaning::Text) => trimmed(&Series::new(series.name().clone(), written(series)?))?,
        (_, _) => {
            let cells = written(series)?;
            let texts = cells.iter().map(Option::as_deref);
            return Ok(typed(texts, series.name().clone(), meaning, calendar));
        }
    };
    converted.rename(series.name().clone());
    Ok(TypedColumn {
        series: converted,
        bad,
    })
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn text(series: &Series) -> Result<&StringChunked, String> {
    series.str().map_err(words)
}

/// Texts without blanks around them. Nearly all files hold them so, and are taken as they are.
fn trimmed(series: &Series) -> Result<Series, String> {
    let texts = text(series)?;
    if texts.downcast_iter().all(is_trimmed) {
        return Ok(series.clone());
    }
    let trimmed = texts.iter().map(|text| text.and_then(content));
    Ok(trimmed.collect::<StringChunked>().into_series())
}

/// Whether no text is empty or has blanks around it. Looks at the first and the last byte, which a short text has in its
/// view.
fn is_trimmed(texts: &Utf8ViewArray) -> bool {
    let mut steps = Steps::default();
    texts.views().iter().enumerate().all(|(index, view)| {
        steps.step();
        let is_short = (1..=View::MAX_INLINE_SIZE).contains(&view.length);
        let bytes = view.as_u128().to_le_bytes();
        let last = bytes[INLINE_START + view.length.clamp(1, View::MAX_INLINE_SIZE) as usize - 1];
        if is_short && bytes[INLINE_START] > b' ' && last > b' ' {
            return true;
        }
        let missing = texts.validity().is_some_and(|valid| !valid.get_bit(index));
        let is_plain =
            |text: &str| content(text).is_some_and(|content| content.len() == text.len());
        missing || is_plain(texts.value(index))
    })
}

/// Where the bytes of a short text begin in its view, behind its length.
const INLINE_START: usize = 4;

/// Converts each different text about once. A view is the text itself where it is short; long texts
/// of a dictionary page share one place in memory, so equal views are equal texts.
fn by_view<V: Copy>(
    texts: &StringChunked,
    bad: &mut BadValues,
    mut convert: impl FnMut(&str) -> Option<V>,
) -> Vec<Option<V>> {
    let mut values = Vec::with_capacity(texts.len());
    let mut steps = Steps::default();
    for (array, validity) in texts.downcast_iter().zip(texts.iter_validities()) {
        // No view has a length of 2^32 - 1, so this one matches none.
        let mut memo = [(u128::MAX, None); 256];
        let present = validity.filter(|bitmap| bitmap.unset_bits() > 0);
        for (index, view) in array.views().iter().enumerate() {
            steps.step();
            if present.is_some_and(|bitmap| !bitmap.get_bit(index)) {
                values.push(None);
                continue;
            }
            let raw = view.as_u128();
            let known = &mut memo[memo_place(raw)];
            if known.0 == raw {
                values.push(known.1);
                continue;
            }
            let text = content(array.value(index));
            let value = text.and_then(&mut convert);
            match (text, value) {
                (Some(text), None) => bad.add(text, values.len()),
                (Some(_), Some(_)) | (None, _) => *known = (raw, value),
            }
            values.push(value);
        }
    }
    values
}

/// A place in a memo of 256 for a 16-byte value.
#[inline]
fn memo_place(value: u128) -> usize {
    let mixed = (value as u64 ^ (value >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 56) as usize
}

fn datetimes(
    series: &Series,
    unit: TimeUnit,
    has_zone: bool,
    calendar: &Calendar,
    bad: &mut BadValues,
) -> Result<Int64Chunked, String> {
    let counts = series.to_physical_repr();
    let counts = counts.i64().map_err(words)?;
    let mut clock = Clock::new(calendar);
    let keeps_instants = has_zone || clock.is_utc();
    if unit == TimeUnit::Microseconds && keeps_instants && are_in_range(counts) {
        return Ok(counts.clone());
    }
    let place = |micros: i64| {
        if has_zone {
            micros
        } else {
            clock.instant_of_local(micros)
        }
    };
    // One loop a unit: the choice is not made again for every value.
    Ok(match unit {
        TimeUnit::Nanoseconds => instants(counts, bad, |nanos| nanos.div_euclid(1_000), place),
        TimeUnit::Microseconds => instants(counts, bad, |micros| micros, place),
        TimeUnit::Milliseconds => {
            instants(counts, bad, |millis| millis.saturating_mul(1_000), place)
        }
    })
}

fn are_in_range(micros: &Int64Chunked) -> bool {
    let is_in_range = |micros: Option<i64>| micros.is_none_or(dates::is_in_range);
    is_in_range(micros.min()) && is_in_range(micros.max())
}

/// Instants from counts of a unit: first to microseconds, then to the instant.
fn instants<T: PolarsNumericType>(
    counts: &ChunkedArray<T>,
    bad: &mut BadValues,
    micros: impl Fn(T::Native) -> i64,
    mut convert: impl FnMut(i64) -> i64,
) -> Int64Chunked {
    let mut steps = Steps::default();
    let instants = counts.iter().enumerate().map(|(row, count)| {
        steps.step();
        let micros = micros(count?);
        if !dates::is_in_range(micros) {
            if !dates::is_never(micros) {
                bad.add(&dates::write(micros), row);
            }
            return None;
        }
        Some(convert(micros))
    });
    instants.collect()
}

/// NaN counts as missing: that is how data frames of other tools write it.
fn numbers(series: &Series, bad: &mut BadValues) -> Result<Float64Chunked, String> {
    let cast = series.cast(&DataType::Float64).map_err(words)?;
    let values = cast.f64().map_err(words)?.iter().enumerate();
    let numbers = values.map(|(row, value)| {
        let number = value.filter(|number| !number.is_nan())?;
        if number.abs() > LARGEST_NUMBER {
            bad.add(&number.to_string(), row);
            return None;
        }
        Some(number)
    });
    Ok(numbers.collect())
}

/// Values as a CSV file would have them.
fn written(series: &Series) -> Result<Vec<Option<String>>, String> {
    let cells = match series.dtype() {
        DataType::Null => vec![None; series.len()],
        DataType::Boolean => {
            let values = series.bool().map_err(words)?.iter();
            values
                .map(|value| value.map(|value| value.to_string()))
                .collect()
        }
        DataType::UInt64 => {
            let values = series.u64().map_err(words)?.iter();
            values
                .map(|value| value.map(|value| value.to_string()))
                .collect()
        }
        DataType::Float32 | DataType::Float64 => {
            let cast = series.cast(&DataType::Float64).map_err(words)?;
            let values = cast.f64().map_err(words)?.iter();
            let present = values.map(|value| value.filter(|value| !value.is_nan()));
            present
                .map(|value| value.map(|value| value.to_string()))
                .collect()
        }
        DataType::Date => {
            let days = series.to_physical_repr();
            let days = days.i32().map_err(words)?.iter();
            let write = |day| dates::write(i64::from(day) * MICROS_PER_DAY)[..10].to_owned();
            days.map(|day| day.map(write)).collect()
        }
        DataType::Datetime(unit, _) => {
            let utc = utc_calendar();
            let instants = datetimes(series, *unit, true, &utc, &mut BadValues::default())?;
            let written = instants.iter().map(|micros| micros.map(dates::write));
            written.collect()
        }
        _ => {
            let cast = series.cast(&DataType::Int64).map_err(words)?;
            let values = cast.i64().map_err(words)?.iter();
            values
                .map(|value| value.map(|value| value.to_string()))
                .collect()
        }
    };
    Ok(cells)
}

/// The calendar for values that already are instants.
fn utc_calendar() -> Calendar {
    Calendar {
        timezone: chrono_tz::UTC,
        week_starts: chrono::Weekday::Mon,
        year_starts: 1,
        history_from: None,
    }
}
