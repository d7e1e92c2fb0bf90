//! `sources`, and what `check` says of them.

use super::Project;

const SOURCE: &str = r#"source acme "Acme"
  tool     "acme"
  kind     sast
  reads    json
  known by """
    type == "object" and has("issues")
  """
  rows """
    .issues[]
  """
  severity
    "A" to high
  identity rule_id
"#;

fn project() -> Project {
    let project = Project::new();
    project.write("defs/acme.kpi", SOURCE);
    project
}

#[test]
fn formats_are_listed() {
    let project = project();
    let listed = project.with_defs(&["sources"]);
    listed.shows(&["acme    sast  json   Acme", "1 report format\n"]);
    let json = project.with_defs(&["sources", "--format", "json"]).json();
    assert_eq!(json[0]["name"], "acme");
    assert_eq!(json[0]["identity"][0], "rule_id");
}

#[test]
fn a_report_is_shown_row_by_row() {
    let project = project();
    let report = r#"{"issues": [
        {"rule_id": "r1", "title": "one", "severity": "A", "cwe": [89], "file": "a.py", "line": 3},
        {"rule_id": "r1", "title": "two", "severity": "low"},
        {"title": "three", "dropped": "passed"}]}"#;
    project.write("report.json", report);
    let shown = project.with_defs(&["sources", "test", "report.json"]);
    shown.shows(&[
        "source acme",
        "no date in the report",
        "a.py:3",
        "CWE-89",
        "2 rows, 1 dropped: passed, 1 with the identity of an earlier row",
    ]);
    let json = project.with_defs(&["sources", "test", "report.json", "--format", "json"]);
    let json = json.json();
    assert_eq!(json["source"], "acme");
    assert_eq!(json["rows"][0]["severity"], "high");
    assert_eq!(json["rows"][0]["cwe"][0], 89);
    assert_eq!(json["dropped"][0]["reason"], "passed");
    assert_eq!(json["dropped"][0]["rows"], 1);
    assert_eq!(json["repeated"], 1);
}

#[test]
fn what_cannot_be_read_is_told_with_its_reason() {
    let project = project();
    let test = |text: &str| {
        project.write("report.json", text);
        project.with_defs(&["sources", "test", "report.json"])
    };
    test("[]").refused(
        3,
        &[
            "D401",
            "json, an empty list: no source knows this report",
            "nothing in it says which tool ran",
        ],
    );
    test("null").refused(3, &["D401", "json, null"]);
    test(r#"{"found": []}"#).refused(3, &["D401", "with found", "which tool ran"]);
    test(r#"[{"issues": "one"}]"#).refused(3, &["D401", "with issues", "it looks most like: acme"]);
    test("").refused(3, &["D403", "it is empty", "which tool ran"]);
    test("{").refused(3, &["D403"]);
    test(r#"{"issues": [{"title": "one", "severity": "odd"}]}"#).refused(
        3,
        &[
            "D406",
            "defs/acme.kpi:11",
            "the severity \"odd\" has no rule (row 1)",
        ],
    );
    let absent = project.with_defs(&["sources", "test", "nothing.json"]);
    absent.refused(3, &["D901"]);
}

#[test]
fn check_compiles_the_programs_of_sources() {
    let project = project();
    project.with_defs(&["check"]).shows(&["1 source"]);
    for (from, to, words) in [
        (
            ".issues[]",
            ".issues[] | {title: }",
            ["K710", "defs/acme.kpi:9"],
        ),
        (
            ".issues[]",
            ".issues[] | lost",
            ["K710", "no filter `lost`"],
        ),
        (
            "identity rule_id",
            "identity rule",
            ["K702", "`rule` is not a field of rows"],
        ),
        ("to high", "to hihg", ["K703", "did you mean `high`?"]),
    ] {
        project.write("defs/acme.kpi", SOURCE.replace(from, to));
        project.with_defs(&["check"]).refused(2, &words);
    }
}

#[test]
fn a_program_that_check_refuses_is_a_mistake_of_ingest_too() {
    let project = project();
    project.write(
        "defs/acme.kpi",
        SOURCE.replace(".issues[]", ".issues[] | {title: halt}"),
    );
    let report = r#"{"issues": [{"rule_id": "r1", "severity": "A"}]}"#;
    project.write("report.json", report);
    let ingest = [
        "ingest",
        "report.json",
        "--asset",
        "shop",
        "--at",
        "2026-03-01",
    ];
    project.with_defs(&ingest).refused(
        2,
        &[
            "K710",
            "defs/acme.kpi:9",
            "`halt` reaches outside of the report",
        ],
    );
    project.with_defs(&["store"]).shows(&["0 reports"]);
}
