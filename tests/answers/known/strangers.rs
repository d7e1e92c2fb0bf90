//! A stranger's columns: a table is declared as its file has it.

use super::values_of;
use crate::answers::flat::lines;
use crate::answers::pipeline;
use crate::answers::tables::Table;

const TICKETS: &str = r#"
table tickets "One row per ticket of a tracker"
  key    `Issue key`
  event  created  at created
  event  resolved at resolved
  state  open     from created until resolved
"#;

/// Created on 2 and 4 March, resolved after 6 and 10 days; the third is open.
const EXPORT: &str = "Issue key | created    | resolved
    A-1       | 2026-03-02 | 2026-03-08
    A-2       | 2026-03-04 | 2026-03-14
    A-3       | 2026-03-09 |";

fn ask(text: &str) -> Vec<Option<f64>> {
    let definitions = pipeline::definitions_in(TICKETS);
    let tables = [Table::written("tickets", EXPORT)];
    let answer = pipeline::ask(&definitions, &tables, "2026-04-01T00:00:00Z", text);
    values_of(&lines(&answer))
}

#[test]
fn an_event_may_be_called_what_its_column_is_called() {
    assert_eq!(
        ask("mean time from created to resolved of tickets resolved"),
        [Some(8.0)]
    );
    assert_eq!(ask("count of tickets open"), [Some(1.0)]);
    assert_eq!(
        ask(
            "count of tickets created where created >= 2026-03-04 and (resolved is missing) so far"
        ),
        [Some(1.0)]
    );
    // When they were created none was resolved.
    assert_eq!(
        ask("count of tickets created where created >= 2026-03-04 and resolved is missing"),
        [Some(2.0)]
    );
    assert_eq!(
        ask("share of tickets created with resolved within 7 days"),
        [Some(1.0 / 3.0)]
    );
}
