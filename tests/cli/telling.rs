//! What a number could mislead about is told beside it: a text that no row has, the period, as-of.

use super::Project;

const FINDINGS: &str = "\
finding_id,asset_id,title,severity,validation,exploitable,environment,resolution,introduced_at,found_at,fixed_at,verified_at,closed_at,accepted_at,acceptance_ends_at,ingested_at
F1,A1,x,high,,yes,production,,,2026-03-01,,2026-03-11,2026-03-11,,,
F2,A1,x,low,,no,prod,,,2026-04-01,,2026-04-05,2026-04-05,,,
F3,A2,x,high,,no,prod,,,2026-04-02,,2026-04-12,2026-04-12,,,
F4,A2,x,high,,no,prod,,,2026-04-20,,,,,,
";

fn project() -> Project {
    let project = Project::new();
    project.write("data/findings.csv", FINDINGS);
    project.write(
        "data/assets.csv",
        "asset_id,name,kind,criticality,exposure,team,commissioned_at,retired_at\nA1,shop,web,high,internet,Logistics,2026-01-01,\nA2,blog,web,low,internet,payments,2026-01-01,\n",
    );
    project
}

#[test]
fn a_text_that_no_row_has_is_told_with_the_nearest_value() {
    let project = project();
    for (text, told) in [
        ("logistics", "did you mean `Logistics`?"),
        ("Logistic", "did you mean `Logistics`?"),
        ("paymnets", "did you mean `payments`?"),
        ("pay", "did you mean `payments`?"),
        ("zzz", "team is one of Logistics, payments"),
    ] {
        let query = format!("backlog where team = \"{text}\"");
        for format in ["table", "json", "csv"] {
            let outcome = project.with_data(&["run", &query, "--format", format]);
            assert_eq!(outcome.code, 0);
            let fact = format!("no row has team = {text}");
            assert!(outcome.stderr.contains(&fact), "{}", outcome.stderr);
            assert!(outcome.stderr.contains(told), "{}", outcome.stderr);
            let in_notes = outcome.stdout.contains(&format!("{fact}; {told}"));
            assert_eq!(in_notes, format == "json", "{}", outcome.stdout);
        }
        let explained = project.with_data(&["explain", &query]);
        assert!(explained.stderr.contains(told), "{}", explained.stderr);
        assert!(explained.stdout.contains(told), "{}", explained.stdout);
    }
    let known = project.with_data(&["run", "backlog where team = payments"]);
    assert_eq!(known.stderr, "");
}

/// `environment = production` of a definition is told where the data has only `prod`, and not where it
/// has nothing like it.
#[test]
fn a_text_of_a_definition_is_told_where_the_data_has_nearly_the_same() {
    let project = project();
    let told = |project: &Project| project.with_data(&["run", "escape_rate"]).stderr;
    assert_eq!(told(&project), "");
    project.replace("data/findings.csv", "production", "prod");
    assert!(told(&project).contains("no row has environment = production"));
    assert!(told(&project).contains("did you mean `prod`?"));
    let board = project.with_data(&["run"]);
    assert!(
        board.stderr.contains("no row has environment = production"),
        "{}",
        board.stderr
    );
    let other = FINDINGS.replace("production", "ci").replace("prod", "ci");
    project.write("data/findings.csv", other);
    assert_eq!(told(&project), "");
}

#[test]
fn every_answer_names_its_period() {
    let project = project();
    let ask = |query: &str, format: &str| {
        project.with_data(&["run", query, "--as-of", "2026-05-15", "--format", format])
    };
    let object: serde_json::Value =
        serde_json::from_str(&ask("mttr last quarter", "json").stdout).expect("an object");
    let quarter = serde_json::json!({"label": "2026-Q1", "from": "2026-01-01", "to": "2026-03-31"});
    assert_eq!(object["period"], quarter);
    for format in ["table", "md"] {
        let shown = ask("mttr last quarter", format).stdout;
        assert!(
            shown.contains("2026-Q1: 2026-01-01 to 2026-03-31"),
            "{shown}"
        );
    }
    for format in ["csv", "jsonl"] {
        let told = ask("mttr last quarter", format).stderr;
        assert!(told.contains("2026-Q1: 2026-01-01 to 2026-03-31"), "{told}");
        let told = ask("mttr this month versus previous month", format).stderr;
        assert!(told.contains("provisional"), "{told}");
    }
    let listed = ask("list findings found last month", "json").stdout;
    assert!(listed.contains("\"label\": \"2026-04\""), "{listed}");
    let quiet = project.with_data(&["run", "mttr last quarter", "--format", "csv", "-q"]);
    assert_eq!(quiet.stderr, "");
}

#[test]
fn a_file_whose_ending_is_no_format_is_refused_with_those_there_are() {
    let project = project();
    for name in ["a.xlsx", "a.docx", "a.csv.gz"] {
        let file = project.path(name);
        let file = file.to_str().expect("a path");
        let outcome = project.with_data(&["run", "backlog", "-o", file]);
        assert_eq!(outcome.code, 2, "{}", outcome.stderr);
        assert!(outcome.stderr.contains(".csv, .json"), "{}", outcome.stderr);
        assert!(!project.path(name).exists());
        let named = project.with_data(&["run", "backlog", "-o", file, "--format", "csv"]);
        assert_eq!(named.code, 0, "{}", named.stderr);
    }
    let file = project.path("a.txt");
    let file = file.to_str().expect("a path");
    assert_eq!(project.with_data(&["run", "backlog", "-o", file]).code, 0);
}

#[test]
fn csv_holds_every_card_of_a_board() {
    let outcome = project().with_data(&["dashboard", "appsec", "--format", "csv"]);
    for (card, kind) in [("Backlog", ",line,"), ("Open", ",list,")] {
        let mut lines = outcome.stdout.lines();
        let has = lines.any(|line| line.contains(card) && line.contains(kind));
        assert!(has, "no {card}: {}", outcome.stdout);
    }
}

#[test]
fn a_board_goes_on_where_a_column_is_absent() {
    let project = project();
    project.replace("data/findings.csv", ",environment,", ",umgebung,");
    let board = project.with_data(&["run"]);
    assert_eq!(board.code, 0, "{}", board.stderr);
    assert!(
        board.stdout.contains("Mean time to remediate"),
        "{}",
        board.stdout
    );
    let note = "has no column `environment`, so no data for: Vulnerability escape rate";
    assert!(board.stdout.contains(note), "{}", board.stdout);
    let all = project.with_data(&["run", "by severity"]);
    assert_eq!(all.code, 0, "{}", all.stderr);
    assert!(
        all.stdout.contains("escape_rate left out: "),
        "{}",
        all.stdout
    );
    // Asked for by name it is an error.
    assert_eq!(project.with_data(&["run", "escape_rate"]).code, 3);
}

#[test]
fn an_as_of_that_rests_on_a_typing_error_is_told() {
    let project = project();
    let note = "as-of rests on findings";
    let run = |project: &Project| project.with_data(&["run", "backlog"]).stdout;
    assert!(!run(&project).contains(note));
    project.replace("data/findings.csv", "2026-04-20", "2062-04-20");
    let shown = run(&project);
    assert!(shown.contains(note), "{shown}");
    assert!(shown.contains("(found_at 2062-04-20)"), "{shown}");
    // The last scan is of 2026-04-30. From there to 2062-04-20 are 36 years of 365 days and 9 leap days,
    // less 10 days.
    assert!(
        shown.contains("13139 days after all others, which end on 2026-04-30"),
        "{shown}"
    );
    let asked = project.with_data(&["run", "backlog as of 2026-04-12"]);
    assert!(!asked.stdout.contains(note), "{}", asked.stdout);
    let checked = project.with_data(&["check"]);
    assert!(checked.stderr.contains("D925"), "{}", checked.stderr);
    assert!(
        checked.stderr.contains("F4 (2062-04-20)"),
        "{}",
        checked.stderr
    );
}

#[cfg(unix)]
#[test]
fn definitions_are_read_from_plain_files() {
    let project = project();
    std::os::unix::fs::symlink("/dev/zero", project.path("defs/zero.kpi")).expect("a link");
    let outcome = project.with_defs(&["check"]);
    assert_eq!(outcome.code, 3, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("zero.kpi"), "{}", outcome.stderr);
}

/// F2 4 days, F3 10, F4 not at all.
#[test]
fn an_answer_that_follows_its_rows_says_so_in_every_format() {
    let project = project();
    let query = "mean time from found to verified of findings found in 2026-04";
    let told = "followed up to 2026-04-30; 1 of 3 not yet verified";
    for format in ["table", "md", "json", "csv", "jsonl"] {
        let arguments = ["run", query, "--as-of", "2026-04-30", "--format", format];
        let outcome = project.with_data(&arguments);
        let holds_it = matches!(format, "table" | "md" | "json");
        let text = if holds_it {
            &outcome.stdout
        } else {
            &outcome.stderr
        };
        assert!(
            text.contains(told),
            "{format}: {}{}",
            outcome.stdout,
            outcome.stderr
        );
    }
}

#[test]
fn a_day_of_knowledge_alone_is_told_with_the_as_of() {
    let project = project();
    let ask = |query: &str| {
        let arguments = ["run", query, "--as-of", "2026-04-30", "--format", "csv"];
        project.with_data(&arguments).stderr
    };
    let told = "as of 2026-04-30, of the rows recorded by 2026-04-01; for the numbers of that day write `as of 2026-04-01`";
    assert!(ask("backlog as known on 2026-04-01").contains(told));
    assert!(!ask("backlog as of 2026-04-01 as known on 2026-04-01").contains("recorded by"));
    assert!(!ask("backlog as known on 2026-04-30").contains("recorded by"));
}

#[test]
fn a_date_or_a_part_of_a_text_that_no_row_has_is_told() {
    let project = project();
    project.replace("data/findings.csv", "F4,A2,x", "F4,A2,SQL injection");
    let ask = |test: &str| {
        let query = format!("backlog where {test}");
        project.with_data(&["run", &query]).stderr
    };
    for (test, told) in [
        (
            "found_at > 2026-12-31",
            "found_at goes from 2026-03-01 to 2026-04-20",
        ),
        (
            "title contains \"sqli\"",
            "did you mean `title contains \"sql\"`?",
        ),
        (
            "title contains \"log4j\"",
            "the letters must stand in it as written",
        ),
    ] {
        assert!(ask(test).contains(told), "{test}: {}", ask(test));
    }
    for test in ["found_at >= 2026-04-20", "title contains \"INJECTION\""] {
        assert_eq!(ask(test), "", "{test}");
    }
}

/// Payments has an asset and no finding; the scale's values are known to everybody.
#[test]
fn groups_of_another_table_without_rows_are_told() {
    let project = project();
    project.write(
        "data/assets.csv",
        "asset_id,name,kind,criticality,exposure,team,commissioned_at,retired_at\nA1,shop,web,high,internet,Logistics,2026-01-01,\nA2,blog,web,low,internet,Logistics,2026-01-01,\nA3,wiki,web,low,internet,payments,2026-01-01,\n",
    );
    let ask = |query: &str| project.with_data(&["run", query]).stdout;
    let told = "no row for team payments";
    assert!(
        ask("backlog by team").contains(told),
        "{}",
        ask("backlog by team")
    );
    for query in [
        "backlog by team with empty",
        "backlog by team where team = Logistics",
        "backlog by severity",
        "backlog by team, severity",
        "count of assets in_service by team",
    ] {
        assert!(
            !ask(query).contains("no row for"),
            "{query}: {}",
            ask(query)
        );
    }
    let having = ask("backlog by team with empty having backlog > 0");
    assert!(
        having.contains("1 of 2 groups do not pass `having`"),
        "{having}"
    );
    let none = ask("backlog by team with empty having backlog > 90");
    assert!(none.contains("none of 2 groups passes `having`"), "{none}");
}

/// A list without `show` begins with the key and the dates, and keeps its table on a narrow screen.
#[test]
fn a_list_shows_when_things_began_and_are_due() {
    let project = project();
    let listed = project
        .with_data(&["run", "list findings open", "--format", "csv"])
        .stdout;
    assert!(
        listed.starts_with("finding_id,found_at,due_at,title,severity"),
        "{listed}"
    );
    let verified = project
        .with_data(&["run", "list findings verified", "--format", "csv"])
        .stdout;
    assert!(
        verified.starts_with("finding_id,verified_at,found_at,due_at,title"),
        "{verified}"
    );
}
