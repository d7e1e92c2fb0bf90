//! Every KPI of the library by every grain, grouping, zone and filter: the engine must say what the
//! naive evaluator says.

use chrono::Days;
use riskql::lang::model::{Definitions, Query};

use super::generator;
use super::questions::{self, Asked, calendars};
use super::seeded::Seeded;
use super::times;
use crate::answers::flat::{Line, is_close, lines};
use crate::answers::naive::calendar::Calendar;
use crate::answers::naive::world::World;
use crate::answers::naive::{self};
use crate::answers::pipeline::{self, EvaluationTime};
use crate::answers::tables::{Table, smallest};

/// How many sets of tables are tried for each calendar.
const CASES: u64 = 30;

struct Case<'a> {
    calendar: &'a Calendar,
    definitions: &'a Definitions,
    evaluation: EvaluationTime,
}

#[test]
fn the_engine_agrees_with_the_naive_evaluator_in_utc() {
    try_calendar(0);
}

#[test]
fn the_engine_agrees_with_the_naive_evaluator_in_berlin() {
    try_calendar(1);
}

#[test]
fn the_engine_agrees_with_the_naive_evaluator_in_new_york() {
    try_calendar(2);
}

#[test]
fn the_engine_agrees_with_the_naive_evaluator_in_santiago() {
    try_calendar(3);
}

fn try_calendar(number: usize) {
    let calendar = &calendars()[number];
    let definitions = questions::definitions(calendar);
    for case in 0..CASES {
        try_case(number as u64 * 1000 + case, calendar, &definitions);
    }
}

fn try_case(seed: u64, calendar: &Calendar, definitions: &Definitions) {
    let mut random = Seeded::new(seed);
    let tables = generator::tables(&mut random, calendar);
    let as_of = times::as_of(&mut random, calendar, &tables);
    let known_on = if random.percent(30) {
        times::as_of(&mut random, calendar, &tables)
    } else {
        as_of
    };
    let case = Case {
        calendar,
        definitions,
        evaluation: EvaluationTime { as_of, known_on },
    };
    let asked = questions::all(&mut random, seed);
    let queries: Vec<Query> = asked
        .iter()
        .map(|asked| pipeline::query(definitions, &asked.text()))
        .collect();
    let queries: Vec<&Query> = queries.iter().collect();
    let dataset = if seed.is_multiple_of(2) {
        pipeline::from_files(definitions, &tables, &queries)
    } else {
        pipeline::from_given(definitions, &tables)
    };
    let answers = pipeline::answers(definitions, &dataset, &queries, case.evaluation);
    let world = World::new(calendar, &tables, case.evaluation);
    for ((asked, answer), query) in asked.iter().zip(&answers).zip(&queries) {
        let expected = naive::answer(calendar, &world, &asked.question());
        if first_difference(&expected, &lines(answer)).is_some() {
            panic!("seed {seed}\n{}", report(&case, asked, query, &tables));
        }
    }
}

/// Where two lists of lines part.
pub fn first_difference(expected: &[Line], got: &[Line]) -> Option<String> {
    for place in 0..expected.len().max(got.len()) {
        let pair = (expected.get(place), got.get(place));
        let is_equal = match pair {
            (Some(expected), Some(got)) => {
                is_close(expected.value, got.value)
                    && Line {
                        value: None,
                        ..expected.clone()
                    } == Line {
                        value: None,
                        ..got.clone()
                    }
            }
            (Some(_), None) | (None, Some(_)) | (None, None) => false,
        };
        if !is_equal {
            return Some(format!(
                "expected {:?}\nbut got  {:?}",
                expected.get(place),
                got.get(place)
            ));
        }
    }
    None
}

fn difference(case: &Case, asked: &Asked, query: &Query, tables: &[Table]) -> Option<String> {
    let dataset = pipeline::from_given(case.definitions, tables);
    let answers = pipeline::answers(case.definitions, &dataset, &[query], case.evaluation);
    let world = World::new(case.calendar, tables, case.evaluation);
    let expected = naive::answer(case.calendar, &world, &asked.question());
    first_difference(&expected, &lines(&answers[0]))
}

fn report(case: &Case, asked: &Asked, query: &Query, tables: &[Table]) -> String {
    let tables = smallest(tables, &|tables| {
        difference(case, asked, query, tables).is_some()
    });
    let difference = difference(case, asked, query, &tables);
    let tables: String = tables
        .iter()
        .filter(|table| !table.rows.is_empty())
        .map(ToString::to_string)
        .collect();
    format!(
        "{}as of {}, known on {}\n{}\n{tables}{}",
        case.calendar.written(),
        times::stamp(case.evaluation.as_of),
        times::stamp(case.evaluation.known_on),
        asked.text(),
        difference.unwrap_or("(only together with other queries, or from files)".to_owned()),
    )
}

#[test]
fn the_questions_reach_every_kpi_with_every_grain_and_grouping() {
    let cases = calendars().len() as u64 * CASES;
    let mut reached = std::collections::BTreeSet::new();
    for case in 0..cases {
        let seed = case / CASES * 1000 + case % CASES;
        for asked in questions::all(&mut Seeded::new(seed), seed) {
            assert!(asked.last < asked.first + Days::new(1000));
            reached.insert((asked.kpi, asked.grain, asked.by.clone()));
        }
    }
    for (kpi, dimensions) in naive::kpis::KPIS {
        for grain in questions::grains() {
            for by in questions::groupings(dimensions) {
                assert!(
                    reached.contains(&(kpi, grain, by.clone())),
                    "{kpi} {grain:?} {by:?}"
                );
            }
        }
    }
}
