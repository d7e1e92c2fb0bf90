//! What was kept → numbers: workers merged, points swept, one value for each set of groups.

use std::collections::BTreeSet;

use super::pass::{Found, Pass, Taken, Unused};
use super::pieces::Left;
use super::steps::too_many;
use super::store::{Item, Kept, NUMBER_SCALE, Store};
use crate::base::cancellation::{self, Steps};
use crate::base::diagnostic::Problems;
use crate::lang::functions::{Function, Keeps, Kept as FunctionInput};

/// Puts together what the workers of a pass found. Groups are those with a row in the population,
/// in the order of their packed keys; `packed` is by job then.
pub(super) fn merge(pass: &Pass, mut workers: Vec<Found>) -> Result<Found, Problems> {
    let mut merged = Found {
        left: vec![Left::default(); pass.pools.len()],
        packed: Vec::new(),
        kept: Vec::new(),
        unused: vec![Unused::default(); pass.jobs.len()],
    };
    for worker in &workers {
        for (sum, part) in merged.left.iter_mut().zip(&worker.left) {
            sum.add(part);
        }
        for (sum, part) in merged.unused.iter_mut().zip(&worker.unused) {
            sum.first += part.first;
            sum.second += part.second;
            sum.reversed += part.reversed;
        }
    }
    for (index, job) in pass.jobs.iter().enumerate() {
        cancellation::listen();
        let seen = workers.iter().flat_map(|worker| {
            let packed = worker.packed[job.grouping].iter();
            let seen = worker.kept[index].seen.iter();
            packed
                .zip(seen)
                .filter(|(_, seen)| **seen)
                .map(|(packed, _)| *packed)
        });
        let groups: Vec<u64> = seen.collect::<BTreeSet<u64>>().into_iter().collect();
        let mut kept = pass.new_kept(job);
        kept.grow(groups.len());
        let overflows = workers
            .iter()
            .filter_map(|worker| worker.kept[index].overflow);
        if let Some(groups) = overflows.chain(kept.overflow).max() {
            return Err(too_many(groups, kept.points));
        }
        for worker in &mut workers {
            let empty = pass.new_kept(job);
            let part = std::mem::replace(&mut worker.kept[index], empty);
            let packed = &worker.packed[job.grouping];
            let to: Vec<Option<u32>> = packed
                .iter()
                .map(|key| groups.binary_search(key).ok().map(|group| group as u32))
                .collect();
            kept.merge(part, &to);
        }
        merged.packed.push(groups);
        merged.kept.push(kept);
    }
    Ok(merged)
}

/// One function over sets of groups at every point.
pub(super) struct Finished {
    points: usize,
    /// At `set * points + point`: the value in the engine's unit, and the rows behind it.
    cells: Vec<(Option<f64>, u64)>,
}

impl Finished {
    pub fn at(&self, set: usize, point: usize) -> (Option<f64>, u64) {
        self.cells[set * self.points + point]
    }
}

/// How the kept bits and sums become values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reading {
    Rows,
    Numbers,
    Micros,
    /// Ages: the point's instant minus the kept one.
    Ages,
    Lifetimes,
    Bits,
}

impl Reading {
    pub fn of(taken: &Taken) -> Reading {
        match taken {
            Taken::Row(_) => Reading::Rows,
            Taken::Number(_) => Reading::Numbers,
            Taken::Between { .. } => Reading::Micros,
            Taken::Since(_) => Reading::Ages,
            Taken::Lifetime { .. } => Reading::Lifetimes,
            Taken::Field(_) => Reading::Bits,
        }
    }
}

/// Finishes a job.
pub(super) struct Finish<'a> {
    pub kept: &'a Kept,
    pub instants: &'a [i64],
    pub reading: Reading,
    pub function: &'static Function,
    pub parameter: Option<f64>,
}

impl Finish<'_> {
    /// `to` gives for each group the set it belongs to, if any.
    pub fn over(&self, to: &[Option<u32>], sets: usize) -> Finished {
        let points = self.kept.points;
        let cells = match &self.kept.store {
            Store::Tally(cells) => self.tallies(cells, to, sets),
            Store::Total(cells) => self.totals(cells, to, sets),
            Store::Items(items) => self.items(items, to, sets),
        };
        Finished { points, cells }
    }

    fn value(&self, input: FunctionInput) -> Option<f64> {
        (self.function.finish)(input, self.parameter).filter(|value| value.is_finite())
    }

    fn tallies(
        &self,
        cells: &[[i64; 2]],
        to: &[Option<u32>],
        sets: usize,
    ) -> Vec<(Option<f64>, u64)> {
        let merged = self.by_set(cells, to, sets, [0; 2], |sum, cell| {
            [sum[0] + cell[0], sum[1] + cell[1]]
        });
        let finish = |cell: [i64; 2]| {
            let (all, with) = (cell[0] as u64, cell[1] as u64);
            (self.value(FunctionInput::Tally { with, all }), all)
        };
        merged.into_iter().map(finish).collect()
    }

    fn totals(
        &self,
        cells: &[(i128, i64)],
        to: &[Option<u32>],
        sets: usize,
    ) -> Vec<(Option<f64>, u64)> {
        let merged = self.by_set(cells, to, sets, (0, 0), |sum, cell| {
            (sum.0 + cell.0, sum.1 + cell.1)
        });
        let finish = |(index, (sum, rows)): (usize, (i128, i64))| {
            let sum = match self.reading {
                Reading::Numbers => sum as f64 / NUMBER_SCALE,
                Reading::Ages => {
                    let instant = self.instants[index % self.kept.points];
                    (i128::from(instant) * i128::from(rows) - sum) as f64
                }
                Reading::Rows | Reading::Micros | Reading::Lifetimes | Reading::Bits => sum as f64,
            };
            let rows = rows as u64;
            (self.value(FunctionInput::Total { sum, rows }), rows)
        };
        merged.into_iter().enumerate().map(finish).collect()
    }

    /// Adds the cells of each set's groups up, then, for a stock, along the points.
    fn by_set<T: Copy>(
        &self,
        cells: &[T],
        to: &[Option<u32>],
        sets: usize,
        zero: T,
        add: impl Fn(T, T) -> T,
    ) -> Vec<T> {
        let points = self.kept.points;
        let mut merged = vec![zero; sets * points];
        if points == 0 {
            return merged;
        }
        let mut steps = Steps::default();
        for (cells, set) in cells.chunks_exact(points).zip(to) {
            steps.step();
            let Some(set) = set else { continue };
            let merged = &mut merged[*set as usize * points..][..points];
            for (sum, cell) in merged.iter_mut().zip(cells) {
                *sum = add(*sum, *cell);
            }
        }
        if self.kept.sweeps {
            for set in merged.chunks_exact_mut(points) {
                for point in 1..points {
                    set[point] = add(set[point], set[point - 1]);
                }
            }
        }
        merged
    }

    fn items(&self, items: &[Item], to: &[Option<u32>], sets: usize) -> Vec<(Option<f64>, u64)> {
        use rayon::prelude::*;
        let points = self.kept.points;
        if points == 0 {
            return Vec::new();
        }
        let (starts, ordered) = order(items, to, sets, points);
        (0..sets)
            .into_par_iter()
            .flat_map_iter(|set| {
                let starts = &starts[set * points..=(set + 1) * points];
                self.sweep_items(starts, &ordered)
            })
            .collect()
    }

    /// Walks the points of one set, holding the items that count there.
    fn sweep_items(&self, starts: &[u32], ordered: &[(u32, u64)]) -> Vec<(Option<f64>, u64)> {
        let mut held: Vec<(u32, u64)> = Vec::new();
        let points = 0..starts.len() - 1;
        points
            .map(|point| {
                cancellation::listen();
                held.retain(|(high, _)| *high > point as u32);
                let new = starts[point] as usize..starts[point + 1] as usize;
                held.extend_from_slice(&ordered[new]);
                (self.finish_items(&held, point), held.len() as u64)
            })
            .collect()
    }

    fn finish_items(&self, held: &[(u32, u64)], point: usize) -> Option<f64> {
        match self.function.keeps {
            Keeps::Values => {
                let mut values: Vec<f64> =
                    held.iter().map(|item| self.read(item.1, point)).collect();
                self.value(FunctionInput::Values(&mut values))
            }
            Keeps::Extremes => {
                let values = held.iter().map(|item| self.read(item.1, point));
                let (min, max) = values
                    .fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), value| {
                        (min.min(value), max.max(value))
                    });
                let rows = held.len() as u64;
                self.value(FunctionInput::Extremes { min, max, rows })
            }
            Keeps::Distinct => {
                let mut bits: Vec<u64> = held.iter().map(|item| item.1).collect();
                cancellation::sort_unstable(&mut bits);
                bits.dedup();
                self.value(FunctionInput::Distinct(bits.len() as u64))
            }
            Keeps::Lifetimes => {
                let mut bits: Vec<u64> = held.iter().map(|item| item.1).collect();
                cancellation::sort_unstable(&mut bits);
                let read = |bits: &u64| ((bits >> 1) as f64, bits & 1 == 1);
                let lifetimes: Vec<(f64, bool)> = bits.iter().map(read).collect();
                self.value(FunctionInput::Lifetimes(&lifetimes))
            }
            Keeps::Tally | Keeps::Total => unreachable!("tallies and totals are not kept as items"),
        }
    }

    fn read(&self, bits: u64, point: usize) -> f64 {
        match self.reading {
            Reading::Numbers => f64::from_bits(bits),
            Reading::Ages => (self.instants[point] - bits as i64) as f64,
            Reading::Rows | Reading::Micros | Reading::Lifetimes | Reading::Bits => {
                bits as i64 as f64
            }
        }
    }
}

/// Items in the order of set and first point, and where each of those begins.
fn order(
    items: &[Item],
    to: &[Option<u32>],
    sets: usize,
    points: usize,
) -> (Vec<u32>, Vec<(u32, u64)>) {
    let cell = |item: &Item| {
        let (group, low) = (item.cell as usize / points, item.cell as usize % points);
        to[group].map(|set| set as usize * points + low)
    };
    let mut starts = vec![0_u32; sets * points + 1];
    let mut steps = Steps::default();
    for cell in items.iter().filter_map(cell) {
        steps.step();
        starts[cell + 1] += 1;
    }
    for index in 1..starts.len() {
        starts[index] += starts[index - 1];
    }
    let mut next = starts.clone();
    let mut ordered = vec![(0, 0); *starts.last().expect("one more than cells") as usize];
    for item in items {
        steps.step();
        if let Some(cell) = cell(item) {
            ordered[next[cell] as usize] = (item.high, item.bits);
            next[cell] += 1;
        }
    }
    (starts, ordered)
}
