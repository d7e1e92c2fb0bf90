//! `demo`: what it generates, and that its story can be seen in the numbers.

use std::collections::BTreeMap;
use std::fs;
#[cfg(unix)]
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use chrono::NaiveDate;
use riskql::app::demo::{self, DemoFile, DemoOptions};
use riskql::base::source::Sources;
use riskql::lang::project::{self, ProjectOrigin};
use riskql::reports::ingest::{ReportReader, ScanOutcome};
use serde_json::Value as Json;
use tempfile::TempDir;

use super::{Outcome, Project};

fn options(seed: u64) -> DemoOptions {
    DemoOptions {
        seed,
        months: 12,
        until: NaiveDate::from_ymd_opt(2026, 9, 30).expect("a day"),
    }
}

#[test]
fn one_seed_gives_the_same_bytes_and_another_others() {
    let files = demo::files(&options(1));
    assert_eq!(files, demo::files(&options(1)));
    assert_ne!(files, demo::files(&options(2)));
    let mut paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), files.len());
    // These bytes may change with the generator, but not by themselves.
    let mut hash = blake3::Hasher::new();
    for file in &files {
        hash.update(file.path.as_bytes());
        hash.update(&file.bytes);
    }
    insta::assert_snapshot!(hash.finalize().to_hex());
}

/// The source that is meant to read a file, by its name.
fn meant(file: &DemoFile) -> &'static str {
    let endings = [
        (".sarif", "sarif"),
        ("-trivy.json", "trivy"),
        ("-dependency-check.json", "dependency_check_json"),
        ("-zap.json", "zap_json"),
        ("-nuclei.jsonl", "nuclei"),
        ("assets.csv", "assets_csv"),
        ("decisions.csv", "decisions_csv"),
        ("exploited.json", "kev"),
    ];
    let found = endings
        .iter()
        .find(|(ending, _)| file.path.ends_with(ending));
    found.unwrap_or_else(|| panic!("what is {}?", file.path)).1
}

#[test]
fn each_report_is_read_by_its_own_source_without_a_doubt() {
    let mut sources = Sources::default();
    let (definitions, _) = project::definitions(&mut sources, &ProjectOrigin::Library);
    let definitions = definitions.expect("the library has no mistakes");
    let reader = ReportReader::new(&definitions);
    let mut partial = Vec::new();
    let mut read: BTreeMap<&str, usize> = BTreeMap::new();
    for file in demo::files(&options(1)) {
        let report = reader
            .read(&file.path, &file.bytes)
            .unwrap_or_else(|problems| panic!("{}: {:#?}", file.path, problems.sorted()));
        assert_eq!(report.source, meant(&file), "{}", file.path);
        assert!(report.left_out.iter().next().is_none(), "{}", file.path);
        assert!(report.unread_dates.is_empty(), "{}", file.path);
        for scan in &report.scans {
            match scan.outcome {
                ScanOutcome::Success => assert!(scan.unseen.is_empty(), "{}", file.path),
                ScanOutcome::Partial | ScanOutcome::Failed => {
                    partial.push((file.path.clone(), scan.tool.clone(), scan.unseen.len()));
                }
            }
        }
        *read.entry(meant(&file)).or_default() += 1;
    }
    assert_eq!(read.len(), 8, "{read:?}");
    assert!(
        matches!(partial.as_slice(), [(_, tool, 1)] if tool == "codeql"),
        "{partial:?}"
    );
}

/// One demo for all tests of this file.
struct Kept {
    folder: TempDir,
    outcome: Outcome,
}

fn kept() -> &'static Kept {
    static KEPT: OnceLock<Kept> = OnceLock::new();
    KEPT.get_or_init(|| {
        let project = Project::empty();
        let outcome = project.run(&["demo", "--keep", "made up"]);
        assert_eq!(outcome.code, 0, "{}{}", outcome.stdout, outcome.stderr);
        Kept {
            folder: project.folder,
            outcome,
        }
    })
}

impl Kept {
    fn store(&self) -> PathBuf {
        self.folder.path().join("made up/store")
    }

    fn json(&self, arguments: &[&str]) -> Json {
        let output = Command::new(env!("CARGO_BIN_EXE_riskql"))
            .args(arguments)
            .args(["--format", "json"])
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .current_dir(self.folder.path())
            .output()
            .expect("the binary runs");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// The answer to a query over the store.
    fn ask(&self, query: &str) -> Json {
        let store = self.store();
        self.json(&["run", query, "--data", &store.display().to_string()])
    }

    /// Rows of an answer.
    fn rows(&self, query: &str) -> Vec<Json> {
        let answer = self.ask(query);
        answer["rows"].as_array().expect("rows").clone()
    }

    fn numbers(&self, query: &str, key: &str) -> Vec<f64> {
        let rows = self.rows(query);
        let numbers = rows.iter().map(|row| row[key].as_f64());
        numbers.map(|number| number.unwrap_or(f64::NAN)).collect()
    }
}

#[test]
fn it_says_what_it_did_and_what_to_try() {
    let outcome = &kept().outcome;
    for words in [
        "A made-up company: 24 applications of 5 teams, 2025-10-01 to 2026-09-30, seed 1.\n",
        "ingest 'made up/reports/production' --environment production --recorded-at 2026-10-01 --store 'made up/store'\n",
        "Yes: risk exposure fell by ",
        "\nTry:\n",
        "\nThe whole dashboard as a page: made up/dashboard.html\n",
    ] {
        assert!(
            outcome.stdout.contains(words),
            "no `{words}` in\n{}",
            outcome.stdout
        );
    }
    let page = fs::read_to_string(kept().folder.path().join("made up/dashboard.html"));
    let page = page.expect("a page");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Which way is it going?"));
    // The scan that was meant to get stuck is the only thing to warn of.
    assert_eq!(
        outcome.stderr.matches("warning").count(),
        2,
        "{}",
        outcome.stderr
    );
    assert!(
        outcome.stderr.contains("warning[D415]"),
        "{}",
        outcome.stderr
    );
    assert!(outcome.stderr.contains("1 warning"), "{}", outcome.stderr);
}

#[test]
fn what_it_says_to_type_can_be_typed() {
    let kept = kept();
    let typed: Vec<&str> = kept
        .outcome
        .stdout
        .lines()
        .filter_map(|line| line.strip_prefix("  "))
        .filter(|line| line.contains("riskql ") && !line.contains(" repl "))
        .collect();
    assert_eq!(typed.len(), 4 + 3, "{typed:#?}");
    for line in typed {
        let output = Command::new("sh")
            .args(["-c", line])
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .current_dir(kept.folder.path())
            .output()
            .expect("a shell");
        assert!(output.status.success(), "{line}: {output:?}");
        assert!(!output.stdout.is_empty(), "{line}");
        // What was taken in is there already.
        let stdout = String::from_utf8_lossy(&output.stdout);
        if line.contains(" ingest ") {
            assert!(stdout.contains("0 reports added"), "{stdout}");
        }
    }
}

#[test]
fn the_company_is_onboarded_and_seen_by_all_kinds_of_tools() {
    let kept = kept();
    let assets = kept.rows("count of assets in_service by team with total");
    let of = |team: &Json| {
        let row = assets.iter().find(|row| row["team"] == *team);
        row.expect("a team")["value"].as_u64()
    };
    assert_eq!(of(&Json::Null), Some(24));
    assert_eq!(assets.len(), 5 + 1);
    let coverage = kept.numbers("scan_coverage over month last 12 months", "scan_coverage");
    assert!(coverage[0] < 0.75 && coverage[11] > 0.9, "{coverage:?}");
    // One application has no scanner yet.
    assert!(coverage.iter().all(|share| *share < 1.0), "{coverage:?}");
    let found = kept.numbers("count of findings found", "value")[0];
    assert!((300.0..900.0).contains(&found), "{found}");
    let tools = kept.rows("findings_by_tool by tool, tool_kind last 4 quarters");
    let mut names: Vec<&str> = tools
        .iter()
        .filter_map(|row| row["tool"].as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "codeql",
            "dependency_check",
            "nuclei",
            "semgrep oss",
            "trivy",
            "zap"
        ]
    );
    // Several tools report one weakness, of each kind, and either of two may be the first.
    let merged = kept.numbers("duplicate_reduction last 4 quarters", "duplicate_reduction")[0];
    assert!((0.05..0.5).contains(&merged), "{merged}");
    for tool in [
        "codeql",
        "semgrep oss",
        "trivy",
        "dependency_check",
        "zap",
        "nuclei",
    ] {
        let query =
            format!("count of detections reported where tool = \"{tool}\" and duplicate = yes");
        assert!(kept.numbers(&query, "value")[0] >= 1.0, "{tool}");
    }
}

#[test]
fn the_sprint_can_be_seen_and_the_team_that_did_not_join_it() {
    let kept = kept();
    let exposure = kept.numbers("risk_exposure over month last 12 months", "risk_exposure");
    assert_eq!(exposure.len(), 12);
    assert!(exposure.iter().all(|points| *points > 0.0), "{exposure:?}");
    // The sprint is from the middle of May to the beginning of July.
    let before = exposure[..7].iter().copied().fold(0.0, f64::max);
    assert!(exposure[11] < 0.75 * before, "{exposure:?}");
    assert!(exposure[11] < exposure[7], "{exposure:?}");
    let share = |month: &str| {
        let rows = kept.rows(&format!("risk_exposure by team in {month} with share"));
        let row = rows.iter().find(|row| row["team"] == "logistics");
        row.expect("the team")["risk_exposure_share"]
            .as_f64()
            .expect("a share")
    };
    assert!(share("2026-08") > share("2026-05"));
    // The team that did not join is the slowest, with what is still open over the whole year, and by the fixes of
    // the last quarter. Those of the first quarters are quick fixes of all teams: slow ones have had no time to be made.
    for query in [
        "time_to_fix by team last 4 quarters",
        "mttr by team last quarter",
    ] {
        let key = query.split(' ').next().expect("a KPI");
        let rows = kept.rows(query);
        let slowest = rows.iter().max_by(|one, other| {
            let days = |row: &Json| row[key].as_f64().unwrap_or_default();
            days(one).total_cmp(&days(other))
        });
        let slowest = slowest.expect("a team");
        assert_eq!(slowest["team"], "logistics", "{query}: {rows:#?}");
    }
}

#[test]
fn numbers_rest_on_enough_rows_and_targets_are_met_and_missed() {
    let kept = kept();
    let rows = kept.numbers(
        "mttr where severity = high over month last 9 months",
        "mttr_rows",
    );
    assert!(rows.iter().all(|rows| *rows >= 5.0), "{rows:?}");
    let escape = kept.numbers("escape_rate over quarter last 4 quarters", "escape_rate");
    assert!(
        escape.iter().all(|share| *share > 0.02 && *share < 0.4),
        "{escape:?}"
    );
    let store = kept.store();
    let output = Command::new(env!("CARGO_BIN_EXE_riskql"))
        .args(["gate", "--format", "json", "--data"])
        .arg(&store)
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .output()
        .expect("the binary runs");
    let gate: Json = serde_json::from_slice(&output.stdout).expect("JSON");
    let targets = gate["targets"].as_array().expect("targets");
    for verdict in ["pass", "miss"] {
        assert!(
            targets.iter().any(|target| target["verdict"] == verdict),
            "{gate:#}"
        );
    }
}

/// Where the scan of code got stuck, by its application, and when.
fn partial(kept: &Kept) -> (String, String) {
    let store = kept.store().display().to_string();
    let reports = kept.json(&["store", "--store", &store]);
    let text = reports.to_string();
    let listed = reports["reports"].as_array().or(reports.as_array());
    let listed = listed.unwrap_or_else(|| panic!("no reports in {text}"));
    let found: Vec<&Json> = listed
        .iter()
        .filter(|report| report["outcome"] == "partial")
        .collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    let file = Path::new(found[0]["file"].as_str().expect("a file"));
    let name = file
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    let at = found[0]["finished_at"]
        .as_str()
        .expect("an instant")
        .to_string();
    (
        name[..name.len() - "-2026-01-01.sarif".len()].to_string(),
        at,
    )
}

#[test]
fn the_partial_scan_closes_nothing() {
    let kept = kept();
    let (app, at) = partial(kept);
    let query = format!(
        "list findings found where app = \"{app}\" show finding_id, found_at, closed_at, episode"
    );
    let findings = kept.rows(&query);
    let is = |finding: &Json, key: &str, instant: &str| finding[key].as_str() == Some(instant);
    assert!(
        !findings.iter().any(|finding| is(finding, "closed_at", &at)),
        "{findings:#?}"
    );
    // There was something to be closed by mistake: it was open before, and is closed by a later scan.
    let open = findings.iter().filter(|finding| {
        finding["found_at"].as_str() < Some(at.as_str())
            && finding["closed_at"]
                .as_str()
                .is_none_or(|closed| closed > at.as_str())
    });
    assert!(open.count() >= 3, "{findings:#?}");
    // Other scans of it closed something at their time.
    let other = findings
        .iter()
        .filter_map(|finding| finding["closed_at"].as_str());
    assert!(other.count() >= 3, "{findings:#?}");
}

#[test]
fn some_fixes_do_not_last() {
    let rows = kept().rows(
        "list findings found where episode = 2 show finding_id, found_at, previous_closed_at, severity",
    );
    assert!(rows.len() >= 3, "{rows:#?}");
    for row in &rows {
        let text = |key: &str| row[key].as_str().expect("a text");
        assert!(text("finding_id").ends_with("-2"));
        assert!(text("previous_closed_at") < text("found_at"));
    }
}

#[test]
fn false_positives_leave_the_counts() {
    let answer = kept().ask("introduced_findings over month last 12 months");
    let excluded = answer["excluded"].as_array().expect("a list");
    let dismissed = excluded
        .iter()
        .find(|one| one["reason"] == "false positive");
    let dismissed = dismissed.expect("false positives")["rows"].as_u64();
    assert!(dismissed >= Some(20), "{excluded:?}");
    let all = "count of findings found including excluded where title contains \"test fixture\"";
    let left = "backlog where title contains \"test fixture\"";
    let all = kept().numbers(all, "value")[0] as u64;
    assert_eq!(dismissed, Some(all));
    assert_eq!(kept().numbers(left, "backlog")[0], 0.0);
}

#[test]
fn decisions_are_all_on_findings_that_are_there() {
    let kept = kept();
    let output = Command::new(env!("CARGO_BIN_EXE_riskql"))
        .args(["store", "--by", "tool", "--store"])
        .arg(kept.store())
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .output()
        .expect("the binary runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && !told.contains("warning"),
        "{told}"
    );
}

#[test]
fn folders_that_are_not_empty_and_dates_that_are_none_are_refused() {
    let project = Project::empty();
    project.write("full/notes.txt", "mine\n");
    project
        .run(&["demo", "--keep", "full"])
        .refused(2, &["K904", "`full` is not empty"]);
    project
        .run(&["demo", "--keep", "full/notes.txt/inner"])
        .refused(3, &["D902", "full/notes.txt"]);
    assert_eq!(
        fs::read_dir(project.path("full"))
            .expect("a folder")
            .count(),
        1
    );
    project
        .run(&["demo", "--until", "soon"])
        .refused(2, &["K908", "--until 2026-03-31"]);
    project
        .run(&["demo", "--until", "2024-06-30"])
        .refused(2, &["K908", "write --until 2025-01-01, or a later day"]);
    project
        .run(&["demo", "--months", "3"])
        .refused(2, &["--months"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_nothing_behind() {
    for milliseconds in [150, 700, 1500] {
        for keep in [&[][..], &["--keep", "kept"]] {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let mut child = Command::new(env!("CARGO_BIN_EXE_riskql"))
                .arg("demo")
                .args(keep)
                .current_dir(folder.path())
                .env("TMPDIR", folder.path())
                .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the binary runs");
            std::thread::sleep(Duration::from_millis(milliseconds));
            // A fast machine may be done.
            if child.try_wait().expect("a child").is_some() {
                continue;
            }
            let id = child.id().to_string();
            let asked = Command::new("kill").args(["-INT", &id]).status();
            assert!(asked.expect("kill runs").success());
            let ended = child.wait().expect("it ends");
            // Before the program has begun, the signal itself ends it.
            let is_interrupted = ended.code() == Some(130) || ended.signal() == Some(2);
            assert!(is_interrupted, "{milliseconds} {keep:?}: {ended:?}");
            let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").collect();
            assert!(left.is_empty(), "{left:?}");
        }
    }
}
