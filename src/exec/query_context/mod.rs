//! What queries are asked over: definitions, tables, and evaluation times.
//!
//! Takes checked queries; gives their answers. Each file is read once for all of them, with the
//! columns that any of them needs. Tables of a store are asked as they were at the evaluation time of each
//! query.

mod absent_values;
mod everything;

pub use absent_values::{AbsentValue, absent_values};
pub use everything::{leave_out_unanswerable, nothing_answerable, unanswerable};

use std::cell::RefCell;
use std::rc::Rc;

use crate::base::calendar;
use crate::base::diagnostic::{Cause, Diagnostic, Problems};
use crate::base::source::{Sources, Span};
use crate::exec::answer::Answer;
use crate::exec::assemble;
use crate::exec::compute::{self, ExecutionContext, Limits, PlanDescription};
use crate::exec::data::{FarDates, Horizon, TableCache, TableSources, Tables};
use crate::lang::model::{Definitions, Moment, Query, TableId};
use crate::plan::{self, EvaluationTime, Plan, RequirementOptions, Requirements};

/// What a query is asked over.
pub struct QueryContext<'a> {
    pub definitions: &'a Definitions,
    /// Where definitions and queries were written; messages about needed columns name the place.
    pub sources: &'a Sources,
    /// The tables, as far as they were read; what a query needs beyond that is read when it is asked.
    pub tables: Rc<Tables>,
    /// For queries that do not say; without it, the latest event in the data (rule S2).
    pub as_of: Option<Moment>,
    /// For queries that do not say; without it, all that is known of facts, and as-of of files.
    pub known_on: Option<Moment>,
    /// The latest event in the data where that is settled already, in microseconds.
    pub watermark: Option<i64>,
}

/// Answers in the order of the queries, and what the user should know of the data.
pub struct Answered {
    pub answers: Vec<Answer>,
    pub notes: Vec<String>,
    /// Values that queries compare with and no row has.
    pub absent: Vec<AbsentValue>,
}

/// What is computed of the columns that a query reads, in place of its own plan.
pub type MakePlans = fn(&Definitions, &Query, &EvaluationTime) -> Result<Vec<Plan>, Problems>;

/// A query, and what is computed for it.
#[derive(Clone, Copy)]
pub struct PlannedQuery<'a> {
    pub query: &'a Query,
    /// `None`: the answer to the query.
    pub plans: Option<MakePlans>,
}

impl<'a> PlannedQuery<'a> {
    /// A query that wants its answer.
    pub fn of(query: &'a Query) -> PlannedQuery<'a> {
        PlannedQuery { query, plans: None }
    }
}

/// What a question was answered, an answer a plan.
pub struct QueryReply {
    pub evaluation: EvaluationTime,
    pub answers: Vec<Answer>,
}

/// Replies in the order of the questions, and what the user should know of the data.
pub struct QueryReplies {
    pub replies: Vec<QueryReply>,
    pub notes: Vec<String>,
    /// Values that queries compare with and no row has.
    pub absent: Vec<AbsentValue>,
}

/// Questions by their places that are asked over the same tables.
struct QueryGroup {
    tables: Rc<RefCell<TableCache>>,
    questions: Vec<usize>,
}

impl QueryContext<'_> {
    /// Answers several queries over one reading of the data.
    pub fn answers(&self, queries: &[&Query]) -> Result<Answered, Problems> {
        let questions: Vec<PlannedQuery> = queries
            .iter()
            .map(|query| PlannedQuery::of(query))
            .collect();
        let found = self.replies(&questions)?;
        let replies = found.replies.into_iter();
        Ok(Answered {
            answers: replies.flat_map(|reply| reply.answers).collect(),
            notes: found.notes,
            absent: found.absent,
        })
    }

    /// The same for questions.
    pub fn replies(&self, questions: &[PlannedQuery]) -> Result<QueryReplies, Problems> {
        let mut replies: Vec<Option<QueryReply>> = questions.iter().map(|_| None).collect();
        let mut notes: Vec<String> = Vec::new();
        let mut absent: Vec<AbsentValue> = Vec::new();
        let mut problems = Problems::default();
        for group in self.groups(questions)? {
            let places = group.questions.iter();
            let own: Vec<PlannedQuery> = places.map(|place| questions[*place]).collect();
            match self.replies_over(&group.tables, &own) {
                Ok(found) => {
                    for (place, reply) in group.questions.iter().zip(found.replies) {
                        replies[*place] = Some(reply);
                    }
                    notes.retain(|note| !found.notes.contains(note));
                    notes.extend(found.notes);
                    absent.retain(|text| !found.absent.contains(text));
                    absent.extend(found.absent);
                }
                Err(of_group) => problems.extend(of_group),
            }
        }
        if problems.has_errors() {
            return Err(problems);
        }
        Ok(QueryReplies {
            replies: replies.into_iter().flatten().collect(),
            notes,
            absent,
        })
    }

    fn replies_over(
        &self,
        tables: &RefCell<TableCache>,
        questions: &[PlannedQuery],
    ) -> Result<QueryReplies, Problems> {
        let queries: Vec<&Query> = questions.iter().map(|question| question.query).collect();
        let (sources, given) = self.read(tables, &queries)?;
        let planned = planned(self.definitions, questions, &given)?;
        let plans: Vec<Plan> = planned
            .iter()
            .flat_map(|(_, plans)| plans.clone())
            .collect();
        let mut answers = assemble::answers(self.definitions, &sources, &plans)?.into_iter();
        let replies: Vec<QueryReply> = planned
            .into_iter()
            .map(|(evaluation, plans)| QueryReply {
                evaluation,
                answers: answers.by_ref().take(plans.len()).collect(),
            })
            .collect();
        let own = questions.iter().zip(&replies);
        let own = own.filter(|(question, _)| question.plans.is_none());
        let own = own.map(|(question, reply)| (question.query, &reply.answers[0]));
        let absent = absent_values(self.definitions, &sources, own);
        Ok(QueryReplies {
            replies,
            notes: sources.notes,
            absent,
        })
    }

    /// How a query is computed, and over which files.
    pub fn describe(&self, query: &Query) -> Result<PlanDescription, Problems> {
        let (sources, given) = self.load(&[query])?;
        let plan = plans(self.definitions, &[query], &given)?.remove(0);
        let context = ExecutionContext {
            definitions: self.definitions,
            sources: &sources,
            evaluation: &plan.evaluation,
            limits: Limits::default(),
        };
        let mut described = compute::describe(context, &plan)?;
        described.is_at_latest_event =
            query.as_of.is_none() && self.as_of.is_none() && self.watermark.is_none();
        described.notes.splice(0..0, sources.notes.clone());
        Ok(described)
    }

    /// Which questions are asked over the same tables: all of them, where those are files.
    fn groups(&self, questions: &[PlannedQuery]) -> Result<Vec<QueryGroup>, Problems> {
        let mut groups: Vec<QueryGroup> = Vec::new();
        for (index, question) in questions.iter().enumerate() {
            let tables = self.tables_for(question.query)?;
            let known = |group: &&mut QueryGroup| Rc::ptr_eq(&group.tables, &tables);
            match groups.iter_mut().find(known) {
                Some(group) => group.questions.push(index),
                None => groups.push(QueryGroup {
                    tables,
                    questions: vec![index],
                }),
            }
        }
        Ok(groups)
    }

    /// The tables as they are seen from where a query stands. Without an as-of they are all there is,
    /// and what is latest in them says where the query stands.
    pub fn tables_for(&self, query: &Query) -> Result<Rc<RefCell<TableCache>>, Problems> {
        self.seen_from(query.as_of.as_ref(), query.known_on.as_ref())
    }

    /// The tables for queries that do not say where they stand.
    pub fn usual_tables(&self) -> Result<Rc<RefCell<TableCache>>, Problems> {
        self.seen_from(None, None)
    }

    fn seen_from(
        &self,
        as_of: Option<&Moment>,
        known_on: Option<&Moment>,
    ) -> Result<Rc<RefCell<TableCache>>, Problems> {
        let instant = |moment: &Moment| moment.instant;
        let horizon = Horizon {
            as_of: as_of.or(self.as_of.as_ref()).map(instant),
            known_on: known_on.or(self.usual_knowledge()).map(instant),
        };
        self.tables.within(self.definitions, horizon)
    }

    /// As known when queries are asked that do not say; `None`: as known at as-of.
    pub fn usual_knowledge(&self) -> Option<&Moment> {
        self.known_on.as_ref().or(self.tables.knowledge())
    }

    /// Reads what queries of one evaluation time need, and says where they stand if they do not.
    pub fn load(&self, queries: &[&Query]) -> Result<(TableSources, plan::GivenTime), Problems> {
        let tables = match queries.first() {
            Some(query) => self.tables_for(query)?,
            None => self.usual_tables()?,
        };
        self.read(&tables, queries)
    }

    fn read(
        &self,
        tables: &RefCell<TableCache>,
        queries: &[&Query],
    ) -> Result<(TableSources, plan::GivenTime), Problems> {
        let requirements = self.requirements(queries);
        let mut tables = tables.borrow_mut();
        let mut sources = tables.sources(self.definitions, &requirements)?;
        let mut watermark = self.watermark;
        // Where it is settled the same tables are read all the same: they are what the answer is of.
        if watermark.is_none() && self.wants_watermark(queries) {
            watermark = tables.latest_event(self.definitions);
            let far = tables.far_dates(self.definitions, &sources, watermark);
            sources
                .notes
                .extend(far.map(|far| far_note(self.definitions, far)));
        }
        let given = plan::GivenTime {
            as_of: self.as_of.clone(),
            known_on: self.usual_knowledge().cloned(),
            watermark,
        };
        Ok((sources, given))
    }

    /// What queries read of the tables.
    pub fn requirements(&self, queries: &[&Query]) -> Requirements {
        let options = RequirementOptions {
            place: &|span| self.place(span),
            watermark: self.wants_watermark(queries),
            tolerant: false,
        };
        plan::requirements(self.definitions, queries, options)
    }

    fn wants_watermark(&self, queries: &[&Query]) -> bool {
        self.as_of.is_none() && queries.iter().any(|query| query.as_of.is_none())
    }

    /// The tables a query cannot do without and that have no file.
    pub fn lacking(&self, query: &Query) -> Result<Vec<&str>, Problems> {
        let options = RequirementOptions {
            place: &|_| String::new(),
            watermark: false,
            tolerant: false,
        };
        let tables = self.tables_for(query)?;
        let tables = tables.borrow();
        let has_file = |id: &TableId| {
            let mut locations = tables.locations().iter();
            locations.any(|location| location.table == *id)
        };
        let required = plan::requirements(self.definitions, &[query], options).tables;
        let lacking = required
            .iter()
            .filter(|(table, wanted)| !wanted.file_needed_by.is_empty() && !has_file(table));
        Ok(lacking
            .map(|(table, _)| self.definitions.table(*table).name.as_str())
            .collect())
    }

    /// Which needed columns files lack, as a sentence; `None` if they lack none. Reads the tables.
    ///
    /// # Errors
    ///
    /// Whatever else is wrong with them.
    pub fn lacking_columns(&self, query: &Query) -> Result<Option<String>, Problems> {
        let problems = match self.load(&[query]) {
            Ok(_) => return Ok(None),
            Err(problems) if is_of_columns(&problems) => problems.sorted(),
            Err(problems) => return Err(problems),
        };
        let facts: Vec<String> = problems.iter().map(absent_column).collect();
        Ok(Some(facts.join(" and ")))
    }

    /// Where a span begins, as a message names it: `kpis/mttr.kpi:3`.
    pub fn place(&self, span: Span) -> String {
        let (line, _) = self.sources.line_column(span);
        format!("{}:{line}", self.sources.get(span.source).name)
    }
}

/// What the default as-of rests on, where that is in question.
fn far_note(definitions: &Definitions, far: &FarDates) -> String {
    let day = |micros: i64| {
        let day = calendar::local_day(&definitions.calendar, micros);
        day.map_or_else(|| "?".to_owned(), |day| day.to_string())
    };
    let rows: Vec<String> = far
        .rows
        .iter()
        .map(|row| {
            let table = definitions.table(row.table);
            let column = &table.columns[row.column].name;
            format!("{} {} ({column} {})", table.name, row.row, day(row.instant))
        })
        .collect();
    let (others, latest) = (
        day(far.others_until),
        far.rows.last().map(|row| row.instant),
    );
    let days = latest.map_or(0, |latest| (latest - far.others_until) / 86_400_000_000);
    let mut note = format!(
        "as-of rests on {}, {days} days after all others, which end on {others}: for those write `as of {others}`, or --as-of {others}",
        rows.join(", ")
    );
    if let Some(row) = far.rows.last() {
        let table = definitions.table(row.table);
        let column = &table.columns[row.column].name;
        note += &format!(
            "; if such dates are agreed in advance, write `planned {column}` in table {}",
            table.name
        );
    }
    note
}

/// Whether nothing is wrong but that files lack columns.
pub fn is_of_columns(problems: &Problems) -> bool {
    let mut all = problems.iter();
    all.all(|problem| problem.cause == Cause::NoColumn)
}

/// Whether nothing is wrong but that files lack columns, and have none of nearly their names.
pub fn are_unrelated_columns(problems: &Problems) -> bool {
    is_of_columns(problems) && problems.iter().all(|problem| meant(problem).is_none())
}

/// The line that tells of the column that may be meant.
fn meant(problem: &Diagnostic) -> Option<&String> {
    let mut lines = problem.help.iter();
    lines.find(|help| help.contains("did you mean"))
}

/// What is absent, without who needs it; with the column that may be meant.
fn absent_column(problem: &Diagnostic) -> String {
    let (fact, _) = problem
        .message
        .split_once(", which")
        .unwrap_or((&problem.message, ""));
    match meant(problem) {
        Some(help) => format!("{fact} ({help})"),
        None => fact.to_owned(),
    }
}

/// Plans queries; reports the problems of all of them.
pub fn plans(
    definitions: &Definitions,
    queries: &[&Query],
    given: &plan::GivenTime,
) -> Result<Vec<Plan>, Problems> {
    let questions: Vec<PlannedQuery> = queries
        .iter()
        .map(|query| PlannedQuery::of(query))
        .collect();
    let planned = planned(definitions, &questions, given)?.into_iter();
    Ok(planned.flat_map(|(_, plans)| plans).collect())
}

/// The plans of each question, and when it stands; reports the problems of all of them.
fn planned(
    definitions: &Definitions,
    questions: &[PlannedQuery],
    given: &plan::GivenTime,
) -> Result<Vec<(EvaluationTime, Vec<Plan>)>, Problems> {
    let mut problems = Problems::default();
    let mut all = Vec::with_capacity(questions.len());
    for PlannedQuery { query, plans } in questions {
        let planned = plan::evaluation_time(definitions, query, given).and_then(|evaluation| {
            let plans = match plans {
                Some(plans) => plans(definitions, query, &evaluation)?,
                None => vec![plan::plan(definitions, query, &evaluation)?],
            };
            Ok((evaluation, plans))
        });
        match planned {
            Ok(planned) => all.push(planned),
            Err(of_query) => problems.extend(of_query),
        }
    }
    if problems.has_errors() {
        Err(problems)
    } else {
        Ok(all)
    }
}

/// Plans and answers queries over loaded tables.
pub fn answers_over(
    definitions: &Definitions,
    sources: &TableSources,
    queries: &[&Query],
    given: &plan::GivenTime,
) -> Result<Vec<Answer>, Problems> {
    let plans = plans(definitions, queries, given)?;
    assemble::answers(definitions, sources, &plans)
}
