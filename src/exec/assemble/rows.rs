//! Rows that are shown: lists, and the rows behind a number.

use chrono::{DateTime, NaiveTime, SecondsFormat};
use polars::prelude::{Column, DataFrame, DataType, PolarsResult};

use super::{code_cell, context as answer_context, covered, shown};
use crate::base::cancellation::Steps;
use crate::base::diagnostic::Problems;
use crate::base::types::{FieldType, TimeUnit};
use crate::exec::answer::{Answer, AnswerColumn, Cell, ColumnRole, Excluded, Level, Row};
use crate::exec::compute::{ExecutionContext, whole_numbers};
use crate::exec::data::{RelationRequest, ResultType};
use crate::exec::lazy::{Compiler, TableFrames, collect_all};
use crate::lang::model::{Calendar, ListColumn};
use crate::plan::relation::{
    Exclusion, ListRelation, Name, SharedRelation, lower_list, lower_trace,
};
use crate::plan::{ListWork, Plan, Trace};

/// The answer to a `list` query.
pub(super) fn list(
    context: ExecutionContext,
    plan: &Plan,
    work: &ListWork,
) -> Result<Answer, Problems> {
    let list = lower_list(context.definitions, context.evaluation, work);
    let counted = |exclusion: &Exclusion| (exclusion.column.clone(), ResultType::Integer);
    let mut counts = vec![(ListRelation::FOUND.to_string(), ResultType::Integer)];
    counts.extend(list.exclusions.iter().map(counted));
    let shown = shown_types(context, &work.list.show, &list.columns);
    let frames = run(context, &[(&list.rows, shown), (&list.counts, counts)])?;
    let [rows, counts] = frames.as_slice() else {
        unreachable!("two frames for two relations");
    };
    let count = |name: &str| whole_numbers(column(counts, name))[0] as u64;
    let table = &context.definitions.table(work.list.population.table).name;
    let excluded = list.exclusions.iter().map(|exclusion| Excluded {
        kpi: table.clone(),
        reason: exclusion.reason.clone(),
        rows: count(&exclusion.column),
    });
    let excluded = excluded.filter(|excluded| excluded.rows > 0).collect();
    let found = count(ListRelation::FOUND);
    let mut notes = plan.notes.clone();
    if (rows.height() as u64) < found {
        notes.push(format!("{} of {found} rows shown", rows.height()));
    }
    Ok(Answer {
        query: plan.query.clone(),
        context: answer_context(context),
        period: covered(context, std::slice::from_ref(&work.slot)),
        columns: columns(context, &work.list.show, work.list.shows_default),
        rows: shown_rows(context, &work.list.show, rows, &list.columns),
        excluded,
        notes,
    })
}

/// The rows behind a measure, those that pass its test first, then the largest values.
pub(super) fn behind(context: ExecutionContext, trace: &Trace) -> Result<Answer, Problems> {
    let fields: Vec<ListColumn> = trace
        .show
        .iter()
        .map(|field| ListColumn::Field(*field))
        .collect();
    let mut rows = Vec::new();
    if let Some(relation) = lower_trace(context.definitions, trace) {
        let mut asked = shown_types(context, &fields, &relation.columns);
        asked.push((relation.value.clone(), ResultType::Number));
        asked.push((relation.passes.clone(), ResultType::YesNo));
        let frame = run(context, &[(&relation.rows, asked)])?.remove(0);
        rows = shown_rows(context, &fields, &frame, &relation.columns);
        let values = numbers(column(&frame, &relation.value));
        let passes = yes_no(column(&frame, &relation.passes));
        for ((row, value), passes) in rows.iter_mut().zip(values).zip(passes) {
            if let Some((_, unit)) = &trace.value {
                let number = value.map(|value| Cell::Number(shown(value, *unit)));
                row.cells.push(number.unwrap_or(Cell::Missing));
            }
            if trace.test.is_some() {
                row.cells.push(Cell::YesNo(passes));
            }
        }
    }
    let own = |name: &String, field_type: FieldType| AnswerColumn {
        name: name.clone(),
        title: name.clone(),
        role: ColumnRole::Field(field_type),
        is_optional: false,
    };
    let mut columns = columns(context, &fields, false);
    columns.extend(
        trace
            .value
            .iter()
            .map(|(name, _)| own(name, FieldType::Number)),
    );
    columns.extend(trace.test.iter().map(|name| own(name, FieldType::YesNo)));
    Ok(Answer {
        query: trace.title.clone(),
        context: answer_context(context),
        period: None,
        columns,
        rows,
        excluded: Vec::new(),
        notes: Vec::new(),
    })
}

/// The rows of relations, with the types of their columns.
fn run(
    context: ExecutionContext,
    relations: &[(&SharedRelation, Vec<(Name, ResultType)>)],
) -> Result<Vec<DataFrame>, Problems> {
    if let Some(database) = &context.sources.database {
        let relations = relations.iter();
        let rows = relations.map(|(relation, columns)| {
            let request = RelationRequest {
                title: "rows",
                relation,
                axis: None,
                columns,
            };
            database.rows(context.definitions, &request)
        });
        return rows.collect();
    }
    let compiler = Compiler::new(TableFrames {
        definitions: context.definitions,
        sources: context.sources,
    });
    let frames: PolarsResult<Vec<_>> = relations
        .iter()
        .map(|(relation, _)| compiler.compile(relation))
        .collect();
    let frames = frames.unwrap_or_else(|error| unreachable!("polars refuses a relation: {error}"));
    collect_all(context.sources, frames)
}

/// What the columns of what is shown hold.
fn shown_types(
    context: ExecutionContext,
    show: &[ListColumn],
    names: &[Name],
) -> Vec<(Name, ResultType)> {
    let read_as = |shown: &ListColumn| match shown {
        ListColumn::Time { .. } => ResultType::Number,
        ListColumn::Field(field) => match &context.definitions.field(*field).field_type {
            FieldType::Scale(scale) => ResultType::Words(scale.values.clone()),
            FieldType::YesNo => ResultType::YesNo,
            FieldType::Text => ResultType::Text,
            FieldType::Number => ResultType::Number,
            FieldType::Date => ResultType::Integer,
        },
    };
    let columns = names.iter().cloned();
    columns.zip(show.iter().map(read_as)).collect()
}

/// The columns of what is shown.
fn columns(
    context: ExecutionContext,
    show: &[ListColumn],
    are_optional: bool,
) -> Vec<AnswerColumn> {
    let column = |(place, column): (usize, &ListColumn)| {
        let name = column.name(context.definitions);
        AnswerColumn {
            title: name.clone(),
            name,
            role: ColumnRole::Field(column.field_type(context.definitions)),
            // What names the row stays.
            is_optional: are_optional && place > 0,
        }
    };
    show.iter().enumerate().map(column).collect()
}

fn shown_rows(
    context: ExecutionContext,
    show: &[ListColumn],
    frame: &DataFrame,
    names: &[String],
) -> Vec<Row> {
    let shown: Vec<Vec<Cell>> = show
        .iter()
        .zip(names)
        .map(|(shown, name)| match shown {
            ListColumn::Field(field) => cells(
                column(frame, name),
                &context.definitions.field(*field).field_type,
                &context.definitions.calendar,
            ),
            ListColumn::Time { unit, .. } => times(column(frame, name), *unit),
        })
        .collect();
    let mut columns: Vec<_> = shown.into_iter().map(Vec::into_iter).collect();
    let mut steps = Steps::default();
    (0..frame.height())
        .map(|_| {
            steps.step();
            Row {
                level: Level::Group,
                cells: columns
                    .iter_mut()
                    .map(|cells| cells.next().expect("columns are as long as the frame"))
                    .collect(),
            }
        })
        .collect()
}

fn column<'f>(frame: &'f DataFrame, name: &str) -> &'f Column {
    frame.column(name).expect("the relation has this column")
}

/// A column of fields as cells.
fn cells(column: &Column, field_type: &FieldType, calendar: &Calendar) -> Vec<Cell> {
    let series = column.as_materialized_series();
    const CANONICAL: &str = "fields have canonical types";
    fn each<T>(values: impl Iterator<Item = Option<T>>, cell: impl Fn(T) -> Cell) -> Vec<Cell> {
        values
            .map(|value| value.map_or(Cell::Missing, &cell))
            .collect()
    }
    match field_type {
        FieldType::Scale(_) => each(series.u8().expect(CANONICAL).iter(), |code| {
            code_cell(field_type, code)
        }),
        FieldType::YesNo => each(series.bool().expect(CANONICAL).iter(), Cell::YesNo),
        FieldType::Text => each(series.str().expect(CANONICAL).iter(), |text| {
            Cell::Text(text.to_string())
        }),
        FieldType::Number => each(series.f64().expect(CANONICAL).iter(), Cell::Number),
        FieldType::Date => each(series.i64().expect(CANONICAL).iter(), |at| {
            Cell::Text(written(calendar, at))
        }),
    }
}

/// A column of times as numbers of a unit.
fn times(column: &Column, unit: TimeUnit) -> Vec<Cell> {
    let cell = |micros: Option<f64>| {
        micros.map_or(Cell::Missing, |micros| {
            Cell::Number(micros / unit.micros() as f64)
        })
    };
    numbers(column).into_iter().map(cell).collect()
}

fn numbers(column: &Column) -> Vec<Option<f64>> {
    let cast = column.cast(&DataType::Float64).expect("values are numbers");
    let series = cast.as_materialized_series();
    series.f64().expect("it was cast").iter().collect()
}

fn yes_no(column: &Column) -> Vec<bool> {
    let series = column.as_materialized_series();
    let values = series.bool().expect("tests are booleans").iter();
    values.map(|value| value.unwrap_or(false)).collect()
}

/// A local midnight is written as its date, anything else as a timestamp with its offset.
fn written(calendar: &Calendar, at: i64) -> String {
    let Some(utc) = DateTime::from_timestamp_micros(at) else {
        return String::new();
    };
    let local = utc.with_timezone(&calendar.timezone);
    if local.time() == NaiveTime::MIN {
        local.format("%Y-%m-%d").to_string()
    } else {
        local.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }
}
