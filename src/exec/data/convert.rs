//! Text cells → typed values: the rules that every format shares.
//!
//! Blanks around a cell do not count and an empty cell is missing. Nothing else is: `NULL` is a
//! text of four letters.

use std::collections::HashMap;

use polars::prelude::{
    BooleanChunked, ChunkFullNull, ChunkTake, Float64Chunked, IdxCa, IdxSize, Int64Chunked,
    IntoSeries, PlSmallStr, Series, StringChunked, UInt8Chunked, UInt64Chunked,
};

use super::bad_values::BadValues;
use super::columns::{ColumnRequest, Meaning, TypedColumn};
use super::dates::{self, Clock};
use super::dialect::written_number;
use super::hash::{BuildTextHasher, hash_bytes};
use super::report::place_of;
use crate::base::cancellation::Steps;
use crate::base::types::{FieldType, Scale};
use crate::lang::model::{Calendar, Definitions};

/// The hash of a key that is missing.
pub(super) const MISSING_HASH: u64 = 0;

/// Converts the cells of a column, one for each row.
pub(super) fn convert_cells<'t>(
    cells: impl Iterator<Item = Option<&'t str>>,
    wanted: &ColumnRequest,
    calendar: &Calendar,
) -> TypedColumn {
    typed(
        cells,
        wanted.name.as_str().into(),
        &wanted.meaning,
        calendar,
    )
}

/// The same under another name.
pub(super) fn typed<'t>(
    cells: impl Iterator<Item = Option<&'t str>>,
    name: PlSmallStr,
    meaning: &Meaning,
    calendar: &Calendar,
) -> TypedColumn {
    let mut bad = BadValues::default();
    let mut steps = Steps::default();
    let contents = cells.map(|cell| {
        steps.step();
        cell.and_then(content)
    });
    let mut series: Series = match meaning {
        Meaning::Text => shared_texts(contents).into_series(),
        Meaning::Hash => {
            let hashes = contents.map(|text| text.map(hash_key));
            hashes.collect::<UInt64Chunked>().into_series()
        }
        Meaning::YesNo => {
            let answers = checked(contents, &mut bad, parse_yes_no);
            answers.collect::<BooleanChunked>().into_series()
        }
        Meaning::Scale(scale) => {
            let mut known: HashMap<String, Option<u8>, BuildTextHasher> = HashMap::default();
            let code = |text: &str| match known.get(text) {
                Some(code) => *code,
                None => *known.entry(text.to_owned()).or_insert(scale.code(text)),
            };
            let codes = checked(contents, &mut bad, code);
            codes.collect::<UInt8Chunked>().into_series()
        }
        Meaning::Number => {
            let numbers = checked(contents, &mut bad, parse_number);
            numbers.collect::<Float64Chunked>().into_series()
        }
        Meaning::Date => {
            let mut clock = Clock::new(calendar);
            let instant = |text: &str| Some(clock.instant(dates::parse(text.as_bytes())?));
            let instants = checked(contents, &mut bad, instant).map(Option::flatten);
            instants.collect::<Int64Chunked>().into_series()
        }
    };
    series.rename(name);
    TypedColumn { series, bad }
}

/// Converts what is there; what does not convert is missing, and told.
fn checked<'t, V>(
    contents: impl Iterator<Item = Option<&'t str>>,
    bad: &mut BadValues,
    mut convert: impl FnMut(&str) -> Option<V>,
) -> impl Iterator<Item = Option<V>> {
    contents.enumerate().map(move |(row, content)| {
        let text = content?;
        let value = convert(text);
        if value.is_none() {
            bad.add(text, row);
        }
        value
    })
}

/// Texts of which equal ones share their place in memory.
fn shared_texts<'t>(contents: impl Iterator<Item = Option<&'t str>>) -> StringChunked {
    let mut places: HashMap<&str, IdxSize, BuildTextHasher> = HashMap::default();
    let mut distinct: Vec<&str> = Vec::new();
    let rows = contents.map(|content| {
        let text = content?;
        Some(*places.entry(text).or_insert_with(|| {
            distinct.push(text);
            distinct.len() as IdxSize - 1
        }))
    });
    let rows: IdxCa = rows.collect();
    if distinct.is_empty() {
        return StringChunked::full_null(PlSmallStr::EMPTY, rows.len());
    }
    let distinct: StringChunked = distinct.into_iter().map(Some).collect();
    distinct.take(&rows).expect("every row has its text")
}

/// What a cell holds, without blanks around it; `None` if nothing.
#[inline]
pub(super) fn content(cell: &str) -> Option<&str> {
    let bytes = cell.as_bytes();
    let trimmed = match (bytes.first(), bytes.last()) {
        (Some(first), Some(last)) if *first > b' ' && *last > b' ' => cell,
        (Some(_), Some(_)) => cell.trim_matches(|letter: char| letter.is_ascii_whitespace()),
        (None, _) | (_, None) => return None,
    };
    (!trimmed.is_empty()).then_some(trimmed)
}

/// The hash of a key; never that of a missing one.
#[inline]
pub(super) fn hash_key(text: &str) -> u64 {
    hash_bytes(text.as_bytes()).max(MISSING_HASH + 1)
}

pub(super) fn parse_yes_no(text: &str) -> Option<bool> {
    const YES: [&str; 3] = ["yes", "true", "1"];
    const NO: [&str; 3] = ["no", "false", "0"];
    let is_one_of = |words: [&str; 3]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    match is_one_of(YES) {
        true => Some(true),
        false => is_one_of(NO).then_some(false),
    }
}

/// Numbers above this are refused: sums of as many as there can be rows have to fit 128 bits.
pub const LARGEST_NUMBER: f64 = 1e12;

fn parse_number(text: &str) -> Option<f64> {
    written_number(text).filter(|number| number.abs() <= LARGEST_NUMBER)
}

/// Whether a cell of a table file may hold a text, for a column of this type.
pub fn is_loadable(field_type: &FieldType, cell: &str) -> bool {
    content(cell).is_none_or(|text| match field_type {
        FieldType::Text => true,
        FieldType::YesNo => parse_yes_no(text).is_some(),
        FieldType::Number => parse_number(text).is_some(),
        FieldType::Date => dates::parse(text.as_bytes()).is_some(),
        FieldType::Scale(scale) => scale.code(text).is_some(),
    })
}

/// The help under values that do not convert: what to write instead.
pub(super) fn advice(definitions: &Definitions, meaning: &Meaning, example: &str) -> Vec<String> {
    match meaning {
        Meaning::Text | Meaning::Hash => Vec::new(),
        Meaning::YesNo => vec!["yes/no values are yes, no, true, false, 1 or 0".to_owned()],
        Meaning::Number => {
            vec![
                "numbers are written 1234.5, without separators of thousands, up to a million millions"
                    .to_owned(),
            ]
        }
        Meaning::Date => vec![
            "dates are written 2026-03-31, 2026-03-31T10:00:00Z or 2026-03-31T10:00:00+02:00, \
             with years from 1678 to 2262"
                .to_owned(),
        ],
        Meaning::Scale(scale) => scale_advice(definitions, scale, example),
    }
}

fn scale_advice(definitions: &Definitions, scale: &Scale, example: &str) -> Vec<String> {
    let target = scale.values.last().map_or("", String::as_str);
    vec![
        format!(
            "the scale is: {scale}{}",
            place_of(definitions, "scale", &scale.name)
        ),
        format!("other spellings are mapped under the scale: map \"{example}\" to {target}"),
    ]
}
