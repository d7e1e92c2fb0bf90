//! Every example in the documentation runs, and its lists (error codes, functions,
//! reserved words) are complete.
//!
//! A fenced block says what it is by its first word: `kpi` are definitions that stand beside the
//! built-in library, `kpi-alone` definitions that need nothing else, `query` queries, one a line, which
//! are answered over the demo data. `kpi-error CODE` and `query-error CODE` must be refused with
//! that code. `session` are transcripts ([`guide`]). Blocks of other kinds are not looked at.

mod as_code;
pub mod blocks;
mod guide;
mod library;
mod lists;

use riskql::base::diagnostic::{Problems, Severity};
use riskql::base::source::{SourceId, Sources};
use riskql::exec::data;
use riskql::exec::query_context::answers_over;
use riskql::lang::check;
use riskql::lang::model::{Definitions, Query};
use riskql::lang::{format, project, syntax};
use riskql::plan;

use blocks::{Block, blocks};

#[test]
fn definitions_in_the_documentation_are_right_and_their_tests_pass() {
    let mut wrong = String::new();
    for block in blocks()
        .iter()
        .filter(|block| block.is("kpi") || block.is("kpi-alone"))
    {
        let (definitions, messages) = checked(block);
        match definitions {
            Some(definitions) => wrong += &failing(&definitions, &block.place()),
            None => wrong += &format!("{}\n{messages}\n", block.place()),
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn definitions_in_the_documentation_are_formatted() {
    let all = blocks();
    let definitions = all.iter().filter(|block| block.kind.starts_with("kpi"));
    let wrong: Vec<String> = definitions
        .filter_map(|block| {
            let mut sources = Sources::default();
            let id = sources.add(block.place(), block.text.clone());
            let (file, problems) = syntax::parse_file(&sources, id);
            let written = format::file(&sources, &file);
            let is_whole = !problems.has_errors();
            (is_whole && written != block.text).then(|| format!("{}\n{written}", block.place()))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn queries_in_the_documentation_have_answers() {
    let mut sources = Sources::default();
    let definitions = built_in(&mut sources);
    let (mut queries, mut wrong) = (Vec::new(), String::new());
    for block in blocks().iter().filter(|block| block.is("query")) {
        for line in block.text.lines() {
            match query(&definitions, &mut sources, line) {
                Ok(query) => queries.push(query),
                Err(problems) => wrong += &format!("{line}\n{}", messages(&sources, problems)),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    let written: Vec<String> = queries.iter().map(|query| query.text.clone()).collect();
    let answers = library::answers_over_demo(&definitions, &sources, &queries);
    for (text, answer) in written.iter().zip(answers) {
        assert!(!answer.columns.is_empty(), "no columns: {text}");
    }
}

#[test]
fn mistakes_in_the_documentation_are_refused_with_their_code() {
    for block in blocks()
        .iter()
        .filter(|block| block.kind.ends_with("-error"))
    {
        let mut sources = Sources::default();
        let problems = match block.kind.as_str() {
            "kpi-error" => definitions(&mut sources, block).1,
            "query-error" => {
                let definitions = built_in(&mut sources);
                query(&definitions, &mut sources, block.text.trim_end())
                    .err()
                    .unwrap_or_default()
            }
            other => panic!("{}: blocks of kind `{other}` are not known", block.place()),
        };
        let errors: Vec<&str> = problems
            .sorted()
            .iter()
            .filter(|problem| problem.severity == Severity::Error)
            .map(|problem| problem.code)
            .collect();
        assert_eq!(errors, [block.code.as_str()], "{}", block.place());
    }
}

/// The definitions of a block, with the library if it stands beside it.
fn definitions(sources: &mut Sources, block: &Block) -> (Option<Definitions>, Problems) {
    let mut ids: Vec<SourceId> = Vec::new();
    if block.kind != "kpi-alone" {
        let texts = project::library_texts().into_iter();
        ids.extend(texts.map(|(path, text)| sources.add(path, text)));
    }
    ids.push(sources.add(block.place(), block.text.clone()));
    let mut problems = Problems::default();
    let mut files = Vec::new();
    for id in ids {
        let (file, of_file) = syntax::parse_file(sources, id);
        problems.extend(of_file);
        files.push(file);
    }
    let (definitions, of_checking) = check::definitions(sources, &files);
    problems.extend(of_checking);
    (definitions.filter(|_| !problems.has_errors()), problems)
}

fn checked(block: &Block) -> (Option<Definitions>, String) {
    let mut sources = Sources::default();
    let (definitions, problems) = definitions(&mut sources, block);
    let messages = messages(&sources, problems);
    (definitions, messages)
}

fn built_in(sources: &mut Sources) -> Definitions {
    let (definitions, problems) = project::definitions(sources, &project::ProjectOrigin::Library);
    let messages = messages(sources, problems);
    definitions.unwrap_or_else(|| panic!("the built-in library has mistakes:\n{messages}"))
}

fn query(definitions: &Definitions, sources: &mut Sources, text: &str) -> Result<Query, Problems> {
    let id = sources.add("<query>", text);
    let written = syntax::parse_query(sources, id)?;
    check::query(definitions, &written).map(|(query, _warnings)| query)
}

fn messages(sources: &Sources, problems: Problems) -> String {
    let line = |problem: riskql::base::diagnostic::Diagnostic| {
        let place = problem.span.map(|span| {
            let (line, column) = sources.line_column(span);
            format!("{}:{line}:{column} ", sources.get(span.source).name)
        });
        let (code, message) = (problem.code, problem.message);
        format!("  {}{code} {message}\n", place.unwrap_or_default())
    };
    problems.sorted().into_iter().map(line).collect()
}

/// What is wrong with the `test` definitions of some definitions: each number is compared as it is.
fn failing(definitions: &Definitions, place: &str) -> String {
    let mut wrong = String::new();
    for test in definitions
        .tests
        .iter()
        .filter(|test| !library::has(&test.name))
    {
        let dataset = data::sources_of_given(definitions, &test.givens)
            .unwrap_or_else(|problems| panic!("{place}: {problems:?}"));
        let given = plan::GivenTime {
            as_of: test.as_of.clone(),
            known_on: test.known_on.clone(),
            watermark: data::latest_event(definitions, &dataset),
        };
        for expect in &test.expects {
            let answers = answers_over(definitions, &dataset, &[&expect.query], &given)
                .unwrap_or_else(|problems| panic!("{place}: {problems:?}"));
            let got = library::cells(&answers[0], &expect.header);
            if got != expect.rows {
                wrong += &format!(
                    "{place} {}\n  expected {:?}\n  got {got:?}\n",
                    test.name, expect.rows
                );
            }
        }
    }
    wrong
}
