//! What most commands start with: the definitions, the query, where the data is, the instants.

use std::path::Path;

use super::args::DataOptions;
use super::console::Console;
use super::failure::Failure;
use super::progress::Progress;
use crate::check;
use crate::data;
use crate::diagnostic::{Diagnostic, Problems};
use crate::ground::{Answered, Ground};
use crate::model::{Definitions, Moment, Query};
use crate::project::{self, Origin};
use crate::source::Spanned;
use crate::syntax::{self, ast};

/// The definitions of the run, without an error; their warnings are shown.
pub fn definitions(console: &mut Console, defs: Option<&Path>) -> Result<Definitions, Failure> {
    let origin = Origin::choose(defs);
    let (definitions, problems) = project::definitions(&mut console.sources, &origin);
    match definitions {
        Some(definitions) => {
            console.report(problems);
            Ok(definitions)
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
        .into())
}

/// A query of the command line: as written, and as checked. Its warnings are shown.
pub fn query(
    console: &mut Console,
    definitions: &Definitions,
    text: &str,
) -> Result<(Spanned<ast::Query>, Query), Failure> {
    let id = console.sources.add("<query>", text);
    let written = syntax::parse_query(&console.sources, id)?;
    let (query, warnings) = check::query(definitions, &written)?;
    console.report(warnings);
    Ok((written, query))
}

/// The instants of the options `--as-of` and `--known-on`.
pub struct Instants {
    as_of: Option<Moment>,
    known_on: Option<Moment>,
}

/// Reads them as dates of the language.
pub fn instants(
    console: &mut Console,
    definitions: &Definitions,
    options: &DataOptions,
) -> Result<Instants, Failure> {
    let mut read = |option, text: &Option<String>| match text {
        Some(text) => moment(console, definitions, option, text).map(Some),
        None => Ok(None),
    };
    Ok(Instants {
        as_of: read("--as-of", &options.as_of)?,
        known_on: read("--known-on", &options.known_on)?,
    })
}

/// Where queries of this run are asked.
pub fn ground<'a>(
    console: &'a Console,
    definitions: &'a Definitions,
    options: &DataOptions,
    instants: Instants,
) -> Result<Ground<'a>, Failure> {
    let tables = data::locate(definitions, options.data.as_deref(), &options.tables)?;
    Ok(Ground {
        definitions,
        sources: &console.sources,
        tables,
        as_of: instants.as_of,
        known_on: instants.known_on,
    })
}

/// The instant of an option, written as in a query: `2026-03-31`, `2026-03`, a timestamp.
fn moment(
    console: &mut Console,
    definitions: &Definitions,
    option: &str,
    text: &str,
) -> Result<Moment, Failure> {
    let id = console
        .sources
        .add(format!("<{option}>"), format!("as of {text}"));
    let written = syntax::parse_query(&console.sources, id)?;
    if written.node.clauses.len() != 1 {
        return Err(no_date(option, text).into());
    }
    let (query, _) = check::query(definitions, &written)?;
    query.as_of.ok_or_else(|| no_date(option, text).into())
}

fn no_date(option: &str, text: &str) -> Problems {
    Diagnostic::data("K908", format!("`{option} {text}`: this is not a date"))
        .help(format!(
            "write a day, week, month, quarter, year or instant: {option} 2026-03-31"
        ))
        .into()
}

/// Answers queries, and tells whoever waits that tables are being read.
pub fn answer(console: &Console, ground: &Ground, queries: &[&Query]) -> Result<Answered, Failure> {
    let _progress = Progress::start(console.is_watched(), "reading tables and computing …");
    Ok(ground.answers(queries)?)
}
