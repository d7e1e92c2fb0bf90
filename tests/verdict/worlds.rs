//! Series made by hand, and the whole sentence that each leads to.

use riskql::base::types::{DisplayUnit, Grain};
use riskql::exec::answer::{BoardVerdict, Decision, Status};
use riskql::insight::verdict::{
    GroupEnds, ReweightedSeries, TargetStanding, VerdictEvidence, VerdictPoint, VerdictSeries,
    decide,
};
use riskql::lang::model::Direction;

const MONTHS: [&str; 12] = [
    "2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05",
    "2026-06", "2026-07", "2026-08", "2026-09",
];

/// Falls with ups and downs: of 66 pairs of months 58 fall and 8 rise.
const FALLING: [f64; 12] = [
    2038.0, 1268.5, 1672.5, 1848.5, 2051.0, 1597.0, 1224.0, 1062.0, 921.5, 839.5, 617.5, 599.5,
];
const COVERED: [f64; 12] = [
    0.83, 0.83, 0.92, 0.92, 0.92, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0,
];

fn points(values: &[f64], rows: u64) -> Vec<VerdictPoint> {
    let all = MONTHS.iter().zip(values);
    all.map(|(period, value)| VerdictPoint {
        period: (*period).to_owned(),
        value: Some(*value),
        rows,
    })
    .collect()
}

fn risk(values: &[f64]) -> VerdictSeries {
    VerdictSeries {
        title: "Risk exposure".to_owned(),
        unit: DisplayUnit::Points,
        grain: Grain::Month,
        direction: Direction::LowerIsBetter,
        points: points(values, 40),
        target: None,
    }
}

fn coverage(values: &[f64], status: Status) -> VerdictSeries {
    VerdictSeries {
        title: "Scan coverage".to_owned(),
        unit: DisplayUnit::Percent,
        direction: Direction::HigherIsBetter,
        points: points(values, 6),
        target: Some((status, "at least 90%".to_owned())),
        ..risk(&[])
    }
}

fn world(values: &[f64]) -> VerdictEvidence {
    VerdictEvidence {
        question: "Is risk decreasing?".to_owned(),
        subject: risk(values),
        fewest_rows: None,
        reweighted: None,
        constant_scope: None,
        foundations: vec![coverage(&COVERED, Status::Pass)],
        groups: Vec::new(),
        targets: Vec::new(),
    }
}

fn says(verdict: &BoardVerdict, decision: Decision, headline: &str, evidence: &[&str]) {
    assert_eq!(verdict.headline(), headline);
    assert_eq!(verdict.decision, decision);
    assert_eq!(verdict.evidence, evidence);
}

fn standing(title: &str, status: Status, value: &str, target: &str) -> TargetStanding {
    TargetStanding {
        title: title.to_owned(),
        status,
        value: value.to_owned(),
        target: target.to_owned(),
        has_few_rows: false,
        mostly: None,
    }
}

#[test]
fn falling() {
    let mut world = world(&FALLING);
    world.constant_scope = Some(points(&FALLING.map(|value| value * 0.5), 20));
    world.groups = vec![
        GroupEnds {
            name: "payments".to_owned(),
            first: 1000.0,
            last: 200.0,
        },
        GroupEnds {
            name: "logistics".to_owned(),
            first: 838.0,
            last: 349.5,
        },
        GroupEnds {
            name: "storefront".to_owned(),
            first: 200.0,
            last: 50.0,
        },
    ];
    let mut overdue = standing("Overdue critical findings", Status::Miss, "2", "at most 0");
    overdue.mostly = Some("all in logistics".to_owned());
    let mut mttr = standing("MTTR, critical", Status::Pass, "23 days", "below 30 days");
    mttr.has_few_rows = true;
    world.targets = vec![
        mttr,
        standing("Escape rate", Status::Pass, "13%", "below 15%"),
        standing("Scan coverage", Status::Pass, "100%", "at least 90%"),
        overdue,
    ];
    // 800 of 1,438.5 points are 56 %, 488.5 are 34 %, 150 are 10 %.
    says(
        &decide(&world),
        Decision::Yes,
        "Yes: risk exposure fell by 71% in twelve months (2,038 → 600 points; decreasing, p < 0.001).",
        &[
            "Over what was in scope in every month it fell by 71%.",
            "Most of the change is in payments (-800) and logistics (-488).",
            "Scan coverage stayed between 83% and 100%.",
            "3 of 4 targets are met; missed: overdue critical findings (2, target at most 0), all in logistics; 1 rests on few rows.",
        ],
    );
}

#[test]
fn rising() {
    let mut rising = FALLING;
    rising.reverse();
    let mut world = world(&rising);
    world.constant_scope = Some(points(&rising, 20));
    says(
        &decide(&world),
        Decision::No,
        "No: risk exposure rose by 240% in twelve months (600 → 2,038 points; increasing, p < 0.001).",
        &["Over what was in scope in every month it rose by 240%."],
    );
}

#[test]
fn flat() {
    says(
        &decide(&world(&[600.0; 12])),
        Decision::No,
        "No: risk exposure stayed at 600 points in twelve months.",
        &[],
    );
}

#[test]
fn noisy() {
    // Of 66 pairs 30 rise and 36 fall: counted over all orders of twelve, p is 0.737.
    let noise = [
        5.0, 12.0, 3.0, 10.0, 7.0, 1.0, 8.0, 11.0, 4.0, 6.0, 2.0, 9.0,
    ];
    says(
        &decide(&world(&noise)),
        Decision::NoEvidence,
        "No evidence: risk exposure moved between 1 and 12 points in twelve months (no trend, p = 0.74).",
        &[],
    );
}

#[test]
fn falling_and_back_at_the_end() {
    let mut values = FALLING;
    values[11] = 2100.0;
    let verdict = decide(&world(&values));
    assert_eq!(verdict.decision, Decision::NoEvidence);
    assert!(
        verdict
            .headline()
            .contains("moved between 618 and 2,100 points"),
        "{}",
        verdict.headline()
    );
}

#[test]
fn falling_because_coverage_fell() {
    let mut world = world(&FALLING);
    let blind = COVERED.map(|share| 1.4 - share - 0.2);
    world.foundations = vec![coverage(&blind, Status::Miss)];
    says(
        &decide(&world),
        Decision::CannotTell,
        "Cannot tell: risk exposure fell by 71% in twelve months, but scan coverage, on which that rests, went from 37% to 20% (2,038 → 600 points; decreasing, p < 0.001).",
        &[],
    );
}

#[test]
fn falling_where_little_is_looked_at() {
    let mut world = world(&FALLING);
    world.foundations = vec![coverage(&[0.4; 12], Status::Miss)];
    assert_eq!(
        decide(&world).summary,
        "Cannot tell: risk exposure fell by 71% in twelve months, but scan coverage, on which that rests, is 40% (at least 90% is its target)"
    );
    world.foundations[0].points[11].value = None;
    assert_eq!(
        decide(&world).summary,
        "Cannot tell: risk exposure fell by 71% in twelve months, but scan coverage, on which that rests, is not known after 2026-08"
    );
}

#[test]
fn falling_only_because_less_is_in_scope() {
    let mut world = world(&FALLING);
    world.constant_scope = Some(points(&[300.0; 12], 20));
    assert_eq!(
        decide(&world).summary,
        "Cannot tell: risk exposure fell by 71% in twelve months, but over what was in scope in every month it stayed at 300 points"
    );
}

#[test]
fn rising_only_because_more_is_looked_at() {
    let mut rising = FALLING;
    rising.reverse();
    let mut world = world(&rising);
    world.constant_scope = Some(points(&FALLING, 20));
    assert_eq!(
        decide(&world).summary,
        "Cannot tell: risk exposure rose by 240% in twelve months, but over what was in scope in every month it fell by 71%: more was looked at"
    );
}

#[test]
fn falling_because_weights_changed() {
    let mut world = world(&FALLING);
    // With the weights of today nothing changed at all.
    world.reweighted = Some(ReweightedSeries {
        points: points(&[600.0; 12], 40),
        since: "2026-03-01".to_owned(),
    });
    says(
        &decide(&world),
        Decision::No,
        "No: risk exposure stayed at 600 points in twelve months.",
        &[
            "Weights changed on 2026-03-01: every month is computed with those in force since then; with the weights of its time, the number went from 2,038 to 600 points.",
        ],
    );
}

#[test]
fn empty() {
    let mut nothing = world(&[0.0; 12]);
    for point in &mut nothing.subject.points {
        point.rows = 0;
    }
    assert_eq!(
        decide(&nothing).summary,
        "Cannot tell: risk exposure is of no row in twelve months: nothing was found, or nothing was looked at"
    );
    for point in &mut nothing.subject.points {
        point.value = None;
    }
    assert_eq!(
        decide(&nothing).summary,
        "Cannot tell: risk exposure has no value in twelve months"
    );
}

#[test]
fn one_month_only() {
    let mut young = world(&FALLING);
    for point in &mut young.subject.points[..11] {
        point.value = None;
        point.rows = 0;
    }
    assert_eq!(
        decide(&young).summary,
        "Cannot tell: risk exposure has a value in 1 of twelve months, and a direction needs 6"
    );
}

#[test]
fn a_mean_of_few_rows() {
    let mut world = world(&FALLING);
    world.subject.title = "MTTR".to_owned();
    world.subject.points = points(&FALLING, 2);
    world.fewest_rows = Some(5);
    assert_eq!(
        decide(&world).summary,
        "Cannot tell: MTTR is of 2 rows in a usual month, and chance moves a number of so few"
    );
}

#[test]
fn a_share_that_gets_better_by_rising() {
    let mut world = world(&[]);
    world.subject = coverage(&COVERED, Status::Pass);
    world.foundations.clear();
    world.question = "Do we look at more?".to_owned();
    let verdict = decide(&world);
    assert_eq!(verdict.decision, Decision::Yes);
    assert!(
        verdict.headline().starts_with(
            "Yes: scan coverage rose from 83% to 100% in twelve months (increasing, p "
        ),
        "{}",
        verdict.headline()
    );
}

#[test]
fn a_share_of_the_whole_stays_below_it() {
    let mut values = FALLING;
    values[0] = 1000.0;
    values[11] = 1.0;
    values.sort_by(|left, right| right.total_cmp(left));
    // 2,051 to 1: 99.95 %, which must not read as all of it.
    let summary = decide(&world(&values)).summary;
    assert!(summary.contains("fell by 99.95%"), "{summary}");
}

#[test]
fn targets_that_cannot_be_judged() {
    let mut world = world(&[600.0; 12]);
    world.targets = vec![
        standing("MTTR, critical", Status::NoData, "none", "below 30 days"),
        standing("Escape rate", Status::Pass, "13%", "below 15%"),
    ];
    assert_eq!(
        decide(&world).evidence,
        ["The only target that can be judged is met; 1 cannot be judged."]
    );
    world.targets.pop();
    assert_eq!(decide(&world).evidence, ["No target can be judged."]);
}
