//! Groups: the values of the dimensions of a row, packed into one integer, numbered in the order in
//! which they are met.

use std::collections::HashMap;

use super::nodes::{Block, Buffer, NodeId};
use crate::exec::data::{MISSING_CODE, MISSING_TEXT};

/// Largest number of packed keys that are numbered by a table instead of a hash map: 4 Mi entries
/// of 4 bytes for each worker.
const DIRECT: u64 = 1 << 22;

/// One dimension of a grouping.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Key {
    pub node: NodeId,
    /// How many values there are beside missing; missing is packed as this number, hence sorts last.
    pub values: u64,
}

/// The dimensions of a measure, in order.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Grouping {
    pub keys: Vec<Key>,
}

impl Grouping {
    /// How many packed keys there can be; `None` if they do not fit 64 bits.
    pub fn size(&self) -> Option<u64> {
        self.keys
            .iter()
            .try_fold(1_u64, |size, key| size.checked_mul(key.values + 1))
    }

    /// The value of each dimension: its code, or `None` for missing.
    pub fn unpack(&self, packed: u64) -> Vec<Option<u32>> {
        let mut rest = packed;
        let mut values: Vec<Option<u32>> = self
            .keys
            .iter()
            .rev()
            .map(|key| {
                let value = rest % (key.values + 1);
                rest /= key.values + 1;
                (value < key.values).then_some(value as u32)
            })
            .collect();
        values.reverse();
        values
    }
}

/// Numbers packed keys in the order in which one worker meets them.
pub(super) struct Numbering {
    direct: Vec<u32>,
    hashed: HashMap<u64, u32>,
    /// The packed key of each group.
    pub packed: Vec<u64>,
}

impl Numbering {
    pub fn new(grouping: &Grouping) -> Numbering {
        let direct = match grouping.size() {
            Some(size) if size <= DIRECT => vec![u32::MAX; size as usize],
            Some(_) | None => Vec::new(),
        };
        Numbering {
            direct,
            hashed: HashMap::new(),
            packed: Vec::new(),
        }
    }

    fn number(&mut self, packed: u64) -> u32 {
        let next = self.packed.len() as u32;
        let known = match self.direct.get_mut(packed as usize) {
            Some(known) => known,
            None => self.hashed.entry(packed).or_insert(u32::MAX),
        };
        if *known == u32::MAX {
            *known = next;
            self.packed.push(packed);
        }
        *known
    }

    /// The group of every row of a block.
    pub fn of_block(&mut self, grouping: &Grouping, block: &Block) -> Vec<u32> {
        if grouping.keys.is_empty() {
            let group = self.number(0);
            return vec![group; block.rows.len()];
        }
        let mut packed = vec![0_u64; block.rows.len()];
        for key in &grouping.keys {
            pack(&mut packed, block.buffer(key.node), key.values);
        }
        packed.into_iter().map(|key| self.number(key)).collect()
    }
}

fn pack(packed: &mut [u64], buffer: &Buffer, values: u64) {
    match buffer {
        Buffer::Codes(codes) => {
            for (packed, code) in packed.iter_mut().zip(codes.iter()) {
                let value = if *code == MISSING_CODE {
                    values
                } else {
                    u64::from(*code)
                };
                *packed = *packed * (values + 1) + value;
            }
        }
        Buffer::Texts(texts) => {
            for (packed, text) in packed.iter_mut().zip(texts.iter()) {
                let value = if *text == MISSING_TEXT {
                    values
                } else {
                    u64::from(*text)
                };
                *packed = *packed * (values + 1) + value;
            }
        }
        Buffer::Numbers(_) | Buffer::Instants(_) | Buffer::Mask(_) => {
            unreachable!("checking refuses numbers and dates as dimensions")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Grouping, Key};
    use crate::exec::engine::nodes::NodeId;

    fn grouping(values: &[u64]) -> Grouping {
        let key = |(node, values): (usize, &u64)| Key {
            node: NodeId(node),
            values: *values,
        };
        Grouping {
            keys: values.iter().enumerate().map(key).collect(),
        }
    }

    #[test]
    fn packed_keys_unpack_and_missing_sorts_last() {
        let two = grouping(&[5, 3]);
        assert_eq!(two.size(), Some(24));
        assert_eq!(two.unpack(4 * 4 + 2), [Some(4), Some(2)]);
        assert_eq!(two.unpack(5 * 4 + 3), [None, None]);
    }

    #[test]
    fn keys_that_do_not_fit_have_no_size() {
        assert_eq!(grouping(&[u64::from(u32::MAX); 3]).size(), None);
    }
}
