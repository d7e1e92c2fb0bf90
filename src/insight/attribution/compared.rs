//! What is compared, and the plans for it: one for each of two periods.

use super::periods::PeriodPair;
use super::split::{Decomposition, split};
use super::stock;
use super::{Attribution, add_stock_changes, compose};
use crate::base::diagnostic::Problems;
use crate::exec::answer::Answer;
use crate::lang::model::{Definitions, Dimension, Query, Subject, ValueColumn};
use crate::plan::{self, EvaluationTime, Plan, TimeBucket, Timeline, Work};

/// Two periods of a query, if there are.
pub(super) type ChoosePeriods<'a> =
    &'a dyn Fn(&Definitions, &Query, &EvaluationTime) -> Result<Option<PeriodPair>, Problems>;

/// What is compared.
pub(super) struct Compared<'a> {
    column: ValueColumn,
    split: Decomposition,
    by: &'a [Dimension],
    pair: PeriodPair,
    /// The column over the rows of each part of the change of a stock.
    stock: Option<[ValueColumn; stock::COLUMNS]>,
}

impl<'a> Compared<'a> {
    /// The first column of a query in the periods chosen; `None` where there are none.
    pub fn of(
        definitions: &Definitions,
        query: &Query,
        by: &'a [Dimension],
        evaluation: &EvaluationTime,
        choose: ChoosePeriods,
    ) -> Result<Option<Compared<'a>>, Problems> {
        let column = first_column(query);
        let Some(pair) = choose(definitions, &bare(query, &column), evaluation)? else {
            return Ok(None);
        };
        let column = in_scope(definitions, query, column, &pair);
        let split = split(&column);
        let stock = match split {
            Decomposition::Adds => stock::stock_columns(&column, &pair.before, &pair.after),
            Decomposition::OfRows | Decomposition::Quotient { .. } | Decomposition::Not => None,
        };
        Ok(Some(Compared {
            column,
            split,
            by,
            pair,
            stock,
        }))
    }

    /// A plan for each of the two periods.
    pub fn plans(
        &self,
        definitions: &Definitions,
        query: &Query,
        evaluation: &EvaluationTime,
    ) -> Result<[Plan; 2], Problems> {
        let mut asked = timeless(&grouped(query, &self.column, &self.split, self.by));
        if let Subject::Values(values) = &mut asked.subject {
            // Its columns are narrowed already, to the periods compared.
            values.on_constant_scope = false;
            values.columns.extend(self.stock.iter().flatten().cloned());
        }
        let plan = plan::plan(definitions, &asked, evaluation)?;
        Ok([
            within(&plan, &self.pair.before),
            within(&plan, &self.pair.after),
        ])
    }

    /// What the answers to the plans say.
    pub fn attribution(&self, answers: &[Answer]) -> Attribution {
        let [before, after] = answers else {
            unreachable!("two plans give two answers");
        };
        let answers = (before, after);
        let mut why = compose(&self.column, &self.split, self.by, &self.pair, answers);
        if self.stock.is_some() && why.change().is_some() {
            add_stock_changes(&mut why, self.by.len(), answers);
        }
        why
    }
}

/// What is read of the tables to compare the first column of a query by some dimensions.
pub(super) fn read(query: &Query, by: &[Dimension]) -> Query {
    let column = first_column(query);
    grouped(query, &column, &split(&column), by)
}

/// The column over what is in scope at the end of both periods, if the query is on constant scope.
fn in_scope(
    definitions: &Definitions,
    query: &Query,
    column: ValueColumn,
    pair: &PeriodPair,
) -> ValueColumn {
    match &query.subject {
        Subject::Values(values) if values.on_constant_scope => {
            let ends = [pair.before.end, pair.after.end];
            plan::in_scope(definitions, &[column], &ends).remove(0)
        }
        Subject::Values(_) | Subject::List(_) => column,
    }
}

fn first_column(query: &Query) -> ValueColumn {
    match &query.subject {
        Subject::Values(values) => values.columns[0].clone(),
        Subject::List(_) => unreachable!("only values have reasons"),
    }
}

/// The query with one column and nothing that orders or cuts rows.
fn bare(query: &Query, column: &ValueColumn) -> Query {
    let mut query = query.clone();
    if let Subject::Values(values) = &mut query.subject {
        values.columns = vec![column.clone()];
        values.ungroup();
        values.left_out.clear();
    }
    query
}

/// The column by some dimensions, with what stands above and below its line, and the total.
fn grouped(query: &Query, column: &ValueColumn, split: &Decomposition, by: &[Dimension]) -> Query {
    let mut query = bare(query, column);
    if let Subject::Values(values) = &mut query.subject {
        values.by = by.to_vec();
        values.with_total = !by.is_empty();
        if let Decomposition::Quotient { above, below } = split {
            values
                .columns
                .extend([above.as_ref().clone(), below.as_ref().clone()]);
        }
    }
    query
}

/// A query whose time line does not matter: another takes its place.
fn timeless(query: &Query) -> Query {
    let mut query = query.clone();
    query.period = Some(crate::lang::model::Period::Last(
        1,
        crate::base::types::Grain::Day,
    ));
    if let Subject::Values(values) = &mut query.subject {
        values.over = None;
        values.versus.clear();
    }
    query
}

/// The plan over one slot.
fn within(plan: &Plan, slot: &TimeBucket) -> Plan {
    let mut plan = plan.clone();
    if let Work::Values(work) = &mut plan.work {
        work.shows_period = false;
        work.timeline = Timeline {
            grain: None,
            slots: vec![slot.clone()],
            compared: Vec::new(),
            is_windowed: false,
            notes: Vec::new(),
        };
    }
    plan
}
