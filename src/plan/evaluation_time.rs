//! Where evaluation stands: the query's own clauses, else what was given, else the end of the data
//! (rules S2, S3). Never the clock.

use chrono::{Datelike, NaiveDate};

use super::EvaluationTime;
use crate::base::calendar;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Span;
use crate::base::types::Grain;
use crate::lang::model::{Calendar, CalendarPeriod, Definitions, Moment, Query};

/// What is known of as-of before the query is looked at.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct GivenTime {
    /// From the command line, or a test's `as of`.
    pub as_of: Option<Moment>,
    /// From the command line, or a test's `as known on`.
    pub known_on: Option<Moment>,
    /// The latest event in the data, microseconds; asked for only where no as-of is given.
    pub watermark: Option<i64>,
}

/// As-of and known-on of a query. The query's own clauses win over `given`; without either, as-of is
/// the end of the local day of the watermark.
pub fn evaluation_time(
    definitions: &Definitions,
    query: &Query,
    given: &GivenTime,
) -> Result<EvaluationTime, Problems> {
    let calendar = &definitions.calendar;
    let as_of = match query.as_of.as_ref().or(given.as_of.as_ref()) {
        Some(moment) => moment.clone(),
        None => end_of_data(calendar, query.span, given.watermark)?,
    };
    within_calendar(calendar, query.span, as_of.instant)?;
    let known_on = query.known_on.as_ref().or(given.known_on.as_ref());
    Ok(EvaluationTime {
        known_on: known_on.unwrap_or(&as_of).clone(),
        known_on_given: known_on.is_some(),
        as_of,
    })
}

fn end_of_data(
    calendar: &Calendar,
    span: Span,
    watermark: Option<i64>,
) -> Result<Moment, Diagnostic> {
    let Some(watermark) = watermark else {
        return Err(Diagnostic::error(
            "K410",
            span,
            "the data holds no event, so there is no instant to evaluate at",
        )
        .help("say which with `--as-of 2026-03-31`, or write `as of 2026-03-31` in the query"));
    };
    let day = within_calendar(calendar, span, watermark)?;
    let period = CalendarPeriod {
        grain: Grain::Day,
        start: day,
    };
    Ok(Moment {
        label: calendar::label(calendar, period),
        instant: calendar::end_instant(calendar, period),
    })
}

/// The local day of an instant, if its year can be written with four digits.
fn within_calendar(calendar: &Calendar, span: Span, micros: i64) -> Result<NaiveDate, Diagnostic> {
    calendar::local_day(calendar, micros)
        .filter(|day| (0..=10_000).contains(&day.year()))
        .ok_or_else(|| {
            Diagnostic::error("K411", span, "as-of lies outside the years 0 to 9999")
                .help("a date in the data is wrong, or `--as-of` is")
        })
}
