//! Totals and `other` are computed from rows at their own level (rule S23).

use std::collections::BTreeMap;

use riskql::exec::answer::{Answer, Level};

use super::{Scene, scenes};
use crate::answers::flat::{Line, is_close, lines};
use crate::answers::naive::kpis::KPIS;
use crate::answers::pipeline;

fn ask(scene: &Scene, texts: &[String]) -> Vec<Answer> {
    let queries = texts
        .iter()
        .map(|text| pipeline::query(&scene.definitions, text));
    let queries: Vec<_> = queries.collect();
    let queries: Vec<_> = queries.iter().collect();
    let dataset = pipeline::from_given(&scene.definitions, &scene.tables);
    pipeline::answers(&scene.definitions, &dataset, &queries, scene.evaluation)
}

#[test]
fn a_total_is_the_kpi_without_groups() {
    for scene in scenes(5, 5) {
        for (kpi, dimensions) in KPIS {
            let over = "over month from 2025-11 to 2026-03";
            let mut texts = vec![format!("{kpi} {over}")];
            let groupings = dimensions
                .iter()
                .map(|by| format!("{kpi} by {by} {over} with total"));
            texts.extend(groupings);
            let answers = ask(&scene, &texts);
            let plain = lines(&answers[0]);
            for (answer, text) in answers[1..].iter().zip(&texts[1..]) {
                let totals: Vec<Line> = lines(answer)
                    .into_iter()
                    .filter(|line| line.level == Level::Total)
                    .collect();
                assert_eq!(totals.len(), plain.len(), "{text}");
                for (total, plain) in totals.iter().zip(&plain) {
                    let is_equal = is_close(total.value, plain.value)
                        && (total.rows, &total.reason) == (plain.rows, &plain.reason);
                    assert!(is_equal, "{text}: {total:?} {plain:?}\n{}", scene.words());
                }
            }
        }
    }
}

/// Numbers whose groups add up to the whole.
const ADDITIVE: [&str; 7] = [
    "backlog",
    "risk_exposure",
    "overdue_critical",
    "sla_breaches",
    "introduced_findings",
    "fixed_findings",
    "verified_findings",
];

#[test]
fn the_largest_groups_and_other_add_up_to_the_total() {
    let mut others = 0;
    for scene in scenes(6, 10) {
        for kpi in ADDITIVE {
            let over = "over quarter from 2025-08 to 2026-05 with total";
            let texts = [
                format!("{kpi} by app top 2 {over}"),
                format!("{kpi} by team, app top 3 {over}"),
                format!("{kpi} by app {over}"),
            ];
            for (answer, text) in ask(&scene, &texts).iter().zip(&texts) {
                let mut sums: BTreeMap<Option<String>, (f64, Option<f64>)> = BTreeMap::new();
                for line in lines(answer) {
                    let sum = sums.entry(line.period).or_default();
                    match line.level {
                        Level::Total => sum.1 = line.value,
                        Level::Group | Level::Other => sum.0 += line.value.unwrap_or(0.0),
                    }
                    others += usize::from(line.level == Level::Other);
                }
                for (sum, total) in sums.values() {
                    let is_equal = is_close(Some(*sum), Some(total.unwrap_or(0.0)));
                    assert!(is_equal, "{text}: {sum} {total:?}\n{}", scene.words());
                }
            }
        }
    }
    assert!(others > 100, "only {others} rows of other were looked at");
}

#[test]
fn top_shows_the_largest_groups_of_the_whole_range_and_equal_ones_by_name() {
    for scene in scenes(7, 15) {
        for kpi in ADDITIVE {
            let range = "from 2025-08 to 2026-05";
            let texts = [
                format!("{kpi} by app {range}"),
                format!("{kpi} by app over month {range}"),
                format!("{kpi} by app top 2 {range}"),
                format!("{kpi} by app top 2 over month {range}"),
            ];
            let answers = ask(&scene, &texts);
            let whole = lines(&answers[0]);
            for (all, top) in [(0, 2), (1, 3)] {
                let mut largest = groups(&answers[all]);
                // A group that is only in some months has nothing at the end of the range.
                let size = |group: &Group| {
                    let line = whole.iter().find(|line| line.group == *group);
                    line.and_then(|line| line.value).unwrap_or(0.0)
                };
                let is_missing = |group: &Group| group[0].is_none();
                largest.sort_by(|left, right| {
                    let sizes = size(right).total_cmp(&size(left));
                    let names = (is_missing(left), left).cmp(&(is_missing(right), right));
                    sizes.then(names)
                });
                largest.truncate(2);
                let shown = groups(&answers[top]);
                assert_eq!(shown, largest, "{}\n{}", texts[top], scene.words());
            }
        }
    }
}

type Group = Vec<Option<String>>;

/// The groups shown, in the order of their first line.
fn groups(answer: &Answer) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for line in lines(answer) {
        if line.level == Level::Group && !groups.contains(&line.group) {
            groups.push(line.group);
        }
    }
    groups
}
