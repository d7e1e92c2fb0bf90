//! Random tables: zones, changes of clocks, ties, reopenings, missing values.

use std::fs;
use std::path::Path;

use riskql::lang::model::{Definitions, Query};

use super::compare::{Case, Pair, all_equal};
use crate::answers::naive::calendar::GRAINS;
use crate::answers::pipeline::{self, EvaluationTime};
use crate::answers::random::questions::{self, Asked, calendars};
use crate::answers::random::seeded::Seeded;
use crate::answers::random::{bands, episodes, generator, roll_ups, times};
use crate::answers::tables::Table;

/// How many sets of tables are tried for each calendar, and how many questions are asked of each.
const CASES: u64 = 3;
const QUESTIONS: usize = 30;

/// Adds the answers and statements of queries over some tables, which are written to a folder.
pub fn add(
    pairs: &mut Vec<Pair>,
    definitions: &Definitions,
    (folder, tables): (&Path, &[Table]),
    evaluation: EvaluationTime,
    texts: &[String],
) {
    fs::create_dir_all(folder).expect("a folder to write to");
    for table in tables {
        fs::write(folder.join(format!("{}.csv", table.name)), table.csv())
            .expect("a file to write to");
    }
    let queries: Vec<Query> = texts
        .iter()
        .map(|text| pipeline::query(definitions, text))
        .collect();
    let queries: Vec<&Query> = queries.iter().collect();
    let read = pipeline::from_folder(definitions, folder, &queries);
    let answers = pipeline::answers(definitions, &read, &queries, evaluation);
    let case = Case::new(definitions, folder, &read);
    for (query, answer) in queries.iter().zip(answers) {
        let plan = pipeline::planned(definitions, query, evaluation);
        let label = format!(
            "as of {}, known on {}, in {}: ",
            times::stamp(evaluation.as_of),
            times::stamp(evaluation.known_on),
            folder.display()
        );
        pairs.push(case.pair(&label, query, &plan, answer));
    }
}

fn asked(random: &mut Seeded, seed: u64) -> Vec<String> {
    let mut all = questions::all(random, seed);
    let mut texts = Vec::new();
    for _ in 0..QUESTIONS {
        let asked = all.swap_remove(random.below(all.len()));
        texts.push(decorated(random, &asked));
    }
    texts
}

/// A question, sometimes with its rows ranked, sorted or cut.
fn decorated(random: &mut Seeded, asked: &Asked) -> String {
    let mut text = asked.text();
    if asked.grain.is_some() && random.percent(20) {
        text += " on constant scope";
    }
    if asked.by.is_empty() || asked.with_total {
        return text;
    }
    match random.below(4) {
        0 => format!("{text} top 2"),
        1 => format!("{text} sort by {} descending limit 7", asked.kpi),
        2 => format!("{text} sort by {} descending, {}", asked.by[0], asked.kpi),
        _ => text,
    }
}

fn try_calendar(number: usize) {
    let calendar = &calendars()[number];
    let definitions = questions::definitions(calendar);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut pairs = Vec::new();
    for case in 0..CASES {
        let seed = number as u64 * 1000 + case;
        let mut random = Seeded::new(seed + 300_000);
        let tables = generator::tables(&mut random, calendar);
        let as_of = times::as_of(&mut random, calendar, &tables);
        let known_on = match random.percent(30) {
            true => times::as_of(&mut random, calendar, &tables),
            false => as_of,
        };
        let texts = asked(&mut random, seed);
        let folder = folder.path().join(case.to_string());
        let evaluation = EvaluationTime { as_of, known_on };
        add(
            &mut pairs,
            &definitions,
            (&folder, &tables),
            evaluation,
            &texts,
        );
    }
    kept_if_different(folder, || all_equal(&pairs));
}

/// Leaves the tables where they are if something fails over them.
pub fn kept_if_different(folder: tempfile::TempDir, compare: impl FnOnce()) {
    let path = folder.keep();
    compare();
    fs::remove_dir_all(path).expect("a folder that was made");
}

#[test]
fn random_tables_in_utc() {
    try_calendar(0);
}

#[test]
fn random_tables_in_berlin() {
    try_calendar(1);
}

#[test]
fn random_tables_in_new_york() {
    try_calendar(2);
}

#[test]
fn random_tables_in_santiago() {
    try_calendar(3);
}

#[test]
fn findings_opened_and_closed_over_and_over() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut pairs = Vec::new();
    for (number, calendar) in calendars().iter().enumerate() {
        let text = calendar.written();
        let replaced = [("calendar.kpi", text.as_str())];
        let definitions = pipeline::definitions("tests/answers/episodes/defs", &replaced);
        for case in 0..6 {
            let mut random = Seeded::new(number as u64 * 100 + case + 710_000);
            let tables = episodes::tables(&mut random, calendar);
            let evaluation = EvaluationTime::at(times::as_of(&mut random, calendar, &tables));
            let texts =
                episodes::KPIS.map(|kpi| episodes::written(&episodes::question(&mut random, kpi)));
            let folder = folder.path().join(format!("{number}_{case}"));
            add(
                &mut pairs,
                &definitions,
                (&folder, &tables),
                evaluation,
                &texts,
            );
        }
    }
    kept_if_different(folder, || all_equal(&pairs));
}

#[test]
fn stocks_at_their_average_and_peak() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut pairs = Vec::new();
    for (number, calendar) in calendars().iter().enumerate() {
        let definitions = questions::definitions(calendar);
        for case in 0..3 {
            let mut random = Seeded::new(number as u64 * 100 + case + 910_000);
            let tables = generator::tables(&mut random, calendar);
            let evaluation = EvaluationTime::at(times::as_of(&mut random, calendar, &tables));
            let mut texts = Vec::new();
            for kpi in [
                "backlog",
                "overdue_critical",
                "risk_exposure",
                "open_age",
                "scan_coverage",
            ] {
                let first = times::day(&mut random);
                let last = first + chrono::Days::new(random.below(70) as u64);
                let grain = random.pick(&GRAINS);
                let moment = random.pick(&["start", "peak", "average"]);
                texts.push(format!(
                    "{kpi} by team over {grain} from {first} to {last} at {moment}"
                ));
            }
            let folder = folder.path().join(format!("{number}_{case}"));
            add(
                &mut pairs,
                &definitions,
                (&folder, &tables),
                evaluation,
                &texts,
            );
        }
    }
    kept_if_different(folder, || all_equal(&pairs));
}

#[test]
fn roll_ups_and_bands() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut pairs = Vec::new();
    for (number, calendar) in calendars().iter().enumerate() {
        let definitions = roll_ups::definitions(calendar);
        for case in 0..2 {
            let mut random = Seeded::new(number as u64 * 100 + case + 930_000);
            let tables = generator::tables(&mut random, calendar);
            let evaluation = EvaluationTime::at(times::as_of(&mut random, calendar, &tables));
            let rolled_up = roll_ups::texts(&mut random).into_iter();
            let mut texts: Vec<String> = rolled_up
                .map(|(text, grain, by)| roll_ups::written(&text, grain, &by))
                .collect();
            texts.extend(bands::QUESTIONS.map(|(text, by, _)| bands::written(text, by, "month")));
            texts.push(format!(
                "count of assets in_service by open_count in (1, 3) over month from {} to {}",
                roll_ups::FIRST,
                roll_ups::LAST
            ));
            let folder = folder.path().join(format!("{number}_{case}"));
            add(
                &mut pairs,
                &definitions,
                (&folder, &tables),
                evaluation,
                &texts,
            );
        }
    }
    kept_if_different(folder, || all_equal(&pairs));
}
