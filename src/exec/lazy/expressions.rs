//! Expressions → polars' expressions.

use polars::lazy::dsl::{max_horizontal, min_horizontal};
use polars::prelude::{DataType, Expr, Null, PolarsResult, coalesce, col, lit, when};

use super::{functions, sets, steps};
use crate::plan::relation::{Expression, Literal, MissingOf, RelationalOperator};

/// Rows a filter keeps. polars drops rows for which a test is missing, so comparisons need not be made false there unless
/// something negates them.
pub(super) fn predicate(expression: &Expression) -> PolarsResult<Expr> {
    match expression {
        Expression::And(parts) => {
            let parts: PolarsResult<Vec<Expr>> = parts.iter().map(predicate).collect();
            Ok(parts?
                .into_iter()
                .reduce(Expr::and)
                .unwrap_or_else(|| lit(true)))
        }
        Expression::Compare {
            left,
            comparison,
            right,
        } => compare(left, *comparison, right),
        other => boolean(other),
    }
}

/// A boolean, never missing.
pub(super) fn boolean(expression: &Expression) -> PolarsResult<Expr> {
    Ok(match expression {
        Expression::Compare {
            left,
            comparison,
            right,
        } => match (comparison, right.as_ref()) {
            // One test instead of two: what is missing is never equal to a value that is there.
            (RelationalOperator::Equal, Expression::Literal(literal))
                if !matches!(literal, Literal::Missing(_)) =>
            {
                value(left)?.eq_missing(literal_value(literal))
            }
            _ => compare(left, *comparison, right)?.fill_null(lit(false)),
        },
        Expression::And(parts) => {
            let parts: PolarsResult<Vec<Expr>> = parts.iter().map(boolean).collect();
            parts?
                .into_iter()
                .reduce(Expr::and)
                .unwrap_or_else(|| lit(true))
        }
        Expression::Or(parts) => {
            let parts: PolarsResult<Vec<Expr>> = parts.iter().map(boolean).collect();
            parts?
                .into_iter()
                .reduce(Expr::or)
                .unwrap_or_else(|| lit(false))
        }
        Expression::Not(of) => match of.as_ref() {
            Expression::IsMissing(of) => value(of)?.is_not_null(),
            other => boolean(other)?.not(),
        },
        Expression::IsMissing(of) => value(of)?.is_null(),
        Expression::In { of, values } => is_in(value(of)?, values),
        Expression::ContainsText { of, text } => functions::contains_text(value(of)?, text),
        Expression::Contains { set, instant } => sets::contains(set, value(instant)?)?,
        Expression::Column(name) => col(name),
        Expression::Literal(literal) => literal_value(literal),
        other => unreachable!("{other} is not a boolean"),
    })
}

fn compare(
    left: &Expression,
    comparison: RelationalOperator,
    right: &Expression,
) -> PolarsResult<Expr> {
    let (left, right) = (value(left)?, value(right)?);
    Ok(match comparison {
        RelationalOperator::Equal => left.eq(right),
        RelationalOperator::Less => left.lt(right),
        RelationalOperator::AtMost => left.lt_eq(right),
        RelationalOperator::Greater => left.gt(right),
        RelationalOperator::AtLeast => left.gt_eq(right),
    })
}

/// A value of any type; booleans too.
pub(super) fn value(expression: &Expression) -> PolarsResult<Expr> {
    Ok(match expression {
        Expression::Column(name) => col(name),
        Expression::Literal(literal) => literal_value(literal),
        Expression::Compare { .. }
        | Expression::And(_)
        | Expression::Or(_)
        | Expression::Not(_)
        | Expression::IsMissing(_)
        | Expression::In { .. }
        | Expression::ContainsText { .. }
        | Expression::Contains { .. } => boolean(expression)?,
        Expression::Case {
            branches,
            otherwise,
        } => {
            let mut chosen = value(otherwise)?;
            for (condition, of) in branches.iter().rev() {
                chosen = when(boolean(condition)?).then(value(of)?).otherwise(chosen);
            }
            chosen
        }
        Expression::Coalesce(parts) => match parts.as_slice() {
            // The end of the axis for a missing instant: one function, and the type stays narrow.
            [
                Expression::FirstPointAfter { instant, axis },
                Expression::Literal(Literal::Integer(end)),
            ] if *end == axis.len() as i64 => functions::first_point_or_end(value(instant)?, axis),
            _ => coalesce(&values(parts)?),
        },
        Expression::Least(parts) => min_horizontal(values(parts)?)?,
        Expression::Greatest(parts) => max_horizontal(values(parts)?)?,
        Expression::Add(left, right) => value(left)? + value(right)?,
        Expression::Subtract(left, right) => value(left)? - value(right)?,
        Expression::Multiply(left, right) => value(left)? * value(right)?,
        Expression::Weight {
            of,
            listed,
            otherwise,
            missing,
        } => functions::weight(value(of)?, listed, *otherwise, *missing),
        Expression::FixedPoint(of) => {
            const SCALE: f64 = (1_u64 << 60) as f64;
            (value(of)? * lit(SCALE)).cast(DataType::Int128)
        }
        Expression::SlotOf { instant, axis } => functions::slot_of(value(instant)?, axis),
        Expression::FirstPointAfter { instant, axis } => {
            functions::first_point_after(value(instant)?, axis)
        }
        Expression::InstantOfPoint { point, axis } => {
            functions::instant_of_point(value(point)?, axis)
        }
        Expression::CalendarAdd {
            instant,
            count,
            grain,
            zone,
        } => functions::calendar_add(value(instant)?, *count, *grain, *zone),
        Expression::Due {
            start,
            limit,
            pauses,
        } => sets::due(value(start)?, value(limit)?, pauses)?,
        Expression::Interval { .. }
        | Expression::AlwaysIf(_)
        | Expression::Intersection(_)
        | Expression::Union(_)
        | Expression::Complement(_)
        | Expression::InstantsWhere { .. } => sets::set(expression)?,
        Expression::PresentSteps(of) => steps::present(value(of)?),
        Expression::StepValue { function, instant } => steps::value_at(function, value(instant)?)?,
        Expression::SteppedPoints {
            function,
            set,
            axis,
        } => steps::stepped_points(function, set, axis)?,
        Expression::CoveredPoints { set, axis } => sets::covered_points(set, axis)?,
    })
}

fn values(parts: &[Expression]) -> PolarsResult<Vec<Expr>> {
    parts.iter().map(value).collect()
}

fn literal_value(literal: &Literal) -> Expr {
    match literal {
        Literal::Boolean(value) => lit(*value),
        Literal::Code(code) => lit(*code),
        // A key beside others of the same kind: it has its type before it meets a column.
        Literal::Band { code, .. } => lit(*code).cast(DataType::UInt8),
        // A literal has no type of its own in polars but takes that of the column it meets: points are not widened.
        Literal::Integer(value) => lit(*value),
        Literal::Number(value) => lit(*value),
        Literal::Text(text) => lit(text.as_str()),
        Literal::Missing(MissingOf::Integer) => lit(Null {}),
        Literal::Missing(MissingOf::Band) => lit(Null {}).cast(DataType::UInt8),
        Literal::Missing(MissingOf::Number) => lit(Null {}).cast(DataType::Float64),
    }
}

/// Lists of codes and of few texts are compared one by one, which is quicker than looking them up.
fn is_in(of: Expr, values: &[Literal]) -> Expr {
    const FEW: usize = 8;
    if values.len() <= FEW {
        let tests = values
            .iter()
            .map(|value| of.clone().eq_missing(literal_value(value)));
        return tests.reduce(Expr::or).unwrap_or_else(|| lit(false));
    }
    functions::is_listed(of, values)
}
