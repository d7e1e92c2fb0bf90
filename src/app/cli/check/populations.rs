//! KPIs that no row of the data ever belongs to.

use super::checked::CheckedRows;
use super::rows::columns;
use crate::base::calendar;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::types::Grain;
use crate::exec::answer::{Answer, Cell};
use crate::exec::query_context::{QueryContext, answers_over};
use crate::lang::model::{CalendarPeriod, Formula, Measure, Period, Query, Subject, ValueColumn};
use crate::plan;

/// Months looked back at most: a wrong date in the data must not ask for thousands.
const LONGEST: u32 = 1200;

/// Warns of every population without a row in any month of the data; returns which KPIs have no data,
/// beside those that lack columns.
pub(super) fn check(
    rows: &CheckedRows,
    context: &QueryContext,
    without_columns: Vec<String>,
    problems: &mut Problems,
) -> Result<Option<String>, Problems> {
    let Some(months) = months(rows) else {
        return Ok(None);
    };
    let mut unanswerable = without_columns;
    let mut questions = Vec::new();
    for column in columns(rows.everything) {
        let query = single(rows, column, column.formula.clone(), &months);
        let lacking = context.lacking(&query)?;
        if lacking.is_empty() {
            for measure in column.formula.measures() {
                let formula = Formula::Measure(Box::new(measure.clone()));
                questions.push((column, measure, single(rows, column, formula, &months)));
            }
        } else {
            unanswerable.push(format!(
                "{} (no file for {})",
                column.name,
                lacking.join(", ")
            ));
        }
    }
    let queries: Vec<&Query> = questions.iter().map(|(_, _, query)| query).collect();
    let given = plan::GivenTime {
        as_of: Some(rows.evaluation.as_of.clone()),
        known_on: Some(rows.evaluation.known_on.clone()),
        watermark: None,
    };
    let answers = answers_over(rows.definitions, rows.sources, &queries, &given)?;
    for ((column, measure, _), answer) in questions.iter().zip(&answers) {
        if rows_used(answer) == 0 {
            problems.push(empty(column, measure));
        }
    }
    let not_checked = unanswerable.join(", ");
    Ok((!not_checked.is_empty()).then(|| format!("without data: {not_checked}")))
}

fn empty(column: &ValueColumn, measure: &Measure) -> Diagnostic {
    let message = format!(
        "`{}` is about rows that the data does not have",
        column.name
    );
    Diagnostic::warning("D921", measure.span, message).label("no row in any month")
}

/// The query of one column over all months, with another formula.
fn single(rows: &CheckedRows, column: &ValueColumn, formula: Formula, months: &Period) -> Query {
    let mut query = rows.everything.clone();
    query.period = Some(months.clone());
    if let Subject::Values(values) = &mut query.subject {
        values.over = Some(Grain::Month);
        values.columns = vec![ValueColumn {
            formula,
            ..column.clone()
        }];
    }
    query
}

fn rows_used(answer: &Answer) -> u64 {
    let cells = answer.rows.iter().flat_map(|row| &row.cells);
    cells
        .map(|cell| match cell {
            Cell::Value(value) => value.rows,
            Cell::Missing | Cell::Text(_) | Cell::YesNo(_) | Cell::Number(_) => 0,
        })
        .sum()
}

/// From the month of the earliest event to that of as-of.
fn months(rows: &CheckedRows) -> Option<Period> {
    let calendar = &rows.definitions.calendar;
    let month = |micros| -> Option<CalendarPeriod> {
        let day = calendar::local_day(calendar, micros)?;
        Some(calendar::period_of(calendar, day, Grain::Month))
    };
    let last = month(rows.evaluation.as_of.instant - 1)?;
    let first = month(earliest(rows)?)?;
    let furthest = calendar::back(last, LONGEST);
    let first = if first.start < furthest.start {
        furthest
    } else {
        first
    };
    (first.start <= last.start).then_some(Period::Range(first, last))
}

fn earliest(rows: &CheckedRows) -> Option<i64> {
    let tables = rows.definitions.tables.iter().zip(&rows.sources.tables);
    tables
        .filter_map(|(table, source)| Some((table, source.as_ref()?)))
        .flat_map(|(table, source)| {
            let spans = source.spans.iter();
            spans.filter(|(column, _)| table.columns[**column].is_time_of_event)
        })
        .map(|(_, (first, _))| *first)
        .min()
}
