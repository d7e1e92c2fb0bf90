//! Profiles of fields against a second, plain count of the same rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Datelike;
use proptest::prelude::*;
use riskql::base::source::Sources;
use riskql::exec::data::{self, TableCache};
use riskql::insight::profile::{self, Distribution, FieldPath, Profile, ValueCounts};
use riskql::lang::model::FieldId;
use riskql::lang::project::{self, ProjectOrigin};

use super::exploring::{fixture, write};

/// Values of one column, as texts of a CSV file; `None` is an empty cell.
type Cells = Vec<Option<String>>;

/// The profiles of findings of these rows.
fn profiles_of(rows: &[Row]) -> Profiles {
    let mut csv = String::from("finding_id,asset_id,severity,cvss,found_at,resolution\n");
    for (row, (severity, cvss, day, resolution)) in rows.iter().enumerate() {
        let asset = |code: u8| ["A", "B", "C", "none"][usize::from(code % 4)].to_string();
        let scale = |code: u8| ["low", "medium", "high"][usize::from(code)].to_string();
        let cells = [
            resolution.map(asset),
            severity.map(scale),
            cvss.map(|value| (f64::from(value) / 4.0).to_string()),
            day.map(date),
            resolution.map(|code| format!("r{code}")),
        ];
        let cells = cells.map(Option::unwrap_or_default);
        csv += &format!("{row},{}\n", cells.join(","));
    }
    profiles(&csv)
}

/// What completion counts is what profiles tell, but for yes and no in another order.
fn agree(profile: &Profile, counted: Option<ValueCounts>) {
    let listed: Vec<(String, u64)> = match &profile.spread {
        Distribution::Nothing => Vec::new(),
        Distribution::Numbers(_) | Distribution::Dates(_) => {
            assert_eq!(counted, None);
            return;
        }
        Distribution::Ordered(values) => values.clone(),
        Distribution::Texts(texts) => {
            let texts = texts.iter();
            texts.map(|(text, rows)| (text.to_string(), rows)).collect()
        }
    };
    // A column of dates or numbers without a value has nothing to count either.
    if let Some(counted) = counted {
        assert_eq!(counted.listed, listed);
        assert_eq!((counted.missing, counted.more), (profile.missing, 0));
    } else {
        assert!(listed.is_empty());
    }
}

/// The profiles of the findings in a CSV file, by field.
fn profiles(csv: &str) -> Profiles {
    let folder = fixture();
    write(folder.path(), "data/findings.csv", csv);
    let mut sources = Sources::default();
    let origin = ProjectOrigin::Folder(folder.path().join("defs"));
    let (definitions, problems) = project::definitions(&mut sources, &origin);
    let definitions = definitions.unwrap_or_else(|| panic!("{problems:?}"));
    let places = data::locate(&definitions, Some(&folder.path().join("data")), &[]);
    let mut tables = TableCache::new(places.expect("files"));
    let table = definitions.table_named("findings").expect("it is defined");
    let names = ["severity", "cvss", "found_at", "resolution", "team"];
    let fields = names.map(|name| FieldId {
        table,
        field: definitions.table(table).field_named(name).expect("a field"),
    });
    let request = profile::request(&definitions, &fields);
    let sources = tables.sources(&definitions, &request).expect("sound data");
    let known = Arc::new(tables.known_sources(&definitions));
    let of = |field: FieldId| {
        let profile = profile::field(&definitions, &sources, field).expect("sound data");
        let profile = profile.expect("a profile");
        let path = FieldPath::find(&definitions, &known, field).expect("it is loaded");
        agree(&profile, path.values(usize::MAX, usize::MAX));
        profile
    };
    let names = names.iter().map(|name| name.to_string());
    names.zip(fields.map(of)).collect()
}

#[test]
fn a_table_without_rows_has_nothing_in_it() {
    for profile in profiles("finding_id,cvss\n").values() {
        assert_eq!((profile.rows, profile.missing, profile.distinct), (0, 0, 0));
    }
}

#[test]
fn the_largest_numbers_there_are_have_a_mean_and_stretches() {
    let profiles = profiles("finding_id,cvss\n1,1e12\n2,1e12\n3,-1e12\n4,1e12\n");
    let Distribution::Numbers(numbers) = &profiles["cvss"].spread else {
        panic!("cvss is a number");
    };
    assert_eq!(profiles["cvss"].distinct, 2);
    assert_eq!((numbers.lowest, numbers.highest), (-1e12, 1e12));
    assert_eq!(numbers.mean, 0.5e12);
    assert_eq!(numbers.median, 1e12);
    assert_eq!((numbers.stretches[0], numbers.stretches[11]), (1, 3));
}

#[test]
fn a_wrong_year_makes_no_endless_list_of_periods() {
    let csv = "finding_id,found_at\n1,1680-05-01\n2,2025-05-01\n3,2025-06-01\n4,2262-01-01\n";
    let profiles = profiles(csv);
    let Distribution::Dates(dates) = &profiles["found_at"].spread else {
        panic!("found_at is a date");
    };
    let periods: Vec<(i32, u64)> = dates
        .periods
        .iter()
        .map(|(period, rows)| (period.start.year(), *rows))
        .collect();
    assert_eq!(periods, [(1680, 1), (2025, 1), (2025, 1), (2262, 1)]);
}

type Profiles = BTreeMap<String, Profile>;

fn date(day: u16) -> String {
    let first = chrono::NaiveDate::from_ymd_opt(2020, 1, 1).expect("a day");
    (first + chrono::Days::new(u64::from(day % 3000))).to_string()
}

/// Counts in the plainest way.
fn naive(cells: &Cells) -> (u64, BTreeMap<String, u64>) {
    let mut counts = BTreeMap::new();
    for cell in cells.iter().flatten() {
        *counts.entry(cell.clone()).or_default() += 1;
    }
    (
        cells.iter().filter(|cell| cell.is_none()).count() as u64,
        counts,
    )
}

type Row = (Option<u8>, Option<i32>, Option<u16>, Option<u8>);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (
        proptest::option::of(0..3u8),
        proptest::option::of(-40..40i32),
        proptest::option::of(0..3000u16),
        proptest::option::of(0..30u8),
    );
    proptest::collection::vec(row, 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn profiles_agree_with_a_plain_count(rows in rows()) {
        let profiles = profiles_of(&rows);
        let column = |cell: &dyn Fn(&Row) -> Option<String>| rows.iter().map(cell).collect::<Cells>();
        let scale = ["low", "medium", "high"];
        let teams = [Some("web"), Some("core"), None, None];
        let columns: [(&str, Cells); 5] = [
            ("severity", column(&|row| row.0.map(|code| scale[usize::from(code)].to_string()))),
            ("cvss", column(&|row| row.1.map(|value| (f64::from(value) / 4.0).to_string()))),
            ("found_at", column(&|row| row.2.map(date))),
            ("resolution", column(&|row| row.3.map(|code| format!("r{code}")))),
            ("team", column(&|row| teams[usize::from(row.3? % 4)].map(str::to_string))),
        ];
        for (name, cells) in columns {
            let (missing, counts) = naive(&cells);
            let profile = &profiles[name];
            prop_assert_eq!(profile.rows, rows.len() as u64);
            prop_assert_eq!(profile.missing, missing, "{}", name);
            prop_assert_eq!(profile.distinct, counts.len() as u64, "{}", name);
            agrees(name, profile, &cells, &counts)?;
        }
    }
}

fn agrees(
    name: &str,
    profile: &Profile,
    cells: &Cells,
    counts: &BTreeMap<String, u64>,
) -> Result<(), TestCaseError> {
    match &profile.spread {
        Distribution::Nothing => prop_assert!(counts.is_empty(), "{name}"),
        Distribution::Ordered(values) => {
            for (value, rows) in values {
                prop_assert_eq!(*rows, counts.get(value).copied().unwrap_or(0));
            }
        }
        Distribution::Texts(texts) => {
            let mut expected: Vec<(&str, u64)> = counts
                .iter()
                .map(|(text, rows)| (text.as_str(), *rows))
                .collect();
            expected.sort_by_key(|(text, rows)| (std::cmp::Reverse(*rows), *text));
            prop_assert_eq!(texts.iter().collect::<Vec<_>>(), expected);
            let first = counts.keys().next().map(String::as_str);
            let last = counts.keys().next_back().map(String::as_str);
            prop_assert_eq!(texts.ends(), first.zip(last));
        }
        Distribution::Numbers(numbers) => {
            let mut values: Vec<f64> = cells
                .iter()
                .flatten()
                .map(|cell| cell.parse().expect("a number"))
                .collect();
            values.sort_by(f64::total_cmp);
            let count = values.len();
            prop_assert_eq!(numbers.lowest, values[0]);
            prop_assert_eq!(numbers.highest, values[count - 1]);
            let mean = values.iter().sum::<f64>() / count as f64;
            prop_assert!((numbers.mean - mean).abs() < 1e-9);
            let median = (values[(count - 1) / 2] + values[count / 2]) / 2.0;
            prop_assert_eq!(numbers.median, median);
            prop_assert_eq!(numbers.stretches.iter().sum::<u64>(), count as u64);
            let place = |value: f64| {
                let width = (numbers.highest - numbers.lowest) / profile::STRETCHES as f64;
                (((value - numbers.lowest) / width) as usize).min(numbers.stretches.len() - 1)
            };
            let mut expected = vec![0; numbers.stretches.len()];
            for value in &values {
                expected[place(*value)] += 1;
            }
            // A value that lies on an edge may fall to either side by the last bit of a division.
            for edge in 1..expected.len() {
                let ours: u64 = numbers.stretches[..edge].iter().sum();
                let theirs: u64 = expected[..edge].iter().sum();
                let at = numbers.lowest
                    + (numbers.highest - numbers.lowest) * edge as f64 / profile::STRETCHES as f64;
                let on_edge = values
                    .iter()
                    .filter(|value| (**value - at).abs() < 1e-9)
                    .count();
                prop_assert!(ours.abs_diff(theirs) <= on_edge as u64);
            }
        }
        Distribution::Dates(dates) => {
            let mut years: BTreeMap<String, u64> = BTreeMap::new();
            for cell in cells.iter().flatten() {
                *years.entry(cell[..4].to_string()).or_default() += 1;
            }
            let mut found: BTreeMap<String, u64> = BTreeMap::new();
            for (period, rows) in &dates.periods {
                prop_assert!(*rows > 0);
                *found
                    .entry(period.start.format("%Y").to_string())
                    .or_default() += rows;
            }
            prop_assert_eq!(found, years);
            prop_assert_eq!(
                dates.stretches.iter().sum::<u64>(),
                cells.iter().flatten().count() as u64
            );
            prop_assert!(dates.periods.len() <= 36);
        }
    }
    Ok(())
}

#[test]
fn many_months_are_counted_by_quarter_and_many_quarters_by_year() {
    let by = |months: u32| {
        let day = |month: u32| format!("{month},{}-{:02}-15\n", 2000 + month / 12, month % 12 + 1);
        let rows: String = (0..months).map(day).collect();
        match &profiles(&format!("finding_id,found_at\n{rows}"))["found_at"].spread {
            Distribution::Dates(dates) => {
                let grain = dates.periods[0].0.grain.word();
                let rows: Vec<u64> = dates.periods.iter().map(|(_, rows)| *rows).collect();
                (grain, rows)
            }
            other => panic!("found_at is a date: {other:?}"),
        }
    };
    assert_eq!(by(36), ("month", vec![1; 36]));
    assert_eq!(by(37), ("quarter", [vec![3; 12], vec![1]].concat()));
    assert_eq!(by(120), ("year", vec![12; 10]));
}
