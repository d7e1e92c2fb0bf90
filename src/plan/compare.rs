//! Which period each period is compared with (rules S9, S10).
//!
//! Periods of the calendar are compared, never shifted days: March with February whole, a week with the
//! week of the same number. What as-of cuts off is cut off the other period too.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime};

use super::period_span::PeriodSpan;
use super::stretch::{day_before, local, stretch};
use super::timeline::note_history;
use super::{BucketStatus, EvaluationTime, TimeBucket};
use crate::base::calendar;
use crate::base::diagnostic::Diagnostic;
use crate::base::source::Span;
use crate::base::types::Grain;
use crate::lang::model::{Calendar, CalendarPeriod, Period, Versus};

/// How many periods without a counterpart a note names.
const NAMED_IN_NOTE: usize = 3;

/// The slot each period span is compared with, and sentences about them.
pub(super) fn compare(
    calendar: &Calendar,
    (versus, span): (&Versus, Span),
    period_spans: &[PeriodSpan],
    evaluation: &EvaluationTime,
    notes: &mut Vec<String>,
) -> Result<Vec<TimeBucket>, Diagnostic> {
    let as_of = evaluation.as_of.instant;
    match versus {
        Versus::Previous(grain) => previous(calendar, (*grain, span), period_spans, as_of, notes),
        Versus::Period(period) => fixed(calendar, (period, span), period_spans, evaluation, notes),
    }
}

fn previous(
    calendar: &Calendar,
    (grain, span): (Grain, Span),
    period_spans: &[PeriodSpan],
    as_of: i64,
    notes: &mut Vec<String>,
) -> Result<Vec<TimeBucket>, Diagnostic> {
    let mut slots = Vec::new();
    let mut without_counterpart = Vec::new();
    for period_span in period_spans {
        check_length(calendar, period_span, grain, span)?;
        let earlier = earlier(calendar, period_span, grain, as_of);
        let slot = earlier.slot(calendar, as_of);
        if is_provisional(period_span, as_of) {
            notes.push(format!(
                "{} is compared with the same elapsed part of {}",
                period_span.label(calendar),
                slot.label
            ));
        }
        if !has_counterpart(calendar, period_span, grain) {
            without_counterpart.push(format!(
                "{} with {}",
                period_span.label(calendar),
                slot.label
            ));
        }
        note_history(calendar, &earlier, &slot, notes);
        slots.push(slot);
    }
    note_without_counterpart(&without_counterpart, grain, notes);
    Ok(slots)
}

fn note_without_counterpart(pairs: &[String], grain: Grain, notes: &mut Vec<String>) {
    if pairs.is_empty() {
        return;
    }
    let named = pairs[..pairs.len().min(NAMED_IN_NOTE)].join(", ");
    let more = match pairs.len().saturating_sub(NAMED_IN_NOTE) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    notes.push(format!(
        "without a counterpart one {} earlier, compared with the last before it: {named}{more}",
        grain.word()
    ));
}

fn fixed(
    calendar: &Calendar,
    (period, span): (&Period, Span),
    period_spans: &[PeriodSpan],
    evaluation: &EvaluationTime,
    notes: &mut Vec<String>,
) -> Result<Vec<TimeBucket>, Diagnostic> {
    let as_of = evaluation.as_of.instant;
    let other = stretch(calendar, period, as_of, span)?.period_span;
    let whole = other.slot(calendar, as_of);
    match whole.status {
        BucketStatus::Provisional => notes.push(format!(
            "{} is provisional: it is counted up to {}",
            whole.label, evaluation.as_of.label
        )),
        BucketStatus::Complete | BucketStatus::NoHistory | BucketStatus::Future => {}
    }
    note_history(calendar, &other, &whole, notes);
    let mut slots = Vec::new();
    for period_span in period_spans {
        if !is_provisional(period_span, as_of) {
            slots.push(whole.clone());
            continue;
        }
        let alike = period_span.first.grain == other.first.grain
            && period_span.last.grain == other.last.grain;
        let (part, slot) = if alike {
            let part = elapsed_part(calendar, period_span, &other, as_of);
            ("the same elapsed part", part.slot(calendar, as_of))
        } else {
            ("the whole", whole.clone())
        };
        notes.push(format!(
            "{} is compared with {part} of {}",
            period_span.label(calendar),
            slot.label
        ));
        slots.push(slot);
    }
    Ok(slots)
}

fn is_provisional(period_span: &PeriodSpan, as_of: i64) -> bool {
    period_span.start < as_of && as_of < period_span.end
}

/// The beginning of another period span, as much of it as has elapsed of the first one.
fn elapsed_part(
    calendar: &Calendar,
    period_span: &PeriodSpan,
    other: &PeriodSpan,
    as_of: i64,
) -> PeriodSpan {
    let same = same_offset(calendar, as_of, period_span.first.start, other.first.start);
    PeriodSpan {
        end: same.min(other.end),
        ..*other
    }
}

/// Refuses a period span that would overlap what it is compared with.
fn check_length(
    calendar: &Calendar,
    period_span: &PeriodSpan,
    grain: Grain,
    span: Span,
) -> Result<(), Diagnostic> {
    let grains = [period_span.first.grain, period_span.last.grain];
    if grains.contains(&Grain::Week) && matches!(grain, Grain::Month | Grain::Quarter) {
        let word = grain.word();
        return Err(Diagnostic::error(
            "K416",
            span,
            format!("weeks do not fall into {word}s, so none has a counterpart one {word} earlier"),
        )
        .help("write `versus previous week` or `versus previous year`"));
    }
    if is_longer(calendar, period_span, grain) {
        let (label, word) = (period_span.label(calendar), grain.word());
        return Err(Diagnostic::error(
            "K415",
            span,
            format!(
                "{label} is longer than a {word}, so it cannot be compared with the previous {word}"
            ),
        )
        .help(longer_help(period_span)));
    }
    Ok(())
}

fn longer_help(period_span: &PeriodSpan) -> String {
    if period_span.first == period_span.last {
        format!("write `versus previous {}`", period_span.first.grain.word())
    } else {
        "write `versus previous year`, or the period to compare with: `versus 2025-12`".to_owned()
    }
}

fn is_longer(calendar: &Calendar, period_span: &PeriodSpan, grain: Grain) -> bool {
    let (first, last) = (period_span.first, period_span.last);
    if first.grain > grain || last.grain > grain {
        return true;
    }
    if first == last {
        return false;
    }
    if first.grain >= Grain::Month && last.grain >= Grain::Month {
        return calendar::end_of(one_earlier(calendar, last, grain)) > first.start;
    }
    // Months differ in length: 31 days are a month's worth even where February is the other one.
    let days = (calendar::end_of(last) - first.start).num_days();
    days > match grain {
        Grain::Day => 1,
        Grain::Week => 7,
        Grain::Month => 31,
        Grain::Quarter => 92,
        Grain::Year => 366,
    }
}

/// A period span one grain earlier, cut where the period span is cut.
fn earlier(calendar: &Calendar, period_span: &PeriodSpan, grain: Grain, as_of: i64) -> PeriodSpan {
    let whole = PeriodSpan::whole(
        calendar,
        one_earlier(calendar, period_span.first, grain),
        one_earlier(calendar, period_span.last, grain),
    );
    let start = if period_span.start == calendar::start_instant(calendar, period_span.first) {
        whole.start
    } else {
        let day = local(calendar, period_span.start).date();
        counterpart(
            calendar,
            period_span.start,
            (day, period_span.first.grain),
            grain,
        )
    };
    let end = if is_provisional(period_span, as_of) {
        as_of
    } else {
        period_span.end
    };
    let end = if end == calendar::end_instant(calendar, period_span.last) {
        whole.end
    } else {
        let day = day_before(calendar, end);
        counterpart(calendar, end, (day, period_span.last.grain), grain)
    };
    PeriodSpan {
        start,
        end,
        ..whole
    }
}

/// The instant at the same place of the period one grain earlier, no later than that period's end.
/// `day` and its grain say which period the instant is taken to lie in.
fn counterpart(
    calendar: &Calendar,
    instant: i64,
    (day, own): (NaiveDate, Grain),
    grain: Grain,
) -> i64 {
    let period = calendar::period_of(calendar, day, own);
    let other = one_earlier(calendar, period, grain);
    same_offset(calendar, instant, period.start, other.start)
        .min(calendar::end_instant(calendar, other))
}

/// As many local days after `to`, at the same time of day, as the instant lies after `from`.
fn same_offset(calendar: &Calendar, instant: i64, from: NaiveDate, to: NaiveDate) -> i64 {
    let local = local(calendar, instant);
    // The first instant of a day is its first instant elsewhere too, whatever clocks show there.
    let time = if instant == calendar::midnight(calendar, local.date()) {
        NaiveTime::MIN
    } else {
        local.time()
    };
    let day = to + (local.date() - from);
    calendar::instant_of(calendar, day.and_time(time))
}

/// The period of the same name one grain earlier; where there is none (29 February, week 53) the last
/// one before. The grain is not shorter than the period, and weeks go by weeks or years.
fn one_earlier(calendar: &Calendar, period: CalendarPeriod, grain: Grain) -> CalendarPeriod {
    let earlier = if period.grain == grain {
        calendar::previous(period)
    } else if (period.grain, grain) == (Grain::Week, Grain::Year) {
        same_week_of_last_year(calendar, period)
    } else {
        CalendarPeriod {
            start: match grain {
                Grain::Day | Grain::Week => period.start - Days::new(7),
                Grain::Month => period.start - Months::new(1),
                Grain::Quarter => period.start - Months::new(3),
                Grain::Year => period.start - Months::new(12),
            },
            ..period
        }
    };
    // A day that a zone skipped (Samoa, 30 December 2011) has nothing to compare with.
    if PeriodSpan::whole(calendar, earlier, earlier).is_empty() {
        return calendar::previous(earlier);
    }
    earlier
}

fn same_week_of_last_year(calendar: &Calendar, week: CalendarPeriod) -> CalendarPeriod {
    let (year, number) = week_number(calendar, week);
    calendar::week(calendar, year - 1, number)
        .or_else(|| calendar::week(calendar, year - 1, number - 1))
        .expect("every year has 52 weeks")
}

/// The year a week is named by, that of its fourth day, and its number there.
fn week_number(calendar: &Calendar, week: CalendarPeriod) -> (i32, u32) {
    let year = (week.start + Days::new(3)).year();
    let first = calendar::week(calendar, year, 1).expect("every year has a first week");
    let weeks = (week.start - first.start).num_days() / 7;
    (year, weeks as u32 + 1)
}

/// Whether there is a period of the same name one grain earlier, for both ends of a period span.
fn has_counterpart(calendar: &Calendar, period_span: &PeriodSpan, grain: Grain) -> bool {
    [period_span.first, period_span.last]
        .into_iter()
        .all(|period| {
            let other = one_earlier(calendar, period, grain);
            match (period.grain, grain) {
                (Grain::Day, Grain::Month | Grain::Quarter | Grain::Year) => {
                    other.start.day() == period.start.day()
                }
                (Grain::Week, Grain::Year) => {
                    week_number(calendar, other).1 == week_number(calendar, period).1
                }
                (Grain::Day, Grain::Day | Grain::Week)
                | (Grain::Week, Grain::Day | Grain::Week | Grain::Month | Grain::Quarter)
                | (Grain::Month | Grain::Quarter | Grain::Year, _) => true,
            }
        })
}
