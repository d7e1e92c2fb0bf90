//! `gate`. In March two criticals were verified after 20 days each (below 30), one of two findings was found in production
//! by severity and none is left out: 1 of 3 found in March is in production, 33.3%, over the target of less than 15%.

use serde_json::Value as Json;

use super::Project;

/// As of the end of March.
const MARCH: [&str; 3] = ["gate", "--as-of", "2026-03-31"];

fn gate<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&MARCH[..], more].concat()
}

fn json(project: &Project, more: &[&str]) -> (i32, Json) {
    let arguments = gate(&[more, &["--format", "json"]].concat());
    let outcome = project.with_data(&arguments);
    let value = serde_json::from_str(&outcome.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", outcome.stdout, outcome.stderr));
    (outcome.code, value)
}

fn verdict<'a>(gate: &'a Json, kpi: &str, part: Option<&str>) -> &'a Json {
    let targets = gate["targets"].as_array().expect("targets");
    let found = targets
        .iter()
        .find(|line| line["kpi"] == kpi && line["for"].as_str() == part);
    found.unwrap_or_else(|| panic!("no {kpi} {part:?} in {gate:#}"))
}

#[test]
fn a_missed_target_is_exit_code_1_and_named() {
    let project = Project::new();
    let outcome = project.with_data(&gate(&[]));
    outcome.refused(1, &[]).says(&[
        "escape_rate",
        "below 15%",
        "3 targets, as of 2026-03-31: 1 missed, 1 without data",
    ]);
    let (code, found) = json(&project, &[]);
    assert_eq!((code, &found["missed"]), (1, &Json::Bool(true)));
    let critical = verdict(&found, "mttr", Some("severity = critical"));
    assert_eq!(critical["verdict"], "pass");
    assert_eq!(critical["months"][0]["value"], 20.0);
    assert_eq!(critical["months"][0]["limit"], 30.0);
    let escape = verdict(&found, "escape_rate", None);
    assert_eq!(escape["verdict"], "miss");
    let value = escape["months"][0]["value"].as_f64().expect("a number");
    assert!((value - 1.0 / 3.0).abs() < 1e-12, "{value}");
    // No high was verified in March.
    let high = verdict(&found, "mttr", Some("severity = high"));
    assert_eq!(high["verdict"], "no data");
}

#[test]
fn only_some_targets_are_judged() {
    let project = Project::new();
    project
        .with_data(&gate(&["--only", "mttr"]))
        .shows(&["2 targets, as of 2026-03-31: 0 missed, 1 without data"]);
    project
        .with_data(&gate(&["--only", "mtr"]))
        .refused(2, &["K927", "did you mean `mttr`?"]);
    project
        .with_data(&gate(&["--only", "backlog"]))
        .refused(2, &["K927", "`backlog` has no target", "mttr, escape_rate"]);
}

/// In February one finding was found, in staging: the target was kept, so March is the first month of the miss.
#[test]
fn a_miss_counts_when_it_lasts() {
    let project = Project::new();
    let (code, found) = json(&project, &["--for", "2"]);
    assert_eq!(code, 0);
    let escape = verdict(&found, "escape_rate", None);
    assert_eq!(escape["verdict"], "miss, not long enough");
    let statuses: Vec<_> = escape["months"]
        .as_array()
        .expect("months")
        .iter()
        .collect();
    assert_eq!(statuses[0]["status"], "pass");
    assert_eq!(statuses[1]["status"], "miss");
    project.replace(
        "data/findings.csv",
        "F4,A2,Verbose errors,low,confirmed,no,staging",
        "F4,A2,Verbose errors,low,confirmed,no,production",
    );
    let (code, found) = json(&project, &["--for", "2"]);
    assert_eq!(code, 1);
    assert_eq!(verdict(&found, "escape_rate", None)["verdict"], "miss");
}

fn with_baseline(text: &str) -> super::Outcome {
    let project = Project::new();
    project.write("accepted.csv", text);
    project.with_data(&gate(&["--baseline", "accepted.csv"]))
}

#[test]
fn an_accepted_miss_is_none_until_its_day() {
    let accepted = with_baseline(
        "kpi,for,until,reason\nescape_rate,,2026-03-31,\"two teams, one pipeline\"\n",
    );
    accepted.shows(&[
        "accepted until 2026-03-31: two teams, one pipeline",
        "0 missed, 1 accepted",
    ]);
    let expired = with_baseline("kpi,for,until,reason\nescape_rate,,2026-03-30,two teams\n");
    expired.refused(
        1,
        &[
            "K928",
            "line 2 of the baseline",
            "accepted until 2026-03-30",
        ],
    );
}

#[test]
fn an_entry_that_nothing_needs_is_told() {
    let unused = with_baseline(
        "kpi,for,until,reason\nescape_rate,,2026-12-31,two teams\nmttr,severity = critical,2026-12-31,long ago\n",
    );
    assert_eq!(unused.code, 0, "{}", unused.stderr);
    assert!(
        unused.stderr.contains("line 3 of the baseline"),
        "{}",
        unused.stderr
    );
    assert!(unused.stderr.contains("is not missed"), "{}", unused.stderr);
}

#[test]
fn mistakes_of_a_baseline_are_named_with_their_lines() {
    with_baseline("kpi,part,until,reason\n").refused(2, &["K926", "kpi,for,until,reason"]);
    let wrong = with_baseline(
        "kpi,for,until,reason\nescap_rate,,2026-12-31,why\nmttr,,2026-12-31,why\nescape_rate,,soon,why\nescape_rate,,2026-12-31,\n",
    );
    wrong.refused(
        2,
        &[
            "accepted.csv:2: there is no KPI `escap_rate`",
            "did you mean `escape_rate`?",
            "accepted.csv:3: `mttr` has no target of all its rows",
            "`severity = critical`",
            "accepted.csv:4: `soon` is no day",
            "accepted.csv:5: the miss of `escape_rate` is accepted without a reason",
        ],
    );
}

/// Neither a file that is not there nor rows that are not there read as a miss.
#[test]
fn what_cannot_be_judged_is_exit_code_3() {
    let project = Project::new();
    let data = project
        .read("data/findings.csv")
        .replace("environment,", "surroundings,");
    project.write("data/findings.csv", data);
    let outcome = project.with_data(&gate(&["--only", "escape_rate,mttr"]));
    outcome.refused(3, &["D927", "environment", "not judged: escape_rate"]);
    outcome.says(&["mttr", "20"]);
    let empty = Project::new();
    let header = empty.read("data/findings.csv");
    let header = header.lines().next().expect("a header").to_owned() + "\n";
    empty.write("data/findings.csv", header);
    empty
        .with_data(&gate(&[]))
        .refused(3, &["D927", "no target has a number"]);
    empty
        .with_defs(&["gate"])
        .refused(2, &["K907", "riskql gate --data FOLDER"]);
}

#[test]
fn a_miss_is_an_annotation_and_a_failure() {
    let project = Project::new();
    project
        .with_data(&gate(&["--format", "github"]))
        .refused(1, &[])
        .says(&[
            "::error file=defs/kpis.kpi,line=13,",
            "escape_rate was 33.3%25 in 2026-03",
        ]);
    project
        .with_data(&gate(&["--format", "junit"]))
        .refused(1, &[])
        .says(&["<testsuite name=\"riskql gate\" tests=\"3\" failures=\"1\">"]);
}
