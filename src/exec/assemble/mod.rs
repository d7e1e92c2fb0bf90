//! Plans and tables → answers.
//!
//! All plans that share an evaluation time are computed together ([`crate::exec::compute`]). Here groups of all tables are
//! put together, and formulas, totals, top N, comparisons, targets and bands are made of the cells.

mod cells;
mod dimensions;
mod evaluate;
mod judge;
mod notes;
mod rows;

use dimensions::code_cell;
use judge::shown;

use dimensions::Dimensions;
use evaluate::{Evaluated, EvaluationLevel, Evaluator, Outcome};

use crate::base::calendar;
use crate::base::diagnostic::Problems;
use crate::exec::answer::{
    Answer, AnswerColumn, AnswerValueColumn as AnswerValue, Cell, ColumnRole, ComparisonColumn,
    Context, CoveredPeriod, EvidenceColumn, Excluded, Level, Row, Value,
};
use crate::exec::compute::{Computed, ExecutionContext, Limits, Tracks, Tuple};
use crate::exec::data::TableSources;
use crate::lang::model::{Definitions, SortColumn, ValueColumn};
use crate::plan::{EvaluationTime, Plan, TimeBucket, Trace, ValuesWork, Work};

/// Computes several plans, in their order, sharing scans and aggregates. The tables hold every column the plans'
/// needs name.
///
/// # Errors
///
/// A result that would not fit ([`CODES`]); a file that can no longer be read.
pub fn answers(
    definitions: &Definitions,
    sources: &TableSources,
    plans: &[Plan],
) -> Result<Vec<Answer>, Problems> {
    answers_within(definitions, sources, plans, Limits::default())
}

/// The same with less held in memory at once, or more.
///
/// # Errors
///
/// Those of [`answers`].
pub fn answers_within(
    definitions: &Definitions,
    sources: &TableSources,
    plans: &[Plan],
    limits: Limits,
) -> Result<Vec<Answer>, Problems> {
    let mut answers: Vec<Option<Answer>> = plans.iter().map(|_| None).collect();
    for evaluation in distinct_evaluations(plans) {
        let context = ExecutionContext {
            definitions,
            sources,
            evaluation,
            limits,
        };
        let together: Vec<usize> = (0..plans.len())
            .filter(|index| plans[*index].evaluation == *evaluation)
            .collect();
        let valued = together
            .iter()
            .filter_map(|index| match &plans[*index].work {
                Work::Values(work) => Some(work.as_ref()),
                Work::List(_) => None,
            });
        let mut computed = Computed::new(context, valued)?;
        let mut next = 0;
        for index in together {
            let plan = &plans[index];
            answers[index] = Some(match &plan.work {
                Work::Values(work) => {
                    next += 1;
                    values(context, plan, work, &mut computed, next - 1)?
                }
                Work::List(work) => rows::list(context, plan, work)?,
            });
        }
    }
    Ok(answers
        .into_iter()
        .map(|answer| answer.expect("every plan has an evaluation time"))
        .collect())
}

/// The rows behind a value, one answer row each. The tables hold what the measure and the shown fields need.
///
/// # Errors
///
/// A file that can no longer be read.
pub fn rows_behind(
    definitions: &Definitions,
    sources: &TableSources,
    trace: &Trace,
) -> Result<Answer, Problems> {
    let context = ExecutionContext {
        definitions,
        sources,
        evaluation: &trace.evaluation,
        limits: Limits::default(),
    };
    rows::behind(context, trace)
}

fn distinct_evaluations(plans: &[Plan]) -> Vec<&EvaluationTime> {
    let mut distinct: Vec<&EvaluationTime> = Vec::new();
    for plan in plans {
        if !distinct.contains(&&plan.evaluation) {
            distinct.push(&plan.evaluation);
        }
    }
    distinct
}

/// The circumstances of an answer.
fn context(context: ExecutionContext) -> Context {
    let evaluation = context.evaluation;
    let instant = chrono::DateTime::from_timestamp_micros(evaluation.as_of.instant);
    Context {
        as_of: evaluation.as_of.label.clone(),
        as_of_instant: instant
            .map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
            .unwrap_or_default(),
        known_on: evaluation
            .known_on_given
            .then(|| evaluation.known_on.label.clone()),
        timezone: context.definitions.calendar.timezone.name().to_string(),
        definitions: context.definitions.fingerprint.clone(),
        data: context.sources.fingerprint.clone(),
    }
}

/// From the first day of periods to their last, as far as they are over.
fn covered(context: ExecutionContext, slots: &[TimeBucket]) -> Option<CoveredPeriod> {
    let calendar = &context.definitions.calendar;
    let day = |micros: i64| Some(calendar::local_day(calendar, micros)?.to_string());
    let (first, last) = (slots.first()?, slots.last()?);
    let label = match slots.len() {
        1 => first.label.clone(),
        _ => format!("{} to {}", first.label, last.label),
    };
    let end = last.end.min(context.evaluation.as_of.instant);
    Some(CoveredPeriod {
        label,
        from: day(first.start).filter(|_| first.start != i64::MIN),
        to: day(end.max(first.start.saturating_add(1)) - 1)?,
    })
}

/// The answer to a query of values; `place` is that of its work among those computed together.
///
/// # Errors
///
/// A file that can no longer be read: `other` is computed when the groups that are shown are known.
fn values<'a>(
    context_of: ExecutionContext<'a>,
    plan: &Plan,
    work: &ValuesWork,
    computed: &mut Computed<'a>,
    place: usize,
) -> Result<Answer, Problems> {
    let dimensions = Dimensions::of(work, computed, place)?;
    let excluded = excluded(work, computed, place);
    let follow_ups = notes::follow_ups(context_of, work, computed, place);
    let without_rows = notes::groups_without_rows(context_of, work, computed, (place, &dimensions));
    let mut assembly = Assembly {
        work,
        slots: computed.works[place].tracks.main.clone(),
        dimensions: &dimensions,
        evaluator: Evaluator {
            context: context_of,
            work,
            place,
            dimensions: &dimensions,
            computed,
        },
    };
    let (mut rows, of_having) = assembly.rows()?;
    cells::sort(&mut rows, work);
    if let Some(limit) = work.limit {
        rows.truncate(limit);
    }
    let mut notes = plan.notes.clone();
    notes.extend(work.timeline.notes.iter().cloned());
    notes.extend(follow_ups);
    notes.extend(of_having);
    notes.extend(without_rows);
    Ok(Answer {
        query: plan.query.clone(),
        context: context(context_of),
        period: covered(context_of, &work.timeline.slots),
        columns: columns(work),
        rows: rows.into_iter().map(|row| row.row).collect(),
        excluded,
        notes,
    })
}

fn columns(work: &ValuesWork) -> Vec<AnswerColumn> {
    let mut columns = Vec::new();
    if work.shows_period
        && let Some(grain) = work.timeline.grain
    {
        columns.push(AnswerColumn {
            name: "period".to_string(),
            title: grain.word().to_string(),
            role: ColumnRole::Period(grain),
            is_optional: false,
        });
    }
    columns.extend(work.by.iter().map(|dimension| AnswerColumn {
        name: dimension.name.clone(),
        title: dimension.name.clone(),
        role: ColumnRole::Dimension(dimension.field_type.clone()),
        is_optional: false,
    }));
    columns.extend(work.columns.iter().map(|column| {
        AnswerColumn {
            name: column.name.clone(),
            title: column.title.clone(),
            role: ColumnRole::Value(AnswerValue {
                unit: column.display,
                kind: column.kind,
                direction: column.direction,
                with_target: work.versus_target,
                comparisons: work
                    .as_percent
                    .iter()
                    .map(|as_percent| ComparisonColumn {
                        as_percent: *as_percent,
                    })
                    .collect(),
                with_share: work.with_share,
                is_windowed: work.timeline.is_windowed,
                with_band: !column.bands.is_empty(),
                evidence: evidence_column(work, column),
            }),
            is_optional: false,
        }
    }));
    columns
}

fn evidence_column(work: &ValuesWork, column: &ValueColumn) -> EvidenceColumn {
    let asked = work.evidence;
    EvidenceColumn {
        fewest_rows: column.fewest_rows,
        shows_rows: column.fewest_rows.is_some(),
        interval: asked.interval.filter(|_| column.with_interval().is_some()),
        trend: asked.verdict,
    }
}

/// Why rows of the query's periods could not be used, by column; measures of a formula add up.
fn excluded(work: &ValuesWork, computed: &Computed, place: usize) -> Vec<Excluded> {
    let mut excluded: Vec<Excluded> = Vec::new();
    for column in &work.columns {
        for measure in column.formula.measures() {
            let step = evaluate::step(work, column, measure);
            let cells = &computed.works[place].steps[step].lines[0];
            for (reason, rows) in computed.exclusions(cells) {
                let known = excluded
                    .iter_mut()
                    .find(|known| known.kpi == column.name && known.reason == reason);
                match known {
                    Some(known) => known.rows += rows,
                    None => excluded.push(Excluded {
                        kpi: column.name.clone(),
                        reason,
                        rows,
                    }),
                }
            }
        }
    }
    excluded.sort();
    excluded
}

/// A row with what it is sorted by.
pub(super) struct Ranked {
    pub row: Row,
    pub slot: usize,
    /// The place among the groups of a slot.
    pub place: usize,
}

struct Assembly<'c, 'a> {
    work: &'c ValuesWork,
    /// The query's own periods.
    slots: Vec<TimeBucket>,
    dimensions: &'c Dimensions,
    evaluator: Evaluator<'c, 'a>,
}

impl Assembly<'_, '_> {
    /// The rows, and what is to be told of those that are not shown.
    fn rows(&mut self) -> Result<(Vec<Ranked>, Option<String>), Problems> {
        let groups = self.dimensions.tuples.len();
        let all = EvaluationLevel::Groups(groups);
        let values = self.evaluate(&all)?;
        let ranked = self.ranked(&all, &values)?;
        let top = self.work.top.map_or(groups, |top| top.count.min(groups));
        let other = match top < groups {
            true => Some(self.evaluate(&EvaluationLevel::Other {
                shown: ranked[..top].to_vec(),
            })?),
            false => None,
        };
        let whole = match self.work.with_total || self.work.with_share {
            true => Some(self.evaluate(&EvaluationLevel::Total)?),
            false => None,
        };
        let total = whole.as_ref().filter(|_| self.work.with_total);
        let is_of_range = self.total_is_of_range();
        let mut rows = Vec::new();
        let mut passing = vec![false; top];
        for slot in 0..self.slots.len() {
            for (place, group) in ranked[..top].iter().enumerate() {
                let tuple = &self.dimensions.tuples[*group];
                if self.passes(&values, *group, slot) {
                    passing[place] = true;
                    rows.push(self.row(&values, *group, slot, Level::Group, Some(tuple), place));
                }
            }
            if let Some(other) = &other {
                rows.push(self.row(other, 0, slot, Level::Other, None, top));
            }
            if let Some(total) = total.filter(|_| !is_of_range) {
                rows.push(self.row(total, 0, slot, Level::Total, None, top + 1));
            }
        }
        if let Some(total) = total.filter(|_| is_of_range) {
            rows.push(self.range_row(total, top + 1)?);
        }
        if let Some(whole) = whole.as_ref().filter(|_| self.work.with_share) {
            self.add_shares(&mut rows, whole);
        }
        Ok((rows, notes::having(self.work, &passing)))
    }

    /// Whether a row of a group is shown (rule S49).
    fn passes(&self, values: &[Evaluated], group: usize, slot: usize) -> bool {
        let mut tests = self.work.having.iter();
        tests.all(|test| test.passes(values[test.column].value(group, slot)))
    }

    /// The part of each value of the total of its period, computed from all rows (rule S50).
    fn add_shares(&self, rows: &mut [Ranked], whole: &[Evaluated]) {
        for row in rows.iter_mut().filter(|row| row.slot < self.slots.len()) {
            let values = row.row.cells.iter_mut().filter_map(|cell| match cell {
                Cell::Value(value) => Some(value),
                Cell::Missing | Cell::Text(_) | Cell::YesNo(_) | Cell::Number(_) => None,
            });
            for ((value, whole), column) in values.zip(whole).zip(&self.work.columns) {
                let total = whole.value(0, row.slot);
                let total = total.map(|total| shown(total, column.display));
                let total = total.filter(|total| *total != 0.0);
                value.share = value.value.zip(total).map(|(part, total)| part / total);
            }
        }
    }

    fn tracks(&self) -> &Tracks {
        &self.evaluator.computed.works[self.evaluator.place].tracks
    }

    /// Without dimensions, the total of a series is the value over its whole range.
    fn total_is_of_range(&self) -> bool {
        self.work.by.is_empty() && self.tracks().range.is_some()
    }

    fn evaluate(&mut self, level: &EvaluationLevel) -> Result<Vec<Evaluated>, Problems> {
        let columns = self.work.columns.iter();
        columns
            .map(|column| self.evaluator.column(column, level))
            .collect()
    }

    /// Groups in the order they are shown in: by value for `top` (rule S25), else by dimension.
    fn ranked(
        &mut self,
        level: &EvaluationLevel,
        values: &[Evaluated],
    ) -> Result<Vec<usize>, Problems> {
        let mut groups: Vec<usize> = (0..self.dimensions.tuples.len()).collect();
        let Some(top) = self.work.top else {
            return Ok(groups);
        };
        let column = &self.work.columns[top.by];
        let range = self.evaluator.over_range(column, level)?;
        let value = |group: usize| match &range {
            Some(range) => range[group].value,
            None => values[top.by].value(group, 0),
        };
        // Groups come in the order of their names, and a stable sort keeps that for ties.
        groups.sort_by(|left, right| cells::descending(value(*left), value(*right)));
        Ok(groups)
    }

    fn row(
        &self,
        values: &[Evaluated],
        set: usize,
        slot: usize,
        level: Level,
        tuple: Option<&Tuple>,
        place: usize,
    ) -> Ranked {
        let mut cells = Vec::new();
        if self.work.shows_period {
            cells.push(Cell::Text(self.slots[slot].label.clone()));
        }
        cells.extend(self.dimensions.cells(self.work, tuple));
        for (column, values) in self.work.columns.iter().zip(values) {
            cells.push(Cell::Value(Box::new(
                self.cell(column, values, set, slot, tuple),
            )));
        }
        Ranked {
            row: Row { level, cells },
            slot,
            place,
        }
    }

    fn cell(
        &self,
        column: &ValueColumn,
        values: &Evaluated,
        set: usize,
        slot: usize,
        tuple: Option<&Tuple>,
    ) -> Value {
        let period = &self.slots[slot];
        let mut value = cells::value(column, values.outcome(set, slot), period);
        let raw = values.value(set, slot);
        if self.work.versus_target {
            let known = |name: &str| self.dimensions.allowed(self.work, tuple, name);
            value.target = judge::target(column, raw, period.end, known);
        }
        value.band = judge::band(column, raw);
        value.evidence.trend = values.trend(set);
        value.comparisons = cells::comparisons(column, values, set, slot, self.tracks());
        value
    }

    /// The total over the whole range of a series.
    fn range_row(&mut self, values: &[Evaluated], place: usize) -> Result<Ranked, Problems> {
        let range = self.tracks().range.clone().expect("only with a range");
        let mut cells = vec![Cell::Missing];
        for (column, values) in self.work.columns.iter().zip(values) {
            let over = self.evaluator.over_range(column, &EvaluationLevel::Total)?;
            let over: Outcome = over.expect("there is a range").remove(0);
            let mut value = cells::value(column, &over, &range[0]);
            if self.work.versus_target {
                value.target = judge::target(column, over.value, range[0].end, |_| None);
            }
            value.band = judge::band(column, over.value);
            value.comparisons = match values.has_comparison() {
                true => vec![cells::no_comparison(); self.work.as_percent.len()],
                false => Vec::new(),
            };
            cells.push(Cell::Value(Box::new(value)));
        }
        Ok(Ranked {
            row: Row {
                level: Level::Total,
                cells,
            },
            slot: usize::MAX,
            place,
        })
    }
}

/// Which way a query sorts, for the cells.
pub(super) fn sort_keys(work: &ValuesWork) -> Vec<(SortColumn, bool)> {
    work.sort
        .iter()
        .map(|sort| (sort.by, sort.descending))
        .collect()
}
