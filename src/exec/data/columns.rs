//! Typed values while they are being read: what a column is read as, and the memory it is read into.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::dictionary::{Interner, Part, Words, merge};
use super::faults::Faults;
use super::{ColumnData, MISSING_CODE, MISSING_INSTANT, MISSING_TEXT};
use crate::base::types::{FieldType, Scale};

/// The hash of a key that is missing.
pub(super) const MISSING_HASH: u64 = 0;

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
}

/// A column to read.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// Index into the table's columns.
    pub column: usize,
    pub name: String,
    pub meaning: Meaning,
}

/// The memory of one column. Texts are codes of dictionaries kept beside it.
#[derive(Debug)]
pub(super) enum Values {
    Codes(Vec<u8>),
    Texts(Vec<u32>),
    Numbers(Vec<f64>),
    Instants(Vec<i64>),
    Hashes(Vec<u64>),
}

impl Values {
    /// Room for some rows. Zeroed memory costs nothing until it is written.
    pub(super) fn zeroed(meaning: &Meaning, rows: usize) -> Self {
        match meaning {
            Meaning::Text => Values::Texts(vec![0; rows]),
            Meaning::YesNo | Meaning::Scale(_) => Values::Codes(vec![0; rows]),
            Meaning::Number => Values::Numbers(vec![0.0; rows]),
            Meaning::Date => Values::Instants(vec![0; rows]),
            Meaning::Hash => Values::Hashes(vec![0; rows]),
        }
    }

    /// A column without any value.
    pub(super) fn missing(meaning: &Meaning, rows: usize) -> Self {
        match meaning {
            Meaning::Text => Values::Texts(vec![MISSING_TEXT; rows]),
            Meaning::YesNo | Meaning::Scale(_) => Values::Codes(vec![MISSING_CODE; rows]),
            Meaning::Number => Values::Numbers(vec![f64::NAN; rows]),
            Meaning::Date => Values::Instants(vec![MISSING_INSTANT; rows]),
            Meaning::Hash => Values::Hashes(vec![MISSING_HASH; rows]),
        }
    }

    /// The memory cut into consecutive stretches that can be filled at the same time.
    pub(super) fn slots(&mut self, lengths: &[usize]) -> Vec<Slot<'_>> {
        match self {
            Values::Codes(values) => cut(values, lengths, Slot::Codes),
            Values::Texts(values) => cut(values, lengths, |codes| Slot::Texts {
                codes,
                interner: Interner::new(),
            }),
            Values::Numbers(values) => cut(values, lengths, Slot::Numbers),
            Values::Instants(values) => cut(values, lengths, Slot::Instants),
            Values::Hashes(values) => cut(values, lengths, Slot::Hashes),
        }
    }

    fn append(&mut self, other: Values) {
        match (self, other) {
            (Values::Codes(all), Values::Codes(more)) => all.extend(more),
            (Values::Texts(all), Values::Texts(more)) => all.extend(more),
            (Values::Numbers(all), Values::Numbers(more)) => all.extend(more),
            (Values::Instants(all), Values::Instants(more)) => all.extend(more),
            (Values::Hashes(all), Values::Hashes(more)) => all.extend(more),
            (
                Values::Codes(_)
                | Values::Texts(_)
                | Values::Numbers(_)
                | Values::Instants(_)
                | Values::Hashes(_),
                _,
            ) => unreachable!("chunks of one column are of one kind"),
        }
    }

    fn reserve(&mut self, rows: usize) {
        match self {
            Values::Codes(values) => values.reserve_exact(rows),
            Values::Texts(values) => values.reserve_exact(rows),
            Values::Numbers(values) => values.reserve_exact(rows),
            Values::Instants(values) => values.reserve_exact(rows),
            Values::Hashes(values) => values.reserve_exact(rows),
        }
    }
}

fn cut<'a, T>(
    values: &'a mut [T],
    lengths: &[usize],
    slot: impl Fn(&'a mut [T]) -> Slot<'a>,
) -> Vec<Slot<'a>> {
    let mut rest = values;
    let mut slots = Vec::with_capacity(lengths.len());
    for length in lengths {
        let (own, after) = rest.split_at_mut(*length);
        slots.push(slot(own));
        rest = after;
    }
    slots
}

/// A stretch of a column to fill.
pub(super) enum Slot<'a> {
    Codes(&'a mut [u8]),
    Texts {
        codes: &'a mut [u32],
        interner: Interner,
    },
    Numbers(&'a mut [f64]),
    Instants(&'a mut [i64]),
    Hashes(&'a mut [u64]),
}

impl Slot<'_> {
    /// The dictionary that the codes written here mean; empty for other kinds.
    pub(super) fn into_words(self) -> Words {
        match self {
            Slot::Texts { interner, .. } => interner.into_words(),
            Slot::Codes(_) | Slot::Numbers(_) | Slot::Instants(_) | Slot::Hashes(_) => {
                Words::default()
            }
        }
    }
}

/// Some rows of one column, from formats whose length is known only at the end.
pub(super) struct Chunk {
    pub values: Values,
    pub words: Words,
    pub faults: Faults,
}

/// A column read whole.
pub(super) struct Column {
    pub values: Values,
    /// Sorted, without repeats; empty unless the values are texts.
    pub words: Words,
    pub faults: Faults,
}

impl Column {
    /// Values whose texts are still codes of the parts' dictionaries.
    pub(super) fn from_parts(mut values: Values, parts: Vec<Part>, faults: Faults) -> Self {
        let words = match &mut values {
            Values::Texts(codes) => merge(parts, codes),
            Values::Codes(_) | Values::Numbers(_) | Values::Instants(_) | Values::Hashes(_) => {
                Words::default()
            }
        };
        Column {
            values,
            words,
            faults,
        }
    }

    /// A column that the file lacks.
    pub(super) fn missing(meaning: &Meaning, rows: usize) -> Self {
        Column {
            values: Values::missing(meaning, rows),
            words: Words::default(),
            faults: Faults::default(),
        }
    }

    /// As the engine keeps it; `None` for hashes, which it never asks for.
    pub(super) fn into_data(self) -> Option<ColumnData> {
        match self.values {
            Values::Codes(values) => Some(ColumnData::Codes(values)),
            Values::Texts(codes) => Some(ColumnData::Texts {
                codes,
                dictionary: Arc::new(self.words.to_strings()),
            }),
            Values::Numbers(values) => Some(ColumnData::Numbers(values)),
            Values::Instants(values) => Some(ColumnData::Instants(values)),
            Values::Hashes(_) => None,
        }
    }
}

/// Joins chunks, given in the order of rows, to whole columns; `chunks[i]` holds one for each of
/// `meanings`.
pub(super) fn join(meanings: &[Meaning], chunks: Vec<(usize, Vec<Chunk>)>) -> Vec<Column> {
    let lengths: Vec<usize> = chunks.iter().map(|(rows, _)| *rows).collect();
    let mut by_column: Vec<Vec<Chunk>> = meanings.iter().map(|_| Vec::new()).collect();
    for (_, columns) in chunks {
        for (all, chunk) in by_column.iter_mut().zip(columns) {
            all.push(chunk);
        }
    }
    meanings
        .par_iter()
        .zip(by_column)
        .map(|(meaning, chunks)| join_column(meaning, &lengths, chunks))
        .collect()
}

fn join_column(meaning: &Meaning, lengths: &[usize], chunks: Vec<Chunk>) -> Column {
    let mut values = Values::zeroed(meaning, 0);
    values.reserve(lengths.iter().sum());
    let mut parts = Vec::with_capacity(chunks.len());
    let mut faults = Faults::default();
    for (rows, chunk) in ranges(lengths).into_iter().zip(chunks) {
        faults.append(chunk.faults, rows.start);
        values.append(chunk.values);
        parts.push(Part {
            rows,
            words: chunk.words,
        });
    }
    Column::from_parts(values, parts, faults)
}

/// Consecutive ranges of these lengths, from 0.
pub(super) fn ranges(lengths: &[usize]) -> Vec<Range<usize>> {
    let mut start = 0;
    lengths
        .iter()
        .map(|length| {
            let range = start..start + length;
            start = range.end;
            range
        })
        .collect()
}
