//! The limit of a target or band in the unit of its KPI.

use super::units::describe;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Spanned;
use crate::base::types::{DisplayUnit, Unit};
use crate::lang::format;
use crate::lang::syntax::ast::WrittenLiteral;

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
    literal: &Spanned<WrittenLiteral>,
    problems: &mut Problems,
) -> Option<f64> {
    match (judged.unit, &literal.node) {
        (Unit::Duration, WrittenLiteral::Duration(duration)) => {
            Some(duration.amount.value * duration.unit.micros() as f64)
        }
        (Unit::Percent, WrittenLiteral::Percent(number)) => Some(number.value / 100.0),
        (Unit::Count | Unit::Points | Unit::Ratio, WrittenLiteral::Number(number)) => {
            Some(number.value)
        }
        (Unit::Duration, _)
        | (Unit::Percent, _)
        | (Unit::Count | Unit::Points | Unit::Ratio, _) => {
            problems.push(other_unit(judged, literal));
            None
        }
    }
}

fn other_unit(judged: &LimitOwner, literal: &Spanned<WrittenLiteral>) -> Diagnostic {
    let written = format::literal(&literal.node);
    let what = describe(judged.unit);
    let message = match (&literal.node, judged.unit) {
        (WrittenLiteral::Number(_), Unit::Duration | Unit::Percent) => {
            format!("{written} what? `{}` is {what}", judged.kpi)
        }
        (
            WrittenLiteral::Number(_)
            | WrittenLiteral::Word(_)
            | WrittenLiteral::Text(_)
            | WrittenLiteral::Percent(_)
            | WrittenLiteral::Duration(_)
            | WrittenLiteral::Date(_)
            | WrittenLiteral::Field(_),
            Unit::Count | Unit::Duration | Unit::Percent | Unit::Points | Unit::Ratio,
        ) => format!("`{}` is {what}, not `{written}`", judged.kpi),
    };
    let example = example(judged, &literal.node);
    Diagnostic::error("K220", literal.span, message)
        .help(format!("write `{} {example}`", judged.clause))
}

/// The same number in the KPI's own unit.
fn example(judged: &LimitOwner, literal: &WrittenLiteral) -> String {
    let number = match literal {
        WrittenLiteral::Number(number) | WrittenLiteral::Percent(number) => Some(number),
        WrittenLiteral::Duration(duration) => Some(&duration.amount),
        WrittenLiteral::Word(_)
        | WrittenLiteral::Text(_)
        | WrittenLiteral::Date(_)
        | WrittenLiteral::Field(_) => None,
    };
    let written = number.map_or("30".to_owned(), |number| number.written.clone());
    match (judged.unit, literal) {
        (Unit::Duration, _) => format!("{written} {}", judged.display.word()),
        (Unit::Percent, _) => format!("{written}%"),
        (Unit::Ratio, WrittenLiteral::Percent(number)) => (number.value / 100.0).to_string(),
        (Unit::Count | Unit::Points | Unit::Ratio, _) => written,
    }
}
