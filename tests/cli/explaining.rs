//! `explain`.

use super::Project;

#[test]
fn a_number_is_explained_in_words_and_numbers() {
    let project = Project::new();
    let outcome = project.with_data(&["explain", "mttr in 2026-03"]);
    outcome.shows(&[
        "Mean time to remediate",
        "20",
        "2026-04-30",
        "defs/kpis.kpi:1",
    ]);
    let by_query = project.with_data(&["run", "explain mttr in 2026-03"]);
    assert_eq!(by_query.stdout, outcome.stdout);
}

#[test]
fn exclusions_are_counted() {
    let outcome = Project::new().with_data(&["explain", "escape_rate in 2026-03"]);
    outcome.shows(&["false positive", "1"]);
}

#[test]
fn an_explanation_is_an_object_in_json() {
    let object = Project::new()
        .with_data(&["explain", "escape_rate in 2026-03", "--format", "json"])
        .json();
    for key in [
        "query",
        "as_of",
        "formula",
        "population",
        "excluded",
        "value",
    ] {
        assert!(object.get(key).is_some(), "no {key}: {object}");
    }
}

#[test]
fn a_mistake_is_shown_as_in_a_query() {
    Project::new()
        .with_data(&["explain", "mtr"])
        .refused(2, &["did you mean `mttr`?"]);
    Project::new()
        .with_defs(&["explain", "mttr"])
        .refused(2, &["needs data"]);
}

#[test]
fn the_rows_behind_a_number_follow_it() {
    let project = Project::new();
    let outcome = project.with_data(&["explain", "mttr in 2026-03", "--rows"]);
    outcome.shows(&["Holds for", "Rows behind mttr: ", "days"]);
    let object = project
        .with_data(&["explain", "mttr in 2026-03", "--rows", "--format", "json"])
        .json();
    let behind = object["behind"][0]["rows"].as_array().expect("rows");
    assert_eq!(
        Some(behind.len() as u64),
        object["rows"][0]["mttr_rows"].as_u64()
    );
    // Without the option there are none.
    let object = project
        .with_data(&["explain", "mttr in 2026-03", "--format", "json"])
        .json();
    assert!(object.get("behind").is_none());
    project
        .with_data(&["explain", "list findings open", "--rows"])
        .shows(&["Rows: "]);
}

#[test]
fn an_explanation_says_how_sure_the_numbers_are() {
    let question = "escape_rate in 2026-03 with interval at least 30 rows";
    Project::new()
        .with_data(&["explain", question])
        .shows(&["How sure", "with 95% confidence from", "fewer than the 30 asked for"]);
}
