//! An answer as flat records, the shape that JSON, CSV and Parquet share: which keys a row has, in
//! which order, and what stands under each.

use crate::base::statistics::SeriesTrend;
use crate::base::types::{DisplayUnit, FieldType};
use crate::exec::answer::{Answer, AnswerValueColumn, Cell, ColumnRole, Comparison, Row, Value};

/// One key of every row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FlatKey {
    pub name: String,
    pub part: FlatPart,
    pub holds: DatumType,
}

/// What of a row stands under a key. Numbers are indexes of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FlatPart {
    Cell(usize),
    Rows(usize),
    Reason(usize),
    Target(usize),
    Bound(usize),
    Status(usize),
    /// Of the column and its comparison.
    Previous(usize, usize),
    Change(usize, usize),
    ChangePercent(usize, usize),
    Share(usize),
    Band(usize),
    FewRows(usize),
    /// The lower or upper end of the confidence interval.
    Low(usize),
    High(usize),
    Verdict(usize),
    Slope(usize),
    P(usize),
    /// How many periods a verdict is on.
    Periods(usize),
    Level,
}

/// The type of a key's data, the same in every row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DatumType {
    Text,
    YesNo,
    Number,
    /// A number that is whole unless it is a mean of counts.
    Count,
    Rows,
}

/// What stands under a key in one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Datum<'a> {
    Null,
    Text(&'a str),
    YesNo(bool),
    Number(f64),
    Rows(u64),
}

/// The keys of an answer's rows. They depend on its columns alone, never on the data. A key we add
/// that is also the name of a column gets a trailing `_`, so that neither hides the other.
pub(super) fn keys(answer: &Answer) -> Vec<FlatKey> {
    let mut keys = Vec::new();
    for (index, column) in answer.columns.iter().enumerate() {
        match &column.role {
            ColumnRole::Period(_) => add(
                &mut keys,
                &column.name,
                FlatPart::Cell(index),
                DatumType::Text,
            ),
            ColumnRole::Dimension(of) | ColumnRole::Field(of) => {
                add(&mut keys, &column.name, FlatPart::Cell(index), holds(of));
            }
            ColumnRole::Value(value) => add_value(&mut keys, &column.name, index, value),
        }
    }
    // The rows of a list are findings: they have no level.
    if has_values(answer) {
        add(&mut keys, "level", FlatPart::Level, DatumType::Text);
    }
    rename_repeats(&mut keys);
    keys
}

/// Whether an answer has a computed column; one of a `list` query has none.
pub(super) fn has_values(answer: &Answer) -> bool {
    let is_value = |role: &ColumnRole| matches!(role, ColumnRole::Value(_));
    answer.columns.iter().any(|column| is_value(&column.role))
}

fn add(keys: &mut Vec<FlatKey>, name: &str, part: FlatPart, holds: DatumType) {
    let name = name.to_string();
    keys.push(FlatKey { name, part, holds });
}

fn add_value(keys: &mut Vec<FlatKey>, name: &str, index: usize, column: &AnswerValueColumn) {
    let number = match column.unit {
        DisplayUnit::Count => DatumType::Count,
        DisplayUnit::Percent | DisplayUnit::Points | DisplayUnit::Ratio | DisplayUnit::Time(_) => {
            DatumType::Number
        }
    };
    let mut with = |suffix: &str, part, holds| add(keys, &format!("{name}{suffix}"), part, holds);
    with("", FlatPart::Cell(index), number);
    with("_rows", FlatPart::Rows(index), DatumType::Rows);
    with("_reason", FlatPart::Reason(index), DatumType::Text);
    if column.with_target {
        with("_target", FlatPart::Target(index), number);
        with("_bound", FlatPart::Bound(index), DatumType::Text);
        with("_status", FlatPart::Status(index), DatumType::Text);
    }
    for (place, comparison) in column.comparisons.iter().enumerate() {
        let number_of = match place {
            0 => String::new(),
            place => format!("_{}", place + 1),
        };
        let mut with = |word: &str, part, holds| with(&format!("_{word}{number_of}"), part, holds);
        with("previous", FlatPart::Previous(index, place), number);
        with("change", FlatPart::Change(index, place), number);
        if comparison.as_percent {
            let part = FlatPart::ChangePercent(index, place);
            with("change_percent", part, DatumType::Number);
        }
    }
    if column.with_share {
        with("_share", FlatPart::Share(index), DatumType::Number);
    }
    if column.with_band {
        with("_band", FlatPart::Band(index), DatumType::Text);
    }
    if column.evidence.fewest_rows.is_some() {
        with("_few_rows", FlatPart::FewRows(index), DatumType::YesNo);
    }
    if column.evidence.interval.is_some() {
        with("_low", FlatPart::Low(index), DatumType::Number);
        with("_high", FlatPart::High(index), DatumType::Number);
    }
    if column.evidence.trend {
        with("_verdict", FlatPart::Verdict(index), DatumType::Text);
        with("_slope", FlatPart::Slope(index), DatumType::Number);
        with("_p", FlatPart::P(index), DatumType::Number);
        with("_periods", FlatPart::Periods(index), DatumType::Rows);
    }
}

fn rename_repeats(keys: &mut [FlatKey]) {
    let is_cell = |key: &FlatKey| matches!(key.part, FlatPart::Cell(_));
    let mut taken: Vec<String> = keys
        .iter()
        .filter(|key| is_cell(key))
        .map(|key| key.name.clone())
        .collect();
    for key in keys.iter_mut().filter(|key| !is_cell(key)) {
        while taken.contains(&key.name) {
            key.name.push('_');
        }
        taken.push(key.name.clone());
    }
}

fn holds(field: &FieldType) -> DatumType {
    match field {
        FieldType::Text | FieldType::Date | FieldType::Scale(_) => DatumType::Text,
        FieldType::YesNo => DatumType::YesNo,
        FieldType::Number => DatumType::Number,
    }
}

/// What a row has under a key.
pub(super) fn datum(row: &Row, part: FlatPart) -> Datum<'_> {
    let of = |index: usize| value_at(row, index);
    match part {
        FlatPart::Cell(index) => cell(&row.cells[index]),
        FlatPart::Rows(index) => of(index).map_or(Datum::Null, |value| Datum::Rows(value.rows)),
        FlatPart::Reason(index) => text(of(index).and_then(|value| value.reason.as_deref())),
        FlatPart::Target(index) => number(
            of(index)
                .and_then(|value| value.target.as_ref())
                .map(|verdict| verdict.limit),
        ),
        FlatPart::Bound(index) => text(
            of(index)
                .and_then(|value| value.target.as_ref())
                .map(|verdict| verdict.bound.words()),
        ),
        FlatPart::Status(index) => text(
            of(index)
                .and_then(|value| value.target.as_ref())
                .map(|verdict| verdict.status.word()),
        ),
        FlatPart::Previous(index, place) => {
            number(compared(row, index, place).and_then(|comparison| comparison.previous))
        }
        FlatPart::Change(index, place) => {
            number(compared(row, index, place).and_then(|comparison| comparison.change))
        }
        FlatPart::ChangePercent(index, place) => {
            number(compared(row, index, place).and_then(|comparison| comparison.change_percent))
        }
        FlatPart::Share(index) => number(of(index).and_then(|value| value.share)),
        FlatPart::Band(index) => text(of(index).and_then(|value| value.band.as_deref())),
        FlatPart::FewRows(index) => of(index).map_or(Datum::Null, |value| {
            Datum::YesNo(value.evidence.has_few_rows)
        }),
        FlatPart::Low(index) => number(interval(row, index).map(|(low, _)| low)),
        FlatPart::High(index) => number(interval(row, index).map(|(_, high)| high)),
        FlatPart::Verdict(index) => text(trend(row, index).map(|trend| trend.verdict.word())),
        FlatPart::Slope(index) => number(trend(row, index).and_then(|trend| trend.slope)),
        FlatPart::P(index) => number(trend(row, index).map(|trend| trend.p)),
        FlatPart::Periods(index) => {
            trend(row, index).map_or(Datum::Null, |trend| Datum::Rows(trend.values as u64))
        }
        FlatPart::Level => Datum::Text(row.level.word()),
    }
}

/// A comparison of a value.
fn compared(row: &Row, index: usize, place: usize) -> Option<&Comparison> {
    value_at(row, index)?.comparisons.get(place)
}

fn interval(row: &Row, index: usize) -> Option<(f64, f64)> {
    value_at(row, index)?.evidence.interval
}

fn trend(row: &Row, index: usize) -> Option<SeriesTrend> {
    value_at(row, index)?.evidence.trend
}

/// The value in a cell, if it is one.
pub(super) fn value_at(row: &Row, index: usize) -> Option<&Value> {
    match &row.cells[index] {
        Cell::Value(value) => Some(value),
        Cell::Missing | Cell::Text(_) | Cell::YesNo(_) | Cell::Number(_) => None,
    }
}

fn cell(cell: &Cell) -> Datum<'_> {
    match cell {
        Cell::Missing => Datum::Null,
        Cell::Text(text) => Datum::Text(text),
        Cell::YesNo(yes) => Datum::YesNo(*yes),
        Cell::Number(value) => number(Some(*value)),
        Cell::Value(value) => number(value.value),
    }
}

fn text(text: Option<&str>) -> Datum<'_> {
    text.map_or(Datum::Null, Datum::Text)
}

/// NaN and infinity never leave the engine (rule S17); if one did, it would be *none* here.
fn number(value: Option<f64>) -> Datum<'static> {
    match value.filter(|value| value.is_finite()) {
        Some(value) => Datum::Number(value),
        None => Datum::Null,
    }
}
