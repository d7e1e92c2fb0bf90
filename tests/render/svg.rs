//! Charts as SVG: where points stand, worked out by hand, and what is drawn for what is not there.

use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;
use riskql::base::types::{DisplayUnit, FieldType};
use riskql::exec::answer::{Answer, AnswerValueColumn, Value, ValueEvidence};
use riskql::lang::model::Kind;
use riskql::render::{self, OutputFormat, RenderOptions};

use super::build;
use super::random::{answer, board_of, data_text};

/// Months 1 to n of 2026 with these values of one column.
fn months(values: Vec<Value>, unit: DisplayUnit) -> Answer {
    let rows = values.into_iter().enumerate().map(|(index, value)| {
        let month = format!("2026-{:02}", index + 1);
        build::group(vec![build::text(&month), build::cell(value)])
    });
    let column = build::plain_column(unit);
    let columns = vec![build::period(), build::value_column("backlog", column)];
    build::answer("backlog over month", columns, rows.collect())
}

fn svg(answer: &Answer) -> String {
    assert_eq!(render::refusal(answer, OutputFormat::Svg), None);
    let bytes = render::answer(answer, OutputFormat::Svg, RenderOptions::PIPE);
    let text = String::from_utf8(bytes).expect("UTF-8");
    well_formed(&text);
    text
}

fn well_formed(text: &str) {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    while !matches!(reader.read_event().expect("XML"), Event::Eof) {}
}

fn counts(values: &[Option<f64>]) -> Answer {
    let value =
        |value: &Option<f64>| value.map_or(build::none("no rows"), |value| build::number(value, 9));
    months(values.iter().map(value).collect(), DisplayUnit::Count)
}

/// The outlines of a class, in the order in which they are drawn.
fn paths(text: &str, class: &str) -> Vec<String> {
    let start = format!("<path class=\"{class}\" d=\"");
    let pieces = text.split(&start).skip(1);
    pieces
        .map(|piece| piece.split('"').next().unwrap_or_default().to_string())
        .collect()
}

/// The scale goes from 0 to 4 over 200 pixels; three months stand at 0, 500 and 1000.
#[test]
fn points_stand_where_their_values_are() {
    let text = svg(&counts(&[Some(0.0), Some(1.0), Some(4.0)]));
    assert_eq!(paths(&text, "line hue0"), ["M0 200L500 150L1000 0"]);
    for mark in ["0", "1", "2", "3", "4"] {
        assert!(
            text.contains(&format!("dy=\".35em\">{mark}</text>")),
            "{mark}"
        );
    }
    for label in ["Jan", "Feb", "Mar", "2026"] {
        assert!(text.contains(&format!(">{label}</text>")), "{label}");
    }
}

#[test]
fn a_value_that_is_not_there_is_a_gap() {
    let text = svg(&counts(&[Some(2.0), Some(2.0), None, Some(2.0), Some(1.0)]));
    assert_eq!(paths(&text, "line hue0"), ["M0 0L250 0M750 0L1000 100"]);
    assert!(text.contains("gap: no value"));
    // A value between two gaps has no stroke, so it has a point.
    let alone = svg(&counts(&[Some(2.0), None, Some(2.0), None, Some(2.0)]));
    assert_eq!(alone.matches("r=\"3.5\"><title>").count(), 3);
}

#[test]
fn few_rows_are_hollow_and_the_period_that_is_not_over_is_dashed() {
    let few = Value {
        evidence: ValueEvidence {
            has_few_rows: true,
            ..ValueEvidence::default()
        },
        ..build::number(2.0, 3)
    };
    let provisional = Value {
        provisional: true,
        ..build::number(4.0, 9)
    };
    let answer = months(
        vec![build::number(4.0, 9), few, provisional],
        DisplayUnit::Points,
    );
    let text = svg(&answer);
    assert_eq!(paths(&text, "line hue0"), ["M0 0L500 100"]);
    assert_eq!(paths(&text, "line provisional hue0"), ["M500 100L1000 0"]);
    assert_eq!(text.matches("circle class=\"few\"").count(), 1);
    assert!(text.contains("2026-02, backlog: 2 points, few: 3 rows"));
    assert!(text.contains("the period is not over"));
}

#[test]
fn a_target_is_a_line_with_its_limit() {
    let judged = |value: f64| build::below(30.0, "below 30 days", build::number(value, 9));
    let text = svg(&months(vec![judged(20.0), judged(60.0)], build::DAYS));
    // 0 to 60 by 20: 30 is half way up.
    assert_eq!(paths(&text, "target all"), ["M0 100L1000 100"]);
    assert!(
        text.contains("<tspan class=\"name\">target </tspan><tspan class=\"value\">30</tspan>"),
        "{text}"
    );
}

#[test]
fn shares_are_drawn_on_all_of_a_hundred_percent_unless_they_are_small() {
    let shares = |values: [f64; 2]| {
        let values = values.map(|value| build::number(value, 90)).to_vec();
        svg(&months(values, DisplayUnit::Percent))
    };
    let whole = shares([0.5, 0.25]);
    assert_eq!(paths(&whole, "line hue0"), ["M0 100L1000 150"]);
    assert!(!whole.contains("not to 100%"));
    let small = shares([0.05, 0.1]);
    assert_eq!(paths(&small, "line hue0"), ["M0 100L1000 0"]);
    assert!(small.contains("scale to 10%, not to 100%"));
}

#[test]
fn severities_have_colours_by_rank_and_their_names_at_the_end() {
    let text = svg(&without_rates(build::months()));
    for (class, name) in [("rank0", "critical"), ("rank1", "high"), ("total", "total")] {
        assert!(
            text.contains(&format!("<path class=\"line provisional {class}\"")),
            "{class}"
        );
        assert!(
            text.contains(&format!("<tspan class=\"name\">{name} </tspan>")),
            "{name}"
        );
    }
}

/// The sample by severity with its counts alone.
fn without_rates(mut answer: Answer) -> Answer {
    answer.columns.remove(3);
    for row in &mut answer.rows {
        row.cells.remove(3);
    }
    answer
}

#[test]
fn values_of_two_units_are_two_charts() {
    let text = svg(&build::months());
    assert!(text.contains(">backlog</text>"));
    assert!(text.contains(">escape_rate</text>"));
}

#[test]
fn an_answer_without_periods_has_a_bar_a_row() {
    let column = AnswerValueColumn {
        kind: Kind::Stock,
        ..build::plain_column(DisplayUnit::Count)
    };
    let row = |team: &str, value: Value| build::group(vec![build::text(team), build::cell(value)]);
    let answer = build::answer(
        "backlog by team",
        vec![
            build::dimension("team", FieldType::Text),
            build::value_column("backlog", column),
        ],
        vec![
            row("web", build::number(4.0, 4)),
            row("data", build::number(1.0, 1)),
            row("<b>", build::none("no rows")),
        ],
    );
    let text = svg(&answer);
    assert!(text.contains("x=\"0%\" width=\"100%\""));
    assert!(text.contains("x=\"0%\" width=\"25%\""));
    assert!(text.contains("none (no rows)"));
    assert!(text.contains("&lt;b&gt;") && !text.contains("<b>"));
}

/// Fourteen teams in two months: more than lines can show. The largest value is 27, and has all of the shade that there is.
#[test]
fn more_lines_than_can_be_told_apart_are_a_table_with_shades() {
    let row = |(team, month): (usize, usize)| {
        let value = match (team, month) {
            (0, 1) => build::none("no rows"),
            _ => build::number((team * 2 + month - 1) as f64, 9),
        };
        let period = build::text(&format!("2026-{month:02}"));
        let name = build::text(&format!("team<{team}>"));
        build::group(vec![period, name, build::cell(value)])
    };
    let places = (1..=2).flat_map(|month| (0..14).map(move |team| (team, month)));
    let columns = vec![
        build::period(),
        build::dimension("team", FieldType::Text),
        build::value_column("backlog", build::plain_column(DisplayUnit::Count)),
    ];
    let answer = build::answer("backlog by team", columns, places.map(row).collect());
    let text = svg(&answer);
    assert_eq!(text.matches("class=\"label\"").count(), 14);
    assert_eq!(text.matches("class=\"cell\"").count(), 27);
    assert_eq!(text.matches(">none</text>").count(), 1);
    // Zero has no shade; 27 of 27 is 0.3, 1 of 27 is 0.01.
    assert_eq!(text.matches("class=\"heat\"").count(), 26 + 1);
    assert_eq!(text.matches("fill-opacity=\"0.30\"").count(), 1);
    assert!(text.contains("fill-opacity=\"0.01\""));
    assert!(text.contains("darker: larger") && text.contains("team&lt;13&gt;"));
    assert!(text.contains("<desc id=\"words\">2026-01 to 2026-02. team&lt;0&gt;: none to 1; "));
}

#[test]
fn what_cannot_be_drawn_says_what_to_use() {
    let refused = render::refusal(&build::findings(), OutputFormat::Svg);
    let why = refused.expect("a list has no chart");
    assert!(
        why.contains("a list has no numbers to draw") && why.contains("--format html"),
        "{why}"
    );
    assert_eq!(
        render::refusal(&build::findings(), OutputFormat::Html),
        None
    );
}

/// No text of the data is more than text, and no answer makes a drawing break off.
fn is_harmless(text: &str) -> bool {
    !text.contains(|letter: char| render::is_harmful(letter) && letter != '\n')
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn charts_of_any_answer_are_well_formed(answer in answer()) {
        let bytes = render::answer(&answer, OutputFormat::Svg, RenderOptions::PIPE);
        let text = String::from_utf8(bytes).unwrap();
        well_formed(&text);
        prop_assert!(is_harmless(&text));
        prop_assert!(!text.contains("NaN") && !text.contains("inf%"));
    }

    #[test]
    fn pages_of_any_answer_hold_their_texts_back(answer in answer(), title in data_text()) {
        let page = render::answer(&answer, OutputFormat::Html, RenderOptions::PIPE);
        let board = render::board(&board_of(&answer, &title), OutputFormat::Html, RenderOptions::PIPE).unwrap();
        for bytes in [page, board] {
            let text = String::from_utf8(bytes).unwrap();
            prop_assert!(is_harmless(&text));
            prop_assert!(!text.contains("<script"));
            prop_assert_eq!(text.matches("<style>").count(), 1);
            prop_assert_eq!(text.matches("<table").count(), text.matches("</table>").count());
        }
    }
}
