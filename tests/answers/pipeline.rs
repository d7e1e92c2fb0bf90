//! From texts and tables to answers, through the same rooms as the binary: parse, check, load, plan,
//! compute.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::DateTime;
use riskql::base::source::{SourceId, Sources, Span};
use riskql::exec::answer::Answer;
use riskql::exec::assemble;
use riskql::exec::compute::Limits;
use riskql::exec::data::{self, TableSources};
use riskql::lang::model::{Definitions, Given, Moment, Query};
use riskql::lang::{check, syntax};
use riskql::plan::{self, RequirementOptions};

use super::tables::Table;

/// From where one looks: rows known and events passed by these instants, in microseconds.
#[derive(Clone, Copy, Debug)]
pub struct EvaluationTime {
    pub as_of: i64,
    pub known_on: i64,
}

impl EvaluationTime {
    pub fn at(as_of: i64) -> EvaluationTime {
        EvaluationTime {
            as_of,
            known_on: as_of,
        }
    }
}

/// The instant of an RFC 3339 timestamp, in microseconds.
pub fn instant(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(text)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .timestamp_micros()
}

/// The definitions in a folder of the repository, with the texts of some files replaced.
pub fn definitions(folder: &str, replaced: &[(&str, &str)]) -> Definitions {
    with_sources(folder, replaced).1
}

/// The same, with the texts that places refer to.
pub fn with_sources(folder: &str, replaced: &[(&str, &str)]) -> (Sources, Definitions) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for path in definition_files(&root) {
        let name = path.strip_prefix(&root).expect("a file of the folder");
        let text = fs::read_to_string(&path).expect("a readable definition file");
        texts.insert(name.display().to_string(), text);
    }
    for (name, text) in replaced {
        let known = texts.insert((*name).to_owned(), (*text).to_owned());
        assert!(known.is_some(), "{name} is not in {folder}");
    }
    checked(&texts)
}

/// The definitions in one text.
pub fn definitions_in(text: &str) -> Definitions {
    checked(&BTreeMap::from([("test.kpi".to_owned(), text.to_owned())])).1
}

fn definition_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of definitions") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            files.extend(definition_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "kpi") {
            files.push(path);
        }
    }
    files
}

fn checked(texts: &BTreeMap<String, String>) -> (Sources, Definitions) {
    let mut sources = Sources::default();
    let mut files = Vec::new();
    for (name, text) in texts {
        let id = sources.add(name.clone(), text.clone());
        let (file, problems) = syntax::parse_file(&sources, id);
        assert!(problems.is_empty(), "{:#?}", problems.sorted());
        files.push(file);
    }
    let (definitions, problems) = check::definitions(&sources, &files);
    let definitions = definitions.unwrap_or_else(|| panic!("{:#?}", problems.sorted()));
    (sources, definitions)
}

pub fn query(definitions: &Definitions, text: &str) -> Query {
    let mut sources = Sources::default();
    let id = sources.add("<query>", text);
    let parsed = syntax::parse_query(&sources, id);
    let parsed = parsed.unwrap_or_else(|problems| panic!("{text}\n{:#?}", problems.sorted()));
    match check::query(definitions, &parsed) {
        Ok((query, _)) => query,
        Err(problems) => panic!("{text}\n{:#?}", problems.sorted()),
    }
}

/// A query, if the text is one.
pub fn try_query(definitions: &Definitions, text: &str) -> Option<Query> {
    let mut sources = Sources::default();
    let id = sources.add("<query>", text);
    let parsed = syntax::parse_query(&sources, id).ok()?;
    check::query(definitions, &parsed)
        .ok()
        .map(|(query, _)| query)
}

/// The tables written to files and loaded from there: the columns the queries need, and no more.
pub fn from_files(definitions: &Definitions, tables: &[Table], queries: &[&Query]) -> TableSources {
    let folder = tempfile::tempdir().expect("a folder to write to");
    for table in tables {
        let path = folder.path().join(format!("{}.csv", table.name));
        fs::write(path, table.csv()).expect("a file to write to");
    }
    from_folder(definitions, folder.path(), queries)
}

/// What the queries need of the table files in a folder.
pub fn from_folder(definitions: &Definitions, folder: &Path, queries: &[&Query]) -> TableSources {
    let asking = RequirementOptions {
        place: &|_| String::new(),
        watermark: false,
        tolerant: false,
    };
    let request = plan::requirements(definitions, queries, asking);
    let located = data::locate(definitions, Some(folder), &[]);
    let located = located.unwrap_or_else(|problems| panic!("{:#?}", problems.sorted()));
    let loaded = data::TableCache::new(located).sources(definitions, &request);
    loaded.unwrap_or_else(|problems| panic!("{:#?}", problems.sorted()))
}

/// The tables as the `given` of a test definition would give them.
pub fn from_given(definitions: &Definitions, tables: &[Table]) -> TableSources {
    let span = Span {
        source: SourceId(0),
        start: 0,
        end: 0,
    };
    let givens = tables.iter().map(|table| {
        let id = definitions.table_named(&table.name).expect("a table");
        let columns = &definitions.table(id).columns;
        let place = |name: &String| {
            let place = columns.iter().position(|column| column.name == *name);
            place.unwrap_or_else(|| panic!("{} has no column {name}", table.name))
        };
        let filled = |cell: &String| Some(cell.clone()).filter(|cell| !cell.is_empty());
        Given {
            table: id,
            columns: table.header.iter().map(place).collect(),
            rows: table
                .rows
                .iter()
                .map(|row| row.iter().map(filled).collect())
                .collect(),
            spans: vec![span; table.rows.len()],
        }
    });
    let givens: Vec<Given> = givens.collect();
    let loaded = data::sources_of_given(definitions, &givens);
    loaded.unwrap_or_else(|problems| panic!("{:#?}", problems.sorted()))
}

/// The plan of a query without clauses of its own about as-of.
pub fn planned(definitions: &Definitions, query: &Query, evaluation: EvaluationTime) -> plan::Plan {
    let moment = |instant: i64| Moment {
        label: DateTime::from_timestamp_micros(instant)
            .expect("an instant of the calendar")
            .to_rfc3339(),
        instant,
    };
    let given = plan::GivenTime {
        as_of: Some(moment(evaluation.as_of)),
        known_on: (evaluation.known_on != evaluation.as_of).then(|| moment(evaluation.known_on)),
        watermark: None,
    };
    let standing = plan::evaluation_time(definitions, query, &given);
    let standing = standing.unwrap_or_else(|problems| panic!("{:#?}", problems.sorted()));
    let planned = plan::plan(definitions, query, &standing);
    planned.unwrap_or_else(|problems| panic!("{}\n{:#?}", query.text, problems.sorted()))
}

/// The answers to queries without clauses of their own about as-of.
pub fn answers(
    definitions: &Definitions,
    dataset: &TableSources,
    queries: &[&Query],
    evaluation: EvaluationTime,
) -> Vec<Answer> {
    answers_within(definitions, dataset, queries, evaluation, Limits::default())
}

/// The same with limits on what is held in memory.
pub fn answers_within(
    definitions: &Definitions,
    dataset: &TableSources,
    queries: &[&Query],
    evaluation: EvaluationTime,
    limits: Limits,
) -> Vec<Answer> {
    let plans: Vec<plan::Plan> = queries
        .iter()
        .map(|query| planned(definitions, query, evaluation))
        .collect();
    let answers = assemble::answers_within(definitions, dataset, &plans, limits);
    answers.unwrap_or_else(|problems| panic!("{:#?}", problems.sorted()))
}

/// The answer to one query over rows given in the test.
pub fn ask(definitions: &Definitions, tables: &[Table], as_of: &str, text: &str) -> Answer {
    let query = query(definitions, text);
    let dataset = from_given(definitions, tables);
    let evaluation = EvaluationTime::at(instant(as_of));
    answers(definitions, &dataset, &[&query], evaluation).remove(0)
}
