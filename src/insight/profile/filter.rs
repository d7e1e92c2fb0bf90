//! Conditions on the values of a row, for events that happened only where something holds.

use std::borrow::Cow;

use super::columns::{FieldAccess, way};
use crate::exec::data::{ColumnData, Dataset, MISSING_CODE, MISSING_INSTANT, MISSING_TEXT};
use crate::lang::model::{Condition, Definitions, FieldId, NumberTest, OrderTest};

/// A condition with the ways to its values.
pub(super) enum RowFilter<'a> {
    All(Vec<RowFilter<'a>>),
    AnyOf(Vec<RowFilter<'a>>),
    Not(Box<RowFilter<'a>>),
    /// Whether the code of a row's value is one of these.
    Codes(FieldAccess, Cow<'a, [bool]>),
    Number(FieldAccess, NumberTest),
    Between(FieldAccess, i64, i64),
    Fields(FieldAccess, OrderTest, FieldAccess),
    Present(FieldAccess),
}

/// A filter that can be judged row by row; `None` for conditions about other rows or about an
/// instant, and where a table is not loaded.
pub(super) fn filter<'a>(
    definitions: &Definitions,
    dataset: &'a Dataset,
    condition: &Condition,
) -> Option<RowFilter<'a>> {
    let at = |field: &FieldId| way(definitions, |table| dataset.table(table), *field);
    let parts = |parts: &[Condition]| -> Option<Vec<RowFilter<'a>>> {
        let parts = parts.iter();
        parts
            .map(|part| filter(definitions, dataset, part))
            .collect()
    };
    Some(match condition {
        Condition::All(list) => RowFilter::All(parts(list)?),
        Condition::AnyOf(list) => RowFilter::AnyOf(parts(list)?),
        Condition::Not(inner) => RowFilter::Not(Box::new(filter(definitions, dataset, inner)?)),
        Condition::Codes { field, allowed } => {
            let codes = (0..=u8::MAX).map(|code| code != MISSING_CODE && allowed.contains(&code));
            RowFilter::Codes(at(field)?, codes.collect())
        }
        Condition::Texts { field, allowed } => {
            let way = at(field)?;
            let allowed: Vec<bool> = match way.column() {
                Some(ColumnData::Texts { dictionary, .. }) => dictionary
                    .iter()
                    .map(|text| allowed.contains(text))
                    .collect(),
                Some(ColumnData::Codes(_) | ColumnData::Numbers(_) | ColumnData::Instants(_))
                | None => Vec::new(),
            };
            RowFilter::Codes(way, allowed.into())
        }
        Condition::Number { field, test } => RowFilter::Number(at(field)?, *test),
        Condition::Between { field, from, until } => RowFilter::Between(at(field)?, *from, *until),
        Condition::Fields { left, test, right } => RowFilter::Fields(at(left)?, *test, at(right)?),
        Condition::Present(field) => RowFilter::Present(at(field)?),
        Condition::Exists(_) | Condition::Within { .. } => return None,
    })
}

impl RowFilter<'_> {
    /// Whether it holds for a row.
    pub fn holds(&self, row: usize) -> bool {
        match self {
            RowFilter::All(parts) => parts.iter().all(|part| part.holds(row)),
            RowFilter::AnyOf(parts) => parts.iter().any(|part| part.holds(row)),
            RowFilter::Not(inner) => !inner.holds(row),
            RowFilter::Codes(way, allowed) => {
                code(way, row).is_some_and(|code| allowed.get(code).copied().unwrap_or(false))
            }
            RowFilter::Number(way, test) => number(way, row).is_some_and(|value| match test {
                NumberTest::Equal(limit) => value == *limit,
                NumberTest::Less(limit) => value < *limit,
                NumberTest::AtMost(limit) => value <= *limit,
                NumberTest::Greater(limit) => value > *limit,
                NumberTest::AtLeast(limit) => value >= *limit,
            }),
            RowFilter::Between(way, from, until) => {
                instant(way, row).is_some_and(|instant| *from <= instant && instant < *until)
            }
            RowFilter::Fields(left, test, right) => {
                compare(left, right, row).is_some_and(|order| match test {
                    OrderTest::Equal => order.is_eq(),
                    OrderTest::Less => order.is_lt(),
                    OrderTest::AtMost => order.is_le(),
                    OrderTest::Greater => order.is_gt(),
                    OrderTest::AtLeast => order.is_ge(),
                })
            }
            RowFilter::Present(way) => {
                code(way, row).is_some()
                    || number(way, row).is_some()
                    || instant(way, row).is_some()
            }
        }
    }
}

fn code(way: &FieldAccess, row: usize) -> Option<usize> {
    let at = way.row(row)?;
    match way.column()? {
        ColumnData::Codes(codes) => (codes[at] != MISSING_CODE).then_some(usize::from(codes[at])),
        ColumnData::Texts { codes, .. } => {
            (codes[at] != MISSING_TEXT).then_some(codes[at] as usize)
        }
        ColumnData::Numbers(_) | ColumnData::Instants(_) => None,
    }
}

fn number(way: &FieldAccess, row: usize) -> Option<f64> {
    let at = way.row(row)?;
    match way.column()? {
        ColumnData::Numbers(values) => Some(values[at]).filter(|value| !value.is_nan()),
        ColumnData::Codes(_) | ColumnData::Texts { .. } | ColumnData::Instants(_) => None,
    }
}

fn instant(way: &FieldAccess, row: usize) -> Option<i64> {
    let at = way.row(row)?;
    match way.column()? {
        ColumnData::Instants(instants) => {
            Some(instants[at]).filter(|instant| *instant != MISSING_INSTANT)
        }
        ColumnData::Codes(_) | ColumnData::Texts { .. } | ColumnData::Numbers(_) => None,
    }
}

fn text(way: &FieldAccess, row: usize) -> Option<&str> {
    match way.column()? {
        ColumnData::Texts { dictionary, .. } => Some(dictionary[code(way, row)?].as_str()),
        ColumnData::Codes(_) | ColumnData::Numbers(_) | ColumnData::Instants(_) => None,
    }
}

fn compare(left: &FieldAccess, right: &FieldAccess, row: usize) -> Option<std::cmp::Ordering> {
    if let (Some(left), Some(right)) = (number(left, row), number(right, row)) {
        return left.partial_cmp(&right);
    }
    if let (Some(left), Some(right)) = (instant(left, row), instant(right, row)) {
        return Some(left.cmp(&right));
    }
    if let (Some(left), Some(right)) = (text(left, row), text(right, row)) {
        return Some(left.cmp(right));
    }
    let is_coded = |way: &FieldAccess| matches!(way.column(), Some(ColumnData::Codes(_)));
    if !is_coded(left) || !is_coded(right) {
        return None;
    }
    Some(code(left, row)?.cmp(&code(right, row)?))
}
