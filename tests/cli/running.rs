//! `run` with a query.

use std::path::Path;
use std::process::Stdio;

use super::Project;

#[test]
fn a_query_is_answered() {
    let answer = Project::new()
        .with_data(&["run", "mttr in 2026-03", "--format", "json"])
        .json();
    assert_eq!(answer["rows"][0]["mttr"], 20.0);
    assert_eq!(answer["rows"][0]["mttr_rows"], 2);
    assert_eq!(answer["as_of"], "2026-04-30");
}

#[test]
fn the_words_of_a_query_may_stand_apart() {
    let project = Project::new();
    let apart = project.with_data(&["run", "mttr", "in", "2026-03", "--format", "csv"]);
    let together = project.with_data(&["run", "mttr in 2026-03", "--format", "csv"]);
    assert_eq!(apart.shows(&["20"]).stdout, together.stdout);
}

#[test]
fn single_files_are_enough() {
    let project = Project::new();
    let arguments = [
        "run",
        "backlog",
        "--table",
        "findings=data/findings.csv",
        "--format",
        "json",
    ];
    assert_eq!(
        project.with_defs(&arguments).json()["rows"][0]["backlog"],
        2
    );
}

#[test]
fn as_of_is_a_date_of_the_language() {
    let project = Project::new();
    for (as_of, backlog) in [("2026-03-31", 2), ("2026-03", 2), ("2026-02", 1)] {
        let outcome = project.with_data(&["run", "backlog", "--as-of", as_of, "--format", "json"]);
        assert_eq!(
            outcome.json()["rows"][0]["backlog"],
            backlog,
            "as of {as_of}"
        );
    }
    project
        .with_data(&["run", "backlog", "--as-of", "tomorrow"])
        .refused(2, &["--as-of tomorrow", "does not name a day, week"]);
    project
        .with_data(&["run", "backlog", "--as-of", "2026-02-30"])
        .refused(2, &["2026-02-30"]);
    let two = project.with_data(&["run", "backlog", "--as-of", "2026-02 by team"]);
    two.refused(2, &["--as-of 2026-02 by team", "does not name a day, week"]);
}

#[test]
fn clauses_alone_ask_for_every_kpi() {
    let outcome =
        Project::new().with_data(&["run", "over month last 2 months", "--format", "json"]);
    let row = &outcome.json()["rows"][0];
    for kpi in ["mttr", "escape_rate", "scan_coverage", "backlog"] {
        assert!(row.get(kpi).is_some(), "no {kpi}: {row}");
    }
}

#[test]
fn clauses_alone_leave_out_what_has_no_file() {
    let project = Project::new();
    std::fs::remove_file(project.path("data/scans.csv")).expect("a file");
    let answer = project
        .with_data(&["run", "over month last 2 months", "--format", "json"])
        .json();
    assert!(answer["rows"][0].get("scan_coverage").is_none());
    assert!(
        answer["notes"]
            .to_string()
            .contains("scan_coverage left out: no file for scans")
    );
    project
        .with_data(&["run", "scan_coverage"])
        .refused(3, &["scans", "scan_coverage"]);
}

#[test]
fn without_data_it_says_what_to_type() {
    let outcome = Project::new().with_defs(&["run", "mttr by team"]);
    outcome.refused(
        2,
        &["needs data", "--data FOLDER", "--table findings=export.csv"],
    );
    Project::new()
        .with_defs(&["run"])
        .refused(2, &["needs data"]);
}

#[test]
fn a_mistyped_query_is_shown_with_its_place() {
    let outcome = Project::new().with_data(&["run", "mtr by team"]);
    outcome.refused(2, &["mtr", "<query>:1:1", "did you mean `mttr`?"]);
    assert!(outcome.stdout.is_empty());
}

#[test]
fn diagnostics_follow_the_format() {
    let outcome = Project::new().with_data(&["run", "mtr", "--format", "json"]);
    let problems: serde_json::Value =
        serde_json::from_str(&outcome.stderr).expect("JSON on stderr");
    assert_eq!(problems[0]["file"], "<query>");
    assert_eq!(problems[0]["severity"], "error");
    assert_eq!(outcome.code, 2);
}

#[test]
fn output_goes_to_a_file_in_the_format_of_its_ending() {
    let project = Project::new();
    let outcome = project.with_data(&["run", "mttr in 2026-03", "--output", "mttr.csv"]);
    assert_eq!(outcome.shows(&[]).stdout, "");
    assert!(project.read("mttr.csv").starts_with("mttr"));
    project.with_data(&["run", "mttr in 2026-03", "-o", "MTTR.JSON"]);
    assert!(project.read("MTTR.JSON").starts_with("{"));
    let nowhere = project.with_data(&["run", "mttr", "--output", "no/such/folder.csv"]);
    nowhere.refused(3, &["cannot write `no/such/folder.csv`"]);
}

#[cfg(unix)]
#[test]
fn output_into_a_pipe_leaves_it_a_pipe() {
    use std::os::unix::fs::FileTypeExt;
    let project = Project::new();
    let pipe = project.path("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.is_ok_and(|status| status.success()));
    let reading = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read_to_string(pipe)
    });
    let outcome = project.with_data(&["run", "mttr in 2026-03", "-o", "pipe", "--format", "csv"]);
    outcome.shows(&[]);
    let read = reading.join().expect("the reader ends");
    assert!(read.expect("a text").starts_with("mttr"));
    let kind = std::fs::metadata(&pipe).expect("it is there").file_type();
    assert!(kind.is_fifo());
}

#[test]
fn two_runs_give_the_same_bytes() {
    let project = Project::new();
    let run = || project.with_data(&["run", "mttr, backlog by severity over month last 3 months"]);
    assert_eq!(run().shows(&["critical"]).stdout, run().stdout);
}

#[test]
fn colour_is_for_terminals_or_on_demand() {
    let project = Project::new();
    assert!(!project.with_data(&["run"]).stdout.contains('\x1b'));
    assert!(
        project
            .with_data(&["run", "--color", "always"])
            .stdout
            .contains('\x1b')
    );
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let project = Project::new();
    let query = "list findings open including excluded";
    let arguments = ["run", query, "--defs", "defs", "--data", "data"];
    let mut child = project
        .command(&arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the binary ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

/// As many rows as go to several threads at once: the demo's findings over and over, each time with names of their own.
#[test]
fn one_thread_and_two_give_the_same_bytes() {
    let project = Project::empty();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demo");
    std::fs::create_dir(project.path("data")).expect("a folder");
    super::copy(&demo, &project.path("data"));
    let findings = project.read("data/findings.csv");
    let (header, rows) = findings.split_once('\n').expect("a header");
    let mut many = format!("{header}\n");
    for turn in 0..400 {
        for row in rows.lines() {
            many += &format!("{turn}-{row}\n");
        }
    }
    project.write("data/findings.csv", many);
    let with_threads = |threads: &str| {
        let query = "by severity, team over month last 12 months with total";
        let arguments = ["run", query, "--data", "data", "--format", "json"];
        let mut command = project.command(&arguments);
        let output = command.env("POLARS_MAX_THREADS", threads).output();
        let output = output.expect("the binary runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    };
    let one = with_threads("1");
    assert!(one == with_threads("2"), "two threads");
    assert!(one == with_threads("2"), "two threads again");
}
