//! The groups of all steps of a query.

use crate::base::diagnostic::Problems;
use crate::base::types::FieldType;
use crate::exec::answer::Cell;
use crate::exec::compute::{Computed, CubeCells, DimensionValue, Tuple, checked_size};
use crate::lang::model::{Allowed, Dimension, EmptyValues};
use crate::plan::{EmptyWork, ValuesWork};

/// All groups of a query, in order.
pub(super) struct Dimensions {
    pub tuples: Vec<Tuple>,
}

impl Dimensions {
    /// The groups with rows anywhere in the query's own periods (rule S24).
    ///
    /// # Errors
    ///
    /// More groups than fit, of which `with empty` may make any number.
    pub fn of(
        work: &ValuesWork,
        computed: &Computed,
        place: usize,
    ) -> Result<Dimensions, Problems> {
        if work.by.is_empty() {
            return Ok(Dimensions {
                tuples: vec![Vec::new()],
            });
        }
        let steps = &computed.works[place].steps;
        let groups = |step: usize| &computed.groups(&steps[step].lines[0]).groups;
        let empty = work.empty.as_ref();
        let is_of_parent = |step: &usize| empty.is_some_and(|empty| empty.steps.contains(step));
        let mut tuples: Vec<Tuple> = (0..steps.len())
            .filter(|step| !is_of_parent(step))
            .flat_map(|step| groups(step).iter().cloned())
            .collect();
        if let Some(empty) = empty {
            let found = empty.steps.iter().flat_map(|step| groups(*step).iter());
            let parents: Vec<Tuple> = match empty.steps.is_empty() {
                true => vec![Vec::new()],
                false => found.cloned().collect(),
            };
            let of_each =
                work.by
                    .iter()
                    .zip(&empty.values)
                    .map(|(dimension, values)| match values {
                        EmptyValues::OfParent(_) => 1,
                        EmptyValues::Every => usize::from(values_of(&dimension.field_type)),
                    });
            let made = of_each.fold(parents.len(), usize::saturating_mul);
            checked_size(made, work.timeline.slots.len())?;
            for parent in &parents {
                tuples.extend(with_every_value(work, empty, parent));
            }
        }
        tuples.sort_unstable();
        tuples.dedup();
        Ok(Dimensions { tuples })
    }

    /// For each group of some cells its place among all; those of other periods have none.
    pub fn places(&self, cells: &CubeCells) -> Vec<Option<u32>> {
        let place = |tuple: &Tuple| self.tuples.binary_search(tuple).ok();
        let places = cells.groups.iter().map(place);
        places.map(|place| place.map(|at| at as u32)).collect()
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

/// A group of the parent with each combination of values that do not come from it (rule S51).
fn with_every_value(work: &ValuesWork, empty: &EmptyWork, parent: &Tuple) -> Vec<Tuple> {
    let mut own = parent.iter();
    let mut tuples: Vec<Tuple> = vec![Vec::new()];
    for (values, dimension) in empty.values.iter().zip(&work.by) {
        let next: Vec<DimensionValue> = match values {
            EmptyValues::OfParent(_) => own.next().cloned().into_iter().collect(),
            EmptyValues::Every => {
                let codes = 0..values_of(&dimension.field_type);
                codes.map(DimensionValue::Code).collect()
            }
        };
        let extended = tuples.iter().flat_map(|tuple| {
            next.iter().map(|value| {
                let mut tuple = tuple.clone();
                tuple.push(value.clone());
                tuple
            })
        });
        tuples = extended.collect();
    }
    tuples
}

/// How many values a type has that can be told without data.
fn values_of(field_type: &FieldType) -> u8 {
    match field_type {
        FieldType::Scale(scale) => scale.values.len() as u8,
        FieldType::YesNo => 2,
        FieldType::Text | FieldType::Number | FieldType::Date => 0,
    }
}

/// A scale or yes/no value as a cell.
pub fn code_cell(field_type: &FieldType, code: u8) -> Cell {
    match field_type {
        FieldType::Scale(scale) => Cell::Text(scale.values[code as usize].clone()),
        FieldType::YesNo | FieldType::Text | FieldType::Number | FieldType::Date => {
            Cell::YesNo(code == 1)
        }
    }
}
