//! What stands right of a comparison, by the type of the field on its left.

use std::collections::BTreeSet;

use super::absence;
use super::comparable::{columns, refuse_order};
use super::dates::{self, DateMeaning};
use super::fields;
use super::limits::shifted;
use super::scope::Scope;
use super::wording::with_article;
use crate::base::calendar;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::base::types::{FieldType, Scale};
use crate::lang::format;
use crate::lang::model::{Condition, FieldId, NumberTest, OrderTest};
use crate::lang::syntax;
use crate::lang::syntax::ast::{ComparisonOperator, DateLiteral, WrittenLiteral};

/// `FIELD OPERATOR VALUE`. Every problem is reported; `None` if there was one.
pub(super) fn compare(
    scope: Scope,
    field: FieldId,
    operator: &Spanned<ComparisonOperator>,
    value: &Spanned<WrittenLiteral>,
    problems: &mut Problems,
) -> Option<Condition> {
    let test = order_of(operator.node);
    absence::compared(scope, field, operator, value, problems)?;
    let positive = match &value.node {
        WrittenLiteral::Field(other) => {
            let right = fields::find(scope, field.table, other, problems)?;
            columns(
                scope,
                field,
                test,
                operator.span,
                right,
                value.span,
                problems,
            )?
        }
        WrittenLiteral::Word(_)
        | WrittenLiteral::Text(_)
        | WrittenLiteral::Number(_)
        | WrittenLiteral::Percent(_)
        | WrittenLiteral::Duration(_)
        | WrittenLiteral::Date(_) => by_type(scope, field, test, operator.span, value, problems)?,
    };
    Some(match operator.node {
        ComparisonOperator::NotEqual => Condition::Not(Box::new(positive)),
        ComparisonOperator::Equal
        | ComparisonOperator::Less
        | ComparisonOperator::AtMost
        | ComparisonOperator::Greater
        | ComparisonOperator::AtLeast => positive,
    })
}

/// `FIELD in (VALUE, …)`.
pub(super) fn one_of(
    scope: Scope,
    field: FieldId,
    operator: Span,
    values: &[Spanned<WrittenLiteral>],
    problems: &mut Problems,
) -> Option<Condition> {
    let tests: Vec<Option<Condition>> = values
        .iter()
        .map(|value| match &value.node {
            WrittenLiteral::Field(other) => {
                problems.push(
                    Diagnostic::error("K215", other.span(), "`in` takes values, not columns")
                        .label("compare columns with `=`"),
                );
                None
            }
            WrittenLiteral::Word(_)
            | WrittenLiteral::Text(_)
            | WrittenLiteral::Number(_)
            | WrittenLiteral::Percent(_)
            | WrittenLiteral::Duration(_)
            | WrittenLiteral::Date(_) => {
                by_type(scope, field, OrderTest::Equal, operator, value, problems)
            }
        })
        .collect();
    let tests: Vec<Condition> = tests.into_iter().collect::<Option<_>>()?;
    Some(any_of(tests))
}

/// One set where all tests are sets of the same field.
pub(super) fn any_of(tests: Vec<Condition>) -> Condition {
    match united(&tests) {
        Some(one) => one,
        None => Condition::AnyOf(tests),
    }
}

fn united(tests: &[Condition]) -> Option<Condition> {
    let (first, rest) = tests.split_first()?;
    let mut sum = first.clone();
    for test in rest {
        if !extend(&mut sum, test) {
            return None;
        }
    }
    Some(sum)
}

/// Adds the values of a test to those of another; false if they are not sets of one field.
fn extend(sum: &mut Condition, test: &Condition) -> bool {
    if let Condition::Codes { field, allowed } = sum
        && let Condition::Codes {
            field: other,
            allowed: more,
        } = test
        && field == other
    {
        allowed.extend(more);
        return true;
    }
    if let Condition::Texts { field, allowed } = sum
        && let Condition::Texts {
            field: other,
            allowed: more,
        } = test
        && field == other
    {
        allowed.extend(more.iter().cloned());
        return true;
    }
    false
}

/// The positive test; `!=` is the negation of `=` (rule S15).
pub(super) fn order_of(operator: ComparisonOperator) -> OrderTest {
    match operator {
        ComparisonOperator::Equal | ComparisonOperator::NotEqual => OrderTest::Equal,
        ComparisonOperator::Less => OrderTest::Less,
        ComparisonOperator::AtMost => OrderTest::AtMost,
        ComparisonOperator::Greater => OrderTest::Greater,
        ComparisonOperator::AtLeast => OrderTest::AtLeast,
    }
}

fn by_type(
    scope: Scope,
    field: FieldId,
    test: OrderTest,
    operator: Span,
    value: &Spanned<WrittenLiteral>,
    problems: &mut Problems,
) -> Option<Condition> {
    match scope.field_type(field) {
        FieldType::Scale(scale) => {
            let code = code(scope, scale, value, problems)?;
            let place = (operator, value.span);
            codes(scope, field, scale, test, code, place, problems)
        }
        FieldType::YesNo => {
            let number = matches!(value.node, WrittenLiteral::Number(_));
            refuse_order(scope, field, test, operator, number, problems)?;
            let code = yes_or_no(scope, field, value, problems)?;
            Some(Condition::Codes {
                field,
                allowed: BTreeSet::from([code]),
            })
        }
        FieldType::Text => {
            let number = matches!(value.node, WrittenLiteral::Number(_));
            refuse_order(scope, field, test, operator, number, problems)?;
            text(scope, field, value, problems)
        }
        FieldType::Number => number(scope, field, test, value, problems),
        FieldType::Date => match &value.node {
            WrittenLiteral::Date(literal) => {
                let literal = Spanned::new(literal.clone(), value.span);
                date(scope, field, test, &literal, problems)
            }
            WrittenLiteral::Word(_)
            | WrittenLiteral::Text(_)
            | WrittenLiteral::Number(_)
            | WrittenLiteral::Percent(_)
            | WrittenLiteral::Duration(_)
            | WrittenLiteral::Field(_) => {
                problems.push(not_a_date(scope, field, value));
                None
            }
        },
    }
}

/// The code of a scale's value; reports a word that is none (K204).
pub(super) fn code(
    scope: Scope,
    scale: &Scale,
    value: &Spanned<WrittenLiteral>,
    problems: &mut Problems,
) -> Option<u8> {
    let written = match &value.node {
        WrittenLiteral::Word(word) | WrittenLiteral::Text(word) => word.clone(),
        WrittenLiteral::Number(_)
        | WrittenLiteral::Percent(_)
        | WrittenLiteral::Duration(_)
        | WrittenLiteral::Date(_)
        | WrittenLiteral::Field(_) => format::literal(&value.node),
    };
    let mut values = scale.values.iter();
    let found = values.position(|known| known.eq_ignore_ascii_case(&written));
    if found.is_none() {
        let problem = Diagnostic::error(
            "K204",
            value.span,
            format!("`{written}` is not {}", with_article(&scale.name)),
        );
        let problem = match scale.code(&written) {
            Some(code) => problem.meant(&scale.values[code as usize]),
            None => problem.suggest(&written, scale.values.iter().map(String::as_str)),
        };
        let known = scope.cite_scale(scale);
        problems.push(match (problem.label.is_some(), scale.values.last()) {
            (false, Some(highest)) => problem.help_edit(
                known,
                format::literal(&WrittenLiteral::Word(highest.clone())),
            ),
            (true, _) | (_, None) => problem.help(known),
        });
    }
    found.map(|index| index as u8)
}

fn codes(
    scope: Scope,
    field: FieldId,
    scale: &Scale,
    test: OrderTest,
    code: u8,
    (operator, span): (Span, Span),
    problems: &mut Problems,
) -> Option<Condition> {
    let last = scale.values.len() as u8;
    let allowed: BTreeSet<u8> = match test {
        OrderTest::Equal => (code..=code).collect(),
        OrderTest::Less => (0..code).collect(),
        OrderTest::AtMost => (0..=code).collect(),
        OrderTest::Greater => (code + 1..last).collect(),
        OrderTest::AtLeast => (code..last).collect(),
    };
    if allowed.is_empty() {
        let (what, side) = match test {
            OrderTest::Less => ("lowest", "below"),
            OrderTest::Equal | OrderTest::AtMost | OrderTest::Greater | OrderTest::AtLeast => {
                ("highest", "above")
            }
        };
        problems.push(
            Diagnostic::error("K235", span, "this can never hold")
                .label(format!("the {what} {}: nothing is {side} it", scale.name))
                .help(scope.cite_scale(scale))
                .help(format!("for the {what} alone write `=`"))
                .edit_at(operator, "=", &format!("for the {what} alone write `=`")),
        );
        return None;
    }
    Some(Condition::Codes { field, allowed })
}

/// 1 for yes and true, 0 for no and false.
fn yes_or_no(
    scope: Scope,
    field: FieldId,
    value: &Spanned<WrittenLiteral>,
    problems: &mut Problems,
) -> Option<u8> {
    let code = yes_no_code(&value.node);
    if code.is_none() {
        let name = scope.field_name(field);
        problems.push(
            Diagnostic::error(
                "K213",
                value.span,
                format!(
                    "`{name}` is yes or no, not `{}`",
                    format::literal(&value.node)
                ),
            )
            .label(format!("write `{name} = yes`"))
            .edit("yes", &format!("write `{name} = yes`")),
        );
    }
    code
}

/// The code of a word of a yes/no field.
pub(super) fn yes_no_code(value: &WrittenLiteral) -> Option<u8> {
    match value {
        WrittenLiteral::Word(word) | WrittenLiteral::Text(word) => {
            match word.to_ascii_lowercase().as_str() {
                "yes" | "true" => Some(1),
                "no" | "false" => Some(0),
                _ => None,
            }
        }
        WrittenLiteral::Number(_)
        | WrittenLiteral::Percent(_)
        | WrittenLiteral::Duration(_)
        | WrittenLiteral::Date(_)
        | WrittenLiteral::Field(_) => None,
    }
}

fn text(
    scope: Scope,
    field: FieldId,
    value: &Spanned<WrittenLiteral>,
    problems: &mut Problems,
) -> Option<Condition> {
    match &value.node {
        WrittenLiteral::Word(word) | WrittenLiteral::Text(word) => Some(Condition::Texts {
            field,
            allowed: BTreeSet::from([word.clone()]),
        }),
        WrittenLiteral::Number(_)
        | WrittenLiteral::Percent(_)
        | WrittenLiteral::Duration(_)
        | WrittenLiteral::Date(_) => {
            let written = format::literal(&value.node);
            problems.push(
                Diagnostic::error(
                    "K213",
                    value.span,
                    format!("`{}` is text, not `{written}`", scope.field_name(field)),
                )
                .label_write(format!("\"{written}\"")),
            );
            None
        }
        WrittenLiteral::Field(_) => None,
    }
}

fn number(
    scope: Scope,
    field: FieldId,
    test: OrderTest,
    value: &Spanned<WrittenLiteral>,
    problems: &mut Problems,
) -> Option<Condition> {
    let WrittenLiteral::Number(number) = &value.node else {
        problems.push(not_a_number(scope, field, value));
        return None;
    };
    let test = match test {
        OrderTest::Equal => NumberTest::Equal(number.value),
        OrderTest::Less => NumberTest::Less(number.value),
        OrderTest::AtMost => NumberTest::AtMost(number.value),
        OrderTest::Greater => NumberTest::Greater(number.value),
        OrderTest::AtLeast => NumberTest::AtLeast(number.value),
    };
    Some(Condition::Number { field, test })
}

/// A number field has no unit: a percent may be a fraction of 1 or a number up to 100, as the data has it.
fn not_a_number(scope: Scope, field: FieldId, value: &Spanned<WrittenLiteral>) -> Diagnostic {
    let written = format::literal(&value.node);
    let problem = Diagnostic::error(
        "K213",
        value.span,
        format!("`{}` is a number, not `{written}`", scope.field_name(field)),
    )
    .label("a number without a unit");
    let meant: Vec<String> = match &value.node {
        WrittenLiteral::Percent(percent) => {
            vec![shifted(&percent.written, -2), percent.written.clone()]
        }
        WrittenLiteral::Duration(duration) => vec![duration.amount.written.clone()],
        WrittenLiteral::Text(text) => {
            let is_plain = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | '-');
            let number = text.trim();
            let is_number = number.chars().all(is_plain) && number.parse::<f64>().is_ok();
            is_number.then(|| number.to_owned()).into_iter().collect()
        }
        WrittenLiteral::Word(_)
        | WrittenLiteral::Number(_)
        | WrittenLiteral::Date(_)
        | WrittenLiteral::Field(_) => Vec::new(),
    };
    let is_clear = !meant.is_empty();
    let problem = meant.into_iter().fold(problem, Diagnostic::write);
    let name = scope.field_name(field);
    match fields::with_value(scope, field.table, name, &value.node) {
        Some(others) => problem.help(others),
        None if is_clear => problem,
        None => problem.help_edit("such as `1`", "1"),
    }
}

/// A literal stands for all of its period (rule S1): `<= 2026-03` reaches to the end of March.
fn date(
    scope: Scope,
    field: FieldId,
    test: OrderTest,
    literal: &Spanned<DateLiteral>,
    problems: &mut Problems,
) -> Option<Condition> {
    let (start, end) = match dates::when(&scope.model.calendar, literal, problems)? {
        DateMeaning::Period(period) => (
            calendar::start_instant(&scope.model.calendar, period),
            calendar::end_instant(&scope.model.calendar, period),
        ),
        DateMeaning::Instant(instant) => (instant, instant + 1),
    };
    let (from, until) = match test {
        OrderTest::Equal => (start, end),
        OrderTest::Less => (i64::MIN, start),
        OrderTest::AtMost => (i64::MIN, end),
        OrderTest::Greater => (end, i64::MAX),
        OrderTest::AtLeast => (start, i64::MAX),
    };
    Some(Condition::Between { field, from, until })
}

/// A word for a day counted from now.
fn is_relative(word: &str) -> bool {
    matches!(
        word,
        "yesterday" | "tomorrow" | "ytd" | "mtd" | "qtd" | "wtd"
    )
}

fn not_a_date(scope: Scope, field: FieldId, value: &Spanned<WrittenLiteral>) -> Diagnostic {
    let name = scope.field_name(field);
    let written = format::literal(&value.node);
    let table = scope.table(field.table);
    let problem = Diagnostic::error(
        "K213",
        value.span,
        format!("`{name}` is a date, not `{written}`"),
    );
    match &value.node {
        WrittenLiteral::Word(word) if table.field_named(word).is_some() => {
            let column = format!("{}.{word}", table.name);
            let label = format!("another column is written `{column}`");
            problem.label(&label).edit(column, &label)
        }
        WrittenLiteral::Duration(_) => problem
            .label("write a date such as `2026-03-31`")
            .help("how long ago is asked by `mean time since …` or `any … within …`"),
        WrittenLiteral::Text(text) => match syntax::dates_meant(text).as_slice() {
            [] => problem.label("write a date such as `2026-03-31`"),
            dates => dates
                .iter()
                .fold(problem, |problem, date| problem.write(date)),
        },
        WrittenLiteral::Word(word) if is_relative(word) => {
            problem.label("write a date such as `2026-03-31`").help(
                "a time that moves is a clause of the query, such as `last month` or `past 7 days`",
            )
        }
        WrittenLiteral::Word(_)
        | WrittenLiteral::Number(_)
        | WrittenLiteral::Percent(_)
        | WrittenLiteral::Date(_)
        | WrittenLiteral::Field(_) => problem.label("write a date such as `2026-03-31`"),
    }
}

/// `title contains "sql"`: of text fields alone (K213).
pub(super) fn contains(
    scope: Scope,
    field: FieldId,
    value: &Spanned<WrittenLiteral>,
    problems: &mut Problems,
) -> Option<Condition> {
    let name = scope.field_name(field);
    if *scope.field_type(field) != FieldType::Text {
        problems.push(
            Diagnostic::error("K213", value.span, format!("`{name}` is not a text"))
                .label("only texts contain others")
                .help(format!("write `{name} = …` or `{name} in (…, …)`")),
        );
        return None;
    }
    let (WrittenLiteral::Word(text) | WrittenLiteral::Text(text)) = &value.node else {
        let written = format::literal(&value.node);
        problems.push(
            Diagnostic::error(
                "K213",
                value.span,
                format!("`{name}` is text, not `{written}`"),
            )
            .label(format!("write `\"{written}\"`")),
        );
        return None;
    };
    if text.is_empty() {
        problems.push(
            Diagnostic::error("K235", value.span, "every text contains the empty one")
                .label("this always holds")
                .help(format!("write `{name} is present`")),
        );
        return None;
    }
    Some(Condition::ContainsText {
        field,
        text: text.to_lowercase(),
    })
}
