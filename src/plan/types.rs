//! The types of a plan.

use crate::base::types::{DisplayUnit, Grain, StockMoment};
use crate::lang::model::{
    Dimension, EmptyValues, EvidenceClauses, FieldId, GroupKey, HavingTest, ListQuery, Measure,
    Moment, Top, ValueColumn,
};

/// When evaluation takes place (rules S2, S3).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EvaluationTime {
    /// Event times at or after this instant read as missing.
    pub as_of: Moment,
    /// Rows known from a later instant on are absent. As-of, unless the query says otherwise.
    pub known_on: Moment,
    /// Whether the query or the command line set `known_on` apart.
    pub known_on_given: bool,
}

/// A stretch of the time line with a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TimeBucket {
    /// `2026-03`; for a query without `over`, words such as `2026-03 to 2026-05` or `all`.
    pub label: String,
    /// `[start, end)` in microseconds, the end no later than as-of.
    pub start: i64,
    pub end: i64,
    pub status: BucketStatus,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BucketStatus {
    /// Ended by as-of.
    Complete,
    /// Cut off at as-of (rule S8).
    Provisional,
    /// Ended before the calendar's history began (rule S14): reads *no history*.
    NoHistory,
    /// Begins at or after as-of.
    Future,
}

/// The periods of a query, ascending, and for each the period it is compared with. They overlap only as windows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Timeline {
    /// `None`: one slot for the whole range.
    pub grain: Option<Grain>,
    pub slots: Vec<TimeBucket>,
    /// For each comparison of the query one for each slot; they may repeat and need not be in order.
    pub compared: Vec<Vec<TimeBucket>>,
    /// Whether slots reach back before themselves, and so overlap.
    pub is_windowed: bool,
    /// Sentences about the time line: what is provisional, what is compared with what (rule S9).
    pub notes: Vec<String>,
}

impl Timeline {
    /// The whole range as one slot: what a total over the periods is of. `None` if there is nothing to
    /// be read in any of them.
    pub fn whole(&self) -> Option<TimeBucket> {
        let first = self.slots.iter().find(|slot| slot.is_readable())?;
        let last = self.slots.iter().rfind(|slot| slot.is_readable())?;
        Some(TimeBucket {
            label: format!("{} to {}", first.label, last.label),
            start: first.start,
            end: last.end,
            status: last.status,
        })
    }
}

impl TimeBucket {
    /// Whether a number can be read in it.
    pub fn is_readable(&self) -> bool {
        match self.status {
            BucketStatus::Complete | BucketStatus::Provisional => true,
            BucketStatus::NoHistory | BucketStatus::Future => false,
        }
    }
}

/// A planned query.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Canonical text of the query.
    pub query: String,
    pub evaluation: EvaluationTime,
    pub work: Work,
    pub notes: Vec<String>,
}

#[derive(Clone, Debug)]
pub enum Work {
    Values(Box<ValuesWork>),
    List(Box<ListWork>),
}

#[derive(Clone, Debug)]
pub struct ValuesWork {
    pub columns: Vec<ValueColumn>,
    pub by: Vec<Dimension>,
    pub timeline: Timeline,
    /// Whether the answer shows a period column: the query has `over`.
    pub shows_period: bool,
    pub versus_target: bool,
    /// For each comparison, whether its change is shown in percent.
    pub as_percent: Vec<bool>,
    pub with_total: bool,
    pub with_share: bool,
    pub evidence: EvidenceClauses,
    pub empty: Option<EmptyWork>,
    pub having: Vec<HavingTest>,
    pub top: Option<Top>,
    pub sort: Vec<crate::lang::model::Sort>,
    pub limit: Option<usize>,
    /// What the formulas are made of, each once.
    pub steps: Vec<Step>,
}

/// Where groups without rows come from.
#[derive(Clone, PartialEq, Debug)]
pub struct EmptyWork {
    /// For each dimension.
    pub values: Vec<EmptyValues>,
    /// The steps that count the rows of the parent by those dimensions that are fields of it.
    pub steps: Vec<usize>,
}

/// One measure, grouped, over the time line (and what it is compared with).
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    pub measure: Measure,
    pub moment: StockMoment,
    /// What stands for the dimensions in the measure's table.
    pub keys: Vec<GroupKey>,
    /// The level of the confidence intervals that are asked for of a quantile.
    pub interval: Option<f64>,
}

#[derive(Clone, Debug)]
pub struct ListWork {
    pub list: ListQuery,
    /// The stretch events must lie in; a state is looked at at its end.
    pub slot: TimeBucket,
}

/// The rows behind one measure of one value.
#[derive(Clone, Debug)]
pub struct Trace {
    /// What the rows are of, for the reader.
    pub title: String,
    pub evaluation: EvaluationTime,
    /// Confined to the rows of the value's group.
    pub measure: Measure,
    pub moment: StockMoment,
    pub slot: TimeBucket,
    /// The fields to show; `name` is the column's.
    pub show: Vec<FieldId>,
    /// The column of what the measure takes of a row, with its unit.
    pub value: Option<(String, DisplayUnit)>,
    /// The yes/no column: whether a row passes the test of a share, or has got to the end of a
    /// lifetime.
    pub test: Option<String>,
    /// Only rows for which the test is so.
    pub only: Option<bool>,
}
