//! Policies that change: history does not change with them (rule S37).

use super::values_of;
use crate::answers::flat::lines;
use crate::answers::pipeline;
use crate::answers::tables::Table;

const FINDINGS: &str = r#"
scale severity is low < critical

table findings "One row per finding"
  key   finding_id
  event found at found_at
  event fixed at fixed_at
  state open  from found_at until fixed_at
  field severity scale severity
"#;

fn ask(policies: &str, findings: &str, text: &str) -> Vec<Option<f64>> {
    let definitions = pipeline::definitions_in(&format!("{FINDINGS}{policies}"));
    let tables = [Table::written("findings", findings)];
    let answer = pipeline::ask(&definitions, &tables, "2026-10-01T00:00:00Z", text);
    values_of(&lines(&answer))
}

const ONE_CRITICAL: &str = "finding_id | severity | found_at   | fixed_at
    F1         | critical | 2026-01-05 |";

#[test]
fn new_weights_leave_the_months_before_them_alone() {
    let scores = "
score risk
  of   findings
  base severity
    critical  10
    otherwise  1

score risk
  of    findings
  base  severity
    critical  25
    otherwise  1
  since 2026-07-01
";
    let months = "sum risk of findings open over month from 2026-05 to 2026-08";
    let points = ask(scores, ONE_CRITICAL, months);
    assert_eq!(points, [Some(10.0), Some(10.0), Some(25.0), Some(25.0)]);
}

#[test]
fn before_its_first_weights_a_score_is_none() {
    let score = "
score risk
  of    findings
  base  severity
    critical  25
    otherwise  1
  since 2026-07-01
";
    let months = "sum risk of findings open over month from 2026-05 to 2026-08";
    let points = ask(score, ONE_CRITICAL, months);
    assert_eq!(points, [None, None, Some(25.0), Some(25.0)]);
}

#[test]
fn a_new_sla_judges_clocks_that_start_from_then_on() {
    let slas = "
sla remediation
  of     findings
  starts found
  stops  fixed
  due 10 days otherwise

sla remediation
  of     findings
  starts found
  stops  fixed
  due 5 days otherwise
  since  2026-07-01
";
    // F1 starts under the old limit: due on 10 July. F2 starts under the new one: due on 6 July.
    let findings = "finding_id | severity | found_at   | fixed_at
    F1         | low      | 2026-06-30 |
    F2         | low      | 2026-07-01 |";
    let days = "count of findings breached over day from 2026-07-05 to 2026-07-10";
    let breached = ask(slas, findings, days);
    let expected = [0.0, 1.0, 0.0, 0.0, 0.0, 1.0].map(Some);
    assert_eq!(breached, expected);
}

#[test]
fn a_new_target_judges_what_ends_after_it_came() {
    let kpi = "
kpi backlog
  is     count of findings open
  target at most 0 since 2026-07-01
";
    let definitions = pipeline::definitions_in(&format!("{FINDINGS}{kpi}"));
    let tables = [Table::written("findings", ONE_CRITICAL)];
    let text = "backlog over month from 2026-05 to 2026-08 versus target";
    let answer = pipeline::ask(&definitions, &tables, "2026-10-01T00:00:00Z", text);
    let json = riskql::render::answer(
        &answer,
        riskql::render::OutputFormat::Json,
        riskql::render::RenderOptions::PIPE,
    );
    let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON is JSON");
    let status = |row: &serde_json::Value| row["backlog_status"].as_str().map(str::to_owned);
    let rows = json["rows"].as_array().expect("rows");
    let found: Vec<Option<String>> = rows.iter().map(status).collect();
    let miss = Some("miss".to_string());
    assert_eq!(found, [None, None, miss.clone(), miss]);
}
