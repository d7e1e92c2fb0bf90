//! A query or clauses that refine the last → an answer that is kept as the last.

use super::input;
use super::output::nothing_asked_yet;
use super::reply::Reply;
use super::session::{LastQuery, Session};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::exec::query_context::{self, AbsentValue};
use crate::insight::explain;
use crate::lang::analyze::{self, AnalyzedQuery};
use crate::lang::format;
use crate::lang::model::{Definitions, Query, Role, Subject};
use crate::lang::refine::{joined, removal, replaced, without};
use crate::lang::syntax::ast;
use crate::render::{self, OutputFormat};

/// What was typed, seen from the last query.
enum TypedQuery {
    /// A query of its own.
    Anew,
    /// The last answer is to be shown again.
    Again,
    Refined(ast::Query),
}

/// Queries to go back to.
const MOST_PAST: usize = 50;

impl Session {
    pub(super) fn query(&mut self, text: &str) -> Result<Reply, Problems> {
        match self.refined(text)? {
            TypedQuery::Anew => {
                let question = self.read(text)?;
                self.ask(question)
            }
            TypedQuery::Again => self.show_again(),
            TypedQuery::Refined(query) => self.ask_refined(&query),
        }
    }

    /// Asks a query that came of another, and says what it is.
    pub(super) fn ask_refined(&mut self, query: &ast::Query) -> Result<Reply, Problems> {
        let (question, whole) = self.read_refined(query)?;
        Ok(Reply::told(whole).then(self.ask(question)?))
    }

    /// A query that came of another, and the line that says what it is.
    fn read_refined(&mut self, query: &ast::Query) -> Result<(AnalyzedQuery, String), Problems> {
        let question = self.read(&format::query(query))?;
        let question = self.with_period(question)?;
        let whole = render::remark(&question.query.text, self.settings.look);
        Ok((question, whole))
    }

    /// Answers a query or clauses without showing the answer; gives what is to be told of it.
    pub(super) fn ask_quietly(&mut self, text: &str) -> Result<String, Problems> {
        let (question, told) = match self.refined(text)? {
            TypedQuery::Again => return Ok(String::new()),
            TypedQuery::Anew => (self.read(text)?, String::new()),
            TypedQuery::Refined(query) => self.read_refined(&query)?,
        };
        Ok(told + &self.answered(question)?)
    }

    /// The text of the query that a text stands for, if it is not one itself but refines the last.
    pub(super) fn refined_text(&mut self, text: &str) -> Result<Option<String>, Problems> {
        Ok(match self.refined(text)? {
            TypedQuery::Anew => None,
            TypedQuery::Again => self.last.as_ref().map(|last| last.query.text.clone()),
            TypedQuery::Refined(query) => Some(format::query(&query)),
        })
    }

    /// What a text does with the last query.
    fn refined(&mut self, text: &str) -> Result<TypedQuery, Problems> {
        let begun = input::refinement(text);
        let Some(last) = &self.last else {
            return match begun.is_some() || removal(text).is_some() {
                true => Err(nothing_asked_yet()),
                false => Ok(TypedQuery::Anew),
            };
        };
        let (adds, typed) = begun.unwrap_or((false, text));
        let views = |name: &str| view(&self.workspace.definitions, name);
        if let Some(words) = removal(typed) {
            let query = without(&last.written.node, words, &views);
            return Ok(TypedQuery::Refined(
                query.map_err(|problem| self.of_session(words, problem))?,
            ));
        }
        if typed.is_empty() {
            return match adds {
                true => Err(nothing_to_add()),
                false => Ok(TypedQuery::Again),
            };
        }
        let (name, text) = self.source("<query>", typed);
        let id = self.workspace.sources.add(name, text);
        let clauses =
            analyze::parsed(&self.workspace.sources, &self.workspace.definitions, id)?.node;
        let is_bare = clauses.subject == ast::Subject::Everything;
        if adds {
            let query = joined(&last.written.node, &clauses, &views);
            return query
                .map(TypedQuery::Refined)
                .ok_or_else(|| not_clauses(typed));
        }
        match (begun.is_some(), is_bare) {
            (_, true) => Ok(TypedQuery::Refined(replaced(&last.written.node, &clauses))),
            (true, false) => Err(not_clauses(typed)),
            (false, false) => Ok(TypedQuery::Anew),
        }
    }

    /// Says where a period comes from that a query does not have.
    fn of_session(&self, words: &str, problem: Diagnostic) -> Diagnostic {
        match &self.settings.period {
            Some(period) if words.contains("period") => {
                problem.help(format!("`{period}` is the session's: \\period none"))
            }
            Some(_) | None => problem,
        }
    }

    /// A question that names no period, with the session's. A list of all rows of a table has none.
    fn with_period(&mut self, question: AnalyzedQuery) -> Result<AnalyzedQuery, Problems> {
        let Some(period) = &self.settings.period else {
            return Ok(question);
        };
        let takes_one = match &question.query.subject {
            Subject::Values(_) => true,
            Subject::List(list) => !matches!(list.population.role, Role::Rows),
        };
        if question.query.period.is_some() || !takes_one {
            return Ok(question);
        }
        let whole = self.read(&format!("{} {period}", question.query.text))?;
        Ok(AnalyzedQuery {
            written: question.written,
            ..whole
        })
    }

    /// Answers a query, keeps it as the last and shows the answer.
    pub(super) fn ask(&mut self, question: AnalyzedQuery) -> Result<Reply, Problems> {
        if question.query.explain {
            let question = self.with_period(question)?;
            self.needs_data()?;
            let told = self.rendered(&question.warnings);
            return Ok(Reply::told(told).then(self.explain(&question.query)?));
        }
        self.refuse_unshowable()?;
        let told = self.answered(question)?;
        Ok(Reply::told(told).then(self.show_again()?))
    }

    /// Answers a query and keeps it as the last; gives its warnings.
    fn answered(&mut self, question: AnalyzedQuery) -> Result<String, Problems> {
        let question = self.with_period(question)?;
        let told = self.rendered(&question.warnings);
        self.needs_data()?;
        let (last, absent) = self.find(question)?;
        let told = told + &self.unknown_texts(&absent);
        let before = self.last.replace(last);
        self.past.extend(before.map(|before| before.written));
        if self.past.len() > MOST_PAST {
            self.past.remove(0);
        }
        Ok(told)
    }

    fn explain(&mut self, query: &Query) -> Result<Reply, Problems> {
        let explained = explain::explain(&self.context(), query)?;
        let text = match self.format().is_json() {
            true => explain::json(&explained),
            false => explain::text(&explained, self.settings.look),
        };
        self.put_out(text.into_bytes())
    }

    /// The answer, and the texts asked for that no row has.
    fn find(&mut self, question: AnalyzedQuery) -> Result<(LastQuery, Vec<AbsentValue>), Problems> {
        let is_everything = question.is_everything();
        let mut query = question.query;
        let context = self.context();
        let mut notes = Vec::new();
        if is_everything {
            notes = query_context::leave_out_unanswerable(&mut query, &context)?;
        }
        let mut answered = context.answers(&[&query])?;
        let mut answer = answered.answers.remove(0);
        answer.notes.extend(notes);
        answer.notes.extend(answered.notes);
        if self.format() != OutputFormat::Table {
            answer
                .notes
                .extend(answered.absent.iter().map(AbsentValue::sentence));
        }
        let last = LastQuery {
            written: question.written,
            query,
            answer,
            as_of: self.settings.as_of.clone(),
            known_on: self.settings.known_on.clone(),
        };
        Ok((last, answered.absent))
    }

    /// Refuses what cannot be answered without tables.
    pub(super) fn needs_data(&self) -> Result<(), Problems> {
        if !self.tables.borrow().locations().is_empty() {
            return Ok(());
        }
        Err(Diagnostic::data("K907", "there are no tables to ask")
            .help("name a folder with findings.csv, assets.csv, …: \\data FOLDER")
            .help("or start with one: riskql repl --data FOLDER")
            .into())
    }
}

/// The query of a view, as written.
pub(super) fn view(definitions: &Definitions, name: &str) -> Option<ast::Query> {
    let mut views = definitions.views.iter();
    let view = views.find(|view| view.name == name)?;
    Some(view.tree.node.clone())
}

fn nothing_to_add() -> Problems {
    Diagnostic::data(
        "K976",
        "`and` adds clauses to the last query, and here are none",
    )
    .help("write them after it: and by team, and where severity = high")
    .into()
}

fn not_clauses(typed: &str) -> Problems {
    Diagnostic::data(
        "K976",
        format!("`{typed}` are not clauses of the last query"),
    )
    .help("a query of its own stands alone, without `_` or `and`")
    .into()
}
