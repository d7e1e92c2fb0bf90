//! The tree of a definition file or a query, as written: nothing is looked up, nothing is known to
//! be right but the grammar. Names are not resolved, clauses stand in the order of the text, and
//! every node that a message may point at carries its [`Span`].
//!
//! Equality ignores places (see [`Spanned`]), so `parse(format(tree)) == tree` can be tested.

mod formulas;
mod queries;
mod reports;

pub use formulas::*;
pub use queries::*;
pub use reports::*;

use crate::base::source::{SourceId, Span, Spanned};
use crate::base::types::{Bound, Choice, Grain, StockMoment};

/// A word that names something. Back-ticks are taken off.
pub type Identifier = Spanned<String>;
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
    /// What could not be read. Their names are not unknown to those that use them.
    pub mistaken: Vec<MistakenDefinition>,
}

/// A definition whose form is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct MistakenDefinition {
    /// The word it most likely begins with, if one is near.
    pub kind: Option<&'static str>,
    pub name: Option<String>,
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
    Calendar(CalendarDefinition),
    Scale(ScaleDefinition),
    Table(Table),
    Condition(NamedCondition),
    Score(Score),
    Sla(Sla),
    Kpi(Kpi),
    View(View),
    Dashboard(Dashboard),
    ReportSource(ReportSource),
    Match(Match),
    Test(Test),
}

// ---------------------------------------------------------------- calendar, scale, table

#[derive(Clone, Debug, PartialEq)]
pub struct CalendarDefinition {
    pub clauses: Vec<Spanned<CalendarClause>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum CalendarClause {
    /// `timezone "Europe/Berlin"`
    Timezone(Text),
    /// `week starts monday`
    WeekStarts(Identifier),
    /// `year starts january`
    YearStarts(Identifier),
    /// `history from 2024-01-01`
    HistoryFrom(Spanned<DateLiteral>),
}

/// `scale severity is info < low`, with `map "moderate" to low` below it.
#[derive(Clone, Debug, PartialEq)]
pub struct ScaleDefinition {
    pub name: Identifier,
    pub values: Vec<Identifier>,
    pub maps: Vec<Spanned<ScaleMap>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ScaleMap {
    pub from: Text,
    pub to: Identifier,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub name: Identifier,
    pub title: Option<Text>,
    pub clauses: Vec<Spanned<TableClause>>,
}

/// Where a field comes from, if not from a column of its table.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldOrigin {
    /// `from assets.name`
    Parent(FieldRef),
    /// `from max risk of findings open`
    RollUp(Box<Spanned<AggregateCall>>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum TableClause {
    /// `key finding_id`
    Key(Identifier),
    /// `belongs to assets by asset_id`
    BelongsTo {
        table: Identifier,
        column: Identifier,
    },
    /// `event fixed at fixed_at or closed_at where resolution = fixed`
    Event {
        name: Identifier,
        at: EventTime,
        filter: Option<Spanned<Condition>>,
    },
    /// `state open from found_at until closed_at`, or `state open from episodes opened_at until closed_at`
    State {
        name: Identifier,
        /// The interval table, where the bounds are not columns of this one.
        intervals: Option<Identifier>,
        from: TimeColumns,
        until: TimeColumns,
    },
    /// `known from ingested_at`
    Known(Identifier),
    /// `field app text from assets.name`
    Field {
        name: Identifier,
        field_type: Spanned<FieldTypeName>,
        from: Option<FieldOrigin>,
    },
    /// `exclude where resolution = false_positive as "false positive"`
    Exclude {
        filter: Spanned<Condition>,
        label: Text,
    },
    /// `scope in_service where any scans completed within 30 days`
    Scope {
        state: Identifier,
        filter: Option<Spanned<Condition>>,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum EventTime {
    /// One of these columns: `at introduced_at or found_at`.
    Columns(TimeColumns),
    /// `at last closed_at of episodes`: the last closing not followed by a reopening (rule S35).
    LastOf {
        column: Identifier,
        table: Identifier,
    },
}

/// `found_at`, `fixed_at or closed_at`, `earliest of planned acceptance_ends_at, closed_at`
#[derive(Clone, Debug, PartialEq)]
pub struct TimeColumns {
    pub choice: Choice,
    pub columns: Vec<TimeColumn>,
}

/// A column of instants.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeColumn {
    /// Agreed in advance.
    pub is_planned: bool,
    pub name: Identifier,
}

#[derive(Clone, Debug, PartialEq)]
pub enum FieldTypeName {
    /// `text`, `yesno`, `number`, `date`; checked later, so that a mistake can be answered kindly.
    Plain(String),
    /// `planned date`
    Planned(String),
    /// `scale severity`
    Scale(Identifier),
}

// ---------------------------------------------------------------- condition, score, sla

/// `condition internet_facing is exposure = internet`
#[derive(Clone, Debug, PartialEq)]
pub struct NamedCondition {
    pub name: Identifier,
    pub condition: Spanned<Condition>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    pub name: Identifier,
    pub title: Option<Text>,
    pub clauses: Vec<Spanned<ScoreClause>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ScoreClause {
    Of(Identifier),
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
    pub value: Option<Spanned<WrittenLiteral>>,
    pub weight: Spanned<Number>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Sla {
    pub name: Identifier,
    pub title: Option<Text>,
    pub clauses: Vec<Spanned<SlaClause>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum SlaClause {
    Owner(Text),
    Of(Identifier),
    /// What the names that it adds begin with.
    Prefix(Identifier),
    Starts(Identifier),
    Stops(Vec<Identifier>),
    Pauses(Vec<Identifier>),
    /// `due 7 days where severity = critical`; no condition is `otherwise`.
    Due {
        time: Spanned<DueTime>,
        filter: Option<Spanned<Condition>>,
    },
    Since(Spanned<DateLiteral>),
}

/// When a row is due.
#[derive(Clone, Debug, PartialEq)]
pub enum DueTime {
    /// `7 days`: so long after the clock starts.
    Elapsed(Duration),
    /// `1 calendar month`: the same time of a later day.
    Calendar { count: Spanned<u64>, grain: Grain },
    /// `at fix_by`: a date of the row.
    At(Identifier),
}

// ---------------------------------------------------------------- kpi, view, dashboard, test

#[derive(Clone, Debug, PartialEq)]
pub struct Kpi {
    pub name: Identifier,
    pub title: Option<Text>,
    pub clauses: Vec<Spanned<KpiClause>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum KpiClause {
    /// A long note stands in several texts, one a line.
    Note(Vec<Text>),
    /// Who answers for it.
    Owner(Text),
    Is(Spanned<Formula>),
    /// `as days`
    As(Identifier),
    By(Vec<GroupBy>),
    /// `at average`: where in a period its stocks are read.
    At(Spanned<StockMoment>),
    /// `at least 10 rows`: values of fewer rows are marked.
    AtLeastRows(Spanned<u64>),
    HigherIsBetter,
    LowerIsBetter,
    /// `target below 30 days for severity = critical since 2026-01-01`
    Target {
        bound: Spanned<Bound>,
        limit: Spanned<WrittenLiteral>,
        filter: Option<Spanned<Condition>>,
        since: Option<Spanned<DateLiteral>>,
    },
    /// `band "stable" from 0.95 to 1.2`; `below 0.95` has no lower, `from 1.2` no upper bound.
    Band {
        label: Text,
        lower: Option<Spanned<WrittenLiteral>>,
        upper: Option<Spanned<WrittenLiteral>>,
    },
}

/// `view NAME "Title"` with `show QUERY` below it.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    pub name: Identifier,
    pub title: Option<Text>,
    /// One `show` line each; checking asks for exactly one.
    pub shows: Vec<Spanned<Query>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Dashboard {
    pub name: Identifier,
    pub title: Option<Text>,
    pub layers: Vec<Spanned<Layer>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    pub name: Identifier,
    pub title: Option<Text>,
    pub cards: Vec<Spanned<Card>>,
}

/// `show line "MTTR": mttr by severity over month last 12 months`
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// `number`, `line`, `table`, `list`; checked later.
    pub kind: Identifier,
    pub title: Option<Text>,
    pub query: Spanned<Query>,
    /// `then "Fix {finding_id}"`, on a line of its own.
    pub next_step: Option<Text>,
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
        table: Identifier,
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
