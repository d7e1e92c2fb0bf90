//! Keys are unique (rule S32).
//!
//! Keys that nothing shows are kept as 64-bit hashes. Hashes that differ prove the keys different;
//! equal ones prove nothing, so the caller then reads the keys themselves and asks again.

use std::ops::Range;

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
/// How many hashes are partitioned at once: 256 MB.
const MOST_AT_ONCE: usize = 1 << 25;

/// The hashes of a column of them, in parts.
pub(super) fn hashes(column: &UInt64Chunked) -> Vec<Vec<u64>> {
    let of = |hash: Option<u64>| hash.unwrap_or(MISSING_HASH);
    let chunks = column.downcast_iter();
    chunks
        .map(|chunk| chunk.iter().map(|hash| of(hash.copied())).collect())
        .collect()
}

/// Whether all hashes are there and different. Partitions by the top bits, so that each part fits a
/// cache, and sorts the parts in parallel; of large tables some of the partitions after the others, since there is no room
/// for all hashes twice.
pub(super) fn are_unique(parts: Vec<Vec<u64>>) -> bool {
    let hashes: usize = parts.iter().map(Vec::len).sum();
    let passes = hashes.div_ceil(MOST_AT_ONCE).clamp(1, PARTITIONS);
    let places = PARTITIONS.div_ceil(passes);
    (0..PARTITIONS)
        .step_by(places)
        .all(|first| are_unique_within(&parts, first..(first + places).min(PARTITIONS)))
}

/// Whether the hashes of some partitions are there and different.
fn are_unique_within(parts: &[Vec<u64>], places: Range<usize>) -> bool {
    let stretches = parts.par_iter().flat_map(|part| part.par_chunks(STRETCH));
    let stretches: Vec<Vec<Vec<u64>>> = stretches
        .map(|stretch| partition(stretch, &places))
        .collect();
    !(0..places.len()).into_par_iter().any(|place| {
        cancellation::listen();
        let mut part: Vec<u64> = stretches
            .iter()
            .flat_map(|stretch| stretch[place].iter().copied())
            .collect();
        cancellation::sort_unstable(&mut part);
        part.first() == Some(&MISSING_HASH) || part.windows(2).any(|pair| pair[0] == pair[1])
    })
}

/// The hashes of some partitions, one after the other.
fn partition(hashes: &[u64], places: &Range<usize>) -> Vec<Vec<u64>> {
    cancellation::listen();
    let place = |hash: u64| (hash >> (64 - PARTITION_BITS)) as usize;
    let own = || {
        let hashes = hashes.iter().map(|hash| (place(*hash), *hash));
        hashes.filter(|(place, _)| places.contains(place))
    };
    let mut counts = [0usize; PARTITIONS];
    own().for_each(|(place, _)| counts[place] += 1);
    let counts = &counts[places.clone()];
    let mut parts: Vec<Vec<u64>> = counts
        .iter()
        .map(|count| Vec::with_capacity(*count))
        .collect();
    own().for_each(|(place, hash)| parts[place - places.start].push(hash));
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

#[cfg(test)]
mod tests {
    use super::{PARTITIONS, are_unique, are_unique_within};

    /// Different numbers over the whole range, in two parts.
    fn hashes() -> [Vec<u64>; 2] {
        let spread = |number: u64| number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        [
            (1..5_000).map(spread).collect(),
            (5_000..9_000).map(spread).collect(),
        ]
    }

    #[test]
    fn each_partition_is_looked_at_by_itself() {
        let parts = hashes();
        assert!(are_unique(parts.to_vec()));
        for repeated in parts.iter().flatten().step_by(500) {
            let mut parts = parts.to_vec();
            parts[1].push(*repeated);
            assert!(!are_unique(parts.clone()));
            let own = (repeated >> 56) as usize;
            for place in 0..PARTITIONS {
                assert_eq!(are_unique_within(&parts, place..place + 1), place != own);
            }
        }
    }

    #[test]
    fn a_hash_that_is_missing_is_none() {
        let [mut first, second] = hashes();
        first.push(super::MISSING_HASH);
        assert!(!are_unique(vec![first, second]));
    }
}
