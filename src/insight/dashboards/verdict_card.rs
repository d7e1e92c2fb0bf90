//! Verdict cards: what the answers of a board say to the question of each.

use std::rc::Rc;

use super::beside::Purpose;
use super::{DraftCard, FEWEST_ROWS, FoundAnswers};
use crate::base::calendar;
use crate::base::diagnostic::Problems;
use crate::base::instants;
use crate::base::types::{DisplayUnit, Grain};
use crate::exec::answer::{
    Answer, AnswerValueColumn, BoardCard, Cell, ColumnRole, Level, Row, Status, Value,
};
use crate::exec::query_context::QueryContext;
use crate::insight::attribution::{self, Decomposition};
use crate::insight::verdict::{
    self, GroupEnds, ReweightedSeries, TargetStanding, VerdictEvidence, VerdictPoint, VerdictSeries,
};
use crate::lang::model::{CardKind, Definitions, Dimension, Query, Subject, ValueColumn};
use crate::plan;
use crate::render;

/// Fills in the verdicts of cards that were answered.
pub(super) fn add_verdicts(
    query_context: &QueryContext,
    drafts: &[&DraftCard],
    found: &FoundAnswers,
    cards: &mut [BoardCard],
) -> Result<(), Problems> {
    for (place, draft) in drafts.iter().enumerate() {
        if draft.kind != CardKind::Verdict || found.of(place, Purpose::Answer).is_none() {
            continue;
        }
        let targets = targets(query_context, drafts, cards, &draft.query)?;
        let evidence = evidence(query_context, draft, place, found, targets)?;
        cards[place].verdict = evidence.map(|evidence| verdict::decide(&evidence));
    }
    Ok(())
}

/// `None` for a number without periods or direction, which checking refuses.
fn evidence(
    query_context: &QueryContext,
    draft: &DraftCard,
    place: usize,
    found: &FoundAnswers,
    targets: Vec<TargetStanding>,
) -> Result<Option<VerdictEvidence>, Problems> {
    let Subject::Values(values) = &draft.query.subject else {
        return Ok(None);
    };
    let Some(answer) = found.of(place, Purpose::Answer) else {
        return Ok(None);
    };
    let mut series = all_series(answer).into_iter();
    let (Some(subject), Some(column)) = (series.next(), values.columns.first()) else {
        return Ok(None);
    };
    let mut beside = Beside {
        groups: found.of(place, Purpose::Groups).cloned(),
        scope: found.of(place, Purpose::ConstantScope).cloned(),
    };
    let reweighted = reweighted(query_context, (draft, place), found, &subject)?;
    let reweighted = reweighted.map(|(series, of_today)| {
        beside = of_today;
        series
    });
    let groups = beside.groups;
    Ok(Some(VerdictEvidence {
        question: draft.title.clone(),
        fewest_rows: column
            .formula
            .is_moved_by_chance()
            .then(|| column.fewest_rows.unwrap_or(FEWEST_ROWS)),
        reweighted,
        constant_scope: beside.scope.map(|answer| points(&answer, 0)),
        foundations: series.collect(),
        groups: groups.map_or_else(Vec::new, |answer| group_ends(column, &answer, &subject)),
        targets,
        subject,
    }))
}

/// What is asked of a verdict's subject beside its whole.
struct Beside {
    groups: Option<Answer>,
    scope: Option<Answer>,
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
fn points(answer: &Answer, index: usize) -> Vec<VerdictPoint> {
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

/// The subject with today's weights in every period, and what is asked beside it, where that makes a difference.
fn reweighted(
    query_context: &QueryContext,
    (draft, place): (&DraftCard, usize),
    found: &FoundAnswers,
    subject: &VerdictSeries,
) -> Result<Option<(ReweightedSeries, Beside)>, Problems> {
    let query = first_column(&draft.query);
    let definitions = query_context.definitions;
    let as_of = match query.as_of.as_ref().or(query_context.as_of.as_ref()) {
        Some(moment) => moment.instant,
        None => {
            let (_, given) = query_context.load(&[&query])?;
            let evaluation = plan::evaluation_time(definitions, &query, &given)?;
            evaluation.as_of.instant
        }
    };
    let Some((changed, since)) = with_weights_of(definitions, as_of) else {
        return Ok(None);
    };
    let context = QueryContext {
        definitions: &changed,
        sources: query_context.sources,
        tables: Rc::clone(&query_context.tables),
        as_of: query_context.as_of.clone(),
        known_on: query_context.known_on.clone(),
        watermark: query_context.watermark,
    };
    let groups = found.query(place, Purpose::Groups);
    let scope = found.query(place, Purpose::ConstantScope);
    let queries: Vec<&Query> = [Some(&query), groups, scope]
        .into_iter()
        .flatten()
        .collect();
    let mut answers = context.answers(&queries)?.answers.into_iter();
    let points = points(&answers.next().expect("an answer a query"), 0);
    let beside = Beside {
        groups: groups.and_then(|_| answers.next()),
        scope: scope.and_then(|_| answers.next()),
    };
    let day = calendar::local_day(&definitions.calendar, since);
    let since = day.map_or_else(|| instants::rfc3339(since), |day| day.to_string());
    let differs = points != subject.points;
    Ok(differs.then_some((ReweightedSeries { points, since }, beside)))
}

/// The query of a verdict's subject alone.
fn first_column(query: &Query) -> Query {
    let mut query = query.clone();
    if let Subject::Values(values) = &mut query.subject {
        values.ungroup();
        values.versus.clear();
        values.columns.truncate(1);
    }
    query
}

/// Definitions whose scores have one version each, that of an instant, and since when the youngest of these holds. `None` where no
/// score had another version before.
fn with_weights_of(definitions: &Definitions, as_of: i64) -> Option<(Definitions, i64)> {
    let mut changed = definitions.clone();
    let mut youngest: Option<i64> = None;
    for score in &mut changed.scores {
        let is_in_force = |since: Option<i64>| since.is_none_or(|since| since < as_of);
        let Some(place) = score
            .versions
            .iter()
            .rposition(|version| is_in_force(version.since))
        else {
            continue;
        };
        let mut version = score.versions[place].clone();
        if place > 0 {
            youngest = youngest.max(version.since);
        }
        version.since = None;
        score.versions = vec![version];
    }
    Some((changed, youngest?))
}

/// How the number cards of a board stand to their targets, and where most of a missed count is by the dimension of the verdict.
fn targets(
    query_context: &QueryContext,
    drafts: &[&DraftCard],
    cards: &[BoardCard],
    verdict: &Query,
) -> Result<Vec<TargetStanding>, Problems> {
    let dimension = match &verdict.subject {
        Subject::Values(values) => values.by.first(),
        Subject::List(_) => None,
    };
    let mut standings = Vec::new();
    for (draft, card) in drafts.iter().zip(cards) {
        if card.kind != CardKind::Number {
            continue;
        }
        let Some(mut standing) = standing(card) else {
            continue;
        };
        if standing.status == Status::Miss
            && let Some(dimension) = dimension
        {
            standing.mostly = mostly(query_context, &draft.query, dimension)?;
        }
        standings.push(standing);
    }
    Ok(standings)
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

/// `all in logistics`, `5 of 8 in logistics`: of a count, where one group has half of it or more.
fn mostly(
    query_context: &QueryContext,
    query: &Query,
    dimension: &Dimension,
) -> Result<Option<String>, Problems> {
    let mut query = query.clone();
    let Subject::Values(values) = &mut query.subject else {
        return Ok(None);
    };
    let measures = values
        .columns
        .first()
        .map(|column| column.formula.measures());
    let has_dimension = measures.iter().flatten().all(|measure| {
        let table = measure.population.table;
        dimension.key(table).is_some()
    });
    let is_count = values
        .columns
        .first()
        .is_some_and(|column| column.display == DisplayUnit::Count);
    if !is_count || !has_dimension || !query_context.lacking(&query)?.is_empty() {
        return Ok(None);
    }
    if let Subject::Values(values) = &mut query.subject {
        values.ungroup();
        values.versus.clear();
        values.by = vec![dimension.clone()];
    }
    let answered = query_context.answers(&[&query])?;
    let groups = answered.answers[0].rows.iter().filter_map(|row| {
        let number = value(row, 0)?.value?;
        (row.level == Level::Group).then(|| (group_name(row, 0), number))
    });
    let groups: Vec<(String, f64)> = groups.collect();
    let total: f64 = groups.iter().map(|(_, number)| number).sum();
    let largest = groups
        .into_iter()
        .max_by(|left, right| left.1.total_cmp(&right.1));
    Ok(largest.and_then(|(name, number)| {
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
    }))
}

/// The name of the group of a row, by the place of the dimension's cell.
fn group_name(row: &Row, place: usize) -> String {
    match row.cells.get(place) {
        Some(Cell::Text(text)) => text.clone(),
        Some(Cell::YesNo(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
        Some(Cell::Missing | Cell::Number(_) | Cell::Value(_)) | None => "(missing)".to_owned(),
    }
}
