//! Stocks read elsewhere than at the end of a period (rule S7): the naive evaluator asks every day.

use chrono::Days;

use super::questions::{self, calendars};
use super::seeded::Seeded;
use super::{generator, times};
use crate::answers::flat::{is_close, lines};
use crate::answers::naive::calendar::{Calendar, GRAINS, Period};
use crate::answers::naive::world::World;
use crate::answers::naive::{self, Library};
use crate::answers::pipeline::{self, EvaluationTime};

/// The value at an instant.
fn at(world: &World, kpi: &str, instant: i64) -> f64 {
    let instant = Period {
        label: String::new(),
        start: instant,
        end: instant,
    };
    let number = world.number(kpi, &instant, &|_| true);
    number.value.expect("a count or a sum")
}

fn expected(
    calendar: &Calendar,
    world: &World,
    (kpi, moment): (&str, &str),
    period: &Period,
    days: &[Period],
) -> Option<f64> {
    let history = calendar.history_from.map(|day| calendar.midnight(day));
    let start = period.start.max(history.unwrap_or(i64::MIN));
    let end = period.end.min(world.as_of());
    if start >= end {
        return None;
    }
    let ends = days
        .iter()
        .map(|day| day.end)
        .filter(|instant| start < *instant && *instant < end);
    let values: Vec<f64> = ends.chain([end]).map(|end| at(world, kpi, end)).collect();
    Some(match moment {
        "start" => at(world, kpi, start),
        "peak" => values.iter().copied().fold(0.0, f64::max),
        "average" => values.iter().sum::<f64>() / values.len() as f64,
        other => panic!("{other} is no moment"),
    })
}

#[test]
fn starts_peaks_and_averages_are_those_of_the_days() {
    for (number, calendar) in calendars().iter().enumerate() {
        let definitions = questions::definitions(calendar);
        for case in 0..10 {
            let mut random = Seeded::new(number as u64 * 100 + case + 900_000);
            let tables = generator::tables(&mut random, calendar);
            let evaluation = EvaluationTime::at(times::as_of(&mut random, calendar, &tables));
            let dataset = pipeline::from_given(&definitions, &tables);
            let world = World::new(calendar, &tables, evaluation);
            for kpi in ["backlog", "overdue_critical", "risk_exposure"] {
                for moment in ["start", "peak", "average"] {
                    let grain = random.pick(&GRAINS);
                    let first = times::day(&mut random);
                    let last = first + Days::new(random.below(70) as u64);
                    let text = format!("{kpi} over {grain} from {first} to {last} at {moment}");
                    let query = pipeline::query(&definitions, &text);
                    let answer = pipeline::answers(&definitions, &dataset, &[&query], evaluation);
                    let days = calendar.periods(first, last, "day");
                    let periods = calendar.periods(first, last, grain);
                    let lines = lines(&answer[0]);
                    assert_eq!(lines.len(), periods.len(), "{text}");
                    for (line, period) in lines.iter().zip(&periods) {
                        let asked = (kpi, moment);
                        let expected = expected(calendar, &world, asked, period, &days);
                        assert!(
                            is_close(line.value, expected),
                            "{}as of {}\n{text}: {line:?} {expected:?}",
                            calendar.written(),
                            times::stamp(evaluation.as_of),
                        );
                    }
                }
            }
        }
    }
}

/// A comparison of nothing with nothing proves nothing: the tables must make numbers of every KPI.
#[test]
fn the_random_tables_fill_every_kpi() {
    let calendar = &calendars()[1];
    let mut filled = std::collections::BTreeMap::new();
    for case in 0..60 {
        let mut random = Seeded::new(1000 + case);
        let tables = generator::tables(&mut random, calendar);
        let evaluation = EvaluationTime::at(times::as_of(&mut random, calendar, &tables));
        let world = World::new(calendar, &tables, evaluation);
        for (kpi, dimensions) in naive::kpis::KPIS {
            let question = naive::Question {
                kpi,
                by: vec![dimensions[0]],
                grain: Some("month"),
                first: "2025-08-01".parse().expect("a date"),
                last: "2026-05-31".parse().expect("a date"),
                filter: &|_| true,
                with_total: true,
            };
            let lines = naive::answer(calendar, &world, &question);
            let numbers = lines
                .iter()
                .filter(|line| line.value.is_some_and(|value| value > 0.0));
            *filled.entry(kpi).or_insert(0) += numbers.count();
        }
    }
    for (kpi, numbers) in filled {
        assert!(numbers >= 20, "{kpi} has only {numbers} numbers");
    }
}
