//! Targets as a step of a pipeline: which are missed, which misses are accepted, and what could not be judged.
//!
//! Takes definitions, data and accepted misses; gives a line for each target's rows, with a verdict. A target without a
//! number is never missed: either its months have no rows, or it could not be judged for lack of a table or a column.

mod baseline;
mod questions;
mod report;

pub use baseline::{AcceptedMiss, read as read_baseline};
pub use questions::{GateQuestion, questions, series};

use crate::base::diagnostic::{Diagnostic, Problems, Severity};
use crate::base::instants;
use crate::base::source::Span;
use crate::base::types::DisplayUnit;
use crate::exec::answer::{Answer, Cell, Status, Value};
use crate::exec::query_context::QueryContext;
use crate::lang::model::Query;

/// What became of a target.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GateVerdict {
    Passed,
    /// In all months asked for.
    Missed,
    /// In so many of the last months in a row, which are fewer.
    MissedBriefly(usize),
    /// Missed, and accepted until a day for a reason.
    Accepted {
        until: String,
        reason: String,
    },
    /// The last month has no rows.
    NoData,
    /// A table or a column is not there; in words.
    NotJudged(String),
}

/// A target with what was found.
pub struct GateLine {
    pub kpi: String,
    pub title: String,
    pub part: Option<String>,
    pub span: Span,
    pub unit: DisplayUnit,
    /// As written: `below 30 days`. None where nothing could be asked.
    pub target: Option<String>,
    /// The months judged, with their values, the last at the end.
    pub months: Vec<(String, Value)>,
    pub verdict: GateVerdict,
}

/// All lines, and what is to be said of the baseline.
pub struct GateResult {
    pub lines: Vec<GateLine>,
    pub as_of: Option<String>,
    /// Accepted misses that have expired or are none.
    pub warnings: Problems,
}

/// Judges all questions over one reading of the data. What lacks a table or a column is told in its line.
pub fn judge(
    context: &QueryContext,
    questions: Vec<GateQuestion>,
    accepted: &[AcceptedMiss],
) -> Result<GateResult, Problems> {
    let mut reasons: Vec<Option<String>> = Vec::with_capacity(questions.len());
    for question in &questions {
        reasons.push(lacking(context, &question.query)?);
    }
    let answerable: Vec<&Query> = questions
        .iter()
        .zip(&reasons)
        .filter(|(_, reason)| reason.is_none())
        .map(|(question, _)| &question.query)
        .collect();
    let mut answers = context.answers(&answerable)?.answers.into_iter();
    let mut result = GateResult {
        lines: Vec::new(),
        as_of: None,
        warnings: Problems::default(),
    };
    let mut as_of = None;
    for (question, reason) in questions.into_iter().zip(reasons) {
        let answer = match reason {
            None => answers.next(),
            Some(_) => None,
        };
        if let Some(answer) = &answer {
            as_of = instants::parse(&answer.context.as_of_instant);
            result.as_of = Some(answer.context.as_of.clone());
        }
        result.lines.extend(line(question, answer.as_ref(), reason));
    }
    accept(&mut result, accepted, as_of);
    Ok(result)
}

/// The tables or columns that a query lacks, in words.
fn lacking(context: &QueryContext, query: &Query) -> Result<Option<String>, Problems> {
    let tables = context.lacking(query)?.join(", ");
    match tables.is_empty() {
        true => context.lacking_columns(query),
        false => Ok(Some(format!("no file for {tables}"))),
    }
}

/// What an answer says; `None` where no target was in force.
fn line(
    question: GateQuestion,
    answer: Option<&Answer>,
    reason: Option<String>,
) -> Option<GateLine> {
    let mut line = GateLine {
        kpi: question.kpi,
        title: question.title,
        part: question.part,
        span: question.span,
        unit: DisplayUnit::Count,
        target: None,
        months: Vec::new(),
        verdict: GateVerdict::NotJudged(reason.unwrap_or_default()),
    };
    let Some(answer) = answer else {
        return Some(line);
    };
    line.unit = answer.unit()?;
    for row in &answer.rows {
        if let [Cell::Text(month), Cell::Value(value)] = row.cells.as_slice()
            && let Some(target) = &value.target
        {
            line.target = Some(target.written.clone());
            line.months.push((month.clone(), value.as_ref().clone()));
        }
    }
    let statuses: Vec<Status> = line.months.iter().filter_map(status).collect();
    line.verdict = verdict(&statuses, answer.rows.len())?;
    Some(line)
}

fn status((_, value): &(String, Value)) -> Option<Status> {
    value.target.as_ref().map(|target| target.status)
}

/// The verdict on months, the last of which counts; a miss only if all asked for are missed.
fn verdict(statuses: &[Status], asked: usize) -> Option<GateVerdict> {
    let missed = statuses
        .iter()
        .rev()
        .take_while(|status| **status == Status::Miss);
    let missed = missed.count();
    Some(match statuses.last()? {
        Status::Pass => GateVerdict::Passed,
        Status::NoData => GateVerdict::NoData,
        Status::Miss if missed == asked => GateVerdict::Missed,
        Status::Miss => GateVerdict::MissedBriefly(missed),
    })
}

/// Applies the baseline, and warns of what in it is of no use (K928).
fn accept(result: &mut GateResult, accepted: &[AcceptedMiss], as_of: Option<i64>) {
    for miss in accepted {
        let mut lines = result.lines.iter_mut();
        let line = lines.find(|line| miss.is_of(&line.kpi, &line.part));
        let what = match &miss.part {
            Some(part) => format!("`{}` for `{part}`", miss.kpi),
            None => format!("`{}`", miss.kpi),
        };
        let at = format!("line {} of the baseline", miss.line);
        let has_expired = as_of.is_some_and(|as_of| as_of > miss.end);
        match line {
            // Of what is not asked or cannot be judged nothing can be said.
            None => {}
            Some(line) if line.verdict == GateVerdict::Missed && !has_expired => {
                line.verdict = GateVerdict::Accepted {
                    until: miss.until.clone(),
                    reason: miss.reason.clone(),
                };
            }
            Some(line) if line.verdict == GateVerdict::Missed => {
                let message = format!("{at}: the miss of {what} was accepted until {}", miss.until);
                result.warnings.push(warning(message));
            }
            Some(line) if matches!(line.verdict, GateVerdict::Passed | GateVerdict::NoData) => {
                let message = format!("{at}: {what} is not missed");
                result
                    .warnings
                    .push(warning(message).help("take the line away"));
            }
            Some(_) => {}
        }
    }
}

fn warning(message: String) -> Diagnostic {
    let mut warning = Diagnostic::data("K928", message);
    warning.severity = Severity::Warning;
    warning
}

impl GateResult {
    /// Whether a target is missed that nobody accepted.
    pub fn is_missed(&self) -> bool {
        let mut lines = self.lines.iter();
        lines.any(|line| line.verdict == GateVerdict::Missed)
    }

    /// Why targets could not be judged (D927); one problem for each reason.
    ///
    /// That no target has a number is a reason too: a gate over data without rows would let everything pass.
    pub fn unanswered(&self) -> Problems {
        let mut problems = Problems::default();
        let mut reasons: Vec<&str> = Vec::new();
        for line in &self.lines {
            if let GateVerdict::NotJudged(reason) = &line.verdict
                && !reasons.contains(&reason.as_str())
            {
                reasons.push(reason);
            }
        }
        for reason in reasons {
            let is_of =
                |line: &&GateLine| line.verdict == GateVerdict::NotJudged(reason.to_owned());
            let names: Vec<String> = self
                .lines
                .iter()
                .filter(is_of)
                .map(GateLine::name)
                .collect();
            let message = format!("{reason}, so not judged: {}", names.join("; "));
            problems.push(Diagnostic::data("D927", message));
        }
        let has_none = |line: &GateLine| line.verdict == GateVerdict::NoData;
        if problems.is_empty() && !self.lines.is_empty() && self.lines.iter().all(has_none) {
            let message = "no target has a number: the months asked for have no rows";
            problems.push(Diagnostic::data("D927", message));
        }
        if self.lines.is_empty() {
            let message = "no target was in force in the months asked for";
            problems.push(Diagnostic::data("D927", message));
        }
        problems
    }
}

impl GateLine {
    /// `mttr`, `mttr for severity = critical`
    pub fn name(&self) -> String {
        match &self.part {
            Some(part) => format!("{} for {part}", self.kpi),
            None => self.kpi.clone(),
        }
    }
}
