//! Trees of queries.

use super::{
    ChosenEvents, ComparisonOperator, Condition, DateLiteral, FieldRef, Formula, Identifier,
    Measured, Number, Population, WrittenLiteral,
};
use crate::base::source::{Span, Spanned};
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
    By(Vec<GroupBy>),
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
    /// `with interval 90%`: confidence intervals, of 95 % if no level is written.
    WithInterval(Option<Spanned<Number>>),
    /// The trend over the periods shown.
    WithVerdict,
    /// Only rows of what is in scope in every period.
    OnConstantScope,
    /// `at least 10 rows`: values of fewer rows are marked.
    AtLeastRows(Spanned<u64>),
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
    Show(Vec<WrittenColumn>),
    /// `at peak`
    At(StockMoment),
}

/// What rows are grouped by: `team`, `time since found in (30 days, 90 days)`.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupBy {
    /// A field or a time.
    pub of: Spanned<Measured>,
    /// The bounds of bands; none of a field as it is.
    pub bounds: Vec<Spanned<WrittenLiteral>>,
}

impl GroupBy {
    /// The field, where rows are grouped by a field as it is.
    pub fn field(&self) -> Option<&FieldRef> {
        match &self.of.node {
            Measured::Field(field) if self.bounds.is_empty() => Some(field),
            Measured::Field(_) | Measured::TimeFrom { .. } | Measured::TimeSince(_) => None,
        }
    }

    /// The name of the column that holds the groups: `team`, `time_since_found`.
    pub fn name(&self) -> String {
        let events = |events: &ChosenEvents| {
            let names: Vec<&str> = events
                .events
                .iter()
                .map(|name| name.node.as_str())
                .collect();
            let written = events.choice.written(&names);
            written.replace(", ", "_").replace(' ', "_")
        };
        match &self.of.node {
            Measured::Field(field) => field.name.node.clone(),
            Measured::TimeFrom { from, to } => {
                format!("time_from_{}_to_{}", events(from), events(to))
            }
            Measured::TimeSince(since) => format!("time_since_{}", events(since)),
        }
    }

    /// All of it, bounds included.
    pub fn span(&self) -> Span {
        match self.bounds.last() {
            Some(last) => self.of.span.to(last.span),
            None => self.of.span,
        }
    }
}

/// `title`, `time since found as hours`
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenColumn {
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
