//! Groups that are shown, their parts of the whole, and groups without rows.

use riskql::exec::answer::{Answer, Cell, Value};

use super::library;
use crate::answers::pipeline;
use crate::answers::tables::Table;

/// Shop is in service and clean, shop-old was taken out of service, gone before the first month.
fn tables() -> Vec<Table> {
    vec![
        Table::written(
            "assets",
            "asset_id | name     | team | criticality | commissioned_at | retired_at
             A1       | ledger   | web  | high        | 2025-01-01      |
             A2       | shop     | web  | low         | 2025-01-01      |
             A3       | shop-old | ops  | low         | 2024-01-01      | 2025-06-01
             A4       | mobile   | ops  | high        | 2025-01-01      |",
        ),
        Table::written(
            "findings",
            "finding_id | asset_id | severity | exploitable | found_at
             F1         | A1       | critical | yes         | 2026-01-10
             F2         | A1       | low      | no          | 2026-01-11
             F3         | A1       | low      | no          | 2026-01-12
             F4         | A4       | low      | no          | 2026-01-13",
        ),
    ]
}

fn ask(text: &str) -> Answer {
    pipeline::ask(&library(), &tables(), "2026-04-01T00:00:00Z", text)
}

fn words(cell: &Cell) -> String {
    match cell {
        Cell::Missing => "missing".to_owned(),
        Cell::Text(text) => text.clone(),
        Cell::YesNo(yes) => yes.to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Value(value) => value
            .value
            .map_or("none".to_owned(), |value| value.to_string()),
    }
}

/// Rows as words with blanks between.
fn rows(text: &str) -> Vec<String> {
    let answer = ask(text);
    let of = |cells: &[Cell]| cells.iter().map(words).collect::<Vec<_>>().join(" ");
    answer.rows.iter().map(|row| of(&row.cells)).collect()
}

#[test]
fn a_clean_app_has_a_row_and_one_out_of_service_has_none() {
    assert_eq!(rows("backlog by app"), ["ledger 3", "mobile 1"]);
    assert_eq!(
        rows("backlog by app with empty"),
        ["ledger 3", "mobile 1", "shop 0"]
    );
    // At the end of the 20th those of the ledger are 11, 10 and 9 days old. A median of nothing is none.
    assert_eq!(
        rows("open_age by app with empty as of 2026-01-20"),
        ["ledger 10", "mobile 8", "shop none"]
    );
}

/// The shop's team is asked for, so mobile, which is clean of criticals too, is not.
#[test]
fn conditions_on_the_app_narrow_the_apps_and_others_do_not() {
    assert_eq!(
        rows("backlog where severity = critical and team = web by app with empty"),
        ["ledger 1", "shop 0"]
    );
}

#[test]
fn scales_and_yes_no_have_all_their_values() {
    assert_eq!(
        rows("backlog where severity >= high by team, exploitable with empty"),
        ["ops false 0", "ops true 0", "web false 0", "web true 1"]
    );
    assert_eq!(
        rows("backlog by severity with empty"),
        ["info 0", "low 3", "medium 0", "high 0", "critical 1"]
    );
    // Criticality is a field of assets: what no asset in service has is no group.
    assert_eq!(
        rows("backlog where severity = critical by criticality with empty"),
        ["low 0", "high 1"]
    );
}

/// In May 2025 all four are in service at the end of the month, in June three; every group has every month.
#[test]
fn what_was_in_service_in_one_period_has_a_row_in_all() {
    assert_eq!(
        rows("backlog by app over month from 2025-05 to 2025-06 with empty"),
        [
            "2025-05 ledger 0",
            "2025-05 mobile 0",
            "2025-05 shop 0",
            "2025-05 shop-old 0",
            "2025-06 ledger 0",
            "2025-06 mobile 0",
            "2025-06 shop 0",
            "2025-06 shop-old 0",
        ]
    );
}

#[test]
fn having_leaves_out_rows_and_not_what_is_counted() {
    assert_eq!(
        rows("backlog by app having backlog >= 2 with total"),
        ["ledger 3", "missing 4"]
    );
    assert_eq!(rows("backlog by app having backlog != 3"), ["mobile 1"]);
    assert_eq!(
        rows("backlog, open_age by app with empty having open_age > 0 days and backlog < 3"),
        ["mobile 1 78"]
    );
    // In December nothing was open: that period has no row left.
    assert_eq!(
        rows("backlog over month from 2025-12 to 2026-01 having backlog > 0"),
        ["2026-01 4"]
    );
}

#[test]
fn shares_are_of_all_rows_though_some_groups_are_not_shown() {
    let share = |text: &str| -> Vec<Option<f64>> {
        let answer = ask(text);
        let value = |cell: &Cell| match cell {
            Cell::Value(value) => Some(value.as_ref().clone()),
            Cell::Missing | Cell::Text(_) | Cell::YesNo(_) | Cell::Number(_) => None,
        };
        let cells = answer.rows.iter().flat_map(|row| &row.cells);
        let values: Vec<Value> = cells.filter_map(value).collect();
        values.iter().map(|value| value.share).collect()
    };
    assert_eq!(share("backlog by app with share"), [Some(0.75), Some(0.25)]);
    assert_eq!(
        share("backlog by app top 1 with share"),
        [Some(0.75), Some(0.25)]
    );
    assert_eq!(
        share("backlog by app with share having backlog > 2"),
        [Some(0.75)]
    );
    // Nothing was open in 2025.
    assert_eq!(
        share("backlog by app with share with empty as of 2025-12"),
        [None, None, None]
    );
}
