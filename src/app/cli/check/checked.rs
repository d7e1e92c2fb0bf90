//! What the checks of rows have in common.

use crate::exec::data::TableSources;
use crate::lang::model::{Definitions, Query};
use crate::plan::EvaluationTime;

/// What the checks look at.
pub(super) struct CheckedRows<'a> {
    pub definitions: &'a Definitions,
    pub sources: &'a TableSources,
    pub evaluation: &'a EvaluationTime,
    /// The query of all KPIs.
    pub everything: &'a Query,
}
