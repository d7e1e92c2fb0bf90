//! Instants, durations and the time line in words.

use super::Paragraph;
use crate::base::calendar;
use crate::base::types::{MICROS_PER_DAY, TimeUnit};
use crate::lang::model::{Calendar, Definitions};
use crate::plan::{BucketStatus, Plan, TimeBucket, Timeline, Work};

/// How many pairs of compared periods are written out.
const PAIRS_WRITTEN: usize = 3;

/// `30 days`, `1 hour`; days go before weeks.
pub(super) fn duration(micros: i64) -> String {
    let unit = [TimeUnit::Days, TimeUnit::Hours, TimeUnit::Minutes]
        .into_iter()
        .find(|unit| micros % unit.micros() == 0);
    match unit {
        Some(unit) => {
            let count = micros / unit.micros();
            let word = unit.word();
            format!(
                "{count} {}",
                if count == 1 {
                    &word[..word.len() - 1]
                } else {
                    word
                }
            )
        }
        None => format!("{} days", micros as f64 / MICROS_PER_DAY as f64),
    }
}

/// The local date of an instant, with its time unless it begins the day.
pub(super) fn instant(calendar: &Calendar, micros: i64) -> String {
    match calendar::local_time(calendar, micros) {
        Some(local) if calendar::midnight(calendar, local.date()) == micros => {
            local.format("%Y-%m-%d").to_string()
        }
        Some(local) => local.format("%Y-%m-%d %H:%M:%S%.f").to_string(),
        None => "the beginning".to_owned(),
    }
}

/// `[2026-03-01, 2026-04-01)`
pub(super) fn bounds(calendar: &Calendar, slot: &TimeBucket) -> String {
    let (start, end) = (instant(calendar, slot.start), instant(calendar, slot.end));
    format!("[{start}, {end})")
}

/// When a plan is evaluated and which periods it covers.
pub(super) fn paragraph(definitions: &Definitions, plan: &Plan) -> Paragraph {
    let calendar = &definitions.calendar;
    let (as_of, known_on) = (&plan.evaluation.as_of, &plan.evaluation.known_on);
    let mut lines = vec![format!(
        "as of {}: what happened at or after {} is not seen",
        as_of.label,
        instant(calendar, as_of.instant)
    )];
    if plan.evaluation.known_on_given {
        lines.push(format!(
            "as known on {}: rows that became known at or after {} are absent",
            known_on.label,
            instant(calendar, known_on.instant)
        ));
    }
    lines.push(format!("time zone {}", calendar.timezone.name()));
    match &plan.work {
        Work::Values(work) => lines.extend(timeline_lines(calendar, &work.timeline)),
        Work::List(work) => lines.push(format!(
            "period {}: {}",
            work.slot.label,
            bounds(calendar, &work.slot)
        )),
    }
    lines.push("attributes have no history: their latest values are used throughout".to_owned());
    lines.extend(plan.notes.iter().cloned());
    Paragraph {
        title: "Time".to_owned(),
        lines,
    }
}

fn timeline_lines(calendar: &Calendar, timeline: &Timeline) -> Vec<String> {
    let mut lines = Vec::new();
    if let (Some(first), Some(last)) = (timeline.slots.first(), timeline.slots.last()) {
        if timeline.slots.len() == 1 {
            lines.push(format!(
                "period {}: {}",
                first.label,
                bounds(calendar, first)
            ));
        } else {
            lines.push(format!(
                "{} periods from {}, {}, to {}, {}",
                timeline.slots.len(),
                first.label,
                bounds(calendar, first),
                last.label,
                end_words(calendar, last),
            ));
        }
    }
    for line in &timeline.compared {
        for (slot, other) in timeline.slots.iter().zip(line).take(PAIRS_WRITTEN) {
            lines.push(format!(
                "{} is compared with {}: {}",
                slot.label,
                other.label,
                bounds(calendar, other)
            ));
        }
        if line.len() > PAIRS_WRITTEN {
            lines.push("and so on".to_owned());
        }
    }
    lines.extend(timeline.notes.iter().cloned());
    lines
}

fn end_words(calendar: &Calendar, slot: &TimeBucket) -> String {
    match slot.status {
        BucketStatus::Future => "in the future".to_owned(),
        BucketStatus::Complete | BucketStatus::Provisional | BucketStatus::NoHistory => {
            bounds(calendar, slot)
        }
    }
}
