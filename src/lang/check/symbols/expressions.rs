//! Names in formulas, populations and conditions.

use super::{Resolver, TableIds};
use crate::lang::check::formulas;
use crate::lang::model::{NameForm, SymbolKind, TableId, singular};
use crate::lang::syntax::ast::{self, Condition, Formula, Measured, WrittenLiteral};

impl Resolver<'_> {
    /// The names of a formula; gives the tables that it reads.
    pub(super) fn formula(&mut self, tree: &Formula) -> TableIds {
        match tree {
            Formula::Number(_) | Formula::Constant(_) => TableIds::new(),
            Formula::Name(name) => {
                self.name(SymbolKind::Kpi, None, name);
                self.tables_of_kpi(&name.node)
            }
            Formula::Aggregate(call) => self.aggregate(call).into_iter().collect(),
            Formula::Binary {
                operator: _,
                left,
                right,
            } => {
                let mut tables = self.formula(&left.node);
                tables.extend(self.formula(&right.node));
                tables
            }
            Formula::Negate(inner)
            | Formula::Group(inner)
            | Formula::Adjusted { formula: inner, .. }
            | Formula::Asked { formula: inner, .. } => self.formula(&inner.node),
        }
    }

    pub(super) fn tables_of_kpi(&self, name: &str) -> TableIds {
        let kpi = self.scope.model.kpi_named(name);
        kpi.map(|id| formulas::tables(self.scope, &self.scope.kpi_at(id).formula))
            .unwrap_or_default()
    }

    pub(super) fn aggregate(&mut self, call: &ast::AggregateCall) -> Option<TableId> {
        let table = self.population(&call.population.node)?;
        if let Some(value) = &call.value {
            self.measured(&TableIds::from([table]), &value.node);
        }
        if let Some(with) = &call.with {
            self.condition(&TableIds::from([table]), &with.node);
        }
        Some(table)
    }

    pub(super) fn population(&mut self, tree: &ast::Population) -> Option<TableId> {
        let table = self.table(&tree.table)?;
        if let Some(role) = &tree.role {
            self.noun(table, role);
        }
        if let Some(filter) = &tree.filter {
            self.condition(&TableIds::from([table]), &filter.node);
        }
        Some(table)
    }

    /// A field comes before a score of its name, as in checking.
    pub(super) fn measured(&mut self, tables: &TableIds, tree: &Measured) {
        match tree {
            Measured::Field(written) => {
                let name = &written.name;
                let mut found = tables.iter();
                let is_field = found.any(|table| self.field_symbol(*table, &name.node).is_some());
                match is_field {
                    true => self.field(tables, written),
                    false => self.name(SymbolKind::Score, None, name),
                }
            }
            Measured::TimeFrom { from, to } => {
                for event in from.events.iter().chain(&to.events) {
                    self.nouns(tables, event);
                }
            }
            Measured::TimeSince(chosen) => {
                for event in &chosen.events {
                    self.nouns(tables, event);
                }
            }
        }
    }

    /// A condition on rows of each of these tables.
    pub(super) fn condition(&mut self, tables: &TableIds, tree: &Condition) {
        match tree {
            Condition::And(parts) | Condition::Or(parts) => {
                for part in parts {
                    self.condition(tables, &part.node);
                }
            }
            Condition::Not(inner) | Condition::Group(inner) | Condition::SoFar(inner) => {
                self.condition(tables, &inner.node);
            }
            Condition::Compare {
                field,
                operator: _,
                value,
            } => {
                self.field(tables, field);
                self.literal(&value.node);
            }
            Condition::In {
                field,
                negated: _,
                values,
            } => {
                self.field(tables, field);
                for value in values {
                    self.literal(&value.node);
                }
            }
            Condition::Contains {
                field,
                negated: _,
                value,
            } => {
                self.field(tables, field);
                self.literal(&value.node);
            }
            Condition::Missing(field) | Condition::Present(field) => self.field(tables, field),
            Condition::Exists(asked) => self.exists(asked),
            Condition::Within { event, within: _ } => self.nouns(tables, event),
            Condition::Near {
                of,
                side: _,
                within: _,
            } => self.near(tables, of),
            Condition::Elapsed {
                time,
                operator: _,
                limit: _,
            } => self.measured(tables, &time.node),
            Condition::Name(name) => {
                self.nouns(tables, name);
                self.name(SymbolKind::Condition, None, name);
            }
        }
    }

    /// A date, or else an event.
    fn near(&mut self, tables: &TableIds, of: &ast::FieldRef) {
        let name = &of.name;
        let mut read = tables.iter();
        let is_field = read.any(|table| self.field_symbol(*table, &name.node).is_some());
        match of.table.is_some() || is_field {
            true => self.field(tables, of),
            false => self.nouns(tables, name),
        }
    }

    fn literal(&mut self, tree: &WrittenLiteral) {
        match tree {
            WrittenLiteral::Field(field) => self.field(&TableIds::new(), field),
            WrittenLiteral::Word(_)
            | WrittenLiteral::Text(_)
            | WrittenLiteral::Number(_)
            | WrittenLiteral::Percent(_)
            | WrittenLiteral::Duration(_)
            | WrittenLiteral::Date(_) => {}
        }
    }

    fn exists(&mut self, asked: &ast::Exists) {
        let Some(table) = self.table(&asked.table) else {
            return;
        };
        if let Some(parent) = &asked.shared_parent {
            self.shared_parent(table, parent);
        }
        self.noun(table, &asked.role);
        if let Some(filter) = &asked.filter {
            self.condition(&TableIds::from([table]), &filter.node);
        }
    }

    /// `of its asset`: the table or one row of it.
    fn shared_parent(&mut self, table: TableId, written: &ast::Identifier) {
        let parents = self.scope.table(table).parents.iter();
        for parent in parents.map(|parent| parent.table) {
            let name = self.table_name(parent);
            let form = match written.node == name {
                true => NameForm::Name,
                false if written.node == singular(&name) => NameForm::Singular,
                false => continue,
            };
            let symbol = self.find(SymbolKind::Table, None, &name);
            self.push(symbol, Some(written.span), form, false);
            return;
        }
    }
}
