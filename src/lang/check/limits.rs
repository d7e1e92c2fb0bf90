//! The limit of a target or band in the unit of its KPI.

use super::units::describe;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Spanned;
use crate::base::types::{DisplayUnit, Unit};
use crate::lang::format;
use crate::lang::syntax::ast::Literal;

/// Whose limit it is, and how the clause goes on before the limit: `target below`.
pub(super) struct LimitOwner<'a> {
    pub kpi: &'a str,
    pub unit: Unit,
    pub display: DisplayUnit,
    pub clause: &'a str,
}

/// The limit in the engine's unit: microseconds, a fraction, a number. Reports another unit (K220).
pub(super) fn limit(
    judged: &LimitOwner,
    literal: &Spanned<Literal>,
    problems: &mut Problems,
) -> Option<f64> {
    match (judged.unit, &literal.node) {
        (Unit::Duration, Literal::Duration(duration)) => {
            Some(duration.amount.value * duration.unit.micros() as f64)
        }
        (Unit::Percent, Literal::Percent(number)) => Some(number.value / 100.0),
        (Unit::Count | Unit::Points | Unit::Ratio, Literal::Number(number)) => Some(number.value),
        (Unit::Duration, _)
        | (Unit::Percent, _)
        | (Unit::Count | Unit::Points | Unit::Ratio, _) => {
            problems.push(other_unit(judged, literal));
            None
        }
    }
}

fn other_unit(judged: &LimitOwner, literal: &Spanned<Literal>) -> Diagnostic {
    let written = format::literal(&literal.node);
    let what = describe(judged.unit);
    let message = match (&literal.node, judged.unit) {
        (Literal::Number(_), Unit::Duration | Unit::Percent) => {
            format!("{written} what? `{}` is {what}", judged.kpi)
        }
        (
            Literal::Number(_)
            | Literal::Word(_)
            | Literal::Text(_)
            | Literal::Percent(_)
            | Literal::Duration(_)
            | Literal::Date(_)
            | Literal::Field(_),
            Unit::Count | Unit::Duration | Unit::Percent | Unit::Points | Unit::Ratio,
        ) => format!("`{}` is {what}, not `{written}`", judged.kpi),
    };
    let example = example(judged, &literal.node);
    Diagnostic::error("K220", literal.span, message)
        .help(format!("write `{} {example}`", judged.clause))
}

/// The same number in the KPI's own unit.
fn example(judged: &LimitOwner, literal: &Literal) -> String {
    let number = match literal {
        Literal::Number(number) | Literal::Percent(number) => Some(number),
        Literal::Duration(duration) => Some(&duration.amount),
        Literal::Word(_) | Literal::Text(_) | Literal::Date(_) | Literal::Field(_) => None,
    };
    let written = number.map_or("30".to_owned(), |number| number.written.clone());
    match (judged.unit, literal) {
        (Unit::Duration, _) => format!("{written} {}", judged.display.word()),
        (Unit::Percent, _) => format!("{written}%"),
        (Unit::Ratio, Literal::Percent(number)) => (number.value / 100.0).to_string(),
        (Unit::Count | Unit::Points | Unit::Ratio, _) => written,
    }
}
