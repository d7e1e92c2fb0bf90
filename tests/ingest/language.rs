//! The language of sources: what its page promises, and what is said about mistakes.

use std::fs;
use std::path::Path;

use riskql::base::diagnostic::Problems;
use riskql::base::instants::rfc3339;
use riskql::base::source::Sources;
use riskql::lang::check;
use riskql::lang::model::{Definitions, Fills, RowField, ToolKind};
use riskql::lang::syntax;
use riskql::reports::ingest::{Report, ReportReader, ScanOutcome};

const SCALE: &str = "scale severity is info < low < medium < high < critical\n";

const SOURCE: &str = r#"source acme "Acme"
  tool     "acme"
  kind     sast
  reads    json
  known by """
    type == "object" and has("issues")
  """
  scan """
    .scan // {}
  """
  rows """
    .issues[]
  """
  severity
    "A" to high
  status
    "open" to open
  identity rule_id
"#;

/// Definitions and their texts.
fn definitions(text: &str) -> (Sources, Definitions) {
    let mut sources = Sources::default();
    let id = sources.add("acme.kpi", format!("{SCALE}\n{text}"));
    let (file, problems) = syntax::parse_file(&sources, id);
    assert!(!problems.has_errors(), "{problems:?}");
    let (definitions, problems) = check::definitions(&sources, &[file]);
    assert!(!problems.has_errors(), "{problems:?}");
    (sources, definitions.expect("no mistakes"))
}

fn read(text: &str, report: &str) -> Result<Report, Vec<String>> {
    let (sources, definitions) = definitions(text);
    let read = ReportReader::new(&definitions).read("report.json", report.as_bytes());
    read.map_err(|problems| told(&sources, problems))
}

/// Code, the line of the definition, message.
fn told(sources: &Sources, problems: Problems) -> Vec<String> {
    let line = |problem: riskql::base::diagnostic::Diagnostic| {
        let line = problem.span.map(|span| {
            let lines = sources.get(span.source).text.lines();
            let (line, _) = sources.line_column(span);
            lines
                .skip(line - 1)
                .map(str::trim)
                .next()
                .unwrap_or_default()
        });
        format!(
            "{} at `{}`: {}",
            problem.code,
            line.unwrap_or_default(),
            problem.message
        )
    };
    problems.sorted().into_iter().map(line).collect()
}

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/sources.md");
    fs::read_to_string(path).expect("the page of sources")
}

/// The first block of a kind on the page.
fn block(kind: &str) -> String {
    let page = page();
    let start = page.find(&format!("```{kind}\n")).expect("a block");
    let text = page[start..].split_once('\n').expect("its text").1;
    text.split("```").next().expect("its end").to_string()
}

#[test]
fn the_example_of_the_page_reads_its_report() {
    let (_, definitions) = definitions(&block("kpi"));
    let reader = ReportReader::new(&definitions);
    assert!(!reader.check().has_errors());
    let report = reader.read("acme.json", block("json").as_bytes());
    let report = report.unwrap_or_else(|problems| panic!("{:?}", problems.sorted()));
    let lines = report.rows.iter().map(|row| {
        let cwes: Vec<String> = row.cwe.iter().map(|cwe| format!("CWE-{cwe}")).collect();
        format!(
            "{} | {} | {}:{} | {} | {}\n",
            ["info", "low", "medium", "high", "critical"][usize::from(row.severity)],
            row.title,
            row.file.as_deref().unwrap_or_default(),
            row.line.unwrap_or_default(),
            cwes.join(" "),
            row.status.map_or("", |status| status.word()),
        )
    });
    let mut text: String = lines.collect();
    for (reason, rows) in &report.dropped {
        text += &format!("dropped {rows}: {reason}\n");
    }
    assert_eq!(text, block("rows"));
}

#[test]
fn the_page_lists_every_word_of_the_language() {
    let page = page();
    let fields = RowField::ALL.iter().map(|field| field.word());
    let kinds = ToolKind::ALL.iter().map(|kind| kind.word());
    let records = Fills::ALL.iter().filter_map(|fills| fills.record_fields());
    let tables = Fills::ALL.iter().map(|fills| fills.word());
    let records = records.flatten().copied();
    for word in fields.chain(kinds).chain(tables).chain(records) {
        assert!(
            page.contains(&format!("`{word}`")),
            "docs/sources.md lacks `{word}`"
        );
    }
}

#[test]
fn the_page_lists_every_function_of_programs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/reports/ingest/programs");
    let text = |file| fs::read_to_string(folder.join(file)).expect("the functions");
    let (prelude, own) = (text("prelude.jq"), text("functions.rs"));
    let page = page();
    let written = prelude.lines().filter_map(|line| line.strip_prefix("def "));
    // Before these stand functions of jq that are refused.
    let (_, own) = own.split_once("fn own<").expect("the own functions");
    let native = own
        .lines()
        .filter_map(|line| line.trim().strip_prefix("(\""));
    let names = written
        .chain(native)
        .map(|line| line.split([':', '(', '"']).next().expect("a name"));
    // `test` is jq's, done faster.
    let names: Vec<&str> = names.filter(|name| *name != "test").collect();
    assert!(names.contains(&"cwes") && names.contains(&"cvss_word"));
    for name in names {
        assert!(
            page.contains(&format!("| `{name}")),
            "docs/sources.md lacks `{name}`"
        );
    }
}

#[test]
fn words_without_a_rule_are_told_with_place_and_row() {
    let report = r#"{"issues": [
        {"rule_id": "1", "title": "fine", "severity": "A", "status": "OPEN"},
        {"rule_id": "2", "title": "odd", "severity": "Z", "status": "open"},
        {"rule_id": "3", "title": "odd", "severity": "Z", "status": "shelved"},
        {"rule_id": "4", "titel": "x", "title": "odd", "severity": "high"},
        {"rule_id": "5", "severity": "low"}]}"#;
    assert_eq!(
        read(SOURCE, report).expect_err("mistakes"),
        [
            "D405 at `rows \"\"\"`: `report.json` by source acme: a row has no `title` (row 5)",
            "D405 at `rows \"\"\"`: `report.json` by source acme: rows have no field `titel` (row 4)",
            "D406 at `severity`: `report.json` by source acme: the severity \"Z\" has no rule (2 rows, the first is row 2)",
            "D406 at `status`: `report.json` by source acme: the status \"shelved\" has no rule (row 3)",
        ]
    );
}

#[test]
fn words_of_the_scan_are_told_too() {
    let report = r#"{"scan": {"outcome": "aborted"}, "issues": []}"#;
    assert_eq!(
        read(SOURCE, report).expect_err("a mistake"),
        [
            "D405 at `scan \"\"\"`: `report.json` by source acme: \"aborted\" is none of success, partial, failed"
        ]
    );
}

#[test]
fn a_program_that_fails_is_told_with_its_place() {
    let found = read(SOURCE, r#"{"scan": [], "issues": []}"#).expect_err("a mistake");
    assert_eq!(
        found,
        [
            "D404 at `scan \"\"\"`: `report.json` by source acme: scan: the program fails: it gives no object"
        ]
    );
    let found = read(SOURCE, r#"{"issues": 7}"#).expect_err("a mistake");
    assert!(found[0].starts_with("D404 at `rows \"\"\"`"), "{found:?}");
}

#[test]
fn a_scan_may_say_what_kind_of_tool_wrote() {
    let report = r#"{"scan": {"tool_kind": "container"}, "issues": []}"#;
    let read = |report| read(SOURCE, report).expect("a report").scan.kind;
    assert_eq!(read(report), ToolKind::Container);
    assert_eq!(read(r#"{"issues": []}"#), ToolKind::Sast);
}

#[test]
fn rows_of_one_identity_are_kept_and_counted() {
    let report = r#"{"issues": [
        {"rule_id": "1", "title": "one", "severity": "A"},
        {"rule_id": "1", "title": "two", "severity": "A"},
        {"rule_id": "2", "title": "three", "severity": "A"}]}"#;
    let report = read(SOURCE, report).expect("a report");
    assert_eq!((report.rows.len(), report.repeated()), (3, 1));
    assert_eq!(report.rows[0].identity, report.rows[1].identity);
}

#[test]
fn mistakes_in_programs_are_found_without_a_report() {
    let told = |from: &str, to: &str| {
        assert!(SOURCE.contains(from));
        let (sources, definitions) = definitions(&SOURCE.replace(from, to));
        told(&sources, ReportReader::new(&definitions).check())
    };
    let of = |found: Vec<String>| found.join("\n");
    assert_eq!(of(told(".issues[]", ".issues[]")), "");
    let syntax = of(told(".issues[]", ".issues[] | {title: }"));
    assert!(
        syntax.starts_with("K710 at `.issues[] | {title: }`"),
        "{syntax}"
    );
    let function = of(told(".issues[]", ".issues[] | lost"));
    assert!(function.contains("there is no filter `lost`"), "{function}");
    assert!(
        function.starts_with("K710 at `.issues[] | lost`"),
        "{function}"
    );
}

#[test]
fn the_desktop_form_of_netsparker_is_read() {
    let mut sources = Sources::default();
    let origin = riskql::lang::project::ProjectOrigin::Library;
    let (library, _) = riskql::lang::project::definitions(&mut sources, &origin);
    let library = library.expect("the library has no mistakes");
    let text = r#"<?xml version="1.0" encoding="utf-8"?>
<netsparker generated="03/04/2026 17:05:00">
 <target><url>https://books.example.org/</url><scantime>61</scantime></target>
 <vulnerability confirmed="False">
  <url>https://books.example.org/find?q=1</url><type>PossibleXss</type><severity>Important</severity><certainty>80</certainty>
  <title>Possible Cross-site Scripting</title>
  <vulnerableparametertype>GET</vulnerableparametertype><vulnerableparameter>q</vulnerableparameter>
  <classification><CWE>79</CWE><OWASP2013>A3</OWASP2013></classification>
 </vulnerability>
</netsparker>"#;
    let report = ReportReader::new(&library).read("scan.xml", text.as_bytes());
    let report = report.expect("a report");
    let generated = chrono::DateTime::parse_from_rfc3339("2026-03-04T17:05:00Z");
    let generated = generated.expect("an instant").timestamp_micros();
    assert_eq!(report.scan.finished_at, Some(generated));
    let [row] = report.rows.as_slice() else {
        panic!("{:?}", report.rows);
    };
    assert_eq!(row.title, "Possible Cross-site Scripting");
    assert_eq!(row.rule_id.as_deref(), Some("PossibleXss"));
    assert_eq!(row.parameter.as_deref(), Some("q"));
    assert_eq!((row.cwe.as_slice(), row.severity), (&[79][..], 3));
}

/// A source of tables in which the column `Label` may stand several times.
const TABLE: &str = r#"source table "Table"
  tool     "table"
  kind     manual
  reads    csv
  repeated "Label", "own *"
  counted  ".[]"
  known by """
    type == "array" and (.[0] | has("Rule"))
  """
  rows """
    .[] | { rule_id: .Rule, title: ([.Rule, .Label[]?, .["Own A/b"][]?] | join(" ")), severity: .Grade }
  """
  identity rule_id
"#;

#[test]
fn columns_that_a_source_says_may_repeat_are_lists() {
    // `own *` is like `Own A/b`, without regard to case; cells with nothing in them are no members.
    let report =
        "Rule,Label,Grade,Label,Own A/b,Own A/b\nr1,x,high,y,1,2\nr2,,low,z,,3\nr3,,low,,,\n";
    let report = read(TABLE, report).expect("a report");
    let titles: Vec<&str> = report.rows.iter().map(|row| row.title.as_str()).collect();
    assert_eq!(titles, ["r1 x y 1 2", "r2 z 3", "r3"]);
    // Where it stands once it is a text, as ever.
    let once = read(TABLE, "Rule,Label,Grade\nr1,x,high\n").expect("a report");
    assert_eq!(once.rows[0].title, "r1");
}

#[test]
fn other_columns_that_repeat_are_refused_each_once() {
    let report = "Rule,Grade,Grade,Label,Label,Note,Note,Grade\nr1,high,low,x,y,,,low\n";
    assert_eq!(
        read(TABLE, report).expect_err("two columns"),
        [
            "D403 at ``: `report.json` cannot be read as a report: two columns are called `Grade`",
            "D403 at ``: `report.json` cannot be read as a report: two columns are called `Note`",
        ]
    );
    // Without rows nothing is mistaken for anything.
    let empty = read(TABLE, "Rule,Grade,Grade\n").expect("a clean table");
    assert_eq!(empty.rows.len(), 0);
}

#[test]
fn a_script_that_assigns_json_is_read_as_json() {
    let json = r#"{"issues": [{"rule_id": "1", "title": "x = {", "severity": "A"}]}"#;
    let plain = read(SOURCE, json).expect("a report");
    for script in [
        format!("results =\n{json}"),
        format!("var results = {json};\n"),
        format!("\u{feff}window.acme.results={json} ;"),
    ] {
        let report = read(SOURCE, &script).expect("a report");
        assert_eq!(report.rows, plain.rows, "{script}");
    }
    // Two documents, or something behind the value, are no value.
    read(SOURCE, &format!("a = {json}; b = {json};")).expect_err("two values");
    read(SOURCE, &format!("a = {json}.issues")).expect_err("an expression");
}

#[test]
fn records_that_are_left_out_are_counted_by_their_reason() {
    let source = r#"source verdicts "Verdicts"
  tool     "verdicts"
  kind     manual
  reads    json
  counted  ".verdicts[]"
  known by """
    has("verdicts")
  """
  rows """
    .verdicts[] | { finding_id: .id, decision: .word, at: "2026-03-01", dropped: (if .word == null then "nothing decided" else null end) }
  """
  fills    decisions
  identity native_id
"#;
    let report = r#"{"verdicts": [{"id": "F-1", "word": "accepted"}, {"id": "F-2", "word": null}, {"id": "F-3", "word": null}]}"#;
    let report = read(source, report).expect("a report");
    assert_eq!(report.records.len(), 1);
    assert_eq!(report.records[0]["finding_id"], "F-1");
    assert_eq!(report.dropped["nothing decided"], 2);
}

/// The same report gives the same rows whenever and wherever it is read, and no program ends the command that runs it.
#[test]
fn programs_see_the_report_alone() {
    for reaching in [
        "now",
        "0 | localtime",
        "0 | strflocaltime(\"%H\")",
        "env",
        "input",
        "[inputs]",
        "halt",
        "halt_error",
    ] {
        let source = SOURCE.replace(
            ".issues[]",
            &format!(".issues[] + {{ title: ({reaching} | tostring) }}"),
        );
        let (sources, definitions) = definitions(&source);
        let found = told(&sources, ReportReader::new(&definitions).check());
        assert!(
            found.len() == 1
                && found[0].starts_with("K710")
                && found[0].contains("outside of the report"),
            "{reaching}: {found:?}"
        );
    }
    // Members of a report, and definitions of one's own, may be called so.
    for own in [
        ".env",
        ".a.now",
        "{ env: 1, input: .x }",
        "def now: 1; now",
        ".debug?",
    ] {
        let source = SOURCE.replace(".issues[]", &format!("({own}) as $own | .issues[]"));
        let (sources, definitions) = definitions(&source);
        let found = told(&sources, ReportReader::new(&definitions).check());
        assert!(found.is_empty(), "{own}: {found:?}");
    }
    for unknown in ["$ENV", "input_filename", "get_search_list"] {
        let source = SOURCE.replace(".issues[]", unknown);
        let (sources, definitions) = definitions(&source);
        let found = told(&sources, ReportReader::new(&definitions).check());
        assert!(
            found.iter().any(|problem| problem.starts_with("K710")),
            "{unknown}: {found:?}"
        );
    }
}

/// Programs end, whatever they say: definitions that call each other on and on fail, and so do long ranges.
#[test]
fn programs_end() {
    for endless in [
        "def on: on; on",
        "def deep: [deep]; deep",
        "def deep: 1 + deep; deep",
        "def one($n): def other: one($n + 1); [other]; one(0)",
        "\"\\(def deep: [deep]; deep)\"",
        "last(repeat(1))",
        "last(recurse(.))",
        "last(recurse(.; true))",
        "last(while(true; .))",
        "until(false; .)",
        "[range(1e9)] | length",
        "[range(0; 10; 0)] | length",
    ] {
        let source = SOURCE.replace(
            ".issues[]",
            &format!(".issues[] + {{ title: ({endless} | tostring) }}"),
        );
        let found = read(&source, r#"{"issues": [{"severity": "A"}]}"#).expect_err(endless);
        assert!(
            found[0].starts_with("D404 at `rows"),
            "{endless}: {found:?}"
        );
    }
    // What reports need: parts within parts, as deep as a report may be.
    let nested = format!("{}{}", "[".repeat(100), "]".repeat(100));
    for ending in [
        format!("def depth: if . == [] then 1 else 1 + (.[0] | depth) end; {nested} | depth"),
        format!("[{nested} | recurse(.[]?)] | length"),
        "[range(100)] | length".to_owned(),
        "[range(0; 1000; 10)] | length".to_owned(),
        "[range(100; 0; -1)] | length".to_owned(),
        "1 | until(. >= 100; . + 1)".to_owned(),
        "[0 | while(. < 100; . + 1)] | length".to_owned(),
        // Definitions may be paths.
        "def inner: .a; {a: 1} | inner = 100 | .a".to_owned(),
        "def inner: .a; [{a: 100} | path(inner), .a] | .[1]".to_owned(),
        "[[1, [2]] | recurse(.[]?) |= (if isnumber then 50 else . end) | .. | numbers] | add"
            .to_owned(),
    ] {
        let source = SOURCE.replace(
            ".issues[]",
            &format!(".issues[] + {{ title: ({ending} | tostring) }}"),
        );
        let report = read(&source, r#"{"issues": [{"severity": "A"}]}"#).expect(&ending);
        assert_eq!(report.rows[0].title, "100", "{ending}");
    }
}

/// Rows that are alike in all that an identity names are the first, second, … of them in the order of the report.
#[test]
fn rows_that_are_alike_are_numbered_where_the_source_says_so() {
    let source = SOURCE.replace("identity rule_id", "identity rule_id, file numbered");
    let report = r#"{"issues": [
        {"rule_id": "r", "file": "a", "title": "1", "severity": "A", "line": 3},
        {"rule_id": "r", "file": "b", "title": "2", "severity": "A", "fingerprint": "f"},
        {"rule_id": "r", "file": "a", "title": "3", "severity": "A", "line": 9},
        {"rule_id": "r", "file": "b", "title": "4", "severity": "A", "fingerprint": "g"}]}"#;
    let report = read(&source, report).expect("a report");
    let prints = report
        .rows
        .iter()
        .map(|row| row.fingerprint.as_deref().unwrap_or_default());
    // What the identity adds by itself: the fingerprint, at whose end the number is.
    assert_eq!(prints.collect::<Vec<_>>(), ["#1", "f #1", "#2", "g #1"]);
    assert_eq!(report.repeated(), 0);
    let alike = read(
        SOURCE,
        r#"{"issues": [{"rule_id": "r", "title": "1", "severity": "A"}, {"rule_id": "r", "title": "2", "severity": "A"}]}"#,
    );
    assert_eq!(alike.expect("a report").repeated(), 1);
}

/// What a report says of all its rows is held against all of them.
#[test]
fn a_report_with_fewer_rows_than_it_counts_is_partial() {
    let outcome = |rows: &str| {
        let report = format!(
            r#"{{"scan": {{"row_count": {rows}, "scans": [{{"target": "t"}}]}}, "issues": [{{"title": "1", "severity": "A"}}, {{"dropped": "x"}}]}}"#
        );
        let report = read(SOURCE, &report).expect("a report");
        assert_eq!(report.scan.outcome, report.scans[0].outcome);
        report.scan.outcome
    };
    assert_eq!(outcome("2"), ScanOutcome::Success);
    assert_eq!(outcome("\"2\""), ScanOutcome::Success);
    assert_eq!(outcome("1"), ScanOutcome::Success);
    assert_eq!(outcome("null"), ScanOutcome::Success);
    assert_eq!(outcome("3"), ScanOutcome::Partial);
}

#[test]
fn rules_without_a_verdict_somewhere_did_not_run() {
    let report = r#"{"scan": {"rules": ["a", "b", "c"], "unsure_rules": ["b"], "reported_at": "2026-03-31"}, "issues": []}"#;
    let report = read(SOURCE, report).expect("a report");
    assert_eq!(
        report.scan.rules,
        Some(vec!["a".to_string(), "c".to_string()])
    );
    // Nothing else says when.
    assert_eq!(
        report.scan.finished_at.map(rfc3339).as_deref(),
        Some("2026-03-31T00:00:00Z")
    );
    let report =
        r#"{"scan": {"finished_at": "2026-03-30", "reported_at": "2026-03-31"}, "issues": []}"#;
    let report = read(SOURCE, report).expect("a report");
    assert_eq!(
        report.scan.finished_at.map(rfc3339).as_deref(),
        Some("2026-03-30T00:00:00Z")
    );
}
