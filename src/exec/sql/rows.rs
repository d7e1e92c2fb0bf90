//! One relation → a statement that gives its rows, for whoever reads them back: texts are texts, scales and bands are words,
//! instants are microseconds, and whole numbers that may not fit in 64 bits are texts of digits.

use std::sync::Arc;

use super::axes::AxisTables;
use super::dialects::{SqlDialect, SqlType};
use super::relations::Translator;
use super::select::{Select, SelectColumn, TableExpression, statement as written};
use super::tables::TableNames;
use crate::lang::model::Definitions;
use crate::plan::relation::{Aggregate, Axis, Name, Relation, SharedRelation, pruned};
use crate::plan::{BucketStatus, TimeBucket};

/// What a statement of one relation is made of.
pub struct RowsInput<'a> {
    pub dialect: &'static dyn SqlDialect,
    pub definitions: &'a Definitions,
    /// Where the tables are.
    pub tables: &'a TableNames,
    /// What stands above the statement.
    pub title: &'a str,
    pub relation: &'a SharedRelation,
    /// The axis of a cube.
    pub axis: Option<&'a Arc<Axis>>,
    /// The columns that are wanted, and what each is given as; `None`: as it is.
    pub columns: &'a [(Name, Option<SqlType>)],
}

/// The statement.
pub fn rows_statement(input: &RowsInput) -> String {
    let wanted = input.columns.iter().map(|(name, _)| name.clone()).collect();
    let relation = with_whole_quantiles(&pruned(input.relation, &wanted));
    let slots = input.axis.map_or_else(Vec::new, |axis| slots_of(axis));
    let axes = AxisTables::new(input.dialect, &slots);
    let mut translator = Translator::over(input.dialect, input.definitions, axes);
    translator.names = Some(input.tables);
    translator.note_scans(&relation);
    let mut select = translator.select(&relation);
    let columns = input.columns.iter().map(|(name, given)| {
        let column = select.column(name).clone();
        let sql = match given {
            None => column.sql.clone(),
            Some(given) => {
                let word = input.dialect.type_word(*given);
                format!("CAST({} AS {word})", column.sql)
            }
        };
        SelectColumn { sql, ..column }
    });
    select.columns = columns.collect();
    let tables = translator.axes.tables(false);
    let tables = tables.into_iter().filter(|(name, _)| {
        let is_of_periods = name == super::axes::PERIODS;
        !is_of_periods || !slots.is_empty()
    });
    let part = |(name, select): (String, Select)| TableExpression {
        comments: Vec::new(),
        name,
        body: select.text(),
    };
    let mut parts: Vec<TableExpression> = tables.map(part).collect();
    parts.append(&mut translator.parts);
    written(&[input.title.to_owned()], &parts, &select)
}

/// A quantile is one aggregate here, not the two values it lies between.
fn with_whole_quantiles(relation: &SharedRelation) -> SharedRelation {
    let mut whole = relation.as_ref().clone();
    if let Relation::Aggregate { aggregates, .. } = &mut whole {
        aggregates.retain(|(_, of)| !matches!(of, Aggregate::NextOrderStatistic { .. }));
    }
    Arc::new(whole)
}

/// The points of an axis as periods without names.
fn slots_of(axis: &Axis) -> Vec<TimeBucket> {
    let slot = |(point, end): (usize, &i64)| TimeBucket {
        label: String::new(),
        start: axis.starts.get(point).copied().unwrap_or(*end),
        end: *end,
        status: BucketStatus::Complete,
    };
    axis.ends.iter().enumerate().map(slot).collect()
}
