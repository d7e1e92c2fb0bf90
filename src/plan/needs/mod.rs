//! Queries → the tables, columns and parents they read, and who needs them.
//!
//! Takes checked queries, gives a [`Request`] for `data`. Whatever a definition reaches is asked for;
//! nothing is read here.

mod want;

use std::collections::BTreeSet;

use super::Work;
use crate::base::source::Span;
use crate::exec::data::{Need, Request};
use crate::lang::model::{
    Condition, Definitions, EventId, Exists, FieldId, ListQuery, Measure, Measured, Population,
    Query, Role, ScoreId, SlaId, Subject, TableId, TableRelation, ValuesQuery,
};
use want::{Demand, Want};

/// How a file and its columns are asked for.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// Where a span is: `kpis/mttr.kpi:3`.
    pub place: &'a dyn Fn(Span) -> String,
    /// Whether as-of comes from the data, so that every event of every table is read.
    pub watermark: bool,
    /// Whether a table may have no file: `everything` leaves out what the data cannot answer.
    pub tolerant: bool,
}

/// What the queries read.
pub fn needs(definitions: &Definitions, queries: &[&Query], asking: Asking) -> Request {
    let mut request = Request::default();
    for query in queries {
        match &query.subject {
            Subject::Values(values) => {
                values_needs(definitions, &mut request, query, values, asking);
            }
            Subject::List(list) => list_needs(definitions, &mut request, query, list, asking),
        }
    }
    if asking.watermark {
        watermark_needs(definitions, &mut request);
    }
    request
}

fn values_needs(
    definitions: &Definitions,
    request: &mut Request,
    query: &Query,
    values: &ValuesQuery,
    asking: Asking,
) {
    for column in &values.columns {
        let span = column
            .kpi
            .map_or(query.span, |kpi| definitions.kpis[kpi.0].span);
        let needer = format!("`{}` ({})", column.name, (asking.place)(span));
        let mut want = Want::new(definitions, request, needer, asking.tolerant);
        for measure in column.formula.measures() {
            want.measure(measure);
            for dimension in &values.by {
                if let Some(field) = dimension.of(measure.population.table) {
                    want.field(field, Demand::Required);
                }
            }
        }
    }
}

fn list_needs(
    definitions: &Definitions,
    request: &mut Request,
    query: &Query,
    list: &ListQuery,
    asking: Asking,
) {
    let needer = format!("`list` ({})", (asking.place)(query.span));
    let mut want = Want::new(definitions, request, needer, asking.tolerant);
    want.population(&list.population);
    for field in &list.show {
        want.field(*field, Demand::Optional);
    }
    for (field, _) in &list.sort {
        want.field(*field, Demand::Required);
    }
}

/// Asks for fields and for what conditions read, whether the files have them or not.
pub fn also_needs(
    definitions: &Definitions,
    request: &mut Request,
    fields: &[FieldId],
    conditions: &[(TableId, Condition)],
) {
    let mut want = Want::new(definitions, request, String::new(), true);
    for field in fields {
        want.table(field.table, Demand::Optional);
        want.field(*field, Demand::Optional);
    }
    for (table, condition) in conditions {
        want.condition(*table, condition, Demand::Optional);
    }
}

/// The scores and SLAs that measures, or the population and fields of a list, depend on.
pub(super) fn policies(
    definitions: &Definitions,
    work: &Work,
) -> (BTreeSet<ScoreId>, BTreeSet<SlaId>) {
    let mut request = Request::default();
    let mut want = Want::new(definitions, &mut request, String::new(), true);
    match work {
        Work::Values(values) => {
            for step in &values.steps {
                want.measure(&step.measure);
                for field in &step.keys {
                    want.field(*field, Demand::Required);
                }
            }
        }
        Work::List(work) => {
            want.population(&work.list.population);
            let sorted = work.list.sort.iter().map(|(field, _)| field);
            for field in work.list.show.iter().chain(sorted) {
                want.field(*field, Demand::Optional);
            }
        }
    }
    (want.scores, want.slas)
}

fn watermark_needs(definitions: &Definitions, request: &mut Request) {
    for (index, table) in definitions.tables.iter().enumerate() {
        let wanted = request.tables.entry(TableId(index)).or_default();
        for (column, declared) in table.columns.iter().enumerate() {
            if declared.is_time_of_event {
                wanted.columns.entry(column).or_insert(Need::Optional);
            }
        }
    }
}

impl Want<'_> {
    fn measure(&mut self, measure: &Measure) {
        self.population(&measure.population);
        if let Some(with) = &measure.with {
            self.condition(measure.population.table, with, Demand::Required);
        }
        match &measure.value {
            None => {}
            Some(Measured::Field(field)) => self.field(*field, Demand::Required),
            Some(Measured::Score(score)) => self.score(*score),
            Some(Measured::Between { from, to }) => {
                self.event(*from, Demand::Required);
                self.event(*to, Demand::Required);
            }
            Some(Measured::Since(event)) => self.event(*event, Demand::Required),
        }
    }

    fn population(&mut self, population: &Population) {
        let table = population.table;
        self.table(table, Demand::Required);
        match population.role {
            Role::Event(event) => {
                self.event(EventId { table, event }, Demand::Required);
            }
            Role::State(state) => self.state(table, state, Demand::Required),
            Role::Rows => {}
        }
        if let Some(filter) = &population.filter {
            self.condition(table, filter, Demand::Required);
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
            Condition::Not(inner) => self.condition(table, inner, demand),
            Condition::Codes { field, .. }
            | Condition::Texts { field, .. }
            | Condition::Number { field, .. }
            | Condition::Between { field, .. }
            | Condition::Present(field) => self.field(*field, demand),
            Condition::Fields { left, right, .. } => {
                self.field(*left, demand);
                self.field(*right, demand);
            }
            Condition::Exists(exists) => self.exists(table, exists, demand),
            Condition::Within { event, .. } => self.event(*event, demand),
        }
    }

    fn exists(&mut self, table: TableId, exists: &Exists, demand: Demand) {
        let related = exists.event.table;
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
        self.event(exists.event, demand);
        if let Some(filter) = &exists.filter {
            self.condition(related, filter, demand);
        }
        self.excludes(related);
    }
}
