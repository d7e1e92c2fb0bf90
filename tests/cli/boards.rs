//! The scorecard and the dashboards.

use super::Project;

#[test]
fn run_alone_shows_every_kpi_and_every_target() {
    let board = Project::new()
        .with_data(&["run", "--format", "json"])
        .json();
    assert_eq!(board["name"], "scorecard");
    let titles = |layer: usize| -> Vec<String> {
        let cards = board["layers"][layer]["cards"].as_array().expect("cards");
        let titles = cards.iter().filter_map(|card| card["title"].as_str());
        titles.map(String::from).collect()
    };
    // The first dashboard names MTTR and the backlog in its layer `executive`; of these MTTR has targets.
    assert_eq!(board["layers"][0]["name"], "executive");
    assert_eq!(
        titles(0),
        [
            "Mean time to remediate",
            "Mean time to remediate, severity = critical",
            "Mean time to remediate, severity = high",
            "Open findings",
        ]
    );
    assert_eq!(board["layers"][1]["name"], "other");
    assert_eq!(titles(1), ["Vulnerability escape rate", "Scan coverage"]);
    assert_eq!(board["layers"].as_array().expect("layers").len(), 2);
    let history = &board["layers"][0]["cards"][0]["history"];
    assert_eq!(history.as_array().expect("history").len(), 12);
}

#[test]
fn the_scorecard_shows_no_data_for_a_table_without_a_file() {
    let project = Project::new();
    std::fs::remove_file(project.path("data/scans.csv")).expect("a file");
    let outcome = project.with_data(&["run"]);
    outcome.shows(&["Scan coverage", "no data", "no file for scans"]);
}

#[test]
fn the_scorecard_goes_on_without_a_needed_column_and_says_so() {
    let project = Project::new();
    project.replace("data/findings.csv", "verified_at", "verified_on");
    project.with_data(&["run"]).shows(&[
        "Open findings",
        "has no column `verified_at`",
        "so no data for: Mean time to remediate",
    ]);
    project
        .with_data(&["run", "mttr"])
        .refused(3, &["verified_at", "mttr", "findings.csv"]);
}

#[test]
fn a_dashboard_shows_all_its_layers() {
    let project = Project::new();
    let words = [
        "Application security",
        "Is risk decreasing?",
        "Monday",
        "Open redirect",
    ];
    project.with_data(&["dashboard"]).shows(&words);
    project.with_data(&["dashboard", "appsec"]).shows(&words);
}

#[test]
fn a_layer_of_a_dashboard_is_shown_alone() {
    let project = Project::new();
    let outcome = project.with_data(&["dashboard", "--layer", "operational"]);
    outcome.shows(&["Monday", "Open redirect"]);
    assert!(!outcome.stdout.contains("Is risk decreasing?"));
    let other = project.with_data(&["dashboard", "appsec", "--layer", "operatonal"]);
    other.refused(
        2,
        &[
            "K940",
            "`appsec` has no layer",
            "did you mean `operational`?",
        ],
    );
    let none = project.with_data(&["dashboard", "--layer", "x"]);
    none.refused(2, &["its layers: executive, operational"]);
    let name = project.with_data(&["dashboard", "executive"]);
    name.refused(
        2,
        &["K910", "`executive` is a layer of the dashboard `appsec`"],
    );
}

#[test]
fn an_unknown_dashboard_is_refused() {
    let outcome = Project::new().with_data(&["dashboard", "apsec"]);
    outcome.refused(2, &["no dashboard `apsec`", "did you mean `appsec`?"]);
}
