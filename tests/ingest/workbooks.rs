//! Reports and registers that are workbooks (`.xlsx`): a sheet reads as the CSV file that a spreadsheet writes of it.

use std::cell::OnceCell;
use std::sync::OnceLock;

use riskql::base::source::Sources;
use riskql::lang::model::Definitions;
use riskql::lang::project::{self, ProjectOrigin};
use riskql::reports::ingest::{Report, ReportReader};

use super::workbook_file::{SheetXml, packed, row, sheet, texts, workbook};

fn read(bytes: &[u8], wanted: Option<&str>) -> Result<Report, String> {
    static LIBRARY: OnceLock<Definitions> = OnceLock::new();
    let definitions = LIBRARY.get_or_init(|| {
        let mut sources = Sources::default();
        let (definitions, _) = project::definitions(&mut sources, &ProjectOrigin::Library);
        definitions.expect("the library has no mistakes")
    });
    thread_local! {
        static READER: OnceCell<ReportReader<'static>> = const { OnceCell::new() };
    }
    let report = READER.with(|reader| {
        let reader = reader.get_or_init(|| ReportReader::new(definitions));
        match wanted {
            None => reader.read("assets.xlsx", bytes),
            Some(_) => {
                let reader = ReportReader::new(definitions).of_sheet(wanted);
                reader.read("assets.xlsx", bytes)
            }
        }
    });
    report.map_err(|problems| {
        let problems = problems.sorted().into_iter();
        let told = problems.map(|problem| format!("{} {}", problem.code, problem.message));
        told.collect::<Vec<String>>().join("\n")
    })
}

fn header() -> String {
    texts(
        1,
        &[
            "asset_id",
            "name",
            "criticality",
            "business_critical",
            "commissioned_at",
        ],
    )
}

fn record(report: &Report, row: usize) -> Vec<String> {
    let fields = [
        "asset_id",
        "name",
        "criticality",
        "business_critical",
        "commissioned_at",
    ];
    let record = &report.records[row];
    let text = |field| record.get(field).map_or("-".to_string(), String::clone);
    fields.into_iter().map(text).collect()
}

#[test]
fn cells_read_as_a_csv_file_has_them() {
    // 46112 days after 30 December 1899 is 31 March 2026: 126 years of 365 days, 31 leap days from 1904 to 2024 and
    // two days make 1 January 2026 day 46023, and 89 days more are 31 March.
    let typed = row(
        2,
        r#"<c r="A2"><v>4711</v></c><c r="B2" t="str"><f>"Sh"&amp;"op"</f><v>Shop</v></c><c r="C2" t="inlineStr"><is><t>high</t></is></c>
           <c r="D2" t="b"><v>1</v></c><c r="E2" s="1"><v>46112</v></c>"#,
    );
    // Half a day is noon.
    let timed = row(
        4,
        r#"<c r="A4" t="inlineStr"><is><t>till</t></is></c><c r="E4" s="2"><v>46112.5</v></c>"#,
    );
    let blank = row(
        5,
        r#"<c r="A5" s="1"/><c r="B5" t="inlineStr"><is><t> </t></is></c>"#,
    );
    let file = workbook(&[sheet("Sheet1", header() + &typed + &timed + &blank)]);
    let report = read(&file, None).expect("a register");
    assert_eq!(report.source, "assets_csv");
    assert_eq!(report.records.len(), 2);
    assert_eq!(
        record(&report, 0),
        ["4711", "Shop", "high", "true", "2026-03-31"]
    );
    assert_eq!(
        record(&report, 1),
        ["till", "-", "-", "-", "2026-03-31T12:00:00Z"]
    );
}

#[test]
fn the_first_sheet_that_is_shown_is_read_or_the_one_named() {
    let assets = |name: &str| header() + &texts(2, &[name]);
    let sheets = || {
        vec![
            SheetXml {
                is_hidden: true,
                ..sheet("Lists", assets("hidden"))
            },
            sheet("Assets", assets("first")),
            sheet("Old assets", assets("second")),
        ]
    };
    let file = workbook(&sheets());
    let id = |wanted| record(&read(&file, wanted).expect("a register"), 0)[0].clone();
    assert_eq!(id(None), "first");
    assert_eq!(id(Some("old assets")), "second");
    assert_eq!(id(Some("Lists")), "hidden");
    let told = read(&file, Some("Asets")).expect_err("no such sheet");
    assert!(
        told.contains(
            "it has no sheet `Asets`, but Lists, Assets, Old assets; did you mean `Assets`?"
        ),
        "{told}"
    );
}

#[test]
fn what_a_table_cannot_hold_is_refused_with_its_cell() {
    let one = |cells: &str, after: &'static str| {
        let rows = header() + &row(2, cells) + &texts(3, &["till"]);
        let file = workbook(&[SheetXml {
            after,
            ..sheet("Sheet1", rows)
        }]);
        read(&file, None).expect_err("it is refused")
    };
    let id = r#"<c r="A2" t="inlineStr"><is><t>shop</t></is></c>"#;
    for (cells, after, told) in [
        (
            r#"<c r="B2" t="e"><v>#REF!</v></c>"#,
            "",
            "cell B2 holds the error #REF!",
        ),
        (
            r#"<c r="B2"><f>A1&amp;"x"</f></c>"#,
            "",
            "cell B2 has a formula whose result is not in the file",
        ),
        (
            r#"<c r="E2" s="1"><v>1E+99</v></c>"#,
            "",
            "cell E2 is shown as a date",
        ),
        (
            "",
            r#"<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>"#,
            "cells A2:A3 are merged",
        ),
        (
            r#"<c r="G2"><v>1</v></c>"#,
            "",
            "row 2 has 7 cells, and the table 5 columns",
        ),
        (r#"<c r="A2"><v>1</v></c>"#, "", "cell A2 comes twice"),
        (r#"<c r="ZZZZ2"><v>1</v></c>"#, "", "D403"),
    ] {
        let problem = one(&format!("{id}{cells}"), after);
        assert!(problem.contains(told), "{problem}");
        assert!(problem.starts_with("D403 `assets.xlsx`"), "{problem}");
    }
}

#[test]
fn hostile_workbooks_are_refused() {
    // 30 MB of blanks pack to some ten thousand bytes, which is more than 200 times less.
    let blanks = " ".repeat(30 << 20);
    let file = workbook(&[sheet("Sheet1", header() + &blanks)]);
    let told = read(&file, None).expect_err("a bomb");
    assert!(
        told.contains("D403") && told.contains("unpacks to more than"),
        "{told}"
    );
    // A cell in the last row and column of a sheet takes no room for those before it.
    let far = header() + r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
    let told = read(&workbook(&[sheet("Sheet1", far)]), None).expect_err("too wide");
    assert!(told.contains("row 1048576 has 16384 cells"), "{told}");
    let backwards = header() + &texts(9, &["a"]) + &texts(3, &["b"]);
    let told = read(&workbook(&[sheet("Sheet1", backwards)]), None).expect_err("out of order");
    assert!(told.contains("row 3 comes behind row 9"), "{told}");
    // Every beginning of a file is refused, or is no workbook any more.
    let whole = workbook(&[sheet("Sheet1", header() + &texts(2, &["shop"]))]);
    for length in (1..whole.len()).step_by(31) {
        read(&whole[..length], None).expect_err("half a workbook");
    }
    // Any byte of it may be another; it is read or refused, and nothing stops.
    for place in (0..whole.len()).step_by(3) {
        let mut other = whole.clone();
        other[place] ^= 0x5a;
        let _ = read(&other, None);
    }
}

#[test]
fn an_archive_of_reports_is_no_workbook() {
    let members = [("report.json".to_string(), "{}".to_string())];
    let told = read(&packed(&members), None).expect_err("no report");
    assert!(told.starts_with("D401"), "{told}");
    let empty = workbook(&[sheet("Sheet1", String::new())]);
    let told = read(&empty, None).expect_err("nothing in it");
    assert!(told.contains("it is empty"), "{told}");
}
