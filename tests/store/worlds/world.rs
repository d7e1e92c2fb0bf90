//! Worlds: what pipelines report of a web application and its API, day by day.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::option::weighted as maybe;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

/// Two formats of container scanners. Tags, the folder of the runner and versions of packages change from report to
/// report.
pub const SOURCES: &str = r#"
source piped "Pipelines"
  tool     "piped"
  kind     container
  reads    json
  counted  ".piped[]"
  known by """ type == "object" and has("piped") """
  scan     """ { tool, scans: [.scans[] | .target |= image_name] } """
  rows     """ .piped[] | .target |= image_name """
  identity component, file, purl

source piped_too "Pipelines, another report"
  tool     "piped"
  kind     container
  reads    json
  counted  ".piped_too[]"
  known by """ type == "object" and has("piped_too") """
  scan     """ { tool, scans: [.scans[] | .target |= image_name] } """
  rows     """ .piped_too[] | .target |= image_name """
  identity component, file, purl
"#;

pub const COMPONENTS: [&str; 3] = ["x", "y", "z"];

/// What is reported of one product.
#[derive(Clone, Debug)]
pub struct World {
    pub reports: Vec<Piped>,
    /// The application was called `old-web` before: a register says so.
    pub is_renamed: bool,
}

/// The report of one run of a pipeline.
#[derive(Clone, Debug)]
pub struct Piped {
    pub day: u32,
    /// Reports are ingested in ascending order of it, whatever their days.
    pub turn: u32,
    pub environment: &'static str,
    pub tool: &'static str,
    pub format: &'static str,
    /// Of packages, images and the folder of the runner.
    pub version: u32,
    pub scans: Vec<PipedScan>,
    /// `--scan-line`.
    pub said_line: Option<&'static str>,
    /// `--partial`.
    pub is_partial: bool,
    pub is_withdrawn: bool,
    pub is_ingested_twice: bool,
}

#[derive(Clone, Debug)]
pub struct PipedScan {
    pub target: &'static str,
    pub line: Option<&'static str>,
    pub outcome: &'static str,
    pub scope: &'static str,
    /// The rules that ran, if the tool names them: each finds one component.
    pub rules: Option<Vec<&'static str>>,
    pub seen: Vec<&'static str>,
}

prop_compose! {
    fn scans()(
        target in select(vec!["web", "web", "web", "api", "old-web"]),
        line in select(vec!["a", "a", "b"]),
        outcome in select(vec!["success", "success", "success", "success", "success", "success", "partial", "failed"]),
        scope in select(vec!["full", "full", "full", "full", "full", "diff"]),
        rules in maybe(0.15, subsequence(COMPONENTS.to_vec(), 0..3)),
        seen in subsequence(COMPONENTS.to_vec(), 0..3),
    ) -> PipedScan {
        PipedScan { target, line: Some(line), outcome, scope, rules, seen }
    }
}

/// What is said of reports when they are ingested, and what is done with them: of most nothing.
fn said() -> Vec<(Option<&'static str>, [bool; 3])> {
    let mut all = vec![(None, [false; 3]); 10];
    all.extend(["a", "b"].map(|line| (Some(line), [false; 3])));
    all.extend([0, 1, 2].map(|place| (None, [0, 1, 2].map(|flag| flag == place))));
    all
}

prop_compose! {
    fn reports()(
        (day, turn) in (0..7u32, any::<u32>()),
        environment in select(vec!["production", "production", "production", "production", "production", "staging"]),
        tool in select(vec!["t", "t", "t", "t", "t", "u"]),
        format in select(vec!["piped", "piped", "piped", "piped", "piped", "piped_too"]),
        version in 1..9u32,
        has_lines in prop::bool::weighted(0.85),
        mut scans in vec(scans(), 1..4),
        (said_line, [is_partial, is_withdrawn, is_ingested_twice]) in select(said()),
    ) -> Piped {
        if !has_lines {
            scans.iter_mut().for_each(|scan| scan.line = None);
        }
        // The rows of a report say by target and line which scan they are from, and `--scan-line` names one of a target.
        let mut keys = BTreeSet::new();
        scans.retain(|scan| keys.insert((scan.target, scan.line.filter(|_| said_line.is_none()))));
        Piped {
            day, turn, environment, tool, format, version, scans, said_line, is_partial, is_withdrawn, is_ingested_twice,
        }
    }
}

prop_compose! {
    pub fn worlds()(reports in vec(reports(), 3..12), is_renamed in any::<bool>()) -> World {
        World { reports, is_renamed }
    }
}

/// What pipelines have in common that write one report.
pub type RunKey = (u32, [&'static str; 3], Option<&'static str>, [bool; 3]);

impl Piped {
    pub fn run_key(&self) -> RunKey {
        let flags = [self.is_partial, self.is_withdrawn, self.is_ingested_twice];
        (
            self.day,
            [self.environment, self.tool, self.format],
            self.said_line,
            flags,
        )
    }

    fn target(&self, scan: &PipedScan, product: &str) -> String {
        format!("{}:1.{}", asset(scan.target, product), self.version)
    }

    fn scans(&self, product: &str) -> impl Iterator<Item = Value> {
        self.scans.iter().map(move |scan| {
            json!({"target": self.target(scan, product), "scan_line": scan.line, "outcome": scan.outcome,
                "scope": scan.scope, "rules": scan.rules})
        })
    }

    fn rows(&self, product: &str) -> impl Iterator<Item = Value> {
        let seen = self
            .scans
            .iter()
            .flat_map(|scan| scan.seen.iter().map(move |component| (scan, component)));
        seen.map(move |(scan, component)| {
            let version = self.version;
            json!({"title": format!("{} {} {component}", self.tool, self.format), "severity": "high",
                "rule_id": component, "component": component, "version": version.to_string(),
                "purl": format!("pkg:npm/{component}@{version}.0"),
                "file": format!("/builds/team/run-{version}/package.json"),
                "target": self.target(scan, product), "scan_line": scan.line})
        })
    }
}

/// What the tool writes of several products; no two reports are the same bytes.
pub fn report(run: &[(String, &Piped)]) -> Value {
    let first = run[0].1;
    let scans: Vec<Value> = run
        .iter()
        .flat_map(|(product, report)| report.scans(product))
        .collect();
    let rows: Vec<Value> = run
        .iter()
        .flat_map(|(product, report)| report.rows(product))
        .collect();
    json!({"run": first.turn, "tool": first.tool, "scans": scans, first.format: rows})
}

/// The name of an asset as reports have it, without its tag.
pub fn asset(target: &str, product: &str) -> String {
    format!("registry:5000/{target}-{product}")
}
