//! What may be named in a session, in the words that completion and hints show.

mod found;
mod nouns;

use std::sync::Arc;

use crate::exec::data::TableCache;
use crate::lang::model::Definitions;
use found::FieldValues;
pub(super) use found::ValueChoice;

/// Nouns of the definitions, and values found in the data. Made once for each change of either, so
/// that completing a word looks nothing up. Values are counted in the background: until that is done,
/// completion does without them.
#[derive(Clone, Default, Debug)]
pub struct Catalogue {
    pub kpis: Vec<KpiWords>,
    /// A view, and the tables and fields of its query.
    pub views: Vec<KpiWords>,
    pub dashboards: Vec<DashboardWords>,
    pub conditions: Vec<ConditionWords>,
    pub scores: Vec<Noun>,
    pub slas: Vec<Noun>,
    pub scales: Vec<Noun>,
    pub tables: Vec<TableWords>,
    /// The aggregates; `example` and signature are of the table of functions.
    pub functions: Vec<Noun>,
    found: Arc<FieldValues>,
}

/// A name and what it means: `mttr`, `Mean time to remediate, days`.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Noun {
    pub name: String,
    pub about: String,
}

/// A KPI or a view.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct KpiWords {
    pub name: String,
    /// Title and unit.
    pub about: String,
    /// Its targets in one line; empty if it has none.
    pub targets: String,
    /// The fields its `by` lists.
    pub dimensions: Vec<String>,
    /// Indexes into [`Catalogue::tables`]: the rows it counts.
    pub tables: Vec<usize>,
}

/// A dashboard.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct DashboardWords {
    pub name: String,
    pub about: String,
    pub layers: Vec<Noun>,
}

/// A named condition.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct ConditionWords {
    pub name: String,
    pub about: String,
    /// The tables it fits.
    pub tables: Vec<usize>,
}

/// A table and its nouns.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct TableWords {
    pub name: String,
    pub about: String,
    /// As far as it was read.
    pub rows: Option<usize>,
    pub events: Vec<Noun>,
    pub states: Vec<Noun>,
    pub fields: Vec<FieldWords>,
}

/// A field: its type in words.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct FieldWords {
    pub name: String,
    /// `text from assets.team`, `scale severity: info < low < …`, `yes or no`.
    pub about: String,
    pub kind: FieldKind,
    /// Whether a `field` line declares it; others are keys and times.
    pub is_declared: bool,
}

/// What a field's values are.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub enum FieldKind {
    #[default]
    Text,
    YesNo,
    Number,
    Date,
    /// In the order of the scale.
    Scale(Vec<String>),
}

/// The values of a field as far as they are known.
#[derive(Clone, Default, PartialEq, Debug)]
pub enum KnownValues {
    /// Numbers, dates, and texts that are not read, not counted yet or too many to list.
    #[default]
    Open,
    /// In the order of the scale, or `yes` and `no`; rows are counted as far as the table was read.
    Ordered(Vec<(String, Option<u64>)>),
    /// Texts found in the data, the most frequent first, and how many more there are.
    Found(Vec<(String, u64)>, usize),
}

impl Catalogue {
    /// The catalogue of definitions and of what was read of the tables. Returns at once; values are
    /// counted meanwhile.
    pub fn new(definitions: &Definitions, tables: &TableCache) -> Catalogue {
        Catalogue::default().renewed(definitions, tables)
    }

    /// The same after definitions or data have changed; what did not change is not counted again.
    pub fn renewed(&self, definitions: &Definitions, tables: &TableCache) -> Catalogue {
        Catalogue {
            found: FieldValues::begin(definitions, tables, Arc::clone(&self.found)),
            ..nouns::collect(definitions, tables)
        }
    }

    /// Waits until the values are counted: for tests and scripts, never while somebody types.
    pub fn wait(&self) {
        self.found.wait();
    }

    /// The values of a field, by the places of the table and of the field in it.
    pub fn values(&self, table: usize, field: usize) -> KnownValues {
        let words = &self.tables[table].fields[field];
        let counted = self.found.values(table, field);
        match &words.kind {
            FieldKind::Scale(values) => KnownValues::Ordered(found::ordered(values, counted)),
            FieldKind::YesNo => {
                let values = ["yes".to_string(), "no".to_string()];
                KnownValues::Ordered(found::ordered(&values, counted))
            }
            FieldKind::Text => match counted {
                Some(values) => KnownValues::Found(values.listed.clone(), values.more),
                None => KnownValues::Open,
            },
            FieldKind::Number | FieldKind::Date => KnownValues::Open,
        }
    }

    /// The values of a field as completion offers them, once they are counted.
    pub(super) fn choices(&self, table: usize, field: usize) -> Option<&[ValueChoice]> {
        self.found.choices(table, field)
    }

    /// First and last month in which something happened, as years and months; none if no date is
    /// known yet.
    pub fn months(&self) -> Option<((i32, u32), (i32, u32))> {
        self.found.months()
    }

    pub fn table(&self, name: &str) -> Option<usize> {
        self.tables.iter().position(|table| table.name == name)
    }

    /// A KPI or a view.
    pub fn formula(&self, name: &str) -> Option<&KpiWords> {
        let mut all = self.kpis.iter().chain(&self.views);
        all.find(|words| words.name == name)
    }
}
