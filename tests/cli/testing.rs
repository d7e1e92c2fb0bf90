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

/// Two tests: the first expects `backlog` of a row that is low, the second `mttr` and `escape_rate` of two more.
#[test]
fn coverage_is_of_all_tests() {
    Project::new()
        .with_defs(&["test", "--coverage", "-k", "midnight"])
        .refused(2, &["cannot be used with"]);
}

#[test]
fn coverage_names_the_lines_that_no_test_hits() {
    let outcome = Project::new().with_defs(&["test", "--coverage"]);
    outcome.refused(1, &[]).says(&[
        "targets        0   3",
        "exclusions     0   1",
        "defs/kpis.kpi:7: kpi mttr: target below 60 days for severity = high: no test hits it",
        "defs/kpis.kpi:15: kpi scan_coverage: no test hits it",
        "defs/kpis.kpi:29: sla remediation: due 7 days where severity = critical: no test hits it",
    ]);
    assert!(
        !outcome.stdout.contains("kpi backlog"),
        "{}",
        outcome.stdout
    );
    assert!(
        !outcome.stdout.contains("kpi mttr: no test"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn a_verdict_a_row_and_a_reason_cover_a_line() {
    let project = Project::new();
    project.replace(
        "defs/kpis.kpi",
        "  due 30 days  where severity = high\n",
        "  due 30 days  where severity = high  # allow uncovered: highs are tested next year\n",
    );
    let tests = project.read("defs/tests.kpi")
        + "  expect mttr where severity = critical in 2026-03 versus target\n    | mttr | mttr_status |\n    | 20   | pass        |\n"
        + "\ntest \"overdue after a week, not counting a false positive\"\n  as of 2026-04-30\n  given findings\n"
        + "    | finding_id | severity | found_at   | resolution     |\n"
        + "    | F1         | critical | 2026-03-01 |                |\n"
        + "    | F2         | critical | 2026-03-01 | false_positive |\n"
        + "  expect count of findings overdue\n    | value |\n    | 1     |\n";
    project.write("defs/tests.kpi", tests);
    let outcome = project.with_defs(&["test", "--coverage", "--format", "json"]);
    assert_eq!(outcome.code, 1);
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    let line = |text: &str| {
        let lines = report["coverage"].as_array().expect("lines");
        let found = lines.iter().find(|line| line["text"] == text);
        found.unwrap_or_else(|| panic!("no line {text}")).clone()
    };
    assert_eq!(
        line("target below 30 days for severity = critical")["hit"],
        true
    );
    assert_eq!(
        line("target below 60 days for severity = high")["hit"],
        false
    );
    assert_eq!(line("due 7 days where severity = critical")["hit"], true);
    let high = line("due 30 days where severity = high");
    assert_eq!(high["hit"], false);
    assert_eq!(high["allowed"], "highs are tested next year");
    // A critical is due by the first line, so none falls on the last.
    assert_eq!(line("due 180 days otherwise")["hit"], false);
    let exclusion = "exclude where resolution = false_positive as \"false positive\"";
    assert_eq!(line(exclusion)["hit"], true);
    assert_eq!(line("sla remediation")["hit"], true);
    assert_eq!(line("state findings.risk_accepted")["hit"], true);
    assert_eq!(line("event findings.introduced")["hit"], false);
}

#[test]
fn a_failing_test_is_told_in_json_cell_by_cell() {
    let project = Project::new();
    project.replace(
        "defs/tests.kpi",
        "| 2026-03 | 1       |",
        "| 2026-03 | 3       |",
    );
    let outcome = project.with_defs(&["test", "--format", "json"]);
    assert_eq!(outcome.code, 1);
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    assert_eq!(
        (&report["passed"], &report["failed"]),
        (&1.into(), &1.into())
    );
    let test = &report["tests"][0];
    assert_eq!(test["passed"], false);
    assert_eq!(test["line"], 1);
    let row = &test["expects"][0]["rows"][1];
    assert_eq!(row["status"], "differs");
    assert_eq!(row["expected"], serde_json::json!(["2026-03", "3"]));
    assert_eq!(row["got"], serde_json::json!(["2026-03", "1"]));
}

/// Waits for words on stdout of a process.
fn await_line(lines: &mut impl Iterator<Item = std::io::Result<String>>, words: &str) {
    for line in lines.by_ref() {
        if line.expect("a line").contains(words) {
            return;
        }
    }
    panic!("stdout ends without `{words}`");
}

#[test]
fn watched_tests_run_again_when_a_file_changes() {
    use std::io::BufRead;
    let project = Project::new();
    let mut child = project
        .command(&["test", "--watch", "--defs", "defs"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("the binary runs");
    let stdout = child.stdout.take().expect("stdout");
    let mut lines = std::io::BufReader::new(stdout).lines();
    await_line(&mut lines, "2 passed, 0 failed");
    project.replace(
        "defs/tests.kpi",
        "| 2026-03 | 1       |",
        "| 2026-03 | 30      |",
    );
    await_line(&mut lines, "1 passed, 1 failed");
    // A mistake is told, and the watch goes on.
    let right = project.read("defs/kpis.kpi");
    project.write(
        "defs/kpis.kpi",
        format!("{right}\nkpi wrong\n  is count of findigns open\n"),
    );
    std::thread::sleep(std::time::Duration::from_millis(1500));
    project.write("defs/kpis.kpi", right);
    await_line(&mut lines, "1 passed, 1 failed");
    child.kill().expect("the process can be ended");
    child.wait().expect("the process ends");
}

#[test]
fn the_library_has_no_files_to_watch() {
    let outcome = Project::empty().run(&["test", "--watch"]);
    outcome.refused(2, &["K959", "riskql init"]);
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
    project.replace("defs/tests.kpi", "mttr_status", "mttr_judgement");
    project
        .with_defs(&["test"])
        .refused(2, &["mttr_judgement", "not a column of the answer"]);
}
