//! Texts as small numbers: a dictionary a batch while reading, one sorted dictionary a column after.

use std::collections::HashMap;
use std::ops::Range;

use rayon::prelude::*;

use super::MISSING_TEXT;
use super::hash::{BuildTextHasher, hash_bytes};

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
        self.iter().map(str::to_owned).collect()
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
        for code in 0..self.words.len() {
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

/// Rewrites the codes of all parts to codes of one sorted dictionary, which is returned. The parts
/// follow each other and cover all codes.
pub(super) fn merge(parts: Vec<Part>, codes: &mut [u32]) -> Words {
    let (distinct, placed) = distinct_words(&parts);
    let mut order: Vec<u32> = (0..distinct.len() as u32).collect();
    order.par_sort_unstable_by_key(|index| distinct[*index as usize]);
    let mut rank = vec![0u32; order.len()];
    let mut sorted = Words::default();
    for (place, index) in order.iter().enumerate() {
        rank[*index as usize] = place as u32;
        sorted.push(distinct[*index as usize]);
    }
    remap(&parts, &placed, &rank, codes);
    sorted
}

/// All texts of all parts once, and for each part which of them its own texts are.
fn distinct_words(parts: &[Part]) -> (Vec<&str>, Vec<Vec<u32>>) {
    let mut numbers: HashMap<&str, u32, BuildTextHasher> = HashMap::default();
    let mut distinct: Vec<&str> = Vec::new();
    let mut placed = Vec::with_capacity(parts.len());
    for part in parts {
        let of_part = part.words.iter().map(|word| {
            *numbers.entry(word).or_insert_with(|| {
                distinct.push(word);
                distinct.len() as u32 - 1
            })
        });
        placed.push(of_part.collect());
    }
    (distinct, placed)
}

fn remap(parts: &[Part], placed: &[Vec<u32>], rank: &[u32], codes: &mut [u32]) {
    let mut rest = codes;
    let mut work = Vec::with_capacity(parts.len());
    for (part, placed) in parts.iter().zip(placed) {
        let (own, after) = rest.split_at_mut(part.rows.len());
        rest = after;
        work.push((own, placed));
    }
    work.into_par_iter().for_each(|(own, placed)| {
        for code in own {
            if *code != MISSING_TEXT {
                *code = rank[placed[*code as usize] as usize];
            }
        }
    });
}
