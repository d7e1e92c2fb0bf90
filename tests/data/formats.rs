//! Every format gives the same dataset for the same rows.

use std::fs::File;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use polars::prelude::{
    Categories, DataFrame, DataType, FrozenCategories, IntoColumn, IpcWriter, NamedFrom,
    ParquetWriter, SerWriter, Series, TimeUnit, TimeZone,
};
use riskql::exec::data::TableSources;

use crate::ingest::workbook_file::{SheetXml, row, sheet, texts, workbook};

use super::fixture::{FINDINGS, load_findings, load_path, table_shown};

pub(super) const CSV: &str = "\
finding_id,asset_id,title,severity,exploitable,cvss,found_at,verified_at
F1,A1,\"SQL, quoted\",High,yes,9.8,2026-03-01,2026-03-31T10:00:00Z
F2,,,moderate,FALSE,,2026-03-02T01:02:03.25+02:00,
F3,A2,a title that is longer than twelve bytes,info,1,-1e1,2026-03-03 04:05,2026-03-04T23:59:59
";

const NDJSON: &str = r#"{"finding_id":"F1","asset_id":"A1","title":"SQL, quoted","severity":"High","exploitable":true,"cvss":9.8,"found_at":"2026-03-01","verified_at":"2026-03-31T10:00:00Z","other":{"a":[1]}}
{"finding_id":"F2","asset_id":null,"title":"","severity":"moderate","exploitable":"FALSE","found_at":"2026-03-02T01:02:03.25+02:00"}

{"verified_at":"2026-03-04T23:59:59","finding_id":"F3","asset_id":"A2","title":"a title that is longer than twelve bytes","severity":"info","exploitable":1,"cvss":-10,"found_at":"2026-03-03 04:05"}
"#;

fn expected() -> Vec<Vec<String>> {
    [
        vec!["F1", "F2", "F3"],
        vec!["A1", "-", "A2"],
        vec![
            "SQL, quoted",
            "-",
            "a title that is longer than twelve bytes",
        ],
        vec!["3", "2", "0"],
        vec!["1", "0", "1"],
        vec!["9.8", "-", "-10"],
        vec![
            "2026-03-01T00:00:00Z",
            "2026-03-01T23:02:03.250Z",
            "2026-03-03T04:05:00Z",
        ],
        vec!["2026-03-31T10:00:00Z", "-", "2026-03-04T23:59:59Z"],
    ]
    .into_iter()
    .map(|column| column.into_iter().map(str::to_owned).collect())
    .collect()
}

#[track_caller]
pub(super) fn same(name: &str, content: &[u8]) -> TableSources {
    let dataset = load_findings(name, content).expect(name);
    assert_eq!(table_shown(&dataset, FINDINGS), expected(), "{name}");
    assert_eq!(dataset.notes, Vec::<String>::new(), "{name}");
    dataset
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).expect("in memory");
    encoder.finish().expect("in memory")
}

fn array() -> String {
    let objects: Vec<&str> = NDJSON.lines().filter(|line| !line.is_empty()).collect();
    format!("\n [{}]\n", objects.join(",\n"))
}

#[test]
fn text_formats() {
    same("findings.csv", CSV.as_bytes());
    same("findings.jsonl", NDJSON.as_bytes());
    same("findings.ndjson", NDJSON.as_bytes());
    same("findings.json", NDJSON.as_bytes());
    same("findings.json", array().as_bytes());
    same("findings.jsonl", array().as_bytes());
}

#[test]
fn compressed_text() {
    same("findings.csv.gz", &gzip(CSV.as_bytes()));
    same("findings.jsonl.gz", &gzip(NDJSON.as_bytes()));
    same("findings.json.gz", &gzip(array().as_bytes()));
    let two_members = [gzip(&CSV.as_bytes()[..90]), gzip(&CSV.as_bytes()[90..])].concat();
    same("findings.csv.gz", &two_members);
}

#[test]
fn byte_order_mark_line_ends_blanks_and_quotes() {
    let marked = format!("\u{feff}{CSV}");
    same("findings.csv", marked.as_bytes());
    same("findings.csv", CSV.replace('\n', "\r\n").as_bytes());
    same(
        "findings.csv",
        CSV.replace(',', " , ")
            .replace("SQL ,  quoted", "SQL, quoted")
            .replace(" , \"", ",\"")
            .replace("\" ,", "\",")
            .as_bytes(),
    );
    same(
        "findings.csv",
        CSV.replacen("finding_id", "\"finding_id\"", 1).as_bytes(),
    );
    same(
        "findings.csv",
        format!(
            "\u{feff}{}",
            CSV.replacen("finding_id", "\"finding_id\"", 1)
        )
        .as_bytes(),
    );
    same("findings.csv", CSV.trim_end().as_bytes());
    same("findings.json", format!("\u{feff}{NDJSON}").as_bytes());
}

/// Dates as a columnar file has them: instants with a zone.
fn frame() -> DataFrame {
    let utc = DataType::Datetime(TimeUnit::Nanoseconds, Some(TimeZone::UTC));
    let instants = |name: &str, micros: [Option<i64>; 3]| {
        let nanos = micros.map(|micros| micros.map(|micros| micros * 1000));
        Series::new(name.into(), nanos.to_vec())
            .cast(&utc)
            .expect("a date column")
    };
    let day = 86_400_000_000i64;
    let march = 20_513 * day;
    let columns = vec![
        Series::new("finding_id".into(), ["F1", "F2", "F3"]),
        Series::new("asset_id".into(), [Some("A1"), None, Some("A2")]),
        Series::new(
            "title".into(),
            [
                Some("SQL, quoted"),
                Some(""),
                Some("a title that is longer than twelve bytes"),
            ],
        ),
        Series::new("severity".into(), ["High", "moderate", "info"]),
        Series::new("exploitable".into(), [true, false, true]),
        Series::new("cvss".into(), [Some(9.8), None, Some(-10.0)]),
        instants(
            "found_at",
            [
                Some(march),
                Some(march + day - 3_476_750_000),
                Some(march + 2 * day + 14_700_000_000),
            ],
        ),
        instants(
            "verified_at",
            [
                Some(march + 30 * day + 36_000_000_000),
                None,
                Some(march + 4 * day - 1_000_000),
            ],
        ),
    ];
    DataFrame::new(
        3,
        columns.into_iter().map(IntoColumn::into_column).collect(),
    )
    .expect("a frame")
}

fn recast(frame: &DataFrame, name: &str, to: &DataType) -> DataFrame {
    let mut frame = frame.clone();
    let column = frame
        .column(name)
        .expect("a column")
        .cast(to)
        .expect("a cast");
    frame.replace(name, column).expect("replaced");
    frame
}

pub fn parquet(frame: &DataFrame, group: Option<usize>) -> Vec<u8> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_row_group_size(group)
        .finish(&mut frame.clone())
        .expect("in memory");
    bytes
}

pub fn arrow(frame: &DataFrame) -> Vec<u8> {
    let mut bytes = Vec::new();
    IpcWriter::new(&mut bytes)
        .finish(&mut frame.clone())
        .expect("in memory");
    bytes
}

#[test]
fn columnar_formats() {
    let frame = frame();
    same("findings.parquet", &parquet(&frame, None));
    same("findings.parquet", &parquet(&frame, Some(1)));
    same("findings.arrow", &arrow(&frame));
    same("findings.feather", &arrow(&frame));
    same("findings.ipc", &arrow(&frame));
}

#[test]
fn physical_types_that_say_the_same() {
    let frame = frame();
    let words = FrozenCategories::new(["info", "moderate", "High"]).expect("categories");
    let categorical = DataType::from_categories(Categories::global());
    let datetime = |unit| DataType::Datetime(unit, Some(TimeZone::UTC));
    let casts = [
        ("severity", DataType::from_frozen_categories(words)),
        ("severity", categorical.clone()),
        ("title", categorical),
        ("exploitable", DataType::Int32),
        ("exploitable", DataType::UInt64),
        ("cvss", DataType::Float32),
        ("cvss", DataType::String),
        ("found_at", datetime(TimeUnit::Microseconds)),
        ("found_at", datetime(TimeUnit::Milliseconds)),
        ("found_at", DataType::Datetime(TimeUnit::Microseconds, None)),
    ];
    for (column, to) in casts {
        let frame = recast(&frame, column, &to);
        if to == DataType::Float32 {
            assert!(load_findings("findings.parquet", &parquet(&frame, None)).is_ok());
            continue;
        }
        same("findings.parquet", &parquet(&frame, Some(2)));
        same("findings.arrow", &arrow(&frame));
    }
}

#[test]
fn large_row_groups_are_read_column_by_column() {
    let rows = 600_000usize;
    let ids: Vec<String> = (0..rows).map(|row| format!("F{row}")).collect();
    let words = ["low", "high", "critical"];
    let severities: Vec<&str> = (0..rows).map(|row| words[row % 3]).collect();
    let columns = vec![
        Series::new("finding_id".into(), ids),
        Series::new("severity".into(), severities),
    ];
    let frame = DataFrame::new(
        rows,
        columns.into_iter().map(IntoColumn::into_column).collect(),
    )
    .expect("a frame");
    let dataset = load_findings("findings.parquet", &parquet(&frame, Some(rows))).expect("loads");
    let shown = table_shown(&dataset, FINDINGS);
    assert_eq!(shown[0][599_999], "F599999");
    assert_eq!(shown[3][..4], ["1", "3", "4", "1"]);
    assert_eq!(shown[3][599_999], "4");
}

#[test]
fn the_fingerprint_is_of_the_bytes() {
    let one = same("findings.csv", CSV.as_bytes()).fingerprint;
    let again = same("findings.csv", CSV.as_bytes()).fingerprint;
    let other = same("findings.csv", CSV.trim_end().as_bytes()).fingerprint;
    assert_eq!(one, again);
    assert_ne!(one, other);
    assert!(one.starts_with("sha256:") && one.len() == 71);
}

#[test]
fn header_alone_and_no_lines_have_no_rows() {
    let header = CSV.lines().next().expect("a header");
    for (name, content) in [
        ("findings.csv", header),
        ("findings.jsonl", ""),
        ("findings.json", "[]"),
    ] {
        let dataset = load_findings(name, content.as_bytes()).expect(name);
        assert_eq!(dataset.table(FINDINGS).expect("loaded").rows, 0, "{name}");
        assert_eq!(dataset.notes, Vec::<String>::new());
    }
}

#[test]
fn many_batches_keep_their_order() {
    let mut text = String::from("finding_id,severity\n");
    let words = ["low", "high", "critical"];
    for row in 0..50_000 {
        text += &format!("F{row},{}\n", words[row % 3]);
    }
    let dataset = load_findings("findings.csv", text.as_bytes()).expect("loads");
    let shown = table_shown(&dataset, FINDINGS);
    assert!(
        shown[0]
            .iter()
            .enumerate()
            .all(|(row, id)| *id == format!("F{row}"))
    );
    assert!(
        shown[3]
            .iter()
            .enumerate()
            .all(|(row, code)| *code == ["1", "3", "4"][row % 3])
    );
}

#[test]
fn a_file_of_another_name_is_read_by_its_ending() {
    let folder = super::fixture::folder(&[("export.csv", CSV.as_bytes())]);
    let path = super::fixture::path_in(&folder, "export.csv");
    assert!(File::open(&path).is_ok());
    assert_eq!(
        table_shown(&load_path(&path).expect("loads"), FINDINGS),
        expected()
    );
}

#[test]
fn tabs_between_cells() {
    let tabs = "finding_id\tasset_id\ttitle\tseverity\texploitable\tcvss\tfound_at\tverified_at\n\
        F1\tA1\tSQL, quoted\tHigh\tyes\t9.8\t2026-03-01\t2026-03-31T10:00:00Z\n\
        F2\t\t\tmoderate\tFALSE\t\t2026-03-02T01:02:03.25+02:00\t\n\
        F3\tA2\ta title that is longer than twelve bytes\tinfo\t1\t-1e1\t2026-03-03 04:05\t2026-03-04T23:59:59\n";
    same("findings.tsv", tabs.as_bytes());
}

/// The sheet is found by the name of the table; cells may be texts, numbers, dates or answers.
#[test]
fn a_sheet_of_a_workbook() {
    let header = texts(
        2,
        &[
            "finding_id",
            "asset_id",
            "title",
            "severity",
            "exploitable",
            "cvss",
            "found_at",
            "verified_at",
        ],
    );
    // Day 46082 after 30 December 1899 is 1 March 2026: 30 days before day 46112, the 31st.
    let first = row(
        3,
        r#"<c r="A3" t="inlineStr"><is><t>F1</t></is></c><c r="B3" t="inlineStr"><is><t>A1</t></is></c>
           <c r="C3" t="inlineStr"><is><t>SQL, quoted</t></is></c><c r="D3" t="inlineStr"><is><t>High</t></is></c>
           <c r="E3" t="b"><v>1</v></c><c r="F3"><v>9.8000000000000007</v></c><c r="G3" s="1"><v>46082</v></c>
           <c r="H3" t="inlineStr"><is><t>2026-03-31T10:00:00Z</t></is></c>"#,
    );
    let second = texts(
        5,
        &[
            "F2",
            "",
            "",
            "moderate",
            "FALSE",
            "",
            "2026-03-02T01:02:03.25+02:00",
        ],
    );
    let third = texts(
        6,
        &[
            "F3",
            "A2",
            "a title that is longer than twelve bytes",
            "info",
            "1",
            "-1e1",
            "2026-03-03 04:05",
            "2026-03-04T23:59:59",
        ],
    );
    let rows = header + &first + &second + &third + &texts(9, &[" "]);
    let file = workbook(&[
        sheet(
            "Read me",
            texts(1, &["The findings are on the next sheet."]),
        ),
        sheet("Findings", rows),
    ]);
    let dataset = same("findings.xlsx", &file);
    let scanned = dataset.tables.iter().flatten().next().expect("a table");
    assert_eq!(scanned.scanned.format, "Excel workbook");
    let bad = texts(1, &["finding_id", "severity"]) + &texts(4, &["F1", "awful"]);
    let problems = load_findings("findings.xlsx", &workbook(&[sheet("Sheet1", bad)]));
    let problems = problems.expect_err("no such severity").sorted();
    assert!(
        problems[0].message.contains("`awful` (row 4)"),
        "{problems:?}"
    );
    let merged = texts(1, &["finding_id", "title"]) + &texts(2, &["F1", "x"]) + &texts(3, &["F2"]);
    let merged = SheetXml {
        after: r#"<mergeCells count="1"><mergeCell ref="B2:B3"/></mergeCells>"#,
        ..sheet("Sheet1", merged)
    };
    let problems = load_findings("findings.xlsx", &workbook(&[merged])).expect_err("merged");
    let problem = &problems.sorted()[0];
    assert_eq!(problem.code, "D109");
    assert!(
        problem.message.contains("cells B2:B3 are merged"),
        "{problem:?}"
    );
    let problems = load_findings("findings.xlsx", CSV.as_bytes()).expect_err("no workbook");
    assert_eq!(problems.sorted()[0].code, "D107");
}
