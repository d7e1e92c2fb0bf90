//! The rows behind all numbers as one table, each with what it brings into its number.

use std::collections::BTreeSet;

use super::behind::{ListedRows, TakenColumns};
use crate::base::types::FieldType;
use crate::exec::answer::{Answer, AnswerColumn, Cell, ColumnRole, Level, Row};
use crate::lang::functions::Takes;

/// One table: which number and which measure of it, the fields of the row, `contribution` and `passes`. Rows of
/// several tables have the fields of all of them. The rows of a list are what they are.
pub(super) fn table(answer: &Answer, listed: &[ListedRows]) -> Answer {
    if listed.iter().all(|listed| listed.taken.is_none()) {
        return answer.clone();
    }
    let mut columns = vec![
        text_column("number"),
        text_column("name"),
        text_column("measure"),
    ];
    // Where the fields of each measure stand in the table.
    let places: Vec<Vec<(usize, usize)>> = listed
        .iter()
        .map(|listed| {
            let fields = fields(listed);
            fields
                .map(|place| (place, place_of(&mut columns, &listed.rows().columns[place])))
                .collect()
        })
        .collect();
    let width = columns.len();
    columns.push(column("contribution", FieldType::Number));
    columns.push(column("passes", FieldType::YesNo));
    let mut rows = Vec::new();
    for (listed, places) in listed.iter().zip(&places) {
        let (number, name) = listed.of();
        let brought = contributions(listed);
        for (row, contribution) in listed.rows().rows.iter().zip(brought) {
            let mut cells = vec![Cell::Missing; width];
            cells[0] = Cell::Text(number.to_string());
            cells[1] = Cell::Text(name.to_string());
            cells[2] = Cell::Text(listed.rows().query.clone());
            for (from, to) in places {
                cells[*to] = row.cells[*from].clone();
            }
            cells.extend(contribution);
            rows.push(Row {
                level: Level::Group,
                cells,
            });
        }
    }
    Answer {
        columns,
        rows,
        ..answer.clone()
    }
}

/// The places of the fields of a measure's rows, without what is added to them.
fn fields(listed: &ListedRows) -> impl Iterator<Item = usize> + '_ {
    let added = listed.taken.as_ref().map_or([None, None], |taken| {
        [taken.value.filter(|_| taken.is_added), taken.test]
    });
    (0..listed.rows().columns.len()).filter(move |place| !added.contains(&Some(*place)))
}

/// Where a field stands in the table; behind the others if it is not there yet.
fn place_of(columns: &mut Vec<AnswerColumn>, field: &AnswerColumn) -> usize {
    let known = columns
        .iter()
        .skip(3)
        .position(|column| column.name == field.name && column.role == field.role);
    known.map_or_else(
        || {
            columns.push(field.clone());
            columns.len() - 1
        },
        |place| place + 3,
    )
}

/// Of each row what it brings into the number, in the unit shown, and whether it passes: 1 where rows are counted, 1 or
/// 0 where they pass or do not; where different values are counted, 1 for the first row of each.
fn contributions(listed: &ListedRows) -> Vec<[Cell; 2]> {
    let Some(taken) = &listed.taken else {
        return Vec::new();
    };
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let rows = listed.rows().rows.iter();
    rows.map(|row| {
        let passes = taken
            .test
            .map_or(Cell::Missing, |place| row.cells[place].clone());
        [contribution(taken, row, &passes, &mut seen), passes]
    })
    .collect()
}

fn contribution(
    taken: &TakenColumns,
    row: &Row,
    passes: &Cell,
    seen: &mut BTreeSet<String>,
) -> Cell {
    let one_if = |is_so: bool| Cell::Number(if is_so { 1.0 } else { 0.0 });
    let value = taken.value.map(|place| &row.cells[place]);
    match (taken.takes, value) {
        (Takes::Rows, _) => one_if(true),
        (Takes::Test, _) => one_if(*passes == Cell::YesNo(true)),
        (Takes::Field, Some(Cell::Missing)) => one_if(false),
        (Takes::Field, Some(value)) => one_if(seen.insert(format!("{value:?}"))),
        (Takes::Number | Takes::Lifetime, Some(value)) => value.clone(),
        (Takes::Number | Takes::Lifetime | Takes::Field, None) => Cell::Missing,
    }
}

fn text_column(name: &str) -> AnswerColumn {
    column(name, FieldType::Text)
}

fn column(name: &str, field_type: FieldType) -> AnswerColumn {
    AnswerColumn {
        name: name.to_string(),
        title: name.to_string(),
        role: ColumnRole::Field(field_type),
        is_optional: false,
    }
}
