//! Trees of formulas, populations, conditions and literals.

use super::Identifier;
use crate::base::source::{Span, Spanned};
use crate::base::types::{Adjustment, Choice, NearSide, TimeUnit};

#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    Number(Number),
    /// A KPI, or a view where a query may stand for one.
    Name(Identifier),
    Aggregate(Box<AggregateCall>),
    Binary {
        operator: Spanned<Arithmetic>,
        left: Box<Spanned<Formula>>,
        right: Box<Spanned<Formula>>,
    },
    Negate(Box<Spanned<Formula>>),
    /// Parentheses as written, so that the formatter keeps them.
    Group(Box<Spanned<Formula>>),
    /// `30 days`, `15%`
    Constant(WrittenLiteral),
    /// `(a / b) otherwise 0`
    Adjusted {
        formula: Box<Spanned<Formula>>,
        adjustment: Spanned<Adjustment>,
        value: Spanned<WrittenLiteral>,
    },
    /// `a / b as percent called open_rate`: a column of a query, never part of another formula.
    Asked {
        formula: Box<Spanned<Formula>>,
        unit: Option<Identifier>,
        name: Option<Identifier>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// `share of findings found with environment = production`
#[derive(Clone, Debug, PartialEq)]
pub struct AggregateCall {
    /// `count`, `p95`, …: looked up later.
    pub function: Identifier,
    /// `p75` of `typical p75 time from …`
    pub quantile: Option<Identifier>,
    pub value: Option<Spanned<Measured>>,
    pub population: Spanned<Population>,
    /// The numerator's test.
    pub with: Option<Spanned<Condition>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Measured {
    /// A field or a score.
    Field(FieldRef),
    /// `time from found to verified`
    TimeFrom {
        from: ChosenEvents,
        to: ChosenEvents,
    },
    /// `time since found`
    TimeSince(ChosenEvents),
}

/// `found`, `verified or closed`, `earliest of verified, closed`
#[derive(Clone, Debug, PartialEq)]
pub struct ChosenEvents {
    pub choice: Choice,
    pub events: Vec<Identifier>,
}

impl Formula {
    /// Whether it ends with a population that a `where` behind it would narrow.
    pub fn ends_in_open_population(&self) -> bool {
        match self {
            Formula::Number(_)
            | Formula::Constant(_)
            | Formula::Name(_)
            | Formula::Group(_)
            | Formula::Adjusted { .. }
            | Formula::Asked { .. } => false,
            Formula::Aggregate(call) => {
                call.population.node.filter.is_none() && call.with.is_none()
            }
            Formula::Binary { right, .. } => right.node.ends_in_open_population(),
            Formula::Negate(inner) => inner.node.ends_in_open_population(),
        }
    }
}

/// `findings open including excluded where severity = high`
#[derive(Clone, Debug, PartialEq)]
pub struct Population {
    pub table: Identifier,
    /// An event or a state.
    pub role: Option<Identifier>,
    pub including_excluded: bool,
    pub filter: Option<Spanned<Condition>>,
}

/// `severity`, `findings.severity`
#[derive(Clone, Debug, PartialEq)]
pub struct FieldRef {
    pub table: Option<Identifier>,
    pub name: Identifier,
}

impl FieldRef {
    /// From the table's name, if written, to the field's.
    pub fn span(&self) -> Span {
        match &self.table {
            Some(table) => table.span.to(self.name.span),
            None => self.name.span,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Two or more, joined by `and`.
    And(Vec<Spanned<Condition>>),
    /// Two or more, joined by `or`.
    Or(Vec<Spanned<Condition>>),
    Not(Box<Spanned<Condition>>),
    /// Parentheses as written.
    Group(Box<Spanned<Condition>>),
    Compare {
        field: FieldRef,
        operator: Spanned<ComparisonOperator>,
        value: Spanned<WrittenLiteral>,
    },
    /// `severity in (high, critical)`, `team not in (web)`
    In {
        field: FieldRef,
        negated: bool,
        values: Vec<Spanned<WrittenLiteral>>,
    },
    /// `title contains "sql"`, `title not contains "sql"`
    Contains {
        field: FieldRef,
        negated: bool,
        value: Spanned<WrittenLiteral>,
    },
    /// `found_at is missing`
    Missing(FieldRef),
    /// `found_at is present`
    Present(FieldRef),
    /// `any scans of its asset completed (where tool_kind = dast) within 30 days`
    Exists(Box<Exists>),
    /// `verified within 14 days`
    Within {
        event: Identifier,
        within: Spanned<Duration>,
    },
    /// `due_at within next 14 days`: a date or an event near the instant.
    Near {
        of: FieldRef,
        side: NearSide,
        within: Spanned<Duration>,
    },
    /// `time since found > 90 days`
    Elapsed {
        /// A time from an event.
        time: Spanned<Measured>,
        operator: Spanned<ComparisonOperator>,
        limit: Spanned<Duration>,
    },
    /// `verified so far`
    SoFar(Box<Spanned<Condition>>),
    /// An event, a state or the name of a condition.
    Name(Identifier),
}

/// A question about related rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Exists {
    /// `at least 2`; `None` is `any`.
    pub at_least: Option<Spanned<u64>>,
    pub table: Identifier,
    /// `of its asset`: what both rows belong to.
    pub shared_parent: Option<Identifier>,
    /// An event or a state.
    pub role: Identifier,
    pub filter: Option<Spanned<Condition>>,
    pub timeframe: Option<Spanned<Timeframe>>,
}

/// When the event of a related row must have happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Timeframe {
    /// `within 30 days`
    Within(Duration),
    /// `in the period`
    InThePeriod,
    /// `ever`
    Ever,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComparisonOperator {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

/// A number and the words it was written with, such as `1.50`.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    pub value: f64,
    pub written: String,
}

/// `30 days`. `30d` is read too; the formatter writes it out.
#[derive(Clone, Debug, PartialEq)]
pub struct Duration {
    pub amount: Number,
    pub unit: TimeUnit,
}

/// What may stand right of a comparison, in a target, band or weight.
#[derive(Clone, Debug, PartialEq)]
pub enum WrittenLiteral {
    /// A bare word.
    Word(String),
    /// A text in quotes.
    Text(String),
    Number(Number),
    /// `15%`: the number is 15.
    Percent(Number),
    Duration(Duration),
    Date(DateLiteral),
    /// Another column, written with its table: `findings.fixed_at`.
    Field(FieldRef),
}

/// A calendar period or an instant, as written. Fields are in range for their kind, but a day may
/// not exist (`2026-02-30`) and a week may be 53: checking says so.
#[derive(Clone, Debug, PartialEq)]
pub enum DateLiteral {
    Year(i32),
    /// Quarter 1 to 4.
    Quarter(i32, u32),
    /// Month 1 to 12.
    Month(i32, u32),
    /// ISO-style week number, 1 to 53.
    Week(i32, u32),
    Day(i32, u32, u32),
    /// `2026-03-31T10:00:00Z`, kept as written.
    Instant(String),
}
