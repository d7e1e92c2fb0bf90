//! Row-wise work shared between measures: each node is one vector over the rows of a block, worked
//! out once whoever needs it. Nodes only read nodes before them.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::coverage::Coverage;
use super::fields::{Access, happened};
use super::policy::{DueClock, ScoreTable};
use crate::exec::data::{ColumnData, MISSING_CODE, MISSING_INSTANT, MISSING_TEXT};
use crate::lang::model::{NumberTest, OrderTest};

/// Index of a node in its program.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct NodeId(pub usize);

/// What one node computes.
pub(super) enum Node<'a> {
    Codes(Access<'a>, &'a [u8]),
    Texts(Access<'a>, &'a [u32]),
    Numbers(Access<'a>, &'a [f64]),
    /// Dates; as-of hides them if the flag says that they bear an event.
    Instants(Access<'a>, &'a [i64], Option<i64>),
    /// A column of this table that was worked out before.
    Ready(Arc<Vec<i64>>),
    /// Missing in every row.
    NoInstants,
    NoCodes,
    NoTexts,
    NoNumbers,

    /// The first that is present.
    First(Vec<NodeId>),
    /// The earliest that is present.
    Earliest(Vec<NodeId>),
    /// Missing where the mask does not hold.
    Where(NodeId, NodeId),
    Due(DueClock),
    /// The due instant, where it comes before as-of and the clock had not stopped by then.
    Breach {
        due: NodeId,
        stop: NodeId,
        as_of: i64,
    },

    /// Rows known at the standpoint.
    Known {
        from: &'a [i64],
        known_on: i64,
    },
    All(Vec<NodeId>),
    AnyOf(Vec<NodeId>),
    Not(NodeId),
    CodeIn(NodeId, Box<[bool; 256]>),
    /// By text code; a missing text is out of range.
    TextIn(NodeId, Vec<bool>),
    Number(NodeId, NumberTest),
    /// Within `[from, until)`.
    Between(NodeId, i64, i64),
    CompareCodes(NodeId, OrderTest, NodeId),
    /// Equality of texts of two dictionaries: for each left code the right code, or [`MISSING_TEXT`].
    SameText(NodeId, NodeId, Vec<u32>),
    CompareNumbers(NodeId, OrderTest, NodeId),
    CompareInstants(NodeId, OrderTest, NodeId),
    Present(NodeId),
    /// `any …` at the instant of a flow's event.
    CoveredAt {
        coverage: Arc<Coverage<'a>>,
        at: NodeId,
    },
    /// `event` lies in `[base, base + micros)`.
    Within {
        event: NodeId,
        base: NodeId,
        micros: i64,
    },
    /// `base + micros` lies after as-of.
    Pending {
        base: NodeId,
        micros: i64,
        as_of: i64,
    },
    /// The place of the first mask that holds, or [`MISSING_CODE`].
    FirstOf(Vec<NodeId>),
    Score(ScoreTable),
}

/// The values of a node over a block.
pub(super) enum Buffer<'a> {
    Codes(Cow<'a, [u8]>),
    Texts(Cow<'a, [u32]>),
    Numbers(Cow<'a, [f64]>),
    Instants(Cow<'a, [i64]>),
    Mask(Vec<bool>),
}

/// The nodes' values over one block.
pub(super) struct Block<'a> {
    pub rows: Range<usize>,
    buffers: Vec<Buffer<'a>>,
}

impl<'a> Block<'a> {
    /// Works out all nodes over some rows of the table.
    pub fn new(nodes: &[Node<'a>], rows: Range<usize>) -> Block<'a> {
        let mut block = Block {
            rows,
            buffers: Vec::with_capacity(nodes.len()),
        };
        for node in nodes {
            let buffer = block.compute(node);
            block.buffers.push(buffer);
        }
        block
    }

    pub fn codes(&self, node: NodeId) -> &[u8] {
        match &self.buffers[node.0] {
            Buffer::Codes(values) => values,
            other => wrong(other),
        }
    }

    pub fn texts(&self, node: NodeId) -> &[u32] {
        match &self.buffers[node.0] {
            Buffer::Texts(values) => values,
            other => wrong(other),
        }
    }

    pub fn numbers(&self, node: NodeId) -> &[f64] {
        match &self.buffers[node.0] {
            Buffer::Numbers(values) => values,
            other => wrong(other),
        }
    }

    pub fn instants(&self, node: NodeId) -> &[i64] {
        match &self.buffers[node.0] {
            Buffer::Instants(values) => values,
            other => wrong(other),
        }
    }

    pub fn mask(&self, node: NodeId) -> &[bool] {
        match &self.buffers[node.0] {
            Buffer::Mask(values) => values,
            other => wrong(other),
        }
    }

    /// What a node holds, of whatever type.
    pub fn buffer(&self, node: NodeId) -> &Buffer<'a> {
        &self.buffers[node.0]
    }

    fn compute(&self, node: &Node<'a>) -> Buffer<'a> {
        match node {
            Node::Codes(access, data) => Buffer::Codes(self.gather(access, data, MISSING_CODE)),
            Node::Texts(access, data) => Buffer::Texts(self.gather(access, data, MISSING_TEXT)),
            Node::Numbers(access, data) => Buffer::Numbers(self.gather(access, data, f64::NAN)),
            Node::Instants(access, data, as_of) => {
                Buffer::Instants(self.dates(access, data, *as_of))
            }
            Node::Ready(column) => Buffer::Instants(Cow::Owned(column[self.rows.clone()].to_vec())),
            Node::NoInstants => Buffer::Instants(Cow::Owned(self.filled(MISSING_INSTANT))),
            Node::NoCodes => Buffer::Codes(Cow::Owned(self.filled(MISSING_CODE))),
            Node::NoTexts => Buffer::Texts(Cow::Owned(self.filled(MISSING_TEXT))),
            Node::NoNumbers => Buffer::Numbers(Cow::Owned(self.filled(f64::NAN))),
            Node::First(nodes) => {
                self.combine(
                    nodes,
                    |kept, next| {
                        if kept == MISSING_INSTANT { next } else { kept }
                    },
                )
            }
            Node::Earliest(nodes) => self.combine(nodes, earliest),
            Node::Where(instants, mask) => self.keep_where(*instants, *mask),
            Node::Due(clock) => Buffer::Instants(Cow::Owned(clock.due(self))),
            Node::Breach { due, stop, as_of } => self.breach(*due, *stop, *as_of),
            Node::FirstOf(masks) => self.first_of(masks),
            Node::Score(score) => Buffer::Numbers(Cow::Owned(score.points(self))),
            Node::Known { .. }
            | Node::All(_)
            | Node::AnyOf(_)
            | Node::Not(_)
            | Node::CodeIn(..)
            | Node::TextIn(..)
            | Node::Number(..)
            | Node::Between(..)
            | Node::CompareCodes(..)
            | Node::SameText(..)
            | Node::CompareNumbers(..)
            | Node::CompareInstants(..)
            | Node::Present(_)
            | Node::CoveredAt { .. }
            | Node::Within { .. }
            | Node::Pending { .. } => Buffer::Mask(self.test(node)),
        }
    }

    pub fn filled<T: Clone>(&self, value: T) -> Vec<T> {
        vec![value; self.rows.len()]
    }

    fn gather<T: Copy>(&self, access: &Access<'a>, data: &'a [T], missing: T) -> Cow<'a, [T]> {
        match access.hops.as_slice() {
            [] => Cow::Borrowed(&data[self.rows.clone()]),
            [hop] => Cow::Owned(
                hop[self.rows.clone()]
                    .iter()
                    .map(|row| data.get(*row as usize).copied().unwrap_or(missing))
                    .collect(),
            ),
            _ => Cow::Owned(
                self.rows
                    .clone()
                    .map(|row| access.row(row).map_or(missing, |row| data[row]))
                    .collect(),
            ),
        }
    }

    fn dates(&self, access: &Access<'a>, data: &'a [i64], as_of: Option<i64>) -> Cow<'a, [i64]> {
        let values = self.gather(access, data, MISSING_INSTANT);
        match as_of {
            // Most blocks of old data have nothing to hide: they are not copied.
            Some(as_of) if values.iter().any(|at| *at >= as_of) => {
                Cow::Owned(values.iter().map(|at| happened(*at, as_of)).collect())
            }
            Some(_) | None => values,
        }
    }

    fn combine(&self, nodes: &[NodeId], choose: impl Fn(i64, i64) -> i64) -> Buffer<'a> {
        let mut kept = self.filled(MISSING_INSTANT);
        for node in nodes {
            for (kept, next) in kept.iter_mut().zip(self.instants(*node)) {
                *kept = choose(*kept, *next);
            }
        }
        Buffer::Instants(Cow::Owned(kept))
    }

    fn keep_where(&self, instants: NodeId, mask: NodeId) -> Buffer<'a> {
        let pairs = self.instants(instants).iter().zip(self.mask(mask));
        let keep = |(at, holds): (&i64, &bool)| if *holds { *at } else { MISSING_INSTANT };
        Buffer::Instants(Cow::Owned(pairs.map(keep).collect()))
    }

    /// Rule S36; a clock that stops at the very due instant has stopped in time.
    fn breach(&self, due: NodeId, stop: NodeId, as_of: i64) -> Buffer<'a> {
        let pairs = self.instants(due).iter().zip(self.instants(stop));
        let breach = |(due, stop): (&i64, &i64)| {
            let stopped = *stop != MISSING_INSTANT && stop <= due;
            if stopped {
                MISSING_INSTANT
            } else {
                happened(*due, as_of)
            }
        };
        Buffer::Instants(Cow::Owned(pairs.map(breach).collect()))
    }

    fn first_of(&self, masks: &[NodeId]) -> Buffer<'a> {
        let mut first = self.filled(MISSING_CODE);
        for (place, mask) in masks.iter().enumerate().rev() {
            for (first, holds) in first.iter_mut().zip(self.mask(*mask)) {
                if *holds {
                    *first = place as u8;
                }
            }
        }
        Buffer::Codes(Cow::Owned(first))
    }
}

/// The node that reads a field's column.
pub(super) fn column_node<'a>(
    access: Access<'a>,
    data: &'a ColumnData,
    as_of: Option<i64>,
) -> Node<'a> {
    match data {
        ColumnData::Codes(values) => Node::Codes(access, values),
        ColumnData::Texts { codes, .. } => Node::Texts(access, codes),
        ColumnData::Numbers(values) => Node::Numbers(access, values),
        ColumnData::Instants(values) => Node::Instants(access, values, as_of),
    }
}

fn earliest(kept: i64, next: i64) -> i64 {
    match (kept, next) {
        (MISSING_INSTANT, other) | (other, MISSING_INSTANT) => other,
        (kept, next) => kept.min(next),
    }
}

fn wrong(buffer: &Buffer) -> ! {
    let held = match buffer {
        Buffer::Codes(_) => "codes",
        Buffer::Texts(_) => "texts",
        Buffer::Numbers(_) => "numbers",
        Buffer::Instants(_) => "instants",
        Buffer::Mask(_) => "a mask",
    };
    unreachable!("a node holds {held}, which its reader does not ask for")
}
