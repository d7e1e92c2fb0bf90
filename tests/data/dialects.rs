//! Table files in the layouts of exports: the same rows, however spreadsheets and trackers write them.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::fixture::{load_findings, only_message};
use super::formats::{CSV, same};

/// As spreadsheets write it where commas are decimal, with a row and a column that were emptied.
const SEMICOLONS: &str = "finding_id;asset_id;title;severity;exploitable;cvss;found_at;verified_at;\r\n\
    F1;A1;SQL, quoted;High;yes;9,8;2026-03-01;2026-03-31T10:00:00Z;\r\n\
    F2;;;moderate;FALSE;;2026-03-02T01:02:03.25+02:00;;\r\n\
    ;;;;;;;;\r\n\
    F3;A2;a title that is longer than twelve bytes;info;1;-10,0;2026-03-03 04:05;2026-03-04T23:59:59;\r\n";

fn utf16(text: &str, bytes_of: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes_of).collect()
}

#[test]
fn separators() {
    same("findings.csv", SEMICOLONS.as_bytes());
    same("findings.csv", format!("sep=;\r\n{SEMICOLONS}").as_bytes());
    same(
        "findings.csv",
        format!("\"sep=;\"\n{SEMICOLONS}").as_bytes(),
    );
    same("findings.csv", format!("\u{feff}{SEMICOLONS}").as_bytes());
    same("findings.csv", SEMICOLONS.replace(';', "|").as_bytes());
    same("findings.csv", SEMICOLONS.replace(';', "\t").as_bytes());
    // The text tells, not the name.
    same("findings.tsv", CSV.as_bytes());
    same("findings.tsv", SEMICOLONS.as_bytes());
}

#[test]
fn unicode_text_of_two_bytes_a_letter() {
    let tabs = SEMICOLONS.replace(';', "\t");
    let marked = format!("\u{feff}{tabs}");
    same("findings.csv", &utf16(&marked, u16::to_le_bytes));
    same("findings.tsv", &utf16(&marked, u16::to_be_bytes));
    same("findings.csv", &utf16(&tabs, u16::to_le_bytes));
    same("findings.csv", &utf16(&tabs, u16::to_be_bytes));
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed
        .write_all(&utf16(&marked, u16::to_le_bytes))
        .expect("packed");
    same("findings.csv.gz", &packed.finish().expect("packed"));
    // A letter of four bytes, and more text than is decoded at once.
    let rows: String = (0..20_000)
        .map(|row| format!("F{row},🦀 {row}\n"))
        .collect();
    let many = utf16(
        &format!("\u{feff}finding_id,title\n{rows}"),
        u16::to_le_bytes,
    );
    let read = load_findings("findings.csv", &many).expect("read");
    assert_eq!(read.tables[1].as_ref().expect("findings").rows, 20_000);
}

#[test]
fn names_of_columns_as_people_write_them() {
    let names = "Finding ID;asset-id; Title ;SEVERITY;Exploitable;CVSS;Found At;Verified_At;";
    let (_, rows) = SEMICOLONS.split_once("\r\n").expect("names");
    same("findings.csv", format!("{names}\r\n{rows}").as_bytes());
    // One that is written as it is declared counts before others.
    let both = CSV.replace("cvss,", "cvss,CVSS,").replace("9.8,", "9.8,1,");
    let both = both
        .replace("FALSE,,", "FALSE,,2,")
        .replace("-1e1,", "-1e1,3,");
    same("findings.csv", both.as_bytes());
    let told = only_message(load_findings(
        "findings.csv",
        b"Finding ID,finding id\nF1,F2\n",
    ));
    assert!(
        told.contains("two columns that may be `finding_id`: `Finding ID` and `finding id`"),
        "{told}"
    );
}

#[test]
fn trackers_in_their_layouts() {
    // Everything in quotes, and several lines in one cell.
    let quoted = "\"finding_id\",\"asset_id\",\"title\",\"severity\",\"exploitable\",\"cvss\",\"found_at\",\"verified_at\",\"description\"\r\n\
        \"F1\",\"A1\",\"SQL, quoted\",\"High\",\"yes\",\"9.8\",\"2026-03-01\",\"2026-03-31T10:00:00Z\",\"first\r\n\r\nthird \"\"line\"\"\"\r\n\
        \"F2\",\"\",\"\",\"moderate\",\"FALSE\",\"\",\"2026-03-02T01:02:03.25+02:00\",\"\",\"\"\r\n\
        \"F3\",\"A2\",\"a title that is longer than twelve bytes\",\"info\",\"1\",\"-10\",\"2026-03-03 04:05\",\"2026-03-04T23:59:59\",\"x\"\r\n";
    same("findings.csv", quoted.as_bytes());
    // Below a line about the export.
    same(
        "findings.csv",
        format!("# exported 2026-04-01, 3 rows\n{CSV}").as_bytes(),
    );
}

#[test]
fn lines_are_those_of_the_file() {
    let told = only_message(load_findings(
        "findings.csv",
        b"# one\nsep=;\nfinding_id;severity\nF1;low\nF2;awful\n",
    ));
    assert!(told.contains("line 5"), "{told}");
    let told = only_message(load_findings(
        "findings.csv",
        b"sep=;\r\nfinding_id;severity\r\nF1;low\r\nF2\r\n",
    ));
    assert!(
        told.contains("line 4: 1 field where the header has 2"),
        "{told}"
    );
}

#[test]
fn a_comma_that_may_stand_between_thousands_is_no_number() {
    for (written, is_number) in [
        ("7,5", true),
        ("0,125", true),
        ("-0,5", true),
        ("1,234", false),
        ("1,2,3", false),
        (",5", false),
    ] {
        let text = format!("finding_id;cvss\nF1;{written}\n");
        let read = load_findings("findings.csv", text.as_bytes());
        assert_eq!(read.is_ok(), is_number, "{written}");
    }
}
