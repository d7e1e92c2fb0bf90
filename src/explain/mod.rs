//! What a number means in words, which rows it is made of, and its arithmetic.
//!
//! Takes the ground to ask on and a query; gives an [`Explained`], and that as text or JSON.

mod arithmetic;
mod object;

pub use object::json;

use crate::answer::Answer;
use crate::diagnostic::Problems;
use crate::engine;
use crate::ground::{self, Ground};
use crate::model::Query;
use crate::plan::{self, Paragraph};

/// All that is said of a query.
pub struct Explained {
    query: Query,
    words: Vec<Paragraph>,
    /// What was asked.
    answer: Answer,
    /// The same with the parts of each column.
    parts: Answer,
    notes: Vec<String>,
}

/// Answers the query and says how.
pub fn explain(ground: &Ground, query: &Query) -> Result<Explained, Problems> {
    let query = &without_explain(query);
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

/// The explanation as text.
pub fn text(explained: &Explained) -> String {
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
