//! Definitions known to be right: what `check` hands on. Every name is resolved to an index, every
//! unit is known, every literal is in the engine's terms (microseconds, fractions, codes).
//!
//! No stage after `check` looks anything up by name or can meet a definition error.

mod event_order;
mod formula;
mod matching;
mod planned;
mod policy;
mod query;
mod report;
mod schema;
mod symbols;

pub use event_order::EventOrder;
pub use formula::*;
pub use matching::*;
pub use policy::*;
pub use query::*;
pub use report::*;
pub use schema::*;
pub use symbols::*;

use std::collections::BTreeMap;
use std::sync::Arc;

/// Definitions hold both; calendar arithmetic needs no other part of a model.
pub use crate::base::calendar::{Calendar, CalendarPeriod};

use crate::base::source::Span;
use crate::base::types::Scale;

/// All definitions of a folder, or of the embedded library.
#[derive(Clone, Debug)]
pub struct Definitions {
    pub calendar: Calendar,
    pub scales: Vec<Arc<Scale>>,
    /// Indexed by [`TableId`].
    pub tables: Vec<Table>,
    pub conditions: Vec<NamedCondition>,
    /// Indexed by [`ScoreId`].
    pub scores: Vec<Score>,
    /// Indexed by [`SlaId`].
    pub slas: Vec<Sla>,
    /// Indexed by [`KpiId`]; in the order of definition files and texts.
    pub kpis: Vec<Kpi>,
    pub views: Vec<View>,
    pub dashboards: Vec<Dashboard>,
    pub tests: Vec<Test>,
    /// The report formats, in the order of definition files and texts.
    pub reports: Vec<ReportSource>,
    /// When detections are of one weakness; the first that holds counts.
    pub matches: Vec<MatchRule>,
    /// `sha256:…` over the formatted text of all definitions but tests, in a fixed order (rule S38):
    /// comments and white space do not change it.
    pub fingerprint: String,
    /// Where scales and tables are defined, for messages: `scale severity` → `model/schema.kpi:8`.
    pub places: BTreeMap<String, String>,
    /// What every name of the definitions names, and where it is used.
    pub symbols: SymbolTable,
}

impl Definitions {
    pub fn table(&self, id: TableId) -> &Table {
        &self.tables[id.0]
    }

    pub fn field(&self, id: FieldId) -> &Field {
        &self.tables[id.table.0].fields[id.field]
    }

    /// The field that a field is taken from: itself, or one of a row that its row belongs to.
    pub fn origin(&self, id: FieldId) -> FieldId {
        match self.field(id).source {
            FieldSource::Parent { parent, field } => {
                let table = self.table(id.table).parents[parent].table;
                self.origin(FieldId { table, field })
            }
            FieldSource::Column(_) | FieldSource::Due(_) | FieldSource::RollUp(_) => id,
        }
    }

    /// What makes a field at each instant, of this table or of the one it is taken from.
    pub fn roll_up(&self, id: FieldId) -> Option<&RollUp> {
        let origin = self.origin(id);
        match self.field(origin).source {
            FieldSource::RollUp(place) => self.table(origin.table).roll_ups.get(place),
            FieldSource::Column(_) | FieldSource::Due(_) | FieldSource::Parent { .. } => None,
        }
    }

    /// The nearest table with a scope: this one, or one that its rows belong to, with the way there by the parents of each
    /// table on it.
    pub fn scope_of(&self, table: TableId) -> Option<(Vec<usize>, TableId)> {
        let mut ways = std::collections::VecDeque::from([(Vec::new(), table)]);
        // A way is no longer than there are tables: nothing belongs to itself.
        while let Some((way, table)) = ways.pop_front() {
            if self.table(table).scope.is_some() {
                return Some((way, table));
            }
            for (place, parent) in self.table(table).parents.iter().enumerate() {
                let way = way.iter().copied().chain([place]).collect();
                ways.push_back((way, parent.table));
            }
        }
        None
    }

    pub fn table_named(&self, name: &str) -> Option<TableId> {
        self.tables
            .iter()
            .position(|table| table.name == name)
            .map(TableId)
    }

    pub fn kpi_named(&self, name: &str) -> Option<KpiId> {
        self.kpis.iter().position(|kpi| kpi.name == name).map(KpiId)
    }
}

/// A named condition, kept for listing and for queries; uses of it in definitions are already
/// replaced by its meaning.
#[derive(Clone, Debug)]
pub struct NamedCondition {
    pub name: String,
    pub span: Span,
    /// What it means on each table that it fits.
    pub meanings: Vec<(TableId, Condition)>,
}
