//! Tests that say less than they seem to: of what the population has settled already (rule S45), and of a flow for
//! what comes after its event (rule S41). A window from an event to itself is refused.

use super::conditions::{ConditionContext, ConditionSite, condition};
use super::contradictions;
use super::populations::setting_of;
use super::restrictions::confined;
use super::scope::Scope;
use super::settled_words::{told_fixed, told_itself, told_later};
use super::traps::{told_begun, told_up_to_itself};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Spanned;
use crate::base::types::Choice;
use crate::lang::model::{
    Allowed, ChosenEvent, Condition, EventId, EventOrder, Exists, FieldId, FieldSource, OrderTest,
    Population, RelatedNoun, Role, StateSource, Table, TableRelation, Timeframe,
};
use crate::lang::syntax::ast;

/// A population and the table of its rows.
#[derive(Clone, Copy)]
pub(super) struct Settled<'a> {
    pub scope: Scope<'a>,
    pub population: &'a Population,
    pub table: &'a Table,
    pub order: EventOrder<'a>,
    /// Whether the whole condition asks for states itself.
    pub asks_states: bool,
}

/// What is told of a test.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SettledTest {
    /// It always holds, or never.
    Fixed { holds: bool, why: Why },
    /// It asks for what comes after the event that is counted.
    Later(Fate),
    /// It asks how soon after an event that event happens.
    Itself { micros: i64 },
    /// It asks for the column at which a state begins, which rows that have left the state have too.
    Begun { state: usize },
    /// It asks for related events up to the event that is counted, where those after it may be meant.
    UpToItself,
}

/// Why a test is settled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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
    /// The event that is asked for comes before the one that is counted.
    Before(usize),
    /// The same, asked for in the time after the one that is counted.
    WithinBefore(usize),
    /// The state begins before the event and ends after it.
    Lasts,
}

/// What may become of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    Event(usize),
    State(usize),
    /// It leaves a state that it is in.
    End(usize),
}

/// Tells of the tests in a condition on a population, each at its place.
pub(super) fn advise(
    scope: Scope,
    population: &Population,
    tree: Option<&Spanned<ast::Condition>>,
    problems: &mut Problems,
) {
    let mut settled = Settled {
        scope,
        population,
        table: scope.table(population.table),
        order: EventOrder::of(scope.model, population.table),
        asks_states: false,
    };
    if let Some(tree) = tree {
        let whole = settled.checked(tree);
        let is_state = |test: &&Condition| matches!(test, Condition::InState(_));
        settled.asks_states = whole.is_some_and(|whole| whole.tests().iter().any(is_state));
        settled.each_test(tree, problems);
    }
    contradictions::advise(scope, population, tree, problems);
}

impl Settled<'_> {
    fn each_test(&self, tree: &Spanned<ast::Condition>, problems: &mut Problems) {
        match &tree.node {
            ast::Condition::And(parts) | ast::Condition::Or(parts) => {
                parts.iter().for_each(|part| self.each_test(part, problems));
            }
            ast::Condition::Group(inner) => self.each_test(inner, problems),
            ast::Condition::Not(inner) if matches!(inner.node, ast::Condition::Group(_)) => {
                self.each_test(inner, problems);
            }
            _ => {
                related_values(self.scope, tree, problems);
                let verdict = self.checked(tree).and_then(|test| self.verdict(&test));
                if let Some(verdict) = verdict {
                    problems.push(self.told(tree, verdict));
                }
            }
        }
    }

    /// The tests of values alone: what happens to related rows is judged at the instant that asks for them.
    fn each_value(&self, tree: &Spanned<ast::Condition>, problems: &mut Problems) {
        match &tree.node {
            ast::Condition::And(parts) | ast::Condition::Or(parts) => {
                parts
                    .iter()
                    .for_each(|part| self.each_value(part, problems));
            }
            ast::Condition::Group(inner) => self.each_value(inner, problems),
            _ => {
                let site = ConditionSite {
                    table: self.population.table,
                    setting: ConditionContext::Related,
                };
                let test = condition(self.scope, site, tree, &mut Problems::default());
                if let Some(verdict) = test.and_then(|test| self.of_value(&test)) {
                    problems.push(self.told(tree, verdict));
                }
            }
        }
    }

    fn told(&self, tree: &Spanned<ast::Condition>, verdict: SettledTest) -> Diagnostic {
        match verdict {
            SettledTest::Fixed { holds, why } => told_fixed(self, tree, holds, why),
            SettledTest::Later(fate) => told_later(self, tree, fate),
            SettledTest::Itself { micros } => told_itself(self, tree, micros),
            SettledTest::Begun { state } => told_begun(self, tree, state),
            SettledTest::UpToItself => told_up_to_itself(self, tree),
        }
    }

    /// The meaning of a part of the condition. Its own problems are told where it is checked.
    fn checked(&self, tree: &Spanned<ast::Condition>) -> Option<Condition> {
        let site = ConditionSite {
            table: self.population.table,
            setting: setting_of(self.population.role),
        };
        condition(self.scope, site, tree, &mut Problems::default())
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
            Condition::Present(field) => {
                let column = self.column(*field)?;
                self.of_column(column, true).or(self.of_begin(column))
            }
            Condition::Between { field, .. } => self.of_column(self.column(*field)?, false),
            Condition::Fields { left, right, .. } => {
                let columns = [self.column(*left), self.column(*right)];
                let mut columns = columns.into_iter().flatten();
                columns.find_map(|column| self.of_column(column, false))
            }
            Condition::Elapsed { from, to, test, .. } => self.of_time(from, to.as_ref(), *test),
            Condition::Within { event, micros } => self.of_window(event.event, *micros),
            Condition::Exists(exists) => self.of_related(exists),
            // A condition with a name: what settles one of its tests may settle all of it.
            Condition::All(parts) => self.of_parts(parts, false),
            Condition::AnyOf(parts) => self.of_parts(parts, true),
            // What is asked so far is judged at as-of.
            Condition::SoFar(_)
            | Condition::AtInstants(_)
            | Condition::Near { .. }
            | Condition::ContainsText { .. }
            | Condition::Number { .. } => None,
        }
    }

    /// Tests of which one decides if its verdict is `decisive`.
    fn of_parts(&self, parts: &[Condition], decisive: bool) -> Option<SettledTest> {
        let mut verdicts = parts.iter().filter_map(|part| self.verdict(part));
        verdicts.find(|verdict| match verdict {
            SettledTest::Fixed { holds, .. } => *holds == decisive,
            SettledTest::Later(_)
            | SettledTest::Itself { .. }
            | SettledTest::Begun { .. }
            | SettledTest::UpToItself => true,
        })
    }

    /// An event in the time after the one that is counted.
    fn of_window(&self, event: usize, micros: i64) -> Option<SettledTest> {
        let own = self.counted()?;
        if event == own {
            return Some(SettledTest::Itself { micros });
        }
        let comes_before = self.order.is_later(own, event);
        comes_before.then_some(fixed(false, Why::WithinBefore(event)))
    }

    /// Events of rows that belong to this one, in the time before the event that is counted.
    fn of_related(&self, exists: &Exists) -> Option<SettledTest> {
        self.counted()?;
        let is_own = matches!(exists.relation, TableRelation::Child { .. });
        let is_before = match exists.noun {
            RelatedNoun::Event(_, timeframe) => timeframe != Timeframe::InThePeriod,
            RelatedNoun::State(_) => false,
        };
        (is_own && is_before).then_some(SettledTest::UpToItself)
    }

    /// The column at which a state begins that ends again, and that no event is read from: most likely the state is meant.
    fn of_begin(&self, column: usize) -> Option<SettledTest> {
        let is_of_event = |event: usize| self.order.columns(event).contains(&column);
        if self.asks_states || (0..self.table.events.len()).any(is_of_event) {
            return None;
        }
        let mut states = self.table.states.iter();
        let state = states.position(|state| match &state.source {
            StateSource::Columns { from, until } => from[..] == [column] && !until.is_empty(),
            StateSource::Intervals { .. } | StateSource::Overdue(_) => false,
        })?;
        Some(SettledTest::Begun { state })
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
            FieldSource::Parent { .. } | FieldSource::Due(_) | FieldSource::RollUp(_) => None,
        }
    }

    fn of_event(&self, event: usize) -> Option<SettledTest> {
        match self.population.role {
            Role::Event(own) if own == event || self.order.is_due_at(event, own) => {
                Some(fixed(true, Why::Same))
            }
            Role::Event(own) if self.order.is_surely_before(event, own) => {
                Some(fixed(true, Why::Before(event)))
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
                if self.order.lasts_through(state, own) {
                    return Some(fixed(true, Why::Lasts));
                }
                if self.order.likely_lasts_through(state, own) {
                    return Some(SettledTest::Later(Fate::End(state)));
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
        let Some(own) = self.counted() else {
            let never = to.is_some_and(|to| self.has_ended_at(to));
            return never.then_some(fixed(false, Why::Ends));
        };
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

    /// Whether rows in a state have none of the events, for the state ends at each.
    pub fn has_ended_at(&self, events: &ChosenEvent) -> bool {
        let is_end = |event: &EventId| {
            let column = self.order.only_column(event.event);
            let verdict = column.and_then(|column| self.of_column(column, true));
            let never = Some(SettledTest::Fixed {
                holds: false,
                why: Why::Ends,
            });
            verdict == never
        };
        matches!(self.population.role, Role::State(_)) && events.events.iter().all(is_end)
    }

    /// A test of a value that the event's own condition, or an `exclude` line, has settled.
    fn of_value(&self, test: &Condition) -> Option<SettledTest> {
        let own = self
            .counted()
            .and_then(|own| self.table.events[own].filter.as_ref());
        let verdict = own.and_then(|own| contradictions::settles(self.scope, own, test));
        if let Some(holds) = verdict {
            return Some(fixed(holds, Why::OwnCondition));
        }
        let (field, asked) = confined(test).fields.into_iter().next()?;
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

/// Tells of tests of related rows that their event has settled: `any scans completed (where outcome = failed)`.
fn related_values(scope: Scope, tree: &Spanned<ast::Condition>, problems: &mut Problems) {
    let asked = match &tree.node {
        ast::Condition::Not(inner) | ast::Condition::SoFar(inner) => {
            return related_values(scope, inner, problems);
        }
        ast::Condition::Exists(asked) => asked,
        _ => return,
    };
    let (Some(table), Some(filter)) = (scope.model.table_named(&asked.table.node), &asked.filter)
    else {
        return;
    };
    let own = scope.table(table);
    let Some(event) = own.event_named(&asked.role.node) else {
        return;
    };
    let population = Population {
        table,
        role: Role::Event(event),
        including_excluded: false,
        filter: None,
    };
    let settled = Settled {
        scope,
        population: &population,
        table: own,
        order: EventOrder::of(scope.model, table),
        asks_states: false,
    };
    settled.each_value(filter, problems);
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
