//! Mistakes in definitions and queries: exit code 2, and a message that says what to do.

use super::{Outcome, Project};

/// Checks the small project with one more file.
fn check(text: impl AsRef<[u8]>) -> Outcome {
    let project = Project::new();
    project.write("defs/wrong.kpi", text);
    project.with_defs(&["check"])
}

/// Checks a KPI of that formula.
fn formula(formula: &str) -> Outcome {
    check(format!("kpi wrong\n  is    {formula}\n  lower is better\n"))
}

#[test]
fn unknown_names() {
    formula("count of findigns open").refused(2, &["findigns", "did you mean `findings`?"]);
    formula("count of findings opne").refused(2, &["opne", "did you mean `open`?"]);
    formula("count of findings open where severty = high")
        .refused(2, &["did you mean `severity`?"]);
    formula("count of findings open where severity = hgih").refused(2, &["did you mean `high`?"]);
    formula("cuont of findings open").refused(2, &["cuont", "`count`"]);
    formula("mttr + backlgo").refused(2, &["did you mean `backlog`?"]);
}

#[test]
fn wrong_units() {
    formula("mttr + backlog").refused(2, &["wrong.kpi:2", "duration", "count"]);
    let project = Project::new();
    project.replace(
        "defs/kpis.kpi",
        "target below 30 days for",
        "target below 30 for",
    );
    project
        .with_defs(&["check"])
        .refused(2, &["30 what?", "days"]);
}

#[test]
fn bands_with_holes_and_overlaps() {
    let banded = |bands: &str| {
        check(format!(
            "kpi wrong\n  is     backlog / backlog\n  as     ratio\n  higher is better\n{bands}"
        ))
    };
    banded("  band \"low\"  below 1\n  band \"high\" from 2\n")
        .refused(2, &["wrong.kpi", "1", "2"]);
    banded("  band \"low\"  below 3\n  band \"high\" from 2\n")
        .refused(2, &["wrong.kpi", "overlap"]);
}

#[test]
fn unreachable_lines_of_an_sla() {
    let project = Project::new();
    project.replace(
        "defs/kpis.kpi",
        "  due 30 days  where severity = high\n",
        "  due 30 days  where severity = high\n  due 20 days  where severity = high\n",
    );
    project
        .with_defs(&["check"])
        .refused(2, &["kpis.kpi", "reach"]);
}

#[test]
fn kpis_in_a_circle() {
    check("kpi one\n  is two + two\n\nkpi two\n  is one + one\n").refused(2, &["one", "two"]);
}

#[test]
fn dates_that_do_not_exist() {
    let project = Project::new();
    project
        .with_data(&["run", "backlog as of 2026-02-30"])
        .refused(2, &["2026-02-30"]);
    project
        .with_data(&["run", "backlog in 2026-13"])
        .refused(2, &["2026-13"]);
}

#[test]
fn ten_thousand_parentheses() {
    let nested = format!("{}1{}", "(".repeat(10_000), ")".repeat(10_000));
    formula(&nested).refused(2, &["nested"]);
    Project::new()
        .with_data(&["run", &nested])
        .refused(2, &["nested"]);
}

#[test]
fn bytes_that_are_no_text() {
    let outcome = check(b"kpi a\n  note \"\xff\"\n");
    outcome.refused(
        2,
        &["defs/wrong.kpi", "not UTF-8", "0xff", "offset 14", "line 2"],
    );
}

#[test]
fn marks_and_line_ends_of_windows_are_read() {
    let project = Project::new();
    for file in ["defs/model.kpi", "defs/kpis.kpi", "defs/tests.kpi"] {
        let text = project.read(file).replace('\n', "\r\n");
        project.write(file, format!("\u{feff}{text}"));
    }
    project.with_defs(&["check"]).shows(&["no errors"]);
    project.with_defs(&["test"]).shows(&["2 passed, 0 failed"]);
}

#[test]
fn a_folder_without_definitions() {
    let project = Project::empty();
    project.write("defs/readme.txt", "nothing here");
    project
        .with_defs(&["check"])
        .refused(2, &["no definition file", "riskql init"]);
    project
        .run(&["check", "--defs", "nowhere"])
        .refused(2, &["no folder `nowhere`"]);
    project
        .run(&["check", "--defs", "defs/readme.txt"])
        .refused(2, &["is a file"]);
}

#[test]
fn names_that_an_sla_cannot_add_are_one_mistake() {
    let project = Project::new();
    project.replace(
        "defs/model.kpi",
        "  event   found ",
        "  event   late_due at found_at\n  event   found ",
    );
    project.write(
        "defs/late.kpi",
        "sla late\n  of findings\n  prefix late\n  starts found\n  stops verified\n  due 3 days otherwise\n\n\
         kpi late_ones\n  is count of findings late_overdue where late_due_at is present\n  lower is better\n",
    );
    let outcome = project.with_defs(&["check"]);
    outcome.refused(
        2,
        &[
            "an sla adds `late_due`, which is already an event",
            "\n1 error\n",
        ],
    );
}
