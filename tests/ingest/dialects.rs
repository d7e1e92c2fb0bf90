//! CSV in the layouts of exports: separators, encodings, quotes and dates as spreadsheets and trackers write them.

use std::collections::BTreeMap;

use riskql::base::instants::rfc3339;
use riskql::base::source::Sources;
use riskql::lang::check;
use riskql::lang::project::{self, ProjectOrigin};
use riskql::lang::syntax;
use riskql::reports::ingest::ReportReader;

const SOURCE: &str = r#"scale severity is info < low < medium < high < critical
source tracker "Tracker"
  tool     "tracker"
  kind     manual
  reads    csv
  known by """ type == "array" and (.[0] | has("Key") and has("Summary")) """
  rows     """ .[] | { native_id: .Key, title: .Summary, cvss: .Score, first_seen: .Created, severity: .Priority } """
  severity
    otherwise to low
  dates    "%d/%b/%y %I:%M %p"
  identity native_id
"#;

/// Id, title, score and day of each row, or why there is none.
fn read(bytes: &[u8]) -> Result<Vec<String>, String> {
    let mut sources = Sources::default();
    let id = sources.add("tracker.kpi", SOURCE.to_string());
    let (file, problems) = syntax::parse_file(&sources, id);
    assert!(!problems.has_errors(), "{problems:?}");
    let (definitions, problems) = check::definitions(&sources, &[file]);
    let definitions = definitions.unwrap_or_else(|| panic!("{problems:?}"));
    let report = ReportReader::new(&definitions).read("export.csv", bytes);
    let report = report.map_err(|problems| problems.sorted()[0].message.clone())?;
    let rows = report.rows.iter().map(|row| {
        let score = row.cvss.map_or("-".to_string(), |score| score.to_string());
        let day = row.first_seen.map_or("-".to_string(), rfc3339);
        let id = row.native_id.as_deref().unwrap_or("-");
        format!("{id} | {} | {score} | {day}", row.title)
    });
    Ok(rows.collect())
}

fn utf16(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

const WANTED: [&str; 2] = [
    "T-1 | Größe, \"neu\" | 7.5 | 2026-03-31T00:00:00Z",
    "T-2 | two\nlines | 10 | 2026-04-03T10:30:00Z",
];

#[test]
fn excel_in_its_layouts() {
    let semicolons = "Key;Summary;Score;Created\r\nT-1;\"Größe, \"\"neu\"\"\";7,5;31.03.2026\r\n\
        T-2;\"two\nlines\";10;03.04.2026 10:30\r\n;;;\r\n";
    let tabs = semicolons.replace(';', "\t");
    let commas = "Key,Summary,Score,Created\r\nT-1,\"Größe, \"\"neu\"\"\",\"7,5\",31/03/2026\r\n\
        T-2,\"two\nlines\",10,03/04/2026 10:30\r\n,,,\r\n";
    for (layout, bytes) in [
        ("semicolons", semicolons.as_bytes().to_vec()),
        (
            "a line that names them",
            format!("sep=;\r\n{semicolons}").into_bytes(),
        ),
        (
            "a line that names them in quotes",
            format!("\"sep=;\"\r\n{semicolons}").into_bytes(),
        ),
        (
            "with a byte order mark",
            format!("\u{feff}{semicolons}").into_bytes(),
        ),
        ("Unicode text", utf16(&tabs)),
        ("tabs", tabs.as_bytes().to_vec()),
        ("commas", commas.as_bytes().to_vec()),
        (
            "Windows-1252",
            semicolons
                .chars()
                .map(|letter| u8::try_from(u32::from(letter)).expect("a letter of Western Europe"))
                .collect(),
        ),
    ] {
        assert_eq!(
            read(&bytes).as_deref(),
            Ok(WANTED.map(str::to_string).as_slice()),
            "{layout}"
        );
    }
}

#[test]
fn a_comma_is_a_decimal_one_where_it_can_be_nothing_else() {
    for (written, score) in [
        ("7,5", "7.5"),
        ("0,125", "0.125"),
        ("10", "10"),
        // One thousand two hundred and thirty-four, or a little more than one.
        ("1,234", "-"),
        ("1,2,3", "-"),
        (",5", "-"),
    ] {
        let text = format!("Key;Summary;Score\nT-1;one;{written}\n");
        let rows = read(text.as_bytes()).expect("rows");
        assert_eq!(rows, [format!("T-1 | one | {score} | -")], "{written}");
    }
}

#[test]
fn names_of_columns_do_not_hide_the_separator() {
    let text = "Key;Summary;\"Score\";\"Note, owner, team, place\"\nT-1;one;7,5;x\n";
    assert_eq!(
        read(text.as_bytes()).expect("rows"),
        ["T-1 | one | 7.5 | -"]
    );
}

#[test]
fn trackers_in_their_layouts() {
    // Everything in quotes, and several lines in one cell.
    let defectdojo = "\"Key\",\"Summary\",\"Score\",\"Created\",\"description\"\n\
        \"1\",\"one\",\"9.8\",\"2026-03-31\",\"first\n\nthird \"\"line\"\"\"\n";
    assert_eq!(
        read(defectdojo.as_bytes()).expect("rows"),
        ["1 | one | 9.8 | 2026-03-31T00:00:00Z"]
    );
    let github = "Key,Summary,Score,Created,URL\n\
        7,\"Path traversal, again\",,2026-03-31T10:00:00Z,https://code.example.com/shop/security/7\n";
    assert_eq!(
        read(github.as_bytes()).expect("rows"),
        ["7 | Path traversal, again | - | 2026-03-31T10:00:00Z"]
    );
    // Of an instance whose dates are written day first.
    let servicenow = "\"Key\",\"Summary\",\"Score\",\"Created\"\r\n\
        \"VIT0010001\",\"one\",\"\",\"03-04-2026 10:30:00\"\r\n\"VIT0010002\",\"two\",\"\",\"25-04-2026 08:00:00\"\r\n";
    assert_eq!(
        read(servicenow.as_bytes()).expect("rows"),
        [
            "VIT0010001 | one | - | 2026-04-03T10:30:00Z",
            "VIT0010002 | two | - | 2026-04-25T08:00:00Z"
        ]
    );
    let jira = "Summary,Key,Created,Priority\n\"one, two\",SHOP-1,31/Mar/26 9:05 AM,High\n";
    assert_eq!(
        read(jira.as_bytes()).expect("rows"),
        ["SHOP-1 | one, two | - | 2026-03-31T09:05:00Z"]
    );
    // A field with several values is several columns of one name.
    let labels = "Summary,Key,Labels,Labels\none,SHOP-1,a,b\n";
    let told = read(labels.as_bytes()).expect_err("two columns");
    assert!(told.contains("two columns are called `Labels`"), "{told}");
}

/// The records of a register, by the library.
fn register(bytes: &[u8]) -> Result<Vec<BTreeMap<String, String>>, String> {
    let (definitions, _) = project::definitions(&mut Sources::default(), &ProjectOrigin::Library);
    let definitions = definitions.expect("the library has no mistake");
    let report = ReportReader::new(&definitions).read("register", bytes);
    let report = report.map_err(|problems| problems.sorted()[0].message.clone())?;
    Ok(report.records)
}

#[test]
fn registers_may_write_the_names_of_their_columns_otherwise() {
    let record = |fields: &[(&str, &str)]| -> BTreeMap<String, String> {
        let fields = fields.iter();
        fields
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect()
    };
    let shop = record(&[
        ("asset_id", "shop"),
        ("team", "web"),
        ("business_critical", "yes"),
    ]);
    let header = "Asset , TEAM;Business Critical";
    for header in [
        header.replace(';', ","),
        "asset_id,team,business_critical".to_string(),
        "ASSET-ID, Team ,\"business  critical\"".to_string(),
    ] {
        for separator in [",", ";", "\t", "|"] {
            let text = format!("{header}\nshop , web,yes\n").replace(',', separator);
            for bytes in [
                text.clone().into_bytes(),
                utf16(&text),
                format!("sep={separator}\r\n{text}").into_bytes(),
            ] {
                assert_eq!(
                    register(&bytes).as_deref(),
                    Ok([shop.clone()].as_slice()),
                    "{text}"
                );
            }
        }
    }
    let decided = record(&[
        ("finding_id", "f1"),
        ("decision", "confirmed"),
        ("at", "2026-03-01"),
    ]);
    let text = "Finding ID,Decision, AT \nf1,confirmed,2026-03-01\n";
    assert_eq!(register(text.as_bytes()), Ok(vec![decided]));
    let text = "Scan ID,Asset,Tool,Finished At,OUTCOME\ns1,shop,probe,2026-03-01,success\n";
    let scans = register(text.as_bytes()).expect("a list of scans");
    assert_eq!(
        (scans[0]["asset_id"].as_str(), scans[0]["outcome"].as_str()),
        ("shop", "success")
    );
}

#[test]
fn two_columns_of_a_register_that_are_one_are_refused() {
    let told = register(b"Asset ID,asset_id,team\nshop,bank,web\n").expect_err("two columns");
    assert!(told.contains("two columns are called `asset_id`"), "{told}");
}
