//! `riskql explain`: what a number means in words, which rows it is made of, and its arithmetic.

mod arithmetic;
mod object;

use std::path::Path;

use super::args::{DataOptions, ExplainArguments, FormatChoice, OutputOptions, TextOrJson};
use super::console::{Console, Target};
use super::failure::Failure;
use super::progress::Progress;
use super::workspace;
use crate::answer::Answer;
use crate::diagnostic::Diagnostic;
use crate::engine;
use crate::ground::{self, Ground};
use crate::model::{Definitions, Query};
use crate::plan::{self, Paragraph};
use crate::render::Format;

/// Explains the query.
pub fn run(
    console: &mut Console,
    arguments: &ExplainArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let definitions = workspace::definitions(console, defs)?;
    let text = arguments.query.join(" ");
    let (_, asked) = workspace::query(console, &definitions, &text)?;
    let output = OutputOptions {
        format: match arguments.format {
            Some(TextOrJson::Table) => Some(FormatChoice::Table),
            Some(TextOrJson::Json) => Some(FormatChoice::Json),
            None => None,
        },
        output: arguments.output.clone(),
    };
    query(console, &definitions, &asked, &arguments.data, &output)
}

/// Explains a checked query.
pub fn query(
    console: &mut Console,
    definitions: &Definitions,
    query: &Query,
    data: &DataOptions,
    output: &OutputOptions,
) -> Result<(), Failure> {
    let target = Target::new(output);
    let as_object = match target.format {
        Format::Table => false,
        Format::Json => true,
        Format::Jsonl | Format::Csv | Format::Md | Format::Parquet => {
            let problem = Diagnostic::data("K909", "an explanation is text or JSON");
            return Err(problem
                .help("write `--format table` or `--format json`")
                .into());
        }
    };
    let query = &without_explain(query);
    workspace::needs_data(data, &format!("explain \"{}\"", query.text))?;
    let instants = workspace::instants(console, definitions, data)?;
    let ground = workspace::ground(console, definitions, data, instants)?;
    let progress = Progress::start(console.is_watched(), "reading tables and computing …");
    let explained = explain(&ground, query)?;
    drop(progress);
    let bytes = if as_object {
        object::json(&explained)
    } else {
        text(&explained)
    };
    target.write(bytes.as_bytes())
}

/// The query itself: what is explained is the same, whichever way it was asked for.
fn without_explain(query: &Query) -> Query {
    let mut query = query.clone();
    query.explain = false;
    if let Some(rest) = query.text.strip_prefix("explain ") {
        query.text = rest.to_string();
    }
    query
}

/// All that is said of a query.
struct Explained {
    query: Query,
    words: Vec<Paragraph>,
    /// What was asked.
    answer: Answer,
    /// The same with the parts of each column.
    parts: Answer,
    notes: Vec<String>,
}

fn explain(ground: &Ground, query: &Query) -> Result<Explained, Failure> {
    let definitions = ground.definitions;
    let (dataset, given) = ground.load(&[query])?;
    let plan = ground::plans(definitions, &[query], &given)?.remove(0);
    let words = plan::describe(definitions, &|span| ground.place(span), &plan);
    let parts = plan::components(definitions, &plan);
    let mut answers = engine::answers(definitions, &dataset, &[plan, parts])?.into_iter();
    let (Some(answer), Some(parts)) = (answers.next(), answers.next()) else {
        unreachable!("two plans give two answers");
    };
    Ok(Explained {
        query: query.clone(),
        words,
        answer,
        parts,
        notes: dataset.notes,
    })
}

fn text(explained: &Explained) -> String {
    let answer = &explained.answer;
    let mut text = format!("{}\n", answer.query);
    let mut add = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            text += &format!("\n{title}\n");
            for line in lines {
                text += &format!("  {line}\n");
            }
        }
    };
    for paragraph in &explained.words {
        add(&paragraph.title, paragraph.lines.clone());
    }
    add("Numbers", arithmetic::lines(answer, &explained.parts));
    let excluded = answer.excluded.iter();
    add(
        "Left out",
        excluded
            .map(|excluded| {
                format!(
                    "{}: {} ({})",
                    excluded.kpi,
                    excluded.reason,
                    rows(excluded.rows)
                )
            })
            .collect(),
    );
    add(
        "Notes",
        answer
            .notes
            .iter()
            .chain(&explained.notes)
            .cloned()
            .collect(),
    );
    let context = &answer.context;
    let mut circumstances = vec![format!("as of {}", context.as_of)];
    circumstances.extend(
        context
            .known_on
            .iter()
            .map(|known| format!("as known on {known}")),
    );
    circumstances.push(format!("definitions {}", context.definitions));
    circumstances.push(format!("data {}", context.data));
    add("Holds for", circumstances);
    text
}

fn rows(count: u64) -> String {
    format!("{count} {}", if count == 1 { "row" } else { "rows" })
}
