//! How often each value of a field occurs, over the rows of the table that has the field.

use std::fmt;
use std::sync::Arc;

use polars::prelude::{DataFrame, Engine, LazyFrame, col};

use super::Texts;
use super::frames::{fields_frame, is_loaded};
use super::values::{VALUE, counted_codes, counted_texts, rows_by_code};
use crate::base::types::FieldType;
use crate::exec::data::TableSources;
use crate::lang::model::{Definitions, FieldId, FieldSource};

/// Where the values of a field are: a column, and the way to it from the rows of the field's table.
/// Cheap to clone, so that counting can happen elsewhere.
#[derive(Clone)]
pub struct FieldPath {
    sources: Arc<TableSources>,
    /// One column of values.
    frame: LazyFrame,
    rows: u64,
    field_type: FieldType,
    /// The contents of the files on the way, and the columns that are read of them.
    way: Vec<String>,
}

impl fmt::Debug for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FieldPath").field(&self.way).finish()
    }
}

/// Values and how many rows have them.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct ValueCounts {
    /// Scale values in the order of the scale, `yes` and `no`; texts by frequency, then by name.
    pub listed: Vec<(String, u64)>,
    /// How many further values there are that are not listed.
    pub more: usize,
    pub missing: u64,
}

/// Rows that are looked at before all are: a text that differs from row to row shows early.
const FIRST_ROWS: u32 = 1 << 17;

impl FieldPath {
    /// The way to a field's values; none if a column or parent on it is not loaded, or if it is no
    /// column but worked out.
    pub fn find(
        definitions: &Definitions,
        sources: &Arc<TableSources>,
        field: FieldId,
    ) -> Option<FieldPath> {
        if !is_loaded(definitions, sources, field) {
            return None;
        }
        let fields = [(field, VALUE.to_string())];
        Some(FieldPath {
            frame: fields_frame(definitions, sources, field.table, &fields)?,
            rows: sources.table(field.table)?.rows as u64,
            field_type: definitions.field(field).field_type.clone(),
            way: way(definitions, sources, field)?,
            sources: Arc::clone(sources),
        })
    }

    /// Whether two ways lead to the same values.
    pub fn is_same(&self, other: &FieldPath) -> bool {
        self.way == other.way && self.field_type == other.field_type
    }

    /// Values with their rows, at most so many of texts; none for numbers and dates, for texts of which
    /// there are more different ones than `different`, and where the files cannot be read any more. Goes
    /// on in the background, where no wish to stop is meant for it.
    pub fn values(&self, most: usize, different: usize) -> Option<ValueCounts> {
        let (names, is_reversed) = match &self.field_type {
            FieldType::Scale(scale) => (scale.values.clone(), false),
            FieldType::YesNo => (vec!["no".to_string(), "yes".to_string()], true),
            FieldType::Text => return self.texts(most, different),
            FieldType::Number | FieldType::Date => return None,
        };
        let counted = self.collect(counted_codes(&self.frame))?;
        let rows = rows_by_code(&counted, names.len());
        let present: u64 = rows.iter().sum();
        let mut listed: Vec<(String, u64)> = names.into_iter().zip(rows).collect();
        if is_reversed {
            listed.reverse();
        }
        Some(ValueCounts {
            listed,
            more: 0,
            missing: self.rows - present,
        })
    }

    fn texts(&self, most: usize, different: usize) -> Option<ValueCounts> {
        let first = self.frame.clone().limit(FIRST_ROWS);
        let first = self.collect(first.select([col(VALUE).n_unique()]))?;
        let count = first.columns()[0]
            .as_materialized_series()
            .u32()
            .ok()?
            .get(0)?;
        if count as usize > different {
            return None;
        }
        let counted = self.collect(counted_texts(&self.frame))?;
        if counted.height() > different {
            return None;
        }
        let texts = Texts::of(&counted);
        let present: u64 = texts.iter().map(|(_, rows)| rows).sum();
        let listed = texts.iter().take(most);
        Some(ValueCounts {
            listed: listed
                .map(|(text, rows)| (text.to_string(), rows))
                .collect(),
            more: counted.height().saturating_sub(most),
            missing: self.rows - present,
        })
    }

    fn collect(&self, frame: LazyFrame) -> Option<DataFrame> {
        let query = || frame.clone().collect_with_engine(Engine::Streaming);
        let result = self.sources.run_in_background(query)?;
        Some(result.unwrap_single())
    }
}

fn way(definitions: &Definitions, sources: &TableSources, field: FieldId) -> Option<Vec<String>> {
    let mut way = vec![sources.table(field.table)?.content.clone()];
    let declared = definitions.table(field.table);
    match definitions.field(field).source {
        FieldSource::Column(column) => way.push(declared.columns[column].name.clone()),
        FieldSource::Parent { parent, field } => {
            let link = &declared.parents[parent];
            way.push(declared.columns[link.column].name.clone());
            let table = link.table;
            way.extend(self::way(definitions, sources, FieldId { table, field })?);
        }
        FieldSource::Due(_) | FieldSource::RollUp(_) => return None,
    }
    Some(way)
}
