//! What the groups of a number contribute adds up to its change, whatever the data.

use riskql::insight::attribution::{self, Contribution, ContributionMethod, Fraction};
use riskql::lang::model::{Dimension, FieldId, Query, Subject};

use super::behind::Desk;
use super::scenes;
use crate::answers::flat::is_close;
use crate::answers::naive::kpis::KPIS;
use crate::answers::random::seeded::Seeded;

/// Values that do not follow from those of their groups.
const NOT: [&str; 2] = ["open_age", "time_to_fix"];
const PERIODS: [&str; 6] = [
    "in 2026-01",
    "last 2 quarters",
    "past 90 days",
    "this month",
    "over month from 2025-10 to 2026-02",
    "from 2025-12-10 to 2026-01",
];

#[test]
fn mix_and_rate_of_any_groups_add_up_to_the_change() {
    let mut random = Seeded::new(73);
    let mut explained = 0;
    for _ in 0..3_000 {
        let mut fraction = || {
            // Groups come and go, and some have something above the line and nothing below.
            let below = random.pick(&[0, 0, 1, 2, 3, 10, 40]) as f64;
            let has_any = below > 0.0 || random.percent(20);
            let above = if has_any {
                random.below(1000) as f64 / 7.0
            } else {
                0.0
            };
            Fraction { above, below }
        };
        let count = 1 + (explained % 9);
        let groups: Vec<(Fraction, Fraction)> =
            (0..count).map(|_| (fraction(), fraction())).collect();
        let whole = |side: fn(&(Fraction, Fraction)) -> Fraction| {
            let above: f64 = groups.iter().map(|group| side(group).above).sum();
            let below: f64 = groups.iter().map(|group| side(group).below).sum();
            (below != 0.0).then(|| above / below)
        };
        let (before, after) = (whole(|group| group.0), whole(|group| group.1));
        let Some(found) = attribution::of_quotient(&groups) else {
            assert!(before.is_none() || after.is_none());
            continue;
        };
        explained += 1;
        let change = after.unwrap() - before.unwrap();
        let sum: f64 = found.iter().map(|own| own.total()).sum();
        assert!(
            is_close(Some(sum), Some(change)),
            "{groups:?}: {sum} is not {change}"
        );
        for (own, (before, after)) in found.iter().zip(&groups) {
            check_one(*own, *before, *after);
        }
    }
    assert!(explained > 1_000, "only {explained}");
}

/// What did not change has no part; what came or went with a value of its own is mix alone.
fn check_one(own: Contribution, before: Fraction, after: Fraction) {
    let comes = before == Fraction::default() && after.below > 0.0;
    let goes = after == Fraction::default() && before.below > 0.0;
    if comes || goes {
        assert_eq!(own.rate, 0.0);
    }
    if before == Fraction::default() && after == Fraction::default() {
        assert_eq!(own, Contribution::default());
    }
}

#[test]
fn the_groups_of_every_kpi_add_up_to_its_change() {
    let (mut checked, mut moved) = (0, 0);
    for (case, scene) in scenes(74, 10).enumerate() {
        let mut desk = Desk::new(&scene);
        for (place, (kpi, dimensions)) in KPIS.iter().enumerate() {
            let period = PERIODS[(case + place) % PERIODS.len()];
            let query = desk.query(&format!("{kpi} {period}"));
            let by = vec![dimension(
                &desk,
                &query,
                dimensions[case % dimensions.len()],
            )];
            let context = desk.context();
            let why = match attribution::why(&context, &query, &[by]) {
                Ok(why) => why,
                Err(problems) => {
                    let codes: Vec<&str> = problems
                        .sorted()
                        .iter()
                        .map(|problem| problem.code)
                        .collect();
                    assert_eq!(codes, ["K972"], "{}", query.text);
                    continue;
                }
            };
            let Some(change) = why.change() else {
                assert_eq!(why.how, ContributionMethod::NoValue);
                continue;
            };
            assert_eq!(
                why.how == ContributionMethod::Not,
                NOT.contains(kpi),
                "{kpi}"
            );
            if why.how == ContributionMethod::Not {
                assert!(why.groups.iter().all(|group| group.contribution.is_none()));
                continue;
            }
            let own = why.groups.iter().filter_map(|group| group.contribution);
            let sum: f64 = own.map(|own| own.total()).sum();
            assert!(
                is_close(Some(sum), Some(change)),
                "{} by {:?}: {sum} is not {change}\n{why:#?}\n{}",
                query.text,
                why.dimensions,
                scene.words()
            );
            checked += 1;
            moved += usize::from(change != 0.0);
        }
    }
    assert!(
        checked > 80 && moved > 40,
        "{checked} checked, {moved} moved"
    );
}

fn dimension(desk: &Desk, query: &Query, name: &str) -> Dimension {
    let Subject::Values(values) = &query.subject else {
        panic!("a values query");
    };
    let table = values.columns[0].formula.measures()[0].population.table;
    let field = desk
        .definitions
        .table(table)
        .field_named(name)
        .expect("a field");
    let field = FieldId { table, field };
    Dimension {
        name: name.to_owned(),
        field_type: desk.definitions.field(field).field_type.clone(),
        fields: vec![field],
        bands: Vec::new(),
    }
}
