//! The two ends of a measured time (rule S19). Where an event falls back to a column of the other end, that column is no
//! measurement: `introduced at introduced_at or found_at` says nothing about the time from introduced to found.

use crate::base::types::Choice;
use crate::lang::model::{ChosenColumns, ChosenEvent, Definitions, EventId, EventSource};

/// The events that one end of a time is read from, with their columns where those are fewer than the event has.
pub(super) fn measured_events(
    definitions: &Definitions,
    end: &ChosenEvent,
    other: &ChosenEvent,
) -> Vec<(EventId, Option<ChosenColumns>)> {
    let theirs: Vec<usize> = other
        .events
        .iter()
        .flat_map(|event| columns_of(definitions, *event))
        .copied()
        .collect();
    let own = |event: &EventId| (*event, left(definitions, *event, &theirs));
    let all: Vec<(EventId, Left)> = end.events.iter().map(own).collect();
    let stands_in = end.choice == Choice::First
        && end.events.len() > 1
        && all.iter().any(|(_, left)| *left != Left::None);
    let measured = all
        .into_iter()
        .filter(|(_, left)| !stands_in || *left != Left::None);
    measured
        .map(|(event, left)| match left {
            Left::Some(columns) => (event, Some(columns)),
            Left::All | Left::None => (event, None),
        })
        .collect()
}

/// What is left of the columns of an event without those of the other end.
#[derive(PartialEq)]
enum Left {
    All,
    Some(ChosenColumns),
    None,
}

fn left(definitions: &Definitions, event: EventId, theirs: &[usize]) -> Left {
    let table = definitions.table(event.table);
    let EventSource::Columns(chosen) = &table.events[event.event].source else {
        return Left::All;
    };
    let own = chosen.iter().filter(|column| !theirs.contains(column));
    let own: Vec<usize> = own.copied().collect();
    if own.len() == chosen.len() || (chosen.choice != Choice::First && !own.is_empty()) {
        return Left::All;
    }
    match own.is_empty() {
        true => Left::None,
        false => Left::Some(ChosenColumns {
            choice: chosen.choice,
            columns: own,
        }),
    }
}

/// The columns that an event is read from.
pub(super) fn columns_of(definitions: &Definitions, event: EventId) -> &[usize] {
    definitions.table(event.table).events[event.event]
        .source
        .columns()
}
