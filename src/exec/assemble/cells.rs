//! Cells of an answer, and the order of its rows.

use std::cmp::Ordering;

use super::evaluate::{Evaluated, Outcome};
use super::judge::shown;
use super::{Ranked, sort_keys};
use crate::exec::answer::{Cell, Comparison, Level, Value, ValueEvidence};
use crate::exec::compute::Tracks;
use crate::lang::model::{SortColumn, ValueColumn};
use crate::plan::{BucketStatus, TimeBucket, ValuesWork};

/// An outcome as shown, before it is judged.
pub(super) fn value(column: &ValueColumn, outcome: &Outcome, period: &TimeBucket) -> Value {
    Value {
        value: outcome.value.map(|value| shown(value, column.display)),
        reason: outcome.reason.clone(),
        rows: outcome.rows,
        target: None,
        band: None,
        comparisons: Vec::new(),
        share: None,
        provisional: period.status == BucketStatus::Provisional,
        evidence: evidence(column, outcome),
    }
}

fn evidence(column: &ValueColumn, outcome: &Outcome) -> ValueEvidence {
    let show = |value: f64| shown(value, column.display);
    let is_few = |fewest: u64| outcome.value.is_some() && outcome.rows < fewest;
    ValueEvidence {
        has_few_rows: column.fewest_rows.is_some_and(is_few),
        interval: outcome.interval.map(|(low, high)| (show(low), show(high))),
        trend: None,
    }
}

/// The comparisons of a value with those of other periods.
pub(super) fn comparisons(
    column: &ValueColumn,
    values: &Evaluated,
    set: usize,
    slot: usize,
    tracks: &Tracks,
) -> Vec<Comparison> {
    let show = |value: f64| shown(value, column.display);
    let now = values.value(set, slot).map(show);
    let compare = |(line, place): (usize, usize)| {
        let previous = values.compared(set, line, place).map(show);
        let pair = now.zip(previous);
        Comparison {
            period: tracks.compared()[line][place].label.clone(),
            previous,
            change: pair.map(|(now, previous)| now - previous),
            change_percent: pair
                .filter(|(_, previous)| *previous != 0.0)
                .map(|(now, previous)| (now - previous) / previous.abs()),
        }
    };
    tracks.compared_with(slot).map(compare).collect()
}

/// The comparison of a total over all periods: there is no one period to compare it with.
pub(super) fn no_comparison() -> Comparison {
    Comparison {
        period: String::new(),
        previous: None,
        change: None,
        change_percent: None,
    }
}

/// Largest first, none last.
pub(super) fn descending(left: Option<f64>, right: Option<f64>) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => right.total_cmp(&left),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

/// Sorts rows by the query's keys. Totals stay behind their period's groups, or at the end when
/// the rows are not sorted by period first.
pub(super) fn sort(rows: &mut [Ranked], work: &ValuesWork) {
    let keys = sort_keys(work);
    if keys.is_empty() {
        return;
    }
    let by_period = matches!(keys.first(), Some((SortColumn::Period, _)));
    rows.sort_by(|left, right| {
        let level = |row: &Ranked| match row.row.level {
            Level::Group => 0,
            Level::Other => 1,
            Level::Total => 2,
        };
        let outer = if by_period {
            Ordering::Equal
        } else {
            level(left).cmp(&level(right))
        };
        let by_keys = || {
            let mut keys = keys.iter();
            keys.try_fold(Ordering::Equal, |_, key| {
                match compare(left, right, *key, work) {
                    Ordering::Equal => Ok(Ordering::Equal),
                    other => Err(other),
                }
            })
            .unwrap_or_else(|found| found)
        };
        outer
            .then_with(by_keys)
            .then_with(|| left.slot.cmp(&right.slot))
            .then_with(|| left.place.cmp(&right.place))
    });
}

fn compare(left: &Ranked, right: &Ranked, key: (SortColumn, bool), work: &ValuesWork) -> Ordering {
    let (column, is_descending) = key;
    let dimensions = usize::from(work.shows_period);
    let values = dimensions + work.by.len();
    match column {
        SortColumn::Period => directed(left.slot.cmp(&right.slot), is_descending),
        // Groups of a slot are in the order of their dimensions: places compare as they do, unless
        // `top` has ranked them or there are several dimensions.
        SortColumn::Dimension(place) => compare_cells(
            &left.row.cells[dimensions + place],
            &right.row.cells[dimensions + place],
            is_descending,
            &work.by[place].field_type,
        ),
        SortColumn::Value(place) => {
            let value = |row: &Ranked| match &row.row.cells[values + place] {
                Cell::Value(value) => value.value,
                Cell::Missing | Cell::Text(_) | Cell::YesNo(_) | Cell::Number(_) => None,
            };
            match (value(left), value(right)) {
                (Some(left), Some(right)) => directed(left.total_cmp(&right), is_descending),
                (left, right) => descending(left, right),
            }
        }
    }
}

fn directed(order: Ordering, is_descending: bool) -> Ordering {
    if is_descending {
        order.reverse()
    } else {
        order
    }
}

fn compare_cells(
    left: &Cell,
    right: &Cell,
    is_descending: bool,
    field_type: &crate::base::types::FieldType,
) -> Ordering {
    use crate::base::types::FieldType;
    let rank = |cell: &Cell| match (cell, field_type) {
        (Cell::Text(text), FieldType::Scale(scale)) => {
            scale.values.iter().position(|value| value == text)
        }
        (Cell::YesNo(yes), _) => Some(usize::from(*yes)),
        (_, _) => None,
    };
    match (left, right) {
        (Cell::Missing, Cell::Missing) => Ordering::Equal,
        (Cell::Missing, _) => Ordering::Greater,
        (_, Cell::Missing) => Ordering::Less,
        (Cell::Text(a), Cell::Text(b)) if rank(left).is_none() => directed(a.cmp(b), is_descending),
        (left, right) => directed(rank(left).cmp(&rank(right)), is_descending),
    }
}
