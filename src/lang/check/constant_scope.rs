//! `scope in_service where …` of a table, and `on constant scope` of a query (rule S63).

use super::asked::QueryClauses;
use super::columns::ColumnDraft;
use super::conditions::{ConditionContext, ConditionSite, condition};
use super::formulas;
use super::scope::Scope;
use super::sla;
use super::timeframes;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Spanned;
use crate::lang::model::{ScopeRule, TableId};
use crate::lang::syntax::ast;

/// The scope of a table. Its condition is judged at the ends of periods, so it may ask for related rows, and says when.
pub(super) fn rule(
    scope: Scope,
    table: TableId,
    state: &ast::Identifier,
    filter: Option<&Spanned<ast::Condition>>,
    problems: &mut Problems,
) -> Option<ScopeRule> {
    let state = sla::own_state(scope, table, state, "scope", problems);
    let Some(written) = filter else {
        return Some(ScopeRule {
            state: state?,
            filter: None,
        });
    };
    let site = ConditionSite {
        table,
        setting: ConditionContext::State,
    };
    let filter = condition(scope.with_period(true), site, written, problems)?;
    if timeframes::asks(&filter, &timeframes::is_in_the_period) {
        problems.push(
            Diagnostic::error(
                "K643",
                written.span,
                "a scope is looked at in instants, which have no period",
            )
            .label("asks for related rows in the period")
            .help("write `within 30 days` or `ever`"),
        );
        return None;
    }
    Some(ScopeRule {
        state: state?,
        filter: Some(filter),
    })
}

/// Whether a query is on constant scope. Reports one of a single instant, and numbers of tables that have no scope (K643).
pub(super) fn constant_scope(
    scope: Scope,
    drafts: &[ColumnDraft],
    clauses: &QueryClauses,
    problems: &mut Problems,
) -> Option<bool> {
    let Some(span) = clauses.constant_scope else {
        return Some(false);
    };
    let mut all_right = true;
    for draft in drafts {
        for table in formulas::tables(scope, &draft.column.formula) {
            if scope.model.scope_of(table).is_some() {
                continue;
            }
            all_right = false;
            let name = &scope.table(table).name;
            problems.push(
                Diagnostic::error(
                    "K643",
                    span,
                    format!("`{}` is about {name}, which have no scope", draft.column.name),
                )
                .leave_out("leave this out")
                .help(format!(
                    "a line such as `scope in_service` in table {name}, or in the one that they belong to, says what is in scope"
                )),
            );
        }
    }
    if !all_right {
        return None;
    }
    let compares =
        |item: &Spanned<ast::WrittenComparison>| !matches!(item.node.with, ast::Versus::Target);
    let versus = clauses.versus.unwrap_or_default();
    if clauses.over.is_none() && !versus.iter().any(compares) {
        problems.push(
            Diagnostic::error(
                "K643",
                span,
                "a scope is constant over several periods, and here is one",
            )
            .label("it needs `over` or `versus`")
            .help("write `over month last 6 months on constant scope`"),
        );
        return None;
    }
    Some(true)
}
