//! Intervals of quantiles and shares over random tables: the naive evaluator sorts the rows and adds up probabilities.

use riskql::exec::answer::{Answer, Cell};

use super::questions::{calendars, definitions};
use super::seeded::Seeded;
use super::{generator, times};
use crate::answers::flat::is_close;
use crate::answers::naive::Library;
use crate::answers::naive::calendar::{Calendar, Period};
use crate::answers::naive::kpis::within;
use crate::answers::naive::world::{Row, World};
use crate::answers::pipeline::{self, EvaluationTime};

const CASES: u64 = 10;
const DAY: f64 = 86_400_000_000.0;
const MONTHS: [&str; 4] = ["2025-11", "2025-12", "2026-01", "2026-02"];
const LEVEL: f64 = 0.6;

#[test]
fn intervals_are_those_of_sorted_rows() {
    let mut known = 0;
    for (number, calendar) in calendars().iter().enumerate() {
        let definitions = definitions(calendar);
        for case in 0..CASES {
            let mut random = Seeded::new(900_000 + number as u64 * 1000 + case);
            let tables = generator::tables(&mut random, calendar);
            let as_of = times::as_of(&mut random, calendar, &tables);
            let evaluation = EvaluationTime::at(as_of);
            let ask = |what: &str, by: &str| {
                let text = format!(
                    "{what}{by} over month from 2025-11 to 2026-02 with total with interval 60%"
                );
                let query = pipeline::query(&definitions, &text);
                let sources = pipeline::from_given(&definitions, &tables);
                pipeline::answers(&definitions, &sources, &[&query], evaluation).remove(0)
            };
            let world = World::new(calendar, &tables, evaluation);
            for (fraction, word) in [(0.5, "median"), (0.25, "p25"), (0.9, "p90")] {
                let ages = ask(
                    &format!("{word} time since found of findings open"),
                    " by severity",
                );
                known += check(calendar, &world, &ages, &|period, keep| {
                    quantile(ages_at(&world, period, keep), fraction)
                });
                let fixes = ask(
                    &format!("{word} time from found to verified of findings verified"),
                    " by severity",
                );
                known += check(calendar, &world, &fixes, &|period, keep| {
                    quantile(fix_times(&world, period, keep), fraction)
                });
            }
        }
    }
    assert!(known > 100, "only {known} intervals");
}

type Expected<'e> = dyn Fn(&Period, &dyn Fn(&Row) -> bool) -> Option<(f64, f64)> + 'e;

/// How many intervals an answer has, if they are those expected.
fn check(calendar: &Calendar, world: &World, answer: &Answer, expected: &Expected) -> usize {
    let mut known = 0;
    let text = |cell: &Cell| match cell {
        Cell::Text(text) => Some(text.clone()),
        _ => None,
    };
    for row in &answer.rows {
        let label = text(&row.cells[0]).expect("a period");
        let severity = text(&row.cells[1]);
        let is_total = row.level.word() == "total";
        let Cell::Value(value) = &row.cells[2] else {
            panic!("a value");
        };
        let Some(period) = period(calendar, &label, world.as_of()) else {
            assert_eq!(value.evidence.interval, None);
            continue;
        };
        let keep = |row: &Row| is_total || row.text("severity").map(str::to_owned) == severity;
        let naive = expected(&period, &keep);
        let (low, high) = value.evidence.interval.unzip();
        let (naive_low, naive_high) = naive.unzip();
        assert!(
            is_close(low, naive_low) && is_close(high, naive_high),
            "{} {row:?}\n{naive:?}",
            answer.query
        );
        known += usize::from(naive.is_some());
    }
    known
}

/// A month as seen from as-of; none where nothing can be read in it.
fn period(calendar: &Calendar, label: &str, as_of: i64) -> Option<Period> {
    let place = MONTHS.iter().position(|month| *month == label)?;
    let day = |month: &str| format!("{month}-01").parse().expect("a day");
    let next = ["2025-12", "2026-01", "2026-02", "2026-03"][place];
    let (start, end) = (calendar.midnight(day(label)), calendar.midnight(day(next)));
    let history = calendar.history_from.map(|day| calendar.midnight(day));
    let is_blank = start >= as_of || history.is_some_and(|from| end.min(as_of) <= from);
    (!is_blank).then(|| Period {
        label: label.to_owned(),
        start: start.max(history.unwrap_or(i64::MIN)),
        end: end.min(as_of),
    })
}

fn ages_at(world: &World, period: &Period, keep: &dyn Fn(&Row) -> bool) -> Vec<f64> {
    let rows = world.population("open_age", period).into_iter();
    let found = rows
        .filter(|row| keep(row))
        .filter_map(|row| row.time("found_at"));
    found
        .map(|found| (period.end - found) as f64 / DAY)
        .collect()
}

fn fix_times(world: &World, period: &Period, keep: &dyn Fn(&Row) -> bool) -> Vec<f64> {
    let rows = within(&world.findings, period, |row| row.time("verified_at"));
    let rows = rows
        .into_iter()
        .filter(|row| keep(row) && !row.is("resolution", "false_positive"));
    let time = |row: &Row| {
        let time = row.time("verified_at")? - row.time("found_at")?;
        (time >= 0).then_some(time as f64 / DAY)
    };
    rows.filter_map(time).collect()
}

/// The narrowest pair of values with no more than half of the rest on each side.
fn quantile(mut values: Vec<f64>, fraction: f64) -> Option<(f64, f64)> {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    let tail = (1.0 - LEVEL) / 2.0 + 1e-12;
    // The probability that the quantile lies below the value at a place is that of so few values below it.
    let low = (0..n)
        .rev()
        .find(|place| fewer(n, fraction, place + 1) <= tail)?;
    let high = (0..n).find(|place| 1.0 - fewer(n, fraction, place + 1) <= tail)?;
    Some((values[low], values[high]))
}

/// The probability of fewer than `count` among `n`.
fn fewer(n: usize, chance: f64, count: usize) -> f64 {
    let term = |k: usize| {
        let ways = (1..=k).fold(1.0, |ways, i| ways * (n - i + 1) as f64 / i as f64);
        ways * chance.powi(k as i32) * (1.0 - chance).powi((n - k) as i32)
    };
    (0..count).map(term).sum()
}
