//! A row of an answer → its period and what its group confines rows to.

use std::collections::BTreeSet;

use crate::base::types::FieldType;
use crate::exec::answer::{Answer, Cell, Level, Row};
use crate::lang::model::{Condition, Dimension, FieldId, TableId};
use crate::plan::{TimeBucket, ValuesWork};

/// The period of a row; that of a total over periods is the whole range.
pub(super) fn slot(work: &ValuesWork, answer: &Answer, row: &Row) -> Option<TimeBucket> {
    let slots = &work.timeline.slots;
    if !work.shows_period {
        return slots.first().cloned();
    }
    debug_assert_eq!(answer.columns[0].name, "period");
    match &row.cells[0] {
        Cell::Text(label) => slots.iter().find(|slot| slot.label == *label).cloned(),
        Cell::Missing | Cell::YesNo(_) | Cell::Number(_) | Cell::Value(_) => work.timeline.whole(),
    }
}

/// What the group of a row confines the rows of a table to. `answer` holds every group that has a
/// row of its own, so that `other` is all the rest.
pub(super) fn condition(
    work: &ValuesWork,
    answer: &Answer,
    row: &Row,
    table: TableId,
) -> Option<Condition> {
    match row.level {
        Level::Total => None,
        Level::Group => group(work, row, table),
        Level::Other => {
            let mut shown: Vec<Condition> = Vec::new();
            for own in answer.rows.iter().filter(|own| own.level == Level::Group) {
                let own = group(work, own, table).expect("`top` needs a dimension");
                if !shown.contains(&own) {
                    shown.push(own);
                }
            }
            Some(Condition::Not(Box::new(Condition::AnyOf(shown))))
        }
    }
}

fn group(work: &ValuesWork, row: &Row, table: TableId) -> Option<Condition> {
    let cells = &row.cells[usize::from(work.shows_period)..];
    let tests: Vec<Condition> = work
        .by
        .iter()
        .zip(cells)
        .map(|(dimension, cell)| test(dimension, cell, table))
        .collect();
    (!tests.is_empty()).then_some(Condition::All(tests))
}

fn test(dimension: &Dimension, cell: &Cell, table: TableId) -> Condition {
    if let Some(bands) = dimension.bands_of(table) {
        let band = match cell {
            Cell::Text(label) => bands.labels.iter().position(|own| own == label),
            Cell::Missing | Cell::YesNo(_) | Cell::Number(_) | Cell::Value(_) => None,
        };
        return match band {
            Some(band) => bands.tests[band].clone(),
            None => Condition::Not(Box::new(Condition::AnyOf(bands.tests.clone()))),
        };
    }
    let field = dimension
        .of(table)
        .expect("checking finds every dimension in every table of a query");
    match cell {
        Cell::Missing => Condition::Not(Box::new(Condition::Present(field))),
        Cell::YesNo(yes) => codes(field, u8::from(*yes)),
        Cell::Text(text) => match &dimension.field_type {
            FieldType::Scale(scale) => {
                let index = scale.values.iter().position(|value| value == text);
                codes(field, index.expect("a value of the scale") as u8)
            }
            FieldType::Text | FieldType::YesNo | FieldType::Number | FieldType::Date => {
                Condition::Texts {
                    field,
                    allowed: BTreeSet::from([text.clone()]),
                }
            }
        },
        Cell::Number(_) | Cell::Value(_) => {
            unreachable!("checking refuses numbers as dimensions")
        }
    }
}

fn codes(field: FieldId, code: u8) -> Condition {
    Condition::Codes {
        field,
        allowed: BTreeSet::from([code]),
    }
}
