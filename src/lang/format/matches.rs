//! Match → lines.

use super::lines::FormattedLines;
use super::words::{name, names};
use crate::base::source::Span;
use crate::lang::syntax::ast::{Match, MatchClause};

pub(super) fn matching(span: Span, tree: &Match) -> FormattedLines {
    let mut lines = FormattedLines::titled(span, "match", &tree.name, &tree.title);
    for item in &tree.clauses {
        let text = match &item.node {
            MatchClause::Same(fields) => format!("same   {}", names(fields, ", ")),
            MatchClause::Near { field, within } => {
                format!("near   {} within {}", name(&field.node), within.node)
            }
            MatchClause::Across(what) => format!("across {}", name(&what.node)),
        };
        lines.clause(item.span, text);
    }
    lines
}
