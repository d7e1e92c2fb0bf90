//! What a definition names: kinds and names such as `kpi mttr`, read off its tree.

use std::collections::BTreeSet;

use crate::base::source::Spanned;
use crate::lang::functions;
use crate::lang::model::{Definitions, EventSource, FieldSource, SlaId, StateSource, TableId};
use crate::lang::syntax::ast::{
    AggregateCall, ChosenEvents, Condition, Definition, EventTime, FieldOrigin, FieldRef,
    FieldTypeName, Formula, GroupBy, KpiClause, Measured, Population, Query, QueryClause,
    ScoreClause, SlaClause, Subject, Table, TableClause, TestClause, WrittenLiteral,
};

/// Everything that a definition names, as labels.
pub(super) fn uses(model: &Definitions, definition: &Definition) -> BTreeSet<String> {
    let mut uses = Uses {
        model,
        found: BTreeSet::new(),
    };
    uses.definition(definition);
    uses.found
}

struct Uses<'a> {
    model: &'a Definitions,
    found: BTreeSet<String>,
}

impl Uses<'_> {
    fn definition(&mut self, definition: &Definition) {
        match definition {
            Definition::Calendar(_) | Definition::Scale(_) => {}
            Definition::Table(tree) => self.table(tree),
            Definition::Condition(tree) => self.condition(None, &tree.condition),
            Definition::Score(tree) => self.score(&tree.clauses),
            Definition::Sla(tree) => self.sla(&tree.clauses),
            Definition::Kpi(tree) => self.kpi(&tree.clauses),
            Definition::View(tree) => tree.shows.iter().for_each(|query| self.query(&query.node)),
            Definition::Dashboard(tree) => {
                for card in tree.layers.iter().flat_map(|layer| &layer.node.cards) {
                    self.query(&card.node.query.node);
                }
            }
            Definition::Match(_) => {}
            Definition::ReportSource(_) => self.name("scale", "severity"),
            Definition::Test(tree) => self.test(&tree.clauses),
        }
    }

    fn name(&mut self, kind: &str, name: &str) {
        self.found.insert(format!("{kind} {name}"));
    }

    /// A table that is named; gives it if there is one.
    fn named_table(&mut self, name: &str) -> Option<TableId> {
        self.name("table", name);
        self.model.table_named(name)
    }

    fn table(&mut self, tree: &Table) {
        let own = self.model.table_named(&tree.name.node);
        for clause in &tree.clauses {
            match &clause.node {
                TableClause::Key(_) | TableClause::Known(_) => {}
                TableClause::BelongsTo { table, .. } => self.name("table", &table.node),
                TableClause::Event { at, filter, .. } => {
                    if let EventTime::LastOf { table, .. } = at {
                        self.name("table", &table.node);
                    }
                    self.filter(own, filter.as_ref());
                }
                TableClause::State { intervals, .. } => {
                    if let Some(table) = intervals {
                        self.name("table", &table.node);
                    }
                }
                TableClause::Field {
                    field_type, from, ..
                } => {
                    if let FieldTypeName::Scale(scale) = &field_type.node {
                        self.name("scale", &scale.node);
                    }
                    match from {
                        Some(FieldOrigin::Parent(field)) => self.field(None, field),
                        Some(FieldOrigin::RollUp(call)) => self.aggregate(&call.node),
                        None => {}
                    }
                }
                TableClause::Exclude { filter, .. } => self.condition(own, filter),
                TableClause::Scope { filter, .. } => self.filter(own, filter.as_ref()),
            }
        }
    }

    fn score(&mut self, clauses: &[Spanned<ScoreClause>]) {
        let mut own = None;
        for clause in clauses {
            match &clause.node {
                ScoreClause::Of(table) => own = self.named_table(&table.node),
                ScoreClause::Base { field, .. } | ScoreClause::Times { field, .. } => {
                    self.field(own, field);
                }
                ScoreClause::Cap(_) | ScoreClause::Since(_) => {}
            }
        }
    }

    fn sla(&mut self, clauses: &[Spanned<SlaClause>]) {
        let mut own = None;
        for clause in clauses {
            match &clause.node {
                SlaClause::Of(table) => own = self.named_table(&table.node),
                SlaClause::Starts(name) => self.role(own, &name.node),
                SlaClause::Stops(names) | SlaClause::Pauses(names) => {
                    names.iter().for_each(|name| self.role(own, &name.node));
                }
                SlaClause::Due { filter, .. } => self.filter(own, filter.as_ref()),
                SlaClause::Owner(_) | SlaClause::Prefix(_) | SlaClause::Since(_) => {}
            }
        }
    }

    fn kpi(&mut self, clauses: &[Spanned<KpiClause>]) {
        for clause in clauses {
            match &clause.node {
                KpiClause::Is(formula) => self.formula(formula, "kpi"),
                KpiClause::By(groups) => self.groups(None, groups),
                KpiClause::Target { filter, .. } => self.filter(None, filter.as_ref()),
                KpiClause::Note(_)
                | KpiClause::Owner(_)
                | KpiClause::As(_)
                | KpiClause::At(_)
                | KpiClause::AtLeastRows(_)
                | KpiClause::HigherIsBetter
                | KpiClause::LowerIsBetter
                | KpiClause::Band { .. } => {}
            }
        }
    }

    fn test(&mut self, clauses: &[Spanned<TestClause>]) {
        for clause in clauses {
            match &clause.node {
                TestClause::Given { table, .. } => self.name("table", &table.node),
                TestClause::Expect { query, .. } => self.query(&query.node),
                TestClause::AsOf(_) | TestClause::KnownOn(_) => {}
            }
        }
    }

    fn query(&mut self, query: &Query) {
        let mut own = None;
        match &query.subject {
            Subject::Everything => {}
            Subject::Formulas(formulas) => {
                formulas
                    .iter()
                    .for_each(|formula| self.formula(formula, "query"));
            }
            Subject::List(population) => own = self.population(&population.node),
        }
        for clause in &query.clauses {
            self.query_clause(own, &clause.node);
        }
    }

    fn query_clause(&mut self, own: Option<TableId>, clause: &QueryClause) {
        match clause {
            QueryClause::By(groups) => self.groups(own, groups),
            QueryClause::Show(columns) => {
                columns
                    .iter()
                    .for_each(|column| self.shown(own, &column.value.node));
            }
            QueryClause::Where(condition) => self.condition(own, condition),
            QueryClause::Top { by: Some(kpi), .. } => self.value(&kpi.node),
            QueryClause::SortBy(keys) => {
                for key in keys {
                    self.field(own, &key.field);
                    self.value(&key.field.name.node);
                }
            }
            QueryClause::Having(tests) => {
                tests.iter().for_each(|test| self.value(&test.column.node));
            }
            QueryClause::Versus(_)
            | QueryClause::Window(_)
            | QueryClause::WithShare
            | QueryClause::WithEmpty
            | QueryClause::WithInterval(_)
            | QueryClause::WithVerdict
            | QueryClause::OnConstantScope
            | QueryClause::AtLeastRows(_)
            | QueryClause::Over(_)
            | QueryClause::Period(_)
            | QueryClause::AsOf(_)
            | QueryClause::KnownOn(_)
            | QueryClause::WithTotal
            | QueryClause::Top { by: None, .. }
            | QueryClause::Limit(_)
            | QueryClause::At(_) => {}
        }
    }

    fn shown(&mut self, own: Option<TableId>, value: &Measured) {
        match value {
            Measured::Field(field) => self.field(own, field),
            Measured::TimeFrom { from, to } => {
                self.events(own, from);
                self.events(own, to);
            }
            Measured::TimeSince(events) => self.events(own, events),
        }
    }

    /// A column of the answer that may be a KPI.
    fn value(&mut self, name: &str) {
        if self.model.kpi_named(name).is_some() {
            self.name("kpi", name);
        }
    }

    /// In a query a name may also be a view's; KPIs go first.
    fn formula(&mut self, formula: &Spanned<Formula>, place: &str) {
        match &formula.node {
            Formula::Number(_) | Formula::Constant(_) => {}
            Formula::Name(name) => {
                let is_view = self.model.views.iter().any(|view| view.name == name.node);
                let is_kpi = self.model.kpi_named(&name.node).is_some();
                let kind = match place == "query" && is_view && !is_kpi {
                    true => "view",
                    false => "kpi",
                };
                self.name(kind, &name.node);
            }
            Formula::Aggregate(aggregate) => self.aggregate(aggregate),
            Formula::Binary { left, right, .. } => {
                self.formula(left, place);
                self.formula(right, place);
            }
            Formula::Negate(inner)
            | Formula::Group(inner)
            | Formula::Adjusted { formula: inner, .. }
            | Formula::Asked { formula: inner, .. } => self.formula(inner, place),
        }
    }

    /// What rows are grouped by.
    fn groups(&mut self, own: Option<TableId>, groups: &[GroupBy]) {
        for group in groups {
            match &group.of.node {
                Measured::Field(field) => self.field(own, field),
                Measured::TimeFrom { from, to } => {
                    self.events(own, from);
                    self.events(own, to);
                }
                Measured::TimeSince(since) => self.events(own, since),
            }
        }
    }

    fn aggregate(&mut self, aggregate: &AggregateCall) {
        if let Some((function, _)) = functions::find(&aggregate.function.node) {
            self.name("function", function.name);
        }
        let table = self.population(&aggregate.population.node);
        match aggregate.value.as_ref().map(|value| &value.node) {
            Some(Measured::Field(field)) => self.measured(table, field),
            Some(Measured::TimeFrom { from, to }) => {
                self.events(table, from);
                self.events(table, to);
            }
            Some(Measured::TimeSince(events)) => self.events(table, events),
            None => {}
        }
        self.filter(table, aggregate.with.as_ref());
    }

    fn events(&mut self, table: Option<TableId>, chosen: &ChosenEvents) {
        let events = chosen.events.iter();
        events.for_each(|event| self.role(table, &event.node));
    }

    /// A field or a score; a field of that name goes first.
    fn measured(&mut self, table: Option<TableId>, field: &FieldRef) {
        let name = &field.name.node;
        let has_field = table.is_some_and(|id| self.model.table(id).field_named(name).is_some());
        let is_score = self.model.scores.iter().any(|score| score.name == *name);
        match is_score && !has_field {
            true => self.name("score", name),
            false => self.field(table, field),
        }
    }

    fn population(&mut self, population: &Population) -> Option<TableId> {
        let table = self.named_table(&population.table.node);
        if let Some(role) = &population.role {
            self.role(table, &role.node);
        }
        self.filter(table, population.filter.as_ref());
        table
    }

    /// An event or state, which an SLA may have given to the table.
    fn role(&mut self, table: Option<TableId>, name: &str) {
        let Some(table) = table.map(|id| self.model.table(id)) else {
            return;
        };
        let event = table.event_named(name).map(|event| &table.events[event]);
        let state = table.state_named(name).map(|state| &table.states[state]);
        if let Some(EventSource::Breach(sla) | EventSource::Due(sla)) =
            event.map(|event| &event.source)
        {
            self.policy(*sla);
        }
        if let Some(StateSource::Overdue(sla)) = state.map(|state| &state.source) {
            self.policy(*sla);
        }
    }

    fn policy(&mut self, sla: SlaId) {
        let name = self.model.slas[sla.0].name.clone();
        self.name("sla", &name);
    }

    /// A field: of the table written before it, of the table it stands in, or, where that is not
    /// known, of any that has it. Only a field of a policy says more than that.
    fn field(&mut self, own: Option<TableId>, field: &FieldRef) {
        let table = match &field.table {
            Some(table) => self.named_table(&table.node),
            None => own,
        };
        let model = self.model;
        let tables = model.tables.iter().enumerate();
        let tables = tables.filter(|(id, _)| table.is_none_or(|table| table.0 == *id));
        for (_, table) in tables {
            let place = table.field_named(&field.name.node);
            if let Some(FieldSource::Due(sla)) = place.map(|place| table.fields[place].source) {
                self.policy(sla);
            }
        }
    }

    fn filter(&mut self, own: Option<TableId>, filter: Option<&Spanned<Condition>>) {
        if let Some(filter) = filter {
            self.condition(own, filter);
        }
    }

    fn condition(&mut self, own: Option<TableId>, condition: &Spanned<Condition>) {
        match &condition.node {
            Condition::And(parts) | Condition::Or(parts) => {
                parts.iter().for_each(|part| self.condition(own, part));
            }
            Condition::Not(inner) | Condition::Group(inner) | Condition::SoFar(inner) => {
                self.condition(own, inner);
            }
            Condition::Compare { field, value, .. } => {
                self.field(own, field);
                if let WrittenLiteral::Field(other) = &value.node {
                    self.field(own, other);
                }
            }
            Condition::In { field, .. }
            | Condition::Contains { field, .. }
            | Condition::Missing(field)
            | Condition::Present(field) => self.field(own, field),
            Condition::Exists(asked) => {
                let related = self.named_table(&asked.table.node);
                self.role(related, &asked.role.node);
                self.filter(related, asked.filter.as_ref());
            }
            Condition::Elapsed { time, .. } => self.shown(own, &time.node),
            Condition::Near { of, .. } => {
                self.field(own, of);
                self.role(own, &of.name.node);
            }
            Condition::Within { event, .. } => self.role(own, &event.node),
            Condition::Name(name) => self.name("condition", &name.node),
        }
    }
}
