//! How sure a number is: `at least 10 rows`, `with interval`, `with verdict`.

use super::asked::QueryClauses;
use super::columns::ColumnDraft;
use super::formulas::inline;
use super::scope::Scope;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::lang::model::{EvidenceClauses, Formula, Measure, ValueColumn};

/// The fewest rows that `at least … rows` asks for. Reports a number that marks nothing, and a KPI or query of numbers that
/// chance does not move (K640).
pub(super) fn fewest_rows<'f>(
    scope: Scope,
    written: Option<(&Spanned<u64>, Span)>,
    formulas: impl Iterator<Item = &'f Formula>,
    problems: &mut Problems,
) -> Option<Option<u64>> {
    let Some((rows, span)) = written else {
        return Some(None);
    };
    if rows.node < 2 {
        let message = format!("no value is of fewer than {} rows", rows.node);
        problems.push(
            Diagnostic::error("K640", rows.span, message)
                .label("this marks nothing")
                .help_edit("such as `at least 10 rows`", "10"),
        );
        return None;
    }
    let mut formulas =
        formulas.map(|formula| inline(scope, formula, &mut Measure::clone).is_moved_by_chance());
    if !formulas.any(|is_moved| is_moved) {
        problems.push(
            Diagnostic::error(
                "K640",
                span,
                "counts, sums and extremes are exact, however few their rows",
            )
            .leave_out("leave this out")
            .help("means, shares, percentiles and quotients may say little where rows are few"),
        );
        return None;
    }
    Some(Some(rows.node))
}

/// The fewest rows of each column: those of the query, else of its KPI.
pub(super) fn set_fewest_rows(columns: &mut [ValueColumn], of_query: Option<u64>) {
    for column in columns {
        let asked = of_query.or(column.fewest_rows);
        column.fewest_rows = asked.filter(|_| column.formula.is_moved_by_chance());
    }
}

/// Intervals and verdicts that a query asks for. Reports levels and columns that cannot have intervals (K641), and series
/// without a verdict (K642).
pub(super) fn evidence(
    scope: Scope,
    drafts: &[ColumnDraft],
    clauses: &QueryClauses,
    problems: &mut Problems,
) -> Option<EvidenceClauses> {
    let interval = interval(scope, drafts, clauses, problems);
    let verdict = verdict(clauses, problems);
    Some(EvidenceClauses {
        interval: interval?,
        verdict: verdict?,
    })
}

/// The level where none is written.
const USUAL_LEVEL: f64 = 0.95;

fn interval(
    scope: Scope,
    drafts: &[ColumnDraft],
    clauses: &QueryClauses,
    problems: &mut Problems,
) -> Option<Option<f64>> {
    let Some((level, span)) = clauses.interval else {
        return Some(None);
    };
    if let Some(level) = level
        && !(50.0..100.0).contains(&level.node.value)
    {
        let message = format!("{}% is no level of confidence", level.node.written);
        problems.push(
            Diagnostic::error("K641", level.span, message)
                .label("50% or more, and below 100%")
                .help_edit("such as `with interval 95%`", "95"),
        );
        return None;
    }
    let has_one = |draft: &ColumnDraft| {
        let formula = inline(scope, &draft.column.formula, &mut Measure::clone);
        let column = ValueColumn {
            formula,
            ..draft.column.clone()
        };
        column.with_interval().is_some()
    };
    if !drafts.iter().any(has_one) {
        let names: Vec<String> = drafts
            .iter()
            .map(|draft| format!("`{}`", draft.column.name))
            .collect();
        problems.push(
            Diagnostic::error("K641", span, format!("no interval is known of {}", names.join(", ")))
                .leave_out("leave this out")
                .help("a share, a median and a percentile have one; a mean, a count and a formula have none"),
        );
        return None;
    }
    Some(Some(
        level.map_or(USUAL_LEVEL, |level| level.node.value / 100.0),
    ))
}

fn verdict(clauses: &QueryClauses, problems: &mut Problems) -> Option<bool> {
    let Some(span) = clauses.verdict else {
        return Some(false);
    };
    if clauses.over.is_none() {
        problems.push(
            Diagnostic::error("K642", span, "a verdict is on a series, and there is none")
                .label("it needs `over`")
                .help("write `over month last 12 months with verdict`"),
        );
        return None;
    }
    if let Some((_, window)) = clauses.window {
        problems.push(
            Diagnostic::error(
                "K642",
                window,
                "periods that overlap rise and fall together, and chance alone looks like a trend",
            )
            .leave_out("leave this out, or `with verdict`"),
        );
        return None;
    }
    Some(true)
}
