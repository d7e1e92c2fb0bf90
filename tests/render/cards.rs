//! Cards of boards: what stands beside their answers, how they fit a terminal, and their records in CSV.

use riskql::base::types::{DisplayUnit, FieldType};
use riskql::exec::answer::{
    Board, BoardCard, BoardLayer, BoardVerdict, Books, Cell, CoveredPeriod, Decision, KnownShare,
    Row, Value,
};
use riskql::lang::model::{CardKind, Kind};
use riskql::render::{self, OutputFormat, RenderOptions};

use super::build::{
    answer, below, board, card, cell, compared, context, dimension, findings, group, months,
    number, number_card, period, plain_column, severity, text, value_column,
};
use super::plain;

/// A board of one layer.
fn of(cards: Vec<BoardCard>) -> Board {
    of_layers(vec![("executive", cards)])
}

fn of_layers(layers: Vec<(&str, Vec<BoardCard>)>) -> Board {
    let layer = |(name, cards): (&str, Vec<BoardCard>)| BoardLayer {
        name: name.to_string(),
        title: format!("The layer {name}"),
        cards,
    };
    Board {
        name: "appsec".to_string(),
        title: "Application security".to_string(),
        context: context(),
        layers: layers.into_iter().map(layer).collect(),
        notes: Vec::new(),
    }
}

fn written(board: &Board, format: OutputFormat, look: RenderOptions) -> String {
    String::from_utf8(render::board(board, format, look).unwrap()).unwrap()
}

fn at(width: usize, board: &Board) -> String {
    let text = written(board, OutputFormat::Table, plain(width));
    for line in text.lines() {
        assert!(render::width(line) <= width, "{line}");
    }
    text
}

/// Words without the breaks between them.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn verdict_card(decision: Decision) -> BoardCard {
    BoardCard {
        verdict: Some(BoardVerdict {
            question: "Is risk decreasing?".to_string(),
            decision,
            summary: "Yes: risk exposure fell by 71% in twelve months".to_string(),
            figures: "2,038 -> 600 points; decreasing, p < 0.01".to_string(),
            evidence: vec!["Scan coverage stayed above 90%.".to_string()],
        }),
        ..card(CardKind::Verdict, "Is risk decreasing?", months())
    }
}

fn matrix_card() -> BoardCard {
    let row = |month: &str, name: &str, value: Value| -> Row {
        group(vec![text(month), text(name), cell(value)])
    };
    let few = |value: Value| {
        let mut value = value;
        value.evidence.has_few_rows = true;
        value
    };
    let mut rows = Vec::new();
    for month in 1..=12 {
        let label = format!("2026-{month:02}");
        rows.push(row(&label, "payments", number(f64::from(month) * 100.0, 9)));
        let judged = below(40.0, "below 40", number(f64::from(month) * 4.0, 9));
        let judged = if month == 2 { few(judged) } else { judged };
        rows.push(row(&label, "identity and access management", judged));
    }
    let columns = vec![
        period(),
        dimension("team", FieldType::Text),
        value_column("backlog", plain_column(DisplayUnit::Count)),
    ];
    card(
        CardKind::Matrix,
        "Backlog by team",
        answer("q", columns, rows),
    )
}

#[test]
fn a_verdict_stands_before_the_cards_of_its_layer() {
    let number = number_card("MTTR", DisplayUnit::Count, number(3.0, 3), &[]);
    let text = at(80, &of(vec![number, verdict_card(Decision::Yes)]));
    let place = |word: &str| {
        text.find(word)
            .unwrap_or_else(|| panic!("no {word} in\n{text}"))
    };
    assert!(place("Is risk decreasing?") < place("Yes: risk exposure fell"));
    assert!(place("Scan coverage stayed") < place("MTTR"));
}

#[test]
fn a_verdict_is_coloured_by_its_decision() {
    let look = RenderOptions {
        color: true,
        ..plain(100)
    };
    let headline = |decision| {
        let text = written(&of(vec![verdict_card(decision)]), OutputFormat::Table, look);
        let mut lines = text.lines().map(ToString::to_string);
        lines.find(|line| line.contains("Yes: risk")).unwrap()
    };
    assert!(headline(Decision::Yes).starts_with("\x1b[32m"));
    assert!(headline(Decision::No).starts_with("\x1b[31m"));
    assert!(headline(Decision::CannotTell).starts_with("\x1b[1m"));
}

#[test]
fn a_matrix_has_groups_below_each_other_and_periods_side_by_side() {
    let wide = at(120, &of(vec![matrix_card()]));
    let line = |start: &str| wide.lines().find(|line| line.starts_with(start)).unwrap();
    assert_eq!(
        words(line("payments")),
        "payments 100 200 300 400 500 600 700 800 900 1,000 1,100 1,200"
    );
    // The mean of few rows in February, and targets missed from October on (40 is not below 40).
    assert!(wide.contains("8~"), "{wide}");
    assert!(
        wide.contains("40!") && wide.contains("48!") && !wide.contains("36!"),
        "{wide}"
    );
    assert!(
        wide.contains("! the target is missed") && wide.contains("~ few rows"),
        "{wide}"
    );
}

#[test]
fn a_matrix_too_wide_goes_on_below_with_nothing_lost() {
    for width in [40, 60, 80] {
        let narrow = at(width, &of(vec![matrix_card()]));
        for month in 1..=12 {
            assert!(narrow.contains(&format!("2026-{month:02}")), "{narrow}");
        }
        for value in ["1,200", "48!", "8~"] {
            assert!(narrow.contains(value), "{narrow}");
        }
    }
}

#[test]
fn a_number_card_names_its_period_its_change_and_what_is_known() {
    let value = compared(
        "2026-04",
        Some(18.3),
        below(30.0, "below 30 days", number(31.2, 88)),
    );
    let mut of_month = number_card("MTTR, critical", super::build::DAYS, value, &[]);
    of_month.answer.period = Some(CoveredPeriod {
        label: "2026-05".to_string(),
        from: Some("2026-05-01".to_string()),
        to: "2026-05-31".to_string(),
    });
    of_month.known = vec![
        KnownShare {
            what: "validated".to_string(),
            share: Some(0.8),
            rows: 88,
        },
        KnownShare {
            what: "covered by scans".to_string(),
            share: None,
            rows: 0,
        },
    ];
    let mut state = number_card("Open", DisplayUnit::Count, number(12.0, 12), &[]);
    state.answer.period = Some(CoveredPeriod {
        label: "all".to_string(),
        from: None,
        to: "2026-05-31".to_string(),
    });
    if let riskql::exec::answer::ColumnRole::Value(column) = &mut state.answer.columns[0].role {
        column.kind = Kind::Stock;
    }
    let board = of(vec![of_month, state]);
    for text in [
        at(80, &board),
        at(120, &board),
        written(&board, OutputFormat::Md, RenderOptions::PIPE),
    ] {
        let text = words(&text);
        for part in [
            "2026-05",
            "▲ +12.9 worse",
            "vs 2026-04",
            "on 2026-05-31",
            "validated 80%, covered by scans: no rows",
        ] {
            assert!(text.contains(part), "no {part} in {text}");
        }
    }
}

#[test]
fn titles_wrap_and_are_never_cut() {
    let title =
        "Mean time to remediate the findings of applications that are critical to the business";
    let value = || compared("2026-04", Some(2.0), below(3.0, "below 3", number(1.0, 9)));
    let cards = [title, "B", "C"];
    let cards =
        cards.map(|title| number_card(title, DisplayUnit::Count, value(), &[Some(1.0); 12]));
    let board = of(cards.to_vec());
    for width in [40, 60, 80, 100, 120] {
        let text = at(width, &board);
        for word in title.split(' ') {
            assert!(text.contains(word), "no {word} at {width}:\n{text}");
        }
        assert!(!text.contains('…'), "{text}");
    }
}

#[test]
fn texts_of_lists_wrap_on_boards() {
    let text = at(80, &of(vec![card(CardKind::List, "Overdue", findings())]));
    assert!(!text.contains('…'), "{text}");
    assert!(words(&text).contains("F-2026-001"), "{text}");
    for word in ["injection", "search", "shop"] {
        assert!(text.contains(word), "{text}");
    }
}

#[test]
fn books_and_next_steps_are_shown_where_there_are_any() {
    let mut line = card(CardKind::Line, "Backlog", months());
    line.books = Some(Books {
        from: "2026-02".to_string(),
        to: "2026-04".to_string(),
        opening: 76.0,
        opened: 117.0,
        closed: 159.0,
        other: -1.0,
        closing: 33.0,
    });
    let mut list = card(CardKind::List, "Overdue", findings());
    list.next_steps = (1..=4).map(|row| format!("fix {row} at once")).collect();
    let board = of(vec![line, list]);
    let sentence = "76 open at the end of 2026-02 + 117 opened − 159 closed − 1 changed while open = 33 at the end of 2026-04";
    for text in [
        at(80, &board),
        at(120, &board),
        written(&board, OutputFormat::Md, RenderOptions::PIPE),
    ] {
        let text = words(&text);
        assert!(text.contains(sentence), "{text}");
        assert!(text.contains("fix") && text.contains("next"), "{text}");
    }
    let csv = written(&board, OutputFormat::Csv, RenderOptions::PIPE);
    assert!(csv.contains(",fix 4 at once\n"), "{csv}");
}

fn long_list(title: &str) -> BoardCard {
    let mut long = findings();
    let rows = long.rows.clone();
    long.rows = (0..50).map(|row| rows[row % 4].clone()).collect();
    card(CardKind::List, title, long)
}

#[test]
fn lower_layers_give_way_so_that_the_first_stays_in_sight() {
    let first = vec![number_card("MTTR", DisplayUnit::Count, number(3.0, 3), &[])];
    let missed = below(2.0, "below 2", number(3.0, 3));
    let lower = vec![
        long_list("Overdue"),
        number_card("Late", DisplayUnit::Count, missed, &[]),
    ];
    let board = of_layers(vec![
        ("executive", first),
        ("trend", lower.clone()),
        ("operational", lower),
    ]);
    let shown = |rows: usize, in_session: bool| {
        let look = RenderOptions {
            rows: Some(rows),
            in_session,
            ..plain(120)
        };
        written(&board, OutputFormat::Table, look)
    };
    let tall = shown(60, false);
    assert!(tall.lines().count() <= 60, "{tall}");
    assert!(
        tall.contains("38 more rows; --layer trend shows all"),
        "{tall}"
    );
    let low = shown(24, false);
    assert!(low.lines().count() <= 24, "{low}");
    assert!(low.contains("MTTR"), "{low}");
    let told = "2 cards, of which 1 misses a target: Overdue, Late; --layer operational shows them";
    assert!(words(&low).contains(told), "{low}");
    assert!(words(&shown(24, true)).contains("\\dashboard appsec operational shows them"));
    // A layer that is asked for is whole, and so is what goes to a pipe.
    let alone = of_layers(vec![("operational", vec![long_list("Overdue")])]);
    let look = RenderOptions {
        rows: Some(24),
        ..plain(120)
    };
    assert!(!written(&alone, OutputFormat::Table, look).contains("more rows"));
    assert!(!written(&board, OutputFormat::Table, RenderOptions::PIPE).contains("more rows"));
}

#[test]
fn a_kpi_of_the_scorecard_takes_one_line_from_100_columns_on() {
    let value = || {
        let value = below(30.0, "below 30 days", number(31.2, 88));
        compared("2026-04", Some(18.3), value)
    };
    let titles = [
        "Mean time to remediate",
        "Mean time to remediate, severity = critical",
        "Vulnerability escape rate",
    ];
    let cards = titles.map(|title| {
        let mut card = number_card(title, super::build::DAYS, value(), &[Some(1.0); 12]);
        card.answer.period = Some(CoveredPeriod {
            label: "2026-05".to_string(),
            from: None,
            to: "2026-05-31".to_string(),
        });
        card
    });
    let board = Board {
        name: "scorecard".to_string(),
        ..of(cards.to_vec())
    };
    let look = RenderOptions {
        rows: Some(40),
        ..plain(100)
    };
    let text = written(&board, OutputFormat::Table, look);
    let judged: Vec<&str> = text.lines().filter(|line| line.contains("miss")).collect();
    assert_eq!(judged.len(), 3, "{text}");
    // A part stands below its whole, and the period that all share once above them.
    assert!(judged[1].starts_with("  severity = critical"), "{text}");
    assert_eq!(text.matches("2026-05").count(), 1, "{text}");
    for line in judged {
        assert!(
            line.contains("31.2") && line.contains("▲ +12.9 worse"),
            "{text}"
        );
    }
}

#[test]
fn csv_has_a_record_for_each_value_of_each_card() {
    let board = of(vec![
        verdict_card(Decision::Yes),
        matrix_card(),
        card(CardKind::List, "Overdue", findings()),
    ]);
    let csv = written(&board, OutputFormat::Csv, RenderOptions::PIPE);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(String::from).collect();
    assert_eq!(
        header.join(","),
        "layer,card,kind,period,dimensions,level,kpi,value,unit,rows,bound,target,status,band,\
         compared_with,previous,change,reason,few_rows,next_step"
    );
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let at = |record: &csv::StringRecord, name: &str| {
        let place = header.iter().position(|own| own == name).unwrap();
        record[place].to_string()
    };
    // One for the verdict, nine rows of two KPIs that it is of, 24 values, four rows.
    assert_eq!(records.len(), 1 + 18 + 24 + 4);
    assert_eq!(at(&records[0], "status"), "yes");
    assert!(at(&records[0], "reason").starts_with("Yes: risk exposure fell by 71%"));
    let total = records
        .iter()
        .find(|record| at(record, "level") == "total")
        .unwrap();
    assert_eq!(at(total, "dimensions"), "");
    let missed = records
        .iter()
        .find(|record| at(record, "status") == "miss")
        .unwrap();
    assert_eq!(at(missed, "period"), "2026-10");
    assert_eq!(
        at(missed, "dimensions"),
        "team=identity and access management"
    );
    assert_eq!(
        [
            at(missed, "kpi"),
            at(missed, "value"),
            at(missed, "bound"),
            at(missed, "target")
        ],
        ["backlog", "40", "below", "40"]
    );
    let hostile = &records[records.len() - 1];
    assert_eq!(at(hostile, "kind"), "list");
    assert!(at(hostile, "dimensions").contains(r#"title="=HYPERLINK(""http"#));
    assert!(at(hostile, "dimensions").contains(r#"app="shop, ""old""""#));
}

#[test]
fn json_holds_what_stands_beside_an_answer() {
    let mut board = board();
    board.layers[0].cards[0] = verdict_card(Decision::NoEvidence);
    let json: serde_json::Value =
        serde_json::from_str(&written(&board, OutputFormat::Json, RenderOptions::PIPE)).unwrap();
    let first = &json["layers"][0]["cards"][0];
    assert_eq!(first["verdict"]["decision"], "no evidence");
    assert_eq!(
        first["verdict"]["evidence"][0],
        "Scan coverage stayed above 90%."
    );
    let second = &json["layers"][0]["cards"][1];
    for (key, empty) in [
        ("verdict", serde_json::Value::Null),
        ("books", serde_json::Value::Null),
        ("formulas", serde_json::json!([])),
        ("known", serde_json::json!([])),
        ("next_steps", serde_json::json!([])),
    ] {
        assert_eq!(second[key], empty, "{key}");
    }
}

#[test]
fn a_missing_group_is_empty_in_csv_and_none_is_said_why() {
    let rows = vec![group(vec![
        Cell::Missing,
        cell(super::build::none("no rows")),
    ])];
    let columns = vec![
        dimension("severity", severity()),
        value_column("mttr", plain_column(super::build::DAYS)),
    ];
    let board = of(vec![card(CardKind::Table, "T", answer("q", columns, rows))]);
    let csv = written(&board, OutputFormat::Csv, RenderOptions::PIPE);
    assert!(
        csv.ends_with("executive,T,table,,severity=,group,mttr,,days,0,,,,,,,,no rows,no,\n"),
        "{csv}"
    );
}
