//! Text cells → typed values: the rules that every format shares.
//!
//! Blanks around a cell do not count and an empty cell is missing. Nothing else is: `NULL` is a
//! text of four letters.

use super::columns::{MISSING_HASH, Meaning, Slot};
use super::dates::{self, Clock};
use super::dictionary::Interner;
use super::faults::Faults;
use super::hash::hash_bytes;
use super::report::place_of;
use super::{MISSING_CODE, MISSING_INSTANT, MISSING_TEXT};
use crate::base::cancellation::Steps;
use crate::base::types::Scale;
use crate::lang::model::{Calendar, Definitions};

/// Fills a slot from the cells of a column, one for each row of it, and returns those that do not
/// convert; they read as missing.
pub(super) fn convert_cells<T: AsRef<str>>(
    cells: impl Iterator<Item = Option<T>>,
    meaning: &Meaning,
    calendar: &Calendar,
    slot: &mut Slot<'_>,
) -> Faults {
    let mut steps = Steps::default();
    let cells = cells.inspect(|_| steps.step());
    match slot {
        Slot::Codes(codes) => fill_codes(cells, meaning, codes),
        Slot::Texts { codes, interner } => fill_texts(cells, codes, interner),
        Slot::Numbers(numbers) => fill(cells, numbers, f64::NAN, parse_number),
        Slot::Instants(instants) => {
            let mut clock = Clock::new(calendar);
            fill(cells, instants, MISSING_INSTANT, |text| {
                dates::parse(text.as_bytes()).map(|written| clock.instant(written))
            })
        }
        Slot::Hashes(hashes) => fill(cells, hashes, MISSING_HASH, |text| Some(hash_key(text))),
    }
}

fn fill<T: AsRef<str>, V: Copy>(
    cells: impl Iterator<Item = Option<T>>,
    values: &mut [V],
    missing: V,
    mut convert: impl FnMut(&str) -> Option<V>,
) -> Faults {
    let mut faults = Faults::default();
    for (row, (cell, value)) in cells.zip(values.iter_mut()).enumerate() {
        let Some(text) = cell.as_ref().and_then(|cell| content(cell.as_ref())) else {
            *value = missing;
            continue;
        };
        *value = convert(text).unwrap_or_else(|| {
            faults.add(text, row);
            missing
        });
    }
    faults
}

fn fill_texts<T: AsRef<str>>(
    cells: impl Iterator<Item = Option<T>>,
    codes: &mut [u32],
    interner: &mut Interner,
) -> Faults {
    fill(cells, codes, MISSING_TEXT, |text| {
        Some(interner.intern(text))
    })
}

fn fill_codes<T: AsRef<str>>(
    cells: impl Iterator<Item = Option<T>>,
    meaning: &Meaning,
    codes: &mut [u8],
) -> Faults {
    let mut coder = Coder::new(meaning);
    fill(cells, codes, MISSING_CODE, |text| coder.code(text))
}

/// Codes of scale and yes/no values; each different text is looked up once.
pub(super) struct Coder<'a> {
    meaning: &'a Meaning,
    interner: Interner,
    /// By the interner's number.
    codes: Vec<Option<u8>>,
}

impl<'a> Coder<'a> {
    pub(super) fn new(meaning: &'a Meaning) -> Self {
        Coder {
            meaning,
            interner: Interner::new(),
            codes: Vec::new(),
        }
    }

    /// The code of a cell's content, `None` if it is none of the allowed ones.
    #[inline]
    pub(super) fn code(&mut self, text: &str) -> Option<u8> {
        let number = self.interner.intern(text) as usize;
        if number == self.codes.len() {
            self.codes.push(code_of(self.meaning, text));
        }
        self.codes[number]
    }
}

fn code_of(meaning: &Meaning, text: &str) -> Option<u8> {
    match meaning {
        Meaning::Scale(scale) => scale.code(text),
        Meaning::YesNo => parse_yes_no(text),
        Meaning::Text | Meaning::Number | Meaning::Date | Meaning::Hash => None,
    }
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

fn parse_yes_no(text: &str) -> Option<u8> {
    const YES: [&str; 3] = ["yes", "true", "1"];
    const NO: [&str; 3] = ["no", "false", "0"];
    let is_one_of = |words: [&str; 3]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is_one_of(YES) {
        Some(1)
    } else {
        is_one_of(NO).then_some(0)
    }
}

/// Numbers above this are refused: sums of as many as there can be rows have to fit 128 bits.
pub(super) const LARGEST_NUMBER: f64 = 1e12;

/// A decimal number. Rust would also read `inf` and `nan`, so letters other than the
/// exponent's are refused first.
fn parse_number(text: &str) -> Option<f64> {
    let plain = text
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
    let number: f64 = plain.then(|| text.parse().ok()).flatten()?;
    (number.abs() <= LARGEST_NUMBER).then_some(number)
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
