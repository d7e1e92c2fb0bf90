//! The keys of an answer's rows (docs/semantics.md): what is called like one of them would stand in its place.

use super::asked::QueryClauses;
use super::columns::ColumnDraft;
use super::scope::Scope;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::model::Dimension;

/// What every column has beside its value.
const BESIDE_VALUES: [&str; 2] = ["_rows", "_reason"];

/// Refuses columns and dimensions that are called like a key of all rows, or like what another column has beside its
/// value (K212).
pub(super) fn refuse(
    scope: Scope,
    drafts: &[ColumnDraft],
    by: &[Dimension],
    clauses: &QueryClauses,
    problems: &mut Problems,
) {
    let is_key = |name: &str| {
        let beside = |column: &str| {
            name.strip_prefix(column)
                .is_some_and(|rest| BESIDE_VALUES.contains(&rest))
        };
        name == "level"
            || name == "period" && clauses.over.is_some()
            || drafts.iter().any(|draft| beside(&draft.column.name))
    };
    for draft in drafts.iter().filter(|draft| is_key(&draft.column.name)) {
        let name = &draft.column.name;
        let formula = match draft.column.kpi {
            Some(id) => &scope.kpi_at(id).name,
            None => &draft.column.title,
        };
        problems.push(
            Diagnostic::error(
                "K212",
                draft.span,
                format!("`{name}` is a key of the rows of an answer"),
            )
            .label("its value would stand in the place of another")
            .help(format!(
                "give it another name: `{formula} called {name}_here`"
            )),
        );
    }
    let named = by.iter().filter(|dimension| is_key(&dimension.name));
    for dimension in named {
        let Some((_, span)) = clauses.by else {
            continue;
        };
        let name = &dimension.name;
        problems.push(
            Diagnostic::error(
                "K212",
                span,
                format!("`{name}` is a key of the rows of an answer"),
            )
            .label("its value would stand in the place of another")
            .help("rename the column, in the file and in the definition of its table"),
        );
    }
}
