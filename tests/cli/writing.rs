//! What is written where: no output obeys a text of the data, no result replaces what it is made from, and what is read
//! are plain files.

use std::os::unix::fs::symlink;
use std::process::Command;

use riskql::base::files;

use super::{Outcome, Project};

/// Letters that move the cursor, colour what follows, name the window, or turn the reading direction.
const EVIL: &str = "x\u{1b}[31m\u{1b}]0;x\u{7}\u{7f}\u{9b}2J\u{202e}\u{200b}y";

/// A project whose titles, teams and environments do harm.
fn evil() -> Project {
    let project = Project::new();
    project.replace("data/findings.csv", "Open redirect", EVIL);
    let findings = project.read("data/findings.csv");
    project.write(
        "data/findings.csv",
        findings.replace("staging", &format!("st{EVIL}")),
    );
    let assets = project.read("data/assets.csv");
    project.write(
        "data/assets.csv",
        assets.replace("payments", &format!("pay{EVIL}")),
    );
    project
}

#[track_caller]
fn obeys_nothing(what: &str, outcome: &Outcome) {
    for text in [&outcome.stdout, &outcome.stderr] {
        let obeyed = text.chars().find(|letter| {
            (letter.is_control() && !matches!(letter, '\n' | '\t'))
                || matches!(letter, '\u{202e}' | '\u{200b}')
        });
        assert_eq!(obeyed, None, "{what}: {text:?}");
    }
}

#[test]
fn no_output_has_letters_that_a_terminal_obeys() {
    let project = evil();
    let list = "list findings found show finding_id, title, environment, team";
    let queries = [
        list,
        "backlog by team, environment",
        "mttr over month last 3 months",
    ];
    for format in [
        "table",
        "json",
        "jsonl",
        "csv",
        "md",
        "openmetrics",
        "svg",
        "html",
    ] {
        for query in queries {
            let outcome = project.with_data(&["run", query, "--format", format]);
            obeys_nothing(&format!("{query} as {format}"), &outcome);
        }
        for command in ["dashboard", "run"] {
            let outcome = project.with_data(&[command, "--format", format]);
            obeys_nothing(&format!("{command} as {format}"), &outcome);
        }
    }
    let change = "backlog by team from 2026-02 to 2026-04";
    for arguments in [
        ["explain", "mttr", "--rows"].as_slice(),
        &["explain", "backlog by team", "--format", "json"],
        &["explain", list, "--rows", "--format", "csv"],
        &["explain", "backlog", "--row", "F3"],
        &["explain", "backlog", "--plan"],
        &["why", change],
        &["why", change, "--format", "json"],
        &["why", change, "--format", "md"],
        &["gate"],
        &["gate", "--format", "json"],
        &["gate", "--format", "md"],
        &["check"],
        &["check", "--format", "json"],
        &["compile", "backlog by team"],
    ] {
        obeys_nothing(&arguments.join(" "), &project.with_data(arguments));
    }
    let session = format!(
        "{list}\n\\rows\n{change}\n\\why team\n\\describe findings\n\\describe findings.title\n\\explain\n\\plan\n"
    );
    let places = ["repl", "--defs", "defs", "--data", "data"];
    obeys_nothing("a session", &project.run_reading(&places, &session));
}

/// A spreadsheet computes a cell that begins so; titles of findings are written by strangers.
#[test]
fn texts_of_csv_are_no_formulas_unless_they_are_asked_for_raw() {
    let project = Project::new();
    let formula = "=HYPERLINK(1)";
    project.replace("data/findings.csv", "Open redirect", formula);
    project.replace("data/findings.csv", "Verbose errors", "-3");
    let list = "list findings found show title";
    let safe = project.with_data(&["run", list, "--format", "csv"]);
    safe.shows(&["\n'=HYPERLINK(1)\n", "\n-3\n"]);
    let raw = project.with_data(&["run", list, "--format", "csv", "--csv", "raw"]);
    raw.shows(&["\n=HYPERLINK(1)\n", "\n-3\n"]);
    project
        .with_data(&["run", list, "-o", "safe.csv"])
        .shows(&[]);
    assert!(project.read("safe.csv").contains("'=HYPERLINK"));
    let rows = ["explain", list, "--rows", "--format", "csv"];
    project.with_data(&rows).shows(&["'=HYPERLINK"]);
}

#[test]
fn a_result_does_not_replace_what_it_is_made_from() {
    let project = Project::new();
    symlink("data/findings.csv", project.path("link.csv")).expect("a link");
    let before = ["data/findings.csv", "defs/kpis.kpi"].map(|file| project.read(file));
    for output in [
        "data/findings.csv",
        "./data/../data/findings.csv",
        "link.csv",
        "defs/kpis.kpi",
    ] {
        let arguments = ["run", "backlog", "--format", "csv", "-o", output];
        let outcome = project.with_data(&arguments);
        outcome.refused(3, &[output, "made from what is in it", "name another file"]);
    }
    let single = [
        "run",
        "backlog",
        "--table",
        "findings=data/findings.csv",
        "-o",
        "data/findings.csv",
    ];
    project
        .with_defs(&single)
        .refused(3, &["made from what is in it"]);
    let session = "\\output data/findings.csv\nbacklog\n";
    let places = ["repl", "--defs", "defs", "--data", "data"];
    project
        .run_reading(&places, session)
        .refused(3, &["made from what is in it"]);
    assert_eq!(
        ["data/findings.csv", "defs/kpis.kpi"].map(|file| project.read(file)),
        before
    );
    // What no table is read from may be replaced.
    project.write("answer.csv", "old");
    project
        .with_data(&["run", "backlog", "-o", "answer.csv"])
        .shows(&[]);
    assert!(project.read("answer.csv").starts_with("backlog"));
}

/// A store holds what was ingested, and a folder of definitions what somebody wrote.
#[test]
fn a_result_is_not_written_into_a_store_or_among_definitions() {
    let project = Project::new();
    let report = r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "T"}}, "results": [{"ruleId": "r", "message": {"text": "m"}}]}]}"#;
    project.write("report.sarif", report);
    let ingest = [
        "ingest",
        "report.sarif",
        "--asset",
        "shop",
        "--at",
        "2026-03-01",
        "--store",
        "store",
    ];
    assert_eq!(project.run(&ingest).code, 0);
    let files = || contents(project.folder.path());
    let before = files();
    symlink("store/segments", project.path("linked")).expect("a link");
    for place in [
        "store/answer.csv",
        "store/segments/new/x.csv",
        "store/derived/findings.csv",
        "linked/x.csv",
        "defs/../store/x.csv",
    ] {
        let run = ["run", "backlog", "--format", "csv", "-o", place];
        project
            .with_data(&run)
            .refused(3, &["is a store", "outside of the store"]);
    }
    let of_store = [
        "run",
        "backlog",
        "--data",
        "store",
        "-o",
        "store/answer.csv",
    ];
    project.run(&of_store).refused(3, &["is a store"]);
    let others: &[&[&str]] = &[
        &["run", "backlog", "--record", "store/record.csv"],
        &["docs", "--out", "store/docs"],
        &[
            "export",
            "cubes",
            "backlog",
            "--over",
            "month last 2 months",
            "--format",
            "csv",
            "-o",
            "store/cubes.csv",
        ],
        &[
            "compile",
            "--all",
            "over month last 2 months",
            "--dialect",
            "postgres",
            "-o",
            "store/models",
        ],
        &[
            "compile",
            "backlog",
            "--dialect",
            "postgres",
            "-o",
            "store/backlog.sql",
        ],
        &["dashboard", "--all=team", "--html", "store/pages"],
        &["lineage", "-o", "store/lineage.json"],
    ];
    for arguments in others {
        project.with_data(arguments).refused(3, &["is a store"]);
    }
    project
        .run(&["init", "store/new"])
        .refused(3, &["is a store"]);
    for place in ["defs/new.kpi", "new.kpi"] {
        let run = ["run", "backlog", "--format", "csv", "-o", place];
        project
            .with_data(&run)
            .refused(3, &[place, "read as definitions"]);
        let record = ["run", "backlog", "--record", place];
        project
            .with_data(&record)
            .refused(3, &[place, "read as definitions"]);
    }
    let session = "\\output store/answer.csv\nbacklog\n";
    let places = ["repl", "--defs", "defs", "--data", "data"];
    project
        .run_reading(&places, session)
        .refused(3, &["is a store"]);
    std::fs::remove_file(project.path("linked")).expect("a link");
    let derived = |files: &mut std::collections::BTreeMap<_, _>| {
        files.retain(|path: &std::path::PathBuf, _| !path.starts_with("store/derived"))
    };
    let (mut before, mut after) = (before, files());
    derived(&mut before);
    derived(&mut after);
    assert_eq!(before, after);
}

/// Files of a folder and what is in them, by their paths inside.
fn contents(folder: &std::path::Path) -> std::collections::BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut found = std::collections::BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(inner) = open.pop() {
        for entry in std::fs::read_dir(inner).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => open.push(path),
                false => {
                    let inside = path.strip_prefix(folder).expect("inside").to_path_buf();
                    found.insert(inside, std::fs::read(&path).expect("a file"));
                }
            }
        }
    }
    found
}

/// Somebody else may write into the folder, and knows the names that are used while a file is written.
#[test]
fn a_link_under_the_name_of_a_draft_is_not_followed() {
    let project = Project::new();
    project.write("victim", "precious");
    let draft = |count: u32| format!(".answer.csv.{}.{count}", std::process::id());
    for count in 0..20_000 {
        symlink("victim", project.path(&draft(count))).expect("a link");
    }
    files::replace(&project.path("answer.csv"), b"new").expect("a name that is free");
    assert_eq!(project.read("answer.csv"), "new");
    assert_eq!(project.read("victim"), "precious");
    let kind = project
        .path("answer.csv")
        .symlink_metadata()
        .expect("it is there")
        .file_type();
    assert!(kind.is_file());
}

/// A pipe that nobody writes into would be waited for without an end.
#[test]
fn definitions_scripts_and_reports_are_plain_files() {
    let project = Project::new();
    let made = Command::new("mkfifo")
        .arg(project.path("pipe.kpi"))
        .status();
    assert!(made.is_ok_and(|made| made.success()), "a pipe");
    symlink("/dev/zero", project.path("zero")).expect("a link");
    for pipe in ["pipe.kpi", "zero"] {
        let plain = ["it is no plain file"].as_slice();
        let session = format!("\\read {pipe}\n");
        let places = ["repl", "--defs", "defs", "--data", "data"];
        project.run_reading(&places, &session).refused(3, plain);
        let startup = ["repl", "--startup", pipe, "-c", "backlog"];
        project.with_data(&startup).refused(3, plain);
        project
            .with_data(&["gate", "--baseline", pipe])
            .refused(3, plain);
        project.run(&["fmt", "pipe.kpi"]).refused(3, plain);
    }
    // A pipe is read by those who name it, as a shell does; a device is none.
    project
        .run(&["ingest", "zero", "--asset", "shop"])
        .refused(3, &["is a device", "riskql ingest -"]);
    project
        .run(&["sources", "test", "zero"])
        .refused(3, &["is a device"]);
    // In a folder neither is a report.
    project.write("reports/clean.json", "[]");
    symlink("/dev/zero", project.path("reports/zero.json")).expect("a link");
    let folder = [
        "ingest",
        "reports",
        "--asset",
        "shop",
        "--source",
        "gitleaks",
        "--at",
        "2026-03-01",
    ];
    project.run(&folder).shows(&["1 report added"]);
}
