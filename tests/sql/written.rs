//! Definitions with tests of their own: the rows they are given, as files.

use std::fs;
use std::path::Path;

use riskql::base::source::Sources;
use riskql::exec::query_context::{answers_over, plans};
use riskql::exec::sql;
use riskql::lang::model::{Definitions, Given, Query, TableId, Test};
use riskql::lang::{check, project, syntax};
use riskql::plan;

use super::compare::{Case, Pair, all_equal};
use crate::answers::pipeline;
use crate::docs::blocks::blocks;

/// Rows as a CSV file with all columns of their table.
fn csv(definitions: &Definitions, given: &Given) -> String {
    let table = definitions.table(given.table);
    let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
    let header = table.columns.iter().map(|column| quoted(&column.name));
    let mut lines = vec![header.collect::<Vec<String>>().join(",")];
    for row in &given.rows {
        let cells = (0..table.columns.len()).map(|column| {
            let place = given.columns.iter().position(|given| *given == column);
            quoted(
                place
                    .and_then(|place| row[place].as_deref())
                    .unwrap_or_default(),
            )
        });
        lines.push(cells.collect::<Vec<String>>().join(","));
    }
    lines.join("\n") + "\n"
}

/// A file for every table, empty where the test gives no rows.
fn write_tables(definitions: &Definitions, test: &Test, folder: &Path) {
    fs::create_dir_all(folder).expect("a folder to write to");
    for (id, table) in definitions.tables.iter().enumerate() {
        let nothing = Given {
            table: TableId(id),
            columns: Vec::new(),
            rows: Vec::new(),
            spans: Vec::new(),
        };
        let file = folder.join(format!("{}.csv", table.name));
        fs::write(file, csv(definitions, &nothing)).expect("a file to write to");
    }
    for given in &test.givens {
        let name = &definitions.table(given.table).name;
        fs::write(folder.join(format!("{name}.csv")), csv(definitions, given))
            .expect("a file to write to");
    }
}

/// The statements of what a test expects, with the engine's answers.
fn pairs_of(definitions: &Definitions, test: &Test, folder: &Path) -> Vec<Pair> {
    write_tables(definitions, test, folder);
    let queries = test.expects.iter().map(|expect| &expect.query);
    let queries: Vec<&Query> = queries
        .filter(|query| sql::refusal(query).is_none())
        .collect();
    if queries.is_empty() {
        return Vec::new();
    }
    let read = pipeline::from_folder(definitions, folder, &queries);
    let given = plan::GivenTime {
        as_of: test.as_of.clone(),
        known_on: test.known_on.clone(),
        watermark: None,
    };
    let of_all =
        |problems: riskql::base::diagnostic::Problems| -> ! { panic!("{:#?}", problems.sorted()) };
    let planned = plans(definitions, &queries, &given).unwrap_or_else(|problems| of_all(problems));
    let answers = answers_over(definitions, &read, &queries, &given)
        .unwrap_or_else(|problems| of_all(problems));
    let case = Case::new(definitions, folder, &read);
    let label = format!("test \"{}\": ", test.name);
    let all = queries.iter().zip(answers).zip(&planned);
    all.map(|((query, answer), plan)| case.pair(&label, query, plan, answer))
        .collect()
}

/// Tests that can be asked over files: they say their as-of, and give rows.
fn tests_of(definitions: &Definitions) -> impl Iterator<Item = &Test> {
    let tests = definitions.tests.iter();
    tests.filter(|test| test.as_of.is_some() && !test.givens.is_empty())
}

#[test]
fn what_the_tests_of_the_library_expect() {
    let mut sources = Sources::default();
    let (definitions, _) = project::definitions(&mut sources, &project::ProjectOrigin::Library);
    let definitions = definitions.expect("the library is right");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut pairs = Vec::new();
    for (number, test) in tests_of(&definitions).enumerate() {
        pairs.extend(pairs_of(
            &definitions,
            test,
            &folder.path().join(number.to_string()),
        ));
    }
    assert!(pairs.len() > 20, "only {} queries", pairs.len());
    all_equal(&pairs);
}

#[test]
fn what_the_tests_of_the_documentation_expect() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut pairs = Vec::new();
    for (place, block) in blocks().iter().enumerate() {
        if !block.is("kpi-alone") && !block.is("kpi") {
            continue;
        }
        let mut sources = Sources::default();
        let mut ids = Vec::new();
        if block.is("kpi") {
            let texts = project::library_texts().into_iter();
            let texts = texts.filter(|(_, text)| !text.contains("\ntest \""));
            ids.extend(texts.map(|(path, text)| sources.add(path, text)));
        }
        ids.push(sources.add(block.place(), block.text.clone()));
        let files: Vec<_> = ids
            .into_iter()
            .map(|id| syntax::parse_file(&sources, id).0)
            .collect();
        let (definitions, _) = check::definitions(&sources, &files);
        let definitions = definitions.unwrap_or_else(|| panic!("{}", block.place()));
        for (number, test) in tests_of(&definitions).enumerate() {
            if test.name.is_empty() {
                continue;
            }
            let folder = folder.path().join(format!("{place}_{number}"));
            pairs.extend(pairs_of(&definitions, test, &folder));
        }
    }
    all_equal(&pairs);
}
