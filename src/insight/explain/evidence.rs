//! How sure the numbers of an answer are, in sentences: few rows, intervals, verdicts on series.

use super::arithmetic::{group, series};
use super::rows;
use crate::base::statistics::SeriesTrend;
use crate::base::types::Grain;
use crate::exec::answer::{Answer, AnswerColumn, AnswerValueColumn, Cell, ColumnRole, Row, Value};
use crate::render;

/// A line for each fact; none of an answer that asks for no such thing.
pub fn lines(answer: &Answer) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for row in &answer.rows {
        for (column, cell) in answer.columns.iter().zip(&row.cells) {
            let (ColumnRole::Value(about), Cell::Value(value)) = (&column.role, cell) else {
                continue;
            };
            let name = format!("{}{}", group(answer, row), column.name);
            lines.extend(few_rows(&name, about, value));
            lines.extend(interval(&name, about, value));
            let trend = value.evidence.trend;
            let trend = trend.map(|trend| verdict(answer, (row, column), about, trend));
            // Rows of one series say the same.
            lines.extend(trend.filter(|line| !lines.contains(line)));
        }
    }
    lines
}

fn few_rows(name: &str, column: &AnswerValueColumn, value: &Value) -> Option<String> {
    let fewest = column.evidence.fewest_rows?;
    let few = rows(value.rows);
    let is_few = value.evidence.has_few_rows;
    is_few.then(|| format!("{name}: {few}, fewer than the {fewest} asked for"))
}

fn interval(name: &str, column: &AnswerValueColumn, value: &Value) -> Option<String> {
    let level = column.evidence.interval? * 100.0;
    let Some((low, high)) = value.evidence.interval else {
        let few = rows(value.rows);
        return Some(format!("{name}: no interval at {level}% from {few}"));
    };
    let [low, high] = [low, high].map(|end| render::with_unit(end, column.unit));
    Some(format!(
        "{name}: with {level}% confidence from {low} to {high}"
    ))
}

fn verdict(
    answer: &Answer,
    (row, column): (&Row, &AnswerColumn),
    about: &AnswerValueColumn,
    trend: SeriesTrend,
) -> String {
    let periods = answer.columns.iter().map(|column| match column.role {
        ColumnRole::Period(grain) => Some(grain),
        ColumnRole::Dimension(_) | ColumnRole::Value(_) | ColumnRole::Field(_) => None,
    });
    let grain = periods.flatten().next().map_or("period", Grain::word);
    let of = series(answer, row);
    let slope = trend.slope.map_or(String::new(), |slope| {
        format!(", {} a {grain}", render::with_unit(slope, about.unit))
    });
    format!(
        "{of}{}: {}{slope}, p = {:.3} over {} {grain}s",
        column.name,
        trend.verdict.word(),
        trend.p,
        trend.values
    )
}
