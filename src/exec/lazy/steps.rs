//! Step functions of time: lists of steps, flat as `from, until, bits of the number, …`, ascending and apart. A number
//! that is not a number stands for a missing one.

use std::collections::BTreeMap;
use std::sync::Arc;

use polars::prelude::{
    Column, DataType, Expr, Float64Chunked, IntoColumn, NULL, PolarsResult, lit,
};
use polars_arrow::array::{Array, ListArray, PrimitiveArray};

use super::expressions::value;
use super::functions::{Integers, Lists, elementwise, listen};
use super::intervals::{Interval, merge_ascending};
use super::ranks::{number_of_rank, rank_of_number};
use super::sets::{Ends, Sets, list_of, with_set};
use crate::plan::relation::{
    Axis, Expression, RelationalOperator, StepFold, StepFunction, StepPart,
};

/// `(from, until]` and the number there.
type NumberedSpan = (i64, i64, f64);

/// The steps of each row, of a column of lists.
pub(super) struct StepLists {
    lists: ListArray<i64>,
    values: PrimitiveArray<i64>,
}

impl StepLists {
    pub fn of(column: &Column) -> PolarsResult<StepLists> {
        let series = column.as_materialized_series().rechunk();
        let chunks = series.list()?.downcast_iter().next();
        let lists = chunks.expect("one chunk").clone();
        let values = lists
            .values()
            .as_any()
            .downcast_ref::<PrimitiveArray<i64>>();
        let values = values.expect("steps are lists of whole numbers").clone();
        Ok(StepLists { lists, values })
    }

    /// `None` where a row has no number at any instant.
    fn at(&self, row: usize) -> Option<impl Iterator<Item = NumberedSpan> + '_> {
        let row = if self.lists.len() == 1 { 0 } else { row };
        if !self.lists.is_valid(row) {
            return None;
        }
        let (start, end) = self.lists.offsets().start_end(row);
        let flat = self.values.values()[start..end].chunks_exact(3);
        Some(flat.map(|step| (step[0], step[1], f64::from_bits(step[2] as u64))))
    }

    /// Writes the instants at which the row's number passes a test: is there, if there is no test.
    pub fn write_where(
        &self,
        row: usize,
        otherwise: Option<f64>,
        test: Option<(RelationalOperator, Option<f64>)>,
        set: &mut Vec<Interval>,
    ) {
        let passes = |value: f64| match test {
            None => !value.is_nan(),
            Some((_, None)) => false,
            Some((comparison, Some(limit))) => holds(value, comparison, limit),
        };
        let Some(steps) = self.at(row) else {
            return;
        };
        let passes_outside = otherwise.is_some_and(passes);
        let mut after = i64::MIN;
        for (from, until, value) in steps {
            if passes_outside && after < from {
                set.push((after, from));
            }
            if passes(value) {
                set.push((from, until));
            }
            after = until;
        }
        if passes_outside && after < i64::MAX {
            set.push((after, i64::MAX));
        }
        merge_ascending(set);
    }
}

fn holds(value: f64, comparison: RelationalOperator, limit: f64) -> bool {
    match comparison {
        RelationalOperator::Equal => value == limit,
        RelationalOperator::Less => value < limit,
        RelationalOperator::AtMost => value <= limit,
        RelationalOperator::Greater => value > limit,
        RelationalOperator::AtLeast => value >= limit,
    }
}

/// Steps, none where they are missing.
pub(super) fn present(steps: Expr) -> Expr {
    elementwise(
        "present_steps",
        vec![steps],
        list_of(DataType::Int64),
        |columns, rows| {
            let steps = StepLists::of(&columns[0])?;
            let mut lists = Lists::with_rows(rows);
            for row in 0..rows {
                for (from, until, value) in steps.at(row).into_iter().flatten() {
                    lists.values.extend([from, until, value.to_bits() as i64]);
                }
                lists.end_row();
            }
            Ok(lists.column_of_all())
        },
    )
}

/// The number of each row at an instant.
pub(super) fn value_at(function: &StepFunction, instant: Expr) -> PolarsResult<Expr> {
    let otherwise = function.otherwise;
    Ok(elementwise(
        "value_at",
        vec![value(&function.steps)?, instant],
        DataType::Float64,
        move |columns, rows| {
            let (steps, instants) = (StepLists::of(&columns[0])?, Integers::of(&columns[1])?);
            let number = |row: usize| {
                let (mut steps, instant) = (steps.at(row)?, instants.at(row)?);
                let step = steps.find(|(_, until, _)| instant <= *until);
                let value = step.filter(|(from, _, _)| *from < instant);
                let value = value.map(|(_, _, value)| value).or(otherwise);
                value.filter(|value| !value.is_nan())
            };
            let numbers: Float64Chunked = (0..rows).map(number).collect();
            Ok(numbers.into_column())
        },
    ))
}

/// The ranges of points that lie in a set with the number there, flat as `low, high, number, …`; missing if there are none.
pub(super) fn stepped_points(
    function: &StepFunction,
    set: &Expression,
    axis: &Arc<Axis>,
) -> PolarsResult<Expr> {
    let (axis, otherwise) = (axis.clone(), function.otherwise);
    with_set(
        "stepped_points",
        set,
        vec![value(&function.steps)?],
        list_of(DataType::Float64),
        move |sets, more, rows| {
            let steps = StepLists::of(&more[0])?;
            let mut lists: Lists<f64> = Lists::with_rows(rows);
            let (mut all, mut ranges) = (Vec::new(), Vec::new());
            sets.each(rows, |row, set| {
                whole(steps.at(row), otherwise, &mut all);
                ranges.clear();
                add_ranges(&axis, set, &all, &mut ranges);
                for (low, high, number) in &ranges {
                    lists.values.extend([*low as f64, *high as f64, *number]);
                }
                lists.end_row();
            });
            Ok(lists.column())
        },
    )
}

/// Steps over all instants, with what the number is outside of them.
fn whole(
    steps: Option<impl Iterator<Item = NumberedSpan>>,
    otherwise: Option<f64>,
    all: &mut Vec<NumberedSpan>,
) {
    all.clear();
    let outside = match steps {
        Some(_) => otherwise.unwrap_or(f64::NAN),
        None => f64::NAN,
    };
    let mut after = i64::MIN;
    for step in steps.into_iter().flatten() {
        if after < step.0 {
            all.push((after, step.0, outside));
        }
        after = step.1;
        all.push(step);
    }
    if after < i64::MAX {
        all.push((after, i64::MAX, outside));
    }
}

/// The points that lie in intervals, with the numbers of steps that cover all instants. Ranges that meet with one number
/// are one.
fn add_ranges(
    axis: &Axis,
    set: &[Interval],
    steps: &[NumberedSpan],
    ranges: &mut Vec<(usize, usize, f64)>,
) {
    let mut place = 0;
    for (from, until) in set {
        while steps[place].1 <= *from {
            place += 1;
        }
        let mut at = place;
        while at < steps.len() && steps[at].0 < *until {
            let (begin, end, number) = steps[at];
            at += 1;
            let low = match begin.max(*from) {
                i64::MIN => 0,
                from => axis.first_after(from),
            };
            let high = match end.min(*until) {
                i64::MAX => axis.len(),
                until => axis.first_after(until),
            };
            if low >= high {
                continue;
            }
            match ranges.last_mut() {
                Some(last) if last.1 == low && last.2.to_bits() == number.to_bits() => {
                    last.1 = high;
                }
                _ => ranges.push((low, high, number)),
            }
        }
    }
}

/// One of the two ends of ranges with numbers: 0 for the first point, 1 for the point after the last.
pub(super) fn range_ends(ranges: Expr, offset: usize) -> Expr {
    elementwise(
        if offset == 0 { "lows" } else { "highs" },
        vec![ranges],
        list_of(DataType::UInt32),
        move |columns, rows| {
            let mut lists: Lists<u32> = Lists::with_rows(rows);
            each_list(&columns[0], rows, |flat| {
                let ends = flat.iter().skip(offset).step_by(3);
                lists.values.extend(ends.map(|point| *point as u32));
                lists.end_row();
            })?;
            Ok(lists.column_of_all())
        },
    )
}

/// The numbers of ranges.
pub(super) fn range_numbers(ranges: Expr) -> Expr {
    elementwise(
        "numbers",
        vec![ranges],
        list_of(DataType::Float64),
        |columns, rows| {
            let mut lists: Lists<f64> = Lists::with_rows(rows);
            each_list(&columns[0], rows, |flat| {
                lists.values.extend(flat.iter().skip(2).step_by(3));
                lists.end_row();
            })?;
            Ok(lists.column_of_all())
        },
    )
}

fn each_list(column: &Column, rows: usize, mut visit: impl FnMut(&[f64])) -> PolarsResult<()> {
    let series = column.as_materialized_series().rechunk();
    let chunks = series.list()?.downcast_iter().next();
    let lists = chunks.expect("one chunk").clone();
    let values = lists.values().as_any();
    let values = values.downcast_ref::<PrimitiveArray<f64>>();
    let values = values
        .expect("ranges with numbers are lists of numbers")
        .values();
    for row in 0..rows {
        let (start, end) = match lists.is_valid(row) {
            true => lists.offsets().start_end(row),
            false => (0, 0),
        };
        visit(&values[start..end]);
    }
    Ok(())
}

/// A number of which "not a number" is missing.
pub(super) fn number_or_missing(of: Expr) -> Expr {
    of.fill_nan(lit(NULL))
}

/// What one part of a step function brings, as columns to be gathered.
pub(super) struct GatheredPart {
    /// The ends of single intervals, or one column of sets.
    pub set: GatheredSet,
    pub value: Option<Expr>,
}

pub(super) enum GatheredSet {
    Ends(Expr, Expr),
    Sets(Expr),
}

impl GatheredPart {
    /// Its columns, over the rows.
    pub fn of(part: &StepPart) -> PolarsResult<GatheredPart> {
        let set = match &part.set {
            Expression::Interval { from, until } => GatheredSet::Ends(
                value(from)?.cast(DataType::Int64),
                value(until)?.cast(DataType::Int64),
            ),
            other => GatheredSet::Sets(super::sets::set(other)?),
        };
        let number = part.value.as_ref().map(value).transpose()?;
        Ok(GatheredPart {
            set,
            value: number.map(|number| number.cast(DataType::Float64)),
        })
    }
}

/// Which inputs of a fold hold a part.
#[derive(Clone, Copy)]
pub(super) struct PartShape {
    pub is_set: bool,
    pub has_value: bool,
}

/// Folds what rows bring, gathered into lists: for each part the ends of its intervals or its sets, then its numbers.
pub(super) fn fold(inputs: Vec<Expr>, shapes: Vec<PartShape>, fold: StepFold) -> Expr {
    elementwise(
        "fold_steps",
        inputs,
        list_of(DataType::Int64),
        move |columns, rows| {
            let mut columns = columns.iter();
            let mut next = || columns.next().expect("inputs of each part");
            let mut parts = Vec::new();
            for shape in &shapes {
                let set = match shape.is_set {
                    true => PartSets::Sets(GatheredSets::of(next())?),
                    false => PartSets::Ends(Ends::of(next())?, Ends::of(next())?),
                };
                let numbers = match shape.has_value {
                    true => Some(GatheredNumbers::of(next())?),
                    false => None,
                };
                parts.push((set, numbers));
            }
            let mut lists = Lists::with_rows(rows);
            let mut steps: Vec<NumberedSpan> = Vec::new();
            for row in 0..rows {
                // A group may have millions of rows.
                listen(0)?;
                steps.clear();
                for (set, numbers) in &parts {
                    let number = |place: usize| match numbers {
                        Some(numbers) => numbers.at(row, place),
                        None => Some(1.0),
                    };
                    set.each(row, |place, (from, until)| {
                        steps.extend(number(place).map(|number| (from, until, number)));
                    });
                }
                for (from, until, number) in folded(&steps, fold) {
                    lists.values.extend([from, until, number.to_bits() as i64]);
                }
                lists.end_row();
            }
            Ok(lists.column_of_all())
        },
    )
}

enum PartSets {
    Ends(Ends, Ends),
    Sets(GatheredSets),
}

impl PartSets {
    /// Goes through the intervals of a group, each with the place of its row in the group.
    fn each(&self, group: usize, mut visit: impl FnMut(usize, Interval)) {
        match self {
            PartSets::Ends(froms, untils) => {
                let pairs = froms.at(group).zip(untils.at(group));
                for (place, (from, until)) in pairs.enumerate() {
                    let until = until.unwrap_or(i64::MAX);
                    if let Some(from) = from.filter(|from| *from < until) {
                        visit(place, (from, until));
                    }
                }
            }
            PartSets::Sets(gathered) => {
                let (start, end) = gathered.lists.offsets().start_end(group);
                for (place, row) in (start..end).enumerate() {
                    gathered.sets.at(row).for_each(|one| visit(place, one));
                }
            }
        }
    }
}

/// Sets gathered into lists.
struct GatheredSets {
    lists: ListArray<i64>,
    sets: Sets,
}

impl GatheredSets {
    fn of(column: &Column) -> PolarsResult<GatheredSets> {
        let series = column.as_materialized_series().rechunk();
        let chunks = series.list()?.downcast_iter().next();
        let lists = chunks.expect("one chunk").clone();
        let sets = lists.values().as_any().downcast_ref::<ListArray<i64>>();
        let sets = Sets::of_lists(sets.expect("sets are gathered").clone());
        Ok(GatheredSets { lists, sets })
    }
}

/// Numbers gathered into lists.
struct GatheredNumbers {
    lists: ListArray<i64>,
    values: PrimitiveArray<f64>,
}

impl GatheredNumbers {
    fn of(column: &Column) -> PolarsResult<GatheredNumbers> {
        let series = column.as_materialized_series().rechunk();
        let chunks = series.list()?.downcast_iter().next();
        let lists = chunks.expect("one chunk").clone();
        let values = lists.values().as_any();
        let values = values.downcast_ref::<PrimitiveArray<f64>>();
        let values = values.expect("numbers are gathered").clone();
        Ok(GatheredNumbers { lists, values })
    }

    fn at(&self, group: usize, place: usize) -> Option<f64> {
        let (start, _) = self.lists.offsets().start_end(group);
        let present = self.values.is_valid(start + place);
        present.then(|| self.values.value(start + place))
    }
}

/// Sums above this are missing: those of many rows might not fit [`Expression::FixedPoint`].
const LARGEST: f64 = 1e12;
const FIXED_POINT: f64 = (1_u64 << 60) as f64;

/// What holds at an instant.
enum Fold {
    /// How many rows there are, and their exact sum.
    Sum { rows: i64, sum: i128 },
    /// How many rows have each number, in the order of the numbers.
    Values(BTreeMap<i64, u32>),
}

impl Fold {
    fn change(&mut self, number: f64, is_end: bool) {
        match self {
            Fold::Sum { rows, sum } => {
                let fixed = (number * FIXED_POINT) as i128;
                *rows += if is_end { -1 } else { 1 };
                *sum += if is_end { -fixed } else { fixed };
            }
            Fold::Values(values) if is_end => {
                let rank = rank_of_number(number);
                let count = values.get_mut(&rank).expect("it began before it ends");
                *count -= 1;
                if *count == 0 {
                    values.remove(&rank);
                }
            }
            Fold::Values(values) => *values.entry(rank_of_number(number)).or_default() += 1,
        }
    }

    /// The number; `None` where there is no row.
    fn number(&self, fold: StepFold) -> Option<f64> {
        match self {
            Fold::Sum { rows: 0, .. } => None,
            Fold::Sum { rows, sum } => {
                let sum = *sum as f64 / FIXED_POINT;
                let number = match fold {
                    StepFold::Count => *rows as f64,
                    StepFold::Mean => sum / *rows as f64,
                    StepFold::Sum | StepFold::Min | StepFold::Max => sum,
                };
                Some(if number.abs() <= LARGEST {
                    number
                } else {
                    f64::NAN
                })
            }
            Fold::Values(values) => {
                let rank = match fold {
                    StepFold::Min => values.first_key_value(),
                    _ => values.last_key_value(),
                };
                rank.map(|(rank, _)| number_of_rank(*rank))
            }
        }
    }
}

/// The number at each instant of what rows bring.
fn folded(pieces: &[NumberedSpan], fold: StepFold) -> Vec<NumberedSpan> {
    let mut changes: Vec<(i64, bool, f64)> = Vec::with_capacity(2 * pieces.len());
    for (from, until, number) in pieces {
        changes.push((*from, false, *number));
        if *until < i64::MAX {
            changes.push((*until, true, *number));
        }
    }
    // At one instant beginnings come first, so that nothing ends before it has begun.
    changes.sort_unstable_by_key(|(at, is_end, _)| (*at, *is_end));
    let mut state = match fold {
        StepFold::Count | StepFold::Sum | StepFold::Mean => Fold::Sum { rows: 0, sum: 0 },
        StepFold::Min | StepFold::Max => Fold::Values(BTreeMap::new()),
    };
    let mut steps: Vec<NumberedSpan> = Vec::new();
    let mut changes = changes.into_iter().peekable();
    while let Some((at, is_end, number)) = changes.next() {
        state.change(number, is_end);
        if changes.peek().is_some_and(|(next, _, _)| *next == at) {
            continue;
        }
        let until = changes.peek().map_or(i64::MAX, |(next, _, _)| *next);
        let Some(number) = state.number(fold) else {
            continue;
        };
        match steps.last_mut() {
            Some(last) if last.1 == at && last.2.to_bits() == number.to_bits() => last.1 = until,
            _ => steps.push((at, until, number)),
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::{NumberedSpan, StepFold, folded};

    const END: i64 = i64::MAX;

    #[test]
    fn numbers_fold_at_each_instant() {
        // One row brings 5 from 0 to 10, another 3 from 4 on, and a third 5 from 10 to 12.
        let pieces: [NumberedSpan; 3] = [(0, 10, 5.0), (4, END, 3.0), (10, 12, 5.0)];
        let sums = vec![(0, 4, 5.0), (4, 12, 8.0), (12, END, 3.0)];
        assert_eq!(folded(&pieces, StepFold::Sum), sums);
        let counts = vec![(0, 4, 1.0), (4, 12, 2.0), (12, END, 1.0)];
        assert_eq!(folded(&pieces, StepFold::Count), counts);
        let means = vec![(0, 4, 5.0), (4, 12, 4.0), (12, END, 3.0)];
        assert_eq!(folded(&pieces, StepFold::Mean), means);
        let largest = vec![(0, 12, 5.0), (12, END, 3.0)];
        assert_eq!(folded(&pieces, StepFold::Max), largest);
        let smallest = vec![(0, 4, 5.0), (4, END, 3.0)];
        assert_eq!(folded(&pieces, StepFold::Min), smallest);
        assert_eq!(folded(&[], StepFold::Sum), vec![]);
    }

    #[test]
    fn negative_numbers_keep_their_order() {
        let pieces: [NumberedSpan; 3] = [(0, 9, -2.0), (0, 9, -0.5), (0, 9, 0.0)];
        assert_eq!(folded(&pieces, StepFold::Min), vec![(0, 9, -2.0)]);
        assert_eq!(folded(&pieces, StepFold::Max), vec![(0, 9, 0.0)]);
    }
}
