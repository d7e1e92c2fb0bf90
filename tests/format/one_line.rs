//! The one-line texts that messages, `explain` and JSON show.

use proptest::prelude::*;
use riskql::base::source::Sources;
use riskql::lang::format;
use riskql::lang::syntax::ast::{Formula, Query, Subject, WrittenLiteral};
use riskql::lang::syntax::{is_reserved, parse_query};

use super::expression_trees::{condition, formula, literal};
use super::meaning::comparable_query;
use super::query_trees::query;

fn read(text: &str) -> Query {
    let mut sources = Sources::default();
    let id = sources.add("<query>", text);
    match parse_query(&sources, id) {
        Ok(query) => query.node,
        Err(problems) => panic!("{:#?}\nin `{text}`", problems.sorted()),
    }
}

fn rewritten(text: &str) -> String {
    format::query(&read(text))
}

/// Typed on the left, shown on the right.
const QUERIES: &[(&str, &str)] = &[
    (
        "mttr by team over month where severity >= high last 12 months",
        "mttr by team over month where severity >= high last 12 months",
    ),
    (
        "mttr,backlog  last quarter by app",
        "mttr, backlog by app last quarter",
    ),
    ("backlog as of 2026-03-31", "backlog as of 2026-03-31"),
    (
        "backlog past 90 days as known on 2026-04-02 over week",
        "backlog over week past 90 days as known on 2026-04-02",
    ),
    (
        "escape_rate with total versus previous quarter this quarter",
        "escape_rate this quarter versus previous quarter with total",
    ),
    (
        "scan_coverage versus target where criticality in (high,critical) by kind",
        "scan_coverage by kind where criticality in (high, critical) versus target",
    ),
    (
        "risk_exposure top 10 by risk_exposure by app",
        "risk_exposure by app top 10 by risk_exposure",
    ),
    (
        "count of findings open where exploitable = yes by team",
        "count of findings open where exploitable = yes by team",
    ),
    (
        "list findings open sort by found_at desc, title asc limit 20 show finding_id where severity = critical",
        "list findings open where severity = critical show finding_id sort by found_at descending, title limit 20",
    ),
    (
        "explain mttr in 2026-03 where team = \"payments-core\"",
        "explain mttr where team = \"payments-core\" in 2026-03",
    ),
    ("mttr last 1 month", "mttr last month"),
    ("by team last week", "by team last week"),
];

#[test]
fn clauses_of_a_query_have_one_order() {
    for (typed, shown) in QUERIES {
        assert_eq!(rewritten(typed), *shown);
        assert_eq!(rewritten(shown), *shown);
    }
}

/// Else the `where` would narrow the last population alone.
#[test]
fn a_where_of_the_query_does_not_slip_into_its_last_population() {
    let query = "count of findings fixed, count of findings open last month where team = web";
    assert_eq!(rewritten(query), query);
    let query =
        "count of findings fixed, count of findings open by team where team = web last month";
    assert_eq!(rewritten(query), query);
}

#[test]
fn names_are_quoted_where_they_must_be() {
    assert_eq!(format::name("severity"), "severity");
    assert_eq!(format::name("größe_2"), "größe_2");
    assert_eq!(format::name("last"), "`last`");
    assert_eq!(format::name("payments-core"), "`payments-core`");
    assert_eq!(format::name("2fa"), "`2fa`");
    assert!(is_reserved("where"));
    assert_eq!(
        format::literal(&WrittenLiteral::Word("where".into())),
        "\"where\""
    );
    assert_eq!(
        format::literal(&WrittenLiteral::Word("a b".into())),
        "\"a b\""
    );
    assert_eq!(
        format::literal(&WrittenLiteral::Text(r#"a "b" \c"#.into())),
        r#""a \"b\" \\c""#
    );
}

/// The subject and the `where` of a query are read back; they hold every formula and condition.
fn read_formula(text: &str) -> Formula {
    match read(text).subject {
        Subject::Formulas(mut formulas) => formulas.remove(0).node,
        Subject::Everything | Subject::List(_) => panic!("no formula: `{text}`"),
    }
}

proptest! {
    #[test]
    fn formulas_read_back_as_they_were(tree in formula()) {
        prop_assert_eq!(read_formula(&format::formula(&tree)), tree);
    }

    #[test]
    fn conditions_read_back_as_they_were(tree in condition()) {
        let text = format::condition(&tree);
        let shown = rewritten(&format!("kpi_name where {text}"));
        prop_assert_eq!(shown, format!("kpi_name where {text}"));
    }

    #[test]
    fn literals_read_back_as_they_were(tree in literal()) {
        let text = format!("kpi_name where column = {}", format::literal(&tree));
        prop_assert_eq!(rewritten(&text), text);
    }

    #[test]
    fn queries_read_back_as_they_were(tree in query()) {
        let text = format::query(&tree);
        let back = read(&text);
        prop_assert_eq!(format::query(&back), text);
        prop_assert_eq!(comparable_query(back), comparable_query(tree));
    }
}
