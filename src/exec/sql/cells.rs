//! Cubes as parts of the statement, and what of them the answer joins: a number for each group and period.

use std::collections::{BTreeMap, BTreeSet};

use super::StatementInput;
use super::axes::{AxisTables, PERIOD_POINT, POINT, POINTS};
use super::duckdb;
use super::prune::pruned;
use super::readings::{ReadNumber, number};
use super::relations::{PointTable, Translator};
use super::select::{Select, SelectColumn};
use crate::base::types::StockMoment;
use crate::lang::model::{Measure, Measured, Role, TableId, ValueColumn};
use crate::plan::relation::{
    Aggregate, Cube, CubeLevel, Lowering, MeasureCells, Name, Reading, SharedRelation,
};
use crate::plan::{Slot, Step, ValuesWork};

/// The cells of one measure, ready to be joined.
#[derive(Clone, Debug)]
pub(super) struct JoinedCells {
    /// The part that has them.
    pub part: String,
    /// The cube they are made of, which has all groups.
    pub cube: String,
    /// Its columns of dimensions, in the order of the query's.
    pub keys: Vec<String>,
    /// The number in a row of it.
    pub sql: String,
}

/// What is computed of the steps over a line of slots.
pub(super) struct LineCells<'a> {
    pub slots: &'a [Slot],
    /// By step; `None` for steps that are not asked for on this line.
    pub cells: Vec<Option<MeasureCells>>,
}

impl<'a> LineCells<'a> {
    /// Lowers the steps that are asked for.
    pub fn lower(
        lowering: &mut Lowering,
        work: &ValuesWork,
        slots: &'a [Slot],
        is_asked: impl Fn(&Step) -> bool,
    ) -> LineCells<'a> {
        let steps = work.steps.iter();
        let cells = steps.map(|step| is_asked(step).then(|| lowering.add(step, slots, false)));
        LineCells {
            slots,
            cells: cells.collect(),
        }
    }
}

/// The step of a column's measure.
pub(super) fn step_of(work: &ValuesWork, column: &ValueColumn, measure: &Measure) -> usize {
    let mut steps = work.steps.iter();
    let step = steps.position(|step| step.moment == column.moment && step.measure == *measure);
    step.expect("planning made a step of every measure")
}

/// The cubes as parts, in their order.
pub(super) fn cubes(
    translator: &mut Translator,
    question: &StatementInput,
    work: &ValuesWork,
    lowering: &Lowering,
    lines: &[&LineCells],
) -> Vec<Select> {
    let rows = lowering.rows_of_tables();
    let rows: BTreeMap<TableId, SharedRelation> = rows
        .into_iter()
        .map(|(table, rows)| {
            let read = lowering.cubes.iter().filter(|cube| cube.table == table);
            let read: BTreeSet<Name> = read.flat_map(Cube::columns).collect();
            (table, pruned(&rows, &read))
        })
        .collect();
    let relation = |cube: &Cube| {
        let cube = with_whole_quantiles(cube);
        cube.relation(&rows[&cube.table], &CubeLevel::Groups)
    };
    let relations: Vec<SharedRelation> = lowering.cubes.iter().map(relation).collect();
    relations
        .iter()
        .for_each(|relation| translator.note_scans(relation));
    for (table, rows) in &rows {
        let name = &question.definitions.table(*table).name;
        translator.shared(rows);
        if let Some(part) = translator.parts.last_mut() {
            part.comments
                .insert(0, format!("What the numbers read of each row of {name}"));
        }
    }
    let mut parts = Vec::new();
    for (index, (cube, relation)) in lowering.cubes.iter().zip(&relations).enumerate() {
        let (name, remarks) = about(question, work, lines, index);
        translator.remarks = remarks;
        if matches!(cube.shape, crate::plan::relation::CubeShape::Swept(_)) {
            translator.points = points(&mut translator.axes, cube);
        }
        let select = translator.select(relation);
        parts.push(translator.part(&name, &select));
    }
    parts
}

fn points(axes: &mut AxisTables, cube: &Cube) -> PointTable {
    let (table, _) = axes.table(&cube.axis);
    PointTable {
        has_unreadable: table == super::axes::PERIODS && !axes.all_readable(),
        table,
    }
}

/// A quantile is one aggregate here, not the two values it lies between.
fn with_whole_quantiles(cube: &Cube) -> Cube {
    let mut cube = cube.clone();
    let is_upper =
        |aggregate: &Aggregate| matches!(aggregate, Aggregate::NextOrderStatistic { .. });
    cube.aggregates
        .retain(|(_, aggregate)| !is_upper(aggregate));
    cube
}

/// The name of a cube, and what is said above it: the columns that read it, and where they are defined.
fn about(
    question: &StatementInput,
    work: &ValuesWork,
    lines: &[&LineCells],
    cube: usize,
) -> (String, Vec<String>) {
    let mut name: Option<String> = None;
    let mut remarks = Vec::new();
    for column in &work.columns {
        let measures = column.formula.measures();
        for measure in &measures {
            let step = step_of(work, column, measure);
            let mut cells = lines.iter().filter_map(|line| line.cells[step].as_ref());
            if !cells.any(|cells| cells.cube == cube) {
                continue;
            }
            name.get_or_insert_with(|| match measures.len() {
                1 => column.name.clone(),
                _ => format!("{}_{}", column.name, noun(question, measure)),
            });
            let remark = remark(question, column);
            if !remarks.contains(&remark) {
                remarks.push(remark);
            }
        }
    }
    let name = name.unwrap_or_else(|| "cells".to_string());
    (name, remarks)
}

fn noun(question: &StatementInput, measure: &Measure) -> String {
    let table = question.definitions.table(measure.population.table);
    let noun = match measure.population.role {
        Role::Event(event) => &table.events[event].name,
        Role::State(state) => &table.states[state].name,
        Role::Rows => &table.name,
    };
    noun.clone()
}

fn remark(question: &StatementInput, column: &ValueColumn) -> String {
    let Some(kpi) = column.kpi.map(|kpi| &question.definitions.kpis[kpi.0]) else {
        return format!("{}: {}", column.name, column.title);
    };
    let place = (question.place)(kpi.span);
    format!("{} ({place}): {}", kpi.name, kpi.written)
}

/// The cells of a step on a line. `parts` are the cubes.
pub(super) fn joined(
    translator: &mut Translator,
    parts: &[Select],
    line: &LineCells,
    (work, step): (&ValuesWork, usize),
) -> JoinedCells {
    let step = &work.steps[step];
    let cells = line.cells[step_place(work, step)]
        .as_ref()
        .expect("the line has the step");
    let mut part = parts[cells.cube].clone();
    let cube = part.source.clone();
    if let Reading::Lifetimes { ended } = &cells.reading {
        part = survival(translator, &part, &cells.rows, ended, step.keys.len());
    }
    let keys: Vec<String> = part.columns[..step.keys.len()]
        .iter()
        .map(|key| key.name.clone())
        .collect();
    let (table, column) = instants(&mut translator.axes, cells);
    let is_finer = translator.axes.column_of(&cells.axis).is_none() && line.slots.len() > 1
        || cells.axis.points.iter().any(|points| points.len() > 1);
    if !is_finer {
        let instant = match cells.axis.ends.as_slice() {
            [] => "NULL".to_string(),
            [only] => duckdb::integer(*only),
            _ => format!("{table}.{column}"),
        };
        let number = number(&step.measure, cells, &part.source, &instant);
        return JoinedCells {
            sql: zero_of_none(number),
            part: part.source.clone(),
            cube,
            keys,
        };
    }
    let select = over_days(step, cells, &part, (&table, column), &keys);
    let hint = format!("{}_{}", part.source.trim_matches('"'), step.moment.word());
    let part = translator.part(&hint, &select);
    let is_zero = number(&step.measure, cells, "", "").is_zero_of_none;
    JoinedCells {
        sql: zero_of_none(ReadNumber {
            sql: format!("{}.value", part.source),
            is_zero_of_none: is_zero,
        }),
        part: part.source.clone(),
        cube,
        keys,
    }
}

fn step_place(work: &ValuesWork, step: &Step) -> usize {
    let mut steps = work.steps.iter();
    steps
        .position(|known| known == step)
        .expect("a step of the work")
}

fn instants(axes: &mut AxisTables, cells: &MeasureCells) -> (String, &'static str) {
    match cells.axis.len() {
        0 | 1 => (String::new(), ""),
        _ => axes.table(&cells.axis),
    }
}

fn zero_of_none(number: ReadNumber) -> String {
    match number.is_zero_of_none {
        true => format!("coalesce({}, 0)", number.sql),
        false => number.sql,
    }
}

/// The mean or the largest of the numbers at the ends of a period's days (rule S7).
fn over_days(
    step: &Step,
    cells: &MeasureCells,
    part: &Select,
    (days, column): (&str, &str),
    keys: &[String],
) -> Select {
    let number = number(
        &step.measure,
        cells,
        &part.source,
        &format!("{days}.{column}"),
    );
    let value = match (step.moment, number.is_zero_of_none) {
        (StockMoment::Peak, _) => format!("max({})", number.sql),
        // Days without a row count as 0.
        (_, true) => format!("sum({}) / max({days}.{POINTS})", number.sql),
        (_, false) => format!("avg({})", number.sql),
    };
    let mut select = part.clone();
    let own = |name: &str| format!("{}.{}", part.source, duckdb::name(name));
    let mut columns: Vec<SelectColumn> = keys
        .iter()
        .map(|key| SelectColumn {
            is_plain: true,
            ..SelectColumn::made(key, own(key))
        })
        .collect();
    columns.push(SelectColumn::made(POINT, format!("{days}.{PERIOD_POINT}")));
    select.groups = columns.iter().map(|column| column.sql.clone()).collect();
    columns.push(SelectColumn::made("value", value));
    select.columns = columns;
    select.joins = vec![format!("JOIN {days}\n  ON {days}.{POINT} = {}", own(POINT))];
    select
}

/// The Kaplan-Meier median (rule S22): the first duration by which at most half are left.
fn survival(
    translator: &mut Translator,
    cube: &Select,
    rows: &str,
    ended: &str,
    keys: usize,
) -> Select {
    let micros = duckdb::name(Reading::MICROS);
    let name = cube.source.trim_matches('"').to_string();
    let groups: Vec<SelectColumn> = cube.columns[..keys]
        .iter()
        .chain([cube.column(POINT)])
        .cloned()
        .collect();
    let by: Vec<String> = groups.iter().map(|group| group.sql.clone()).collect();
    let by = by.join(", ");
    let mut select = cube.clone();
    select.filters = vec![format!("{micros} IS NOT NULL")];
    select.columns = groups.clone();
    select.columns.extend([
        cube.column(Reading::MICROS).clone(),
        cube.column(ended).clone(),
        SelectColumn::made(
            "at_risk",
            format!(
                "sum({}) OVER (PARTITION BY {by} ORDER BY {micros} DESC)",
                cube.column(rows).sql
            ),
        ),
    ]);
    let at_risk = translator.part(&format!("{name}_at_risk"), &select);
    let ended = duckdb::name(ended);
    let mut select = at_risk.clone();
    select.columns.pop();
    let left = format!("1 - {ended} / at_risk");
    let window = format!("PARTITION BY {by} ORDER BY {micros}");
    select.columns.push(SelectColumn::made(
        "survival",
        duckdb::product(&left, &window),
    ));
    let survival = translator.part(&format!("{name}_survival"), &select);
    let mut select = survival.clone();
    select.columns = groups.clone();
    let half = format!("min({micros}) FILTER (WHERE {ended} > 0 AND survival <= 0.5 + 1e-12)");
    select.columns.push(SelectColumn::made("median", half));
    select.groups = groups.iter().map(|group| group.sql.clone()).collect();
    translator.part(&format!("{name}_typical"), &select)
}

/// The first slot whose points all have a version of the measure's score.
pub(super) fn first_with_score(
    question: &StatementInput,
    measure: &Measure,
    cells: &MeasureCells,
) -> usize {
    let Some(Measured::Score(score)) = measure.value else {
        return 0;
    };
    let Some(since) = question.definitions.scores[score.0].versions[0].since else {
        return 0;
    };
    let is_late =
        |slot: &std::ops::Range<usize>| slot.clone().any(|point| cells.axis.ends[point] <= since);
    let late = cells.axis.points.iter().rposition(is_late);
    late.map_or(0, |slot| slot + 1)
}
