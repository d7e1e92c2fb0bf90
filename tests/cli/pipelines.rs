//! `check` and `test` in the formats of build servers and code hosts.

use serde_json::Value as Json;

use super::Project;

fn wrong() -> Project {
    let project = Project::new();
    project.write(
        "defs/a, b.kpi",
        "kpi wrong \"100%\"\n  is count of findigns open\n",
    );
    project
}

#[test]
fn github_gets_a_command_for_each_problem() {
    let outcome = wrong().with_defs(&["check", "--format", "github"]);
    outcome.refused(2, &[]);
    let line = outcome.stdout.lines().next().expect("a line");
    assert!(
        line.starts_with(
            "::error file=defs/a%2C b.kpi,line=2,endLine=2,col=15,endColumn=23,title=K201::"
        ),
        "{line}"
    );
    assert!(
        line.contains("findigns") && line.contains("%0Adid you mean `findings`?"),
        "{line}"
    );
    assert!(outcome.stderr.is_empty(), "{}", outcome.stderr);
}

#[test]
fn sarif_has_a_result_with_its_place() {
    let outcome = wrong().with_defs(&["check", "--format", "sarif"]);
    outcome.refused(2, &[]);
    let log: Json = serde_json::from_str(&outcome.stdout).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "riskql");
    assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "K201");
    let result = &run["results"][0];
    assert_eq!(result["ruleId"], "K201");
    assert_eq!(result["level"], "error");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "defs/a%2C%20b.kpi");
    assert_eq!(place["region"]["startLine"], 2);
    assert_eq!(place["region"]["startColumn"], 15);
    assert_eq!(place["region"]["endColumn"], 23);
}

#[test]
fn junit_counts_files_and_tests() {
    let outcome = wrong().with_defs(&["check", "--format", "junit"]);
    outcome.refused(2, &[]);
    outcome.says(&[
        "<testsuite name=\"riskql check\" tests=\"4\" failures=\"1\">",
        "<testcase classname=\"defs/model.kpi\" name=\"defs/model.kpi\" file=\"defs/model.kpi\"/>",
        "<failure type=\"K201\"",
    ]);
    let project = Project::new();
    project.replace(
        "defs/tests.kpi",
        "| 2026-03 | 1       |",
        "| 2026-03 | 3       |",
    );
    let outcome = project.with_defs(&["test", "--format", "junit"]);
    outcome.refused(1, &[]).says(&[
        "<testsuite name=\"riskql test\" tests=\"2\" failures=\"1\">",
        "name=\"durations and percents are written with their units\" file=\"defs/tests.kpi\"/>",
        "<failure type=\"K931\"",
        "2026-03 | 3       |  expected&#10;",
    ]);
}

/// What XML reserves is escaped.
#[test]
fn junit_is_well_formed_whatever_a_name_holds() {
    let project = Project::new();
    project.replace(
        "defs/tests.kpi",
        "durations and percents are written with their units",
        "a <b> & \u{1f642}",
    );
    let outcome = project.with_defs(&["test", "--format", "junit"]);
    outcome.shows(&["name=\"a &lt;b&gt; &amp; \u{1f642}\""]);
}

#[test]
fn a_failing_test_is_an_annotation_at_its_expectation() {
    let project = Project::new();
    project.replace(
        "defs/tests.kpi",
        "| 2026-03 | 1       |",
        "| 2026-03 | 3       |",
    );
    let outcome = project.with_defs(&["test", "--format", "github"]);
    outcome
        .refused(1, &[])
        .says(&["::error file=defs/tests.kpi,line=6,", "title=K931::"]);
    let clean = Project::new().with_defs(&["test", "--format", "github"]);
    assert_eq!((clean.code, clean.stdout.as_str()), (0, ""));
}
