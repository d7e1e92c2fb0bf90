//! Rows that are shown: lists, and the rows behind a number.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::elapsed::Alternative;
use super::measures::{RowTest, Taken};
use super::periods::Periods;
use super::population::{CountedAt, PopulationRows};
use super::rows::Rows;
use super::{Exclusion, Lowering, LoweringContext};
use crate::base::types::StockMoment;
use crate::lang::functions::Keeps;
use crate::lang::model::{Definitions, Kind, ListColumn, Role};
use crate::plan::relation::{
    Aggregate, Axis, Expression, Literal, Name, Relation, RelationalOperator, SharedRelation,
    SortKey,
};
use crate::plan::{EvaluationTime, ListWork, Trace};

/// The rows of a list.
#[derive(Clone, Debug)]
pub struct ListRelation {
    /// One column a shown field, in their order, sorted and cut.
    pub rows: SharedRelation,
    pub columns: Vec<Name>,
    /// The one row of counts: [`ListRelation::FOUND`], and those of `exclusions`.
    pub counts: SharedRelation,
    pub exclusions: Vec<Exclusion>,
}

impl ListRelation {
    /// The column of how many rows there are before the limit.
    pub const FOUND: &'static str = "found";
}

/// The rows behind one measure of a value, those that pass its test first, then the largest values.
#[derive(Clone, Debug)]
pub struct TraceRelation {
    pub rows: SharedRelation,
    /// One a shown field.
    pub columns: Vec<Name>,
    /// What the measure makes of the row alone, in the engine's unit.
    pub value: Name,
    /// Whether the row passes the test of a share, or its lifetime has ended.
    pub passes: Name,
}

/// The relation of a list.
pub fn lower_list(
    definitions: &Definitions,
    evaluation: &EvaluationTime,
    work: &ListWork,
) -> ListRelation {
    let mut lowering = Lowering::new(definitions, evaluation);
    let list = &work.list;
    let kind = match list.population.role {
        Role::State(_) => Kind::Stock,
        Role::Event(_) | Role::Rows => Kind::Flow,
    };
    let axis = Arc::new(Axis::new(
        std::slice::from_ref(&work.slot),
        kind,
        StockMoment::End,
        &definitions.calendar,
    ));
    let table = list.population.table;
    let periods = Periods::new(
        std::slice::from_ref(&work.slot),
        kind,
        &definitions.calendar,
    );
    let rows = lowering.rows(table);
    rows.periods = Some(periods);
    let population = rows.population(&list.population, None, &axis);
    let at = instant_of_rows(&population, &axis);
    // Rows in a state are seen from the end of their period, others from as-of.
    let instant = match list.population.role {
        Role::State(_) => axis.ends.first().copied(),
        Role::Event(_) | Role::Rows => None,
    };
    let instant = instant.unwrap_or(evaluation.as_of.instant);
    let mut shown = Shown::of(rows, &list.show, &at, instant);
    let mut keys = Vec::new();
    for (place, (field, is_descending)) in list.sort.iter().enumerate() {
        let name = format!("sort {place}");
        shown
            .columns
            .push((name.clone(), rows.field_at(*field, &at)));
        keys.push(SortKey {
            column: name,
            is_descending: *is_descending,
        });
    }
    shown.columns.push((ORDER.to_string(), rows.row_number()));
    keys.push(SortKey::ascending(ORDER));
    let exclusions = lowering.exclusions_of_population(&list.population, &population);
    let counted = population.counted();
    let mut wanted = columns_of(shown.columns.iter().map(|(_, column)| column));
    counted.add_columns_to(&mut wanted);
    let mut counts = vec![(
        ListRelation::FOUND.to_string(),
        Aggregate::CountWhere(counted.clone()),
    )];
    counts.extend(lowering.exclusions.remove(&table).unwrap_or_default());
    for (_, aggregate) in &counts {
        aggregate.each_expression(&mut |expression| {
            expression.add_columns_to(&mut wanted);
        });
    }
    let base = lowering.named(table, &wanted);
    let sorted = Arc::new(Relation::Sort {
        input: Arc::new(Relation::Project {
            input: filtered(&base, counted),
            columns: shown.columns,
        }),
        keys,
    });
    let limited = match list.limit {
        None => sorted,
        Some(rows) => Arc::new(Relation::Limit {
            input: sorted,
            rows,
        }),
    };
    ListRelation {
        rows: only(limited, &shown.names),
        columns: shown.names,
        counts: Arc::new(Relation::Aggregate {
            input: base,
            keys: Vec::new(),
            aggregates: counts,
        }),
        exclusions,
    }
}

/// The relation of the rows behind a measure; `None` where its slot has no point.
pub fn lower_trace(definitions: &Definitions, trace: &Trace) -> Option<TraceRelation> {
    let mut lowering = Lowering::new(definitions, &trace.evaluation);
    let measure = &trace.measure;
    // A stock over a period has the rows it was last read from: those of the end.
    let moment = match trace.moment {
        StockMoment::Start => StockMoment::Start,
        StockMoment::End | StockMoment::Average | StockMoment::Peak => StockMoment::End,
    };
    let slots = std::slice::from_ref(&trace.slot);
    let axis = Axis::new(slots, measure.kind(), moment, &definitions.calendar);
    let point = *axis.ends.first()?;
    let axis = Arc::new(axis);
    let table = measure.population.table;
    let rows = lowering.rows(table);
    rows.periods = Some(Periods::new(slots, measure.kind(), &definitions.calendar));
    let population = rows.population(&measure.population, measure.with.as_ref(), &axis);
    let taken = rows.taken(measure, &population);
    let fields: Vec<ListColumn> = trace
        .show
        .iter()
        .map(|field| ListColumn::Field(*field))
        .collect();
    let at = instant_of_rows(&population, &axis);
    let shown = Shown::of(rows, &fields, &at, trace.evaluation.as_of.instant);
    let alone = rows.alone(&taken, &population.when, &axis, point);
    let mut value = alone.value;
    if measure.function.keeps == Keeps::Distinct {
        value = count_of(&value);
    }
    let mut columns = shown.columns;
    columns.push((TRACE_VALUE.to_string(), value));
    columns.push((TRACE_PASSES.to_string(), alone.passes));
    columns.push((ORDER.to_string(), rows.row_number()));
    let mut tests = vec![population.counted(), alone.is_used];
    if let Some(only) = trace.only {
        let passes = columns[columns.len() - 2].1.clone();
        tests.push(match only {
            true => passes,
            false => passes.negated(),
        });
    }
    let predicate = Expression::all(tests);
    let mut wanted = columns_of(columns.iter().map(|(_, column)| column));
    predicate.add_columns_to(&mut wanted);
    let base = lowering.named(table, &wanted);
    let sorted = Arc::new(Relation::Sort {
        input: Arc::new(Relation::Project {
            input: filtered(&base, predicate),
            columns,
        }),
        keys: vec![
            SortKey::descending(TRACE_PASSES),
            SortKey::descending(TRACE_VALUE),
            SortKey::ascending(ORDER),
        ],
    });
    let mut names = shown.names.clone();
    names.extend([TRACE_VALUE.to_string(), TRACE_PASSES.to_string()]);
    Some(TraceRelation {
        rows: only(sorted, &names),
        columns: shown.names,
        value: TRACE_VALUE.to_string(),
        passes: TRACE_PASSES.to_string(),
    })
}

const ORDER: &str = "place in file";
const TRACE_VALUE: &str = "taken value";
const TRACE_PASSES: &str = "passes test";

/// The shown fields as columns: `field 0`, `field 1`, …, since a field may be shown twice.
struct Shown {
    names: Vec<Name>,
    columns: Vec<(Name, Expression)>,
}

impl Shown {
    /// Roll-ups as they are at the instant of each row, ages as they are at one instant.
    fn of(rows: &mut Rows, show: &[ListColumn], at: &Expression, instant: i64) -> Shown {
        let names: Vec<Name> = (0..show.len())
            .map(|place| format!("field {place}"))
            .collect();
        let fields = show.iter().map(|column| rows.shown(column, at, instant));
        Shown {
            columns: names.iter().cloned().zip(fields).collect(),
            names,
        }
    }
}

/// The instant at which rows are judged: the event of a flow, the point of a stock.
fn instant_of_rows(population: &PopulationRows, axis: &Axis) -> Expression {
    match population.at() {
        // A list of all rows looks from the end.
        Some(Expression::Literal(_)) | None => {
            Expression::integer(axis.ends.first().copied().unwrap_or_default())
        }
        Some(at) => at.clone(),
    }
}

/// What a measure makes of one row.
struct Alone {
    value: Expression,
    passes: Expression,
    /// Whether the row brings anything.
    is_used: Expression,
}

impl Rows<'_> {
    /// What a list shows: a field, or a time in microseconds. It is missing while it has not begun.
    fn shown(&mut self, column: &ListColumn, at: &Expression, instant: i64) -> Expression {
        match column {
            ListColumn::Field(field) => self.field_at(*field, at),
            ListColumn::Time { from, to: None, .. } => age_at(instant, &self.alternatives(from)),
            ListColumn::Time {
                from, to: Some(to), ..
            } => {
                let (from, to) = self.ends(from, to);
                let ends = from.clone().is(RelationalOperator::AtMost, to.clone());
                to.minus(from).only_if(ends)
            }
        }
    }

    fn alone(&mut self, taken: &Taken, when: &CountedAt, axis: &Arc<Axis>, point: i64) -> Alone {
        let yes = || Expression::Literal(Literal::Boolean(true));
        let of_value = |value: Expression| Alone {
            is_used: value.clone().is_present(),
            value,
            passes: yes(),
        };
        match taken {
            Taken::Row(test) => {
                let passes = match test {
                    None => yes(),
                    Some(RowTest::Constant(test)) => test.clone(),
                    Some(RowTest::Varying(test)) => self.within(test, when, axis),
                };
                let number = |value: f64| Expression::Literal(Literal::Number(value));
                Alone {
                    value: Expression::Case {
                        branches: vec![(passes.clone(), number(1.0))],
                        otherwise: Box::new(number(if test.is_some() { 0.0 } else { 1.0 })),
                    },
                    passes,
                    is_used: yes(),
                }
            }
            Taken::Number(value) | Taken::Value(value) => of_value(value.clone()),
            Taken::Stepped(function) => of_value(Expression::StepValue {
                function: function.clone(),
                instant: Box::new(Expression::integer(point)),
            }),
            // The one point there is has one version.
            Taken::Score(versions) => {
                let applies = versions.iter().rev().find(|(first, _)| *first == 0);
                of_value(match applies {
                    Some((_, points)) => points.clone(),
                    None => Expression::missing_number(),
                })
            }
            Taken::Between { micros, .. } => of_value(micros.clone()),
            Taken::Since(alternatives) => of_value(age_at(point, alternatives)),
            Taken::Lifetime { to, micros, .. } => Alone {
                passes: to.clone().is_present(),
                ..of_value(micros.clone())
            },
        }
    }

    /// Whether a condition holds at the one point of an axis.
    fn within(&mut self, test: &Expression, when: &CountedAt, axis: &Arc<Axis>) -> Expression {
        let set = match when {
            CountedAt::Stretches { set, .. } => set.clone(),
            CountedAt::Bucket { .. } | CountedAt::Windows { .. } => {
                unreachable!("tests of a flow do not vary")
            }
        };
        let both = Expression::Intersection(vec![set, test.clone()]);
        Expression::column(self.covered("with_points", both, axis)).is_present()
    }
}

/// The time since the event that counts at an instant, missing where none has happened.
fn age_at(instant: i64, alternatives: &[Alternative]) -> Expression {
    let instant = Expression::integer(instant);
    let age = |one: &Alternative| {
        let has_begun = one
            .instant
            .clone()
            .is(RelationalOperator::Less, instant.clone());
        let is_replaced =
            |at: &Expression| at.clone().is(RelationalOperator::Less, instant.clone());
        let lasts = one.replaced.as_ref().map(|at| is_replaced(at).negated());
        let counts = Expression::all([has_begun].into_iter().chain(lasts));
        (counts, instant.clone().minus(one.instant.clone()))
    };
    Expression::Case {
        branches: alternatives.iter().map(age).collect(),
        otherwise: Box::new(Expression::missing_integer()),
    }
}

fn count_of(value: &Expression) -> Expression {
    Expression::Case {
        branches: vec![(
            value.clone().is_present(),
            Expression::Literal(Literal::Number(1.0)),
        )],
        otherwise: Box::new(Expression::missing_number()),
    }
}

fn filtered(base: &SharedRelation, predicate: Expression) -> SharedRelation {
    Arc::new(Relation::Filter {
        input: base.clone(),
        predicate,
    })
}

fn only(input: SharedRelation, names: &[Name]) -> SharedRelation {
    let columns = names
        .iter()
        .map(|name| (name.clone(), Expression::column(name)));
    Arc::new(Relation::Project {
        input,
        columns: columns.collect(),
    })
}

fn columns_of<'e>(expressions: impl Iterator<Item = &'e Expression>) -> BTreeSet<Name> {
    let mut names = BTreeSet::new();
    for expression in expressions {
        expression.add_columns_to(&mut names);
    }
    names
}

/// What lists and traces share with measures.
impl<'a> Lowering<'a> {
    fn named(
        &mut self,
        table: crate::lang::model::TableId,
        wanted: &BTreeSet<Name>,
    ) -> SharedRelation {
        let name = self.context.definitions.table(table).name.clone();
        Arc::new(Relation::Named {
            name: format!("{name}_rows"),
            input: self.rows(table).build(wanted),
        })
    }
}

impl<'a> LoweringContext<'a> {
    pub(super) fn new(
        definitions: &'a Definitions,
        evaluation: &'a EvaluationTime,
    ) -> LoweringContext<'a> {
        LoweringContext {
            definitions,
            evaluation,
        }
    }
}
