//! Tests of instants that hold for a whole file, because it is known between which instants its dates lie.
//!
//! Nearly always a table is asked as of a day after all of its dates: then nothing of it is hidden, and no row need be
//! looked at to find that out.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::plan::relation::{Expression, Literal, Name, RelationalOperator};

/// By column, the first and the last instant that it holds.
pub(super) type Spans = BTreeMap<Name, (i64, i64)>;

/// An expression with the same values over rows whose dates lie in these spans.
pub(super) fn simplified<'e>(expression: &'e Expression, spans: &Spans) -> Cow<'e, Expression> {
    let simpler = match expression {
        Expression::Or(parts) if is_true(parts, spans) => Some(Expression::And(Vec::new())),
        Expression::Case {
            branches,
            otherwise,
        } => match (branches.as_slice(), otherwise.as_ref()) {
            ([(test, value)], Expression::Literal(Literal::Missing(_)))
                if holds_if_present(test, spans) == column_of(value)
                    && column_of(value).is_some() =>
            {
                Some(value.clone())
            }
            _ => None,
        },
        _ => None,
    };
    simpler.map_or(Cow::Borrowed(expression), Cow::Owned)
}

/// Whether one part holds for every row in which a column is present, and another where it is missing.
fn is_true(parts: &[Expression], spans: &Spans) -> bool {
    let is_missing = |name: &Name| {
        let mut parts = parts.iter();
        parts.any(|part| matches!(part, Expression::IsMissing(of) if column_of(of) == Some(name)))
    };
    parts
        .iter()
        .filter_map(|part| holds_if_present(part, spans))
        .any(is_missing)
}

/// The column whose presence is all that a test asks for.
fn holds_if_present<'e>(test: &'e Expression, spans: &Spans) -> Option<&'e Name> {
    let Expression::Compare {
        left,
        comparison: RelationalOperator::Less,
        right,
    } = test
    else {
        return None;
    };
    let Expression::Literal(Literal::Integer(bound)) = right.as_ref() else {
        return None;
    };
    let column = column_of(left)?;
    let (_, last) = spans.get(column)?;
    (last < bound).then_some(column)
}

fn column_of(expression: &Expression) -> Option<&Name> {
    match expression {
        Expression::Column(name) => Some(name),
        _ => None,
    }
}
