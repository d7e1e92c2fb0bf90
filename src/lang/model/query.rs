//! Checked queries, and the views, dashboards and tests made of them.

use super::{
    Band, ChosenEvent, Condition, Direction, FieldId, Formula, Kind, KpiId, Measure, NumberTest,
    Population, Restriction, TableId, Target,
};
use crate::base::calendar::CalendarPeriod;
use crate::base::source::{Span, Spanned};
use crate::base::types::{DisplayUnit, FieldType, Grain, StockMoment, TimeUnit, Unit};
use crate::lang::functions::{Keeps, Takes};
use crate::lang::syntax::ast;

/// A query that can be planned once an as-of instant is known.
#[derive(Clone, Debug)]
pub struct Query {
    /// Canonical text, on one line.
    pub text: String,
    pub explain: bool,
    pub subject: Subject,
    pub period: Option<Period>,
    pub as_of: Option<Moment>,
    pub known_on: Option<Moment>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum Subject {
    Values(Box<ValuesQuery>),
    List(Box<ListQuery>),
}

/// KPIs or formulas, by dimensions, over periods.
#[derive(Clone, Debug)]
pub struct ValuesQuery {
    pub columns: Vec<ValueColumn>,
    pub by: Vec<Dimension>,
    pub over: Option<Grain>,
    pub versus_target: bool,
    /// How far back each period of a series looks.
    pub window: Option<SeriesWindow>,
    pub versus: Vec<ComparedWith>,
    pub with_total: bool,
    pub with_share: bool,
    /// Groups that have a row even if nothing is in them.
    pub empty: Option<EmptyGroups>,
    pub evidence: EvidenceClauses,
    /// Only rows of what is in scope in every period shown (rule S63).
    pub on_constant_scope: bool,
    /// Rows of groups that pass all of these are shown.
    pub having: Vec<HavingTest>,
    pub top: Option<Top>,
    pub sort: Vec<Sort>,
    pub limit: Option<usize>,
    /// KPIs of `everything` left out because they lack a dimension or a field, with the reason.
    pub left_out: Vec<(String, String)>,
}

impl ValuesQuery {
    /// Takes away groups and what stands for, orders or cuts them: a value a period remains.
    pub fn ungroup(&mut self) {
        self.by.clear();
        self.sort.clear();
        self.top = None;
        self.limit = None;
        self.versus_target = false;
        self.with_total = false;
        self.with_share = false;
        self.evidence = EvidenceClauses::default();
        self.having.clear();
        self.empty = None;
        self.window = None;
    }
}

/// What a query asks of how sure its numbers are.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct EvidenceClauses {
    /// The level of confidence intervals: 0.95 for 95 %.
    pub interval: Option<f64>,
    /// Whether each series is tested for a trend.
    pub verdict: bool,
}

/// One computed column. The query's `where` is already part of every population of the formula,
/// references to other KPIs included: `formula` holds no [`Formula::Kpi`].
#[derive(Clone, Debug)]
pub struct ValueColumn {
    /// The KPI's name; `value`, `value_2`, … for formulas.
    pub name: String,
    /// The KPI's title, or the formula's canonical text.
    pub title: String,
    pub kpi: Option<KpiId>,
    pub formula: Formula,
    pub unit: Unit,
    pub display: DisplayUnit,
    pub kind: Kind,
    pub moment: StockMoment,
    pub direction: Option<Direction>,
    pub targets: Vec<Target>,
    pub bands: Vec<Band>,
    /// Values of fewer rows are marked; none where the number is none that chance moves.
    pub fewest_rows: Option<u64>,
    /// What the KPI's and the query's `where` confine, common to all its populations.
    pub restrictions: Vec<Restriction>,
}

impl ValueColumn {
    /// The one measure of a column that has confidence intervals: a share or a quantile, read at an instant or over a
    /// period (rule S61).
    pub fn with_interval(&self) -> Option<&Measure> {
        let Formula::Measure(measure) = &self.formula else {
            return None;
        };
        let has_one = match measure.function.keeps {
            Keeps::Values => measure
                .parameter
                .is_none_or(|part| part > 0.0 && part < 1.0),
            Keeps::Tally => measure.function.takes == Takes::Test,
            Keeps::Total | Keeps::Extremes | Keeps::Distinct | Keeps::Lifetimes => false,
        };
        let is_of_one_instant = match measure.moment.unwrap_or(self.moment) {
            StockMoment::End | StockMoment::Start => true,
            StockMoment::Average | StockMoment::Peak => measure.kind() == Kind::Flow,
        };
        (has_one && is_of_one_instant).then_some(&**measure)
    }
}

/// A dimension: one name, found in every table that the query's populations are of.
#[derive(Clone, Debug)]
pub struct Dimension {
    pub name: String,
    /// Of bands a scale of their names, the lowest first.
    pub field_type: FieldType,
    /// One for each table of the query; none where rows are grouped by bands.
    pub fields: Vec<FieldId>,
    /// One for each table of the query; none where rows are grouped by a field.
    pub bands: Vec<Bands>,
}

impl Dimension {
    /// The field that stands for this dimension in a table.
    pub fn of(&self, table: TableId) -> Option<FieldId> {
        self.fields
            .iter()
            .copied()
            .find(|field| field.table == table)
    }

    /// The bands that stand for this dimension in a table.
    pub fn bands_of(&self, table: TableId) -> Option<&Bands> {
        self.bands.iter().find(|bands| bands.table == table)
    }

    /// What rows of a table are grouped by.
    pub fn key(&self, table: TableId) -> Option<GroupKey> {
        let bands = self.bands_of(table).cloned().map(GroupKey::Bands);
        bands.or(self.of(table).map(GroupKey::Field))
    }
}

/// What rows of a table are grouped by.
#[derive(Clone, PartialEq, Debug)]
pub enum GroupKey {
    Field(FieldId),
    Bands(Bands),
}

/// Stretches of a duration or number, each a group: at any instant at most one of the tests holds for a row (rule S58).
#[derive(Clone, PartialEq, Debug)]
pub struct Bands {
    pub table: TableId,
    pub name: String,
    /// The names of the bands, ascending.
    pub labels: Vec<String>,
    /// The test of each.
    pub tests: Vec<Condition>,
}

/// What each period of a series covers beside itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SeriesWindow {
    /// So many of a grain up to the end of the period.
    Rolling(u32, Grain),
    /// Everything from the first period of the range on.
    Running,
}

/// Another period that the query's are compared with.
#[derive(Clone, Debug)]
pub struct ComparedWith {
    pub versus: Versus,
    /// The change is shown as a fraction of the other value.
    pub as_percent: bool,
}

/// `having backlog >= 5`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct HavingTest {
    /// Index into the query's columns.
    pub column: usize,
    /// The limit is in the engine's unit.
    pub test: NumberTest,
    pub negated: bool,
}

impl HavingTest {
    /// Whether a value passes; none passes a negated test alone (rule S15).
    pub fn passes(&self, value: Option<f64>) -> bool {
        value.is_some_and(|value| self.test.holds(value)) != self.negated
    }
}

/// Where groups without rows come from.
#[derive(Clone, Debug)]
pub struct EmptyGroups {
    /// For each dimension of the query.
    pub values: Vec<EmptyValues>,
    /// The rows of the parent that have groups, as counts; grouped by the dimensions that are fields of it.
    pub measures: Vec<Measure>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EmptyValues {
    /// Those of the parent's rows.
    OfParent(FieldId),
    /// All of a scale, or yes and no.
    Every,
}

#[derive(Clone, Debug)]
pub enum Versus {
    Previous(Grain),
    Period(Period),
}

#[derive(Clone, Copy, Debug)]
pub struct Top {
    pub count: usize,
    /// Index into the query's columns.
    pub by: usize,
}

#[derive(Clone, Copy, Debug)]
pub struct Sort {
    pub by: SortColumn,
    pub descending: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SortColumn {
    Period,
    /// Index into [`ValuesQuery::by`].
    Dimension(usize),
    /// Index into [`ValuesQuery::columns`].
    Value(usize),
}

/// Rows of a table, as they are at the as-of instant.
///
/// An event population lists rows whose event lies in the query's period (all history if none), a
/// state population those in the state at the end of it.
#[derive(Clone, Debug)]
pub struct ListQuery {
    pub population: Population,
    /// The columns to show.
    pub show: Vec<ListColumn>,
    /// Whether the query names none and these are the usual ones.
    pub shows_default: bool,
    /// Fields, and whether descending. Missing sorts last either way.
    pub sort: Vec<(FieldId, bool)>,
    pub limit: Option<usize>,
}

/// What a list shows of each row.
#[derive(Clone, PartialEq, Debug)]
pub enum ListColumn {
    /// The field's name is the column's.
    Field(FieldId),
    /// The time from an event to another one, or to the instant that the list is of.
    Time {
        from: ChosenEvent,
        to: Option<ChosenEvent>,
        unit: TimeUnit,
    },
}

impl ListColumn {
    /// The column's name: `days_since_found`.
    pub fn name(&self, definitions: &super::Definitions) -> String {
        let chosen = |chosen: &ChosenEvent| {
            let names = chosen.events.iter();
            let names = names.map(|id| {
                let table = definitions.table(id.table);
                table.events[id.event].name.as_str()
            });
            let written = chosen.choice.written(&names.collect::<Vec<&str>>());
            written.replace(", ", "_").replace(' ', "_")
        };
        match self {
            ListColumn::Field(field) => definitions.field(*field).name.clone(),
            ListColumn::Time {
                from,
                to: None,
                unit,
            } => format!("{}_since_{}", unit.word(), chosen(from)),
            ListColumn::Time {
                from,
                to: Some(to),
                unit,
            } => format!("{}_from_{}_to_{}", unit.word(), chosen(from), chosen(to)),
        }
    }

    /// What its cells hold: times are numbers of their unit.
    pub fn field_type(&self, definitions: &super::Definitions) -> FieldType {
        match self {
            ListColumn::Field(field) => definitions.field(*field).field_type.clone(),
            ListColumn::Time { .. } => FieldType::Number,
        }
    }
}

/// An instant and how the user wrote it. A day, month, … stands for its end (rule S1).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Moment {
    /// `2026-03-31`, or a full timestamp.
    pub label: String,
    /// Microseconds since 1970, UTC: the first instant that is no longer part of it.
    pub instant: i64,
}

/// A stretch of time, some of it relative to as-of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Period {
    /// From the start of the first to the end of the last, both included.
    Range(CalendarPeriod, CalendarPeriod),
    /// Complete periods before as-of.
    Last(u32, Grain),
    /// The current one, so far.
    This(Grain),
    /// Rolling, ending at as-of.
    Past(u32, Grain),
}

#[derive(Clone, Debug)]
pub struct View {
    pub name: String,
    pub title: Option<String>,
    pub query: Query,
    /// The query as written: a query on the view may replace clauses of it.
    pub tree: Spanned<ast::Query>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Dashboard {
    pub name: String,
    pub title: Option<String>,
    pub layers: Vec<Layer>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Layer {
    pub name: String,
    pub title: Option<String>,
    pub cards: Vec<Card>,
}

#[derive(Clone, Debug)]
pub struct Card {
    pub kind: CardKind,
    pub title: String,
    pub query: Query,
    /// What to do about each row: `Fix {finding_id}`. Names in braces are columns of the answer.
    pub next_step: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CardKind {
    /// Words: whether a number gets better, and on what that rests.
    Verdict,
    Number,
    Line,
    /// Series of groups on top of each other.
    Area,
    /// Groups below each other, periods side by side.
    Matrix,
    Table,
    List,
}

impl CardKind {
    /// All kinds, in the order help lists them.
    pub const ALL: [CardKind; 7] = [
        CardKind::Verdict,
        CardKind::Number,
        CardKind::Line,
        CardKind::Area,
        CardKind::Matrix,
        CardKind::Table,
        CardKind::List,
    ];

    /// The word that asks for it.
    pub fn word(self) -> &'static str {
        match self {
            CardKind::Verdict => "verdict",
            CardKind::Number => "number",
            CardKind::Line => "line",
            CardKind::Area => "area",
            CardKind::Matrix => "matrix",
            CardKind::Table => "table",
            CardKind::List => "list",
        }
    }
}

/// A `test` definition.
#[derive(Clone, Debug)]
pub struct Test {
    pub name: String,
    pub as_of: Option<Moment>,
    pub known_on: Option<Moment>,
    pub givens: Vec<Given>,
    pub expects: Vec<Expect>,
    pub span: Span,
}

/// Rows of a table, as text cells. Columns that are not given are missing everywhere.
#[derive(Clone, Debug)]
pub struct Given {
    pub table: TableId,
    /// Indexes into the table's columns.
    pub columns: Vec<usize>,
    /// `None` is an empty cell.
    pub rows: Vec<Vec<Option<String>>>,
    /// The place of each row.
    pub spans: Vec<Span>,
}

#[derive(Clone, Debug)]
pub struct Expect {
    pub query: Query,
    /// Names of answer columns.
    pub header: Vec<String>,
    /// `None` is an empty cell; `none` is written so.
    pub rows: Vec<Vec<Option<String>>>,
    /// The place of every cell, as `rows` has them.
    pub spans: Vec<Vec<Span>>,
    pub span: Span,
}
