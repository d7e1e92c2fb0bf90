//! States at a date, from a history of changes.

use super::values_of;
use crate::answers::flat::lines;
use crate::answers::pipeline;
use crate::answers::tables::Table;

const ORDERS: &str = r#"
table orders "One row per order"
  key    order_id
  state  shipped   from stretches shipped_at until left_at
  state  completed from stretches completed_at until left_at

table stretches "One row per stretch of time in a status"
  key    stretch_id
  belongs to orders by order_id
  event  shipped at shipped_at
  event  left    at left_at
  field  completed_at date
"#;

/// The recipe for data snapshots of Cube's documentation, with the rows it is explained by: order 1
/// shipped on 19 January, completed on the 25th, processing again from 14 March; order 2 shipped on
/// 18 March, completed on 13 April, processing from 21 August.
#[test]
fn the_snapshot_recipe_of_cube_counts_one_shipped_order_at_the_start_of_april() {
    let definitions = pipeline::definitions_in(ORDERS);
    let tables = [
        Table::written("orders", "order_id\n1\n2"),
        Table::written(
            "stretches",
            "stretch_id | order_id | shipped_at | completed_at | left_at
             1          | 1        | 2019-01-19 |              | 2019-01-25
             2          | 1        |            | 2019-01-25   | 2019-03-14
             3          | 2        | 2019-03-18 |              | 2019-04-13
             4          | 2        |            | 2019-04-13   | 2019-08-21",
        ),
    ];
    let at = |day: &str, state: &str| {
        let text = format!("count of orders {state} as of {day}");
        let answer = pipeline::ask(&definitions, &tables, "2019-12-31T00:00:00Z", &text);
        values_of(&lines(&answer))[0]
    };
    assert_eq!(at("2019-01-18", "shipped"), Some(0.0));
    assert_eq!(at("2019-01-19", "shipped"), Some(1.0));
    assert_eq!(at("2019-01-25", "shipped"), Some(0.0));
    assert_eq!(at("2019-03-17", "shipped"), Some(0.0));
    assert_eq!(at("2019-04-01", "shipped"), Some(1.0));
    assert_eq!(at("2019-04-13", "shipped"), Some(0.0));
    assert_eq!(at("2019-02-28", "completed"), Some(1.0));
    assert_eq!(at("2019-05-01", "completed"), Some(1.0));
    assert_eq!(at("2019-09-01", "completed"), Some(0.0));
}
