//! Why a row does not count: of its table's rows, of those that are not excluded, of those with the event or state, and of
//! those that pass each test, the first step that it fails.

use super::is_row;
use crate::base::diagnostic::Problems;
use crate::exec::answer::Answer;
use crate::exec::query_context::QueryContext;
use crate::insight::drill_through::{self, MeasurePart};
use crate::lang::model::{Condition, Definitions, Population, Query, Role, ValuesQuery};
use crate::plan;

/// The steps of a population, each as what is asked and what is said of a row that is not among its rows.
struct PopulationStep {
    population: Population,
    reason: String,
}

/// The reasons, and the row's fields if it is there at all.
pub(super) fn reasons(
    context: &QueryContext,
    query: &Query,
    values: &ValuesQuery,
    part: &MeasurePart,
    (key, period): (&str, Option<&str>),
) -> Result<(Vec<String>, Option<Answer>), Problems> {
    let definitions = context.definitions;
    let population = &part.measure.population;
    // What the query says of time; a query without a period has all of history or as-of.
    let period = query.period.as_ref().and(period);
    let row = is_row(definitions, population.table, key)?;
    let ask = |steps: &[PopulationStep]| -> Result<Vec<Answer>, Problems> {
        let lists: Vec<Query> = steps
            .iter()
            .map(|step| {
                let confined = drill_through::narrowed(step.population.clone(), Some(row.clone()));
                drill_through::list_of(definitions, query, values, part, confined)
            })
            .collect();
        let lists: Vec<&Query> = lists.iter().collect();
        Ok(context.answers(&lists)?.answers)
    };
    let there = ask(&[any_row(population)])?.remove(0);
    if there.rows.is_empty() {
        return Ok((
            vec!["there is no such row, as far as is known".to_owned()],
            None,
        ));
    }
    for steps in [
        exclusions(definitions, population),
        vec![role(definitions, period, population)],
        tests(definitions, population),
    ] {
        let failed = ask(&steps)?;
        let failed = failed
            .iter()
            .zip(steps)
            .filter(|(answer, _)| answer.rows.is_empty());
        let failed: Vec<String> = failed.map(|(_, step)| step.reason).collect();
        if !failed.is_empty() {
            return Ok((failed, Some(there)));
        }
    }
    let reason = "it is of what is counted, but nothing is taken of it: a value is missing, its time is not over yet, or its \
                  group is not shown";
    Ok((vec![reason.to_owned()], Some(there)))
}

/// Every row of the table, excluded ones too.
fn any_row(population: &Population) -> PopulationStep {
    PopulationStep {
        population: Population {
            role: Role::Rows,
            including_excluded: true,
            filter: None,
            ..population.clone()
        },
        reason: String::new(),
    }
}

/// A step for each line `exclude` of the table.
fn exclusions(definitions: &Definitions, population: &Population) -> Vec<PopulationStep> {
    if population.including_excluded {
        return Vec::new();
    }
    let excludes = &definitions.table(population.table).excludes;
    let steps = excludes.iter().map(|exclude| PopulationStep {
        population: Population {
            filter: Some(Condition::Not(Box::new(exclude.filter.clone()))),
            ..any_row(population).population
        },
        reason: format!("it is excluded: {}", exclude.label),
    });
    steps.collect()
}

/// The event or state, whatever the tests say.
fn role(
    definitions: &Definitions,
    period: Option<&str>,
    population: &Population,
) -> PopulationStep {
    let table = definitions.table(population.table);
    let reason = match (population.role, period) {
        (Role::Event(event), Some(period)) => {
            format!("`{}` does not lie in {period}", table.events[event].name)
        }
        (Role::Event(event), None) => format!("`{}` has not happened", table.events[event].name),
        (Role::State(state), Some(period)) => {
            let name = &table.states[state].name;
            format!("it is not `{name}` at the end of {period}")
        }
        (Role::State(state), None) => format!("it is not `{}`", table.states[state].name),
        (Role::Rows, _) => String::new(),
    };
    PopulationStep {
        population: Population {
            filter: None,
            ..population.clone()
        },
        reason,
    }
}

/// A step for each test that all rows pass.
fn tests(definitions: &Definitions, population: &Population) -> Vec<PopulationStep> {
    let tests = population.filter.iter().flat_map(Condition::conjuncts);
    let steps = tests.map(|test| PopulationStep {
        population: Population {
            filter: Some(test.clone()),
            ..population.clone()
        },
        reason: format!("it does not pass `{}`", plan::condition(definitions, test)),
    });
    steps.collect()
}
