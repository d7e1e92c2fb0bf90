//! What most commands start with: the definitions, the query, where the data is, the instants.

use std::path::Path;
use std::rc::Rc;

use super::args::DataOptions;
use super::console::{Console, OutputTarget};
use super::failure::Failure;
use crate::app::places::proof_cache;
use crate::app::repl;
use crate::app::tables;
use crate::base::diagnostic::{Diagnostic, Problems, Severity};
use crate::exec::answer::Board;
use crate::exec::query_context::{AbsentValue, Answered, QueryContext};
use crate::insight::dashboards::{self, DashboardDraft};
use crate::lang::analyze::{self, AnalyzedQuery};
use crate::lang::model::{Definitions, Moment, Query};
use crate::lang::project::{self, Project, ProjectOrigin};
use crate::render::openmetrics::SampleTimes;
use crate::render::{self, OutputFormat};

/// The definitions of the run, without an error; their warnings are shown.
pub fn definitions(console: &mut Console, defs: Option<&Path>) -> Result<Definitions, Failure> {
    let origin = ProjectOrigin::choose(defs);
    let (definitions, problems) = project::definitions(&mut console.sources, &origin);
    match definitions {
        Some(definitions) => {
            console.report(problems);
            Ok(definitions)
        }
        None => Err(problems.into()),
    }
}

/// The same with the trees that they were checked from.
pub fn project(console: &mut Console, defs: Option<&Path>) -> Result<Project, Failure> {
    let origin = ProjectOrigin::choose(defs);
    let ids = project::read(&mut console.sources, &origin)?;
    let (project, problems) = project::parsed(&console.sources, &ids);
    match project {
        Some(project) => {
            console.report(problems);
            Ok(project)
        }
        None => Err(problems.into()),
    }
}

/// Refuses to go on without data, and says what to type.
pub fn needs_data(options: &DataOptions, command: &str) -> Result<(), Failure> {
    if options.given() {
        return Ok(());
    }
    Err(Diagnostic::data("K907", format!("`{command}` needs data"))
        .help(format!(
            "a folder with findings.csv, assets.csv, …: riskql {command} --data FOLDER"
        ))
        .help(format!(
            "or single files: riskql {command} --table findings=export.csv"
        ))
        .help(format!(
            "or the tables of a database: riskql {command} --on NAME"
        ))
        .into())
}

/// A query of the command line. Its warnings are shown.
pub fn query(
    console: &mut Console,
    definitions: &Definitions,
    text: &str,
) -> Result<AnalyzedQuery, Failure> {
    let mut question = analyze::read(&mut console.sources, definitions, "<query>", text)?;
    console.report(std::mem::take(&mut question.warnings));
    Ok(question)
}

/// The instants of the options `--as-of` and `--known-on`.
pub struct Instants {
    pub as_of: Option<Moment>,
    pub known_on: Option<Moment>,
}

/// Reads them as dates of the language.
pub fn instants(
    console: &mut Console,
    definitions: &Definitions,
    options: &DataOptions,
) -> Result<Instants, Failure> {
    let mut read = |option, text: &Option<String>| match text {
        Some(text) => analyze::moment(&mut console.sources, definitions, option, text).map(Some),
        None => Ok(None),
    };
    Ok(Instants {
        as_of: read("--as-of", &options.as_of)?,
        known_on: read("--known-on", &options.known_on)?,
    })
}

/// Where queries of this run are asked.
pub fn context<'a>(
    console: &'a Console,
    definitions: &'a Definitions,
    options: &DataOptions,
    instants: Instants,
) -> Result<QueryContext<'a>, Failure> {
    if options.is_elsewhere() {
        repl::hear_interrupts();
    }
    let tables = tables::open(definitions, &options.tables())?;
    console.reads(tables.files());
    Ok(QueryContext {
        definitions,
        sources: &console.sources,
        tables: Rc::new(tables.with_proofs(proof_cache())),
        as_of: instants.as_of,
        known_on: instants.known_on,
        watermark: None,
    })
}

/// Answers queries, with a line of progress on stderr while tables are read.
pub fn answer(
    console: &Console,
    context: &QueryContext,
    queries: &[&Query],
) -> Result<Answered, Failure> {
    let _progress = console.progress();
    Ok(context.answers(queries)?)
}

/// Warns of texts that no row has: an empty answer looks like a good one.
pub fn tell_absent(console: &Console, absent: &[AbsentValue]) {
    let mut problems = Problems::default();
    for text in absent {
        let mut problem = Diagnostic::data("D922", text.fact());
        problem.severity = Severity::Warning;
        problems.push(problem.help(text.advice()));
    }
    console.report(problems);
}

/// Answers the cards of a board.
pub fn board(
    console: &Console,
    context: &QueryContext,
    draft: DashboardDraft,
    format: OutputFormat,
) -> Result<Board, Failure> {
    let progress = console.progress();
    let answered = dashboards::board(context, draft)?;
    drop(progress);
    tell_absent(console, &answered.absent);
    let mut board = answered.board;
    if format != OutputFormat::Table {
        board
            .notes
            .extend(answered.absent.iter().map(AbsentValue::sentence));
    }
    Ok(board)
}

/// Writes a board in the format asked for; `full`: whole on a terminal too.
pub fn write_board(
    console: &Console,
    board: &Board,
    target: &OutputTarget,
    full: bool,
) -> Result<(), Failure> {
    let bytes = render::board(board, target.format, target.screenful(console, full))
        .map_err(|message| Diagnostic::data("K909", message))?;
    if let Some(beside) = render::beside_board(board, target.format) {
        console.note(&beside);
    }
    target.write(console, &bytes)
}

/// When the samples of an answer were, for OpenMetrics.
pub fn sample_times<'a>(
    definitions: &'a Definitions,
    options: &DataOptions,
    query: Option<&Query>,
) -> SampleTimes<'a> {
    let is_in_query = query.is_some_and(|query| query.as_of.is_some());
    SampleTimes {
        calendar: &definitions.calendar,
        as_of_is_named: options.as_of.is_some() || is_in_query,
    }
}
