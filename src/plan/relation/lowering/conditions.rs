//! Conditions: at an instant a boolean, over time a set of instants (rule S40).

use super::events::EventsSeen;
use super::rows::Rows;
use crate::base::types::FieldType;
use crate::lang::model::{Condition, FieldId, FieldSource, FixedTest, NumberTest, OrderTest};
use crate::plan::relation::{Expression, Literal, RelationalOperator};

impl Rows<'_> {
    /// Whether a condition holds at an instant of the row: that of the event which a flow counts. A state is judged
    /// just before it, events and dates up to and including it. `None` is as-of.
    pub fn holds(&mut self, condition: &Condition, at: Option<&Expression>) -> Expression {
        if let Some(set) = self.instants_of_roll_up(condition) {
            return self.contains(set, at);
        }
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
            Condition::SoFar(part) => self.holds(part, None),
            Condition::AtInstants(test) => self.holds_at_instants(test),
            Condition::Exists(exists) => {
                let seen = match at {
                    Some(_) => EventsSeen::UpToInstant,
                    None => EventsSeen::BeforeInstant,
                };
                let set = self.coverage(exists, seen);
                self.contains(set, at)
            }
            Condition::InState(state) => {
                let set = self.state(state.state).set();
                self.contains(set, at)
            }
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
            Condition::Happened(event) => {
                let event = match at {
                    Some(_) => self.event(event.event),
                    None => self.past_event(event.event),
                };
                by(event, at)
            }
            Condition::Elapsed {
                from,
                to,
                test,
                micros,
            } => {
                let instant = self.instant(at);
                let limit = (*test, *micros);
                match to {
                    Some(to) => self.has_elapsed_between((from, to), limit, &instant),
                    None => self.has_elapsed_since(from, limit, &instant),
                }
            }
            Condition::Near { of, side, micros } => {
                let near = self.while_near(*of, *side, *micros);
                // Dates are judged up to and including the event, where sets are seen from just before an instant.
                let after = at.map(|at| at.clone().plus(Expression::integer(1)));
                self.contains(near, after.as_ref())
            }
            Condition::Codes { .. }
            | Condition::Texts { .. }
            | Condition::ContainsText { .. }
            | Condition::Number { .. }
            | Condition::Between { .. }
            | Condition::Fields { .. }
            | Condition::Present(_) => {
                let test = self.test(condition);
                match (at, self.known_since(condition)) {
                    (Some(_), Some(since)) => Expression::all([test, by(since, at)]),
                    (None, _) | (_, None) => test,
                }
            }
        }
    }

    /// Whether a test holds at each of its instants, of this row or of one that it belongs to; not where there is none.
    pub fn holds_at_instants(&mut self, test: &FixedTest) -> Expression {
        if let Some((parent, rest)) = test.parents.split_first() {
            let of_parent = FixedTest {
                parents: rest.to_vec(),
                ..test.clone()
            };
            return Expression::In {
                of: Box::new(self.tested_of_parent(*parent, of_parent)),
                values: vec![Literal::Boolean(true)],
            };
        }
        let set = self.instants(&test.condition);
        let set = set.with_other_sets(&mut |other| self.derive("tested_instants", other));
        let at = test.instants.iter().map(|instant| {
            let instant = Expression::integer(*instant);
            self.contains(set.clone(), Some(&instant))
        });
        Expression::all(at.collect::<Vec<_>>())
    }

    /// An instant to judge at; as-of where none is given.
    fn instant(&self, at: Option<&Expression>) -> Expression {
        let as_of = self.context.evaluation.as_of.instant;
        at.cloned().unwrap_or(Expression::integer(as_of))
    }

    fn contains(&self, set: Expression, at: Option<&Expression>) -> Expression {
        set.contains(&self.instant(at))
    }

    /// The instants at which a condition holds for the row, as a set.
    pub fn instants(&mut self, condition: &Condition) -> Expression {
        if !self.depends_on_time(condition, &[]) {
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
            Condition::Exists(exists) => self.coverage(exists, EventsSeen::BeforeInstant),
            Condition::InState(state) => self.state(state.state).set(),
            Condition::Happened(event) => after(self.event(event.event)),
            Condition::Elapsed {
                from,
                to,
                test,
                micros,
            } => match to {
                Some(to) => self.while_elapsed_between((from, to), (*test, *micros)),
                None => self.while_elapsed_since(from, (*test, *micros)),
            },
            Condition::Number { .. } => self
                .instants_of_roll_up(condition)
                .expect("other numbers do not depend on time"),
            Condition::Near { of, side, micros } => self.while_near(*of, *side, *micros),
            Condition::Between { .. } | Condition::Fields { .. } | Condition::Present(_) => {
                if let Some(set) = self.instants_of_roll_up(condition) {
                    return set;
                }
                let test = self.test(condition);
                let since = self.known_since(condition);
                after(since.expect("it depends on time").only_if(test))
            }
            Condition::Within { .. } => unreachable!("checking allows `within` only of an event"),
            Condition::Codes { .. }
            | Condition::Texts { .. }
            | Condition::ContainsText { .. }
            | Condition::AtInstants(_)
            | Condition::SoFar(_) => unreachable!("these do not depend on time"),
        }
    }

    /// Since when the dates that a test reads are known, where they are known: dates that happen to the row are
    /// known from their own instant on (rule S40). `None`: at all times.
    fn known_since(&mut self, condition: &Condition) -> Option<Expression> {
        let fields: Vec<FieldId> = match condition {
            Condition::Between { field, .. } | Condition::Present(field) => vec![*field],
            Condition::Fields { left, right, .. } => vec![*left, *right],
            _ => Vec::new(),
        };
        let dates = fields
            .into_iter()
            .filter(|field| self.is_of_time(*field, &[]));
        let dates: Vec<FieldId> = dates.collect();
        let dates = dates.into_iter().map(|field| self.known_from(field));
        let mut dates: Vec<Expression> = dates.collect();
        match dates.len() {
            0 => None,
            1 => Some(dates.remove(0)),
            _ => Some(Expression::Greatest(dates)),
        }
    }

    /// Whether a field is a date that is not known at all times; one that columns settle is known wherever it is asked.
    pub fn is_of_time(&self, field: FieldId, settled: &[usize]) -> bool {
        let definitions = self.context.definitions;
        let table = definitions.table(field.table);
        let is_settled = |columns: &[usize]| {
            field.table == self.table && matches!(columns, [only] if settled.contains(only))
        };
        match table.fields[field.field].source {
            FieldSource::Column(column) => match table.planned_with(column) {
                Some(begin) => !is_settled(begin),
                None => table.columns[column].is_time_of_event && !is_settled(&[column]),
            },
            FieldSource::Parent { parent, field } => {
                let table = table.parents[parent].table;
                self.is_of_time(FieldId { table, field }, &[])
            }
            FieldSource::RollUp(_) => true,
            FieldSource::Due(sla) => {
                let starts = &table.events[definitions.slas[sla.0].starts.event];
                starts.filter.is_some() || !is_settled(starts.source.columns())
            }
        }
    }

    /// Whether a condition may hold at one instant and not at another. Columns are settled that are known wherever
    /// the condition is asked: that of the event which is counted, or of the begin of the state.
    pub fn depends_on_time(&self, condition: &Condition, settled: &[usize]) -> bool {
        match condition {
            Condition::All(parts) | Condition::AnyOf(parts) => {
                let mut parts = parts.iter();
                parts.any(|part| self.depends_on_time(part, settled))
            }
            Condition::Not(part) => self.depends_on_time(part, settled),
            Condition::Exists(_)
            | Condition::Within { .. }
            | Condition::InState(_)
            | Condition::Happened(_)
            | Condition::Near { .. }
            | Condition::Elapsed { .. } => true,
            Condition::Between { field, .. }
            | Condition::Present(field)
            | Condition::Number { field, .. } => self.is_of_time(*field, settled),
            Condition::Fields { left, right, .. } => {
                self.is_of_time(*left, settled) || self.is_of_time(*right, settled)
            }
            Condition::Codes { .. }
            | Condition::Texts { .. }
            | Condition::ContainsText { .. }
            | Condition::AtInstants(_)
            | Condition::SoFar(_) => false,
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
                let of = self.tested_date(*field);
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
                let (left, right) = (self.tested_date(*left), self.tested_date(*right));
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
            | Condition::SoFar(_)
            | Condition::AtInstants(_)
            | Condition::Exists(_)
            | Condition::InState(_)
            | Condition::Happened(_)
            | Condition::Elapsed { .. }
            | Condition::Near { .. }
            | Condition::Within { .. } => unreachable!("not a test of fields"),
        }
    }

    /// A field as tests compare it. A due instant that is not known because the clock stands without an end lies after
    /// every instant there is (rule S36).
    fn tested_date(&mut self, field: FieldId) -> Expression {
        match self.context.definitions.field(field).source {
            FieldSource::Due(sla) => self.due_or_later(sla),
            FieldSource::Column(_) | FieldSource::Parent { .. } | FieldSource::RollUp(_) => {
                self.field(field)
            }
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

pub(super) fn number_test(test: NumberTest) -> (RelationalOperator, f64) {
    match test {
        NumberTest::Equal(limit) => (RelationalOperator::Equal, limit),
        NumberTest::Less(limit) => (RelationalOperator::Less, limit),
        NumberTest::AtMost(limit) => (RelationalOperator::AtMost, limit),
        NumberTest::Greater(limit) => (RelationalOperator::Greater, limit),
        NumberTest::AtLeast(limit) => (RelationalOperator::AtLeast, limit),
    }
}

pub(super) fn order_test(test: OrderTest) -> RelationalOperator {
    match test {
        OrderTest::Equal => RelationalOperator::Equal,
        OrderTest::Less => RelationalOperator::Less,
        OrderTest::AtMost => RelationalOperator::AtMost,
        OrderTest::Greater => RelationalOperator::Greater,
        OrderTest::AtLeast => RelationalOperator::AtLeast,
    }
}

/// Whether an instant has come by another; has come at all if that is as-of.
fn by(instant: Expression, at: Option<&Expression>) -> Expression {
    match at {
        Some(at) => instant.is(RelationalOperator::AtMost, at.clone()),
        None => instant.is_present(),
    }
}

/// All time after an instant.
pub(super) fn after(instant: Expression) -> Expression {
    Expression::Interval {
        from: Box::new(instant),
        until: Box::new(Expression::missing_integer()),
    }
}

/// The longest `within` of a condition: how old a row must be to be judged (rule S20).
pub(super) fn longest_within(condition: &Condition) -> Option<i64> {
    let micros = |test: &Condition| match test {
        Condition::Within { micros, .. } => Some(*micros),
        _ => None,
    };
    condition.tests().into_iter().filter_map(micros).max()
}
