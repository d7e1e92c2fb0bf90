//! `03/04/2026`: whether the day or the month comes first is decided for a report, from all its dates.

use riskql::base::diagnostic::Problems;
use riskql::base::instants::rfc3339;
use riskql::base::source::Sources;
use riskql::lang::check;
use riskql::lang::model::Definitions;
use riskql::lang::project::{self, ProjectOrigin};
use riskql::lang::syntax;
use riskql::reports::ingest::{DayOrder, Report, ReportReader, Sizes};
use riskql::reports::store::{IngestContext, Segment};

/// A format of this test, with the formats of dates that its source declares.
fn definitions(dates: &str) -> Definitions {
    let text = format!(
        r#"scale severity is info < low < medium < high < critical
source dated "Dated"
  tool     "dated"
  kind     sast
  reads    json
  counted  ".rows[]"
  known by """ type == "object" and has("rows") """
  parts    ".rows"
  scan     """ {{ finished_at: .at }} """
  rows     """ .rows[] | {{ title: "t", first_seen: .seen, accepted_until: .until, dropped }} """
  severity
    otherwise to low
  {dates}
  identity title
"#
    );
    let mut sources = Sources::default();
    let id = sources.add("dated.kpi", text);
    let (file, problems) = syntax::parse_file(&sources, id);
    assert!(!problems.has_errors(), "{problems:?}");
    let (definitions, problems) = check::definitions(&sources, &[file]);
    definitions.unwrap_or_else(|| panic!("{problems:?}"))
}

/// A report of rows first seen then.
fn report(at: &str, seen: &[&str]) -> String {
    let rows: Vec<String> = seen
        .iter()
        .map(|seen| format!(r#"{{"seen": "{seen}"}}"#))
        .collect();
    format!(r#"{{"at": "{at}", "rows": [{}]}}"#, rows.join(", "))
}

fn read(dates: &str, text: &str, told: Option<DayOrder>) -> Result<Report, Problems> {
    let definitions = definitions(dates);
    let reader = ReportReader::new(&definitions).in_order(told);
    reader.read("r.json", text.as_bytes())
}

/// Days on which rows were first seen.
fn days(report: &Report) -> Vec<String> {
    let seen = report.rows.iter().map(|row| row.first_seen);
    seen.map(|at| at.map_or("-".to_string(), |at| rfc3339(at)[..10].to_string()))
        .collect()
}

/// Code and message of each problem, and what helps.
fn told(problems: Problems) -> Vec<String> {
    let problems = problems.sorted().into_iter();
    problems
        .map(|problem| {
            format!(
                "{} {} | {}",
                problem.code,
                problem.message,
                problem.help.join(" | ")
            )
        })
        .collect()
}

const DMY: Option<DayOrder> = Some(DayOrder::DayFirst);
const MDY: Option<DayOrder> = Some(DayOrder::MonthFirst);

#[test]
fn any_date_of_a_report_decides_for_all() {
    for (at, seen, wanted) in [
        (
            "2026-05-01",
            ["03/04/2026", "25/04/2026"],
            ["2026-04-03", "2026-04-25"],
        ),
        (
            "2026-05-01",
            ["03/04/2026", "04/25/2026"],
            ["2026-03-04", "2026-04-25"],
        ),
        (
            "04/30/2026 10:00 PM",
            ["03/04/2026", "5-6-2026"],
            ["2026-03-04", "2026-05-06"],
        ),
        (
            "30/04/2026",
            ["03/04/2026", "2026-05-06"],
            ["2026-04-03", "2026-05-06"],
        ),
        // What is the same day in both orders tells nothing and needs nothing.
        (
            "2026-05-01",
            ["04/04/2026", "2026-05-06"],
            ["2026-04-04", "2026-05-06"],
        ),
    ] {
        let report = read("", &report(at, &seen), None).expect("it is read");
        assert_eq!(days(&report), wanted, "{at} {seen:?}");
        assert_eq!(report.told_order, None);
    }
}

#[test]
fn a_row_that_is_dropped_decides_too() {
    let text = r#"{"at": "2026-05-01", "rows": [
        {"seen": "03/04/2026"}, {"seen": "25/04/2026", "dropped": "passed"}]}"#;
    assert_eq!(
        days(&read("", text, None).expect("it is read")),
        ["2026-04-03"]
    );
}

#[test]
fn what_no_date_decides_is_asked_for_and_then_read() {
    let text = report("2026-05-01", &["2026-03-01", "03/04/2026"]);
    let problems = told(read("", &text, None).expect_err("it may be two days"));
    assert_eq!(
        problems,
        [
            "D417 `r.json` by source dated: \"03/04/2026\" in row 2 may be two days, and no date of the report tells whether \
             the day or the month comes first | if the day comes first in all of them, say so: --dates dmy | \
             if the month comes first in all of them, say so: --dates mdy"
        ]
    );
    for (order, wanted) in [(DMY, "2026-04-03"), (MDY, "2026-03-04")] {
        let report = read("", &text, order).expect("it is told");
        assert_eq!(days(&report), ["2026-03-01", wanted]);
        assert_eq!(report.told_order, order);
    }
}

#[test]
fn two_orders_in_one_report_are_refused_with_both_rows() {
    let text = report("2026-05-01", &["03/04/2026", "25/04/2026", "04/25/2026"]);
    for order in [None, DMY, MDY] {
        let problems = told(read("", &text, order).expect_err("two orders"));
        assert_eq!(problems.len(), 1);
        assert!(
            problems[0].starts_with(
                "D417 `r.json` by source dated: the day comes first in \"25/04/2026\" in row 2, and the month in \"04/25/2026\" in row 3"
            ),
            "{problems:?}"
        );
    }
}

#[test]
fn an_order_that_is_told_has_to_be_right() {
    let text = report("2026-05-01", &["03/04/2026", "04/25/2026"]);
    let problems = told(read("", &text, DMY).expect_err("told wrongly"));
    assert!(
        problems[0].contains(
            "\"04/25/2026\" in row 2 is no date in which the day comes first, as --dates dmy says"
        ),
        "{problems:?}"
    );
    assert!(problems[0].ends_with("say so: --dates mdy"), "{problems:?}");
    let report = read("", &text, MDY).expect("told rightly");
    assert_eq!(days(&report), ["2026-03-04", "2026-04-25"]);
    // The report proves it by itself.
    assert_eq!(report.told_order, None);
}

#[test]
fn the_order_of_a_format_holds_until_a_date_contradicts_it() {
    let dates = r#"dates "%m/%d/%Y", "%d/%m/%Y %I:%M %p", "%m/%d/%Y %I:%M %p""#;
    let declared = read(
        dates,
        &report("2026-05-01", &["03/04/2026", "3/4/2026"]),
        None,
    );
    assert_eq!(
        days(&declared.expect("it is read")),
        ["2026-03-04", "2026-03-04"]
    );
    // Of the shape with a time the source knows both orders: the report has to tell.
    let open = read(dates, &report("2026-05-01", &["03/04/2026 01:00 PM"]), None);
    assert!(told(open.expect_err("two days"))[0].starts_with("D417"));
    let other = report("2026-05-01", &["03/04/2026", "25/04/2026"]);
    let problems = told(read(dates, &other, None).expect_err("not as declared"));
    assert!(
        problems[0].contains("the source says that the month comes first, and \"25/04/2026\" in row 2 is no such date"),
        "{problems:?}"
    );
    assert!(problems[0].ends_with("say so: --dates dmy"), "{problems:?}");
    let report = read(dates, &other, DMY).expect("it is told");
    assert_eq!(days(&report), ["2026-04-03", "2026-04-25"]);
    assert_eq!(report.told_order, DMY);
}

#[test]
fn portions_of_a_large_report_are_read_in_one_order() {
    let definitions = definitions("");
    let mut seen = vec!["03/04/2026"; 50];
    seen.push("25/04/2026");
    let text = report("2026-05-01", &seen);
    let reader = ReportReader::new(&definitions);
    let whole = reader.read("r.json", text.as_bytes()).expect("read whole");
    let reader = reader.with(Sizes {
        large: 10,
        portion: 1,
    });
    let portions = reader.read("r.json", text.as_bytes()).expect("in portions");
    assert_eq!(whole, portions);
    assert_eq!(whole.rows.len(), 51);
    assert_eq!(days(&portions)[0], "2026-04-03");
    seen.push("04/25/2026");
    let text = report("2026-05-01", &seen);
    let problems = told(
        reader
            .read("r.json", text.as_bytes())
            .expect_err("two orders"),
    );
    assert!(
        problems[0].contains("in row 51, and the month in \"04/25/2026\" in row 52"),
        "{problems:?}"
    );
}

#[test]
fn a_date_that_a_row_can_do_without_is_counted() {
    let text = report("2026-05-01", &["2026-03-01", "soon", "later", "9999-12-31"]);
    let report = read("", &text, None).expect("the rows are there");
    assert_eq!(days(&report), ["2026-03-01", "-", "-", "-"]);
    let unread = &report.unread_dates[0];
    assert_eq!(report.unread_dates.len(), 1);
    assert_eq!(
        (unread.field.as_str(), unread.text.as_str()),
        ("first_seen", "soon")
    );
    assert_eq!((unread.first_row, unread.rows), (2, 2));
    // Where none is read, dates are written in a way that the source does not know.
    let text = self::report("2026-05-01", &["soon", "", "later"]);
    let problems = told(read("", &text, None).expect_err("no date is read"));
    assert!(
        problems[0].starts_with("D407")
            && problems[0].contains(
                "`first_seen` is \"soon\", which is no date (2 rows, the first is row 1)"
            ),
        "{problems:?}"
    );
    assert!(
        problems[0].contains("add its format to the source"),
        "{problems:?}"
    );
    // Without its end an acceptance would hold for ever.
    let text = r#"{"at": "2026-05-01", "rows": [{"until": "soon"}]}"#;
    let problems = told(read("", text, None).expect_err("an end"));
    assert!(
        problems[0].starts_with("D407") && problems[0].contains("`accepted_until` is \"soon\""),
        "{problems:?}"
    );
}

fn segment(text: &str, told: Option<DayOrder>, at: Option<i64>) -> Result<Segment, Problems> {
    let definitions = definitions("");
    let reader = ReportReader::new(&definitions).in_order(told);
    let context = IngestContext {
        asset: Some("shop".to_string()),
        at,
        recorded_at: 1_800_000_000_000_000,
        ..IngestContext::default()
    };
    Segment::read(
        &reader,
        &definitions,
        "r.json",
        text.as_bytes().to_vec(),
        &context,
    )
}

#[test]
fn the_date_of_a_scan_may_be_said_instead() {
    let text = report("the last day of March", &["2026-03-01"]);
    let problems = told(segment(&text, None, None).expect_err("no date"));
    assert!(
        problems[0].starts_with("D407 `r.json`: `finished_at` of the scan is \"the last day of March\", which is no date | \
            say when the scan was finished: --at 2026-03-31"),
        "{problems:?}"
    );
    let at = 1_774_915_200_000_000;
    let segment = segment(&text, None, Some(at)).expect("it is said");
    assert_eq!(segment.manifest.finished_at, at);
}

#[test]
fn reports_read_in_two_orders_are_two_reports() {
    let open = report("2026-05-01", &["03/04/2026"]);
    let name = |text: &str, told| segment(text, told, None).expect("read").manifest.segment;
    assert_ne!(name(&open, DMY), name(&open, MDY));
    let proven = report("2026-05-01", &["03/04/2026", "25/04/2026"]);
    assert_eq!(name(&proven, DMY), name(&proven, None));
    let manifest = segment(&open, MDY, None).expect("read").manifest;
    assert_eq!(manifest.dates, MDY);
}

#[test]
fn registers_are_read_in_one_order_too() {
    let mut sources = Sources::default();
    let (definitions, _) = project::definitions(&mut sources, &ProjectOrigin::Library);
    let definitions = definitions.expect("the library has no mistakes");
    let reader = ReportReader::new(&definitions);
    let register = "asset_id,team,commissioned_at,retired_at\n\
        shop,A,01/02/2026,\n\
        till,B,13/01/2026,03/04/2026 10:00\n\
        desk,B,0001-01-01,9999-12-31\n";
    let report = reader
        .read("assets.csv", register.as_bytes())
        .expect("a register");
    let dates = |row: usize| {
        ["commissioned_at", "retired_at"].map(|field| {
            let text = report.records[row].get(field);
            text.map_or("-", String::as_str)
        })
    };
    assert_eq!(dates(0), ["2026-02-01", "-"]);
    assert_eq!(dates(1), ["2026-01-13", "2026-04-03T10:00:00Z"]);
    assert_eq!(dates(2), ["-", "-"]);
    let open = "asset_id,team,commissioned_at,retired_at\nshop,A,01/02/2026,\n";
    let problems = reader
        .read("assets.csv", open.as_bytes())
        .expect_err("two days");
    assert!(told(problems)[0].starts_with("D417"));
}
