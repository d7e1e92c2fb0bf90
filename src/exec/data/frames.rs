//! Columns of columnar files → typed values.

use polars::prelude::{
    ArrowDataType, ChunkedArray, DataType, PolarsNumericType, Series, StringChunked, TimeUnit,
};

use super::columns::{MISSING_HASH, Meaning, Slot};
use super::convert::{Coder, LARGEST_NUMBER, content, convert_cells, hash_key};
use super::dates::{self, Clock};
use super::dictionary::memo_slot;
use super::faults::Faults;
use super::{MISSING_CODE, MISSING_INSTANT, MISSING_TEXT};
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

/// Fills a slot, as long as the column, with its values.
pub(super) fn convert_series(
    series: &Series,
    meaning: &Meaning,
    calendar: &Calendar,
    slot: &mut Slot<'_>,
) -> Result<Faults, String> {
    let faults = match (series.dtype(), &mut *slot) {
        (DataType::String, _) => convert_strings(text(series)?, meaning, calendar, slot),
        (DataType::Categorical(..) | DataType::Enum(..), _) => {
            convert_categories(series, meaning, calendar, slot)?
        }
        (DataType::Date, Slot::Instants(instants)) => {
            let days = series.to_physical_repr();
            let days = days.i32().map_err(words)?;
            let mut clock = Clock::new(calendar);
            let micros = |day: i32| i64::from(day) * MICROS_PER_DAY;
            fill_instants(days, instants, micros, |local| {
                clock.instant_of_local(local)
            })
        }
        (DataType::Datetime(unit, zone), Slot::Instants(instants)) => {
            convert_datetimes(series, *unit, zone.is_some(), calendar, instants)?
        }
        (held, Slot::Numbers(numbers)) if held.is_primitive_numeric() => {
            convert_numbers(series, numbers)?
        }
        (_, _) => convert_cells(written(series)?.into_iter(), meaning, calendar, slot),
    };
    Ok(faults)
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn text(series: &Series) -> Result<&StringChunked, String> {
    series.str().map_err(words)
}

fn convert_strings(
    texts: &StringChunked,
    meaning: &Meaning,
    calendar: &Calendar,
    slot: &mut Slot<'_>,
) -> Faults {
    match slot {
        Slot::Codes(codes) => {
            let mut coder = Coder::new(meaning);
            fill_by_view(texts, codes, MISSING_CODE, |text| coder.code(text))
        }
        Slot::Texts { codes, interner } => fill_by_view(texts, codes, MISSING_TEXT, |text| {
            Some(interner.intern(text))
        }),
        Slot::Hashes(hashes) => {
            let mut steps = Steps::default();
            for (hash, text) in hashes.iter_mut().zip(texts.iter()) {
                steps.step();
                *hash = text.and_then(content).map_or(MISSING_HASH, hash_key);
            }
            Faults::default()
        }
        Slot::Numbers(_) | Slot::Instants(_) => {
            convert_cells(texts.iter(), meaning, calendar, slot)
        }
    }
}

/// Converts each different text about once. A view is the text itself where it is short; long texts
/// of a dictionary page share one place in memory, so equal views are equal texts.
fn fill_by_view<V: Copy>(
    texts: &StringChunked,
    values: &mut [V],
    missing: V,
    mut convert: impl FnMut(&str) -> Option<V>,
) -> Faults {
    let mut faults = Faults::default();
    let mut steps = Steps::default();
    let mut row = 0;
    for (array, validity) in texts.downcast_iter().zip(texts.iter_validities()) {
        // No view has a length of 2^32 - 1, so this one matches none.
        let mut memo = [(u128::MAX, missing); 256];
        let present = validity.filter(|bitmap| bitmap.unset_bits() > 0);
        for (index, view) in array.views().iter().enumerate() {
            steps.step();
            let value = &mut values[row];
            row += 1;
            if present.is_some_and(|bitmap| !bitmap.get_bit(index)) {
                *value = missing;
                continue;
            }
            let raw = view.as_u128();
            let place = memo_slot(raw);
            if memo[place].0 == raw {
                *value = memo[place].1;
                continue;
            }
            let Some(text) = content(array.value(index)) else {
                *value = missing;
                continue;
            };
            match convert(text) {
                Some(converted) => {
                    *value = converted;
                    memo[place] = (raw, converted);
                }
                None => {
                    *value = missing;
                    faults.add(text, row - 1);
                }
            }
        }
    }
    faults
}

fn convert_categories(
    series: &Series,
    meaning: &Meaning,
    calendar: &Calendar,
    slot: &mut Slot<'_>,
) -> Result<Faults, String> {
    if let Ok(column) = series.cat8() {
        let words = column.get_mapping();
        let codes = column.physical().iter().map(|code| code.map(u32::from));
        return Ok(convert_coded(
            codes,
            |code| words.cat_to_str(code),
            meaning,
            calendar,
            slot,
        ));
    }
    if let Ok(column) = series.cat16() {
        let words = column.get_mapping();
        let codes = column.physical().iter().map(|code| code.map(u32::from));
        return Ok(convert_coded(
            codes,
            |code| words.cat_to_str(code),
            meaning,
            calendar,
            slot,
        ));
    }
    let column = series.cat32().map_err(words)?;
    let words = column.get_mapping();
    let codes = column.physical().iter();
    Ok(convert_coded(
        codes,
        |code| words.cat_to_str(code),
        meaning,
        calendar,
        slot,
    ))
}

/// Converts texts that are already coded; each different one about once.
fn convert_coded<'t>(
    codes: impl Iterator<Item = Option<u32>>,
    text_of: impl Fn(u32) -> Option<&'t str>,
    meaning: &Meaning,
    calendar: &Calendar,
    slot: &mut Slot<'_>,
) -> Faults {
    match slot {
        Slot::Codes(values) => {
            let mut coder = Coder::new(meaning);
            fill_by_code(codes, text_of, values, MISSING_CODE, |text| {
                coder.code(text)
            })
        }
        Slot::Texts {
            codes: values,
            interner,
        } => fill_by_code(codes, text_of, values, MISSING_TEXT, |text| {
            Some(interner.intern(text))
        }),
        Slot::Numbers(_) | Slot::Instants(_) | Slot::Hashes(_) => {
            let texts = codes.map(|code| code.and_then(&text_of));
            convert_cells(texts, meaning, calendar, slot)
        }
    }
}

fn fill_by_code<'t, V: Copy>(
    codes: impl Iterator<Item = Option<u32>>,
    text_of: impl Fn(u32) -> Option<&'t str>,
    values: &mut [V],
    missing: V,
    mut convert: impl FnMut(&str) -> Option<V>,
) -> Faults {
    let mut faults = Faults::default();
    let mut known: Vec<Option<V>> = Vec::new();
    let mut steps = Steps::default();
    for (row, (code, value)) in codes.zip(values).enumerate() {
        steps.step();
        *value = missing;
        let Some(code) = code else { continue };
        if let Some(Some(converted)) = known.get(code as usize) {
            *value = *converted;
            continue;
        }
        let Some(text) = text_of(code).and_then(content) else {
            continue;
        };
        let Some(converted) = convert(text) else {
            faults.add(text, row);
            continue;
        };
        *value = converted;
        if known.len() <= code as usize {
            known.resize(code as usize + 1, None);
        }
        known[code as usize] = Some(converted);
    }
    faults
}

fn convert_datetimes(
    series: &Series,
    unit: TimeUnit,
    has_zone: bool,
    calendar: &Calendar,
    instants: &mut [i64],
) -> Result<Faults, String> {
    let counts = series.to_physical_repr();
    let counts = counts.i64().map_err(words)?;
    let mut clock = Clock::new(calendar);
    let place = |micros: i64| {
        if has_zone {
            micros
        } else {
            clock.instant_of_local(micros)
        }
    };
    // One loop a unit: the choice is not made again for every value.
    Ok(match unit {
        TimeUnit::Nanoseconds => {
            fill_instants(counts, instants, |nanos| nanos.div_euclid(1_000), place)
        }
        TimeUnit::Microseconds => fill_instants(counts, instants, |micros| micros, place),
        TimeUnit::Milliseconds => fill_instants(
            counts,
            instants,
            |millis| millis.saturating_mul(1_000),
            place,
        ),
    })
}

/// Fills in instants from counts of a unit: first to microseconds, then to the instant.
fn fill_instants<T>(
    counts: &ChunkedArray<T>,
    instants: &mut [i64],
    micros: impl Fn(T::Native) -> i64,
    mut convert: impl FnMut(i64) -> i64,
) -> Faults
where
    T: PolarsNumericType,
{
    let mut faults = Faults::default();
    let mut steps = Steps::default();
    let mut row = 0;
    for (array, validity) in counts.downcast_iter().zip(counts.iter_validities()) {
        let present = validity.filter(|bitmap| bitmap.unset_bits() > 0);
        for (index, count) in array.values().iter().enumerate() {
            steps.step();
            let micros = micros(*count);
            let is_missing = present.is_some_and(|bitmap| !bitmap.get_bit(index));
            instants[row] = if is_missing {
                MISSING_INSTANT
            } else if dates::is_in_range(micros) {
                convert(micros)
            } else {
                faults.add(&dates::write(micros), row);
                MISSING_INSTANT
            };
            row += 1;
        }
    }
    faults
}

/// NaN counts as missing: that is how data frames of other tools write it.
fn convert_numbers(series: &Series, numbers: &mut [f64]) -> Result<Faults, String> {
    let mut faults = Faults::default();
    let cast = series.cast(&DataType::Float64).map_err(words)?;
    let values = cast.f64().map_err(words)?.iter();
    for (row, (value, number)) in values.zip(numbers).enumerate() {
        *number = value.unwrap_or(f64::NAN);
        if number.abs() > LARGEST_NUMBER {
            faults.add(&number.to_string(), row);
            *number = f64::NAN;
        }
    }
    Ok(faults)
}

/// Values as a CSV file would have them.
pub(super) fn written(series: &Series) -> Result<Vec<Option<String>>, String> {
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
            let mut instants = vec![0; series.len()];
            let utc = utc_calendar();
            convert_datetimes(series, *unit, true, &utc, &mut instants)?;
            let write = |micros: i64| (micros != MISSING_INSTANT).then(|| dates::write(micros));
            instants.into_iter().map(write).collect()
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
