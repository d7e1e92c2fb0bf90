//! An explanation as JSON: the answer's object, and what is said about it.

use serde_json::{Map, Value as Json, json};

use super::{Explanation, arithmetic};
use crate::exec::answer::Cell;
use crate::lang::model::Subject;
use crate::render::{self, OutputFormat, RenderOptions};

/// The answer's object with `formula`, `population`, `value`, `arithmetic` and `words`; with `made_of`, the definitions it
/// rests on; with `behind`, the rows behind each number, if they were asked for.
pub fn json(explained: &Explanation) -> String {
    let answer = render::answer(&explained.answer, OutputFormat::Json, RenderOptions::PIPE);
    let mut object: Map<String, Json> =
        serde_json::from_slice(&answer).expect("an answer is an object");
    object.insert("formula".into(), json!(formula(explained)));
    object.insert("population".into(), json!(population(explained)));
    object.insert("value".into(), json!(value(explained)));
    let lines = arithmetic::lines(&explained.answer, &explained.parts);
    object.insert("arithmetic".into(), json!(lines));
    let words: Vec<Json> = explained
        .words
        .iter()
        .map(|paragraph| json!({"title": paragraph.title, "lines": paragraph.lines}))
        .collect();
    object.insert("words".into(), words.into());
    let made_of: Vec<Json> = explained
        .definitions
        .iter()
        .map(|definition| {
            json!({
                "definition": definition.label,
                "file": definition.file,
                "line": definition.line,
                "revision": definition.revision,
            })
        })
        .collect();
    object.insert("made_of".into(), made_of.into());
    if let Some(listed) = &explained.behind {
        let behind: Vec<Json> = listed.iter().map(super::behind::ListedRows::json).collect();
        object.insert("behind".into(), behind.into());
    }
    if let Some(notes) = object.get_mut("notes").and_then(Json::as_array_mut) {
        notes.extend(explained.notes.iter().map(|note| json!(note)));
    }
    let text = render::pretty_json(&object);
    format!("{text}\n")
}

/// What the columns are, as definitions write it: the line `is …` of each.
fn formula(explained: &Explanation) -> String {
    let columns = match &explained.query.subject {
        Subject::Values(values) => values.columns.len(),
        Subject::List(_) => {
            return explained
                .words
                .first()
                .map_or(String::new(), |first| first.title.clone());
        }
    };
    let formulas: Vec<&str> = explained
        .words
        .iter()
        .take(columns)
        .filter_map(|paragraph| {
            paragraph
                .lines
                .iter()
                .find_map(|line| line.strip_prefix("is "))
        })
        .collect();
    formulas.join(", ")
}

/// Which rows the values are of, one line a measure.
fn population(explained: &Explanation) -> Vec<&str> {
    explained
        .words
        .iter()
        .flat_map(|paragraph| &paragraph.lines)
        .filter_map(|line| line.starts_with("rows of ").then_some(line.as_str()))
        .collect()
}

/// The first value of the first row: the value, where the query asks for one.
fn value(explained: &Explanation) -> Option<f64> {
    let cells = &explained.answer.rows.first()?.cells;
    cells.iter().find_map(|cell| match cell {
        Cell::Value(value) => value.value,
        Cell::Missing | Cell::Text(_) | Cell::YesNo(_) | Cell::Number(_) => None,
    })
}
