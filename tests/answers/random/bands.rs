//! Groups that are bands, over random tables: each row is put into its band at each instant, one by one.

use std::collections::BTreeMap;

use riskql::lang::model::{Definitions, Query};

use super::questions::{self, calendars};
use super::seeded::Seeded;
use super::{generator, times};
use crate::answers::flat::lines;
use crate::answers::naive::arithmetic::{mean, median};
use crate::answers::naive::calendar::{Calendar, Period};
use crate::answers::naive::kpis::{Number, counted, is_between, points, share, within};
use crate::answers::naive::world::{Row, World};
use crate::answers::naive::{self, Library, Question};
use crate::answers::pipeline::{self, EvaluationTime};
use crate::answers::random::agreement::first_difference;

/// How many sets of tables are tried for each calendar.
const CASES: u64 = 6;

const DAY: i64 = 86_400_000_000;

/// What is asked, by what, and what the column of groups is called.
pub const QUESTIONS: [(&str, &str, &str); 12] = [
    ("count of findings open", SINCE_FOUND, "time_since_found"),
    ("sum risk of findings open", SINCE_FOUND, "time_since_found"),
    (
        "median cvss of findings open",
        SINCE_FOUND,
        "time_since_found",
    ),
    (
        "mean time since found of findings open",
        SINCE_FOUND,
        "time_since_found",
    ),
    (
        "share of findings open with risk_accepted",
        SINCE_FOUND,
        "time_since_found",
    ),
    (
        "count of findings open where not risk_accepted",
        SINCE_FOUND,
        "time_since_found",
    ),
    (
        "count of findings open",
        "time since introduced in (7 days, 30 days)",
        "time_since_introduced",
    ),
    ("count of findings open", "cvss in (3.5, 9.8)", "cvss"),
    ("median cvss of findings open", "cvss in (3.5, 9.8)", "cvss"),
    (
        "count of findings verified",
        SINCE_FOUND,
        "time_since_found",
    ),
    (
        "count of findings verified",
        "time from found to verified in (7 days, 30 days)",
        "time_from_found_to_verified",
    ),
    ("count of findings verified", "cvss in (3.5, 9.8)", "cvss"),
];

const SINCE_FOUND: &str = "time since found in (7 days, 30 days, 90 days)";

/// The band of a row at an instant.
fn band(row: &Row, column: &str, at: i64) -> Option<&'static str> {
    let elapsed = |from: &str| row.time(from).map(|from| at - from);
    match column {
        "cvss" => {
            let cvss: f64 = row.text("cvss")?.parse().expect("a number");
            Some(match cvss {
                cvss if cvss < 3.5 => "below 3.5",
                cvss if cvss < 9.8 => "3.5 to below 9.8",
                _ => "from 9.8",
            })
        }
        "time_since_found" => {
            let age = elapsed("found_at").filter(|age| *age >= 0)?;
            Some(match age {
                age if age <= 7 * DAY => "up to 7 days",
                age if age <= 30 * DAY => "7 to 30 days",
                age if age <= 90 * DAY => "30 to 90 days",
                _ => "over 90 days",
            })
        }
        _ => {
            let is_stock = column == "time_since_introduced";
            let from = if is_stock {
                "introduced_at"
            } else {
                "found_at"
            };
            // What has just begun has no age yet at an end of a period.
            let least = i64::from(is_stock);
            let age = elapsed(from).filter(|age| *age >= least)?;
            Some(match age {
                age if age <= 7 * DAY => "up to 7 days",
                age if age <= 30 * DAY => "7 to 30 days",
                _ => "over 30 days",
            })
        }
    }
}

/// The findings of each period with their bands.
struct Banded {
    as_of: i64,
    by_period: BTreeMap<String, Vec<Row>>,
}

impl Banded {
    fn new(
        world: &World,
        periods: &[Period],
        history: Option<i64>,
        (text, column): (&str, &str),
    ) -> Banded {
        let mut by_period = BTreeMap::new();
        for period in periods {
            let seen = Period {
                label: period.label.clone(),
                start: period.start.max(history.unwrap_or(i64::MIN)),
                end: period.end.min(world.as_of),
            };
            let is_stock = text.contains("findings open");
            let found: Vec<&Row> = match is_stock {
                true => {
                    let all = world.findings.iter();
                    all.filter(|row| is_between(row, "found_at", "closed_at", seen.end))
                        .collect()
                }
                false => within(&world.findings, &seen, |row| row.time("verified_at")),
            };
            let mut rows: Vec<Row> = Vec::new();
            for row in found {
                if row.is("resolution", "false_positive") {
                    continue;
                }
                if text.contains("where not risk_accepted") && is_accepted(row, seen.end) {
                    continue;
                }
                let at = match is_stock {
                    true => seen.end,
                    false => row.time("verified_at").expect("it was verified"),
                };
                let mut banded = row.clone();
                match band(row, column, at) {
                    Some(band) => banded.add(column, band),
                    None => banded.remove(column),
                }
                if let Some(cvss) = row.text("cvss") {
                    banded.add("own cvss", cvss);
                }
                rows.push(banded);
            }
            by_period.insert(period.label.clone(), rows);
        }
        Banded {
            as_of: world.as_of,
            by_period,
        }
    }
}

fn is_accepted(finding: &Row, at: i64) -> bool {
    let ends = [
        finding.time("acceptance_ends_at"),
        finding.time("closed_at"),
    ];
    let end = ends.into_iter().flatten().min();
    let began = finding.time("accepted_at").is_some_and(|from| from < at);
    began && end.is_none_or(|end| end >= at)
}

impl Library for Banded {
    fn as_of(&self) -> i64 {
        self.as_of
    }

    fn population(&self, _: &str, period: &Period) -> Vec<&Row> {
        self.by_period[&period.label].iter().collect()
    }

    fn number(&self, text: &str, period: &Period, keep: &dyn Fn(&Row) -> bool) -> Number {
        let mut rows = self.population(text, period);
        rows.retain(|row| keep(row));
        let of_values = |values: Vec<f64>, value: Option<f64>| Number {
            value: value.ok_or("no rows"),
            rows: values.len() as u64,
        };
        match text {
            "sum risk of findings open" => {
                let values: Vec<f64> = rows.iter().filter_map(|row| points(row)).collect();
                let sum = values.iter().sum();
                of_values(values, Some(sum))
            }
            "median cvss of findings open" => {
                let cvss = rows.iter().filter_map(|row| row.text("own cvss"));
                let cvss = cvss.map(|text| text.parse().expect("a number"));
                let values: Vec<f64> = cvss.collect();
                of_values(values.clone(), median(values))
            }
            "mean time since found of findings open" => {
                let age =
                    |row: &&Row| Some((period.end - row.time("found_at")?) as f64 / DAY as f64);
                let values: Vec<f64> = rows.iter().filter_map(age).collect();
                let value = mean(&values);
                of_values(values, value)
            }
            "share of findings open with risk_accepted" => {
                share(&rows, |row| is_accepted(row, period.end))
            }
            _ => counted(&rows),
        }
    }
}

/// The query in the words of the language.
pub fn written(text: &str, by: &str, grain: &str) -> String {
    format!("{text} by {by} over {grain} from 2025-09-10 to 2026-03-05")
}

fn try_case(seed: u64, calendar: &Calendar, definitions: &Definitions) {
    let mut random = Seeded::new(seed);
    let tables = generator::tables(&mut random, calendar);
    let as_of = times::as_of(&mut random, calendar, &tables);
    let evaluation = EvaluationTime::at(as_of);
    let grains = QUESTIONS.map(|_| random.pick(&["month", "week", "day"]));
    let texts = QUESTIONS.iter().zip(grains);
    let queries: Vec<Query> = texts
        .map(|((text, by, _), grain)| pipeline::query(definitions, &written(text, by, grain)))
        .collect();
    let queries: Vec<&Query> = queries.iter().collect();
    let dataset = pipeline::from_given(definitions, &tables);
    let answers = pipeline::answers(definitions, &dataset, &queries, evaluation);
    let world = World::new(calendar, &tables, evaluation);
    let (first, last) = ("2025-09-10", "2026-03-05");
    let (first, last) = (
        first.parse().expect("a date"),
        last.parse().expect("a date"),
    );
    let history = calendar.history_from.map(|day| calendar.midnight(day));
    for (((text, by, column), grain), answer) in QUESTIONS.iter().zip(grains).zip(&answers) {
        let periods = calendar.periods(first, last, grain);
        let library = Banded::new(&world, &periods, history, (text, column));
        let question = Question {
            kpi: text,
            by: vec![column],
            grain: Some(grain),
            first,
            last,
            filter: &|_| true,
            with_total: false,
        };
        let expected = naive::answer(calendar, &library, &question);
        if let Some(difference) = first_difference(&expected, &lines(answer)) {
            let tables: String = tables.iter().map(ToString::to_string).collect();
            panic!(
                "seed {seed}, as of {}\n{}\n{difference}\n{tables}",
                times::stamp(as_of),
                written(text, by, grain)
            );
        }
    }
}

#[test]
fn rows_are_in_their_bands_at_each_instant() {
    for (number, calendar) in calendars().iter().enumerate() {
        let definitions = questions::definitions(calendar);
        for case in 0..CASES {
            try_case(530_000 + number as u64 * 100 + case, calendar, &definitions);
        }
    }
}
