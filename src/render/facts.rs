//! What all cells of a value column share, worked out once, and the sentences that explain their
//! marks.

use super::flat;
use super::numbers;
use crate::exec::answer::{Answer, AnswerColumn, AnswerValueColumn, Cell, ColumnRole, Row, Value};

/// Where the reasons for *none* stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reasons {
    Beside,
    /// In the legend.
    Below,
}

/// What all cells of a value column share.
pub(super) struct ColumnFacts<'a> {
    pub index: usize,
    pub name: &'a str,
    pub column: &'a AnswerValueColumn,
    pub decimals: usize,
    /// Some value is of a period not over yet, so all leave room for its mark.
    pub provisional: bool,
    /// The target, if one judges every row that is judged.
    pub same_target: Option<&'a str>,
    /// For each comparison the period compared with, if it is one.
    pub same_periods: Vec<Option<&'a str>>,
    pub reasons: Reasons,
}

/// The facts of each value column, in order.
pub(super) fn facts(answer: &Answer, reasons: Reasons) -> Vec<ColumnFacts<'_>> {
    let columns = answer.columns.iter().enumerate();
    columns
        .filter_map(|(index, column)| match &column.role {
            ColumnRole::Value(value) => Some(ColumnFacts {
                reasons,
                ..facts_of(answer, index, &column.name, value)
            }),
            ColumnRole::Period(_) | ColumnRole::Dimension(_) | ColumnRole::Field(_) => None,
        })
        .collect()
}

fn facts_of<'a>(
    answer: &'a Answer,
    index: usize,
    name: &'a str,
    column: &'a AnswerValueColumn,
) -> ColumnFacts<'a> {
    let all = || values(answer, index);
    let compared = || all().flat_map(|value| &value.comparisons);
    let periods = |place: usize| {
        let comparisons = all().filter_map(move |value| value.comparisons.get(place));
        only(comparisons.map(|comparison| comparison.period.as_str()))
    };
    let shown = all()
        .filter_map(|value| value.value)
        .chain(compared().filter_map(|comparison| comparison.previous));
    ColumnFacts {
        index,
        name,
        column,
        decimals: numbers::column_decimals(shown, column.unit),
        provisional: all().any(|value| value.provisional),
        same_target: only(all().filter_map(|value| Some(value.target.as_ref()?.written.as_str()))),
        same_periods: (0..column.comparisons.len()).map(periods).collect(),
        reasons: Reasons::Beside,
    }
}

fn values(answer: &Answer, index: usize) -> impl Iterator<Item = &Value> {
    answer
        .rows
        .iter()
        .filter_map(move |row| flat::value_at(row, index))
}

/// The one text that all of them are, if it is one.
fn only<'a>(mut texts: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let first = texts.next()?;
    texts.all(|text| text == first).then_some(first)
}

/// Sentences that explain marks in the grid.
pub(super) fn legend(answer: &Answer, reasons: Reasons) -> Vec<String> {
    let facts = facts(answer, reasons);
    let mut lines = Vec::new();
    if facts.iter().any(|facts| facts.provisional) {
        lines.push("* provisional: the period is not over".to_string());
    }
    lines.extend(few_rows_line(answer));
    if reasons == Reasons::Below {
        lines.extend(reasons_line(answer, &facts));
    }
    lines
}

/// `few: fewer than 5 rows, which may be chance`
pub(super) fn few_rows_line(answer: &Answer) -> Option<String> {
    few_rows_words(answer, answer.rows.iter())
}

/// The same where only values of the latest period are shown with their rows.
pub(super) fn few_rows_line_of_latest(answer: &Answer) -> Option<String> {
    let is_period = |column: &AnswerColumn| matches!(column.role, ColumnRole::Period(_));
    let place = answer.columns.iter().position(is_period)?;
    let period = |row: &Row| match &row.cells[place] {
        Cell::Text(label) => Some(label.clone()),
        Cell::Missing | Cell::YesNo(_) | Cell::Number(_) | Cell::Value(_) => None,
    };
    let latest = answer.rows.iter().filter_map(period).max()?;
    let rows = answer.rows.iter();
    few_rows_words(
        answer,
        rows.filter(|row| period(row).as_ref() == Some(&latest)),
    )
}

fn few_rows_words<'a>(answer: &Answer, rows: impl Iterator<Item = &'a Row>) -> Option<String> {
    let mut fewest: Vec<u64> = Vec::new();
    for row in rows {
        for (column, cell) in answer.columns.iter().zip(&row.cells) {
            if let (ColumnRole::Value(column), Cell::Value(value)) = (&column.role, cell)
                && value.evidence.has_few_rows
            {
                fewest.extend(column.evidence.fewest_rows);
            }
        }
    }
    fewest.sort_unstable();
    fewest.dedup();
    let fewest: Vec<String> = fewest.iter().map(u64::to_string).collect();
    let fewest = fewest.join(" or ");
    (!fewest.is_empty()).then(|| format!("few: fewer than {fewest} rows, which may be chance"))
}

/// `none: no rows`, for several value columns with their names.
fn reasons_line(answer: &Answer, facts: &[ColumnFacts]) -> Option<String> {
    let mut sentences = Vec::new();
    for each in facts {
        let mut reasons: Vec<&str> = values(answer, each.index)
            .filter_map(|value| value.reason.as_deref())
            .collect();
        reasons.sort_unstable();
        reasons.dedup();
        if !reasons.is_empty() {
            let reasons = reasons.join(", ");
            sentences.push(if facts.len() == 1 {
                reasons
            } else {
                format!("{reasons} ({})", each.name)
            });
        }
    }
    (!sentences.is_empty()).then(|| format!("none: {}", sentences.join("; ")))
}
