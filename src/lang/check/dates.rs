//! Date literals and durations in the engine's terms: periods of the calendar and microseconds.

use crate::base::calendar;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Spanned;
use crate::base::types::MICROS_PER_DAY;
use crate::lang::format;
use crate::lang::model::{Calendar, CalendarPeriod, Moment};
use crate::lang::syntax::ast::{DateLiteral, Duration, WrittenLiteral};

/// What a date literal names.
#[derive(Clone, Copy)]
pub(super) enum DateMeaning {
    Period(CalendarPeriod),
    Instant(i64),
}

/// The longest duration a definition may name: a thousand years.
const LONGEST: f64 = 365_250.0 * MICROS_PER_DAY as f64;

/// The period or instant of a literal; reports one that does not exist (K403).
pub(super) fn when(
    calendar: &Calendar,
    literal: &Spanned<DateLiteral>,
    problems: &mut Problems,
) -> Option<DateMeaning> {
    let found = match &literal.node {
        DateLiteral::Year(year) => calendar::year(calendar, *year).map(DateMeaning::Period),
        DateLiteral::Quarter(year, quarter) => {
            calendar::quarter(calendar, *year, *quarter).map(DateMeaning::Period)
        }
        DateLiteral::Month(year, month) => calendar::month(*year, *month).map(DateMeaning::Period),
        DateLiteral::Week(year, week) => {
            calendar::week(calendar, *year, *week).map(DateMeaning::Period)
        }
        DateLiteral::Day(year, month, day) => {
            calendar::day(*year, *month, *day).map(DateMeaning::Period)
        }
        DateLiteral::Instant(text) => chrono::DateTime::parse_from_rfc3339(text)
            .ok()
            .map(|instant| DateMeaning::Instant(instant.timestamp_micros())),
    };
    if found.is_none() {
        problems.push(unknown_date(literal));
    }
    found
}

fn unknown_date(literal: &Spanned<DateLiteral>) -> Diagnostic {
    let written = written(&literal.node);
    let problem = |message: String| Diagnostic::error("K403", literal.span, message);
    match &literal.node {
        DateLiteral::Week(year, week) => {
            problem(format!("{year} has no week {week}")).label_write(format!("{year}-W52"))
        }
        DateLiteral::Instant(_) => problem(format!("`{written}` is not an instant"))
            .label("write it as `2026-03-31T10:00:00Z`"),
        DateLiteral::Year(_)
        | DateLiteral::Quarter(..)
        | DateLiteral::Month(..)
        | DateLiteral::Day(..) => problem(format!("there is no {written}")),
    }
}

/// The literal as the formatter writes it.
pub(super) fn written(literal: &DateLiteral) -> String {
    format::literal(&WrittenLiteral::Date(literal.clone()))
}

/// The first instant of what a literal names.
pub(super) fn start(calendar: &Calendar, when: DateMeaning) -> i64 {
    match when {
        DateMeaning::Period(period) => calendar::start_instant(calendar, period),
        DateMeaning::Instant(instant) => instant,
    }
}

/// The first instant that is no longer part of what a literal names; of an instant, itself.
pub(super) fn end(calendar: &Calendar, when: DateMeaning) -> i64 {
    match when {
        DateMeaning::Period(period) => calendar::end_instant(calendar, period),
        DateMeaning::Instant(instant) => instant,
    }
}

/// `since D`: from the start of D.
pub(super) fn since(
    calendar: &Calendar,
    literal: &Spanned<DateLiteral>,
    problems: &mut Problems,
) -> Option<i64> {
    when(calendar, literal, problems).map(|when| start(calendar, when))
}

/// `as of D`: the end of D (rule S1).
pub(super) fn moment(
    calendar: &Calendar,
    literal: &Spanned<DateLiteral>,
    problems: &mut Problems,
) -> Option<Moment> {
    when(calendar, literal, problems).map(|when| Moment {
        label: written(&literal.node),
        instant: end(calendar, when),
    })
}

/// A period of the calendar; an instant is none (K403).
pub(super) fn period(
    calendar: &Calendar,
    literal: &Spanned<DateLiteral>,
    problems: &mut Problems,
) -> Option<CalendarPeriod> {
    match when(calendar, literal, problems)? {
        DateMeaning::Period(period) => Some(period),
        DateMeaning::Instant(_) => {
            problems.push(
                Diagnostic::error("K403", literal.span, "an instant is not a period")
                    .label("write a day, week, month, quarter or year")
                    .help("`as of` takes an instant"),
            );
            None
        }
    }
}

/// The microseconds of a duration that must be longer than nothing (K409).
pub(super) fn micros(duration: &Spanned<Duration>, problems: &mut Problems) -> Option<i64> {
    let micros = duration.node.amount.value * duration.node.unit.micros() as f64;
    if (1.0..=LONGEST).contains(&micros) {
        return Some(micros.round() as i64);
    }
    let message = if micros < 1.0 {
        "a duration must be longer than nothing"
    } else {
        "a duration of more than a thousand years"
    };
    problems.push(
        Diagnostic::error("K409", duration.span, message).label("write one such as `30 days`"),
    );
    None
}
