//! The time since an event, and from one event to another, at an instant (rules S40, S46). Of a choice of events counts what
//! is there at the instant: until a finding is reopened, `time since reopened or found` runs since it was found.

use super::conditions::{after, order_test};
use super::rows::{Rows, choose};
use crate::base::types::Choice;
use crate::lang::model::{ChosenEvent, OrderTest};
use crate::plan::relation::{Expression, RelationalOperator};

/// One event of a choice, while it is the one that counts.
#[derive(Clone)]
pub(super) struct Alternative {
    /// Missing where the event has not happened.
    pub instant: Expression,
    /// When another takes its place, missing if none does; `None` where none can.
    pub replaced: Option<Expression>,
}

impl Alternative {
    fn only(instant: Expression) -> Alternative {
        Alternative {
            instant,
            replaced: None,
        }
    }

    /// Whether no other has taken its place by an instant.
    fn lasts(&self, instant: &Expression) -> Option<Expression> {
        let replaced = self.replaced.clone()?;
        let is_over = replaced.is(RelationalOperator::AtMost, instant.clone());
        Some(is_over.negated())
    }
}

impl Rows<'_> {
    /// The events of a choice, each while it counts.
    pub fn alternatives(&mut self, chosen: &ChosenEvent) -> Vec<Alternative> {
        let parts: Vec<Expression> = chosen
            .events
            .iter()
            .map(|event| self.event(event.event))
            .collect();
        self.alternatives_of(chosen.choice, parts)
    }

    fn alternatives_of(&mut self, choice: Choice, parts: Vec<Expression>) -> Vec<Alternative> {
        // The earliest stays the earliest whatever comes after it.
        if parts.len() == 1 || choice == Choice::Earliest {
            let instant = choose(choice, parts);
            return vec![Alternative::only(self.derive("since", instant))];
        }
        let alternative = |(place, part): (usize, &Expression)| {
            let others: Vec<Expression> = match choice {
                Choice::First | Choice::Earliest => parts[..place].to_vec(),
                Choice::Latest => later_than(part, &parts),
            };
            if others.is_empty() {
                return Alternative::only(part.clone());
            }
            let replaced = choose(Choice::Earliest, others);
            Alternative {
                instant: part.clone(),
                replaced: Some(self.derive("replaced", replaced)),
            }
        };
        parts.iter().enumerate().map(alternative).collect()
    }

    /// Whether the time since an event passes a test at an instant, up to and including it.
    pub fn has_elapsed_since(
        &mut self,
        from: &ChosenEvent,
        (test, micros): (OrderTest, i64),
        instant: &Expression,
    ) -> Expression {
        let holds = |one: Alternative| {
            let limit = one.instant.clone().plus(Expression::integer(micros));
            let passes = instant.clone().is(order_test(test), limit);
            let lasts = one.lasts(instant);
            let has_begun = one.instant.is(RelationalOperator::AtMost, instant.clone());
            Expression::all([passes, has_begun].into_iter().chain(lasts))
        };
        any(self.alternatives(from).into_iter().map(holds).collect())
    }

    /// Whether the time from one event to another passes a test at an instant, up to and including it.
    pub fn has_elapsed_between(
        &mut self,
        ends: (&ChosenEvent, &ChosenEvent),
        limit: (OrderTest, i64),
        instant: &Expression,
    ) -> Expression {
        let holds = |one: Alternative| {
            let lasts = one.lasts(instant);
            let is_over = one.instant.is(RelationalOperator::AtMost, instant.clone());
            Expression::all([is_over].into_iter().chain(lasts))
        };
        let spans = self.spans_between(ends, limit);
        any(spans.into_iter().map(holds).collect())
    }

    /// The instants at which the time since an event passes a test.
    pub fn while_elapsed_since(
        &mut self,
        from: &ChosenEvent,
        (test, micros): (OrderTest, i64),
    ) -> Expression {
        let interval = |one: Alternative| {
            let end = |shift: i64| {
                one.instant
                    .clone()
                    .plus(Expression::integer(micros + shift))
            };
            let (from, until) = match test {
                OrderTest::Less => (one.instant.clone(), Some(end(-1))),
                OrderTest::AtMost => (one.instant.clone(), Some(end(0))),
                OrderTest::Equal => (end(-1), Some(end(0))),
                OrderTest::AtLeast => (end(-1), None),
                OrderTest::Greater => (end(0), None),
            };
            let ends: Vec<Expression> = until.into_iter().chain(one.replaced).collect();
            Expression::Interval {
                from: Box::new(from),
                until: Box::new(match ends.is_empty() {
                    true => Expression::missing_integer(),
                    false => choose(Choice::Earliest, ends),
                }),
            }
        };
        union(self.alternatives(from).into_iter().map(interval).collect())
    }

    /// The instants at which the time from one event to another is over and passes a test.
    pub fn while_elapsed_between(
        &mut self,
        ends: (&ChosenEvent, &ChosenEvent),
        limit: (OrderTest, i64),
    ) -> Expression {
        let interval = |one: Alternative| match one.replaced {
            None => after(one.instant),
            Some(until) => Expression::Interval {
                from: Box::new(one.instant),
                until: Box::new(until),
            },
        };
        let spans = self.spans_between(ends, limit);
        union(spans.into_iter().map(interval).collect())
    }

    /// When a time from event to event is over, where it passes a test, for each pair of alternatives.
    fn spans_between(
        &mut self,
        (from, to): (&ChosenEvent, &ChosenEvent),
        (test, micros): (OrderTest, i64),
    ) -> Vec<Alternative> {
        let (starts, ends) = (self.end_parts(from, to), self.end_parts(to, from));
        let starts = self.alternatives_of(from.choice, starts);
        let ends = self.alternatives_of(to.choice, ends);
        let mut spans = Vec::new();
        for start in &starts {
            for end in &ends {
                let limit = start.instant.clone().plus(Expression::integer(micros));
                let is_after = start
                    .instant
                    .clone()
                    .is(RelationalOperator::AtMost, end.instant.clone());
                let passes =
                    Expression::all([end.instant.clone().is(order_test(test), limit), is_after]);
                let since = end.instant.clone().only_if(passes);
                let replaced: Vec<Expression> = [&start.replaced, &end.replaced]
                    .into_iter()
                    .flatten()
                    .cloned()
                    .collect();
                spans.push(Alternative {
                    instant: self.derive("elapsed", since),
                    replaced: (!replaced.is_empty()).then(|| choose(Choice::Earliest, replaced)),
                });
            }
        }
        spans
    }
}

/// Those of some instants that lie after one of them.
fn later_than(part: &Expression, parts: &[Expression]) -> Vec<Expression> {
    let others = parts.iter().filter(|other| *other != part);
    let later = others.map(|other| {
        let is_later = other.clone().is(RelationalOperator::Greater, part.clone());
        other.clone().only_if(is_later)
    });
    later.collect()
}

fn any(mut parts: Vec<Expression>) -> Expression {
    match parts.len() {
        1 => parts.remove(0),
        _ => Expression::Or(parts),
    }
}

fn union(mut sets: Vec<Expression>) -> Expression {
    match sets.len() {
        1 => sets.remove(0),
        _ => Expression::Union(sets),
    }
}
