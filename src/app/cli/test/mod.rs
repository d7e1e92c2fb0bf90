//! `riskql test`: runs the `test` definitions and shows where an answer is not the expected one.

mod coverage;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::args::TestArguments;
use super::console::Console;
use super::failure::Failure;
use super::workspace;
use crate::insight::testing::{self, TestOutcome};
use crate::lang::model::{Definitions, Test};

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
    let outcomes = outcomes(&definitions, &selected);
    let mut text = String::new();
    for (test, outcome) in selected.iter().zip(&outcomes) {
        text += &testing::report(&console.sources, console.stdout_look(), test, outcome);
    }
    if arguments.coverage {
        text += &coverage::table(&definitions);
    }
    let failed = outcomes.iter().filter(|outcome| !outcome.passed()).count();
    text += &testing::closing_line(&definitions, outcomes.len(), failed);
    console.show_rendered(&text)?;
    if failed > 0 || (arguments.fail_on_empty && selected.is_empty()) {
        return Err(Failure::no());
    }
    Ok(())
}

/// The outcomes of tests, in their order, a thread for each processor. Not as tasks of a pool: what a test waits for is computed in
/// pools too, and a waiting task would run other tests on top of itself, as deep as there are tests.
fn outcomes(definitions: &Definitions, tests: &[&Test]) -> Vec<TestOutcome> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            match tests.get(place) {
                Some(test) => done.push((place, testing::outcome(definitions, test))),
                None => return done,
            }
        }
    };
    let mut done: Vec<(usize, TestOutcome)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.min(tests.len()))
            .map(|_| scope.spawn(work))
            .collect();
        let joined = workers.into_iter().map(|worker| worker.join());
        joined
            .flat_map(|done| done.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}
