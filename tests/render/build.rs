//! Answers built by hand.

use std::sync::Arc;

use riskql::base::source::{SourceId, Span};
use riskql::base::types::{Bound, DisplayUnit, FieldType, Grain, Scale, TimeUnit};
use riskql::exec::answer::{
    Answer, AnswerColumn, AnswerValueColumn, Board, BoardCard, BoardLayer, Cell, ColumnRole,
    Comparison, ComparisonColumn, Context, CoveredPeriod, Excluded, HistoryPoint, Level, Row,
    Status, Value, Verdict,
};
use riskql::lang::model::{CardKind, Direction, Kind};

pub const DAYS: DisplayUnit = DisplayUnit::Time(TimeUnit::Days);

pub fn context() -> Context {
    Context {
        as_of: "2026-04-30".into(),
        as_of_instant: "2026-05-01T00:00:00Z".into(),
        known_on: None,
        timezone: "UTC".into(),
        definitions: "sha256:…".into(),
        data: "sha256:…".into(),
    }
}

pub fn severity() -> FieldType {
    FieldType::Scale(Arc::new(Scale {
        name: "severity".into(),
        values: ["info", "low", "medium", "high", "critical"]
            .map(String::from)
            .to_vec(),
        mapped: Vec::new(),
    }))
}

pub fn period() -> AnswerColumn {
    AnswerColumn {
        name: "period".into(),
        title: "Period".into(),
        role: ColumnRole::Period(Grain::Month),
        is_optional: false,
    }
}

pub fn dimension(name: &str, field: FieldType) -> AnswerColumn {
    AnswerColumn {
        name: name.into(),
        title: name.into(),
        role: ColumnRole::Dimension(field),
        is_optional: false,
    }
}

pub fn field(name: &str, field: FieldType) -> AnswerColumn {
    AnswerColumn {
        name: name.into(),
        title: name.into(),
        role: ColumnRole::Field(field),
        is_optional: false,
    }
}

pub fn plain_column(unit: DisplayUnit) -> AnswerValueColumn {
    AnswerValueColumn {
        unit,
        kind: Kind::Flow,
        direction: Some(Direction::LowerIsBetter),
        with_target: false,
        comparisons: Vec::new(),
        with_share: false,
        is_windowed: false,
        with_band: false,
        evidence: Default::default(),
    }
}

pub fn value_column(name: &str, column: AnswerValueColumn) -> AnswerColumn {
    AnswerColumn {
        name: name.into(),
        title: name.into(),
        role: ColumnRole::Value(column),
        is_optional: false,
    }
}

pub fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

/// A number over some rows.
pub fn number(value: f64, rows: u64) -> Value {
    Value {
        value: Some(value),
        reason: None,
        rows,
        target: None,
        band: None,
        comparisons: Vec::new(),
        share: None,
        provisional: false,
        evidence: Default::default(),
    }
}

pub fn none(reason: &str) -> Value {
    Value {
        value: None,
        reason: Some(reason.into()),
        ..number(0.0, 0)
    }
}

/// Judged by `below LIMIT days`.
pub fn below(limit: f64, written: &str, value: Value) -> Value {
    let status = match value.value {
        None => Status::NoData,
        Some(value) if value < limit => Status::Pass,
        Some(_) => Status::Miss,
    };
    let target = Some(Verdict {
        bound: Bound::Below,
        limit,
        written: written.into(),
        span: Span {
            source: SourceId(0),
            start: 0,
            end: 0,
        },
        status,
    });
    Value { target, ..value }
}

pub fn compared(period: &str, previous: Option<f64>, value: Value) -> Value {
    let change = value.value.zip(previous).map(|(now, before)| now - before);
    let comparisons = vec![Comparison {
        period: period.into(),
        previous,
        change,
        change_percent: None,
    }];
    Value {
        comparisons,
        ..value
    }
}

/// The comparisons of a column that has one, or none.
pub fn one_comparison(is_there: bool) -> Vec<ComparisonColumn> {
    let plain = ComparisonColumn { as_percent: false };
    is_there.then_some(plain).into_iter().collect()
}

pub fn cell(value: Value) -> Cell {
    Cell::Value(Box::new(value))
}

pub fn group(cells: Vec<Cell>) -> Row {
    Row {
        level: Level::Group,
        cells,
    }
}

pub fn row(level: Level, cells: Vec<Cell>) -> Row {
    Row { level, cells }
}

pub fn excluded(kpi: &str, rows: u64, reason: &str) -> Excluded {
    Excluded {
        kpi: kpi.into(),
        reason: reason.into(),
        rows,
    }
}

pub fn answer(query: &str, columns: Vec<AnswerColumn>, rows: Vec<Row>) -> Answer {
    Answer {
        query: query.into(),
        context: context(),
        period: None,
        columns,
        rows,
        excluded: Vec::new(),
        notes: Vec::new(),
    }
}

/// The sample of the contract, to the letter.
pub fn sample() -> Answer {
    let mut sample = answer(
        "mttr by severity over month from 2026-03 to 2026-04 with total",
        vec![
            period(),
            dimension("severity", severity()),
            value_column("mttr", plain_column(DAYS)),
        ],
        vec![
            group(vec![
                text("2026-03"),
                text("critical"),
                cell(number(20.0, 2)),
            ]),
            row(
                Level::Total,
                vec![text("2026-03"), Cell::Missing, cell(number(20.0, 2))],
            ),
        ],
    );
    sample.excluded = vec![excluded("mttr", 1, "false positive")];
    sample.period = Some(CoveredPeriod {
        label: "2026-03 to 2026-04".into(),
        from: Some("2026-03-01".into()),
        to: "2026-04-30".into(),
    });
    sample
}

/// Teams with a target, a comparison, a missing team and one without data.
pub fn teams() -> Answer {
    let column = AnswerValueColumn {
        with_target: true,
        comparisons: one_comparison(true),
        ..plain_column(DAYS)
    };
    let judged = |value, previous| {
        cell(compared(
            "2026-03",
            previous,
            below(30.0, "below 30 days", value),
        ))
    };
    let mut teams = answer(
        "mttr by team in 2026-04 versus target, previous month with total",
        vec![
            dimension("team", FieldType::Text),
            value_column("mttr", column),
        ],
        vec![
            group(vec![
                text("payments-core"),
                judged(number(20.4, 120), Some(18.25)),
            ]),
            group(vec![
                text("storefront"),
                judged(number(29.999, 61), Some(41.0)),
            ]),
            group(vec![
                text("identity and access"),
                judged(number(132.4, 20), Some(132.4)),
            ]),
            group(vec![text("platform"), judged(none("no rows"), Some(3.5))]),
            group(vec![Cell::Missing, judged(number(7.0, 4), None)]),
            row(
                Level::Total,
                vec![Cell::Missing, judged(number(30.0, 205), Some(28.1))],
            ),
        ],
    );
    teams.excluded = vec![
        excluded("mttr", 3, "false positive"),
        excluded("mttr", 1, "found_at missing"),
    ];
    teams.notes = vec!["orphans: 2 findings name an app that is not in apps".into()];
    teams
}

/// Two KPIs over months by severity, the last month provisional, each month with a total.
pub fn months() -> Answer {
    let mut rows = Vec::new();
    for (month, numbers) in [
        ("2026-02", [12.0, 1204.0]),
        ("2026-03", [15.0, 980.0]),
        ("2026-04", [9.0, 1010.0]),
    ] {
        let provisional = month == "2026-04";
        for (place, severity) in ["critical", "high"].into_iter().enumerate() {
            let backlog = Value {
                provisional,
                ..number(numbers[place], numbers[place] as u64)
            };
            let rate = Value {
                provisional,
                ..number(numbers[place] / 8000.0, 8000)
            };
            rows.push(group(vec![
                text(month),
                text(severity),
                cell(backlog),
                cell(rate),
            ]));
        }
        let total = Value {
            provisional,
            ..number(numbers[0] + numbers[1], 0)
        };
        let cells = vec![
            text(month),
            Cell::Missing,
            cell(total),
            cell(none("division by zero")),
        ];
        rows.push(row(Level::Total, cells));
    }
    let columns = vec![
        period(),
        dimension("severity", severity()),
        value_column(
            "backlog",
            AnswerValueColumn {
                kind: Kind::Stock,
                ..plain_column(DisplayUnit::Count)
            },
        ),
        value_column("escape_rate", plain_column(DisplayUnit::Percent)),
    ];
    answer(
        "backlog, escape_rate by severity over month last 3 months with total",
        columns,
        rows,
    )
}

/// A list with titles nobody should trust.
pub fn findings() -> Answer {
    let row = |id: &str, title: &str, app: Cell, score: f64, exploitable| {
        group(vec![
            text(id),
            text(title),
            app,
            Cell::Number(score),
            Cell::YesNo(exploitable),
            text("2026-03-02"),
        ])
    };
    answer(
        "list findings open show finding_id, title, app, cvss, exploitable, found_at",
        vec![
            field("finding_id", FieldType::Text),
            field("title", FieldType::Text),
            field("app", FieldType::Text),
            field("cvss", FieldType::Number),
            field("exploitable", FieldType::YesNo),
            field("found_at", FieldType::Date),
        ],
        vec![
            row(
                "F-2026-001",
                "SQL injection in the search form of the shop",
                text("shop"),
                9.8,
                true,
            ),
            row(
                "F-2026-002",
                "\x1b[2J\x1b]0;owned\x07 <img src=x> | `code`\nnext\u{202e}line",
                text("web|api"),
                5.0,
                false,
            ),
            row(
                "F-2026-003",
                "漢字タイトルの脆弱性 in der Übersicht 🔥🔥",
                Cell::Missing,
                7.25,
                true,
            ),
            row(
                "F-2026-004",
                "=HYPERLINK(\"http://example.org\",\"click\")",
                text("shop, \"old\""),
                10.0,
                false,
            ),
        ],
    )
}

pub fn number_card(
    title: &str,
    unit: DisplayUnit,
    value: Value,
    history: &[Option<f64>],
) -> BoardCard {
    let column = AnswerValueColumn {
        with_target: value.target.is_some(),
        comparisons: one_comparison(!value.comparisons.is_empty()),
        with_band: value.band.is_some(),
        ..plain_column(unit)
    };
    BoardCard {
        kind: CardKind::Number,
        title: title.into(),
        answer: answer(
            "value",
            vec![value_column("value", column)],
            vec![group(vec![cell(value)])],
        ),
        history: history.iter().enumerate().map(history_point).collect(),
        ..card(CardKind::Number, title, answer("", Vec::new(), Vec::new()))
    }
}

pub fn card(kind: CardKind, title: &str, answer: Answer) -> BoardCard {
    BoardCard {
        kind,
        title: title.into(),
        answer,
        history: Vec::new(),
        formulas: Vec::new(),
        known: Vec::new(),
        books: None,
        next_steps: Vec::new(),
        verdict: None,
    }
}

pub fn history_point((month, value): (usize, &Option<f64>)) -> HistoryPoint {
    HistoryPoint {
        period: format!("2025-{:02}", month + 1),
        value: *value,
        limit: None,
        rows: 10,
        has_few_rows: false,
    }
}

/// A board with every kind of card.
pub fn board() -> Board {
    let mttr = compared(
        "2026-03",
        Some(18.3),
        below(30.0, "below 30 days", number(31.2, 88)),
    );
    let rate = Value {
        band: Some("good".into()),
        ..compared(
            "2026-Q1",
            Some(0.21),
            below(0.25, "below 25%", number(0.152, 812)),
        )
    };
    let history: Vec<Option<f64>> = (0..12)
        .map(|month| (month != 4).then_some(20.0 + f64::from(month * month % 17)))
        .collect();
    let layer = |name: &str, title: &str, cards| BoardLayer {
        name: name.into(),
        title: title.into(),
        cards,
    };
    Board {
        name: "appsec".into(),
        title: "Application security".into(),
        context: context(),
        layers: vec![
            layer(
                "executive",
                "Is risk decreasing?",
                vec![
                    number_card("MTTR, critical", DAYS, mttr, &history),
                    number_card("Escape rate", DisplayUnit::Percent, rate, &history),
                    number_card(
                        "Risk exposure",
                        DisplayUnit::Points,
                        number(12_345.6, 900),
                        &history,
                    ),
                    number_card(
                        "Scan coverage of critical applications",
                        DisplayUnit::Percent,
                        below(0.9, "below 90%", none("no rows")),
                        &[],
                    ),
                ],
            ),
            layer(
                "trend",
                "Which way is it going?",
                vec![card(CardKind::Line, "Backlog", months())],
            ),
            layer(
                "operational",
                "What do we do on Monday?",
                vec![
                    card(CardKind::List, "Overdue criticals", findings()),
                    card(CardKind::Table, "Team-level MTTR", teams()),
                ],
            ),
        ],
        notes: vec!["April is not over".into()],
    }
}
