//! Answers as plain lines that can be compared: labels, and the number with what comes with it.

use riskql::exec::answer::{Answer, Cell, Level};

/// One value of an answer. Of a total, `group` is empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub period: Option<String>,
    /// `None` is the group of rows without a value.
    pub group: Vec<Option<String>>,
    pub level: Level,
    pub value: Option<f64>,
    pub reason: Option<String>,
    pub rows: u64,
}

/// The lines of an answer with one value column, in its order.
pub fn lines(answer: &Answer) -> Vec<Line> {
    columns(answer).remove(0)
}

/// The lines of each value column.
pub fn columns(answer: &Answer) -> Vec<Vec<Line>> {
    use riskql::exec::answer::ColumnRole::{Dimension, Field, Period, Value};
    let mut columns: Vec<Vec<Line>> = Vec::new();
    for row in &answer.rows {
        let (mut period, mut group, mut value_column) = (None, Vec::new(), 0);
        for (column, cell) in answer.columns.iter().zip(&row.cells) {
            match (&column.role, cell) {
                (Period(_), cell) => period = text(cell),
                (Dimension(_), cell) => group.push(text(cell)),
                (Value(_), Cell::Value(value)) => {
                    if columns.len() == value_column {
                        columns.push(Vec::new());
                    }
                    columns[value_column].push(Line {
                        period: period.clone(),
                        group: match row.level {
                            Level::Group => group.clone(),
                            Level::Other | Level::Total => Vec::new(),
                        },
                        level: row.level,
                        value: value.value,
                        reason: value.reason.clone(),
                        rows: value.rows,
                    });
                    value_column += 1;
                }
                (Value(_) | Field(_), cell) => panic!("{cell:?} in the column {}", column.name),
            }
        }
    }
    if columns.is_empty() {
        columns.push(Vec::new());
    }
    columns
}

fn text(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Missing => None,
        Cell::Text(text) => Some(text.clone()),
        Cell::YesNo(true) => Some("yes".to_owned()),
        Cell::YesNo(false) => Some("no".to_owned()),
        Cell::Number(number) => Some(number.to_string()),
        Cell::Value(value) => panic!("a value in the column of a dimension: {value:?}"),
    }
}

/// Equal to nine digits, relative or absolute.
pub fn is_close(left: Option<f64>, right: Option<f64>) -> bool {
    match (left, right) {
        (None, None) => true,
        (Some(left), Some(right)) => {
            (left - right).abs() <= 1e-9 * f64::max(1.0, f64::max(left.abs(), right.abs()))
        }
        (Some(_), None) | (None, Some(_)) => false,
    }
}
