//! How each value of an answer comes about, from the columns that `plan::components` adds.

use super::rows;
use crate::exec::answer::{
    Answer, AnswerColumn, AnswerValueColumn, Cell, ColumnRole, Level, Row, Status, Value,
};
use crate::render;

/// The endings of the columns that are parts of one measure.
const INNER: [&str; 3] = [": sum", ": passing", ": all"];

/// A line for each value, and one for each part of a formula; of a list, how many rows there are.
pub fn lines(answer: &Answer, parts: &Answer) -> Vec<String> {
    let names: Vec<&str> = values(answer).map(|(_, name, _)| name).collect();
    if names.is_empty() {
        return vec![rows(answer.rows.len() as u64)];
    }
    let mut lines = Vec::new();
    for row in &parts.rows {
        let group = group(parts, row);
        for name in &names {
            lines.extend(column(parts, row, name, &group));
        }
    }
    lines
}

fn values(answer: &Answer) -> impl Iterator<Item = (usize, &str, &AnswerValueColumn)> {
    answer
        .columns
        .iter()
        .enumerate()
        .filter_map(|(index, column)| match &column.role {
            ColumnRole::Value(value) => Some((index, column.name.as_str(), value)),
            ColumnRole::Period(_) | ColumnRole::Dimension(_) | ColumnRole::Field(_) => None,
        })
}

/// The period and the dimensions of a row: `2026-03, critical: `.
pub fn group(answer: &Answer, row: &Row) -> String {
    words_of(answer.columns.iter().zip(&row.cells), row.level)
}

/// The dimensions of a row without its period: `critical: `.
pub(super) fn series(answer: &Answer, row: &Row) -> String {
    let cells = answer.columns.iter().zip(&row.cells);
    let is_key = |column: &AnswerColumn| !matches!(column.role, ColumnRole::Period(_));
    words_of(cells.filter(|(column, _)| is_key(column)), row.level)
}

fn words_of<'a>(cells: impl Iterator<Item = (&'a AnswerColumn, &'a Cell)>, level: Level) -> String {
    let mut words: Vec<String> = Vec::new();
    for (column, cell) in cells {
        match (&column.role, cell) {
            (ColumnRole::Value(_) | ColumnRole::Field(_), _) | (_, Cell::Value(_)) => {}
            (_, Cell::Text(text)) => words.push(text.clone()),
            (_, Cell::Number(number)) => words.push(number.to_string()),
            (_, Cell::YesNo(yes)) => {
                words.push(format!(
                    "{} {}",
                    column.name,
                    if *yes { "yes" } else { "no" }
                ));
            }
            (_, Cell::Missing) => {
                if level == Level::Group {
                    words.push(format!("{} missing", column.name));
                }
            }
        }
    }
    match level {
        Level::Group => {}
        Level::Other | Level::Total => words.push(level.word().to_string()),
    }
    if words.is_empty() {
        String::new()
    } else {
        format!("{}: ", words.join(", "))
    }
}

/// The lines of one value: its own arithmetic, or that of the measures of its formula and the result.
fn column(parts: &Answer, row: &Row, name: &str, group: &str) -> Vec<String> {
    let prefix = format!("{name}: ");
    let measures: Vec<&str> = values(parts)
        .map(|(_, name, _)| name)
        .filter(|part| part.starts_with(&prefix))
        .filter(|part| !INNER.iter().any(|ending| part.ends_with(ending)))
        .collect();
    if measures.is_empty() {
        return vec![format!("{group}{name} = {}", sum(parts, row, name))];
    }
    let mut lines: Vec<String> = measures
        .iter()
        .map(|part| {
            format!(
                "{group}{} = {}",
                &part[prefix.len()..],
                sum(parts, row, part)
            )
        })
        .collect();
    if let Some((value, column)) = cell(parts, row, name) {
        lines.push(format!("{group}{name} = {}", shown(value, column)));
    }
    lines
}

/// `40 days / 2 rows = 20 days`, `1 of 4 rows = 25 %`, `3 from 3 rows`.
fn sum(parts: &Answer, row: &Row, name: &str) -> String {
    let Some((value, column)) = cell(parts, row, name) else {
        return String::new();
    };
    let result = shown(value, column);
    let inner = |ending: &str| {
        let (value, column) = cell(parts, row, &format!("{name}{ending}"))?;
        value
            .value
            .map(|number| render::with_unit(number, column.unit))
    };
    if value.value.is_none() {
        return format!("{result}, from {}", rows(value.rows));
    }
    match (inner(": sum"), inner(": passing"), inner(": all")) {
        (Some(sum), _, _) => format!("{sum} / {} = {result}", rows(value.rows)),
        (None, Some(passing), Some(all)) => format!("{passing} of {all} rows = {result}"),
        (None, Some(_) | None, _) => format!("{result}, from {}", rows(value.rows)),
    }
}

fn cell<'a>(
    answer: &'a Answer,
    row: &'a Row,
    name: &str,
) -> Option<(&'a Value, &'a AnswerValueColumn)> {
    let (index, _, column) = values(answer).find(|(_, known, _)| *known == name)?;
    match &row.cells[index] {
        Cell::Value(value) => Some((value, column)),
        Cell::Missing | Cell::Text(_) | Cell::YesNo(_) | Cell::Number(_) => None,
    }
}

/// The value with what it is judged by and compared with.
fn shown(value: &Value, column: &AnswerValueColumn) -> String {
    let number = |number: Option<f64>| {
        number.map_or("none".to_string(), |number| {
            render::with_unit(number, column.unit)
        })
    };
    let mut words = number(value.value);
    if let Some(reason) = &value.reason {
        words += &format!(" ({reason})");
    }
    if let Some(target) = &value.target {
        let verdict = match target.status {
            Status::Pass => "met",
            Status::Miss => "missed",
            Status::NoData => "no data",
        };
        words += &format!("; target {}: {verdict}", target.written);
    }
    if let Some(band) = &value.band {
        words += &format!("; {band}");
    }
    for compared in &value.comparisons {
        words += &format!("; in {}: {}", compared.period, number(compared.previous));
    }
    if value.provisional {
        words += "; provisional";
    }
    words
}
