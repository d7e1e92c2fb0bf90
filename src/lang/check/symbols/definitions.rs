//! Names in definitions other than queries and tests.

use super::{Resolver, TableIds};
use crate::base::source::{Span, Spanned};
use crate::lang::check::formulas;
use crate::lang::check::index::Index;
use crate::lang::model::{EventSource, FieldSource, NameForm, StateSource, SymbolKind, TableId};
use crate::lang::syntax::ast::{
    self, EventTime, FieldTypeName, KpiClause, MatchClause, ScoreClause, SlaClause, SourceClause,
    TableClause,
};

impl Resolver<'_> {
    pub(super) fn definitions(&mut self, index: &Index) {
        for entry in &index.tables {
            self.table_definition(entry.tree);
        }
        (0..self.scope.model.tables.len()).for_each(|table| self.made_by_sla(TableId(table)));
        for entry in &index.conditions {
            self.named_condition(entry.tree);
        }
        for entry in &index.scores {
            self.score(entry.tree);
        }
        for entry in &index.slas {
            self.sla(entry.tree);
        }
        for entry in &index.kpis {
            self.kpi(entry.tree);
        }
        for entry in &index.views {
            self.enter(SymbolKind::View, None, &entry.tree.name.node);
            for show in &entry.tree.shows {
                self.query(&show.node);
            }
        }
        for entry in &index.dashboards {
            self.enter(SymbolKind::Dashboard, None, &entry.tree.name.node);
            for card in entry.tree.layers.iter().flat_map(|layer| &layer.node.cards) {
                let names = self.query(&card.node.query.node);
                for column in next_step_columns(card.node.next_step.as_ref()) {
                    self.named_column(&names, &column, &NameForm::Part);
                }
            }
        }
        for entry in &index.sources {
            self.source(entry.tree);
        }
        for entry in &index.matches {
            self.match_rule(entry.tree);
        }
        for entry in &index.tests {
            self.test(entry.tree);
        }
    }

    fn table_definition(&mut self, tree: &ast::Table) {
        let Some(table) = self.scope.model.table_named(&tree.name.node) else {
            return;
        };
        for clause in &tree.clauses {
            self.enter(SymbolKind::Table, None, &tree.name.node);
            self.table_clause(table, &clause.node);
        }
    }

    fn table_clause(&mut self, table: TableId, clause: &TableClause) {
        match clause {
            TableClause::Key(column) | TableClause::Known(column) => self.column(table, column),
            TableClause::BelongsTo {
                table: parent,
                column,
            } => {
                self.qualifier(parent);
                self.column(table, column);
            }
            TableClause::Event { name, at, filter } => {
                self.enter(SymbolKind::Event, Some(table), &name.node);
                self.event_time(table, at);
                if let Some(filter) = filter {
                    self.condition(&TableIds::from([table]), &filter.node);
                }
            }
            TableClause::State {
                name,
                intervals,
                from,
                until,
            } => {
                self.enter(SymbolKind::State, Some(table), &name.node);
                let of = match intervals {
                    Some(name) => self.table(name),
                    None => Some(table),
                };
                for times in [from, until] {
                    for (table, time) in of.iter().flat_map(|of| {
                        let columns = times.columns.iter();
                        columns.map(move |time| (*of, time))
                    }) {
                        self.column(table, &time.name);
                    }
                }
            }
            TableClause::Field {
                name,
                field_type,
                from,
            } => self.field_line(table, name, &field_type.node, from.as_ref()),
            TableClause::Exclude { filter, label: _ } => {
                self.condition(&TableIds::from([table]), &filter.node);
            }
            TableClause::Scope { state, filter } => {
                self.noun(table, state);
                if let Some(filter) = filter {
                    self.condition(&TableIds::from([table]), &filter.node);
                }
            }
        }
    }

    fn event_time(&mut self, table: TableId, at: &EventTime) {
        match at {
            EventTime::Columns(times) => {
                for time in &times.columns {
                    self.column(table, &time.name);
                }
            }
            EventTime::LastOf {
                column,
                table: intervals,
            } => {
                if let Some(intervals) = self.table(intervals) {
                    self.column(intervals, column);
                }
            }
        }
    }

    fn field_line(
        &mut self,
        table: TableId,
        name: &ast::Identifier,
        field_type: &FieldTypeName,
        from: Option<&ast::FieldOrigin>,
    ) {
        if let Some(symbol) = self.field_symbol(table, &name.node) {
            self.user = symbol;
        }
        match field_type {
            FieldTypeName::Plain(_) | FieldTypeName::Planned(_) => {}
            FieldTypeName::Scale(scale) => self.name(SymbolKind::Scale, None, scale),
        }
        let Some(from) = from else { return };
        match from {
            ast::FieldOrigin::Parent(field) => self.field(&TableIds::new(), field),
            ast::FieldOrigin::RollUp(call) => {
                self.aggregate(&call.node);
            }
        }
        // Which parent row it is looked up in, another column says.
        let own = self.scope.table(table);
        let source = own.field_named(&name.node).map(|id| own.fields[id].source);
        if let Some(FieldSource::Parent { parent, .. }) = source {
            let column = &own.columns[own.parents[parent].column].name;
            self.implied(self.field_symbol(table, column));
        }
    }

    /// What SLAs add to a table comes from them.
    fn made_by_sla(&mut self, table: TableId) {
        let own = self.scope.table(table);
        let fields = own.fields.iter().filter_map(|field| match field.source {
            FieldSource::Due(sla) => Some((SymbolKind::Field, &field.name, sla)),
            FieldSource::Column(_) | FieldSource::Parent { .. } | FieldSource::RollUp(_) => None,
        });
        let events = own.events.iter().filter_map(|event| match event.source {
            EventSource::Breach(sla) | EventSource::Due(sla) => {
                Some((SymbolKind::Event, &event.name, sla))
            }
            EventSource::Columns(_) | EventSource::LastOf { .. } => None,
        });
        let states = own.states.iter().filter_map(|state| match state.source {
            StateSource::Overdue(sla) => Some((SymbolKind::State, &state.name, sla)),
            StateSource::Columns { .. } | StateSource::Intervals { .. } => None,
        });
        for (kind, name, sla) in fields.chain(events).chain(states) {
            self.enter(kind, Some(table), name);
            let sla = &self.scope.model.slas[sla.0].name;
            self.implied(self.find(SymbolKind::Sla, None, sla));
        }
    }

    fn named_condition(&mut self, tree: &ast::NamedCondition) {
        self.enter(SymbolKind::Condition, None, &tree.name.node);
        let mut conditions = self.scope.model.conditions.iter();
        let named = conditions.find(|named| named.name == tree.name.node);
        if let Some(named) = named {
            let tables: TableIds = named.meanings.iter().map(|(table, _)| *table).collect();
            self.condition(&tables, &tree.condition.node);
        }
    }

    fn score(&mut self, tree: &ast::Score) {
        self.enter(SymbolKind::Score, None, &tree.name.node);
        let mut scores = self.scope.model.scores.iter();
        let Some(score) = scores.find(|score| score.name == tree.name.node) else {
            return;
        };
        let tables = TableIds::from([score.table]);
        for clause in &tree.clauses {
            match &clause.node {
                ScoreClause::Of(table) => {
                    self.table(table);
                }
                ScoreClause::Base { field, weights: _ }
                | ScoreClause::Times { field, weights: _ } => {
                    self.field(&tables, field);
                }
                ScoreClause::Cap(_) | ScoreClause::Since(_) => {}
            }
        }
    }

    fn sla(&mut self, tree: &ast::Sla) {
        self.enter(SymbolKind::Sla, None, &tree.name.node);
        let mut slas = self.scope.model.slas.iter();
        let Some(sla) = slas.find(|sla| sla.name == tree.name.node) else {
            return;
        };
        let table = sla.table;
        for clause in &tree.clauses {
            match &clause.node {
                SlaClause::Of(name) => {
                    self.table(name);
                }
                SlaClause::Starts(name) => self.noun(table, name),
                SlaClause::Stops(names) | SlaClause::Pauses(names) => {
                    names.iter().for_each(|name| self.noun(table, name));
                }
                SlaClause::Due { time, filter } => {
                    if let ast::DueTime::At(column) = &time.node {
                        self.column(table, column);
                    }
                    if let Some(filter) = filter {
                        self.condition(&TableIds::from([table]), &filter.node);
                    }
                }
                SlaClause::Owner(_) | SlaClause::Prefix(_) | SlaClause::Since(_) => {}
            }
        }
    }

    fn kpi(&mut self, tree: &ast::Kpi) {
        self.enter(SymbolKind::Kpi, None, &tree.name.node);
        let Some(id) = self.scope.model.kpi_named(&tree.name.node) else {
            return;
        };
        let tables = formulas::tables(self.scope, &self.scope.kpi_at(id).formula);
        for clause in &tree.clauses {
            match &clause.node {
                KpiClause::Is(formula) => {
                    self.formula(&formula.node);
                }
                KpiClause::By(dimensions) => {
                    for dimension in dimensions {
                        self.measured(&tables, &dimension.of.node);
                    }
                }
                KpiClause::Target {
                    bound: _,
                    limit: _,
                    filter,
                    since: _,
                } => {
                    if let Some(filter) = filter {
                        self.condition(&tables, &filter.node);
                    }
                }
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

    fn source(&mut self, tree: &ast::ReportSource) {
        self.enter(SymbolKind::Source, None, &tree.name.node);
        // Words for severities are values of this scale, by its name.
        self.implied(self.find(SymbolKind::Scale, None, "severity"));
        for clause in &tree.clauses {
            match &clause.node {
                SourceClause::Precedes(names) => {
                    for name in names {
                        let symbol = self.find(SymbolKind::Source, None, &name.node);
                        self.push(symbol, Some(name.span), NameForm::Name, false);
                    }
                }
                SourceClause::Tool(_)
                | SourceClause::Kind(_)
                | SourceClause::Reads(_)
                | SourceClause::KnownBy(_)
                | SourceClause::Scan(_)
                | SourceClause::Rows(_)
                | SourceClause::Words { .. }
                | SourceClause::Dates(_)
                | SourceClause::Fills(_)
                | SourceClause::Identity { .. }
                | SourceClause::Parts(_)
                | SourceClause::Counted(_)
                | SourceClause::Repeated(_) => {}
            }
        }
    }

    /// A match names fields of detections, which are no column of a table.
    fn match_rule(&mut self, tree: &ast::Match) {
        for clause in &tree.clauses {
            match &clause.node {
                MatchClause::Same(_) | MatchClause::Near { .. } | MatchClause::Across(_) => {}
            }
        }
    }
}

/// The names in braces of a next step, with their places. None of a text with a backslash in it, which may stand for one letter or for two.
fn next_step_columns(text: Option<&ast::Text>) -> Vec<Spanned<String>> {
    let Some(text) = text.filter(|text| !text.node.contains('\\')) else {
        return Vec::new();
    };
    let place = |letters: usize| {
        // The quote before the text, and a backslash before each quote in it.
        let quotes = text.node[..letters].matches('"').count();
        text.span.start + (1 + letters + quotes) as u32
    };
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text.node[at..].find('{') {
        let start = at + open + 1;
        let Some(length) = text.node[start..].find('}') else {
            break;
        };
        let end = start + length;
        let span = Span {
            start: place(start),
            end: place(end),
            ..text.span
        };
        found.push(Spanned::new(text.node[start..end].to_owned(), span));
        at = end;
    }
    found
}
