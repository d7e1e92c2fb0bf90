//! The period of a query → a stretch of the time line (rules S1, S8).

use chrono::{Days, Months, NaiveDate, NaiveDateTime};

use super::period_span::PeriodSpan;
use super::timeline::LARGEST_TIMELINE;
use crate::base::calendar;
use crate::base::diagnostic::Diagnostic;
use crate::base::source::Span;
use crate::base::types::Grain;
use crate::lang::model::{Calendar, CalendarPeriod, Period};

/// What a query covers, before it is cut into periods.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stretch {
    pub period_span: PeriodSpan,
    pub reach: Reach,
}

/// How the end of a stretch relates to as-of; it matters when the stretch is cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reach {
    /// Both ends are named: periods after as-of have rows too (rule S14).
    Fixed,
    /// The current period: nothing after as-of.
    SoFar,
    /// Ends at as-of wherever that is: the period it ends in is not over.
    Rolling,
}

/// The stretch a period stands for at an as-of instant.
pub(super) fn stretch(
    calendar: &Calendar,
    period: &Period,
    as_of: i64,
    span: Span,
) -> Result<Stretch, Diagnostic> {
    match period {
        Period::Range(first, last) => range(calendar, *first, *last, span),
        Period::Last(count, grain) => {
            check_count(*count, *grain, span)?;
            Ok(last(calendar, *count, *grain, as_of))
        }
        Period::This(grain) => {
            let current = current(calendar, *grain, as_of);
            Ok(Stretch {
                period_span: PeriodSpan::whole(calendar, current, current),
                reach: Reach::SoFar,
            })
        }
        Period::Past(count, grain) => {
            check_count(*count, *grain, span)?;
            Ok(past(calendar, *count, *grain, as_of))
        }
    }
}

fn range(
    calendar: &Calendar,
    first: CalendarPeriod,
    last: CalendarPeriod,
    span: Span,
) -> Result<Stretch, Diagnostic> {
    if calendar::end_of(last) <= first.start {
        let (from, to) = (
            calendar::label(calendar, first),
            calendar::label(calendar, last),
        );
        return Err(
            Diagnostic::error("K412", span, format!("{to} ends before {from} begins"))
                .help(format!("write `from {to} to {from}`")),
        );
    }
    Ok(Stretch {
        period_span: PeriodSpan::whole(calendar, first, last),
        reach: Reach::Fixed,
    })
}

fn check_count(count: u32, grain: Grain, span: Span) -> Result<(), Diagnostic> {
    let word = grain.word();
    if count == 0 {
        return Err(
            Diagnostic::error("K412", span, format!("0 {word}s hold no time"))
                .help(format!("write `last {word}` for one")),
        );
    }
    if count as usize > LARGEST_TIMELINE {
        return Err(Diagnostic::error(
            "K413",
            span,
            format!("{count} {word}s are more than the {LARGEST_TIMELINE} an answer can hold"),
        )
        .help("choose a shorter range"));
    }
    Ok(())
}

/// The last complete periods; one that ends exactly at as-of is complete.
fn last(calendar: &Calendar, count: u32, grain: Grain, as_of: i64) -> Stretch {
    let current = current(calendar, grain, as_of);
    let last = if calendar::end_instant(calendar, current) <= as_of {
        current
    } else {
        calendar::previous(current)
    };
    Stretch {
        period_span: PeriodSpan::whole(calendar, calendar::back(last, count - 1), last),
        reach: Reach::Fixed,
    }
}

/// A window that ends at as-of and begins at the same local time so many calendar units before.
fn past(calendar: &Calendar, count: u32, grain: Grain, as_of: i64) -> Stretch {
    let start = past_start(calendar, count, grain, as_of);
    Stretch {
        period_span: PeriodSpan {
            first: calendar::period_of(calendar, local(calendar, start).date(), Grain::Day),
            last: current(calendar, Grain::Day, as_of),
            start,
            end: as_of,
        },
        reach: Reach::Rolling,
    }
}

/// The instant with the same local time so many calendar units before an end.
pub(super) fn past_start(calendar: &Calendar, count: u32, grain: Grain, end: i64) -> i64 {
    let until = local(calendar, end);
    let from = match grain {
        Grain::Day => until - Days::new(u64::from(count)),
        Grain::Week => until - Days::new(7 * u64::from(count)),
        Grain::Month => until - Months::new(count),
        Grain::Quarter => until - Months::new(3 * count),
        Grain::Year => until - Months::new(12 * count),
    };
    calendar::instant_of(calendar, from)
}

/// The period that holds the last instant before as-of.
pub(super) fn current(calendar: &Calendar, grain: Grain, as_of: i64) -> CalendarPeriod {
    calendar::period_of(calendar, day_before(calendar, as_of), grain)
}

/// The local day of the last instant before this one.
pub(super) fn day_before(calendar: &Calendar, instant: i64) -> NaiveDate {
    local(calendar, instant - 1).date()
}

/// The local time of an instant of a time line.
pub(super) fn local(calendar: &Calendar, instant: i64) -> NaiveDateTime {
    calendar::local_time(calendar, instant)
        .expect("an evaluation time and the periods around it lie within the years dates can name")
}
