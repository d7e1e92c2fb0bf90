//! The membership of a row as JSON.

use serde_json::{Value as Json, json};

use super::{CountedRow, MeasureMembership, RowMembership};
use crate::exec::answer::Answer;
use crate::render::{self, OutputFormat, RenderOptions};

/// `{query, row, as_of, measures: [{name, measure, table, counted, in: [{group, fields}], reasons, fields}], notes}`.
pub fn json(membership: &RowMembership) -> String {
    let measures: Vec<Json> = membership.measures.iter().map(measure).collect();
    let object = json!({
        "query": membership.query,
        "row": membership.key,
        "as_of": membership.as_of,
        "measures": measures,
        "notes": membership.notes,
    });
    render::json(&object)
}

fn measure(measure: &MeasureMembership) -> Json {
    let counted =
        |counted: &CountedRow| json!({"group": counted.group, "fields": fields(&counted.rows)});
    let numbers: Vec<Json> = measure.counted.iter().map(counted).collect();
    json!({
        "name": measure.name,
        "measure": measure.measure,
        "table": measure.table,
        "counted": !numbers.is_empty(),
        "in": numbers,
        "reasons": measure.reasons,
        "fields": measure.fields.as_ref().map(fields),
    })
}

/// The one row of an answer as an object.
fn fields(answer: &Answer) -> Json {
    let lines = render::answer(answer, OutputFormat::Jsonl, RenderOptions::PIPE);
    let text = String::from_utf8(lines).expect("JSON lines are text");
    let first = text.lines().next();
    first.map_or(Json::Null, |line| {
        serde_json::from_str(line).expect("each line is an object")
    })
}
