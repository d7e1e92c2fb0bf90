//! What the engine found, ready to be written in any format: `engine` makes it, `render` and the
//! tests read it. Values are in the unit they are shown in (days, fractions, points), unrounded.

use crate::base::source::Span;
use crate::base::statistics::SeriesTrend;
use crate::base::types::{Bound, DisplayUnit, FieldType, Grain};
use crate::lang::model::{CardKind, Direction, Kind};

/// The answer to one query. Two runs over the same data and definitions give equal answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Canonical text of the query.
    pub query: String,
    pub context: Context,
    /// What all rows together are of; `None` for what is no question about time.
    pub period: Option<CoveredPeriod>,
    pub columns: Vec<AnswerColumn>,
    pub rows: Vec<Row>,
    /// Sorted by column, then reason.
    pub excluded: Vec<Excluded>,
    /// Sentences the reader should see: provisional periods, pending rows, orphans, …
    pub notes: Vec<String>,
}

impl Answer {
    /// The unit of the first value column; `None` of a list.
    pub fn unit(&self) -> Option<DisplayUnit> {
        self.columns.iter().find_map(|column| match &column.role {
            ColumnRole::Value(value) => Some(value.unit),
            ColumnRole::Period(_) | ColumnRole::Dimension(_) | ColumnRole::Field(_) => None,
        })
    }
}

/// Under what circumstances an answer holds (rule S38).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// `2026-04-30`, or a full timestamp.
    pub as_of: String,
    /// RFC 3339, UTC: the first instant that is no longer part of the answer.
    pub as_of_instant: String,
    pub known_on: Option<String>,
    pub timezone: String,
    /// `sha256:…`
    pub definitions: String,
    pub data: String,
}

/// The stretch of time that an answer is of, in days of the calendar's zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoveredPeriod {
    /// `2026-Q2`, `2026-04 to 2026-06`; `all` for everything up to as-of.
    pub label: String,
    /// The first day; `None` where there is no first.
    pub from: Option<String>,
    /// The last day, as far as it is over.
    pub to: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AnswerColumn {
    /// The key in JSON and the header in CSV.
    pub name: String,
    /// What a reader calls it.
    pub title: String,
    pub role: ColumnRole,
    /// Nobody asked for it: where there is no room for all columns, it gives way.
    pub is_optional: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ColumnRole {
    Period(Grain),
    Dimension(FieldType),
    Value(AnswerValueColumn),
    /// A field shown by a `list` query.
    Field(FieldType),
}

/// What the cells of a value column may hold beside the value.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerValueColumn {
    pub unit: DisplayUnit,
    pub kind: Kind,
    pub direction: Option<Direction>,
    /// The query says `versus target`.
    pub with_target: bool,
    /// The periods that the query compares with.
    pub comparisons: Vec<ComparisonColumn>,
    /// The query says `with share`.
    pub with_share: bool,
    /// Periods overlap: a row may count in several.
    pub is_windowed: bool,
    pub with_band: bool,
    pub evidence: EvidenceColumn,
}

/// What is told of how sure the values of a column are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EvidenceColumn {
    /// Values of fewer rows are marked (rule S59).
    pub fewest_rows: Option<u64>,
    /// People are shown of how many rows each value is.
    pub shows_rows: bool,
    /// The level of the confidence intervals: 0.95 for 95 % (rule S61).
    pub interval: Option<f64>,
    /// Whether series are tested for a trend (rule S62).
    pub trend: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComparisonColumn {
    /// Whether the change is shown as a fraction of what is compared with.
    pub as_percent: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub level: Level,
    /// One for each column.
    pub cells: Vec<Cell>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Group,
    /// All groups outside the top N, computed from their rows.
    Other,
    /// All groups, computed from their rows.
    Total,
}

impl Level {
    pub fn word(self) -> &'static str {
        match self {
            Level::Group => "group",
            Level::Other => "other",
            Level::Total => "total",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A missing dimension or field, and the dimensions of a total.
    Missing,
    /// A period (`2026-03`), a text, a scale value, a date or an instant as written.
    Text(String),
    YesNo(bool),
    Number(f64),
    Value(Box<Value>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// `None` is *none*.
    pub value: Option<f64>,
    /// Why there is none: `no rows`, `division by zero`, `no history`, `not reached`, `in the future`.
    pub reason: Option<String>,
    /// Rows the value was computed from.
    pub rows: u64,
    /// `None` where no target judges this row.
    pub target: Option<Verdict>,
    /// The label of the band the value lies in.
    pub band: Option<String>,
    /// One for each period compared with.
    pub comparisons: Vec<Comparison>,
    /// The part of the total of its period, a fraction.
    pub share: Option<f64>,
    /// The period had not ended by as-of.
    pub provisional: bool,
    pub evidence: ValueEvidence,
}

/// How sure a value is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ValueEvidence {
    /// Of fewer rows than the column asks for.
    pub has_few_rows: bool,
    /// Lower and upper end of the confidence interval, in the unit the column shows.
    pub interval: Option<(f64, f64)>,
    /// The trend of the series the value belongs to; the slope in the unit shown, a period.
    pub trend: Option<SeriesTrend>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub bound: Bound,
    /// In the unit the column shows.
    pub limit: f64,
    /// The target as written: `below 30 days`.
    pub written: String,
    /// Where it is defined.
    pub span: Span,
    pub status: Status,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Pass,
    Miss,
    NoData,
}

impl Status {
    pub fn word(self) -> &'static str {
        match self {
            Status::Pass => "pass",
            Status::Miss => "miss",
            Status::NoData => "no data",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The period compared with: `2026-02`.
    pub period: String,
    pub previous: Option<f64>,
    /// Value minus previous; `None` if either is.
    pub change: Option<f64>,
    /// The change as a fraction of the size of `previous`; `None` where that is 0.
    pub change_percent: Option<f64>,
}

/// Rows that belong to a column's populations but could not be used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excluded {
    /// The column's name.
    pub kpi: String,
    /// `false positive`, `found_at missing`, `verified before found`, `pending`, …
    pub reason: String,
    pub rows: u64,
}

/// The scorecard, a dashboard: cards in layers.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    pub name: String,
    pub title: String,
    pub context: Context,
    pub layers: Vec<BoardLayer>,
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct BoardLayer {
    pub name: String,
    pub title: String,
    pub cards: Vec<BoardCard>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct BoardCard {
    pub kind: CardKind,
    pub title: String,
    /// A number card's answer has one row and one value column.
    pub answer: Answer,
    /// The same value over the twelve complete months before as-of, for number cards.
    pub history: Vec<HistoryPoint>,
    /// How each value column comes about, in the order of the columns.
    pub formulas: Vec<CardFormula>,
    /// What is known of the rows that the card is about, for number cards.
    pub known: Vec<KnownShare>,
    /// What went into a stock and out of it between the first and the last period shown, for series of
    /// one stock that adds up.
    pub books: Option<Books>,
    /// What to do about each row, for cards that say it; one for each row of the answer.
    pub next_steps: Vec<String>,
    /// For verdict cards, whose answer holds the series that the verdict is of.
    pub verdict: Option<BoardVerdict>,
}

/// The value of a number card in one month.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryPoint {
    /// `2026-03`
    pub period: String,
    pub value: Option<f64>,
    /// The limit of the target in force then, in the unit shown.
    pub limit: Option<f64>,
    pub rows: u64,
    pub has_few_rows: bool,
}

/// How a value comes about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardFormula {
    /// The title of the value column.
    pub title: String,
    /// `mean time from found to verified of findings verified`
    pub words: String,
    /// File and line of the KPI and of what it is made of: `kpis/mttr.kpi:1`.
    pub places: Vec<String>,
}

/// A share of the rows behind a number of which something is known: validated, covered by scans.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownShare {
    /// `validated`, `covered by scans`
    pub what: String,
    /// A fraction; none without rows.
    pub share: Option<f64>,
    pub rows: u64,
}

/// `opening + came - went + rescored = closing`, in the unit of the stock; without a rest.
#[derive(Clone, Debug, PartialEq)]
pub struct Books {
    /// The labels of the first and the last period shown.
    pub from: String,
    pub to: String,
    pub opening: f64,
    pub opened: f64,
    pub closed: f64,
    /// Rows that entered or left the condition of the query while open, and changes of their number.
    pub other: f64,
    pub closing: f64,
}

/// The answer in words to the question of a verdict card (rule S64).
#[derive(Clone, Debug, PartialEq)]
pub struct BoardVerdict {
    /// `Is risk decreasing?`
    pub question: String,
    pub decision: Decision,
    /// `Yes: risk exposure fell by 71 % in twelve months`; without a full stop.
    pub summary: String,
    /// `2,038 → 600 points; decreasing, p < 0.01`; empty where there are none.
    pub figures: String,
    /// Sentences, each with its full stop: what the answer rests on, targets met and missed.
    pub evidence: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Yes,
    No,
    NoEvidence,
    CannotTell,
}

impl Decision {
    pub fn word(self) -> &'static str {
        match self {
            Decision::Yes => "yes",
            Decision::No => "no",
            Decision::NoEvidence => "no evidence",
            Decision::CannotTell => "cannot tell",
        }
    }
}

impl BoardVerdict {
    /// `Yes: risk exposure fell by 71 % in twelve months (2,038 → 600 points; decreasing, p < 0.01).`
    pub fn headline(&self) -> String {
        match self.figures.is_empty() {
            true => format!("{}.", self.summary),
            false => format!("{} ({}).", self.summary, self.figures),
        }
    }
}

impl Board {
    pub fn cards(&self) -> impl Iterator<Item = &BoardCard> {
        self.layers.iter().flat_map(|layer| &layer.cards)
    }

    /// The verdict that stands above everything: the first.
    pub fn verdict(&self) -> Option<&BoardVerdict> {
        self.cards().find_map(|card| card.verdict.as_ref())
    }
}
