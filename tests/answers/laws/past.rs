//! What is over does not change because time passes (rule S40): the value of a period that is complete is the same as of
//! its end and as of any later instant, rows that became known late aside.

use riskql::lang::model::Query;

use super::partition::{GROUNDS, condition};
use super::{Scene, scenes};
use crate::answers::flat::lines;
use crate::answers::naive::kpis::KPIS;
use crate::answers::pipeline::{self, EvaluationTime};

/// Due instants follow the pauses that are known, and are compared with a fixed day, or with an instant before them,
/// as of as-of.
const OF_AS_OF: &[&str] = &[
    "due_at < 2026-02-01",
    "due_at is missing",
    "due_at within next 30 days",
];
/// The typical time follows its cohort up to as-of (rule S22). What is introduced by the day it was found, for want of a
/// better one, changes once a better one is known (rule S46).
const FOLLOWING: [&str; 3] = ["time_to_fix", "introduced_findings", "fix_rate"];

/// The same queries from the end of February 2026 and from later, over months that are over by then.
fn compare(scene: &Scene, texts: &[String]) {
    let queries: Vec<Query> = texts
        .iter()
        .map(|text| pipeline::query(&scene.definitions, text))
        .collect();
    let queries: Vec<&Query> = queries.iter().collect();
    let dataset = pipeline::from_given(&scene.definitions, &scene.tables);
    let end = scene.calendar.read("2026-03-01");
    let answers = |as_of: i64| {
        let evaluation = EvaluationTime {
            known_on: end,
            ..EvaluationTime::at(as_of)
        };
        pipeline::answers(&scene.definitions, &dataset, &queries, evaluation)
    };
    let then = answers(end);
    for later in ["2026-03-02", "2026-07-01", "2030-01-01"] {
        let now = answers(scene.calendar.read(later));
        for ((text, then), now) in texts.iter().zip(&then).zip(&now) {
            assert_eq!(
                lines(then),
                lines(now),
                "as of {later}: {text}\n{}",
                scene.words()
            );
        }
    }
}

#[test]
fn every_kpi_of_the_library_keeps_its_past() {
    for scene in scenes(21, 12) {
        let kpis = KPIS.iter().filter(|(kpi, _)| !FOLLOWING.contains(kpi));
        let texts: Vec<String> = kpis
            .map(|(kpi, _)| format!("{kpi} over month from 2025-10 to 2026-02"))
            .collect();
        compare(&scene, &texts);
    }
}

/// KPIs that the naive evaluator does not know, and what views show; those that read columns which the tables lack
/// (`reopen_rate`, `kev_overdue`) are left out, as is `mean_time_to_detect`, which follows what is introduced.
const OTHERS: [&str; 13] = [
    "critical_free_assets",
    "expiring_acceptances",
    "finding_density",
    "findings_by_tool",
    "risk_acceptances",
    "risk_per_asset",
    "security_debt",
    "scan_coverage by kind",
    "backlog, risk_exposure by time since found in (30 days, 90 days, 180 days, 365 days)",
    "risk_exposure, backlog, overdue_critical by app",
    "risk_exposure by criticality",
    "mttr by team",
    "verified_findings by severity",
];

#[test]
fn views_and_other_kpis_keep_their_past() {
    for scene in scenes(23, 6) {
        let texts = OTHERS.iter();
        let texts = texts.map(|kpis| format!("{kpis} over month from 2025-10 to 2026-02"));
        compare(&scene, &texts.collect::<Vec<String>>());
    }
}

#[test]
fn random_conditions_keep_their_past() {
    for mut scene in scenes(22, 12) {
        for ground in GROUNDS {
            let mut texts = Vec::new();
            let atoms: Vec<&str> = ground.atoms.to_vec();
            let atoms: Vec<&str> = atoms
                .into_iter()
                .filter(|atom| !OF_AS_OF.contains(atom))
                .collect();
            for _ in 0..4 {
                let first = condition(&mut scene.random, &atoms, 2);
                let second = condition(&mut scene.random, &atoms, 2);
                let of = ground.population;
                let when = "over month from 2025-10 to 2026-02";
                texts.push(format!("count of {of} where {first} {when}"));
                texts.push(format!("share of {of} where {first} with {second} {when}"));
            }
            compare(&scene, &texts);
        }
    }
}
