//! `riskql test`: runs the `test` definitions and shows where an answer is not the expected one.

mod compare;
mod coverage;
mod show;

use std::path::Path;

use rayon::prelude::*;

use self::compare::Comparison;
use super::args::TestArguments;
use super::console::{Console, write_stdout};
use super::failure::Failure;
use super::workspace;
use crate::data;
use crate::diagnostic::{Diagnostic, Problems};
use crate::ground::answers_over;
use crate::model::{Definitions, Expect, Query, Subject, Test};
use crate::plan;

/// Runs the tests selected; a failing one makes the answer "no".
pub fn run(
    console: &mut Console,
    arguments: &TestArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let definitions = workspace::definitions(console, defs)?;
    let selected: Vec<&Test> = definitions
        .tests
        .iter()
        .filter(|test| {
            let filter = arguments.filter.as_deref();
            filter.is_none_or(|text| is_about(test, text))
        })
        .collect();
    let outcomes: Vec<Outcome> = selected
        .par_iter()
        .map(|test| outcome(&definitions, test))
        .collect();
    let mut text = String::new();
    for (test, outcome) in selected.iter().zip(&outcomes) {
        text += &report(console, test, outcome);
    }
    if arguments.coverage {
        text += &coverage::table(&definitions);
    }
    let failed = outcomes.iter().filter(|outcome| !outcome.passed()).count();
    text += &closing_line(&definitions, outcomes.len(), failed);
    write_stdout(text.as_bytes())?;
    if failed > 0 || (arguments.fail_on_empty && selected.is_empty()) {
        return Err(Failure::no());
    }
    Ok(())
}

fn closing_line(definitions: &Definitions, run: usize, failed: usize) -> String {
    let left_out = match definitions.tests.len() - run {
        0 => String::new(),
        others => format!(" ({others} not selected)"),
    };
    format!("{} passed, {failed} failed{left_out}\n", run - failed)
}

/// Whether a test's name or a KPI it expects contains the text.
fn is_about(test: &Test, text: &str) -> bool {
    test.name.to_lowercase().contains(&text.to_lowercase())
        || test
            .expects
            .iter()
            .flat_map(|expect| column_names(&expect.query))
            .any(|name| name.contains(text))
}

/// The names of the columns a query computes.
fn column_names(query: &Query) -> Vec<&str> {
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
struct Outcome {
    given: Option<Problems>,
    expects: Vec<Expected>,
}

enum Expected {
    Compared(Comparison),
    /// The answer lacks a column, in words.
    NoColumn(String),
    Refused(Problems),
}

impl Outcome {
    fn passed(&self) -> bool {
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

fn outcome(definitions: &Definitions, test: &Test) -> Outcome {
    let dataset = match data::from_given(definitions, &test.givens) {
        Ok(dataset) => dataset,
        Err(problems) => {
            return Outcome {
                given: Some(problems),
                expects: Vec::new(),
            };
        }
    };
    let given = plan::Given {
        as_of: test.as_of.clone(),
        known_on: test.known_on.clone(),
        watermark: data::watermark(definitions, &dataset),
    };
    let expects = test
        .expects
        .iter()
        .map(|expect| expected(definitions, &dataset, expect, &given))
        .collect();
    Outcome {
        given: None,
        expects,
    }
}

fn expected(
    definitions: &Definitions,
    dataset: &data::Dataset,
    expect: &Expect,
    given: &plan::Given,
) -> Expected {
    match answers_over(definitions, dataset, &[&expect.query], given) {
        Err(problems) => Expected::Refused(problems),
        Ok(answers) => match compare::compare(expect, &answers[0]) {
            Ok(comparison) => Expected::Compared(comparison),
            Err(message) => Expected::NoColumn(message),
        },
    }
}

/// What is shown of a test: nothing of one that passed.
fn report(console: &Console, test: &Test, outcome: &Outcome) -> String {
    if outcome.passed() {
        return String::new();
    }
    let mut text = format!("FAIL {} ({})\n", test.name, console.place(test.span));
    if let Some(problems) = &outcome.given {
        text += &console.rendered_as_text(problems);
    }
    for (expect, expected) in test.expects.iter().zip(&outcome.expects) {
        if expected.passed() {
            continue;
        }
        text += &format!(
            "  expect {} ({})\n",
            expect.query.text,
            console.place(expect.span)
        );
        text += &match expected {
            Expected::Compared(comparison) => show::comparison(comparison),
            Expected::NoColumn(message) => {
                let problem = Diagnostic::error("K906", expect.span, message.clone());
                console.rendered_as_text(&problem.into())
            }
            Expected::Refused(problems) => console.rendered_as_text(problems),
        };
    }
    text + "\n"
}
