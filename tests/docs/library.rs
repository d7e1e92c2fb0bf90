//! The built-in library as the documentation's examples use it.

use std::path::Path;
use std::rc::Rc;

use riskql::base::source::Sources;
use riskql::exec::answer::{Answer, AnswerColumn, Cell, ColumnRole};
use riskql::exec::data::{self, Tables};
use riskql::exec::query_context::QueryContext;
use riskql::lang::model::{Definitions, Query};
use riskql::lang::project;

/// The answers of queries over the demo data.
pub fn answers_over_demo(
    definitions: &Definitions,
    sources: &Sources,
    queries: &[Query],
) -> Vec<Answer> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demo");
    let context = QueryContext {
        definitions,
        sources,
        tables: Rc::new(Tables::of_files(
            data::locate(definitions, Some(&folder), &[]).expect("the demo data is found"),
        )),
        as_of: None,
        known_on: None,
        watermark: None,
    };
    let queries: Vec<&Query> = queries.iter().collect();
    match context.answers(&queries) {
        Ok(answered) => answered.answers,
        Err(problems) => panic!("{:#?}", problems.sorted()),
    }
}

/// Whether a test of this name is one of the library's own.
pub fn has(test: &str) -> bool {
    let line = format!("test \"{test}\"");
    project::library_texts()
        .iter()
        .any(|(_, text)| text.lines().any(|own| own == line))
}

/// The named columns of an answer, as a test would write them.
pub fn cells(answer: &Answer, header: &[String]) -> Vec<Vec<Option<String>>> {
    let places: Vec<usize> = header
        .iter()
        .map(|name| {
            let is_named = |column: &AnswerColumn| {
                column.name == *name
                    || matches!(column.role, ColumnRole::Period(grain) if grain.word() == name)
            };
            answer
                .columns
                .iter()
                .position(is_named)
                .expect("a column of the answer")
        })
        .collect();
    let written = |cell: &Cell| match cell {
        Cell::Missing => None,
        Cell::Text(text) => Some(text.clone()),
        Cell::YesNo(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Cell::Number(number) => Some(number.to_string()),
        Cell::Value(value) => Some(
            value
                .value
                .map_or("none".to_owned(), |number| number.to_string()),
        ),
    };
    answer
        .rows
        .iter()
        .map(|row| {
            places
                .iter()
                .map(|place| written(&row.cells[*place]))
                .collect()
        })
        .collect()
}
