//! Findings that are opened and closed over and over: the engine against the naive evaluator.

use chrono::{Days, NaiveDate};

use super::agreement::first_difference;
use super::questions::calendars;
use super::seeded::Seeded;
use super::times::{self, after, cell};
use crate::answers::flat::lines;
use crate::answers::naive::calendar::{Calendar, GRAINS};
use crate::answers::naive::episodes::Episodes;
use crate::answers::naive::{self, Question};
use crate::answers::pipeline::{self, EvaluationTime};
use crate::answers::tables::{Table, smallest};

pub const KPIS: [&str; 7] = [
    "open_findings",
    "open_age",
    "verified_findings",
    "mttr",
    "closings",
    "breaches",
    "overdue_findings",
];

/// Findings, and episodes that follow each other, overlap, go on, or make no sense.
pub fn tables(random: &mut Seeded, calendar: &Calendar) -> Vec<Table> {
    let mut findings = Table::new("findings", &["finding_id", "severity", "found_at"]);
    let mut episodes = Table::new(
        "episodes",
        &["episode_id", "finding_id", "opened_at", "closed_at"],
    );
    for number in 0..random.below(12) {
        let found = cell(random, 10);
        let severity = random.pick(&["low", "high", ""]);
        let id = format!("F{number}");
        let mut opened = found.clone();
        for _ in 0..random.below(4) {
            let closed = after(random, calendar, &opened, 30);
            let place = format!("E{}", episodes.rows.len());
            let of = if random.percent(5) {
                "F99".to_owned()
            } else {
                id.clone()
            };
            episodes
                .rows
                .push(vec![place, of, opened.clone(), closed.clone()]);
            opened = after(random, calendar, &closed, 5);
        }
        findings.rows.push(vec![id, severity.to_owned(), found]);
    }
    vec![findings, episodes]
}

#[test]
fn the_engine_agrees_with_the_naive_evaluator_on_reopened_findings() {
    for (number, calendar) in calendars().iter().enumerate() {
        let text = calendar.written();
        let replaced = [("calendar.kpi", text.as_str())];
        let definitions = pipeline::definitions("tests/answers/episodes/defs", &replaced);
        for case in 0..40 {
            let mut random = Seeded::new(number as u64 * 100 + case + 700_000);
            let tables = tables(&mut random, calendar);
            let evaluation = EvaluationTime::at(times::as_of(&mut random, calendar, &tables));
            for kpi in KPIS {
                let question = question(&mut random, kpi);
                let query = pipeline::query(&definitions, &written(&question));
                let difference = |tables: &[Table]| {
                    let dataset = pipeline::from_given(&definitions, tables);
                    let answer = pipeline::answers(&definitions, &dataset, &[&query], evaluation);
                    let world = Episodes::new(calendar, tables, evaluation);
                    let expected = naive::answer(calendar, &world, &question);
                    first_difference(&expected, &lines(&answer[0]))
                };
                if difference(&tables).is_some() {
                    let tables = smallest(&tables, &|tables| difference(tables).is_some());
                    let difference = difference(&tables).expect("still different");
                    let tables: String = tables.iter().map(ToString::to_string).collect();
                    let as_of = times::stamp(evaluation.as_of);
                    let (calendar, text) = (calendar.written(), &query.text);
                    panic!("{calendar}as of {as_of}\n{text}\n{tables}{difference}");
                }
            }
        }
    }
}

pub fn question(random: &mut Seeded, kpi: &'static str) -> Question<'static> {
    let first: NaiveDate = times::day(random);
    Question {
        kpi,
        by: if random.percent(50) {
            vec!["severity"]
        } else {
            Vec::new()
        },
        grain: Some(random.pick(&GRAINS)),
        first,
        last: first + Days::new(random.below(60) as u64),
        filter: &|_| true,
        with_total: false,
    }
}

pub fn written(question: &Question) -> String {
    let by = if question.by.is_empty() {
        ""
    } else {
        " by severity"
    };
    let grain = question.grain.expect("a grain");
    let (first, last) = (question.first, question.last);
    format!("{}{by} over {grain} from {first} to {last}", question.kpi)
}
