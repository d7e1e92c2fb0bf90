//! The periods of a query: which there are, where each begins and ends, how it stands to as-of.
//!
//! Rules S1, S5, S8, S11 and S14. Periods are dense, and do not overlap before windows widen them.

use chrono::Days;

use super::compare::compare;
use super::period_span::{PeriodSpan, history_start};
use super::stretch::{Reach, Stretch, local, stretch};
use super::{BucketStatus, EvaluationTime, TimeBucket, Timeline};
use crate::base::calendar;
use crate::base::diagnostic::Diagnostic;
use crate::base::source::Span;
use crate::base::types::Grain;
use crate::lang::model::{Calendar, Period, SeriesWindow, Versus};

/// The largest number of periods in one answer.
pub const LARGEST_TIMELINE: usize = 100_000;

/// How many complete periods `over month` without a period covers.
const DEFAULT_PERIODS: u32 = 12;

/// What a query says about time.
pub(super) struct Question<'a> {
    pub period: Option<&'a Period>,
    pub over: Option<Grain>,
    pub versus: Vec<&'a Versus>,
    pub window: Option<SeriesWindow>,
    /// Whether any column counts events.
    pub has_flows: bool,
    pub span: Span,
}

/// The time line of a query.
pub(super) fn timeline(
    calendar: &Calendar,
    question: &Question,
    evaluation: &EvaluationTime,
) -> Result<Timeline, Diagnostic> {
    let as_of = evaluation.as_of.instant;
    let mut notes = Vec::new();
    let Some(period) = chosen_period(question, &mut notes)? else {
        return everything(calendar, question, evaluation);
    };
    let whole = stretch(calendar, &period, as_of, question.span)?;
    let period_spans = match question.over {
        Some(grain) => cut(calendar, whole, grain, as_of, question.span)?,
        None => vec![whole.period_span],
    };
    if question.over.is_some() {
        note_cut(calendar, &period_spans, &mut notes);
    }
    let mut slots: Vec<TimeBucket> = period_spans
        .iter()
        .map(|period_span| period_span.slot(calendar, as_of))
        .collect();
    note_slots(calendar, &period_spans, &slots, evaluation, &mut notes);
    let mut compared = compared(calendar, question, &period_spans, evaluation, &mut notes)?;
    if let Some(window) = question.window {
        widen(calendar, window, &mut slots);
        compared
            .iter_mut()
            .for_each(|line| widen(calendar, window, line));
        notes.push(window_note(window, question.over, &slots));
    }
    Ok(Timeline {
        grain: question.over,
        slots,
        compared,
        is_windowed: question.window.is_some(),
        notes,
    })
}

/// What each comparison of a query compares its periods with.
fn compared(
    calendar: &Calendar,
    question: &Question,
    period_spans: &[PeriodSpan],
    evaluation: &EvaluationTime,
    notes: &mut Vec<String>,
) -> Result<Vec<Vec<TimeBucket>>, Diagnostic> {
    let lines = question.versus.iter().map(|versus| {
        let asked = (*versus, question.span);
        compare(calendar, asked, period_spans, evaluation, notes)
    });
    lines.collect()
}

/// The one slot of a query that may or may not name a period; for `list`.
pub(super) fn single_slot(
    calendar: &Calendar,
    period: Option<&Period>,
    evaluation: &EvaluationTime,
    span: Span,
) -> Result<(TimeBucket, Vec<String>), Diagnostic> {
    let question = Question {
        period,
        over: None,
        versus: Vec::new(),
        window: None,
        has_flows: true,
        span,
    };
    let mut timeline = timeline(calendar, &question, evaluation)?;
    Ok((timeline.slots.remove(0), timeline.notes))
}

/// The query's period; where it has none, what the other clauses call for.
fn chosen_period(
    question: &Question,
    notes: &mut Vec<String>,
) -> Result<Option<Period>, Diagnostic> {
    if let Some(period) = question.period {
        return Ok(Some(period.clone()));
    }
    if let Some(grain) = question.over {
        let word = grain.word();
        notes.push(format!(
            "`over {word}` without a period covers the last {DEFAULT_PERIODS} complete {word}s"
        ));
        return Ok(Some(Period::Last(DEFAULT_PERIODS, grain)));
    }
    match question.versus.first() {
        None => Ok(None),
        Some(_) if question.has_flows => Err(Diagnostic::error(
            "K414",
            question.span,
            "a comparison needs a period: events of all time have nothing to be compared with",
        )
        .help("add one, such as `last month` or `this quarter`")),
        // A stock now is the stock at the end of the current period so far.
        Some(Versus::Previous(grain)) => Ok(Some(Period::This(*grain))),
        Some(Versus::Period(_)) => Ok(None),
    }
}

/// All history up to as-of, as one slot.
fn everything(
    calendar: &Calendar,
    question: &Question,
    evaluation: &EvaluationTime,
) -> Result<Timeline, Diagnostic> {
    let as_of = evaluation.as_of.instant;
    let history = history_start(calendar);
    let slot = TimeBucket {
        label: "all".to_owned(),
        start: history.unwrap_or(i64::MIN).min(as_of),
        end: as_of,
        status: match history {
            Some(history) if as_of <= history => BucketStatus::NoHistory,
            Some(_) | None => BucketStatus::Complete,
        },
    };
    let mut notes = Vec::new();
    // What is known of a stretch without a beginning is the day it ends on.
    let last = super::stretch::current(calendar, Grain::Day, as_of);
    let today = PeriodSpan::clipped(calendar, last, i64::MIN, as_of);
    let compared = compared(calendar, question, &[today], evaluation, &mut notes)?;
    Ok(Timeline {
        grain: None,
        slots: vec![slot],
        compared,
        is_windowed: false,
        notes,
    })
}

/// Moves the start of each slot back to that of its window (rule S48).
fn widen(calendar: &Calendar, window: SeriesWindow, slots: &mut [TimeBucket]) {
    let first = slots.iter().find(|slot| slot.is_readable());
    let first = first.map(|slot| slot.start);
    let history = history_start(calendar);
    for slot in slots.iter_mut().filter(|slot| slot.is_readable()) {
        let start = match window {
            SeriesWindow::Running => first.expect("there is a slot that can be read"),
            SeriesWindow::Rolling(count, grain) => {
                super::stretch::past_start(calendar, count, grain, slot.end)
            }
        };
        slot.start = history.map_or(start, |history| start.max(history));
    }
}

fn window_note(window: SeriesWindow, over: Option<Grain>, slots: &[TimeBucket]) -> String {
    let word = over.map_or("period", Grain::word);
    match window {
        SeriesWindow::Running => {
            let first = slots.iter().find(|slot| slot.is_readable());
            let first = first.map_or("the first", |slot| slot.label.as_str());
            format!("each {word} covers everything from {first} on")
        }
        SeriesWindow::Rolling(count, grain) => {
            let plural = if count == 1 { "" } else { "s" };
            format!(
                "each {word} covers the {count} {}{plural} up to its end",
                grain.word()
            )
        }
    }
}

/// The periods of a grain that a stretch overlaps, each cut to it.
fn cut(
    calendar: &Calendar,
    whole: Stretch,
    grain: Grain,
    as_of: i64,
    span: Span,
) -> Result<Vec<PeriodSpan>, Diagnostic> {
    let PeriodSpan {
        start, end, first, ..
    } = whole.period_span;
    let (stop, bound) = match whole.reach {
        Reach::Fixed => (end, end),
        Reach::SoFar => (end.min(as_of), end),
        Reach::Rolling => (as_of, i64::MAX),
    };
    let mut period_spans = Vec::new();
    let mut period = calendar::period_of(calendar, first.start, grain);
    loop {
        let period_span = PeriodSpan::clipped(calendar, period, start, bound);
        if period_span.start >= stop {
            return Ok(period_spans);
        }
        if period_spans.len() == LARGEST_TIMELINE {
            return Err(too_many(grain, span));
        }
        // A day that a zone skipped (Samoa, 30 December 2011) is no period at all.
        if !period_span.is_empty() {
            period_spans.push(period_span);
        }
        period = calendar::next(period);
    }
}

fn too_many(grain: Grain, span: Span) -> Diagnostic {
    let word = grain.word();
    Diagnostic::error(
        "K413",
        span,
        format!("the range has more than {LARGEST_TIMELINE} {word}s"),
    )
    .help("choose a shorter range, or a longer grain after `over`")
}

fn note_cut(calendar: &Calendar, period_spans: &[PeriodSpan], notes: &mut Vec<String>) {
    let labels: Vec<String> = period_spans
        .iter()
        .filter(|period_span| period_span.is_cut(calendar))
        .map(|period_span| period_span.label(calendar))
        .collect();
    if !labels.is_empty() {
        notes.push(format!(
            "{} {} only in part within the range",
            labels.join(" and "),
            if labels.len() == 1 { "lies" } else { "lie" }
        ));
    }
}

fn note_slots(
    calendar: &Calendar,
    period_spans: &[PeriodSpan],
    slots: &[TimeBucket],
    evaluation: &EvaluationTime,
    notes: &mut Vec<String>,
) {
    for (period_span, slot) in period_spans.iter().zip(slots) {
        match slot.status {
            BucketStatus::Provisional => notes.push(format!(
                "{} is provisional: it is counted up to {}",
                slot.label, evaluation.as_of.label
            )),
            BucketStatus::Complete | BucketStatus::NoHistory | BucketStatus::Future => {}
        }
        note_history(calendar, period_span, slot, notes);
    }
}

/// Says so where history begins within a slot.
pub(super) fn note_history(
    calendar: &Calendar,
    period_span: &PeriodSpan,
    slot: &TimeBucket,
    notes: &mut Vec<String>,
) {
    if let Some(day) = calendar.history_from
        && slot.start > period_span.start
    {
        let note = format!(
            "{} is computed from {day} on, where history begins",
            slot.label
        );
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
}

/// The ends of the local days within a slot, ascending; the last is the slot's end. Empty for a slot
/// without time in it, one instant for a slot without a beginning.
pub fn day_ends(calendar: &Calendar, slot: &TimeBucket) -> Vec<i64> {
    let mut ends = Vec::new();
    if slot.start >= slot.end {
        return ends;
    }
    if slot.start > i64::MIN {
        let mut day = local(calendar, slot.start).date() + Days::new(1);
        let mut end = calendar::midnight(calendar, day);
        while end < slot.end {
            // A skipped day ends where it begins.
            if end > slot.start && ends.last() != Some(&end) {
                ends.push(end);
            }
            day = day + Days::new(1);
            end = calendar::midnight(calendar, day);
        }
    }
    ends.push(slot.end);
    ends
}
