//! `rolling 90 days` and `running`: what each period of a series covers beside itself.

use super::asked::QueryClauses;
use super::columns::ColumnDraft;
use super::formulas::inline;
use super::periods::count_of;
use super::scope::Scope;
use super::timeframes;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Span;
use crate::base::types::StockMoment;
use crate::lang::functions::Keeps;
use crate::lang::model::{Kind as Clock, Measure, SeriesWindow};
use crate::lang::syntax::ast;

/// The window of a query. Reports one without a series, and columns that have none (K419).
pub(super) fn window(
    scope: Scope,
    drafts: &[ColumnDraft],
    clauses: &QueryClauses,
    problems: &mut Problems,
) -> Option<Option<SeriesWindow>> {
    let Some((written, span)) = clauses.window else {
        return Some(None);
    };
    let window = match written {
        ast::SeriesWindow::Running => Some(SeriesWindow::Running),
        ast::SeriesWindow::Rolling(count, grain) => count_of(count, "rolling", *grain, problems)
            .map(|count| SeriesWindow::Rolling(count, *grain)),
    };
    let mut found = Problems::default();
    if clauses.over.is_none() {
        found.push(without_series(written, span));
    }
    if let (Some(total), None) = (clauses.total, clauses.by) {
        found.push(
            Diagnostic::error("K419", total, "periods that overlap have no total")
                .leave_out("leave this out")
                .help("the last row of `running` is the whole range"),
        );
    }
    for draft in drafts {
        if let Some(problem) = misfit(scope, draft, written, span) {
            found.push(problem);
        }
    }
    let fits = !found.has_errors();
    problems.extend(found);
    window.filter(|_| fits).map(Some)
}

fn word(window: &ast::SeriesWindow) -> &'static str {
    match window {
        ast::SeriesWindow::Rolling(..) => "rolling",
        ast::SeriesWindow::Running => "running",
    }
}

fn without_series(window: &ast::SeriesWindow, span: Span) -> Diagnostic {
    let word = word(window);
    let problem = Diagnostic::error(
        "K419",
        span,
        format!("`{word}` says how far back each period of a series looks, and there is none"),
    );
    match window {
        ast::SeriesWindow::Rolling(count, grain) => problem.help(format!(
            "write `over week rolling {} {grain}s`, or `past {} {grain}s` for one number",
            count.node,
            count.node,
            grain = grain.word()
        )),
        ast::SeriesWindow::Running => problem.help("write `over month running`"),
    }
}

fn misfit(
    scope: Scope,
    draft: &ColumnDraft,
    window: &ast::SeriesWindow,
    span: Span,
) -> Option<Diagnostic> {
    let (name, word) = (&draft.column.name, word(window));
    if draft.column.kind == Clock::Stock {
        return Some(
            Diagnostic::error(
                "K419",
                span,
                format!("`{name}` is read at an instant, and `{word}` is of events"),
            )
            .leave_out("leave this out")
            .help(format!(
                "for the mean of its daily ends in each period write `{name} over month at average`"
            )),
        );
    }
    let mut found = None;
    inline(scope, &draft.column.formula, &mut |measure| {
        if measure.function.keeps == Keeps::Lifetimes {
            found = Some(
                Diagnostic::error("K419", span, format!("`typical` is not computed `{word}`"))
                    .leave_out("leave this out, or ask for a median"),
            );
        }
        let conditions = measure.population.filter.iter().chain(&measure.with);
        if conditions
            .into_iter()
            .any(|condition| timeframes::asks(condition, &timeframes::is_in_the_period))
        {
            let message =
                format!("`in the period` of which? periods overlap where they are `{word}`");
            found = Some(
                Diagnostic::error("K419", span, message)
                    .label("leave this out, or ask `within` a time"),
            );
        }
        measure.clone()
    });
    let read = |measure: &Measure| measure.moment.unwrap_or(draft.column.moment);
    let formula = inline(scope, &draft.column.formula, &mut Measure::clone);
    let mut measures = formula.measures().into_iter();
    let is_of_days =
        |measure: &Measure| matches!(read(measure), StockMoment::Average | StockMoment::Peak);
    let of_days = measures
        .find(|measure| measure.kind() == Clock::Stock && is_of_days(measure))
        .map(|measure| read(measure).word());
    found.or_else(|| {
        let moment = of_days?;
        let message = format!("`{name}` reads stocks at {moment}, which `{word}` cannot");
        Some(Diagnostic::error("K419", span, message).leave_out("leave this out"))
    })
}
