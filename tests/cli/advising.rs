//! `check --advise`: each rule where it has something to say, and where it has not.

use super::Project;

const MODEL: &str = "\
calendar
  timezone \"UTC\"
  week starts monday
  year starts january
  history from 2026-01-01

scale severity is low < high < critical
scale validation is unverified < confirmed

table assets
  key   asset_id
  state in_service from commissioned_at until retired_at

table findings
  key    finding_id
  belongs to assets by asset_id
  event  found  at found_at
  event  fixed  at fixed_at
  state  open   from found_at until fixed_at
  field  severity scale severity
  field  validation scale validation
  field  exploitable yesno

table scans
  key    scan_id
  belongs to assets by asset_id
  event  completed at finished_at
";

/// What is advised of definitions below the model: the names of the rules.
fn advised(definitions: &str) -> Vec<String> {
    let project = Project::empty();
    project.write("defs/model.kpi", MODEL);
    project.write("defs/kpis.kpi", definitions);
    let outcome = project.with_defs(&["check", "--advise", "--format", "json"]);
    let problems: serde_json::Value = serde_json::from_str(&outcome.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", outcome.stdout, outcome.stderr));
    let problems = problems.as_array().expect("a list");
    let errors = problems
        .iter()
        .any(|problem| problem["severity"] == "error");
    assert!(!errors, "{problems:#?}");
    assert_eq!(
        outcome.code,
        i32::from(!problems.is_empty()),
        "{problems:#?}"
    );
    let rule = |problem: &serde_json::Value| {
        let help = problem["help"].as_str().unwrap_or_default();
        let (_, rest) = help.rsplit_once("# allow ").unwrap_or_default();
        let name = rest.split(':').next().unwrap_or_default();
        match (problem["code"].as_str().expect("a code"), name) {
            (code @ ("K651" | "K652"), _) | (code, "") => code.to_owned(),
            (_, name) => name.to_owned(),
        }
    };
    problems.iter().map(rule).collect()
}

/// Definitions, and the one rule they break; then the same in order.
#[track_caller]
fn rule(name: &str, wrong: &str, right: &str) {
    assert_eq!(advised(wrong), [name], "{wrong}");
    assert!(advised(right).is_empty(), "{:?} of {right}", advised(right));
    let allowed = format!("# allow {name}: we know\n{wrong}");
    let word = wrong.split_whitespace().next().expect("a word");
    if word != "dashboard" {
        assert!(
            advised(&allowed).is_empty(),
            "{:?} of {allowed}",
            advised(&allowed)
        );
    }
}

const OWNED: &str = "  owner \"appsec\"\n  by severity, validation\n  lower is better\n";

fn kpi(name: &str, formula: &str) -> String {
    format!("kpi {name}\n  is {formula}\n{OWNED}")
}

#[test]
fn no_owner() {
    let without = kpi("backlog", "count of findings open").replace("  owner \"appsec\"\n", "");
    rule(
        "no-owner",
        &without,
        &kpi("backlog", "count of findings open"),
    );
}

#[test]
fn no_direction() {
    let judged = kpi("backlog", "count of findings open") + "  target at most 5\n";
    rule(
        "no-direction",
        &judged.replace("  lower is better\n", ""),
        &judged,
    );
}

#[test]
fn no_minimum() {
    let share = kpi("escapes", "share of findings found with exploitable = yes");
    let judged = format!("{share}  as percent\n  target below 15%\n");
    rule(
        "no-minimum",
        &judged,
        &format!("{judged}  at least 5 rows\n"),
    );
    assert!(advised(&share).is_empty());
}

#[test]
fn unvalidated() {
    let right = kpi("backlog", "count of findings open");
    rule("unvalidated", &right.replace(", validation", ""), &right);
    let confirmed = kpi(
        "backlog",
        "count of findings open where validation = confirmed",
    );
    assert!(advised(&confirmed.replace(", validation", "")).is_empty());
}

#[test]
fn scan_count() {
    let scans = "kpi scans_run\n  is count of scans completed\n  owner \"appsec\"\n";
    rule("scan-count", &format!("{scans}  higher is better\n"), scans);
}

#[test]
fn severity_alone() {
    let score =
        "score risk \"Risk\"\n  of findings\n  base severity\n    critical 10\n    otherwise 1\n";
    let factor = "  times exploitable\n    yes 3\n    otherwise 1\n";
    rule("severity-alone", score, &format!("{score}{factor}"));
    let sla = "sla repair\n  of findings\n  starts found\n  stops fixed\n  due 7 days where severity = critical\n  due 30 days otherwise\n";
    let first = "  due 3 days where exploitable = yes\n  due 7 days";
    rule("severity-alone", sla, &sla.replace("  due 7 days", first));
}

fn board(cards: &str) -> String {
    let kpis = [
        kpi("backlog", "count of findings open"),
        kpi("confirmed", "count of findings open where validation = confirmed"),
        kpi("mttr", "mean time from found to fixed of findings fixed"),
        kpi("age", "median time since found of findings open"),
        "kpi coverage\n  is share of assets in_service with any scans completed within 30 days\n  owner \"appsec\"\n".to_owned(),
    ];
    format!("{}\ndashboard appsec \"AppSec\"\n{cards}", kpis.join("\n"))
}

const EXECUTIVE: &str = "  layer executive \"All\"\n";
const OTHER: &str = "  layer operational \"All\"\n";
const COVERAGE: &str = "    show line coverage over month last 12 months\n";

#[test]
fn raw_count() {
    let count = format!("{EXECUTIVE}{COVERAGE}    show number backlog\n");
    assert_eq!(advised(&board(&count)), ["raw-count"]);
    let beside = format!("{count}    show number confirmed\n");
    assert!(advised(&board(&beside)).is_empty());
    let elsewhere = count.replace(EXECUTIVE, OTHER);
    assert!(advised(&board(&elsewhere)).is_empty());
    let broken_out = format!("{EXECUTIVE}{COVERAGE}    show table backlog by validation\n");
    assert!(advised(&board(&broken_out)).is_empty());
    let allowed = count.replace(
        "show number backlog",
        "show number backlog  # allow raw-count: the board asked for it",
    );
    assert!(advised(&board(&allowed)).is_empty());
}

#[test]
fn backlog_without_coverage() {
    let backlog = format!("{OTHER}    show line backlog over month last 12 months\n");
    assert_eq!(advised(&board(&backlog)), ["backlog-without-coverage"]);
    assert!(advised(&board(&format!("{backlog}{COVERAGE}"))).is_empty());
}

#[test]
fn mean_without_open() {
    let mean = format!("{OTHER}    show line mttr over month last 12 months\n");
    assert_eq!(advised(&board(&mean)), ["mean-without-open"]);
    assert!(advised(&board(&format!("{mean}    show number age\n"))).is_empty());
}

#[test]
fn no_time() {
    let now = format!("{OTHER}    show number coverage\n");
    assert_eq!(advised(&board(&now)), ["no-time"]);
    let beside = "    show number coverage versus previous month\n";
    assert!(advised(&board(&format!("{OTHER}{beside}"))).is_empty());
    assert!(advised(&board(&format!("{OTHER}{COVERAGE}"))).is_empty());
}

#[test]
fn comments_that_allow_nothing_are_told() {
    let right = kpi("backlog", "count of findings open");
    assert_eq!(
        advised(&format!("# allow no-owner: old\n{right}")),
        ["K651"]
    );
    assert_eq!(advised(&format!("# allow no-ownr: old\n{right}")), ["K652"]);
    let without = right.replace("  owner \"appsec\"\n", "");
    let told = advised(&format!("# allow no-owner\n{without}"));
    assert_eq!(
        told,
        ["no-owner", "no-owner"],
        "the advice, and that the reason is missing"
    );
    // A sentence is no rule.
    assert!(advised(&format!("# allow a day for it\n{right}")).is_empty());
}

#[test]
fn advice_is_given_where_it_is_asked_for() {
    let project = Project::new();
    project
        .with_defs(&["check"])
        .shows(&["no errors, 0 warnings"]);
    project
        .with_defs(&["check", "--advise"])
        .refused(1, &["nobody answers for `mttr`", "# allow no-owner: …"]);
}
