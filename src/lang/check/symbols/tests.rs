//! Names in tests: tables given, queries expected, and the headers of both.

use super::Resolver;
use super::queries::QueryNames;
use crate::base::source::Spanned;
use crate::lang::check::tests::SUFFIXES;
use crate::lang::model::{NameForm, SymbolKind, TableId};
use crate::lang::syntax::ast::{self, TestClause};

impl Resolver<'_> {
    pub(super) fn test(&mut self, tree: &ast::Test) {
        self.enter(SymbolKind::Test, None, &tree.name.node);
        for clause in &tree.clauses {
            match &clause.node {
                TestClause::AsOf(_) | TestClause::KnownOn(_) => {}
                TestClause::Given { table, rows } => {
                    if let Some(table) = self.table(table) {
                        for head in &rows.header {
                            self.given_column(table, head);
                        }
                    }
                }
                TestClause::Expect { query, rows } => {
                    let names = self.query(&query.node);
                    for head in &rows.header {
                        self.answer_column(&names, head);
                    }
                }
            }
        }
    }

    fn given_column(&mut self, table: TableId, head: &Spanned<String>) {
        self.field_column(table, head, plain());
    }

    fn field_column(&mut self, table: TableId, head: &Spanned<String>, form: NameForm) {
        let symbol = self.field_symbol(table, &head.node);
        self.push(symbol, Some(head.span), form, true);
    }

    fn answer_column(&mut self, names: &QueryNames, head: &Spanned<String>) {
        self.named_column(names, head, &plain());
    }

    /// The column of an answer: a field, a KPI, or something that comes with a KPI. `plain` is how a name alone is written there.
    pub(super) fn named_column(
        &mut self,
        names: &QueryNames,
        head: &Spanned<String>,
        plain: &NameForm,
    ) {
        if let Some(time) = names.time(&head.node) {
            self.time_column(&names.tables, time, head);
            return;
        }
        let mut by = names.by.iter();
        let dimension = by.find(|dimension| dimension.name() == head.node);
        if names.is_list || dimension.is_some() {
            for table in &names.tables {
                self.field_column(*table, head, plain.clone());
            }
            return;
        }
        let suffixes = SUFFIXES.iter().map(|suffix| format!("_{suffix}"));
        for suffix in std::iter::once(String::new()).chain(suffixes) {
            let name = head.node.strip_suffix(&suffix);
            if let Some(name) = name.filter(|name| names.kpis.iter().any(|kpi| kpi == name)) {
                let symbol = self.find(SymbolKind::Kpi, None, name);
                let form = match suffix.is_empty() {
                    true => plain.clone(),
                    false => NameForm::Cell { suffix },
                };
                self.push(symbol, Some(head.span), form, true);
                return;
            }
        }
    }
}

fn plain() -> NameForm {
    NameForm::Cell {
        suffix: String::new(),
    }
}
