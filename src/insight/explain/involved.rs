//! The definitions that a query rests on, and where they stand.

use std::collections::BTreeSet;

use crate::base::source::Span;
use crate::exec::query_context::QueryContext;
use crate::insight::lineage::{LineageDirection, LineageGraph};
use crate::lang::model::{Query, Subject, SymbolId, SymbolKind, TableId};

/// A definition that a number depends on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InvolvedDefinition {
    /// `kpi mttr`
    pub label: String,
    pub file: String,
    pub line: usize,
    /// The commit that changed the file last, by the first letters of its hash; with a `+` where the file is not as it
    /// was there. `None` where no repository holds the file.
    pub revision: Option<String>,
}

/// The kinds that are written by themselves, from what is asked down to what it is made of.
const KINDS: [SymbolKind; 7] = [
    SymbolKind::View,
    SymbolKind::Kpi,
    SymbolKind::Score,
    SymbolKind::Sla,
    SymbolKind::Condition,
    SymbolKind::Table,
    SymbolKind::Scale,
];

/// The definitions behind a query, by kind.
pub(super) fn involved(context: &QueryContext, query: &Query) -> Vec<InvolvedDefinition> {
    let symbols = &context.definitions.symbols;
    let graph = LineageGraph::new(context.definitions);
    let roots = roots(context, query);
    let mut reached = graph.reached(&roots, LineageDirection::Sources);
    // A column or an event is written in its table.
    let tables = reached.iter().filter_map(|id| {
        let table = symbols.get(*id).table.as_ref()?;
        symbols.find(SymbolKind::Table, None, table)
    });
    let tables: BTreeSet<SymbolId> = tables.collect();
    reached.extend(tables);
    let of_kind = |kind: SymbolKind| {
        let ids = reached.iter().map(|id| symbols.get(*id));
        ids.filter(move |symbol| symbol.kind == kind)
    };
    let found = KINDS.into_iter().flat_map(of_kind);
    found
        .map(|symbol| {
            let (file, line) = file_and_line(context, symbol.place);
            InvolvedDefinition {
                label: symbol.label(),
                file,
                line,
                revision: None,
            }
        })
        .collect()
}

/// What the query names: KPIs, a view, and the tables of formulas and lists.
fn roots(context: &QueryContext, query: &Query) -> Vec<SymbolId> {
    let definitions = context.definitions;
    let symbols = &definitions.symbols;
    let table = |id: TableId| symbols.find(SymbolKind::Table, None, &definitions.table(id).name);
    let mut roots = Vec::new();
    match &query.subject {
        Subject::Values(values) => {
            for column in &values.columns {
                let kpi = column.kpi.map(|id| &definitions.kpis[id.0].name);
                roots.extend(kpi.and_then(|name| symbols.find(SymbolKind::Kpi, None, name)));
                let measures = column.formula.measures();
                roots.extend(
                    measures
                        .into_iter()
                        .filter_map(|measure| table(measure.population.table)),
                );
            }
        }
        Subject::List(list) => roots.extend(table(list.population.table)),
    }
    let view = definitions.views.iter().find(|view| {
        let rest = query.text.strip_prefix(view.name.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    });
    roots.extend(view.and_then(|view| symbols.find(SymbolKind::View, None, &view.name)));
    roots
}

fn file_and_line(context: &QueryContext, span: Span) -> (String, usize) {
    let (line, _) = context.sources.line_column(span);
    (context.sources.get(span.source).name.clone(), line)
}

impl InvolvedDefinition {
    /// `kpi mttr: kpi-defs/kpis/mttr.kpi:1, 3f0c2a9+`
    pub(super) fn words(&self) -> String {
        let place = format!("{}: {}:{}", self.label, self.file, self.line);
        match &self.revision {
            Some(revision) => format!("{place}, {revision}"),
            None => place,
        }
    }
}
