//! A test and its opposite share out all rows (rule S15), whatever is missing.

use riskql::lang::model::Query;

use super::{Scene, scenes};
use crate::answers::flat::columns;
use crate::answers::pipeline;
use crate::answers::random::seeded::Seeded;
use crate::answers::random::times;

/// What can be asked of the rows of each population.
pub(super) struct Ground {
    pub population: &'static str,
    pub atoms: &'static [&'static str],
}

const FINDING: &[&str] = &[
    "severity = critical",
    "severity != high",
    "severity >= medium",
    "severity < high",
    "severity in (low, critical)",
    "severity not in (info)",
    "severity is missing",
    "validation = confirmed",
    "validation > unverified",
    "exploitable = yes",
    "exploitable != no",
    "environment = production",
    "environment in (staging, \"Production\")",
    "resolution is present",
    "cvss >= 3.5",
    "cvss = 9.8",
    "cvss < 10",
    "found_at < 2026-01-01",
    "found_at = 2026-03",
    "verified_at >= 2025-12-31",
    "verified_at is present",
    "findings.verified_at > findings.fixed_at",
    "findings.closed_at = findings.found_at",
    "due_at < 2026-02-01",
    "due_at is missing",
    "app = shop",
    "app != \"back office\"",
    "team in (payments, web)",
    "criticality <= medium",
    "business_critical = yes",
    "exposure is missing",
    "kind != api",
    "findings.verified_at <= findings.due_at",
    "closed_at is missing",
    "accepted_at is present",
    "open",
    "risk_accepted",
    "overdue",
    "verified",
    "closed",
    "breached",
    "time since found > 30 days",
    "time since found or verified <= 45 days",
    "time from found to verified <= 20 days",
    "time from found to earliest of verified, closed at least 5 days",
    "any scans of its asset completed within 30 days",
    "any scans of its asset completed ever",
    "any scans of its asset attempted in the period",
    "any detections of its asset reported (where duplicate = yes) within 14 days",
    "any detections reported ever",
    "any findings of its asset open (where severity = critical)",
    "due",
    "time since due > 10 days",
    "due_at within next 30 days",
    "due_at within last 20 days",
    "acceptance_ends_at within next 45 days",
    "acceptance_ends_at is present",
    "found_at within last 45 days",
    "verified within last 20 days",
];
const ASSET: &[&str] = &[
    "kind = api",
    "kind not in (web, api)",
    "criticality > low",
    "business_critical != yes",
    "team is missing",
    "exposure = internet",
    "retired_at is present",
    "any scans completed within 7 days",
    "any findings found (where severity >= high) within 60 days",
    "any findings open",
    "any findings overdue (where not risk_accepted)",
    "at least 2 findings open (where severity >= medium)",
    "at least 2 scans completed in the period",
    "at least 3 findings found ever",
    "any findings found (where closed_at is missing) ever",
    "worst_risk >= 60",
    "worst_risk < 20",
    "worst_risk is missing",
];
const DETECTION: &[&str] = &[
    "duplicate = yes",
    "duplicate is missing",
    "tool = zap",
    "tool_kind != sast",
    "app is present",
    "team in (web)",
];

pub(super) const GROUNDS: &[Ground] = &[
    Ground {
        population: "findings found",
        atoms: FINDING,
    },
    Ground {
        population: "findings open",
        atoms: FINDING,
    },
    Ground {
        population: "findings overdue including excluded",
        atoms: FINDING,
    },
    Ground {
        population: "findings verified",
        atoms: FINDING,
    },
    Ground {
        population: "findings due",
        atoms: FINDING,
    },
    Ground {
        population: "assets in_service",
        atoms: ASSET,
    },
    Ground {
        population: "detections reported",
        atoms: DETECTION,
    },
];

/// A tree of tests, `depth` deep at most.
pub(super) fn condition(random: &mut Seeded, atoms: &[&str], depth: usize) -> String {
    match if depth == 0 { 3 } else { random.below(5) } {
        0 => format!("not ({})", condition(random, atoms, depth - 1)),
        1 | 2 => {
            let word = random.pick(&[" and ", " or "]);
            let parts: Vec<String> = (0..2 + random.below(2))
                .map(|_| format!("({})", condition(random, atoms, depth - 1)))
                .collect();
            parts.join(word)
        }
        _ => random.pick(atoms).to_owned(),
    }
}

#[test]
fn a_condition_and_its_opposite_share_out_all_rows() {
    for mut scene in scenes(3, 15) {
        for ground in GROUNDS {
            let texts = questions(&mut scene.random, ground);
            share_out(&scene, &texts);
        }
    }
}

fn questions(random: &mut Seeded, ground: &Ground) -> Vec<String> {
    let question = |_| {
        let condition = condition(random, ground.atoms, 3);
        let of = ground.population;
        let first = times::day(random);
        format!(
            "count of {of} where {condition}, count of {of} where not ({condition}), \
             count of {of} over month from {first} to 2026-06-30"
        )
    };
    (0..5).map(question).collect()
}

fn share_out(scene: &Scene, texts: &[String]) {
    let queries: Vec<Query> = texts
        .iter()
        .map(|text| pipeline::query(&scene.definitions, text))
        .collect();
    let queries: Vec<&Query> = queries.iter().collect();
    let dataset = pipeline::from_given(&scene.definitions, &scene.tables);
    let answers = pipeline::answers(&scene.definitions, &dataset, &queries, scene.evaluation);
    for (text, answer) in texts.iter().zip(&answers) {
        let columns = columns(answer);
        let (with, without, all) = (&columns[0], &columns[1], &columns[2]);
        for ((with, without), all) in with.iter().zip(without).zip(all) {
            let sum = with
                .value
                .zip(without.value)
                .map(|(one, other)| one + other);
            assert_eq!(
                sum,
                all.value,
                "{text}\n{with:?}\n{without:?}\n{}",
                scene.words()
            );
        }
    }
}
