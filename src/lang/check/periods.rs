//! Periods and comparisons of queries.

use super::asked::QueryClauses;
use super::dates;
use super::scope::Scope;
use crate::base::calendar;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::base::types::Grain;
use crate::lang::model::{ComparedWith, Period, Versus};
use crate::lang::syntax::ast;

/// The most periods that a query may ask for.
const MOST: u64 = 100_000;

/// A period; reports dates that do not exist (K403), and empty or endless stretches (K407).
pub(super) fn period(
    scope: Scope,
    tree: &ast::Period,
    span: Span,
    problems: &mut Problems,
) -> Option<Period> {
    let calendar = &scope.model.calendar;
    match tree {
        ast::Period::In(date) => {
            let period = dates::period(calendar, date, problems)?;
            Some(Period::Range(period, period))
        }
        ast::Period::FromTo(from, to) => {
            let first = dates::period(calendar, from, problems);
            let last = dates::period(calendar, to, problems);
            let (first, last) = (first?, last?);
            if calendar::end_of(last) <= first.start {
                problems.push(
                    Diagnostic::error("K407", span, "this period ends before it starts").meant(
                        &format!(
                            "from {} to {}",
                            dates::written(&to.node),
                            dates::written(&from.node)
                        ),
                    ),
                );
                return None;
            }
            Some(Period::Range(first, last))
        }
        ast::Period::Last(count, grain) => Some(Period::Last(
            count_of(count, "last", *grain, problems)?,
            *grain,
        )),
        ast::Period::This(grain) => Some(Period::This(*grain)),
        ast::Period::Past(count, grain) => Some(Period::Past(
            count_of(count, "past", *grain, problems)?,
            *grain,
        )),
    }
}

pub(super) fn count_of(
    count: &Spanned<u64>,
    word: &str,
    grain: Grain,
    problems: &mut Problems,
) -> Option<u32> {
    let days = count.node.saturating_mul(days_of(grain));
    if count.node == 0 {
        problems.push(
            Diagnostic::error(
                "K407",
                count.span,
                format!("the {word} 0 {}s are no time", grain.word()),
            )
            .label("write 1 or more")
            .help(format!("`this {}` is the current one so far", grain.word())),
        );
        return None;
    }
    // The calendar of dates reaches a few thousand years back.
    if count.node > MOST || days > 3000 * days_of(Grain::Year) {
        problems.push(too_many(count.span));
        return None;
    }
    u32::try_from(count.node).ok()
}

fn too_many(span: Span) -> Diagnostic {
    Diagnostic::error("K407", span, "this is too long a time")
        .label(format!("a query may have {MOST} periods and 3000 years"))
}

fn days_of(grain: Grain) -> u64 {
    match grain {
        Grain::Day => 1,
        Grain::Week => 7,
        Grain::Month => 30,
        Grain::Quarter => 91,
        Grain::Year => 365,
    }
}

/// Reports an `over` that cuts the period into too many rows (K407).
pub(super) fn check_count(
    period: &Period,
    over: Option<(Grain, Span)>,
    problems: &mut Problems,
) -> bool {
    let Some((grain, span)) = over else {
        return true;
    };
    let days = match period {
        Period::Range(first, last) => {
            let days = (calendar::end_of(*last) - first.start).num_days();
            u64::try_from(days).unwrap_or_default()
        }
        Period::Last(count, grain) | Period::Past(count, grain) => {
            u64::from(*count) * days_of(*grain)
        }
        Period::This(grain) => days_of(*grain),
    };
    let fits = days / days_of(grain) <= MOST;
    if !fits {
        problems.push(too_many(span));
    }
    fits
}

/// What a query is compared with.
#[derive(Default)]
pub(super) struct Comparisons {
    pub target: Option<Span>,
    pub versus: Vec<ComparedWith>,
}

/// How many periods a query may be compared with.
const MOST_COMPARED: usize = 2;

/// `versus target, previous month, previous year`: the target and at most two others (K408).
pub(super) fn versus(
    scope: Scope,
    clauses: &QueryClauses,
    problems: &mut Problems,
) -> Option<Comparisons> {
    let mut comparisons = Comparisons::default();
    let mut all_right = true;
    for (place, item) in clauses.versus.unwrap_or_default().iter().enumerate() {
        let earlier = &clauses.versus.unwrap_or_default()[..place];
        let is_twice = earlier
            .iter()
            .any(|other| other.node.with == item.node.with);
        let others = comparisons.versus.len();
        let versus = match &item.node.with {
            ast::Versus::Target => {
                comparisons.target = Some(item.span);
                if item.node.as_percent {
                    problems.push(percent_of_target(item.span));
                    all_right = false;
                }
                None
            }
            ast::Versus::Previous(grain) => {
                all_right &= check_previous(clauses, *grain, item.span, problems);
                Some(Versus::Previous(*grain))
            }
            ast::Versus::Period(tree) => {
                let period = period(scope, tree, item.span, problems);
                all_right &= period.is_some();
                period.map(Versus::Period)
            }
        };
        if is_twice {
            problems.push(
                Diagnostic::error("K408", item.span, "this comparison stands twice")
                    .leave_out_after(place_before(earlier, item), "once is enough"),
            );
            all_right = false;
        } else if versus.is_some() && others == MOST_COMPARED {
            problems.push(
                Diagnostic::error(
                    "K408",
                    item.span,
                    "a query has two comparisons beside the target",
                )
                .leave_out_after(
                    place_before(earlier, item),
                    "ask this in a query of its own",
                ),
            );
            all_right = false;
        }
        comparisons.versus.extend(versus.map(|versus| ComparedWith {
            versus,
            as_percent: item.node.as_percent,
        }));
    }
    all_right.then_some(comparisons)
}

/// The place of the comparison before one.
fn place_before(
    earlier: &[Spanned<ast::WrittenComparison>],
    item: &Spanned<ast::WrittenComparison>,
) -> Span {
    earlier.last().map_or(item.span, |before| before.span)
}

fn percent_of_target(span: Span) -> Diagnostic {
    Diagnostic::error(
        "K408",
        span,
        "a target is kept or missed, and has no change in percent",
    )
    .label("leave `as percent` out")
    .help("`versus previous month as percent` is of another period")
}

/// `previous month` needs a period of the calendar (rule S10).
fn check_previous(
    clauses: &QueryClauses,
    grain: Grain,
    span: Span,
    problems: &mut Problems,
) -> bool {
    let Some((ast::Period::Past(count, unit), _)) = clauses.period else {
        return true;
    };
    let word = grain.word();
    problems.push(
        Diagnostic::error(
            "K408",
            span,
            format!(
                "`past {} {}s` is rolling and has no previous {word}",
                count.node,
                unit.word()
            ),
        )
        .label("compares periods of the calendar, never shifted days")
        .help(format!("write `last {word} versus previous {word}`")),
    );
    false
}
