//! Facts of calendars, scales and tables.

use super::{ChangeEffect, Fact, FactReader};
use crate::base::source::Spanned;
use crate::base::types::FieldType;
use crate::lang::format;
use crate::lang::model::{EventSource, FieldSource, StateSource, SymbolKind, Table, TableId};
use crate::lang::syntax::ast::{self, Definition, TableClause};

impl FactReader<'_> {
    /// What is not said has a default, so that writing the default changes nothing.
    pub(super) fn calendar(&self) -> Vec<Fact> {
        let calendar = &self.definitions.calendar;
        let history = calendar
            .history_from
            .map_or("none".to_string(), |day| day.to_string());
        let value = |about: &str, written: String| Fact::new(about, written, ChangeEffect::Value);
        vec![
            value("timezone", format!("timezone \"{}\"", calendar.timezone)),
            value(
                "week starts",
                format!("week starts {:?}", calendar.week_starts),
            ),
            value(
                "year starts",
                format!("year starts in month {}", calendar.year_starts),
            ),
            value("history", format!("history from {history}")),
        ]
    }

    pub(super) fn scale(&self, name: &str) -> Vec<Fact> {
        let mut scales = self.definitions.scales.iter();
        let Some(scale) = scales.find(|scale| scale.name == name) else {
            return Vec::new();
        };
        let mut facts = vec![Fact::new(
            "values",
            format!("is {}", scale.values.join(" < ")),
            ChangeEffect::Value,
        )];
        for (from, code) in &scale.mapped {
            let to = &scale.values[usize::from(*code)];
            let about = format!("map {from:?}");
            let written = format!("map {from:?} to {to}");
            facts.push(Fact::new(about, written, ChangeEffect::Value));
        }
        facts
    }

    pub(super) fn table(&self, definition: &Spanned<Definition>, tree: &ast::Table) -> Vec<Fact> {
        let Some(id) = self.definitions.table_named(&tree.name.node) else {
            return Vec::new();
        };
        let (_, clauses) = format::outline(definition);
        let clauses = tree.clauses.iter().zip(clauses);
        clauses
            .map(|(clause, written)| self.table_clause(id, &clause.node, written.text))
            .collect()
    }

    fn table_clause(&self, id: TableId, clause: &TableClause, written: String) -> Fact {
        let table = self.definitions.table(id);
        let name = table.name.as_str();
        let fact = |about: String| Fact::new(about, written.clone(), ChangeEffect::Value);
        match clause {
            TableClause::Key(column) => fact("key".into()).meaning(&column.node),
            TableClause::Known(column) => fact("known from".into()).meaning(&column.node),
            TableClause::BelongsTo {
                table: parent,
                column,
            } => {
                let parent = self.normal.name(SymbolKind::Table, None, &parent.node);
                fact(format!("belongs to {parent}"))
                    .meaning(&column.node)
                    .root(SymbolKind::Column, name, &column.node)
            }
            TableClause::Event { name: event, .. } => {
                let own = self.normal.name(SymbolKind::Event, Some(name), &event.node);
                fact(format!("event {own}"))
                    .meaning(self.event_meaning(table, &event.node))
                    .root(SymbolKind::Event, name, &event.node)
            }
            TableClause::State { name: state, .. } => {
                let own = self.normal.name(SymbolKind::State, Some(name), &state.node);
                fact(format!("state {own}"))
                    .meaning(self.state_meaning(table, &state.node))
                    .root(SymbolKind::State, name, &state.node)
            }
            TableClause::Field { name: field, .. } => self.field_fact(table, field, written),
            TableClause::Scope { state, .. } => {
                let state = self.normal.name(SymbolKind::State, Some(name), &state.node);
                let filter = table.scope.as_ref().and_then(|rule| rule.filter.as_ref());
                let filter = filter.map(|filter| self.normal.condition(filter));
                fact("scope".into()).meaning(format!("{state} {filter:?}"))
            }
            TableClause::Exclude { filter: _, label } => {
                let mut excludes = table.excludes.iter();
                let exclude = excludes.find(|exclude| exclude.label == label.node);
                let meaning = exclude.map(|exclude| self.normal.condition(&exclude.filter));
                fact(format!("exclude as {:?}", label.node)).meaning(meaning.unwrap_or_default())
            }
        }
    }

    fn field_fact(&self, table: &Table, field: &ast::Identifier, written: String) -> Fact {
        let name = field.node.as_str();
        let own = self.normal.name(SymbolKind::Field, Some(&table.name), name);
        let fact = Fact::new(format!("field {own}"), written, ChangeEffect::Value);
        let Some(index) = table.field_named(name) else {
            return fact;
        };
        let found = &table.fields[index];
        let (kind, from) = match found.source {
            FieldSource::Column(column) => {
                let planned = table.columns[column].is_planned;
                (
                    SymbolKind::Column,
                    format!("column {name} planned {planned}"),
                )
            }
            FieldSource::Parent { parent, field } => {
                let parent = &table.parents[parent];
                let field = crate::lang::model::FieldId {
                    table: parent.table,
                    field,
                };
                let through = &table.columns[parent.column].name;
                let from = format!("{} through {through}", self.normal.field(field));
                (SymbolKind::Field, from)
            }
            FieldSource::Due(_) => (SymbolKind::Field, "due".to_string()),
            FieldSource::RollUp(place) => {
                let from = self.normal.measure(&table.roll_ups[place].measure);
                (SymbolKind::Field, from)
            }
        };
        let field_type = match &found.field_type {
            FieldType::Scale(scale) => {
                let scale = self.normal.name(SymbolKind::Scale, None, &scale.name);
                format!("scale {scale}")
            }
            FieldType::Text | FieldType::YesNo | FieldType::Number | FieldType::Date => {
                found.field_type.to_string()
            }
        };
        fact.meaning(format!("{field_type} {from}"))
            .root(kind, &table.name, name)
    }

    fn event_meaning(&self, table: &Table, name: &str) -> String {
        let Some(index) = table.event_named(name) else {
            return String::new();
        };
        let event = &table.events[index];
        let source = match &event.source {
            EventSource::Columns(columns) => columns.choice.written(&names(table, columns)),
            EventSource::LastOf {
                table: other,
                column,
            } => {
                let column = &self.definitions.table(*other).columns[*column].name;
                format!("last {column} of {}", self.normal.table(*other))
            }
            EventSource::Breach(_) => "breach".to_string(),
            EventSource::Due(_) => "due".to_string(),
        };
        format!("{source}{}", self.normal.filter(event.filter.as_ref()))
    }

    fn state_meaning(&self, table: &Table, name: &str) -> String {
        let Some(index) = table.state_named(name) else {
            return String::new();
        };
        let bound = |of: &Table, columns: &crate::lang::model::ChosenColumns| {
            columns.choice.written(&names(of, columns))
        };
        match &table.states[index].source {
            StateSource::Columns { from, until } => {
                format!("from {} until {}", bound(table, from), bound(table, until))
            }
            StateSource::Intervals {
                table: other,
                from,
                until,
            } => {
                let of = self.definitions.table(*other);
                let own = self.normal.table(*other);
                format!("from {own} {} until {}", bound(of, from), bound(of, until))
            }
            StateSource::Overdue(_) => "overdue".to_string(),
        }
    }
}

fn names<'a>(table: &'a Table, columns: &[usize]) -> Vec<&'a str> {
    let names = columns.iter();
    names
        .map(|column| table.columns[*column].name.as_str())
        .collect()
}
