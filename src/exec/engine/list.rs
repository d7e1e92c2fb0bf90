//! `list`: rows of a table as they are at the standpoint.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveTime, SecondsFormat};

use super::assemble::{code_cell, context};
use super::axis::Axis;
use super::compile::Program;
use super::excluded;
use super::fields::Reader;
use super::nodes::{Block, Buffer, Node, NodeId};
use super::pools::Selection;
use crate::base::cancellation::{self, Steps};
use crate::base::types::{FieldType, StockMoment};
use crate::exec::answer::{Answer, AnswerColumn, Cell, ColumnRole, Excluded, Level, Row};
use crate::exec::data::{MISSING_CODE, MISSING_INSTANT, MISSING_TEXT};
use crate::lang::model::{FieldId, Kind, Role};
use crate::plan::{ListWork, Plan};

/// The answer to a `list` query.
pub(super) fn answer<'a>(reader: &'a Reader<'a>, plan: &Plan, work: &ListWork) -> Answer {
    let list = &work.list;
    let (mut rows, excluded) = matching(reader, work);
    let keys: Vec<(Values, bool)> = list
        .sort
        .iter()
        .map(|(field, is_descending)| (Values::of(reader, *field, &rows), *is_descending))
        .collect();
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|left, right| {
        cancellation::listen();
        let compare = |(values, is_descending): &(Values, bool)| {
            values.compare(*left, *right, *is_descending)
        };
        let first = keys.iter().map(compare).find(|order| order.is_ne());
        first.unwrap_or(Ordering::Equal)
    });
    order.truncate(list.limit.unwrap_or(usize::MAX));
    let found = rows.len();
    rows = order.into_iter().map(|place| rows[place]).collect();
    let mut notes = plan.notes.clone();
    if rows.len() < found {
        notes.push(format!("{} of {found} rows shown", rows.len()));
    }
    Answer {
        query: plan.query.clone(),
        context: context(reader),
        columns: columns(reader, &list.show),
        rows: cells(reader, &list.show, &rows),
        excluded,
        notes,
    }
}

/// The columns that show fields.
pub(super) fn columns(reader: &Reader, show: &[FieldId]) -> Vec<AnswerColumn> {
    let column = |field: &FieldId| {
        let field = reader.definitions.field(*field);
        AnswerColumn {
            name: field.name.clone(),
            title: field.name.clone(),
            role: ColumnRole::Field(field.field_type.clone()),
        }
    };
    show.iter().map(column).collect()
}

/// The rows of the population, in the order of the file, and those left out by `exclude`.
fn matching<'a>(reader: &'a Reader<'a>, work: &ListWork) -> (Vec<usize>, Vec<Excluded>) {
    let population = &work.list.population;
    let kind = match population.role {
        Role::State(_) => Kind::Stock,
        Role::Event(_) | Role::Rows => Kind::Flow,
    };
    let slots = std::slice::from_ref(&work.slot);
    let axis = Axis::new(slots, kind, StockMoment::End, reader.calendar());
    let selection = Selection::new(reader, population, axis);
    let (rows, left) = selection.rows();
    let table = reader.definitions.table(population.table);
    let reasons = excluded::of_population(reader, population, &left).into_iter();
    let excluded = reasons
        .filter(|(_, rows)| *rows > 0)
        .map(|(reason, rows)| Excluded {
            kpi: table.name.clone(),
            reason,
            rows,
        });
    (rows, excluded.collect())
}

/// Fields of some rows.
pub(super) fn cells<'a>(reader: &'a Reader<'a>, show: &[FieldId], rows: &[usize]) -> Vec<Row> {
    let columns: Vec<Values> = show
        .iter()
        .map(|field| Values::of(reader, *field, rows))
        .collect();
    (0..rows.len())
        .map(|place| Row {
            level: Level::Group,
            cells: columns
                .iter()
                .map(|values| values.cell(reader, place))
                .collect(),
        })
        .collect()
}

/// The values of one field in some rows.
struct Values<'a> {
    field_type: &'a FieldType,
    dictionary: &'a [String],
    values: Vec<Found>,
}

#[derive(Clone, Copy, PartialEq)]
enum Found {
    Missing,
    Code(u32),
    Number(f64),
    Instant(i64),
}

impl<'a> Values<'a> {
    fn of(reader: &'a Reader<'a>, field: FieldId, rows: &[usize]) -> Values<'a> {
        let mut program = Program::new(reader, field.table);
        let node = program.field(field);
        // A row's block holds only that row: a list shows few of many.
        let mut steps = Steps::default();
        let read = |row: &usize| {
            steps.step();
            one(&program.nodes, node, *row)
        };
        Values {
            field_type: &reader.definitions.field(field).field_type,
            dictionary: program.dictionary(field),
            values: rows.iter().map(read).collect(),
        }
    }

    fn compare(&self, left: usize, right: usize, is_descending: bool) -> Ordering {
        let (left, right) = (self.values[left], self.values[right]);
        let order = match (left, right) {
            (Found::Missing, Found::Missing) => return Ordering::Equal,
            (Found::Missing, _) => return Ordering::Greater,
            (_, Found::Missing) => return Ordering::Less,
            (Found::Code(left), Found::Code(right)) => left.cmp(&right),
            (Found::Number(left), Found::Number(right)) => left.total_cmp(&right),
            (Found::Instant(left), Found::Instant(right)) => left.cmp(&right),
            (Found::Code(_) | Found::Number(_) | Found::Instant(_), _) => {
                unreachable!("a field has one type")
            }
        };
        if is_descending {
            order.reverse()
        } else {
            order
        }
    }

    fn cell(&self, reader: &Reader, place: usize) -> Cell {
        match self.values[place] {
            Found::Missing => Cell::Missing,
            Found::Number(number) => Cell::Number(number),
            Found::Instant(at) => Cell::Text(written(reader, at)),
            Found::Code(code) => match self.field_type {
                FieldType::Text => Cell::Text(self.dictionary[code as usize].clone()),
                FieldType::Scale(_) | FieldType::YesNo | FieldType::Number | FieldType::Date => {
                    code_cell(self.field_type, code as u8)
                }
            },
        }
    }
}

fn one(nodes: &[Node], node: NodeId, row: usize) -> Found {
    let block = Block::new(nodes, row..row + 1);
    match block.buffer(node) {
        Buffer::Codes(codes) if codes[0] == MISSING_CODE => Found::Missing,
        Buffer::Codes(codes) => Found::Code(u32::from(codes[0])),
        Buffer::Texts(texts) if texts[0] == MISSING_TEXT => Found::Missing,
        Buffer::Texts(texts) => Found::Code(texts[0]),
        Buffer::Numbers(numbers) if numbers[0].is_nan() => Found::Missing,
        Buffer::Numbers(numbers) => Found::Number(numbers[0]),
        Buffer::Instants(instants) if instants[0] == MISSING_INSTANT => Found::Missing,
        Buffer::Instants(instants) => Found::Instant(instants[0]),
        Buffer::Mask(_) => unreachable!("a field is not a mask"),
    }
}

/// A local midnight is written as its date, anything else as a timestamp with its offset.
fn written(reader: &Reader, at: i64) -> String {
    let Some(utc) = DateTime::from_timestamp_micros(at) else {
        return String::new();
    };
    let local = utc.with_timezone(&reader.calendar().timezone);
    if local.time() == NaiveTime::MIN {
        local.format("%Y-%m-%d").to_string()
    } else {
        local.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }
}
