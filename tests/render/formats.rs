//! JSON, CSV and Parquet, read back.

use riskql::exec::answer::{Answer, Value};
use riskql::render::{self, CsvTexts, OutputFormat, RenderOptions};
use serde_json::Value as Json;

use super::build;

fn json(answer: &Answer) -> Json {
    serde_json::from_slice(&render::answer(
        answer,
        OutputFormat::Json,
        RenderOptions::PIPE,
    ))
    .expect("JSON")
}

#[test]
fn json_is_the_sample_of_the_contract_to_the_letter() {
    let written = render::answer(&build::sample(), OutputFormat::Json, RenderOptions::PIPE);
    insta::assert_snapshot!("sample_json", String::from_utf8(written).unwrap());
    let expected: Json = serde_json::from_str(
        r#"{
  "schema_version": 1,
  "query": "mttr by severity over month from 2026-03 to 2026-04 with total",
  "as_of": "2026-04-30", "as_of_instant": "2026-05-01T00:00:00Z", "known_on": null, "timezone": "UTC",
  "definitions": "sha256:…", "data": "sha256:…",
  "period": {"label": "2026-03 to 2026-04", "from": "2026-03-01", "to": "2026-04-30"},
  "columns": [ {"name": "period", "role": "period", "type": "month"},
               {"name": "severity", "role": "dimension", "type": "scale severity"},
               {"name": "mttr", "role": "value", "unit": "days", "kind": "flow"} ],
  "rows": [ {"period": "2026-03", "severity": "critical", "mttr": 20.0, "mttr_rows": 2, "level": "group"},
            {"period": "2026-03", "severity": null,       "mttr": 20.0, "mttr_rows": 2, "level": "total"} ],
  "excluded": [ {"kpi": "mttr", "reason": "false positive", "rows": 1} ],
  "notes": []
}"#,
    )
    .unwrap();
    let got = json(&build::sample());
    // As text, so that the order of keys and `20.0` against `20` count.
    assert_eq!(got.to_string(), expected.to_string());
}

#[test]
fn json_has_target_comparison_and_reason_where_asked_for() {
    let answer = json(&build::teams());
    let rows = answer["rows"].as_array().unwrap();
    assert_eq!(
        rows[0].to_string(),
        r#"{"team":"payments-core","mttr":20.4,"mttr_rows":120,"mttr_target":30.0,"mttr_bound":"below","mttr_status":"pass","mttr_previous":18.25,"mttr_change":2.1499999999999986,"level":"group"}"#
    );
    assert_eq!(
        rows[3].to_string(),
        r#"{"team":"platform","mttr":null,"mttr_rows":0,"mttr_reason":"no rows","mttr_target":30.0,"mttr_bound":"below","mttr_status":"no data","mttr_previous":3.5,"mttr_change":null,"level":"group"}"#
    );
    assert_eq!(rows[5]["mttr_status"], "miss");
}

#[test]
fn a_row_no_target_judges_has_null_for_target_and_status() {
    let mut answer = build::teams();
    let riskql::exec::answer::Cell::Value(value) = &mut answer.rows[0].cells[1] else {
        panic!("a value")
    };
    value.target = None;
    let row = &json(&answer)["rows"][0];
    assert!(row["mttr_target"].is_null() && row["mttr_status"].is_null());
    assert!(row.as_object().unwrap().contains_key("mttr_status"));
}

#[test]
fn counts_are_integers_and_their_means_are_not() {
    let row = |value| {
        let mut answer = build::months();
        answer.rows[0].cells[2] = build::cell(build::number(value, 1));
        json(&answer)["rows"][0]["backlog"].to_string()
    };
    assert_eq!(row(12.0), "12");
    assert_eq!(row(12.5), "12.5");
}

#[test]
fn a_list_gives_its_fields_and_no_level() {
    let answer = json(&build::findings());
    assert_eq!(
        answer["columns"][3].to_string(),
        r#"{"name":"cvss","role":"field","type":"number"}"#
    );
    assert_eq!(
        answer["rows"][0].to_string(),
        r#"{"finding_id":"F-2026-001","title":"SQL injection in the search form of the shop","app":"shop","cvss":9.8,"exploitable":true,"found_at":"2026-03-02"}"#
    );
    assert!(answer["rows"][2]["app"].is_null());
}

#[test]
fn a_dimension_called_level_keeps_its_name() {
    let mut answer = build::sample();
    answer.columns[1].name = "level".into();
    let row = &json(&answer)["rows"][0];
    assert_eq!(
        (&row["level"], &row["level_"]),
        (&"critical".into(), &"group".into())
    );
}

#[test]
fn jsonl_is_a_row_a_line() {
    let bytes = render::answer(&build::months(), OutputFormat::Jsonl, RenderOptions::PIPE);
    let lines: Vec<Json> = String::from_utf8(bytes)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(Json::from(lines), json(&build::months())["rows"]);
}

#[test]
fn csv_reads_back_as_the_same_fields_that_json_has() {
    let raw = RenderOptions {
        csv: CsvTexts::Raw,
        ..RenderOptions::PIPE
    };
    for answer in [
        build::sample(),
        build::teams(),
        build::months(),
        build::findings(),
    ] {
        let bytes = render::answer(&answer, OutputFormat::Csv, raw);
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let header: Vec<String> = reader.headers().unwrap().iter().map(String::from).collect();
        let rows = json(&answer)["rows"].as_array().unwrap().clone();
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), rows.len());
        for (record, row) in records.iter().zip(&rows) {
            for (key, field) in header.iter().zip(record) {
                assert!(is_same(field, &row[key]), "{key}: {field} {}", row[key]);
            }
            assert!(
                row.as_object()
                    .unwrap()
                    .keys()
                    .all(|key| header.contains(key))
            );
        }
    }
}

fn is_same(field: &str, json: &Json) -> bool {
    match json {
        Json::Null => field.is_empty(),
        Json::Bool(yes) => field == if *yes { "yes" } else { "no" },
        // Reading numbers exactly is a feature of serde_json that costs time and is off.
        Json::Number(number) => {
            let number = number.as_f64().unwrap();
            (field.parse::<f64>().unwrap() - number).abs() <= number.abs() * 1e-15
        }
        Json::String(text) => field == text,
        Json::Array(_) | Json::Object(_) => panic!("rows are flat"),
    }
}

#[test]
fn csv_has_the_same_header_whatever_the_data() {
    let header = |answer: &Answer| {
        let bytes = render::answer(answer, OutputFormat::Csv, RenderOptions::PIPE);
        String::from_utf8(bytes)
            .unwrap()
            .lines()
            .next()
            .unwrap()
            .to_string()
    };
    let mut empty = build::teams();
    empty.rows.clear();
    assert_eq!(header(&empty), header(&build::teams()));
    assert_eq!(
        header(&empty),
        "team,mttr,mttr_rows,mttr_reason,mttr_target,mttr_bound,mttr_status,mttr_previous,mttr_change,level"
    );
}

#[test]
fn no_number_that_is_not_one_leaves_in_json() {
    let mut answer = build::sample();
    let hostile = Value {
        value: Some(f64::NAN),
        ..build::number(0.0, 1)
    };
    answer.rows[0].cells[2] = build::cell(hostile);
    assert!(json(&answer)["rows"][0]["mttr"].is_null());
}

#[test]
fn markdown_is_a_table_no_title_can_break() {
    let md = |answer: &Answer| {
        String::from_utf8(render::answer(
            answer,
            OutputFormat::Md,
            RenderOptions::PIPE,
        ))
        .unwrap()
    };
    insta::assert_snapshot!("teams_md", md(&build::teams()));
    insta::assert_snapshot!("findings_md", md(&build::findings()));
    let mut hostile = build::findings();
    hostile.rows[0].cells[1] =
        build::text("@security <script>|\n| [x](y) **b** `c` _d_ fix_rate \\|");
    let text = md(&hostile);
    let line = text.lines().nth(2).unwrap();
    assert!(!line.contains('@') && !line.contains("<script>"));
    let bars = line.replace("\\|", "").matches('|').count();
    assert_eq!(bars, hostile.columns.len() + 1, "{line}");
}

#[test]
fn parquet_reads_back_with_types_and_nulls() {
    use polars::prelude::{ParquetReader, SerReader};
    let bytes = render::answer(&build::teams(), OutputFormat::Parquet, RenderOptions::PIPE);
    let frame = ParquetReader::new(std::io::Cursor::new(bytes))
        .finish()
        .unwrap();
    assert_eq!(frame.height(), 6);
    let column = |name: &str| frame.column(name).unwrap().as_materialized_series().clone();
    let values: Vec<Option<f64>> = column("mttr").f64().unwrap().iter().collect();
    assert_eq!(
        values,
        [
            Some(20.4),
            Some(29.999),
            Some(132.4),
            None,
            Some(7.0),
            Some(30.0)
        ]
    );
    let rows: Vec<Option<u64>> = column("mttr_rows").u64().unwrap().iter().collect();
    assert_eq!(rows[..4], [Some(120), Some(61), Some(20), Some(0)]);
    let teams: Vec<Option<String>> = column("team")
        .str()
        .unwrap()
        .iter()
        .map(|team| team.map(String::from))
        .collect();
    assert_eq!(teams[0].as_deref(), Some("payments-core"));
    assert_eq!(teams[4], None);
    let findings = render::answer(
        &build::findings(),
        OutputFormat::Parquet,
        RenderOptions::PIPE,
    );
    let findings = ParquetReader::new(std::io::Cursor::new(findings))
        .finish()
        .unwrap();
    let exploitable: Vec<Option<bool>> = findings
        .column("exploitable")
        .unwrap()
        .as_materialized_series()
        .bool()
        .unwrap()
        .iter()
        .collect();
    assert_eq!(exploitable, [true, false, true, false].map(Some));
}
