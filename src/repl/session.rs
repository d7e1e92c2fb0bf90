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
use super::refine::refine;
use super::reply::Reply;
use super::watch::Stamps;
use super::workspace::Workspace;
use crate::answer::Answer;
use crate::data::{self, Memory};
use crate::diagnostic::{Diagnostic, Problems};
use crate::explain;
use crate::files;
use crate::ground::{self, Ground};
use crate::model::{Moment, Query};
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
    pub output: Option<PathBuf>,
    pub is_timed: bool,
    pub look: Look,
}

/// The last query that was answered.
pub(super) struct Last {
    pub written: Spanned<ast::Query>,
    pub query: Query,
    pub answer: Answer,
}

impl Session {
    /// Opens a session; the reply is its first screen. Mistakes in definitions are told and leave
    /// those definitions out.
    ///
    /// # Errors
    ///
    /// Data or dates that were named and are not there: nobody meant to start without them.
    pub fn open(options: Options) -> Result<(Session, Reply), (Session, Problems)> {
        let (mut session, told) = Session::open_silently(options)?;
        session.refresh_catalogue();
        let first = commands::first_screen(&mut session);
        Ok((session, told.then(first)))
    }

    /// Opens a session for a script: the reply has the mistakes in definitions alone.
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
                format: options.format,
                output: None,
                is_timed: false,
                look: options.look,
            },
            last: None,
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
        let reply = match entry {
            Entry::Command { name, arguments } => commands::run(self, name, arguments),
            Entry::Definitions(text) => self.define(text),
            Entry::Query(text) => self.query(text),
        };
        let reply = reply.unwrap_or_else(|problems| self.failed(&problems));
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
        Ok(Reply::told(warnings).then(Reply::told(words)))
    }

    /// Definitions or data have changed.
    pub(super) fn refresh_catalogue(&mut self) {
        let tables = self.tables.borrow();
        let renewed = self.catalogue.renewed(&self.workspace.definitions, &tables);
        drop(tables);
        self.catalogue = Arc::new(renewed);
    }

    fn query(&mut self, text: &str) -> Result<Reply, Problems> {
        let text = match self.refined(text)? {
            Some(refined) => refined,
            None => text.to_string(),
        };
        let question = self.read(&text)?;
        let readings = self.tables.borrow().readings();
        let reply = self.ask(question);
        if self.tables.borrow().readings() != readings {
            self.refresh_catalogue();
        }
        reply
    }

    /// The last query with the clauses typed, if that is what was typed.
    fn refined(&mut self, text: &str) -> Result<Option<String>, Problems> {
        let (adds, clauses) = match input::refinement(text) {
            Some((_, "")) if self.last.is_some() => {
                let last = self.last.as_ref().expect("there is one");
                return Ok(Some(last.query.text.clone()));
            }
            Some(refinement) if self.last.is_some() => refinement,
            Some(_) => return Err(nothing_asked_yet()),
            None => (false, text),
        };
        let (name, clauses) = self.source("<query>", clauses);
        let typed = self.workspace.sources.add(name, clauses);
        let clauses = crate::syntax::parse_query(&self.workspace.sources, typed)?;
        match &self.last {
            Some(last) if clauses.node.subject == ast::Subject::Everything => {
                Ok(Some(refine(&last.written.node, &clauses.node, adds)))
            }
            Some(_) | None => Ok(None),
        }
    }

    /// Answers a query and keeps it as the last.
    pub(super) fn ask(&mut self, question: Question) -> Result<Reply, Problems> {
        let told = self.rendered(&question.warnings);
        self.needs_data()?;
        if question.query.explain {
            let explained = explain::explain(&self.ground(), &question.query)?;
            let text = match self.settings.format {
                Format::Json => explain::json(&explained),
                _ => explain::text(&explained),
            };
            return Ok(Reply::told(told).then(self.put_out(text.into_bytes())?));
        }
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
        let shown = render::answer(&answer, self.settings.format, self.settings.look);
        self.last = Some(Last {
            written: question.written,
            query,
            answer,
        });
        Ok(Reply::told(told).then(self.put_out(shown)?))
    }

    /// A result where the user wants it: on the screen, or in the file of `\output`.
    pub(super) fn put_out(&mut self, shown: Vec<u8>) -> Result<Reply, Problems> {
        let Some(file) = &self.settings.output else {
            return Ok(Reply::shown(shown));
        };
        files::replace(file, &shown).map_err(|error| {
            Problems::from(Diagnostic::data(
                "D902",
                format!("cannot write `{}`: {error}", file.display()),
            ))
        })?;
        Ok(Reply::told(format!("written to {}", file.display())))
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

fn nothing_asked_yet() -> Problems {
    Diagnostic::data("K950", "there is no query to refine yet")
        .help("ask one first: backlog by severity")
        .into()
}
