//! The tables that scans read.

use polars::prelude::{
    Column, DataFrame, DataType, IdxSize, IntoLazy, LazyFrame, PolarsResult, col,
};

use super::spans::Spans;
use crate::base::types::FieldType;
use crate::exec::data::TableSources;
use crate::lang::model::{Definitions, TableId};
use crate::plan::relation::Name;

/// The frames of the tables there are, and the types of those there are not.
#[derive(Clone, Copy)]
pub struct TableFrames<'a> {
    pub definitions: &'a Definitions,
    pub sources: &'a TableSources,
}

impl TableFrames<'_> {
    /// Columns of a table, and the place of each row in the file if a name is given for it: all rows, or of a slice so many
    /// from one place on. A table that is not there has no rows.
    ///
    /// # Errors
    ///
    /// What polars refuses.
    pub(super) fn scan(
        &self,
        table: TableId,
        columns: &[Name],
        row_number: Option<&Name>,
        slice: Option<(usize, usize)>,
    ) -> PolarsResult<LazyFrame> {
        let Some(source) = self.sources.table(table) else {
            return Ok(self.empty(table, columns, row_number).lazy());
        };
        let names: Vec<_> = columns.iter().map(col).collect();
        let frame = match slice {
            Some((start, rows)) => source.slice(start, rows)?,
            None => source.frame.clone(),
        };
        let selected = frame.select(names);
        let first = slice.map(|(start, _)| start as IdxSize);
        Ok(match row_number {
            Some(name) => selected.with_row_index(name.as_str(), first),
            None => selected,
        })
    }

    /// Between which instants the dates of a table lie, by column.
    pub(super) fn spans(&self, table: TableId) -> Spans {
        let of_table = &self.definitions.table(table).columns;
        let spans = self.sources.table(table).map(|source| source.spans.iter());
        let spans = spans.into_iter().flatten();
        spans
            .map(|(column, span)| (of_table[*column].name.clone(), *span))
            .collect()
    }

    fn empty(&self, table: TableId, columns: &[Name], row_number: Option<&Name>) -> DataFrame {
        let of_table = &self.definitions.table(table).columns;
        let empty = |name: &Name| {
            let column = of_table.iter().find(|column| column.name == *name);
            let column = column.expect("scans read columns of the table");
            Column::new_empty(name.into(), &canonical_type(&column.field_type))
        };
        let mut made: Vec<Column> = columns.iter().map(empty).collect();
        made.extend(row_number.map(|name| Column::new_empty(name.into(), &DataType::IDX_DTYPE)));
        DataFrame::new(0, made).expect("columns of a table have different names")
    }
}

/// The polars type that a column has from its scan on.
fn canonical_type(field_type: &FieldType) -> DataType {
    match field_type {
        FieldType::Scale(_) => DataType::UInt8,
        FieldType::YesNo => DataType::Boolean,
        FieldType::Number => DataType::Float64,
        FieldType::Date => DataType::Int64,
        FieldType::Text => DataType::String,
    }
}
