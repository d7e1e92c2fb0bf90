//! What a number means in words, which rows it is made of, and its arithmetic.
//!
//! Takes the query_context to ask on and a query; gives an [`Explanation`], and that as text or JSON.

mod arithmetic;
mod behind;
mod contributions;
mod evidence;
mod involved;
mod object;

pub use arithmetic::group;
pub use involved::InvolvedDefinition;
pub use object::json;

use crate::base::diagnostic::Problems;
use crate::exec::answer::Answer;
use crate::exec::assemble;
use crate::exec::compute::PlanDescription;
use crate::exec::query_context::{self, AbsentValue, QueryContext};
use crate::lang::model::Query;
use crate::plan::{self, Paragraph};
use crate::render::{self, RenderOptions};

/// All that is said of a query.
pub struct Explanation {
    query: Query,
    words: Vec<Paragraph>,
    /// What was asked.
    answer: Answer,
    /// The same with the parts of each column.
    parts: Answer,
    notes: Vec<String>,
    /// Texts that it compares with and no row has; they are notes too.
    pub absent: Vec<AbsentValue>,
    /// What the query rests on.
    pub definitions: Vec<InvolvedDefinition>,
    /// The rows behind the numbers, if they were asked for.
    behind: Option<Vec<behind::ListedRows>>,
}

/// Answers the query and says how.
pub fn explain(query_context: &QueryContext, query: &Query) -> Result<Explanation, Problems> {
    let query = &without_explain(query);
    let definitions = query_context.definitions;
    let (sources, given) = query_context.load(&[query])?;
    let plan = query_context::plans(definitions, &[query], &given)?.remove(0);
    let words = plan::describe(definitions, &|span| query_context.place(span), &plan);
    let parts = plan::components(definitions, &plan);
    let mut answers = assemble::answers(definitions, &sources, &[plan, parts])?.into_iter();
    let (Some(answer), Some(parts)) = (answers.next(), answers.next()) else {
        unreachable!("two plans give two answers");
    };
    let absent = query_context::absent_values(definitions, &sources, [(query, &answer)]);
    let mut notes = sources.notes;
    notes.extend(absent.iter().map(AbsentValue::sentence));
    Ok(Explanation {
        query: query.clone(),
        words,
        answer,
        parts,
        notes,
        absent,
        definitions: involved::involved(query_context, query),
        behind: None,
    })
}

/// How the query is computed, and over which files.
pub fn plan(query_context: &QueryContext, query: &Query) -> Result<PlanDescription, Problems> {
    query_context.describe(&without_explain(query))
}

impl Explanation {
    /// Lists the rows behind every number too.
    pub fn add_rows(&mut self, query_context: &QueryContext) -> Result<(), Problems> {
        self.behind = Some(behind::listed(query_context, &self.query, &self.answer)?);
        Ok(())
    }
}

/// The rows behind all numbers as one table, each with what it brings into its number; none before they were added.
pub fn rows_behind(explained: &Explanation) -> Answer {
    let listed = explained.behind.as_deref().unwrap_or_default();
    contributions::table(&explained.answer, listed)
}

/// The explanation as text.
pub fn text(explained: &Explanation, look: RenderOptions) -> String {
    let mut text = String::new();
    let mut add = |title: &str, lines: &[String]| {
        if !lines.is_empty() {
            text += &format!("\n{}\n", render::lines(title, "", look).join("\n"));
            for line in lines {
                text += &format!("{}\n", render::lines(line, "  ", look).join("\n"));
            }
        }
    };
    for paragraph in &explained.words {
        add(&paragraph.title, &paragraph.lines);
    }
    let answer = &explained.answer;
    add("Numbers", &arithmetic::lines(answer, &explained.parts));
    add("How sure", &evidence::lines(answer));
    add("Left out", &left_out(answer));
    let notes = answer.notes.iter().chain(&explained.notes);
    add("Notes", &notes.cloned().collect::<Vec<String>>());
    let definitions = explained.definitions.iter();
    let definitions: Vec<String> = definitions.map(InvolvedDefinition::words).collect();
    add("Definitions", &definitions);
    add("Holds for", &circumstances(answer));
    let query = render::lines(&answer.query, "", look).join("\n");
    let rows = explained.behind.iter().flatten();
    let rows: String = rows.map(|listed| listed.text(look)).collect();
    format!("{query}\n{text}{rows}")
}

fn left_out(answer: &Answer) -> Vec<String> {
    let excluded = answer.excluded.iter();
    excluded
        .map(|excluded| {
            let rows = rows(excluded.rows);
            format!("{}: {} ({rows})", excluded.kpi, excluded.reason)
        })
        .collect()
}

fn circumstances(answer: &Answer) -> Vec<String> {
    let context = &answer.context;
    let mut circumstances = vec![format!("as of {}", context.as_of)];
    let known_on = context.known_on.iter();
    circumstances.extend(known_on.map(|known| format!("as known on {known}")));
    circumstances.push(format!("definitions {}", context.definitions));
    circumstances.push(format!("data {}", context.data));
    circumstances
}

fn rows(count: u64) -> String {
    format!("{count} {}", if count == 1 { "row" } else { "rows" })
}

/// The query itself: what is explained is the same, whichever way it was asked for.
fn without_explain(query: &Query) -> Query {
    let mut query = query.clone();
    query.explain = false;
    query.text = asked(&query).to_string();
    query
}

/// The text of the query that is explained.
pub fn asked(query: &Query) -> &str {
    query.text.strip_prefix("explain ").unwrap_or(&query.text)
}
