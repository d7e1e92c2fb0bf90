//! Boards in every format that can hold one.

use insta::assert_snapshot;
use riskql::render::{self, OutputFormat, RenderOptions};
use serde_json::Value as Json;

use super::{build, plain};

fn board(format: OutputFormat, look: RenderOptions) -> String {
    String::from_utf8(render::board(&build::board(), format, look).unwrap()).unwrap()
}

#[test]
fn a_board_at_several_widths() {
    assert_snapshot!("board_40", board(OutputFormat::Table, plain(40)));
    assert_snapshot!("board_60", board(OutputFormat::Table, plain(60)));
    assert_snapshot!("board_100", board(OutputFormat::Table, plain(100)));
    assert_snapshot!(
        "board_pipe",
        board(OutputFormat::Table, RenderOptions::PIPE)
    );
}

#[test]
fn a_board_in_files() {
    assert_snapshot!("board_md", board(OutputFormat::Md, RenderOptions::PIPE));
    assert_snapshot!("board_csv", board(OutputFormat::Csv, RenderOptions::PIPE));
    assert_snapshot!("board_json", board(OutputFormat::Json, RenderOptions::PIPE));
}

#[test]
fn a_board_as_json_holds_the_answers_of_its_cards() {
    let json: Json = serde_json::from_str(&board(OutputFormat::Json, RenderOptions::PIPE)).unwrap();
    assert_eq!(json["schema_version"], 1);
    assert_eq!(json["as_of"], "2026-04-30");
    let card = &json["layers"][0]["cards"][0];
    assert_eq!(card["kind"], "number");
    assert_eq!(card["history"][4], Json::Null);
    assert_eq!(card["answer"]["rows"][0]["value_status"], "miss");
    let lines: Vec<Json> = board(OutputFormat::Jsonl, RenderOptions::PIPE)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 7);
    assert_eq!(lines[4]["layer"], "trend");
    assert_eq!(lines[4]["answer"], json["layers"][1]["cards"][0]["answer"]);
}

#[test]
fn parquet_cannot_hold_a_board() {
    let refused = render::board(&build::board(), OutputFormat::Parquet, RenderOptions::PIPE);
    assert!(refused.unwrap_err().contains("--format json"));
}
