//! Behind every number stand as many rows as it says, and by hand they make the same number.

use std::collections::BTreeSet;
use std::fs;
use std::rc::Rc;

use chrono::DateTime;
use riskql::base::source::Sources;
use riskql::base::types::{DisplayUnit, StockMoment};
use riskql::exec::answer::{Answer, Cell, ColumnRole, Value};
use riskql::exec::data::{self, Tables};
use riskql::exec::query_context::QueryContext;
use riskql::insight::drill_through::{self, CellReference, DrillThrough, MeasurePart};
use riskql::lang::analyze;
use riskql::lang::model::{Definitions, Formula, Measured, Moment, Operator, Query, Subject};

use super::{Scene, scenes};
use crate::answers::flat::is_close;
use crate::answers::naive::arithmetic;
use crate::answers::pipeline;
use crate::answers::random::{questions, times};

/// Functions, moments and clauses that no shipped KPI has.
const OTHERS: &[&str] = &[
    "mean cvss of findings found by severity over quarter from 2025-08 to 2026-05",
    "sum cvss of findings open by team over month from 2025-12 to 2026-02",
    "distinct app of findings open by severity",
    "p90 time from found to verified of findings verified by environment",
    "max time since found of findings open by team over month from 2026-01 to 2026-03",
    "min time from found to closed of findings closed by exploitable",
    "count of findings open over month from 2026-01 to 2026-03 at start",
    "count of findings open over month from 2026-01 to 2026-03 at average",
    "count of findings open over month from 2026-01 to 2026-03 at peak",
    "share of findings found with verified within 14 days by severity over month from 2025-09 to 2026-03 with total",
    "share of findings open with any scans of its asset completed within 30 days by team",
    "sum risk of findings open / count of findings open by app top 2 with total",
    "count of findings verified - count of findings introduced by severity top 2 limit 2",
    "mttr, backlog, fix_rate by team over quarter from 2025-08 to 2026-03 top 1",
    "count of findings risk_accepted by business_critical",
    "count of assets in_service over month from 2025-10 to 2026-02 with total",
    "open_age over month from 2025-12 to 2026-02 with total",
];

pub(super) struct Desk {
    pub definitions: Definitions,
    pub sources: Sources,
    folder: tempfile::TempDir,
    as_of: i64,
}

impl Desk {
    pub fn new(scene: &Scene) -> Desk {
        let text = scene.calendar.written();
        let replaced = [("model/calendar.kpi", text.as_str())];
        let (sources, definitions) = pipeline::with_sources("kpi-defs", &replaced);
        let folder = tempfile::tempdir().expect("a folder to write to");
        for table in &scene.tables {
            let path = folder.path().join(format!("{}.csv", table.name));
            fs::write(path, table.csv()).expect("a file to write to");
        }
        Desk {
            definitions,
            sources,
            folder,
            as_of: scene.evaluation.as_of,
        }
    }

    pub fn query(&mut self, text: &str) -> Query {
        match analyze::read(&mut self.sources, &self.definitions, "<query>", text) {
            Ok(question) => question.query,
            Err(problems) => panic!("{text}\n{:#?}", problems.sorted()),
        }
    }

    pub fn context(&self) -> QueryContext<'_> {
        let located = data::locate(&self.definitions, Some(self.folder.path()), &[]);
        let located = located.unwrap_or_else(|problems| panic!("{:#?}", problems.sorted()));
        QueryContext {
            definitions: &self.definitions,
            sources: &self.sources,
            tables: Rc::new(Tables::of_files(located)),
            as_of: Some(Moment {
                label: DateTime::from_timestamp_micros(self.as_of)
                    .expect("an instant of the calendar")
                    .to_rfc3339(),
                instant: self.as_of,
            }),
            known_on: None,
            watermark: None,
        }
    }
}

#[test]
fn the_rows_behind_a_number_make_that_number() {
    let mut listed = 0;
    for (case, mut scene) in scenes(71, 8).enumerate() {
        let mut texts: Vec<String> = questions::all(&mut scene.random, case as u64)
            .iter()
            .map(questions::Asked::text)
            .collect();
        texts.retain(|_| scene.random.percent(12));
        texts.extend(OTHERS.iter().map(ToString::to_string));
        let mut desk = Desk::new(&scene);
        let queries: Vec<Query> = texts.iter().map(|text| desk.query(text)).collect();
        let context = desk.context();
        for query in &queries {
            listed += check(&context, query)
                .unwrap_or_else(|fault| panic!("{}\n{fault}\n{}", query.text, scene.words()));
        }
    }
    // The law would hold of empty tables too.
    assert!(listed > 3_000, "only {listed} rows");
}

/// How many rows there are behind all numbers of a query, if they are the right ones.
fn check(context: &QueryContext, query: &Query) -> Result<usize, String> {
    let Subject::Values(values) = &query.subject else {
        panic!("a values query");
    };
    let answered = context.answers(&[query]).expect("an answer");
    let answer = &answered.answers[0];
    let mut listed = 0;
    for (place, column) in values.columns.iter().enumerate() {
        let parts = drill_through::parts(context.definitions, place, column);
        let wanted: Vec<CellReference> = (0..answer.rows.len())
            .flat_map(|row| parts.iter().map(move |part| (row, part.clone())))
            .map(|(row, part)| CellReference {
                row,
                part,
                only: None,
            })
            .collect();
        let found = drill_through::behind(context, query, answer, &wanted).expect("rows");
        for (row, found) in found.chunks(parts.len()).enumerate() {
            let value = value(answer, row, place);
            let fault = |what: &str| {
                format!(
                    "row {row} of {}: {what}\n{value:?}\n{found:#?}",
                    column.name
                )
            };
            let count: usize = found.iter().map(|found| found.answer.rows.len()).sum();
            if count as u64 != value.rows {
                return Err(fault(&format!("{count} rows")));
            }
            for found in found {
                alike(answer, row, found).map_err(|what| fault(&what))?;
            }
            let numbers: Vec<Option<f64>> = parts
                .iter()
                .zip(found)
                .map(|(part, found)| by_hand(context, part, found))
                .collect();
            let is_at_once = matches!(column.moment, StockMoment::End | StockMoment::Start);
            let is_blank = matches!(
                value.reason.as_deref(),
                Some("no history" | "in the future" | "no score yet")
            );
            let number = formula(&column.formula, &mut numbers.iter().copied());
            if is_at_once && !is_blank && !is_close(number, value.value) {
                return Err(fault(&format!("by hand it is {number:?}")));
            }
            listed += count;
        }
    }
    Ok(listed)
}

fn value(answer: &Answer, row: usize, place: usize) -> &Value {
    let cells = answer.rows[row].cells.iter();
    let mut values = cells.filter_map(|cell| match cell {
        Cell::Value(value) => Some(value.as_ref()),
        Cell::Missing | Cell::Text(_) | Cell::YesNo(_) | Cell::Number(_) => None,
    });
    values.nth(place).expect("a value column")
}

/// No row twice, and every row of a group has the group's values.
fn alike(answer: &Answer, row: usize, found: &DrillThrough) -> Result<(), String> {
    let column = |name: &str| {
        let columns = found.answer.columns.iter();
        columns.clone().position(|column| column.name == name)
    };
    let keys: BTreeSet<String> = found
        .answer
        .rows
        .iter()
        .map(|row| format!("{:?}", row.cells[0]))
        .collect();
    if keys.len() != found.answer.rows.len() {
        return Err("a row is listed twice".to_owned());
    }
    let row = &answer.rows[row];
    if row.level != riskql::exec::answer::Level::Group {
        return Ok(());
    }
    for (dimension, cell) in answer.columns.iter().zip(&row.cells) {
        if !matches!(dimension.role, ColumnRole::Dimension(_)) {
            continue;
        }
        let place = column(&dimension.name).ok_or("a dimension is not shown")?;
        if let Some(other) = found
            .answer
            .rows
            .iter()
            .find(|row| row.cells[place] != *cell)
        {
            return Err(format!("{:?} is of another group", other.cells[0]));
        }
    }
    Ok(())
}

/// The measure of the listed rows, by the plainest arithmetic there is.
fn by_hand(context: &QueryContext, part: &MeasurePart, found: &DrillThrough) -> Option<f64> {
    let rows = &found.answer.rows;
    let numbers = || -> Vec<f64> {
        let place = match (&found.value, &part.measure.value) {
            (Some((place, _)), _) => *place,
            (None, Some(Measured::Field(field))) => {
                let name = &context.definitions.field(*field).name;
                let mut columns = found.answer.columns.iter();
                columns
                    .position(|column| column.name == *name)
                    .expect("the measured field")
            }
            (None, _) => panic!("{} takes nothing", part.name),
        };
        rows.iter()
            .map(|row| match &row.cells[place] {
                Cell::Number(number) => *number,
                other => panic!("{other:?} is no number"),
            })
            .collect()
    };
    let passes = || {
        rows.iter()
            .filter(|row| row.cells.last() == Some(&Cell::YesNo(true)))
    };
    match part.measure.function.name {
        "count" => Some(rows.len() as f64),
        "share" => (!rows.is_empty()).then(|| passes().count() as f64 / rows.len() as f64),
        "mean" => arithmetic::mean(&numbers()),
        "sum" => Some(numbers().iter().sum()),
        "median" => arithmetic::median(numbers()),
        "min" => numbers().into_iter().reduce(f64::min),
        "max" => numbers().into_iter().reduce(f64::max),
        "pNN" => percentile(numbers(), part.measure.parameter.expect("a fraction")),
        "distinct" => Some(distinct(part, context, found) as f64),
        "typical" => {
            let scale = match found.value {
                Some((_, DisplayUnit::Time(unit))) => unit.micros() as f64,
                other => panic!("{other:?}"),
            };
            let ended = rows
                .iter()
                .map(|row| row.cells.last() == Some(&Cell::YesNo(true)));
            let micros = numbers()
                .into_iter()
                .map(|number| (number * scale).round() as i64);
            let lifetimes: Vec<(i64, bool)> = micros.zip(ended).collect();
            arithmetic::typical(&lifetimes).map(|micros| micros as f64 / scale)
        }
        other => panic!("{other} is not worked out by hand"),
    }
}

fn distinct(part: &MeasurePart, context: &QueryContext, found: &DrillThrough) -> usize {
    let Some(Measured::Field(field)) = &part.measure.value else {
        panic!("distinct values of a field");
    };
    let name = &context.definitions.field(*field).name;
    let mut columns = found.answer.columns.iter();
    let place = columns
        .position(|column| column.name == *name)
        .expect("the measured field");
    let values = found
        .answer
        .rows
        .iter()
        .map(|row| format!("{:?}", row.cells[place]));
    values.collect::<BTreeSet<String>>().len()
}

fn percentile(mut values: Vec<f64>, fraction: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let place = fraction * values.len().checked_sub(1)? as f64;
    let (low, high) = (
        values[place.floor() as usize],
        values[place.ceil() as usize],
    );
    Some(low + (high - low) * place.fract())
}

/// The formula over the numbers of its measures; in units that do not change under it.
fn formula(tree: &Formula, numbers: &mut impl Iterator<Item = Option<f64>>) -> Option<f64> {
    match tree {
        Formula::Number(number) | Formula::Constant { value: number, .. } => Some(*number),
        Formula::Adjusted { .. } => panic!("no KPI of the library is adjusted"),
        Formula::Measure(_) => numbers.next().expect("a number for each measure"),
        Formula::Kpi(_) => panic!("queries hold no names"),
        Formula::Negate(inner) => formula(inner, numbers).map(|number| -number),
        Formula::Binary {
            operator,
            left,
            right,
        } => {
            let (left, right) = (formula(left, numbers), formula(right, numbers));
            let (left, right) = (left?, right?);
            match operator {
                Operator::Add => Some(left + right),
                Operator::Subtract => Some(left - right),
                Operator::Multiply => Some(left * right),
                Operator::Divide => (right != 0.0).then_some(left / right),
            }
        }
    }
}

#[test]
fn only_the_passing_rows_are_the_numerator() {
    let mut shares = 0;
    for mut scene in scenes(72, 8) {
        let mut desk = Desk::new(&scene);
        let day = times::day(&mut scene.random);
        let query = desk.query(&format!("escape_rate by severity from 2025-08-01 to {day}"));
        let context = desk.context();
        let answer = context
            .answers(&[&query])
            .expect("an answer")
            .answers
            .remove(0);
        let Subject::Values(values) = &query.subject else {
            panic!("a values query");
        };
        let part = drill_through::parts(context.definitions, 0, &values.columns[0]).remove(0);
        for row in 0..answer.rows.len() {
            let listed = |only: Option<bool>| {
                let wanted = [CellReference {
                    row,
                    part: part.clone(),
                    only,
                }];
                let found =
                    drill_through::behind(&context, &query, &answer, &wanted).expect("rows");
                found[0].answer.rows.clone()
            };
            let (with, without, all) = (listed(Some(true)), listed(Some(false)), listed(None));
            assert_eq!([with.clone(), without].concat(), all, "{}", scene.words());
            if let Some(share) = value(&answer, row, 0).value {
                assert!(is_close(
                    Some(share),
                    Some(with.len() as f64 / all.len() as f64)
                ));
                shares += 1;
            }
        }
    }
    assert!(shares > 10, "only {shares} shares");
}
