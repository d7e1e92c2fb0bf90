//! Sets of instants: lists of intervals `(from, until]`, flat as `from, until, from, until, …`, ascending and apart.
//! `i64::MIN` and `i64::MAX` stand for open ends.
//!
//! A set expression is evaluated row by row in one function, without a column for each part of it.

use std::sync::Arc;

use polars::prelude::{
    BooleanChunked, Column, DataType, Expr, Int64Chunked, IntoColumn, PolarsResult,
};
use polars_arrow::array::{Array, ListArray, PrimitiveArray};

use super::expressions::{boolean, value};
use super::functions::{DoubleColumn, Integers, Lists, elementwise};
use super::intervals::{Interval, complement, covered, intersect, merge_ascending};
use super::steps::StepLists;
use crate::plan::relation::{Axis, Expression, RelationalOperator};

const ALWAYS: Interval = (i64::MIN, i64::MAX);

/// A set expression over the inputs of a function.
#[derive(Clone)]
enum SetTree {
    /// Inputs that hold the ends of an interval.
    Interval(usize, usize),
    AlwaysIf(usize),
    /// An input that holds sets.
    Column(usize),
    /// Where steps have a number, and one that passes a comparison with an input.
    Where {
        steps: usize,
        otherwise: Option<f64>,
        test: Option<(RelationalOperator, usize)>,
    },
    Intersection(Vec<SetTree>),
    Union(Vec<SetTree>),
    Complement(Box<SetTree>),
}

/// What the inputs of a set function hold.
enum Input {
    Integers(Integers),
    Numbers(DoubleColumn),
    Sets(Sets),
    Steps(StepLists),
}

/// What an input of a set function is read as.
#[derive(Clone, Copy)]
enum InputKind {
    Integers,
    Numbers,
    Sets,
    Steps,
}

impl InputKind {
    fn read(self, column: &Column) -> PolarsResult<Input> {
        Ok(match self {
            InputKind::Integers => Input::Integers(Integers::of(column)?),
            InputKind::Numbers => Input::Numbers(DoubleColumn::of(column)?),
            InputKind::Sets => Input::Sets(Sets::of(column)?),
            InputKind::Steps => Input::Steps(StepLists::of(column)?),
        })
    }
}

/// The set of each row, of a column of lists.
pub(super) struct Sets {
    lists: ListArray<i64>,
    values: PrimitiveArray<i64>,
}

impl Sets {
    pub fn of(column: &Column) -> PolarsResult<Sets> {
        let series = column.as_materialized_series().rechunk();
        let lists = series
            .list()?
            .downcast_iter()
            .next()
            .expect("one chunk")
            .clone();
        Ok(Sets::of_lists(lists))
    }

    pub fn of_lists(lists: ListArray<i64>) -> Sets {
        let values = lists
            .values()
            .as_any()
            .downcast_ref::<PrimitiveArray<i64>>();
        let values = values.expect("sets are lists of instants").clone();
        Sets { lists, values }
    }

    pub fn at(&self, row: usize) -> impl Iterator<Item = Interval> + '_ {
        let row = if self.lists.len() == 1 { 0 } else { row };
        let (start, length) = match self.lists.is_valid(row) {
            true => self.lists.offsets().start_end(row),
            false => (0, 0),
        };
        let flat = &self.values.values()[start..length];
        flat.chunks_exact(2).map(|pair| (pair[0], pair[1]))
    }
}

impl SetTree {
    /// The tree of an expression; its inputs are added to a list.
    fn of(expression: &Expression, inputs: &mut Vec<(Expr, InputKind)>) -> PolarsResult<SetTree> {
        let mut add = |expr: Expr, kind: InputKind| {
            inputs.push((expr, kind));
            inputs.len() - 1
        };
        Ok(match expression {
            Expression::Interval { from, until } => {
                let from = add(value(from)?.cast(DataType::Int64), InputKind::Integers);
                let until = value(until)?.cast(DataType::Int64);
                SetTree::Interval(from, add(until, InputKind::Integers))
            }
            Expression::AlwaysIf(of) => {
                let of = boolean(of)?.cast(DataType::Int64);
                SetTree::AlwaysIf(add(of, InputKind::Integers))
            }
            Expression::Column(_) => SetTree::Column(add(value(expression)?, InputKind::Sets)),
            Expression::InstantsWhere { function, test } => SetTree::Where {
                steps: add(value(&function.steps)?, InputKind::Steps),
                otherwise: function.otherwise,
                test: match test {
                    None => None,
                    Some((comparison, limit)) => {
                        let limit = value(limit)?.cast(DataType::Float64);
                        Some((*comparison, add(limit, InputKind::Numbers)))
                    }
                },
            },
            Expression::Intersection(parts) => SetTree::Intersection(SetTree::each(parts, inputs)?),
            Expression::Union(parts) => SetTree::Union(SetTree::each(parts, inputs)?),
            Expression::Complement(of) => SetTree::Complement(Box::new(SetTree::of(of, inputs)?)),
            other => unreachable!("{other} is not a set"),
        })
    }

    fn each(
        parts: &[Expression],
        inputs: &mut Vec<(Expr, InputKind)>,
    ) -> PolarsResult<Vec<SetTree>> {
        parts.iter().map(|part| SetTree::of(part, inputs)).collect()
    }

    /// Writes the set of a row.
    fn write(&self, inputs: &[Input], row: usize, set: &mut Vec<Interval>, spare: &mut Spare) {
        let integer = |input: usize| match &inputs[input] {
            Input::Integers(integers) => integers.at(row),
            Input::Numbers(_) | Input::Sets(_) | Input::Steps(_) => {
                unreachable!("an end is an instant")
            }
        };
        set.clear();
        match self {
            SetTree::Interval(from, until) => {
                let until = integer(*until).unwrap_or(i64::MAX);
                let from = integer(*from).filter(|from| *from < until);
                set.extend(from.map(|from| (from, until)));
            }
            SetTree::AlwaysIf(of) => {
                if integer(*of) == Some(1) {
                    set.push(ALWAYS);
                }
            }
            SetTree::Column(of) => match &inputs[*of] {
                Input::Sets(sets) => set.extend(sets.at(row)),
                Input::Integers(_) | Input::Numbers(_) | Input::Steps(_) => {
                    unreachable!("not a set")
                }
            },
            SetTree::Where {
                steps,
                otherwise,
                test,
            } => {
                let Input::Steps(steps) = &inputs[*steps] else {
                    unreachable!("not steps");
                };
                let test = test.map(|(comparison, limit)| match &inputs[limit] {
                    Input::Numbers(limits) => (comparison, limits.at(row)),
                    Input::Integers(_) | Input::Sets(_) | Input::Steps(_) => {
                        unreachable!("not a number")
                    }
                });
                steps.write_where(row, *otherwise, test, set);
            }
            SetTree::Intersection(parts) => {
                let (mut part, mut both) = (spare.take(), spare.take());
                set.push(ALWAYS);
                for tree in parts {
                    if set.is_empty() {
                        break;
                    }
                    tree.write(inputs, row, &mut part, spare);
                    intersect(set, &part, &mut both);
                    std::mem::swap(set, &mut both);
                }
                spare.give(part);
                spare.give(both);
            }
            SetTree::Union(parts) => {
                let mut part = spare.take();
                for tree in parts {
                    tree.write(inputs, row, &mut part, spare);
                    set.append(&mut part);
                }
                spare.give(part);
                set.sort_unstable();
                merge_ascending(set);
            }
            SetTree::Complement(of) => {
                let mut part = spare.take();
                of.write(inputs, row, &mut part, spare);
                complement(&part, set);
                spare.give(part);
            }
        }
    }
}

/// Lists that sets are made in, used again for the next row: a row allocates nothing.
#[derive(Default)]
struct Spare(Vec<Vec<Interval>>);

impl Spare {
    fn take(&mut self) -> Vec<Interval> {
        self.0.pop().unwrap_or_default()
    }

    fn give(&mut self, list: Vec<Interval>) {
        self.0.push(list);
    }
}

/// A function of a set and of more columns, row by row.
pub(super) fn with_set(
    name: &'static str,
    set: &Expression,
    more: Vec<Expr>,
    data_type: DataType,
    function: impl Fn(&SetRows, &[Column], usize) -> PolarsResult<Column> + Send + Sync + 'static,
) -> PolarsResult<Expr> {
    let mut own = Vec::new();
    let tree = SetTree::of(set, &mut own)?;
    let kinds: Vec<InputKind> = own.iter().map(|(_, kind)| *kind).collect();
    let others = more.len();
    let inputs = more
        .into_iter()
        .chain(own.into_iter().map(|(input, _)| input));
    Ok(elementwise(
        name,
        inputs.collect(),
        data_type,
        move |columns, rows| {
            let (more, own) = columns.split_at(others);
            let inputs = own
                .iter()
                .zip(&kinds)
                .map(|(column, kind)| kind.read(column));
            let inputs: PolarsResult<Vec<Input>> = inputs.collect();
            let sets = SetRows {
                tree: &tree,
                inputs: inputs?,
            };
            function(&sets, more, rows)
        },
    ))
}

/// The sets of some rows.
pub(super) struct SetRows<'s> {
    tree: &'s SetTree,
    inputs: Vec<Input>,
}

impl SetRows<'_> {
    /// Goes through the sets of all rows.
    pub fn each(&self, rows: usize, mut visit: impl FnMut(usize, &[Interval])) {
        let (mut set, mut spare) = (Vec::new(), Spare::default());
        for row in 0..rows {
            self.tree.write(&self.inputs, row, &mut set, &mut spare);
            visit(row, &set);
        }
    }
}

pub(super) fn list_of(inner: DataType) -> DataType {
    DataType::List(Box::new(inner))
}

/// A set as a column.
pub(super) fn set(expression: &Expression) -> PolarsResult<Expr> {
    with_set(
        "set",
        expression,
        Vec::new(),
        list_of(DataType::Int64),
        |sets, _, rows| {
            let mut lists = Lists::with_rows(rows);
            sets.each(rows, |_, set| lists.end_set(set));
            Ok(lists.column_of_all())
        },
    )
}

/// Whether an instant lies in a set.
pub(super) fn contains(set: &Expression, instant: Expr) -> PolarsResult<Expr> {
    with_set(
        "contains",
        set,
        vec![instant],
        DataType::Boolean,
        |sets, more, rows| {
            let instants = Integers::of(&more[0])?;
            let mut held = Vec::with_capacity(rows);
            sets.each(rows, |row, set| {
                held.push(instants.at(row).is_some_and(|instant| {
                    let mut set = set.iter();
                    set.any(|(from, until)| *from < instant && instant <= *until)
                }));
            });
            Ok(held.into_iter().collect::<BooleanChunked>().into_column())
        },
    )
}

/// The ranges of points that lie in a set, flat as `low, high, …`; missing if there are none.
pub(super) fn covered_points(set: &Expression, axis: &Arc<Axis>) -> PolarsResult<Expr> {
    let axis = axis.clone();
    with_set(
        "covered_points",
        set,
        Vec::new(),
        list_of(DataType::UInt32),
        move |sets, _, rows| {
            let mut lists = Lists::with_rows(rows);
            sets.each(rows, |_, set| {
                for (from, until) in set {
                    let low = match *from {
                        i64::MIN => 0,
                        from => axis.first_after(from),
                    };
                    let high = match *until {
                        i64::MAX => axis.len(),
                        until => axis.first_after(until),
                    };
                    if low < high {
                        lists.values.extend([low as u32, high as u32]);
                    }
                }
                lists.end_row();
            });
            Ok(lists.column())
        },
    )
}

/// The instant at which a clock has run for its limit, standing still during a set.
pub(super) fn due(start: Expr, limit: Expr, pauses: &Expression) -> PolarsResult<Expr> {
    with_set(
        "due",
        pauses,
        vec![start, limit],
        DataType::Int64,
        |pauses, more, rows| {
            let (start, limit) = (Integers::of(&more[0])?, Integers::of(&more[1])?);
            let mut due: Vec<Option<i64>> = Vec::with_capacity(rows);
            pauses.each(rows, |row, pauses| {
                let clock = start.at(row).zip(limit.at(row));
                due.push(clock.and_then(|(start, limit)| push_out(start, limit, pauses)));
            });
            Ok(due.into_iter().collect::<Int64Chunked>().into_column())
        },
    )
}

fn push_out(start: i64, limit: i64, pauses: &[Interval]) -> Option<i64> {
    let mut due = start.saturating_add(limit);
    for (from, until) in pauses {
        let from = (*from).max(start);
        if from >= due {
            break;
        }
        if *until == i64::MAX {
            return None;
        }
        if *until > from {
            due = due.saturating_add(until - from);
        }
    }
    Some(due)
}

/// The instants in at least so many of the intervals that two columns of lists hold the ends of.
pub(super) fn merge(froms: Expr, untils: Expr, at_least: u32) -> Expr {
    elementwise(
        "merge",
        vec![froms, untils],
        list_of(DataType::Int64),
        move |columns, rows| {
            let (froms, untils) = (Ends::of(&columns[0])?, Ends::of(&columns[1])?);
            let mut lists = Lists::with_rows(rows);
            for row in 0..rows {
                let pairs = froms.at(row).zip(untils.at(row));
                let intervals = pairs
                    .filter_map(|(from, until)| Some((from?, until.unwrap_or(i64::MAX))))
                    .filter(|(from, until)| from <= until);
                lists.end_set(&covered(intervals.collect(), at_least));
            }
            Ok(lists.column_of_all())
        },
    )
}

/// The instants in at least so many of the sets that a column of lists of sets holds.
pub(super) fn merge_sets(sets: Expr, at_least: u32) -> Expr {
    elementwise(
        "merge_sets",
        vec![sets],
        list_of(DataType::Int64),
        move |columns, rows| {
            let series = columns[0].as_materialized_series().rechunk();
            let gathered = series
                .list()?
                .downcast_iter()
                .next()
                .expect("one chunk")
                .clone();
            let sets = gathered.values().as_any().downcast_ref::<ListArray<i64>>();
            let sets = Sets::of_lists(sets.expect("sets are gathered").clone());
            let mut lists = Lists::with_rows(rows);
            for row in 0..rows {
                let (start, end) = gathered.offsets().start_end(row);
                let intervals = (start..end).flat_map(|place| sets.at(place));
                lists.end_set(&covered(intervals.collect(), at_least));
            }
            Ok(lists.column_of_all())
        },
    )
}

impl Lists<i64> {
    fn end_set(&mut self, set: &[Interval]) {
        let ends = set.iter().flat_map(|(from, until)| [*from, *until]);
        self.values.extend(ends);
        self.end_row();
    }
}

/// One end of the intervals of each row.
pub(super) struct Ends {
    lists: ListArray<i64>,
    values: PrimitiveArray<i64>,
}

impl Ends {
    pub fn of(column: &Column) -> PolarsResult<Ends> {
        let Sets { lists, values } = Sets::of(column)?;
        Ok(Ends { lists, values })
    }

    pub fn at(&self, row: usize) -> impl Iterator<Item = Option<i64>> + '_ {
        let (start, end) = self.lists.offsets().start_end(row);
        let present = move |place| self.values.is_valid(place);
        (start..end).map(move |place| present(place).then(|| self.values.value(place)))
    }
}

/// The first points of ranges.
pub(super) fn lows(ranges: Expr) -> Expr {
    every_second(ranges, 0)
}

/// The points at which ranges end.
pub(super) fn highs(ranges: Expr) -> Expr {
    every_second(ranges, 1)
}

fn every_second(ranges: Expr, offset: usize) -> Expr {
    elementwise(
        if offset == 0 { "lows" } else { "highs" },
        vec![ranges],
        list_of(DataType::UInt32),
        move |columns, rows| {
            let series = columns[0].as_materialized_series().rechunk();
            let array = series
                .list()?
                .downcast_iter()
                .next()
                .expect("one chunk")
                .clone();
            let values = array
                .values()
                .as_any()
                .downcast_ref::<PrimitiveArray<u32>>();
            let values = values.expect("ranges are lists of points").values();
            let mut lists: Lists<u32> = Lists::with_rows(rows);
            for row in 0..rows {
                let (start, end) = array.offsets().start_end(row);
                lists
                    .values
                    .extend(values[start..end].iter().skip(offset).step_by(2));
                lists.end_row();
            }
            Ok(lists.column_of_all())
        },
    )
}

#[cfg(test)]
mod tests {
    use super::push_out;

    #[test]
    fn pauses_push_the_due_instant_out() {
        assert_eq!(push_out(0, 10, &[]), Some(10));
        assert_eq!(push_out(0, 10, &[(2, 5)]), Some(13));
        // A pause that begins after the due instant no longer helps; one before the start counts
        // from the start.
        assert_eq!(push_out(0, 10, &[(10, 20)]), Some(10));
        assert_eq!(push_out(0, 10, &[(-5, 3)]), Some(13));
        // A pause within the pushed-out time counts too.
        assert_eq!(push_out(0, 10, &[(2, 5), (11, 12)]), Some(14));
        assert_eq!(push_out(0, 10, &[(2, i64::MAX)]), None);
    }
}
