//! The rows behind every number of an answer.

use serde_json::{Value as Json, json};

use super::{arithmetic, rows};
use crate::base::diagnostic::Problems;
use crate::exec::answer::Answer;
use crate::exec::query_context::QueryContext;
use crate::insight::drill_through::{self, CellReference, DrillThrough};
use crate::lang::functions::Takes;
use crate::lang::model::{Definitions, Measure, Measured, Query, Subject};
use crate::render::{self, OutputFormat, RenderOptions};

/// What a measure takes of its rows.
pub(super) struct TakenColumns {
    pub takes: Takes,
    /// The place of the number or field; `None` where rows are counted.
    pub value: Option<usize>,
    /// The column of the value is none of the fields.
    pub is_added: bool,
    /// The place of whether a row passes, or has got to its end.
    pub test: Option<usize>,
}

/// The rows behind one measure of one number.
pub struct ListedRows {
    /// Period and group of the number: `2026-03, critical: `.
    group: String,
    /// The measure's name; nothing of a list.
    name: String,
    pub(super) taken: Option<TakenColumns>,
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
            taken: None,
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
            taken: Some(taken(context.definitions, &wanted.part.measure, &found)),
            rounded: found.rounded(),
            rows: found.answer,
        });
    Ok(listed.collect())
}

fn taken(definitions: &Definitions, measure: &Measure, found: &DrillThrough) -> TakenColumns {
    let added = found.value.map(|(place, _)| place);
    let field = match &measure.value {
        Some(Measured::Field(field)) => {
            let name = &definitions.field(*field).name;
            let mut columns = found.answer.columns.iter();
            columns.position(|column| column.name == *name)
        }
        Some(Measured::Score(_) | Measured::Between { .. } | Measured::Since(_)) | None => None,
    };
    TakenColumns {
        takes: measure.function.takes,
        value: added.or(field),
        is_added: added.is_some(),
        test: found.test,
    }
}

impl ListedRows {
    /// What the rows are behind: number and measure.
    pub(super) fn of(&self) -> (&str, &str) {
        (self.group.trim_end_matches(": "), &self.name)
    }

    pub(super) fn rows(&self) -> &Answer {
        &self.rows
    }

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
