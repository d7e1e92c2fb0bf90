//! What one query reaches of the tables: columns, parents, and through them other tables.

use std::collections::BTreeSet;

use super::{Requirement, Requirements};
use crate::lang::model::{
    ChosenEvent, Definitions, DueTime, EventId, EventSource, FieldId, FieldSource, ListColumn,
    ScoreId, SlaId, StateSource, TableId,
};
use crate::plan::ends::measured_events;

/// Whether something may be absent from the data.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Demand {
    Required,
    Optional,
}

/// Asks for things in the name of one column or list.
pub(super) struct RequirementCollector<'a> {
    pub definitions: &'a Definitions,
    pub requirements: &'a mut Requirements,
    /// "`mttr` (kpis/mttr.kpi:3)"
    pub needer: String,
    pub tolerant: bool,
    /// The policies that were met on the way.
    pub scores: BTreeSet<ScoreId>,
    pub slas: BTreeSet<SlaId>,
}

impl<'a> RequirementCollector<'a> {
    pub fn new(
        definitions: &'a Definitions,
        requirements: &'a mut Requirements,
        needer: String,
        tolerant: bool,
    ) -> Self {
        RequirementCollector {
            definitions,
            requirements,
            needer,
            tolerant,
            scores: BTreeSet::new(),
            slas: BTreeSet::new(),
        }
    }

    /// A table: its file, its key (rule S32) and its time of knowledge (rule S3).
    pub fn table(&mut self, id: TableId, demand: Demand) {
        let definitions = self.definitions;
        let wanted = self.requirements.tables.entry(id).or_default();
        if demand == Demand::Required && !self.tolerant {
            add_name(&mut wanted.file_needed_by, &self.needer);
        }
        let key = wanted.key.get_or_insert(Requirement::Optional);
        if demand == Demand::Required {
            key.also_by(&self.needer);
        }
        let table = definitions.table(id);
        if let Some(known_from) = table.known_from {
            self.column(id, known_from, Demand::Optional);
        }
    }

    pub fn column(&mut self, table: TableId, column: usize, demand: Demand) {
        let wanted = self.requirements.tables.entry(table).or_default();
        let need = wanted
            .columns
            .entry(column)
            .or_insert(Requirement::Optional);
        if demand == Demand::Required {
            need.also_by(&self.needer);
        }
    }

    /// The rows of a parent.
    pub fn parent(&mut self, table: TableId, parent: usize, demand: Demand) {
        let declared = &self.definitions.table(table).parents[parent];
        let wanted = self.requirements.tables.entry(table).or_default();
        wanted.parents.insert(parent);
        self.column(table, declared.column, demand);
        self.table(declared.table, demand);
    }

    pub fn field(&mut self, id: FieldId, demand: Demand) {
        match self.definitions.field(id).source {
            FieldSource::Column(column) => {
                self.column(id.table, column, demand);
                // The planned end of a state is known as soon as the state has begun.
                let begin = self.definitions.table(id.table).planned_with(column);
                for column in begin.into_iter().flat_map(|begin| begin.iter()) {
                    self.column(id.table, *column, Demand::Optional);
                }
            }
            FieldSource::Parent { parent, field } => {
                self.parent(id.table, parent, demand);
                let table = self.definitions.table(id.table).parents[parent].table;
                self.field(FieldId { table, field }, demand);
            }
            FieldSource::Due(sla) => self.sla(sla, demand),
            FieldSource::RollUp(place) => {
                let definitions = self.definitions;
                let roll_up = &definitions.table(id.table).roll_ups[place];
                self.parent(roll_up.measure.population.table, roll_up.parent, demand);
                self.measure(&roll_up.measure, demand);
            }
        }
    }

    pub fn list_column(&mut self, column: &ListColumn, demand: Demand) {
        match column {
            ListColumn::Field(field) => self.field(*field, demand),
            ListColumn::Time { from, to, .. } => {
                let to = to.as_ref().unwrap_or(from);
                self.end(from, to, demand);
                self.end(to, from, demand);
            }
        }
    }

    pub fn event(&mut self, id: EventId, demand: Demand) {
        let definitions = self.definitions;
        let event = &definitions.table(id.table).events[id.event];
        match &event.source {
            EventSource::Columns(columns) => self.first_of(id.table, columns, demand),
            EventSource::LastOf { table, column } => {
                self.intervals(id.table, *table, demand);
                self.column(*table, *column, demand);
                // Intervals that have not begun are told by their starts.
                if let Some(starts) = definitions.table(id.table).interval_starts(*table) {
                    self.first_of(*table, starts, demand);
                }
            }
            EventSource::Due(sla) | EventSource::Breach(sla) => self.sla(*sla, demand),
        }
        if let Some(filter) = &event.filter {
            self.condition(id.table, filter, demand);
        }
    }

    /// What one end of a time is read from.
    pub fn end(&mut self, end: &ChosenEvent, other: &ChosenEvent, demand: Demand) {
        if end == other {
            end.events
                .iter()
                .for_each(|event| self.event(*event, demand));
            return;
        }
        for (event, columns) in measured_events(self.definitions, end, other) {
            self.event(event, demand);
            if let Some(columns) = columns {
                self.first_of(event.table, &columns, demand);
            }
        }
    }

    pub fn state(&mut self, table: TableId, state: usize, demand: Demand) {
        let definitions = self.definitions;
        match &definitions.table(table).states[state].source {
            StateSource::Columns { from, until } => {
                self.first_of(table, from, demand);
                self.first_of(table, until, Demand::Optional);
            }
            StateSource::Intervals {
                table: intervals,
                from,
                until,
            } => {
                self.intervals(table, *intervals, demand);
                self.first_of(*intervals, from, demand);
                self.first_of(*intervals, until, Demand::Optional);
            }
            StateSource::Overdue(sla) => self.sla(*sla, demand),
        }
    }

    pub fn score(&mut self, id: ScoreId, demand: Demand) {
        let definitions = self.definitions;
        self.scores.insert(id);
        for version in &definitions.scores[id.0].versions {
            self.field(version.base.field, demand);
            for factor in &version.times {
                self.field(factor.field, demand);
            }
        }
    }

    /// Alternatives of which the first present one counts: a file must have the last, the one the
    /// others stand in for.
    fn first_of(&mut self, table: TableId, columns: &[usize], demand: Demand) {
        for (index, column) in columns.iter().enumerate() {
            let is_last = index + 1 == columns.len();
            self.column(
                table,
                *column,
                if is_last { demand } else { Demand::Optional },
            );
        }
    }

    /// An interval table and how its rows find the row they belong to.
    fn intervals(&mut self, of: TableId, intervals: TableId, demand: Demand) {
        let definitions = self.definitions;
        self.table(intervals, demand);
        let parents = &definitions.table(intervals).parents;
        if let Some(parent) = parents.iter().position(|parent| parent.table == of) {
            self.parent(intervals, parent, demand);
        }
    }

    /// The clock of an SLA: of several stops the last must be there, pauses need not be.
    fn sla(&mut self, id: SlaId, demand: Demand) {
        let definitions = self.definitions;
        let sla = &definitions.slas[id.0];
        self.slas.insert(id);
        self.event(sla.starts, demand);
        for (index, stop) in sla.stops.iter().enumerate() {
            let is_last = index + 1 == sla.stops.len();
            self.event(*stop, if is_last { demand } else { Demand::Optional });
        }
        for pause in &sla.pauses {
            self.state(sla.table, *pause, Demand::Optional);
        }
        for line in sla.versions.iter().flat_map(|version| &version.lines) {
            if let Some(filter) = &line.filter {
                self.condition(sla.table, filter, demand);
            }
            if let DueTime::At(field) = line.time {
                self.field(field, demand);
            }
        }
    }
}

fn add_name(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}
