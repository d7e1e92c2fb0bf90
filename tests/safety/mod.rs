//! Stores under crashes, crowds, damage and full disks: what was added stays, and stays the same.

mod compacting;
mod crashes;
mod damage;
mod disks;
mod hostile;
mod mistyped;
#[cfg(unix)]
mod programs;
mod telling;
mod together;
#[cfg(unix)]
mod watched;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// A calendar, the tables, and one source of small reports.
const DEFINITIONS: &str = r#"calendar
  timezone "UTC"

scale severity is info < low < medium < high < critical

table assets "Applications"
  key    asset_id
  field  team text

table findings "Weaknesses"
  key    finding_id
  belongs to assets by asset_id
  event  found at found_at
  state  open from found_at until closed_at
  field  severity scale severity

kpi weaknesses "Findings"
  is  count of findings found

source small "Small reports"
  tool     "small"
  kind     dast
  reads    json
  known by """has("small")"""
  scan     """{ target: .small, finished_at: .at }"""
  rows     """.rows[] | { title: ., severity: "high", rule_id: . }"""
  identity rule_id
"#;

/// A folder with definitions, reports and a store.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Place {
        let place = Place {
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        for folder in ["defs", "reports"] {
            fs::create_dir(place.path(folder)).expect("a folder");
        }
        fs::write(place.path("defs/all.kpi"), DEFINITIONS).expect("a file");
        place
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes the report of a day on one of three assets; every third weakness comes and goes.
    fn report(&self, number: usize) -> String {
        let asset = ["shop", "bank", "mail"][number % 3];
        let rows: Vec<String> = (0..5)
            .filter(|row| !(number / 3 + row).is_multiple_of(3))
            .map(|row| format!("\"weakness {row}\""))
            .collect();
        let (day, hour) = (number / 24 % 28 + 1, number % 24);
        let text = format!(
            r#"{{"small": "{asset}", "at": "2026-03-{day:02}T{hour:02}:00:00Z", "rows": [{}]}}"#,
            rows.join(", ")
        );
        let name = format!("reports/{number:03}.json");
        fs::write(self.path(&name), text).expect("a file");
        name
    }

    fn reports(&self, numbers: std::ops::Range<usize>) -> Vec<String> {
        numbers.map(|number| self.report(number)).collect()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_riskql"));
        command
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .args(arguments)
            .args(["--defs", "defs"])
            .current_dir(self.folder.path());
        command
    }

    fn output(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the binary runs")
    }

    /// Runs what must succeed.
    fn run(&self, arguments: &[&str]) -> String {
        let done = self.output(arguments);
        let messages = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{arguments:?}: {messages}");
        String::from_utf8(done.stdout).expect("text")
    }

    /// Runs what must fail for reasons outside; its messages.
    fn fails(&self, arguments: &[&str]) -> String {
        let done = self.output(arguments);
        assert_eq!(done.status.code(), Some(3), "{arguments:?}");
        String::from_utf8(done.stderr).expect("text")
    }

    fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command.spawn().expect("the binary starts")
    }

    fn ingest(&self, store: &str, reports: &[String]) -> String {
        self.run(&ingesting(store, reports))
    }

    /// What the store lists, and the tables that follow from it, byte by byte.
    fn facts(&self, store: &str) -> (String, BTreeMap<String, Vec<u8>>) {
        let listed = self.run(&["store", "--store", store]);
        // How many segments hold the reports is no fact.
        let without = |line: &str| match line.ends_with(" segments") || line.ends_with(" segment") {
            true => line
                .rsplit_once(", ")
                .expect("several totals")
                .0
                .to_string(),
            false => line.to_string(),
        };
        let listed: Vec<String> = listed.lines().map(without).collect();
        let listed = listed.join("\n");
        let told = self.run(&["store", "rebuild", "--store", store]);
        let (_, folder) = told.trim_end().split_once(" in ").expect("a folder");
        let mut tables = BTreeMap::new();
        let files = entries(&self.path(folder)).into_iter();
        for file in files.filter(|file| file.extension().is_some_and(|end| end == "parquet")) {
            let name = file.file_name().expect("a name").to_string_lossy();
            tables.insert(name.into_owned(), fs::read(&file).expect("a table"));
        }
        assert_eq!(tables.len(), 4);
        (listed, tables)
    }
}

/// The same reports are known since the same time, whenever the test runs.
fn ingesting<'a>(store: &'a str, reports: &'a [String]) -> Vec<&'a str> {
    let reports = reports.iter().map(String::as_str);
    ["ingest", "--store", store, "--recorded-at", "2026-06-01"]
        .into_iter()
        .chain(reports)
        .collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
}

/// Files that somebody began and did not finish.
fn unfinished(store: &Path) -> Vec<PathBuf> {
    let folders = ["segments", "merged", "observations"];
    let paths = folders
        .iter()
        .flat_map(|folder| entries(&store.join(folder)));
    paths
        .filter(|path| {
            let name = path.file_name().expect("a name").to_string_lossy();
            name.starts_with('.')
        })
        .collect()
}

/// Numbers that look like chance and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}
