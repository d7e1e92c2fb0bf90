//! What a query asks: its clauses by kind.

use super::clauses::once;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::base::types::{Grain, StockMoment};
use crate::lang::syntax::ast::{self, DateLiteral, QueryClause};

/// The clauses of a query, each where it belongs.
#[derive(Default)]
pub(super) struct QueryClauses<'a> {
    pub by: Option<(&'a [ast::GroupBy], Span)>,
    pub over: Option<(Grain, Span)>,
    pub filter: Option<&'a Spanned<ast::Condition>>,
    pub period: Option<(&'a ast::Period, Span)>,
    pub as_of: Option<&'a Spanned<DateLiteral>>,
    pub known_on: Option<&'a Spanned<DateLiteral>>,
    pub window: Option<(&'a ast::SeriesWindow, Span)>,
    pub share: Option<Span>,
    pub empty: Option<Span>,
    pub interval: Option<(Option<&'a Spanned<ast::Number>>, Span)>,
    pub verdict: Option<Span>,
    pub constant_scope: Option<Span>,
    pub fewest_rows: Option<(&'a Spanned<u64>, Span)>,
    pub having: Option<(&'a [ast::HavingTest], Span)>,
    pub versus: Option<&'a [Spanned<ast::WrittenComparison>]>,
    pub versus_span: Option<Span>,
    pub total: Option<Span>,
    pub top: Option<(&'a Spanned<u64>, Option<&'a ast::Identifier>, Span)>,
    pub sort: Option<&'a [ast::WrittenSortKey]>,
    pub limit: Option<&'a Spanned<u64>>,
    pub show: Option<&'a [ast::WrittenColumn]>,
    pub show_span: Option<Span>,
    pub at: Option<Spanned<StockMoment>>,
}

impl<'a> QueryClauses<'a> {
    /// Whether the query is about periods: its own, or those it compares with.
    pub fn has_period(&self) -> bool {
        let compares =
            |item: &Spanned<ast::WrittenComparison>| !matches!(item.node.with, ast::Versus::Target);
        let versus = self.versus.unwrap_or_default();
        self.period.is_some() || self.over.is_some() || versus.iter().any(compares)
    }

    /// Sorts the clauses of a query; reports those written twice (K210).
    pub fn sort(tree: &'a ast::Query, problems: &mut Problems) -> Self {
        let mut sorted = QueryClauses::default();
        for clause in &tree.clauses {
            sorted.add(&clause.node, clause.span, problems);
        }
        sorted
    }

    fn add(&mut self, clause: &'a QueryClause, span: Span, problems: &mut Problems) {
        match clause {
            QueryClause::By(fields) => once(&mut self.by, (fields, span), "by", span, problems),
            QueryClause::Over(grain) => {
                once(&mut self.over, (*grain, span), "over", span, problems)
            }
            QueryClause::Where(filter) => once(&mut self.filter, filter, "where", span, problems),
            QueryClause::Period(period) => {
                once(&mut self.period, (period, span), "a period", span, problems);
            }
            QueryClause::AsOf(date) => once(&mut self.as_of, date, "as of", span, problems),
            QueryClause::KnownOn(date) => {
                once(&mut self.known_on, date, "as known on", span, problems);
            }
            QueryClause::Versus(items) => {
                self.versus_span = Some(span);
                once(&mut self.versus, items, "versus", span, problems);
            }
            QueryClause::Window(window) => {
                let word = "rolling or running";
                once(&mut self.window, (window, span), word, span, problems);
            }
            QueryClause::WithShare => once(&mut self.share, span, "with share", span, problems),
            QueryClause::WithEmpty => once(&mut self.empty, span, "with empty", span, problems),
            QueryClause::WithInterval(level) => {
                let interval = (level.as_ref(), span);
                once(
                    &mut self.interval,
                    interval,
                    "with interval",
                    span,
                    problems,
                );
            }
            QueryClause::WithVerdict => {
                once(&mut self.verdict, span, "with verdict", span, problems);
            }
            QueryClause::OnConstantScope => {
                let word = "on constant scope";
                once(&mut self.constant_scope, span, word, span, problems);
            }
            QueryClause::AtLeastRows(rows) => {
                let rows = (rows, span);
                once(
                    &mut self.fewest_rows,
                    rows,
                    "at least … rows",
                    span,
                    problems,
                );
            }
            QueryClause::Having(tests) => {
                once(&mut self.having, (tests, span), "having", span, problems);
            }
            QueryClause::WithTotal => once(&mut self.total, span, "with total", span, problems),
            QueryClause::Top { count, by } => {
                once(
                    &mut self.top,
                    (count, by.as_ref(), span),
                    "top",
                    span,
                    problems,
                );
            }
            QueryClause::SortBy(keys) => once(&mut self.sort, keys, "sort by", span, problems),
            QueryClause::Limit(count) => once(&mut self.limit, count, "limit", span, problems),
            QueryClause::Show(fields) => {
                self.show_span = Some(span);
                once(&mut self.show, fields, "show", span, problems);
            }
            QueryClause::At(moment) => {
                once(
                    &mut self.at,
                    Spanned::new(*moment, span),
                    "at",
                    span,
                    problems,
                );
            }
        }
    }
}

/// A count of rows, which must be at least one (K607).
pub(super) fn positive(
    written: Option<&Spanned<u64>>,
    clause: &str,
    problems: &mut Problems,
) -> Option<Option<usize>> {
    let Some(count) = written else {
        return Some(None);
    };
    if count.node == 0 {
        problems.push(
            Diagnostic::error("K607", count.span, format!("`{clause} 0` shows nothing"))
                .label("write 1 or more")
                .help_edit(format!("such as `{clause} 10`"), "10"),
        );
        return None;
    }
    Some(Some(usize::try_from(count.node).unwrap_or(usize::MAX)))
}
