//! When detections of different tools are of one weakness.

use super::RowField;
use crate::base::source::Span;

/// A checked `match`: what two detections of one asset must have in common.
#[derive(Clone, Debug)]
pub struct MatchRule {
    pub name: String,
    pub title: Option<String>,
    /// Fields that both have, and that are equal; lists share a value.
    pub same: Vec<RowField>,
    /// How far lines may be apart.
    pub lines_within: Option<u32>,
    pub across: Across,
    pub span: Span,
}

super::report::words!(
    /// Whose detections may be merged.
    Across {
        /// Those of different tools.
        Tools = "tools",
        /// Those of one tool too.
        Detections = "detections",
    }
);
