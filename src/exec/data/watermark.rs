//! The latest event in the data: the default as-of (rule S2).

use super::TableSources;
use crate::lang::model::{Definitions, EventSource, StateSource, TableId};

/// The latest value among the columns that bear events, of sources that hold every time column; if there
/// is none, the latest start of a state; `None` if there is none either. In microseconds.
pub fn latest_event(definitions: &Definitions, sources: &TableSources) -> Option<i64> {
    latest_by(definitions, |table, column| {
        let spans = &sources.table(table)?.spans;
        spans.get(&column).map(|(_, last)| *last)
    })
}

/// The same by what is known of the last instant of columns.
pub(super) fn latest_by(
    definitions: &Definitions,
    last: impl Fn(TableId, usize) -> Option<i64>,
) -> Option<i64> {
    let latest = |columns: Vec<(TableId, usize)>| {
        let lasts = columns.into_iter();
        lasts
            .filter_map(|(table, column)| last(table, column))
            .max()
    };
    latest(event_columns(definitions)).or_else(|| latest(state_columns(definitions)))
}

pub(super) fn event_columns(definitions: &Definitions) -> Vec<(TableId, usize)> {
    let mut columns = Vec::new();
    for (id, table) in definitions.tables.iter().enumerate() {
        for event in &table.events {
            match &event.source {
                EventSource::Columns(places) => {
                    // What is planned has not happened by its day.
                    let happens = |place: &&usize| !table.columns[**place].is_planned;
                    let places = places.iter().filter(happens);
                    columns.extend(places.map(|place| (TableId(id), *place)));
                }
                // The same instants, seen from the parent; the table of intervals is loaded too.
                EventSource::LastOf { table, column } => columns.push((*table, *column)),
                EventSource::Due(_) | EventSource::Breach(_) => {}
            }
        }
    }
    columns.sort_unstable();
    columns.dedup();
    columns
}

fn state_columns(definitions: &Definitions) -> Vec<(TableId, usize)> {
    let mut columns = Vec::new();
    for (id, table) in definitions.tables.iter().enumerate() {
        for state in &table.states {
            let (table, from) = match &state.source {
                StateSource::Columns { from, .. } => (TableId(id), from),
                StateSource::Intervals { table, from, .. } => (*table, from),
                StateSource::Overdue(_) => continue,
            };
            columns.extend(from.iter().map(|place| (table, *place)));
        }
    }
    columns
}
