//! Checked trees → the symbol table: what each name of a definition names.
//!
//! Takes trees without an error and the model made of them, so every name has a meaning. Each kind of tree is
//! matched whole: a new clause that holds a name does not compile until it is looked at here.

mod declarations;
mod definitions;
mod expressions;
mod queries;
mod tests;

use std::collections::BTreeSet;

use super::index::Index;
use super::scope::{KnownNames, Scope};
use crate::base::source::Span;
use crate::lang::model::{
    Definitions, NameForm, NameUse, SymbolId, SymbolKind, SymbolTable, TableId,
};
use crate::lang::syntax::ast;

/// All names of the definitions, and where they are used.
pub(super) fn symbols(model: &Definitions, index: &Index) -> SymbolTable {
    let known = KnownNames::of(model);
    let mut resolver = Resolver {
        scope: Scope::of(model, &known),
        found: declarations::symbols(model, index),
        user: SymbolId(0),
    };
    resolver.definitions(index);
    resolver.found
}

/// Walks trees and writes down what their names mean.
struct Resolver<'a> {
    scope: Scope<'a>,
    found: SymbolTable,
    /// The definition that is walked.
    user: SymbolId,
}

/// TableIds in which a name is looked up.
type TableIds = BTreeSet<TableId>;

impl Resolver<'_> {
    fn table_name(&self, table: TableId) -> String {
        self.scope.table(table).name.clone()
    }

    fn find(&self, kind: SymbolKind, table: Option<TableId>, name: &str) -> Option<SymbolId> {
        let table = table.map(|table| self.scope.table(table).name.as_str());
        self.found.find(kind, table, name)
    }

    /// Goes on with what stands in another definition.
    fn enter(&mut self, kind: SymbolKind, table: Option<TableId>, name: &str) {
        if let Some(id) = self.find(kind, table, name) {
            self.user = id;
        }
    }

    fn push(
        &mut self,
        symbol: Option<SymbolId>,
        span: Option<Span>,
        form: NameForm,
        depends: bool,
    ) {
        if let Some(symbol) = symbol {
            self.found.uses.push(NameUse {
                span,
                form,
                symbol,
                user: self.user,
                is_dependency: depends && symbol != self.user,
            });
        }
    }

    /// A name that stands for a symbol on which the definition depends.
    fn name(&mut self, kind: SymbolKind, table: Option<TableId>, name: &ast::Identifier) {
        let symbol = self.find(kind, table, &name.node);
        self.push(symbol, Some(name.span), NameForm::Name, true);
    }

    /// A dependency that no name says.
    fn implied(&mut self, symbol: Option<SymbolId>) {
        self.push(symbol, None, NameForm::Name, true);
    }

    /// The name of a table whose rows are read.
    fn table(&mut self, name: &ast::Identifier) -> Option<TableId> {
        self.name(SymbolKind::Table, None, name);
        self.scope.model.table_named(&name.node)
    }

    /// The name of a table that only says whose name follows.
    fn qualifier(&mut self, name: &ast::Identifier) -> Option<TableId> {
        let symbol = self.find(SymbolKind::Table, None, &name.node);
        self.push(symbol, Some(name.span), NameForm::Name, false);
        self.scope.model.table_named(&name.node)
    }

    /// A column of a table's file, or a field that is looked up.
    fn field_symbol(&self, table: TableId, name: &str) -> Option<SymbolId> {
        self.find(SymbolKind::Column, Some(table), name)
            .or_else(|| self.find(SymbolKind::Field, Some(table), name))
    }

    /// A field of one table, by a bare name.
    fn column(&mut self, table: TableId, name: &ast::Identifier) {
        let symbol = self.field_symbol(table, &name.node);
        self.push(symbol, Some(name.span), NameForm::Name, true);
    }

    /// A field in each of these tables that has it.
    fn field(&mut self, tables: &TableIds, written: &ast::FieldRef) {
        let qualified = written.table.as_ref().map(|table| self.qualifier(table));
        match qualified {
            Some(table) => table
                .into_iter()
                .for_each(|table| self.column(table, &written.name)),
            None => tables
                .iter()
                .for_each(|table| self.column(*table, &written.name)),
        }
    }

    /// An event or a state of a table.
    fn noun(&mut self, table: TableId, name: &ast::Identifier) {
        let symbol = self
            .find(SymbolKind::Event, Some(table), &name.node)
            .or_else(|| self.find(SymbolKind::State, Some(table), &name.node));
        self.push(symbol, Some(name.span), NameForm::Name, true);
    }

    fn nouns(&mut self, tables: &TableIds, name: &ast::Identifier) {
        tables.iter().for_each(|table| self.noun(*table, name));
    }
}
