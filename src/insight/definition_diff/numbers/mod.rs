//! Old and new numbers of what changed, on the same data and as of the same instant.

mod questions;
mod rows;

use std::collections::BTreeMap;

pub use questions::{DiffQueries, queries_of};
use questions::{KpiQueries, ViewQueries};
use rows::{rows_moved, view_numbers};

use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Sources;
use crate::base::types::DisplayUnit;
use crate::exec::answer::{Answer, Cell, Value};
use crate::exec::query_context::QueryContext;
use crate::lang::analyze;
use crate::lang::model::{Moment, Query};

/// A KPI, or the part of it that a target judges, in both versions.
#[derive(Clone, PartialEq, Debug)]
pub struct KpiNumbers {
    pub name: String,
    pub title: Option<String>,
    pub part: Option<String>,
    pub unit: DisplayUnit,
    /// Complete periods, the last one last.
    pub periods: Vec<PeriodNumbers>,
    /// Rows counted in the last period that were not before, and those that were and are not.
    pub rows_in: Option<u64>,
    pub rows_out: Option<u64>,
    /// Whether the change applies to all time, since nothing says `since`.
    pub is_undated: bool,
    /// Why there are no numbers of a version.
    pub reasons: Vec<String>,
}

impl KpiNumbers {
    /// How many periods before the last have another number now.
    pub fn restated(&self) -> usize {
        let past = self.periods.split_last().map_or(&[][..], |(_, past)| past);
        past.iter().filter(|period| period.is_other()).count()
    }

    pub fn last(&self) -> Option<&PeriodNumbers> {
        self.periods.last()
    }

    pub fn is_other(&self) -> bool {
        let rows_moved = self.rows_in.unwrap_or(0) + self.rows_out.unwrap_or(0) > 0;
        rows_moved
            || self
                .periods
                .iter()
                .any(|period| period.is_other() || period.flips())
    }
}

/// A period in both versions; `None` where a version has no such KPI.
#[derive(Clone, PartialEq, Debug)]
pub struct PeriodNumbers {
    pub period: String,
    pub old: Option<Value>,
    pub new: Option<Value>,
}

impl PeriodNumbers {
    /// Whether both versions have a number and it is not the same.
    pub fn is_other(&self) -> bool {
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => old.value != new.value,
            (None, _) | (_, None) => false,
        }
    }

    /// Whether a target is met in one version and missed in the other.
    pub fn flips(&self) -> bool {
        let status = |value: &Option<Value>| {
            let target = value.as_ref()?.target.as_ref()?;
            Some(target.status)
        };
        match (status(&self.old), status(&self.new)) {
            (Some(old), Some(new)) => old != new,
            (None, _) | (_, None) => false,
        }
    }
}

/// The rows of a view in both versions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ViewNumbers {
    pub name: String,
    pub title: Option<String>,
    pub old_rows: Option<usize>,
    pub new_rows: Option<usize>,
    /// Rows of one name in both versions with other numbers.
    pub other: usize,
    /// Rows that one version alone has.
    pub only_old: usize,
    pub only_new: usize,
    pub reasons: Vec<String>,
}

/// What the same data say in both versions.
pub struct DiffNumbers {
    /// `2026-04-30`
    pub as_of: String,
    pub kpis: Vec<KpiNumbers>,
    pub views: Vec<ViewNumbers>,
}

/// Asks both versions. The old one is asked as of the instant at which the new one stands.
///
/// # Errors
///
/// The data cannot be read.
pub fn measure(
    queries: &DiffQueries,
    old: &mut QueryContext,
    new: &QueryContext,
) -> Result<DiffNumbers, Problems> {
    let new_asked = asked(queries, |kpi| kpi.new.as_ref(), |view| view.new.as_ref());
    let new_answers = answers(new, &new_asked)?;
    if old.as_of.is_none() {
        let answered = new_answers.iter().flatten();
        let mut answered = answered.filter_map(|answer| answer.as_ref().ok());
        old.as_of = answered.next().and_then(|answer| moment(new, answer));
    }
    let old_asked = asked(queries, |kpi| kpi.old.as_ref(), |view| view.old.as_ref());
    let old_answers = answers(old, &old_asked)?;
    refuse_nothing(&old_answers, &new_answers)?;
    let count = queries.kpis.len();
    let mut kpis = Vec::new();
    for (place, kpi) in queries.kpis.iter().enumerate() {
        let (was, is) = (&old_answers[place], &new_answers[place]);
        let mut numbers = kpi_numbers(kpi, was.as_ref(), is.as_ref());
        if kpi.has_other_rows {
            rows_moved(kpi, (&*old, was), (new, is), &mut numbers)?;
        }
        kpis.push(numbers);
    }
    let views = queries.views.iter().enumerate().map(|(place, view)| {
        let place = count + place;
        view_numbers(
            view,
            old_answers[place].as_ref(),
            new_answers[place].as_ref(),
        )
    });
    let views = views.collect();
    let mut all = new_answers.iter().chain(&old_answers).flatten();
    let first = all.find_map(|answer| answer.as_ref().ok());
    Ok(DiffNumbers {
        as_of: first.map_or_else(String::new, |answer| answer.context.as_of.clone()),
        kpis,
        views,
    })
}

/// That nothing at all can be answered is no comparison.
fn refuse_nothing(
    old: &[Option<AnswerAttempt>],
    new: &[Option<AnswerAttempt>],
) -> Result<(), Problems> {
    let mut reasons: Vec<&String> = Vec::new();
    for attempt in old.iter().chain(new).flatten() {
        match attempt {
            Ok(_) => return Ok(()),
            Err(reason) if reasons.contains(&reason) => {}
            Err(reason) => reasons.push(reason),
        }
    }
    if reasons.is_empty() {
        return Ok(());
    }
    let mut problem = Diagnostic::data("D903", "the data has nothing of what changed");
    for reason in reasons {
        problem = problem.help(reason);
    }
    Err(problem
        .help("name a file: --table findings=export.csv")
        .into())
}

fn asked<'a>(
    queries: &'a DiffQueries,
    of_kpi: impl Fn(&'a KpiQueries) -> Option<&'a Query>,
    of_view: impl Fn(&'a ViewQueries) -> Option<&'a Query>,
) -> Vec<Option<&'a Query>> {
    let kpis = queries.kpis.iter().map(of_kpi);
    kpis.chain(queries.views.iter().map(of_view)).collect()
}

fn moment(context: &QueryContext, answer: &Answer) -> Option<Moment> {
    let mut texts = Sources::default();
    let text = &answer.context.as_of;
    analyze::moment(&mut texts, context.definitions, "--as-of", text).ok()
}

/// An answer, or why there is none.
type AnswerAttempt = Result<Answer, String>;

/// All at once; where files or columns lack, those that can be answered. Anything else that is wrong with the data is
/// an error.
fn answers(
    context: &QueryContext,
    queries: &[Option<&Query>],
) -> Result<Vec<Option<AnswerAttempt>>, Problems> {
    let mut attempts: Vec<Option<AnswerAttempt>> = Vec::new();
    let mut places = Vec::new();
    let mut answerable: Vec<&Query> = Vec::new();
    for (place, query) in queries.iter().enumerate() {
        let Some(query) = query else {
            attempts.push(None);
            continue;
        };
        let lacking = context.lacking(query)?.join(", ");
        let columns = match lacking.is_empty() {
            true => context.lacking_columns(query)?,
            false => Some(format!("no file for {lacking}")),
        };
        match columns {
            Some(reason) => attempts.push(Some(Err(reason))),
            None => {
                places.push(place);
                answerable.push(*query);
                attempts.push(None);
            }
        }
    }
    let answered = context.answers(&answerable)?;
    for (place, answer) in places.into_iter().zip(answered.answers) {
        attempts[place] = Some(Ok(answer));
    }
    Ok(attempts)
}

fn kpi_numbers(
    queries: &KpiQueries,
    old: Option<&AnswerAttempt>,
    new: Option<&AnswerAttempt>,
) -> KpiNumbers {
    let mut periods: BTreeMap<String, PeriodNumbers> = BTreeMap::new();
    let mut unit = DisplayUnit::Count;
    let mut reasons = Vec::new();
    for (attempt, is_new) in [(old, false), (new, true)] {
        match attempt {
            None => {}
            Some(Err(reason)) => reasons.push(reason.clone()),
            Some(Ok(answer)) => {
                unit = answer.unit().unwrap_or(unit);
                for (period, value) in points(answer) {
                    let entry = periods.entry(period.clone()).or_insert(PeriodNumbers {
                        period,
                        old: None,
                        new: None,
                    });
                    match is_new {
                        true => entry.new = Some(value),
                        false => entry.old = Some(value),
                    }
                }
            }
        }
    }
    reasons.dedup();
    KpiNumbers {
        name: queries.name.clone(),
        title: queries.title.clone(),
        part: queries.part.clone(),
        unit,
        periods: periods.into_values().collect(),
        rows_in: (!queries.has_other_rows).then_some(0),
        rows_out: (!queries.has_other_rows).then_some(0),
        is_undated: queries.is_undated,
        reasons,
    }
}

/// Periods are labelled so that they sort in time.
fn points(answer: &Answer) -> Vec<(String, Value)> {
    let rows = answer.rows.iter();
    rows.filter_map(|row| match row.cells.as_slice() {
        [Cell::Text(period), Cell::Value(value)] => Some((period.clone(), value.as_ref().clone())),
        _ => None,
    })
    .collect()
}
