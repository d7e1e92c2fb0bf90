//! `riskql explain`: what a number means in words, which rows it is made of, and its arithmetic; or how it is computed.

use std::path::Path;

use super::args::{DataOptions, ExplainArguments, ExplainFormat, OutputOptions};
use super::console::{Console, OutputTarget};
use super::failure::Failure;
use super::workspace;
use crate::base::diagnostic::Diagnostic;
use crate::exec::query_context::{AbsentValue, QueryContext};
use crate::insight::explain::{self, Explanation};
use crate::insight::row_membership;
use crate::lang::model::{Definitions, Query};
use crate::lang::project::ProjectOrigin;
use crate::lang::revision::DefinitionRepository;
use crate::render::{self, OutputFormat, RenderOptions};

/// Explains the query.
pub fn run(
    console: &mut Console,
    arguments: &ExplainArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let definitions = workspace::definitions(console, defs)?;
    let text = arguments.query.join(" ");
    let asked = workspace::query(console, &definitions, &text)?.query;
    let output = OutputOptions {
        format: arguments.format.map(ExplainFormat::output),
        output: arguments.output.clone(),
        csv: arguments.csv,
    };
    let how = ExplainOptions {
        defs,
        data: &arguments.data,
        output: &output,
        part: match (&arguments.row, arguments.plan, arguments.rows) {
            (Some(key), _, _) => ExplainPart::Row(key),
            (None, true, _) => ExplainPart::Plan,
            (None, false, true) => ExplainPart::WordsAndRows,
            (None, false, false) => ExplainPart::Words,
        },
    };
    query(console, &definitions, &asked, how)
}

/// Over which data a query is explained, and how the explanation is written.
#[derive(Clone, Copy)]
pub struct ExplainOptions<'a> {
    /// The folder of definitions that was named.
    pub defs: Option<&'a Path>,
    pub data: &'a DataOptions,
    pub output: &'a OutputOptions,
    pub part: ExplainPart<'a>,
}

/// What is said of a query.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ExplainPart<'a> {
    /// What its numbers mean, and their arithmetic.
    Words,
    /// The same, and the rows behind them.
    WordsAndRows,
    /// Whether the row with this key is behind them.
    Row(&'a str),
    /// How they are computed.
    Plan,
}

/// Explains a checked query.
pub fn query(
    console: &mut Console,
    definitions: &Definitions,
    query: &Query,
    how: ExplainOptions,
) -> Result<(), Failure> {
    let (data, output) = (how.data, how.output);
    let target = OutputTarget::new(output)?;
    let is_of_rows = how.part == ExplainPart::WordsAndRows;
    match target.format {
        OutputFormat::Table | OutputFormat::Json => {}
        OutputFormat::Jsonl | OutputFormat::Csv | OutputFormat::Parquet if is_of_rows => {}
        OutputFormat::Jsonl
        | OutputFormat::Csv
        | OutputFormat::Md
        | OutputFormat::Parquet
        | OutputFormat::Openmetrics
        | OutputFormat::Svg
        | OutputFormat::Html => {
            let problem = Diagnostic::data("K909", "an explanation is text or JSON");
            return Err(problem
                .help("write `--format table` or `--format json`")
                .help(
                    "the rows behind the numbers are written as csv, jsonl and parquet: add --rows",
                )
                .into());
        }
    }
    workspace::needs_data(data, &format!("explain \"{}\"", explain::asked(query)))?;
    let instants = workspace::instants(console, definitions, data)?;
    let context = workspace::context(console, definitions, data, instants)?;
    let progress = console.progress();
    let written = said(&context, query, &how, (target.format, target.look(console)))?;
    drop(progress);
    workspace::tell_absent(console, &written.absent);
    target.write(console, &written.bytes)
}

/// An explanation as it is written, and texts that the query compares with and no row has.
struct WrittenExplanation {
    bytes: Vec<u8>,
    absent: Vec<AbsentValue>,
}

impl From<String> for WrittenExplanation {
    fn from(text: String) -> WrittenExplanation {
        WrittenExplanation {
            bytes: text.into_bytes(),
            absent: Vec::new(),
        }
    }
}

fn said(
    context: &QueryContext,
    query: &Query,
    how: &ExplainOptions,
    (format, look): (OutputFormat, RenderOptions),
) -> Result<WrittenExplanation, Failure> {
    let as_object = format == OutputFormat::Json;
    if let ExplainPart::Row(key) = how.part {
        let membership = row_membership::row_membership(context, query, key)?;
        let text = match as_object {
            true => row_membership::json(&membership),
            false => row_membership::text(&membership, look),
        };
        return Ok(text.into());
    }
    if how.part == ExplainPart::Plan {
        let described = explain::plan(context, query)?;
        let text = match as_object {
            true => render::plan_json(&described),
            false => render::plan_text(&described, look),
        };
        return Ok(text.into());
    }
    let mut explained = explain::explain(context, query)?;
    add_revisions(&mut explained, context, how.defs);
    if how.part == ExplainPart::WordsAndRows {
        explained.add_rows(context)?;
    }
    let bytes = match format {
        OutputFormat::Table => explain::text(&explained, look).into_bytes(),
        OutputFormat::Json => explain::json(&explained).into_bytes(),
        OutputFormat::Jsonl
        | OutputFormat::Csv
        | OutputFormat::Md
        | OutputFormat::Parquet
        | OutputFormat::Openmetrics
        | OutputFormat::Svg
        | OutputFormat::Html => render::answer(&explain::rows_behind(&explained), format, look),
    };
    Ok(WrittenExplanation {
        bytes,
        absent: explained.absent,
    })
}

/// Says of each definition from which commit its file is. Definitions outside of a repository have none.
fn add_revisions(explained: &mut Explanation, context: &QueryContext, defs: Option<&Path>) {
    let ProjectOrigin::Folder(folder) = ProjectOrigin::choose(defs) else {
        return;
    };
    let texts: Vec<(&str, &str)> = context
        .sources
        .iter()
        .filter(|(_, source)| {
            let mut definitions = explained.definitions.iter();
            definitions.any(|definition| definition.file == source.name)
        })
        .map(|(_, source)| (source.name.as_str(), source.text.as_str()))
        .collect();
    let Ok(repository) = DefinitionRepository::around(&folder) else {
        return;
    };
    let Ok(revisions) = repository.revisions(&texts) else {
        return;
    };
    for definition in &mut explained.definitions {
        definition.revision = revisions.get(&definition.file).cloned();
    }
}
