//! The program of one table: the nodes its measures need, each once.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::coverage::Coverage;
use super::fields::{AccessEnd, Reader};
use super::lifecycle::{self, Intervals};
use super::nodes::{Block, Node, NodeId, column_node};
use crate::base::cancellation;
use crate::base::types::FieldType;
use crate::lang::model::{
    Condition, Event, EventSource, Exists, FieldId, ScoreId, SlaId, StateSource, TableId,
};

/// Rows worked on at a time: a dozen columns of a block stay in the second-level cache.
pub(super) const BLOCK_ROWS: usize = 8192;

/// The nodes over one table, in an order in which each reads only earlier ones.
pub(super) struct Program<'a> {
    pub reader: &'a Reader<'a>,
    pub table: TableId,
    pub nodes: Vec<Node<'a>>,
    /// What each shared node stands for.
    keys: Vec<(NodeKey, NodeId)>,
    /// By place of the state: intervals that come from another table.
    intervals: Vec<(usize, Arc<Intervals>)>,
    coverages: Vec<(Exists, Arc<Coverage<'a>>)>,
}

/// By what a node is found again.
#[derive(Clone, PartialEq)]
pub(super) enum NodeKey {
    Field(FieldId),
    /// Columns of this table, the first present counts.
    Columns(Vec<usize>),
    Event(usize),
    Due(SlaId),
    Stop(SlaId),
    Breach(SlaId),
    Known,
    /// With the event that `within` counts from.
    Condition(Condition, Option<NodeId>),
    Joined(Vec<NodeId>),
    Pending(NodeId, i64),
    Excludes,
    Score(ScoreId, usize),
}

impl<'a> Program<'a> {
    pub fn new(reader: &'a Reader<'a>, table: TableId) -> Program<'a> {
        Program {
            reader,
            table,
            nodes: Vec::new(),
            keys: Vec::new(),
            intervals: Vec::new(),
            coverages: Vec::new(),
        }
    }

    /// Adds a node that nothing else shares.
    pub fn add(&mut self, node: Node<'a>) -> NodeId {
        self.nodes.push(node);
        NodeId(self.nodes.len() - 1)
    }

    /// The node of a key, made if it is not there yet.
    pub fn shared(&mut self, key: NodeKey, make: impl FnOnce(&mut Self) -> Node<'a>) -> NodeId {
        if let Some((_, node)) = self.keys.iter().find(|(known, _)| *known == key) {
            return *node;
        }
        let node = make(self);
        let id = self.add(node);
        self.keys.push((key, id));
        id
    }

    /// The intervals of a state that another table keeps, read once.
    pub fn intervals(&mut self, state: usize) -> Arc<Intervals> {
        if let Some((_, known)) = self.intervals.iter().find(|(of, _)| *of == state) {
            return known.clone();
        }
        let source = &self.reader.definitions.table(self.table).states[state].source;
        let StateSource::Intervals { table, from, until } = source else {
            unreachable!("asked only of states that another table keeps");
        };
        let read = Intervals::new(self.reader, self.table, *table, from, until);
        let read = Arc::new(read);
        self.intervals.push((state, read.clone()));
        read
    }

    /// The stretches of an `any …`, worked out once.
    pub fn coverage(&mut self, exists: &Exists) -> Arc<Coverage<'a>> {
        if let Some((_, known)) = self.coverages.iter().find(|(of, _)| of == exists) {
            return known.clone();
        }
        let made = Arc::new(Coverage::new(self.reader, self.table, exists));
        self.coverages.push((exists.clone(), made.clone()));
        made
    }

    /// The values of a field of this table.
    pub fn field(&mut self, field: FieldId) -> NodeId {
        self.shared(NodeKey::Field(field), |program| program.field_node(field))
    }

    fn field_node(&mut self, field: FieldId) -> Node<'a> {
        let as_of = self.reader.as_of();
        let Some(access) = self.reader.access(field) else {
            return self.empty(field);
        };
        match access.end.clone() {
            AccessEnd::Column {
                data,
                is_time_of_event,
            } => column_node(access, data, is_time_of_event.then_some(as_of)),
            AccessEnd::Due(table, sla) if access.hops.is_empty() && table == self.table => {
                let due = self.due(sla);
                Node::First(vec![due])
            }
            AccessEnd::Due(table, sla) => {
                let due = lifecycle::due_column(self.reader, table, sla);
                let rows = 0..self.reader.rows(self.table);
                let at = |row| {
                    access
                        .row(row)
                        .map_or(crate::exec::data::MISSING_INSTANT, |row| due[row])
                };
                Node::Ready(Arc::new(rows.map(at).collect()))
            }
        }
    }

    /// A field whose table was not loaded.
    fn empty(&self, field: FieldId) -> Node<'a> {
        match self.reader.definitions.field(field).field_type {
            FieldType::Text => Node::NoTexts,
            FieldType::YesNo | FieldType::Scale(_) => Node::NoCodes,
            FieldType::Number => Node::NoNumbers,
            FieldType::Date => Node::NoInstants,
        }
    }

    /// The first present of some date columns of this table, as of the standpoint.
    pub fn columns(&mut self, columns: &[usize]) -> NodeId {
        let field = |column: &usize| FieldId {
            table: self.table,
            field: *column,
        };
        let fields: Vec<FieldId> = columns.iter().map(field).collect();
        let nodes: Vec<NodeId> = fields.into_iter().map(|field| self.field(field)).collect();
        match nodes.as_slice() {
            [only] => *only,
            _ => self.shared(NodeKey::Columns(columns.to_vec()), |_| Node::First(nodes)),
        }
    }

    /// The instants of an event, missing where it did not happen.
    pub fn event(&mut self, event: usize) -> NodeId {
        let definition: &'a Event = &self.reader.definitions.table(self.table).events[event];
        let instants = match &definition.source {
            EventSource::Columns(columns) => self.columns(columns),
            EventSource::LastOf { table, column } => {
                let reader = self.reader;
                let this = self.table;
                self.shared(NodeKey::Event(event), |_| {
                    Node::Ready(Arc::new(lifecycle::last_of(reader, this, *table, *column)))
                })
            }
            EventSource::Breach(sla) => self.breach(*sla),
        };
        match &definition.filter {
            None => instants,
            Some(filter) => {
                let mask = self.condition(filter, Some(instants));
                let key = NodeKey::Joined(vec![instants, mask]);
                self.shared(key, |_| Node::Where(instants, mask))
            }
        }
    }

    /// The rows known at the standpoint; `None` if all are.
    pub fn known(&mut self) -> Option<NodeId> {
        let from = self.reader.known_from(self.table)?;
        let known_on = self.reader.known_on();
        Some(self.shared(NodeKey::Known, |_| Node::Known { from, known_on }))
    }

    /// The place of the `exclude` line that leaves a row out; `None` if the table has none.
    pub fn excludes(&mut self) -> Option<NodeId> {
        let excludes = &self.reader.definitions.table(self.table).excludes;
        if excludes.is_empty() {
            return None;
        }
        let filters = excludes.iter().map(|exclude| &exclude.filter);
        let masks: Vec<NodeId> = filters.map(|filter| self.condition(filter, None)).collect();
        Some(self.shared(NodeKey::Excludes, |_| Node::FirstOf(masks)))
    }

    /// One mask that holds where all do; `None` for no masks.
    pub fn joined(&mut self, masks: Vec<NodeId>) -> Option<NodeId> {
        match masks.as_slice() {
            [] => None,
            [only] => Some(*only),
            _ => Some(self.shared(NodeKey::Joined(masks.clone()), |_| Node::All(masks))),
        }
    }

    /// Runs the program over the whole table and hands each block to a reading function; the
    /// results come in the order of the rows.
    pub fn over_blocks<T: Send>(&self, read: impl Fn(&Block<'a>) -> T + Sync) -> Vec<T> {
        blocks(0..self.reader.rows(self.table))
            .into_par_iter()
            .map(|rows| {
                cancellation::beat(rows.len());
                read(&Block::new(&self.nodes, rows))
            })
            .collect()
    }

    /// One date column worked out over the whole table.
    pub fn instants_column(&self, node: NodeId) -> Vec<i64> {
        self.over_blocks(|block| block.instants(node).to_vec())
            .concat()
    }
}

/// Cuts rows into blocks.
pub(super) fn blocks(rows: Range<usize>) -> Vec<Range<usize>> {
    let end = rows.end;
    rows.step_by(BLOCK_ROWS)
        .map(|start| start..(start + BLOCK_ROWS).min(end))
        .collect()
}
