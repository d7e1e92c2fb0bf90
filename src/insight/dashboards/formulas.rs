//! How the numbers of a card come about: formulas as written, and where they are defined.

use std::collections::BTreeSet;

use crate::base::source::Span;
use crate::exec::answer::CardFormula;
use crate::exec::query_context::QueryContext;
use crate::insight::lineage::{LineageDirection, LineageGraph};
use crate::lang::model::{KpiId, Query, Subject, SymbolId, SymbolKind, ValueColumn};
use crate::plan;

/// The formulas of a query's columns; none of a list.
pub(super) fn formulas(
    query_context: &QueryContext,
    lineage: &LineageGraph,
    query: &Query,
) -> Vec<CardFormula> {
    let Subject::Values(values) = &query.subject else {
        return Vec::new();
    };
    let columns = values.columns.iter();
    columns
        .map(|column| formula(query_context, lineage, column))
        .collect()
}

fn formula(
    query_context: &QueryContext,
    lineage: &LineageGraph,
    column: &ValueColumn,
) -> CardFormula {
    let definitions = query_context.definitions;
    let kpi = column.kpi.map(|id| (id, &definitions.kpis[id.0]));
    CardFormula {
        title: column.title.clone(),
        words: match kpi {
            Some((_, kpi)) => kpi.written.clone(),
            None => plan::formula(definitions, &column.formula),
        },
        places: kpi.map_or_else(Vec::new, |(id, _)| places(query_context, lineage, id)),
    }
}

/// File and line of the KPI, and of the KPIs, scores and SLAs that it is made of.
fn places(query_context: &QueryContext, lineage: &LineageGraph, kpi: KpiId) -> Vec<String> {
    let definitions = query_context.definitions;
    let symbols = &definitions.symbols;
    let name = &definitions.kpis[kpi.0].name;
    let Some(own) = symbols.find(SymbolKind::Kpi, None, name) else {
        return Vec::new();
    };
    let reached: BTreeSet<SymbolId> = lineage.reached(&[own], LineageDirection::Sources);
    let is_told =
        |kind: SymbolKind| matches!(kind, SymbolKind::Kpi | SymbolKind::Score | SymbolKind::Sla);
    let place = |span: Span| query_context.place(span);
    let others = reached.iter().filter(|id| **id != own);
    let others = others.map(|id| symbols.get(*id));
    let others = others.filter(|symbol| is_told(symbol.kind));
    let own = symbols.get(own).place;
    [place(own)]
        .into_iter()
        .chain(others.map(|symbol| place(symbol.place)))
        .collect()
}
