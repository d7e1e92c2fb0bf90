//! How a formula is made of its groups' values.

use crate::base::types::{StockMoment, Unit};
use crate::lang::functions::Takes;
use crate::lang::model::{Formula, Kind, Measure, Operator, ValueColumn};

/// How the value of a whole follows from its groups.
#[derive(Clone, Debug)]
pub enum Decomposition {
    /// The groups' values add up to it: counts and sums.
    Adds,
    /// Every group's value weighs as many rows as it was computed from: means and shares.
    OfRows,
    /// One sum over another.
    Quotient {
        above: Box<ValueColumn>,
        below: Box<ValueColumn>,
    },
    /// It does not follow: medians, different values, largest and smallest ones.
    Not,
}

/// How a column is made of its groups.
pub fn split(column: &ValueColumn) -> Decomposition {
    match column.moment {
        StockMoment::End | StockMoment::Start => of_formula(column),
        // A mean of days' sums is the sum of the groups' means; of quotients it is not.
        StockMoment::Average if column.formula.adds_up() => Decomposition::Adds,
        StockMoment::Average | StockMoment::Peak if column.kind != Kind::Flow => Decomposition::Not,
        StockMoment::Average | StockMoment::Peak => of_formula(column),
    }
}

fn of_formula(column: &ValueColumn) -> Decomposition {
    if column.formula.adds_up() {
        return Decomposition::Adds;
    }
    match &column.formula {
        Formula::Measure(measure) if weighs_rows(measure) => Decomposition::OfRows,
        Formula::Binary {
            operator: Operator::Divide,
            left,
            right,
        } if left.adds_up() && right.adds_up() => quotient(column, left, right),
        Formula::Number(_)
        | Formula::Constant { .. }
        | Formula::Measure(_)
        | Formula::Kpi(_)
        | Formula::Binary { .. }
        | Formula::Negate(_)
        | Formula::Adjusted { .. } => Decomposition::Not,
    }
}

fn weighs_rows(measure: &Measure) -> bool {
    measure.function.name == "mean" || measure.function.takes == Takes::Test
}

/// Both sides as columns of their own, in units whose quotient is in the column's unit.
fn quotient(column: &ValueColumn, left: &Formula, right: &Formula) -> Decomposition {
    let side = |formula: &Formula, name: &str| {
        let unit = formula.measures().first()?.unit;
        Some(Box::new(ValueColumn {
            name: format!("{}: {name}", column.name),
            title: name.to_string(),
            kpi: None,
            formula: formula.clone(),
            unit,
            display: column.display.of_part(unit),
            direction: None,
            targets: Vec::new(),
            bands: Vec::new(),
            ..column.clone()
        }))
    };
    let (Some(above), Some(below)) = (side(left, "above"), side(right, "below")) else {
        return Decomposition::Not;
    };
    if below.unit == Unit::Count || below.unit == above.unit {
        Decomposition::Quotient { above, below }
    } else {
        Decomposition::Not
    }
}
