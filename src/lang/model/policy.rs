//! Scores, SLAs, KPIs with their targets and bands.

use super::{Condition, EventId, FieldId, Formula, Kind, Restriction, TableId};
use crate::base::source::Span;
use crate::base::types::{Bound, DisplayUnit, Grain, StockMoment, Unit};

/// Index into [`super::Definitions::scores`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ScoreId(pub usize);

/// Index into [`super::Definitions::slas`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct SlaId(pub usize);

/// Index into [`super::Definitions::kpis`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct KpiId(pub usize);

/// Risk weights: base, times factors, at most the cap. In points.
#[derive(Clone, Debug)]
pub struct Score {
    pub name: String,
    pub title: Option<String>,
    pub table: TableId,
    /// In the order they apply from: the first has no `since` or the earliest. An evaluation instant
    /// before the first version's `since` has no score (rule S37).
    pub versions: Vec<ScoreVersion>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct ScoreVersion {
    /// Applies to evaluation instants from here on; microseconds.
    pub since: Option<i64>,
    pub base: Factor,
    pub times: Vec<Factor>,
    pub cap: Option<f64>,
}

/// A number that depends on one field.
#[derive(Clone, Debug)]
pub struct Factor {
    pub field: FieldId,
    pub weights: Weights,
}

#[derive(Clone, Debug)]
pub enum Weights {
    /// The number field itself; missing stays missing.
    Itself,
    /// By code of a scale or yes/no field. `None` only where `otherwise` covers nothing, which
    /// checking allows for missing values alone.
    Codes {
        by_code: Vec<f64>,
        missing: Option<f64>,
    },
    /// By text; every other text, and a missing one, weighs `otherwise`.
    Texts {
        listed: Vec<(String, f64)>,
        otherwise: f64,
    },
}

/// A remediation policy. Adds the field `due_at`, the events `due` and `breached` and the state `overdue` to its table.
#[derive(Clone, Debug)]
pub struct Sla {
    pub name: String,
    pub title: Option<String>,
    pub owner: Option<String>,
    pub table: TableId,
    /// What the names that it adds begin with: `kev` makes `kev_overdue`.
    pub prefix: Option<String>,
    pub starts: EventId,
    /// The clock stops at the earliest of these.
    pub stops: Vec<EventId>,
    /// Indexes into the table's states: while in one of them the clock stands.
    pub pauses: Vec<usize>,
    /// In the order they apply from, by the start of the clock (rule S37).
    pub versions: Vec<SlaVersion>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct SlaVersion {
    pub since: Option<i64>,
    /// Tried in order; the last has no filter.
    pub lines: Vec<DueLine>,
}

#[derive(Clone, Debug)]
pub struct DueLine {
    pub time: DueTime,
    pub filter: Option<Condition>,
}

/// When a row is due whose clock does not stand still meanwhile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DueTime {
    /// So many microseconds after the clock starts.
    Elapsed(i64),
    /// The same time of a later day of the calendar.
    Calendar { count: u32, grain: Grain },
    /// At a date of the row; at the start of the clock where that is later.
    At(FieldId),
}

#[derive(Clone, Debug)]
pub struct Kpi {
    pub name: String,
    pub title: Option<String>,
    pub note: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    pub formula: Formula,
    pub unit: Unit,
    pub display: DisplayUnit,
    pub kind: Kind,
    pub moment: StockMoment,
    /// Field names its `by` lists, for the reader and for completion; queries may use others.
    pub dimensions: Vec<String>,
    pub direction: Option<Direction>,
    pub targets: Vec<Target>,
    /// In ascending order, covering the line (rule S31); empty when the KPI has none.
    pub bands: Vec<Band>,
    /// `at least 10 rows`: values of fewer are marked.
    pub fewest_rows: Option<u64>,
    /// What its own `where` confines, common to all its populations.
    pub restrictions: Vec<Restriction>,
    pub span: Span,
    /// The canonical text of its formula.
    pub written: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    HigherIsBetter,
    LowerIsBetter,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Target {
    pub bound: Bound,
    /// In the engine's unit: microseconds, fraction, count, points.
    pub limit: f64,
    /// The limit as written, `30 days`.
    pub written: String,
    /// All must be met by a row for the target to judge it; empty judges every row.
    pub restrictions: Vec<Restriction>,
    /// The canonical text of its `for`.
    pub restrictions_written: Option<String>,
    /// Judges evaluation instants (ends of periods) after this one; microseconds.
    pub since: Option<i64>,
    pub span: Span,
}

/// `[lower, upper)`, in the engine's unit; open ends are infinite.
#[derive(Clone, PartialEq, Debug)]
pub struct Band {
    pub label: String,
    pub lower: f64,
    pub upper: f64,
}
