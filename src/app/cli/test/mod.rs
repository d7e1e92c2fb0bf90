//! `riskql test`: runs the `test` definitions and shows where an answer is not the expected one.

mod coverage;

use std::path::Path;

use rayon::prelude::*;

use super::args::TestArguments;
use super::console::{Console, write_stdout};
use super::failure::Failure;
use super::workspace;
use crate::insight::testing::{self, TestOutcome};
use crate::lang::model::Test;

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
            filter.is_none_or(|text| testing::is_about(test, text))
        })
        .collect();
    let outcomes: Vec<TestOutcome> = selected
        .par_iter()
        .map(|test| testing::outcome(&definitions, test))
        .collect();
    let mut text = String::new();
    for (test, outcome) in selected.iter().zip(&outcomes) {
        text += &testing::report(&console.sources, console.stdout_look(), test, outcome);
    }
    if arguments.coverage {
        text += &coverage::table(&definitions);
    }
    let failed = outcomes.iter().filter(|outcome| !outcome.passed()).count();
    text += &testing::closing_line(&definitions, outcomes.len(), failed);
    write_stdout(text.as_bytes())?;
    if failed > 0 || (arguments.fail_on_empty && selected.is_empty()) {
        return Err(Failure::no());
    }
    Ok(())
}
