//! The tree of a definition file or a query, as written: nothing is looked up, nothing is known to
//! be right but the grammar. Names are not resolved, clauses stand in the order of the text, and
//! every node that a message may point at carries its [`Span`].
//!
//! Equality ignores places (see [`Spanned`]), so `parse(format(tree)) == tree` can be tested.

mod reports;

pub use reports::*;

use crate::source::{SourceId, Span, Spanned};
use crate::types::{Bound, Grain, StockMoment, TimeUnit};

/// A word that names something. Back-ticks are taken off.
pub type Name = Spanned<String>;
/// A text in double quotes, without them and with `\"` and `\\` resolved.
pub type Text = Spanned<String>;

/// One definition file.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    pub source: SourceId,
    /// In the order of the text.
    pub definitions: Vec<Spanned<Definition>>,
    /// Every comment of the file, in the order of the text.
    pub comments: Vec<Comment>,
}

/// A comment from `#` to the end of its line, `#` included, trailing white space not.
#[derive(Clone, Debug, PartialEq)]
pub struct Comment {
    pub span: Span,
    /// Whether nothing but white space stands before it on its line.
    pub own_line: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Definition {
    Calendar(Calendar),
    Scale(Scale),
    Table(Table),
    Condition(NamedCondition),
    Score(Score),
    Sla(Sla),
    Kpi(Kpi),
    View(View),
    Dashboard(Dashboard),
    Source(Source),
    Match(Match),
    Test(Test),
}

// ---------------------------------------------------------------- calendar, scale, table

#[derive(Clone, Debug, PartialEq)]
pub struct Calendar {
    pub clauses: Vec<Spanned<CalendarClause>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum CalendarClause {
    /// `timezone "Europe/Berlin"`
    Timezone(Text),
    /// `week starts monday`
    WeekStarts(Name),
    /// `year starts january`
    YearStarts(Name),
    /// `history from 2024-01-01`
    HistoryFrom(Spanned<DateLiteral>),
}

/// `scale severity is info < low`, with `map "moderate" to low` below it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    pub name: Name,
    pub values: Vec<Name>,
    pub maps: Vec<Spanned<ScaleMap>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ScaleMap {
    pub from: Text,
    pub to: Name,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub name: Name,
    pub title: Option<Text>,
    pub clauses: Vec<Spanned<TableClause>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TableClause {
    /// `key finding_id`
    Key(Name),
    /// `belongs to assets by asset_id`
    BelongsTo { table: Name, column: Name },
    /// `event fixed at fixed_at or closed_at where resolution = fixed`
    Event {
        name: Name,
        at: EventTime,
        filter: Option<Spanned<Condition>>,
    },
    /// `state open from found_at until closed_at`, or `state open from episodes opened_at until closed_at`
    State {
        name: Name,
        /// The interval table, where the bounds are not columns of this one.
        intervals: Option<Name>,
        /// The first that is present counts.
        from: Vec<Name>,
        until: Vec<Name>,
    },
    /// `known from ingested_at`
    Known(Name),
    /// `field app text from assets.name`
    Field {
        name: Name,
        field_type: Spanned<FieldType>,
        from: Option<FieldRef>,
    },
    /// `exclude where resolution = false_positive as "false positive"`
    Exclude {
        filter: Spanned<Condition>,
        label: Text,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum EventTime {
    /// The first of these columns that is present: `at introduced_at or found_at`.
    Columns(Vec<Name>),
    /// `at last closed_at of episodes`: the last closing not followed by a reopening (rule S35).
    LastOf { column: Name, table: Name },
}

#[derive(Clone, Debug, PartialEq)]
pub enum FieldType {
    /// `text`, `yesno`, `number`, `date`; checked later, so that a mistake can be answered kindly.
    Plain(String),
    /// `scale severity`
    Scale(Name),
}

// ---------------------------------------------------------------- condition, score, sla

/// `condition internet_facing is exposure = internet`
#[derive(Clone, Debug, PartialEq)]
pub struct NamedCondition {
    pub name: Name,
    pub condition: Spanned<Condition>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    pub name: Name,
    pub title: Option<Text>,
    pub clauses: Vec<Spanned<ScoreClause>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ScoreClause {
    Of(Name),
    /// `base severity` with its weights below; without weights the field is a number and is taken as it is.
    Base {
        field: FieldRef,
        weights: Vec<Spanned<Weight>>,
    },
    Times {
        field: FieldRef,
        weights: Vec<Spanned<Weight>>,
    },
    Cap(Spanned<Number>),
    Since(Spanned<DateLiteral>),
}

/// One line of a weight table: `critical 40`, `otherwise 1.0`.
#[derive(Clone, Debug, PartialEq)]
pub struct Weight {
    /// `None` is `otherwise`.
    pub value: Option<Spanned<Literal>>,
    pub weight: Spanned<Number>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Sla {
    pub name: Name,
    pub title: Option<Text>,
    pub clauses: Vec<Spanned<SlaClause>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum SlaClause {
    Owner(Text),
    Of(Name),
    Starts(Name),
    Stops(Vec<Name>),
    Pauses(Vec<Name>),
    /// `due 7 days where severity = critical`; no condition is `otherwise`.
    Due {
        within: Spanned<Duration>,
        filter: Option<Spanned<Condition>>,
    },
    Since(Spanned<DateLiteral>),
}

// ---------------------------------------------------------------- kpi, view, dashboard, test

#[derive(Clone, Debug, PartialEq)]
pub struct Kpi {
    pub name: Name,
    pub title: Option<Text>,
    pub clauses: Vec<Spanned<KpiClause>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum KpiClause {
    Note(Text),
    Is(Spanned<Formula>),
    /// `as days`
    As(Name),
    By(Vec<FieldRef>),
    /// `at average`: where in a period its stocks are read.
    At(Spanned<StockMoment>),
    HigherIsBetter,
    LowerIsBetter,
    /// `target below 30 days for severity = critical since 2026-01-01`
    Target {
        bound: Spanned<Bound>,
        limit: Spanned<Literal>,
        filter: Option<Spanned<Condition>>,
        since: Option<Spanned<DateLiteral>>,
    },
    /// `band "stable" from 0.95 to 1.2`; `below 0.95` has no lower, `from 1.2` no upper bound.
    Band {
        label: Text,
        lower: Option<Spanned<Literal>>,
        upper: Option<Spanned<Literal>>,
    },
}

/// `view NAME "Title"` with `show QUERY` below it.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    pub name: Name,
    pub title: Option<Text>,
    /// One `show` line each; checking asks for exactly one.
    pub shows: Vec<Spanned<Query>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Dashboard {
    pub name: Name,
    pub title: Option<Text>,
    pub layers: Vec<Spanned<Layer>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    pub name: Name,
    pub title: Option<Text>,
    pub cards: Vec<Spanned<Card>>,
}

/// `show line "MTTR": mttr by severity over month last 12 months`
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// `number`, `line`, `table`, `list`; checked later.
    pub kind: Name,
    pub title: Option<Text>,
    pub query: Spanned<Query>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// What must hold, in words.
    pub name: Text,
    pub clauses: Vec<Spanned<TestClause>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TestClause {
    /// `as of 2026-04-30`
    AsOf(Spanned<DateLiteral>),
    /// `as known on 2026-04-02`
    KnownOn(Spanned<DateLiteral>),
    Given {
        table: Name,
        rows: Grid,
    },
    Expect {
        query: Spanned<Query>,
        rows: Grid,
    },
}

/// A table of cells between bars; an empty cell is missing. Cells are trimmed and without quotes.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    pub header: Vec<Spanned<String>>,
    /// Each as long as the text has cells; a wrong number of cells is found in checking.
    pub rows: Vec<Vec<Spanned<String>>>,
}

// ---------------------------------------------------------------- formulas and conditions

#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    Number(Number),
    /// A KPI, or a view where a query may stand for one.
    Name(Name),
    Aggregate(Box<Aggregate>),
    Binary {
        operator: Spanned<Arithmetic>,
        left: Box<Spanned<Formula>>,
        right: Box<Spanned<Formula>>,
    },
    Negate(Box<Spanned<Formula>>),
    /// Parentheses as written, so that the formatter keeps them.
    Group(Box<Spanned<Formula>>),
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
pub struct Aggregate {
    /// `count`, `p95`, …: looked up later.
    pub function: Name,
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
    TimeFrom { from: Name, to: Name },
    /// `time since found`
    TimeSince(Name),
}

/// `findings open including excluded where severity = high`
#[derive(Clone, Debug, PartialEq)]
pub struct Population {
    pub table: Name,
    /// An event or a state.
    pub role: Option<Name>,
    pub including_excluded: bool,
    pub filter: Option<Spanned<Condition>>,
}

/// `severity`, `findings.severity`
#[derive(Clone, Debug, PartialEq)]
pub struct FieldRef {
    pub table: Option<Name>,
    pub name: Name,
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
        operator: Spanned<Comparison>,
        value: Spanned<Literal>,
    },
    /// `severity in (high, critical)`, `team not in (web)`
    In {
        field: FieldRef,
        negated: bool,
        values: Vec<Spanned<Literal>>,
    },
    /// `found_at is missing`
    Missing(FieldRef),
    /// `found_at is present`
    Present(FieldRef),
    /// `any scans completed within 30 days`, `any scans completed (where tool_kind = dast) within 30 days`
    Exists {
        table: Name,
        role: Name,
        filter: Option<Box<Spanned<Condition>>>,
        within: Option<Spanned<Duration>>,
    },
    /// `verified within 14 days`
    Within {
        event: Name,
        within: Spanned<Duration>,
    },
    /// The name of a condition.
    Name(Name),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
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
pub enum Literal {
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

// ---------------------------------------------------------------- queries

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
    Versus(Vec<Spanned<Versus>>),
    WithTotal,
    /// `top 10`, `top 10 by risk_exposure`
    Top {
        count: Spanned<u64>,
        by: Option<Name>,
    },
    SortBy(Vec<SortKey>),
    Limit(Spanned<u64>),
    /// Columns of a `list`.
    Show(Vec<FieldRef>),
    /// `at peak`
    At(StockMoment),
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
pub enum Versus {
    Target,
    /// `previous month`
    Previous(Grain),
    /// `versus 2025-12`, `versus last quarter`
    Period(Period),
}

/// `due_at`, `mttr descending`
#[derive(Clone, Debug, PartialEq)]
pub struct SortKey {
    pub field: FieldRef,
    pub descending: bool,
}
