//! The values of one field → its profile. Numbers and dates are sorted once: all else can be read
//! off.

use std::cmp::Ordering;
use std::sync::Arc;

use rayon::prelude::*;

use super::columns::{BLOCK, FieldAccess};
use super::{Dates, Distribution, Numbers, Profile, STRETCHES, Texts};
use crate::base::calendar;
use crate::base::cancellation;
use crate::base::types::{FieldType, Grain};
use crate::exec::data::ColumnData;
use crate::lang::model::{Calendar, CalendarPeriod, Definitions, FieldId};

/// With more periods than this a longer one is taken.
const MOST_PERIODS: usize = 36;

/// The profile of a field over the rows of its table.
pub(super) fn profile(definitions: &Definitions, way: &FieldAccess, field: FieldId) -> Profile {
    match way.column() {
        None => nothing(way),
        Some(ColumnData::Codes(codes)) => ordered(way, codes, &definitions.field(field).field_type),
        Some(ColumnData::Texts { codes, dictionary }) => texts(way, codes, dictionary),
        Some(ColumnData::Numbers(values)) => {
            let mut values = way.present(values);
            sort(&mut values, f64::total_cmp);
            numbers(way, &values)
        }
        Some(ColumnData::Instants(instants)) => {
            let mut instants = way.present(instants);
            sort(&mut instants, i64::cmp);
            dates(way, &definitions.calendar, &instants)
        }
    }
}

/// Sorts blocks and then what they make together, which can be stopped between blocks and is no
/// slower: dates mostly come nearly in order.
fn sort<T: Copy + Send>(values: &mut [T], order: impl Fn(&T, &T) -> Ordering + Sync) {
    values.par_chunks_mut(BLOCK).for_each(|block| {
        cancellation::beat(0);
        block.sort_unstable_by(&order);
    });
    values.par_sort_by(&order);
}

fn nothing(way: &FieldAccess) -> Profile {
    Profile {
        rows: way.rows as u64,
        missing: way.rows as u64,
        distinct: 0,
        spread: Distribution::Nothing,
    }
}

fn ordered(way: &FieldAccess, codes: &[u8], field_type: &FieldType) -> Profile {
    let values: Vec<String> = match field_type {
        FieldType::Scale(scale) => scale.values.clone(),
        FieldType::YesNo => vec!["no".to_string(), "yes".to_string()],
        FieldType::Text | FieldType::Number | FieldType::Date => {
            unreachable!("only scales and yes/no are read as codes")
        }
    };
    let (rows, missing) = way.tally(codes, values.len());
    Profile {
        rows: way.rows as u64,
        missing,
        distinct: rows.iter().filter(|rows| **rows > 0).count() as u64,
        spread: Distribution::Ordered(
            values
                .into_iter()
                .zip(rows.into_iter().map(u64::from))
                .collect(),
        ),
    }
}

fn texts(way: &FieldAccess, codes: &[u32], dictionary: &Arc<Vec<String>>) -> Profile {
    let (rows, missing) = way.tally(codes, dictionary.len());
    let mut by_rows: Vec<(u32, u32)> = (0..).zip(rows).filter(|(_, rows)| *rows > 0).collect();
    by_rows.par_sort_unstable_by_key(|(code, rows)| (u32::MAX - rows, *code));
    if by_rows.is_empty() {
        return nothing(way);
    }
    Profile {
        rows: way.rows as u64,
        missing,
        distinct: by_rows.len() as u64,
        spread: Distribution::Texts(Texts {
            dictionary: Arc::clone(dictionary),
            by_rows,
        }),
    }
}

fn numbers(way: &FieldAccess, sorted: &[f64]) -> Profile {
    let (Some(lowest), Some(highest)) = (sorted.first(), sorted.last()) else {
        return nothing(way);
    };
    let edge = |part: f64| lowest * (1.0 - part) + highest * part;
    Profile {
        rows: way.rows as u64,
        missing: (way.rows - sorted.len()) as u64,
        // 0 and -0 are one number.
        distinct: 1 + sorted.windows(2).filter(|pair| pair[0] != pair[1]).count() as u64,
        spread: Distribution::Numbers(Numbers {
            lowest: *lowest,
            highest: *highest,
            mean: mean(sorted),
            median: median(sorted),
            stretches: stretches(sorted, lowest < highest, |value, part| *value < edge(part)),
        }),
    }
}

fn mean(values: &[f64]) -> f64 {
    // A fixed way of adding gives a fixed sum.
    let parts = values.par_chunks(BLOCK);
    let parts: Vec<f64> = parts.map(|part| part.iter().sum()).collect();
    parts.iter().sum::<f64>() / values.len() as f64
}

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        (sorted[middle - 1] + sorted[middle]) / 2.0
    }
}

fn dates(way: &FieldAccess, calendar: &Calendar, sorted: &[i64]) -> Profile {
    let (Some(first), Some(last)) = (sorted.first(), sorted.last()) else {
        return nothing(way);
    };
    let edge = |part: f64| first + ((last - first) as f64 * part) as i64;
    Profile {
        rows: way.rows as u64,
        missing: (way.rows - sorted.len()) as u64,
        distinct: 1 + sorted.windows(2).filter(|pair| pair[0] != pair[1]).count() as u64,
        spread: Distribution::Dates(Dates {
            first: *first,
            last: *last,
            stretches: stretches(sorted, first < last, |instant, part| *instant < edge(part)),
            periods: periods(calendar, sorted),
        }),
    }
}

/// How many of sorted values lie in each of some equal stretches; the last one holds its end. One
/// stretch if all values are the same.
fn stretches<T>(sorted: &[T], differ: bool, is_before: impl Fn(&T, f64) -> bool) -> Vec<u64> {
    if !differ {
        return vec![sorted.len() as u64];
    }
    let mut counts = Vec::with_capacity(STRETCHES);
    let mut counted = 0;
    for stretch in 1..=STRETCHES {
        let part = stretch as f64 / STRETCHES as f64;
        let until = match stretch {
            STRETCHES => sorted.len(),
            _ => sorted
                .partition_point(|value| is_before(value, part))
                .max(counted),
        };
        counts.push((until - counted) as u64);
        counted = until;
    }
    counts
}

/// Rows by the shortest of month, quarter and year that gives few enough periods.
fn periods(calendar: &Calendar, sorted: &[i64]) -> Vec<(CalendarPeriod, u64)> {
    for grain in [Grain::Month, Grain::Quarter] {
        if let Some(found) = periods_of(calendar, sorted, grain, MOST_PERIODS) {
            return found;
        }
    }
    periods_of(calendar, sorted, Grain::Year, usize::MAX).unwrap_or_default()
}

/// Rows by period, without the empty ones; `None` if they are more than `most`, or instants lie
/// beyond the years that dates can name.
fn periods_of(
    calendar: &Calendar,
    sorted: &[i64],
    grain: Grain,
    most: usize,
) -> Option<Vec<(CalendarPeriod, u64)>> {
    let mut found = Vec::new();
    let mut rest = sorted;
    while let Some(first) = rest.first() {
        let day = calendar::local_day(calendar, *first)?;
        let period = calendar::period_of(calendar, day, grain);
        let end = calendar::end_instant(calendar, period);
        // An instant is always in its own period, whatever the clocks do.
        let count = rest.partition_point(|instant| *instant < end).max(1);
        found.push((period, count as u64));
        rest = &rest[count..];
        if found.len() > most {
            return None;
        }
    }
    Some(found)
}
