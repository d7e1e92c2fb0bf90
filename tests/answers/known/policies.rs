//! Weights that change: what was reported before the change keeps its number.

use super::values_of;
use crate::answers::flat::lines;
use crate::answers::pipeline;
use crate::answers::tables::Table;

const POINTS: &str = r#"
table findings "One row per finding"
  key    finding_id
  event  found at found_at
  state  open  from found_at until closed_at
  field  cvss number

score points
  of   findings
  base cvss

score points
  of   findings
  base cvss
  cap  5
  since 2026-03-01
"#;

/// February ends where March begins, and so does the version: it is March's.
#[test]
fn new_weights_leave_the_period_that_ends_where_they_begin_alone() {
    let definitions = pipeline::definitions_in(POINTS);
    let findings = Table::written(
        "findings",
        "finding_id | cvss | found_at
         F1         | 9    | 2026-01-10
         F2         | 8    | 2026-02-10
         F3         | 7    | 2026-03-10",
    );
    let ask = |text: &str| {
        let answer = pipeline::ask(
            &definitions,
            std::slice::from_ref(&findings),
            "2026-04-01T00:00:00Z",
            text,
        );
        values_of(&lines(&answer))
    };
    assert_eq!(
        ask("sum points of findings open over month from 2026-01 to 2026-03"),
        [Some(9.0), Some(17.0), Some(15.0)]
    );
    assert_eq!(
        ask("sum points of findings found over month from 2026-01 to 2026-03"),
        [Some(9.0), Some(8.0), Some(5.0)]
    );
    assert_eq!(
        ask("sum points of findings open as of 2026-02-28"),
        [Some(17.0)]
    );
    assert_eq!(
        ask("sum points of findings open as of 2026-03-01"),
        [Some(10.0)]
    );
}
