//! Conditions: at an instant a boolean, over time a set of instants.

use super::rows::Rows;
use crate::base::types::FieldType;
use crate::lang::model::{Condition, FieldId, NumberTest, OrderTest};
use crate::plan::relation::{Expression, Literal, RelationalOperator};

impl Rows<'_> {
    /// Whether a condition holds at an instant of the row: that of the event which a flow counts. Conditions that
    /// do not depend on time need no instant.
    pub fn holds(&mut self, condition: &Condition, at: Option<&Expression>) -> Expression {
        match condition {
            Condition::All(parts) => Expression::all(
                parts
                    .iter()
                    .map(|part| self.holds(part, at))
                    .collect::<Vec<_>>(),
            ),
            Condition::AnyOf(parts) => {
                Expression::Or(parts.iter().map(|part| self.holds(part, at)).collect())
            }
            Condition::Not(part) => self.holds(part, at).negated(),
            Condition::Exists(exists) => Expression::Contains {
                set: Box::new(self.coverage(exists)),
                instant: Box::new(
                    at.expect(
                        "checking allows `any` only where there is an instant to judge it at",
                    )
                    .clone(),
                ),
            },
            Condition::Within { event, micros } => {
                let base = at
                    .expect("checking allows `within` only of an event")
                    .clone();
                let event = self.event(event.event);
                let end = base.clone().plus(Expression::integer(*micros));
                Expression::all([
                    event.clone().is(RelationalOperator::AtLeast, base),
                    event.is(RelationalOperator::Less, end),
                ])
            }
            Condition::Codes { .. }
            | Condition::Texts { .. }
            | Condition::ContainsText { .. }
            | Condition::Number { .. }
            | Condition::Between { .. }
            | Condition::Fields { .. }
            | Condition::Present(_) => self.test(condition),
        }
    }

    /// The instants at which a condition holds for the row, as a set.
    pub fn instants(&mut self, condition: &Condition) -> Expression {
        if !depends_on_time(condition) {
            return Expression::AlwaysIf(Box::new(self.holds(condition, None)));
        }
        match condition {
            Condition::All(parts) => {
                Expression::Intersection(parts.iter().map(|part| self.instants(part)).collect())
            }
            Condition::AnyOf(parts) => {
                Expression::Union(parts.iter().map(|part| self.instants(part)).collect())
            }
            Condition::Not(part) => Expression::Complement(Box::new(self.instants(part))),
            Condition::Exists(exists) => self.coverage(exists),
            Condition::Within { .. } => unreachable!("checking allows `within` only of an event"),
            Condition::Codes { .. }
            | Condition::Texts { .. }
            | Condition::ContainsText { .. }
            | Condition::Number { .. }
            | Condition::Between { .. }
            | Condition::Fields { .. }
            | Condition::Present(_) => unreachable!("these do not depend on time"),
        }
    }

    /// A test of fields, the same at every instant. Tests of texts, numbers and dates become columns: what groups and
    /// counts rows then reads a bit a row.
    fn test(&mut self, condition: &Condition) -> Expression {
        match condition {
            Condition::Codes { field, allowed } => {
                let is_yes_no =
                    self.context.definitions.field(*field).field_type == FieldType::YesNo;
                let literal = |code: &u8| match is_yes_no {
                    true => Literal::Boolean(*code == 1),
                    false => Literal::Code(*code),
                };
                Expression::In {
                    of: Box::new(self.field(*field)),
                    values: allowed.iter().map(literal).collect(),
                }
            }
            Condition::Texts { field, allowed } => {
                let name = &self.context.definitions.field(*field).name;
                let test = Expression::In {
                    of: Box::new(self.field(*field)),
                    values: allowed.iter().cloned().map(Literal::Text).collect(),
                };
                self.derive(&format!("is_{name}"), test)
            }
            Condition::ContainsText { field, text } => {
                let name = &self.context.definitions.field(*field).name;
                let test = Expression::ContainsText {
                    of: Box::new(self.field(*field)),
                    text: text.clone(),
                };
                self.derive(&format!("{name}_contains"), test)
            }
            Condition::Number { field, test } => {
                let (comparison, limit) = number_test(*test);
                let limit = Expression::Literal(Literal::Number(limit));
                let test = self.field(*field).is(comparison, limit);
                self.derive(&self.tested(*field), test)
            }
            Condition::Between { field, from, until } => {
                let of = self.field(*field);
                let mut tests = vec![of.clone().is_present()];
                if *from != i64::MIN {
                    tests.push(
                        of.clone()
                            .is(RelationalOperator::AtLeast, Expression::integer(*from)),
                    );
                }
                if *until != i64::MAX {
                    tests.push(of.is(RelationalOperator::Less, Expression::integer(*until)));
                }
                self.derive(&self.tested(*field), Expression::all(tests))
            }
            Condition::Fields { left, test, right } => {
                let name = self.tested(*left);
                let (left, right) = (self.field(*left), self.field(*right));
                self.derive(&name, left.is(order_test(*test), right))
            }
            Condition::Present(field) => {
                let name = &self.context.definitions.field(*field).name;
                let test = self.field(*field).is_present();
                self.derive(&format!("has_{name}"), test)
            }
            Condition::All(_)
            | Condition::AnyOf(_)
            | Condition::Not(_)
            | Condition::Exists(_)
            | Condition::Within { .. } => unreachable!("not a test of fields"),
        }
    }

    fn tested(&self, field: FieldId) -> String {
        format!("{}_test", self.context.definitions.field(field).name)
    }

    /// The number of the `exclude` line that leaves a row out, missing for rows that count; `None` if the table has no
    /// such lines.
    pub fn excluded(&mut self) -> Option<Expression> {
        let excludes = &self.context.definitions.table(self.table).excludes;
        if excludes.is_empty() {
            return None;
        }
        let branch = |(place, filter)| (self.holds(filter, None), Expression::integer(place));
        let filters = excludes.iter().map(|exclude| &exclude.filter);
        let branches = (0..).zip(filters).map(branch).collect();
        let excluded = Expression::Case {
            branches,
            otherwise: Box::new(Expression::missing_integer()),
        };
        Some(self.derive("excluded", excluded))
    }
}

fn number_test(test: NumberTest) -> (RelationalOperator, f64) {
    match test {
        NumberTest::Equal(limit) => (RelationalOperator::Equal, limit),
        NumberTest::Less(limit) => (RelationalOperator::Less, limit),
        NumberTest::AtMost(limit) => (RelationalOperator::AtMost, limit),
        NumberTest::Greater(limit) => (RelationalOperator::Greater, limit),
        NumberTest::AtLeast(limit) => (RelationalOperator::AtLeast, limit),
    }
}

fn order_test(test: OrderTest) -> RelationalOperator {
    match test {
        OrderTest::Equal => RelationalOperator::Equal,
        OrderTest::Less => RelationalOperator::Less,
        OrderTest::AtMost => RelationalOperator::AtMost,
        OrderTest::Greater => RelationalOperator::Greater,
        OrderTest::AtLeast => RelationalOperator::AtLeast,
    }
}

/// Whether a condition may hold at one instant and not at another.
pub(super) fn depends_on_time(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) | Condition::AnyOf(parts) => parts.iter().any(depends_on_time),
        Condition::Not(part) => depends_on_time(part),
        Condition::Exists(_) | Condition::Within { .. } => true,
        Condition::Codes { .. }
        | Condition::Texts { .. }
        | Condition::ContainsText { .. }
        | Condition::Number { .. }
        | Condition::Between { .. }
        | Condition::Fields { .. }
        | Condition::Present(_) => false,
    }
}

/// The longest `within` of a condition: how old a row must be to be judged (rule S20).
pub(super) fn longest_within(condition: &Condition) -> Option<i64> {
    match condition {
        Condition::All(parts) | Condition::AnyOf(parts) => {
            parts.iter().filter_map(longest_within).max()
        }
        Condition::Not(part) => longest_within(part),
        Condition::Within { micros, .. } => Some(*micros),
        Condition::Codes { .. }
        | Condition::Texts { .. }
        | Condition::ContainsText { .. }
        | Condition::Number { .. }
        | Condition::Between { .. }
        | Condition::Fields { .. }
        | Condition::Present(_)
        | Condition::Exists(_) => None,
    }
}

/// The parts of a conjunction.
pub(super) fn conjuncts(condition: &Condition) -> Vec<&Condition> {
    match condition {
        Condition::All(parts) => parts.iter().flat_map(conjuncts).collect(),
        other => vec![other],
    }
}
