//! `riskql export cubes`: the numbers of `run`, a row each.

use serde_json::Value;

use super::Project;

fn demo() -> String {
    format!("{}/examples/demo", env!("CARGO_MANIFEST_DIR"))
}

/// The rows of `export cubes` with some options.
fn exported(options: &[&str]) -> Vec<Value> {
    let demo = demo();
    let mut arguments = vec!["export", "cubes", "--data", &demo, "--format", "json"];
    arguments.extend(options);
    let answer = Project::empty().run(&arguments).json();
    answer["rows"].as_array().expect("rows").clone()
}

/// The rows of a query.
fn asked(query: &str) -> Vec<Value> {
    let demo = demo();
    let answer = Project::empty()
        .run(&["run", query, "--data", &demo, "--format", "json"])
        .json();
    answer["rows"].as_array().expect("rows").clone()
}

/// The rows of a KPI and a dimension are those of its query, in the same order.
fn are_of_query(rows: &[Value], kpi: &str, dimensions: &[&str], over: &str) {
    let member = |place: usize| match place {
        0 => "member".to_owned(),
        place => format!("member_{}", place + 1),
    };
    let of_cut = |row: &&Value| {
        row["kpi"] == kpi
            && match dimensions {
                [] => row["dimension"].is_null(),
                [first, ..] => row["dimension"] == *first,
            }
    };
    let own: Vec<&Value> = rows.iter().filter(of_cut).collect();
    let by = match dimensions {
        [] => String::new(),
        dimensions => format!(" by {}", dimensions.join(", ")),
    };
    let answer = asked(&format!("{kpi}{by} over {over}"));
    assert_eq!(own.len(), answer.len(), "{kpi}{by}");
    assert!(!own.is_empty(), "{kpi}{by} has no row");
    for (row, expected) in own.iter().zip(&answer) {
        assert_eq!(row["period"], expected["period"]);
        assert_eq!(row["value"].as_f64(), expected[kpi].as_f64(), "{kpi}{by}");
        let rows = expected[format!("{kpi}_rows")].as_f64();
        assert_eq!(row["rows"].as_f64(), rows, "{kpi}{by}");
        assert_eq!(row["reason"], expected[format!("{kpi}_reason")]);
        for (place, dimension) in dimensions.iter().enumerate() {
            assert_eq!(row[member(place)], expected[*dimension], "{kpi}{by}");
        }
    }
}

#[test]
fn each_kpi_as_a_whole_and_by_its_own_dimensions() {
    let rows = exported(&[
        "mttr",
        "backlog",
        "scan_coverage",
        "--over",
        "month last 3 months",
    ]);
    for (kpi, dimensions) in [
        (
            "mttr",
            &["severity", "validation", "environment", "app", "team"][..],
        ),
        ("backlog", &["severity", "team"]),
        ("scan_coverage", &["team"]),
    ] {
        are_of_query(&rows, kpi, &[], "month last 3 months");
        for dimension in dimensions {
            are_of_query(&rows, kpi, &[dimension], "month last 3 months");
        }
    }
}

#[test]
fn dimensions_together_and_another_grain() {
    let over = "week last 5 weeks";
    let rows = exported(&["mttr", "--over", over, "--by", "team, severity"]);
    are_of_query(&rows, "mttr", &["team", "severity"], over);
    assert!(rows.iter().all(|row| row["grain"] == "week"));
    assert!(rows.iter().all(|row| row["dimension_2"] == "severity"));
}

/// The demo ends on 2026-09-30; a target of mttr is for severity = critical alone: below 30 days.
#[test]
fn periods_have_days_and_targets_their_limits() {
    let rows = exported(&["mttr", "--over", "month from 2026-08 to 2026-09"]);
    let critical = |row: &&Value| row["period"] == "2026-08" && row["member"] == "critical";
    let row = rows.iter().find(critical).expect("critical in August");
    assert_eq!(row["period_start"], "2026-08-01");
    assert_eq!(row["period_end"], "2026-08-31");
    assert_eq!(row["unit"], "days");
    assert_eq!(row["bound"], "below");
    assert_eq!(row["target"].as_f64(), Some(30.0));
    let value = row["value"].as_f64().expect("a value");
    let status = if value < 30.0 { "pass" } else { "miss" };
    assert_eq!(row["status"], status);
    let whole = rows.iter().find(|row| row["dimension"].is_null());
    assert!(whole.expect("a row of all")["target"].is_null());
}

#[test]
fn a_dashboard_stands_for_the_kpis_it_shows() {
    let project = Project::empty();
    let demo = demo();
    let run = |options: &[&str]| {
        let mut arguments = vec![
            "export",
            "cubes",
            "--data",
            &demo,
            "--over",
            "quarter last 2 quarters",
        ];
        arguments.extend(options);
        project.run(&arguments)
    };
    let file = ["appsec", "-o", "cubes.csv"];
    assert_eq!(run(&file).code, 0);
    let text = project.read("cubes.csv");
    let header = text.lines().next().expect("a header");
    assert_eq!(
        header,
        "kpi,title,unit,grain,period,period_start,period_end,dimension,member,value,rows,reason,bound,target,status,band,provisional"
    );
    assert!(text.contains("\nbacklog,") && text.contains("\nmttr,"));
    run(&["mtr"]).refused(2, &["K911", "did you mean `mttr`?"]);
    run(&["mttr", "--by", "colour"]).refused(2, &["colour"]);
}

#[test]
fn without_data_it_says_what_to_type() {
    let project = Project::empty();
    project
        .run(&["export", "cubes", "mttr"])
        .refused(2, &["K907", "riskql export cubes mttr --data FOLDER"]);
}
