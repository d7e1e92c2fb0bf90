//! In which order things happen to a row, as far as its table tells: a state begins before it ends, a clock starts
//! before it stops, and what is declared first comes first. A breach and an agreed date have no place among what is
//! declared: they may come before or after it. So has the instant at which a row is due.

use super::{Definitions, EventSource, Sla, SlaId, StateSource, Table, TableId};

/// The order of the events and states of a table.
#[derive(Clone, Copy, Debug)]
pub struct EventOrder<'a> {
    id: TableId,
    pub table: &'a Table,
    slas: &'a [Sla],
}

impl<'a> EventOrder<'a> {
    pub fn of(definitions: &'a Definitions, table: TableId) -> EventOrder<'a> {
        EventOrder {
            id: table,
            table: definitions.table(table),
            slas: &definitions.slas,
        }
    }

    /// The columns that an event is read from.
    pub fn columns(self, event: usize) -> &'a [usize] {
        self.table.events[event].source.columns()
    }

    /// The column of an event that has one.
    pub fn only_column(self, event: usize) -> Option<usize> {
        match self.columns(event) {
            [only] => Some(*only),
            _ => None,
        }
    }

    fn is_one_of(self, event: usize, columns: &[usize]) -> bool {
        let own = self.only_column(event);
        own.is_some_and(|column| columns.contains(&column))
    }

    /// Whether an event comes after another one.
    pub fn is_later(self, event: usize, than: usize) -> bool {
        let own = self.only_column(event);
        if own.is_some() && own == self.only_column(than) {
            return false;
        }
        if self.is_before(than, event) {
            return true;
        }
        let by_declaration = self.is_declared_in_order(event) && self.is_declared_in_order(than);
        by_declaration && !self.is_before(event, than) && event > than
    }

    /// Whether the place of an event in its table says when it comes.
    fn is_declared_in_order(self, event: usize) -> bool {
        let is_planned = |column: &usize| self.table.columns[*column].is_planned;
        self.made_by(event).is_none() && !self.columns(event).iter().any(is_planned)
    }

    /// The SLA that an event comes from, and whether the event is a breach.
    fn made_by(self, event: usize) -> Option<(SlaId, bool)> {
        match self.table.events[event].source {
            EventSource::Due(sla) => Some((sla, false)),
            EventSource::Breach(sla) => Some((sla, true)),
            EventSource::Columns(_) | EventSource::LastOf { .. } => None,
        }
    }

    /// Whether a row is due under an SLA at an event: each breach is at a due instant.
    pub fn is_due_at(self, event: usize, breach: usize) -> bool {
        match (self.made_by(event), self.made_by(breach)) {
            (Some((due, false)), Some((breached, true))) => due == breached,
            _ => false,
        }
    }

    /// Whether a state or a clock says that one event comes before another.
    pub fn is_before(self, event: usize, other: usize) -> bool {
        let by_state = self.table.states.iter().any(|state| match &state.source {
            StateSource::Columns { from, until } => {
                self.is_one_of(event, from) && self.is_one_of(other, until)
            }
            StateSource::Intervals { .. } | StateSource::Overdue(_) => false,
        });
        by_state
            || self.clocks().any(|(id, sla)| {
                let stops = sla.stops.iter().any(|stop| stop.event == other);
                let starts = sla.starts.event == event;
                let is_due = self.made_by(other).is_some_and(|(of, _)| of == id);
                (starts && (stops || is_due)) || (stops && self.made_by(event) == Some((id, true)))
            })
    }

    /// Whether an event has come whenever another comes: a state or a clock says so, or rows begin with it. The place in a
    /// table alone does not: what is declared first may be unknown of a row. A breach may never come.
    pub fn is_surely_before(self, event: usize, other: usize) -> bool {
        let is_breach = matches!(self.made_by(event), Some((_, true)));
        if is_breach || self.is_before(other, event) {
            return false;
        }
        self.is_before(event, other) || (self.is_first(event) && self.is_later(other, event))
    }

    /// Whether a state has begun before an event and ends only after it.
    pub fn lasts_through(self, state: usize, event: usize) -> bool {
        let StateSource::Columns { from, until } = &self.table.states[state].source else {
            return false;
        };
        let mut others = 0..self.table.events.len();
        let begins = others
            .clone()
            .any(|other| self.is_one_of(other, from) && self.is_before(other, event));
        let ends = others.any(|other| self.is_one_of(other, until) && self.is_before(event, other));
        from.len() == 1 && until.len() == 1 && begins && ends
    }

    /// The same, as far as the order of declaration tells when it ends.
    pub fn likely_lasts_through(self, state: usize, event: usize) -> bool {
        let StateSource::Columns { from, until } = &self.table.states[state].source else {
            return false;
        };
        let mut others = 0..self.table.events.len();
        let begins = others
            .clone()
            .any(|other| self.is_one_of(other, from) && self.is_surely_before(other, event));
        let ends = others.any(|other| self.is_one_of(other, until) && self.is_later(other, event));
        from.len() == 1 && until.len() == 1 && begins && ends
    }

    fn clocks(self) -> impl Iterator<Item = (SlaId, &'a Sla)> {
        let all = self.slas.iter().enumerate();
        all.filter(move |(_, sla)| sla.table == self.id)
            .map(|(id, sla)| (SlaId(id), sla))
    }

    /// Whether a row begins with an event: a state or a clock begins there, and none ends.
    pub fn is_first(self, event: usize) -> bool {
        let begins = (0..self.table.states.len()).any(|state| self.begins_at(state, event));
        begins && !(0..self.table.events.len()).any(|other| self.is_before(other, event))
    }

    /// Whether a state begins at an event, or always after it.
    pub fn begins_at(self, state: usize, event: usize) -> bool {
        match &self.table.states[state].source {
            StateSource::Columns { from, .. } => from.len() == 1 && self.is_one_of(event, from),
            StateSource::Overdue(sla) => {
                let clock = self.slas.get(sla.0);
                let is_due = self.made_by(event).is_some_and(|(of, _)| of == *sla);
                is_due || clock.is_some_and(|sla| sla.starts.event == event)
            }
            StateSource::Intervals { .. } => false,
        }
    }

    /// A state that begins or ends at a column.
    pub fn state_of_bound(self, column: usize) -> Option<usize> {
        let mut states = self.table.states.iter();
        states.position(|state| match &state.source {
            StateSource::Columns { from, until } => {
                from.contains(&column) || until.contains(&column)
            }
            StateSource::Intervals { .. } | StateSource::Overdue(_) => false,
        })
    }

    /// An event that comes before another: the start of a clock if it does.
    pub fn earlier(self, than: usize) -> Option<usize> {
        let starts = self.clocks().map(|(_, sla)| sla.starts.event);
        let mut starts = starts.filter(|start| self.is_later(than, *start));
        let mut events = (0..self.table.events.len()).filter(|event| self.is_later(than, *event));
        starts.next().or_else(|| events.next())
    }
}
