//! One-line texts of formulas, conditions and literals.
//!
//! The tree keeps parentheses as written, so none are added or taken away here.

use super::words::{date, duration, field, joined, name, quoted, value};
use crate::base::source::Spanned;
use crate::lang::syntax::ast::{
    AggregateCall, Arithmetic, ChosenEvents, ComparisonOperator, Condition, Exists, FieldRef,
    Formula, GroupBy, Measured, Population, Timeframe, WrittenLiteral,
};

/// A formula on one line: `share of findings found with environment = production`.
pub fn formula(tree: &Formula) -> String {
    match tree {
        Formula::Number(number) => number.written.clone(),
        Formula::Name(kpi) => name(&kpi.node),
        Formula::Aggregate(tree) => aggregate(tree),
        Formula::Binary {
            operator,
            left,
            right,
        } => format!(
            "{} {} {}",
            formula(&left.node),
            arithmetic(operator.node),
            formula(&right.node)
        ),
        Formula::Negate(inner) => format!("-{}", formula(&inner.node)),
        Formula::Group(inner) => format!("({})", formula(&inner.node)),
        Formula::Constant(value) => literal(value),
        Formula::Adjusted {
            formula: inner,
            adjustment,
            value,
        } => format!(
            "{} {} {}",
            formula(&inner.node),
            adjustment.node.words(),
            literal(&value.node)
        ),
        Formula::Asked {
            formula: inner,
            unit,
            name: called,
        } => {
            let mut words = formula(&inner.node);
            if let Some(unit) = unit {
                words += &format!(" as {}", name(&unit.node));
            }
            if let Some(called) = called {
                words += &format!(" called {}", name(&called.node));
            }
            words
        }
    }
}

/// A condition on one line: `severity = critical and app is present`.
pub fn condition(tree: &Condition) -> String {
    match tree {
        Condition::And(parts) => joined(parts, " and ", |part| condition(&part.node)),
        Condition::Or(parts) => joined(parts, " or ", |part| condition(&part.node)),
        Condition::Not(inner) => format!("not {}", condition(&inner.node)),
        Condition::Group(inner) => format!("({})", condition(&inner.node)),
        Condition::Compare {
            field: left,
            operator,
            value: right,
        } => format!(
            "{} {} {}",
            field(left),
            comparison(operator.node),
            literal(&right.node)
        ),
        Condition::In {
            field,
            negated,
            values,
        } => membership(field, *negated, values),
        Condition::Contains {
            field: of,
            negated,
            value,
        } => {
            let not = if *negated { "not " } else { "" };
            let text = match &value.node {
                WrittenLiteral::Word(text) => quoted(text),
                other => literal(other),
            };
            format!("{} {not}contains {text}", field(of))
        }
        Condition::Missing(subject) => format!("{} is missing", field(subject)),
        Condition::Present(subject) => format!("{} is present", field(subject)),
        Condition::Exists(asked) => exists(asked),
        Condition::Within { event, within } => {
            format!("{} within {}", name(&event.node), duration(&within.node))
        }
        Condition::Near { of, side, within } => format!(
            "{} within {} {}",
            field(of),
            side.word(),
            duration(&within.node)
        ),
        Condition::Elapsed {
            time,
            operator,
            limit,
        } => format!(
            "{} {} {}",
            measured(&time.node),
            comparison(operator.node),
            duration(&limit.node)
        ),
        Condition::SoFar(inner) => format!("{} so far", condition(&inner.node)),
        // After `share of P`, a bare `with total` would be the clause of a query.
        Condition::Name(named)
            if matches!(
                named.node.as_str(),
                "total" | "share" | "empty" | "interval" | "verdict"
            ) =>
        {
            format!("`{}`", named.node)
        }
        Condition::Name(named) => name(&named.node),
    }
}

/// A literal as a condition, target, band or weight writes it: `critical`, `"a-b"`, `15%`, `30 days`.
pub fn literal(tree: &WrittenLiteral) -> String {
    match tree {
        WrittenLiteral::Word(text) => value(text),
        WrittenLiteral::Text(text) => quoted(text),
        WrittenLiteral::Number(number) => number.written.clone(),
        WrittenLiteral::Percent(number) => format!("{}%", number.written),
        WrittenLiteral::Duration(tree) => duration(tree),
        WrittenLiteral::Date(tree) => date(tree),
        WrittenLiteral::Field(tree) => field(tree),
    }
}

/// `findings open including excluded where severity = high`
pub(super) fn population(tree: &Population) -> String {
    let mut text = name(&tree.table.node);
    if let Some(role) = &tree.role {
        text.push(' ');
        text.push_str(&name(&role.node));
    }
    if tree.including_excluded {
        text.push_str(" including excluded");
    }
    text + &filter("where", tree.filter.as_ref())
}

/// ` where severity = high`, or nothing.
pub(super) fn filter(keyword: &str, tree: Option<&Spanned<Condition>>) -> String {
    tree.map_or_else(String::new, |tree| {
        format!(" {keyword} {}", condition(&tree.node))
    })
}

pub(super) fn aggregate(tree: &AggregateCall) -> String {
    let measured = match &tree.value {
        Some(measured) => format!(" {}", self::measured(&measured.node)),
        None => String::new(),
    };
    let quantile = match &tree.quantile {
        Some(quantile) => format!(" {}", quantile.node),
        None => String::new(),
    };
    format!(
        "{}{quantile}{measured} of {}{}",
        name(&tree.function.node),
        population(&tree.population.node),
        filter("with", tree.with.as_ref())
    )
}

/// `cvss`, `time since found`
pub fn measured(tree: &Measured) -> String {
    match tree {
        Measured::Field(tree) => field(tree),
        Measured::TimeFrom { from, to } => {
            format!("time from {} to {}", events(from), events(to))
        }
        Measured::TimeSince(since) => format!("time since {}", events(since)),
    }
}

fn events(tree: &ChosenEvents) -> String {
    let names: Vec<String> = tree.events.iter().map(|event| name(&event.node)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    tree.choice.written(&names)
}

/// `team`, `time since found in (30 days, 90 days)`
pub(super) fn dimensions(list: &[GroupBy]) -> String {
    joined(list, ", ", |one| {
        let of = measured(&one.of.node);
        match one.bounds.is_empty() {
            true => of,
            false => {
                let bounds = joined(&one.bounds, ", ", |bound| literal(&bound.node));
                format!("{of} in ({bounds})")
            }
        }
    })
}

fn membership(subject: &FieldRef, negated: bool, values: &[Spanned<WrittenLiteral>]) -> String {
    let not = if negated { "not " } else { "" };
    let values = joined(values, ", ", |value| literal(&value.node));
    format!("{} {not}in ({values})", field(subject))
}

fn exists(asked: &Exists) -> String {
    let mut text = match &asked.at_least {
        Some(count) => format!("at least {}", count.node),
        None => "any".to_string(),
    };
    text.push_str(&format!(" {}", name(&asked.table.node)));
    if let Some(parent) = &asked.shared_parent {
        text.push_str(&format!(" of its {}", name(&parent.node)));
    }
    text.push_str(&format!(" {}", name(&asked.role.node)));
    if let Some(test) = &asked.filter {
        text.push_str(&format!(" (where {})", condition(&test.node)));
    }
    if let Some(timeframe) = &asked.timeframe {
        text.push_str(&match &timeframe.node {
            Timeframe::Within(within) => format!(" within {}", duration(within)),
            Timeframe::InThePeriod => " in the period".to_string(),
            Timeframe::Ever => " ever".to_string(),
        });
    }
    text
}

fn arithmetic(operator: Arithmetic) -> &'static str {
    match operator {
        Arithmetic::Add => "+",
        Arithmetic::Subtract => "-",
        Arithmetic::Multiply => "*",
        Arithmetic::Divide => "/",
    }
}

pub fn comparison(operator: ComparisonOperator) -> &'static str {
    match operator {
        ComparisonOperator::Equal => "=",
        ComparisonOperator::NotEqual => "!=",
        ComparisonOperator::Less => "<",
        ComparisonOperator::AtMost => "<=",
        ComparisonOperator::Greater => ">",
        ComparisonOperator::AtLeast => ">=",
    }
}
