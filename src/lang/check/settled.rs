//! Tests that say less than they seem to: of what the population has settled already (rule S45), and of a flow for
//! what comes after its event (rule S41). A window from an event to itself is refused.

use super::conditions::{ConditionSite, condition};
use super::later::EventOrder;
use super::populations::setting_of;
use super::restrictions::confined;
use super::scope::Scope;
use super::settled_words::{told_fixed, told_itself, told_later};
use crate::base::diagnostic::Problems;
use crate::base::source::Spanned;
use crate::base::types::Choice;
use crate::lang::model::{
    Allowed, ChosenEvent, Condition, EventId, FieldId, FieldSource, OrderTest, Population, Role,
    StateSource, Table,
};
use crate::lang::syntax::ast;

/// A population and the table of its rows.
#[derive(Clone, Copy)]
pub(super) struct Settled<'a> {
    pub scope: Scope<'a>,
    pub population: &'a Population,
    pub table: &'a Table,
    pub order: EventOrder<'a>,
}

/// What is told of a test.
pub(super) enum SettledTest {
    /// It always holds, or never.
    Fixed { holds: bool, why: Why },
    /// It asks for what comes after the event that is counted.
    Later(Fate),
    /// It asks how soon after an event that event happens.
    Itself { micros: i64 },
}

/// Why a test is settled.
#[derive(Clone, Copy)]
pub(super) enum Why {
    /// The population is what is tested: `findings open where open`.
    Same,
    /// The event happens only where its own condition holds.
    OwnCondition,
    /// Rows like these are excluded.
    Excluded,
    /// The state ends there.
    Ends,
    /// The state begins at the event.
    Begins,
    /// No time has passed since the event.
    NoTime,
}

/// What may become of a row.
#[derive(Clone, Copy)]
pub(super) enum Fate {
    Event(usize),
    State(usize),
}

/// Tells of the tests in a condition on a population, each at its place.
pub(super) fn advise(
    scope: Scope,
    population: &Population,
    tree: Option<&Spanned<ast::Condition>>,
    problems: &mut Problems,
) {
    let settled = Settled {
        scope,
        population,
        table: scope.table(population.table),
        order: EventOrder::of(scope, population.table),
    };
    if let Some(tree) = tree {
        settled.each_test(tree, problems);
    }
}

impl Settled<'_> {
    fn each_test(&self, tree: &Spanned<ast::Condition>, problems: &mut Problems) {
        match &tree.node {
            ast::Condition::And(parts) => {
                parts.iter().for_each(|part| self.each_test(part, problems));
            }
            ast::Condition::Group(inner) => self.each_test(inner, problems),
            _ => {
                let site = ConditionSite {
                    table: self.population.table,
                    setting: setting_of(self.population.role),
                };
                // Its own problems are told where it is checked.
                let test = condition(self.scope, site, tree, &mut Problems::default());
                if let Some(verdict) = test.and_then(|test| self.verdict(&test)) {
                    problems.push(match verdict {
                        SettledTest::Fixed { holds, why } => told_fixed(self, tree, holds, why),
                        SettledTest::Later(fate) => told_later(self, tree, fate),
                        SettledTest::Itself { micros } => told_itself(self, tree, micros),
                    });
                }
            }
        }
    }

    fn verdict(&self, test: &Condition) -> Option<SettledTest> {
        match test {
            Condition::Not(inner) => Some(match self.verdict(inner)? {
                SettledTest::Fixed { holds, why } => SettledTest::Fixed { holds: !holds, why },
                other => other,
            }),
            Condition::Codes { .. } | Condition::Texts { .. } => self.of_value(test),
            Condition::Happened(event) => self.of_event(event.event),
            Condition::InState(state) => self.of_state(state.state),
            Condition::Present(field) => self.of_column(self.column(*field)?, true),
            Condition::Between { field, .. } => self.of_column(self.column(*field)?, false),
            Condition::Fields { left, right, .. } => {
                let columns = [self.column(*left), self.column(*right)];
                let mut columns = columns.into_iter().flatten();
                columns.find_map(|column| self.of_column(column, false))
            }
            Condition::Elapsed { from, to, test, .. } => self.of_time(from, to.as_ref(), *test),
            Condition::Within { event, micros } => {
                let is_own = Some(event.event) == self.counted();
                is_own.then_some(SettledTest::Itself { micros: *micros })
            }
            // What is asked so far is judged at as-of, and related rows say their time.
            Condition::SoFar(_)
            | Condition::Near { .. }
            | Condition::Exists(_)
            | Condition::ContainsText { .. }
            | Condition::Number { .. }
            | Condition::All(_)
            | Condition::AnyOf(_) => None,
        }
    }

    /// The event of a flow.
    pub fn counted(&self) -> Option<usize> {
        match self.population.role {
            Role::Event(event) => Some(event),
            Role::State(_) | Role::Rows => None,
        }
    }

    /// The column of the table that a field reads.
    fn column(&self, field: FieldId) -> Option<usize> {
        match self.scope.model.field(field).source {
            FieldSource::Column(column) => Some(column),
            FieldSource::Parent { .. } | FieldSource::Due(_) => None,
        }
    }

    fn of_event(&self, event: usize) -> Option<SettledTest> {
        match self.population.role {
            Role::Event(own) if own == event || self.order.is_due_at(event, own) => {
                Some(fixed(true, Why::Same))
            }
            Role::Event(own) => {
                let is_later = self.order.is_later(event, own);
                is_later.then_some(SettledTest::Later(Fate::Event(event)))
            }
            Role::State(_) => self.of_column(self.order.only_column(event)?, true),
            Role::Rows => None,
        }
    }

    fn of_state(&self, state: usize) -> Option<SettledTest> {
        match self.population.role {
            Role::State(own) => (own == state).then_some(fixed(true, Why::Same)),
            Role::Event(own) => {
                if self.order.begins_at(state, own) {
                    return Some(fixed(false, Why::Begins));
                }
                let is_first = self.order.is_first(own);
                is_first.then_some(SettledTest::Later(Fate::State(state)))
            }
            Role::Rows => None,
        }
    }

    /// A test of a date. One of another kind than whether it is there says something.
    fn of_column(&self, column: usize, is_presence: bool) -> Option<SettledTest> {
        match self.population.role {
            Role::State(state) => {
                let StateSource::Columns { from, until } = &self.table.states[state].source else {
                    return None;
                };
                if is_presence && from[..] == [column] {
                    return Some(fixed(true, Why::Same));
                }
                let is_hidden = until[..] == [column] && !self.table.columns[column].is_planned;
                is_hidden.then_some(fixed(false, Why::Ends))
            }
            Role::Event(own) => {
                if self.order.only_column(own) == Some(column) {
                    return is_presence.then_some(fixed(true, Why::Same));
                }
                let events = (0..self.table.events.len())
                    .filter(|event| self.order.columns(*event).contains(&column));
                let events: Vec<usize> = events.collect();
                let is_later = |event: &usize| self.order.is_later(*event, own);
                match events.first() {
                    Some(first) => {
                        let all = events.iter().all(is_later);
                        all.then_some(SettledTest::Later(Fate::Event(*first)))
                    }
                    // What is planned is known while the state lasts.
                    None if self.table.columns[column].is_planned => None,
                    None => {
                        let state = self.order.state_of_bound(column)?;
                        let is_first = self.order.is_first(own);
                        is_first.then_some(SettledTest::Later(Fate::State(state)))
                    }
                }
            }
            Role::Rows => None,
        }
    }

    /// A time from an event, to another one or to the instant.
    fn of_time(
        &self,
        from: &ChosenEvent,
        to: Option<&ChosenEvent>,
        test: OrderTest,
    ) -> Option<SettledTest> {
        let own = self.counted()?;
        if to.is_none() && from.events.iter().all(|event| event.event == own) {
            // No time has passed, and limits are longer than that.
            let holds = matches!(test, OrderTest::Less | OrderTest::AtMost);
            return Some(fixed(holds, Why::NoTime));
        }
        let last = to.unwrap_or(from);
        let is_later =
            |event: &&EventId| event.event != own && self.order.is_later(event.event, own);
        let mut events = last.events.iter();
        let later = match last.choice {
            Choice::First => events.next().filter(is_later),
            Choice::Latest => events.find(is_later),
            Choice::Earliest => last
                .events
                .iter()
                .all(|event| is_later(&event))
                .then(|| &last.events[0]),
        };
        later.map(|event| SettledTest::Later(Fate::Event(event.event)))
    }

    /// A test of a value that the event's own condition, or an `exclude` line, has settled.
    fn of_value(&self, test: &Condition) -> Option<SettledTest> {
        let (field, asked) = confined(test).fields.into_iter().next()?;
        if let Some(event) = self.counted()
            && let Some(filter) = &self.table.events[event].filter
            && let Some(own) = confined(filter).fields.get(&field)
        {
            if is_within(own, &asked) {
                return Some(fixed(true, Why::OwnCondition));
            }
            if are_apart(own, &asked) {
                return Some(fixed(false, Why::OwnCondition));
            }
        }
        if self.population.including_excluded {
            return None;
        }
        let is_excluded = self.table.excludes.iter().any(|exclude| {
            let excluded = confined(&exclude.filter);
            let is_plain = excluded.others.is_empty() && excluded.fields.len() == 1;
            let allowed = excluded.fields.get(&field);
            is_plain && allowed.is_some_and(|allowed| is_within(&asked, allowed))
        });
        is_excluded.then_some(fixed(false, Why::Excluded))
    }
}

fn fixed(holds: bool, why: Why) -> SettledTest {
    SettledTest::Fixed { holds, why }
}

fn is_within(narrow: &Allowed, wide: &Allowed) -> bool {
    match (narrow, wide) {
        (Allowed::Codes(narrow), Allowed::Codes(wide)) => narrow.is_subset(wide),
        (Allowed::Texts(narrow), Allowed::Texts(wide)) => narrow.is_subset(wide),
        (Allowed::Codes(_), Allowed::Texts(_)) | (Allowed::Texts(_), Allowed::Codes(_)) => false,
    }
}

fn are_apart(left: &Allowed, right: &Allowed) -> bool {
    match (left, right) {
        (Allowed::Codes(left), Allowed::Codes(right)) => left.is_disjoint(right),
        (Allowed::Texts(left), Allowed::Texts(right)) => left.is_disjoint(right),
        (Allowed::Codes(_), Allowed::Texts(_)) | (Allowed::Texts(_), Allowed::Codes(_)) => false,
    }
}
