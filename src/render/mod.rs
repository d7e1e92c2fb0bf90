//! Answers, boards and problems as text or bytes: one file a format.
//!
//! Takes an [`Answer`], a [`Board`] or diagnostics, and a [`RenderOptions`] that says what the output can
//! show. Reads no file, no environment and no clock, prints nothing, computes no number: what is not
//! in the answer is not shown.

mod board_csv;
mod board_text;
mod card_text;
mod cells;
mod chart;
mod csv;
mod diagnostics;
mod facts;
mod flat;
mod footer;
mod format;
mod frame;
mod graph;
mod grid;
mod html;
mod json;
mod markdown;
mod matrix;
mod number_cards;
mod numbers;
pub mod openmetrics;
mod options;
mod page;
mod parquet;
mod pipelines;
mod plan_json;
mod plan_text;
mod plan_words;
mod sheet;
mod spark;
mod svg;
mod table;
mod text;
mod trend;
mod verdicts;

pub use chart::{ChartKind, chart};
pub use diagnostics::{diagnostics, diagnostics_json};
pub use format::OutputFormat;
pub use frame::table_frame;
pub use graph::{GraphDrawing, GraphNode, dot, forest, mermaid};
pub use html::BoardPage;
pub use numbers::{
    change, change_between, column_decimals, count, counted, limit, listed, plain, value, with_unit,
};
pub use options::{CsvTexts, RenderOptions};
pub use pipelines::{CheckedItem, github, junit, sarif};
pub use sheet::{Sheet, bar, heading, levels, remark, sentence, verbatim};
pub use spark::sparkline;
pub use text::{harmless, harmless_lines, is_harmful, lines, shorten, width};

use serde_json::Value as Json;

use crate::exec::answer::{Answer, Board};
use crate::exec::compute::PlanDescription;

/// An answer in a format.
pub fn answer(answer: &Answer, format: OutputFormat, look: RenderOptions) -> Vec<u8> {
    match format {
        OutputFormat::Table => table::answer(answer, look).into_bytes(),
        OutputFormat::Json => json::answer(answer).into_bytes(),
        OutputFormat::Jsonl => json::answer_rows(answer).into_bytes(),
        OutputFormat::Csv => csv::answer(answer, look.csv),
        OutputFormat::Md => markdown::answer(answer).into_bytes(),
        OutputFormat::Parquet => parquet::answer(answer),
        OutputFormat::Openmetrics => openmetrics::answer(answer, None).into_bytes(),
        OutputFormat::Svg => svg::file(answer).into_bytes(),
        OutputFormat::Html => html::answer(answer).into_bytes(),
    }
}

/// Why a format cannot hold an answer, and what can; `None` where it can.
pub fn refusal(answer: &Answer, format: OutputFormat) -> Option<String> {
    match format {
        OutputFormat::Svg => svg::refusal(answer),
        OutputFormat::Openmetrics => openmetrics::refusal(answer),
        OutputFormat::Table
        | OutputFormat::Json
        | OutputFormat::Jsonl
        | OutputFormat::Csv
        | OutputFormat::Md
        | OutputFormat::Parquet
        | OutputFormat::Html => None,
    }
}

/// What a format of rows alone has no place for: as-of, the period, what was left out, notes. `None`
/// where the format holds it.
pub fn beside(answer: &Answer, format: OutputFormat) -> Option<String> {
    match format {
        OutputFormat::Table
        | OutputFormat::Json
        | OutputFormat::Md
        | OutputFormat::Svg
        | OutputFormat::Html => None,
        OutputFormat::Jsonl
        | OutputFormat::Csv
        | OutputFormat::Parquet
        | OutputFormat::Openmetrics => Some(footer::beside_rows(answer)),
    }
}

/// The same of a board.
pub fn beside_board(board: &Board, format: OutputFormat) -> Option<String> {
    match format {
        OutputFormat::Table
        | OutputFormat::Json
        | OutputFormat::Md
        | OutputFormat::Parquet
        | OutputFormat::Svg
        | OutputFormat::Html => None,
        OutputFormat::Jsonl | OutputFormat::Csv | OutputFormat::Openmetrics => {
            Some(board_text::beside_cards(board))
        }
    }
}

/// An answer as a terminal table without what stands under it.
pub fn body(answer: &Answer, look: RenderOptions) -> String {
    table::body(answer, look)
}

/// Whether an answer can be a table of columns here; else its rows are blocks of lines.
pub fn stands_in_columns(answer: &Answer, look: RenderOptions) -> bool {
    cells::grid(answer, look).0.is_aligned(look)
}

/// A text of data or definitions for Markdown: it can form no markup.
pub fn markdown_text(text: &str) -> String {
    markdown::text_of(text)
}

/// Markdown with a title as a page of HTML that stands by itself.
pub fn page(title: &str, markdown: &str) -> String {
    page::page(title, markdown)
}

/// Any JSON value, laid out as all JSON output is.
pub fn json(value: &Json) -> String {
    json::lines(value)
}

/// Any value as JSON, with every member on a line of its own.
pub fn pretty_json(value: &impl serde::Serialize) -> String {
    json::pretty(value)
}

/// How a query is computed, as text.
pub fn plan_text(described: &PlanDescription, look: RenderOptions) -> String {
    plan_text::plan(described, look)
}

/// How a query is computed, as one JSON object.
pub fn plan_json(described: &PlanDescription) -> String {
    json(&plan_json::plan(described))
}

/// The page above several boards, as HTML.
pub fn board_index(pages: &[BoardPage]) -> Vec<u8> {
    html::index(pages).into_bytes()
}

/// A dashboard or the scorecard in a format; an error says why a format cannot hold one.
pub fn board(board: &Board, format: OutputFormat, look: RenderOptions) -> Result<Vec<u8>, String> {
    match format {
        OutputFormat::Table => Ok(board_text::board(board, look).into_bytes()),
        OutputFormat::Json => Ok(json::board(board).into_bytes()),
        OutputFormat::Jsonl => Ok(json::board_cards(board).into_bytes()),
        OutputFormat::Csv => Ok(board_csv::board(board, look.csv)),
        OutputFormat::Md => Ok(markdown::board(board).into_bytes()),
        OutputFormat::Openmetrics => Ok(openmetrics::board(board, None).into_bytes()),
        OutputFormat::Parquet => Err("a dashboard is many tables and a Parquet file holds one: \
             run one of its queries with `--format parquet`, or use `--format json`"
            .to_string()),
        OutputFormat::Svg => Err(
            "a dashboard is many charts and an SVG file holds those of one \
             answer: use `--format html`, a page with all of them"
                .to_string(),
        ),
        OutputFormat::Html => Ok(html::board(board).into_bytes()),
    }
}
