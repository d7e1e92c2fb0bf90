//! `on constant scope`: only rows of what is in scope at the end of every period (rule S63).

use super::Timeline;
use crate::lang::model::{
    Condition, Definitions, EmptyGroups, FixedTest, Measure, StateId, TableId, ValueColumn,
};

/// The columns over rows of what is in scope at each of some instants.
pub fn in_scope(
    definitions: &Definitions,
    columns: &[ValueColumn],
    instants: &[i64],
) -> Vec<ValueColumn> {
    let narrow = |column: &ValueColumn| ValueColumn {
        formula: column.formula.with_measures(&mut |measure| {
            narrow(definitions, measure, instants);
        }),
        ..column.clone()
    };
    columns.iter().map(narrow).collect()
}

/// Counts of rows that have groups, of what is in scope, where their table has a scope.
pub(super) fn groups_in_scope(
    definitions: &Definitions,
    empty: &EmptyGroups,
    instants: &[i64],
) -> EmptyGroups {
    let mut empty = empty.clone();
    for measure in &mut empty.measures {
        if definitions.scope_of(measure.population.table).is_some() {
            narrow(definitions, measure, instants);
        }
    }
    empty
}

fn narrow(definitions: &Definitions, measure: &mut Measure, instants: &[i64]) {
    let population = &mut measure.population;
    let test = scope_test(definitions, population.table, instants);
    population.filter = Some(match population.filter.take() {
        Some(filter) => Condition::All(vec![filter, test]),
        None => test,
    });
}

/// The test that a row of a table is in scope at each of some instants.
pub(super) fn scope_test(definitions: &Definitions, table: TableId, instants: &[i64]) -> Condition {
    let scope = definitions.scope_of(table);
    let (parents, table) = scope.expect("checking refuses tables without a scope");
    let rule = definitions.table(table).scope.as_ref();
    let rule = rule.expect("it was found by its scope");
    let state = Condition::InState(StateId {
        table,
        state: rule.state,
    });
    let condition = match &rule.filter {
        Some(filter) => Condition::All(vec![state, filter.clone()]),
        None => state,
    };
    Condition::AtInstants(Box::new(FixedTest {
        parents,
        table,
        condition,
        instants: instants.to_vec(),
    }))
}

/// The ends of the periods that are shown, and of those they are compared with, each once.
pub(super) fn ends(timeline: &Timeline) -> Vec<i64> {
    let compared = timeline.compared.iter().flatten();
    let slots = timeline.slots.iter().chain(compared);
    let mut ends: Vec<i64> = slots
        .filter(|slot| slot.is_readable())
        .map(|slot| slot.end)
        .collect();
    ends.sort_unstable();
    ends.dedup();
    ends
}
