//! Every function over events and states, and lists, on random tables.

use chrono::Days;

use super::compare::all_equal;
use super::random::{add, kept_if_different};
use crate::answers::naive::calendar::GRAINS;
use crate::answers::pipeline::{self, EvaluationTime};
use crate::answers::random::questions::{self, calendars};
use crate::answers::random::seeded::Seeded;
use crate::answers::random::{generator, times};
use crate::answers::tables::Table;

const OF_EVENTS: [&str; 28] = [
    "count of findings due",
    "share of findings due with not breached",
    "count of findings verified where due_at within next 10 days",
    "count of findings closed where found_at within last 30 days and not (due within last 5 days)",
    "mean time from found to due of findings due",
    "count of findings verified",
    "share of findings found with verified within 14 days",
    "share of findings introduced with severity >= high and not (exploitable = yes)",
    "sum time from found to verified of findings verified",
    "p90 time from found to closed of findings closed",
    "min time from introduced to found of findings found",
    "max cvss of findings found",
    "mean cvss of findings found including excluded",
    "median risk of findings found",
    "sum risk of findings verified",
    "distinct app of findings found",
    "distinct exposure of findings found where severity != low",
    "typical time from found to verified of findings found",
    "count of findings breached",
    "count of findings found where any scans of its asset completed within 30 days",
    "count of findings found where any scans of its asset completed in the period",
    "count of findings closed where time from found to earliest of verified, closed <= 30 days",
    "share of findings verified with findings.verified_at <= findings.due_at",
    "share of findings found with verified so far",
    "count of findings found where overdue so far",
    "mean time from introduced to found of findings found",
    "mean time from found to latest of fixed, verified, closed of findings closed",
    "2 * count of findings closed / (count of findings found - 3)",
];

const OF_STATES: [&str; 25] = [
    "count of findings open where due_at within next 14 days",
    "count of findings risk_accepted where acceptance_ends_at within next 30 days",
    "count of findings open where found_at within last 30 days or due within last 5 days",
    "count of findings overdue where time since due > 10 days",
    "count of findings open",
    "count of findings overdue where severity in (high, critical)",
    "count of findings risk_accepted",
    "share of assets in_service with any scans completed within 30 days",
    "share of findings open with any scans of its asset completed within 7 days",
    "share of assets in_service with not any findings open (where severity = critical)",
    "share of assets in_service with at least 2 findings open (where not risk_accepted)",
    "share of assets in_service with at least 2 scans completed within 90 days",
    "share of assets in_service with any findings found (where closed_at is missing) ever",
    "share of findings open with any detections reported ever",
    "count of findings open where time since found > 30 days",
    "count of findings open where risk_accepted or verified",
    "count of assets in_service where not (any scans completed within 30 days)",
    "mean time since found of findings open",
    "p75 time since found of findings open",
    "max time since introduced of findings open",
    "sum time since found of findings open",
    "median cvss of findings open",
    "min risk of findings open",
    "mean risk of findings open",
    "distinct team of findings open",
];

const LISTS: [&str; 7] = [
    "list findings open show finding_id, time since found, time since due as hours, time from found to earliest of fixed, verified as weeks sort by found_at, finding_id",
    "list findings open show finding_id, severity, found_at, due_at, exploitable, cvss sort by severity descending, found_at",
    "list findings found where cvss >= 3.5 show finding_id, found_at, team, app sort by found_at descending limit 7",
    "list findings overdue show finding_id, due_at, criticality sort by criticality",
    "list assets in_service where not (any scans completed within 30 days) show asset_id, team, commissioned_at",
    "list scans completed show scan_id, asset_id, finished_at, app sort by finished_at descending limit 20",
    "list findings verified where verified_at is present and found_at < 2026-01-01 show finding_id, verified_at",
];

fn questions_of(random: &mut Seeded) -> Vec<String> {
    let mut texts: Vec<String> = LISTS.map(str::to_owned).to_vec();
    for _ in 0..24 {
        let (formula, moment) = match random.percent(50) {
            true => (random.pick(&OF_EVENTS), ""),
            false => (
                random.pick(&OF_STATES),
                random.pick(&["", " at start", " at average", " at peak"]),
            ),
        };
        let by = match formula.contains("assets") {
            true => random.pick(&["", " by team", " by criticality, team"]),
            false => random.pick(&["", " by severity", " by exploitable, team"]),
        };
        let first = times::day(random);
        let last = first + Days::new(random.below(120) as u64);
        let over = match random.percent(80) {
            true => format!(" over {}", random.pick(&GRAINS)),
            false => String::new(),
        };
        texts.push(format!(
            "{formula}{by}{over} from {first} to {last}{moment}"
        ));
    }
    texts
}

/// The queries that the language has: some functions are of no state, or at no moment.
fn known(definitions: &riskql::lang::model::Definitions, texts: Vec<String>) -> Vec<String> {
    let is_known = |text: &String| pipeline::try_query(definitions, text).is_some();
    texts.into_iter().filter(is_known).collect()
}

#[test]
fn functions_of_events_and_states_and_lists() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut pairs = Vec::new();
    for (number, calendar) in calendars().iter().enumerate() {
        let definitions = questions::definitions(calendar);
        for case in 0..3 {
            let mut random = Seeded::new(number as u64 * 100 + case + 1_300_000);
            let tables: Vec<Table> = generator::tables(&mut random, calendar);
            let as_of = times::as_of(&mut random, calendar, &tables);
            let texts = known(&definitions, questions_of(&mut random));
            let folder = folder.path().join(format!("{number}_{case}"));
            add(
                &mut pairs,
                &definitions,
                (&folder, &tables),
                EvaluationTime::at(as_of),
                &texts,
            );
        }
    }
    assert!(pairs.len() > 250, "only {} queries", pairs.len());
    kept_if_different(folder, || all_equal(&pairs));
}

/// Scores and terms that change, pauses kept in another table.
const POLICIES: &str = r#"
calendar
  timezone "Europe/Berlin"

scale severity is low < high < critical

table findings "One row per finding"
  key   finding_id
  event found at found_at
  event fixed at fixed_at
  state open   from found_at until fixed_at
  state parked from pauses parked_at until resumed_at
  field severity scale severity
  field fix_by planned date

table pauses "Times in which a finding waits for others"
  key pause_id
  belongs to findings by finding_id
  event parked at parked_at

score risk
  of   findings
  base severity
    critical  10.25
    otherwise  1

score risk
  of    findings
  base  severity
    critical  25
    otherwise 1.5
  cap   20
  since 2025-12-15

sla terms
  of     findings
  starts found
  stops  fixed
  pauses parked
  due 30 days where severity = critical
  due 60 days otherwise

sla terms
  of     findings
  starts found
  stops  fixed
  pauses parked
  since  2025-11-10
  due 10 days where severity >= high
  due 45 days otherwise

sla agreed
  of     findings
  prefix agreed
  starts found
  stops  fixed
  pauses parked
  due at fix_by where fix_by is present
  due 1 calendar month where severity = critical
  due 2 calendar weeks where severity = high
  due 1 calendar quarter otherwise

sla local
  of     findings
  prefix local
  starts found
  stops  fixed
  due 40 calendar days where severity >= high
  due 1 calendar year where severity = low
  due 5 calendar months otherwise
"#;

fn parked(random: &mut Seeded, calendar: &crate::answers::naive::calendar::Calendar) -> Vec<Table> {
    let mut findings = Table::new(
        "findings",
        &["finding_id", "severity", "found_at", "fixed_at", "fix_by"],
    );
    let mut pauses = Table::new(
        "pauses",
        &["pause_id", "finding_id", "parked_at", "resumed_at"],
    );
    for number in 0..30 {
        let found = times::cell(random, 5);
        let severity = random.pick(&["low", "High", "critical", ""]).to_owned();
        let fixed = times::after(random, calendar, &found, 50);
        let id = format!("F{number}");
        for _ in 0..random.below(4) {
            let parked = times::after(random, calendar, &found, 5);
            let resumed = times::after(random, calendar, &parked, 20);
            let pause = format!("P{}", pauses.rows.len());
            pauses.rows.push(vec![pause, id.clone(), parked, resumed]);
        }
        let fix_by = times::after(random, calendar, &found, 60);
        findings.rows.push(vec![id, severity, found, fixed, fix_by]);
    }
    vec![findings, pauses]
}

#[test]
fn policies_that_change_and_clocks_that_pause() {
    let definitions = pipeline::definitions_in(POLICIES);
    let calendar = &calendars()[1];
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut pairs = Vec::new();
    for case in 0..8 {
        let mut random = Seeded::new(case + 1_700_000);
        let tables = parked(&mut random, calendar);
        let as_of = times::as_of(&mut random, calendar, &tables);
        let texts = [
            "sum risk of findings open over month from 2025-10 to 2026-03",
            "mean risk of findings found by severity over week from 2025-11-24 to 2026-01-31",
            "p80 risk of findings open by severity over month from 2025-10 to 2026-03",
            "max risk of findings open over month from 2025-10 to 2026-03 at peak",
            "count of findings breached by severity over month from 2025-08 to 2026-05",
            "count of findings overdue over week from 2025-10-01 to 2026-05-31",
            "count of findings parked over month from 2025-10 to 2026-03 at average",
            "mean time since found of findings parked by severity over month from 2025-10 to 2026-03",
            "list findings open show finding_id, due_at sort by due_at",
            "list findings found show finding_id, found_at, agreed_due_at, local_due_at sort by found_at",
            "count of findings agreed_overdue by severity over week from 2025-10-01 to 2026-05-31",
            "share of findings agreed_due with not agreed_breached over month from 2025-10 to 2026-05",
            "count of findings local_due over day from 2025-10-20 to 2025-11-20",
            "count of findings open where agreed_due_at within next 14 days over week from 2025-10-01 to 2026-03-31",
            "count of findings open where fix_by within last 14 days over week from 2025-10-01 to 2026-03-31",
        ];
        let texts = texts.map(str::to_owned);
        let folder = folder.path().join(case.to_string());
        add(
            &mut pairs,
            &definitions,
            (&folder, &tables),
            EvaluationTime::at(as_of),
            &texts,
        );
    }
    kept_if_different(folder, || all_equal(&pairs));
}
