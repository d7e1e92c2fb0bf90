//! `on constant scope` over random tables: the naive evaluator keeps the rows of assets that it finds in service and scanned
//! at the end of every period.

use chrono::NaiveDate;
use riskql::lang::model::Query;

use super::questions::{calendars, definitions};
use super::seeded::Seeded;
use super::{generator, times};
use crate::answers::flat::lines;
use crate::answers::naive::calendar::Calendar;
use crate::answers::naive::kpis::{KPIS, has_scan, is_between};
use crate::answers::naive::world::{Row, World};
use crate::answers::naive::{self, Question};
use crate::answers::pipeline::{self, EvaluationTime};
use crate::answers::random::agreement::first_difference;

const CASES: u64 = 8;

#[test]
fn constant_scope_agrees_with_the_naive_evaluator() {
    let (mut kept, mut left_out) = (0, 0);
    for (number, calendar) in calendars().iter().enumerate() {
        let definitions = definitions(calendar);
        for case in 0..CASES {
            let mut random = Seeded::new(800_000 + number as u64 * 1000 + case);
            let tables = generator::tables(&mut random, calendar);
            let as_of = times::as_of(&mut random, calendar, &tables);
            let evaluation = EvaluationTime::at(as_of);
            let world = World::new(calendar, &tables, evaluation);
            let (grain, first, last) = range(case);
            let ends = ends(calendar, &world, (grain, first, last));
            let is_kept = |row: &Row| in_scope(&world, row, &ends);
            kept += world.findings.iter().filter(|row| is_kept(row)).count();
            left_out += world.findings.iter().filter(|row| !is_kept(row)).count();
            let questions: Vec<Question> = KPIS
                .iter()
                .map(|(kpi, dimensions)| Question {
                    kpi,
                    by: vec![dimensions[case as usize % dimensions.len()]],
                    grain: Some(grain),
                    first,
                    last,
                    filter: &is_kept,
                    with_total: case % 2 == 0,
                })
                .collect();
            let queries: Vec<Query> = questions
                .iter()
                .map(|question| pipeline::query(&definitions, &text(question)))
                .collect();
            let queries: Vec<&Query> = queries.iter().collect();
            let sources = pipeline::from_given(&definitions, &tables);
            let answers = pipeline::answers(&definitions, &sources, &queries, evaluation);
            for (question, answer) in questions.iter().zip(&answers) {
                let expected = naive::answer(calendar, &world, question);
                if let Some(difference) = first_difference(&expected, &lines(answer)) {
                    let tables: String = tables.iter().map(ToString::to_string).collect();
                    panic!("{}\n{tables}\n{difference}", answer.query);
                }
            }
        }
    }
    assert!(
        kept > 20 && left_out > 20,
        "{kept} kept, {left_out} left out"
    );
}

/// Short ranges: in long ones no asset of random tables is scanned in every period.
fn range(case: u64) -> (&'static str, NaiveDate, NaiveDate) {
    let day = |text: &str| text.parse().expect("a day");
    match case % 4 {
        0 => ("month", day("2025-12-01"), day("2026-01-31")),
        1 => ("day", day("2026-01-03"), day("2026-01-09")),
        2 => ("month", day("2026-01-01"), day("2026-01-31")),
        _ => ("day", day("2025-12-30"), day("2026-01-01")),
    }
}

fn text(question: &Question) -> String {
    let total = if question.with_total {
        " with total"
    } else {
        ""
    };
    format!(
        "{} by {} over {} from {} to {}{total} on constant scope",
        question.kpi,
        question.by[0],
        question.grain.expect("one"),
        question.first,
        question.last
    )
}

/// The ends of the periods in which something can be read, as seen from as-of.
fn ends(
    calendar: &Calendar,
    world: &World,
    (grain, first, last): (&str, NaiveDate, NaiveDate),
) -> Vec<i64> {
    let history = calendar.history_from.map(|day| calendar.midnight(day));
    let periods = calendar.periods(first, last, grain).into_iter();
    let readable = periods.filter(|period| {
        let end = period.end.min(world.as_of);
        period.start < world.as_of && history.is_none_or(|history| end > history)
    });
    readable.map(|period| period.end.min(world.as_of)).collect()
}

/// Whether the row's asset, or the row itself if it is one, is in service and scanned at all of these instants.
fn in_scope(world: &World, row: &Row, ends: &[i64]) -> bool {
    let id = row.text("asset_id");
    let mut assets = world.assets.iter();
    let asset = assets.find(|asset| id.is_some() && asset.text("asset_id") == id);
    asset.is_some_and(|asset| {
        ends.iter().all(|end| {
            is_between(asset, "commissioned_at", "retired_at", *end) && has_scan(world, asset, *end)
        })
    })
}
