//! Measures that follow their rows up to as-of, and how many of the rows are not settled yet (rules S20, S22, S41).
//!
//! The counts are columns of the one aggregate that counts rows not used: no row is looked at again for them.

use super::measures::{RowTest, Taken};
use super::population::PopulationRows;
use super::{FollowUp, Lowering, WaitingRows};
use crate::lang::model::{
    ChosenEvent, Condition, EventOrder, Measure, Measured, Role, StateSource, TableId,
};
use crate::plan::relation::Expression;

impl Lowering<'_> {
    /// In which ways a measure follows its rows.
    pub(super) fn follow_ups(
        &mut self,
        measure: &Measure,
        rows: &PopulationRows,
        taken: &Taken,
    ) -> Vec<FollowUp> {
        let mut found = Vec::new();
        if let Some(pending) = &rows.pending {
            let mut of = vec![rows.candidate.clone()];
            of.extend(rows.excluded.clone().map(Expression::is_missing));
            let words = "too young to be judged".to_owned();
            found.push(self.waiting(measure, words, Expression::all(of), pending.clone()));
        }
        found.extend(self.of_time(measure, rows, taken));
        found.extend(self.of_tests(measure, rows, taken));
        found
    }

    fn waiting(
        &mut self,
        measure: &Measure,
        words: String,
        of: Expression,
        waits: Expression,
    ) -> FollowUp {
        let table = measure.population.table;
        let column = self.count_of(table, Expression::all([of.clone(), waits]));
        let of = self.count_of(table, of);
        FollowUp {
            waiting: Some(WaitingRows {
                words,
                table,
                column,
                of,
            }),
        }
    }

    /// A time to an event that comes after what the rows are counted by.
    fn of_time(
        &mut self,
        measure: &Measure,
        rows: &PopulationRows,
        taken: &Taken,
    ) -> Option<FollowUp> {
        let Some(Measured::Between { to: end, .. }) = &measure.value else {
            return None;
        };
        let (from, to) = match taken {
            Taken::Between { from, to, .. } if self.comes_later(measure, end) => (from, to),
            Taken::Lifetime { from, to, .. } => (from, to),
            _ => return None,
        };
        let of = Expression::all([rows.counted(), from.clone().is_present()]);
        let words = self.not_yet(measure.population.table, end);
        Some(self.waiting(measure, words, of, to.clone().is_missing()))
    }

    /// Whether an event comes after the one that is counted, or after the begin of the state.
    fn comes_later(&self, measure: &Measure, end: &ChosenEvent) -> bool {
        let population = &measure.population;
        let order = EventOrder::of(self.context.definitions, population.table);
        let mut events = end.events.iter().map(|event| event.event);
        match population.role {
            Role::Event(own) => events.any(|event| order.is_later(event, own)),
            Role::State(state) => match &order.table.states[state].source {
                StateSource::Columns { from, .. } => events.any(|event| {
                    let column = order.only_column(event);
                    column.is_none_or(|column| from[..] != [column])
                }),
                StateSource::Intervals { .. } | StateSource::Overdue(_) => true,
            },
            Role::Rows => false,
        }
    }

    /// Tests that are judged at as-of.
    fn of_tests(
        &mut self,
        measure: &Measure,
        rows: &PopulationRows,
        taken: &Taken,
    ) -> Option<FollowUp> {
        if let (Some(Condition::SoFar(test)), Taken::Row(Some(RowTest::Constant(passes)))) =
            (&measure.with, taken)
            && let Condition::Happened(event) = &**test
        {
            let words = self.not_yet(measure.population.table, &ChosenEvent::only(*event));
            let waits = passes.clone().negated();
            return Some(self.waiting(measure, words, rows.counted(), waits));
        }
        let mut conditions = measure.population.filter.iter().chain(&measure.with);
        let follows = conditions.any(asks_so_far);
        follows.then_some(FollowUp { waiting: None })
    }

    /// `not yet verified`
    fn not_yet(&self, table: TableId, end: &ChosenEvent) -> String {
        let events = &self.context.definitions.table(table).events;
        let names = end
            .events
            .iter()
            .map(|event| events[event.event].name.as_str());
        format!(
            "not yet {}",
            end.choice.written(&names.collect::<Vec<&str>>())
        )
    }
}

fn asks_so_far(condition: &Condition) -> bool {
    match condition {
        Condition::SoFar(_) => true,
        Condition::All(parts) | Condition::AnyOf(parts) => parts.iter().any(asks_so_far),
        Condition::Not(inner) => asks_so_far(inner),
        _ => false,
    }
}
