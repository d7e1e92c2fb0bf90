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

/// What a page shows of a number card.
fn value_on(page: &str, title: &str) -> String {
    let card = page
        .split("<article class=\"card\">")
        .find(|card| card.contains(title));
    let card = card.unwrap_or_else(|| panic!("no card {title}"));
    let value = card
        .split("<span class=\"value")
        .nth(1)
        .and_then(|rest| rest.split(['>', '<']).nth(1));
    value.expect("a value").to_string()
}

#[test]
fn boards_and_answers_are_written_as_pages_and_charts() {
    let project = Project::new();
    project
        .with_data(&["dashboard", "--html", "board.html"])
        .shows(&[]);
    assert!(project.read("board.html").starts_with("<!DOCTYPE html>"));
    project
        .with_data(&["dashboard", "--output", "again.html"])
        .shows(&[]);
    assert_eq!(project.read("board.html"), project.read("again.html"));
    project
        .with_data(&["run", "--html", "scorecard.html"])
        .shows(&[]);
    assert!(
        project
            .read("scorecard.html")
            .contains("<title>Scorecard: the last complete month</title>")
    );
    let query = "backlog over month last 6 months";
    project
        .with_data(&["run", query, "-o", "lines.svg"])
        .shows(&[]);
    assert!(project.read("lines.svg").starts_with("<svg xmlns="));
    let list = project.with_data(&["run", "list findings open", "--format", "svg"]);
    list.refused(2, &["a list has no numbers to draw", "--format html"]);
    project
        .with_data(&["run", "list findings open", "-o", "list.html"])
        .shows(&[]);
    let board = project.with_data(&["dashboard", "--format", "svg"]);
    board.refused(2, &["--format html"]);
}

/// The open findings of a team are those of its assets, and those of all teams are all.
#[test]
fn a_page_for_one_team_counts_its_rows_alone() {
    let project = Project::new();
    let count = |filter: &str| {
        let query = format!("count of findings open{filter} last month");
        let json = project
            .with_data(&["run", &query, "--format", "json"])
            .json();
        json["rows"][0]["value"].to_string()
    };
    project.write("defs/teams.kpi", TEAMS);
    project
        .with_data(&[
            "dashboard",
            "teams",
            "--for",
            "team=payments",
            "--html",
            "one.html",
        ])
        .shows(&[]);
    let page = project.read("one.html");
    assert!(page.contains("Teams: payments"));
    assert_eq!(value_on(&page, "Open"), count(" where team = payments"));
    project
        .with_data(&["dashboard", "teams", "--all", "--html", "pages"])
        .shows(&[]);
    assert_eq!(project.read("pages/payments.html"), page);
    assert_eq!(value_on(&project.read("pages/all.html"), "Open"), count(""));
    let index = project.read("pages/index.html");
    for link in [
        "href=\"all.html\"",
        "href=\"payments.html\"",
        "href=\"core.html\"",
    ] {
        assert!(index.contains(link), "{link}");
    }
    let outcome = project.with_data(&["dashboard", "teams", "--for", "teem=payments"]);
    outcome.refused(2, &["no table has a field `teem`", "did you mean `team`?"]);
    let outcome = project.with_data(&["dashboard", "teams", "--for", "payments"]);
    outcome.refused(2, &["team=payments"]);
}

const TEAMS: &str = "\
dashboard teams \"Teams\"
  layer now \"What is open?\"
    show number \"Open\": count of findings open last month
    show list \"Open findings\": list findings open
";

#[test]
fn a_card_without_the_field_stays_whole_and_says_so() {
    let project = Project::new();
    let scans = format!("{TEAMS}    show number \"Scans\": count of scans completed last month\n");
    project.write("defs/teams.kpi", scans);
    let narrow = project
        .with_data(&[
            "dashboard",
            "teams",
            "--for",
            "severity=critical",
            "--format",
            "json",
        ])
        .json();
    let cards = narrow["layers"][0]["cards"]
        .as_array()
        .expect("cards")
        .clone();
    assert_eq!(cards[2]["title"], "Scans (not by severity)");
    assert_eq!(
        cards[0]["answer"]["query"],
        "count of findings open where severity = critical last month"
    );
}

/// Tables of 200 applications of ten teams over a year, and a dashboard with cards of each kind by application.
fn with_applications(project: &Project) {
    let mut assets = "asset_id,name,kind,criticality,exposure,business_critical,team,commissioned_at,retired_at\n".to_string();
    let mut scans = "scan_id,asset_id,tool,tool_kind,environment,finished_at,outcome\n".to_string();
    let mut findings =
        "finding_id,asset_id,title,severity,validation,environment,resolution,introduced_at,found_at,fixed_at,verified_at,closed_at\n"
            .to_string();
    for app in 0..200 {
        let team = app % 10;
        assets +=
            &format!("A{app},application-{app:03},web,high,internet,yes,team-{team},2024-01-01,\n");
        for month in 1..=12 {
            scans += &format!(
                "S{app}-{month},A{app},zap,dast,production,2026-{month:02}-20T04:00:00Z,success\n"
            );
            let severity = ["critical", "high", "medium", "low"][(app + month) % 4];
            let fixed = match (app + month) % 3 {
                0 => String::new(),
                _ => format!("2026-{month:02}-{:02}", 10 + app % 15),
            };
            let resolution = if fixed.is_empty() { "" } else { "fixed" };
            findings += &format!(
                "F{app}-{month},A{app},SQL injection in the search of application {app},{severity},confirmed,production,{resolution},2026-{month:02}-01,2026-{month:02}-03,{fixed},{fixed},{fixed}\n"
            );
        }
    }
    for (name, text) in [("assets", assets), ("scans", scans), ("findings", findings)] {
        project.write(&format!("data/{name}.csv"), text);
    }
}

#[test]
fn pages_of_200_applications_over_a_year_stay_small() {
    let project = Project::empty();
    with_applications(&project);
    let cards = "  layer applications \"By application\"
    show line \"MTTR by application\": mttr by app over month last 12 months
    show area \"Backlog by application\": backlog by app over month last 12 months
    show matrix \"Matrix\": mttr by app over month last 12 months
    show table \"Table\": backlog by app, severity over month last 12 months
    show list \"List\": list findings found show finding_id, title, app\n";
    project.run(&["init"]).shows(&[]);
    let file = "kpi-defs/dashboards/appsec.kpi";
    project.write(file, format!("{}{cards}", project.read(file)));
    let all = ["--data", "data", "--as-of", "2026-12-31"];
    let whole = [&["dashboard", "--html", "page.html"], &all[..]].concat();
    project.run(&whole).shows(&[]);
    let page = project.read("page.html");
    assert!(page.len() < 300_000, "{}", page.len());
    assert!(page.contains("194 more: ") && page.contains("170 more: "));
    let pages = [&["dashboard", "--all", "--html", "pages"], &all[..]].concat();
    let told = project.run(&pages).shows(&[]).stderr.clone();
    assert!(
        told.contains("11 pages and index.html written to pages"),
        "{told}"
    );
    for entry in std::fs::read_dir(project.path("pages")).expect("pages") {
        let file = entry.expect("a page");
        let length = file.metadata().expect("a length").len();
        assert!(length < 300_000, "{:?}: {length}", file.file_name());
    }
    // A page of `--all` says what the same board says alone.
    let alone = ["dashboard", "--for", "team=team-3", "--html", "alone.html"];
    project.run(&[&alone, &all[..]].concat()).shows(&[]);
    assert_eq!(
        project.read("alone.html"),
        project.read("pages/team-3.html")
    );
}
