//! Populations → pools, and the rows of one population for lists.

use std::sync::Arc;

use super::axis::Axis;
use super::compile::NodeKey;
use super::conditions::{conjuncts, depends_on_time, longest_within};
use super::fields::Reader;
use super::nodes::{Node, NodeId};
use super::pass::Pass;
use super::pieces::{Clock, Left, Pool, Timed};
use super::steps::place;
use crate::lang::model::{Condition, Measure, Population, Role, StateSource};

impl<'a> Pass<'a> {
    /// The pool of a measure over an axis.
    pub fn pool(&mut self, measure: &Measure, axis: usize) -> usize {
        let clock = self.clock(&measure.population);
        self.pool_of(&measure.population, measure.with.as_ref(), clock, axis)
    }

    fn pool_of(
        &mut self,
        population: &Population,
        with: Option<&Condition>,
        clock: Clock,
        axis: usize,
    ) -> usize {
        let base = match clock {
            Clock::Event(node) => Some(node),
            Clock::Span { .. } | Clock::Intervals(_) => None,
        };
        let parts = population.filter.as_ref().map_or(Vec::new(), conjuncts);
        let (timed, plain): (Vec<&Condition>, Vec<&Condition>) =
            parts.into_iter().partition(|part| depends_on_time(part));
        let mut masks: Vec<NodeId> = self.program.known().into_iter().collect();
        masks.extend(
            plain
                .into_iter()
                .map(|part| self.program.condition(part, None)),
        );
        let mask = self.program.joined(masks);
        let pool = Pool {
            clock,
            axis,
            mask,
            pending: base.and_then(|base| self.pending(population, with, base)),
            at_event: base.and_then(|base| self.at_event(&timed, base)),
            at_points: match base {
                Some(_) => None,
                None => self.at_points(&timed),
            },
            labels: match population.including_excluded {
                true => None,
                false => self.program.excludes(),
            },
        };
        place(&mut self.pools, pool)
    }

    fn clock(&mut self, population: &Population) -> Clock {
        match population.role {
            Role::Event(event) => Clock::Event(self.program.event(event)),
            Role::State(state) => self.state_clock(state),
            Role::Rows => unreachable!("checking asks every aggregate for an event or a state"),
        }
    }

    fn state_clock(&mut self, state: usize) -> Clock {
        let program = &mut self.program;
        match &program.reader.definitions.table(program.table).states[state].source {
            StateSource::Columns { from, until } => Clock::Span {
                from: program.columns(from),
                until: program.columns(until),
            },
            StateSource::Intervals { .. } => Clock::Intervals(program.intervals(state)),
            StateSource::Overdue(sla) => Clock::Span {
                from: program.breach(*sla),
                until: program.stop(*sla),
            },
        }
    }

    fn pending(
        &mut self,
        population: &Population,
        with: Option<&Condition>,
        base: NodeId,
    ) -> Option<NodeId> {
        let conditions = population.filter.iter().chain(with);
        let micros = conditions.filter_map(longest_within).max()?;
        let as_of = self.program.reader.as_of();
        let key = NodeKey::Pending(base, micros);
        Some(self.program.shared(key, |_| Node::Pending {
            base,
            micros,
            as_of,
        }))
    }

    fn at_event(&mut self, timed: &[&Condition], base: NodeId) -> Option<NodeId> {
        let masks = timed
            .iter()
            .map(|part| self.program.condition(part, Some(base)));
        let masks = masks.collect();
        self.program.joined(masks)
    }

    fn at_points(&mut self, timed: &[&Condition]) -> Option<Arc<Timed<'a>>> {
        if timed.is_empty() {
            return None;
        }
        let parts = timed.iter().map(|part| self.timed(part)).collect();
        Some(Arc::new(Timed::All(parts)))
    }

    /// A condition judged at each point.
    pub fn timed(&mut self, condition: &Condition) -> Timed<'a> {
        let mut all = |parts: &[Condition]| parts.iter().map(|part| self.timed(part)).collect();
        match condition {
            Condition::All(parts) => Timed::All(all(parts)),
            Condition::AnyOf(parts) => Timed::AnyOf(all(parts)),
            Condition::Not(part) => Timed::Not(Box::new(self.timed(part))),
            Condition::Exists(exists) => Timed::Covered(self.program.coverage(exists)),
            Condition::Codes { .. }
            | Condition::Texts { .. }
            | Condition::Number { .. }
            | Condition::Between { .. }
            | Condition::Fields { .. }
            | Condition::Present(_)
            | Condition::Within { .. } => Timed::Plain(self.program.condition(condition, None)),
        }
    }
}

/// The rows of one population, for lists.
pub(super) struct Selection<'a> {
    pass: Pass<'a>,
}

impl<'a> Selection<'a> {
    pub fn new(reader: &'a Reader<'a>, population: &Population, axis: Axis) -> Selection<'a> {
        let mut pass = Pass::new(reader, population.table);
        pass.axes.push(axis);
        let clock = match population.role {
            // Without a role every row counts: as if something happened to it just before the end.
            Role::Rows => {
                let at = pass.axes[0].ends.first().map_or(0, |end| end - 1);
                let rows = reader.rows(population.table);
                Clock::Event(pass.program.add(Node::Ready(Arc::new(vec![at; rows]))))
            }
            Role::Event(_) | Role::State(_) => pass.clock(population),
        };
        pass.pool_of(population, None, clock, 0);
        Selection { pass }
    }

    /// The rows in the order of the file, and what was left out.
    pub fn rows(&self) -> (Vec<usize>, Left) {
        let found = self.pass.program.over_blocks(|block| {
            let mut left = Left::default();
            let pieces = self.pass.pools[0].pieces(block, &self.pass.axes[0], &mut left);
            let mut rows: Vec<usize> = pieces
                .iter()
                .map(|piece| block.rows.start + piece.row as usize)
                .collect();
            rows.dedup();
            (rows, left)
        });
        let mut all = (Vec::new(), Left::default());
        for (rows, left) in found {
            all.0.extend(rows);
            all.1.add(&left);
        }
        all
    }
}
