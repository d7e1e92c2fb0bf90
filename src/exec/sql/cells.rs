//! Cubes as parts of the statement, and what of them the answer joins: a number for each group and period.

use std::collections::{BTreeMap, BTreeSet};

use super::StatementInput;
use super::axes::{AxisTables, PERIOD_POINT, POINT, POINTS};
use super::dialects::SqlType;
use super::lifetimes::survival;
use super::readings::{ReadNumber, number, quantile_column};
use super::relations::{PointTable, Translator};
use super::select::{Select, SelectColumn, bare};
use crate::base::types::StockMoment;
use crate::lang::model::{Measure, Measured, Role, TableId, ValueColumn};
use crate::plan::relation::{
    Aggregate, Cube, CubeLevel, Lowering, MeasureCells, Name, Reading, SharedRelation, pruned,
};
use crate::plan::{Step, TimeBucket, ValuesWork};

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
    pub slots: &'a [TimeBucket],
    /// By step; `None` for steps that are not asked for on this line.
    pub cells: Vec<Option<MeasureCells>>,
}

impl<'a> LineCells<'a> {
    /// Lowers the steps that are asked for.
    pub fn lower(
        lowering: &mut Lowering,
        work: &ValuesWork,
        slots: &'a [TimeBucket],
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
    let moment = measure.moment.unwrap_or(column.moment);
    let step = steps.position(|step| step.moment == moment && step.measure == *measure);
    step.expect("planning made a step of every measure")
}

/// The rows of tables with the columns that cubes read.
fn rows_of_tables(lowering: &Lowering) -> BTreeMap<TableId, SharedRelation> {
    let all = lowering.rows_of_tables().into_iter();
    let with_columns = all.map(|(table, rows)| {
        let cubes = lowering.cubes.iter().filter(|cube| cube.table == table);
        let read: BTreeSet<Name> = cubes.flat_map(Cube::columns).collect();
        (table, pruned(&rows, &read))
    });
    with_columns.collect()
}

/// The cubes as parts, in their order.
pub(super) fn cubes(
    translator: &mut Translator,
    question: &StatementInput,
    work: &ValuesWork,
    lowering: &Lowering,
    lines: &[&LineCells],
) -> Vec<Select> {
    let rows = rows_of_tables(lowering);
    let relation = |cube: &Cube| {
        let cube = with_whole_quantiles(cube);
        cube.relation(&rows[&cube.table], &CubeLevel::Groups)
    };
    let relations: Vec<SharedRelation> = lowering.cubes.iter().map(relation).collect();
    for relation in &relations {
        translator.note_scans(relation);
    }
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
        translator.subject.clone_from(&name);
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
    let aggregates = std::mem::take(&mut cube.aggregates).into_iter();
    let kept = aggregates.filter(|(_, aggregate)| !is_upper(aggregate));
    let named = kept.map(|(name, aggregate)| match aggregate {
        Aggregate::OrderStatistic { .. } => (quantile_column(&name), aggregate),
        _ => (name, aggregate),
    });
    cube.aggregates = named.collect();
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
    let cells = line.cells[step].as_ref().expect("the line has the step");
    let step = &work.steps[step];
    let mut part = parts[cells.cube].clone();
    let cube = part.source.clone();
    if let Reading::Lifetimes { ended } = &cells.reading {
        let fraction = step.measure.parameter.unwrap_or(0.5);
        let keys = step.keys.len();
        part = survival(translator, &part, &cells.rows, ended, keys, fraction);
    }
    let keys = part.columns[..step.keys.len()].iter();
    let keys: Vec<String> = keys.map(|key| key.name.clone()).collect();
    let is_finer = cells.axis.points.iter().any(|points| points.len() > 1);
    let number = match is_finer {
        false => {
            let instant = instant(translator, cells);
            number(
                translator.dialect,
                &step.measure,
                cells,
                &part.source,
                &instant,
            )
        }
        true => {
            let (days, column) = translator.axes.table(&cells.axis);
            let select = over_days(step, cells, &part, (&days, column), &keys);
            let hint = format!("{}_{}", bare(&part.source), step.moment.word());
            part = translator.part(&hint, &select);
            ReadNumber {
                sql: format!("{}.value", part.source),
                ..number(translator.dialect, &step.measure, cells, "", "")
            }
        }
    };
    JoinedCells {
        sql: zero_of_none(number),
        part: part.source,
        cube,
        keys,
    }
}

/// The instant of the period that cells are joined to.
fn instant(translator: &mut Translator, cells: &MeasureCells) -> String {
    match cells.axis.ends.as_slice() {
        [] => translator.dialect.missing(SqlType::Integer),
        [only] => translator.dialect.integer(*only),
        _ => {
            let (table, column) = translator.axes.table(&cells.axis);
            format!("{table}.{column}")
        }
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
    let dialect = part.dialect;
    let number = number(
        dialect,
        &step.measure,
        cells,
        &part.source,
        &format!("{days}.{column}"),
    );
    let value = match (step.moment, number.is_zero_of_none) {
        (StockMoment::Peak, _) => format!("max({})", number.sql),
        // Days without a row count as 0.
        (_, true) => {
            let sum = dialect.dividend(&format!("sum({})", number.sql));
            format!("{sum} / max({days}.{POINTS})")
        }
        (_, false) => format!("avg({})", number.sql),
    };
    let mut select = part.clone();
    let own = |name: &str| format!("{}.{}", part.source, dialect.name(name));
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
