//! The same hostile contents inside of every shape that reports have: each is refused in words, or read with all its rows.

use std::time::{Duration, Instant};

use riskql::base::source::Sources;
use riskql::lang::project::{self, ProjectOrigin};
use riskql::reports::ingest::ReportReader;

use super::hostile::{archive, gzip};
use super::workbook_file::{sheet, texts, workbook};

/// Where the hostile content stands.
const PLACE: &str = "§";
/// Every carrier has so many rows.
const ROWS: u64 = 2;
/// A debug build beside other tests: what is not bounded takes hours.
const LONGEST: Duration = Duration::from_secs(120);

#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// A value of JSON.
    Json,
    /// What an element holds.
    Element,
    /// What stands between the quotes of an attribute.
    Attribute,
    Cell,
}

/// Reports of two rows, with a place in the first.
const CARRIERS: &[(&str, Form, &str)] = &[
    (
        "sarif",
        Form::Json,
        r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "T"}}, "results": [
            {"ruleId": "r", "message": {"text": §}}, {"ruleId": "s", "message": {"text": "second"}}]}]}"#,
    ),
    (
        "cyclonedx",
        Form::Json,
        r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"type": "library", "bom-ref": "a", "name": "a", "version": "1"}],
            "vulnerabilities": [{"id": "CVE-2026-0001", "description": §, "ratings": [{"severity": "high"}], "affects": [{"ref": "a"}]},
            {"id": "CVE-2026-0002", "ratings": [{"severity": "low"}], "affects": [{"ref": "a"}]}]}"#,
    ),
    (
        "generic_json",
        Form::Json,
        r#"{"name": "n", "type": "t", "findings": [{"title": §, "severity": "High"}, {"title": "second", "severity": "Low"}]}"#,
    ),
    (
        "bandit",
        Form::Json,
        r#"{"generated_at": "2026-03-03T10:00:00Z", "errors": [], "metrics": {}, "results": [
            {"test_id": "B101", "issue_text": §, "test_name": "assert", "issue_severity": "LOW", "issue_confidence": "HIGH", "filename": "a.py", "line_number": 3},
            {"test_id": "B102", "issue_text": "second", "test_name": "x", "issue_severity": "LOW", "issue_confidence": "HIGH", "filename": "a.py", "line_number": 4}]}"#,
    ),
    (
        "decisions_json",
        Form::Json,
        r#"[{"finding_id": "f1", "decision": "confirmed", "at": "2026-03-01", "reason": §}, {"finding_id": "f2", "decision": "confirmed", "at": "2026-03-01"}]"#,
    ),
    (
        "nuclei",
        Form::Json,
        "{\"template-id\": \"a\", \"info\": {\"name\": §, \"severity\": \"high\"}, \"type\": \"http\", \"host\": \"h\", \"matched-at\": \"https://h/a\", \"timestamp\": \"2026-03-01T00:00:00Z\"}\n\
         {\"template-id\": \"b\", \"info\": {\"name\": \"second\", \"severity\": \"low\"}, \"type\": \"http\", \"host\": \"h\", \"matched-at\": \"https://h/b\", \"timestamp\": \"2026-03-01T00:00:00Z\"}\n",
    ),
    (
        "zap_xml",
        Form::Element,
        r#"<?xml version="1.0"?><OWASPZAPReport programName="ZAP" version="2.15" generated="Tue, 3 Mar 2026 10:00:00">
            <site name="https://shop.example" host="shop.example" port="443" ssl="true"><alerts>
            <alertitem><pluginid>10</pluginid><alert>§</alert><name>§</name><riskcode>2</riskcode><confidence>2</confidence>
              <instances><instance><uri>https://shop.example/a</uri><method>GET</method></instance></instances></alertitem>
            <alertitem><pluginid>11</pluginid><alert>second</alert><name>second</name><riskcode>2</riskcode><confidence>2</confidence>
              <instances><instance><uri>https://shop.example/b</uri><method>GET</method></instance></instances></alertitem>
            </alerts></site></OWASPZAPReport>"#,
    ),
    (
        "tenable_xml",
        Form::Attribute,
        r#"<NessusClientData_v2><Report name="r"><ReportHost name="h"><HostProperties><tag name="HOST_END_TIMESTAMP">1774951200</tag></HostProperties>
            <ReportItem port="80" severity="2" pluginID="1" pluginName="§"/><ReportItem port="80" severity="2" pluginID="2" pluginName="second"/>
            </ReportHost></Report></NessusClientData_v2>"#,
    ),
    (
        "generic_csv",
        Form::Cell,
        "Date,Title,Severity,Description,CweId\n2026-01-01,§,High,d,79\n2026-01-01,second,Low,d,79\n",
    ),
    (
        "tenable_csv",
        Form::Cell,
        "Plugin ID,CVE,Risk,Host,Protocol,Port,Name,Synopsis,Plugin Output\n1,,High,h,tcp,80,a,s,§\n2,,Low,h,tcp,80,b,s,second\n",
    ),
    (
        "assets_csv",
        Form::Cell,
        "asset_id,name,criticality,team\nshop,§,high,web\nbank,second,low,money\n",
    ),
    (
        "decisions_csv",
        Form::Cell,
        "finding_id,decision,at,reason\nf1,confirmed,2026-03-01,§\nf2,confirmed,2026-03-01,second\n",
    ),
];

/// Contents, in the ways that they are written in JSON, inside of an element, and in a cell.
fn contents() -> Vec<(&'static str, [Vec<u8>; 3])> {
    let many = 100_000;
    let same = |name, text: &str| {
        let quoted = format!("\"{text}\"").into_bytes();
        (name, [quoted, text.into(), text.into()])
    };
    let repeated = |name, text: String| {
        (
            name,
            [text.clone().into(), text.clone().into(), text.into()],
        )
    };
    let members = |one: fn(usize) -> String, between: &str| {
        (0..many).map(one).collect::<Vec<_>>().join(between)
    };
    vec![
        same("plain", "first"),
        (
            "nesting",
            [
                ("[".repeat(many) + &"]".repeat(many)).into(),
                ("<a>".repeat(many) + &"</a>".repeat(many)).into(),
                "[{(".repeat(many).into(),
            ],
        ),
        repeated("a number of a million digits", "9".repeat(1_000_000)),
        same("a text of 1 MB", &"long ".repeat(200_000)),
        same("a text of 17 MB", &"x".repeat(17 << 20)),
        (
            "NUL",
            [
                b"\"a\\u0000b\0c\"".to_vec(),
                b"a&#0;b\0c".to_vec(),
                b"a\0b".to_vec(),
            ],
        ),
        same("NUL in text", "a\\u0000b"),
        (
            "a lone surrogate",
            [
                b"\"a\\ud800b\\udc00\\ud83d\"".to_vec(),
                b"a&#xD800;b&#xFFFFFFFF;".to_vec(),
                b"a\xed\xa0\x80b".to_vec(),
            ],
        ),
        (
            "no UTF-8",
            [
                b"\"\xff\xc3(\xf0\x9f\"".to_vec(),
                b"\xff\xc3(\xf0\x9f".to_vec(),
                b"\xff\xc3(\xf0\x9f".to_vec(),
            ],
        ),
        (
            "names that are empty or there twice",
            [
                br#""a", "": 1, "": {"": []}, "x": 1, "x": 2"#.to_vec(),
                b"<></>".to_vec(),
                b",,".to_vec(),
            ],
        ),
        (
            "many members",
            [
                format!("{{{}}}", members(|at| format!("\"k{at}\": {at}"), ",")).into(),
                members(|at| format!("<e{at}/>"), "").into(),
                format!("\"{}\"", members(|at| at.to_string(), "\n")).into(),
            ],
        ),
        (
            "entities",
            [
                b"\"&lol;&#1114112;\"".to_vec(),
                "&lol;".repeat(many).into(),
                "&lol;".repeat(many).into(),
            ],
        ),
        (
            "what never ends",
            [b"\"".to_vec(), b"<![CDATA[".to_vec(), b"\"".to_vec()],
        ),
        (
            "signs that mean something",
            [
                br#""\u001b[2J\u202e=1+1\n\r\t\u2028{\"a\": [""#.to_vec(),
                b"\x1b[2J]]>=1+1&#27;".to_vec(),
                b"\x1b[2J=1+1|;\t".to_vec(),
            ],
        ),
    ]
}

/// A report with the content in its places.
fn filled(report: &str, content: &[u8]) -> Vec<u8> {
    let parts: Vec<&[u8]> = report.split(PLACE).map(str::as_bytes).collect();
    parts.join(content)
}

fn wide(text: &[u8], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    text.encode_utf16().flat_map(bytes).collect()
}

/// The two rows as a sheet of a workbook, if the content may stand in one.
fn as_workbook(report: &str, content: &[u8]) -> Option<Vec<u8>> {
    let content = std::str::from_utf8(content).ok()?;
    let rows = report.lines().zip(1..).map(|(line, number)| {
        let cells = line.split(',').map(|cell| cell.replace(PLACE, content));
        let cells: Vec<String> = cells.collect();
        texts(
            number,
            &cells.iter().map(String::as_str).collect::<Vec<_>>(),
        )
    });
    Some(workbook(&[sheet("rows", rows.collect())]))
}

/// The library's reader of reports, and what came of them.
struct Tried<'a> {
    reader: ReportReader<'a>,
    wrong: Vec<String>,
    read: usize,
    refused: usize,
}

impl Tried<'_> {
    fn take(&mut self, what: &str, bytes: &[u8]) {
        let begun = Instant::now();
        let outcome = self.reader.read("report", bytes);
        if begun.elapsed() > LONGEST {
            self.wrong.push(format!("{what}: {:?}", begun.elapsed()));
        }
        match outcome {
            Ok(report) => {
                self.read += 1;
                let dropped = report.dropped.values().sum::<u64>();
                let rows = (report.rows.len() + report.records.len()) as u64 + dropped;
                if rows < ROWS {
                    self.wrong.push(format!("{what}: {rows} rows"));
                }
            }
            Err(problems) => {
                self.refused += 1;
                let problem = &problems.sorted()[0];
                let is_of_data = problem.code.starts_with("D4");
                if !is_of_data || problem.message.len() > 2000 {
                    self.wrong
                        .push(format!("{what}: {} {}", problem.code, problem.message));
                }
            }
        }
    }
}

#[test]
fn every_format_survives_every_content() {
    let (definitions, _) = project::definitions(&mut Sources::default(), &ProjectOrigin::Library);
    let definitions = definitions.expect("the library has no mistake");
    let mut tried = Tried {
        reader: ReportReader::new(&definitions),
        wrong: Vec::new(),
        read: 0,
        refused: 0,
    };
    let contents = contents();
    for (name, form, report) in CARRIERS {
        for (content_name, [json, element, cell]) in &contents {
            let content = match form {
                Form::Json => json,
                Form::Element | Form::Attribute => element,
                Form::Cell => cell,
            };
            let bytes = filled(report, content);
            let what = format!("{name} with {content_name}");
            let before = tried.read;
            tried.take(&what, &bytes);
            let must_be_read = ["plain", "a text of 1 MB"].contains(content_name);
            if must_be_read && tried.read == before {
                tried.wrong.push(format!("{what} is refused"));
            }
            tried.take(&format!("{what}, UTF-16"), &wide(&bytes, u16::to_le_bytes));
            tried.take(&format!("{what}, packed"), &gzip(&bytes));
            if *form == Form::Cell {
                if let Some(bytes) = as_workbook(report, content) {
                    tried.take(&format!("{what}, in a workbook"), &bytes);
                }
            } else {
                tried.take(
                    &format!("{what}, in an archive"),
                    &archive(&[("a.json", bytes)]),
                );
            }
        }
        let plain = filled(report, &contents[0].1[usize::from(*form != Form::Json)]);
        tried.take(
            &format!("{name}, UTF-16 from the other end"),
            &wide(&plain, u16::to_be_bytes),
        );
        tried.take(
            &format!("{name} and NUL"),
            &[plain.as_slice(), &[0; 1000]].concat(),
        );
        tried.take(
            &format!("NUL and {name}"),
            &[&[0; 1000], plain.as_slice()].concat(),
        );
        // In a name such a byte makes another name: the report is another one, which may have no rows.
        for at in 0..plain.len() {
            let mut bytes = plain.clone();
            bytes[at] = 0xff;
            let _ = tried.reader.read("report", &bytes);
        }
    }
    assert!(tried.wrong.is_empty(), "{:#?}", tried.wrong);
    assert!(
        tried.read > 100 && tried.refused > 100,
        "{} read, {} refused",
        tried.read,
        tried.refused
    );
}

/// A header of so many columns is a table of nobody; below a known one it is of another width.
#[test]
fn a_header_of_a_hundred_thousand_columns_is_refused() {
    let (definitions, _) = project::definitions(&mut Sources::default(), &ProjectOrigin::Library);
    let definitions = definitions.expect("the library has no mistake");
    let reader = ReportReader::new(&definitions);
    let columns: Vec<String> = (0..100_000).map(|at| format!("c{at}")).collect();
    let columns = columns.join(",");
    for (name, _, report) in CARRIERS.iter().filter(|(_, form, _)| *form == Form::Cell) {
        let (header, rows) = report.split_once('\n').expect("a header");
        for text in [
            format!("{header},{columns}\n{rows}"),
            format!("{header}\n{rows}{columns}\n"),
            format!("{columns}\n{report}"),
        ] {
            let problems = reader.read(name, text.as_bytes()).expect_err(name);
            assert!(problems.sorted()[0].code.starts_with("D40"), "{name}");
        }
    }
}
