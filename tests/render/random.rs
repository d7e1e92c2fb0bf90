//! Properties of every format over random answers.

use proptest::prelude::*;
use riskql::base::types::{DisplayUnit, FieldType, TimeUnit};
use riskql::exec::answer::{
    Answer, AnswerColumn, AnswerValueColumn, Board, BoardCard, Cell, Level, Row, Value,
};
use riskql::lang::model::CardKind;
use riskql::render::{self, ChartKind, CsvTexts, OutputFormat, RenderOptions};
use unicode_width::UnicodeWidthStr;

use super::build;

fn unit() -> impl Strategy<Value = DisplayUnit> {
    prop::sample::select(vec![
        DisplayUnit::Count,
        DisplayUnit::Percent,
        DisplayUnit::Points,
        DisplayUnit::Ratio,
        DisplayUnit::Time(TimeUnit::Days),
    ])
}

fn value_column() -> impl Strategy<Value = AnswerValueColumn> {
    (unit(), any::<[bool; 3]>()).prop_map(|(unit, [target, previous, band])| AnswerValueColumn {
        with_target: target,
        comparisons: build::one_comparison(previous),
        with_band: band,
        ..build::plain_column(unit)
    })
}

pub(super) fn data_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z -]{0,60}",
        any::<String>(),
        ".{0,200}",
        Just("🔥\u{200d}❤\u{fe0f}漢字".to_string()),
    ]
}

fn finite() -> impl Strategy<Value = f64> {
    prop_oneof![
        -1000.0..1000.0f64,
        0.0..1.0f64,
        any::<i32>().prop_map(f64::from)
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let number = prop::option::weighted(0.8, finite());
    (
        number,
        prop::option::of(finite()),
        finite(),
        data_text(),
        any::<[bool; 3]>(),
    )
        .prop_map(
            |(number, previous, limit, band, [judged, provisional, banded])| {
                let value = Value {
                    value: number,
                    reason: number.is_none().then(|| "division by zero".to_string()),
                    band: banded.then_some(band),
                    provisional,
                    ..build::number(0.0, 3)
                };
                let value = build::compared("2026-03", previous, value);
                if judged {
                    build::below(limit, "below some limit", value)
                } else {
                    value
                }
            },
        )
}

fn level() -> impl Strategy<Value = Level> {
    prop::sample::select(vec![Level::Group, Level::Group, Level::Other, Level::Total])
}

fn row(dimensions: usize, values: usize) -> impl Strategy<Value = Row> {
    let texts = prop::collection::vec(prop::option::of(data_text()), dimensions);
    (
        level(),
        1..13u32,
        texts,
        prop::collection::vec(value(), values),
    )
        .prop_map(|(level, month, texts, values)| {
            let mut cells = vec![Cell::Text(format!("2026-{month:02}"))];
            cells.extend(
                texts
                    .into_iter()
                    .map(|text| text.map_or(Cell::Missing, Cell::Text)),
            );
            cells.extend(values.into_iter().map(build::cell));
            build::row(level, cells)
        })
}

pub(super) fn answer() -> impl Strategy<Value = Answer> {
    (
        0..3usize,
        prop::collection::vec(value_column(), 1..5),
        any::<String>(),
    )
        .prop_flat_map(|(dimensions, values, note)| {
            let rows = prop::collection::vec(row(dimensions, values.len()), 0..14);
            (Just(dimensions), Just(values), Just(note), rows)
        })
        .prop_map(|(dimensions, values, note, rows)| {
            let mut columns: Vec<AnswerColumn> = vec![build::period()];
            for index in 0..dimensions {
                columns.push(build::dimension(
                    &format!("dimension_{index}"),
                    FieldType::Text,
                ));
            }
            for (index, value) in values.into_iter().enumerate() {
                columns.push(build::value_column(&format!("kpi_{index}"), value));
            }
            let mut answer = build::answer("kpi_0", columns, rows);
            answer.excluded = vec![build::excluded("kpi_0", 3, &note)];
            answer.notes = vec![note];
            answer
        })
}

fn text(answer: &Answer, format: OutputFormat, look: RenderOptions) -> String {
    String::from_utf8(render::answer(answer, format, look)).expect("text")
}

/// The answer as every kind of card.
pub(super) fn board_of(answer: &Answer, title: &str) -> Board {
    let history = [Some(1.0), None, Some(3.0)];
    let card = |kind, answer: Answer| BoardCard {
        history: history
            .iter()
            .enumerate()
            .map(build::history_point)
            .collect(),
        ..build::card(kind, title, answer)
    };
    let last_column = answer.columns.len() - 1;
    let numbers = answer.rows.iter().map(|row| {
        let mut one = answer.clone();
        one.columns = vec![answer.columns[last_column].clone()];
        one.rows = vec![build::group(vec![row.cells[last_column].clone()])];
        card(CardKind::Number, one)
    });
    let mut board = build::board();
    board.layers[0].cards = numbers.collect();
    board.layers[1].cards = [
        CardKind::Line,
        CardKind::Matrix,
        CardKind::Table,
        CardKind::List,
    ]
    .map(|kind| card(kind, answer.clone()))
    .to_vec();
    board.title = title.to_string();
    board
}

/// Texts as the data has them.
const RAW: RenderOptions = RenderOptions {
    csv: CsvTexts::Raw,
    ..RenderOptions::PIPE
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_line_is_wider_than_the_terminal(answer in answer(), width in 40..130usize, unicode: bool) {
        let look = RenderOptions { width: Some(width), unicode, ..RenderOptions::PIPE };
        let plain = text(&answer, OutputFormat::Table, look);
        for line in plain.lines() {
            prop_assert!(line.width() <= width, "{} > {width}: {line:?}", line.width());
            prop_assert!(!line.ends_with(' '), "{line:?}");
        }
        prop_assert!(!plain.contains(|letter: char| letter.is_control() && letter != '\n'));
        let colored = text(&answer, OutputFormat::Table, RenderOptions { color: true, ..look });
        let stripped = ["0", "1", "2", "31", "32"]
            .iter()
            .fold(colored, |text, code| text.replace(&format!("\x1b[{code}m"), ""));
        prop_assert_eq!(stripped, plain);
    }

    #[test]
    fn no_line_of_a_board_is_wider_than_the_terminal(answer in answer(), title in data_text(), width in 0..130usize) {
        let board = board_of(&answer, &title);
        let look = RenderOptions { width: Some(width), ..RenderOptions::PIPE };
        let text = String::from_utf8(render::board(&board, OutputFormat::Table, look).unwrap()).unwrap();
        for line in text.lines().filter(|_| width >= 40) {
            prop_assert!(line.width() <= width, "{} > {width}: {line:?}", line.width());
        }
        for format in [OutputFormat::Json, OutputFormat::Jsonl, OutputFormat::Csv, OutputFormat::Md] {
            prop_assert!(render::board(&board, format, look).is_ok());
        }
    }

    #[test]
    fn charts_fit_and_end_their_lines(answer in answer(), width in 40..130usize, unicode: bool, rows in prop::option::of(3..20usize)) {
        let look = RenderOptions { width: Some(width), unicode, rows, ..RenderOptions::PIPE };
        for kind in [None, Some(ChartKind::Line), Some(ChartKind::Bar), Some(ChartKind::Spark)] {
            let Ok(text) = render::chart(&answer, kind, look, 8) else { continue };
            for line in text.lines() {
                prop_assert!(line.width() <= width, "{} > {width}: {line:?}", line.width());
                prop_assert!(!line.ends_with(' '), "{line:?}");
            }
            prop_assert!(!text.contains(|letter: char| letter.is_control() && letter != '\n'));
        }
    }

    /// Hiding rows widens nothing, and a pipe never hides any.
    #[test]
    fn a_cut_answer_fits_and_says_so(answer in answer(), width in 40..130usize, rows in 3..9usize) {
        let look = RenderOptions { width: Some(width), rows: Some(rows), in_session: true, ..RenderOptions::PIPE };
        let cut = text(&answer, OutputFormat::Table, look);
        for line in cut.lines() {
            prop_assert!(line.width() <= width, "{} > {width}: {line:?}", line.width());
            prop_assert!(!line.ends_with(' '), "{line:?}");
        }
        if answer.rows.len() > rows + 1 {
            prop_assert!(cut.contains("\\page") && cut.contains("\\output"), "{cut}");
        }
        prop_assert!(!text(&answer, OutputFormat::Table, RenderOptions::PIPE).contains("\\page"));
    }

    #[test]
    fn a_narrow_terminal_is_no_reason_to_panic(answer in answer(), width in 0..40usize) {
        let look = RenderOptions { width: Some(width), ..RenderOptions::PIPE };
        text(&answer, OutputFormat::Table, look);
    }

    #[test]
    fn machines_read_back_every_row(answer in answer()) {
        let json: serde_json::Value = serde_json::from_str(&text(&answer, OutputFormat::Json, RenderOptions::PIPE)).unwrap();
        let rows = json["rows"].as_array().unwrap();
        prop_assert_eq!(rows.len(), answer.rows.len());
        prop_assert_eq!(text(&answer, OutputFormat::Jsonl, RenderOptions::PIPE).lines().count(), rows.len());
        let csv = render::answer(&answer, OutputFormat::Csv, RAW);
        let records: Vec<csv::StringRecord> =
            csv::Reader::from_reader(csv.as_slice()).records().map(Result::unwrap).collect();
        prop_assert_eq!(records.len(), rows.len());
        for (record, row) in records.iter().zip(rows) {
            prop_assert_eq!(&record[0], row["period"].as_str().unwrap());
            if let Some(dimension) = row.get("dimension_0") {
                prop_assert_eq!(&record[1], dimension.as_str().unwrap_or(""));
            }
        }
    }

    #[test]
    fn a_markdown_table_keeps_its_columns(answer in answer()) {
        let text = text(&answer, OutputFormat::Md, RenderOptions::PIPE);
        let bars = |line: &str| line.replace("\\\\", "").replace("\\|", "").matches('|').count();
        let mut lines = text.lines();
        let expected = bars(lines.next().unwrap());
        for line in lines.take(answer.rows.len() + 1) {
            prop_assert_eq!(bars(line), expected, "{}", line);
        }
    }
}
