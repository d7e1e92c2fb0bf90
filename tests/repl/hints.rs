//! The line below the line.

use riskql::app::repl::{Catalogue, hint};

use super::{catalogue, cursor};

const CASES: &[(&str, &str)] = &[
    // KPIs and views
    (
        "mttr|",
        "mttr: Mean time to remediate, days; target below 30 days for severity = critical; below 60 days for severity = high",
    ),
    ("backlog|", "backlog: Open findings, count"),
    ("back|log by team", "backlog: Open findings, count"),
    ("backlog |", "backlog: Open findings, count"),
    (
        "escape_rate |",
        "escape_rate: Vulnerability escape rate, percent; target below 15%",
    ),
    ("mttr, backlog|", "backlog: Open findings, count"),
    ("team_mttr |", "team_mttr: Team-level MTTR (view)"),
    ("explain backlog|", "backlog: Open findings, count"),
    // clauses
    (
        "mttr by |",
        "by FIELD, …: groups — severity, validation, environment, app, team, title, …",
    ),
    (
        "scan_coverage by |",
        "by FIELD, …: groups — kind, criticality, business_critical, team, name, exposure, …",
    ),
    (
        "mttr over |",
        "over day, week, month, quarter, year: a time series",
    ),
    ("mttr last |", "last 12 months: complete periods"),
    ("mttr last 12 |", "last 12 months: complete periods"),
    ("mttr past 90|", "past 90 days: rolling, up to as-of"),
    ("mttr this |", "this quarter: the period so far"),
    ("mttr in |", "in 2026-03: one period"),
    ("mttr from |", "from 2026-01 to 2026-03: a range"),
    (
        "mttr versus |",
        "versus target, previous month: a comparison",
    ),
    ("mttr with |", "with total: a row for all groups together"),
    ("mttr by team top |", "top 10 by KPI: the largest groups"),
    ("mttr limit |", "limit 20: at most so many rows"),
    (
        "backlog at |",
        "at end, start, average, peak: when a stock is read",
    ),
    ("explain |", "explain QUERY: how the number comes about"),
    // fields and values
    (
        "mttr by team|",
        "team: text from assets.team; logistics 96, data-platform 85, payments-core 81, storefront 75, identity 66",
    ),
    (
        "mttr where severity|",
        "severity: scale severity: info < low < medium < high < critical; info 15, low 64, medium 153, high 109, critical 62",
    ),
    (
        "mttr where severity = |",
        "severity: scale severity: info < low < medium < high < critical; info 15, low 64, medium 153, high 109, critical 62",
    ),
    (
        "mttr where exploitable = yes|",
        "exploitable: yes or no; yes 82, no 246",
    ),
    (
        "mttr where exploitable in (yes|",
        "exploitable: yes or no; yes 82, no 246",
    ),
    ("mttr where cvss |", "cvss: number"),
    ("mttr where found_at|", "found_at: date"),
    ("mttr where findings.cvss|", "cvss: number"),
    (
        "backlog where app|",
        "app: text from assets.name; warehouse-api 25, pricing-api 23, stream-service 23, label-service 22, login-web 22, refund-service 21, …",
    ),
    // formulas
    (
        "count|",
        "count of POPULATION: How many rows the population has; 0 when it is empty.",
    ),
    (
        "count of findings|",
        "findings: One row per deduplicated vulnerability; 403 rows; introduced, appeared, found, fixed, verified, closed, …",
    ),
    (
        "count of findings open|",
        "open: state from found_at until closed_at",
    ),
    ("count of findings found|", "found: event at found_at"),
    ("sum risk|", "risk: Risk exposure points"),
    ("mean time from found|", "found: event at found_at"),
    // definitions and commands
    (
        "kpi mine\n  is mttr|",
        "mttr: Mean time to remediate, days; target below 30 days for severity = critical; below 60 days for severity = high",
    ),
    (
        "kpi mine\n  target |",
        "target below 30 days for CONDITION: what is good",
    ),
    (
        "\\format |",
        "\\format [table|json|jsonl|csv|md|parquet|openmetrics|svg|html]: how answers are written",
    ),
    (
        "\\as-of 2026|",
        "\\as-of [DATE|latest]: stand at another day or instant from now on; `latest` is the latest event",
    ),
    ("\\quit|", "\\quit: leave; so does Ctrl-D"),
];

/// Places that say nothing.
const SILENT: &[&str] = &[
    "|",
    "   |",
    "\n|",
    "# a comment|",
    "mttr # a comment |",
    "nonsense|",
    "\\nonsense |",
];

#[test]
fn hints_say_what_a_place_is() {
    let catalogue = catalogue();
    let mut wrong = Vec::new();
    for (marked, expected) in CASES {
        // The only bar that is no cursor stands in the texts of commands.
        let (text, position) = cursor(marked);
        let found = hint(&text, position, &catalogue);
        if found.as_deref() != Some(*expected) {
            wrong.push(format!(
                "{marked}\n  is        {found:?}\n  should be {expected}"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        CASES.len(),
        wrong.join("\n")
    );
}

#[test]
fn nothing_to_say_is_not_said() {
    let catalogue = catalogue();
    for marked in SILENT {
        let (text, position) = cursor(marked);
        assert_eq!(hint(&text, position, &catalogue), None, "{marked}");
    }
}

#[test]
fn a_hint_is_one_line_at_any_place_of_any_text() {
    let catalogue = catalogue();
    let texts = [
        "mttr by team where severity >= high last 12 months",
        "kpi a \"ä\"\n  is count of findings open\n  by tëam\n",
        "\\help é",
        "(((\"ä\" 😀 `x",
    ];
    for text in texts {
        for position in 0..=text.len() + 2 {
            let line = hint(text, position, &catalogue).unwrap_or_default();
            assert!(!line.contains('\n') && !line.chars().any(char::is_control));
            hint(text, position, &Catalogue::default());
        }
    }
}
