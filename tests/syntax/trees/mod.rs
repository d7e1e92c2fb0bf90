//! Key samples and the very trees they become.

mod definitions;
mod queries;

use riskql::base::source::Span;
use riskql::base::source::{SourceId, Spanned};
use riskql::base::types::TimeUnit;
use riskql::lang::syntax::ast::*;

use super::{definition, good_query};

fn at<T>(node: T) -> Spanned<T> {
    let span = Span {
        source: SourceId(0),
        start: 0,
        end: 0,
    };
    Spanned::new(node, span)
}

fn name(word: &str) -> Identifier {
    at(word.to_string())
}

fn names(words: &[&str]) -> Vec<Identifier> {
    words.iter().map(|word| name(word)).collect()
}

fn field(word: &str) -> FieldRef {
    match word.split_once('.') {
        Some((table, column)) => FieldRef {
            table: Some(name(table)),
            name: name(column),
        },
        None => FieldRef {
            table: None,
            name: name(word),
        },
    }
}

/// A group of a field as it is.
fn by(word: &str) -> GroupBy {
    GroupBy {
        of: at(Measured::Field(field(word))),
        bounds: Vec::new(),
    }
}

fn number(written: &str) -> Number {
    Number {
        value: written.parse().unwrap(),
        written: written.to_string(),
    }
}

fn word(word: &str) -> Spanned<WrittenLiteral> {
    at(WrittenLiteral::Word(word.to_string()))
}

fn duration(amount: &str, unit: TimeUnit) -> Duration {
    Duration {
        amount: number(amount),
        unit,
    }
}

fn compare(left: &str, operator: ComparisonOperator, value: WrittenLiteral) -> Spanned<Condition> {
    at(Condition::Compare {
        field: field(left),
        operator: at(operator),
        value: at(value),
    })
}

fn equals(left: &str, right: &str) -> Spanned<Condition> {
    compare(
        left,
        ComparisonOperator::Equal,
        WrittenLiteral::Word(right.to_string()),
    )
}

fn kpi(word: &str) -> Spanned<Formula> {
    at(Formula::Name(name(word)))
}

fn population(table: &str, role: Option<&str>) -> Population {
    Population {
        table: name(table),
        role: role.map(name),
        including_excluded: false,
        filter: None,
    }
}

fn aggregate(function: &str, value: Option<Measured>, population: Population) -> Spanned<Formula> {
    at(Formula::Aggregate(Box::new(AggregateCall {
        function: name(function),
        quantile: None,
        value: value.map(at),
        population: at(population),
        with: None,
    })))
}

fn kpi_clauses(text: &str) -> Vec<KpiClause> {
    match definition(text) {
        Definition::Kpi(kpi) => kpi.clauses.into_iter().map(|clause| clause.node).collect(),
        other => panic!("not a kpi: {other:?}"),
    }
}

fn condition(text: &str) -> Condition {
    match definition(&format!("condition c is {text}")) {
        Definition::Condition(named) => named.condition.node,
        other => panic!("not a condition: {other:?}"),
    }
}

fn formula(text: &str) -> Formula {
    match good_query(text).subject {
        Subject::Formulas(mut formulas) if formulas.len() == 1 => formulas.remove(0).node,
        other => panic!("not one formula: {other:?}"),
    }
}

fn clauses(text: &str) -> Vec<QueryClause> {
    let clauses = good_query(text).clauses;
    clauses.into_iter().map(|clause| clause.node).collect()
}

fn binary(
    left: Spanned<Formula>,
    operator: Arithmetic,
    right: Spanned<Formula>,
) -> Spanned<Formula> {
    at(Formula::Binary {
        operator: at(operator),
        left: Box::new(left),
        right: Box::new(right),
    })
}
