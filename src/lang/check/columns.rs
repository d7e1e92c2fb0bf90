//! The columns of a query: KPIs by name, and formulas.

use std::collections::BTreeSet;

use super::formulas::formula;
use super::restrictions;
use super::scope::Scope;
use super::stocks::at_of_flow;
use super::stocks::summed_stock;
use super::units;
use super::wording::list;
use crate::base::diagnostic::{Cause, Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::base::types::StockMoment;
use crate::lang::format;
use crate::lang::model::{Formula, Kind as Clock, KpiId, TableId, ValueColumn};
use crate::lang::syntax::ast;

/// A column before the query's `where` is part of it.
pub(super) struct ColumnDraft {
    pub column: ValueColumn,
    pub span: Span,
}

/// The columns that a query names, in its order. Reports one that is asked for twice (K603).
pub(super) fn columns(
    scope: Scope,
    trees: &[Spanned<ast::Formula>],
    grain: Option<&str>,
    problems: &mut Problems,
) -> Option<Vec<ColumnDraft>> {
    let mut drafts: Vec<ColumnDraft> = Vec::new();
    let mut all_right = true;
    let mut formulas = 0;
    for (place, tree) in trees.iter().enumerate() {
        let Some(column) = column(scope, tree, grain, &mut formulas, problems) else {
            all_right = false;
            continue;
        };
        if drafts.iter().any(|draft| draft.column.name == column.name) {
            problems.push(
                Diagnostic::error(
                    "K603",
                    tree.span,
                    format!("`{}` is asked for twice", column.name),
                )
                .leave_out_after(trees[place.saturating_sub(1)].span, "once is enough"),
            );
            all_right = false;
            continue;
        }
        drafts.push(ColumnDraft {
            column,
            span: tree.span,
        });
    }
    all_right.then_some(drafts)
}

fn column(
    scope: Scope,
    tree: &Spanned<ast::Formula>,
    grain: Option<&str>,
    formulas: &mut usize,
    problems: &mut Problems,
) -> Option<ValueColumn> {
    if let ast::Formula::Asked {
        formula,
        unit,
        name,
    } = &tree.node
    {
        let inner = column(scope, formula, grain, formulas, problems)?;
        return labelled(scope, inner, unit.as_ref(), name.as_ref(), problems);
    }
    if let ast::Formula::Name(name) = &tree.node
        && let Some(id) = scope.kpi(&name.node)
    {
        return Some(of_kpi(scope, id));
    }
    if let Some(problem) = stock_over_time(scope, tree, grain) {
        problems.push(problem);
        return None;
    }
    let typed = formula(scope, tree, problems)?;
    *formulas += 1;
    let name = match *formulas {
        1 => "value".to_owned(),
        count => format!("value_{count}"),
    };
    Some(ValueColumn {
        name,
        title: format::formula(&tree.node),
        kpi: None,
        unit: typed.unit,
        display: units::default_display(typed.unit),
        kind: typed.kind,
        moment: StockMoment::End,
        direction: None,
        targets: Vec::new(),
        bands: Vec::new(),
        fewest_rows: None,
        restrictions: Vec::new(),
        formula: typed.formula,
    })
}

/// A column in another unit (K221, K222), or with another name (K212).
fn labelled(
    scope: Scope,
    mut column: ValueColumn,
    unit: Option<&ast::Identifier>,
    name: Option<&ast::Identifier>,
    problems: &mut Problems,
) -> Option<ValueColumn> {
    if let Some(word) = unit {
        column.display = units::written(word, column.unit, &column.name, problems)?;
    }
    if let Some(name) = name {
        if scope.kpi(&name.node).is_some() {
            problems.push(
                Diagnostic::error("K212", name.span, format!("`{}` is a kpi", name.node))
                    .label("a reader would take this column for it: choose another name")
                    .help_edit(
                        format!("such as `called {}_here`", name.node),
                        format!("{}_here", name.node),
                    ),
            );
            return None;
        }
        column.name.clone_from(&name.node);
    }
    Some(column)
}

/// `sum backlog of … over quarter`: told with the query's grain.
fn stock_over_time(
    scope: Scope,
    tree: &Spanned<ast::Formula>,
    grain: Option<&str>,
) -> Option<Diagnostic> {
    let ast::Formula::Aggregate(aggregate) = &tree.node else {
        return None;
    };
    let value = aggregate.value.as_ref()?;
    let ast::Measured::Field(field) = &value.node else {
        return None;
    };
    let kpi = scope.kpi_at(scope.kpi(&field.name.node)?);
    let table = scope
        .model
        .table_named(&aggregate.population.node.table.node);
    let is_field = table.is_some_and(|table| scope.table(table).field_named(&kpi.name).is_some());
    (kpi.kind == Clock::Stock && !is_field)
        .then(|| summed_stock(scope, kpi, &aggregate.function.node, value.span, grain))
}

/// The column of a KPI.
pub(super) fn of_kpi(scope: Scope, id: KpiId) -> ValueColumn {
    let kpi = scope.kpi_at(id);
    ValueColumn {
        name: kpi.name.clone(),
        title: kpi.title.clone().unwrap_or_else(|| kpi.name.clone()),
        kpi: Some(id),
        formula: Formula::Kpi(id),
        unit: kpi.unit,
        display: kpi.display,
        kind: kpi.kind,
        moment: kpi.moment,
        direction: kpi.direction,
        targets: kpi.targets.clone(),
        bands: kpi.bands.clone(),
        fewest_rows: kpi.fewest_rows,
        restrictions: Vec::new(),
    }
}

/// Puts the query's `at` in place of the KPI's; reports a column that has none (K405).
pub(super) fn set_moment(
    draft: &mut ColumnDraft,
    moment: Spanned<StockMoment>,
    problems: &mut Problems,
) -> bool {
    if draft.column.kind == Clock::Flow {
        problems.push(at_of_flow(&draft.column.name, moment));
        return false;
    }
    draft.column.moment = moment.node;
    true
}

/// The column with its final formula.
pub(super) fn finished(scope: Scope, draft: ColumnDraft, formula: Formula) -> ValueColumn {
    ValueColumn {
        restrictions: restrictions::common(scope, &formula),
        formula,
        ..draft.column
    }
}

/// Says of problems about a missing field whose population lacks it.
pub(super) fn with_owner(
    scope: Scope,
    problems: Problems,
    owner: &str,
    tables: &BTreeSet<TableId>,
) -> Problems {
    let names = list(tables.iter().map(|table| scope.table(*table).name.as_str()));
    let mut told = Problems::default();
    for problem in problems.sorted() {
        told.push(match is_lack(&problem) {
            true => problem.help(format!("`{owner}` is made of {names}")),
            false => problem,
        });
    }
    told
}

/// Whether a problem says that a table lacks what is asked: under *every KPI* it leaves a KPI out, and
/// any other is a mistake.
fn is_lack(problem: &Diagnostic) -> bool {
    match problem.cause {
        Cause::NotOnTable | Cause::NoEvent => true,
        Cause::Unspecified | Cause::EndsEarly | Cause::NoReport | Cause::NoColumn => false,
    }
}

/// Why a KPI cannot answer a query of every KPI, if all that is wrong is that its tables lack
/// something.
pub(super) fn lacks(problems: &Problems) -> Option<String> {
    let list = problems.clone().sorted();
    let first = list.first()?;
    list.iter().all(is_lack).then(|| first.message.clone())
}
