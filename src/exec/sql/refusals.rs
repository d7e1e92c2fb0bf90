//! Queries that no statement answers as the engine does.

use crate::base::diagnostic::Diagnostic;
use crate::lang::model::{Query, Subject};

/// Why a query has no statement (K930). Intervals and verdicts follow from distributions that SQL has no functions for; a limit counts the totals of
/// periods, which statements leave out.
pub fn refusal(query: &Query) -> Option<Diagnostic> {
    let Subject::Values(values) = &query.subject else {
        return None;
    };
    let problem =
        |message: String, help: &str| Some(Diagnostic::data("K930", message).help(help.to_owned()));
    let evidence = match (values.evidence.interval, values.evidence.verdict) {
        (Some(_), _) => Some("with interval"),
        (None, true) => Some("with verdict"),
        (None, false) => None,
    };
    if let Some(clause) = evidence {
        return problem(
            format!("SQL has no functions for `{clause}`"),
            "leave it out here, or ask `riskql run`, which has both in every format",
        );
    }
    if values.limit.is_some() && values.with_total && values.over.is_some() {
        return problem(
            "`limit` counts the totals of periods, which a statement has no rows for".to_owned(),
            "leave out `limit` or `with total`",
        );
    }
    None
}
