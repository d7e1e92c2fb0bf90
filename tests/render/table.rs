//! Tables at several widths.

use insta::assert_snapshot;
use riskql::base::types::{DisplayUnit, FieldType};
use riskql::exec::answer::Answer;
use riskql::render::{self, OutputFormat, RenderOptions};

use super::{build, plain};

fn table(answer: &Answer, look: RenderOptions) -> String {
    String::from_utf8(render::answer(answer, OutputFormat::Table, look)).unwrap()
}

#[test]
fn teams_against_a_target() {
    assert_snapshot!("teams_40", table(&build::teams(), plain(40)));
    assert_snapshot!("teams_60", table(&build::teams(), plain(60)));
    assert_snapshot!("teams_100", table(&build::teams(), plain(100)));
    assert_snapshot!("teams_pipe", table(&build::teams(), RenderOptions::PIPE));
}

#[test]
fn months_with_totals() {
    assert_snapshot!("months_40", table(&build::months(), plain(40)));
    assert_snapshot!("months_60", table(&build::months(), plain(60)));
    assert_snapshot!("months_100", table(&build::months(), plain(100)));
    assert_snapshot!("months_pipe", table(&build::months(), RenderOptions::PIPE));
}

#[test]
fn findings_with_hostile_titles() {
    assert_snapshot!("findings_40", table(&build::findings(), plain(40)));
    assert_snapshot!("findings_60", table(&build::findings(), plain(60)));
    assert_snapshot!("findings_100", table(&build::findings(), plain(100)));
    assert_snapshot!(
        "findings_pipe",
        table(&build::findings(), RenderOptions::PIPE)
    );
}

#[test]
fn colours_repeat_what_words_say() {
    let look = RenderOptions {
        color: true,
        ..plain(100)
    };
    let colored = table(&build::teams(), look);
    assert_snapshot!("teams_color", colored.replace('\x1b', "ESC"));
    assert_eq!(without_styles(&colored), table(&build::teams(), plain(100)));
}

fn without_styles(text: &str) -> String {
    ["\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m"]
        .iter()
        .fold(text.to_string(), |text, style| text.replace(style, ""))
}

#[test]
fn ascii_where_nothing_else_can_be_shown() {
    let look = RenderOptions {
        unicode: false,
        ..plain(40)
    };
    let text = table(&build::months(), look) + &table(&build::teams(), look);
    assert!(text.is_ascii());
    assert_snapshot!("ascii", text);
}

#[test]
fn a_year_of_months_has_its_course_below() {
    let mut year = build::months();
    let one = year.rows[..3].to_vec();
    year.rows.clear();
    for month in 1..=12u64 {
        for row in &one {
            let mut row = row.clone();
            row.cells[0] = build::text(&format!("2025-{month:02}"));
            row.cells[2] = build::cell(build::number((month * 5 % 13 + month) as f64, month));
            year.rows.push(row);
        }
    }
    year.columns.pop();
    for row in &mut year.rows {
        row.cells.pop();
    }
    let text = table(&year, plain(60));
    let course: Vec<&str> = text
        .lines()
        .skip_while(|line| !line.starts_with("trend"))
        .collect();
    assert_snapshot!("year_trend", course.join("\n"));
}

#[test]
fn an_empty_answer_says_so() {
    let mut empty = build::teams();
    empty.rows.clear();
    assert_snapshot!("empty", table(&empty, plain(60)));
}

/// A list of which no columns were chosen keeps its table: those at the end give way, and the first stays.
#[test]
fn columns_that_nobody_asked_for_give_way() {
    let mut answer = build::findings();
    let names: Vec<String> = answer
        .columns
        .iter()
        .map(|column| column.title.clone())
        .collect();
    for column in answer.columns.iter_mut().skip(1) {
        column.is_optional = true;
    }
    let text = table(&answer, plain(40));
    let header = text.lines().next().expect("a header");
    assert!(header.contains(&names[0]), "{text}");
    assert!(text.contains("no room for "), "{text}");
    let last = names.last().expect("columns");
    assert!(!header.contains(last) && text.contains(last), "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 40),
        "{text}"
    );
    // Where there is room nothing is left out.
    assert!(!table(&answer, RenderOptions::PIPE).contains("no room for"));
}

#[test]
fn a_long_series_of_many_groups_is_drawn_in_time_that_grows_with_its_rows() {
    let mut rows = Vec::new();
    for day in 0..1900 {
        for app in 0..96 {
            rows.push(build::group(vec![
                build::text(&format!("{day:04}")),
                build::text(&format!("app {app}")),
                build::cell(build::number(f64::from(day % 7), 3)),
            ]));
        }
    }
    let columns = vec![
        build::period(),
        build::dimension("app", FieldType::Text),
        build::value_column("backlog", build::plain_column(DisplayUnit::Count)),
    ];
    let answer = build::answer("q", columns, rows);
    let look = RenderOptions {
        rows: Some(30),
        ..plain(100)
    };
    let start = std::time::Instant::now();
    let text = render::answer(&answer, OutputFormat::Table, look);
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    assert!(String::from_utf8(text).unwrap().contains("app 95"));
}
