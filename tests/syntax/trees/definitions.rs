//! Trees of definitions.

use riskql::base::types::{Bound, Choice, Grain, StockMoment};

use super::*;
use crate::syntax::good_file;

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
        from: event("found"),
        to: event("verified"),
    };
    let target = |bound, limit| KpiClause::Target {
        bound: at(bound),
        limit: at(limit),
        filter: None,
        since: None,
    };
    let band = |label: &str, lower: Option<&str>, upper: Option<&str>| KpiClause::Band {
        label: name(label),
        lower: lower.map(|limit| at(WrittenLiteral::Number(number(limit)))),
        upper: upper.map(|limit| at(WrittenLiteral::Number(number(limit)))),
    };
    let findings = population("findings", Some("verified"));
    assert_eq!(
        clauses,
        vec![
            KpiClause::Note(vec![name("From \"found\"")]),
            KpiClause::Is(aggregate("mean", Some(time), findings)),
            KpiClause::As(name("days")),
            KpiClause::By(vec![by("severity"), by("assets.team")]),
            KpiClause::At(at(StockMoment::Average)),
            KpiClause::LowerIsBetter,
            KpiClause::HigherIsBetter,
            KpiClause::Target {
                bound: at(Bound::Below),
                limit: at(WrittenLiteral::Duration(duration("30", TimeUnit::Days))),
                filter: Some(equals("severity", "critical")),
                since: Some(at(DateLiteral::Day(2026, 1, 1))),
            },
            target(Bound::AtMost, WrittenLiteral::Number(number("0"))),
            target(Bound::AtLeast, WrittenLiteral::Percent(number("90"))),
            target(Bound::Above, WrittenLiteral::Number(number("1.50"))),
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
            at: EventTime::Columns(columns(&["introduced_at", "found_at"])),
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
            from: columns(&["found_at", "seen_at"]),
            until: columns(&["closed_at"]),
        },
        TableClause::State {
            name: name("live"),
            intervals: Some(name("episodes")),
            from: columns(&["opened_at"]),
            until: columns(&["closed_at", "gone_at"]),
        },
        TableClause::Known(name("ingested_at")),
        TableClause::Field {
            name: name("app"),
            field_type: at(FieldTypeName::Plain("text".to_string())),
            from: Some(FieldOrigin::Parent(field("assets.name"))),
        },
        TableClause::Field {
            name: name("severity"),
            field_type: at(FieldTypeName::Scale(name("severity"))),
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
    let weight = |value: Option<WrittenLiteral>, written: &str| {
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
                weight(Some(WrittenLiteral::Word("critical".to_string())), "40"),
                weight(Some(WrittenLiteral::Text("last".to_string())), "2.50"),
            ],
        },
        ScoreClause::Times {
            field: field("findings.exploitable"),
            weights: vec![
                weight(Some(WrittenLiteral::Word("yes".to_string())), "3.0"),
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
  prefix own
  starts found
  stops verified, closed
  pauses risk_accepted
  due 7 days where severity = critical
  due 1 calendar month where severity = high
  due at fix_by where severity = medium
  due 2w otherwise
  since 2026-01-01
",
    );
    let expected = vec![
        Definition::Calendar(CalendarDefinition {
            clauses: vec![
                at(CalendarClause::Timezone(name("Europe/Berlin"))),
                at(CalendarClause::WeekStarts(name("monday"))),
                at(CalendarClause::YearStarts(name("january"))),
                at(CalendarClause::HistoryFrom(at(DateLiteral::Month(2024, 1)))),
            ],
        }),
        Definition::Scale(ScaleDefinition {
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
                at(SlaClause::Prefix(name("own"))),
                at(SlaClause::Starts(name("found"))),
                at(SlaClause::Stops(names(&["verified", "closed"]))),
                at(SlaClause::Pauses(names(&["risk_accepted"]))),
                at(SlaClause::Due {
                    time: at(DueTime::Elapsed(duration("7", TimeUnit::Days))),
                    filter: Some(equals("severity", "critical")),
                }),
                at(SlaClause::Due {
                    time: at(DueTime::Calendar {
                        count: at(1),
                        grain: Grain::Month,
                    }),
                    filter: Some(equals("severity", "high")),
                }),
                at(SlaClause::Due {
                    time: at(DueTime::At(name("fix_by"))),
                    filter: Some(equals("severity", "medium")),
                }),
                at(SlaClause::Due {
                    time: at(DueTime::Elapsed(duration("2", TimeUnit::Weeks))),
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
      then \"Fix {finding_id}\"
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
    let card = |kind: &str, title: Option<&str>, subject, clauses, next_step: Option<&str>| {
        at(Card {
            kind: name(kind),
            title: title.map(name),
            query: at(Query {
                explain: false,
                subject,
                clauses,
            }),
            next_step: next_step.map(name),
        })
    };
    let last = Period::Last(at(1), Grain::Month);
    let due = WrittenSortKey {
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
                    None,
                ),
                card(
                    "list",
                    Some("Overdue"),
                    Subject::List(at(list)),
                    overdue,
                    Some("Fix {finding_id}"),
                ),
            ],
        }),
        at(Layer {
            name: name("trend"),
            title: None,
            cards: vec![card("table", None, view, vec![], None)],
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

fn event(event: &str) -> ChosenEvents {
    ChosenEvents {
        choice: Choice::First,
        events: vec![name(event)],
    }
}

fn columns(columns: &[&str]) -> TimeColumns {
    let columns = columns.iter().map(|column| TimeColumn {
        is_planned: false,
        name: name(column),
    });
    TimeColumns {
        choice: Choice::First,
        columns: columns.collect(),
    }
}
