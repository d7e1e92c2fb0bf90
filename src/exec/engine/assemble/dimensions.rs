//! The groups of all steps of a query, told apart by values and not by any table's codes.

use super::super::fields::Reader;
use super::super::steps::{Computed, StepResult};
use super::super::tracks::Tracks;
use super::evaluate;
use crate::base::types::FieldType;
use crate::exec::answer::Cell;
use crate::lang::model::{Allowed, Dimension, FieldId};
use crate::plan::ValuesWork;

/// One value of a dimension. The order is the one shown: scales as they are ordered, texts by name,
/// missing last (rule S24).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum DimensionValue {
    Code(u8),
    Text(String),
    Missing,
}

/// The values of a group, one a dimension.
pub(super) type Tuple = Vec<DimensionValue>;

/// All groups of a query, in order.
pub(super) struct Dimensions {
    pub tuples: Vec<Tuple>,
}

impl Dimensions {
    pub fn of(
        reader: &Reader,
        work: &ValuesWork,
        tracks: &Tracks,
        computed: &Computed,
    ) -> Dimensions {
        if work.by.is_empty() {
            return Dimensions {
                tuples: vec![Vec::new()],
            };
        }
        let mut tuples = Vec::new();
        for step in &work.steps {
            let axis = evaluate::axis(reader, step, &tracks.main);
            tuples.extend(decode(reader, &computed.result(step, &axis), &step.keys));
        }
        tuples.sort_unstable();
        tuples.dedup();
        Dimensions { tuples }
    }

    /// For each group of a result its place among all; those of other periods have none.
    pub fn places(
        &self,
        reader: &Reader,
        result: &StepResult,
        keys: &[FieldId],
    ) -> Vec<Option<u32>> {
        if keys.is_empty() {
            return result.groups().iter().map(|_| Some(0)).collect();
        }
        let tuples = decode(reader, result, keys).into_iter();
        tuples
            .map(|tuple| self.tuples.binary_search(&tuple).ok().map(|at| at as u32))
            .collect()
    }

    /// The cells of a group; a total's are missing.
    pub fn cells(&self, work: &ValuesWork, tuple: Option<&Tuple>) -> Vec<Cell> {
        let cell = |(place, dimension): (usize, &Dimension)| match tuple.map(|tuple| &tuple[place])
        {
            None | Some(DimensionValue::Missing) => Cell::Missing,
            Some(DimensionValue::Text(text)) => Cell::Text(text.clone()),
            Some(DimensionValue::Code(code)) => code_cell(&dimension.field_type, *code),
        };
        work.by.iter().enumerate().map(cell).collect()
    }

    /// What a dimension confines a row to, if the row is of one group.
    pub fn allowed(&self, work: &ValuesWork, tuple: Option<&Tuple>, name: &str) -> Option<Allowed> {
        let place = work
            .by
            .iter()
            .position(|dimension| dimension.name == name)?;
        Some(match &tuple?[place] {
            DimensionValue::Code(code) => Allowed::Codes([*code].into()),
            DimensionValue::Text(text) => Allowed::Texts([text.clone()].into()),
            DimensionValue::Missing => match work.by[place].field_type {
                FieldType::Text => Allowed::Texts([].into()),
                FieldType::YesNo | FieldType::Scale(_) | FieldType::Number | FieldType::Date => {
                    Allowed::Codes([].into())
                }
            },
        })
    }
}

/// A scale or yes/no value as a cell.
pub(in super::super) fn code_cell(field_type: &FieldType, code: u8) -> Cell {
    match field_type {
        FieldType::Scale(scale) => Cell::Text(scale.values[code as usize].clone()),
        FieldType::YesNo | FieldType::Text | FieldType::Number | FieldType::Date => {
            Cell::YesNo(code == 1)
        }
    }
}

fn decode(reader: &Reader, result: &StepResult, keys: &[FieldId]) -> Vec<Tuple> {
    let dictionaries: Vec<&[String]> = keys
        .iter()
        .map(|field| dictionary(reader, *field))
        .collect();
    let value = |(place, code): (usize, Option<u32>)| match code {
        None => DimensionValue::Missing,
        Some(code) => match reader.definitions.field(keys[place]).field_type {
            FieldType::Text => DimensionValue::Text(dictionaries[place][code as usize].clone()),
            FieldType::YesNo | FieldType::Scale(_) | FieldType::Number | FieldType::Date => {
                DimensionValue::Code(code as u8)
            }
        },
    };
    let unpack = |packed: &u64| result.grouping().unpack(*packed);
    let tuples = result.groups().iter().map(unpack);
    tuples
        .map(|codes| codes.into_iter().enumerate().map(value).collect())
        .collect()
}

fn dictionary<'a>(reader: &'a Reader<'a>, field: FieldId) -> &'a [String] {
    super::super::compile::Program::new(reader, field.table).dictionary(field)
}
