//! Tables in object stores and on web servers.

mod moto;
mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use self::server::{FolderServer, Manner};
use super::{Outcome, Project};

/// A project whose tables are in `served/bucket/today`, and a server of them.
struct Served {
    project: Project,
    server: FolderServer,
}

/// How addresses of a store begin, the variable that says where it is, and others with their values.
type StoreVariables = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// Stores that let everybody in.
const STORES: [StoreVariables; 3] = [
    (
        "s3",
        "AWS_ENDPOINT_URL",
        &[("AWS_SKIP_SIGNATURE", "true"), ("AWS_REGION", "us-east-1")],
    ),
    (
        "gs",
        "GOOGLE_BASE_URL",
        &[("GOOGLE_SKIP_SIGNATURE", "true")],
    ),
    (
        "az",
        "AZURE_STORAGE_ENDPOINT",
        &[
            ("AZURE_SKIP_SIGNATURE", "true"),
            ("AZURE_STORAGE_ACCOUNT_NAME", "acme"),
        ],
    ),
];

impl Served {
    fn new(manner: Manner) -> Served {
        let project = Project::new();
        let today = project.path("served/bucket/today");
        fs::create_dir_all(today.parent().expect("a parent")).expect("a folder");
        fs::rename(project.path("data"), &today).expect("served tables");
        let server = FolderServer::start(project.path("served"), manner);
        Served { project, server }
    }

    /// Runs with the variables of a store, and with copies in a folder of its own.
    fn run_as(&self, scheme: &str, arguments: &[&str]) -> Outcome {
        let output = self
            .command(scheme, arguments)
            .output()
            .expect("the binary runs");
        Outcome {
            code: output.status.code().expect("an exit code"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    fn command(&self, scheme: &str, arguments: &[&str]) -> std::process::Command {
        let arguments = [arguments, &["--defs", "defs"]].concat();
        let mut command = self.project.command(&arguments);
        command.env("XDG_CACHE_HOME", self.project.path("cache"));
        for (_, endpoint, settings) in STORES.iter().filter(|(name, _, _)| *name == scheme) {
            command.env(endpoint, format!("http://{}", self.server.address()));
            command.envs(settings.iter().copied());
        }
        command
    }

    fn web(&self, path: &str) -> String {
        format!("http://{}/bucket/{path}", self.server.address())
    }

    /// Files that were copied, without those that are empty in place of others.
    fn copied(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        files_below(
            &self.project.path("cache/riskql/objects/states"),
            &mut found,
        );
        found.retain(|file| fs::metadata(file).is_ok_and(|about| about.len() > 0));
        found
    }
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path().is_dir() {
            true => files_below(&entry.path(), found),
            false => found.push(entry.path()),
        }
    }
}

const QUERY: &str = "mttr, backlog by team over month last 3 months";

fn json(data: &str) -> [&str; 6] {
    ["run", QUERY, "--format", "json", "--data", data]
}

#[test]
fn every_store_gives_the_numbers_of_the_folder() {
    let wanted = Project::new()
        .with_data(&["run", QUERY, "--format", "json"])
        .json();
    for (scheme, _, _) in STORES {
        let served = Served::new(Manner::Usual);
        let answer = served
            .run_as(scheme, &json(&format!("{scheme}://bucket/today")))
            .json();
        assert_eq!(answer, wanted, "{scheme}");
    }
    let served = Served::new(Manner::Usual);
    assert_eq!(
        served.run_as("", &json(&served.web("today/"))).json(),
        wanted
    );
}

#[test]
fn what_was_copied_is_not_copied_again_until_it_changes() {
    let served = Served::new(Manner::Usual);
    let gets = || {
        served
            .server
            .asked()
            .iter()
            .filter(|line| line.contains("GET /bucket/today/findings"))
            .count()
    };
    let arguments = [
        "run",
        "backlog",
        "--data",
        "s3://bucket/today",
        "--as-of",
        "2026-04-30",
        "--format",
        "csv",
    ];
    served.run_as("s3", &arguments).shows(&["2"]);
    served.run_as("s3", &arguments).shows(&["2"]);
    assert_eq!(gets(), 1);
    let findings = served.project.read("served/bucket/today/findings.csv");
    let header = findings.lines().next().expect("a header").to_owned();
    served
        .project
        .write("served/bucket/today/findings.csv", header + "\n");
    served.run_as("s3", &arguments).shows(&["0"]);
    assert_eq!(gets(), 2);
}

#[test]
fn only_tables_that_a_query_needs_are_copied() {
    let served = Served::new(Manner::Usual);
    served
        .project
        .write("served/bucket/today/scans.csv", "scan_id\n");
    served
        .project
        .write("served/bucket/today/notes.pdf", "no table");
    let arguments = [
        "run",
        "backlog",
        "--data",
        "s3://bucket/today",
        "--as-of",
        "2026-04-30",
    ];
    served.run_as("s3", &arguments).shows(&["2"]);
    let copied = served.copied();
    let names: Vec<_> = copied.iter().filter_map(|file| file.file_name()).collect();
    assert_eq!(names, ["findings.csv"], "{copied:?}");
}

#[test]
fn single_files_and_folders_of_parts() {
    let served = Served::new(Manner::Usual);
    let table = format!(
        "findings={}",
        served.web("today/findings.csv?signature=sesame")
    );
    let answer = served.run_as(
        "",
        &["run", "backlog", "--table", &table, "--format", "csv"],
    );
    answer.shows(&["2"]);
    let alone = served.run_as(
        "gs",
        &[
            "run",
            "backlog",
            "--data",
            "gs://bucket/today/findings.csv",
            "--format",
            "csv",
        ],
    );
    assert_eq!(alone.shows(&["2"]).stdout, answer.stdout);
    let file = "list findings open show finding_id, severity, team limit 100000";
    served
        .run_as(
            "",
            &[
                "run",
                file,
                "--table",
                &table,
                "--output",
                "served/bucket/parts.parquet",
            ],
        )
        .shows(&[]);
    let part = fs::read(served.project.path("served/bucket/parts.parquet")).expect("a part");
    served
        .project
        .write("served/bucket/lake/findings/year=2026/part-0.parquet", part);
    for scheme in ["s3", "az"] {
        let lake = format!("{scheme}://bucket/lake");
        let list = [
            "run",
            "list findings show finding_id",
            "--data",
            &lake,
            "--format",
            "csv",
            "--as-of",
            "2026-04-30",
        ];
        let listed = served.run_as(scheme, &list);
        assert_eq!(listed.shows(&[]).stdout.lines().count(), 3, "{scheme}");
    }
}

#[test]
fn a_store_of_reports_is_read_where_it_lies() {
    let served = Served::new(Manner::Usual);
    let report = r#"{"results":[{"check_id":"a","path":"x.py","start":{"line":1,"col":1},"end":{"line":1,"col":2},
        "extra":{"message":"m","severity":"ERROR","metadata":{},"fingerprint":"f"}}],"errors":[],"version":"1.0","paths":{"scanned":["x.py"]}}"#;
    served.project.write("report.json", report);
    let into = "served/bucket/kept";
    let ingest = [
        "ingest",
        "report.json",
        "--source",
        "semgrep",
        "--asset",
        "shop",
        "--at",
        "2026-03-01",
        "--store",
        into,
    ];
    let mut command = served.project.command(&ingest);
    assert!(command.output().expect("the binary runs").status.success());
    fs::remove_dir_all(served.project.path("served/bucket/kept/derived")).unwrap_or_default();
    let run = |data: &str| {
        let mut command = served.command(
            "s3",
            &["run", "backlog", "--format", "json", "--data", data],
        );
        let output = command
            .args(["--as-of", "2026-03-31"])
            .output()
            .expect("the binary runs");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let here = run(into);
    assert!(here.contains("\"backlog\": 1"), "{here}");
    assert_eq!(run("s3://bucket/kept"), here);
}

#[test]
fn mistakes_are_told_with_the_address() {
    let served = Served::new(Manner::Usual);
    let run = |scheme: &str, data: &str| served.run_as(scheme, &["run", "backlog", "--data", data]);
    run("s3", "s3://bucket/tomorrow")
        .refused(3, &["D523", "there is nothing at `s3://bucket/tomorrow`"]);
    run("", "s4://bucket/today").refused(3, &["D521", "s3://BUCKET/FOLDER"]);
    run("", &served.web("tomorrow")).refused(3, &["D523", "--table findings="]);
    run("", &served.web("today/other.csv")).refused(3, &["D523"]);
    served.project.write(
        "served/bucket/today/findings.csv",
        "finding_id,found_at\nF-1,yesterday\n",
    );
    let wrong = run("s3", "s3://bucket/today");
    wrong.refused(3, &["D201", "s3://bucket/today/findings.csv", "yesterday"]);
    assert!(!wrong.stderr.contains("cache"), "{}", wrong.stderr);
    served
        .project
        .write("served/bucket/empty/readme.md", "nothing");
    run("s3", "s3://bucket/empty").refused(3, &["D523"]);
}

#[test]
fn a_server_that_is_not_there_or_lets_nobody_in() {
    let served = Served::new(Manner::Closed);
    for (scheme, _, settings) in STORES {
        let run = served.run_as(
            scheme,
            &[
                "run",
                "backlog",
                "--data",
                &format!("{scheme}://bucket/today"),
            ],
        );
        let (_, skip) = settings.first().copied().unwrap_or_default();
        assert_eq!(skip, "true");
        run.refused(3, &["D522", "403 Forbidden", "the environment"]);
    }
    let secret = served
        .web("today/findings.csv?signature=sesame")
        .replace("http://", "http://ana:swordfish@");
    let closed = served.run_as("", &["run", "backlog", "--data", &secret]);
    closed.refused(3, &["D522", "403 Forbidden"]);
    let gone = served.server.address().to_owned();
    let project = served.project;
    drop(served.server);
    let refused = project.run(&[
        "run",
        "backlog",
        "--data",
        &format!("http://ana:swordfish@{gone}/findings.csv?signature=sesame"),
    ]);
    refused.refused(3, &["D522", "refused"]);
    for told in [&closed.stderr, &refused.stderr] {
        assert!(
            !told.contains("sesame") && !told.contains("swordfish"),
            "{told}"
        );
    }
}

#[test]
fn a_server_without_versions_is_asked_each_time() {
    let served = Served::new(Manner::Plain);
    let arguments = [
        "run",
        "backlog",
        "--data",
        &served.web("today"),
        "--format",
        "csv",
    ];
    served.run_as("", &arguments).shows(&["2"]);
    let findings = served.project.read("served/bucket/today/findings.csv");
    let header = findings.lines().next().expect("a header").to_owned();
    served
        .project
        .write("served/bucket/today/findings.csv", header + "\n");
    served
        .run_as("", &[&arguments[..], &["--as-of", "2026-04-30"]].concat())
        .shows(&["0"]);
    assert_eq!(served.copied(), Vec::<PathBuf>::new());
}

#[test]
fn what_changes_while_it_is_copied_is_refused() {
    let served = Served::new(Manner::Restless);
    let run = served.run_as(
        "gs",
        &["run", "backlog", "--data", "gs://bucket/today/findings.csv"],
    );
    run.refused(3, &["D524", "findings.csv", "ask again"]);
    assert_eq!(served.copied(), Vec::<PathBuf>::new());
}

#[test]
fn nothing_is_written_elsewhere() {
    let served = Served::new(Manner::Usual);
    let refused = |arguments: &[&str]| {
        let run = served.run_as("s3", arguments);
        run.refused(3, &["D902", "`s3://bucket/out", "this machine"]);
    };
    let data = "s3://bucket/today";
    refused(&[
        "run",
        "backlog",
        "--data",
        data,
        "-o",
        "s3://bucket/out.csv",
    ]);
    refused(&[
        "compile",
        "--all",
        "--dialect",
        "duckdb",
        "--as-of",
        "2026-03-31",
        "-o",
        "s3://bucket/out",
    ]);
    refused(&["docs", "--out", "s3://bucket/out"]);
    served.project.write("report.json", "[]");
    refused(&["ingest", "report.json", "--store", "s3://bucket/out"]);
    assert!(!served.project.path("s3:").exists());
}

#[test]
fn statements_and_plans_name_the_address() {
    let served = Served::new(Manner::Usual);
    let data = "s3://bucket/today";
    let compiled = served.run_as(
        "s3",
        &["compile", "backlog", "--dialect", "duckdb", "--data", data],
    );
    compiled.shows(&["read_csv('s3://bucket/today/findings.csv'"]);
    let planned = served.run_as("s3", &["explain", "backlog", "--plan", "--data", data]);
    planned.shows(&["s3://bucket/today/findings.csv"]);
    for outcome in [compiled, planned] {
        assert!(
            !outcome.stdout.contains("riskql/objects"),
            "{}",
            outcome.stdout
        );
    }
}

#[test]
fn a_folder_for_copies_that_cannot_be_written() {
    let served = Served::new(Manner::Usual);
    served.project.write("cache", "a file");
    let run = served.run_as("s3", &["run", "backlog", "--data", "s3://bucket/today"]);
    run.refused(3, &["D525", "XDG_CACHE_HOME"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_a_copy() {
    let served = Served::new(Manner::Stuck);
    let mut command = served.command("s3", &["run", "backlog", "--data", "s3://bucket/today"]);
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary runs");
    let mut begun = Instant::now();
    while !served
        .server
        .asked()
        .iter()
        .any(|line| line.starts_with("GET /bucket/today/"))
    {
        assert!(
            begun.elapsed() < Duration::from_secs(120),
            "nothing is copied"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    begun = Instant::now();
    let told = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(told.expect("kill").success());
    let status = child.wait().expect("the binary ends");
    assert!(begun.elapsed() < Duration::from_secs(30));
    assert!(!status.success());
    let mut left = Vec::new();
    files_below(
        &served.project.path("cache/riskql/objects/contents"),
        &mut left,
    );
    assert_eq!(left, Vec::<PathBuf>::new());
}
