//! Pairs → queries. Refuses a clause given twice: which of the two counts is not guessed.

use super::ast::{
    GroupBy, HavingTest, Number, Period, Query, QueryClause, SeriesWindow, Subject, Versus,
    WrittenColumn, WrittenComparison, WrittenSortKey,
};
use super::conditions;
use super::errors;
use super::formulas::{self, measured};
use super::grammar::{Fragment, PairChildren, ParseResult, Rule, RulePair};
use super::literals;
use crate::base::source::Spanned;

/// A query: `query` or `inner_query`.
pub(super) fn query(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<Spanned<Query>> {
    let span = piece.span_of(&pair);
    let mut parts = PairChildren::of(pair);
    let query = Query {
        explain: parts.has(Rule::kw_explain),
        subject: match parts.take(Rule::subject) {
            Some(pair) => subject(piece, pair)?,
            None => Subject::Everything,
        },
        clauses: parts
            .all(Rule::query_clause)
            .map(|pair| clause(piece, pair))
            .collect::<ParseResult<Vec<_>>>()?,
    };
    once_each(&query.clauses)?;
    Ok(Spanned::new(query, span))
}

fn subject(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<Subject> {
    let inner = PairChildren::of(pair).next();
    if inner.as_rule() == Rule::list_subject {
        let pair = PairChildren::of(inner).need(Rule::population);
        return Ok(Subject::List(formulas::population(piece, pair)?));
    }
    let formulas = PairChildren::of(inner)
        .all(Rule::asked)
        .map(|pair| formulas::asked(piece, pair))
        .collect::<ParseResult<Vec<_>>>()?;
    Ok(Subject::Formulas(formulas))
}

fn clause(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<Spanned<QueryClause>> {
    let span = piece.span_of(&pair);
    let inner = PairChildren::of(pair).next();
    let node = match inner.as_rule() {
        Rule::by_clause => QueryClause::By(dimensions(piece, inner)?),
        Rule::over_clause => QueryClause::Over(grain(piece, inner)?),
        Rule::filter => QueryClause::Where(conditions::filter(piece, inner)?),
        Rule::period => QueryClause::Period(period(piece, inner)?),
        Rule::as_of_clause => QueryClause::AsOf(date(piece, inner)?),
        Rule::known_on_clause => QueryClause::KnownOn(date(piece, inner)?),
        Rule::versus_clause => QueryClause::Versus(versus(piece, inner)?),
        Rule::window_clause => QueryClause::Window(window(piece, inner)?),
        Rule::total_clause => QueryClause::WithTotal,
        Rule::share_clause => QueryClause::WithShare,
        Rule::empty_clause => QueryClause::WithEmpty,
        Rule::interval_clause => QueryClause::WithInterval(level(piece, inner)?),
        Rule::verdict_clause => QueryClause::WithVerdict,
        Rule::scope_clause => QueryClause::OnConstantScope,
        Rule::fewest_rows => QueryClause::AtLeastRows(fewest_rows(piece, inner)?),
        Rule::having_clause => QueryClause::Having(having(piece, inner)?),
        Rule::top_clause => top(piece, inner)?,
        Rule::sort_clause => QueryClause::SortBy(sort(piece, inner)),
        Rule::limit_clause => {
            let count = PairChildren::of(inner).need(Rule::integer);
            QueryClause::Limit(literals::integer(piece, &count)?)
        }
        Rule::show_clause => QueryClause::Show(shown(piece, inner)),
        _ => {
            let moment = PairChildren::of(inner).need(Rule::moment);
            QueryClause::At(literals::moment(piece, &moment)?.node)
        }
    };
    Ok(Spanned::new(node, span))
}

/// What rows are grouped by: `by a, b`.
pub(super) fn dimensions(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<Vec<GroupBy>> {
    PairChildren::of(pair)
        .all(Rule::dimension)
        .map(|pair| dimension(piece, pair))
        .collect()
}

fn dimension(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<GroupBy> {
    let mut parts = PairChildren::of(pair);
    let of = parts.next();
    let span = piece.span_of(&of);
    let of = Spanned::new(formulas::measured(piece, of), span);
    let bounds = match parts.take(Rule::bounds) {
        Some(pair) => PairChildren::of(pair)
            .all(Rule::literal)
            .map(|pair| literals::literal(piece, pair))
            .collect::<ParseResult<Vec<_>>>()?,
        None => Vec::new(),
    };
    Ok(GroupBy { of, bounds })
}

/// `with interval 90%`: the number before the percent sign.
fn level(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<Option<Spanned<Number>>> {
    let level = PairChildren::of(pair).take(Rule::level);
    let number = level.map(|level| PairChildren::of(level).need(Rule::number));
    number
        .map(|number| literals::number(piece, &number))
        .transpose()
}

/// `at least 10 rows`
pub(super) fn fewest_rows(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<Spanned<u64>> {
    literals::integer(piece, &PairChildren::of(pair).need(Rule::integer))
}

fn shown(piece: &Fragment<'_>, pair: RulePair<'_>) -> Vec<WrittenColumn> {
    let column = |pair: RulePair<'_>| {
        let mut parts = PairChildren::of(pair);
        let value = parts.next();
        let span = piece.span_of(&value);
        WrittenColumn {
            value: Spanned::new(measured(piece, value), span),
            unit: parts
                .take(Rule::asked_unit)
                .map(|pair| literals::one_name(piece, pair)),
        }
    };
    let columns = PairChildren::of(pair);
    columns.all(Rule::shown).map(column).collect()
}

/// The one date of a clause such as `as of 2026-03`.
pub(super) fn date(
    piece: &Fragment<'_>,
    pair: RulePair<'_>,
) -> ParseResult<Spanned<super::ast::DateLiteral>> {
    let mut dates = dates(piece, pair)?;
    Ok(dates.remove(0))
}

fn dates(
    piece: &Fragment<'_>,
    pair: RulePair<'_>,
) -> ParseResult<Vec<Spanned<super::ast::DateLiteral>>> {
    pair.into_inner()
        .filter(|part| matches!(part.as_rule(), Rule::date | Rule::year))
        .map(|part| literals::date(piece, &part))
        .collect()
}

fn grain(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<crate::base::types::Grain> {
    literals::grain(piece, &PairChildren::of(pair).need(Rule::grain))
}

fn period(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<Period> {
    let inner = PairChildren::of(pair).next();
    match inner.as_rule() {
        Rule::in_period => Ok(Period::In(date(piece, inner)?)),
        Rule::range_period => {
            let mut ends = dates(piece, inner)?;
            let last = ends.remove(1);
            Ok(Period::FromTo(ends.remove(0), last))
        }
        Rule::last_period => {
            let (count, grain) = counted(piece, inner)?;
            Ok(Period::Last(count, grain))
        }
        Rule::this_period => Ok(Period::This(grain(piece, inner)?)),
        _ => {
            let (count, grain) = counted(piece, inner)?;
            Ok(Period::Past(count, grain))
        }
    }
}

/// `12 months`; without a number it is one, and its place is the grain's.
fn counted(
    piece: &Fragment<'_>,
    pair: RulePair<'_>,
) -> ParseResult<(Spanned<u64>, crate::base::types::Grain)> {
    let mut parts = PairChildren::of(pair);
    let count = parts.take(Rule::integer);
    let word = parts.need(Rule::grain);
    let grain = literals::grain(piece, &word)?;
    let count = match count {
        Some(pair) => literals::integer(piece, &pair)?,
        None => piece.at(&word, 1),
    };
    Ok((count, grain))
}

fn window(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<SeriesWindow> {
    if PairChildren::of(pair.clone()).has(Rule::kw_running) {
        return Ok(SeriesWindow::Running);
    }
    let (count, grain) = counted(piece, pair)?;
    Ok(SeriesWindow::Rolling(count, grain))
}

fn having(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<Vec<HavingTest>> {
    PairChildren::of(pair)
        .all(Rule::having_test)
        .map(|test| {
            let mut parts = PairChildren::of(test);
            let column = literals::name(piece, &parts.need(Rule::name));
            let operator = parts.need(Rule::comparator);
            let value = parts.need(Rule::quantity);
            let span = piece.span_of(&value);
            Ok(HavingTest {
                column,
                operator: piece.at(&operator, conditions::comparator(operator.as_str())),
                value: Spanned::new(literals::quantity(piece, value)?, span),
            })
        })
        .collect()
}

fn versus(
    piece: &Fragment<'_>,
    pair: RulePair<'_>,
) -> ParseResult<Vec<Spanned<WrittenComparison>>> {
    PairChildren::of(pair)
        .all(Rule::versus_item)
        .map(|item| {
            let span = piece.span_of(&item);
            let mut parts = PairChildren::of(item);
            let inner = parts.next();
            let as_percent = parts.has(Rule::as_percent);
            let with = match inner.as_rule() {
                Rule::versus_target => Versus::Target,
                Rule::versus_previous => Versus::Previous(grain(piece, inner)?),
                Rule::period => Versus::Period(period(piece, inner)?),
                _ => Versus::Period(Period::In(literals::date(piece, &inner)?)),
            };
            Ok(Spanned::new(WrittenComparison { with, as_percent }, span))
        })
        .collect()
}

fn top(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<QueryClause> {
    let mut parts = PairChildren::of(pair);
    Ok(QueryClause::Top {
        count: literals::integer(piece, &parts.need(Rule::integer))?,
        by: parts
            .take(Rule::name)
            .map(|pair| literals::name(piece, &pair)),
    })
}

fn sort(piece: &Fragment<'_>, pair: RulePair<'_>) -> Vec<WrittenSortKey> {
    PairChildren::of(pair)
        .all(Rule::sort_key)
        .map(|key| {
            let mut parts = PairChildren::of(key);
            WrittenSortKey {
                field: literals::field(piece, parts.need(Rule::field)),
                descending: parts.has(Rule::descending),
            }
        })
        .collect()
}

/// Refuses the second of two clauses of one kind.
fn once_each(clauses: &[Spanned<QueryClause>]) -> ParseResult<()> {
    for (index, clause) in clauses.iter().enumerate() {
        let kind = kind(&clause.node);
        if clauses[..index]
            .iter()
            .any(|earlier| self::kind(&earlier.node) == kind)
        {
            return Err(errors::clause_twice(clause.span, kind));
        }
    }
    Ok(())
}

/// What messages call a clause; two of one name exclude each other.
fn kind(clause: &QueryClause) -> &'static str {
    match clause {
        QueryClause::By(_) => "by",
        QueryClause::Over(_) => "over",
        QueryClause::Where(_) => "where",
        QueryClause::Period(_) => "a period",
        QueryClause::AsOf(_) => "as of",
        QueryClause::KnownOn(_) => "as known on",
        QueryClause::Versus(_) => "versus",
        QueryClause::Window(_) => "rolling or running",
        QueryClause::WithTotal => "with total",
        QueryClause::WithShare => "with share",
        QueryClause::WithEmpty => "with empty",
        QueryClause::WithInterval(_) => "with interval",
        QueryClause::WithVerdict => "with verdict",
        QueryClause::OnConstantScope => "on constant scope",
        QueryClause::AtLeastRows(_) => "at least … rows",
        QueryClause::Having(_) => "having",
        QueryClause::Top { .. } => "top",
        QueryClause::SortBy(_) => "sort by",
        QueryClause::Limit(_) => "limit",
        QueryClause::Show(_) => "show",
        QueryClause::At(_) => "at",
    }
}
