//! Roll-ups over random tables: for each asset and instant its findings are gone through, one by one.

use std::collections::BTreeSet;

use riskql::lang::model::{Definitions, Query};

use super::questions::calendars;
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
use crate::answers::tables::Table;

/// How many sets of tables are tried for each calendar.
const CASES: u64 = 6;

const ROLLED_UP: &str = r#"table assets "One row per application, API or service under test"
  key    asset_id
  event  retired at retired_at
  state  in_service from commissioned_at until retired_at
  scope  in_service where any scans completed within 30 days
  field  name text
  field  kind text
  field  criticality scale criticality
  field  exposure text
  field  business_critical yesno
  field  team text
  field  worst_risk number from max risk of findings open
  field  open_count number from count of findings open
  field  open_risk number from sum risk of findings open where exploitable = yes
  field  mean_cvss number from mean cvss of findings open where cvss > 0
  field  least_cvss number from min cvss of findings open including excluded where not risk_accepted
  field  verified_count number from count of findings verified where severity >= high and open
"#;

/// What is asked; the populations are assets in service, and assets when they are retired.
pub const QUESTIONS: [&str; 15] = [
    "mean worst_risk of assets in_service",
    "sum open_count of assets in_service",
    "sum open_risk of assets in_service",
    "median worst_risk of assets in_service",
    "max mean_cvss of assets in_service",
    "distinct open_count of assets in_service",
    "mean least_cvss of assets in_service",
    "sum verified_count of assets in_service",
    "count of assets in_service where worst_risk >= 60",
    "count of assets in_service where not worst_risk < 60",
    "count of assets in_service where least_cvss is missing",
    "share of assets in_service with open_count = 0",
    "share of assets in_service with open_count in (1, 3) and kind = web",
    "mean open_count of assets retired",
    "count of assets retired where open_count >= 2",
];

pub fn definitions(calendar: &Calendar) -> Definitions {
    let text = calendar.written();
    pipeline::definitions(
        "kpi-defs",
        &[
            ("model/calendar.kpi", text.as_str()),
            ("model/assets.kpi", ROLLED_UP),
        ],
    )
}

struct RolledUp<'w> {
    world: &'w World,
}

impl RolledUp<'_> {
    /// The numbers that the findings of an asset bring to one of its fields at an instant.
    fn brought(&self, asset: &Row, field: &str, at: i64) -> Vec<f64> {
        let own = self.world.findings.iter().filter(|finding| {
            finding.text("asset_id").is_some() && finding.text("asset_id") == asset.text("asset_id")
        });
        let number = |finding: &Row| {
            let is_open = is_between(finding, "found_at", "closed_at", at);
            let is_excluded = finding.is("resolution", "false_positive");
            let cvss = || {
                finding
                    .text("cvss")
                    .map(|text| text.parse::<f64>().expect("a number"))
            };
            match field {
                "worst_risk" if is_open && !is_excluded => points(finding),
                "open_count" if is_open && !is_excluded => Some(1.0),
                "open_risk" if is_open && !is_excluded && finding.is("exploitable", "yes") => {
                    points(finding)
                }
                "mean_cvss" if is_open && !is_excluded => cvss().filter(|cvss| *cvss > 0.0),
                "least_cvss" if is_open && !is_accepted(finding, at) => cvss(),
                "verified_count" if !is_excluded => {
                    let verified = finding.time("verified_at").filter(|time| *time < at)?;
                    let is_bad =
                        finding.is("severity", "high") || finding.is("severity", "critical");
                    let was_open = is_between(finding, "found_at", "closed_at", verified);
                    (is_bad && was_open).then_some(1.0)
                }
                _ => None,
            }
        };
        own.filter_map(number).collect()
    }

    fn value(&self, asset: &Row, field: &str, at: i64) -> Option<f64> {
        let brought = self.brought(asset, field, at);
        match field {
            "worst_risk" => brought.into_iter().reduce(f64::max),
            "least_cvss" => brought.into_iter().reduce(f64::min),
            "mean_cvss" => mean(&brought),
            _ => Some(brought.iter().sum()),
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

impl Library for RolledUp<'_> {
    fn as_of(&self) -> i64 {
        self.world.as_of
    }

    fn population(&self, text: &str, period: &Period) -> Vec<&Row> {
        let mut rows: Vec<&Row> = match text.contains("in_service") {
            true => {
                let all = self.world.assets.iter();
                all.filter(|row| is_between(row, "commissioned_at", "retired_at", period.end))
                    .collect()
            }
            false => within(&self.world.assets, period, |row| row.time("retired_at")),
        };
        if let Some((_, condition)) = text.split_once(" where ") {
            rows.retain(|row| self.holds(row, condition, instant(text, row, period)));
        }
        rows
    }

    fn number(&self, text: &str, period: &Period, keep: &dyn Fn(&Row) -> bool) -> Number {
        let mut rows = self.population(text, period);
        rows.retain(|row| keep(row));
        let mut words = text.split(' ');
        let (function, field) = (words.next().expect("a function"), words.next());
        if function == "count" {
            return counted(&rows);
        }
        if let Some((_, condition)) = text.split_once(" with ") {
            return share(&rows, |row| {
                self.holds(row, condition, instant(text, row, period))
            });
        }
        let field = field.expect("a field");
        let values = rows
            .iter()
            .filter_map(|row| self.value(row, field, instant(text, row, period)));
        let values: Vec<f64> = values.collect();
        let rows = values.len() as u64;
        let value = match function {
            "sum" => Some(values.iter().sum()),
            "mean" => mean(&values),
            "median" => median(values),
            "max" => values.into_iter().reduce(f64::max),
            "distinct" => {
                let different: BTreeSet<u64> = values.iter().map(|value| value.to_bits()).collect();
                Some(different.len() as f64)
            }
            other => panic!("{other} is not asked"),
        };
        Number {
            value: value.ok_or("no rows"),
            rows,
        }
    }
}

/// The instant at which a row is judged: the end of the period, or the event.
fn instant(text: &str, row: &Row, period: &Period) -> i64 {
    match text.contains("in_service") {
        true => period.end,
        false => row.time("retired_at").expect("it was retired"),
    }
}

impl RolledUp<'_> {
    fn holds(&self, row: &Row, condition: &str, at: i64) -> bool {
        let value = |field: &str| self.value(row, field, at);
        match condition {
            "worst_risk >= 60" => value("worst_risk").is_some_and(|risk| risk >= 60.0),
            "not worst_risk < 60" => value("worst_risk").is_none_or(|risk| risk >= 60.0),
            "least_cvss is missing" => value("least_cvss").is_none(),
            "open_count = 0" => value("open_count") == Some(0.0),
            "open_count in (1, 3) and kind = web" => {
                let count = value("open_count");
                (count == Some(1.0) || count == Some(3.0)) && row.is("kind", "web")
            }
            "open_count >= 2" => value("open_count").is_some_and(|count| count >= 2.0),
            other => panic!("{other} is not asked"),
        }
    }
}

/// Every question over months or days, by team or not.
pub fn texts(random: &mut Seeded) -> Vec<(String, Option<&'static str>, Vec<&'static str>)> {
    let shape = |text: &&str| {
        let grain = random.pick(&[Some("month"), Some("week"), None]);
        let by = match random.percent(50) {
            true => vec!["team"],
            false => Vec::new(),
        };
        ((*text).to_owned(), grain, by)
    };
    QUESTIONS.iter().map(shape).collect()
}

pub const FIRST: &str = "2025-09-10";
pub const LAST: &str = "2026-03-05";

/// The query in the words of the language.
pub fn written(text: &str, grain: Option<&str>, by: &[&str]) -> String {
    let by = match by {
        [] => String::new(),
        by => format!(" by {}", by.join(", ")),
    };
    let over = grain.map_or_else(String::new, |grain| format!(" over {grain}"));
    format!("{text}{by}{over} from {FIRST} to {LAST}")
}

fn try_case(seed: u64, calendar: &Calendar, definitions: &Definitions) {
    let mut random = Seeded::new(seed);
    let tables: Vec<Table> = generator::tables(&mut random, calendar);
    let as_of = times::as_of(&mut random, calendar, &tables);
    let known_on = match random.percent(30) {
        true => times::as_of(&mut random, calendar, &tables),
        false => as_of,
    };
    let evaluation = EvaluationTime { as_of, known_on };
    let asked = texts(&mut random);
    let queries: Vec<Query> = asked
        .iter()
        .map(|(text, grain, by)| pipeline::query(definitions, &written(text, *grain, by)))
        .collect();
    let queries: Vec<&Query> = queries.iter().collect();
    let dataset = pipeline::from_given(definitions, &tables);
    let answers = pipeline::answers(definitions, &dataset, &queries, evaluation);
    let world = World::new(calendar, &tables, evaluation);
    let library = RolledUp { world: &world };
    for ((text, grain, by), answer) in asked.iter().zip(&answers) {
        let question = Question {
            kpi: text,
            by: by.clone(),
            grain: *grain,
            first: FIRST.parse().expect("a date"),
            last: LAST.parse().expect("a date"),
            filter: &|_| true,
            with_total: false,
        };
        let expected = naive::answer(calendar, &library, &question);
        if let Some(difference) = first_difference(&expected, &lines(answer)) {
            let tables: String = tables.iter().map(ToString::to_string).collect();
            panic!(
                "seed {seed}, as of {}, known on {}\n{}\n{difference}\n{tables}",
                times::stamp(as_of),
                times::stamp(known_on),
                written(text, *grain, by)
            );
        }
    }
}

#[test]
fn roll_ups_are_what_the_rows_of_each_row_make_at_each_instant() {
    for (number, calendar) in calendars().iter().enumerate() {
        let definitions = definitions(calendar);
        for case in 0..CASES {
            try_case(520_000 + number as u64 * 100 + case, calendar, &definitions);
        }
    }
}
