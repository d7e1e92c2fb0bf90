//! The rows behind every number of an answer.

use serde_json::{Value as Json, json};

use super::{arithmetic, rows};
use crate::base::diagnostic::Problems;
use crate::exec::answer::Answer;
use crate::exec::query_context::QueryContext;
use crate::insight::drill_through::{self, CellReference};
use crate::lang::model::{Query, Subject};
use crate::render::{self, OutputFormat, RenderOptions};

/// The rows behind one measure of one number.
pub struct ListedRows {
    /// Period and group of the number: `2026-03, critical: `.
    group: String,
    /// The measure's name; nothing of a list.
    name: String,
    rows: Answer,
    /// For people: what is measured is rounded.
    rounded: Answer,
}

/// The rows behind each number; of a list, its rows.
pub(super) fn listed(
    context: &QueryContext,
    query: &Query,
    answer: &Answer,
) -> Result<Vec<ListedRows>, Problems> {
    let Subject::Values(values) = &query.subject else {
        return Ok(vec![ListedRows {
            group: String::new(),
            name: String::new(),
            rows: answer.clone(),
            rounded: answer.clone(),
        }]);
    };
    let parts = drill_through::all_parts(context.definitions, values);
    let wanted: Vec<CellReference> = (0..answer.rows.len())
        .flat_map(|row| {
            parts.iter().map(move |part| CellReference {
                row,
                part: part.clone(),
                only: None,
            })
        })
        .collect();
    let found = drill_through::behind(context, query, answer, &wanted)?;
    let listed = found
        .into_iter()
        .zip(&wanted)
        .map(|(found, wanted)| ListedRows {
            group: arithmetic::group(answer, &answer.rows[wanted.row]),
            name: wanted.part.name.clone(),
            rounded: found.rounded(),
            rows: found.answer,
        });
    Ok(listed.collect())
}

impl ListedRows {
    /// A heading and a table.
    pub fn text(&self, look: RenderOptions) -> String {
        let count = rows(self.rows.rows.len() as u64);
        let title = match self.name.as_str() {
            "" => format!("Rows: {count}"),
            name => format!("Rows behind {}{name}: {count}", self.group),
        };
        let title = render::lines(&title, "", look).join("\n");
        format!("\n{title}\n{}", render::body(&self.rounded, look))
    }

    /// What the rows are behind, and the rows.
    pub fn json(&self) -> Json {
        let lines = render::answer(&self.rows, OutputFormat::Jsonl, RenderOptions::PIPE);
        let lines = String::from_utf8(lines).expect("JSON lines are text");
        let rows: Vec<Json> = lines
            .lines()
            .map(|line| serde_json::from_str(line).expect("each line is an object"))
            .collect();
        json!({
            "group": self.group.trim_end_matches(": "),
            "name": self.name,
            "measure": self.rows.query,
            "rows": rows,
        })
    }
}
