//! Windows of series, two comparisons, and changes in percent.

use riskql::exec::answer::{Answer, Cell, Value};

use super::{findings, library, values};
use crate::answers::pipeline;

/// The values of an answer.
fn cells(answer: &Answer) -> Vec<&Value> {
    let cells = answer.rows.iter().flat_map(|row| &row.cells);
    let values = cells.filter_map(|cell| match cell {
        Cell::Value(value) => Some(value.as_ref()),
        Cell::Missing | Cell::Text(_) | Cell::YesNo(_) | Cell::Number(_) => None,
    });
    values.collect()
}

const FOUND: &str = "finding_id | severity | found_at   | verified_at | closed_at
     F1         | high     | 2026-01-10 | 2026-01-20  | 2026-01-20
     F2         | high     | 2026-02-05 | 2026-03-07  | 2026-03-07
     F3         | low      | 2026-02-28 |             |
     F4         | low      | 2026-03-01 | 2026-04-30  | 2026-04-30
     F5         | high     | 2026-04-30 |             |";

/// February's window of two months is January and February, March's February and March, April's March and April.
#[test]
fn a_window_of_two_months_moves_on_month_by_month() {
    let tables = findings(FOUND);
    let text = "count of findings found over month rolling 2 months from 2026-02 to 2026-04";
    let as_of = "2026-05-01T00:00:00Z";
    assert_eq!(
        values(&tables, as_of, text),
        [Some(3.0), Some(3.0), Some(2.0)]
    );
    // Fixed after 10 (January), 30 (March) and 60 days (April).
    let text = "mttr over month rolling 2 months from 2026-02 to 2026-04";
    assert_eq!(
        values(&tables, as_of, text),
        [Some(10.0), Some(30.0), Some(45.0)]
    );
    let text = text.replace(
        "mttr",
        "max time from found to verified of findings verified",
    );
    assert_eq!(
        values(&tables, as_of, &text),
        [Some(10.0), Some(30.0), Some(60.0)]
    );
}

/// A window of 30 days up to the end of 30 March begins with 1 March: F3, of 28 February, is in that of 29 March alone.
#[test]
fn a_window_holds_its_first_instant_and_not_its_last() {
    let text = "count of findings found over day rolling 30 days from 2026-03-29 to 2026-03-31 as of 2026-05";
    let found = values(&findings(FOUND), "2026-05-01T00:00:00Z", text);
    assert_eq!(found, [Some(2.0), Some(1.0), Some(0.0)]);
}

#[test]
fn running_counts_from_the_first_period_shown() {
    let text = "count of findings found over month running from 2026-02 to 2026-04";
    let found = values(&findings(FOUND), "2026-05-01T00:00:00Z", text);
    // F1 was found before the first period.
    assert_eq!(found, [Some(2.0), Some(3.0), Some(4.0)]);
    // Two of three found from February to March were high or are: F2; of four F2 and F5.
    let text =
        "share of findings found with severity = high over month running from 2026-02 to 2026-04";
    let found = values(&findings(FOUND), "2026-05-01T00:00:00Z", text);
    assert_eq!(found, [Some(0.5), Some(1.0 / 3.0), Some(0.5)]);
}

/// As many as the same stretch asked for alone.
#[test]
fn the_last_window_is_the_past_asked_for_alone() {
    let as_of = "2026-05-01T00:00:00Z";
    for of in [
        "mttr",
        "count of findings found",
        "distinct severity of findings found",
        "median time from found to verified of findings verified",
        "verified_findings / introduced_findings",
    ] {
        let window = format!("{of} over week rolling 75 days past 3 weeks");
        let alone = format!("{of} past 75 days");
        let windows = values(&findings(FOUND), as_of, &window);
        let alone = values(&findings(FOUND), as_of, &alone);
        assert!(alone[0].is_some());
        assert_eq!(windows.last(), alone.first(), "{of}");
    }
}

/// April 2: March 1, a year before none. From 1 to 2 are +100 %, from 0 there is no percentage.
#[test]
fn two_comparisons_stand_side_by_side() {
    let tables = findings(
        "finding_id | found_at
         F1         | 2025-03-02
         F2         | 2026-03-10
         F3         | 2026-04-01
         F4         | 2026-04-02",
    );
    let text = "count of findings found in 2026-04 versus previous month as percent, previous year as percent";
    let answer = pipeline::ask(&library(), &tables, "2026-05-01T00:00:00Z", text);
    let value = cells(&answer)[0];
    let of = |place: usize| {
        let other = &value.comparisons[place];
        (other.previous, other.change, other.change_percent)
    };
    assert_eq!(of(0), (Some(1.0), Some(1.0), Some(1.0)));
    assert_eq!(of(1), (Some(0.0), Some(2.0), None));
}

/// Each month is compared with its own predecessor and its own year before.
#[test]
fn periods_of_a_series_have_two_comparisons_each() {
    let tables = findings(
        "finding_id | found_at
         F1         | 2025-03-02
         F2         | 2025-04-02
         F3         | 2025-04-03
         F4         | 2026-02-10
         F5         | 2026-03-10
         F6         | 2026-03-11
         F7         | 2026-03-12",
    );
    let text = "count of findings found over month from 2026-03 to 2026-04 versus previous month, previous year";
    let answer = pipeline::ask(&library(), &tables, "2026-05-01T00:00:00Z", text);
    let previous: Vec<Vec<Option<f64>>> = cells(&answer)
        .iter()
        .map(|value| value.comparisons.iter().map(|one| one.previous).collect())
        .collect();
    assert_eq!(
        previous,
        [[Some(1.0), Some(1.0)], [Some(3.0), Some(2.0)]].map(Vec::from)
    );
}
