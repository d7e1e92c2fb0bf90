//! Pairs → formulas, aggregates and populations.

use super::ast::{
    AggregateCall, Arithmetic, ChosenEvents, Formula, Measured, Population, WrittenLiteral,
};
use super::conditions;
use super::errors;
use super::grammar::{Fragment, PairChildren, ParseResult, Rule, RulePair};
use super::limits::{self, Depth};
use super::literals;
use crate::base::source::Spanned;
use crate::base::types::{Adjustment, Choice};

/// A formula that no other one holds.
pub(super) fn formula(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<Spanned<Formula>> {
    nested(piece, pair, Depth::default())
}

fn nested(piece: &Fragment<'_>, pair: RulePair<'_>, depth: Depth) -> ParseResult<Spanned<Formula>> {
    let (operands, operators): (Vec<_>, Vec<_>) = pair
        .into_inner()
        .partition(|part| part.as_rule() == Rule::operand);
    limits::chain(piece, &operands)?;
    if let [_, _, ..] = operands.as_slice() {
        operands
            .iter()
            .try_for_each(|operand| bare(piece, operand))?;
    }
    let depth = match operands.first() {
        Some(first) => depth.under_chain(operators.len(), piece.span_of(first))?,
        None => depth,
    };
    let operators = operators
        .iter()
        .map(|pair| piece.at(pair, arithmetic(pair.as_str())))
        .collect();
    let operands = operands
        .into_iter()
        .map(|pair| operand(piece, pair, depth))
        .collect::<ParseResult<Vec<_>>>()?;
    Ok(joined(operands, operators))
}

fn arithmetic(symbol: &str) -> Arithmetic {
    match symbol.as_bytes()[0] {
        b'+' => Arithmetic::Add,
        b'-' => Arithmetic::Subtract,
        b'*' => Arithmetic::Multiply,
        _ => Arithmetic::Divide,
    }
}

/// Joins a chain from the left, products before sums. There is one operand more than operators.
fn joined(
    operands: Vec<Spanned<Formula>>,
    operators: Vec<Spanned<Arithmetic>>,
) -> Spanned<Formula> {
    let mut operands = operands.into_iter();
    let mut product = operands.next().expect("a formula has an operand");
    let mut sum: Option<(Spanned<Formula>, Spanned<Arithmetic>)> = None;
    for (operator, operand) in operators.into_iter().zip(operands) {
        match operator.node {
            Arithmetic::Multiply | Arithmetic::Divide => {
                product = binary(product, operator, operand);
            }
            Arithmetic::Add | Arithmetic::Subtract => {
                sum = Some((added(sum, product), operator));
                product = operand;
            }
        }
    }
    added(sum, product)
}

fn added(
    sum: Option<(Spanned<Formula>, Spanned<Arithmetic>)>,
    product: Spanned<Formula>,
) -> Spanned<Formula> {
    match sum {
        Some((left, operator)) => binary(left, operator, product),
        None => product,
    }
}

fn binary(
    left: Spanned<Formula>,
    operator: Spanned<Arithmetic>,
    right: Spanned<Formula>,
) -> Spanned<Formula> {
    let span = left.span.to(right.span);
    let node = Formula::Binary {
        operator,
        left: Box::new(left),
        right: Box::new(right),
    };
    Spanned::new(node, span)
}

/// Refuses `a - b otherwise 0`: whether it is of `b` or of the whole must be written.
fn bare(piece: &Fragment<'_>, operand: &RulePair<'_>) -> ParseResult<()> {
    let mut parts = operand.clone().into_inner();
    match parts.find(|part| part.as_rule() == Rule::adjustment) {
        Some(adjustment) => {
            let first = adjustment.clone().into_inner().next();
            let word = first.map_or("", |word| word.as_str().trim());
            Err(errors::adjusted_in_chain(piece.span_of(&adjustment), word))
        }
        None => Ok(()),
    }
}

fn operand(
    piece: &Fragment<'_>,
    pair: RulePair<'_>,
    depth: Depth,
) -> ParseResult<Spanned<Formula>> {
    let (adjustments, mut parts): (Vec<_>, Vec<_>) = pair
        .into_inner()
        .partition(|part| part.as_rule() == Rule::adjustment);
    let inner = parts.pop().expect("an operand has a last part");
    let depth = depth.deeper(parts.len() + adjustments.len() + 1, piece.span_of(&inner))?;
    let mut formula = primary(piece, inner, depth)?;
    for minus in parts.into_iter().rev() {
        let span = piece.span_of(&minus).to(formula.span);
        formula = Spanned::new(Formula::Negate(Box::new(formula)), span);
    }
    for pair in adjustments {
        formula = adjusted(piece, formula, pair)?;
    }
    Ok(formula)
}

fn adjusted(
    piece: &Fragment<'_>,
    formula: Spanned<Formula>,
    pair: RulePair<'_>,
) -> ParseResult<Spanned<Formula>> {
    let span = formula.span.to(piece.span_of(&pair));
    let mut parts = PairChildren::of(pair);
    let word = parts.next();
    let adjustment = match word.as_rule() {
        Rule::at_most => Adjustment::AtMost,
        Rule::at_least => Adjustment::AtLeast,
        _ => Adjustment::Otherwise,
    };
    let adjustment = piece.at(&word, adjustment);
    let value = parts.need(Rule::quantity);
    let value = Spanned::new(
        literals::quantity(piece, value.clone())?,
        piece.span_of(&value),
    );
    let node = Formula::Adjusted {
        formula: Box::new(formula),
        adjustment,
        value,
    };
    Ok(Spanned::new(node, span))
}

/// A column of a query: a formula, the unit it is shown in, and its name.
pub(super) fn asked(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<Spanned<Formula>> {
    let span = piece.span_of(&pair);
    let mut parts = PairChildren::of(pair);
    let formula = formula(piece, parts.need(Rule::formula))?;
    let (mut unit, mut name) = (None, None);
    for label in parts.rest() {
        let label = PairChildren::of(label).next();
        let place = piece.span_of(&label);
        let (own, word) = match label.as_rule() {
            Rule::asked_unit => (&mut unit, "as"),
            _ => (&mut name, "called"),
        };
        if own.replace(literals::one_name(piece, label)).is_some() {
            return Err(errors::clause_twice(place, word));
        }
    }
    if unit.is_none() && name.is_none() {
        return Ok(formula);
    }
    let node = Formula::Asked {
        formula: Box::new(formula),
        unit,
        name,
    };
    Ok(Spanned::new(node, span))
}

fn primary(
    piece: &Fragment<'_>,
    pair: RulePair<'_>,
    depth: Depth,
) -> ParseResult<Spanned<Formula>> {
    let span = piece.span_of(&pair);
    let node = match pair.as_rule() {
        Rule::aggregate => Formula::Aggregate(Box::new(aggregate(piece, pair)?)),
        Rule::constant => constant(piece, pair)?,
        Rule::name => Formula::Name(literals::name(piece, &pair)),
        _ => {
            let inner = PairChildren::of(pair).need(Rule::formula);
            Formula::Group(Box::new(nested(piece, inner, depth)?))
        }
    };
    Ok(Spanned::new(node, span))
}

pub(super) fn aggregate(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<AggregateCall> {
    let mut parts = PairChildren::of(pair);
    let function = literals::name(piece, &parts.need(Rule::name));
    let quantile = parts
        .take(Rule::quantile)
        .map(|pair| piece.at(&pair, pair.as_str().to_string()));
    let value = parts.take(Rule::measured).map(|pair| {
        let span = piece.span_of(&pair);
        Spanned::new(measured(piece, PairChildren::of(pair).next()), span)
    });
    let population = population(piece, parts.need(Rule::population))?;
    let with = match parts.take(Rule::numerator) {
        Some(pair) => {
            let inner = PairChildren::of(pair).need(Rule::condition);
            Some(conditions::condition(piece, inner)?)
        }
        None => None,
    };
    Ok(AggregateCall {
        function,
        quantile,
        value,
        population,
        with,
    })
}

/// A field, or a time from an event.
pub(super) fn measured(piece: &Fragment<'_>, inner: RulePair<'_>) -> Measured {
    match inner.as_rule() {
        Rule::time_from => {
            let mut parts = PairChildren::of(inner);
            Measured::TimeFrom {
                from: events(piece, parts.need(Rule::events)),
                to: events(piece, parts.need(Rule::events)),
            }
        }
        Rule::time_since => {
            let since = PairChildren::of(inner).need(Rule::events);
            Measured::TimeSince(events(piece, since))
        }
        _ => Measured::Field(literals::field(piece, inner)),
    }
}

fn events(piece: &Fragment<'_>, pair: RulePair<'_>) -> ChosenEvents {
    let mut parts = PairChildren::of(pair);
    ChosenEvents {
        choice: choice(&mut parts),
        events: parts
            .all(Rule::name)
            .map(|pair| literals::name(piece, &pair))
            .collect(),
    }
}

/// `earliest of`, `latest of`, or nothing.
pub(super) fn choice(parts: &mut PairChildren<'_>) -> Choice {
    match parts.take(Rule::choice) {
        Some(pair) if PairChildren::of(pair.clone()).has(Rule::kw_earliest) => Choice::Earliest,
        Some(_) => Choice::Latest,
        None => Choice::First,
    }
}

fn constant(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<Formula> {
    Ok(match literals::amount(piece, pair, Rule::number)? {
        WrittenLiteral::Number(number) => Formula::Number(number),
        with_unit => Formula::Constant(with_unit),
    })
}

/// `findings open including excluded where severity = high`
pub(super) fn population(
    piece: &Fragment<'_>,
    pair: RulePair<'_>,
) -> ParseResult<Spanned<Population>> {
    let span = piece.span_of(&pair);
    let mut parts = PairChildren::of(pair);
    let population = Population {
        table: literals::name(piece, &parts.need(Rule::name)),
        role: parts
            .take(Rule::name)
            .map(|pair| literals::name(piece, &pair)),
        including_excluded: parts.has(Rule::including),
        filter: conditions::optional_filter(piece, &mut parts)?,
    };
    Ok(Spanned::new(population, span))
}
