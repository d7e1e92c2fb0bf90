//! Data that cannot be used: exit code 3, with the file and what is wrong in it.

use super::{Outcome, Project};

/// Counts the backlog by severity after a change to the project.
fn after(change: impl Fn(&Project)) -> Outcome {
    let project = Project::new();
    change(&project);
    project.with_data(&["run", "backlog by severity"])
}

#[test]
fn the_same_key_twice() {
    let outcome = after(|project| project.replace("data/findings.csv", "F2,A1", "F1,A1"));
    outcome.refused(3, &["findings.csv", "F1", "finding_id"]);
}

#[test]
fn a_value_outside_its_scale() {
    let outcome = after(|project| project.replace("data/findings.csv", ",high,", ",hihg,"));
    outcome.refused(3, &["hihg", "severity", "findings.csv"]);
}

#[test]
fn a_date_that_is_none() {
    let outcome = after(|project| project.replace("data/findings.csv", "2026-03-10", "2026-02-30"));
    outcome.refused(3, &["2026-02-30", "found_at", "findings.csv"]);
}

#[test]
fn a_column_that_is_missing() {
    let outcome = after(|project| project.replace("data/findings.csv", "found_at", "discovered"));
    outcome.refused(3, &["found_at", "backlog", "findings.csv"]);
}

#[test]
fn an_empty_file() {
    after(|project| project.write("data/findings.csv", "")).refused(3, &["findings.csv", "empty"]);
}

#[test]
fn parquet_that_is_cut_off() {
    let outcome = after(|project| {
        std::fs::remove_file(project.path("data/findings.csv")).expect("a file");
        project.write("data/findings.parquet", b"PAR1\x15\x04\x15\x10");
    });
    outcome.refused(3, &["findings.parquet"]);
}

#[test]
fn a_folder_instead_of_a_file() {
    let project = Project::new();
    let arguments = ["run", "backlog", "--table", "findings=data"];
    project
        .with_defs(&arguments)
        .refused(3, &["`data`", "directory"]);
}

#[test]
fn data_that_is_not_there() {
    let project = Project::new();
    project
        .with_defs(&["run", "backlog", "--data", "nowhere"])
        .refused(3, &["nowhere"]);
    let arguments = ["run", "backlog", "--table", "findings=nowhere.csv"];
    project.with_defs(&arguments).refused(3, &["nowhere.csv"]);
    let arguments = ["run", "backlog", "--table", "findngs=data/findings.csv"];
    project
        .with_defs(&arguments)
        .refused(2, &["findngs", "findings"]);
    project
        .with_defs(&["run", "backlog", "--table", "findings"])
        .refused(2, &["findings=export.csv"]);
}

#[test]
fn bytes_that_are_no_text() {
    let outcome = after(|project| {
        project.write(
            "data/findings.csv",
            b"finding_id,severity,found_at\nF1,\xff\xfe,2026-01-01\n",
        );
    });
    outcome.refused(3, &["findings.csv", "UTF-8"]);
}

#[test]
fn marks_and_line_ends_of_windows_are_read() {
    let outcome = after(|project| {
        let text = project.read("data/findings.csv").replace('\n', "\r\n");
        project.write("data/findings.csv", format!("\u{feff}{text}"));
    });
    outcome.shows(&["high", "1"]);
}

#[test]
fn more_numbers_than_fit() {
    let project = Project::new();
    let rows: String = (0..60_000)
        .map(|row| format!("F{row},2026-03-01,,\n"))
        .collect();
    project.write(
        "many.csv",
        format!("finding_id,found_at,verified_at,closed_at\n{rows}"),
    );
    let table = format!("findings={}", project.path("many.csv").display());
    // Added up, sorted by value, sorted by duration.
    for measure in [
        "count of findings found",
        "median time since found of findings open",
        "typical time from found to verified of findings found",
    ] {
        let query = format!("{measure} by finding_id over day from 2024-01-01 to 2026-12-31");
        let outcome = project.run(&["run", &query, "--table", &table, "--as-of", "2026-12-31"]);
        outcome.refused(2, &["K490", "60000 groups at 1096 points"]);
    }
}

#[test]
fn more_empty_groups_than_fit() {
    let project = Project::new();
    let values =
        |scale: &str| -> Vec<String> { (0..250).map(|value| format!("{scale}{value}")).collect() };
    let scales = ["p", "q", "r"].map(|scale| {
        let values = values(scale).join(" < ");
        format!("scale {scale}_scale is {values}\n")
    });
    project.write(
        "defs/things.kpi",
        format!(
            "{}\ntable things\n  key thing_id\n  event made at made_at\n  \
             field a scale p_scale\n  field b scale q_scale\n  field c scale r_scale\n",
            scales.join("\n")
        ),
    );
    project.write(
        "things.csv",
        "thing_id,made_at,a,b,c\nT1,2026-03-01,p1,q1,r1\n",
    );
    let table = format!("things={}", project.path("things.csv").display());
    let query = "count of things made by a, b, c with empty over month last 12 months limit 1";
    let arguments = [
        "run",
        query,
        "--defs",
        "defs",
        "--table",
        &table,
        "--as-of",
        "2026-12-31",
    ];
    project
        .run(&arguments)
        .refused(2, &["K490", "15625000 groups at 12 points"]);
}

#[test]
fn a_number_too_large_to_be_summed() {
    let project = Project::new();
    project.write(
        "large.csv",
        "finding_id,found_at,cvss\nF1,2026-03-01,1e13\nF2,2026-03-01,1e12\n",
    );
    let table = format!("findings={}", project.path("large.csv").display());
    let outcome = project.run(&["run", "mean cvss of findings found", "--table", &table]);
    outcome.refused(3, &["D202", "cvss", "1 value", "1e13", "line 2"]);
}
