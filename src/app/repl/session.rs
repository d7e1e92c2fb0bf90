//! The state of a session: definitions, tables, settings and the last query, and how texts are read and
//! problems told by it. It names no command: `dispatch` does.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::catalogue::Catalogue;
use super::reply::Reply;
use super::stamps::FileStamps;
use super::workspace::Workspace;
use crate::app::tables::{self, TableOptions};
use crate::base::diagnostic::Problems;
use crate::base::source::{Sources, Spanned};
use crate::exec::answer::Answer;
use crate::exec::data::{ProofCache, TableCache, Tables};
use crate::exec::query_context::QueryContext;
use crate::lang::analyze::{self, AnalyzedQuery};
use crate::lang::model::{Moment, Query};
use crate::lang::project::ProjectOrigin;
use crate::lang::syntax::ast;
use crate::render::{self, OutputFormat, RenderOptions};

/// What a session starts with.
pub struct Options {
    pub origin: ProjectOrigin,
    /// Folder of table files.
    pub data: Option<PathBuf>,
    /// Files of single tables.
    pub tables: Vec<(String, PathBuf)>,
    /// A connection that has the tables, and the file that has it.
    pub connection: Option<(String, PathBuf)>,
    pub as_of: Option<String>,
    pub known_on: Option<String>,
    pub format: OutputFormat,
    /// How results and messages look.
    pub look: RenderOptions,
    /// What was proven of table files.
    pub proofs: ProofCache,
}

/// A session that was not opened: why, and the texts that the reasons name places of.
#[derive(Debug)]
pub struct OpenFailure {
    pub sources: Sources,
    pub problems: Problems,
}

/// The columns that queries ask of files with at most so many rows stay in memory for the next query: 8 bytes a row for a date
/// or a number, 16 and more for a text.
const ROWS_IN_MEMORY: usize = 4_000_000;

/// A conversation about definitions and tables.
pub struct Session {
    pub(super) workspace: Workspace,
    /// The tables with all that is known: what completion and descriptions are about.
    pub(super) tables: Rc<RefCell<TableCache>>,
    /// The tables at any evaluation time.
    pub(super) places: Rc<Tables>,
    pub(super) settings: Settings,
    pub(super) last: Option<LastQuery>,
    /// The queries before the last, the latest at the end.
    pub(super) past: Vec<Spanned<ast::Query>>,
    pub(super) catalogue: Arc<Catalogue>,
    /// Where the entry that is being answered stands, if not at the prompt.
    pub(super) place: Option<ScriptLine>,
    /// How many scripts call each other.
    pub(super) depth: usize,
    /// The definition files as they were last read, while they are watched.
    pub(super) watched: Option<FileStamps>,
}

/// A line of a script.
#[derive(Clone)]
pub(super) struct ScriptLine {
    pub script: String,
    pub line: usize,
}

/// What the user has set.
pub(super) struct Settings {
    pub tables: TableOptions,
    pub proofs: ProofCache,
    pub as_of: Option<Moment>,
    pub known_on: Option<Moment>,
    /// The period of queries that name none, as written.
    pub period: Option<String>,
    pub format: OutputFormat,
    /// Whether the user named the format: if not, the ending of the output's name counts.
    pub format_is_named: bool,
    pub output: Option<PathBuf>,
    pub is_timed: bool,
    pub look: RenderOptions,
}

/// The last query that was answered.
pub(super) struct LastQuery {
    /// As typed or refined: without the session's period.
    pub written: Spanned<ast::Query>,
    /// As asked.
    pub query: Query,
    pub answer: Answer,
    /// What was set when it was asked.
    pub as_of: Option<Moment>,
    pub known_on: Option<Moment>,
}

impl Session {
    /// Opens a session for a script: the reply has the mistakes in definitions alone.
    pub fn open_silently(options: Options) -> Result<(Session, Reply), OpenFailure> {
        let (workspace, problems) = Workspace::open(options.origin);
        let mut session = Session {
            catalogue: Arc::new(Catalogue::default()),
            workspace,
            tables: Rc::default(),
            places: Rc::default(),
            settings: Settings {
                tables: TableOptions {
                    data: options.data,
                    files: options.tables,
                    connection: options.connection,
                },
                proofs: options.proofs,
                as_of: None,
                known_on: None,
                period: None,
                format_is_named: options.format != OutputFormat::Table,
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
            return Err(OpenFailure {
                sources: session.workspace.sources,
                problems,
            });
        }
        Ok((session, Reply::told(told)))
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
    pub fn set_look(&mut self, look: RenderOptions) {
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
        match self.settings.format.is_json() {
            true => render::diagnostics_json(sources, &list),
            false => render::diagnostics(sources, &list, &self.settings.look),
        }
    }

    /// Where queries are asked.
    pub(super) fn context(&self) -> QueryContext<'_> {
        QueryContext {
            definitions: &self.workspace.definitions,
            sources: &self.workspace.sources,
            tables: Rc::clone(&self.places),
            as_of: self.settings.as_of.clone(),
            known_on: self.settings.known_on.clone(),
            watermark: None,
        }
    }

    /// Looks where the tables are; nothing is read yet.
    pub(super) fn locate(&mut self) -> Result<(), Problems> {
        let definitions = &self.workspace.definitions;
        let settings = &self.settings;
        let places = tables::open(definitions, &settings.tables)?;
        let places = places
            .with_proofs(settings.proofs.clone())
            .with_rows_in_memory(ROWS_IN_MEMORY);
        self.tables = places.whole(definitions)?;
        self.places = Rc::new(places);
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
        analyze::moment(&mut workspace.sources, &workspace.definitions, option, text)
    }

    /// When something was that happened on a day or at an instant.
    pub(super) fn occasion(&mut self, option: &str, text: &str) -> Result<i64, Problems> {
        let workspace = &mut self.workspace;
        analyze::occasion(&mut workspace.sources, &workspace.definitions, option, text)
    }

    /// Reads a query of this session.
    pub(super) fn read(&mut self, text: &str) -> Result<AnalyzedQuery, Problems> {
        let (name, text) = self.source("<query>", text);
        let workspace = &mut self.workspace;
        analyze::read(&mut workspace.sources, &workspace.definitions, &name, &text)
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

    /// Definitions or data have changed.
    pub(super) fn refresh_catalogue(&mut self) {
        let tables = self.tables.borrow();
        let renewed = self.catalogue.renewed(&self.workspace.definitions, &tables);
        drop(tables);
        self.catalogue = Arc::new(renewed);
    }
}
