//! Random tables in all physical types that a column may have, in Parquet and Arrow files, in a zone
//! where clocks change: both hold the same values.

use polars::prelude::{
    Categories, Column as FrameColumn, DataFrame, DataType, FrozenCategories, IntoColumn,
    NamedFrom, Series, TimeUnit, TimeZone,
};
use proptest::prelude::*;
use riskql::exec::data::Location;

use super::fixture::{
    FINDINGS, definitions, everything, folder, load_findings, only_message, path_in, table_shown,
};
use super::formats::{arrow, parquet};
use super::reading::load;

type Cells<T> = Vec<Option<T>>;

#[derive(Clone, Debug)]
struct Columns {
    assets: Cells<String>,
    titles: Cells<String>,
    severities: Cells<&'static str>,
    answers: Cells<bool>,
    numbers: Cells<i32>,
    /// Seconds.
    dates: Cells<i64>,
    /// Which physical type each column has.
    kinds: [usize; 7],
    group: usize,
}

fn columns() -> impl Strategy<Value = Columns> {
    (1usize..60).prop_flat_map(|rows| {
        let severity =
            prop::sample::select(vec!["info", "low", " HIGH ", "critical", "moderate", ""]);
        let title = "[ -~äß]{0,3}|[ -~]{10,16}| *";
        (
            prop::collection::vec(prop::option::of("[A-C] ?"), rows),
            prop::collection::vec(prop::option::of(title), rows),
            prop::collection::vec(prop::option::of(severity), rows),
            prop::collection::vec(prop::option::of(any::<bool>()), rows),
            prop::collection::vec(prop::option::of(-1_000_000..1_000_000i32), rows),
            prop::collection::vec(prop::option::of(-9_000_000_000i64..9_000_000_000), rows),
            prop::array::uniform7(0usize..60),
            1..rows + 1,
        )
            .prop_map(
                |(assets, titles, severities, answers, numbers, dates, kinds, group)| Columns {
                    assets,
                    titles,
                    severities,
                    answers,
                    numbers,
                    dates,
                    kinds,
                    group,
                },
            )
    })
}

/// A text column in one of its types.
fn texts(name: &str, cells: &[Option<String>], kind: usize) -> FrameColumn {
    let series = Series::new(name.into(), cells.to_vec());
    let mut words: Vec<&str> = cells.iter().flatten().map(String::as_str).collect();
    words.sort_unstable();
    words.dedup();
    let to = match kind % 3 {
        0 => DataType::String,
        1 => DataType::from_categories(Categories::global()),
        _ => DataType::from_frozen_categories(FrozenCategories::new(words).expect("words")),
    };
    series.cast(&to).expect("a cast").into_column()
}

fn numbers(name: &str, cells: &Cells<i32>, kind: usize) -> FrameColumn {
    let series = Series::new(name.into(), cells.clone());
    let to = [
        DataType::Int32,
        DataType::Int64,
        DataType::Float32,
        DataType::Float64,
        DataType::String,
    ];
    series
        .cast(&to[kind % to.len()])
        .expect("a cast")
        .into_column()
}

fn answers(name: &str, cells: &Cells<bool>, kind: usize) -> FrameColumn {
    let series = Series::new(name.into(), cells.clone());
    let to = [
        DataType::Boolean,
        DataType::Int32,
        DataType::UInt64,
        DataType::String,
    ];
    series
        .cast(&to[kind % to.len()])
        .expect("a cast")
        .into_column()
}

fn dates(name: &str, cells: &Cells<i64>, kind: usize) -> FrameColumn {
    let (unit, factor) = [
        (TimeUnit::Milliseconds, 1_000),
        (TimeUnit::Microseconds, 1_000_000),
        (TimeUnit::Nanoseconds, 1_000_000_000),
    ][kind % 3];
    let counts = cells
        .iter()
        .map(|cell| cell.map(|seconds| seconds * factor));
    let series = Series::new(name.into(), counts.collect::<Cells<i64>>());
    let zone = (kind / 3).is_multiple_of(2).then_some(TimeZone::UTC);
    let instants = series
        .cast(&DataType::Datetime(unit, zone))
        .expect("instants");
    match kind / 6 % 3 {
        0 => instants.cast(&DataType::Date).expect("days").into_column(),
        _ => instants.into_column(),
    }
}

fn frame(columns: &Columns) -> DataFrame {
    let rows = columns.assets.len();
    let ids: Vec<String> = (0..rows).map(|row| format!("F{row}")).collect();
    let severities: Vec<Option<String>> = columns
        .severities
        .iter()
        .map(|cell| cell.map(str::to_owned))
        .collect();
    let kinds = columns.kinds;
    let mut all = vec![
        Series::new("finding_id".into(), ids).into_column(),
        texts("asset_id", &columns.assets, kinds[0]),
        texts("title", &columns.titles, kinds[1]),
        texts("severity", &severities, kinds[2]),
        answers("exploitable", &columns.answers, kinds[3]),
        numbers("cvss", &columns.numbers, kinds[4]),
        dates("found_at", &columns.dates, kinds[5]),
        // Texts that a file holds as something else.
        Series::new("verified_at".into(), vec![None::<&str>; rows]).into_column(),
    ];
    match kinds[6] % 5 {
        0 => all[2] = dates("title", &columns.dates, kinds[1]),
        1 => all[2] = numbers("title", &columns.numbers, kinds[1]),
        2 => drop(all.remove(1)),
        3 => all[2] = answers("title", &columns.answers, kinds[1]),
        _ => {}
    }
    DataFrame::new(rows, all).expect("a frame")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn every_physical_type_reads_the_same_in_both_formats(columns in columns()) {
        let (frame, definitions) = (frame(&columns), definitions("Europe/Berlin"));
        let mut request = everything(&definitions, &[FINDINGS]);
        request.tables.get_mut(&FINDINGS).expect("asked for").parents.clear();
        let read = [
            ("findings.parquet", parquet(&frame, Some(columns.group))),
            ("findings.arrow", arrow(&frame)),
        ]
        .map(|(name, content)| {
            let folder = folder(&[(name, &content)]);
            let locations = [Location { table: FINDINGS, path: path_in(&folder, name) }];
            let loaded = load(&definitions, &locations, &request).expect(name);
            table_shown(&loaded, FINDINGS)
        });
        prop_assert_eq!(&read[0], &read[1]);
    }
}

/// An instant that no calendar has is no day of 1969, in whichever unit the file counts.
#[test]
fn instants_beyond_all_calendars_are_refused() {
    for unit in [
        TimeUnit::Milliseconds,
        TimeUnit::Microseconds,
        TimeUnit::Nanoseconds,
    ] {
        for instant in [i64::MAX, i64::MAX / 2, i64::MIN + 1] {
            // The most nanoseconds that are counted are a day of 2262 or 1677.
            if unit == TimeUnit::Nanoseconds && instant != i64::MIN + 1 {
                continue;
            }
            let dates = Series::new("found_at".into(), [Some(instant)]);
            let to = DataType::Datetime(unit, Some(TimeZone::UTC));
            let dates = dates.cast(&to).expect("a cast");
            let ids = Series::new("finding_id".into(), ["F1"]);
            let frame = DataFrame::new(1, vec![ids.into_column(), dates.into_column()]);
            let frame = frame.expect("a frame");
            for (name, bytes) in [
                ("findings.parquet", parquet(&frame, None)),
                ("findings.arrow", arrow(&frame)),
            ] {
                let message = only_message(load_findings(name, &bytes));
                assert!(
                    message.contains("found_at"),
                    "{name} {unit:?} {instant}: {message}"
                );
            }
        }
    }
}
