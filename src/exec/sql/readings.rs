//! Columns of cubes → numbers.

use super::dialects::{FIXED_POINT, SqlDialect};
use crate::lang::model::Measure;
use crate::plan::relation::{MeasureCells, Reading, Sum};

/// The number of a measure.
pub(super) struct ReadNumber {
    pub sql: String,
    /// Whether a group without rows has 0 (rule S16).
    pub is_zero_of_none: bool,
}

/// The number that a cube's columns stand for. `table` is the cube, `instant` that of the point.
pub(super) fn number(
    dialect: &dyn SqlDialect,
    measure: &Measure,
    cells: &MeasureCells,
    table: &str,
    instant: &str,
) -> ReadNumber {
    let column = |name: &str| format!("{table}.{}", dialect.name(name));
    let zero = |sql: String| ReadNumber {
        sql,
        is_zero_of_none: true,
    };
    let some = |sql: String| ReadNumber {
        sql,
        is_zero_of_none: false,
    };
    match &cells.reading {
        Reading::Tally { with: None } => zero(column(&cells.rows)),
        Reading::Tally { with: Some(with) } => some(format!(
            "{} / nullif({}, 0)",
            dialect.dividend(&column(with)),
            column(&cells.rows)
        )),
        Reading::Total { count, sum, scale } => {
            let sum = total(dialect, *scale, [&column(count), &column(sum), instant]);
            match measure.function.name {
                "sum" => zero(sum),
                _ => {
                    let sum = match scale {
                        Sum::FixedPoint => sum,
                        Sum::Micros | Sum::Ages => dialect.dividend(&sum),
                    };
                    some(format!("{sum} / nullif({}, 0)", column(count)))
                }
            }
        }
        Reading::Extremes { min, max, .. } => match measure.function.name {
            "min" => some(column(min)),
            _ => some(column(max)),
        },
        Reading::Quantile { lower, .. } => some(column(&quantile_column(lower))),
        Reading::Distinct { different, .. } => zero(column(different)),
        Reading::Lifetimes { .. } => some(column("median")),
    }
}

fn total(dialect: &dyn SqlDialect, scale: Sum, [count, sum, instant]: [&str; 3]) -> String {
    match scale {
        Sum::Micros => sum.to_string(),
        Sum::FixedPoint => format!("{} / {FIXED_POINT}", dialect.dividend(sum)),
        Sum::Ages => format!("({instant} * {count} - {sum})"),
    }
}

/// The column of a quantile, where relations have one for each of the two values it lies between.
pub(super) fn quantile_column(lower: &str) -> String {
    lower.replacen("lower", "quantile", 1)
}
