//! Trees of queries.

use super::{
    ComparisonOperator, Condition, DateLiteral, FieldRef, Formula, Identifier, Measured,
    Population, WrittenLiteral,
};
use crate::base::source::Spanned;
use crate::base::types::{Grain, StockMoment};

/// One query. `explain` may stand before any.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub explain: bool,
    pub subject: Subject,
    pub clauses: Vec<Spanned<QueryClause>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// Nothing written: every KPI.
    Everything,
    /// KPI names, a view, or formulas, in the order written.
    Formulas(Vec<Spanned<Formula>>),
    /// `list findings open where severity = critical`: the population's `where` is the query's.
    List(Spanned<Population>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum QueryClause {
    By(Vec<FieldRef>),
    Over(Grain),
    Where(Spanned<Condition>),
    Period(Period),
    AsOf(Spanned<DateLiteral>),
    KnownOn(Spanned<DateLiteral>),
    Versus(Vec<Spanned<WrittenComparison>>),
    /// How far back each point of a series looks.
    Window(SeriesWindow),
    WithTotal,
    /// Each group's part of the total.
    WithShare,
    /// Groups without rows too.
    WithEmpty,
    /// `having backlog >= 5`: tests that must all hold.
    Having(Vec<HavingTest>),
    /// `top 10`, `top 10 by risk_exposure`
    Top {
        count: Spanned<u64>,
        by: Option<Identifier>,
    },
    SortBy(Vec<WrittenSortKey>),
    Limit(Spanned<u64>),
    /// Columns of a `list`.
    Show(Vec<ShownColumn>),
    /// `at peak`
    At(StockMoment),
}

/// `title`, `time since found as hours`
#[derive(Clone, Debug, PartialEq)]
pub struct ShownColumn {
    pub value: Spanned<Measured>,
    /// Of a time.
    pub unit: Option<Identifier>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Period {
    /// `in 2026-03`
    In(Spanned<DateLiteral>),
    /// `from 2026-03 to 2026-04`, both included.
    FromTo(Spanned<DateLiteral>, Spanned<DateLiteral>),
    /// `last 12 months`: complete ones; `last quarter` is one.
    Last(Spanned<u64>, Grain),
    /// `this month`, so far.
    This(Grain),
    /// `past 90 days`: rolling.
    Past(Spanned<u64>, Grain),
}

#[derive(Clone, Debug, PartialEq)]
pub enum SeriesWindow {
    /// `rolling 90 days`
    Rolling(Spanned<u64>, Grain),
    /// `running`: from the first period on.
    Running,
}

/// `backlog >= 5`
#[derive(Clone, Debug, PartialEq)]
pub struct HavingTest {
    pub column: Identifier,
    pub operator: Spanned<ComparisonOperator>,
    pub value: Spanned<WrittenLiteral>,
}

/// `previous month as percent`
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenComparison {
    pub with: Versus,
    /// The change as a fraction of what is compared with.
    pub as_percent: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Versus {
    Target,
    /// `previous month`
    Previous(Grain),
    /// `versus 2025-12`, `versus last quarter`
    Period(Period),
}

/// `due_at`, `mttr descending`
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenSortKey {
    pub field: FieldRef,
    pub descending: bool,
}
