//! A report that is read a little at a time gives the rows that it gives when it is read whole.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use riskql::base::source::Sources;
use riskql::lang::model::{Definitions, ReportSource, Shape};
use riskql::lang::project::{self, ProjectOrigin};
use riskql::reports::ingest::{Report, ReportReader, Sizes};
use serde_json::{Value, json};

use super::shared;

/// Every report is large, and a portion has as little as can be.
const SMALLEST: Sizes = Sizes {
    large: 0,
    portion: 1,
};

fn library() -> Definitions {
    let mut sources = Sources::default();
    let (definitions, _) = project::definitions(&mut sources, &ProjectOrigin::Library);
    definitions.expect("the library has no mistakes")
}

fn source<'a>(definitions: &'a Definitions, report: &Report) -> &'a ReportSource {
    let mut sources = definitions.reports.iter();
    let named = sources.find(|source| source.name == report.source);
    named.expect("a source of the library")
}

/// Compares both ways of reading the reports of a folder; the sources whose `parts` were tried.
fn compared(definitions: &Definitions, files: &[PathBuf]) -> BTreeSet<String> {
    let whole = ReportReader::new(definitions);
    let small = ReportReader::new(definitions).with(SMALLEST);
    let mut tried = BTreeSet::new();
    let mut wrong = Vec::new();
    for file in files {
        let name = file.display().to_string();
        let bytes = fs::read(file).expect("a sample");
        let Ok(expected) = whole.read(&name, &bytes) else {
            continue;
        };
        match small.read(&name, &bytes) {
            Ok(found) => wrong.extend(difference(&expected, &found).map(|how| (name, how))),
            Err(problems) => wrong.push((name, format!("{:#?}", problems.sorted()))),
        }
        if !source(definitions, &expected).parts.is_empty()
            && expected.rows.len().max(expected.records.len()) > 1
        {
            tried.insert(expected.source);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    tried
}

/// How the rows differ, if they do. Their order may be another where a report has several arrays.
pub(super) fn difference(whole: &Report, parts: &Report) -> Option<String> {
    let words = |report: &Report| {
        format!(
            "{} {:#?} {:?} {:?} {:?} {:?}",
            report.source,
            report.scans,
            report.dropped,
            report.left_out,
            report.unread_dates,
            report.records
        )
    };
    if words(whole) != words(parts) {
        return Some(format!("{}\n{}", words(whole), words(parts)));
    }
    let sorted = |report: &Report| {
        let mut rows: Vec<String> = report.rows.iter().map(|row| format!("{row:?}")).collect();
        rows.sort();
        rows
    };
    let (whole, parts) = (sorted(whole), sorted(parts));
    if whole.len() != parts.len() {
        return Some(format!("{} rows, {} in parts", whole.len(), parts.len()));
    }
    let other = whole.iter().zip(&parts).find(|(one, other)| one != other);
    other.map(|(one, other)| format!("{one}\n{other}"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let entries = fs::read_dir(folder).expect("a folder");
    for entry in entries {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => files.extend(self::files(&path)),
            false => files.push(path),
        }
    }
    files.sort();
    files
}

#[test]
fn own_samples_are_the_same_in_portions() {
    let definitions = library();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ingest/samples");
    let tried = compared(&definitions, &files(&folder));
    for needed in [
        "sarif",
        "trivy",
        "checkov",
        "fortify_xml",
        "spotbugs",
        "klocwork_xml",
        "kiuwan",
        "openvas_xml",
        "xccdf",
        "invicti_xml",
        "qualys_vm_csv",
        "jira_decisions",
    ] {
        assert!(
            tried.contains(needed),
            "no sample with two rows of {needed}: {tried:?}"
        );
    }
}

/// Memory for XML and CSV is bounded: every source that reads them divides them.
#[test]
fn every_source_of_xml_and_csv_is_divided() {
    let definitions = library();
    let is_long = |source: &&ReportSource| {
        let reads = |shape| source.reads.contains(&shape);
        // Members of archives are packed each for itself.
        (reads(Shape::Xml) || reads(Shape::Csv)) && !reads(Shape::Zip)
    };
    let long = definitions.reports.iter().filter(is_long);
    let whole: Vec<&str> = long
        .filter(|source| source.parts.is_empty())
        .map(|source| source.name.as_str())
        .collect();
    assert_eq!(whole, [""; 0]);
}

#[test]
fn shared_samples_are_the_same_in_portions() {
    let Some(folder) = shared("reports") else {
        return;
    };
    let definitions = library();
    let tried = compared(&definitions, &files(&folder));
    assert!(tried.len() > 30, "tried: {tried:?}");
}

/// Values of reports, with what makes finding their ends hard.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|truth| json!(truth)),
        any::<i32>().prop_map(|number| json!(number)),
        "[\\[\\]{}\",:\\\\# a-cé\n]{0,12}".prop_map(|text| json!(text)),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-c\"\\\\,]{1,3}", inner, 0..4)
                .prop_map(|members| json!(members)),
        ]
    })
}

const EACH: &str = r#"scale severity is info < low < medium < high < critical
source each "Each member of an array, as it is"
  tool     "each"
  kind     sast
  reads    json, jsonlines
  parts    ".outer[].inner", ".plain", "."
  known by """
    true
  """
  rows """
    (if type == "array" then .[] elif type == "object" then ((.outer // [])[] | .inner[]), (.plain // [])[] else empty end)
    | if type == "object" and has("bad") then error("a bad member") else . end
    | { title: tojson, message: "of all", severity: (if type == "object" and has("grade") then .grade else "low" end) }
  """
  identity title
"#;

fn each() -> Definitions {
    let mut sources = Sources::default();
    let id = sources.add("each.kpi", EACH.to_string());
    let (file, problems) = riskql::lang::syntax::parse_file(&sources, id);
    assert!(!problems.has_errors(), "{problems:?}");
    let (definitions, problems) = riskql::lang::check::definitions(&sources, &[file]);
    assert!(!problems.has_errors(), "{problems:?}");
    definitions.expect("no mistakes")
}

proptest! {
    #[test]
    fn any_arrays_are_the_same_in_portions(
        inner in prop::collection::vec(prop::collection::vec(value(), 0..5), 0..4),
        plain in prop::collection::vec(value(), 0..5),
        beside in value(),
        portion in 1_usize..60,
        pretty in any::<bool>(),
    ) {
        let definitions = each();
        let outer: Vec<Value> = inner.iter().map(|inner| json!({ "x": beside, "inner": inner, "plain": [1] })).collect();
        let report = json!({ "before": beside, "outer": outer, "plain": plain, "after": [beside] });
        let lines: Vec<String> = plain.iter().map(|value| json!({ "line": value }).to_string()).collect();
        let text = match pretty {
            true => serde_json::to_string_pretty(&report).expect("JSON"),
            false => report.to_string(),
        };
        for text in [text, json!(plain).to_string(), lines.join("\n")] {
            if text.is_empty() {
                continue;
            }
            let sizes = Sizes { large: 0, portion };
            let whole = ReportReader::new(&definitions).read("whole", text.as_bytes()).expect("a report");
            let parts = ReportReader::new(&definitions).with(sizes).read("parts", text.as_bytes()).expect("a report");
            prop_assert_eq!(difference(&whole, &parts), None, "{}", text);
        }
    }
}

#[test]
fn of_equal_keys_none_counts_in_portions_either() {
    let definitions = each();
    for text in [
        r#"{"plain": [1, 2], "plain": [3]}"#,
        r#"{"plain": null, "plain": [1, 2]}"#,
        r#"{"outer": [{"inner": [1]}, {"inner": [2], "inner": [3, 4]}]}"#,
        r#"{"plain": [{"a": 1, "a": 2}]}"#,
    ] {
        for sizes in [Sizes::default(), SMALLEST] {
            let reader = ReportReader::new(&definitions).with(sizes);
            let problems = reader
                .read("r.json", text.as_bytes())
                .expect_err(text)
                .sorted();
            assert_eq!(problems[0].code, "D403", "{text}");
            assert!(problems[0].message.contains("stands twice"), "{problems:?}");
        }
    }
}

#[test]
fn documents_one_after_the_other_are_the_same_in_portions() {
    let definitions = each();
    let text = r#"[1, 2] [3] 4 "5" {"6": 7}"#;
    let read = |reader: ReportReader| reader.read("r.json", text.as_bytes()).expect("a report");
    let whole = read(ReportReader::new(&definitions));
    let parts = read(ReportReader::new(&definitions).with(SMALLEST));
    assert_eq!(difference(&whole, &parts), None);
}

#[test]
fn mistakes_of_portions_are_counted_over_all() {
    let definitions = each();
    let members: Vec<&str> = (0..9)
        .map(|number| match number % 4 {
            1 => r#"{"grade": "seveer"}"#,
            _ => r#"{"grade": "high"}"#,
        })
        .collect();
    let text = format!("{{\"plain\": [{}]}}", members.join(","));
    let told = |reader: ReportReader| {
        let problems = reader.read("r.json", text.as_bytes());
        let problems = problems.expect_err("a severity that is none").sorted();
        let told = problems.iter().map(|problem| problem.message.clone());
        told.collect::<Vec<_>>()
    };
    let whole = told(ReportReader::new(&definitions));
    assert!(whole[0].contains("2 rows, the first is row 2"), "{whole:?}");
    assert_eq!(told(ReportReader::new(&definitions).with(SMALLEST)), whole);
}

#[test]
fn a_program_that_fails_is_told_with_the_rows_before_it() {
    let definitions = each();
    let text = r#"{"plain": [1, 2, {"bad": 1}, 4, {"bad": 2}, 6]}"#;
    for sizes in [Sizes::default(), SMALLEST] {
        let read = ReportReader::new(&definitions)
            .with(sizes)
            .read("r.json", text.as_bytes());
        let problems = read.expect_err("a program that fails").sorted();
        assert_eq!(problems.len(), 1);
        assert!(
            problems[0].message.contains("after 2 of them"),
            "{problems:?}"
        );
    }
}

#[test]
fn a_damaged_portion_is_told_with_its_place() {
    let definitions = library();
    let text = r#"{"results": [{"a": 1}, {"b": }], "errors": [], "version": "1", "paths": {"scanned": []}}"#;
    let read = ReportReader::new(&definitions)
        .with(SMALLEST)
        .read("r.json", text.as_bytes());
    let problems = read.expect_err("damaged").sorted();
    assert_eq!(problems[0].code, "D403");
    let cut = ReportReader::new(&definitions)
        .with(SMALLEST)
        .read("r.json", &text.as_bytes()[..40]);
    assert_eq!(cut.expect_err("cut off").sorted()[0].code, "D403");
}
