//! Pairs → conditions. Refuses `and` mixed with `or`, too long chains and too deep trees.

use super::ast::{ComparisonOperator, Condition, Exists, Timeframe};
use super::errors;
use super::formulas::measured;
use super::grammar::{Fragment, PairChildren, ParseResult, Rule, RulePair};
use super::limits::{self, Depth};
use super::literals;
use crate::base::diagnostic::Diagnostic;
use crate::base::source::{Span, Spanned};
use crate::base::types::NearSide;

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
    if let Some(problem) = mixed(piece, span, &operands, &joints) {
        return Err(problem);
    }
    if let Some(problem) = unclear_filter(piece, &operands) {
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
    chain: Span,
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
        chain,
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
    let mut last = parts.pop().expect("an operand has a last part");
    let mut so_far = None;
    if last.as_rule() == Rule::so_far {
        so_far = Some(piece.span_of(&last));
        last = parts.pop().expect("a test stands before `so far`");
    }
    let depth = depth.deeper(parts.len() + 1, piece.span_of(&last))?;
    let mut condition = primary(piece, last, depth)?;
    if let Some(words) = so_far {
        let span = condition.span.to(words);
        condition = Spanned::new(Condition::SoFar(Box::new(condition)), span);
    }
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
        Rule::exists => Condition::Exists(Box::new(exists(piece, pair, depth)?)),
        Rule::elapsed => elapsed(piece, pair)?,
        _ => test(piece, pair)?,
    };
    Ok(Spanned::new(node, span))
}

fn exists(piece: &Fragment<'_>, pair: RulePair<'_>, depth: Depth) -> ParseResult<Exists> {
    let mut parts = PairChildren::of(pair);
    let at_least = match parts.take(Rule::at_least_so_many) {
        Some(pair) => {
            let count = PairChildren::of(pair).need(Rule::integer);
            Some(literals::integer(piece, &count)?)
        }
        None => None,
    };
    let table = literals::name(piece, &parts.need(Rule::name));
    let shared_parent = parts
        .take(Rule::shared_parent)
        .map(|pair| literals::one_name(piece, pair));
    let role = literals::name(piece, &parts.need(Rule::name));
    let filter = match parts.take(Rule::exists_filter) {
        Some(pair) => {
            let inner = PairChildren::of(pair).need(Rule::condition);
            Some(nested(piece, inner, depth)?)
        }
        None => match parts.take(Rule::bare_filter) {
            Some(pair) => {
                let inner = PairChildren::of(pair).need(Rule::condition_operand);
                Some(operand(piece, inner, depth)?)
            }
            None => None,
        },
    };
    Ok(Exists {
        at_least,
        table,
        shared_parent,
        role,
        filter,
        timeframe: timeframe(piece, parts)?,
    })
}

fn timeframe(
    piece: &Fragment<'_>,
    parts: PairChildren<'_>,
) -> ParseResult<Option<Spanned<Timeframe>>> {
    for pair in parts.rest() {
        let span = piece.span_of(&pair);
        let timeframe = match pair.as_rule() {
            Rule::within => Timeframe::Within(within(piece, pair)?.node),
            Rule::in_the_period => Timeframe::InThePeriod,
            Rule::ever => Timeframe::Ever,
            // The words of the question itself.
            _ => continue,
        };
        return Ok(Some(Spanned::new(timeframe, span)));
    }
    Ok(None)
}

/// The refusal of `any … where a and b`: the second test may be meant for either.
fn unclear_filter(piece: &Fragment<'_>, operands: &[RulePair<'_>]) -> Option<Box<Diagnostic>> {
    let (place, filter) = operands
        .iter()
        .enumerate()
        .take(operands.len().saturating_sub(1))
        .find_map(|(place, pair)| Some((place, bare_filter(pair.clone())?)))?;
    let (whole, filter) = (piece.span_of(&operands[place]), piece.span_of(&filter));
    let next = piece.span_of(&operands[place + 1]).end;
    let words = |start: u32, end: u32| {
        one_line(
            piece,
            Span {
                start,
                end,
                ..whole
            },
        )
    };
    let before = words(whole.start, filter.start);
    let own = words(filter.start, filter.end);
    let after = words(filter.end, next);
    let wide = words(filter.start, next);
    Some(errors::unclear_filter(
        filter,
        &format!("{before} ({own}) {after}"),
        &format!("{before} ({wide})"),
    ))
}

fn bare_filter(operand: RulePair<'_>) -> Option<RulePair<'_>> {
    let mut parts = operand.into_inner();
    let exists = parts.find(|part| part.as_rule() == Rule::exists)?;
    let mut parts = exists.into_inner();
    parts.find(|part| part.as_rule() == Rule::bare_filter)
}

fn elapsed(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<Condition> {
    let mut parts = PairChildren::of(pair);
    let time = parts.next();
    let span = piece.span_of(&time);
    let time = Spanned::new(measured(piece, time), span);
    let sign = parts.next();
    let operator = match sign.as_rule() {
        Rule::below => ComparisonOperator::Less,
        Rule::at_most => ComparisonOperator::AtMost,
        Rule::above => ComparisonOperator::Greater,
        Rule::at_least => ComparisonOperator::AtLeast,
        _ => comparator(sign.as_str()),
    };
    Ok(Condition::Elapsed {
        time,
        operator: piece.at(&sign, operator),
        limit: literals::duration(piece, parts.need(Rule::duration))?,
    })
}

fn within(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<Spanned<super::ast::Duration>> {
    literals::duration(piece, PairChildren::of(pair).need(Rule::duration))
}

fn near(
    piece: &Fragment<'_>,
    of: super::ast::FieldRef,
    pair: RulePair<'_>,
) -> ParseResult<Condition> {
    let mut parts = PairChildren::of(pair);
    let side = match parts.take(Rule::kw_next) {
        Some(_) => NearSide::Next,
        None => NearSide::Last,
    };
    Ok(Condition::Near {
        of,
        side,
        within: literals::duration(piece, parts.need(Rule::duration))?,
    })
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
        Rule::nearness => near(piece, field, asked),
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
