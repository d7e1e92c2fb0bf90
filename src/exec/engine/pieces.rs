//! Populations over an axis: which rows count at which points.
//!
//! A row of a flow counts in the one slot its event falls in; a row of a stock at every point its
//! intervals cover. Both are *pieces*: a row and a range of points. Everything after this works on
//! pieces and need not know which it was.

use std::sync::Arc;

use super::axis::{Axis, NONE};
use super::coverage::Coverage;
use super::lifecycle::Intervals;
use super::nodes::{Block, NodeId};
use crate::exec::data::{MISSING_CODE, MISSING_INSTANT};

/// A row of a block and the points `[low, high)` at which it counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Piece {
    /// Within the block.
    pub row: u32,
    pub low: u32,
    pub high: u32,
}

/// Where the instants of a population come from.
#[derive(Clone)]
pub(super) enum Clock {
    Event(NodeId),
    Span { from: NodeId, until: NodeId },
    Intervals(Arc<Intervals>),
}

impl PartialEq for Clock {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Clock::Event(left), Clock::Event(right)) => left == right,
            (
                Clock::Span { from, until },
                Clock::Span {
                    from: other_from,
                    until: other_until,
                },
            ) => from == other_from && until == other_until,
            (Clock::Intervals(left), Clock::Intervals(right)) => Arc::ptr_eq(left, right),
            (Clock::Event(_) | Clock::Span { .. } | Clock::Intervals(_), _) => false,
        }
    }
}

/// One population over one axis.
#[derive(Clone, PartialEq)]
pub(super) struct Pool<'a> {
    pub clock: Clock,
    pub axis: usize,
    /// Known rows that pass the filter, as far as it does not depend on the instant.
    pub mask: Option<NodeId>,
    /// Rows of a flow too young to be judged.
    pub pending: Option<NodeId>,
    /// The rest of a flow's filter, judged at the event.
    pub at_event: Option<NodeId>,
    /// The rest of a stock's filter, judged at each point.
    pub at_points: Option<Arc<Timed<'a>>>,
    /// Places of `exclude` lines; [`MISSING_CODE`] is not excluded.
    pub labels: Option<NodeId>,
}

/// What one pool found, beside its pieces.
#[derive(Clone, Default)]
pub(super) struct Left {
    /// By place of the `exclude` line.
    pub labelled: Vec<u64>,
    pub pending: u64,
    /// Rows whose interval ends before it starts (rule S34).
    pub faults: u64,
}

impl Left {
    pub fn add(&mut self, other: &Left) {
        self.labelled
            .resize(self.labelled.len().max(other.labelled.len()), 0);
        for (count, more) in self.labelled.iter_mut().zip(&other.labelled) {
            *count += more;
        }
        self.pending += other.pending;
        self.faults += other.faults;
    }

    fn label(&mut self, place: u8) {
        let place = place as usize;
        self.labelled.resize(self.labelled.len().max(place + 1), 0);
        self.labelled[place] += 1;
    }
}

impl Pool<'_> {
    /// The pieces of a block. Rows left out are counted.
    pub fn pieces(&self, block: &Block, axis: &Axis, left: &mut Left) -> Vec<Piece> {
        let mut pieces = Vec::new();
        match &self.clock {
            Clock::Event(node) => {
                for (row, at) in block.instants(*node).iter().enumerate() {
                    let slot = axis.slot_of(*at);
                    if slot != NONE && self.counts(block, row, left) {
                        pieces.push(piece(row, (slot, slot + 1)));
                    }
                }
            }
            Clock::Span { from, until } => {
                let spans = block.instants(*from).iter().zip(block.instants(*until));
                for (row, (from, until)) in spans.enumerate() {
                    self.span(block, axis, row, (*from, *until), left, &mut pieces);
                }
            }
            Clock::Intervals(intervals) => {
                for row in 0..block.rows.len() {
                    let spans = intervals.of(block.rows.start + row);
                    self.spans(block, axis, row, spans, left, &mut pieces);
                }
            }
        }
        pieces
    }

    fn span(
        &self,
        block: &Block,
        axis: &Axis,
        row: usize,
        span: (i64, i64),
        left: &mut Left,
        pieces: &mut Vec<Piece>,
    ) {
        let (from, until) = span;
        if from == MISSING_INSTANT {
            return;
        }
        if until != MISSING_INSTANT && until < from {
            if self.passes(block, row) && axis.first_after(from) < axis.len() {
                left.faults += 1;
            }
            return;
        }
        if self.at_points.is_some() {
            return self.spans(block, axis, row, &[span], left, pieces);
        }
        if let Some(points) = axis.covered(from, until)
            && self.counts(block, row, left)
        {
            pieces.push(piece(row, points));
        }
    }

    fn spans(
        &self,
        block: &Block,
        axis: &Axis,
        row: usize,
        spans: &[(i64, i64)],
        left: &mut Left,
        pieces: &mut Vec<Piece>,
    ) {
        let mut stretches: Vec<(i64, i64)> = spans.iter().map(|span| left_open(*span)).collect();
        if let Some(timed) = &self.at_points {
            stretches = intersect(&stretches, &timed.stretches(block, row));
        }
        let points = stretches
            .iter()
            .filter_map(|stretch| covered_points(axis, *stretch));
        let points: Vec<(u32, u32)> = points.collect();
        if !points.is_empty() && self.counts(block, row, left) {
            pieces.extend(points.into_iter().map(|points| piece(row, points)));
        }
    }

    fn passes(&self, block: &Block, row: usize) -> bool {
        self.mask.is_none_or(|mask| block.mask(mask)[row])
    }

    /// Whether a row in the range counts; if it does not, why.
    fn counts(&self, block: &Block, row: usize, left: &mut Left) -> bool {
        if !self.passes(block, row) {
            return false;
        }
        let label = self
            .labels
            .map_or(MISSING_CODE, |labels| block.codes(labels)[row]);
        let is_pending = self.pending.is_some_and(|pending| block.mask(pending)[row]);
        let holds = is_pending || self.at_event.is_none_or(|mask| block.mask(mask)[row]);
        if !holds {
            return false;
        }
        if label != MISSING_CODE {
            left.label(label);
        } else if is_pending {
            left.pending += 1;
        }
        label == MISSING_CODE && !is_pending
    }
}

fn piece(row: usize, points: (u32, u32)) -> Piece {
    Piece {
        row: row as u32,
        low: points.0,
        high: points.1,
    }
}

/// An interval `[from, until)` covers the instants `(from, until]` (rule S5).
fn left_open((from, until): (i64, i64)) -> (i64, i64) {
    (
        from,
        if until == MISSING_INSTANT {
            i64::MAX
        } else {
            until
        },
    )
}

fn covered_points(axis: &Axis, (after, until): (i64, i64)) -> Option<(u32, u32)> {
    let low = if after == i64::MIN {
        0
    } else {
        axis.first_after(after)
    };
    let high = if until == i64::MAX {
        axis.len()
    } else {
        axis.first_after(until)
    };
    (low < high).then_some((low as u32, high as u32))
}

/// A condition judged at each point.
pub(super) enum Timed<'a> {
    Plain(NodeId),
    Covered(Arc<Coverage<'a>>),
    All(Vec<Timed<'a>>),
    AnyOf(Vec<Timed<'a>>),
    Not(Box<Timed<'a>>),
}

impl PartialEq for Timed<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Timed::Plain(left), Timed::Plain(right)) => left == right,
            (Timed::Covered(left), Timed::Covered(right)) => Arc::ptr_eq(left, right),
            (Timed::All(left), Timed::All(right)) | (Timed::AnyOf(left), Timed::AnyOf(right)) => {
                left == right
            }
            (Timed::Not(left), Timed::Not(right)) => left == right,
            (
                Timed::Plain(_)
                | Timed::Covered(_)
                | Timed::All(_)
                | Timed::AnyOf(_)
                | Timed::Not(_),
                _,
            ) => false,
        }
    }
}

impl Timed<'_> {
    /// The stretches `(after, until]` in which it holds for a row: ascending and apart.
    pub fn stretches(&self, block: &Block, row: usize) -> Vec<(i64, i64)> {
        const ALWAYS: (i64, i64) = (i64::MIN, i64::MAX);
        match self {
            Timed::Plain(mask) if block.mask(*mask)[row] => vec![ALWAYS],
            Timed::Plain(_) => Vec::new(),
            Timed::Covered(coverage) => coverage.of(block.rows.start + row).to_vec(),
            Timed::All(parts) => parts.iter().fold(vec![ALWAYS], |all, part| {
                intersect(&all, &part.stretches(block, row))
            }),
            Timed::AnyOf(parts) => {
                let none = parts.iter().fold(vec![ALWAYS], |none, part| {
                    intersect(&none, &complement(&part.stretches(block, row)))
                });
                complement(&none)
            }
            Timed::Not(part) => complement(&part.stretches(block, row)),
        }
    }

    /// The points of a piece at which it holds.
    pub fn within(&self, block: &Block, axis: &Axis, piece: Piece) -> Vec<Piece> {
        let stretches = self.stretches(block, piece.row as usize);
        let points = stretches
            .iter()
            .filter_map(|stretch| covered_points(axis, *stretch));
        points
            .map(|(low, high)| Piece {
                row: piece.row,
                low: low.max(piece.low),
                high: high.min(piece.high),
            })
            .filter(|part| part.low < part.high)
            .collect()
    }
}

fn intersect(left: &[(i64, i64)], right: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut both = Vec::new();
    let (mut i, mut j) = (0, 0);
    while let (Some(a), Some(b)) = (left.get(i), right.get(j)) {
        let (after, until) = (a.0.max(b.0), a.1.min(b.1));
        if after < until {
            both.push((after, until));
        }
        if a.1 < b.1 {
            i += 1;
        } else {
            j += 1;
        }
    }
    both
}

fn complement(stretches: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut gaps = Vec::new();
    let mut after = i64::MIN;
    for (start, until) in stretches {
        if after < *start {
            gaps.push((after, *start));
        }
        after = *until;
    }
    if after < i64::MAX {
        gaps.push((after, i64::MAX));
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::{complement, intersect};

    #[test]
    fn stretches_intersect_and_complement() {
        assert_eq!(intersect(&[(0, 5), (8, 9)], &[(3, 8)]), vec![(3, 5)]);
        assert_eq!(complement(&[(0, 5)]), vec![(i64::MIN, 0), (5, i64::MAX)]);
        assert_eq!(
            complement(&complement(&[(0, 5), (7, 9)])),
            vec![(0, 5), (7, 9)]
        );
        assert_eq!(complement(&[]), vec![(i64::MIN, i64::MAX)]);
        assert_eq!(complement(&[(i64::MIN, i64::MAX)]), vec![]);
    }
}
