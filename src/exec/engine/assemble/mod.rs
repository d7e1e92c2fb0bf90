//! Results of steps → rows of an answer: groups of all tables put together, formulas, totals, top N,
//! comparisons, targets and bands.

mod cells;
mod dimensions;
mod evaluate;
mod judge;

pub(super) use dimensions::code_cell;
use dimensions::{Dimensions, Tuple};
use evaluate::{Evaluated, Evaluator, Level as GroupLevel};
pub(in crate::exec::engine) use judge::shown;

use super::excluded::reasons;
use super::fields::Reader;
use super::steps::Computed;
use super::tracks::Tracks;
use crate::exec::answer::{
    Answer, AnswerColumn, AnswerValueColumn as AnswerValue, Cell, ColumnRole, Context, Excluded,
    Level, Row,
};
use crate::lang::model::{SortColumn, ValueColumn};
use crate::plan::{Plan, ValuesWork};

/// The circumstances of an answer.
pub(super) fn context(reader: &Reader) -> Context {
    let standpoint = reader.standpoint;
    let instant = chrono::DateTime::from_timestamp_micros(standpoint.as_of.instant);
    Context {
        as_of: standpoint.as_of.label.clone(),
        as_of_instant: instant
            .map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
            .unwrap_or_default(),
        known_on: standpoint
            .known_on_given
            .then(|| standpoint.known_on.label.clone()),
        timezone: reader.calendar().timezone.name().to_string(),
        definitions: reader.definitions.fingerprint.clone(),
        data: reader.dataset.fingerprint.clone(),
    }
}

/// The answer to a query of values.
pub(super) fn values(
    reader: &Reader,
    plan: &Plan,
    work: &ValuesWork,
    computed: &Computed,
) -> Answer {
    let tracks = Tracks::new(work);
    let dimensions = Dimensions::of(reader, work, &tracks, computed);
    let assembly = Assembly {
        work,
        tracks: &tracks,
        dimensions: &dimensions,
        evaluator: Evaluator::new(reader, work, &tracks, &dimensions, computed),
    };
    let mut rows = assembly.rows();
    cells::sort(&mut rows, work);
    if let Some(limit) = work.limit {
        rows.truncate(limit);
    }
    let excluded = excluded(reader, work, &tracks, computed);
    let mut notes = plan.notes.clone();
    notes.extend(work.timeline.notes.iter().cloned());
    Answer {
        query: plan.query.clone(),
        context: context(reader),
        columns: columns(work),
        rows: rows.into_iter().map(|row| row.row).collect(),
        excluded,
        notes,
    }
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
        });
    }
    columns.extend(work.by.iter().map(|dimension| AnswerColumn {
        name: dimension.name.clone(),
        title: dimension.name.clone(),
        role: ColumnRole::Dimension(dimension.field_type.clone()),
    }));
    columns.extend(work.columns.iter().map(|column| AnswerColumn {
        name: column.name.clone(),
        title: column.title.clone(),
        role: ColumnRole::Value(AnswerValue {
            unit: column.display,
            kind: column.kind,
            direction: column.direction,
            with_target: work.versus_target,
            with_previous: !work.timeline.compared.is_empty(),
            with_band: !column.bands.is_empty(),
        }),
    }));
    columns
}

/// Why rows of the query's periods could not be used, by column; measures of a formula add up.
fn excluded(
    reader: &Reader,
    work: &ValuesWork,
    tracks: &Tracks,
    computed: &Computed,
) -> Vec<Excluded> {
    let mut excluded: Vec<Excluded> = Vec::new();
    for column in &work.columns {
        for measure in column.formula.measures() {
            let step = evaluate::step(work, column, measure);
            let axis = evaluate::axis(reader, step, &tracks.main);
            let result = computed.result(step, &axis);
            for (reason, rows) in reasons(reader, measure, result.left(), result.unused()) {
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
    tracks: &'c Tracks,
    dimensions: &'c Dimensions,
    evaluator: Evaluator<'c, 'a>,
}

impl Assembly<'_, '_> {
    fn rows(&self) -> Vec<Ranked> {
        let groups = self.dimensions.tuples.len();
        let all = GroupLevel::groups(groups);
        let values = self.evaluate(&all);
        let ranked = self.ranked(&all, &values);
        let top = self.work.top.map_or(groups, |top| top.count.min(groups));
        let other = (top < groups).then(|| GroupLevel::only(groups, &ranked[top..]));
        let other = other.map(|level| self.evaluate(&level));
        let total = self.work.with_total.then(|| GroupLevel::total(groups));
        let total = total.map(|level| self.evaluate(&level));
        let mut rows = Vec::new();
        for slot in 0..self.tracks.main.len() {
            for (place, group) in ranked[..top].iter().enumerate() {
                let tuple = &self.dimensions.tuples[*group];
                rows.push(self.row(&values, *group, slot, Level::Group, Some(tuple), place));
            }
            if let Some(other) = &other {
                rows.push(self.row(other, 0, slot, Level::Other, None, top));
            }
            if let Some(total) = total.as_ref().filter(|_| !self.total_is_of_range()) {
                rows.push(self.row(total, 0, slot, Level::Total, None, top + 1));
            }
        }
        if let Some(total) = total.as_ref().filter(|_| self.total_is_of_range()) {
            rows.push(self.range_row(total, top + 1));
        }
        rows
    }

    /// Without dimensions, the total of a series is the value over its whole range.
    fn total_is_of_range(&self) -> bool {
        self.work.by.is_empty() && self.tracks.range.is_some()
    }

    fn evaluate(&self, level: &GroupLevel) -> Vec<Evaluated> {
        let columns = self.work.columns.iter();
        columns
            .map(|column| self.evaluator.column(column, level))
            .collect()
    }

    /// Groups in the order they are shown in: by value for `top` (rule S25), else by dimension.
    fn ranked(&self, level: &GroupLevel, values: &[Evaluated]) -> Vec<usize> {
        let mut groups: Vec<usize> = (0..self.dimensions.tuples.len()).collect();
        let Some(top) = self.work.top else {
            return groups;
        };
        let range = self.evaluator.over_range(&self.work.columns[top.by], level);
        let value = |group: usize| match &range {
            Some(range) => range[group],
            None => values[top.by].value(group, 0),
        };
        // Groups come in the order of their names, and a stable sort keeps that for ties.
        groups.sort_by(|left, right| cells::descending(value(*left), value(*right)));
        groups
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
            cells.push(Cell::Text(self.tracks.main[slot].label.clone()));
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
    ) -> crate::exec::answer::Value {
        let end = self.tracks.main[slot].end;
        let mut value = cells::value(column, values, set, slot, &self.tracks.main[slot]);
        let raw = values.value(set, slot);
        if self.work.versus_target {
            let known = |name: &str| self.dimensions.allowed(self.work, tuple, name);
            value.target = judge::target(column, raw, end, known);
        }
        value.band = judge::band(column, raw);
        value.comparison = cells::comparison(column, values, set, slot, self.tracks);
        value
    }

    /// The total over the whole range of a series.
    fn range_row(&self, values: &[Evaluated], place: usize) -> Ranked {
        let level = GroupLevel::total(self.dimensions.tuples.len());
        let mut cells = vec![Cell::Missing];
        for (column, values) in self.work.columns.iter().zip(values) {
            let slot = &self.tracks.range.as_ref().expect("only with a range")[0];
            let over = self.evaluator.range_value(column, &level);
            let mut value = cells::whole(column, &over, slot);
            if self.work.versus_target {
                value.target = judge::target(column, over.value, slot.end, |_| None);
            }
            value.band = judge::band(column, over.value);
            value.comparison = values.has_comparison().then(cells::no_comparison);
            cells.push(Cell::Value(Box::new(value)));
        }
        Ranked {
            row: Row {
                level: Level::Total,
                cells,
            },
            slot: usize::MAX,
            place,
        }
    }
}

/// Which way a query sorts, for the cells.
pub(super) fn sort_keys(work: &ValuesWork) -> Vec<(SortColumn, bool)> {
    work.sort
        .iter()
        .map(|sort| (sort.by, sort.descending))
        .collect()
}
