//! What came back: episodes, when each came back, and questions about it.

use riskql::exec::answer::{Answer, Cell};
use riskql::exec::data::Horizon;

use super::{Room, micros, saw};

/// Found on 1 March, gone on the 5th, back on the 11th, gone on the 12th, back on 1 August.
fn room() -> Room {
    let room = Room::new();
    room.take("2026-03-01", &saw(&["sql", "xss"]));
    room.take("2026-03-05", &saw(&["xss"]));
    room.take("2026-03-11", &saw(&["sql", "xss"]));
    room.take("2026-03-12", &saw(&["xss"]));
    room.take("2026-08-01", &saw(&["sql", "xss"]));
    room
}

fn values(answer: &Answer) -> Vec<Option<f64>> {
    let cells = answer.rows.iter().flat_map(|row| &row.cells);
    let values = cells.filter_map(|cell| match cell {
        Cell::Value(value) => Some(value.value),
        Cell::Missing | Cell::Text(_) | Cell::YesNo(_) | Cell::Number(_) => None,
    });
    values.collect()
}

fn ask(text: &str) -> Vec<Option<f64>> {
    let answers = room().ask(&[text.to_string()], Horizon::default());
    values(&answers.expect("an answer")[0])
}

#[test]
fn each_episode_says_which_it_is_and_whether_its_end_lasted() {
    let mut rows: Vec<String> = room()
        .table("findings")
        .iter()
        .map(|row| {
            format!(
                "{} {}: {} – {}, before {}, back {}",
                row["title"],
                row["episode"],
                row["found_at"],
                row["closed_at"],
                row["previous_closed_at"],
                row["reopened_at"]
            )
        })
        .collect();
    rows.sort();
    assert_eq!(
        rows,
        [
            "sql 1: 2026-03-01 – 2026-03-05, before , back 2026-03-11",
            "sql 2: 2026-03-11 – 2026-03-12, before 2026-03-05, back 2026-08-01",
            "sql 3: 2026-08-01 – , before 2026-03-12, back ",
            "xss 1: 2026-03-01 – , before , back ",
        ]
    );
}

#[test]
fn nobody_knew_of_a_return_before_it() {
    let horizon = Horizon {
        as_of: Some(micros("2026-03-06")),
        ..Horizon::default()
    };
    let rows = room().table_at(horizon, "findings");
    let of = |title: &str| rows.iter().find(|row| row["title"] == title);
    let sql = of("sql").expect("found before");
    assert_eq!(
        (sql["closed_at"].as_str(), sql["reopened_at"].as_str()),
        ("2026-03-05", "")
    );
}

/// Two closings in March: one came back after 6 days, one after 142. Reopened in March once, in August once.
#[test]
fn half_of_the_closings_did_not_last_ninety_days() {
    assert_eq!(
        ask("share of findings closed with reopened within 90 days in 2026-03"),
        [Some(0.5)]
    );
    let text = "count of findings reopened over month from 2026-03 to 2026-04 as of 2026-08-31";
    assert_eq!(ask(text), [Some(1.0), Some(0.0)]);
    assert_eq!(
        ask("count of findings reopened as of 2026-08-31"),
        [Some(2.0)]
    );
    assert_eq!(
        ask("count of findings open where episode > 1 as of 2026-08-31"),
        [Some(1.0)]
    );
}
