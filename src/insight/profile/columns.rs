//! Where the values of a field are: in a column of its table, or of the row of a parent.

use std::sync::Arc;

use rayon::prelude::*;

use crate::base::cancellation;
use crate::exec::data::{
    ColumnData, MISSING_CODE, MISSING_INSTANT, MISSING_TEXT, NO_ROW, TableData,
};
use crate::lang::model::{Definitions, FieldId, FieldSource, TableId};

/// Rows that are passed over at a time.
pub(super) const BLOCK: usize = 1 << 16;

/// The way from the rows of a table to the values of a field. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct FieldAccess {
    pub rows: usize,
    /// From row to parent row, from parent to grandparent, …
    pub hops: Vec<Arc<Vec<u32>>>,
    /// `None`: a parent is not there, so neither is any value.
    pub end: Option<Arc<ColumnData>>,
}

/// The way to a field through tables that are there; `None` if it has none, or its own table is not
/// there.
pub(super) fn way<'a>(
    definitions: &Definitions,
    tables: impl Fn(TableId) -> Option<&'a TableData>,
    field: FieldId,
) -> Option<FieldAccess> {
    let mut way = FieldAccess {
        rows: tables(field.table)?.rows,
        hops: Vec::new(),
        end: None,
    };
    let mut at = field;
    loop {
        let Some(data) = tables(at.table) else {
            return Some(way);
        };
        match definitions.field(at).source {
            FieldSource::Column(column) => {
                way.end = data.columns[column].clone();
                return Some(way);
            }
            FieldSource::Parent { parent, field } => {
                let Some(rows) = &data.parents[parent] else {
                    return Some(way);
                };
                way.hops.push(Arc::clone(rows));
                let table = definitions.table(at.table).parents[parent].table;
                at = FieldId { table, field };
            }
            FieldSource::Due(_) => return None,
        }
    }
}

impl FieldAccess {
    /// The values that the access leads to.
    pub fn column(&self) -> Option<&ColumnData> {
        self.end.as_deref()
    }

    /// The row in which the value of a row stands.
    pub fn row(&self, row: usize) -> Option<usize> {
        let mut at = row;
        for hop in &self.hops {
            match hop[at] {
                NO_ROW => return None,
                next => at = next as usize,
            }
        }
        Some(at)
    }

    /// How many rows have each code, of so many; and how many have none.
    pub fn tally<C: CodedValue>(&self, codes: &[C], of: usize) -> (Vec<u32>, u64) {
        // Many different codes make a tally of their own for each worker too large.
        let workers = if of > BLOCK {
            1
        } else {
            rayon::current_num_threads()
        };
        let stretch = self.rows.div_ceil(workers.max(1)).max(BLOCK);
        let starts: Vec<usize> = (0..self.rows).step_by(stretch).collect();
        let parts: Vec<(Vec<u32>, u64)> = starts
            .par_iter()
            .map(|start| self.tally_stretch(codes, of, *start, stretch))
            .collect();
        let mut all = (vec![0; of], 0);
        for (tally, missing) in parts {
            for (sum, rows) in all.0.iter_mut().zip(tally) {
                *sum += rows;
            }
            all.1 += missing;
        }
        all
    }

    fn tally_stretch<C: CodedValue>(
        &self,
        codes: &[C],
        of: usize,
        start: usize,
        length: usize,
    ) -> (Vec<u32>, u64) {
        let mut tally = vec![0; of];
        let mut missing = 0;
        let end = (start + length).min(self.rows);
        for block in (start..end).step_by(BLOCK) {
            let until = (block + BLOCK).min(end);
            cancellation::beat(until - block);
            for row in block..until {
                match self.row(row).and_then(|at| codes[at].place()) {
                    Some(place) => tally[place] += 1,
                    None => missing += 1,
                }
            }
        }
        (tally, missing)
    }

    /// The values that are there, in the order of rows.
    pub fn present<T: UncodedValue>(&self, values: &[T]) -> Vec<T> {
        let blocks: Vec<usize> = (0..self.rows).step_by(BLOCK).collect();
        let of_block = |start: &usize| -> Vec<T> {
            let end = (start + BLOCK).min(self.rows);
            cancellation::beat(end - start);
            (*start..end)
                .filter_map(|row| self.row(row))
                .map(|at| values[at])
                .filter(|value| value.is_there())
                .collect()
        };
        let parts: Vec<Vec<T>> = blocks.par_iter().map(of_block).collect();
        parts.concat()
    }
}

/// A value by its place among all there are.
pub(super) trait CodedValue: Copy + Sync {
    fn place(self) -> Option<usize>;
}

impl CodedValue for u8 {
    fn place(self) -> Option<usize> {
        (self != MISSING_CODE).then_some(usize::from(self))
    }
}

impl CodedValue for u32 {
    fn place(self) -> Option<usize> {
        (self != MISSING_TEXT).then_some(self as usize)
    }
}

/// A value of which there may be any number of different ones.
pub(super) trait UncodedValue: Copy + Send + Sync {
    fn is_there(self) -> bool;
}

impl UncodedValue for f64 {
    fn is_there(self) -> bool {
        !self.is_nan()
    }
}

impl UncodedValue for i64 {
    fn is_there(self) -> bool {
        self != MISSING_INSTANT
    }
}
