//! Keys are unique (rule S32).
//!
//! Keys that nothing shows are kept as 64-bit hashes. Hashes that differ prove the keys different;
//! equal ones prove nothing, so the caller then reads the keys themselves and asks again.

use polars::prelude::{DataType, Series, StringChunked, UInt64Chunked};
use rayon::prelude::*;

use super::convert::{MISSING_HASH, hash_key};
use super::dates;
use super::report::{NAMED, Origin, and_list, shortened};
use crate::base::cancellation::{self, Steps};
use crate::base::diagnostic::{Diagnostic, Problems};

const PARTITION_BITS: u32 = 8;
const PARTITIONS: usize = 1 << PARTITION_BITS;
const STRETCH: usize = 1 << 20;

/// The hashes of a column of them, in parts.
pub(super) fn hashes(column: &UInt64Chunked) -> Vec<Vec<u64>> {
    let of = |hash: Option<u64>| hash.unwrap_or(MISSING_HASH);
    let chunks = column.downcast_iter();
    chunks
        .map(|chunk| chunk.iter().map(|hash| of(hash.copied())).collect())
        .collect()
}

/// Whether all hashes are there and different. Partitions by the top bits, so that each part fits a
/// cache, and sorts the parts in parallel. A part is given up as soon as it is partitioned: of large tables there is no room
/// for all hashes twice.
pub(super) fn are_unique(parts: Vec<Vec<u64>>) -> bool {
    let stretches = parts.into_par_iter().flat_map_iter(|part| {
        let stretches: Vec<_> = part.chunks(STRETCH).map(partition).collect();
        stretches
    });
    let stretches: Vec<Vec<Vec<u64>>> = stretches.collect();
    !(0..PARTITIONS).into_par_iter().any(|place| {
        cancellation::listen();
        let mut part: Vec<u64> = stretches
            .iter()
            .flat_map(|stretch| stretch[place].iter().copied())
            .collect();
        cancellation::sort_unstable(&mut part);
        part.first() == Some(&MISSING_HASH) || part.windows(2).any(|pair| pair[0] == pair[1])
    })
}

fn partition(hashes: &[u64]) -> Vec<Vec<u64>> {
    cancellation::listen();
    let mut counts = [0usize; PARTITIONS];
    let place = |hash: u64| (hash >> (64 - PARTITION_BITS)) as usize;
    hashes.iter().for_each(|hash| counts[place(*hash)] += 1);
    let mut parts: Vec<Vec<u64>> = counts
        .iter()
        .map(|count| Vec::with_capacity(*count))
        .collect();
    hashes
        .iter()
        .for_each(|hash| parts[place(*hash)].push(*hash));
    parts
}

/// The texts of a key's column, whatever its type.
pub(super) fn as_texts(column: &Series) -> StringChunked {
    fn all<T>(
        values: impl Iterator<Item = Option<T>>,
        write: impl Fn(T) -> String,
    ) -> StringChunked {
        let mut steps = Steps::default();
        values
            .map(|value| {
                steps.step();
                value.map(&write)
            })
            .collect()
    }
    let wrong = "columns are of the type of their meaning";
    match column.dtype() {
        DataType::String => column.str().expect(wrong).clone(),
        DataType::Boolean => all(column.bool().expect(wrong).iter(), |yes| {
            u8::from(yes).to_string()
        }),
        DataType::UInt8 => all(column.u8().expect(wrong).iter(), |code| code.to_string()),
        DataType::Float64 => all(column.f64().expect(wrong).iter(), |number| {
            number.to_string()
        }),
        DataType::Int64 => all(column.i64().expect(wrong).iter(), dates::write),
        _ => unreachable!("joined and doubtful keys are read as texts"),
    }
}

/// Reports missing and repeated keys.
pub(super) fn check(
    origin: &Origin,
    table: &str,
    key: &str,
    texts: &StringChunked,
    problems: &mut Problems,
) {
    let mut steps = Steps::default();
    let hashes = texts.iter().map(|text| {
        steps.step();
        text.map_or(MISSING_HASH, hash_key)
    });
    if are_unique(vec![hashes.collect()]) {
        return;
    }
    if let Some(first) = texts.iter().position(|text| text.is_none()) {
        problems.push(missing_keys(origin, table, key, first, texts.null_count()));
    }
    let repeated = repeated_rows(texts);
    if !repeated.is_empty() {
        problems.push(repeated_keys(origin, table, key, &repeated));
    }
}

fn missing_keys(origin: &Origin, table: &str, key: &str, first: usize, count: usize) -> Diagnostic {
    let name = origin.name();
    let place = origin.row(first);
    let message = match count {
        1 => format!("{name}: {place} has no `{key}`, the key of {table}"),
        _ => format!("{name}: {count} rows have no `{key}`, the key of {table} (first: {place})"),
    };
    origin.error("D302", first, message)
}

/// Texts that occur more than once with their rows, in the order of first rows.
fn repeated_rows(texts: &StringChunked) -> Vec<(&str, Vec<usize>)> {
    let rows = texts.iter().enumerate();
    let mut rows: Vec<(&str, usize)> = rows
        .filter_map(|(row, text)| text.map(|text| (text, row)))
        .collect();
    rows.par_sort_by(cancellation::listening(
        |left: &(&str, usize), right: &(&str, usize)| left.cmp(right),
    ));
    let same = rows.chunk_by(|left, right| left.0 == right.0);
    let mut repeated: Vec<(&str, Vec<usize>)> = same
        .filter(|same| same.len() > 1)
        .map(|same| (same[0].0, same.iter().map(|(_, row)| *row).collect()))
        .collect();
    repeated.sort_unstable_by_key(|(_, rows)| rows[0]);
    repeated
}

fn repeated_keys(
    origin: &Origin,
    table: &str,
    key: &str,
    repeated: &[(&str, Vec<usize>)],
) -> Diagnostic {
    let named = repeated
        .iter()
        .take(NAMED)
        .map(|(text, rows)| format!("`{}` ({})", shortened(text), places(origin, rows)));
    let mut named: Vec<String> = named.collect();
    if repeated.len() > NAMED {
        named.push(format!("and {} more", repeated.len() - NAMED));
    }
    let how_many = match repeated.len() {
        1 => "1 value occurs".to_owned(),
        count => format!("{count} values occur"),
    };
    let message = format!(
        "{}: `{key}` is the key of {table}, and {how_many} more than once: {}",
        origin.name(),
        named.join(", ")
    );
    origin.error("D301", repeated[0].1[1], message)
}

fn places(origin: &Origin, rows: &[usize]) -> String {
    let mut named: Vec<String> = rows
        .iter()
        .take(NAMED)
        .map(|row| origin.row(*row))
        .collect();
    if rows.len() > NAMED {
        named.push(format!("{} more", rows.len() - NAMED));
    }
    and_list(&named)
}
