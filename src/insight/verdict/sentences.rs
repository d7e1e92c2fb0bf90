//! The words of a verdict.

use super::decide::{SeriesEnds, ends, range};
use super::{GroupEnds, TargetStanding, VerdictEvidence, VerdictSeries};
use crate::base::statistics::SeriesTrend;
use crate::base::types::{DisplayUnit, Grain};
use crate::exec::answer::{Decision, Status};
use crate::render;

/// A group is named where it makes up this part of the change.
const TELLING_PART: f64 = 0.25;

const NUMBERS: [&str; 13] = [
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
];

/// `twelve months`
pub(super) fn periods_in_words(count: usize, grain: Grain) -> String {
    let number = match NUMBERS.get(count) {
        Some(word) => (*word).to_owned(),
        None => render::count(count as u64),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{number} {}{plural}", grain.word())
}

/// A title inside a sentence: `Risk exposure` as `risk exposure`, `MTTR` as it is.
pub(super) fn lowered(title: &str) -> String {
    let mut letters = title.chars();
    let (first, second) = (letters.next(), letters.next());
    let is_word = second.is_none_or(|letter| !letter.is_uppercase() && !letter.is_ascii_digit());
    match first {
        Some(first) if is_word => {
            let rest = &title[first.len_utf8()..];
            first.to_lowercase().collect::<String>() + rest
        }
        Some(_) | None => title.to_owned(),
    }
}

/// `fell by 71%`, `rose from 40% to 52%`, `stayed at 3 points`
pub(super) fn moved(unit: DisplayUnit, ends: SeriesEnds) -> String {
    let change = ends.change();
    let (first, last) = (ends.first.1, ends.last.1);
    if change == 0.0 {
        return format!("stayed at {}", render::with_unit(last, unit));
    }
    let verb = if change > 0.0 { "rose" } else { "fell" };
    if unit == DisplayUnit::Percent || first == 0.0 {
        return format!(
            "{verb} from {} to {}",
            render::value(first, unit),
            render::with_unit(last, unit)
        );
    }
    format!("{verb} by {}", rough_percent((change / first).abs()))
}

/// Whole percents, but for what is so small or so near the whole that they would not be true.
fn rough_percent(fraction: f64) -> String {
    let is_rough = (0.1..0.995).contains(&fraction) || fraction >= 1.005;
    let rounded = if is_rough {
        (fraction * 100.0).round() / 100.0
    } else {
        fraction
    };
    render::value(rounded, DisplayUnit::Percent)
}

/// `2,038 → 600 points; decreasing, p < 0.01`
pub(super) fn figures(unit: DisplayUnit, ends: SeriesEnds, trend: &SeriesTrend) -> String {
    let course = format!("{}, {}", trend.verdict.word(), p(trend.p));
    match unit {
        // The shares stand in the sentence.
        DisplayUnit::Percent => course,
        DisplayUnit::Count | DisplayUnit::Points | DisplayUnit::Ratio | DisplayUnit::Time(_) => {
            format!(
                "{} → {}; {course}",
                render::value(ends.first.1, unit),
                render::with_unit(ends.last.1, unit)
            )
        }
    }
}

/// `p < 0.01`, `p = 0.03`
pub(super) fn p(p: f64) -> String {
    if p < 0.001 {
        "p < 0.001".to_owned()
    } else if p < 0.01 {
        "p < 0.01".to_owned()
    } else {
        format!("p = {p:.2}")
    }
}

/// What is said after the answer.
pub(super) fn evidence(evidence: &VerdictEvidence, decision: Decision) -> Vec<String> {
    let mut sentences = Vec::new();
    sentences.extend(weights(evidence));
    if decision == Decision::Yes || decision == Decision::No {
        sentences.extend(same_scope(evidence));
        sentences.extend(mostly(evidence));
    }
    if decision == Decision::Yes {
        sentences.extend(evidence.foundations.iter().filter_map(held));
    }
    sentences.extend(targets(&evidence.targets));
    sentences
}

/// `The weights in force since 2026-03-01 are used for every month; with those of their time it fell by 71% (…).`
fn weights(evidence: &VerdictEvidence) -> Option<String> {
    let reweighted = evidence.reweighted.as_ref()?;
    let subject = &evidence.subject;
    let recorded = ends(&subject.points)?;
    Some(format!(
        "Weights changed on {}: every {} is computed with those in force since then; with the weights of its time, the number went from {} to {}.",
        reweighted.since,
        subject.grain.word(),
        render::value(recorded.first.1, subject.unit),
        render::with_unit(recorded.last.1, subject.unit)
    ))
}

/// `Over what was in scope in every month it fell by 60%.`
fn same_scope(evidence: &VerdictEvidence) -> Option<String> {
    let points = evidence.constant_scope.as_ref()?;
    let subject = &evidence.subject;
    if points.iter().all(|point| point.rows == 0) {
        return Some(format!(
            "Nothing was in scope in every {}.",
            subject.grain.word()
        ));
    }
    let ends = ends(points)?;
    Some(format!(
        "Over what was in scope in every {} it {}.",
        subject.grain.word(),
        moved(subject.unit, ends)
    ))
}

/// `Most of the change is in payments (-800) and logistics (-400).`
fn mostly(evidence: &VerdictEvidence) -> Option<String> {
    let change = ends(evidence.points())?.change();
    let part = |group: &GroupEnds| (group.last - group.first) / change;
    let mut telling: Vec<&GroupEnds> = evidence
        .groups
        .iter()
        .filter(|group| part(group) >= TELLING_PART)
        .collect();
    telling.sort_by(|left, right| part(right).total_cmp(&part(left)));
    telling.truncate(3);
    if telling.is_empty() || evidence.groups.len() < 2 {
        return None;
    }
    let unit = evidence.subject.unit;
    let named = telling.iter().map(|group| {
        let own = group.last - group.first;
        format!("{} ({})", group.name, render::change(own, unit))
    });
    let share: f64 = telling.iter().map(|group| part(group)).sum();
    let how_much = if share > 0.5 { "Most" } else { "Much" };
    let named = listed(&named.collect::<Vec<String>>());
    Some(format!("{how_much} of the change is in {named}."))
}

/// `Scan coverage stayed between 83% and 100%.`
fn held(foundation: &VerdictSeries) -> Option<String> {
    ends(&foundation.points)?;
    let (lowest, highest) = range(&foundation.points);
    let text = |value| render::with_unit(value, foundation.unit);
    Some(match lowest == highest {
        true => format!("{} stayed at {}.", foundation.title, text(lowest)),
        false => format!(
            "{} stayed between {} and {}.",
            foundation.title,
            render::value(lowest, foundation.unit),
            text(highest)
        ),
    })
}

/// `3 of 4 targets are met; missed: overdue critical findings (2, target at most 0), all in logistics.`
fn targets(targets: &[TargetStanding]) -> Option<String> {
    let of = |status: Status| targets.iter().filter(move |each| each.status == status);
    let judged = of(Status::Pass).count() + of(Status::Miss).count();
    let unjudged = of(Status::NoData).count();
    if judged + unjudged == 0 {
        return None;
    }
    let mut text = match judged {
        0 => "No target can be judged".to_owned(),
        1 if of(Status::Pass).count() == 1 => {
            "The only target that can be judged is met".to_owned()
        }
        _ => {
            let verb = if judged == 1 {
                "target is"
            } else {
                "targets are"
            };
            format!("{} of {judged} {verb} met", of(Status::Pass).count())
        }
    };
    let missed: Vec<String> = of(Status::Miss).map(missed).collect();
    if !missed.is_empty() {
        text += &format!("; missed: {}", missed.join("; "));
    }
    if judged > 0 && unjudged > 0 {
        text += &format!("; {unjudged} cannot be judged");
    }
    let few = targets
        .iter()
        .filter(|each| each.status != Status::NoData && each.has_few_rows)
        .count();
    if few > 0 {
        let rest = if few == 1 { "rests" } else { "rest" };
        text += &format!("; {few} {rest} on few rows");
    }
    Some(format!("{text}."))
}

fn missed(standing: &TargetStanding) -> String {
    let mut text = format!(
        "{} ({}, target {})",
        lowered(&standing.title),
        standing.value,
        standing.target
    );
    if let Some(mostly) = &standing.mostly {
        text += &format!(", {mostly}");
    }
    text
}

/// `a`, `a and b`, `a, b and c`
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
