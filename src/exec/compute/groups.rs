//! The groups of rows by key columns.

use polars::prelude::{Column, DataFrame, DataType, PlHashMap};

use super::cells::column;
use crate::plan::relation::Name;

/// Rows grouped by columns of codes: scales, yes/no and numbered texts.
pub(super) struct RowGroups {
    /// By group, the first row that is of it.
    pub first_rows: Vec<u32>,
    /// By row, its group.
    pub of_row: Vec<u32>,
}

impl RowGroups {
    /// Without keys all rows are one group, also where there are none.
    pub fn of(frame: &DataFrame, keys: &[Name]) -> RowGroups {
        let rows = frame.height();
        if keys.is_empty() {
            return RowGroups {
                first_rows: vec![0],
                of_row: vec![0; rows],
            };
        }
        let mut packed = vec![0_u64; rows];
        let mut size = 1_u64;
        for key in keys {
            let codes = Codes::of(column(frame, key));
            if size.checked_mul(codes.size).is_none() {
                let groups = renumbered(&packed, size);
                size = groups.first_rows.len() as u64;
                packed = groups.of_row.into_iter().map(u64::from).collect();
            }
            for (packed, code) in packed.iter_mut().zip(&codes.by_row) {
                *packed = *packed * codes.size + u64::from(*code);
            }
            size *= codes.size;
        }
        renumbered(&packed, size)
    }
}

/// A key column as codes below a size; the largest is missing.
struct Codes {
    by_row: Vec<u32>,
    size: u64,
}

impl Codes {
    fn of(column: &Column) -> Codes {
        let cast = column
            .cast(&DataType::UInt32)
            .expect("keys are codes, yes/no or numbers of texts");
        let series = cast.as_materialized_series();
        let codes = series.u32().expect("it was cast");
        let missing = codes
            .iter()
            .flatten()
            .max()
            .map_or(0, |largest| largest + 1);
        Codes {
            by_row: codes.iter().map(|code| code.unwrap_or(missing)).collect(),
            size: u64::from(missing) + 1,
        }
    }
}

/// Numbers groups from 0 in the order in which they are met.
fn renumbered(packed: &[u64], size: u64) -> RowGroups {
    /// Up to this many different values a table is quicker than hashing, and takes 64 MB at most.
    const TABLE: u64 = 1 << 24;
    let mut first_rows = Vec::new();
    let mut next = |row: usize| {
        first_rows.push(row as u32);
        first_rows.len() as u32 - 1
    };
    let rows = packed.iter().enumerate();
    let of_row = if size <= TABLE {
        let mut known = vec![u32::MAX; size as usize];
        let number = |(row, packed): (usize, &u64)| {
            let group = &mut known[*packed as usize];
            if *group == u32::MAX {
                *group = next(row);
            }
            *group
        };
        rows.map(number).collect()
    } else {
        let mut known: PlHashMap<u64, u32> = PlHashMap::default();
        rows.map(|(row, packed)| *known.entry(*packed).or_insert_with(|| next(row)))
            .collect()
    };
    RowGroups { first_rows, of_row }
}
