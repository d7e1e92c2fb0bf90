//! The pass over a table: every block goes through nodes, pools, groupings and steps once.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::axis::Axis;
use super::compile::{Program, blocks};
use super::fields::Reader;
use super::groups::{Grouping, Numbering};
use super::nodes::{Block, Buffer, NodeId};
use super::pieces::{Left, Piece, Pool, Timed};
use super::store::{Kept, NUMBER_SCALE};
use crate::base::cancellation;
use crate::base::diagnostic::Problems;
use crate::exec::data::{MISSING_CODE, MISSING_INSTANT, MISSING_TEXT};
use crate::lang::functions::Keeps;
use crate::lang::model::TableId;

/// All that one pass computes.
pub(super) struct Pass<'a> {
    pub program: Program<'a>,
    pub axes: Vec<Axis>,
    pub pools: Vec<Pool<'a>>,
    pub groupings: Vec<Grouping>,
    pub jobs: Vec<Job<'a>>,
}

/// One step over one axis.
pub(super) struct Job<'a> {
    pub pool: usize,
    pub grouping: usize,
    pub keeps: Keeps,
    pub taken: Taken<'a>,
}

/// What is taken of each row, and the reasons for which it may not be there.
pub(super) enum Taken<'a> {
    /// The row itself, and whether it passes the test.
    Row(Test<'a>),
    /// A number; for a score one for each version, with the first point it applies to.
    Number(Vec<(u32, NodeId)>),
    /// The time between two instants: bits and sums are microseconds.
    Between { from: NodeId, to: NodeId },
    /// The time since an instant: bits and sums are the instant itself, ages come in finishing.
    Since(NodeId),
    /// Microseconds times two, plus one if it has ended.
    Lifetime {
        from: NodeId,
        to: NodeId,
        as_of: i64,
    },
    /// Which value a field has.
    Field(NodeId),
}

pub(super) enum Test<'a> {
    None,
    Mask(NodeId),
    Timed(Arc<Timed<'a>>),
}

/// Rows of a pool that a job could not use.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Unused {
    /// The first instant, the number or the score is missing.
    pub first: u64,
    /// The second instant is missing.
    pub second: u64,
    /// The second instant comes before the first (rule S34).
    pub reversed: u64,
}

/// What a worker, or all of them, found.
pub(super) struct Found {
    /// By pool.
    pub left: Vec<Left>,
    /// By grouping.
    pub packed: Vec<Vec<u64>>,
    /// By job.
    pub kept: Vec<Kept>,
    pub unused: Vec<Unused>,
}

impl<'a> Pass<'a> {
    /// A pass over a table that computes nothing yet.
    pub fn new(reader: &'a Reader<'a>, table: TableId) -> Pass<'a> {
        Pass {
            program: Program::new(reader, table),
            axes: Vec::new(),
            pools: Vec::new(),
            groupings: Vec::new(),
            jobs: Vec::new(),
        }
    }

    /// Passes over the table, one worker a core.
    pub fn run(&self) -> Result<Found, Problems> {
        let rows = self.program.reader.rows(self.program.table);
        let share = rows
            .div_ceil(rayon::current_num_threads().max(1))
            .max(1 << 16);
        let ranges: Vec<Range<usize>> = (0..rows.max(1))
            .step_by(share)
            .map(|start| start..(start + share).min(rows))
            .collect();
        let workers: Vec<Found> = ranges.into_par_iter().map(|rows| self.work(rows)).collect();
        super::finish::merge(self, workers)
    }

    fn work(&self, rows: Range<usize>) -> Found {
        let mut numberings: Vec<Numbering> = self.groupings.iter().map(Numbering::new).collect();
        let mut left = vec![Left::default(); self.pools.len()];
        let mut kept: Vec<Kept> = self.jobs.iter().map(|job| self.new_kept(job)).collect();
        let mut unused = vec![Unused::default(); self.jobs.len()];
        for rows in blocks(rows) {
            cancellation::beat(rows.len());
            let block = Block::new(&self.program.nodes, rows);
            let pools = self.pools.iter().zip(&mut left);
            let pieces: Vec<Vec<Piece>> = pools
                .map(|(pool, left)| pool.pieces(&block, &self.axes[pool.axis], left))
                .collect();
            let groupings = self.groupings.iter().zip(&mut numberings);
            let groups: Vec<Vec<u32>> = groupings
                .map(|(grouping, numbering)| numbering.of_block(grouping, &block))
                .collect();
            for (index, job) in self.jobs.iter().enumerate() {
                let kept = &mut kept[index];
                kept.grow(numberings[job.grouping].packed.len());
                if kept.overflow.is_some() {
                    continue;
                }
                let mut taker = Taker {
                    block: &block,
                    axis: &self.axes[self.pools[job.pool].axis],
                    pieces: &pieces[job.pool],
                    groups: &groups[job.grouping],
                    kept,
                    unused: &mut unused[index],
                    counted: None,
                };
                taker.take(job);
            }
        }
        Found {
            left,
            packed: numberings
                .into_iter()
                .map(|numbering| numbering.packed)
                .collect(),
            kept,
            unused,
        }
    }

    /// What a job keeps of a block if every row is a group of its own, numbered by its place.
    pub fn kept_by_row(&self, job: &Job, block: &Block) -> Kept {
        let pool = &self.pools[job.pool];
        let axis = &self.axes[pool.axis];
        let pieces = pool.pieces(block, axis, &mut Left::default());
        let groups: Vec<u32> = (0..block.rows.len() as u32).collect();
        let mut kept = self.new_kept(job);
        kept.grow(groups.len());
        let mut taker = Taker {
            block,
            axis,
            pieces: &pieces,
            groups: &groups,
            kept: &mut kept,
            unused: &mut Unused::default(),
            counted: None,
        };
        taker.take(job);
        kept
    }

    pub fn new_kept(&self, job: &Job) -> Kept {
        let axis = &self.axes[self.pools[job.pool].axis];
        Kept::new(job.keeps, axis.len(), axis.is_stock)
    }
}

/// One job over one block.
struct Taker<'b, 'a> {
    block: &'b Block<'a>,
    axis: &'b Axis,
    pieces: &'b [Piece],
    groups: &'b [u32],
    kept: &'b mut Kept,
    unused: &'b mut Unused,
    /// The last row counted as unused: pieces of a row follow each other and count once.
    counted: Option<u32>,
}

impl Taker<'_, '_> {
    fn take(&mut self, job: &Job) {
        for piece in self.pieces {
            self.kept.seen[self.groups[piece.row as usize] as usize] = true;
        }
        match &job.taken {
            Taken::Row(test) => self.rows(test),
            Taken::Number(versions) => self.numbers(versions, job.keeps),
            Taken::Between { from, to } => self.between(*from, *to, job.keeps),
            Taken::Since(event) => self.since(*event, job.keeps),
            Taken::Lifetime { from, to, as_of } => self.lifetimes(*from, *to, *as_of),
            Taken::Field(node) => self.field(*node),
        }
    }

    fn group(&self, piece: &Piece) -> u32 {
        self.groups[piece.row as usize]
    }

    fn rows(&mut self, test: &Test) {
        for piece in self.pieces {
            self.kept.tally(self.group(piece), piece.low, piece.high, 0);
        }
        match test {
            Test::None => {}
            Test::Mask(mask) => {
                let mask = self.block.mask(*mask);
                for piece in self.pieces {
                    if mask[piece.row as usize] {
                        self.kept.tally(self.group(piece), piece.low, piece.high, 1);
                    }
                }
            }
            Test::Timed(timed) => {
                for piece in self.pieces {
                    for part in timed.within(self.block, self.axis, *piece) {
                        self.kept.tally(self.group(piece), part.low, part.high, 1);
                    }
                }
            }
        }
    }

    fn keep_number(&mut self, piece: &Piece, low: u32, high: u32, value: f64, keeps: Keeps) {
        let group = self.group(piece);
        match keeps {
            Keeps::Total => self
                .kept
                .total(group, low, high, (value * NUMBER_SCALE) as i128),
            Keeps::Values | Keeps::Extremes => self.kept.item(group, low, high, value.to_bits()),
            Keeps::Tally | Keeps::Distinct | Keeps::Lifetimes => {
                unreachable!("no function keeps numbers so")
            }
        }
    }

    fn keep_micros(&mut self, piece: &Piece, low: u32, micros: i64, keeps: Keeps) {
        let group = self.group(piece);
        match keeps {
            Keeps::Total => self.kept.total(group, low, piece.high, i128::from(micros)),
            Keeps::Values | Keeps::Extremes => {
                self.kept.item(group, low, piece.high, micros as u64);
            }
            Keeps::Tally | Keeps::Distinct | Keeps::Lifetimes => {
                unreachable!("no function keeps durations so")
            }
        }
    }

    /// Versions apply from their first point up to the next version's.
    fn numbers(&mut self, versions: &[(u32, NodeId)], keeps: Keeps) {
        for piece in self.pieces {
            for (index, (first, node)) in versions.iter().enumerate() {
                let value = self.block.numbers(*node)[piece.row as usize];
                let last = versions.get(index + 1).map_or(u32::MAX, |(next, _)| *next);
                let (low, high) = (piece.low.max(*first), piece.high.min(last));
                if low < high && value.is_nan() {
                    self.count(piece, |unused| &mut unused.first);
                } else if low < high {
                    self.keep_number(piece, low, high, value, keeps);
                }
            }
        }
    }

    /// Counts a row that cannot be used, once however many pieces it has.
    fn count(&mut self, piece: &Piece, reason: impl Fn(&mut Unused) -> &mut u64) {
        if self.counted != Some(piece.row) {
            self.counted = Some(piece.row);
            *reason(self.unused) += 1;
        }
    }

    fn between(&mut self, from: NodeId, to: NodeId, keeps: Keeps) {
        let (from, to) = (self.block.instants(from), self.block.instants(to));
        for piece in self.pieces {
            let row = piece.row as usize;
            if let Some(micros) = self.duration(piece, from[row], to[row]) {
                self.keep_micros(piece, piece.low, micros, keeps);
            }
        }
    }

    fn duration(&mut self, piece: &Piece, from: i64, to: i64) -> Option<i64> {
        if from == MISSING_INSTANT {
            self.count(piece, |unused| &mut unused.first);
        } else if to == MISSING_INSTANT {
            self.count(piece, |unused| &mut unused.second);
        } else if to < from {
            self.count(piece, |unused| &mut unused.reversed);
        } else {
            return Some(to - from);
        }
        None
    }

    /// Before its event a row has no age: it counts from the event on.
    fn since(&mut self, event: NodeId, keeps: Keeps) {
        let events = self.block.instants(event);
        for piece in self.pieces {
            let at = events[piece.row as usize];
            if at == MISSING_INSTANT {
                self.count(piece, |unused| &mut unused.first);
                continue;
            }
            let low = piece.low.max(self.axis.first_after(at) as u32);
            if low < piece.high {
                self.keep_micros(piece, low, at, keeps);
            }
        }
    }

    fn lifetimes(&mut self, from: NodeId, to: NodeId, as_of: i64) {
        let (from, to) = (self.block.instants(from), self.block.instants(to));
        for piece in self.pieces {
            let row = piece.row as usize;
            let has_ended = to[row] != MISSING_INSTANT;
            let end = if has_ended { to[row] } else { as_of };
            if let Some(micros) = self.duration(piece, from[row], end) {
                let bits = (micros as u64) << 1 | u64::from(has_ended);
                self.kept
                    .item(self.group(piece), piece.low, piece.high, bits);
            }
        }
    }

    fn field(&mut self, node: NodeId) {
        for piece in self.pieces {
            let row = piece.row as usize;
            let value = match self.block.buffer(node) {
                Buffer::Codes(codes) => {
                    (codes[row] != MISSING_CODE).then_some(u64::from(codes[row]))
                }
                Buffer::Texts(texts) => {
                    (texts[row] != MISSING_TEXT).then_some(u64::from(texts[row]))
                }
                Buffer::Numbers(numbers) => {
                    (!numbers[row].is_nan()).then_some(numbers[row].to_bits())
                }
                Buffer::Instants(instants) => {
                    (instants[row] != MISSING_INSTANT).then_some(instants[row] as u64)
                }
                Buffer::Mask(_) => unreachable!("a field is not a mask"),
            };
            if let Some(bits) = value {
                self.kept
                    .item(self.group(piece), piece.low, piece.high, bits);
            } else {
                self.count(piece, |unused| &mut unused.first);
            }
        }
    }
}
