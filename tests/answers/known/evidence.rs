//! How sure a number is: few rows, intervals of published values, verdicts counted out by hand.

use riskql::base::statistics::{SeriesTrend, TrendVerdict};
use riskql::exec::answer::{Answer, Cell, ColumnRole, Value};

use super::{findings, library};
use crate::answers::pipeline;

/// So many findings of March in production, and so many elsewhere.
fn escaped(production: usize, staging: usize) -> Answer {
    let row = |number: usize| {
        let place = if number < production {
            "production"
        } else {
            "staging"
        };
        format!("F{number} | low | {place} | 2026-03-05\n")
    };
    let rows: String = (0..production + staging).map(row).collect();
    let text = format!("finding_id | severity | environment | found_at\n{rows}");
    let question = "share of findings found with environment = production in 2026-03 with interval";
    pipeline::ask(
        &library(),
        &findings(&text),
        "2026-04-01T00:00:00Z",
        question,
    )
}

fn values(answer: &Answer) -> Vec<&Value> {
    let cells = answer.rows.iter().flat_map(|row| &row.cells);
    let values = cells.filter_map(|cell| match cell {
        Cell::Value(value) => Some(value.as_ref()),
        Cell::Missing | Cell::Text(_) | Cell::YesNo(_) | Cell::Number(_) => None,
    });
    values.collect()
}

/// The examples of Newcombe (1998).
#[test]
fn shares_have_the_interval_of_wilson() {
    for (production, staging, low, high) in [
        (81, 182, 0.2553, 0.3662),
        (15, 133, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 28, 0.0061, 0.1718),
    ] {
        let answer = escaped(production, staging);
        let (own_low, own_high) = values(&answer)[0].evidence.interval.expect("an interval");
        assert!((own_low - low).abs() < 5e-5 && (own_high - high).abs() < 5e-5);
    }
    assert_eq!(values(&escaped(0, 0))[0].evidence.interval, None);
}

/// Fixed after 1, 2, … days in April.
fn fixed_after(days: &[u32]) -> Vec<crate::answers::tables::Table> {
    let row = |(number, days): (usize, &u32)| {
        let day = 1 + days;
        format!("F{number} | low | 2026-04-01 | 2026-04-{day:02} | 2026-04-{day:02}\n")
    };
    let rows: String = days.iter().enumerate().map(row).collect();
    findings(&format!(
        "finding_id | severity | found_at | verified_at | closed_at\n{rows}"
    ))
}

fn april(days: &[u32], question: &str) -> Answer {
    pipeline::ask(
        &library(),
        &fixed_after(days),
        "2026-05-01T00:00:00Z",
        question,
    )
}

#[test]
fn the_interval_of_a_median_lies_between_two_values() {
    let question =
        "median time from found to verified of findings verified in 2026-04 with interval";
    let interval = |days: &[u32]| values(&april(days, question))[0].evidence.interval;
    // Of six the outer two: 1 − 2 / 64 = 96.9%. Of five there is none at 95%: 1 − 2 / 32 = 93.8%.
    assert_eq!(interval(&[6, 1, 9, 3, 20, 2]), Some((1.0, 20.0)));
    assert_eq!(interval(&[6, 1, 9, 3, 20]), None);
    // Of ten the second and the ninth, in the unit shown.
    let ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    assert_eq!(interval(&ten), Some((2.0, 9.0)));
    let hours = question.replace(" in 2026-04", " as hours in 2026-04");
    let answer = april(&ten, &hours);
    assert_eq!(values(&answer)[0].evidence.interval, Some((48.0, 216.0)));
    // Five will do at 90%.
    let answer = april(&[6, 1, 9, 3, 20], &format!("{question} 90%"));
    assert_eq!(values(&answer)[0].evidence.interval, Some((1.0, 20.0)));
    // Ages at the end of the 20th: 19 days of each.
    let ages = "median time since found of findings open as of 2026-04-20 with interval";
    let answer = april(&[25, 26, 27, 28, 29, 25, 26], ages);
    assert_eq!(values(&answer)[0].evidence.interval, Some((20.0, 20.0)));
}

#[test]
fn columns_that_have_no_interval_have_none() {
    let question =
        "mttr, median time from found to verified of findings verified in 2026-04 with interval";
    let answer = april(&[1, 2, 3, 4, 5, 6], question);
    let levels = answer.columns.iter().map(|column| match &column.role {
        ColumnRole::Value(value) => value.evidence.interval,
        ColumnRole::Period(_) | ColumnRole::Dimension(_) | ColumnRole::Field(_) => None,
    });
    assert_eq!(levels.collect::<Vec<_>>(), [None, Some(0.95)]);
    let intervals = values(&answer);
    assert_eq!(intervals[0].evidence.interval, None);
    assert_eq!(intervals[1].evidence.interval, Some((1.0, 6.0)));
}

#[test]
fn a_value_of_fewer_rows_than_asked_for_is_marked() {
    let marked = |days: &[u32], question: &str| {
        let answer = april(days, question);
        let values = values(&answer);
        values
            .iter()
            .map(|value| value.evidence.has_few_rows)
            .collect::<Vec<bool>>()
    };
    assert_eq!(marked(&[1, 2], "mttr in 2026-04 at least 3 rows"), [true]);
    assert_eq!(
        marked(&[1, 2, 3], "mttr in 2026-04 at least 3 rows"),
        [false]
    );
    // Nothing is said where nothing is asked, of counts, and where there is no value.
    assert_eq!(marked(&[1], "mttr in 2026-04"), [false]);
    let both = "mttr, verified_findings in 2026-04 at least 3 rows";
    assert_eq!(marked(&[1], both), [true, false]);
    assert_eq!(marked(&[1], "mttr in 2026-03 at least 3 rows"), [false]);
}

#[test]
fn a_kpi_says_how_many_rows_it_needs_and_a_query_says_otherwise() {
    let text = concat!(
        include_str!("../../../kpi-defs/kpis/mttr.kpi"),
        "  at least 3 rows\n"
    );
    let definitions = pipeline::definitions("kpi-defs", &[("kpis/mttr.kpi", text)]);
    let few = |question: &str| {
        let answer = pipeline::ask(
            &definitions,
            &fixed_after(&[1, 2]),
            "2026-05-01T00:00:00Z",
            question,
        );
        values(&answer)[0].evidence.has_few_rows
    };
    assert!(few("mttr in 2026-04"));
    assert!(!few("mttr in 2026-04 at least 2 rows"));
}

/// Means of 60, 50, … days from January on; of the month that is not over a mean of 100.
const FALLING: &str = "finding_id | severity | found_at   | verified_at | closed_at
     F1         | high     | 2025-12-02 | 2026-01-31  | 2026-01-31
     F2         | high     | 2026-01-07 | 2026-02-26  | 2026-02-26
     F3         | high     | 2026-02-10 | 2026-03-22  | 2026-03-22
     F4         | high     | 2026-03-20 | 2026-04-19  | 2026-04-19
     F5         | high     | 2026-04-20 | 2026-05-10  | 2026-05-10
     F6         | high     | 2026-06-01 | 2026-06-11  | 2026-06-11
     F7         | high     | 2026-03-27 | 2026-07-05  | 2026-07-05";

#[test]
fn a_verdict_is_on_the_periods_that_are_over() {
    let question = "mttr over month from 2026-01 to 2026-07 with verdict";
    let as_of = "2026-07-10T00:00:00Z";
    let answer = pipeline::ask(&library(), &findings(FALLING), as_of, question);
    let values = values(&answer);
    assert_eq!(values.len(), 7);
    // Two of the 720 orders of six values are without a change of direction.
    for value in values {
        let trend: SeriesTrend = value.evidence.trend.expect("a verdict");
        assert_eq!(trend.verdict, TrendVerdict::Decreasing);
        assert_eq!((trend.slope, trend.values), (Some(-10.0), 6));
        assert!((trend.p - 2.0 / 720.0).abs() < 1e-12);
    }
    let question = "mttr over month from 2026-01 to 2026-03 with verdict";
    let answer = pipeline::ask(&library(), &findings(FALLING), as_of, question);
    let trend = self::values(&answer)[0].evidence.trend.expect("a verdict");
    assert_eq!(trend.verdict, TrendVerdict::NoEvidence);
    assert!((trend.p - 2.0 / 6.0).abs() < 1e-12);
}

#[test]
fn each_group_and_the_total_has_a_verdict_of_its_own() {
    let question = "backlog by severity over month from 2026-01 to 2026-03 with total with verdict";
    let text = "finding_id | severity | found_at
     F1         | high     | 2026-01-05
     F2         | high     | 2026-02-05
     F3         | high     | 2026-03-05
     F4         | low      | 2025-12-05";
    let answer = pipeline::ask(
        &library(),
        &findings(text),
        "2026-04-01T00:00:00Z",
        question,
    );
    let slopes = |level: &str, severity: Option<&str>| {
        let rows = answer.rows.iter().filter(|row| {
            row.level.word() == level
                && severity.is_none_or(|word| row.cells[1] == Cell::Text(word.to_owned()))
        });
        let slopes = rows.map(|row| match &row.cells[2] {
            Cell::Value(value) => value.evidence.trend.expect("a verdict").slope,
            other => panic!("{other:?}"),
        });
        slopes.collect::<Vec<_>>()
    };
    assert_eq!(slopes("group", Some("high")), [Some(1.0); 3]);
    assert_eq!(slopes("group", Some("low")), [Some(0.0); 3]);
    assert_eq!(slopes("total", None), [Some(1.0); 3]);
}
