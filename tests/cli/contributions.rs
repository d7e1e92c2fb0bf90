//! The rows behind numbers as a table: what each row brings into its number makes the number again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use riskql::base::source::Sources;
use riskql::exec::answer::{Answer, Cell, ColumnRole};
use riskql::exec::data::{self, Tables};
use riskql::exec::query_context::QueryContext;
use riskql::insight::explain;
use riskql::lang::analyze;
use riskql::lang::model::{Definitions, Formula, Subject};
use riskql::lang::project::{self, ProjectOrigin};

use super::Project;

fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demo")
}

/// Every KPI of the library that is one measure, by its first dimension over three months.
#[test]
fn contributions_make_the_numbers_of_the_library_again() {
    let mut sources = Sources::default();
    let (definitions, _) = project::definitions(&mut sources, &ProjectOrigin::Library);
    let definitions = definitions.expect("the library has no mistakes");
    let (mut checked, mut numbers) = (0, 0);
    for kpi in &definitions.kpis {
        let Formula::Measure(measure) = &kpi.formula else {
            continue;
        };
        let mut text = kpi.name.clone();
        if let Some(dimension) = kpi.dimensions.first() {
            text += &format!(" by {dimension}");
        }
        text += " over month last 3 months";
        let (answer, rows) = rows_behind(&definitions, &mut sources, &text);
        let by_number = by_number(&rows);
        for (key, value, count) in values(&answer) {
            let brought = by_number.get(&key).map_or(&[][..], Vec::as_slice);
            assert_eq!(brought.len() as u64, count, "{text}: {key}");
            if let Some(again) = recomputed(measure.function.name, measure.parameter, brought) {
                let value = value.unwrap_or(0.0);
                let distance = (again - value).abs();
                assert!(
                    distance <= 1e-9 * value.abs().max(1.0),
                    "{text}: {key}: {again} {value}"
                );
                numbers += 1;
            }
        }
        checked += 1;
    }
    assert!(
        checked > 20 && numbers > 150,
        "{checked} KPIs, {numbers} numbers"
    );
}

fn rows_behind(definitions: &Definitions, sources: &mut Sources, text: &str) -> (Answer, Answer) {
    let query = analyze::read(sources, definitions, "<query>", text)
        .unwrap_or_else(|problems| panic!("{text}: {:#?}", problems.sorted()))
        .query;
    assert!(matches!(query.subject, Subject::Values(_)));
    let context = QueryContext {
        definitions,
        sources,
        tables: std::rc::Rc::new(Tables::of_files(
            data::locate(definitions, Some(&demo()), &[]).expect("the demo data is found"),
        )),
        as_of: None,
        known_on: None,
        watermark: None,
    };
    let failed = |problems: riskql::base::diagnostic::Problems| -> ! {
        panic!("{text}: {:#?}", problems.sorted())
    };
    let mut explained = explain::explain(&context, &query).unwrap_or_else(|error| failed(error));
    explained
        .add_rows(&context)
        .unwrap_or_else(|error| failed(error));
    let answered = context
        .answers(&[&query])
        .unwrap_or_else(|error| failed(error));
    (
        answered.answers[0].clone(),
        explain::rows_behind(&explained),
    )
}

/// The contributions of rows, by period and group of their number.
fn by_number(rows: &Answer) -> BTreeMap<String, Vec<f64>> {
    let place = |name: &str| {
        let mut columns = rows.columns.iter();
        columns.position(|column| column.name == name)
    };
    let number = place("number").expect("the number a row is behind");
    let contribution = place("contribution").expect("what a row brings");
    let mut found: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for row in &rows.rows {
        let Cell::Text(key) = &row.cells[number] else {
            panic!("no number: {row:?}");
        };
        let brought = match row.cells[contribution] {
            Cell::Number(number) => number,
            _ => f64::NAN,
        };
        found.entry(key.clone()).or_default().push(brought);
    }
    found
}

/// Period and group of each number, the number, and of how many rows it is.
fn values(answer: &Answer) -> Vec<(String, Option<f64>, u64)> {
    let value =
        |column: &riskql::exec::answer::AnswerColumn| matches!(column.role, ColumnRole::Value(_));
    let place = answer.columns.iter().position(value).expect("a value");
    let rows = answer.rows.iter();
    rows.map(|row| {
        let Cell::Value(value) = &row.cells[place] else {
            panic!("no value: {row:?}");
        };
        let key = explain::group(answer, row);
        let key = key.trim_end_matches(": ").to_string();
        (key, value.value, value.rows)
    })
    .collect()
}

/// What a reader makes of the contributions; `None` where it is more than arithmetic.
fn recomputed(function: &str, parameter: Option<f64>, brought: &[f64]) -> Option<f64> {
    let sum: f64 = brought.iter().sum();
    let quantile = |part: f64| {
        let mut sorted = brought.to_vec();
        sorted.sort_by(f64::total_cmp);
        let place = sorted.len().checked_sub(1)? as f64 * part;
        let (low, high) = (
            sorted[place.floor() as usize],
            sorted[place.ceil() as usize],
        );
        Some(low + (high - low) * place.fract())
    };
    match function {
        "count" | "sum" | "distinct" => Some(sum),
        "mean" | "share" => (!brought.is_empty()).then(|| sum / brought.len() as f64),
        "median" => quantile(0.5),
        "min" => quantile(0.0),
        "max" => quantile(1.0),
        _ => parameter.and_then(quantile),
    }
}

#[test]
fn rows_are_written_as_csv_json_lines_and_parquet() {
    let project = Project::new();
    let asked = ["explain", "mttr in 2026-03", "--rows", "--format", "csv"];
    let outcome = project.with_data(&asked);
    outcome.shows(&[]);
    let mut reader = csv::Reader::from_reader(outcome.stdout.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let place = |name: &str| header.iter().position(|own| own == name).expect("a column");
    let records: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    // 1 to 21 March and 5 to 25 March.
    let brought: Vec<&str> = records
        .iter()
        .map(|row| &row[place("contribution")])
        .collect();
    assert_eq!(brought, ["20", "20"]);
    let mut keys: Vec<&str> = records
        .iter()
        .map(|row| &row[place("finding_id")])
        .collect();
    keys.sort_unstable();
    assert_eq!(keys, ["F1", "F2"]);
    assert!(records.iter().all(|row| &row[place("name")] == "mttr"));
    let asked = ["explain", "mttr in 2026-03", "--rows", "-o", "rows.parquet"];
    project.with_data(&asked).shows(&[]);
    let bytes = std::fs::read(project.path("rows.parquet")).expect("a file");
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    project
        .with_data(&["explain", "mttr in 2026-03", "--format", "csv"])
        .refused(2, &["K909", "--rows"]);
}

/// Of three findings found in March one was found in production.
#[test]
fn a_share_brings_ones_and_noughts() {
    let project = Project::new();
    let asked = [
        "explain",
        "escape_rate in 2026-03",
        "--rows",
        "--format",
        "jsonl",
    ];
    let outcome = project.with_data(&asked);
    let rows: Vec<serde_json::Value> = outcome
        .shows(&[])
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object a line"))
        .collect();
    let brought: Vec<(bool, f64)> = rows
        .iter()
        .map(|row| {
            let passes = row["passes"].as_bool().expect("yes or no");
            (passes, row["contribution"].as_f64().expect("a number"))
        })
        .collect();
    assert_eq!(brought, [(true, 1.0), (false, 0.0), (false, 0.0)]);
}
