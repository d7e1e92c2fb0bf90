//! Which rows a value was computed from.
//!
//! Takes definitions, the context to ask on, a checked values query with its answer, and which cell of
//! it; gives the rows behind that cell as an [`Answer`] of fields: as many as the cell says it was
//! computed from. A formula of several measures has rows for each of them: [`parts`] names them.

mod fields;
mod parts;
mod place;

pub use parts::{MeasurePart, all_parts, parts};

use crate::base::diagnostic::Problems;
use crate::base::types::DisplayUnit;
use crate::exec::answer::{Answer, Cell};
use crate::exec::assemble;
use crate::exec::data::TableSources;
use crate::exec::query_context::{self, QueryContext};
use crate::lang::model::{
    Condition, Definitions, ListColumn, ListQuery, Population, Query, Subject, ValuesQuery,
};
use crate::plan::{self, Plan, Trace, ValuesWork, Work};
use crate::render;

/// A value of an answer: the place of its row, and which measure of which column.
#[derive(Clone, Debug)]
pub struct CellReference {
    pub row: usize,
    pub part: MeasurePart,
    /// Only the rows that pass the part's test, or only those that do not.
    pub only: Option<bool>,
}

/// The rows behind one value.
#[derive(Clone, Debug)]
pub struct DrillThrough {
    /// A column for each field shown, then what the measure takes of a row and whether it passes.
    pub answer: Answer,
    /// The place of the column that holds what the measure takes, with its unit.
    pub value: Option<(usize, DisplayUnit)>,
    /// The place of the yes/no column: whether the row passes, or has got to the end of a lifetime.
    pub test: Option<usize>,
}

/// The rows behind values of an answer, over one reading of the data.
///
/// # Errors
///
/// What keeps the data from being read.
pub fn behind(
    context: &QueryContext,
    query: &Query,
    answer: &Answer,
    wanted: &[CellReference],
) -> Result<Vec<DrillThrough>, Problems> {
    let Subject::Values(values) = &query.subject else {
        unreachable!("rows stand behind values; a list has none behind it");
    };
    let lists: Vec<Query> = wanted
        .iter()
        .map(|wanted| {
            let population = wanted.part.measure.population.clone();
            list_of(context.definitions, query, values, &wanted.part, population)
        })
        .collect();
    let mut queries = vec![query];
    queries.extend(&lists);
    let (sources, given) = context.load(&queries)?;
    let plan = query_context::plans(context.definitions, &[query], &given)?.remove(0);
    let whole = unlimited(context.definitions, &sources, &plan)?;
    let groups = whole.as_ref().unwrap_or(answer);
    let traced = wanted.iter().map(|wanted| {
        let traced = trace(
            context.definitions,
            &sources,
            &plan,
            (answer, groups),
            wanted,
        );
        rows(context.definitions, &sources, traced)
    });
    traced.collect()
}

/// The list of a population with the fields that tell most of a row behind a measure.
pub fn list_of(
    definitions: &Definitions,
    query: &Query,
    values: &ValuesQuery,
    part: &MeasurePart,
    population: Population,
) -> Query {
    let fields = fields::telling(
        definitions,
        &values.by,
        &values.columns[part.column],
        &part.measure,
    );
    let list = ListQuery {
        population,
        show: fields.into_iter().map(ListColumn::Field).collect(),
        sort: Vec::new(),
        limit: None,
        shows_default: false,
    };
    Query {
        subject: Subject::List(Box::new(list)),
        ..query.clone()
    }
}

/// All groups of a query that shows only some, where `other` stands for those outside the top.
fn unlimited(
    definitions: &Definitions,
    sources: &TableSources,
    plan: &Plan,
) -> Result<Option<Answer>, Problems> {
    let Work::Values(work) = &plan.work else {
        return Ok(None);
    };
    let shows_all = work.limit.is_none() && work.having.is_empty();
    if work.top.is_none() || shows_all {
        return Ok(None);
    }
    let whole = Plan {
        work: Work::Values(Box::new(ValuesWork {
            limit: None,
            having: Vec::new(),
            ..work.as_ref().clone()
        })),
        ..plan.clone()
    };
    Ok(assemble::answers(definitions, sources, &[whole])?.pop())
}

fn trace(
    definitions: &Definitions,
    sources: &TableSources,
    plan: &Plan,
    (answer, groups): (&Answer, &Answer),
    wanted: &CellReference,
) -> Option<Trace> {
    let Work::Values(work) = &plan.work else {
        unreachable!("a values query has a plan of values");
    };
    let column = &work.columns[wanted.part.column];
    let mut measure = wanted.part.measure.clone();
    let row = &answer.rows[wanted.row];
    let slot = place::slot(work, answer, row)?;
    let group = place::condition(work, groups, row, measure.population.table);
    measure.population = narrowed(measure.population, group);
    let mut show = fields::telling(definitions, &work.by, column, &measure);
    show.retain(|field| fields::is_there(definitions, sources, *field));
    let taken = |name: &str| {
        show.iter()
            .any(|field| definitions.field(*field).name == name)
    };
    let value = fields::value_name(definitions, &measure).map(|name| {
        let unit = column.display.of_part(measure.unit);
        let name = name.unwrap_or_else(|| unit.word().to_string());
        (free(name, &taken), unit)
    });
    let test = fields::test_name(definitions, &measure).map(|name| free(name, &taken));
    Some(Trace {
        title: plan::measure(definitions, &measure),
        evaluation: plan.evaluation.clone(),
        measure,
        moment: column.moment,
        slot,
        show,
        value,
        test,
        only: wanted.only,
    })
}

fn rows(
    definitions: &Definitions,
    sources: &TableSources,
    trace: Option<Trace>,
) -> Result<DrillThrough, Problems> {
    let Some(trace) = trace else {
        unreachable!("every row of an answer lies in a slot of its plan");
    };
    let place = trace.show.len();
    Ok(DrillThrough {
        answer: assemble::rows_behind(definitions, sources, &trace)?,
        test: trace
            .test
            .map(|_| place + usize::from(trace.value.is_some())),
        value: trace.value.map(|(_, unit)| (place, unit)),
    })
}

/// A population of which only the rows that pass a test count.
pub fn narrowed(population: Population, test: Option<Condition>) -> Population {
    let filter = match (population.filter, test) {
        (Some(own), Some(test)) => Some(Condition::All(vec![own, test])),
        (own, test) => own.or(test),
    };
    Population {
        filter,
        ..population
    }
}

/// A name that no column bears yet.
fn free(name: String, taken: &impl Fn(&str) -> bool) -> String {
    if !taken(&name) {
        return name;
    }
    (2..)
        .map(|number| format!("{name}_{number}"))
        .find(|name| !taken(name))
        .expect("there are more numbers than columns")
}

impl DrillThrough {
    /// The rows as a person reads them: what the measure takes is rounded as values are.
    pub fn rounded(&self) -> Answer {
        let mut answer = self.answer.clone();
        let Some((place, unit)) = self.value else {
            return answer;
        };
        for row in &mut answer.rows {
            if let Cell::Number(number) = row.cells[place] {
                row.cells[place] = Cell::Text(render::value(number, unit));
            }
        }
        answer
    }
}

/// Whether the rows of a measure either pass its test or do not.
pub fn has_test(part: &MeasurePart) -> bool {
    part.measure.with.is_some()
}
