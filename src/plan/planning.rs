//! Query + evaluation time → plan.

use super::scope;
use super::steps::{add_empty, steps};
use super::timeline::{LARGEST_TIMELINE, Question, day_ends, single_slot, timeline};
use super::{EvaluationTime, ListWork, Plan, TimeBucket, Timeline, ValuesWork, Work};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::types::{MICROS_PER_DAY, StockMoment};
use crate::lang::model::{
    Calendar, Definitions, Kind, ListQuery, Query, Subject, ValueColumn, ValuesQuery,
};

/// What to compute for a query at an evaluation time.
pub fn plan(
    definitions: &Definitions,
    query: &Query,
    evaluation: &EvaluationTime,
) -> Result<Plan, Problems> {
    let calendar = &definitions.calendar;
    let (work, mut notes) = match &query.subject {
        Subject::Values(values) => values_work(definitions, query, values, evaluation)?,
        Subject::List(list) => list_work(calendar, query, list, evaluation)?,
    };
    notes.extend(known_before(query, evaluation));
    Ok(Plan {
        query: query.text.clone(),
        evaluation: evaluation.clone(),
        work,
        notes,
    })
}

/// Says where a query stands that says only what is known: the day of knowledge alone reads like an as-of.
fn known_before(query: &Query, evaluation: &EvaluationTime) -> Option<String> {
    let (as_of, known_on) = (&evaluation.as_of, query.known_on.as_ref()?);
    let is_apart = query.as_of.is_none() && known_on.instant < as_of.instant;
    is_apart.then(|| {
        format!(
            "as of {}, of the rows recorded by {1}; for the numbers of that day write `as of {1}`",
            as_of.label, known_on.label
        )
    })
}

fn values_work(
    definitions: &Definitions,
    query: &Query,
    values: &ValuesQuery,
    evaluation: &EvaluationTime,
) -> Result<(Work, Vec<String>), Problems> {
    let calendar = &definitions.calendar;
    let question = Question {
        period: query.period.as_ref(),
        over: values.over,
        versus: values.versus.iter().map(|with| &with.versus).collect(),
        window: values.window,
        has_flows: values
            .columns
            .iter()
            .any(|column| column.kind != Kind::Stock),
        span: query.span,
    };
    let timeline = timeline(calendar, &question, evaluation)?;
    check_moments(calendar, query, &values.columns, &timeline)?;
    let mut notes: Vec<String> = values
        .left_out
        .iter()
        .map(|(kpi, reason)| format!("`{kpi}` is left out: {reason}"))
        .collect();
    let mut columns = values.columns.clone();
    let mut empty = values.empty.clone();
    if values.on_constant_scope {
        let ends = scope::ends(&timeline);
        columns = scope::in_scope(definitions, &columns, &ends);
        empty = empty.map(|empty| scope::groups_in_scope(definitions, &empty, &ends));
        let periods = ends.len();
        notes.push(format!(
            "on constant scope: only what is in scope at the end of each of {periods} periods"
        ));
    }
    let mut steps = steps(&columns, &values.by, values.evidence.interval);
    let empty = empty.map(|empty| add_empty(&mut steps, &empty));
    let work = ValuesWork {
        columns,
        by: values.by.clone(),
        timeline,
        shows_period: values.over.is_some(),
        versus_target: values.versus_target,
        with_total: values.with_total,
        top: values.top,
        sort: values.sort.clone(),
        limit: values.limit,
        steps,
        as_percent: values.versus.iter().map(|with| with.as_percent).collect(),
        with_share: values.with_share,
        evidence: values.evidence,
        empty,
        having: values.having.clone(),
    };
    Ok((Work::Values(Box::new(work)), notes))
}

fn list_work(
    calendar: &Calendar,
    query: &Query,
    list: &ListQuery,
    evaluation: &EvaluationTime,
) -> Result<(Work, Vec<String>), Problems> {
    let (slot, notes) = single_slot(calendar, query.period.as_ref(), evaluation, query.span)?;
    let work = ListWork {
        list: list.clone(),
        slot,
    };
    Ok((Work::List(Box::new(work)), notes))
}

/// Stocks read elsewhere than at the end need a beginning, and not too many days after it (rule S7).
fn check_moments(
    calendar: &Calendar,
    query: &Query,
    columns: &[ValueColumn],
    timeline: &Timeline,
) -> Result<(), Problems> {
    let mut problems = Problems::default();
    let slots = || {
        timeline
            .slots
            .iter()
            .chain(timeline.compared.iter().flatten())
    };
    for (column, at) in columns.iter().flat_map(moments) {
        let moment = at.word();
        if slots().any(|slot| slot.start == i64::MIN) {
            problems.push(
                Diagnostic::error(
                    "K417",
                    query.span,
                    format!(
                        "`{}` is read `at {moment}` of a period, and none is given",
                        column.name
                    ),
                )
                .help("add a period such as `last month`, or `history from` to the calendar"),
            );
        } else if at != StockMoment::Start && days(calendar, slots()) > LARGEST_TIMELINE {
            problems.push(
                Diagnostic::error(
                    "K413",
                    query.span,
                    format!(
                        "`{}` is read at the end of more than {LARGEST_TIMELINE} days",
                        column.name
                    ),
                )
                .help("choose a shorter range"),
            );
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(())
}

/// The moments other than the end that the stocks of a column are read at, each once.
fn moments(column: &ValueColumn) -> Vec<(&ValueColumn, StockMoment)> {
    let mut found: Vec<StockMoment> = Vec::new();
    for measure in column.formula.measures() {
        let moment = measure.moment.unwrap_or(column.moment);
        if measure.kind() == Kind::Stock && moment != StockMoment::End && !found.contains(&moment) {
            found.push(moment);
        }
    }
    found.into_iter().map(|moment| (column, moment)).collect()
}

/// How many days ends there are, exactly where it is near the limit.
fn days<'a>(calendar: &Calendar, slots: impl Iterator<Item = &'a TimeBucket>) -> usize {
    let mut total = 0;
    for slot in slots {
        let about = (slot.end - slot.start) / MICROS_PER_DAY;
        total += match usize::try_from(about) {
            Ok(about) if about <= LARGEST_TIMELINE => day_ends(calendar, slot).len(),
            Ok(about) => about,
            Err(_) => 0,
        };
        if total > LARGEST_TIMELINE {
            break;
        }
    }
    total
}
