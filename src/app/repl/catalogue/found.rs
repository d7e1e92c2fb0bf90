//! Values and dates found in the data, counted in the background.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::thread;

use chrono::{DateTime, Datelike};

use crate::app::repl::candidate::{self, Candidate};
use crate::base::types::FieldType;
use crate::exec::data::{TableCache, TableSources};
use crate::insight::profile::{FieldPath, ValueCounts};
use crate::lang::model::{Definitions, EventSource, FieldId, TableId};

/// The most values of a field that are kept.
const MOST_LISTED: usize = 5_000;
/// A text field with more different values than this is not listed: a menu of them would be of no use.
const MOST_DIFFERENT: usize = 50_000;

type Month = (i32, u32);

/// What the background thread hands over once it is done.
#[derive(Default, Debug)]
struct CountedFields {
    /// By table and field.
    fields: BTreeMap<(usize, usize), Arc<CountedField>>,
    months: Option<(Month, Month)>,
}

/// What was counted of a field, and where.
#[derive(Debug)]
struct CountedField {
    path: FieldPath,
    values: ValueCounts,
    choices: Vec<ValueChoice>,
}

/// A value as completion offers it, worked out beforehand: thousands of them must cost nothing while
/// somebody types.
#[derive(Clone, Debug)]
pub struct ValueChoice {
    pub candidate: Candidate,
    /// The value in small letters.
    pub lower: String,
}

/// Values of fields: there once they are counted.
#[derive(Default, Debug)]
pub(super) struct FieldValues {
    counted: OnceLock<CountedFields>,
    /// Whether anybody counts.
    is_begun: bool,
}

impl FieldValues {
    /// Begins to count what is loaded and was not counted before.
    pub fn begin(
        definitions: &Definitions,
        tables: &TableCache,
        before: Arc<FieldValues>,
    ) -> Arc<FieldValues> {
        let sources = Arc::new(tables.known_sources(definitions));
        let paths = paths(definitions, &sources);
        let months = months(definitions, &sources);
        let found = Arc::new(FieldValues {
            counted: OnceLock::new(),
            is_begun: true,
        });
        let result = Arc::clone(&found);
        let work = move || {
            before.wait();
            let _ = result.counted.set(count(paths, months, &before));
        };
        if let Err(error) = thread::Builder::new().spawn(work) {
            // Without a thread there are no values; everything else works.
            let _ = (error, found.counted.set(CountedFields::default()));
        }
        found
    }

    pub fn wait(&self) {
        if self.is_begun {
            self.counted.wait();
        }
    }

    fn field(&self, table: usize, field: usize) -> Option<&CountedField> {
        let fields = &self.counted.get()?.fields;
        fields.get(&(table, field)).map(Arc::as_ref)
    }

    pub fn values(&self, table: usize, field: usize) -> Option<&ValueCounts> {
        Some(&self.field(table, field)?.values)
    }

    pub fn choices(&self, table: usize, field: usize) -> Option<&[ValueChoice]> {
        Some(&self.field(table, field)?.choices)
    }

    pub fn months(&self) -> Option<(Month, Month)> {
        self.counted.get()?.months
    }
}

/// Values in their order, with rows where they were counted.
pub(super) fn ordered(
    names: &[String],
    counted: Option<&ValueCounts>,
) -> Vec<(String, Option<u64>)> {
    let rows = |name: &String| {
        let listed = &counted?.listed;
        let found = listed.iter().find(|(value, _)| value == name);
        found.map(|(_, rows)| *rows)
    };
    names
        .iter()
        .map(|name| (name.clone(), rows(name)))
        .collect()
}

/// The fields whose values can be listed and are loaded.
fn paths(
    definitions: &Definitions,
    sources: &Arc<TableSources>,
) -> Vec<((usize, usize), FieldPath)> {
    let mut paths = Vec::new();
    for (table, declared) in definitions.tables.iter().enumerate() {
        for (field, words) in declared.fields.iter().enumerate() {
            let has_values = match words.field_type {
                FieldType::Text | FieldType::YesNo | FieldType::Scale(_) => words.declared,
                FieldType::Number | FieldType::Date => false,
            };
            let id = FieldId {
                table: TableId(table),
                field,
            };
            if let Some(path) = FieldPath::find(definitions, sources, id).filter(|_| has_values) {
                paths.push(((table, field), path));
            }
        }
    }
    paths
}

/// The first and the last month in which an event happened, as far as they are loaded.
fn months(definitions: &Definitions, sources: &TableSources) -> Option<(Month, Month)> {
    let mut spans = Vec::new();
    for (index, table) in definitions.tables.iter().enumerate() {
        let Some(source) = sources.table(TableId(index)) else {
            continue;
        };
        // Ends of states may be planned and lie years ahead: only what happens counts.
        for event in &table.events {
            if let EventSource::Columns(columns) = &event.source {
                let happens = |column: &&usize| !table.columns[**column].is_planned;
                let columns = columns.iter().filter(happens);
                spans.extend(columns.filter_map(|column| source.spans.get(column)));
            }
        }
    }
    let first = spans.iter().map(|(first, _)| *first).min()?;
    let last = spans.iter().map(|(_, last)| *last).max()?;
    Some((month(first)?, month(last)?))
}

fn count(
    paths: Vec<((usize, usize), FieldPath)>,
    months: Option<(Month, Month)>,
    before: &FieldValues,
) -> CountedFields {
    let known = before.counted.get().map(|counted| &counted.fields);
    let mut fields = BTreeMap::new();
    for (place, path) in paths {
        let mut known = known.iter().flat_map(|fields| fields.values());
        let same = known.find(|field| field.path.is_same(&path));
        if let Some(field) = same.cloned().or_else(|| counted(path)) {
            fields.insert(place, field);
        }
    }
    CountedFields { fields, months }
}

fn counted(path: FieldPath) -> Option<Arc<CountedField>> {
    let values = path.values(MOST_LISTED, MOST_DIFFERENT)?;
    Some(Arc::new(CountedField {
        choices: choices(&values),
        path,
        values,
    }))
}

/// Values that can be written and shown.
fn choices(values: &ValueCounts) -> Vec<ValueChoice> {
    let listed = values.listed.iter();
    let choices = listed.filter_map(|(value, rows)| Candidate::of_value(value, Some(*rows)));
    choices
        .map(|candidate| ValueChoice {
            lower: candidate::bare(&candidate.replacement).to_lowercase(),
            candidate,
        })
        .collect()
}

fn month(instant: i64) -> Option<Month> {
    let date = DateTime::from_timestamp_micros(instant)?;
    Some((date.year(), date.month()))
}
