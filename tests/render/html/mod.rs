//! Pages: what they say, what they keep out, and how they are laid out.

mod browser;
mod layout;

use riskql::base::types::FieldType;
use riskql::exec::answer::{Answer, Board, BoardVerdict, Books, CardFormula, Decision, KnownShare};
use riskql::lang::model::CardKind;
use riskql::render::{self, OutputFormat, RenderOptions};

use super::build;

fn page(board: &Board) -> String {
    let bytes = render::board(board, OutputFormat::Html, RenderOptions::PIPE).expect("a page");
    String::from_utf8(bytes).expect("UTF-8")
}

fn page_of(answer: &Answer) -> String {
    String::from_utf8(render::answer(
        answer,
        OutputFormat::Html,
        RenderOptions::PIPE,
    ))
    .expect("UTF-8")
}

/// A number of each of 200 applications in each of twelve months.
fn of_applications() -> Answer {
    let cells = |(app, month): (usize, usize)| {
        let value = build::number((app * 7 % 97 + month) as f64 + 0.5, 9);
        let period = build::text(&format!("2026-{month:02}"));
        let name = build::text(&format!("application-{app:03}"));
        build::group(vec![period, name, build::cell(value)])
    };
    let places = (1..=12).flat_map(|month| (0..200).map(move |app| (app, month)));
    let columns = vec![
        build::period(),
        build::dimension("app", FieldType::Text),
        build::value_column("mttr", build::plain_column(build::DAYS)),
    ];
    build::answer(
        "mttr by app over month",
        columns,
        places.map(cells).collect(),
    )
}

#[test]
fn cards_of_many_groups_show_some_of_them_and_say_so() {
    let mut board = build::board();
    board.layers[0].cards = [
        CardKind::Line,
        CardKind::Area,
        CardKind::Matrix,
        CardKind::Table,
    ]
    .map(|kind| build::card(kind, "MTTR", of_applications()))
    .into();
    let page = page(&board);
    assert!(page.len() < 150_000, "{}", page.len());
    let command = "<code>riskql run &#39;mttr by app over month&#39;</code>";
    let command = match page.contains(command) {
        true => command,
        false => "<code>riskql run 'mttr by app over month'</code>",
    };
    // Six lines, each in a colour of its own, and 30 groups of a matrix.
    let of_lines = format!("the groups with the largest last values; 194 more: {command}");
    assert_eq!(page.matches(&of_lines).count(), 2);
    assert!(page.contains("hue5") && !page.contains("line hue6"));
    let of_matrix = format!("<p class=\"foot more\">170 more: {command}");
    assert_eq!(page.matches(&of_matrix).count(), 3);
    // Twelve months of 200 applications are 2,400 rows, of which a table shows 20.
    let of_table = format!("<p class=\"foot more\">2,380 more: {command}");
    assert_eq!(page.matches(&of_table).count(), 1);
}

#[test]
fn an_answer_of_many_groups_has_its_matrix_above_its_table() {
    let page = page_of(&of_applications());
    assert!(page.contains("<table class=\"matrix\">") && !page.contains("<svg"));
    assert!(
        page.contains("170 more: ") && page.contains("400 more: "),
        "{page}"
    );
}

/// The sample with all that a card may say.
fn full() -> Board {
    let mut board = build::board();
    let first = &mut board.layers[0].cards[0];
    first.formulas = vec![CardFormula {
        title: "MTTR, critical".into(),
        words: "mean time from found to verified of findings verified".into(),
        places: vec!["kpis/mttr.kpi:1".into()],
    }];
    first.known = vec![KnownShare {
        what: "validated".into(),
        share: Some(0.82),
        rows: 88,
    }];
    let mut verdict = board.layers[1].cards[0].clone();
    verdict.kind = CardKind::Verdict;
    verdict.verdict = Some(BoardVerdict {
        question: "Is risk decreasing?".into(),
        decision: Decision::Yes,
        summary: "Yes: risk exposure fell by 71 % in twelve months".into(),
        figures: "2,038 → 600 points; decreasing, p < 0.01".into(),
        evidence: vec!["Coverage stayed between 83 and 100 %.".into()],
    });
    let series = &mut board.layers[1].cards[0];
    series.kind = CardKind::Area;
    series.books = Some(Books {
        from: "2026-02".into(),
        to: "2026-04".into(),
        opening: 76.0,
        opened: 117.0,
        closed: 159.0,
        other: 0.0,
        closing: 34.0,
    });
    board.layers[0].cards.insert(0, verdict);
    board.layers[2].cards[0].next_steps = vec!["Fix it".into(); 4];
    board
}

#[test]
fn the_answer_to_the_question_comes_first() {
    let page = page(&full());
    let places: Vec<usize> = [
        "Is risk decreasing?",
        "Yes: risk exposure fell",
        "2,038 → 600 points",
        "Coverage stayed",
        "MTTR, critical",
    ]
    .iter()
    .map(|text| page.find(text).unwrap_or_else(|| panic!("no {text}")))
    .collect();
    assert!(places.is_sorted(), "{places:?}");
    assert!(page.contains("<em class=\"good\">Yes: "));
    assert_eq!(page.matches("Coverage stayed").count(), 1);
}

#[test]
fn a_card_says_what_is_behind_its_number() {
    let page = page(&full());
    for text in [
        "<span class=\"value\">31.2</span><span class=\"unit\"> days</span>",
        "<span class=\"bad\">▲ +12.9 worse</span>",
        "vs 2026-03",
        "<span class=\"chip bad\">✗ miss</span>",
        "below 30 days",
        "<b>82%</b> validated",
        "mean time from found to verified of findings verified",
        "kpis/mttr.kpi:1",
        "76 open at the end of February 2026 + 117 opened − 159 closed = 34 at the end of April 2026",
        "<td class=\"step\">Fix it</td>",
    ] {
        assert!(page.contains(text), "no {text}");
    }
}

#[test]
fn a_page_needs_nothing_else_and_runs_nothing() {
    for page in [
        page(&full()),
        page_of(&build::teams()),
        page_of(&build::findings()),
    ] {
        assert!(page.contains("content=\"default-src 'none'; style-src 'unsafe-inline'\""));
        for outside in [
            "<script",
            "<img",
            " src=\"",
            "url(",
            "@import",
            "<link",
            "http://www",
            "javascript:",
        ] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}

#[test]
fn hostile_texts_stay_texts() {
    let mut board = full();
    let hostile = "</style><script>alert(1)</script>\u{202e}\0\" onload=\"x";
    board.title = hostile.into();
    board.layers[0].title = hostile.into();
    for card in board.layers.iter_mut().flat_map(|layer| &mut layer.cards) {
        card.title = hostile.into();
        card.answer.query = hostile.into();
        card.answer.notes = vec![hostile.into()];
        for column in &mut card.answer.columns {
            column.title = hostile.into();
        }
    }
    let page = page(&board);
    for part in ["<script", "\u{202e}", "\0", "\" onload="] {
        assert!(!page.contains(part), "{part:?}");
    }
    assert_eq!(page.matches("</style>").count(), 1);
    assert!(page.contains("&lt;/style&gt;&lt;script&gt;alert(1)"));
}

#[test]
fn the_same_board_is_the_same_page() {
    assert_eq!(page(&full()), page(&full()));
}

#[test]
fn a_long_table_says_how_many_rows_it_leaves_out() {
    let mut board = full();
    let card = &mut board.layers[2].cards[0];
    let row = card.answer.rows[0].clone();
    card.answer.rows = vec![row; 45];
    let page = page(&board);
    assert!(
        page.contains("25 more: <code>riskql run &#39;")
            || page.contains("25 more: <code>riskql run '"),
        "{}",
        page.len()
    );
    assert!(page.contains("45 rows"));
}

#[test]
fn the_page_of_a_list_is_its_table() {
    let page = page_of(&build::findings());
    assert!(!page.contains("<svg"));
    assert!(page.contains("SQL injection in the search form of the shop"));
    assert!(page.contains("&lt;img src=x&gt;"));
}

#[test]
fn groups_that_do_not_add_up_are_lines_on_an_area_card() {
    let mut board = full();
    let stacked = page(&board);
    assert!(
        !stacked.contains("class=\"band rank0\""),
        "two units do not add up"
    );
    let card = &mut board.layers[1].cards[0];
    card.answer.columns.remove(3);
    for row in &mut card.answer.rows {
        row.cells.remove(3);
    }
    let page = page(&board);
    assert!(page.contains("class=\"band rank0\""));
    // 9 of 1,250 below 1,010: the sum of April, not the total drawn as a band of its own.
    assert!(page.contains("2026-04: 1,019"));
    assert!(!page.contains("class=\"band total\""));
}
