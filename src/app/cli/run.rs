//! `riskql run`: the answer to a query, or every KPI against its target.

use std::path::Path;

use super::args::RunArguments;
use super::console::{Console, OutputTarget};
use super::failure::Failure;
use super::record::RecordFile;
use super::{explain, into, scorecard, workspace};
use crate::base::diagnostic::Diagnostic;
use crate::exec::query_context::{self, AbsentValue};
use crate::lang::model::{Definitions, Query};
use crate::render::openmetrics;
use crate::render::{self, OutputFormat};

/// Answers the query; without one, shows the scorecard.
pub fn run(
    console: &mut Console,
    arguments: &RunArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let text = arguments.query.join(" ");
    let output = arguments.page.with(&arguments.output);
    let definitions = workspace::definitions(console, defs)?;
    if text.trim().is_empty() {
        into::needs_rows(&arguments.into, "the scorecard")?;
        return scorecard::run(console, &definitions, arguments);
    }
    let question = workspace::query(console, &definitions, &text)?;
    let is_everything = question.is_everything();
    let query = question.query;
    if arguments.record.is_some() {
        RecordFile::accepts(&query)?;
    }
    if query.explain {
        into::needs_rows(&arguments.into, "an explanation")?;
        let how = explain::ExplainOptions {
            defs,
            data: &arguments.data,
            output: &output,
            part: explain::ExplainPart::Words,
        };
        return explain::query(console, &definitions, &query, how);
    }
    workspace::needs_data(&arguments.data, &format!("run \"{text}\""))?;
    answer(console, &definitions, query, is_everything, arguments)
}

fn answer(
    console: &mut Console,
    definitions: &Definitions,
    mut query: Query,
    is_everything: bool,
    arguments: &RunArguments,
) -> Result<(), Failure> {
    let target = OutputTarget::new(&arguments.page.with(&arguments.output))?;
    let table = into::target(definitions, &arguments.into, &arguments.data)?;
    let record = RecordFile::open(arguments.record.as_deref())?;
    let data = &arguments.data;
    let instants = workspace::instants(console, definitions, data)?;
    let context = workspace::context(console, definitions, data, instants)?;
    let mut notes = Vec::new();
    if is_everything {
        notes = query_context::leave_out_unanswerable(&mut query, &context)?;
    }
    let mut answered = workspace::answer(console, &context, &[&query])?;
    let mut answer = answered.answers.remove(0);
    answer.notes.extend(notes);
    answer.notes.extend(answered.notes);
    workspace::tell_absent(console, &answered.absent);
    let restated = match record {
        Some(record) => record.add(console, definitions, &[&answer])?,
        None => Vec::new(),
    };
    if target.format != OutputFormat::Table {
        answer.notes.extend(restated);
        let told = answered.absent.iter().map(AbsentValue::sentence);
        answer.notes.extend(told);
    }
    if let Some(table) = table {
        return into::write(console, definitions, &table, &answer, &[]);
    }
    if let Some(why) = render::refusal(&answer, target.format) {
        return Err(Diagnostic::data("K909", why).into());
    }
    if let Some(beside) = render::beside(&answer, target.format) {
        console.note(&beside);
    }
    let bytes = match target.format {
        OutputFormat::Openmetrics => {
            let times = workspace::sample_times(definitions, &arguments.data, Some(&query));
            openmetrics::answer(&answer, Some(times)).into_bytes()
        }
        OutputFormat::Table
        | OutputFormat::Json
        | OutputFormat::Jsonl
        | OutputFormat::Csv
        | OutputFormat::Md
        | OutputFormat::Parquet
        | OutputFormat::Svg
        | OutputFormat::Html => {
            let look = target.screenful(console, arguments.full);
            render::answer(&answer, target.format, look)
        }
    };
    target.write(console, &bytes)
}
