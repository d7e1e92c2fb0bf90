//! The names that definitions give.

use crate::base::source::Span;
use crate::lang::check::index::Index;
use crate::lang::model::{
    Definitions, EventSource, FieldSource, StateSource, Symbol, SymbolKind, SymbolTable, Table,
};
use crate::lang::syntax::ast;

/// All symbols, without uses.
pub(super) fn symbols(model: &Definitions, index: &Index) -> SymbolTable {
    let mut found = SymbolTable::default();
    for entry in &index.scales {
        found.add(defined(SymbolKind::Scale, &entry.tree.name, None));
    }
    for entry in &index.tables {
        let title = entry.tree.title.as_ref();
        found.add(defined(SymbolKind::Table, &entry.tree.name, title));
    }
    model
        .tables
        .iter()
        .for_each(|table| nouns(&mut found, table));
    let mut add = |kind, name, title| {
        found.add(defined(kind, name, title));
    };
    for entry in &index.conditions {
        add(SymbolKind::Condition, &entry.tree.name, None);
    }
    for entry in &index.scores {
        let title = entry.tree.title.as_ref();
        add(SymbolKind::Score, &entry.tree.name, title);
    }
    for entry in &index.slas {
        add(SymbolKind::Sla, &entry.tree.name, entry.tree.title.as_ref());
    }
    for entry in &index.kpis {
        add(SymbolKind::Kpi, &entry.tree.name, entry.tree.title.as_ref());
    }
    for entry in &index.views {
        add(
            SymbolKind::View,
            &entry.tree.name,
            entry.tree.title.as_ref(),
        );
    }
    for entry in &index.dashboards {
        let title = entry.tree.title.as_ref();
        add(SymbolKind::Dashboard, &entry.tree.name, title);
    }
    for entry in &index.sources {
        let title = entry.tree.title.as_ref();
        add(SymbolKind::Source, &entry.tree.name, title);
    }
    for entry in &index.matches {
        let title = entry.tree.title.as_ref();
        add(SymbolKind::Match, &entry.tree.name, title);
    }
    for entry in &index.tests {
        add(SymbolKind::Test, &entry.tree.name, None);
    }
    found
}

fn defined(kind: SymbolKind, name: &ast::Identifier, title: Option<&ast::Text>) -> Symbol {
    Symbol {
        kind,
        table: None,
        name: name.node.clone(),
        title: title.map(|title| title.node.clone()),
        names: vec![name.span],
        place: name.span,
    }
}

/// Columns, fields, events and states of a table.
fn nouns(found: &mut SymbolTable, table: &Table) {
    let mut add = |kind, name: &str, is_written: bool, place: Span| {
        found.add(Symbol {
            kind,
            table: Some(table.name.clone()),
            name: name.to_owned(),
            title: None,
            names: if is_written { vec![place] } else { Vec::new() },
            place,
        });
    };
    for field in &table.fields {
        let (kind, is_written) = match field.source {
            FieldSource::Column(_) => (SymbolKind::Column, field.declared),
            FieldSource::Parent { .. } | FieldSource::RollUp(_) => (SymbolKind::Field, true),
            FieldSource::Due(_) => (SymbolKind::Field, false),
        };
        add(kind, &field.name, is_written, field.span);
    }
    for event in &table.events {
        let is_written = !matches!(event.source, EventSource::Breach(_) | EventSource::Due(_));
        add(SymbolKind::Event, &event.name, is_written, event.span);
    }
    for state in &table.states {
        let is_written = !matches!(state.source, StateSource::Overdue(_));
        add(SymbolKind::State, &state.name, is_written, state.span);
    }
}
