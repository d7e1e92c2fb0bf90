//! Texts as small numbers: a dictionary a batch while reading, one sorted dictionary a column after.

use std::collections::HashMap;
use std::ops::Range;

use rayon::prelude::*;

use super::MISSING_TEXT;
use super::hash::{BuildTextHasher, hash_bytes};
use crate::base::cancellation::{self, Steps};

/// Distinct texts in one buffer; the number of a text is its place.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    bytes: String,
    /// Where each text ends.
    ends: Vec<usize>,
}

impl Words {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..self.ends[index]]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }

    fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
    }

    /// The texts as the engine keeps them.
    pub(super) fn to_strings(&self) -> Vec<String> {
        let mut steps = Steps::default();
        let own = |text: &str| {
            steps.step();
            text.to_owned()
        };
        self.iter().map(own).collect()
    }
}

const MEMO_SLOTS: usize = 256;
const EMPTY: u32 = u32::MAX;

/// Numbers texts in the order they are first seen.
///
/// Short texts that come again and again are found in a memo of 256 places without hashing; the
/// rest in an open-addressed table.
pub(super) struct Interner {
    words: Words,
    /// Numbers of words by hash; a power of two long, at most half full.
    table: Vec<u32>,
    /// The upper half of each word's hash, to compare before the text.
    tags: Vec<u32>,
    memo: Vec<(u128, u32)>,
}

impl Interner {
    pub(super) fn new() -> Self {
        Interner {
            words: Words::default(),
            table: vec![EMPTY; 64],
            tags: Vec::new(),
            memo: vec![(u128::MAX, 0); MEMO_SLOTS],
        }
    }

    pub(super) fn into_words(self) -> Words {
        self.words
    }

    /// The number of a text.
    #[inline]
    pub(super) fn intern(&mut self, text: &str) -> u32 {
        let Some(packed) = pack(text.as_bytes()) else {
            return self.look_up(text);
        };
        let slot = memo_slot(packed);
        let (known, code) = self.memo[slot];
        if known == packed {
            return code;
        }
        let code = self.look_up(text);
        self.memo[slot] = (packed, code);
        code
    }

    fn look_up(&mut self, text: &str) -> u32 {
        let hash = hash_bytes(text.as_bytes());
        let (mask, tag) = (self.table.len() - 1, (hash >> 32) as u32);
        let mut slot = hash as usize & mask;
        loop {
            let code = self.table[slot];
            if code == EMPTY {
                return self.insert(text, tag, hash);
            }
            if self.tags[code as usize] == tag && self.words.get(code as usize) == text {
                return code;
            }
            slot = (slot + 1) & mask;
        }
    }

    fn insert(&mut self, text: &str, tag: u32, hash: u64) -> u32 {
        let code = self.words.len() as u32;
        self.words.push(text);
        self.tags.push(tag);
        if self.words.len() * 2 > self.table.len() {
            self.grow();
        } else {
            self.place(hash, code);
        }
        code
    }

    fn place(&mut self, hash: u64, code: u32) {
        let mask = self.table.len() - 1;
        let mut slot = hash as usize & mask;
        while self.table[slot] != EMPTY {
            slot = (slot + 1) & mask;
        }
        self.table[slot] = code;
    }

    fn grow(&mut self) {
        self.table = vec![EMPTY; self.table.len() * 4];
        let mut steps = Steps::default();
        for code in 0..self.words.len() {
            steps.step();
            let hash = hash_bytes(self.words.get(code).as_bytes());
            self.place(hash, code as u32);
        }
    }
}

/// A text of at most 15 bytes as one number, its length in the last byte.
#[inline]
fn pack(bytes: &[u8]) -> Option<u128> {
    if bytes.len() > 15 {
        return None;
    }
    let mut packed = [0u8; 16];
    packed[..bytes.len()].copy_from_slice(bytes);
    packed[15] = bytes.len() as u8;
    Some(u128::from_le_bytes(packed))
}

/// A place in a memo of 256 for a 16-byte value.
#[inline]
pub(super) fn memo_slot(value: u128) -> usize {
    let mixed = (value as u64 ^ (value >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 56) as usize
}

/// One part of a column's rows with the dictionary its codes mean.
pub(super) struct Part {
    pub rows: Range<usize>,
    pub words: Words,
}

/// With more words than this in all parts they are mostly different, and sorting all of them costs
/// less than finding the repeats first.
const MANY_WORDS: usize = 1 << 20;

/// Rewrites the codes of all parts to codes of one sorted dictionary, which is returned. The parts
/// follow each other and cover all codes.
pub(super) fn merge(parts: Vec<Part>, codes: &mut [u32]) -> Words {
    let total: usize = parts.iter().map(|part| part.words.len()).sum();
    let (sorted, ranks) = if total > MANY_WORDS {
        rank_by_sorting(&parts, total)
    } else {
        rank_by_hashing(&parts, total)
    };
    remap(&parts, &ranks, codes);
    sorted
}

/// All different words sorted, and for each word of each part, one part after the other, its place
/// among them.
fn rank_by_hashing(parts: &[Part], total: usize) -> (Words, Vec<u32>) {
    let mut numbers: HashMap<&str, u32, BuildTextHasher> = HashMap::default();
    let mut distinct: Vec<&str> = Vec::new();
    let mut ranks = Vec::with_capacity(total);
    let mut steps = Steps::default();
    for word in parts.iter().flat_map(|part| part.words.iter()) {
        steps.step();
        ranks.push(*numbers.entry(word).or_insert_with(|| {
            distinct.push(word);
            distinct.len() as u32 - 1
        }));
    }
    let mut order: Vec<u32> = (0..distinct.len() as u32).collect();
    order.par_sort_unstable_by(cancellation::listening(|left: &u32, right: &u32| {
        distinct[*left as usize].cmp(distinct[*right as usize])
    }));
    let mut rank = vec![0u32; order.len()];
    let mut sorted = Words::default();
    for (place, index) in order.iter().enumerate() {
        rank[*index as usize] = place as u32;
        sorted.push(distinct[*index as usize]);
    }
    ranks
        .iter_mut()
        .for_each(|number| *number = rank[*number as usize]);
    (sorted, ranks)
}

/// The same for many words. Keys often come sorted, which a merge sort makes use of.
fn rank_by_sorting(parts: &[Part], total: usize) -> (Words, Vec<u32>) {
    let words = parts.iter().flat_map(|part| part.words.iter());
    let mut steps = Steps::default();
    let words = words.inspect(|_| steps.step());
    let mut order: Vec<(&str, u32)> = words.zip(0u32..).collect();
    order.par_sort_by(cancellation::listening(
        |left: &(&str, u32), right: &(&str, u32)| left.0.cmp(right.0),
    ));
    let mut ranks = vec![0u32; total];
    let mut sorted = Words::default();
    let mut last = None;
    let mut steps = Steps::default();
    for (word, place) in order {
        steps.step();
        if last != Some(word) {
            sorted.push(word);
            last = Some(word);
        }
        ranks[place as usize] = sorted.len() as u32 - 1;
    }
    (sorted, ranks)
}

fn remap(parts: &[Part], ranks: &[u32], codes: &mut [u32]) {
    let (mut rest, mut rest_of_ranks) = (codes, ranks);
    let mut work = Vec::with_capacity(parts.len());
    for part in parts {
        let (own, after) = rest.split_at_mut(part.rows.len());
        let (own_ranks, ranks_after) = rest_of_ranks.split_at(part.words.len());
        (rest, rest_of_ranks) = (after, ranks_after);
        work.push((own, own_ranks));
    }
    work.into_par_iter().for_each(|(own, ranks)| {
        let mut steps = Steps::default();
        for code in own {
            steps.step();
            if *code != MISSING_TEXT {
                *code = ranks[*code as usize];
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(texts: &[&str]) -> Part {
        let mut interner = Interner::new();
        let codes: Vec<u32> = texts.iter().map(|text| interner.intern(text)).collect();
        Part {
            rows: 0..codes.len(),
            words: interner.into_words(),
        }
    }

    #[test]
    fn both_ways_to_rank_agree() {
        let numbers: Vec<String> = (0..3000u32)
            .map(|number| (number * 7919 % 2003).to_string())
            .collect();
        let texts: Vec<&str> = numbers.iter().map(String::as_str).collect();
        let long = [
            "a text of more than fifteen bytes",
            "ä",
            "a text of more than fifteen bytez",
            "",
        ];
        let parts: Vec<Part> = texts
            .chunks(700)
            .chain([long.as_slice()])
            .map(part)
            .collect();
        let total = parts.iter().map(|part| part.words.len()).sum();
        let (hashed, hash_ranks) = rank_by_hashing(&parts, total);
        let (sorted, sort_ranks) = rank_by_sorting(&parts, total);
        assert_eq!(hash_ranks, sort_ranks);
        assert_eq!(hashed.to_strings(), sorted.to_strings());
        assert_eq!(hashed.len(), 2003 + 4);
        assert!(hashed.to_strings().is_sorted());
    }

    #[test]
    fn codes_mean_the_same_texts_after_merging() {
        let (left, right) = (part(&["b", "a", "b", "c"]), part(&["d", "a"]));
        let mut codes = vec![0, 1, MISSING_TEXT, 2, 0, 1];
        let words = merge(vec![left, right], &mut codes);
        assert_eq!(words.to_strings(), ["a", "b", "c", "d"]);
        assert_eq!(codes, [1, 0, MISSING_TEXT, 2, 3, 0]);
    }
}
