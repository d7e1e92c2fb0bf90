//! The session: what was typed → a reply. Reads definitions, tables and the clock, writes the files it
//! is told to, prints nothing.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use super::catalogue::Catalogue;
use super::commands;
use super::input::{self, Entry};
use super::refine::{joined, removal, replaced, without};
use super::reply::Reply;
use super::watch::Stamps;
use super::workspace::Workspace;
use crate::answer::Answer;
use crate::data::{self, Memory};
use crate::diagnostic::{Diagnostic, Problems};
use crate::explain;
use crate::format;
use crate::ground::{self, Ground};
use crate::model::{Definitions, Moment, Query, Role, Subject};
use crate::project::Origin;
use crate::question::{self, Question};
use crate::render::{self, Format, Look};
use crate::source::{Sources, Spanned};
use crate::syntax::ast;

/// What a session starts with.
pub struct Options {
    pub origin: Origin,
    /// Folder of table files.
    pub data: Option<PathBuf>,
    /// Files of single tables.
    pub tables: Vec<(String, PathBuf)>,
    pub as_of: Option<String>,
    pub known_on: Option<String>,
    pub format: Format,
    /// How results and messages look.
    pub look: Look,
}

/// A conversation about definitions and tables.
pub struct Session {
    pub(super) workspace: Workspace,
    pub(super) tables: Rc<RefCell<Memory>>,
    pub(super) settings: Settings,
    pub(super) last: Option<Last>,
    /// The queries before the last, the latest at the end.
    pub(super) past: Vec<Spanned<ast::Query>>,
    pub(super) catalogue: Arc<Catalogue>,
    /// Where the entry that is being answered stands, if not at the prompt.
    pub(super) place: Option<Place>,
    /// How many scripts call each other.
    pub(super) depth: usize,
    /// The definition files as they were last read, while they are watched.
    pub(super) watched: Option<Stamps>,
}

/// A line of a script.
#[derive(Clone)]
pub(super) struct Place {
    pub script: String,
    pub line: usize,
}

/// What the user has set.
pub(super) struct Settings {
    pub data: Option<PathBuf>,
    pub table_files: Vec<(String, PathBuf)>,
    pub as_of: Option<Moment>,
    pub known_on: Option<Moment>,
    /// The period of queries that name none, as written.
    pub period: Option<String>,
    pub format: Format,
    /// Whether somebody named the format: if not, the ending of the output's name counts.
    pub format_is_named: bool,
    pub output: Option<PathBuf>,
    pub is_timed: bool,
    pub look: Look,
}

/// The last query that was answered.
pub(super) struct Last {
    /// As typed or refined: without the session's period.
    pub written: Spanned<ast::Query>,
    /// As asked.
    pub query: Query,
    pub answer: Answer,
}

/// What was typed, seen from the last query.
enum Typed {
    /// A query of its own.
    Anew,
    /// The last answer is to be shown again.
    Again,
    Refined(ast::Query),
}

/// Queries to go back to.
const MOST_PAST: usize = 50;

impl Session {
    /// Opens a session; the reply is its first screen. Mistakes in definitions are told and leave
    /// those definitions out.
    ///
    /// # Errors
    ///
    /// Data or dates that were named and are not there: nobody meant to start without them.
    #[allow(clippy::result_large_err, reason = "a session is opened once")]
    pub fn open(options: Options) -> Result<(Session, Reply), (Session, Problems)> {
        let (mut session, told) = Session::open_silently(options)?;
        session.refresh_catalogue();
        let first = commands::first_screen(&mut session);
        Ok((session, told.then(first)))
    }

    /// Opens a session for a script: the reply has the mistakes in definitions alone.
    #[allow(clippy::result_large_err, reason = "a session is opened once")]
    pub fn open_silently(options: Options) -> Result<(Session, Reply), (Session, Problems)> {
        let (workspace, problems) = Workspace::open(options.origin);
        let mut session = Session {
            catalogue: Arc::new(Catalogue::default()),
            workspace,
            tables: Rc::new(RefCell::new(Memory::default())),
            settings: Settings {
                data: options.data,
                table_files: options.tables,
                as_of: None,
                known_on: None,
                period: None,
                format_is_named: options.format != Format::Table,
                format: options.format,
                output: None,
                is_timed: false,
                look: options.look,
            },
            last: None,
            past: Vec::new(),
            place: None,
            depth: 0,
            watched: None,
        };
        let told = session.rendered(&problems);
        let set = session.set_instants(options.as_of, options.known_on);
        let ready = set.and_then(|()| session.locate());
        if let Err(problems) = ready {
            return Err((session, problems));
        }
        Ok((session, Reply::told(told)))
    }

    /// Answers what was typed, which may be several entries. Stops at the first that fails.
    pub fn answer(&mut self, typed: &str) -> Reply {
        let mut reply = Reply::default();
        // A query that was stopped may have left them.
        (self.place, self.depth) = (None, 0);
        for entry in input::entries(typed) {
            reply = reply.then(self.entry(&entry));
            if reply.fault.is_some() || reply.wish.is_some() {
                break;
            }
        }
        reply
    }

    /// Answers one entry.
    pub fn entry(&mut self, entry: &Entry) -> Reply {
        let start = Instant::now();
        let readings = self.tables.borrow().readings();
        let reply = match entry {
            Entry::Command { name, arguments } => commands::run(self, name, arguments),
            Entry::Definitions(text) => self.define(text),
            Entry::Query(text) => match commands::in_plain_words(self, text) {
                Some(name) => commands::run(self, name, ""),
                None => self
                    .query(text)
                    .map_err(|problems| commands::with_backslash(text, problems)),
            },
        };
        let reply = reply.unwrap_or_else(|problems| self.failed(&problems));
        if self.tables.borrow().readings() != readings {
            self.refresh_catalogue();
        }
        if self.settings.is_timed {
            let took = start.elapsed();
            return reply.then(Reply::told(format!("{:.3} s", took.as_secs_f64())));
        }
        reply
    }

    /// What may be named, for completion and hints.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.catalogue)
    }

    /// What stands before the cursor: `riskql>`, with the as-of and the period that were set.
    pub fn prompt(&self) -> String {
        let mut set = Vec::new();
        set.extend(
            self.settings
                .as_of
                .iter()
                .map(|moment| moment.label.clone()),
        );
        let known_on = self.settings.known_on.iter();
        set.extend(known_on.map(|moment| format!("known on {}", moment.label)));
        set.extend(self.settings.period.clone());
        match set.is_empty() {
            true => "riskql> ".to_string(),
            false => format!("riskql {}> ", set.join(", ")),
        }
    }

    /// The terminal may have another size now.
    pub fn set_look(&mut self, look: Look) {
        self.settings.look = look;
    }

    /// The reply to problems that left nothing to show.
    pub(super) fn failed(&self, problems: &Problems) -> Reply {
        Reply {
            fault: problems.fault(),
            ..Reply::told(self.rendered(problems))
        }
    }

    /// Problems in words, or as JSON if that is the format.
    pub(super) fn rendered(&self, problems: &Problems) -> String {
        let list = problems.clone().sorted();
        if list.is_empty() {
            return String::new();
        }
        let sources = &self.workspace.sources;
        match self.settings.format {
            Format::Json => render::diagnostics_json(sources, &list),
            Format::Table | Format::Jsonl | Format::Csv | Format::Md | Format::Parquet => {
                render::diagnostics(sources, &list, &self.settings.look)
            }
        }
    }

    /// Where queries are asked.
    pub(super) fn ground(&self) -> Ground<'_> {
        Ground {
            definitions: &self.workspace.definitions,
            sources: &self.workspace.sources,
            tables: Rc::clone(&self.tables),
            as_of: self.settings.as_of.clone(),
            known_on: self.settings.known_on.clone(),
        }
    }

    /// Looks where the tables are; nothing is read yet.
    pub(super) fn locate(&mut self) -> Result<(), Problems> {
        let settings = &self.settings;
        let locations = data::locate(
            &self.workspace.definitions,
            settings.data.as_deref(),
            &settings.table_files,
        )?;
        self.tables.borrow_mut().replace(locations);
        Ok(())
    }

    fn set_instants(
        &mut self,
        as_of: Option<String>,
        known_on: Option<String>,
    ) -> Result<(), Problems> {
        if let Some(text) = as_of {
            self.settings.as_of = Some(self.moment("--as-of", &text)?);
        }
        if let Some(text) = known_on {
            self.settings.known_on = Some(self.moment("--known-on", &text)?);
        }
        Ok(())
    }

    /// An instant as the language writes it.
    pub(super) fn moment(&mut self, option: &str, text: &str) -> Result<Moment, Problems> {
        let workspace = &mut self.workspace;
        question::moment(&mut workspace.sources, &workspace.definitions, option, text)
    }

    /// Reads a query of this session.
    pub(super) fn read(&mut self, text: &str) -> Result<Question, Problems> {
        let (name, text) = self.source("<query>", text);
        let workspace = &mut self.workspace;
        question::read(&mut workspace.sources, &workspace.definitions, &name, &text)
    }

    /// What messages call a text, and the text at the line where it stands.
    pub(super) fn source(&self, name: &str, text: &str) -> (String, String) {
        match &self.place {
            Some(place) => (
                place.script.clone(),
                format!("{}{text}", "\n".repeat(place.line - 1)),
            ),
            None => (name.to_string(), text.to_string()),
        }
    }

    /// The texts that problems refer to.
    pub fn into_sources(self) -> Sources {
        self.workspace.sources
    }

    fn define(&mut self, text: &str) -> Result<Reply, Problems> {
        let (name, text) = self.source("<typed>", text);
        let added = self.workspace.add(&name, &text)?;
        let has_table = added.names.iter().any(|name| name.starts_with("table "));
        let located = if has_table { self.locate() } else { Ok(()) };
        self.check_last_again();
        self.refresh_catalogue();
        let warnings = self.rendered(&added.warnings);
        let mut words = format!("added {}", added.names.join(", "));
        if !added.replaced.is_empty() {
            words += &format!(
                "; in this session only, in place of the {} there was",
                added.replaced.join(", ")
            );
        }
        let reply = Reply::told(warnings).then(Reply::told(words));
        Ok(match located {
            Ok(()) => reply,
            Err(problems) => reply.then(self.failed(&problems)),
        })
    }

    /// Definitions or data have changed.
    pub(super) fn refresh_catalogue(&mut self) {
        let tables = self.tables.borrow();
        let renewed = self.catalogue.renewed(&self.workspace.definitions, &tables);
        drop(tables);
        self.catalogue = Arc::new(renewed);
    }

    fn query(&mut self, text: &str) -> Result<Reply, Problems> {
        match self.refined(text)? {
            Typed::Anew => {
                let question = self.read(text)?;
                self.ask(question)
            }
            Typed::Again => self.show_again(),
            Typed::Refined(query) => self.ask_refined(&query),
        }
    }

    /// Asks a query that came of another, and says what it is.
    pub(super) fn ask_refined(&mut self, query: &ast::Query) -> Result<Reply, Problems> {
        let (question, whole) = self.read_refined(query)?;
        Ok(Reply::told(whole).then(self.ask(question)?))
    }

    /// A query that came of another, and the line that says what it is.
    fn read_refined(&mut self, query: &ast::Query) -> Result<(Question, String), Problems> {
        let question = self.read(&format::query(query))?;
        let question = self.with_period(question)?;
        let whole = render::remark(&question.query.text, self.settings.look);
        Ok((question, whole))
    }

    /// Answers a query or clauses without showing the answer; gives what is to be told of it.
    pub(super) fn ask_quietly(&mut self, text: &str) -> Result<String, Problems> {
        let (question, told) = match self.refined(text)? {
            Typed::Again => return Ok(String::new()),
            Typed::Anew => (self.read(text)?, String::new()),
            Typed::Refined(query) => self.read_refined(&query)?,
        };
        Ok(told + &self.answered(question)?)
    }

    /// The text of the query that a text stands for, if it is not one itself but refines the last.
    pub(super) fn refined_text(&mut self, text: &str) -> Result<Option<String>, Problems> {
        Ok(match self.refined(text)? {
            Typed::Anew => None,
            Typed::Again => self.last.as_ref().map(|last| last.query.text.clone()),
            Typed::Refined(query) => Some(format::query(&query)),
        })
    }

    /// What a text does with the last query.
    fn refined(&mut self, text: &str) -> Result<Typed, Problems> {
        let begun = input::refinement(text);
        let Some(last) = &self.last else {
            return match begun.is_some() || removal(text).is_some() {
                true => Err(nothing_asked_yet()),
                false => Ok(Typed::Anew),
            };
        };
        let (adds, typed) = begun.unwrap_or((false, text));
        let views = |name: &str| view(&self.workspace.definitions, name);
        if let Some(words) = removal(typed) {
            let query = without(&last.written.node, words, &views);
            return Ok(Typed::Refined(
                query.map_err(|problem| self.of_session(words, problem))?,
            ));
        }
        if typed.is_empty() {
            return match adds {
                true => Err(nothing_to_add()),
                false => Ok(Typed::Again),
            };
        }
        let (name, text) = self.source("<query>", typed);
        let id = self.workspace.sources.add(name, text);
        let clauses = crate::syntax::parse_query(&self.workspace.sources, id)?.node;
        let is_bare = clauses.subject == ast::Subject::Everything;
        if adds {
            let query = joined(&last.written.node, &clauses, &views);
            return query.map(Typed::Refined).ok_or_else(|| not_clauses(typed));
        }
        match (begun.is_some(), is_bare) {
            (_, true) => Ok(Typed::Refined(replaced(&last.written.node, &clauses))),
            (true, false) => Err(not_clauses(typed)),
            (false, false) => Ok(Typed::Anew),
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
    fn with_period(&mut self, question: Question) -> Result<Question, Problems> {
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
        Ok(Question {
            written: question.written,
            ..whole
        })
    }

    /// Answers a query, keeps it as the last and shows the answer.
    pub(super) fn ask(&mut self, question: Question) -> Result<Reply, Problems> {
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
    fn answered(&mut self, question: Question) -> Result<String, Problems> {
        let question = self.with_period(question)?;
        let told = self.rendered(&question.warnings);
        self.needs_data()?;
        let last = self.find(question)?;
        let told = told + &self.unknown_texts(&last.query);
        let before = self.last.replace(last);
        self.past.extend(before.map(|before| before.written));
        if self.past.len() > MOST_PAST {
            self.past.remove(0);
        }
        Ok(told)
    }

    fn explain(&mut self, query: &Query) -> Result<Reply, Problems> {
        let explained = explain::explain(&self.ground(), query)?;
        let text = match self.format() {
            Format::Json => explain::json(&explained),
            Format::Table | Format::Jsonl | Format::Csv | Format::Md | Format::Parquet => {
                explain::text(&explained, self.settings.look)
            }
        };
        self.put_out(text.into_bytes())
    }

    fn find(&mut self, question: Question) -> Result<Last, Problems> {
        let is_everything = question.is_everything();
        let mut query = question.query;
        let ground = self.ground();
        let mut notes = Vec::new();
        if is_everything {
            notes = ground::leave_out_unanswerable(&mut query, &ground)?;
        }
        let mut answered = ground.answers(&[&query])?;
        let mut answer = answered.answers.remove(0);
        answer.notes.extend(notes);
        answer.notes.extend(answered.notes);
        Ok(Last {
            written: question.written,
            query,
            answer,
        })
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

pub(super) fn nothing_asked_yet() -> Problems {
    Diagnostic::data("K950", "there is no query to refine yet")
        .help("ask one first: backlog by severity")
        .into()
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
