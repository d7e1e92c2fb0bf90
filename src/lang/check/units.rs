//! Units: what arithmetic makes of them (rule S26), and how a KPI shows them.

use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::types::{DisplayUnit, TimeUnit, Unit};
use crate::lang::model::Operator;
use crate::lang::syntax::ast;

/// An operand's unit; a plain number goes with any unit it makes sense with.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Operand {
    Plain,
    Of(Unit),
}

/// The unit of `left OPERATOR right`, or `None` where the units do not fit.
pub(super) fn combine(operator: Operator, left: Operand, right: Operand) -> Option<Operand> {
    match operator {
        Operator::Add | Operator::Subtract => same(left, right),
        Operator::Multiply => product(left, right).or_else(|| product(right, left)),
        Operator::Divide => quotient(left, right),
    }
}

/// A plain number stands for rows, points or a ratio; never for a time, and never for a percent, of which 5 may be 5% or
/// 500%.
fn same(left: Operand, right: Operand) -> Option<Operand> {
    match (left, right) {
        (Operand::Plain, Operand::Plain) => Some(Operand::Plain),
        (Operand::Plain, Operand::Of(unit)) | (Operand::Of(unit), Operand::Plain) => match unit {
            Unit::Count | Unit::Points | Unit::Ratio => Some(Operand::Of(unit)),
            Unit::Duration | Unit::Percent => None,
        },
        (Operand::Of(left), Operand::Of(right)) => (left == right).then_some(Operand::Of(left)),
    }
}

/// Times a number, ratio or percent keeps the unit; so many times a value is a value.
fn product(left: Operand, right: Operand) -> Option<Operand> {
    match (left, right) {
        (Operand::Plain, any) => Some(any),
        (Operand::Of(Unit::Ratio | Unit::Percent), Operand::Of(unit)) => Some(Operand::Of(unit)),
        (Operand::Of(Unit::Count), Operand::Of(unit @ (Unit::Duration | Unit::Points))) => {
            Some(Operand::Of(unit))
        }
        (Operand::Of(Unit::Count | Unit::Duration | Unit::Points), Operand::Of(_))
        | (Operand::Of(_), Operand::Plain) => None,
    }
}

fn quotient(left: Operand, right: Operand) -> Option<Operand> {
    match (left, right) {
        (any, Operand::Plain) => Some(any),
        (Operand::Of(left), Operand::Of(right)) if left == right => Some(Operand::Of(Unit::Ratio)),
        (Operand::Of(unit), Operand::Of(Unit::Ratio | Unit::Percent)) => Some(Operand::Of(unit)),
        (Operand::Of(unit), Operand::Of(Unit::Count)) => Some(Operand::Of(unit)),
        (Operand::Plain, Operand::Of(Unit::Ratio | Unit::Percent | Unit::Count)) => {
            Some(Operand::Of(Unit::Ratio))
        }
        (Operand::Of(_) | Operand::Plain, Operand::Of(Unit::Duration | Unit::Points)) => None,
    }
}

/// The unit a value is shown in where nothing is written.
pub(super) fn default_display(unit: Unit) -> DisplayUnit {
    match unit {
        Unit::Count => DisplayUnit::Count,
        Unit::Duration => DisplayUnit::Time(TimeUnit::Days),
        Unit::Percent => DisplayUnit::Percent,
        Unit::Points => DisplayUnit::Points,
        Unit::Ratio => DisplayUnit::Ratio,
    }
}

/// All words that may follow `as`.
pub(super) fn display_words() -> impl Iterator<Item = DisplayUnit> + Clone {
    let others = [
        DisplayUnit::Count,
        DisplayUnit::Percent,
        DisplayUnit::Points,
        DisplayUnit::Ratio,
    ];
    TimeUnit::ALL
        .map(DisplayUnit::Time)
        .into_iter()
        .chain(others)
}

/// Whether a value of a unit can be shown so: a ratio may be shown as percent.
pub(super) fn shows(display: DisplayUnit, unit: Unit) -> bool {
    display.unit() == unit || (unit == Unit::Ratio && display == DisplayUnit::Percent)
}

/// What a unit is in a sentence: `` `mttr` is a duration ``.
pub(super) fn describe(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "a count",
        Unit::Duration => "a duration",
        Unit::Percent => "a percent",
        Unit::Points => "a number of points",
        Unit::Ratio => "a ratio",
    }
}

/// The unit after `as`, which must be one that the value can be shown in (K221, K222).
pub(super) fn written(
    word: &ast::Identifier,
    unit: Unit,
    name: &str,
    problems: &mut Problems,
) -> Option<DisplayUnit> {
    let words = display_words();
    let Some(display) = words.clone().find(|display| display.word() == word.node) else {
        let fitting = words
            .filter(|display| shows(*display, unit))
            .map(DisplayUnit::word);
        problems.push(
            Diagnostic::error("K222", word.span, format!("`{}` is not a unit", word.node))
                .suggest(&word.node, fitting)
                .help_edit(
                    "a value is shown as minutes, hours, days, weeks, percent, ratio, points or count",
                    default_display(unit).word(),
                ),
        );
        return None;
    };
    if shows(display, unit) {
        return Some(display);
    }
    let fitting: Vec<&str> = words
        .filter(|display| shows(*display, unit))
        .map(DisplayUnit::word)
        .collect();
    problems.push(
        Diagnostic::error(
            "K221",
            word.span,
            format!(
                "`{name}` is {}, which cannot be shown as {}",
                describe(unit),
                word.node
            ),
        )
        .label(format!("use {}", fitting.join(", ")))
        .edit(
            default_display(unit).word(),
            &format!("use {}", fitting.join(", ")),
        ),
    );
    None
}
