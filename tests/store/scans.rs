//! Scans that somebody lists, without what they saw.

use riskql::exec::data::Horizon;
use riskql::lang::model::ToolKind;

use super::{Room, codes, micros, saw};

/// Scans of the fields that a test is about: id, asset, tool, day and outcome.
fn listed(scans: &[[&str; 5]]) -> String {
    let mut text = "scan_id,asset_id,tool,tool_kind,environment,finished_at,outcome\n".to_string();
    for [id, asset, tool, day, outcome] in scans {
        text += &format!("{id},{asset},{tool},dast,,{day},{outcome}\n");
    }
    text
}

fn lines(room: &Room, horizon: Horizon, table: &str, fields: &[&str]) -> Vec<String> {
    let rows = room.table_at(horizon, table).into_iter();
    let line = |row: super::Record| {
        let values: Vec<&str> = fields.iter().map(|field| row[*field].as_str()).collect();
        values.join(" ")
    };
    rows.map(line).collect()
}

#[test]
fn listed_scans_are_rows_of_the_table_and_their_assets_are_there() {
    let room = Room::new();
    room.take("2026-03-02", &saw(&["sql"]));
    let scans = listed(&[
        [
            "run-2",
            "ledger",
            "harbour",
            "2026-03-03T10:00:00Z",
            "failed",
        ],
        ["run-1", "ledger", "harbour", "2026-03-01", "success"],
    ]);
    room.take("2026-03-09", &scans);
    let fields = ["asset_id", "tool", "tool_kind", "finished_at", "outcome"];
    assert_eq!(
        lines(&room, Horizon::default(), "scans", &fields),
        [
            "ledger harbour dast 2026-03-01 success",
            "shop probe manual 2026-03-02 success",
            "ledger harbour dast 2026-03-03T10:00:00Z failed"
        ]
    );
    let assets = ["asset_id", "name", "commissioned_at"];
    assert_eq!(
        lines(&room, Horizon::default(), "assets", &assets),
        ["ledger ledger 2026-03-01", "shop shop 2026-03-02"]
    );
    let as_of = Some(micros("2026-03-03"));
    let known_on = None;
    assert_eq!(
        lines(
            &room,
            Horizon { as_of, known_on },
            "scans",
            &["finished_at"]
        ),
        ["2026-03-01", "2026-03-02"],
        "each scan has its own date, whenever it was listed"
    );
}

#[test]
fn a_listed_scan_is_coverage_and_closes_nothing() {
    let room = Room::new();
    room.take("2026-01-01", &saw(&["sql"]));
    let numbers = |text: &str| {
        let answers = room.ask(&[text.to_string()], Horizon::default());
        format!("{:?}", answers.expect("an answer")[0].rows[0].cells[0])
    };
    let coverage = "scan_coverage as of 2026-03-10";
    assert!(
        numbers(coverage).contains("value: Some(0.0)"),
        "{}",
        numbers(coverage)
    );
    room.take(
        "2026-03-09",
        &listed(&[["run-1", "shop", "probe", "2026-03-05", "success"]]),
    );
    assert!(
        numbers(coverage).contains("value: Some(1.0)"),
        "{}",
        numbers(coverage)
    );
    assert_eq!(
        room.story(),
        ["sql: 2026-01-01 –"],
        "nobody knows what it saw"
    );
}

#[test]
fn the_later_record_of_a_scan_holds() {
    let room = Room::new();
    let run = |outcome| listed(&[["run-1", "shop", "harbour", "2026-03-05", outcome]]);
    room.take("2026-03-07", &run("success"));
    room.take("2026-03-06", &run("failed"));
    assert_eq!(
        lines(&room, Horizon::default(), "scans", &["scan_id", "outcome"]),
        ["run-1 success"]
    );
}

#[test]
fn scans_of_another_name_are_of_the_asset() {
    let room = Room::new();
    room.take(
        "2026-03-06",
        &listed(&[["run-1", "old-shop", "harbour", "2026-03-05", "success"]]),
    );
    room.take(
        "2026-03-07",
        r#"[{"asset_id": "old-shop", "team": "web", "alias_of": "shop"}]"#,
    );
    assert_eq!(
        lines(&room, Horizon::default(), "scans", &["asset_id"]),
        ["shop"]
    );
    assert_eq!(
        lines(&room, Horizon::default(), "assets", &["asset_id"]),
        ["shop"]
    );
}

#[test]
fn scans_that_say_too_little_are_refused() {
    let room = Room::new();
    let refused = |text: &str| {
        let problems = room.try_take(text, &room.context).expect_err("refused");
        let told = problems.clone().sorted();
        let told: Vec<String> = told
            .iter()
            .flat_map(|each| each.help.iter().chain([&each.message]).cloned())
            .collect();
        (codes(problems), told.join("; "))
    };
    let one = |scan: [&str; 5]| refused(&listed(&[scan]));
    for (place, field) in ["scan_id", "asset_id", "", "finished_at", "outcome"]
        .iter()
        .enumerate()
    {
        let mut scan = ["run-1", "shop", "harbour", "2026-03-05", "success"];
        scan[place] = "";
        match *field {
            "" => room.take("2026-03-06", &listed(&[scan])),
            field => {
                let (codes, told) = one(scan);
                assert_eq!(codes, ["D433"]);
                assert!(told.contains(&format!("`{field}`")), "{told}");
            }
        }
    }
    let (codes, told) = one(["run-1", "shop", "harbour", "2026-03-05", "ok"]);
    assert_eq!(codes, ["D439"]);
    assert!(told.contains("one of: success, partial, failed"), "{told}");
    let kind =
        listed(&[["run-1", "shop", "harbour", "2026-03-05", "success"]]).replace("dast", "web");
    let (codes, told) = refused(&kind);
    assert_eq!(codes, ["D439"]);
    assert!(told.contains(ToolKind::Dast.word()), "{told}");
    assert_eq!(
        one(["run-1", "shop", "harbour", "soon", "success"]).0,
        ["D407"]
    );
    assert_eq!(
        one(["run-1", "shop", "harbour", "2027-03-05", "success"]).0,
        ["D409"]
    );
}
