//! Events and intervals that come from another table (rule S35), and whole columns of them.

use super::compile::Program;
use super::fields::Reader;
use super::nodes::NodeId;
use crate::base::cancellation::{self, Steps};
use crate::exec::data::{MISSING_INSTANT, NO_ROW};
use crate::lang::model::{SlaId, TableId};

/// For each row of a table its intervals `[from, until)` in an interval table: ascending and apart.
/// A missing `until` has not ended.
pub(super) struct Intervals {
    offsets: Vec<u32>,
    spans: Vec<(i64, i64)>,
}

impl Intervals {
    pub fn new<'a>(
        reader: &'a Reader<'a>,
        table: TableId,
        intervals: TableId,
        from: &[usize],
        until: &[usize],
    ) -> Intervals {
        let mut program = Program::new(reader, intervals);
        let from = program.columns(from);
        let until = program.columns(until);
        let mut rows = child_rows(&program, table, |block| {
            let pairs = block.instants(from).iter().zip(block.instants(until));
            pairs.map(|(from, until)| (*from, *until)).collect()
        });
        rows.retain(|(_, (from, _))| *from != MISSING_INSTANT);
        cancellation::sort_unstable(&mut rows);
        let (offsets, spans) = merge(&rows, reader.rows(table));
        Intervals { offsets, spans }
    }

    pub fn of(&self, row: usize) -> &[(i64, i64)] {
        &self.spans[self.offsets[row] as usize..self.offsets[row + 1] as usize]
    }
}

/// The rows of a child table that are known and have a parent: the parent's row and what is read.
fn child_rows<'a, T: Send + Copy>(
    program: &Program<'a>,
    table: TableId,
    read: impl Fn(&super::nodes::Block<'a>) -> Vec<T> + Sync,
) -> Vec<(u32, T)> {
    let reader = program.reader;
    let link = |parent: &crate::lang::model::Parent| parent.table == table;
    let parents = &reader.definitions.table(program.table).parents;
    let parent = parents
        .iter()
        .position(link)
        .expect("checking found this relation");
    let hop = reader.hop(program.table, parent);
    let known_from = reader.known_from(program.table);
    let values = program.over_blocks(read).concat();
    let is_known = |row: usize| known_from.is_none_or(|from| from[row] < reader.known_on());
    let rows = values.into_iter().zip(hop).enumerate();
    let mut steps = Steps::default();
    rows.inspect(|_| steps.step())
        .filter(|(row, (_, parent))| **parent != NO_ROW && is_known(*row))
        .map(|(_, (value, parent))| (*parent, value))
        .collect()
}

/// Ordered intervals → those of each row, overlapping ones merged so that none counts twice.
/// Intervals that end before they start are left out.
fn merge(rows: &[(u32, (i64, i64))], of: usize) -> (Vec<u32>, Vec<(i64, i64)>) {
    let mut offsets = Vec::with_capacity(of + 1);
    let mut spans: Vec<(i64, i64)> = Vec::new();
    let mut next = 0;
    let mut steps = Steps::default();
    for row in 0..of {
        steps.step();
        let first = spans.len();
        offsets.push(first as u32);
        while let Some((_, (from, until))) = rows.get(next).filter(|(at, _)| *at as usize == row) {
            next += 1;
            if *until != MISSING_INSTANT && until < from {
                continue;
            }
            match spans[first..].last_mut() {
                Some(last) if last.1 == MISSING_INSTANT => {}
                Some(last) if *from <= last.1 => last.1 = later_end(last.1, *until),
                Some(_) | None => spans.push((*from, *until)),
            }
        }
    }
    offsets.push(spans.len() as u32);
    (offsets, spans)
}

fn later_end(left: i64, right: i64) -> i64 {
    match (left, right) {
        (MISSING_INSTANT, _) | (_, MISSING_INSTANT) => MISSING_INSTANT,
        (left, right) => left.max(right),
    }
}

/// For each row of a table the latest value of a column over its rows in an interval table; missing
/// while one of those has none, or there are no rows. An interval that has neither begun nor
/// ended as of the standpoint is not there yet (rule S3).
pub(super) fn last_of<'a>(
    reader: &'a Reader<'a>,
    table: TableId,
    intervals: TableId,
    column: usize,
) -> Vec<i64> {
    let mut program = Program::new(reader, intervals);
    let last = program.columns(&[column]);
    let starts = reader.definitions.table(table).interval_starts(intervals);
    let begun = starts.map(|from| program.columns(from));
    let rows = child_rows(&program, table, |block| {
        let is_there = |row: usize, at: i64| {
            let has_begun = |begun| block.instants(begun)[row] != MISSING_INSTANT;
            at != MISSING_INSTANT || begun.is_none_or(has_begun)
        };
        let values = block.instants(last).iter().enumerate();
        values
            .map(|(row, at)| is_there(row, *at).then_some(*at))
            .collect()
    });
    let mut latest = vec![None; reader.rows(table)];
    let mut steps = Steps::default();
    for (row, at) in rows {
        steps.step();
        let Some(at) = at else { continue };
        let so_far = &mut latest[row as usize];
        *so_far = Some(so_far.map_or(at, |so_far| later_end(so_far, at)));
    }
    latest
        .into_iter()
        .map(|latest| latest.unwrap_or(MISSING_INSTANT))
        .collect()
}

/// The due instants of a whole table.
pub(super) fn due_column<'a>(reader: &'a Reader<'a>, table: TableId, sla: SlaId) -> Vec<i64> {
    let mut program = Program::new(reader, table);
    let due: NodeId = program.due(sla);
    program.instants_column(due)
}
