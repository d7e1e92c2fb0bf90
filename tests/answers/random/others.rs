//! The row `other` of ratios and means: computed from the rows outside the groups shown, which the
//! naive evaluator does by asking every row.

use chrono::NaiveDate;
use riskql::exec::answer::Level;

use super::questions::{self, calendars};
use super::seeded::Seeded;
use super::{generator, times};
use crate::answers::flat::{Line, is_close, lines};
use crate::answers::naive::kpis::KPIS;
use crate::answers::naive::world::{Row, World};
use crate::answers::naive::{self, Question};
use crate::answers::pipeline::{self, EvaluationTime};

#[test]
fn other_is_computed_from_the_rows_outside_the_groups_shown() {
    let mut others = 0;
    for (number, calendar) in calendars().iter().enumerate() {
        let definitions = questions::definitions(calendar);
        for case in 0..8 {
            let mut random = Seeded::new(number as u64 * 100 + case + 500_000);
            let tables = generator::tables(&mut random, calendar);
            let evaluation = EvaluationTime::at(times::as_of(&mut random, calendar, &tables));
            let dataset = pipeline::from_given(&definitions, &tables);
            let world = World::new(calendar, &tables, evaluation);
            for (kpi, dimensions) in KPIS {
                let by = random.pick(dimensions);
                let text =
                    format!("{kpi} by {by} top 1 over quarter from 2025-08-01 to 2026-05-31");
                let query = pipeline::query(&definitions, &text);
                let answer = pipeline::answers(&definitions, &dataset, &[&query], evaluation);
                let lines = lines(&answer[0]);
                let shown: Vec<_> = lines.iter().map(|line| line.group.clone()).collect();
                let outside = |row: &Row| !shown.contains(&row.values(&[by]));
                let question = Question {
                    kpi,
                    by: Vec::new(),
                    grain: Some("quarter"),
                    first: date("2025-08-01"),
                    last: date("2026-05-31"),
                    filter: &outside,
                    with_total: false,
                };
                let got: Vec<&Line> = lines
                    .iter()
                    .filter(|line| line.level == Level::Other)
                    .collect();
                let expected = naive::answer(calendar, &world, &question);
                for (got, expected) in got.iter().zip(&expected) {
                    let is_equal = is_close(got.value, expected.value)
                        && (got.rows, &got.reason) == (expected.rows, &expected.reason);
                    assert!(is_equal, "{text}: {got:?} {expected:?}");
                    others += 1;
                }
                // Without a row of their own, there are no rows outside.
                if got.is_empty() {
                    assert!(
                        expected.iter().all(|line| line.rows == 0),
                        "{text}: {expected:?}"
                    );
                } else {
                    assert_eq!(got.len(), expected.len(), "{text}");
                }
            }
        }
    }
    assert!(others > 500, "only {others} rows of other were looked at");
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}
