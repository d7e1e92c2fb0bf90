//! Periods compared with the periods before them.

use riskql::exec::answer::{Answer, Cell};

use super::{findings, library};
use crate::answers::pipeline;

/// What each row's number is compared with: its period and its value.
fn previous(answer: &Answer) -> Vec<(String, Option<f64>)> {
    let cells = answer.rows.iter().flat_map(|row| &row.cells);
    let values = cells.filter_map(|cell| match cell {
        Cell::Value(value) => value.comparisons.first(),
        Cell::Missing | Cell::Text(_) | Cell::YesNo(_) | Cell::Number(_) => None,
    });
    values
        .map(|comparison| (comparison.period.clone(), comparison.previous))
        .collect()
}

/// <https://github.com/dbt-labs/metricflow/issues/1758>: a month is compared with its own days
/// shifted by a month, so that April finds nothing of 31 March.
#[test]
fn metricflow_1758_the_month_before_april_has_31_days() {
    let tables = findings(
        "finding_id | found_at
         F1         | 2026-03-30
         F2         | 2026-03-31
         F3         | 2026-03-31T23:59:59Z
         F4         | 2026-04-01",
    );
    let text = "count of findings found in 2026-04 versus previous month";
    let answer = pipeline::ask(&library(), &tables, "2026-05-01T00:00:00Z", text);
    assert_eq!(previous(&answer), [("2026-03".to_owned(), Some(3.0))]);
    let text = "count of findings found over month from 2026-02 to 2026-05 versus previous month";
    let answer = pipeline::ask(&library(), &tables, "2026-06-01T00:00:00Z", text);
    assert_eq!(
        previous(&answer),
        [
            ("2026-01".to_owned(), Some(0.0)),
            ("2026-02".to_owned(), Some(0.0)),
            ("2026-03".to_owned(), Some(3.0)),
            ("2026-04".to_owned(), Some(1.0)),
        ]
    );
}

#[test]
fn a_month_under_way_is_compared_with_as_many_days_of_the_one_before() {
    let tables = findings(
        "finding_id | found_at
         F1         | 2026-03-01
         F2         | 2026-03-10T23:59:59Z
         F3         | 2026-03-11
         F4         | 2026-04-02",
    );
    let text = "count of findings found this month versus previous month";
    let answer = pipeline::ask(&library(), &tables, "2026-04-11T00:00:00Z", text);
    let previous: Vec<Option<f64>> = previous(&answer).into_iter().map(|pair| pair.1).collect();
    assert_eq!(previous, [Some(2.0)]);
}
