//! Fields of a table as columns of a lazy frame: those of a parent come by joins.

use std::collections::BTreeMap;

use polars::prelude::{
    DataFrame, DataType, Expr, IntoColumn, IntoLazy, JoinArgs, JoinType, LazyFrame, NULL, Series,
    col, lit,
};

use crate::exec::data::{TableSource, TableSources, column_type};
use crate::lang::model::{Definitions, FieldId, FieldSource, Parent, TableId};

/// A row for each row of a table with these fields under these names; `None` if the table is not there
/// or a policy works one of the fields out. What is not loaded is missing.
pub(super) fn fields_frame(
    definitions: &Definitions,
    sources: &TableSources,
    table: TableId,
    fields: &[(FieldId, String)],
) -> Option<LazyFrame> {
    let source = sources.table(table)?;
    let mut of_table = FieldColumns::default();
    for (field, name) in fields {
        let declared = definitions.field(*field);
        match declared.source {
            FieldSource::Column(column) => {
                let column = &definitions.table(table).columns[column].name;
                match has(source, column) {
                    true => of_table.own.push(col(column.as_str()).alias(name.as_str())),
                    false => of_table
                        .absent
                        .push((name.clone(), column_type(&declared.field_type))),
                }
            }
            FieldSource::Parent { parent, field } => {
                let of = definitions.table(table).parents[parent].table;
                let field = FieldId { table: of, field };
                let fields = of_table.of_parents.entry(parent).or_default();
                fields.push((field, name.clone()));
            }
            FieldSource::Due(_) | FieldSource::RollUp(_) => return None,
        }
    }
    let joins = of_table.joins(definitions, sources, table)?;
    let mut frame = of_table.base(source);
    for (link, key, parent) in joins {
        frame = frame.join(
            parent,
            [col(link)],
            [col(key)],
            JoinArgs::new(JoinType::Left),
        );
    }
    let absent = of_table.absent.iter();
    let absent: Vec<Expr> = absent
        .map(|(name, held)| lit(NULL).cast(held.clone()).alias(name.as_str()))
        .collect();
    let names: Vec<Expr> = fields.iter().map(|(_, name)| col(name.as_str())).collect();
    Some(frame.with_columns(absent).select(names))
}

/// Whether the values of a field are loaded, as far as there are any.
pub(super) fn is_loaded(definitions: &Definitions, sources: &TableSources, field: FieldId) -> bool {
    let Some(source) = sources.table(field.table) else {
        return false;
    };
    match definitions.field(field).source {
        FieldSource::Column(column) => {
            has(source, &definitions.table(field.table).columns[column].name)
        }
        FieldSource::Parent {
            parent,
            field: inner,
        } => {
            let link = &definitions.table(field.table).parents[parent];
            let inner = FieldId {
                table: link.table,
                field: inner,
            };
            ends_of(definitions, sources, field.table, link).is_some()
                && is_loaded(definitions, sources, inner)
        }
        FieldSource::Due(_) | FieldSource::RollUp(_) => false,
    }
}

/// Where the fields asked of a table come from.
#[derive(Default)]
struct FieldColumns {
    own: Vec<Expr>,
    absent: Vec<(String, DataType)>,
    /// By parent.
    of_parents: BTreeMap<usize, Vec<(FieldId, String)>>,
}

impl FieldColumns {
    /// The frames of parents, each with the columns on both sides that link it. Fields of parents that
    /// are not there are absent.
    fn joins(
        &mut self,
        definitions: &Definitions,
        sources: &TableSources,
        table: TableId,
    ) -> Option<Vec<(String, String, LazyFrame)>> {
        let mut joins = Vec::new();
        for (parent, mut fields) in std::mem::take(&mut self.of_parents) {
            let link = &definitions.table(table).parents[parent];
            let Some((column, key)) = ends_of(definitions, sources, table, link) else {
                let absent = fields
                    .into_iter()
                    .map(|(field, name)| (name, column_type(&definitions.field(field).field_type)));
                self.absent.extend(absent);
                continue;
            };
            // Tables further up have links of their own.
            let names = ["link", "key"].map(|end| format!("{end} {} {parent}", table.0));
            let [link_name, key_name] = names;
            fields.push((key, key_name.clone()));
            let frame = fields_frame(definitions, sources, link.table, &fields)?;
            self.own.push(col(column).alias(link_name.as_str()));
            joins.push((link_name, key_name, frame));
        }
        Some(joins)
    }

    fn base(&self, source: &TableSource) -> LazyFrame {
        if !self.own.is_empty() {
            return source.frame.clone().select(self.own.clone());
        }
        let rows = Series::full_null("row".into(), source.rows, &DataType::Boolean);
        let frame = DataFrame::new(source.rows, vec![rows.into_column()]);
        frame.expect("one column of that length").lazy()
    }
}

/// The column that holds the parent's key and the field that it is there, if both are loaded.
fn ends_of<'a>(
    definitions: &'a Definitions,
    sources: &TableSources,
    table: TableId,
    link: &Parent,
) -> Option<(&'a str, FieldId)> {
    let column = &definitions.table(table).columns[link.column].name;
    let key = definitions.table(link.table).key?;
    let key_name = &definitions.table(link.table).columns[key].name;
    let is_there = has(sources.table(table)?, column) && has(sources.table(link.table)?, key_name);
    // Field `i` of a table reads its column `i`.
    let key = FieldId {
        table: link.table,
        field: key,
    };
    is_there.then_some((column.as_str(), key))
}

fn has(source: &TableSource, column: &str) -> bool {
    source.scanned.columns.iter().any(|name| name == column)
}
