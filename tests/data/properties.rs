//! Random tables read the same from CSV, NDJSON and Parquet.

use polars::prelude::{DataFrame, IntoColumn, NamedFrom, Series};
use proptest::prelude::*;

use super::fixture::{FINDINGS, load_findings, table_shown};
use super::formats::parquet;

#[derive(Clone, Debug)]
struct Row {
    asset: Option<String>,
    title: Option<String>,
    severity: Option<&'static str>,
    exploitable: Option<bool>,
    cvss: Option<f64>,
    found: Option<i64>,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let severity = prop::sample::select(vec![
        "info", "low", "medium", "high", "CRITICAL", "moderate",
    ]);
    let title = "[ -~äß\n\"]{0,20}";
    let row = (
        prop::option::of("A[0-9]{1,2}"),
        prop::option::of(title),
        prop::option::of(severity),
        prop::option::of(any::<bool>()),
        prop::option::of(-1e9..1e9f64),
        prop::option::of(-9_000_000_000i64..9_000_000_000i64),
    );
    let row = row.prop_map(|(asset, title, severity, exploitable, cvss, found)| Row {
        asset,
        title,
        severity,
        exploitable,
        cvss,
        found,
    });
    prop::collection::vec(row, 1..40)
}

fn written(seconds: i64) -> String {
    let instant = chrono::DateTime::from_timestamp(seconds, 0).expect("in range");
    instant.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn cells(row: &Row) -> Vec<Option<String>> {
    vec![
        row.asset.clone(),
        row.title.clone(),
        row.severity.map(str::to_owned),
        row.exploitable.map(|value| value.to_string()),
        row.cvss.map(|value| value.to_string()),
        row.found.map(written),
    ]
}

const NAMES: [&str; 7] = [
    "finding_id",
    "asset_id",
    "title",
    "severity",
    "exploitable",
    "cvss",
    "found_at",
];

fn as_csv(rows: &[Row]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(NAMES).expect("in memory");
    for (number, row) in rows.iter().enumerate() {
        let cells = cells(row).into_iter().map(Option::unwrap_or_default);
        let record: Vec<String> = std::iter::once(format!("F{number}")).chain(cells).collect();
        writer.write_record(record).expect("in memory");
    }
    writer.into_inner().expect("in memory")
}

fn as_ndjson(rows: &[Row]) -> Vec<u8> {
    let lines = rows.iter().enumerate().map(|(number, row)| {
        let mut object = serde_json::Map::new();
        object.insert(NAMES[0].to_owned(), format!("F{number}").into());
        for (name, cell) in NAMES[1..].iter().zip(cells(row)) {
            object.insert((*name).to_owned(), cell.into());
        }
        serde_json::Value::from(object).to_string() + "\n"
    });
    lines.collect::<String>().into_bytes()
}

fn as_parquet(rows: &[Row]) -> Vec<u8> {
    let text = |place: usize| -> Vec<Option<String>> {
        rows.iter()
            .map(|row| cells(row).swap_remove(place))
            .collect()
    };
    let ids: Vec<String> = (0..rows.len()).map(|number| format!("F{number}")).collect();
    let exploitable: Vec<Option<bool>> = rows.iter().map(|row| row.exploitable).collect();
    let cvss: Vec<Option<f64>> = rows.iter().map(|row| row.cvss).collect();
    let columns = vec![
        Series::new(NAMES[0].into(), ids),
        Series::new(NAMES[1].into(), text(0)),
        Series::new(NAMES[2].into(), text(1)),
        Series::new(NAMES[3].into(), text(2)),
        Series::new(NAMES[4].into(), exploitable),
        Series::new(NAMES[5].into(), cvss),
        Series::new(NAMES[6].into(), text(5)),
    ];
    let columns = columns.into_iter().map(IntoColumn::into_column).collect();
    parquet(
        &DataFrame::new(rows.len(), columns).expect("a frame"),
        Some(7),
    )
}

/// What a table reads as, worked out without the loader.
fn naive(rows: &[Row]) -> Vec<Vec<String>> {
    let scale = ["info", "low", "medium", "high", "critical"];
    let dash = || "-".to_owned();
    let code = |word: &str| {
        let word = if word == "moderate" { "medium" } else { word };
        scale
            .iter()
            .position(|value| value.eq_ignore_ascii_case(word))
            .expect("on the scale")
            .to_string()
    };
    let title = |title: &str| {
        let trimmed = title.trim_matches(|letter: char| letter.is_ascii_whitespace());
        if trimmed.is_empty() {
            dash()
        } else {
            trimmed.to_owned()
        }
    };
    let column = |show: &dyn Fn(&Row) -> Option<String>| -> Vec<String> {
        rows.iter()
            .map(|row| show(row).unwrap_or_else(dash))
            .collect()
    };
    vec![
        (0..rows.len()).map(|number| format!("F{number}")).collect(),
        column(&|row| row.asset.clone()),
        column(&|row| row.title.as_deref().map(title)),
        column(&|row| row.severity.map(code)),
        column(&|row| row.exploitable.map(|value| u8::from(value).to_string())),
        column(&|row| row.cvss.map(|value| value.to_string())),
        column(&|row| row.found.map(written)),
        vec![dash(); rows.len()],
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn all_formats_agree(rows in rows()) {
        let expected = naive(&rows);
        for (name, content) in [
            ("findings.csv", as_csv(&rows)),
            ("findings.jsonl", as_ndjson(&rows)),
            ("findings.parquet", as_parquet(&rows)),
        ] {
            let dataset = load_findings(name, &content).expect(name);
            prop_assert_eq!(table_shown(&dataset, FINDINGS), expected.clone(), "{}", name);
        }
    }
}
