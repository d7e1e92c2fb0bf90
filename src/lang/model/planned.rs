//! What is agreed in advance (rule S44), and since when it is known.

use super::{ChosenEvent, Definitions, EventId, EventSource, FieldId, FieldSource};

impl Definitions {
    /// Whether a date may lie in the future: a planned column, or a due instant.
    pub fn is_planned_field(&self, id: FieldId) -> bool {
        let table = self.table(id.table);
        match table.fields[id.field].source {
            FieldSource::Column(column) => table.columns[column].is_planned,
            FieldSource::Parent { parent, field } => {
                let table = table.parents[parent].table;
                self.is_planned_field(FieldId { table, field })
            }
            FieldSource::Due(_) => true,
            FieldSource::RollUp(_) => false,
        }
    }

    /// Whether an event may lie in the future.
    pub fn is_planned_event(&self, id: EventId) -> bool {
        let table = self.table(id.table);
        match &table.events[id.event].source {
            EventSource::Columns(columns) => columns
                .iter()
                .any(|column| table.columns[*column].is_planned),
            EventSource::Due(_) => true,
            EventSource::LastOf { .. } | EventSource::Breach(_) => false,
        }
    }

    /// Whether the event of several that counts may lie in the future.
    pub fn is_planned(&self, chosen: &ChosenEvent) -> bool {
        let mut events = chosen.events.iter();
        events.any(|event| self.is_planned_event(*event))
    }

    /// Whether a date is the planned end of a state, which is known as soon as the state has begun.
    pub fn is_planned_end(&self, id: FieldId) -> bool {
        let table = self.table(id.table);
        match table.fields[id.field].source {
            FieldSource::Column(column) => table.planned_with(column).is_some(),
            FieldSource::Parent { parent, field } => {
                let table = table.parents[parent].table;
                self.is_planned_end(FieldId { table, field })
            }
            FieldSource::Due(_) | FieldSource::RollUp(_) => false,
        }
    }
}
