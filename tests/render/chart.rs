//! Charts: where points and bars stand, worked out by hand, and how the whole looks.

use insta::assert_snapshot;
use riskql::base::types::{DisplayUnit, FieldType};
use riskql::exec::answer::Answer;
use riskql::render::{ChartKind, RenderOptions, chart};
use unicode_width::UnicodeWidthStr;

use super::{build, plain};

/// Months 1 to n of 2026 with these values of one column.
fn months(values: &[Option<f64>]) -> Answer {
    let rows = values.iter().enumerate().map(|(index, value)| {
        let value = value.map_or(build::none("no rows"), |value| build::number(value, 1));
        build::group(vec![
            build::text(&format!("2026-{:02}", index + 1)),
            build::cell(value),
        ])
    });
    let column = build::plain_column(DisplayUnit::Count);
    let columns = vec![build::period(), build::value_column("backlog", column)];
    build::answer("backlog over month", columns, rows.collect())
}

fn teams(values: &[(&str, Option<f64>)], unit: DisplayUnit) -> Answer {
    let rows = values.iter().map(|(team, value)| {
        let value = value.map_or(build::none("no rows"), |value| build::number(value, 1));
        build::group(vec![build::text(team), build::cell(value)])
    });
    let columns = vec![
        build::dimension("team", FieldType::Text),
        build::value_column("mttr", build::plain_column(unit)),
    ];
    build::answer("mttr by team", columns, rows.collect())
}

fn lines(answer: &Answer, kind: ChartKind, look: RenderOptions, height: usize) -> Vec<String> {
    let text = chart(answer, Some(kind), look, height).expect("a chart");
    text.lines().map(str::to_string).collect()
}

fn ascii(width: usize) -> RenderOptions {
    RenderOptions {
        unicode: false,
        ..plain(width)
    }
}

/// Five months in 17 columns: a point every four columns, and 0 to 4 on five lines. Between two
/// points the line rises half way, at the second of the four columns.
#[test]
fn points_stand_where_their_values_are() {
    let answer = months(&[Some(0.0), Some(1.0), Some(2.0), Some(3.0), Some(4.0)]);
    // One column for the number, two for the axis: 17 are left of 20.
    let text = lines(&answer, ChartKind::Line, ascii(20), 5);
    assert_eq!(
        text[..9],
        [
            "backlog",
            "4 |              aaa",
            "  |          aaaa",
            "2 |      aaaa",
            "  |  aaaa",
            "0 |aa",
            "  +-----------------",
            "   2026-01   2026-05",
            "",
        ]
    );
}

#[test]
fn a_gap_is_a_gap_and_no_zero() {
    let answer = months(&[Some(2.0), Some(2.0), None, Some(2.0), Some(2.0)]);
    let text = lines(&answer, ChartKind::Line, ascii(20), 5);
    // Months 1 and 2 are columns 0 to 4, months 4 and 5 columns 12 to 16.
    assert_eq!(text[1], "2 |aaaaa       aaaaa");
    assert!(
        text[2..6].iter().all(|line| !line.contains('a')),
        "{text:?}"
    );
}

/// Two months in 8 columns of 2 dots and 3 lines of 4: from dot (0, 0) to dot (15, 11).
#[test]
fn braille_has_eight_points_a_cell() {
    let answer = months(&[Some(0.0), Some(12.0)]);
    let text = lines(&answer, ChartKind::Line, plain(12), 3);
    let plot: Vec<Vec<char>> = text[1..4]
        .iter()
        .map(|line| line.chars().skip(4).collect())
        .collect();
    // The lowest left dot is 0x40 of the first cell below, the highest right 0x08 of the last above.
    assert_eq!(u32::from(plot[2][0]) & 0x40, 0x40);
    assert_eq!(u32::from(plot[0][7]) & 0x08, 0x08, "{text:?}");
    assert!(text[1].starts_with("12 ┤"), "{text:?}");
}

#[test]
fn bars_are_as_long_as_their_values_and_none_is_a_word() {
    let answer = teams(
        &[
            ("a", Some(20.0)),
            ("b", Some(10.0)),
            ("c", Some(0.0)),
            ("d", None),
        ],
        build::DAYS,
    );
    let text = lines(&answer, ChartKind::Bar, ascii(40), 12);
    // a letter, a gap, `mttr (days)`, a gap: 24 columns are left, less one gap kept for verdicts.
    let bars: Vec<usize> = text[2..6]
        .iter()
        .map(|line| line.matches('#').count())
        .collect();
    assert_eq!(bars[0], 2 * bars[1]);
    assert!(bars[0] >= 20, "{text:?}");
    assert_eq!(bars[2..], [0, 0]);
    assert!(text[5].ends_with("none"), "{text:?}");
    assert!(text[0].ends_with("mttr (days)"), "{text:?}");
}

#[test]
fn negative_bars_end_where_positive_ones_begin() {
    let answer = teams(&[("a", Some(-10.0)), ("b", Some(10.0))], DisplayUnit::Count);
    let text = lines(&answer, ChartKind::Bar, ascii(40), 12);
    let end = text[2].rfind('#').expect("a bar");
    let start = text[3].find('#').expect("a bar");
    assert_eq!(end + 1, start, "{text:?}");
}

#[test]
fn charts_fit_every_width() {
    let many: Vec<Option<f64>> = (0..12)
        .map(|month| Some(f64::from(month * month)))
        .collect();
    let answers = [
        months(&many),
        build::months(),
        build::teams(),
        months(&[Some(5.0)]),
    ];
    for answer in &answers {
        for width in (40..=200).step_by(7) {
            for unicode in [true, false] {
                let look = RenderOptions {
                    unicode,
                    ..plain(width)
                };
                for kind in [ChartKind::Line, ChartKind::Bar, ChartKind::Spark] {
                    let Ok(text) = chart(answer, Some(kind), look, 12) else {
                        continue;
                    };
                    for line in text.lines() {
                        assert!(line.width() <= width, "{width}: {line}");
                        assert!(!line.ends_with(' '), "{line:?}");
                        assert!(unicode || line.is_ascii(), "{line}");
                    }
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_drawn_says_why() {
    let why =
        |answer: &Answer, kind| chart(answer, kind, RenderOptions::PIPE, 12).expect_err("no chart");
    assert!(why(&build::findings(), None).contains("list"));
    assert!(why(&build::teams(), Some(ChartKind::Line)).contains("periods"));
    assert!(why(&build::months(), Some(ChartKind::Line)).contains("units"));
    assert!(why(&months(&[]), None).contains("no rows"));
    assert!(why(&months(&[None, None]), Some(ChartKind::Line)).contains("none"));
}

#[test]
fn hostile_names_stay_harmless() {
    let answer = teams(
        &[("\x1b[2Jred\n", Some(1.0)), ("b", Some(2.0))],
        DisplayUnit::Count,
    );
    let text = chart(&answer, None, plain(40), 12).expect("a chart");
    assert!(
        text.chars()
            .all(|letter| letter == '\n' || !letter.is_control())
    );
}

#[test]
fn charts_at_two_widths() {
    let two = {
        let mut answer = build::months();
        for row in &mut answer.rows {
            row.cells.pop();
        }
        answer.columns.pop();
        answer
    };
    let wave: Vec<Option<f64>> = (0..12)
        .map(|month| Some(f64::from(20 + (month * 7) % 12)))
        .collect();
    for width in [40, 80] {
        let look = plain(width);
        let drawn = [
            chart(&months(&wave), None, look, 8),
            chart(&two, None, look, 8),
            chart(&build::teams(), None, look, 8),
            chart(&months(&wave), Some(ChartKind::Spark), look, 8),
        ];
        let drawn: Vec<String> = drawn
            .into_iter()
            .map(|chart| chart.expect("a chart"))
            .collect();
        assert_snapshot!(format!("charts_{width}"), drawn.join("\n"));
    }
}
