//! The rows a test expects, cell by cell against the rows of an answer.

use crate::base::types::{DisplayUnit, TimeUnit};
use crate::exec::answer::{Answer, AnswerColumn, Cell, ColumnRole, Row, Value};
use crate::lang::model::Expect;

/// Numbers that differ by less than this, relative to the larger (or to 1), are equal.
const TOLERANCE: f64 = 1e-9;

/// Expected and got, row by row in the order of the answer.
pub struct ExpectationDiff {
    pub header: Vec<String>,
    pub rows: Vec<ComparedRow>,
}

/// Cells as a test writes them.
pub type CellTexts = Vec<String>;

pub enum ComparedRow {
    Same(CellTexts),
    Differing {
        expected: CellTexts,
        got: CellTexts,
        /// For each cell, whether it differs.
        differs: Vec<bool>,
    },
    /// Expected, and the answer has no such row.
    Lacking(CellTexts),
    /// In the answer, and not expected.
    Surplus(CellTexts),
}

impl ExpectationDiff {
    pub fn is_equal(&self) -> bool {
        self.rows
            .iter()
            .all(|row| matches!(row, ComparedRow::Same(_)))
    }
}

/// Compares the columns that the test names. A column the answer lacks is an error in words.
pub fn compare(expect: &Expect, answer: &Answer) -> Result<ExpectationDiff, String> {
    let columns = expect
        .header
        .iter()
        .map(|name| find(name, answer))
        .collect::<Result<Vec<_>, _>>()?;
    let rows = (0..expect.rows.len().max(answer.rows.len()))
        .map(|index| {
            compare_row(
                &columns,
                expect.rows.get(index).map(Vec::as_slice),
                answer.rows.get(index),
            )
        })
        .collect();
    Ok(ExpectationDiff {
        header: expect.header.clone(),
        rows,
    })
}

/// What a header of a test stands for.
struct ExpectedColumn<'a> {
    /// Index of the answer's column; none for `level`.
    index: Option<usize>,
    role: Option<&'a ColumnRole>,
    part: CellPart,
}

/// Which part of a cell a header stands for; the names are those of JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CellPart {
    /// The value of a column, or what another column holds.
    Whole,
    Level,
    Rows,
    Reason,
    Target,
    Bound,
    Status,
    Band,
    /// Of the first comparison or the second.
    Previous(usize),
    Change(usize),
    ChangePercent(usize),
    Share,
    FewRows,
    /// An end of the confidence interval.
    Low,
    High,
    /// Of the series.
    Verdict,
    Slope,
    P,
    Periods,
}

const PARTS: [(&str, CellPart); 20] = [
    ("_rows", CellPart::Rows),
    ("_reason", CellPart::Reason),
    ("_target", CellPart::Target),
    ("_bound", CellPart::Bound),
    ("_status", CellPart::Status),
    ("_band", CellPart::Band),
    ("_previous", CellPart::Previous(0)),
    ("_change", CellPart::Change(0)),
    ("_change_percent", CellPart::ChangePercent(0)),
    ("_previous_2", CellPart::Previous(1)),
    ("_change_2", CellPart::Change(1)),
    ("_change_percent_2", CellPart::ChangePercent(1)),
    ("_share", CellPart::Share),
    ("_few_rows", CellPart::FewRows),
    ("_low", CellPart::Low),
    ("_high", CellPart::High),
    ("_verdict", CellPart::Verdict),
    ("_slope", CellPart::Slope),
    ("_p", CellPart::P),
    ("_periods", CellPart::Periods),
];

fn find<'a>(name: &str, answer: &'a Answer) -> Result<ExpectedColumn<'a>, String> {
    if let Some(index) = answer
        .columns
        .iter()
        .position(|column| is_named(column, name))
    {
        return Ok(wanted(answer, index, CellPart::Whole));
    }
    for (ending, part) in PARTS {
        let of_value = |column: &AnswerColumn| {
            matches!(column.role, ColumnRole::Value(_))
                && name.strip_suffix(ending) == Some(column.name.as_str())
        };
        if let Some(index) = answer.columns.iter().position(of_value) {
            return Ok(wanted(answer, index, part));
        }
    }
    if name == "level" {
        return Ok(ExpectedColumn {
            index: None,
            role: None,
            part: CellPart::Level,
        });
    }
    let known: Vec<_> = answer
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    Err(format!(
        "the answer has no column `{name}`; it has {}",
        known.join(", ")
    ))
}

fn wanted(answer: &Answer, index: usize, part: CellPart) -> ExpectedColumn<'_> {
    ExpectedColumn {
        index: Some(index),
        role: Some(&answer.columns[index].role),
        part,
    }
}

/// A period may be headed by its grain: `month`.
fn is_named(column: &AnswerColumn, name: &str) -> bool {
    column.name == name
        || matches!(&column.role, ColumnRole::Period(grain) if name == grain.word() || name == "period")
}

fn compare_row(
    columns: &[ExpectedColumn],
    expected: Option<&[Option<String>]>,
    got: Option<&Row>,
) -> ComparedRow {
    let written = |cells: &[Option<String>]| -> CellTexts {
        cells
            .iter()
            .map(|cell| cell.clone().unwrap_or_default())
            .collect()
    };
    let found = |row: &Row| -> Vec<ActualCell> {
        columns.iter().map(|column| got_cell(column, row)).collect()
    };
    let shown =
        |cells: &[ActualCell]| -> CellTexts { cells.iter().map(ActualCell::written).collect() };
    match (expected, got) {
        (Some(expected), None) => ComparedRow::Lacking(written(expected)),
        (None, Some(row)) => ComparedRow::Surplus(shown(&found(row))),
        (None, None) => unreachable!("rows are compared up to the longer of both lists"),
        (Some(expected), Some(row)) => {
            let got = found(row);
            let expected = written(expected);
            let differs: Vec<bool> = expected
                .iter()
                .zip(&got)
                .map(|(cell, got)| !got.equals(cell))
                .collect();
            if differs.contains(&true) {
                ComparedRow::Differing {
                    expected,
                    got: shown(&got),
                    differs,
                }
            } else {
                ComparedRow::Same(expected)
            }
        }
    }
}

/// A cell of the answer, as far as a test can ask for it.
enum ActualCell {
    Nothing,
    Text(String),
    Number(f64, Option<DisplayUnit>),
    /// A value that is *none*.
    None,
}

impl ActualCell {
    /// As a test would have to write it.
    fn written(&self) -> String {
        match self {
            ActualCell::Nothing => String::new(),
            ActualCell::Text(text) => text.clone(),
            ActualCell::Number(number, Some(DisplayUnit::Percent)) => {
                format!("{}%", short(number * 100.0))
            }
            ActualCell::Number(number, _) => short(*number),
            ActualCell::None => "none".to_string(),
        }
    }

    fn equals(&self, expected: &str) -> bool {
        match self {
            ActualCell::Nothing => expected.is_empty(),
            ActualCell::None => expected.is_empty() || expected == "none",
            ActualCell::Text(text) => expected == text,
            ActualCell::Number(number, unit) => {
                number_of(expected, *unit).is_some_and(|expected| close(expected, *number))
            }
        }
    }
}

fn got_cell(wanted: &ExpectedColumn, row: &Row) -> ActualCell {
    let Some(index) = wanted.index else {
        return ActualCell::Text(row.level.word().to_string());
    };
    let unit = match wanted.role {
        Some(ColumnRole::Value(column)) => Some(column.unit),
        Some(ColumnRole::Period(_) | ColumnRole::Dimension(_) | ColumnRole::Field(_)) | None => {
            None
        }
    };
    match &row.cells[index] {
        Cell::Missing => ActualCell::Nothing,
        Cell::Text(text) => ActualCell::Text(text.clone()),
        Cell::YesNo(yes) => ActualCell::Text(if *yes { "yes" } else { "no" }.to_string()),
        Cell::Number(number) => ActualCell::Number(*number, unit),
        Cell::Value(value) => got_part(wanted.part, value, unit),
    }
}

fn got_part(part: CellPart, value: &Value, unit: Option<DisplayUnit>) -> ActualCell {
    let number = |number: Option<f64>| {
        number.map_or(ActualCell::None, |number| ActualCell::Number(number, unit))
    };
    let text = |text: Option<&str>| {
        text.map_or(ActualCell::Nothing, |text| {
            ActualCell::Text(text.to_string())
        })
    };
    let percent = Some(DisplayUnit::Percent);
    let fraction = |number: Option<f64>| {
        number.map_or(ActualCell::None, |number| {
            ActualCell::Number(number, percent)
        })
    };
    let comparison = |place: usize| value.comparisons.get(place);
    match part {
        CellPart::Whole => number(value.value),
        CellPart::Level => unreachable!("the level is no part of a value"),
        CellPart::Rows => ActualCell::Number(value.rows as f64, None),
        CellPart::Reason => text(value.reason.as_deref()),
        CellPart::Band => text(value.band.as_deref()),
        CellPart::Bound => text(value.target.as_ref().map(|target| target.bound.words())),
        CellPart::Status => text(value.target.as_ref().map(|target| target.status.word())),
        CellPart::Target => match &value.target {
            Some(target) => ActualCell::Number(target.limit, unit),
            None => ActualCell::Nothing,
        },
        CellPart::Previous(place) => number(comparison(place).and_then(|other| other.previous)),
        CellPart::Change(place) => number(comparison(place).and_then(|other| other.change)),
        CellPart::ChangePercent(place) => {
            fraction(comparison(place).and_then(|other| other.change_percent))
        }
        CellPart::Share => fraction(value.share),
        CellPart::FewRows | CellPart::Low | CellPart::High => of_evidence(part, value, unit),
        CellPart::Verdict | CellPart::Slope | CellPart::P | CellPart::Periods => {
            of_trend(part, value, unit)
        }
    }
}

/// Whether there are few rows, and the ends of an interval.
fn of_evidence(part: CellPart, value: &Value, unit: Option<DisplayUnit>) -> ActualCell {
    let evidence = &value.evidence;
    if part == CellPart::FewRows {
        let word = if evidence.has_few_rows { "yes" } else { "no" };
        return ActualCell::Text(word.to_string());
    }
    evidence.interval.map_or(ActualCell::None, |(low, high)| {
        let end = if part == CellPart::Low { low } else { high };
        ActualCell::Number(end, unit)
    })
}

/// What the series of a value tells.
fn of_trend(part: CellPart, value: &Value, unit: Option<DisplayUnit>) -> ActualCell {
    let Some(trend) = value.evidence.trend else {
        return ActualCell::Nothing;
    };
    match part {
        CellPart::Slope => trend
            .slope
            .map_or(ActualCell::None, |slope| ActualCell::Number(slope, unit)),
        CellPart::P => ActualCell::Number(trend.p, None),
        CellPart::Periods => ActualCell::Number(trend.values as f64, None),
        _ => ActualCell::Text(trend.verdict.word().to_string()),
    }
}

/// The number a test writes, in the unit of the column: `15%`, `20 days`, `480 hours`, `20`.
fn number_of(text: &str, unit: Option<DisplayUnit>) -> Option<f64> {
    let text = text.trim();
    if let Some(percent) = text.strip_suffix('%') {
        let is_percent = unit == Some(DisplayUnit::Percent);
        return percent
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|_| is_percent)
            .map(|number| number / 100.0);
    }
    if let (Some(DisplayUnit::Time(shown)), Some((number, word))) = (unit, text.split_once(' ')) {
        let written = TimeUnit::ALL
            .into_iter()
            .find(|unit| unit.word() == word || unit.word().strip_suffix('s') == Some(word))?;
        let number: f64 = number.parse().ok()?;
        return Some(number * written.micros() as f64 / shown.micros() as f64);
    }
    text.parse().ok()
}

fn close(left: f64, right: f64) -> bool {
    (left - right).abs() <= TOLERANCE * left.abs().max(right.abs()).max(1.0)
}

/// A number without the noise beyond what is compared.
fn short(number: f64) -> String {
    let rounded: f64 = format!("{number:.11e}")
        .parse()
        .expect("a number just written");
    rounded.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_the_unit_of_their_column() {
        let days = Some(DisplayUnit::Time(TimeUnit::Days));
        assert_eq!(number_of("20", days), Some(20.0));
        assert_eq!(number_of("20 days", days), Some(20.0));
        assert_eq!(number_of("36 hours", days), Some(1.5));
        assert_eq!(number_of("1 week", days), Some(7.0));
        assert_eq!(number_of("15%", Some(DisplayUnit::Percent)), Some(0.15));
        assert_eq!(number_of("0.15", Some(DisplayUnit::Percent)), Some(0.15));
        assert_eq!(number_of("15%", days), None);
        assert_eq!(number_of("20 parsecs", days), None);
    }

    #[test]
    fn thirds_are_equal_when_written_to_nine_digits() {
        assert!(close(0.333_333_333, 1.0 / 3.0));
        assert!(!close(0.333_333, 1.0 / 3.0));
        assert_eq!(short(0.1 + 0.2), "0.3");
    }
}
