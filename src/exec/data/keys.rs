//! Keys are unique (rule S32).
//!
//! Keys that nothing shows are kept as 64-bit hashes. Hashes that differ prove the keys different;
//! equal ones prove nothing, so the caller then reads the keys themselves and asks again.

use std::borrow::Cow;

use rayon::prelude::*;

use super::MISSING_TEXT;
use super::columns::{Column, MISSING_HASH, Values};
use super::dictionary::{Interner, Part, Words, merge};
use super::report::{NAMED, Origin, and_list, shortened};
use crate::base::cancellation::{self, Steps};
use crate::base::diagnostic::{Diagnostic, Problems};

/// What a look at the hashes alone tells.
pub(super) enum Verdict {
    Unique,
    /// Some are missing or equal: the keys themselves have to be looked at.
    Doubtful,
}

const PARTITION_BITS: u32 = 8;
const PARTITIONS: usize = 1 << PARTITION_BITS;
const STRETCH: usize = 1 << 20;

/// Whether all hashes are there and different. Partitions by the top bits, so that each part fits a
/// cache, and sorts the parts in parallel.
pub(super) fn judge_hashes(hashes: &[u64]) -> Verdict {
    judge_partitions(hashes.par_chunks(STRETCH).map(partition).collect())
}

/// The same for hashes that come in parts and are needed no more.
pub(super) fn judge_parts(parts: Vec<Vec<u64>>) -> Verdict {
    let stretches = parts.into_par_iter().with_max_len(1);
    judge_partitions(stretches.map(|part| partition(&part)).collect())
}

fn judge_partitions(stretches: Vec<Vec<Vec<u64>>>) -> Verdict {
    let doubtful = (0..PARTITIONS).into_par_iter().any(|place| {
        cancellation::listen();
        let mut part: Vec<u64> = stretches
            .iter()
            .flat_map(|stretch| stretch[place].iter().copied())
            .collect();
        cancellation::sort_unstable(&mut part);
        part.first() == Some(&MISSING_HASH) || part.windows(2).any(|pair| pair[0] == pair[1])
    });
    if doubtful {
        Verdict::Doubtful
    } else {
        Verdict::Unique
    }
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

/// The texts of a key's column, whatever its type: codes and their sorted dictionary.
pub(super) fn as_texts(column: &Column) -> (Cow<'_, [u32]>, Cow<'_, Words>) {
    let mut interner = Interner::new();
    let mut steps = Steps::default();
    let mut number = |missing: bool, text: &dyn Fn() -> String| {
        steps.step();
        if missing {
            MISSING_TEXT
        } else {
            interner.intern(&text())
        }
    };
    let mut codes: Vec<u32> = match &column.values {
        Values::Texts(codes) => return (Cow::Borrowed(codes), Cow::Borrowed(&column.words)),
        Values::Codes(codes) => {
            let write = |code: &u8| number(*code == super::MISSING_CODE, &|| code.to_string());
            codes.iter().map(write).collect()
        }
        Values::Numbers(numbers) => {
            let write = |value: &f64| number(value.is_nan(), &|| value.to_string());
            numbers.iter().map(write).collect()
        }
        Values::Instants(instants) => {
            let is_missing = |instant: i64| instant == super::MISSING_INSTANT;
            let write =
                |instant: &i64| number(is_missing(*instant), &|| super::dates::write(*instant));
            instants.iter().map(write).collect()
        }
        Values::Hashes(_) => unreachable!("joined and doubtful keys are read as texts"),
    };
    let part = Part {
        rows: 0..codes.len(),
        words: interner.into_words(),
    };
    let words = merge(vec![part], &mut codes);
    (Cow::Owned(codes), Cow::Owned(words))
}

/// Reports missing and repeated keys.
pub(super) fn check(
    origin: &Origin,
    table: &str,
    key: &str,
    codes: &[u32],
    words: &Words,
    problems: &mut Problems,
) {
    let is_missing = |code: &u32| *code == MISSING_TEXT;
    let missing = codes.iter().filter(|code| is_missing(code)).count();
    if let Some(first) = codes.iter().position(is_missing) {
        problems.push(missing_keys(origin, table, key, first, missing));
    }
    if words.len() + missing == codes.len() {
        return;
    }
    let repeated = repeated_rows(codes, words.len());
    problems.push(repeated_keys(origin, table, key, words, codes, &repeated));
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

/// The rows of each code that has more than one, in the order of first rows.
fn repeated_rows(codes: &[u32], words: usize) -> Vec<Vec<usize>> {
    let mut times = vec![0u8; words];
    let mut steps = Steps::default();
    for code in codes.iter().filter(|code| **code != MISSING_TEXT) {
        steps.step();
        let times = &mut times[*code as usize];
        *times = times.saturating_add(1);
    }
    let mut place = vec![usize::MAX; words];
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut steps = Steps::default();
    for (row, code) in codes.iter().enumerate() {
        steps.step();
        let is_repeated = *code != MISSING_TEXT && times[*code as usize] > 1;
        if !is_repeated {
            continue;
        }
        let place = &mut place[*code as usize];
        if *place == usize::MAX {
            *place = groups.len();
            groups.push(Vec::new());
        }
        groups[*place].push(row);
    }
    groups
}

fn repeated_keys(
    origin: &Origin,
    table: &str,
    key: &str,
    words: &Words,
    codes: &[u32],
    repeated: &[Vec<usize>],
) -> Diagnostic {
    let named = repeated.iter().take(NAMED).map(|rows| {
        let value = shortened(words.get(codes[rows[0]] as usize));
        format!("`{value}` ({})", places(origin, rows))
    });
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
    origin.error("D301", repeated[0][1], message)
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
