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
    Project::new().with_data(&["explain", question]).shows(&[
        "How sure",
        "with 95% confidence from",
        "fewer than the 30 asked for",
    ]);
}

/// What is said of a row: the groups it counts in for the first measure, and the reasons if there are none.
fn membership(project: &Project, query: &str, row: &str) -> (Vec<String>, Vec<String>) {
    let object = project
        .with_data(&["explain", query, "--row", row, "--format", "json"])
        .json();
    let measure = &object["measures"][0];
    let texts = |list: &serde_json::Value, text: fn(&serde_json::Value) -> &serde_json::Value| {
        let list = list.as_array().expect("a list").iter();
        list.map(|item| text(item).as_str().expect("a text").to_owned())
            .collect::<Vec<String>>()
    };
    let groups = texts(&measure["in"], |number| &number["group"]);
    assert_eq!(measure["counted"], !groups.is_empty());
    (groups, texts(&measure["reasons"], |reason| reason))
}

#[test]
fn a_row_is_told_where_it_counts_or_why_not() {
    let project = Project::new();
    let counts = |query: &str, row: &str| membership(&project, query, row).0;
    let reasons = |query: &str, row: &str| membership(&project, query, row).1;
    let by_month = "backlog by severity over month from 2026-02 to 2026-04";
    // Found in February, closed in April.
    assert_eq!(counts(by_month, "F4"), ["2026-02, low", "2026-03, low"]);
    assert_eq!(
        reasons(by_month, "F1"),
        ["it is not `open` at the end of 2026-02 to 2026-04"]
    );
    assert_eq!(counts("mttr in 2026-03", "F1"), [""]);
    assert_eq!(
        reasons("mttr in 2026-03", "F4"),
        ["`verified` does not lie in 2026-03"]
    );
    assert_eq!(reasons("mttr", "F3"), ["`verified` has not happened"]);
    assert_eq!(
        reasons("escape_rate in 2026-03", "F5"),
        ["it is excluded: false positive"]
    );
    // Each test that fails is a reason.
    assert_eq!(
        reasons(
            "backlog where severity = critical and environment = production",
            "F3"
        ),
        [
            "it does not pass `severity = critical`",
            "it does not pass `environment = production`"
        ]
    );
    // What the measure takes of the row.
    let object = project
        .with_data(&[
            "explain",
            "mttr in 2026-03",
            "--row",
            "F1",
            "--format",
            "json",
        ])
        .json();
    assert_eq!(object["measures"][0]["in"][0]["fields"]["days"], 20.0);
}

#[test]
fn a_row_counts_in_the_numbers_that_list_it() {
    let project = Project::new();
    let queries = [
        "backlog by severity over month from 2026-02 to 2026-04",
        "escape_rate over month from 2026-02 to 2026-04",
        "mttr by team in 2026-03",
    ];
    for query in queries {
        let listed = project
            .with_data(&["explain", query, "--rows", "--format", "json"])
            .json();
        let listed = listed["behind"].as_array().expect("numbers");
        for row in ["F1", "F2", "F3", "F4", "F5", "F6"] {
            let holds = |number: &&serde_json::Value| {
                let rows = number["rows"].as_array().expect("rows");
                rows.iter().any(|fields| fields["finding_id"] == row)
            };
            let expected: Vec<&str> = listed
                .iter()
                .filter(holds)
                .map(|number| number["group"].as_str().expect("a group"))
                .collect();
            let (groups, reasons) = membership(&project, query, row);
            assert_eq!(groups, expected, "{row} in {query}");
            assert_eq!(groups.is_empty(), !reasons.is_empty(), "{row} in {query}");
        }
    }
}

#[test]
fn a_row_that_is_not_there_is_refused() {
    let project = Project::new();
    project
        .with_data(&["explain", "mttr", "--row", "F99"])
        .refused(2, &["no row of findings is called `F99` as of 2026-04-30"]);
    project
        .with_data(&["explain", "list findings open", "--row", "F1"])
        .refused(2, &["a list has no numbers that rows are behind"]);
    project
        .with_data(&["explain", "mttr", "--row", "F1", "--rows"])
        .refused(2, &["cannot be used with"]);
}
