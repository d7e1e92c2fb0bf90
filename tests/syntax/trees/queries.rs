//! Trees of queries, formulas and conditions.

use riskql::base::types::{Choice, Grain, StockMoment};

use super::*;

#[test]
fn every_clause_of_a_query() {
    let age = WrittenColumn {
        value: at(Measured::TimeSince(ChosenEvents {
            choice: Choice::First,
            events: vec![name("found")],
        })),
        unit: Some(name("hours")),
    };
    let expected = vec![
        QueryClause::By(vec![by("team"), by("app")]),
        QueryClause::Over(Grain::Week),
        QueryClause::Where(compare(
            "severity",
            ComparisonOperator::AtLeast,
            WrittenLiteral::Word("high".to_string()),
        )),
        QueryClause::Period(Period::FromTo(
            at(DateLiteral::Year(2026)),
            at(DateLiteral::Week(2027, 9)),
        )),
        QueryClause::AsOf(at(DateLiteral::Day(2026, 3, 31))),
        QueryClause::KnownOn(at(DateLiteral::Month(2026, 4))),
        QueryClause::Versus(vec![
            with(Versus::Target),
            with(Versus::Previous(Grain::Month)),
            with(Versus::Period(Period::In(at(DateLiteral::Month(2025, 12))))),
            with(Versus::Period(Period::Last(at(1), Grain::Quarter))),
        ]),
        QueryClause::WithTotal,
        QueryClause::Top {
            count: at(10),
            by: Some(name("risk_exposure")),
        },
        QueryClause::SortBy(vec![
            WrittenSortKey {
                field: field("mttr"),
                descending: true,
            },
            WrittenSortKey {
                field: field("team"),
                descending: false,
            },
        ]),
        QueryClause::Limit(at(5)),
        QueryClause::Show(vec![shown("title"), shown("findings.kind"), age]),
        QueryClause::At(StockMoment::Peak),
    ];
    let text = "mttr by team, app over weeks where severity >= high from 2026 to 2027-w09
        as of 2026-03-31 # so far
        as known on 2026-04 versus target, previous month, 2025-12, last quarter with total
        top 10 by risk_exposure sort by mttr desc, team asc limit 5 show title, findings.kind, time since found as hours
        at peak\r\n\r\n";
    assert_eq!(clauses(text), expected);
}

fn shown(written: &str) -> WrittenColumn {
    WrittenColumn {
        value: at(Measured::Field(field(written))),
        unit: None,
    }
}

#[test]
fn periods_count_complete_and_rolling_time() {
    let period = |text: &str| match clauses(text).remove(0) {
        QueryClause::Period(period) => period,
        other => panic!("no period: {other:?}"),
    };
    assert_eq!(period("last 12 months"), Period::Last(at(12), Grain::Month));
    assert_eq!(period("mttr this quarter"), Period::This(Grain::Quarter));
    assert_eq!(
        period("mttr past 90 days"),
        Period::Past(at(90), Grain::Day)
    );
    assert_eq!(period("mttr past 90d"), Period::Past(at(90), Grain::Day));
    assert_eq!(period("mttr past week"), Period::Past(at(1), Grain::Week));
}

#[test]
fn where_narrows_the_population_and_with_is_the_numerator() {
    let Formula::Aggregate(share) = formula(
        "share of findings found including excluded where app = shop with confirmed and team = a with total",
    ) else {
        panic!("not an aggregate");
    };
    let population = share.population.node;
    assert!(population.including_excluded);
    assert_eq!(population.filter, Some(equals("app", "shop")));
    let tests = vec![at(Condition::Name(name("confirmed"))), equals("team", "a")];
    assert_eq!(share.with, Some(at(Condition::And(tests))));
    assert_eq!(
        formula("share of findings with total = 3"),
        Formula::Aggregate(Box::new(AggregateCall {
            function: name("share"),
            quantile: None,
            value: None,
            population: at(super::population("findings", None)),
            with: Some(compare(
                "total",
                ComparisonOperator::Equal,
                WrittenLiteral::Number(number("3"))
            )),
        }))
    );
}

#[test]
fn arithmetic_binds_products_first_and_from_the_left() {
    use Arithmetic::{Add, Divide, Multiply, Subtract};
    let two = at(Formula::Number(number("2")));
    let product = binary(binary(kpi("b"), Multiply, kpi("c")), Divide, two);
    let sum = binary(kpi("a"), Subtract, product);
    assert_eq!(
        formula("a - b * c / 2 + d"),
        binary(sum, Add, kpi("d")).node
    );
    let negated = at(Formula::Negate(Box::new(kpi("a"))));
    let group = at(Formula::Group(Box::new(binary(kpi("b"), Add, kpi("c")))));
    assert_eq!(
        formula("-a * (b + c)"),
        binary(negated, Multiply, group).node
    );
}

#[test]
fn measured_values() {
    let since = Some(Measured::TimeSince(ChosenEvents {
        choice: Choice::First,
        events: vec![name("found")],
    }));
    let open = population("findings", Some("open"));
    assert_eq!(
        formula("median time since found of findings open"),
        aggregate("median", since, open.clone()).node
    );
    let risk = Some(Measured::Field(field("risk")));
    assert_eq!(
        formula("p95 risk of findings open"),
        aggregate("p95", risk, open).node
    );
    let time = Some(Measured::Field(field("time")));
    assert_eq!(
        formula("max time of scans"),
        aggregate("max", time, population("scans", None)).node
    );
}

#[test]
fn conditions_of_every_kind() {
    let team_in = |negated| Condition::In {
        field: field("team"),
        negated,
        values: vec![word("a"), at(WrittenLiteral::Text("b-c".to_string()))],
    };
    assert_eq!(condition("team in (a, \"b-c\")"), team_in(false));
    assert_eq!(condition("team not in (a, \"b-c\")"), team_in(true));
    assert_eq!(condition("x is missing"), Condition::Missing(field("x")));
    assert_eq!(
        condition("a.x is present"),
        Condition::Present(field("a.x"))
    );
    assert_eq!(
        condition("verified within 12h"),
        Condition::Within {
            event: name("verified"),
            within: at(duration("12", TimeUnit::Hours)),
        }
    );
    assert_eq!(
        condition("any scans completed (where tool_kind = dast) within 1 day"),
        Condition::Exists(Box::new(Exists {
            at_least: None,
            table: name("scans"),
            shared_parent: None,
            role: name("completed"),
            filter: Some(equals("tool_kind", "dast")),
            timeframe: Some(at(Timeframe::Within(duration("1", TimeUnit::Days)))),
        }))
    );
    assert_eq!(
        condition("at least 2 scans of its asset open where tool_kind = dast"),
        Condition::Exists(Box::new(Exists {
            at_least: Some(at(2)),
            table: name("scans"),
            shared_parent: Some(name("asset")),
            role: name("open"),
            filter: Some(equals("tool_kind", "dast")),
            timeframe: None,
        }))
    );
    let so_far = Condition::SoFar(Box::new(at(Condition::Name(name("d")))));
    assert_eq!(
        condition("not d so far"),
        Condition::Not(Box::new(at(so_far)))
    );
    let group = Condition::Group(Box::new(at(Condition::Or(vec![
        equals("a", "b"),
        at(Condition::Name(name("c"))),
    ]))));
    let not = Condition::Not(Box::new(at(Condition::Name(name("d")))));
    assert_eq!(
        condition("(a = b or c) and not d"),
        Condition::And(vec![at(group), at(not)])
    );
}

#[test]
fn what_stands_right_of_a_comparison() {
    let value = |text: &str| match condition(&format!("x > {text}")) {
        Condition::Compare { value, .. } => value.node,
        other => panic!("no comparison: {other:?}"),
    };
    assert_eq!(value("2026"), WrittenLiteral::Number(number("2026")));
    assert_eq!(value("-1"), WrittenLiteral::Number(number("-1")));
    assert_eq!(value("3.0"), WrittenLiteral::Number(number("3.0")));
    assert_eq!(value("15 %"), WrittenLiteral::Percent(number("15")));
    assert_eq!(value("30d"), value("30 days"));
    assert_eq!(
        value("2026-03"),
        WrittenLiteral::Date(DateLiteral::Month(2026, 3))
    );
    assert_eq!(
        value("findings.fixed_at"),
        WrittenLiteral::Field(field("findings.fixed_at"))
    );
    assert_eq!(
        value("`a b`.`last`"),
        WrittenLiteral::Field(FieldRef {
            table: Some(name("a b")),
            name: name("last"),
        })
    );
    assert_eq!(
        value("\"C:\\dir \\\\ \\\"\""),
        WrittenLiteral::Text("C:\\dir \\ \"".to_string())
    );
    for instant in [
        "2026-03-31T10:00Z",
        "2026-03-31T10:00:00.5+02:00",
        "2026-03-31t10:00:00-0730",
    ] {
        assert_eq!(
            value(instant),
            WrittenLiteral::Date(DateLiteral::Instant(instant.to_string()))
        );
    }
}

#[test]
fn everything_is_asked_by_an_empty_query() {
    assert_eq!(good_query("").subject, Subject::Everything);
    assert_eq!(good_query(" # nothing\n").subject, Subject::Everything);
    let query = good_query("explain by team");
    assert!(query.explain);
    assert_eq!(query.subject, Subject::Everything);
}

fn with(with: Versus) -> Spanned<WrittenComparison> {
    at(WrittenComparison {
        with,
        as_percent: false,
    })
}
