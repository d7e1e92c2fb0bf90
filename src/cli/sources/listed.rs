//! The list of sources.

use serde_json::json;

use crate::model::{Definitions, ReportSource, Shape};
use crate::render::{Look, aligned};

/// One line a source: name, kind, shapes, title.
pub fn text(definitions: &Definitions, look: Look) -> String {
    let rows = definitions.reports.iter().map(|source| {
        vec![
            source.name.clone(),
            source.kind.word().to_string(),
            shapes(source),
            title(source).to_string(),
        ]
    });
    let lines = aligned(rows.collect(), look);
    let count = definitions.reports.len();
    format!(
        "{lines}\n{count} report formats; to see what a report yields: riskql sources test FILE\n"
    )
}

/// The same as an array of objects.
pub fn json(definitions: &Definitions) -> String {
    let sources: Vec<_> = definitions
        .reports
        .iter()
        .map(|source| {
            json!({
                "name": source.name,
                "title": source.title,
                "tool": source.tool,
                "kind": source.kind.word(),
                "reads": source.reads.iter().map(|shape| shape.word()).collect::<Vec<_>>(),
                "fills": source.fills.word(),
                "identity": source.identity.iter().map(|field| field.word()).collect::<Vec<_>>(),
            })
        })
        .collect();
    let text = serde_json::to_string_pretty(&sources).expect("JSON can be written");
    format!("{text}\n")
}

fn title(source: &ReportSource) -> &str {
    source.title.as_deref().unwrap_or(&source.tool)
}

fn shapes(source: &ReportSource) -> String {
    let words: Vec<&str> = source
        .reads
        .iter()
        .map(|shape: &Shape| shape.word())
        .collect();
    words.join(", ")
}
