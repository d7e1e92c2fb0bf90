//! The texts that a field has anywhere in the data, and which of some it has nowhere.

use std::collections::BTreeSet;

use polars::prelude::{Engine, Expr, col, lit};

use super::TableSources;
use crate::base::types::FieldType;
use crate::lang::model::{Definitions, FieldId, FieldSource};

/// More texts are looked for among all that there are.
const MOST_COMPARED: usize = 32;

/// All texts of a field, through parents; `None` where nothing was loaded, all are missing or they cannot
/// be read any more.
pub fn texts_of(
    definitions: &Definitions,
    sources: &TableSources,
    field: FieldId,
) -> Option<BTreeSet<String>> {
    let texts = texts_that(definitions, sources, field, &|column| column)?;
    (!texts.is_empty()).then_some(texts)
}

/// Those of some texts that a field has in no row. None where nothing was loaded.
pub fn absent_texts<'w>(
    definitions: &Definitions,
    sources: &TableSources,
    field: FieldId,
    words: &BTreeSet<&'w str>,
) -> Vec<&'w str> {
    // Few values are kept while the column passes, however many it has.
    let is_one_of = |column: Expr| {
        let tests = words.iter().map(|word| column.clone().eq(lit(*word)));
        column
            .clone()
            .filter(tests.reduce(Expr::or).unwrap_or(lit(false)))
    };
    let present = match words.len() > MOST_COMPARED {
        true => texts_of(definitions, sources, field),
        false => texts_that(definitions, sources, field, &is_one_of),
    };
    let Some(present) = present else {
        return Vec::new();
    };
    words
        .iter()
        .copied()
        .filter(|word| !present.contains(*word))
        .collect()
}

/// The different texts of a field among the rows that are chosen.
fn texts_that(
    definitions: &Definitions,
    sources: &TableSources,
    field: FieldId,
    chosen: &dyn Fn(Expr) -> Expr,
) -> Option<BTreeSet<String>> {
    let declared = definitions.field(field);
    match declared.source {
        FieldSource::Column(_) if declared.field_type != FieldType::Text => None,
        FieldSource::Column(column) => {
            let source = sources.table(field.table)?;
            let name = &definitions.table(field.table).columns[column].name;
            source.scanned.columns.iter().find(|known| *known == name)?;
            let column = chosen(col(name.as_str())).unique();
            let texts = source.frame.clone().select([column]);
            let texts = sources.run(|| texts.collect_with_engine(Engine::Streaming));
            let texts = texts.ok()?.unwrap_single();
            let texts = texts.columns()[0]
                .as_materialized_series()
                .str()
                .ok()?
                .clone();
            Some(texts.iter().flatten().map(str::to_owned).collect())
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
            texts_that(definitions, sources, field, chosen)
        }
        FieldSource::Due(_) | FieldSource::RollUp(_) => None,
    }
}
