//! A query of clauses alone asks for every KPI: those that the data cannot answer are left out.

use super::QueryContext;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::model::{Query, SortColumn, Subject, ValuesQuery};

/// Takes the columns out of a query whose tables have no file, and says so in notes.
pub fn leave_out_unanswerable(
    query: &mut Query,
    context: &QueryContext,
) -> Result<Vec<String>, Problems> {
    let whole = query.clone();
    let Subject::Values(values) = &mut query.subject else {
        return Ok(Vec::new());
    };
    let mut notes = Vec::new();
    let mut keep = Vec::with_capacity(values.columns.len());
    for index in 0..values.columns.len() {
        let reason = absent_tables(context, &single(&whole, index))?;
        keep.push(reason.is_none());
        notes.extend(reason.map(|reason| left_out(&values.columns[index].name, &reason)));
    }
    if keep.contains(&true) && lacks_columns(context, &kept(&whole, &keep))? {
        for (index, keep) in keep.iter_mut().enumerate().filter(|(_, keep)| **keep) {
            if let Some(reason) = context.lacking_columns(&single(&whole, index))? {
                *keep = false;
                notes.push(left_out(&values.columns[index].name, &reason));
            }
        }
    }
    if !keep.contains(&true) {
        return Err(nothing_answerable(notes).into());
    }
    retain(values, &keep)?;
    Ok(notes)
}

/// For each query why the data cannot answer it; `None` where it can.
///
/// # Errors
///
/// Whatever else is wrong with the tables.
pub fn unanswerable(
    queries: &[&Query],
    context: &QueryContext,
) -> Result<Vec<Option<String>>, Problems> {
    let mut reasons = Vec::new();
    for query in queries {
        reasons.push(absent_tables(context, query)?);
    }
    let with_tables = queries.iter().zip(&reasons);
    let with_tables: Vec<&Query> = with_tables
        .filter(|(_, reason)| reason.is_none())
        .map(|(query, _)| *query)
        .collect();
    // Most files lack nothing, which one look tells.
    if with_tables.is_empty() || context.load(&with_tables).is_ok() {
        return Ok(reasons);
    }
    for (query, reason) in queries.iter().zip(&mut reasons) {
        if reason.is_none() {
            *reason = context.lacking_columns(query)?;
        }
    }
    Ok(reasons)
}

/// The tables that a query needs and that have no file, as a sentence.
fn absent_tables(context: &QueryContext, query: &Query) -> Result<Option<String>, Problems> {
    let tables = context.lacking(query)?.join(", ");
    Ok((!tables.is_empty()).then(|| format!("no file for {tables}")))
}

fn left_out(column: &str, reason: &str) -> String {
    format!("{column} left out: {reason}")
}

/// Whether the files lack a column that the query needs. Most lack none, which one look tells.
fn lacks_columns(context: &QueryContext, query: &Query) -> Result<bool, Problems> {
    context
        .lacking_columns(query)
        .map(|lacking| lacking.is_some())
}

/// The query with some of its columns, whatever it is sorted by.
fn kept(whole: &Query, keep: &[bool]) -> Query {
    let mut query = whole.clone();
    if let Subject::Values(values) = &mut query.subject {
        let mut keep = keep.iter();
        values
            .columns
            .retain(|_| *keep.next().expect("one flag a column"));
    }
    query
}

/// The data answers nothing that was asked: D903, with the reasons.
pub fn nothing_answerable(notes: Vec<String>) -> Diagnostic {
    let mut problem = Diagnostic::data("D903", "the data has no table or column that a KPI needs");
    problem.help = notes;
    problem
}

/// The query with one of its columns.
fn single(whole: &Query, index: usize) -> Query {
    let mut query = whole.clone();
    if let Subject::Values(values) = &mut query.subject {
        values.columns = vec![values.columns[index].clone()];
    }
    query
}

/// Keeps some columns; what refers to columns by their place is moved along.
fn retain(values: &mut ValuesQuery, keep: &[bool]) -> Result<(), Diagnostic> {
    let moved = |index: usize| {
        if keep[index] {
            Ok(keep[..index].iter().filter(|kept| **kept).count())
        } else {
            let name = &values.columns[index].name;
            Err(Diagnostic::data(
                "D903",
                format!("the data cannot answer `{name}`, by which to sort"),
            ))
        }
    };
    let top = match values.top {
        Some(mut top) => {
            top.by = moved(top.by)?;
            Some(top)
        }
        None => None,
    };
    let mut sort = values.sort.clone();
    for key in &mut sort {
        match &mut key.by {
            SortColumn::Value(index) => *index = moved(*index)?,
            SortColumn::Period | SortColumn::Dimension(_) => {}
        }
    }
    values.top = top;
    values.sort = sort;
    let mut kept = keep.iter();
    values
        .columns
        .retain(|_| *kept.next().expect("one flag a column"));
    Ok(())
}
