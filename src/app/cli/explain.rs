//! `riskql explain`: what a number means in words, which rows it is made of, and its arithmetic; or how it is computed.

use std::path::Path;

use super::args::{DataOptions, ExplainArguments, OutputOptions, TextOrJson};
use super::console::{Console, OutputTarget};
use super::failure::Failure;
use super::workspace;
use crate::base::diagnostic::Diagnostic;
use crate::exec::query_context::{AbsentValue, QueryContext};
use crate::insight::{explain, row_membership};
use crate::lang::model::{Definitions, Query};
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
        format: match arguments.format {
            Some(TextOrJson::Table) => Some(OutputFormat::Table),
            Some(TextOrJson::Json) => Some(OutputFormat::Json),
            None => None,
        },
        output: arguments.output.clone(),
    };
    let how = ExplainOptions {
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
    let as_object = match target.format {
        OutputFormat::Table => false,
        OutputFormat::Json => true,
        OutputFormat::Jsonl
        | OutputFormat::Csv
        | OutputFormat::Md
        | OutputFormat::Parquet
        | OutputFormat::Svg
        | OutputFormat::Html => {
            let problem = Diagnostic::data("K909", "an explanation is text or JSON");
            return Err(problem
                .help("write `--format table` or `--format json`")
                .into());
        }
    };
    workspace::needs_data(data, &format!("explain \"{}\"", explain::asked(query)))?;
    let instants = workspace::instants(console, definitions, data)?;
    let context = workspace::context(console, definitions, data, instants)?;
    let progress = console.progress();
    let (text, absent) = said(&context, query, how.part, (as_object, target.look(console)))?;
    drop(progress);
    workspace::tell_absent(console, &absent);
    target.write(text.as_bytes())
}

fn said(
    context: &QueryContext,
    query: &Query,
    part: ExplainPart<'_>,
    (as_object, look): (bool, RenderOptions),
) -> Result<(String, Vec<AbsentValue>), Failure> {
    if let ExplainPart::Row(key) = part {
        let membership = row_membership::row_membership(context, query, key)?;
        let text = match as_object {
            true => row_membership::json(&membership),
            false => row_membership::text(&membership, look),
        };
        return Ok((text, Vec::new()));
    }
    if part == ExplainPart::Plan {
        let described = explain::plan(context, query)?;
        let text = match as_object {
            true => render::plan_json(&described),
            false => render::plan_text(&described, look),
        };
        return Ok((text, Vec::new()));
    }
    let mut explained = explain::explain(context, query)?;
    if part == ExplainPart::WordsAndRows {
        explained.add_rows(context)?;
    }
    let text = match as_object {
        true => explain::json(&explained),
        false => explain::text(&explained, look),
    };
    Ok((text, explained.absent))
}
