//! `check`, alone and with data.

use super::Project;

#[test]
fn definitions_without_a_mistake_are_summed_up() {
    Project::new().with_defs(&["check"]).shows(&[
        "checked defs",
        "4 KPIs",
        "3 tables",
        "no errors",
    ]);
}

#[test]
fn all_errors_of_all_files_are_shown() {
    let project = Project::new();
    project.write("defs/b.kpi", "kpi b\n  is count of findigns open\n");
    project.write("defs/c.kpi", "kpi c\n  is count of findings oepn\n");
    let outcome = project.with_defs(&["check"]);
    outcome.refused(
        2,
        &[
            "defs/b.kpi:2",
            "did you mean `findings`?",
            "defs/c.kpi:2",
            "`open`",
        ],
    );
    assert_eq!(outcome.stdout, "");
}

#[test]
fn problems_are_a_json_array() {
    let project = Project::new();
    let fine = project.with_defs(&["check", "--format", "json"]).json();
    assert!(fine.is_array());
    project.write("defs/b.kpi", "kpi b\n  is count of findigns open\n");
    let outcome = project.with_defs(&["check", "--format", "json"]);
    assert_eq!(outcome.code, 2);
    let problems: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    assert_eq!(problems[0]["file"], "defs/b.kpi");
    assert_eq!(problems[0]["line"], 2);
}

#[test]
fn data_is_read_and_balanced() {
    Project::new().with_data(&["check"]).shows(&[
        "findings 6 rows",
        "the books balance: assets in_service by day, findings open by day",
        "findings risk_accepted by day",
    ]);
}

/// As a scorecard does; but a column of nearly the name is taken for the one that was meant.
#[test]
fn kpis_that_lack_a_column_are_listed() {
    let project = Project::new();
    project.replace("data/findings.csv", ",environment,", ",umgebung,");
    project.with_data(&["check"]).shows(&[
        "without data: escape_rate (`",
        "has no column `environment`)",
        "the books balance",
        "no errors",
    ]);
    let project = Project::new();
    project.replace("data/findings.csv", ",environment,", ",environmnet,");
    project
        .with_data(&["check"])
        .refused(3, &["D112", "did you mean that one?"]);
}

#[test]
fn empty_populations_are_warned_of() {
    let project = Project::new();
    project.write(
        "defs/b.kpi",
        "kpi b\n  is    count of findings open where severity = info\n  lower is better\n",
    );
    project
        .with_data(&["check"])
        .refused(0, &["`b`", "defs/b.kpi:2", "no row in any month"]);
}

#[test]
fn texts_that_do_not_occur_are_warned_of() {
    let project = Project::new();
    project.write(
        "defs/b.kpi",
        "kpi b\n  is    count of findings open where environment = prodution\n  lower is better\n",
    );
    let outcome = project.with_data(&["check"]);
    outcome.refused(0, &["defs/b.kpi:2:52", "did you mean `production`?"]);
    assert_eq!(project.with_data(&["check", "--quiet"]).stderr, "");
}

#[test]
fn states_that_end_before_they_begin_are_warned_of() {
    let project = Project::new();
    project.replace("data/findings.csv", "2026-03-12,,,", "2026-01-12,,,");
    project
        .with_data(&["check"])
        .refused(0, &["1 row of findings: `open` ends before it begins"]);
}

#[test]
fn problems_of_data_are_in_the_same_array() {
    let project = Project::new();
    project.write(
        "defs/b.kpi",
        "kpi b\n  is count of findings open where severity = info\n",
    );
    project.replace("data/findings.csv", "F2,A1", "F1,A1");
    let outcome = project.with_data(&["check", "--format", "json"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (3, ""));
    let problems: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    let codes: Vec<&str> = problems
        .as_array()
        .expect("an array")
        .iter()
        .filter_map(|problem| problem["code"].as_str())
        .collect();
    assert!(codes.iter().any(|code| code.starts_with('D')), "{codes:?}");
}
