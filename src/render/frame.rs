//! An answer as a frame of typed columns: as Parquet has it, and as a table of a database has it. With `parquet`, the files of
//! `render` that know polars.

use polars::prelude::{Column, DataFrame, DataType, TimeUnit};

use super::flat::{self, Datum, DatumType, FlatKey, FlatPart};
use crate::base::calendar::{self, Calendar};
use crate::base::instants;
use crate::base::iso_dates::{self, Written};
use crate::base::types::FieldType;
use crate::exec::answer::{Answer, ColumnRole, Row};

/// An answer's rows. Numbers are 64-bit floats, rows unsigned integers, everything else text or
/// boolean; *none* is null.
pub(super) fn answer(answer: &Answer) -> DataFrame {
    let columns = flat::keys(answer)
        .iter()
        .map(|key| column(key, &answer.rows))
        .collect();
    whole(answer, columns)
}

/// The rows as a table of a database has them, which stands by itself: dates are of a type of their own, periods have their
/// days, and each row says what was asked and of which data. `days` are columns of texts that are days.
pub fn table_frame(answer: &Answer, calendar: &Calendar, days: &[&str]) -> DataFrame {
    let mut columns = Vec::new();
    let mut added = Vec::new();
    for key in flat::keys(answer) {
        let made = column(&key, &answer.rows);
        columns.push(match role(answer, key.part) {
            Some(ColumnRole::Period(_)) => {
                added.extend(period_days(answer, calendar, &made));
                made
            }
            Some(ColumnRole::Field(FieldType::Date)) => instants(calendar, &made),
            Some(ColumnRole::Field(_)) if days.contains(&key.name.as_str()) => {
                days_of(&made, |text| day(calendar, text))
            }
            Some(ColumnRole::Dimension(_) | ColumnRole::Field(_) | ColumnRole::Value(_)) | None => {
                made
            }
        });
    }
    added.extend(circumstances(answer));
    for mut column in added {
        while columns.iter().any(|one| one.name() == column.name()) {
            column.rename(format!("{}_", column.name()).into());
        }
        columns.push(column);
    }
    whole(answer, columns)
}

fn whole(answer: &Answer, columns: Vec<Column>) -> DataFrame {
    DataFrame::new(answer.rows.len(), columns)
        .expect("keys are unique and every column has a value for each row")
}

/// What the column of a key is, if the key is one.
fn role(answer: &Answer, part: FlatPart) -> Option<&ColumnRole> {
    match part {
        FlatPart::Cell(index) => Some(&answer.columns[index].role),
        _ => None,
    }
}

/// What holds for all rows of an answer, by the keys that JSON has.
fn circumstances(answer: &Answer) -> Vec<Column> {
    let context = &answer.context;
    let text =
        |name: &str, text: Option<&str>| Column::new(name.into(), vec![text; answer.rows.len()]);
    let instant = vec![instants::parse(&context.as_of_instant); answer.rows.len()];
    vec![
        text("query", Some(&answer.query)),
        text("as_of", Some(&context.as_of)),
        as_instants("as_of_instant", instant),
        text("known_on", context.known_on.as_deref()),
        text("definitions", Some(&context.definitions)),
        text("data", Some(&context.data)),
    ]
}

/// The first day of each period, and the last as far as it is over.
fn period_days(answer: &Answer, calendar: &Calendar, periods: &Column) -> [Column; 2] {
    let as_of = instants::parse(&answer.context.as_of_instant);
    let last_known = as_of.and_then(|as_of| calendar::local_day(calendar, as_of - 1));
    let first = days_of(periods, |text| Some(calendar::parse(calendar, text)?.start));
    let last = days_of(periods, |text| {
        let period = calendar::parse(calendar, text)?;
        let last = calendar::end_of(period).pred_opt()?;
        // A period that has not begun has no day that is over.
        let last = last_known.map_or(last, |known| last.min(known));
        (last >= period.start).then_some(last)
    });
    let of = |mut column: Column, suffix: &str| {
        column.rename(format!("{}_{suffix}", periods.name()).into());
        column
    };
    [of(first, "start"), of(last, "end")]
}

/// A column of days made of one of texts.
fn days_of(texts: &Column, day: impl Fn(&str) -> Option<chrono::NaiveDate>) -> Column {
    let epoch = chrono::NaiveDate::default();
    let days = texts_of(texts).map(|text| {
        let since = day(text?)?.signed_duration_since(epoch);
        i32::try_from(since.num_days()).ok()
    });
    Column::new(texts.name().clone(), days.collect::<Vec<_>>())
        .cast(&DataType::Date)
        .expect("whole numbers are days")
}

fn day(calendar: &Calendar, text: &str) -> Option<chrono::NaiveDate> {
    calendar::parse(calendar, text).map(|period| period.start)
}

/// Dates as lists show them → instants.
fn instants(calendar: &Calendar, texts: &Column) -> Column {
    let instant = |text: &str| match iso_dates::parse(text.as_bytes())? {
        Written::Instant(micros) => Some(micros),
        Written::Local(micros) => {
            let local = chrono::DateTime::from_timestamp_micros(micros)?.naive_utc();
            Some(calendar::instant_of(calendar, local))
        }
        Written::Never => None,
    };
    let found = texts_of(texts).map(|text| instant(text?));
    as_instants(texts.name(), found.collect())
}

fn as_instants(name: &str, micros: Vec<Option<i64>>) -> Column {
    Column::new(name.into(), micros)
        .cast(&DataType::Datetime(TimeUnit::Microseconds, None))
        .expect("whole numbers are instants")
}

fn texts_of(column: &Column) -> impl Iterator<Item = Option<&str>> {
    column.str().expect("a column of texts").iter()
}

fn column(key: &FlatKey, rows: &[Row]) -> Column {
    let name = key.name.as_str().into();
    let data = rows.iter().map(|row| flat::datum(row, key.part));
    match key.holds {
        DatumType::Text => Column::new(name, data.map(text).collect::<Vec<_>>()),
        DatumType::YesNo => Column::new(name, data.map(yes_no).collect::<Vec<_>>()),
        DatumType::Number | DatumType::Count => {
            Column::new(name, data.map(number).collect::<Vec<_>>())
        }
        DatumType::Rows => Column::new(name, data.map(count).collect::<Vec<_>>()),
    }
}

fn text(datum: Datum<'_>) -> Option<&str> {
    match datum {
        Datum::Text(text) => Some(text),
        Datum::Null | Datum::YesNo(_) | Datum::Number(_) | Datum::Rows(_) => None,
    }
}

fn yes_no(datum: Datum) -> Option<bool> {
    match datum {
        Datum::YesNo(yes) => Some(yes),
        Datum::Null | Datum::Text(_) | Datum::Number(_) | Datum::Rows(_) => None,
    }
}

fn number(datum: Datum) -> Option<f64> {
    match datum {
        Datum::Number(value) => Some(value),
        Datum::Null | Datum::Text(_) | Datum::YesNo(_) | Datum::Rows(_) => None,
    }
}

fn count(datum: Datum) -> Option<u64> {
    match datum {
        Datum::Rows(rows) => Some(rows),
        Datum::Null | Datum::Text(_) | Datum::YesNo(_) | Datum::Number(_) => None,
    }
}
