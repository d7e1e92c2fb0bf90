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
        // Shown as percent, it is judged as it is shown; a bare 0.5 may be 50% or half a percent.
        (Unit::Ratio, WrittenLiteral::Percent(number))
            if judged.display == DisplayUnit::Percent =>
        {
            Some(number.value / 100.0)
        }
        (Unit::Ratio, WrittenLiteral::Number(_)) if judged.display == DisplayUnit::Percent => {
            problems.push(other_unit(judged, literal));
            None
        }
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
        (WrittenLiteral::Number(_), _) => {
            let shown = match judged.display == DisplayUnit::Percent {
                true => "a percent",
                false => what,
            };
            format!("{written} what? `{}` is {shown}", judged.kpi)
        }
        (
            WrittenLiteral::Word(_)
            | WrittenLiteral::Text(_)
            | WrittenLiteral::Percent(_)
            | WrittenLiteral::Duration(_)
            | WrittenLiteral::Date(_)
            | WrittenLiteral::Field(_),
            Unit::Count | Unit::Duration | Unit::Percent | Unit::Points | Unit::Ratio,
        ) => format!("`{}` is {what}, not `{written}`", judged.kpi),
    };
    let problem = Diagnostic::error("K220", literal.span, message);
    limits_meant(judged, &literal.node)
        .into_iter()
        .fold(problem, |problem, limit| {
            let line = format!("write `{} {limit}`", judged.clause);
            problem.help_edit(line, limit)
        })
}

/// The same number in the KPI's own unit; both, where a fraction and a percent could be meant.
pub(super) fn limits_meant(judged: &LimitOwner, literal: &WrittenLiteral) -> Vec<String> {
    let number = match literal {
        WrittenLiteral::Number(number) | WrittenLiteral::Percent(number) => Some(number),
        WrittenLiteral::Duration(duration) => Some(&duration.amount),
        WrittenLiteral::Word(_)
        | WrittenLiteral::Text(_)
        | WrittenLiteral::Date(_)
        | WrittenLiteral::Field(_) => None,
    };
    let written = number.map_or("30".to_owned(), |number| number.written.clone());
    let percent = judged.unit == Unit::Percent || judged.display == DisplayUnit::Percent;
    match (judged.unit, literal) {
        (Unit::Duration, _) if written == "1" => {
            let word = judged.display.word();
            vec![format!("1 {}", word.trim_end_matches('s'))]
        }
        (Unit::Duration, _) => vec![format!("{written} {}", judged.display.word())],
        (_, WrittenLiteral::Number(number)) if percent && number.value.abs() < 1.0 => {
            vec![format!("{}%", shifted(&number.written, 2))]
        }
        (_, WrittenLiteral::Number(number)) if percent && number.value == 1.0 => {
            vec!["100%".to_owned(), "1%".to_owned()]
        }
        _ if percent => vec![format!("{written}%")],
        (Unit::Ratio, WrittenLiteral::Percent(number)) => vec![shifted(&number.written, -2)],
        (Unit::Count | Unit::Points | Unit::Ratio | Unit::Percent, _) => vec![written],
    }
}

/// A decimal number with its point moved to the right, without what arithmetic would add to its digits.
pub(super) fn shifted(written: &str, places: i32) -> String {
    let (sign, digits) = match written.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", written),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    let point = whole.len() as i32 + places;
    let before = (-point).max(0) as usize + usize::from(point <= 0);
    let after = (point - all.len() as i32).max(0) as usize;
    let all = format!("{}{all}{}", "0".repeat(before), "0".repeat(after));
    let (whole, fraction) = all.split_at((point + before as i32) as usize);
    let (whole, fraction) = (
        whole.trim_start_matches('0'),
        fraction.trim_end_matches('0'),
    );
    let whole = if whole.is_empty() { "0" } else { whole };
    match fraction {
        "" => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use super::shifted;

    #[test]
    fn a_point_moves_without_other_digits() {
        for (written, places, moved) in [
            ("0.5", 2, "50"),
            ("0.125", 2, "12.5"),
            ("33.3", -2, "0.333"),
            ("5", -2, "0.05"),
            ("100", -2, "1"),
            ("-7", -2, "-0.07"),
            ("0", 2, "0"),
        ] {
            assert_eq!(shifted(written, places), moved, "{written}");
        }
    }
}
