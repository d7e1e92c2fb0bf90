//! The durations of a cube of lifetimes, by cell.

use std::borrow::Cow;

use polars::prelude::{DataFrame, DataType};
use rayon::prelude::*;

use super::cells::column;
use crate::base::cancellation;
use crate::lang::functions::Lifetime;
use crate::plan::relation::ENDED;

/// Lifetimes in the order of cells and durations. Nearly every row has a duration of its own, so that grouping by it would
/// only move the rows.
#[derive(Default)]
pub(super) struct Lifetimes {
    /// Where the lifetimes of each cell begin, and where those of the last end.
    starts: Vec<usize>,
    ascending: Vec<Lifetime>,
}

impl Lifetimes {
    /// Of rows ([`crate::plan::relation::Cube::contributed_rows`]) with their cells below `size`; rows without a duration are
    /// left out.
    pub fn of(frame: &DataFrame, cells: &[u32], duration: &str, size: usize) -> Lifetimes {
        let micros = column(frame, duration).cast(&DataType::Int64);
        let micros = micros.expect("durations are whole numbers");
        let micros = micros.as_materialized_series();
        let ended = column(frame, ENDED).as_materialized_series();
        let micros = micros.i64().expect("it was cast");
        let ended = ended.bool().expect("it is a test");
        let rows = || cells.iter().zip(micros.iter()).zip(ended.iter());
        let mut starts = vec![0; size + 1];
        for ((cell, micros), _) in rows() {
            starts[*cell as usize + 1] += usize::from(micros.is_some());
        }
        for cell in 0..size {
            starts[cell + 1] += starts[cell];
        }
        let mut next = starts.clone();
        let mut lifetimes = vec![Lifetime::new(0, false); starts[size]];
        for ((cell, micros), ended) in rows() {
            if let Some(micros) = micros {
                let at = &mut next[*cell as usize];
                lifetimes[*at] = Lifetime::new(micros, ended == Some(true));
                *at += 1;
            }
        }
        sort_parts(&mut lifetimes, &starts);
        Lifetimes {
            starts,
            ascending: lifetimes,
        }
    }

    /// Those of some groups at a point, ascending.
    pub fn of_groups(&self, groups: &[usize], points: usize, point: usize) -> Cow<'_, [Lifetime]> {
        let of_group = |group: &usize| {
            let cell = group * points + point;
            &self.ascending[self.starts[cell]..self.starts[cell + 1]]
        };
        match groups {
            [] => Cow::Borrowed(&[]),
            [group] => Cow::Borrowed(of_group(group)),
            groups => {
                let mut together: Vec<Lifetime> = Vec::new();
                for group in groups {
                    together.extend_from_slice(of_group(group));
                }
                cancellation::par_sort_unstable_by(&mut together, Ord::cmp);
                Cow::Owned(together)
            }
        }
    }
}

/// Sorts each part of a list.
fn sort_parts(list: &mut [Lifetime], starts: &[usize]) {
    let mut parts = Vec::with_capacity(starts.len());
    let mut rest = list;
    for bounds in starts.windows(2) {
        let (part, more) = rest.split_at_mut(bounds[1] - bounds[0]);
        if part.len() > 1 {
            parts.push(part);
        }
        rest = more;
    }
    parts
        .into_par_iter()
        .for_each(|part| cancellation::par_sort_unstable_by(part, Ord::cmp));
}
