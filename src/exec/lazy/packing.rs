//! Keys of groups packed into one number.

use polars::prelude::{Column, DataType, Expr, IntoColumn, PolarsResult, UInt64Chunked, col};

use super::functions::{Integers, elementwise};
use crate::plan::relation::Name;

/// How many values a key has.
#[derive(Clone, PartialEq, Debug)]
pub struct KeySize {
    /// Values are below this.
    pub values: u64,
    pub data_type: DataType,
}

/// Keys in the order in which they are packed.
pub(super) struct Packing {
    keys: Vec<(Name, KeySize)>,
}

impl Packing {
    /// `None` if the keys do not fit 64 bits.
    pub fn of(keys: Vec<(Name, KeySize)>) -> Option<Packing> {
        keys.iter()
            .try_fold(1_u64, |size, (_, key)| size.checked_mul(key.values + 1))?;
        Some(Packing { keys })
    }

    /// One number a row. A missing value is one more than the largest.
    pub fn packed(&self) -> Expr {
        let inputs = self.keys.iter().map(|(name, _)| col(name)).collect();
        let sizes: Vec<u64> = self.keys.iter().map(|(_, key)| key.values).collect();
        elementwise("pack", inputs, DataType::UInt64, move |columns, rows| {
            let mut packed = vec![0_u64; rows];
            for (column, values) in columns.iter().zip(&sizes) {
                pack(&mut packed, column, *values)?;
            }
            Ok(UInt64Chunked::from_vec("".into(), packed).into_column())
        })
    }

    /// The columns of the keys.
    pub fn unpacked(&self, packed: Expr) -> Vec<Expr> {
        let mut columns = Vec::new();
        let mut divisor = 1_u64;
        for (name, key) in self.keys.iter().rev() {
            columns.push(unpack(packed.clone(), divisor, key).alias(name));
            divisor = divisor.saturating_mul(key.values + 1);
        }
        columns
    }
}

fn unpack(packed: Expr, divisor: u64, key: &KeySize) -> Expr {
    let key = key.clone();
    let data_type = key.data_type.clone();
    elementwise("unpack", vec![packed], data_type, move |columns, _| {
        let packed = columns[0].as_materialized_series();
        let values = packed.u64()?.iter().map(|packed| {
            let value = packed? / divisor % (key.values + 1);
            (value < key.values).then_some(value)
        });
        let values: UInt64Chunked = values.collect();
        values.into_column().cast(&key.data_type)
    })
}

fn pack(packed: &mut [u64], column: &Column, values: u64) -> PolarsResult<()> {
    let size = values + 1;
    let numbers = Integers::of(column)?;
    for (row, packed) in packed.iter_mut().enumerate() {
        let value = numbers.at(row).map_or(values, |value| value as u64);
        *packed = *packed * size + value;
    }
    Ok(())
}
