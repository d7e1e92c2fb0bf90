//! `run --record`. In the fixture mttr of March is 20 days of two criticals (F1 from 1 to 21, F2 from 5 to 25 March).

use serde_json::Value as Json;

use super::Project;

const MTTR: &str = "mttr over month from 2026-02 to 2026-04";

fn record<'a>(query: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["run", query, "--record", "history.jsonl"], more].concat()
}

fn lines(project: &Project) -> Vec<Json> {
    let text = project.read("history.jsonl");
    assert!(text.ends_with('\n'));
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("an object a line"))
        .collect()
}

fn line_of<'a>(lines: &'a [Json], question: &str, period: &str) -> &'a Json {
    let mut found = lines
        .iter()
        .filter(|line| line["question"] == question && line["period"] == period);
    found.next_back().expect("a line")
}

#[test]
fn values_are_kept_with_their_stamps() {
    let project = Project::new();
    let outcome = project.with_data(&record(MTTR, &["--format", "json"]));
    let answer = outcome.json();
    let lines = lines(&project);
    assert_eq!(lines.len(), 3);
    let march = line_of(&lines, "mttr", "2026-03");
    assert_eq!(march["value"], 20.0);
    assert_eq!(march["rows"], 2);
    assert_eq!(march["unit"], "days");
    assert_eq!(march["query"], MTTR);
    assert_eq!(march["provisional"], false);
    assert_eq!(march["as_of"], "2026-04-30");
    assert_eq!(march["known_on"], Json::Null);
    for hash in ["definitions", "data"] {
        assert_eq!(march[hash], answer[hash]);
        assert!(march[hash].as_str().is_some_and(|hash| hash.len() > 40));
    }
    // In February nothing was verified.
    assert_eq!(line_of(&lines, "mttr", "2026-02")["value"], Json::Null);
}

#[test]
fn the_same_run_again_adds_nothing_and_another_adds_its_own() {
    let project = Project::new();
    project.with_data(&record(MTTR, &[])).shows(&["20"]);
    let before = project.read("history.jsonl");
    let again = project.with_data(&record(MTTR, &[]));
    assert_eq!(again.stderr, "");
    assert_eq!(project.read("history.jsonl"), before);
    project
        .with_data(&record("backlog by severity in 2026-03", &[]))
        .shows(&[]);
    let after = project.read("history.jsonl");
    assert!(after.starts_with(&before) && after.len() > before.len());
    let last: Json = serde_json::from_str(after.lines().last().expect("a line")).expect("JSON");
    assert_eq!(last["question"], "backlog by severity");
    assert!(last["groups"]["severity"].is_string());
}

/// F2 turns out to have been verified on 29 March: 24 days, so the mean of 20 and 24 is 22.
#[test]
fn a_value_of_a_finished_month_that_is_another_now_is_told() {
    let project = Project::new();
    project.with_data(&record(MTTR, &[])).shows(&["20"]);
    project.replace(
        "data/findings.csv",
        "2026-03-25,2026-03-25",
        "2026-03-29,2026-03-29",
    );
    // Another question over other periods, but of March too.
    let outcome = project.with_data(&record("mttr in 2026-03", &["--format", "json"]));
    let sentence = "mttr of 2026-03 is restated: 22 days, recorded as of 2026-04-30 as 20 days (+2); \
                    the data changed, the definitions did not";
    let answer = outcome.json();
    let notes = answer["notes"].as_array().expect("notes");
    assert!(notes.iter().any(|note| note == sentence), "{notes:#?}");
    assert!(outcome.stderr.contains("D928"), "{}", outcome.stderr);
    // It is told once: the file has the new value.
    let again = project.with_data(&record("mttr in 2026-03", &[]));
    assert_eq!(again.stderr, "");
}

#[test]
fn it_is_told_whether_definitions_changed() {
    let project = Project::new();
    project.with_data(&record(MTTR, &[])).shows(&["20"]);
    project.replace(
        "defs/kpis.kpi",
        "mean time from found",
        "mean time from introduced",
    );
    // F1 was introduced on 20 February: 29 days to its verification; F2 has no other date than 5 March. (29 + 20) / 2.
    project.with_data(&record(MTTR, &[])).refused(
        0,
        &[
            "mttr of 2026-03 is restated: 24.5 days",
            "as 20 days (+4.5)",
            "the definitions changed, the data did not",
        ],
    );
}

#[test]
fn a_month_that_is_not_over_is_not_restated() {
    let project = Project::new();
    let at = |day| record("backlog in 2026-03", &["--as-of", day]).into_iter();
    let open = |day: &'static str| at(day).collect::<Vec<&str>>();
    // On 4 March F1 and F4 are open, on the 15th F1 to F4.
    project.with_data(&open("2026-03-04")).shows(&["2"]);
    let later = project.with_data(&open("2026-03-15"));
    assert_eq!(later.shows(&["4"]).stderr, "");
    // F3 and F4 remain at its end: the first number of the month that is final.
    let over = project.with_data(&open("2026-04-30"));
    assert_eq!(over.shows(&["2"]).stderr, "");
    // A look back is no restatement of what was recorded later.
    let back = project.with_data(&open("2026-03-15"));
    assert_eq!(back.stderr, "");
}

#[test]
fn the_scorecard_is_recorded_too() {
    let project = Project::new();
    let scorecard = ["run", "--record", "history.jsonl", "--as-of", "2026-03-31"];
    project.with_data(&scorecard).shows(&["Scorecard"]);
    let lines = lines(&project);
    assert_eq!(
        line_of(&lines, "mttr where severity = critical", "2026-03")["value"],
        20.0
    );
    project.replace(
        "data/findings.csv",
        "2026-03-25,2026-03-25",
        "2026-03-29,2026-03-29",
    );
    let json = [&scorecard[..], &["--format", "json"]].concat();
    let notes = project.with_data(&json).json()["notes"].to_string();
    assert!(
        notes.contains("mttr where severity = critical of 2026-03 is restated: 22 days"),
        "{notes}"
    );
}

#[test]
fn a_damaged_record_is_refused_with_its_line_and_stays() {
    let project = Project::new();
    project.with_data(&record(MTTR, &[])).shows(&["20"]);
    let whole = project.read("history.jsonl");
    let damaged = whole.clone() + "{\"query\": \"mttr\"}\n";
    project.write("history.jsonl", &damaged);
    project
        .with_data(&record(MTTR, &[]))
        .refused(3, &["D929", "`history.jsonl`, line 4"]);
    assert_eq!(project.read("history.jsonl"), damaged);
}

#[test]
fn only_numbers_can_be_recorded() {
    let project = Project::new();
    project
        .with_data(&record("list findings open", &[]))
        .refused(2, &["K933", "count of findings open"]);
    project
        .with_data(&record("explain mttr", &[]))
        .refused(2, &["K933", "leave `explain` out"]);
    project
        .with_data(&["run", "mttr", "--record", "nowhere/history.jsonl"])
        .refused(3, &["D902"]);
}

/// What is confined otherwise is another question: a total, other rows, a group of another field.
#[test]
fn other_questions_do_not_disagree() {
    let project = Project::new();
    for query in [
        "backlog over month from 2026-02 to 2026-04",
        "backlog where severity = critical over month from 2026-02 to 2026-04",
        "backlog by severity over month from 2026-02 to 2026-04 with total",
        "backlog by team over month from 2026-02 to 2026-04 top 1",
        "count of findings open over month from 2026-02 to 2026-04",
    ] {
        let outcome = project.with_data(&record(query, &[]));
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{query}");
    }
}
