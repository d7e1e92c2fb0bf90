//! Verdict cards: what the answers of a board say to the question of each.

use super::beside::Purpose;
use super::reweighted::{self, Reweighted};
use super::{CardToAnswer, DraftCard, FEWEST_ROWS, FoundAnswers};
use crate::base::diagnostic::Problems;
use crate::base::types::{DisplayUnit, Grain};
use crate::exec::answer::{
    Answer, AnswerValueColumn, BoardCard, Cell, ColumnRole, Level, Row, Status, Value,
};
use crate::exec::query_context::QueryContext;
use crate::insight::attribution::{self, Decomposition};
use crate::insight::verdict::{
    self, GroupEnds, TargetStanding, VerdictEvidence, VerdictPoint, VerdictSeries,
};
use crate::lang::model::{CardKind, Subject, ValueColumn};
use crate::render;

/// Fills in the verdicts of cards that were answered.
pub(super) fn add_verdicts(
    query_context: &QueryContext,
    drafts: &[CardToAnswer],
    found: &FoundAnswers,
    cards: &mut [BoardCard],
) -> Result<(), Problems> {
    let is_verdict = |place: &usize| {
        let is_answered = found.of(*place, Purpose::Answer).is_some();
        drafts[*place].draft.kind == CardKind::Verdict && is_answered
    };
    let places: Vec<usize> = (0..drafts.len()).filter(is_verdict).collect();
    let mut reweighted = reweighted::all(query_context, &places, drafts, found)?;
    for place in places {
        let targets = targets(drafts, cards, place, found);
        let reweighted = reweighted.remove(&place);
        let evidence = evidence(drafts[place].draft, place, found, targets, reweighted);
        cards[place].verdict = evidence.map(|evidence| verdict::decide(&evidence));
    }
    Ok(())
}

/// `None` for a number without periods or direction, which checking refuses.
fn evidence(
    draft: &DraftCard,
    place: usize,
    found: &FoundAnswers,
    targets: Vec<TargetStanding>,
    reweighted: Option<Reweighted>,
) -> Option<VerdictEvidence> {
    let Subject::Values(values) = &draft.query.subject else {
        return None;
    };
    let mut series = all_series(found.of(place, Purpose::Answer)?).into_iter();
    let (subject, column) = (series.next()?, values.columns.first()?);
    let reweighted = reweighted.filter(|reweighted| reweighted.series.points != subject.points);
    let (groups, scope) = match &reweighted {
        Some(of_today) => (of_today.groups.as_ref(), of_today.scope.as_ref()),
        None => (
            found.of(place, Purpose::Groups),
            found.of(place, Purpose::ConstantScope),
        ),
    };
    Some(VerdictEvidence {
        question: draft.title.clone(),
        fewest_rows: column
            .formula
            .is_moved_by_chance()
            .then(|| column.fewest_rows.unwrap_or(FEWEST_ROWS)),
        constant_scope: scope.map(|answer| points(answer, 0)),
        foundations: series.collect(),
        groups: groups.map_or_else(Vec::new, |answer| group_ends(column, answer, &subject)),
        reweighted: reweighted.map(|reweighted| reweighted.series),
        targets,
        subject,
    })
}

/// The value columns of an answer as series; those without a direction, which checking refuses, are left out.
fn all_series(answer: &Answer) -> Vec<VerdictSeries> {
    let grain = answer.columns.iter().find_map(|column| match column.role {
        ColumnRole::Period(grain) => Some(grain),
        ColumnRole::Dimension(_) | ColumnRole::Value(_) | ColumnRole::Field(_) => None,
    });
    let columns = answer
        .columns
        .iter()
        .filter_map(|column| match &column.role {
            ColumnRole::Value(value) => Some((column.title.as_str(), value)),
            ColumnRole::Period(_) | ColumnRole::Dimension(_) | ColumnRole::Field(_) => None,
        });
    let series = columns.enumerate();
    series
        .filter_map(|(index, (title, column))| one_series(answer, index, title, column, grain?))
        .collect()
}

fn one_series(
    answer: &Answer,
    index: usize,
    title: &str,
    column: &AnswerValueColumn,
    grain: Grain,
) -> Option<VerdictSeries> {
    let last = finished(answer).filter_map(|row| value(row, index)).last();
    let target = last.and_then(|value| value.target.as_ref());
    Some(VerdictSeries {
        title: title.to_owned(),
        unit: column.unit,
        grain,
        direction: column.direction?,
        points: points(answer, index),
        target: target.map(|verdict| (verdict.status, verdict.written.clone())),
    })
}

/// Rows of periods that are over.
fn finished(answer: &Answer) -> impl Iterator<Item = &Row> {
    let is_over = |row: &&Row| {
        let mut values = row.cells.iter();
        !values.any(|cell| matches!(cell, Cell::Value(value) if value.provisional))
    };
    answer.rows.iter().filter(is_over)
}

/// A value of each period.
pub(super) fn points(answer: &Answer, index: usize) -> Vec<VerdictPoint> {
    let point = |row: &Row| {
        let value = value(row, index)?;
        Some(VerdictPoint {
            period: period(row),
            value: value.value,
            rows: value.rows,
        })
    };
    finished(answer).filter_map(point).collect()
}

fn period(row: &Row) -> String {
    match row.cells.first() {
        Some(Cell::Text(period)) => period.clone(),
        Some(_) | None => String::new(),
    }
}

/// A value of a row by its place among the values.
fn value(row: &Row, index: usize) -> Option<&Value> {
    let values = row.cells.iter().filter_map(|cell| match cell {
        Cell::Value(value) => Some(value.as_ref()),
        Cell::Missing | Cell::Text(_) | Cell::YesNo(_) | Cell::Number(_) => None,
    });
    values.into_iter().nth(index)
}

/// What groups had in the first and in the last period that the subject has a value in.
fn group_ends(column: &ValueColumn, answer: &Answer, subject: &VerdictSeries) -> Vec<GroupEnds> {
    if !matches!(attribution::split(column), Decomposition::Adds) {
        return Vec::new();
    }
    let mut present = subject.points.iter().filter(|point| point.value.is_some());
    let (Some(first), Some(last)) = (present.next(), present.next_back()) else {
        return Vec::new();
    };
    let mut groups: Vec<GroupEnds> = Vec::new();
    for row in answer.rows.iter().filter(|row| row.level == Level::Group) {
        // The dimension stands behind the period.
        let name = group_name(row, 1);
        let number = value(row, 0).and_then(|value| value.value).unwrap_or(0.0);
        let place = match groups.iter().position(|group| group.name == name) {
            Some(place) => place,
            None => {
                groups.push(GroupEnds {
                    name,
                    first: 0.0,
                    last: 0.0,
                });
                groups.len() - 1
            }
        };
        let period = period(row);
        if period == first.period {
            groups[place].first = number;
        }
        if period == last.period {
            groups[place].last = number;
        }
    }
    groups
}

/// How the number cards of a verdict's board stand to their targets, and where most of a missed count is by the dimension of the verdict.
fn targets(
    drafts: &[CardToAnswer],
    cards: &[BoardCard],
    verdict: usize,
    found: &FoundAnswers,
) -> Vec<TargetStanding> {
    let number = |(place, card): (usize, &BoardCard)| {
        let is_number = card.kind == CardKind::Number;
        if !is_number || drafts[place].board != drafts[verdict].board {
            return None;
        }
        let mut standing = standing(card)?;
        if standing.status == Status::Miss {
            let groups = found.of(place, Purpose::GroupsOfVerdict(verdict));
            standing.mostly = groups.and_then(mostly);
        }
        Some(standing)
    };
    cards.iter().enumerate().filter_map(number).collect()
}

fn standing(card: &BoardCard) -> Option<TargetStanding> {
    let row = card.answer.rows.first()?;
    let value = value(row, 0)?;
    let verdict = value.target.as_ref()?;
    let unit = card.answer.unit()?;
    Some(TargetStanding {
        title: card.title.clone(),
        status: verdict.status,
        value: value.value.map_or_else(
            || "none".to_owned(),
            |number| render::with_unit(number, unit),
        ),
        target: verdict.written.clone(),
        has_few_rows: value.evidence.has_few_rows,
        mostly: None,
    })
}

/// `all in logistics`, `5 of 8 in logistics`: of a count by groups, where one has half of it or more.
fn mostly(answer: &Answer) -> Option<String> {
    let groups = answer.rows.iter().filter_map(|row| {
        let number = value(row, 0)?.value?;
        (row.level == Level::Group).then(|| (group_name(row, 0), number))
    });
    let groups: Vec<(String, f64)> = groups.collect();
    let total: f64 = groups.iter().map(|(_, number)| number).sum();
    let largest = groups
        .into_iter()
        .max_by(|left, right| left.1.total_cmp(&right.1));
    let (name, number) = largest?;
    if number == total && total > 1.0 {
        Some(format!("all in {name}"))
    } else if number == total {
        Some(format!("in {name}"))
    } else if number * 2.0 >= total {
        let text = |number| render::value(number, DisplayUnit::Count);
        Some(format!("{} of {} in {name}", text(number), text(total)))
    } else {
        None
    }
}

/// The name of the group of a row, by the place of the dimension's cell.
fn group_name(row: &Row, place: usize) -> String {
    match row.cells.get(place) {
        Some(Cell::Text(text)) => text.clone(),
        Some(Cell::YesNo(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
        Some(Cell::Missing | Cell::Number(_) | Cell::Value(_)) | None => "(missing)".to_owned(),
    }
}
