//! Key samples and the very trees they become.

use riskql::source::Span;
use riskql::source::{SourceId, Spanned};
use riskql::syntax::ast::*;
use riskql::types::{Bound, Grain, StockMoment, TimeUnit};

use super::{definition, good_file, good_query};

fn at<T>(node: T) -> Spanned<T> {
    let span = Span {
        source: SourceId(0),
        start: 0,
        end: 0,
    };
    Spanned::new(node, span)
}

fn name(word: &str) -> Name {
    at(word.to_string())
}

fn names(words: &[&str]) -> Vec<Name> {
    words.iter().map(|word| name(word)).collect()
}

fn field(word: &str) -> FieldRef {
    match word.split_once('.') {
        Some((table, column)) => FieldRef {
            table: Some(name(table)),
            name: name(column),
        },
        None => FieldRef {
            table: None,
            name: name(word),
        },
    }
}

fn number(written: &str) -> Number {
    Number {
        value: written.parse().unwrap(),
        written: written.to_string(),
    }
}

fn word(word: &str) -> Spanned<Literal> {
    at(Literal::Word(word.to_string()))
}

fn duration(amount: &str, unit: TimeUnit) -> Duration {
    Duration {
        amount: number(amount),
        unit,
    }
}

fn compare(left: &str, operator: Comparison, value: Literal) -> Spanned<Condition> {
    at(Condition::Compare {
        field: field(left),
        operator: at(operator),
        value: at(value),
    })
}

fn equals(left: &str, right: &str) -> Spanned<Condition> {
    compare(left, Comparison::Equal, Literal::Word(right.to_string()))
}

fn kpi(word: &str) -> Spanned<Formula> {
    at(Formula::Name(name(word)))
}

fn population(table: &str, role: Option<&str>) -> Population {
    Population {
        table: name(table),
        role: role.map(name),
        including_excluded: false,
        filter: None,
    }
}

fn aggregate(function: &str, value: Option<Measured>, population: Population) -> Spanned<Formula> {
    at(Formula::Aggregate(Box::new(Aggregate {
        function: name(function),
        value: value.map(at),
        population: at(population),
        with: None,
    })))
}

fn kpi_clauses(text: &str) -> Vec<KpiClause> {
    match definition(text) {
        Definition::Kpi(kpi) => kpi.clauses.into_iter().map(|clause| clause.node).collect(),
        other => panic!("not a kpi: {other:?}"),
    }
}

fn condition(text: &str) -> Condition {
    match definition(&format!("condition c is {text}")) {
        Definition::Condition(named) => named.condition.node,
        other => panic!("not a condition: {other:?}"),
    }
}

fn formula(text: &str) -> Formula {
    match good_query(text).subject {
        Subject::Formulas(mut formulas) if formulas.len() == 1 => formulas.remove(0).node,
        other => panic!("not one formula: {other:?}"),
    }
}

fn clauses(text: &str) -> Vec<QueryClause> {
    let clauses = good_query(text).clauses;
    clauses.into_iter().map(|clause| clause.node).collect()
}

fn binary(
    left: Spanned<Formula>,
    operator: Arithmetic,
    right: Spanned<Formula>,
) -> Spanned<Formula> {
    at(Formula::Binary {
        operator: at(operator),
        left: Box::new(left),
        right: Box::new(right),
    })
}

#[test]
fn a_kpi_with_every_clause() {
    let clauses = kpi_clauses(
        "kpi mttr \"Mean time\"
  note \"From \\\"found\\\"\"
  is mean time from found to verified of findings verified
  as days
  by severity, assets.team
  at average
  lower is better
  higher is better
  target below 30 days for severity = critical since 2026-01-01
  target at most 0
  target at least 90%
  target above 1.50
  band \"low\" below 0.95
  band \"mid\" from 0.95 to 1.2
  band \"high\" from 1.2
",
    );
    let time = Measured::TimeFrom {
        from: name("found"),
        to: name("verified"),
    };
    let target = |bound, limit| KpiClause::Target {
        bound: at(bound),
        limit: at(limit),
        filter: None,
        since: None,
    };
    let band = |label: &str, lower: Option<&str>, upper: Option<&str>| KpiClause::Band {
        label: name(label),
        lower: lower.map(|limit| at(Literal::Number(number(limit)))),
        upper: upper.map(|limit| at(Literal::Number(number(limit)))),
    };
    let findings = population("findings", Some("verified"));
    assert_eq!(
        clauses,
        vec![
            KpiClause::Note(name("From \"found\"")),
            KpiClause::Is(aggregate("mean", Some(time), findings)),
            KpiClause::As(name("days")),
            KpiClause::By(vec![field("severity"), field("assets.team")]),
            KpiClause::At(at(StockMoment::Average)),
            KpiClause::LowerIsBetter,
            KpiClause::HigherIsBetter,
            KpiClause::Target {
                bound: at(Bound::Below),
                limit: at(Literal::Duration(duration("30", TimeUnit::Days))),
                filter: Some(equals("severity", "critical")),
                since: Some(at(DateLiteral::Day(2026, 1, 1))),
            },
            target(Bound::AtMost, Literal::Number(number("0"))),
            target(Bound::AtLeast, Literal::Percent(number("90"))),
            target(Bound::Above, Literal::Number(number("1.50"))),
            band("low", None, Some("0.95")),
            band("mid", Some("0.95"), Some("1.2")),
            band("high", Some("1.2"), None),
        ]
    );
}

#[test]
fn a_table_with_every_clause() {
    let Definition::Table(table) = definition(
        "table findings \"T\"
  key finding_id
  belongs to assets by asset_id
  event introduced at introduced_at or found_at where resolution = fixed
  event verified at last closed_at of episodes
  state open from found_at or seen_at until closed_at
  state live from episodes opened_at until closed_at or gone_at
  known from ingested_at
  field app text from assets.name
  field severity scale severity
  exclude where resolution = false_positive as \"false positive\"
",
    ) else {
        panic!("not a table");
    };
    let found: Vec<TableClause> = table
        .clauses
        .into_iter()
        .map(|clause| clause.node)
        .collect();
    let expected = vec![
        TableClause::Key(name("finding_id")),
        TableClause::BelongsTo {
            table: name("assets"),
            column: name("asset_id"),
        },
        TableClause::Event {
            name: name("introduced"),
            at: EventTime::Columns(names(&["introduced_at", "found_at"])),
            filter: Some(equals("resolution", "fixed")),
        },
        TableClause::Event {
            name: name("verified"),
            at: EventTime::LastOf {
                column: name("closed_at"),
                table: name("episodes"),
            },
            filter: None,
        },
        TableClause::State {
            name: name("open"),
            intervals: None,
            from: names(&["found_at", "seen_at"]),
            until: names(&["closed_at"]),
        },
        TableClause::State {
            name: name("live"),
            intervals: Some(name("episodes")),
            from: names(&["opened_at"]),
            until: names(&["closed_at", "gone_at"]),
        },
        TableClause::Known(name("ingested_at")),
        TableClause::Field {
            name: name("app"),
            field_type: at(FieldType::Plain("text".to_string())),
            from: Some(field("assets.name")),
        },
        TableClause::Field {
            name: name("severity"),
            field_type: at(FieldType::Scale(name("severity"))),
            from: None,
        },
        TableClause::Exclude {
            filter: equals("resolution", "false_positive"),
            label: name("false positive"),
        },
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_score_keeps_its_weights_under_their_field() {
    let Definition::Score(score) = definition(
        "score risk
  of findings
  base severity
    critical  40
    \"last\"  2.50
  times findings.exploitable
    yes       3.0
    otherwise -1
  times cvss
  cap 360
  since 2026
",
    ) else {
        panic!("not a score");
    };
    let weight = |value: Option<Literal>, written: &str| {
        at(Weight {
            value: value.map(at),
            weight: at(number(written)),
        })
    };
    let found: Vec<ScoreClause> = score
        .clauses
        .into_iter()
        .map(|clause| clause.node)
        .collect();
    let expected = vec![
        ScoreClause::Of(name("findings")),
        ScoreClause::Base {
            field: field("severity"),
            weights: vec![
                weight(Some(Literal::Word("critical".to_string())), "40"),
                weight(Some(Literal::Text("last".to_string())), "2.50"),
            ],
        },
        ScoreClause::Times {
            field: field("findings.exploitable"),
            weights: vec![
                weight(Some(Literal::Word("yes".to_string())), "3.0"),
                weight(None, "-1"),
            ],
        },
        ScoreClause::Times {
            field: field("cvss"),
            weights: vec![],
        },
        ScoreClause::Cap(at(number("360"))),
        ScoreClause::Since(at(DateLiteral::Year(2026))),
    ];
    assert_eq!(found, expected);
}

#[test]
fn an_sla_and_a_calendar_and_a_scale() {
    let file = good_file(
        "calendar
  timezone \"Europe/Berlin\"
  week starts monday
  year starts january
  history from 2024-01
scale severity is info < low
    < high
  map \"moderate\" to low
sla remediation
  owner \"appsec\"
  of findings
  starts found
  stops verified, closed
  pauses risk_accepted
  due 7 days where severity = critical
  due 2w otherwise
  since 2026-01-01
",
    );
    let expected = vec![
        Definition::Calendar(Calendar {
            clauses: vec![
                at(CalendarClause::Timezone(name("Europe/Berlin"))),
                at(CalendarClause::WeekStarts(name("monday"))),
                at(CalendarClause::YearStarts(name("january"))),
                at(CalendarClause::HistoryFrom(at(DateLiteral::Month(2024, 1)))),
            ],
        }),
        Definition::Scale(Scale {
            name: name("severity"),
            values: names(&["info", "low", "high"]),
            maps: vec![at(ScaleMap {
                from: name("moderate"),
                to: name("low"),
            })],
        }),
        Definition::Sla(Sla {
            name: name("remediation"),
            title: None,
            clauses: vec![
                at(SlaClause::Owner(name("appsec"))),
                at(SlaClause::Of(name("findings"))),
                at(SlaClause::Starts(name("found"))),
                at(SlaClause::Stops(names(&["verified", "closed"]))),
                at(SlaClause::Pauses(names(&["risk_accepted"]))),
                at(SlaClause::Due {
                    within: at(duration("7", TimeUnit::Days)),
                    filter: Some(equals("severity", "critical")),
                }),
                at(SlaClause::Due {
                    within: at(duration("2", TimeUnit::Weeks)),
                    filter: None,
                }),
                at(SlaClause::Since(at(DateLiteral::Day(2026, 1, 1)))),
            ],
        }),
    ];
    let found: Vec<Definition> = file.definitions.into_iter().map(|one| one.node).collect();
    assert_eq!(found, expected);
}

#[test]
fn cards_belong_to_the_layer_above() {
    let Definition::Dashboard(dashboard) = definition(
        "dashboard appsec \"Security\"
  layer executive \"Why?\"
    show number \"MTTR\": mttr last month
    show list \"Overdue\": list findings overdue where severity = critical
      sort by due_at limit 50
  layer trend
    show table highest_risk_apps
",
    ) else {
        panic!("not a dashboard");
    };
    let list = Population {
        filter: Some(equals("severity", "critical")),
        ..population("findings", Some("overdue"))
    };
    let card = |kind: &str, title: Option<&str>, subject, clauses| {
        at(Card {
            kind: name(kind),
            title: title.map(name),
            query: at(Query {
                explain: false,
                subject,
                clauses,
            }),
        })
    };
    let last = Period::Last(at(1), Grain::Month);
    let due = SortKey {
        field: field("due_at"),
        descending: false,
    };
    let mttr = Subject::Formulas(vec![kpi("mttr")]);
    let view = Subject::Formulas(vec![kpi("highest_risk_apps")]);
    let overdue = vec![
        at(QueryClause::SortBy(vec![due])),
        at(QueryClause::Limit(at(50))),
    ];
    let layers = vec![
        at(Layer {
            name: name("executive"),
            title: Some(name("Why?")),
            cards: vec![
                card(
                    "number",
                    Some("MTTR"),
                    mttr,
                    vec![at(QueryClause::Period(last))],
                ),
                card("list", Some("Overdue"), Subject::List(at(list)), overdue),
            ],
        }),
        at(Layer {
            name: name("trend"),
            title: None,
            cards: vec![card("table", None, view, vec![])],
        }),
    ];
    assert_eq!(dashboard.layers, layers);
}

#[test]
fn a_test_has_grids_with_trimmed_cells() {
    let Definition::Test(test) = definition(
        "test \"counts\"
  as of 2026-04-30
  as known on 2026-04-02T10:00:00Z
  given findings   # the rows
    | id | title          | note  | # a comment
    # another comment
    | F1 | \" a | b \"    | x\\|y |
    | F2 | issue #7 | |
  expect backlog over month
    in 2026-Q1
    | month | backlog |
",
    ) else {
        panic!("not a test");
    };
    let row = |cells: &[&str]| names(cells);
    let clauses: Vec<TestClause> = test.clauses.into_iter().map(|clause| clause.node).collect();
    let expected = vec![
        TestClause::AsOf(at(DateLiteral::Day(2026, 4, 30))),
        TestClause::KnownOn(at(DateLiteral::Instant("2026-04-02T10:00:00Z".to_string()))),
        TestClause::Given {
            table: name("findings"),
            rows: Grid {
                header: row(&["id", "title", "note"]),
                rows: vec![row(&["F1", " a | b ", "x|y"]), row(&["F2", "issue #7", ""])],
            },
        },
        TestClause::Expect {
            query: at(Query {
                explain: false,
                subject: Subject::Formulas(vec![kpi("backlog")]),
                clauses: vec![
                    at(QueryClause::Over(Grain::Month)),
                    at(QueryClause::Period(Period::In(at(DateLiteral::Quarter(
                        2026, 1,
                    ))))),
                ],
            }),
            rows: Grid {
                header: row(&["month", "backlog"]),
                rows: vec![],
            },
        },
    ];
    assert_eq!(clauses, expected);
}

#[test]
fn every_clause_of_a_query() {
    let expected = vec![
        QueryClause::By(vec![field("team"), field("app")]),
        QueryClause::Over(Grain::Week),
        QueryClause::Where(compare(
            "severity",
            Comparison::AtLeast,
            Literal::Word("high".to_string()),
        )),
        QueryClause::Period(Period::FromTo(
            at(DateLiteral::Year(2026)),
            at(DateLiteral::Week(2027, 9)),
        )),
        QueryClause::AsOf(at(DateLiteral::Day(2026, 3, 31))),
        QueryClause::KnownOn(at(DateLiteral::Month(2026, 4))),
        QueryClause::Versus(vec![
            at(Versus::Target),
            at(Versus::Previous(Grain::Month)),
            at(Versus::Period(Period::In(at(DateLiteral::Month(2025, 12))))),
            at(Versus::Period(Period::Last(at(1), Grain::Quarter))),
        ]),
        QueryClause::WithTotal,
        QueryClause::Top {
            count: at(10),
            by: Some(name("risk_exposure")),
        },
        QueryClause::SortBy(vec![
            SortKey {
                field: field("mttr"),
                descending: true,
            },
            SortKey {
                field: field("team"),
                descending: false,
            },
        ]),
        QueryClause::Limit(at(5)),
        QueryClause::Show(vec![field("title"), field("findings.kind")]),
        QueryClause::At(StockMoment::Peak),
    ];
    let text = "mttr by team, app over weeks where severity >= high from 2026 to 2027-w09
        as of 2026-03-31 # so far
        as known on 2026-04 versus target, previous month, 2025-12, last quarter with total
        top 10 by risk_exposure sort by mttr desc, team asc limit 5 show title, findings.kind
        at peak\r\n\r\n";
    assert_eq!(clauses(text), expected);
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
        Formula::Aggregate(Box::new(Aggregate {
            function: name("share"),
            value: None,
            population: at(super::trees::population("findings", None)),
            with: Some(compare(
                "total",
                Comparison::Equal,
                Literal::Number(number("3"))
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
    let since = Some(Measured::TimeSince(name("found")));
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
        values: vec![word("a"), at(Literal::Text("b-c".to_string()))],
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
        Condition::Exists {
            table: name("scans"),
            role: name("completed"),
            filter: Some(Box::new(equals("tool_kind", "dast"))),
            within: Some(at(duration("1", TimeUnit::Days))),
        }
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
    assert_eq!(value("2026"), Literal::Number(number("2026")));
    assert_eq!(value("-1"), Literal::Number(number("-1")));
    assert_eq!(value("3.0"), Literal::Number(number("3.0")));
    assert_eq!(value("15 %"), Literal::Percent(number("15")));
    assert_eq!(value("30d"), value("30 days"));
    assert_eq!(value("2026-03"), Literal::Date(DateLiteral::Month(2026, 3)));
    assert_eq!(
        value("findings.fixed_at"),
        Literal::Field(field("findings.fixed_at"))
    );
    assert_eq!(
        value("`a b`.`last`"),
        Literal::Field(FieldRef {
            table: Some(name("a b")),
            name: name("last"),
        })
    );
    assert_eq!(
        value("\"C:\\dir \\\\ \\\"\""),
        Literal::Text("C:\\dir \\ \"".to_string())
    );
    for instant in [
        "2026-03-31T10:00Z",
        "2026-03-31T10:00:00.5+02:00",
        "2026-03-31t10:00:00-0730",
    ] {
        assert_eq!(
            value(instant),
            Literal::Date(DateLiteral::Instant(instant.to_string()))
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
