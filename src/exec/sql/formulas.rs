//! Formulas over measures.

use super::dialects::SqlDialect;
use crate::base::types::Adjustment;
use crate::lang::model::{Formula, Measure, Operator};

/// Arithmetic over measures (rules S17, S18).
pub(super) fn formula(
    dialect: &dyn SqlDialect,
    of: &Formula,
    measure: &dyn Fn(&Measure) -> String,
) -> String {
    let formula = |of: &Formula| formula(dialect, of, measure);
    match of {
        Formula::Number(number) | Formula::Constant { value: number, .. } => {
            dialect.number(*number)
        }
        Formula::Adjusted {
            of,
            adjustment,
            value,
            ..
        } => adjusted(*adjustment, &formula(of), &dialect.number(*value)),
        Formula::Measure(own) => measure(own),
        Formula::Kpi(_) => unreachable!("checking puts a KPI's formula in place of its name"),
        Formula::Negate(inner) => format!("-{}", bracketed(&formula(inner))),
        Formula::Binary {
            operator,
            left,
            right,
        } => {
            let left = formula(left);
            let left = match operator {
                Operator::Add | Operator::Subtract => left,
                Operator::Multiply => bracketed_sum(&left),
                Operator::Divide if is_quotient(&left) => bracketed_sum(&left),
                Operator::Divide => bracketed_sum(&dialect.dividend(&left)),
            };
            let right = formula(right);
            match operator {
                Operator::Add => format!("{left} + {}", bracketed_sum(&right)),
                Operator::Subtract => format!("{left} - {}", bracketed_sum(&right)),
                Operator::Multiply => format!("{left} * {}", bracketed(&right)),
                Operator::Divide => format!("{left} / nullif({right}, 0)"),
            }
        }
    }
}

/// Rule S47. The least of nothing and a number would be the number, so both are compared.
fn adjusted(adjustment: Adjustment, of: &str, value: &str) -> String {
    match adjustment {
        Adjustment::Otherwise => format!("coalesce({of}, {value})"),
        Adjustment::AtMost => format!("(CASE WHEN {of} > {value} THEN {value} ELSE {of} END)"),
        Adjustment::AtLeast => format!("(CASE WHEN {of} < {value} THEN {value} ELSE {of} END)"),
    }
}

/// A text that products and quotients can stand around.
fn bracketed(text: &str) -> String {
    bracketed_if(text, &[" + ", " - ", " * ", " / "])
}

/// A text that can be divided.
pub(super) fn bracketed_sum(text: &str) -> String {
    bracketed_if(text, &[" + ", " - "])
}

/// Whether a text divides something, so that it is a number of double precision.
pub(super) fn is_quotient(text: &str) -> bool {
    has_sign(text, &[" / "])
}

/// A text in brackets if it has one of these signs outside of its own.
fn bracketed_if(text: &str, signs: &[&str]) -> String {
    match has_sign(text, signs) {
        true => format!("({text})"),
        false => text.to_string(),
    }
}

fn has_sign(text: &str, signs: &[&str]) -> bool {
    let mut depth = 0;
    text.char_indices().any(|(place, letter)| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        depth == 0 && signs.iter().any(|sign| text[place..].starts_with(sign))
    })
}
