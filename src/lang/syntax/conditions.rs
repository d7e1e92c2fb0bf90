//! Pairs → conditions. Refuses `and` mixed with `or`, too long chains and too deep trees.

use super::ast::{ComparisonOperator, Condition};
use super::errors;
use super::grammar::{Fragment, PairChildren, ParseResult, Rule, RulePair};
use super::limits::{self, Depth};
use super::literals;
use crate::base::diagnostic::Diagnostic;
use crate::base::source::{Span, Spanned};

/// A condition that no other one holds.
pub(super) fn condition(
    piece: &Fragment<'_>,
    pair: RulePair<'_>,
) -> ParseResult<Spanned<Condition>> {
    nested(piece, pair, Depth::default())
}

/// The condition behind `where`.
pub(super) fn filter(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<Spanned<Condition>> {
    condition(piece, PairChildren::of(pair).need(Rule::condition))
}

/// The condition behind `where`, if there is one among the parts.
pub(super) fn optional_filter(
    piece: &Fragment<'_>,
    parts: &mut PairChildren<'_>,
) -> ParseResult<Option<Spanned<Condition>>> {
    parts
        .take(Rule::filter)
        .map(|pair| filter(piece, pair))
        .transpose()
}

fn nested(
    piece: &Fragment<'_>,
    pair: RulePair<'_>,
    depth: Depth,
) -> ParseResult<Spanned<Condition>> {
    let span = piece.span_of(&pair);
    let (operands, joints): (Vec<_>, Vec<_>) = pair
        .into_inner()
        .partition(|part| part.as_rule() == Rule::condition_operand);
    limits::chain(piece, &operands)?;
    if let Some(problem) = mixed(piece, &operands, &joints) {
        return Err(problem);
    }
    let mut conditions = operands
        .into_iter()
        .map(|pair| operand(piece, pair, depth))
        .collect::<ParseResult<Vec<_>>>()?;
    let node = match joints.first().map(|joint| joint.as_rule()) {
        Some(Rule::kw_and) => Condition::And(conditions),
        Some(_) => Condition::Or(conditions),
        None => return Ok(conditions.remove(0)),
    };
    Ok(Spanned::new(node, span))
}

/// The refusal of `a and b or c`, with both ways to put the parentheses.
fn mixed(
    piece: &Fragment<'_>,
    operands: &[RulePair<'_>],
    joints: &[RulePair<'_>],
) -> Option<Box<Diagnostic>> {
    let first = joints.first()?.as_rule();
    let other = joints.iter().find(|joint| joint.as_rule() != first)?;
    let written: Vec<String> = operands
        .iter()
        .map(|pair| one_line(piece, piece.span_of(pair)))
        .collect();
    let joints: Vec<&str> = joints.iter().map(|joint| joint.as_str()).collect();
    Some(errors::mixed_and_or(
        piece.span_of(other),
        &grouped(&written, &joints, "and"),
        &grouped(&written, &joints, "or"),
    ))
}

/// The chain with every run joined by `tight` in parentheses.
fn grouped(operands: &[String], joints: &[&str], tight: &str) -> String {
    let mut out = String::new();
    for (index, operand) in operands.iter().enumerate() {
        let before = index > 0 && joints[index - 1] == tight;
        let after = joints.get(index) == Some(&tight);
        if after && !before {
            out.push('(');
        }
        out.push_str(operand);
        if before && !after {
            out.push(')');
        }
        if let Some(joint) = joints.get(index) {
            out.push_str(&format!(" {joint} "));
        }
    }
    out
}

/// The words of a place, on one line and without comments.
fn one_line(piece: &Fragment<'_>, span: Span) -> String {
    let mut out = String::new();
    let mut last_end = None;
    let first = piece
        .tokens
        .partition_point(|token| token.start < span.start as usize);
    for token in &piece.tokens[first..] {
        if token.end > span.end as usize {
            break;
        }
        if last_end.is_some_and(|end| end < token.start) {
            out.push(' ');
        }
        out.push_str(piece.words(token));
        last_end = Some(token.end);
    }
    out
}

fn operand(
    piece: &Fragment<'_>,
    pair: RulePair<'_>,
    depth: Depth,
) -> ParseResult<Spanned<Condition>> {
    let mut parts = pair.into_inner().collect::<Vec<_>>();
    let inner = parts.pop().expect("an operand has a last part");
    let depth = depth.deeper(parts.len() + 1, piece.span_of(&inner))?;
    let mut condition = primary(piece, inner, depth)?;
    for not in parts.into_iter().rev() {
        let span = piece.span_of(&not).to(condition.span);
        condition = Spanned::new(Condition::Not(Box::new(condition)), span);
    }
    Ok(condition)
}

fn primary(
    piece: &Fragment<'_>,
    pair: RulePair<'_>,
    depth: Depth,
) -> ParseResult<Spanned<Condition>> {
    let span = piece.span_of(&pair);
    let node = match pair.as_rule() {
        Rule::condition_group => {
            let inner = PairChildren::of(pair).need(Rule::condition);
            Condition::Group(Box::new(nested(piece, inner, depth)?))
        }
        Rule::exists => exists(piece, pair, depth)?,
        _ => test(piece, pair)?,
    };
    Ok(Spanned::new(node, span))
}

fn exists(piece: &Fragment<'_>, pair: RulePair<'_>, depth: Depth) -> ParseResult<Condition> {
    let mut parts = PairChildren::of(pair);
    let table = literals::name(piece, &parts.need(Rule::name));
    let role = literals::name(piece, &parts.need(Rule::name));
    let filter = match parts.take(Rule::exists_filter) {
        Some(pair) => {
            let inner = PairChildren::of(pair).need(Rule::condition);
            Some(Box::new(nested(piece, inner, depth)?))
        }
        None => None,
    };
    let within = match parts.take(Rule::within) {
        Some(pair) => Some(within(piece, pair)?),
        None => None,
    };
    Ok(Condition::Exists {
        table,
        role,
        filter,
        within,
    })
}

fn within(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<Spanned<super::ast::Duration>> {
    literals::duration(piece, PairChildren::of(pair).need(Rule::duration))
}

fn test(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<Condition> {
    let mut parts = PairChildren::of(pair);
    let subject = parts.need(Rule::field);
    let subject_span = piece.span_of(&subject);
    let field = literals::field(piece, subject);
    let Some(asked) = parts.rest().into_iter().next() else {
        return match field.table {
            None => Ok(Condition::Name(field.name)),
            Some(_) => Err(errors::column_alone(subject_span)),
        };
    };
    match asked.as_rule() {
        Rule::comparison => comparison(piece, field, asked),
        Rule::containment => {
            let mut parts = PairChildren::of(asked);
            Ok(Condition::Contains {
                field,
                negated: parts.has(Rule::kw_not),
                value: literals::literal(piece, parts.need(Rule::literal))?,
            })
        }
        Rule::membership => membership(piece, field, asked),
        Rule::within => match field.table {
            None => Ok(Condition::Within {
                event: field.name,
                within: within(piece, asked)?,
            }),
            Some(_) => Err(errors::event_with_table(subject_span)),
        },
        _ => Ok(match PairChildren::of(asked).has(Rule::kw_missing) {
            true => Condition::Missing(field),
            false => Condition::Present(field),
        }),
    }
}

fn comparison(
    piece: &Fragment<'_>,
    field: super::ast::FieldRef,
    pair: RulePair<'_>,
) -> ParseResult<Condition> {
    let mut parts = PairChildren::of(pair);
    let symbol = parts.need(Rule::comparator);
    let operator = comparator(symbol.as_str());
    Ok(Condition::Compare {
        field,
        operator: piece.at(&symbol, operator),
        value: literals::literal(piece, parts.need(Rule::literal))?,
    })
}

pub(super) fn comparator(symbol: &str) -> ComparisonOperator {
    match symbol {
        "=" => ComparisonOperator::Equal,
        "!=" => ComparisonOperator::NotEqual,
        "<" => ComparisonOperator::Less,
        "<=" => ComparisonOperator::AtMost,
        ">" => ComparisonOperator::Greater,
        _ => ComparisonOperator::AtLeast,
    }
}

fn membership(
    piece: &Fragment<'_>,
    field: super::ast::FieldRef,
    pair: RulePair<'_>,
) -> ParseResult<Condition> {
    let parts = PairChildren::of(pair);
    Ok(Condition::In {
        field,
        negated: parts.has(Rule::kw_not),
        values: parts
            .all(Rule::literal)
            .map(|pair| literals::literal(piece, pair))
            .collect::<ParseResult<Vec<_>>>()?,
    })
}
