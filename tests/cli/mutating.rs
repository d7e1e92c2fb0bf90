//! `test --mutate`.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Project;

const MODEL: &str = "\
scale severity is low < medium < high < critical

table findings
  key   finding_id
  event found  at found_at
  event fixed  at fixed_at where resolution = done
  state open   from found_at until closed_at
  field severity scale severity
  field resolution text
";

/// A score, an SLA and a KPI with bands and a target: each kind of change can be made.
const KPIS: &str = "\
score points_of \"Points\"
  of findings
  base severity
    critical  10
    otherwise 1
  cap 100

sla repair
  of     findings
  starts found
  stops  fixed
  due 7 days  where severity >= high
  due 30 days otherwise

kpi points
  is sum points_of of findings open
  as points

kpi quickly \"Fixed within 10 days\"
  is share of findings found with fixed within 10 days
  as percent
  higher is better
  target at least 90%
  band \"poor\" below 50%
  band \"good\" from 50%

kpi late
  is count of findings breached
";

fn project(tests: &str) -> Project {
    let project = Project::empty();
    project.write("defs/model.kpi", MODEL);
    project.write("defs/kpis.kpi", KPIS);
    project.write("defs/tests.kpi", tests);
    project
}

/// A test that expects 11 points: 10 of a critical and 1 of a low.
const POINTS: &str = "\
test \"points of what is open\"
  as of 2026-03-31
  given findings
    | finding_id | severity | found_at   | closed_at  |
    | F1         | critical | 2026-03-01 |            |
    | F2         | low      | 2026-03-01 |            |
    | F3         | low      | 2026-03-01 | 2026-03-02 |
  expect points
    | points |
    | 11     |
";

fn mutants(project: &Project) -> (i32, Vec<Json>) {
    let outcome = project.with_defs(&["test", "--mutate", "--format", "json"]);
    let report: Json = serde_json::from_str(&outcome.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", outcome.stdout, outcome.stderr));
    let mutants = report["mutants"].as_array().expect("mutants").clone();
    (outcome.code, mutants)
}

/// The fate of a change: `old → new` of a definition.
fn fates(mutants: &[Json]) -> BTreeMap<(String, String), String> {
    let word = |mutant: &Json, key: &str| mutant[key].as_str().expect("a text").to_owned();
    mutants
        .iter()
        .map(|mutant| {
            let change = format!("{} → {}", word(mutant, "old"), word(mutant, "new"));
            ((word(mutant, "definition"), change), word(mutant, "fate"))
        })
        .collect()
}

#[track_caller]
fn is(fates: &BTreeMap<(String, String), String>, of: &str, change: &str, fate: &str) {
    let found = fates.get(&(of.to_owned(), change.to_owned()));
    assert_eq!(
        found.map(String::as_str),
        Some(fate),
        "{of}: {change} in {fates:#?}"
    );
}

#[test]
fn what_a_test_depends_on_is_noticed_or_named() {
    let (code, mutants) = mutants(&project(POINTS));
    assert_eq!(code, 1);
    let fates = fates(&mutants);
    let score = "score points_of";
    is(&fates, score, "10 → 11", "noticed");
    is(&fates, score, "1 → 2", "noticed");
    // No sum of weights reaches the cap.
    is(&fates, score, "100 → 101", "unnoticed");
    is(&fates, score, "100 → 99", "unnoticed");
    let state = "state findings.open";
    is(&fates, state, "closed_at → found_at", "noticed");
    // Nobody asks about these at all.
    is(&fates, "kpi quickly", "10 days → 11 days", "unnoticed");
    is(&fates, "sla repair", "7 days → 8 days", "unnoticed");
    is(&fates, "event findings.fixed", "= → !=", "unnoticed");
}

#[test]
fn each_kind_of_change_is_made_once_at_each_place() {
    let (_, mutants) = mutants(&project(POINTS));
    let all = fates(&mutants);
    for (of, change) in [
        ("kpi quickly", "at least → above"),
        ("kpi quickly", "90% → 91%"),
        ("kpi quickly", "90% → 89%"),
        ("kpi quickly", "50% → 51%"),
        ("kpi quickly", "50% → 49%"),
        ("kpi quickly", "10 days → 9 days"),
        ("kpi quickly", "10 days → 10 weeks"),
        ("kpi quickly", "percent → ratio"),
        ("sla repair", ">= → >"),
        ("sla repair", "high → critical"),
        ("sla repair", "high → medium"),
        ("sla repair", "30 days → 29 days"),
        ("event findings.fixed", "fixed_at → closed_at"),
    ] {
        assert!(
            all.contains_key(&(of.to_owned(), change.to_owned())),
            "{of}: {change} in {all:#?}"
        );
    }
    // One place, one change at a time: no two mutants are the same.
    let key = |mutant: &Json| {
        let of = |name: &str| mutant[name].to_string();
        [of("file"), of("line"), of("column"), of("old"), of("new")]
    };
    let mut keys: Vec<_> = mutants.iter().map(key).collect();
    keys.sort();
    let count = keys.len();
    keys.dedup();
    assert_eq!(keys.len(), count);
}

#[test]
fn what_stays_unnoticed_is_named_with_its_place() {
    let project = project(POINTS);
    let outcome = project.with_defs(&["test", "--mutate", "-k", "points"]);
    outcome.refused(1, &[]).says(&[
        "defs/kpis.kpi:6: score points_of: bound 100 → 101: not noticed by 1 test",
        "1 passed, 0 failed",
    ]);
    // Only what tests about points depend on.
    assert!(!outcome.stdout.contains("sla repair"), "{}", outcome.stdout);
}

#[test]
fn a_comment_with_a_reason_silences_and_one_without_does_not() {
    let project = project(POINTS);
    let with = |comment: &str| KPIS.replace("  cap 100\n", &format!("  cap 100  {comment}\n"));
    project.write("defs/kpis.kpi", with("# allow mutant: no score reaches it"));
    let (_, allowed) = mutants(&project);
    let cap: Vec<_> = allowed
        .iter()
        .filter(|mutant| mutant["old"] == "100")
        .collect();
    assert_eq!(cap.len(), 2);
    assert!(
        cap.iter()
            .all(|mutant| mutant["allowed"] == "no score reaches it")
    );
    project.write("defs/kpis.kpi", with("# allow mutant"));
    let outcome = project.with_defs(&["test", "--mutate"]);
    outcome.refused(1, &["K650", "defs/kpis.kpi:6", "gives no reason"]);
    outcome.says(&["bound 100 → 101: not noticed"]);
    project.write(
        "defs/kpis.kpi",
        KPIS.replace(
            "    critical  10\n",
            "    critical  10  # allow mutant: a slip\n",
        ),
    );
    let outcome = project.with_defs(&["test", "--mutate"]);
    outcome.refused(1, &["K651", "nothing here needs `allow mutant`"]);
}

#[test]
fn mutants_wait_until_the_tests_pass() {
    let outcome = project(&POINTS.replace("| 11 ", "| 12 ")).with_defs(&["test", "--mutate"]);
    outcome.refused(1, &["mutants are not tried while a test fails"]);
    assert!(!outcome.stdout.contains("mutants:"), "{}", outcome.stdout);
}
