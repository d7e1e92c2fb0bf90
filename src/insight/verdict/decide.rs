//! The decision: yes, no, no evidence, cannot tell.

use super::sentences::{self, moved, periods_in_words};
use super::{BoardVerdict, Direction, VerdictEvidence, VerdictPoint, VerdictSeries};
use crate::base::statistics::{self, SeriesTrend, TrendVerdict};
use crate::base::types::DisplayUnit;
use crate::exec::answer::{Decision, Status};
use crate::render;

/// Fewer values show no direction: of five, only those in one unbroken order have a p of at most 5 %.
const FEWEST_VALUES: usize = 6;
/// A share that the answer rests on may lose so much of the whole.
const LOST_SHARE: f64 = 0.05;
/// Another number that the answer rests on may lose this part of its first value.
const LOST_PART: f64 = 0.1;

/// The first and the last value of a series, with their periods.
#[derive(Clone, Copy)]
pub(super) struct SeriesEnds<'a> {
    pub first: (&'a str, f64),
    pub last: (&'a str, f64),
}

impl SeriesEnds<'_> {
    pub fn change(&self) -> f64 {
        self.last.1 - self.first.1
    }
}

/// The answer to the question.
pub fn decide(evidence: &VerdictEvidence) -> BoardVerdict {
    let points = evidence.points();
    let (decision, summary, figures) = match nothing_to_judge(evidence, points) {
        Some(why) => (Decision::CannotTell, why, String::new()),
        None => judged(evidence, points),
    };
    BoardVerdict {
        question: evidence.question.clone(),
        decision,
        summary: format!("{}: {summary}", opening(decision)),
        figures,
        evidence: sentences::evidence(evidence, decision),
    }
}

/// The verdict on numbers that no file holds, and the reason.
pub fn unanswered(question: &str, reason: &str) -> BoardVerdict {
    let decision = Decision::CannotTell;
    BoardVerdict {
        question: question.to_owned(),
        decision,
        summary: format!("{}: {reason}", opening(decision)),
        figures: String::new(),
        evidence: Vec::new(),
    }
}

fn opening(decision: Decision) -> &'static str {
    match decision {
        Decision::Yes => "Yes",
        Decision::No => "No",
        Decision::NoEvidence => "No evidence",
        Decision::CannotTell => "Cannot tell",
    }
}

/// Why the series itself shows no direction: too short, or of too few rows.
fn nothing_to_judge(evidence: &VerdictEvidence, points: &[VerdictPoint]) -> Option<String> {
    let subject = &evidence.subject;
    let title = sentences::lowered(&subject.title);
    let periods = periods_in_words(points.len(), subject.grain);
    let values = points.iter().filter(|point| point.value.is_some()).count();
    if values == 0 {
        return Some(format!("{title} has no value in {periods}"));
    }
    if points.iter().all(|point| point.rows == 0) {
        return Some(format!(
            "{title} is of no row in {periods}: nothing was found, or nothing was looked at"
        ));
    }
    if values < FEWEST_VALUES {
        return Some(format!(
            "{title} has a value in {values} of {periods}, and a direction needs {FEWEST_VALUES}"
        ));
    }
    let mut rows: Vec<u64> = points.iter().map(|point| point.rows).collect();
    rows.sort_unstable();
    let usual = rows[rows.len() / 2];
    let fewest = evidence.fewest_rows?;
    (usual < fewest).then(|| {
        format!(
            "{title} is of {} in a usual {}, and chance moves a number of so few",
            render::counted(usual, "row", "rows"),
            subject.grain.word()
        )
    })
}

/// A series that is long enough, judged by its direction and by what the answer rests on.
fn judged(evidence: &VerdictEvidence, points: &[VerdictPoint]) -> (Decision, String, String) {
    let subject = &evidence.subject;
    let ends = ends(points).expect("there are values");
    let trend = statistics::trend(&values(points));
    let over = periods_in_words(points.len(), subject.grain);
    let title = sentences::lowered(&subject.title);
    let figures = sentences::figures(subject.unit, ends, &trend);
    let what = format!("{title} {} in {over}", moved(subject.unit, ends));
    let Some(is_better) = is_better(subject, ends, &trend) else {
        return undirected(subject, points, &title, &over, &trend);
    };
    if is_better {
        return match doubts_of_better(evidence) {
            Some(doubt) => (
                Decision::CannotTell,
                format!("{what}, but {doubt}"),
                figures,
            ),
            None => (Decision::Yes, what, figures),
        };
    }
    match doubt_of_worse(evidence) {
        Some(doubt) => (
            Decision::CannotTell,
            format!("{what}, but {doubt}"),
            figures,
        ),
        None => (Decision::No, what, figures),
    }
}

/// Whether the series goes the better way; none where it shows no way, or its ends another one than its trend.
fn is_better(subject: &VerdictSeries, ends: SeriesEnds, trend: &SeriesTrend) -> Option<bool> {
    let rises = match trend.verdict {
        TrendVerdict::Increasing => true,
        TrendVerdict::Decreasing => false,
        TrendVerdict::NoEvidence => return None,
    };
    if ends.change() == 0.0 || (ends.change() > 0.0) != rises {
        return None;
    }
    Some(rises == (subject.direction == Direction::HigherIsBetter))
}

fn undirected(
    subject: &VerdictSeries,
    points: &[VerdictPoint],
    title: &str,
    over: &str,
    trend: &SeriesTrend,
) -> (Decision, String, String) {
    let (lowest, highest) = range(points);
    let text = |value| render::with_unit(value, subject.unit);
    if lowest == highest {
        let words = format!("{title} stayed at {} in {over}", text(lowest));
        return (Decision::No, words, String::new());
    }
    let words = format!(
        "{title} moved between {} and {} in {over}",
        render::value(lowest, subject.unit),
        text(highest)
    );
    let figures = match trend.verdict {
        TrendVerdict::NoEvidence => format!("no trend, {}", sentences::p(trend.p)),
        TrendVerdict::Increasing | TrendVerdict::Decreasing => format!(
            "{} but for its ends, {}",
            trend.verdict.word(),
            sentences::p(trend.p)
        ),
    };
    (Decision::NoEvidence, words, figures)
}

/// Why a number that got better need not mean that things did.
fn doubts_of_better(evidence: &VerdictEvidence) -> Option<String> {
    let shaken = evidence.foundations.iter().find_map(shaken);
    shaken.or_else(|| {
        let points = evidence.constant_scope.as_ref()?;
        let subject = &evidence.subject;
        if points.iter().all(|point| point.rows == 0) {
            let alone = evidence.foundations.is_empty();
            return alone.then(|| "nothing was in scope in all of them".to_owned());
        }
        let ends = ends(points)?;
        let is_better = match subject.direction {
            Direction::HigherIsBetter => ends.change() > 0.0,
            Direction::LowerIsBetter => ends.change() < 0.0,
        };
        (!is_better).then(|| {
            format!(
                "over what was in scope in every {} it {}",
                subject.grain.word(),
                moved(subject.unit, ends)
            )
        })
    })
}

/// Why a number that got worse need not mean that things did: more was looked at.
fn doubt_of_worse(evidence: &VerdictEvidence) -> Option<String> {
    let points = evidence.constant_scope.as_ref()?;
    let subject = &evidence.subject;
    if points.iter().all(|point| point.rows == 0) {
        return None;
    }
    let ends = ends(points)?;
    let is_worse = match subject.direction {
        Direction::HigherIsBetter => ends.change() < 0.0,
        Direction::LowerIsBetter => ends.change() > 0.0,
    };
    (!is_worse).then(|| {
        format!(
            "over what was in scope in every {} it {}: more was looked at",
            subject.grain.word(),
            moved(subject.unit, ends)
        )
    })
}

/// What is wrong with a number that the answer rests on.
fn shaken(foundation: &VerdictSeries) -> Option<String> {
    let title = sentences::lowered(&foundation.title);
    let rests = format!("{title}, on which that rests,");
    let Some(ends) = ends(&foundation.points) else {
        return Some(format!("{rests} is not known"));
    };
    let last = foundation.points.last();
    if last.is_none_or(|point| point.value.is_none()) {
        return Some(format!("{rests} is not known after {}", ends.last.0));
    }
    let lost = match foundation.direction {
        Direction::HigherIsBetter => -ends.change(),
        Direction::LowerIsBetter => ends.change(),
    };
    let allowed = match foundation.unit {
        DisplayUnit::Percent => LOST_SHARE,
        DisplayUnit::Count | DisplayUnit::Points | DisplayUnit::Ratio | DisplayUnit::Time(_) => {
            ends.first.1.abs() * LOST_PART
        }
    };
    let text = |value| render::with_unit(value, foundation.unit);
    if lost > allowed {
        return Some(format!(
            "{rests} went from {} to {}",
            text(ends.first.1),
            text(ends.last.1)
        ));
    }
    match &foundation.target {
        Some((Status::Miss, written)) => Some(format!(
            "{rests} is {} ({written} is its target)",
            text(ends.last.1)
        )),
        Some((Status::Pass | Status::NoData, _)) | None => None,
    }
}

pub(super) fn values(points: &[VerdictPoint]) -> Vec<Option<f64>> {
    points.iter().map(|point| point.value).collect()
}

pub(super) fn ends(points: &[VerdictPoint]) -> Option<SeriesEnds<'_>> {
    let mut present = points
        .iter()
        .filter_map(|point| Some((point.period.as_str(), point.value?)));
    let first = present.next()?;
    Some(SeriesEnds {
        first,
        last: present.next_back().unwrap_or(first),
    })
}

pub(super) fn range(points: &[VerdictPoint]) -> (f64, f64) {
    let present = points.iter().filter_map(|point| point.value);
    present.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    })
}
