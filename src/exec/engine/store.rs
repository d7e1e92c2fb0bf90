//! What is kept of each group at each point, while blocks pass by.

use crate::base::cancellation::Steps;
use crate::lang::functions::Keeps;

/// Numbers are summed as multiples of 2^-60, durations as whole microseconds: sums are exact, so
/// their order does not matter and a stock that empties reads exactly 0.
pub(super) const NUMBER_SCALE: f64 = (1_u64 << 60) as f64;

/// The most cells one measure may have: 50 million tallies take 800 MB.
pub(super) const LARGEST: usize = 50_000_000;

/// A value that counts from one point of a group up to another, in 16 bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// `group * points + low`.
    pub cell: u32,
    /// The first point at which it no longer counts.
    pub high: u32,
    /// What the step made of the value: see [`super::pass`].
    pub bits: u64,
}

/// Cells are at `group * points + point`.
#[derive(Clone, Debug)]
pub(super) enum Store {
    /// Rows, and rows that pass the test.
    Tally(Vec<[i64; 2]>),
    /// Exact sum, and rows.
    Total(Vec<(i128, i64)>),
    Items(Vec<Item>),
}

/// A store and its shape.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub points: usize,
    /// Whether cells hold changes from point to point (a stock) or the points' own numbers.
    pub sweeps: bool,
    pub store: Store,
    /// Groups whose population has a row in the range, used or not (rule S24).
    pub seen: Vec<bool>,
    /// Groups met when the cells no longer fitted; nothing more is kept then.
    pub overflow: Option<usize>,
}

impl Kept {
    pub fn new(keeps: Keeps, points: usize, sweeps: bool) -> Kept {
        let store = match keeps {
            Keeps::Tally => Store::Tally(Vec::new()),
            Keeps::Total => Store::Total(Vec::new()),
            Keeps::Extremes | Keeps::Values | Keeps::Distinct | Keeps::Lifetimes => {
                Store::Items(Vec::new())
            }
        };
        Kept {
            points,
            sweeps,
            store,
            seen: Vec::new(),
            overflow: None,
        }
    }

    /// Makes room for groups below `groups`.
    pub fn grow(&mut self, groups: usize) {
        if self.seen.len() >= groups {
            return;
        }
        if groups.saturating_mul(self.points) > LARGEST {
            self.overflow = Some(groups);
            return;
        }
        self.seen.resize(groups, false);
        match &mut self.store {
            Store::Tally(cells) => cells.resize(groups * self.points, [0; 2]),
            Store::Total(cells) => cells.resize(groups * self.points, (0, 0)),
            Store::Items(_) => {}
        }
    }

    /// Counts a row in one of the two tallies over some points.
    pub fn tally(&mut self, group: u32, low: u32, high: u32, which: usize) {
        let Store::Tally(cells) = &mut self.store else {
            unreachable!("only tallies are tallied");
        };
        let first = group as usize * self.points;
        cells[first + low as usize][which] += 1;
        if self.sweeps && (high as usize) < self.points {
            cells[first + high as usize][which] -= 1;
        }
    }

    /// Adds a value over some points.
    pub fn total(&mut self, group: u32, low: u32, high: u32, value: i128) {
        let Store::Total(cells) = &mut self.store else {
            unreachable!("only totals are summed");
        };
        let first = group as usize * self.points;
        let cell = &mut cells[first + low as usize];
        cell.0 += value;
        cell.1 += 1;
        if self.sweeps && (high as usize) < self.points {
            let cell = &mut cells[first + high as usize];
            cell.0 -= value;
            cell.1 -= 1;
        }
    }

    /// Keeps a value over some points.
    pub fn item(&mut self, group: u32, low: u32, high: u32, bits: u64) {
        let Store::Items(items) = &mut self.store else {
            unreachable!("only items are kept one by one");
        };
        items.push(Item {
            cell: group * self.points as u32 + low,
            high,
            bits,
        });
    }

    /// Takes over what another worker kept; `to` gives this store's group for each of the other's
    /// seen groups.
    pub fn merge(&mut self, other: Kept, to: &[Option<u32>]) {
        for (group, seen) in other.seen.iter().enumerate() {
            if let (true, Some(to)) = (seen, to[group]) {
                self.seen[to as usize] = true;
            }
        }
        let points = self.points;
        match (&mut self.store, other.store) {
            (Store::Tally(cells), Store::Tally(more)) => {
                merge_cells(cells, &more, points, to, |cell, more| {
                    cell[0] += more[0];
                    cell[1] += more[1];
                });
            }
            (Store::Total(cells), Store::Total(more)) => {
                merge_cells(cells, &more, points, to, |cell, more| {
                    cell.0 += more.0;
                    cell.1 += more.1;
                });
            }
            (Store::Items(items), Store::Items(mut more)) => {
                let mut steps = Steps::default();
                for item in &mut more {
                    steps.step();
                    let (group, low) = (item.cell as usize / points, item.cell as usize % points);
                    let group = to[group].expect("items are of seen groups");
                    item.cell = group * points as u32 + low as u32;
                }
                if items.is_empty() {
                    *items = more;
                } else {
                    items.append(&mut more);
                }
            }
            (Store::Tally(_) | Store::Total(_) | Store::Items(_), _) => {
                unreachable!("workers of one step keep the same")
            }
        }
    }
}

fn merge_cells<T>(
    cells: &mut [T],
    more: &[T],
    points: usize,
    to: &[Option<u32>],
    add: impl Fn(&mut T, &T),
) {
    if points == 0 {
        return;
    }
    let mut steps = Steps::default();
    for (group, more) in more.chunks_exact(points).enumerate() {
        steps.step();
        let Some(to) = to[group] else { continue };
        let cells = &mut cells[to as usize * points..][..points];
        for (cell, more) in cells.iter_mut().zip(more) {
            add(cell, more);
        }
    }
}
