//! `any scans completed within 30 days`: events of related rows, merged into the stretches of time
//! at which the answer is yes.

use super::compile::Program;
use super::fields::Reader;
use super::nodes::Node;
use crate::base::cancellation::{self, Steps};
use crate::exec::data::{MISSING_INSTANT, NO_ROW};
use crate::lang::model::{Exists, Relation, TableId};

/// For each anchor row the stretches `(after, until]` in which it is covered, ascending and apart.
pub(super) struct Coverage<'a> {
    /// From the asking row to the anchor; `None`: the asking row itself.
    anchor: Option<&'a [u32]>,
    offsets: Vec<u32>,
    stretches: Vec<(i64, i64)>,
}

impl<'a> Coverage<'a> {
    pub fn new(reader: &'a Reader<'a>, asking: TableId, exists: &Exists) -> Coverage<'a> {
        let related = exists.event.table;
        let (anchor, anchors, to_anchor) = match exists.relation {
            Relation::Child { parent } => (None, asking, parent),
            Relation::Sibling {
                own,
                related: parent,
            } => {
                let anchors = reader.definitions.table(asking).parents[own].table;
                (Some(reader.hop(asking, own)), anchors, parent)
            }
        };
        let instants = related_instants(reader, exists);
        let pairs = reader.hop(related, to_anchor).iter().zip(&instants);
        let mut steps = Steps::default();
        let mut events: Vec<(u32, i64)> = pairs
            .inspect(|_| steps.step())
            .filter(|(row, at)| **row != NO_ROW && **at != MISSING_INSTANT)
            .map(|(row, at)| (*row, *at))
            .collect();
        cancellation::sort_unstable(&mut events);
        let (offsets, stretches) = merge(&events, reader.rows(anchors), exists.micros);
        Coverage {
            anchor,
            offsets,
            stretches,
        }
    }

    /// The stretches of a row of the asking table.
    pub fn of(&self, row: usize) -> &[(i64, i64)] {
        let anchor = match self.anchor {
            None => row,
            Some(anchor) => match anchor.get(row) {
                Some(&anchor) if anchor != NO_ROW => anchor as usize,
                Some(_) | None => return &[],
            },
        };
        match (self.offsets.get(anchor), self.offsets.get(anchor + 1)) {
            (Some(from), Some(to)) => &self.stretches[*from as usize..*to as usize],
            (_, _) => &[],
        }
    }

    /// Whether a row is covered at an instant; a missing instant is not.
    pub fn holds(&self, row: usize, at: i64) -> bool {
        let stretches = self.of(row);
        let next = stretches.partition_point(|(_, until)| *until < at);
        stretches.get(next).is_some_and(|(after, _)| *after < at)
    }
}

/// When the event of each related row happened, missing where the row does not count.
fn related_instants<'a>(reader: &'a Reader<'a>, exists: &Exists) -> Vec<i64> {
    let mut program = Program::new(reader, exists.event.table);
    let event = program.event(exists.event.event);
    let filter = exists.filter.as_ref();
    let mut masks: Vec<_> = filter
        .map(|filter| program.condition(filter, Some(event)))
        .into_iter()
        .collect();
    masks.extend(program.known());
    if let Some(labels) = program.excludes() {
        let present = program.add(Node::Present(labels));
        masks.push(program.add(Node::Not(present)));
    }
    let node = match program.joined(masks) {
        Some(mask) => program.add(Node::Where(event, mask)),
        None => event,
    };
    program.instants_column(node)
}

/// Ordered events of ordered anchors → stretches. An event at `s` covers the instants `t` with
/// `s` in `[t - micros, t)`, that is `t` in `(s, s + micros]`.
fn merge(
    events: &[(u32, i64)],
    anchors: usize,
    micros: Option<i64>,
) -> (Vec<u32>, Vec<(i64, i64)>) {
    let mut offsets = Vec::with_capacity(anchors + 1);
    let mut stretches: Vec<(i64, i64)> = Vec::new();
    let mut next = 0;
    let mut steps = Steps::default();
    for anchor in 0..anchors {
        steps.step();
        let first = stretches.len();
        offsets.push(first as u32);
        while let Some((_, at)) = events.get(next).filter(|(of, _)| *of as usize == anchor) {
            let until = micros.map_or(i64::MAX, |micros| at.saturating_add(micros));
            match stretches[first..].last_mut() {
                Some(last) if *at <= last.1 => last.1 = last.1.max(until),
                Some(_) | None => stretches.push((*at, until)),
            }
            next += 1;
        }
    }
    offsets.push(stretches.len() as u32);
    (offsets, stretches)
}
