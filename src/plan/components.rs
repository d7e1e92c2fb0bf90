//! A plan that also computes what its columns are made of, for the arithmetic of `explain`.

use super::steps::steps;
use super::words::{measure as written, mentions_within};
use super::{EmptyWork, Plan, Step, ValuesWork, Work};
use crate::base::types::Unit;
use crate::lang::functions;
use crate::lang::model::{
    Condition, Definitions, Formula, Measure, Sort, SortColumn, Top, ValueColumn,
};

/// The plan with each column followed by columns for its parts: every measure of a formula of several
/// (`fix_rate: count of findings verified`); of a share the rows that pass and all rows (`… : passing`,
/// `… : all`); of a mean the sum (`… : sum`), whose number of rows is the divisor. A list is left as
/// it is.
pub fn components(definitions: &Definitions, plan: &Plan) -> Plan {
    let Work::Values(work) = &plan.work else {
        return plan.clone();
    };
    Plan {
        work: Work::Values(Box::new(with_parts(definitions, work))),
        ..plan.clone()
    }
}

fn with_parts(definitions: &Definitions, work: &ValuesWork) -> ValuesWork {
    let mut columns = Vec::new();
    let mut places = Vec::new();
    for column in &work.columns {
        places.push(columns.len());
        columns.push(column.clone());
        columns.extend(parts(definitions, column));
    }
    let mut all = steps(&columns, &work.by, work.evidence.interval);
    let empty = work
        .empty
        .as_ref()
        .map(|empty| moved_empty(work, empty, &mut all));
    ValuesWork {
        steps: all,
        empty,
        having: Vec::new(),
        columns,
        top: work.top.map(|top| Top {
            by: places[top.by],
            ..top
        }),
        sort: work.sort.iter().map(|sort| moved(*sort, &places)).collect(),
        ..work.clone()
    }
}

/// The counts that groups without rows come from, among other steps.
fn moved_empty(work: &ValuesWork, empty: &EmptyWork, steps: &mut Vec<Step>) -> EmptyWork {
    let places = empty.steps.iter().map(|step| {
        let step = &work.steps[*step];
        let known = steps.iter().position(|known| known == step);
        known.unwrap_or_else(|| {
            steps.push(step.clone());
            steps.len() - 1
        })
    });
    EmptyWork {
        steps: places.collect(),
        values: empty.values.clone(),
    }
}

/// A sort key after the columns have moved apart.
fn moved(sort: Sort, places: &[usize]) -> Sort {
    let by = match sort.by {
        SortColumn::Value(column) => SortColumn::Value(places[column]),
        SortColumn::Period | SortColumn::Dimension(_) => sort.by,
    };
    Sort { by, ..sort }
}

fn parts(definitions: &Definitions, column: &ValueColumn) -> Vec<ValueColumn> {
    let own = column.formula.measures();
    let is_single = matches!(column.formula, Formula::Measure(_));
    let mut found: Vec<ValueColumn> = Vec::new();
    for measure in own {
        let name = if is_single {
            column.name.clone()
        } else {
            format!("{}: {}", column.name, written(definitions, measure))
        };
        if found.iter().any(|known| known.name == name) {
            continue;
        }
        if !is_single {
            found.push(part(column, name.clone(), measure.clone()));
        }
        found.extend(inner_parts(column, &name, measure));
    }
    found
}

/// The sums and counts a measure is a quotient of.
fn inner_parts(column: &ValueColumn, name: &str, measure: &Measure) -> Vec<ValueColumn> {
    let plain = |function: &str| {
        functions::find(function)
            .map(|(function, _)| function)
            .expect("`count` and `sum` are always there")
    };
    if measure.function.name == "mean" {
        let sum = Measure {
            function: plain("sum"),
            ..measure.clone()
        };
        return vec![part(column, format!("{name}: sum"), sum)];
    }
    let Some(with) = &measure.with else {
        return Vec::new();
    };
    let count = |test: Option<Condition>| {
        let mut count = measure.clone();
        count.function = plain("count");
        count.with = None;
        count.unit = Unit::Count;
        count.population.filter = both(count.population.filter, test);
        count
    };
    vec![
        part(
            column,
            format!("{name}: passing"),
            count(Some(with.clone())),
        ),
        part(column, format!("{name}: all"), count(judged(with))),
    ]
}

/// A test every row passes that still leaves pending rows out, as the share does (rule S20).
fn judged(with: &Condition) -> Option<Condition> {
    mentions_within(with)
        .then(|| Condition::AnyOf(vec![with.clone(), Condition::Not(Box::new(with.clone()))]))
}

fn both(left: Option<Condition>, right: Option<Condition>) -> Option<Condition> {
    match (left, right) {
        (Some(left), Some(right)) => Some(Condition::All(vec![left, right])),
        (one, other) => one.or(other),
    }
}

fn part(column: &ValueColumn, name: String, measure: Measure) -> ValueColumn {
    ValueColumn {
        title: name.clone(),
        name,
        kpi: None,
        unit: measure.unit,
        display: column.display.of_part(measure.unit),
        kind: measure.kind(),
        moment: column.moment,
        formula: Formula::Measure(Box::new(measure)),
        direction: None,
        targets: Vec::new(),
        bands: Vec::new(),
        fewest_rows: None,
        restrictions: column.restrictions.clone(),
    }
}
