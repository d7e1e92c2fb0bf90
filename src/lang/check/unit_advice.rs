//! Arithmetic of units that do not fit (K219), and what to write instead; factors that were meant to change how a number
//! is shown (K292, K293).

use super::limits::{LimitOwner, limits_meant, shifted};
use super::units::{self, Operand, describe};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Spanned;
use crate::base::types::{TimeUnit, Unit};
use crate::lang::format;
use crate::lang::model::Operator;
use crate::lang::syntax::ast;

/// A side of an operator, and what it is.
type OperatorSide<'t> = (&'t Spanned<ast::Formula>, Operand);

/// What is said of two sides whose units do not fit.
pub(super) fn units_differ(
    operator: &Spanned<ast::Arithmetic>,
    resolved: Operator,
    sides: [OperatorSide; 2],
) -> Diagnostic {
    let word = |operand: Operand| match operand {
        Operand::Plain => "a plain number",
        Operand::Of(unit) => describe(unit),
    };
    let [left, right] = sides;
    let (symbol, rule) = match resolved {
        Operator::Add => ("+", "`+` and `-` need two values of the same unit"),
        Operator::Subtract => ("-", "`+` and `-` need two values of the same unit"),
        Operator::Multiply => (
            "*",
            "one side of `*` is a number, a ratio or a percent, or a count of durations or points",
        ),
        Operator::Divide => (
            "/",
            "divide by the same unit (a ratio), by a number or by a count",
        ),
    };
    let problem = Diagnostic::error(
        "K219",
        operator.span,
        format!("`{symbol}` of {} and {}", word(left.1), word(right.1)),
    )
    .label("these units do not fit");
    let problem = with_changes(problem, operator, resolved, sides);
    problem.help(rule)
}

fn with_changes(
    problem: Diagnostic,
    operator: &Spanned<ast::Arithmetic>,
    resolved: Operator,
    [left, right]: [OperatorSide; 2],
) -> Diagnostic {
    let constants = [(left, right.1), (right, left.1)];
    let mut constants = constants
        .into_iter()
        .filter_map(|(constant, other)| Some((constant.0, in_unit(resolved, constant, other)?)));
    if let Some((tree, texts)) = constants.next() {
        return texts.into_iter().fold(problem, |problem, text| {
            let line = format!("write `{text}`");
            problem.help(&line).edit_at(tree.span, &text, &line)
        });
    }
    let whole = left.0.span.to(right.0.span);
    let instead = |problem: Diagnostic, line: String, text: String| {
        problem.help(&line).edit_at(whole, text, &line)
    };
    if let Some(text) = changed_by_percent(resolved, left, right) {
        return instead(problem, format!("write `{text}`"), text);
    }
    if let Some(text) = ratio_as_percent(resolved, left, right) {
        return instead(problem, format!("write `{text}`"), text);
    }
    let divides = units::combine(Operator::Divide, left.1, right.1).is_some();
    if resolved == Operator::Multiply && divides {
        let line = "for how many times as much: `/`";
        return problem.help(line).edit_at(operator.span, "/", line);
    }
    if resolved == Operator::Divide && units::combine(resolved, right.1, left.1).is_some() {
        let text = format!("{} / {}", as_factor(right.0), as_factor(left.0));
        return instead(problem, format!("the other way round: `{text}`"), text);
    }
    match (resolved, left.1, right.1) {
        (Operator::Add | Operator::Subtract, Operand::Of(_), Operand::Of(_))
            if !is_constant(left.0) && !is_constant(right.0) =>
        {
            problem.help(format!(
                "as two columns of a query: `{}, {}`",
                format::formula(&left.0.node),
                format::formula(&right.0.node)
            ))
        }
        _ => problem,
    }
}

fn is_constant(tree: &Spanned<ast::Formula>) -> bool {
    matches!(
        tree.node,
        ast::Formula::Number(_) | ast::Formula::Constant(_)
    )
}

/// A constant in a unit that fits the other side.
fn in_unit(operator: Operator, (tree, _): OperatorSide, other: Operand) -> Option<Vec<String>> {
    let literal = match &tree.node {
        ast::Formula::Number(number) => ast::WrittenLiteral::Number(number.clone()),
        ast::Formula::Constant(literal) => literal.clone(),
        _ => return None,
    };
    let Operand::Of(unit) = other else {
        return None;
    };
    let owner = LimitOwner {
        kpi: "",
        unit,
        display: units::default_display(unit),
        clause: "",
    };
    match (operator, unit, &literal) {
        // `+ 5%` of a count is a part of it, and not five.
        (Operator::Add | Operator::Subtract, Unit::Ratio, ast::WrittenLiteral::Percent(_))
        | (Operator::Add | Operator::Subtract, _, ast::WrittenLiteral::Number(_))
        | (Operator::Add | Operator::Subtract, _, ast::WrittenLiteral::Duration(_)) => {
            Some(limits_meant(&owner, &literal))
        }
        (Operator::Multiply | Operator::Divide, _, ast::WrittenLiteral::Duration(duration)) => {
            Some(vec![duration.amount.written.clone()])
        }
        (Operator::Divide, Unit::Duration, ast::WrittenLiteral::Number(_)) => {
            Some(limits_meant(&owner, &literal))
        }
        _ => None,
    }
}

/// `backlog + 5%`: so much more of it.
fn changed_by_percent(
    operator: Operator,
    left: OperatorSide,
    right: OperatorSide,
) -> Option<String> {
    let ast::Formula::Constant(ast::WrittenLiteral::Percent(percent)) = &right.0.node else {
        return None;
    };
    let sign = match operator {
        Operator::Add => 1.0,
        Operator::Subtract => -1.0,
        Operator::Multiply | Operator::Divide => return None,
    };
    let factor = shifted(&format!("{:.6}", 100.0 + sign * percent.value), 0);
    (left.1 != Operand::Plain).then(|| format!("{} * {factor}%", as_factor(left.0)))
}

/// A ratio beside a percent: as a percent too.
fn ratio_as_percent(operator: Operator, left: OperatorSide, right: OperatorSide) -> Option<String> {
    let symbol = match operator {
        Operator::Add => "+",
        Operator::Subtract => "-",
        Operator::Multiply | Operator::Divide => return None,
    };
    let as_percent = |tree| format!("{} * 100%", as_factor(tree));
    let (ratio, percent) = (Operand::Of(Unit::Ratio), Operand::Of(Unit::Percent));
    let (left, right) = match (left.1, right.1) {
        (first, second) if first == ratio && second == percent => {
            (as_percent(left.0), format::formula(&right.0.node))
        }
        (first, second) if first == percent && second == ratio => {
            (format::formula(&left.0.node), as_percent(right.0))
        }
        _ => return None,
    };
    Some(format!("{left} {symbol} {right}"))
}

/// A formula as one side of `*`.
fn as_factor(tree: &Spanned<ast::Formula>) -> String {
    let text = format::formula(&tree.node);
    let is_sum = match &tree.node {
        ast::Formula::Binary { operator, .. } => matches!(
            operator.node,
            ast::Arithmetic::Add | ast::Arithmetic::Subtract
        ),
        ast::Formula::Adjusted { .. } => true,
        ast::Formula::Number(_)
        | ast::Formula::Name(_)
        | ast::Formula::Aggregate(_)
        | ast::Formula::Negate(_)
        | ast::Formula::Group(_)
        | ast::Formula::Constant(_)
        | ast::Formula::Asked { .. } => false,
    };
    match is_sum {
        true => format!("({text})"),
        false => text,
    }
}

/// `100 * share …` would show a hundred times the percent (K292), `mttr * 24` a time that is 24 times as long (K293).
pub(super) fn warn_of_factor(
    operator: &Spanned<ast::Arithmetic>,
    resolved: Operator,
    [left, right]: [OperatorSide; 2],
    problems: &mut Problems,
) {
    let number = |(tree, _): OperatorSide| match &tree.node {
        ast::Formula::Number(number) => Some(number.value),
        _ => None,
    };
    let (of, factor) = match (number(left), number(right), resolved) {
        (None, Some(factor), Operator::Multiply | Operator::Divide) => (left, factor),
        (Some(factor), None, Operator::Multiply) => (right, factor),
        _ => return,
    };
    let written = format::formula(&of.0.node);
    match of.1 {
        Operand::Of(Unit::Percent) if factor == 100.0 && resolved == Operator::Multiply => {
            problems.push(
                Diagnostic::warning(
                    "K292",
                    operator.span,
                    "a percent times 100 shows 1,000 for 10%",
                )
                .label("a share is shown as a percent already"),
            );
        }
        Operand::Of(Unit::Duration) => {
            let Some(unit) = shown_in(resolved, factor) else {
                return;
            };
            let word = match resolved {
                Operator::Multiply => "times as long",
                Operator::Divide | Operator::Add | Operator::Subtract => "of it",
            };
            let part = match resolved {
                Operator::Multiply => factor.to_string(),
                Operator::Divide | Operator::Add | Operator::Subtract => format!("1/{factor}"),
            };
            problems.push(
                Diagnostic::warning(
                    "K293",
                    operator.span,
                    format!("`{written}` is a duration: this is {part} {word}, not another unit"),
                )
                .label("a duration has its unit with it")
                .help(format!("shown in {0}: `{written} as {0}`", unit.word())),
            );
        }
        Operand::Plain | Operand::Of(_) => {}
    }
}

/// The unit that a factor would turn days, or hours, into.
fn shown_in(operator: Operator, factor: f64) -> Option<TimeUnit> {
    let factors: &[(f64, TimeUnit)] = match operator {
        Operator::Multiply => &[
            (24.0, TimeUnit::Hours),
            (60.0, TimeUnit::Minutes),
            (1_440.0, TimeUnit::Minutes),
            (86_400.0, TimeUnit::Minutes),
        ],
        Operator::Divide => &[
            (7.0, TimeUnit::Weeks),
            (24.0, TimeUnit::Days),
            (60.0, TimeUnit::Hours),
            (3_600.0, TimeUnit::Hours),
            (86_400.0, TimeUnit::Days),
        ],
        Operator::Add | Operator::Subtract => &[],
    };
    let found = factors.iter().find(|(known, _)| *known == factor);
    found.map(|(_, unit)| *unit)
}
