//! `test`.

use super::Project;

#[test]
fn passing_tests_are_counted() {
    let outcome = Project::new().with_defs(&["test"]);
    assert_eq!(outcome.shows(&[]).stdout, "2 passed, 0 failed\n");
}

#[test]
fn a_failing_test_shows_the_cells_that_differ() {
    let project = Project::new();
    project.replace(
        "defs/tests.kpi",
        "| 2026-03 | 1       |",
        "| 2026-03 | 3       |",
    );
    let outcome = project.with_defs(&["test"]);
    outcome.refused(1, &[]).says(&[
        "FAIL a finding closed at midnight",
        "defs/tests.kpi:1",
        "- | 2026-03 | 3       |  expected",
        "+ | 2026-03 | 1       |  got",
        "^^^^^^^",
        "1 passed, 1 failed",
    ]);
}

#[test]
fn rows_too_many_and_too_few_are_shown() {
    let project = Project::new();
    project.replace("defs/tests.kpi", "    | 2026-04 | 0       |\n", "");
    project
        .with_defs(&["test"])
        .refused(1, &[])
        .says(&["+ | 2026-04 | 0       |  not expected"]);
}

#[test]
fn tests_are_chosen_by_name_or_kpi() {
    let project = Project::new();
    project
        .with_defs(&["test", "-k", "midnight"])
        .shows(&["1 passed, 0 failed (1 not selected)"]);
    project
        .with_defs(&["test", "-k", "escape_rate"])
        .shows(&["1 passed, 0 failed"]);
    project
        .with_defs(&["test", "-k", "nothing"])
        .shows(&["0 passed, 0 failed"]);
    project
        .with_defs(&["test", "-k", "nothing", "--fail-on-empty"])
        .refused(1, &[]);
}

#[test]
fn coverage_lists_kpis_without_a_test() {
    let outcome = Project::new().with_defs(&["test", "--coverage"]);
    outcome.shows(&[
        "backlog        1 test",
        "scan_coverage  no test",
        "3 of 4 KPIs have a test",
    ]);
}

#[test]
fn a_wrong_definition_is_no_failing_test() {
    let project = Project::new();
    project.write("defs/wrong.kpi", "kpi wrong\n  is count of findigns open\n");
    project
        .with_defs(&["test"])
        .refused(2, &["findigns", "did you mean `findings`?"]);
}

#[test]
fn what_belongs_to_a_value_can_be_expected_as_in_json() {
    let project = Project::new();
    let text = project.read("defs/tests.kpi")
        + "  expect mttr where severity = critical in 2026-03 versus target\n"
        + "    | mttr | mttr_target | mttr_bound | mttr_status |\n"
        + "    | 20   | 30 days     | below      | pass        |\n";
    project.write("defs/tests.kpi", text);
    project.with_defs(&["test"]).shows(&["2 passed, 0 failed"]);
    project.replace("defs/tests.kpi", "mttr_status", "mttr_verdict");
    project
        .with_defs(&["test"])
        .refused(2, &["mttr_verdict", "not a column of the answer"]);
}
