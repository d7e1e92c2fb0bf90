//! `lineage` and `kpis`.

use super::Project;

pub const RISK: &str = "\
condition risky is severity >= high

score risk \"Risk points\"
  of findings
  base severity
    critical  40
    high      20
    otherwise 1

kpi exposure \"Risk exposure\"
  owner \"appsec\"
  is    sum risk of findings open
  lower is better
  target at most 60

kpi exposure_per_finding
  is exposure / backlog

kpi risky_backlog \"Open findings of high severity\"
  is    count of findings open where risky
  lower is better

kpi risky_share
  is risky_backlog / backlog

view worst \"Teams with the most risk\"
  show exposure, backlog by team

dashboard risks \"Risk\"
  layer now \"How bad is it?\"
    show number \"Exposure\": exposure versus target
    show table \"Worst\": worst where environment = production
";

/// The small project with a score, a condition and what is made of them.
pub fn project() -> Project {
    let project = Project::new();
    project.write("defs/risk.kpi", RISK);
    project
}

#[test]
fn a_kpi_is_followed_down_to_columns_and_a_score_up_to_dashboards() {
    let project = project();
    let down = project.with_defs(&["lineage", "risky_share"]);
    for line in [
        "kpi risky_share",
        "condition risky",
        "state findings.open",
        "column findings.severity",
        "column findings.closed_at",
        "scale severity",
    ] {
        down.shows(&[line]);
    }
    assert!(!down.stdout.contains("score risk"), "{}", down.stdout);
    let up = project.with_defs(&["lineage", "--impact", "score", "risk"]);
    up.shows(&[
        "score risk \"Risk points\"  defs/risk.kpi:3",
        "kpi exposure \"Risk exposure\"  defs/risk.kpi:10",
        "kpi exposure_per_finding",
        "view worst",
        "dashboard risks",
    ]);
    assert!(!up.stdout.contains("risky"), "{}", up.stdout);
}

/// `exposure` is used by the dashboard itself and through the view: the view is on the way, its KPI is not named anew.
#[test]
fn formats_hold_the_same_edges() {
    let project = project();
    let json = project.with_defs(&["lineage", "--impact", "kpi", "exposure", "--format", "json"]);
    let object: serde_json::Value = serde_json::from_str(&json.shows(&[]).stdout).expect("JSON");
    let mut edges: Vec<(String, String)> = object["edges"]
        .as_array()
        .expect("edges")
        .iter()
        .map(|edge| {
            let end = |name: &str| edge[name].as_str().expect("a label").to_string();
            (end("from"), end("to"))
        })
        .collect();
    edges.sort();
    let edge = |from: &str, to: &str| (from.to_string(), to.to_string());
    assert_eq!(
        edges,
        [
            edge("kpi exposure", "dashboard risks"),
            edge("kpi exposure", "kpi exposure_per_finding"),
            edge("kpi exposure", "view worst"),
            edge("view worst", "dashboard risks"),
        ]
    );
    let dot = project.with_defs(&["lineage", "--impact", "kpi", "exposure", "--format", "dot"]);
    dot.shows(&["\"kpi exposure\" -> \"view worst\";"]);
    let mermaid = project.with_defs(&[
        "lineage", "--impact", "kpi", "exposure", "--format", "mermaid",
    ]);
    mermaid.shows(&["flowchart LR", "[\"kpi exposure\"]"]);
}

#[test]
fn everything_is_shown_without_a_name_and_nothing_is_repeated() {
    let project = project();
    let all = project.with_defs(&["lineage"]);
    all.shows(&["dashboard appsec", "dashboard risks", "(above)"]);
    let expanded = all
        .stdout
        .lines()
        .filter(|line| line.contains("kpi exposure \"") && !line.contains("(above)"));
    assert_eq!(expanded.count(), 1, "{}", all.stdout);
}

#[test]
fn a_name_that_means_nothing_or_several_things_is_answered_with_what_to_type() {
    let project = project();
    project
        .with_defs(&["lineage", "exposre"])
        .refused(2, &["K911", "did you mean `exposure`?"]);
    project.with_defs(&["lineage", "kpis", "mttr"]).refused(
        2,
        &[
            "K911",
            "`kpis` is no kind of definition",
            "did you mean `kpi`?",
        ],
    );
    project
        .with_defs(&["lineage", "score", "exposure"])
        .refused(
            2,
            &["K911", "there is no score `exposure`", "`kpi exposure`"],
        );
    // `exposure` is a column of assets too.
    project
        .with_defs(&["lineage", "exposure"])
        .refused(2, &["K912", "`column assets.exposure`", "`kpi exposure`"]);
    project
        .with_defs(&["lineage", "team"])
        .refused(2, &["K912", "`field team`"]);
    project
        .with_defs(&["lineage", "field", "team"])
        .shows(&["column assets.team", "field findings.team"]);
    project
        .with_defs(&["lineage", "--impact"])
        .refused(2, &["NAME"]);
}

#[test]
fn kpis_are_listed_with_owner_and_targets() {
    let project = project();
    let list = project.with_defs(&["kpis"]);
    list.shows(&[
        "Risk exposure",
        "appsec",
        "at most 60",
        "below 30 days for severity = critical",
    ]);
    let csv = project.with_defs(&["kpis", "appsec", "--format", "csv"]);
    assert_eq!(
        csv.shows(&[]).stdout,
        "kpi,title,unit,owner,better,target,formula,place\n\
         exposure,Risk exposure,points,appsec,lower,at most 60,sum risk of findings open,defs/risk.kpi:10\n"
    );
    let json = project.with_defs(&["kpis", "--format", "json"]);
    let object: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    let kpis = object["kpis"].as_array().expect("KPIs");
    let mttr = kpis.iter().find(|kpi| kpi["kpi"] == "mttr").expect("mttr");
    assert_eq!(mttr["targets"][0]["for"], "severity = critical");
    assert_eq!(mttr["unit"], "days");
    assert_eq!(mttr["owner"], serde_json::Value::Null);
    project
        .with_defs(&["kpis", "--format", "md"])
        .shows(&["| exposure | Risk exposure | points | appsec |"]);
    project
        .with_defs(&["kpis", "nothing_like_it"])
        .refused(2, &["K911"]);
    project
        .with_defs(&["kpis", "--format", "parquet"])
        .refused(2, &["K909", "--format csv"]);
}
