//! `top` and `sort by`: what a table of values may be ordered by.

use super::asked::{QueryClauses, positive};
use super::columns::ColumnDraft;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::types::Grain;
use crate::lang::model::{Dimension, Sort, SortColumn, Top};
use crate::lang::syntax::ast;

/// `top 10 by risk_exposure`: groups, ranked by a column, the first if none is named.
pub(super) fn top(
    drafts: &[ColumnDraft],
    clauses: &QueryClauses,
    problems: &mut Problems,
) -> Option<Option<Top>> {
    let Some((count, by, span)) = clauses.top else {
        return Some(None);
    };
    if clauses.by.is_none() {
        problems.push(
            Diagnostic::error("K601", span, "the top of what? this query has no groups")
                .label("`top` needs `by`")
                .help("such as `risk_exposure by app top 10`"),
        );
        return None;
    }
    let count = positive(Some(count), "top", problems)??;
    let by = match by {
        None => 0,
        Some(name) => {
            let index = drafts
                .iter()
                .position(|draft| draft.column.name == name.node);
            if index.is_none() {
                problems.push(not_a_column(drafts, name, "rank by"));
            }
            index?
        }
    };
    Some(Some(Top { count, by }))
}

fn column_names(drafts: &[ColumnDraft]) -> impl Iterator<Item = &str> + Clone {
    drafts.iter().map(|draft| draft.column.name.as_str())
}

pub(super) fn not_a_column(
    drafts: &[ColumnDraft],
    name: &ast::Identifier,
    does: &str,
) -> Diagnostic {
    Diagnostic::error(
        "K602",
        name.span,
        format!("`{}` is not a column of this query", name.node),
    )
    .suggest(&name.node, column_names(drafts))
    .help_edit(
        format!("{does} {}", super::wording::list(column_names(drafts))),
        column_names(drafts).next().unwrap_or_default(),
    )
}

/// Keys to sort by: the period, dimensions, columns.
pub(super) fn sort(
    drafts: &[ColumnDraft],
    by: &[Dimension],
    clauses: &QueryClauses,
    problems: &mut Problems,
) -> Option<Vec<Sort>> {
    let over = clauses.over.map(|(grain, _)| grain);
    let keys: Vec<Option<Sort>> = clauses
        .sort
        .unwrap_or_default()
        .iter()
        .map(|key| {
            let by = sort_column(drafts, by, over, &key.field, problems)?;
            Some(Sort {
                by,
                descending: key.descending,
            })
        })
        .collect();
    keys.into_iter().collect()
}

fn sort_column(
    drafts: &[ColumnDraft],
    by: &[Dimension],
    over: Option<Grain>,
    field: &ast::FieldRef,
    problems: &mut Problems,
) -> Option<SortColumn> {
    let name = &field.name.node;
    let dimension = by.iter().position(|dimension| dimension.name == *name);
    let column = column_names(drafts).position(|column| column == name);
    let is_period = over.is_some_and(|grain| name == "period" || name == grain.word());
    let found = dimension
        .map(SortColumn::Dimension)
        .or(column.map(SortColumn::Value))
        .or(is_period.then_some(SortColumn::Period));
    if found.is_none() {
        let grain = over.map(Grain::word);
        let names = by
            .iter()
            .map(|dimension| dimension.name.as_str())
            .chain(column_names(drafts))
            .chain(grain);
        problems.push(
            Diagnostic::error(
                "K602",
                field.span(),
                format!("`{name}` is not a column of this query"),
            )
            .suggest(name, names.clone())
            .help_edit(
                format!("sort by {}", super::wording::list(names.clone())),
                names.clone().next().unwrap_or_default(),
            ),
        );
    }
    found
}
