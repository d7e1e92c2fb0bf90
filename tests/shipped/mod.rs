//! The definitions that come with the binary are right, formatted and tested, and the demo data
//! answers them.

use std::path::Path;
use std::process::{Command, Output};

use riskql::base::source::Sources;
use riskql::insight::testing::mutation::{self, Mutant, MutantFate};
use riskql::lang::project::{self, ProjectOrigin};
use riskql::lang::syntax::Allowances;
use riskql::lang::{format, syntax};

/// Runs the binary in the repository.
fn riskql(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_riskql"))
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the binary can be started")
}

/// What a run that must go well prints.
fn printed(arguments: &[&str]) -> String {
    let output = riskql(arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{arguments:?}\n{stdout}\n{stderr}"
    );
    stdout.into_owned()
}

#[test]
fn the_library_has_no_mistake_and_no_warning() {
    let mut sources = Sources::default();
    let (definitions, problems) = project::definitions(&mut sources, &ProjectOrigin::Library);
    let problems = problems.sorted();
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(definitions.is_some());
}

#[test]
fn the_library_is_formatted() {
    for (path, text) in project::library_texts() {
        let mut sources = Sources::default();
        let id = sources.add(path.clone(), text);
        let (file, _) = syntax::parse_file(&sources, id);
        assert_eq!(
            format::file(&sources, &file),
            text,
            "run `riskql fmt kpi-defs` ({path})"
        );
    }
}

#[test]
fn the_tests_of_the_library_pass() {
    let printed = printed(&["test", "--fail-on-empty"]);
    assert!(printed.contains("0 failed"), "{printed}");
}

#[test]
fn every_line_of_the_library_is_hit_by_a_test() {
    printed(&["test", "--coverage"]);
}

#[test]
fn no_advice_is_left() {
    printed(&["check", "--advise"]);
}

/// All mutants take minutes without optimisation: every 16th is tried here, and all of them with `MUTANTS=all` in the
/// environment.
#[test]
fn no_mutant_of_the_library_survives_without_a_reason() {
    let mut sources = Sources::default();
    let ids = project::read(&mut sources, &ProjectOrigin::Library).expect("the library");
    let (project, _) = project::parsed(&sources, &ids);
    let project = project.expect("the library is right");
    let share = match std::env::var_os("MUTANTS") {
        Some(_) => 1,
        None => 16,
    };
    let mutants = mutation::mutants(&sources, &project);
    assert!(mutants.len() > 150, "{} mutants", mutants.len());
    let tried: Vec<&Mutant> = mutants.iter().step_by(share).collect();
    let fates = mutation::fates(&sources, &project, &tried, || {});
    let mut allowances = Allowances::of(&sources, &project.files, &["mutant"]);
    let mut noticed = 0;
    for (mutant, fate) in tried.iter().zip(&fates) {
        match fate {
            MutantFate::Noticed(_) => noticed += 1,
            MutantFate::Refused => {}
            MutantFate::Unnoticed(_) => {
                let change = &mutant.change;
                let (line, _) = sources.line_column(change.span);
                let file = &sources.get(change.span.source).name;
                let allowed = allowances.reason("mutant", change.span);
                assert!(
                    allowed.is_some(),
                    "{file}:{line}: {} → {}",
                    mutant.old,
                    change.new
                );
            }
        }
    }
    assert!(noticed * 2 > tried.len(), "{noticed} of {}", tried.len());
}

#[test]
fn every_kpi_has_a_title_and_a_file_of_tests() {
    let mut sources = Sources::default();
    let (definitions, _) = project::definitions(&mut sources, &ProjectOrigin::Library);
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("kpi-defs/tests");
    for kpi in definitions.expect("the library is right").kpis {
        assert!(kpi.title.is_some(), "{} has no title", kpi.name);
        let file = tests.join(format!("{}.kpi", kpi.name));
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let count = text
            .lines()
            .filter(|line| line.starts_with("test "))
            .count();
        assert!(
            count >= 2,
            "{} has {count} tests in {}",
            kpi.name,
            file.display()
        );
    }
}

#[test]
fn the_demo_data_is_without_fault_and_fills_the_scorecard_and_the_dashboard() {
    printed(&["check", "--data", "examples/demo"]);
    let scorecard = printed(&["run", "--data", "examples/demo"]);
    for title in [
        "Mean time to remediate",
        "Vulnerability escape rate",
        "Risk exposure",
    ] {
        assert!(scorecard.contains(title), "{title} is not in\n{scorecard}");
    }
    let dashboard = printed(&["dashboard", "appsec", "--data", "examples/demo"]);
    assert!(dashboard.contains("Is risk decreasing?"), "{dashboard}");
}
