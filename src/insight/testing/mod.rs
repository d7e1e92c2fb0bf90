//! Runs `test` definitions: takes checked definitions and a test; gives what became of each of its
//! expectations, and the words for it. Reads no file: a test brings its rows.

mod compare;
pub mod coverage;
pub mod mutation;
mod reach;
pub mod report;
mod show;

use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::parallel::in_parallel;
use crate::base::source::{Sources, Span};
use crate::exec::answer::Answer;
use crate::exec::data::{self, TableSources};
use crate::exec::query_context::answers_over;
use crate::lang::model::{Definitions, Expect, Query, Subject, Test};
use crate::plan;
use crate::render;
use crate::render::RenderOptions;
use compare::ExpectationDiff;
pub use reach::TestReach;

/// Whether a test's name or a KPI it expects contains the text.
pub fn is_about(test: &Test, text: &str) -> bool {
    test.name.to_lowercase().contains(&text.to_lowercase())
        || test
            .expects
            .iter()
            .flat_map(|expect| column_names(&expect.query))
            .any(|name| name.contains(text))
}

/// The names of the columns a query computes.
pub fn column_names(query: &Query) -> Vec<&str> {
    match &query.subject {
        Subject::Values(values) => values
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect(),
        Subject::List(_) => Vec::new(),
    }
}

/// What became of one test: one entry for each `expect`, or what kept it from running.
pub struct TestOutcome {
    given: Option<Problems>,
    expects: Vec<Expected>,
}

enum Expected {
    Compared(ExpectationDiff),
    /// The answer lacks a column, in words.
    NoColumn(String),
    Refused(Problems),
}

impl TestOutcome {
    /// Whether everything came as expected.
    pub fn passed(&self) -> bool {
        self.given.is_none() && self.expects.iter().all(Expected::passed)
    }
}

impl Expected {
    fn passed(&self) -> bool {
        match self {
            Expected::Compared(comparison) => comparison.is_equal(),
            Expected::NoColumn(_) | Expected::Refused(_) => false,
        }
    }
}

/// The tables that a test gives, and the instants it is asked as of.
struct GivenTables {
    sources: TableSources,
    time: plan::GivenTime,
}

fn given_tables(definitions: &Definitions, test: &Test) -> Result<GivenTables, Problems> {
    let sources = data::sources_of_given(definitions, &test.givens)?;
    let time = plan::GivenTime {
        as_of: test.as_of.clone(),
        known_on: test.known_on.clone(),
        watermark: data::latest_event(definitions, &sources),
    };
    Ok(GivenTables { sources, time })
}

/// Runs a test.
pub fn outcome(definitions: &Definitions, test: &Test) -> TestOutcome {
    let given = match given_tables(definitions, test) {
        Ok(given) => given,
        Err(problems) => {
            return TestOutcome {
                given: Some(problems),
                expects: Vec::new(),
            };
        }
    };
    let (sources, given) = (given.sources, given.time);
    // All at once is quicker; one that is refused must not take the others along.
    let queries: Vec<&Query> = test.expects.iter().map(|expect| &expect.query).collect();
    let together = answers_over(definitions, &sources, &queries, &given).ok();
    let alone = |expect: &Expect| {
        let answers = answers_over(definitions, &sources, &[&expect.query], &given);
        answers.map(|mut answers| answers.remove(0))
    };
    let expects = test.expects.iter().enumerate();
    TestOutcome {
        given: None,
        expects: expects
            .map(|(index, expect)| match &together {
                Some(answers) => compared(expect, &answers[index]),
                None => match alone(expect) {
                    Ok(answer) => compared(expect, &answer),
                    Err(problems) => Expected::Refused(problems),
                },
            })
            .collect(),
    }
}

/// The outcomes of tests, in their order.
pub fn outcomes(definitions: &Definitions, tests: &[&Test]) -> Vec<TestOutcome> {
    in_parallel(tests, |test| outcome(definitions, test))
}

fn compared(expect: &Expect, answer: &Answer) -> Expected {
    match compare::compare(expect, answer) {
        Ok(comparison) => Expected::Compared(comparison),
        Err(message) => Expected::NoColumn(message),
    }
}

/// What is shown of a test, without colour: nothing of one that passed.
pub fn report(
    sources: &Sources,
    look: RenderOptions,
    test: &Test,
    outcome: &TestOutcome,
) -> String {
    if outcome.passed() {
        return String::new();
    }
    let place = |span: Span| {
        let (line, _) = sources.line_column(span);
        format!("{}:{line}", sources.get(span.source).name)
    };
    let rendered = |problems: &Problems| {
        let text = render::diagnostics(sources, &problems.clone().sorted(), &look);
        format!("{}\n", text.trim_end())
    };
    let name = render::harmless(&test.name, look);
    let mut text = format!("FAIL {name} ({})\n", place(test.span));
    if let Some(problems) = &outcome.given {
        text += &rendered(problems);
    }
    for (expect, expected) in test.expects.iter().zip(&outcome.expects) {
        if expected.passed() {
            continue;
        }
        text += &format!("  expect {} ({})\n", expect.query.text, place(expect.span));
        text += &match expected {
            Expected::Compared(comparison) => harmless_lines(&show::comparison(comparison), look),
            Expected::NoColumn(message) => {
                let problem = Diagnostic::error("K906", expect.span, message.clone());
                rendered(&problem.into())
            }
            Expected::Refused(problems) => rendered(problems),
        };
    }
    text + "\n"
}

fn harmless_lines(text: &str, look: RenderOptions) -> String {
    let line = |line: &str| format!("{}\n", render::harmless(line, look));
    text.lines().map(line).collect()
}

/// `21 passed, 0 failed (4 not selected)`
pub fn closing_line(definitions: &Definitions, run: usize, failed: usize) -> String {
    let left_out = match definitions.tests.len() - run {
        0 => String::new(),
        others => format!(" ({others} not selected)"),
    };
    format!("{} passed, {failed} failed{left_out}\n", run - failed)
}
