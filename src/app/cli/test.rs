//! `riskql test`: runs the `test` definitions and shows where an answer is not the expected one.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::args::{CheckFormat, ScreenOptions, TestArguments};
use super::console::{Console, write_stdout};
use super::failure::Failure;
use super::{pipelines, workspace};
use crate::app::repl::{await_change, stamps};
use crate::base::diagnostic::Diagnostic;
use crate::insight::testing::coverage;
use crate::insight::testing::mutation::{self, Mutant};
use crate::insight::testing::report::{self, TestReport};
use crate::insight::testing::{self, TestReach};
use crate::lang::model::Test;
use crate::lang::project::{Project, ProjectOrigin};
use crate::lang::syntax::Allowances;

/// Runs the tests selected; a failing one makes the answer "no".
pub fn run(
    console: &mut Console,
    arguments: &TestArguments,
    screen: ScreenOptions,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    match arguments.watch {
        true => watch(arguments, screen, defs),
        false => once(console, arguments, defs),
    }
}

/// Runs the tests, and again after each change of a definition file. Ends with the process.
fn watch(
    arguments: &TestArguments,
    screen: ScreenOptions,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let origin = ProjectOrigin::choose(defs);
    if origin == ProjectOrigin::Library {
        let problem = "the built-in library has no files to watch";
        let problem = Diagnostic::data("K959", problem);
        return Err(problem.help("to write them out: riskql init").into());
    }
    loop {
        let seen = stamps(&origin);
        let mut console = Console::new(screen);
        if let Err(failure) = once(&mut console, arguments, defs) {
            console.report(failure.problems);
        }
        console.note("waiting for changes; Ctrl-C ends");
        await_change(&seen, || stamps(&origin));
        console.note("");
    }
}

fn once(
    console: &mut Console,
    arguments: &TestArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let project = workspace::project(console, defs)?;
    let definitions = &project.definitions;
    let is_selected = |test: &&Test| {
        let filter = arguments.filter.as_deref();
        filter.is_none_or(|text| testing::is_about(test, text))
    };
    let selected: Vec<&Test> = definitions.tests.iter().filter(is_selected).collect();
    let outcomes = testing::outcomes(definitions, &selected);
    let has_failed = outcomes.iter().any(|outcome| !outcome.passed());
    let mut report = TestReport {
        sources: &console.sources,
        definitions,
        tests: selected.iter().copied().zip(outcomes).collect(),
        coverage: None,
        mutants: None,
    };
    let mut allowances = Allowances::of(&console.sources, &project.files, &rules(arguments));
    if arguments.coverage {
        let lines = coverage::coverage(&console.sources, &project);
        report.coverage = Some(report::allowed_lines(lines, &mut allowances));
    }
    // A test that fails as it is would notice everything.
    if arguments.mutate && !has_failed {
        let mutants = mutants(console, &project, arguments.filter.as_deref());
        report.mutants = Some(report::allowed_mutants(mutants, &mut allowances));
    } else if arguments.mutate {
        console.note("mutants are not tried while a test fails");
    }
    // Of a part of the tests it cannot be said that nothing needs an allowance.
    if arguments.filter.is_none() && !has_failed {
        console.report(allowances.problems());
    }
    write(console, &report, arguments.format)?;
    let is_empty = arguments.fail_on_empty && selected.is_empty();
    match report.is_lacking() || is_empty {
        true => Err(Failure::no()),
        false => Ok(()),
    }
}

/// What comments may allow of what is asked for.
fn rules(arguments: &TestArguments) -> Vec<&'static str> {
    let rules = [
        (arguments.coverage, "uncovered"),
        (arguments.mutate, "mutant"),
    ];
    let asked = rules.into_iter().filter(|(is_asked, _)| *is_asked);
    asked.map(|(_, rule)| rule).collect()
}

/// Mutants of all definitions, or of those that tests about a text depend on.
fn mutants(
    console: &Console,
    project: &Project,
    filter: Option<&str>,
) -> Vec<(Mutant, mutation::MutantFate)> {
    let mut mutants = mutation::mutants(&console.sources, project);
    if let Some(text) = filter {
        let reach = TestReach::new(&project.definitions);
        mutants.retain(|mutant| reach.has_test(&project.definitions, mutant, text));
    }
    let all: Vec<&Mutant> = mutants.iter().collect();
    let done = Arc::new(AtomicUsize::new(0));
    let (told, many) = (Arc::clone(&done), all.len());
    let progress =
        console.progress_of(move || format!("mutant {} of {many}", told.load(Ordering::Relaxed)));
    let count = || {
        done.fetch_add(1, Ordering::Relaxed);
    };
    let fates = mutation::fates(&console.sources, project, &all, count);
    drop(progress);
    mutants.into_iter().zip(fates).collect()
}

fn write(console: &Console, report: &TestReport, format: CheckFormat) -> Result<(), Failure> {
    match format {
        CheckFormat::Text => console.show_rendered(&report.text(console.stdout_look())),
        CheckFormat::Json => write_stdout(report.json().as_bytes()),
        CheckFormat::Junit | CheckFormat::Github | CheckFormat::Sarif => {
            pipelines::write(console, "riskql test", &report.items(), format)
        }
    }
}
