//! The texts that a field has anywhere in the data.

use std::collections::BTreeSet;

use polars::prelude::{Engine, col};

use super::TableSources;
use crate::base::types::FieldType;
use crate::lang::model::{Definitions, FieldId, FieldSource};

/// All texts of a field, through parents; `None` where nothing was loaded, all are missing or they cannot
/// be read any more.
pub fn texts_of(
    definitions: &Definitions,
    sources: &TableSources,
    field: FieldId,
) -> Option<BTreeSet<String>> {
    let declared = definitions.field(field);
    match declared.source {
        FieldSource::Column(_) if declared.field_type != FieldType::Text => None,
        FieldSource::Column(column) => {
            let source = sources.table(field.table)?;
            let name = &definitions.table(field.table).columns[column].name;
            source.scanned.columns.iter().find(|known| *known == name)?;
            let texts = source.frame.clone().select([col(name.as_str()).unique()]);
            let texts = sources.run(|| texts.collect_with_engine(Engine::Streaming));
            let texts = texts.ok()?.unwrap_single();
            let texts = texts.columns()[0]
                .as_materialized_series()
                .str()
                .ok()?
                .clone();
            let texts: BTreeSet<String> = texts.iter().flatten().map(str::to_owned).collect();
            (!texts.is_empty()).then_some(texts)
        }
        FieldSource::Parent {
            parent,
            field: inner,
        } => {
            let link = &definitions.table(field.table).parents[parent];
            let field = FieldId {
                table: link.table,
                field: inner,
            };
            texts_of(definitions, sources, field)
        }
        FieldSource::Due(_) => None,
    }
}
