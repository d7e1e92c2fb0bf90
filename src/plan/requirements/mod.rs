//! Queries → the tables, columns and parents they read, and who needs them.
//!
//! Takes checked queries, gives [`Requirements`]. Whatever a definition reaches is asked for;
//! nothing is read here.

mod collector;
mod types;

use std::collections::BTreeSet;

use super::Work;
use super::scope::scope_test;
use crate::base::source::Span;
use crate::lang::model::{
    Condition, Definitions, EventId, Exists, FieldId, FixedTest, GroupKey, ListQuery, Measure,
    Measured, NearDate, Population, Query, RelatedNoun, Role, ScoreId, SlaId, Subject, TableId,
    TableRelation, ValuesQuery,
};
use collector::{Demand, RequirementCollector};
pub use types::{Requirement, Requirements, TableRequirements};

/// How a file and its columns are asked for.
#[derive(Clone, Copy)]
pub struct RequirementOptions<'a> {
    /// Where a span is: `kpis/mttr.kpi:3`.
    pub place: &'a dyn Fn(Span) -> String,
    /// Whether as-of comes from the data, so that every event of every table is read.
    pub watermark: bool,
    /// Whether a table may have no file: `everything` leaves out what the data cannot answer.
    pub tolerant: bool,
}

/// What the queries read.
pub fn requirements(
    definitions: &Definitions,
    queries: &[&Query],
    options: RequirementOptions,
) -> Requirements {
    let mut requirements = Requirements::default();
    for query in queries {
        match &query.subject {
            Subject::Values(values) => {
                values_requirements(definitions, &mut requirements, query, values, options);
            }
            Subject::List(list) => {
                list_requirements(definitions, &mut requirements, query, list, options)
            }
        }
    }
    if options.watermark {
        watermark_requirements(definitions, &mut requirements);
    }
    requirements
}

fn values_requirements(
    definitions: &Definitions,
    requirements: &mut Requirements,
    query: &Query,
    values: &ValuesQuery,
    options: RequirementOptions,
) {
    for column in &values.columns {
        let span = column
            .kpi
            .map_or(query.span, |kpi| definitions.kpis[kpi.0].span);
        let needer = format!("`{}` ({})", column.name, (options.place)(span));
        let mut collector =
            RequirementCollector::new(definitions, requirements, needer, options.tolerant);
        for measure in column.formula.measures() {
            collector.measure(measure, Demand::Required);
            if values.on_constant_scope {
                let table = measure.population.table;
                let test = scope_test(definitions, table, &[]);
                collector.condition(table, &test, Demand::Required);
            }
            for dimension in &values.by {
                if let Some(key) = dimension.key(measure.population.table) {
                    collector.group_key(&key);
                }
            }
        }
    }
}

fn list_requirements(
    definitions: &Definitions,
    requirements: &mut Requirements,
    query: &Query,
    list: &ListQuery,
    options: RequirementOptions,
) {
    let needer = format!("`list` ({})", (options.place)(query.span));
    let mut collector =
        RequirementCollector::new(definitions, requirements, needer, options.tolerant);
    collector.population(&list.population, Demand::Required);
    for column in &list.show {
        collector.list_column(column, Demand::Optional);
    }
    for (field, _) in &list.sort {
        collector.field(*field, Demand::Required);
    }
}

/// Asks for fields and for what conditions read, whether the files have them or not.
pub fn also_require(
    definitions: &Definitions,
    requirements: &mut Requirements,
    fields: &[FieldId],
    conditions: &[(TableId, Condition)],
) {
    let mut collector = RequirementCollector::new(definitions, requirements, String::new(), true);
    for field in fields {
        collector.table(field.table, Demand::Optional);
        collector.field(*field, Demand::Optional);
    }
    for (table, condition) in conditions {
        collector.condition(*table, condition, Demand::Optional);
    }
}

/// The scores and SLAs that measures, or the population and fields of a list, depend on.
pub(super) fn policies(
    definitions: &Definitions,
    work: &Work,
) -> (BTreeSet<ScoreId>, BTreeSet<SlaId>) {
    let mut requirements = Requirements::default();
    let mut collector =
        RequirementCollector::new(definitions, &mut requirements, String::new(), true);
    match work {
        Work::Values(values) => {
            for step in &values.steps {
                collector.measure(&step.measure, Demand::Required);
                step.keys.iter().for_each(|key| collector.group_key(key));
            }
        }
        Work::List(work) => {
            collector.population(&work.list.population, Demand::Required);
            for (field, _) in &work.list.sort {
                collector.field(*field, Demand::Optional);
            }
            for column in &work.list.show {
                collector.list_column(column, Demand::Optional);
            }
        }
    }
    (collector.scores, collector.slas)
}

fn watermark_requirements(definitions: &Definitions, requirements: &mut Requirements) {
    for (index, table) in definitions.tables.iter().enumerate() {
        let wanted = requirements.tables.entry(TableId(index)).or_default();
        for (column, declared) in table.columns.iter().enumerate() {
            if declared.is_time_of_event {
                wanted
                    .columns
                    .entry(column)
                    .or_insert(Requirement::Optional);
            }
        }
    }
}

impl RequirementCollector<'_> {
    /// What rows are grouped by.
    fn group_key(&mut self, key: &GroupKey) {
        match key {
            GroupKey::Field(field) => self.field(*field, Demand::Required),
            GroupKey::Bands(bands) => {
                for test in &bands.tests {
                    self.condition(bands.table, test, Demand::Required);
                }
            }
        }
    }

    pub(super) fn measure(&mut self, measure: &Measure, demand: Demand) {
        self.population(&measure.population, demand);
        if let Some(with) = &measure.with {
            self.condition(measure.population.table, with, demand);
        }
        match &measure.value {
            None => {}
            Some(Measured::Field(field)) => self.field(*field, demand),
            Some(Measured::Score(score)) => self.score(*score, demand),
            Some(Measured::Between { from, to }) => {
                self.end(from, to, demand);
                self.end(to, from, demand);
            }
            Some(Measured::Since(since)) => {
                let events = since.events.iter();
                events.for_each(|event| self.event(*event, demand));
            }
        }
    }

    fn population(&mut self, population: &Population, demand: Demand) {
        let table = population.table;
        self.table(table, demand);
        match population.role {
            Role::Event(event) => {
                self.event(EventId { table, event }, demand);
            }
            Role::State(state) => self.state(table, state, demand),
            Role::Rows => {}
        }
        if let Some(filter) = &population.filter {
            self.condition(table, filter, demand);
        }
        if !population.including_excluded {
            self.excludes(table);
        }
    }

    /// The columns of a table's `exclude` lines: a file without them excludes nothing.
    fn excludes(&mut self, table: TableId) {
        let definitions = self.definitions;
        for exclude in &definitions.table(table).excludes {
            self.condition(table, &exclude.filter, Demand::Optional);
        }
    }

    /// What a test of a table's rows reads.
    pub(super) fn condition(&mut self, table: TableId, condition: &Condition, demand: Demand) {
        match condition {
            Condition::All(parts) | Condition::AnyOf(parts) => {
                for part in parts {
                    self.condition(table, part, demand);
                }
            }
            Condition::Not(inner) | Condition::SoFar(inner) => {
                self.condition(table, inner, demand);
            }
            Condition::AtInstants(test) => self.fixed_test(table, test, demand),
            Condition::Codes { field, .. }
            | Condition::Texts { field, .. }
            | Condition::ContainsText { field, .. }
            | Condition::Number { field, .. }
            | Condition::Between { field, .. }
            | Condition::Present(field) => self.field(*field, demand),
            Condition::Fields { left, right, .. } => {
                self.field(*left, demand);
                self.field(*right, demand);
            }
            Condition::Exists(exists) => self.exists(table, exists, demand),
            Condition::Within { event, .. }
            | Condition::Happened(event)
            | Condition::Near {
                of: NearDate::Event(event),
                ..
            } => self.event(*event, demand),
            Condition::Near {
                of: NearDate::Field(field),
                ..
            } => self.field(*field, demand),
            Condition::InState(state) => self.state(table, state.state, demand),
            Condition::Elapsed { from, to, .. } => {
                let to = to.as_ref().unwrap_or(from);
                self.end(from, to, demand);
                self.end(to, from, demand);
            }
        }
    }

    fn fixed_test(&mut self, table: TableId, test: &FixedTest, demand: Demand) {
        let mut table = table;
        for parent in &test.parents {
            self.parent(table, *parent, demand);
            table = self.definitions.table(table).parents[*parent].table;
        }
        self.condition(table, &test.condition, demand);
    }

    fn exists(&mut self, table: TableId, exists: &Exists, demand: Demand) {
        let related = exists.table();
        self.table(related, demand);
        match exists.relation {
            TableRelation::Child { parent } => self.parent(related, parent, demand),
            TableRelation::Sibling {
                own,
                related: parent,
            } => {
                self.parent(related, parent, demand);
                self.parent(table, own, demand);
            }
        }
        match exists.noun {
            RelatedNoun::Event(event, _) => self.event(event, demand),
            RelatedNoun::State(state) => self.state(related, state.state, demand),
        }
        if let Some(filter) = &exists.filter {
            self.condition(related, filter, demand);
        }
        self.excludes(related);
    }
}
