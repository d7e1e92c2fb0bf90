//! Which fields tell most of a row behind a measure.

use crate::base::types::FieldType;
use crate::exec::data::TableSources;
use crate::lang::functions::{Keeps, Takes};
use crate::lang::model::{
    ChosenEvent, Condition, Definitions, Dimension, EventSource, FieldId, FieldSource, Measure,
    Measured, NearDate, Role, ScoreId, SlaId, StateSource, TableId, ValueColumn,
};

/// How many of a KPI's own dimensions are shown where the query has none.
const OWN_DIMENSIONS: usize = 3;

/// The key and the first text, the dimensions, what is tested, what is measured, and the instants
/// that place the row in time.
pub(super) fn telling(
    definitions: &Definitions,
    by: &[Dimension],
    column: &ValueColumn,
    measure: &Measure,
) -> Vec<FieldId> {
    let table = measure.population.table;
    let mut fields = Fields {
        definitions,
        table,
        found: Vec::new(),
    };
    fields.names();
    fields.dimensions(by, column);
    let conditions = measure.with.iter().chain(&measure.population.filter);
    conditions.for_each(|condition| fields.condition(condition));
    if let Some(measured) = &measure.value {
        fields.measured(measured);
    }
    fields.role(measure.population.role);
    fields.found
}

/// Whether a file holds the field's column.
pub(super) fn is_there(definitions: &Definitions, sources: &TableSources, field: FieldId) -> bool {
    let column_is_there = |table: TableId, column: usize| {
        sources
            .table(table)
            .is_some_and(|data| !data.absent.contains(&column))
    };
    match definitions.field(field).source {
        FieldSource::Column(column) => column_is_there(field.table, column),
        FieldSource::Parent { parent, field: of } => {
            let link = &definitions.table(field.table).parents[parent];
            let above = FieldId {
                table: link.table,
                field: of,
            };
            column_is_there(field.table, link.column) && is_there(definitions, sources, above)
        }
        FieldSource::Due(_) | FieldSource::RollUp(_) => true,
    }
}

/// What to call the column of what is measured: by its unit if there is no name. No column where
/// rows are counted, or a field is measured that is shown as it is.
pub(super) fn value_name(definitions: &Definitions, measure: &Measure) -> Option<Option<String>> {
    match &measure.value {
        None | Some(Measured::Field(_)) => None,
        Some(Measured::Score(score)) => Some(Some(definitions.scores[score.0].name.clone())),
        Some(Measured::Between { .. } | Measured::Since(_)) => Some(None),
    }
}

/// What to call the yes/no column, if a measure asks something of a row.
pub(super) fn test_name(definitions: &Definitions, measure: &Measure) -> Option<String> {
    match (&measure.value, measure.function.keeps) {
        (Some(Measured::Between { to, .. }), Keeps::Lifetimes) => {
            let names = to.events.iter().map(|event| {
                let events = &definitions.table(event.table).events;
                events[event.event].name.as_str()
            });
            Some(to.choice.written(&names.collect::<Vec<&str>>()))
        }
        (_, _) => (measure.function.takes == Takes::Test).then(|| "passes".to_string()),
    }
}

struct Fields<'a> {
    definitions: &'a Definitions,
    table: TableId,
    /// Each once, in the order they are shown.
    found: Vec<FieldId>,
}

impl Fields<'_> {
    fn add(&mut self, field: FieldId) {
        if field.table == self.table && !self.found.contains(&field) {
            self.found.push(field);
        }
    }

    fn add_place(&mut self, field: usize) {
        self.add(FieldId {
            table: self.table,
            field,
        });
    }

    fn names(&mut self) {
        let table = self.definitions.table(self.table);
        let is_name = |field: &crate::lang::model::Field| {
            field.declared
                && field.field_type == FieldType::Text
                && matches!(field.source, FieldSource::Column(_))
        };
        let name = table.fields.iter().position(is_name);
        table
            .key
            .into_iter()
            .chain(name)
            .for_each(|field| self.add_place(field));
    }

    fn dimensions(&mut self, by: &[Dimension], column: &ValueColumn) {
        let own = by.iter().filter_map(|dimension| dimension.of(self.table));
        own.collect::<Vec<_>>()
            .into_iter()
            .for_each(|field| self.add(field));
        let bands = by
            .iter()
            .filter_map(|dimension| dimension.bands_of(self.table));
        let tests: Vec<&Condition> = bands.flat_map(|bands| &bands.tests).collect();
        tests.into_iter().for_each(|test| self.condition(test));
        let Some(kpi) = column.kpi else { return };
        let table = self.definitions.table(self.table);
        let names = self.definitions.kpis[kpi.0].dimensions.iter();
        let declared = names.filter_map(|name| table.field_named(name));
        declared
            .take(OWN_DIMENSIONS)
            .for_each(|field| self.add_place(field));
    }

    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::All(parts) | Condition::AnyOf(parts) => {
                parts.iter().for_each(|part| self.condition(part));
            }
            Condition::Not(inner) | Condition::SoFar(inner) => self.condition(inner),
            Condition::Codes { field, .. }
            | Condition::Texts { field, .. }
            | Condition::ContainsText { field, .. }
            | Condition::Number { field, .. }
            | Condition::Between { field, .. }
            | Condition::Present(field) => self.add(*field),
            Condition::Fields { left, right, .. } => {
                self.add(*left);
                self.add(*right);
            }
            Condition::Exists(_) | Condition::AtInstants(_) => {}
            Condition::Within { event, .. }
            | Condition::Happened(event)
            | Condition::Near {
                of: NearDate::Event(event),
                ..
            } => self.event(event.event),
            Condition::Near {
                of: NearDate::Field(field),
                ..
            } => self.add(*field),
            Condition::InState(state) => self.role(Role::State(state.state)),
            Condition::Elapsed { from, to, .. } => {
                self.events(from);
                to.iter().for_each(|to| self.events(to));
            }
        }
    }

    fn role(&mut self, role: Role) {
        match role {
            Role::Event(event) => self.event(event),
            Role::State(state) => match &self.definitions.table(self.table).states[state].source {
                StateSource::Columns { from, until } => {
                    from.iter()
                        .chain(until.iter())
                        .for_each(|column| self.add_place(*column));
                }
                // The intervals stand in another table.
                StateSource::Intervals { .. } => {}
                StateSource::Overdue(sla) => self.due(*sla),
            },
            Role::Rows => {}
        }
    }

    fn events(&mut self, chosen: &ChosenEvent) {
        let events = chosen.events.iter();
        events.for_each(|event| self.event(event.event));
    }

    fn event(&mut self, event: usize) {
        match &self.definitions.table(self.table).events[event].source {
            EventSource::Columns(columns) => {
                columns.iter().for_each(|column| self.add_place(*column));
            }
            EventSource::LastOf { .. } => {}
            EventSource::Due(sla) | EventSource::Breach(sla) => self.due(*sla),
        }
    }

    fn due(&mut self, sla: SlaId) {
        let fields = &self.definitions.table(self.table).fields;
        let is_due = |field: &crate::lang::model::Field| field.source == FieldSource::Due(sla);
        fields
            .iter()
            .position(is_due)
            .into_iter()
            .for_each(|field| self.add_place(field));
    }

    fn measured(&mut self, measured: &Measured) {
        match measured {
            Measured::Field(field) => self.add(*field),
            Measured::Score(score) => self.score(*score),
            Measured::Between { from, to } => {
                self.events(from);
                self.events(to);
            }
            Measured::Since(event) => self.events(event),
        }
    }

    fn score(&mut self, score: ScoreId) {
        let versions = self.definitions.scores[score.0].versions.iter();
        let factors =
            versions.flat_map(|version| std::iter::once(&version.base).chain(&version.times));
        factors.for_each(|factor| self.add(factor.field));
    }
}
