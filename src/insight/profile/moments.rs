//! Events and states of a table: how many rows have them, and from when to when.

use rayon::prelude::*;

use super::ask_table;
use super::columns::{BLOCK, FieldAccess, way};
use super::filter::{RowFilter, filter};
use crate::base::cancellation;
use crate::exec::data::{ColumnData, Dataset, MISSING_INSTANT, NO_ROW, Need, Request};
use crate::lang::model::{
    Condition, Definitions, Event, EventSource, FieldId, StateSource, Table, TableId,
};

/// How many rows have an instant, and between which they lie.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Bounds {
    pub rows: u64,
    pub first: Option<i64>,
    pub last: Option<i64>,
}

/// An event of a table.
#[derive(Clone, Debug)]
pub struct EventProfile {
    pub name: String,
    /// `None`: rows alone do not tell, because a policy or a condition on other rows decides.
    pub found: Option<Bounds>,
}

/// A state of a table.
#[derive(Clone, Debug)]
pub struct StateProfile {
    pub name: String,
    /// Rows that enter it; `None`: a policy decides. Of intervals in another table, its rows.
    pub from: Option<Bounds>,
    /// Rows that leave it.
    pub until: Option<Bounds>,
}

impl Bounds {
    fn with(self, instant: i64) -> Bounds {
        if instant == MISSING_INSTANT {
            return self;
        }
        self.and(Bounds {
            rows: 1,
            first: Some(instant),
            last: Some(instant),
        })
    }

    fn and(self, other: Bounds) -> Bounds {
        Bounds {
            rows: self.rows + other.rows,
            first: self.first.into_iter().chain(other.first).min(),
            last: self.last.max(other.last),
        }
    }
}

/// The events of a table, in the order they are declared.
pub fn events(definitions: &Definitions, dataset: &Dataset, table: TableId) -> Vec<EventProfile> {
    let events = definitions.table(table).events.iter();
    let profile = |event: &Event| EventProfile {
        name: event.name.clone(),
        found: match &event.source {
            EventSource::Columns(columns) => bounds_where(
                definitions,
                dataset,
                (table, columns),
                event.filter.as_ref(),
            ),
            EventSource::LastOf { table: of, column } => match event.filter {
                Some(_) => None,
                None => last_of(definitions, dataset, table, (*of, *column)),
            },
            EventSource::Breach(_) => None,
        },
    };
    events.map(profile).collect()
}

/// The states of a table, in the order they are declared.
pub fn states(definitions: &Definitions, dataset: &Dataset, table: TableId) -> Vec<StateProfile> {
    let bounds = |of, columns| bounds_where(definitions, dataset, (of, columns), None);
    let states = definitions.table(table).states.iter();
    states
        .map(|state| {
            let (from, until) = match &state.source {
                StateSource::Columns { from, until } => (bounds(table, from), bounds(table, until)),
                StateSource::Intervals {
                    table: of,
                    from,
                    until,
                } => (bounds(*of, from), bounds(*of, until)),
                StateSource::Overdue(_) => (None, None),
            };
            StateProfile {
                name: state.name.clone(),
                from,
                until,
            }
        })
        .collect()
}

/// The first and the last instant in the columns of a table that bear its events, as far as they are
/// loaded; of a table without events, that bear the starts of its states.
pub fn ends(definitions: &Definitions, dataset: &Dataset, table: TableId) -> Option<(i64, i64)> {
    let declared = definitions.table(table);
    let ends = |columns: Vec<usize>| {
        let bounds = columns
            .iter()
            .filter_map(|column| bounds_where(definitions, dataset, (table, &[*column]), None));
        let all = bounds.fold(Bounds::default(), Bounds::and);
        Some((all.first?, all.last?))
    };
    ends(event_columns(declared)).or_else(|| ends(start_columns(declared)))
}

fn event_columns(table: &Table) -> Vec<usize> {
    let events = table.events.iter();
    let columns = events.flat_map(|event| match &event.source {
        EventSource::Columns(columns) => columns.clone(),
        EventSource::LastOf { .. } | EventSource::Breach(_) => Vec::new(),
    });
    columns.collect()
}

fn start_columns(table: &Table) -> Vec<usize> {
    let states = table.states.iter();
    let columns = states.flat_map(|state| match &state.source {
        StateSource::Columns { from, .. } => from.clone(),
        StateSource::Intervals { .. } | StateSource::Overdue(_) => Vec::new(),
    });
    columns.collect()
}

/// What the profiles of events and states read.
pub(super) fn ask(definitions: &Definitions, request: &mut Request, table: TableId) {
    let declared = definitions.table(table);
    ask_table(request, table);
    for event in &declared.events {
        match &event.source {
            EventSource::Columns(columns) => ask_columns(request, table, columns),
            EventSource::LastOf { table: of, column } => {
                ask_columns(request, *of, &[*column]);
                ask_columns(request, *of, declared.interval_starts(*of).unwrap_or(&[]));
                let parents = &definitions.table(*of).parents;
                let link = parents.iter().position(|parent| parent.table == table);
                ask_table(request, *of).parents.extend(link);
            }
            EventSource::Breach(_) => {}
        }
        if let Some(filter) = &event.filter {
            ask_condition(definitions, request, filter);
        }
    }
    for state in &declared.states {
        let (of, from, until) = match &state.source {
            StateSource::Columns { from, until } => (table, from, until),
            StateSource::Intervals { table, from, until } => (*table, from, until),
            StateSource::Overdue(_) => continue,
        };
        ask_columns(request, of, from);
        ask_columns(request, of, until);
    }
}

fn ask_columns(request: &mut Request, table: TableId, columns: &[usize]) {
    let wanted = ask_table(request, table);
    for column in columns {
        wanted.columns.entry(*column).or_insert(Need::Optional);
    }
}

fn ask_condition(definitions: &Definitions, request: &mut Request, condition: &Condition) {
    match condition {
        Condition::All(parts) | Condition::AnyOf(parts) => {
            for part in parts {
                ask_condition(definitions, request, part);
            }
        }
        Condition::Not(inner) => ask_condition(definitions, request, inner),
        Condition::Codes { field, .. }
        | Condition::Texts { field, .. }
        | Condition::Number { field, .. }
        | Condition::Between { field, .. }
        | Condition::Present(field) => super::ask(definitions, request, *field),
        Condition::Fields { left, right, .. } => {
            super::ask(definitions, request, *left);
            super::ask(definitions, request, *right);
        }
        Condition::Exists(_) | Condition::Within { .. } => {}
    }
}

/// The first present of some columns, where a condition holds.
fn bounds_where(
    definitions: &Definitions,
    dataset: &Dataset,
    (table, columns): (TableId, &[usize]),
    condition: Option<&Condition>,
) -> Option<Bounds> {
    let rows = dataset.table(table)?.rows;
    let ways: Vec<FieldAccess> = columns
        .iter()
        .filter_map(|column| column_way(definitions, dataset, table, *column))
        .collect();
    let filter: Option<RowFilter> = match condition {
        Some(condition) => Some(filter(definitions, dataset, condition)?),
        None => None,
    };
    let blocks: Vec<usize> = (0..rows).step_by(BLOCK).collect();
    let of_block = |start: &usize| {
        let end = (start + BLOCK).min(rows);
        cancellation::beat(end - start);
        (*start..end)
            .map(|row| (row, first_of(&ways, row)))
            .filter(|(row, _)| filter.as_ref().is_none_or(|filter| filter.holds(*row)))
            .fold(Bounds::default(), |bounds, (_, at)| bounds.with(at))
    };
    let bounds = blocks.par_iter().map(of_block);
    Some(bounds.reduce(Bounds::default, Bounds::and))
}

/// The way to a column of the files: field `i` of a table reads its column `i`.
fn column_way(
    definitions: &Definitions,
    dataset: &Dataset,
    table: TableId,
    column: usize,
) -> Option<FieldAccess> {
    let field = FieldId {
        table,
        field: column,
    };
    way(definitions, |table| dataset.table(table), field)
}

fn first_of(ways: &[FieldAccess], row: usize) -> i64 {
    let instants = ways.iter().filter_map(|way| match way.column() {
        Some(ColumnData::Instants(instants)) => Some(instants[row]),
        Some(ColumnData::Codes(_) | ColumnData::Texts { .. } | ColumnData::Numbers(_)) | None => {
            None
        }
    });
    instants
        .into_iter()
        .find(|instant| *instant != MISSING_INSTANT)
        .unwrap_or(MISSING_INSTANT)
}

/// For each row of a table the latest value over its rows in an interval table, missing while one of
/// those has begun and not ended (rule S35).
fn last_of(
    definitions: &Definitions,
    dataset: &Dataset,
    table: TableId,
    (of, column): (TableId, usize),
) -> Option<Bounds> {
    let rows = dataset.table(table)?.rows;
    let data = dataset.table(of)?;
    let parents = &definitions.table(of).parents;
    let link = parents.iter().position(|parent| parent.table == table)?;
    let hop = data.parents[link].as_deref()?;
    let starts = definitions.table(table).interval_starts(of);
    let ways = |columns: &[usize]| -> Vec<FieldAccess> {
        let columns = columns.iter();
        columns
            .filter_map(|column| column_way(definitions, dataset, of, *column))
            .collect()
    };
    let (ends, starts) = (ways(&[column]), starts.map(ways));
    let mut latest: Vec<Option<i64>> = vec![None; rows];
    for (row, parent) in hop.iter().enumerate() {
        if row.is_multiple_of(BLOCK) {
            cancellation::beat(BLOCK.min(hop.len() - row));
        }
        let at = first_of(&ends, row);
        let has_begun = |starts: &Vec<FieldAccess>| first_of(starts, row) != MISSING_INSTANT;
        let is_there = at != MISSING_INSTANT || starts.as_ref().is_none_or(has_begun);
        if *parent != NO_ROW && is_there {
            let latest = &mut latest[*parent as usize];
            *latest = Some(latest.map_or(at, |known| later_end(known, at)));
        }
    }
    let instants = latest.into_iter().flatten();
    Some(instants.fold(Bounds::default(), Bounds::with))
}

fn later_end(left: i64, right: i64) -> i64 {
    match (left, right) {
        (MISSING_INSTANT, _) | (_, MISSING_INSTANT) => MISSING_INSTANT,
        (left, right) => left.max(right),
    }
}
