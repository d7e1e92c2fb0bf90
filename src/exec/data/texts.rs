//! The values that a field has anywhere in the data: its texts, which of some it has nowhere, and from where to where its
//! numbers and dates go.

use std::collections::BTreeSet;
use std::sync::Arc;

use polars::prelude::{
    Column, DataFrame, DataType, Engine, Expr, Field, IntoColumn, IntoSeries, Schema,
    UInt32Chunked, col, lit, map_multiple,
};

use super::{RelationRequest, ResultType, TableDatabase, TableSource, TableSources};
use crate::base::types::FieldType;
use crate::lang::model::{Definitions, FieldId, FieldSource, TableId};
use crate::plan::relation::{Expression, Literal, Relation};

/// More texts are looked for among all that there are.
const MOST_COMPARED: usize = 32;

/// All texts of a field, through parents; `None` where nothing was loaded, all are missing or they cannot
/// be read any more.
pub fn texts_of(
    definitions: &Definitions,
    sources: &TableSources,
    field: FieldId,
) -> Option<BTreeSet<String>> {
    let texts = texts_that(definitions, sources, field, None)?;
    (!texts.is_empty()).then_some(texts)
}

/// Those of some texts that a field has in no row. None where nothing was loaded.
pub fn absent_texts<'w>(
    definitions: &Definitions,
    sources: &TableSources,
    field: FieldId,
    words: &BTreeSet<&'w str>,
) -> Vec<&'w str> {
    let present = match words.len() > MOST_COMPARED {
        true => texts_of(definitions, sources, field),
        false => texts_that(definitions, sources, field, Some(words)),
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

/// The different texts of a field, or those of some words that it has.
fn texts_that(
    definitions: &Definitions,
    sources: &TableSources,
    field: FieldId,
    words: Option<&BTreeSet<&str>>,
) -> Option<BTreeSet<String>> {
    let read = ReadColumn::of(definitions, sources, field, &FieldType::Text)?;
    let found = match &sources.database {
        Some(database) => read.texts_there(definitions, database.as_ref(), words)?,
        None => {
            // Few values are kept while the column passes, however many it has.
            let is_one_of = |words: &BTreeSet<&str>| {
                let tests = words.iter().map(|word| read.column().eq(lit(*word)));
                tests.reduce(Expr::or).unwrap_or(lit(false))
            };
            let chosen = words.map_or_else(
                || read.column(),
                |words| read.column().filter(is_one_of(words)),
            );
            read.selected(sources, vec![chosen.unique()])?
        }
    };
    let texts = found.columns()[0]
        .as_materialized_series()
        .str()
        .ok()?
        .clone();
    Some(texts.iter().flatten().map(str::to_owned).collect())
}

/// The lowest and the highest number of a field, through parents; `None` where nothing was loaded, all are missing or
/// they cannot be read any more.
pub fn number_span(
    definitions: &Definitions,
    sources: &TableSources,
    field: FieldId,
) -> Option<(f64, f64)> {
    let read = ReadColumn::of(definitions, sources, field, &FieldType::Number)?;
    let ends = vec![
        read.column().min().alias("lowest"),
        read.column().max().alias("highest"),
    ];
    let found = read.selected(sources, ends)?;
    let number = |place: usize| {
        found.columns()[place]
            .get(0)
            .ok()?
            .try_extract::<f64>()
            .ok()
    };
    number(0).zip(number(1))
}

/// Whether a field is a number in any row; `None` where that cannot be told.
pub fn has_number(
    definitions: &Definitions,
    sources: &TableSources,
    field: FieldId,
    number: f64,
) -> Option<bool> {
    let read = ReadColumn::of(definitions, sources, field, &FieldType::Number)?;
    let is_there = read.column().eq(lit(number)).any(true);
    let found = read.selected(sources, vec![is_there])?;
    found.columns()[0]
        .as_materialized_series()
        .bool()
        .ok()?
        .get(0)
}

/// The first and the last instant of a field, as they are known from reading its file.
pub fn date_span(
    definitions: &Definitions,
    sources: &TableSources,
    field: FieldId,
) -> Option<(i64, i64)> {
    let read = ReadColumn::of(definitions, sources, field, &FieldType::Date)?;
    read.source.spans.get(&read.place).copied()
}

/// The place of the last of some texts in small letters that any text of a field contains, letter case aside. `Some(None)`
/// if none of them is.
pub fn last_contained(
    definitions: &Definitions,
    sources: &TableSources,
    field: FieldId,
    parts: &[String],
) -> Option<Option<usize>> {
    let read = ReadColumn::of(definitions, sources, field, &FieldType::Text)?;
    let parts = parts.to_vec();
    let last = move |columns: &mut [Column]| {
        let texts = columns[0].as_materialized_series();
        let places = texts.str()?.iter().map(|text| {
            let small = text?.to_lowercase();
            let place = parts.iter().rposition(|part| small.contains(part))?;
            Some(place as u32)
        });
        let places: UInt32Chunked = places.collect();
        Ok(places
            .into_series()
            .into_column()
            .with_name(columns[0].name().clone()))
    };
    let output =
        |_: &Schema, fields: &[Field]| Ok(Field::new(fields[0].name().clone(), DataType::UInt32));
    let places = map_multiple(last, [read.column()], output);
    let found = read.selected(sources, vec![places.max()])?;
    let last = found.columns()[0].get(0).ok()?;
    Some(last.try_extract::<u32>().ok().map(|place| place as usize))
}

/// A column that was loaded, of a field that is read from it, maybe through parents.
struct ReadColumn<'s> {
    table: TableId,
    source: &'s TableSource,
    place: usize,
    name: &'s str,
}

impl<'s> ReadColumn<'s> {
    fn of(
        definitions: &'s Definitions,
        sources: &'s TableSources,
        field: FieldId,
        of_type: &FieldType,
    ) -> Option<ReadColumn<'s>> {
        let declared = definitions.field(field);
        match declared.source {
            FieldSource::Column(_) if declared.field_type != *of_type => None,
            FieldSource::Column(place) => {
                let source = sources.table(field.table)?;
                let name = &definitions.table(field.table).columns[place].name;
                source.scanned.columns.iter().find(|known| *known == name)?;
                Some(ReadColumn {
                    table: field.table,
                    source,
                    place,
                    name,
                })
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
                ReadColumn::of(definitions, sources, field, of_type)
            }
            FieldSource::Due(_) | FieldSource::RollUp(_) => None,
        }
    }

    fn column(&self) -> Expr {
        col(self.name)
    }

    /// The different texts of the column of a table of a database, or those of some words that it has.
    fn texts_there(
        &self,
        definitions: &Definitions,
        database: &dyn TableDatabase,
        words: Option<&BTreeSet<&str>>,
    ) -> Option<DataFrame> {
        let name = self.name.to_owned();
        let scan = Arc::new(Relation::Scan {
            table: self.table,
            name: definitions.table(self.table).name.clone(),
            columns: vec![name.clone()],
            row_number: None,
        });
        let input = match words {
            None => scan,
            Some(words) => Arc::new(Relation::Filter {
                input: scan,
                predicate: Expression::In {
                    of: Box::new(Expression::column(&name)),
                    values: words
                        .iter()
                        .map(|word| Literal::Text((*word).to_owned()))
                        .collect(),
                },
            }),
        };
        let texts = Arc::new(Relation::Aggregate {
            input,
            keys: vec![name.clone()],
            aggregates: Vec::new(),
        });
        let request = RelationRequest {
            title: "values that a query names",
            relation: &texts,
            axis: None,
            columns: &[(name, ResultType::Text)],
        };
        database.rows(definitions, &request).ok()
    }

    fn selected(&self, sources: &TableSources, columns: Vec<Expr>) -> Option<DataFrame> {
        let chosen = self.source.frame.clone().select(columns);
        let found = sources.run(|| chosen.collect_with_engine(Engine::Streaming));
        Some(found.ok()?.unwrap_single())
    }
}
