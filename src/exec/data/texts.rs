//! The texts that a field has anywhere in the data.

use std::collections::BTreeSet;

use super::{ColumnData, TableData};
use crate::lang::model::{Definitions, FieldId, FieldSource, TableId};

/// All texts of a field, through parents; `None` where nothing was loaded or all are missing. `table`
/// gives what is loaded of a table.
pub fn texts_of<'a>(
    definitions: &Definitions,
    table: &impl Fn(TableId) -> Option<&'a TableData>,
    field: FieldId,
) -> Option<BTreeSet<&'a str>> {
    match definitions.field(field).source {
        FieldSource::Column(column) => match table(field.table)?.columns[column].as_deref()? {
            ColumnData::Texts { dictionary, .. } if !dictionary.is_empty() => {
                Some(dictionary.iter().map(String::as_str).collect())
            }
            ColumnData::Texts { .. }
            | ColumnData::Codes(_)
            | ColumnData::Numbers(_)
            | ColumnData::Instants(_) => None,
        },
        FieldSource::Parent {
            parent,
            field: inner,
        } => {
            let link = &definitions.table(field.table).parents[parent];
            let field = FieldId {
                table: link.table,
                field: inner,
            };
            texts_of(definitions, table, field)
        }
        FieldSource::Due(_) => None,
    }
}
