//! Formulas: aggregates, KPIs by name, arithmetic with units.

use std::collections::BTreeSet;

use super::limits::{LimitOwner, limit};
use super::measures::measure;
use super::scope::{ReferenceKind, Scope};
use super::unit_advice;
use super::units::{self, Operand};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Spanned;
use crate::base::types::{Adjustment, StockMoment, Unit};
use crate::lang::format;
use crate::lang::model::{Formula, Kind as Clock, Measure, Operator, Population, TableId};
use crate::lang::syntax::ast;

/// A formula with what its parts amount to.
pub(super) struct TypedFormula {
    pub formula: Formula,
    pub unit: Unit,
    pub kind: Clock,
}

/// A formula that measures something. Every problem is reported.
pub(super) fn formula(
    scope: Scope,
    tree: &Spanned<ast::Formula>,
    problems: &mut Problems,
) -> Option<TypedFormula> {
    let (formula, operand) = part(scope, tree, problems)?;
    let mut measures_something = false;
    kinds(scope, &formula, &mut |_| measures_something = true);
    let unit = match operand {
        Operand::Of(unit) if measures_something => unit,
        Operand::Of(_) | Operand::Plain => {
            problems.push(
                Diagnostic::error("K229", tree.span, "this is a number and measures nothing")
                    .help("a formula has an aggregate, such as `count of findings open`, or a kpi"),
            );
            return None;
        }
    };
    let kind = kind(scope, &formula);
    Some(TypedFormula {
        formula,
        unit,
        kind,
    })
}

fn part(
    scope: Scope,
    tree: &Spanned<ast::Formula>,
    problems: &mut Problems,
) -> Option<(Formula, Operand)> {
    match &tree.node {
        ast::Formula::Number(number) => Some((Formula::Number(number.value), Operand::Plain)),
        ast::Formula::Name(name) => kpi(scope, name, problems),
        ast::Formula::Aggregate(aggregate) => {
            let measure = measure(scope, aggregate, tree.span, problems)?;
            let unit = measure.unit;
            Some((Formula::Measure(Box::new(measure)), Operand::Of(unit)))
        }
        ast::Formula::Binary {
            operator,
            left,
            right,
        } => binary(scope, operator, left, right, problems),
        ast::Formula::Negate(inner) => {
            let (inner, unit) = part(scope, inner, problems)?;
            Some((Formula::Negate(Box::new(inner)), unit))
        }
        ast::Formula::Group(inner) => part(scope, inner, problems),
        ast::Formula::Constant(value) => constant(value),
        ast::Formula::Adjusted {
            formula,
            adjustment,
            value,
        } => adjusted(scope, formula, *adjustment, value, problems),
        ast::Formula::Asked { formula, .. } => part(scope, formula, problems),
    }
}

fn kpi(
    scope: Scope,
    name: &ast::Identifier,
    problems: &mut Problems,
) -> Option<(Formula, Operand)> {
    if let Some(id) = scope.kpi(&name.node) {
        return Some((Formula::Kpi(id), Operand::Of(scope.kpi_at(id).unit)));
    }
    let is_broken = [ReferenceKind::Kpi, ReferenceKind::View]
        .into_iter()
        .any(|kind| scope.known.is_broken(kind, &name.node));
    if !is_broken {
        problems.push(unknown_kpi(scope, name));
    }
    None
}

fn unknown_kpi(scope: Scope, name: &ast::Identifier) -> Diagnostic {
    let problem = |message: String| Diagnostic::error("K206", name.span, message);
    if scope.view(&name.node).is_some() {
        return problem(format!("`{}` is a view", name.node))
            .label("a view stands alone, first in a query")
            .help(format!("ask it in a query of its own: `{}`", name.node));
    }
    let mut scores = scope.model.scores.iter();
    if let Some(score) = scores.find(|score| score.name == name.node) {
        let table = &scope.table(score.table).name;
        return problem(format!("`{}` is a score, which each row has", name.node))
            .label(format!("write `sum {} of {table} …`", name.node));
    }
    if scope.model.table_named(&name.node).is_some() {
        return problem(format!("`{}` is a table", name.node)).label(format!(
            "write `count of {} …` or `list {}`",
            name.node, name.node
        ));
    }
    let names = scope.known.kpis.keys().map(String::as_str);
    let views = scope.model.views.iter().map(|view| view.name.as_str());
    let mut boards = scope.model.dashboards.iter();
    if boards.any(|board| board.name == name.node) {
        return problem(format!("`{}` is a dashboard", name.node))
            .label(format!("`riskql dashboard {}` shows it", name.node));
    }
    problem(format!("there is no kpi `{}`", name.node)).suggest(&name.node, names.chain(views))
}

fn binary(
    scope: Scope,
    operator: &Spanned<ast::Arithmetic>,
    left: &Spanned<ast::Formula>,
    right: &Spanned<ast::Formula>,
    problems: &mut Problems,
) -> Option<(Formula, Operand)> {
    let left_part = part(scope, left, problems);
    let right_part = part(scope, right, problems);
    let ((left_formula, left_unit), (right_formula, right_unit)) = (left_part?, right_part?);
    let resolved = match operator.node {
        ast::Arithmetic::Add => Operator::Add,
        ast::Arithmetic::Subtract => Operator::Subtract,
        ast::Arithmetic::Multiply => Operator::Multiply,
        ast::Arithmetic::Divide => Operator::Divide,
    };
    if resolved == Operator::Divide && is_zero(&right_formula) {
        problems.push(
            Diagnostic::error("K229", right.span, "division by zero").label("never a number"),
        );
        return None;
    }
    let Some(unit) = units::combine(resolved, left_unit, right_unit) else {
        let sides = [(left, left_unit), (right, right_unit)];
        problems.push(unit_advice::units_differ(operator, resolved, sides));
        return None;
    };
    unit_advice::warn_of_factor(
        operator,
        resolved,
        [(left, left_unit), (right, right_unit)],
        problems,
    );
    let formula = Formula::Binary {
        operator: resolved,
        left: Box::new(left_formula),
        right: Box::new(right_formula),
    };
    Some((formula, unit))
}

/// `30 days`, `15%`
fn constant(value: &ast::WrittenLiteral) -> Option<(Formula, Operand)> {
    let (value, unit) = match value {
        ast::WrittenLiteral::Duration(duration) => (
            duration.amount.value * duration.unit.micros() as f64,
            Unit::Duration,
        ),
        ast::WrittenLiteral::Percent(number) => (number.value / 100.0, Unit::Percent),
        ast::WrittenLiteral::Number(_)
        | ast::WrittenLiteral::Word(_)
        | ast::WrittenLiteral::Text(_)
        | ast::WrittenLiteral::Date(_)
        | ast::WrittenLiteral::Field(_) => unreachable!("a constant has a unit"),
    };
    Some((Formula::Constant { value, unit }, Operand::Of(unit)))
}

/// `… otherwise 0`, `… at most 1000`: a value in the unit of the formula (K220).
fn adjusted(
    scope: Scope,
    tree: &Spanned<ast::Formula>,
    adjustment: Spanned<Adjustment>,
    value: &Spanned<ast::WrittenLiteral>,
    problems: &mut Problems,
) -> Option<(Formula, Operand)> {
    let (of, operand) = part(scope, tree, problems)?;
    let words = adjustment.node.words();
    let Operand::Of(unit) = operand else {
        problems.push(
            Diagnostic::error(
                "K229",
                adjustment.span,
                format!("`{words}` of a plain number"),
            )
            .label("this is of an aggregate or a kpi"),
        );
        return None;
    };
    let owner = LimitOwner {
        kpi: &format::formula(&tree.node),
        unit,
        display: units::default_display(unit),
        clause: words,
    };
    let value = limit(&owner, value, problems)?;
    let adjusted = Formula::Adjusted {
        of: Box::new(of),
        adjustment: adjustment.node,
        value,
        unit,
    };
    Some((adjusted, operand))
}

fn is_zero(formula: &Formula) -> bool {
    matches!(formula, Formula::Number(number) if *number == 0.0)
}

/// Whether the parts are of events, of states, or of both.
fn kind(scope: Scope, formula: &Formula) -> Clock {
    let mut found: Option<Clock> = None;
    kinds(scope, formula, &mut |kind| {
        found = Some(match found {
            None => kind,
            Some(before) if before == kind => kind,
            Some(_) => Clock::Mixed,
        });
    });
    found.unwrap_or(Clock::Mixed)
}

fn kinds(scope: Scope, formula: &Formula, visit: &mut impl FnMut(Clock)) {
    match formula {
        Formula::Number(_) | Formula::Constant { .. } => {}
        Formula::Measure(measure) => visit(measure.kind()),
        Formula::Kpi(id) => visit(scope.kpi_at(*id).kind),
        Formula::Binary { left, right, .. } => {
            kinds(scope, left, visit);
            kinds(scope, right, visit);
        }
        Formula::Negate(inner) | Formula::Adjusted { of: inner, .. } => {
            kinds(scope, inner, visit);
        }
    }
}

/// The populations of a formula, KPIs looked into.
pub(super) fn populations<'a>(
    scope: Scope<'a>,
    formula: &'a Formula,
    visit: &mut impl FnMut(&'a Population),
) {
    measures(scope, formula, &mut |measure| visit(&measure.population));
}

/// The measures of a formula, KPIs looked into.
pub(super) fn measures<'a>(
    scope: Scope<'a>,
    formula: &'a Formula,
    visit: &mut impl FnMut(&'a Measure),
) {
    match formula {
        Formula::Number(_) | Formula::Constant { .. } => {}
        Formula::Measure(measure) => visit(measure),
        Formula::Kpi(id) => measures(scope, &scope.kpi_at(*id).formula, visit),
        Formula::Binary { left, right, .. } => {
            measures(scope, left, visit);
            measures(scope, right, visit);
        }
        Formula::Negate(inner) | Formula::Adjusted { of: inner, .. } => {
            measures(scope, inner, visit);
        }
    }
}

/// The tables a formula reads, in the order of their definition.
pub(super) fn tables(scope: Scope, formula: &Formula) -> BTreeSet<TableId> {
    let mut tables = BTreeSet::new();
    populations(scope, formula, &mut |population| {
        tables.insert(population.table);
    });
    tables
}

/// The formula without KPI names, every measure passed through `change`. Stocks of a KPI that says where they are
/// read are read there, unless the formula is that KPI alone: then the column says it.
pub(super) fn inline(
    scope: Scope,
    formula: &Formula,
    change: &mut impl FnMut(&Measure) -> Measure,
) -> Formula {
    match formula {
        Formula::Kpi(id) => inline_part(scope, &scope.kpi_at(*id).formula, None, change),
        other => inline_part(scope, other, None, change),
    }
}

fn inline_part(
    scope: Scope,
    formula: &Formula,
    moment: Option<StockMoment>,
    change: &mut impl FnMut(&Measure) -> Measure,
) -> Formula {
    let mut part = |inner: &Formula| Box::new(inline_part(scope, inner, moment, change));
    match formula {
        Formula::Number(number) => Formula::Number(*number),
        Formula::Constant { value, unit } => Formula::Constant {
            value: *value,
            unit: *unit,
        },
        Formula::Measure(measure) => {
            let mut measure = change(measure);
            if measure.kind() == Clock::Stock {
                measure.moment = measure.moment.or(moment);
            }
            Formula::Measure(Box::new(measure))
        }
        Formula::Kpi(id) => {
            let kpi = scope.kpi_at(*id);
            let own = (kpi.moment != StockMoment::End).then_some(kpi.moment);
            inline_part(scope, &kpi.formula, own.or(moment), change)
        }
        Formula::Binary {
            operator,
            left,
            right,
        } => Formula::Binary {
            operator: *operator,
            left: part(left),
            right: part(right),
        },
        Formula::Negate(inner) => Formula::Negate(part(inner)),
        Formula::Adjusted {
            of,
            adjustment,
            value,
            unit,
        } => Formula::Adjusted {
            of: part(of),
            adjustment: *adjustment,
            value: *value,
            unit: *unit,
        },
    }
}
