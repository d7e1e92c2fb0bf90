//! A fast hash of short texts with a fixed seed, so that every run does the same work.
//!
//! Nothing depends on its values: equal hashes are always verified by the texts themselves.

use std::hash::{BuildHasherDefault, Hasher};

const FIRST: u64 = 0xa076_1d64_78bd_642f;
const SECOND: u64 = 0xe703_7ed1_a0b4_28db;

/// The hash of some bytes.
pub(super) fn hash_bytes(bytes: &[u8]) -> u64 {
    let length = bytes.len();
    let (left, right) = match length {
        0 => (0, 0),
        1..=3 => (short_word(bytes), 0),
        4..=7 => (word32(bytes, 0), word32(bytes, length - 4)),
        8..=16 => (word64(bytes, 0), word64(bytes, length - 8)),
        _ => (long_state(bytes), word64(bytes, length - 8)),
    };
    fold(
        fold(left ^ FIRST, right ^ SECOND) ^ length as u64,
        SECOND ^ right.rotate_left(32),
    )
}

fn short_word(bytes: &[u8]) -> u64 {
    let middle = bytes[bytes.len() / 2];
    u64::from(bytes[0]) << 16 | u64::from(middle) << 8 | u64::from(bytes[bytes.len() - 1])
}

/// Folds all but the last 16 bytes of a long text into one word, 16 bytes a step.
fn long_state(bytes: &[u8]) -> u64 {
    let mut state = FIRST;
    let mut at = 0;
    while at + 16 < bytes.len() {
        state = fold(word64(bytes, at) ^ state, word64(bytes, at + 8) ^ SECOND);
        at += 16;
    }
    fold(
        state ^ word64(bytes, bytes.len() - 16),
        word64(bytes, bytes.len() - 8) ^ FIRST,
    )
}

fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    product as u64 ^ (product >> 64) as u64
}

fn word32(bytes: &[u8], at: usize) -> u64 {
    let word: [u8; 4] = bytes[at..at + 4].try_into().expect("four bytes");
    u64::from(u32::from_le_bytes(word))
}

fn word64(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

/// [`hash_bytes`] for the standard maps. Made for keys that write one slice of bytes.
#[derive(Default)]
pub(super) struct TextHasher(u64);

impl Hasher for TextHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = fold(self.0 ^ FIRST, hash_bytes(bytes) ^ SECOND);
    }

    fn write_u8(&mut self, _: u8) {
        // What `str` writes after its bytes; it tells nothing apart here.
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Makes [`TextHasher`]s.
pub(super) type BuildTextHasher = BuildHasherDefault<TextHasher>;
