//! `list` queries: rows of a table.

use super::asked::QueryClauses;
use super::clauses::once;
use super::fields;
use super::populations::{AllRows, population};
use super::scope::Scope;
use super::settled;
use super::timeframes;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::lang::model::{FieldId, ListQuery, Role, TableId};
use crate::lang::syntax::ast;

/// The rows, columns and order of a list. Every problem is reported.
pub(super) fn list(
    scope: Scope,
    tree: &Spanned<ast::Population>,
    clauses: &QueryClauses,
    problems: &mut Problems,
) -> Option<ListQuery> {
    let fits = refuse_clauses(clauses, problems);
    let narrowed = narrowed(tree, clauses, problems);
    let rows = population(
        scope,
        narrowed.as_ref().unwrap_or(tree),
        AllRows::Allowed,
        problems,
    );
    let table = scope.model.table_named(&tree.node.table.node)?;
    let show = show(scope, table, clauses.show.unwrap_or_default(), problems);
    let sort = sort(scope, table, clauses.sort.unwrap_or_default(), problems);
    let limit = super::asked::positive(clauses.limit, "limit", problems);
    let rows = rows?;
    let filter = narrowed.as_ref().unwrap_or(tree).node.filter.as_ref();
    settled::advise(scope, &rows, filter, problems);
    refuse_period(scope, &rows.role, table, clauses, problems)?;
    if !scope.has_period
        && let Some(filter) = &rows.filter
        && timeframes::asks(filter, &timeframes::is_in_the_period)
    {
        problems.push(timeframes::no_period(tree.span));
        return None;
    }
    Some(ListQuery {
        population: rows,
        show: show?,
        sort: sort?,
        limit: limit?,
    })
    .filter(|_| fits)
}

/// A `where` may also stand after other clauses, apart from the population; but only once (K210).
fn narrowed(
    tree: &Spanned<ast::Population>,
    clauses: &QueryClauses,
    problems: &mut Problems,
) -> Option<Spanned<ast::Population>> {
    let filter = clauses.filter?;
    let mut slot = tree.node.filter.as_ref();
    once(&mut slot, filter, "where", filter.span, problems);
    let population = ast::Population {
        filter: slot.cloned(),
        ..tree.node.clone()
    };
    Some(Spanned::new(population, tree.span))
}

/// A list shows rows as they are: nothing is grouped or compared (K600).
fn refuse_clauses(clauses: &QueryClauses, problems: &mut Problems) -> bool {
    let refused: [(&str, Option<Span>); 10] = [
        ("by", clauses.by.map(|(_, span)| span)),
        ("over", clauses.over.map(|(_, span)| span)),
        ("versus", clauses.versus_span),
        ("with total", clauses.total),
        ("with share", clauses.share),
        ("with empty", clauses.empty),
        ("having", clauses.having.map(|(_, span)| span)),
        ("rolling", clauses.window.map(|(_, span)| span)),
        ("top", clauses.top.map(|(_, _, span)| span)),
        ("at", clauses.at.map(|moment| moment.span)),
    ];
    let mut fits = true;
    for (word, span) in refused {
        let Some(span) = span else { continue };
        let problem = Diagnostic::error("K600", span, format!("a list has no `{word}`"));
        problems.push(match word {
            "top" => problem.label("write `sort by … descending limit …`"),
            _ => problem
                .label("leave this out")
                .help("a list shows rows; to group or compare, ask for a kpi or `count of …`"),
        });
        fits = false;
    }
    fits
}

/// A list of all rows has no clock that a period could mean (K418).
fn refuse_period(
    scope: Scope,
    role: &Role,
    table: TableId,
    clauses: &QueryClauses,
    problems: &mut Problems,
) -> Option<()> {
    let (Role::Rows, Some((_, span))) = (role, clauses.period) else {
        return Some(());
    };
    let own = scope.table(table);
    let problem = Diagnostic::error("K418", span, format!("{} in which sense?", own.name))
        .label("a period needs an event or state");
    problems.push(match own.events.first() {
        Some(event) => problem.help(format!("write `list {} {} …`", own.name, event.name)),
        None => problem,
    });
    None
}

/// The fields to show; where none are written, the key and the declared ones.
fn show(
    scope: Scope,
    table: TableId,
    written: &[ast::FieldRef],
    problems: &mut Problems,
) -> Option<Vec<FieldId>> {
    if written.is_empty() {
        return Some(default_fields(scope, table));
    }
    let mut show: Vec<FieldId> = Vec::new();
    let mut all_right = true;
    for field in written {
        match fields::find(scope, table, field, problems) {
            Some(id) if show.contains(&id) => {
                problems.push(
                    Diagnostic::error(
                        "K603",
                        field.span(),
                        format!("`{}` is shown twice", field.name.node),
                    )
                    .label("once is enough"),
                );
                all_right = false;
            }
            Some(id) => show.push(id),
            None => all_right = false,
        }
    }
    all_right.then_some(show)
}

fn default_fields(scope: Scope, table: TableId) -> Vec<FieldId> {
    let own = scope.table(table);
    let declared = own.fields.iter().enumerate();
    let declared = declared.filter(|(index, field)| field.declared && Some(*index) != own.key);
    own.key
        .into_iter()
        .chain(declared.map(|(index, _)| index))
        .map(|field| FieldId { table, field })
        .collect()
}

fn sort(
    scope: Scope,
    table: TableId,
    keys: &[ast::WrittenSortKey],
    problems: &mut Problems,
) -> Option<Vec<(FieldId, bool)>> {
    let sort: Vec<Option<(FieldId, bool)>> = keys
        .iter()
        .map(|key| {
            let field = fields::find(scope, table, &key.field, problems)?;
            Some((field, key.descending))
        })
        .collect();
    sort.into_iter().collect()
}
