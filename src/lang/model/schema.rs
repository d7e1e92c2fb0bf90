//! Calendar and tables.

use super::{Condition, Measure, SlaId};
use crate::base::source::Span;
use crate::base::types::{Choice, FieldType};

/// Index into [`super::Definitions::tables`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct TableId(pub usize);

/// A field of a table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct FieldId {
    pub table: TableId,
    /// Index into [`Table::fields`].
    pub field: usize,
}

/// An event of a table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct EventId {
    pub table: TableId,
    /// Index into [`Table::events`].
    pub event: usize,
}

/// A state of a table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct StateId {
    pub table: TableId,
    /// Index into [`Table::states`].
    pub state: usize,
}

/// A table: its columns as the file has them, and the nouns made of them.
#[derive(Clone, Debug)]
pub struct Table {
    pub name: String,
    pub title: Option<String>,
    pub span: Span,
    /// Physical columns, in the order of first mention.
    pub columns: Vec<Column>,
    /// Everything a condition or dimension can name: first all physical columns in the same order
    /// (so field `i` reads column `i` for `i < columns.len()`), then what comes through parents and
    /// SLAs.
    pub fields: Vec<Field>,
    /// The key's column.
    pub key: Option<usize>,
    pub parents: Vec<Parent>,
    pub events: Vec<Event>,
    pub states: Vec<State>,
    /// Numbers made at each instant of the rows that belong to a row.
    pub roll_ups: Vec<RollUp>,
    /// The column of knowledge time; missing there means always known.
    pub known_from: Option<usize>,
    /// Tried in order; the first that holds excludes the row under its label.
    pub excludes: Vec<Exclude>,
    /// Which of its rows are in scope.
    pub scope: Option<ScopeRule>,
}

impl Table {
    pub fn field_named(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    pub fn event_named(&self, name: &str) -> Option<usize> {
        self.events.iter().position(|event| event.name == name)
    }

    /// The columns of an interval table in which its intervals start, as a state of this table over
    /// it says.
    pub fn interval_starts(&self, over: TableId) -> Option<&ChosenColumns> {
        self.states.iter().find_map(|state| match &state.source {
            StateSource::Intervals { table, from, .. } if *table == over => Some(from),
            StateSource::Intervals { .. }
            | StateSource::Columns { .. }
            | StateSource::Overdue(_) => None,
        })
    }

    /// The begin of the state whose end a planned column is: the end is known as soon as the state has begun.
    pub fn planned_with(&self, column: usize) -> Option<&ChosenColumns> {
        if !self.columns[column].is_planned {
            return None;
        }
        self.states.iter().find_map(|state| match &state.source {
            StateSource::Columns { from, until } if until.contains(&column) => Some(from),
            StateSource::Columns { .. }
            | StateSource::Intervals { .. }
            | StateSource::Overdue(_) => None,
        })
    }

    pub fn state_named(&self, name: &str) -> Option<usize> {
        self.states.iter().position(|state| state.name == name)
    }
}

/// One row of a table: `findings` → `finding`. A name without a plural stays as it is.
pub fn singular(table: &str) -> String {
    if let Some(stem) = table.strip_suffix("ies") {
        return format!("{stem}y");
    }
    if table.ends_with("ss") {
        return table.to_owned();
    }
    table.strip_suffix('s').unwrap_or(table).to_owned()
}

/// A column of the table's file.
#[derive(Clone, Debug)]
pub struct Column {
    pub name: String,
    pub field_type: FieldType,
    /// Whether it bears an event or a bound of a state: as-of masks it, the watermark may read it. Not
    /// of what is planned.
    pub is_time_of_event: bool,
    /// Whether it is agreed in advance (rule S44): it may lie in the future, and hides from nothing.
    pub is_planned: bool,
    /// Where it is first mentioned.
    pub span: Span,
}

/// `belongs to assets by asset_id`.
#[derive(Clone, Debug)]
pub struct Parent {
    pub table: TableId,
    /// The column of this table that holds the parent's key.
    pub column: usize,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub field_type: FieldType,
    pub source: FieldSource,
    /// Whether a `field` line declares it; others are keys and times, offered last in messages.
    pub declared: bool,
    pub span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FieldSource {
    /// Index into [`Table::columns`].
    Column(usize),
    /// A field of a parent row.
    Parent {
        /// Index into [`Table::parents`].
        parent: usize,
        /// Index into the parent table's fields.
        field: usize,
    },
    /// The due instant under an SLA: `due_at`, or with its prefix `kev_due_at`.
    Due(SlaId),
    /// Index into [`Table::roll_ups`].
    RollUp(usize),
}

/// `from max risk of findings open`: an aggregate over the rows of another table that belong to a row, judged at each
/// instant (rule S57).
#[derive(Clone, Debug)]
pub struct RollUp {
    /// Of the other table. The function is `count`, `sum`, `min`, `max` or `mean`, the value a number field or a score.
    pub measure: Measure,
    /// Which parent of the other table this one is.
    pub parent: usize,
}

impl RollUp {
    /// The number where no row counts (rule S16); `None`: missing.
    pub fn of_nothing(&self) -> Option<f64> {
        match self.measure.function.name {
            "count" | "sum" => Some(0.0),
            _ => None,
        }
    }
}

/// Something that happens to a row at an instant.
#[derive(Clone, Debug)]
pub struct Event {
    pub name: String,
    pub source: EventSource,
    /// The event happened only where this holds.
    pub filter: Option<Condition>,
    pub span: Span,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EventSource {
    /// One of these columns.
    Columns(ChosenColumns),
    /// The latest value of a column over the row's rows in an interval table, missing while one of
    /// them has none (rule S35).
    LastOf {
        /// A table with this one among its parents.
        table: TableId,
        column: usize,
    },
    /// The due instant under an SLA, whether or not the clock has stopped (rule S55).
    Due(SlaId),
    /// The due instant, if the clock had not stopped by then (rule S36).
    Breach(SlaId),
}

impl EventSource {
    /// The columns of the row itself that it is read from.
    pub fn columns(&self) -> &[usize] {
        match self {
            EventSource::Columns(columns) => columns,
            EventSource::LastOf { .. } | EventSource::Due(_) | EventSource::Breach(_) => &[],
        }
    }
}

/// Columns of instants, of which one counts. As a slice: the columns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChosenColumns {
    pub choice: Choice,
    pub columns: Vec<usize>,
}

/// The first of these that is present.
impl From<Vec<usize>> for ChosenColumns {
    fn from(columns: Vec<usize>) -> ChosenColumns {
        ChosenColumns {
            choice: Choice::First,
            columns,
        }
    }
}

impl std::ops::Deref for ChosenColumns {
    type Target = [usize];

    fn deref(&self) -> &[usize] {
        &self.columns
    }
}

/// Something a row is in over an interval `[from, until)`.
#[derive(Clone, Debug)]
pub struct State {
    pub name: String,
    pub source: StateSource,
    pub span: Span,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StateSource {
    /// `until` missing means still in it.
    Columns {
        from: ChosenColumns,
        until: ChosenColumns,
    },
    /// One interval a row of another table (rule S35); overlapping ones count once.
    Intervals {
        /// A table with this one among its parents.
        table: TableId,
        from: ChosenColumns,
        until: ChosenColumns,
    },
    /// From the due instant until the clock stops (rule S36).
    Overdue(SlaId),
}

/// What `on constant scope` asks of a row in every period: to be in a state, and to pass a condition.
#[derive(Clone, PartialEq, Debug)]
pub struct ScopeRule {
    /// Index into [`Table::states`].
    pub state: usize,
    pub filter: Option<Condition>,
}

#[derive(Clone, Debug)]
pub struct Exclude {
    pub filter: Condition,
    pub label: String,
}
