//! Rows that only one version counts, and rows of views.

use std::collections::{BTreeMap, BTreeSet};

use super::questions::{KpiQueries, ViewQueries};
use super::{AnswerAttempt, KpiNumbers, ViewNumbers};
use crate::base::diagnostic::Problems;
use crate::exec::answer::{Answer, Cell};
use crate::exec::query_context::QueryContext;
use crate::insight::drill_through::{self, CellReference};
use crate::lang::model::{Query, Subject};

/// Rows of the last period that only one version counts, by the keys of their tables.
pub(super) fn rows_moved(
    queries: &KpiQueries,
    (old, was): (&QueryContext, &Option<AnswerAttempt>),
    (new, is): (&QueryContext, &Option<AnswerAttempt>),
    numbers: &mut KpiNumbers,
) -> Result<(), Problems> {
    let keys =
        |context: &QueryContext, query: &Option<Query>, attempt: &Option<AnswerAttempt>| match (
            query, attempt,
        ) {
            (Some(query), Some(Ok(answer))) => keys_behind(context, query, answer),
            (_, _) => Ok(None),
        };
    let old_keys = keys(old, &queries.old, was)?;
    let new_keys = keys(new, &queries.new, is)?;
    if let (Some(old_keys), Some(new_keys)) = (old_keys, new_keys) {
        numbers.rows_in = Some(new_keys.difference(&old_keys).count() as u64);
        numbers.rows_out = Some(old_keys.difference(&new_keys).count() as u64);
    }
    Ok(())
}

/// Tables and keys of the rows behind the last number; `None` where a table has no key.
fn keys_behind(
    context: &QueryContext,
    query: &Query,
    answer: &Answer,
) -> Result<Option<BTreeSet<(String, String)>>, Problems> {
    let Subject::Values(values) = &query.subject else {
        return Ok(None);
    };
    let Some(row) = answer.rows.len().checked_sub(1) else {
        return Ok(Some(BTreeSet::new()));
    };
    let parts = drill_through::parts(context.definitions, 0, &values.columns[0]);
    let wanted: Vec<CellReference> = parts
        .into_iter()
        .map(|part| CellReference {
            row,
            part,
            only: None,
        })
        .collect();
    let found = drill_through::behind(context, query, answer, &wanted)?;
    let mut keys = BTreeSet::new();
    for (found, wanted) in found.iter().zip(&wanted) {
        let table = context
            .definitions
            .table(wanted.part.measure.population.table);
        let name = table.key.map(|key| &table.columns[key].name);
        let mut columns = found.answer.columns.iter();
        let place = columns.position(|column| Some(&column.name) == name);
        let Some(place) = place else {
            return Ok(None);
        };
        for row in &found.answer.rows {
            if let Cell::Text(key) = &row.cells[place] {
                keys.insert((table.name.clone(), key.clone()));
            }
        }
    }
    Ok(Some(keys))
}

pub(super) fn view_numbers(
    queries: &ViewQueries,
    old: Option<&AnswerAttempt>,
    new: Option<&AnswerAttempt>,
) -> ViewNumbers {
    let mut reasons: Vec<String> = [old, new]
        .into_iter()
        .flatten()
        .filter_map(|attempt| attempt.as_ref().err().cloned())
        .collect();
    reasons.dedup();
    let rows = |attempt: Option<&AnswerAttempt>| {
        let answer = attempt?.as_ref().ok()?;
        Some(view_rows(answer))
    };
    let (old_rows, new_rows) = (rows(old), rows(new));
    let (none_old, none_new) = (BTreeMap::new(), BTreeMap::new());
    let was = old_rows.as_ref().unwrap_or(&none_old);
    let is = new_rows.as_ref().unwrap_or(&none_new);
    let both = was
        .iter()
        .filter_map(|(key, cells)| Some((cells, is.get(key)?)));
    ViewNumbers {
        name: queries.name.clone(),
        title: queries.title.clone(),
        old_rows: old_rows.as_ref().map(BTreeMap::len),
        new_rows: new_rows.as_ref().map(BTreeMap::len),
        other: both.filter(|(was, is)| was != is).count(),
        only_old: was.keys().filter(|key| !is.contains_key(*key)).count(),
        only_new: is.keys().filter(|key| !was.contains_key(*key)).count(),
        reasons,
    }
}

/// The numbers of each row by the texts that name it. Rows of one name, as in lists, are numbered.
fn view_rows(answer: &Answer) -> BTreeMap<(String, usize), Vec<String>> {
    let mut rows: BTreeMap<(String, usize), Vec<String>> = BTreeMap::new();
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for row in &answer.rows {
        let (mut name, mut numbers) = (row.level.word().to_string(), Vec::new());
        for cell in &row.cells {
            match cell {
                Cell::Missing => name += "|missing",
                Cell::Text(text) => name += &format!("|{text:?}"),
                Cell::YesNo(yes) => name += &format!("|{yes}"),
                Cell::Number(number) => numbers.push(format!("{number:?}")),
                Cell::Value(value) => {
                    let status = value.target.as_ref().map(|target| target.status);
                    numbers.push(format!("{:?} {status:?}", value.value));
                }
            }
        }
        let number = count.entry(name.clone()).or_default();
        *number += 1;
        rows.insert((name, *number), numbers);
    }
    rows
}
