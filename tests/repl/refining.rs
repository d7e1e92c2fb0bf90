//! Clauses typed alone, and what they make of the last query.

use proptest::prelude::*;
use riskql::app::repl::Session;
use serde_json::Value;

use super::talk::{refused, session, shown, told};

/// Last query, what is typed, the query that is asked.
const CASES: &[(&str, &str, &str)] = &[
    // Clauses the query does not have.
    ("backlog", "by app", "backlog by app"),
    ("backlog", "over week", "backlog over week"),
    (
        "backlog",
        "where team = logistics",
        "backlog where team = logistics",
    ),
    ("mttr", "last 6 months", "mttr last 6 months"),
    ("mttr", "in 2026-03", "mttr in 2026-03"),
    ("backlog", "as of 2026-03-31", "backlog as of 2026-03-31"),
    (
        "backlog",
        "as known on 2026-04-02",
        "backlog as known on 2026-04-02",
    ),
    (
        "mttr by severity",
        "versus target",
        "mttr by severity versus target",
    ),
    (
        "mttr in 2026-06",
        "versus previous month",
        "mttr in 2026-06 versus previous month",
    ),
    (
        "risk_exposure by app",
        "top 5",
        "risk_exposure by app top 5",
    ),
    (
        "backlog by app",
        "sort by backlog descending",
        "backlog by app sort by backlog descending",
    ),
    ("backlog by app", "limit 3", "backlog by app limit 3"),
    ("backlog by app", "with total", "backlog by app with total"),
    (
        "backlog over month",
        "at average",
        "backlog over month at average",
    ),
    // Several at once, in any order.
    (
        "mttr",
        "last 6 months over month by team",
        "mttr by team over month last 6 months",
    ),
    // Clauses it has are replaced.
    ("backlog by app", "by team", "backlog by team"),
    ("backlog by app, team", "by severity", "backlog by severity"),
    ("backlog over month", "over week", "backlog over week"),
    ("mttr last 6 months", "in 2026-03", "mttr in 2026-03"),
    (
        "mttr in 2026-03",
        "from 2026-01 to 2026-02",
        "mttr from 2026-01 to 2026-02",
    ),
    (
        "backlog where severity = high",
        "where team = logistics",
        "backlog where team = logistics",
    ),
    (
        "risk_exposure by app top 5",
        "top 3",
        "risk_exposure by app top 3",
    ),
    // `and` adds.
    ("backlog by app", "and by team", "backlog by app, team"),
    ("backlog", "and by team", "backlog by team"),
    (
        "backlog",
        "and where team = logistics",
        "backlog where team = logistics",
    ),
    (
        "backlog where severity = high",
        "and where team = logistics",
        "backlog where severity = high and team = logistics",
    ),
    (
        "backlog where severity = high or severity = low",
        "and where team = logistics",
        "backlog where (severity = high or severity = low) and team = logistics",
    ),
    (
        "backlog where severity = high",
        "and where team = logistics or team = identity",
        "backlog where severity = high and (team = logistics or team = identity)",
    ),
    (
        "backlog where severity = high and cvss > 5",
        "and where team = logistics and exploitable = yes",
        "backlog where severity = high and cvss > 5 and team = logistics and exploitable = yes",
    ),
    (
        "backlog where not (severity = low)",
        "and where cvss > 5",
        "backlog where not (severity = low) and cvss > 5",
    ),
    (
        "mttr in 2026-06 versus target",
        "and versus previous month",
        "mttr in 2026-06 versus target, previous month",
    ),
    (
        "backlog by app, team sort by app",
        "and sort by team",
        "backlog by app, team sort by app, team",
    ),
    ("backlog over month", "and over week", "backlog over week"),
    ("backlog by team", "and mttr", "backlog, mttr by team"),
    (
        "backlog by team",
        "and mttr last quarter",
        "backlog, mttr by team last quarter",
    ),
    // `_` is the last query.
    ("backlog", "_ by app", "backlog by app"),
    ("backlog by app", "_ and by team", "backlog by app, team"),
    (
        "backlog where severity = high",
        "_ and where cvss > 5",
        "backlog where severity = high and cvss > 5",
    ),
    // One measure alone: its population's `where` is the query's.
    (
        "count of findings open where severity = high",
        "and where team = logistics",
        "count of findings open where severity = high and team = logistics",
    ),
    (
        "count of findings open where severity = high",
        "where team = logistics",
        "count of findings open where team = logistics",
    ),
    (
        "count of findings open",
        "where team = logistics",
        "count of findings open where team = logistics",
    ),
    (
        "count of findings open by app where severity = high",
        "and where team = logistics",
        "count of findings open where severity = high and team = logistics by app",
    ),
    (
        "share of findings found with environment = production",
        "where severity = high",
        "share of findings found where severity = high with environment = production",
    ),
    // Several: the `where` is that of all, and never slips into the last.
    (
        "mttr, count of findings open",
        "where severity = high",
        "mttr, (count of findings open) where severity = high",
    ),
    (
        "count of findings found - count of findings verified",
        "where severity = high",
        "(count of findings found - count of findings verified) where severity = high",
    ),
    (
        "mttr, count of findings open",
        "by team where severity = high",
        "mttr, count of findings open by team where severity = high",
    ),
    // Lists.
    (
        "list findings open where severity = high limit 3",
        "and where team = logistics",
        "list findings open where severity = high and team = logistics limit 3",
    ),
    (
        "list findings open where severity = high show title",
        "where team = logistics",
        "list findings open where team = logistics show title",
    ),
    (
        "list findings open",
        "show title, app",
        "list findings open show title, app",
    ),
    (
        "list findings open show title",
        "and show app",
        "list findings open show title, app",
    ),
    (
        "list findings open show title limit 5",
        "limit 2",
        "list findings open show title limit 2",
    ),
    // Views: a clause replaces the view's, `and` opens the view where it has one.
    ("highest_risk_apps", "top 3", "highest_risk_apps top 3"),
    (
        "highest_risk_apps",
        "and where team = logistics",
        "highest_risk_apps where team = logistics",
    ),
    (
        "highest_risk_apps",
        "and by team",
        "risk_exposure, backlog, overdue_critical by app, team top 10 by risk_exposure",
    ),
    (
        "highest_risk_apps top 3",
        "and by team",
        "risk_exposure, backlog, overdue_critical by app, team top 3",
    ),
    // Taking out.
    (
        "backlog by app where severity = high",
        "without by",
        "backlog where severity = high",
    ),
    (
        "backlog by app where severity = high",
        "without where",
        "backlog by app",
    ),
    (
        "backlog by app where severity = high",
        "without by, where",
        "backlog",
    ),
    (
        "mttr last 6 months over month",
        "without period",
        "mttr over month",
    ),
    ("backlog as of 2026-03-31", "without as of", "backlog"),
    (
        "backlog by app with total",
        "without total",
        "backlog by app",
    ),
    (
        "backlog by app with total",
        "_ without with total",
        "backlog by app",
    ),
    (
        "backlog by app sort by app",
        "without sort by",
        "backlog by app",
    ),
    (
        "count of findings open where severity = high",
        "without where",
        "count of findings open",
    ),
    (
        "list findings open where severity = high",
        "without where",
        "list findings open",
    ),
    (
        "highest_risk_apps",
        "without top",
        "risk_exposure, backlog, overdue_critical by app",
    ),
];

/// The text of the query that was asked, and its answer without it.
fn asked(session: &mut Session, typed: &str) -> (String, Value) {
    let mut answer: Value = serde_json::from_str(&shown(session, typed)).expect("JSON");
    let query = answer["query"].as_str().expect("a text").to_string();
    answer["query"] = Value::Null;
    (query, answer)
}

#[test]
fn clauses_alone_refine_the_last_query() {
    assert!(CASES.len() >= 40);
    let mut session = session();
    session.answer("\\format json");
    for (last, typed, expected) in CASES {
        shown(&mut session, last);
        let reply = session.answer(typed);
        assert_eq!(reply.fault, None, "{last} / {typed}: {}", reply.told);
        assert!(
            reply.told.starts_with(expected),
            "{last} / {typed}: {}",
            reply.told
        );
        let answer: Value = serde_json::from_slice(&reply.shown).expect("JSON");
        assert_eq!(answer["query"], *expected, "{last} / {typed}");
    }
}

/// `where` of two formulas narrows both, also where no other clause stands between.
#[test]
fn a_where_does_not_slip_into_the_last_population() {
    let mut session = session();
    session.answer("\\format json");
    shown(
        &mut session,
        "count of findings found, count of findings open",
    );
    let (_, refined) = asked(&mut session, "where severity = critical");
    let (_, written) = asked(
        &mut session,
        "count of findings found where severity = critical, count of findings open where severity = critical",
    );
    assert_eq!(refined["rows"], written["rows"]);
}

#[test]
fn the_underscore_shows_the_last_answer_in_the_present_format() {
    let mut session = session();
    let table = shown(&mut session, "backlog by severity");
    assert_eq!(shown(&mut session, "_"), table);
    session.answer("\\format csv");
    assert!(shown(&mut session, "_").starts_with("severity,backlog"));
    // It is not asked again: another as-of does not change it.
    session.answer("\\as-of 2026-01-31");
    session.answer("\\format table");
    assert_eq!(shown(&mut session, "_"), table);
    assert_ne!(shown(&mut session, "backlog by severity"), table);
}

#[test]
fn what_does_not_fit_is_refused_and_leaves_the_last_query() {
    let mut session = session();
    for typed in ["_", "_ by app", "and by app", "and", "without by"] {
        refused(&mut session, typed, "K950");
    }
    shown(&mut session, "backlog by severity");
    refused(&mut session, "by sevrity", "did you mean `severity`?");
    refused(&mut session, "top 0", "K607");
    refused(&mut session, "show title", "K600");
    refused(&mut session, "and", "K976");
    refused(&mut session, "_ mttr", "K976");
    refused(&mut session, "and list findings open", "K976");
    refused(&mut session, "without where", "K975");
    shown(&mut session, "list findings open limit 1");
    refused(&mut session, "and mttr", "K976");
    shown(&mut session, "backlog by severity");
    refused(&mut session, "without by, wher", "K974");
    assert!(told(&mut session, "with total").starts_with("backlog by severity with total\n"));
}

#[test]
fn clauses_alone_ask_every_kpi_when_nothing_was_asked() {
    let mut session = session();
    session.answer("\\format json");
    let (query, answer) = asked(&mut session, "by team last quarter");
    assert_eq!(query, "by team last quarter");
    assert!(answer["columns"].as_array().expect("columns").len() > 10);
    assert_eq!(
        asked(&mut session, "by severity").0,
        "by severity last quarter"
    );
}

#[test]
fn explaining_leaves_the_last_query() {
    let mut session = session();
    shown(&mut session, "backlog by severity");
    assert!(shown(&mut session, "explain").contains("count of findings open"));
    assert!(told(&mut session, "by team").starts_with("backlog by team\n"));
}

#[test]
fn back_goes_through_the_queries_before() {
    let mut session = session();
    refused(&mut session, "\\back", "K978");
    shown(&mut session, "backlog");
    refused(&mut session, "\\back", "K978");
    shown(&mut session, "by app");
    shown(&mut session, "by team");
    assert!(told(&mut session, "\\back").starts_with("backlog by app\n"));
    assert!(told(&mut session, "and by severity").starts_with("backlog by app, severity\n"));
    assert!(told(&mut session, "\\back").starts_with("backlog by app\n"));
    assert!(told(&mut session, "\\back").starts_with("backlog\n"));
    refused(&mut session, "\\back", "K978");
}

/// Flows, stocks and lists that name no period get the session's.
#[test]
fn the_period_of_the_session_is_for_queries_that_name_none() {
    let mut session = session();
    session.answer("\\format json");
    session.answer("\\period last 3 months");
    let mut query = |typed: &str| asked(&mut session, typed).0;
    assert_eq!(query("mttr"), "mttr last 3 months");
    assert_eq!(query("backlog by team"), "backlog by team last 3 months");
    assert_eq!(query("mttr in 2026-03"), "mttr in 2026-03");
    assert_eq!(query("by team"), "mttr by team in 2026-03");
    assert_eq!(query("without period"), "mttr by team last 3 months");
    assert_eq!(
        query("list findings verified"),
        "list findings verified last 3 months"
    );
    assert_eq!(
        query("list findings open"),
        "list findings open last 3 months"
    );
    // All rows of a table have no period, and a view may have one of its own.
    assert_eq!(query("list findings limit 1"), "list findings limit 1");
    assert_eq!(query("team_mttr"), "team_mttr");
    // It is not part of the query: another takes its place.
    assert_eq!(query("mttr"), "mttr last 3 months");
    refused(&mut session, "without period", "\\period none");
    session.answer("\\period last month");
    assert_eq!(asked(&mut session, "by team").0, "mttr by team last month");
    session.answer("\\period none");
    assert_eq!(asked(&mut session, "by app").0, "mttr by app");
}

/// The number of a stock and the list of its rows agree under a session's period.
#[test]
fn a_list_agrees_with_the_count_of_it() {
    let mut session = session();
    session.answer("\\format json");
    session.answer("\\period in 2026-03");
    let (_, count) = asked(&mut session, "backlog");
    let (_, list) = asked(&mut session, "list findings open show finding_id");
    let rows = list["rows"].as_array().expect("rows").len();
    assert!(rows > 0);
    assert_eq!(count["rows"][0]["backlog"], rows);
}

#[test]
fn instants_of_the_session_stand_in_the_prompt_and_in_the_answers() {
    let mut session = session();
    session.answer("\\as-of 2026-03-31\n\\known-on 2026-04-02\n\\period last month");
    assert_eq!(
        session.prompt(),
        "riskql 2026-03-31, known on 2026-04-02, last month> "
    );
    let shown = shown(&mut session, "backlog");
    assert!(shown.contains("as of 2026-03-31"), "{shown}");
    assert!(shown.contains("known on 2026-04-02"), "{shown}");
    session.answer("\\as-of latest\n\\known-on latest\n\\period none");
    assert_eq!(session.prompt(), "riskql> ");
    refused(&mut session, "\\known-on soon", "K");
}

const SUBJECTS: &[&str] = &[
    "backlog",
    "mttr",
    "backlog, mttr",
    "highest_risk_apps",
    "(mttr)",
];
/// Clauses by kind: no two of one kind in a query.
const CLAUSES: &[&[&str]] = &[
    &["by app", "by team, severity"],
    &["over month", "over quarter"],
    &[
        "where severity >= high",
        "where team = logistics or cvss > 7",
    ],
    &["last 3 months", "in 2026-03"],
    &["as of 2026-06-30"],
    &["versus previous month", "versus target"],
    &["with total"],
    &["top 2", "top 5"],
    &["limit 4", "limit 1"],
];

/// At most one clause of each kind.
fn clauses() -> impl Strategy<Value = Vec<Option<&'static str>>> {
    CLAUSES
        .iter()
        .map(|kind| prop::option::weighted(0.3, prop::sample::select(kind.to_vec())))
        .collect::<Vec<_>>()
}

fn written(subject: &str, clauses: &[Option<&'static str>]) -> String {
    let words = [subject]
        .into_iter()
        .chain(clauses.iter().flatten().copied());
    words.collect::<Vec<_>>().join(" ")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// Refining a query is writing it anew with other clauses.
    #[test]
    fn refining_is_writing_anew(subject in prop::sample::select(SUBJECTS.to_vec()), old in clauses(), new in clauses()) {
        let both: Vec<_> = old.iter().zip(&new).map(|(old, new)| new.or(*old)).collect();
        let mut refining = session();
        refining.answer("\\format json");
        let first = refining.answer(&written(subject, &old));
        if first.fault.is_some() || new.iter().all(Option::is_none) {
            return Ok(());
        }
        let refined = refining.answer(written("", &new).trim());
        let mut writing = session();
        writing.answer("\\format json");
        let anew = writing.answer(&written(subject, &both));
        prop_assert_eq!(refined.fault, anew.fault);
        if anew.fault.is_none() {
            prop_assert_eq!(String::from_utf8(refined.shown), String::from_utf8(anew.shown));
        }
    }
}
