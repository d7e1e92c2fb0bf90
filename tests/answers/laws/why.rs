//! What the groups of a number contribute adds up to its change, whatever the data.

use riskql::insight::attribution::{
    self, Attribution, Contribution, ContributionMethod, Fraction, StockChange,
};
use riskql::lang::model::{Dimension, FieldId, Query, Subject};

use super::behind::Desk;
use super::scenes;
use crate::answers::flat::is_close;
use crate::answers::naive::kpis::{KPIS, is_between};
use crate::answers::naive::world::World;
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
            check_stock(&why, kpi, change);
            checked += 1;
            moved += usize::from(change != 0.0);
        }
    }
    assert!(
        checked > 80 && moved > 40,
        "{checked} checked, {moved} moved"
    );
}

/// What happened to the rows of a stock adds up to its change, of the whole and of each group, and nothing is left over.
fn check_stock(why: &Attribution, kpi: &str, change: f64) {
    let is_stock = ["backlog", "risk_exposure", "overdue_critical"].contains(&kpi);
    assert_eq!(why.stock.is_some(), is_stock, "{kpi}");
    let Some(stock) = why.stock else { return };
    let sum = |stock: &StockChange| stock.parts().iter().map(|(_, part)| part).sum::<f64>();
    assert!(
        is_close(Some(sum(&stock)), Some(change)),
        "{kpi} {stock:?} {change}"
    );
    for group in &why.groups {
        let own = group.contribution.expect("counts and sums add up").total();
        let parts = group.stock.as_ref().map(sum);
        assert!(is_close(parts, Some(own)), "{kpi} {group:?}");
    }
}

/// Findings that come into the state, leave it, and are accepted or no longer so meanwhile, counted one by one.
#[test]
fn a_stock_is_moved_by_what_happens_to_its_rows() {
    let (mut opened, mut closed, mut scope_in, mut scope_out) = (0.0, 0.0, 0.0, 0.0);
    for scene in scenes(75, 20) {
        let day = |text: &str| scene.calendar.midnight(text.parse().expect("a day"));
        let (before, after) = (day("2026-01-01"), day("2026-02-01"));
        let history = scene.calendar.history_from;
        if scene.evaluation.as_of < after
            || history.is_some_and(|from| day("2025-12-31") < scene.calendar.midnight(from))
        {
            continue;
        }
        let mut desk = Desk::new(&scene);
        let query = desk.query("count of findings open where not risk_accepted in 2026-01");
        let by = vec![dimension(&desk, &query, "severity")];
        let why = attribution::why(&desk.context(), &query, &[by]).expect("an answer");
        let found = why.stock.expect("a stock");
        let world = World::new(&scene.calendar, &scene.tables, scene.evaluation);
        let naive = naive_change(&world, before, after);
        assert_eq!(found, naive, "{}", scene.words());
        opened += naive.opened;
        closed += naive.closed;
        scope_in += naive.scope_in;
        scope_out += naive.scope_out;
    }
    let all = (
        opened > 10.0,
        closed < -10.0,
        scope_in > 2.0,
        scope_out < -2.0,
    );
    assert_eq!(
        all,
        (true, true, true, true),
        "{opened} {closed} {scope_in} {scope_out}"
    );
}

fn naive_change(world: &World, before: i64, after: i64) -> StockChange {
    let mut change = StockChange::default();
    for row in &world.findings {
        if row.is("resolution", "false_positive") {
            continue;
        }
        let is_open = |at| is_between(row, "found_at", "closed_at", at);
        let is_counted =
            |at| is_open(at) && !is_between(row, "accepted_at", "acceptance_ends_at", at);
        match (is_open(before), is_open(after)) {
            (false, true) if is_counted(after) => change.opened += 1.0,
            (true, false) if is_counted(before) => change.closed -= 1.0,
            (true, true) if is_counted(after) && !is_counted(before) => change.scope_in += 1.0,
            (true, true) if is_counted(before) && !is_counted(after) => change.scope_out -= 1.0,
            _ => {}
        }
    }
    change
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
