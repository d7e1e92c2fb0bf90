//! `riskql compile`: a query as one SQL statement that gives the rows of its answer; with `--all` a file for each KPI.

mod columns;
mod folder;

use std::path::{Path, PathBuf};

use super::args::{CompileArguments, CsvOptions, OutputOptions};
use super::console::{Console, OutputTarget};
use super::failure::Failure;
use super::workspace;
use crate::base::diagnostic::Diagnostic;
use crate::exec::data;
use crate::exec::query_context::{self, QueryContext};
use crate::exec::sql::{self, DIALECTS, SqlDialect, TableFiles};
use crate::lang::model::{Definitions, Query};
use crate::plan::{self, GivenTime};
use crate::render::OutputFormat;

/// Writes the statement of a query.
pub fn run(
    console: &mut Console,
    arguments: &CompileArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    if arguments.all {
        return folder::run(console, arguments, defs);
    }
    let definitions = workspace::definitions(console, defs)?;
    let text = arguments.query.join(" ");
    let mut question = workspace::query(console, &definitions, &text)?;
    if let Some(problem) = sql::refusal(&question.query) {
        return Err(problem.into());
    }
    let dialect = arguments.dialect;
    let command = format!("compile \"{text}\"");
    reads_what_is_given(arguments, &command)?;
    let instants = workspace::instants(console, &definitions, &arguments.data)?;
    let context = workspace::context(console, &definitions, &arguments.data, instants)?;
    let statement = match arguments.data.given() {
        true => {
            let mut notes = Vec::new();
            if question.is_everything() {
                notes = query_context::leave_out_unanswerable(&mut question.query, &context)?;
            }
            let statement = over_files(console, dialect, &context, &question.query)?;
            notes.iter().for_each(|note| console.note(note));
            statement
        }
        false => {
            let given = without_data(dialect, &context, &question.query, &command)?;
            written(dialect, &context, &question.query, &given, None)?
        }
    };
    let output = OutputOptions {
        format: Some(OutputFormat::Table),
        output: arguments.output.clone(),
        csv: CsvOptions::default(),
    };
    OutputTarget::new(&output)?.write(console, statement.as_bytes())
}

/// A statement that reads the files. They are read here too: what is wrong with them is told as `run` tells it, and
/// the latest event in them is the default as-of.
fn over_files(
    console: &Console,
    dialect: &'static dyn SqlDialect,
    context: &QueryContext,
    query: &Query,
) -> Result<String, Failure> {
    let progress = console.progress();
    let (dataset, given) = context.load(&[query])?;
    drop(progress);
    let mut files = TableFiles::default();
    let tables = context.tables_for(query)?;
    let tables = tables.borrow();
    for location in tables.locations() {
        // Of a copy the statement names the address: the copy is gone some day.
        let named = PathBuf::from(tables.told(&location.path.display().to_string()));
        let loaded = dataset.table(location.table);
        let absent = loaded.map(|table| table.absent.clone()).unwrap_or_default();
        let columns = context.definitions.table(location.table).columns.iter();
        let names: Vec<&str> = columns.map(|column| column.name.as_str()).collect();
        if location.path.is_dir() {
            return Err(of_parts(dialect, &named).into());
        }
        if !data::is_plain(&location.path, &names)? {
            return Err(not_plain(dialect, &named).into());
        }
        files.add(dialect, location.table, &named, &absent)?;
    }
    dataset.notes.iter().for_each(|note| console.note(note));
    written(dialect, context, query, &given, Some(&files))
}

/// Refuses files for a database that reads none (K918). `command` is what was typed, without the options.
fn reads_what_is_given(arguments: &CompileArguments, command: &str) -> Result<(), Diagnostic> {
    let dialect = arguments.dialect;
    if !arguments.data.given() || dialect.files().is_some() {
        return Ok(());
    }
    let (word, title) = (dialect.word(), dialect.title());
    let readers = DIALECTS.iter().filter(|other| other.files().is_some());
    let readers: Vec<String> = readers
        .map(|other| format!("`--dialect {}`", other.word()))
        .collect();
    let message = format!("a statement for {title} reads tables of the database, not files");
    Err(Diagnostic::data("K918", message)
        .help(format!(
            "leave `--data` out and say as of when: riskql {command} --dialect {word} --as-of 2026-03-31"
        ))
        .help(format!("statements that read files: {}", readers.join(", "))))
}

/// A folder, of which the database would read other files or columns than are read here.
fn of_parts(dialect: &dyn SqlDialect, path: &Path) -> Diagnostic {
    let message = format!(
        "a statement for {} reads one file for a table, and `{}` is a folder of them",
        dialect.title(),
        path.display()
    );
    Diagnostic::data("K918", message).help("write the table as one Parquet file")
}

/// A file that the database would read otherwise than it is read here.
fn not_plain(dialect: &dyn SqlDialect, path: &Path) -> Diagnostic {
    let message = format!(
        "a statement for {} cannot read `{}` as it is written: of text it reads UTF-8, and of CSV commas (tabs in `.tsv`) \
         below a first line with the names of the columns",
        dialect.title(),
        path.display()
    );
    Diagnostic::data("K918", message).help("write the table as Parquet")
}

/// Where a query stands that nobody reads data for. `command` is what was typed, without the options.
fn without_data(
    dialect: &dyn SqlDialect,
    context: &QueryContext,
    query: &Query,
    command: &str,
) -> Result<GivenTime, Failure> {
    if query.as_of.is_none() && context.as_of.is_none() {
        let word = dialect.word();
        let message = format!("`{command}` without data needs an instant to evaluate at");
        return Err(Diagnostic::data("K919", message)
            .help(format!("say which: riskql {command} --dialect {word} --as-of 2026-03-31"))
            .help(format!(
                "or name the data, whose latest event it is then: riskql {command} --dialect duckdb --data FOLDER"
            ))
            .into());
    }
    Ok(GivenTime {
        as_of: context.as_of.clone(),
        known_on: context.known_on.clone(),
        watermark: None,
    })
}

fn written(
    dialect: &'static dyn SqlDialect,
    context: &QueryContext,
    query: &Query,
    given: &GivenTime,
    files: Option<&TableFiles>,
) -> Result<String, Failure> {
    let definitions: &Definitions = context.definitions;
    let evaluation = plan::evaluation_time(definitions, query, given)?;
    let plan = plan::plan(definitions, query, &evaluation)?;
    Ok(sql::statement(&sql::StatementInput {
        dialect,
        definitions,
        plan: &plan,
        files,
        place: &|span| context.place(span),
    }))
}
