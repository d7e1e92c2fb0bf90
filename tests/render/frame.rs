//! Answers as tables of databases have them.

use chrono::{NaiveDate, Weekday};
use polars::prelude::{DataFrame, DataType};
use riskql::base::calendar::Calendar;
use riskql::base::types::{FieldType, Grain};
use riskql::exec::answer::{Answer, Cell, ColumnRole, Level, Row};
use riskql::render;

use super::build;

/// Years that begin in April, weeks on Monday.
fn calendar(zone: &str) -> Calendar {
    Calendar {
        timezone: zone.parse().expect("a zone"),
        week_starts: Weekday::Mon,
        year_starts: 4,
        history_from: None,
    }
}

/// An answer of one column.
fn of_column(name: &str, role: ColumnRole, cells: &[Option<&str>]) -> Answer {
    let mut column = build::field(name, FieldType::Text);
    column.role = role;
    let row = |cell: &Option<&str>| Row {
        level: Level::Group,
        cells: vec![cell.map_or(Cell::Missing, build::text)],
    };
    Answer {
        columns: vec![column],
        rows: cells.iter().map(row).collect(),
        ..build::findings()
    }
}

fn texts(frame: &DataFrame, column: &str) -> Vec<Option<String>> {
    let column = frame.column(column).expect("the column is there");
    let text = |place: usize| {
        let value = column.get(place).expect("a row");
        (!value.is_null()).then(|| value.str_value().into_owned())
    };
    (0..column.len()).map(text).collect()
}

/// Periods and, hand-worked, their first days and their last as far as they are over on 30 April 2026.
#[test]
fn periods_have_their_days() {
    let cases = [
        (Grain::Day, "2026-03-31", "2026-03-31", Some("2026-03-31")),
        (Grain::Week, "2026-W09", "2026-02-23", Some("2026-03-01")),
        (Grain::Month, "2024-02", "2024-02-01", Some("2024-02-29")),
        (Grain::Month, "2026-04", "2026-04-01", Some("2026-04-30")),
        // The first quarter of the year that ends in 2027 has begun.
        (Grain::Quarter, "2027-Q1", "2026-04-01", Some("2026-04-30")),
        (Grain::Quarter, "2026-Q4", "2026-01-01", Some("2026-03-31")),
        (Grain::Year, "2026", "2025-04-01", Some("2026-03-31")),
        (Grain::Month, "2026-05", "2026-05-01", None),
    ];
    for (grain, period, first, last) in cases {
        let answer = of_column("period", ColumnRole::Period(grain), &[Some(period), None]);
        let frame = render::table_frame(&answer, &calendar("UTC"), &[]);
        let expected = |day: Option<&str>| vec![day.map(str::to_owned), None];
        assert_eq!(texts(&frame, "period"), expected(Some(period)));
        assert_eq!(
            texts(&frame, "period_start"),
            expected(Some(first)),
            "{period}"
        );
        assert_eq!(texts(&frame, "period_end"), expected(last), "{period}");
        let of = |name: &str| {
            frame
                .column(name)
                .expect("the column is there")
                .dtype()
                .clone()
        };
        assert_eq!(of("period"), DataType::String);
        assert_eq!(
            [of("period_start"), of("period_end")],
            [DataType::Date, DataType::Date]
        );
    }
}

/// A day of a list is a midnight of the calendar's zone: in India at half past six in the evening before.
#[test]
fn dates_of_lists_are_instants() {
    let cells = [
        "2026-03-02",
        "2026-03-02T10:00:00+05:30",
        "2026-03-02T10:00:00.25Z",
    ];
    let cells = [Some(cells[0]), Some(cells[1]), Some(cells[2]), None];
    let answer = of_column("found_at", ColumnRole::Field(FieldType::Date), &cells);
    let frame = render::table_frame(&answer, &calendar("Asia/Kolkata"), &[]);
    let at = |month, day, hour, minute, millis| {
        let day = NaiveDate::from_ymd_opt(2026, month, day).expect("a day");
        let time = day
            .and_hms_milli_opt(hour, minute, 0, millis)
            .expect("a time");
        Some(time.and_utc().timestamp_micros())
    };
    let expected = [
        at(3, 1, 18, 30, 0),
        at(3, 2, 4, 30, 0),
        at(3, 2, 10, 0, 250),
        None,
    ];
    let found = frame
        .column("found_at")
        .expect("the column is there")
        .to_physical_repr();
    let found: Vec<Option<i64>> = found.i64().expect("instants").iter().collect();
    assert_eq!(found, expected);
}

#[test]
fn texts_are_days_where_they_are_said_to_be() {
    let answer = of_column(
        "first",
        ColumnRole::Field(FieldType::Text),
        &[Some("2026-03-02")],
    );
    let frame = render::table_frame(&answer, &calendar("Asia/Kolkata"), &["first"]);
    assert_eq!(texts(&frame, "first"), [Some("2026-03-02".to_owned())]);
    assert_eq!(
        frame.column("first").expect("a column").dtype(),
        &DataType::Date
    );
}

/// What is asked for keeps its name; what is added gives way.
#[test]
fn names_that_are_taken() {
    let mut answer = of_column("query", ColumnRole::Field(FieldType::Text), &[Some("mine")]);
    answer.columns.push(build::field("query_", FieldType::Text));
    answer.rows[0].cells.push(build::text("mine too"));
    let frame = render::table_frame(&answer, &calendar("UTC"), &[]);
    assert_eq!(texts(&frame, "query"), [Some("mine".to_owned())]);
    assert_eq!(texts(&frame, "query_"), [Some("mine too".to_owned())]);
    assert_eq!(texts(&frame, "query__"), [Some(answer.query.clone())]);
}

/// A table of no rows has its columns all the same.
#[test]
fn no_rows() {
    let answer = of_column("period", ColumnRole::Period(Grain::Month), &[]);
    let frame = render::table_frame(&answer, &calendar("UTC"), &[]);
    assert_eq!((frame.height(), frame.width()), (0, 9));
}
