//! A second implementation of the shipped library, as slow and as plain as can be: loops over rows of
//! text cells, every rule written out by hand. It shares no code with the engine, not even the
//! calendar.

pub mod arithmetic;
pub mod atoms;
pub mod calendar;
pub mod episodes;
pub mod instants;
pub mod kpis;
mod remediation;
pub mod world;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use riskql::exec::answer::Level;

use super::flat::Line;
use calendar::{Calendar, Period};
use kpis::Number;
use world::Row;

/// Rows seen from an evaluation time, and what each KPI makes of them.
pub trait Library {
    fn as_of(&self) -> i64;

    /// The rows that a KPI is about in a period: what happened within it, or what was so at its end.
    fn population(&self, kpi: &str, period: &Period) -> Vec<&Row>;

    /// What a KPI makes of those rows of its population that are kept.
    fn number(&self, kpi: &str, period: &Period, keep: &dyn Fn(&Row) -> bool) -> Number;
}

/// What is asked: one KPI over the days from the first to the last, both included.
pub struct Question<'a> {
    pub kpi: &'a str,
    pub by: Vec<&'a str>,
    /// Without one, the whole range is one period.
    pub grain: Option<&'a str>,
    pub first: NaiveDate,
    pub last: NaiveDate,
    pub filter: &'a dyn Fn(&Row) -> bool,
    pub with_total: bool,
}

/// A period as seen from as-of: cut off there, or why it has no value.
struct Seen {
    period: Period,
    blank: Option<&'static str>,
}

/// The lines of the answer, in the order of the language: by period, then group, then total.
pub fn answer(calendar: &Calendar, world: &dyn Library, question: &Question) -> Vec<Line> {
    let seen = seen(calendar, world.as_of(), question);
    let groups = groups(world, question, &seen);
    let mut lines = Vec::new();
    for Seen { period, blank } in &seen {
        let line = |group: Vec<Option<String>>, level: Level| {
            let keep = |row: &Row| {
                let in_group = level == Level::Total || row.values(&question.by) == group;
                in_group && (question.filter)(row)
            };
            let number = world.number(question.kpi, period, &keep);
            Line {
                period: question.grain.map(|_| period.label.clone()),
                value: number.value.ok().filter(|_| blank.is_none()),
                reason: blank.or(number.value.err()).map(ToOwned::to_owned),
                rows: if blank.is_some() { 0 } else { number.rows },
                group: group.clone(),
                level,
            }
        };
        lines.extend(groups.iter().map(|group| line(group.clone(), Level::Group)));
        if question.with_total {
            lines.push(line(Vec::new(), Level::Total));
        }
    }
    lines
}

fn seen(calendar: &Calendar, as_of: i64, question: &Question) -> Vec<Seen> {
    let (first, last) = (question.first, question.last);
    let periods = match question.grain {
        Some(grain) => calendar.periods(first, last, grain),
        None => {
            let days = calendar.periods(first, last, "day");
            vec![Period {
                label: String::new(),
                start: days[0].start,
                end: days[days.len() - 1].end,
            }]
        }
    };
    let history = calendar.history_from.map(|day| calendar.midnight(day));
    let clipped = |period: Period| {
        let blank = if period.start >= as_of {
            Some("in the future")
        } else if history.is_some_and(|history| period.end.min(as_of) <= history) {
            Some("no history")
        } else {
            None
        };
        Seen {
            blank,
            period: Period {
                start: period.start.max(history.unwrap_or(i64::MIN)),
                end: period.end.min(as_of),
                ..period
            },
        }
    };
    periods.into_iter().map(clipped).collect()
}

/// The values of the dimensions anywhere in the range, in order; one group without dimensions.
fn groups(world: &dyn Library, question: &Question, seen: &[Seen]) -> Vec<Vec<Option<String>>> {
    if question.by.is_empty() {
        return vec![Vec::new()];
    }
    let mut groups = BTreeSet::new();
    for Seen { period, .. } in seen.iter().filter(|seen| seen.blank.is_none()) {
        for row in world.population(question.kpi, period) {
            if (question.filter)(row) {
                groups.insert(row.values(&question.by));
            }
        }
    }
    let mut groups: Vec<Vec<Option<String>>> = groups.into_iter().collect();
    groups.sort_by_key(|group| {
        let ranks = question
            .by
            .iter()
            .zip(group)
            .map(|(field, value)| rank(field, value));
        ranks.collect::<Vec<_>>()
    });
    groups
}

/// Scales by their order, other values by their letters, missing last.
fn rank(field: &str, value: &Option<String>) -> (usize, String) {
    let scale: &[&str] = match field {
        "severity" => &["info", "low", "medium", "high", "critical"],
        "criticality" => &["low", "medium", "high", "critical"],
        "validation" => &["unverified", "confirmed"],
        "time_since_found" => &[
            "up to 7 days",
            "7 to 30 days",
            "30 to 90 days",
            "over 90 days",
        ],
        "time_since_introduced" | "time_from_found_to_verified" => {
            &["up to 7 days", "7 to 30 days", "over 30 days"]
        }
        "cvss" => &["below 3.5", "3.5 to below 9.8", "from 9.8"],
        _ => &[],
    };
    match value {
        Some(value) => {
            let place = scale.iter().position(|word| word == value);
            (place.unwrap_or(0), value.clone())
        }
        None => (usize::MAX, String::new()),
    }
}
