//! Rule S6 on the real data: what is open at the end of a period is what was open before it, plus
//! what opened, minus what closed.
//!
//! The engine says what is open; what opened and closed is counted here, by hand, from the columns,
//! so that the two are no one calculation.

use std::collections::BTreeMap;

use super::checked::CheckedRows;
use super::warning;
use crate::base::calendar;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::types::{Choice, DisplayUnit, Grain, StockMoment, Unit};
use crate::exec::answer::{Answer, Cell};
use crate::exec::data::InstantColumn;
use crate::exec::query_context::answers_over;
use crate::lang::model::{
    CalendarPeriod, ChosenColumns, EvidenceClauses, Formula, Measure, Period, Population, Query,
    Role, State, StateSource, Subject, Table, TableId, ValueColumn, ValuesQuery,
};
use crate::plan;
use crate::render::counted;

/// Days balanced one by one; over longer stretches, months.
const MOST_DAYS: i64 = 1500;

/// One stretch of a row in a state: from, and until if it has ended.
type StateInterval = (i64, Option<i64>);

/// Balances every state whose bounds are columns; returns which in words.
pub(super) fn check(
    rows: &CheckedRows,
    problems: &mut Problems,
) -> Result<Option<String>, Problems> {
    let mut balanced = Vec::new();
    for (index, table) in rows.definitions.tables.iter().enumerate() {
        for (state, declared) in table.states.iter().enumerate() {
            let id = TableId(index);
            let Some(stretches) = stretches(rows, id, declared, problems)? else {
                continue;
            };
            if let Some(grain) = balance(rows, id, state, &stretches, problems)? {
                balanced.push(format!(
                    "{} {} by {}",
                    table.name,
                    declared.name,
                    grain.word()
                ));
            }
        }
    }
    Ok((!balanced.is_empty()).then(|| format!("the books balance: {}", balanced.join(", "))))
}

/// The columns of a table that hold the intervals of a state, row by row.
struct StateRows {
    from: Vec<InstantColumn>,
    until: Vec<InstantColumn>,
    known: Option<InstantColumn>,
    /// The rows that intervals of another table speak of, and when those were known.
    owners: Option<(Vec<Option<u32>>, Option<InstantColumn>)>,
    rows: usize,
}

/// Reads them. `None`: the state is not made of columns, or they were not loaded.
fn state_rows(
    rows: &CheckedRows,
    table: TableId,
    holder: TableId,
    (from, until): (&[usize], &[usize]),
) -> Result<Option<StateRows>, Problems> {
    let (definitions, sources) = (rows.definitions, rows.sources);
    let instants = |of: TableId, columns: &[usize]| sources.instants(definitions, of, columns);
    let known = |of: TableId| -> Result<Option<InstantColumn>, Problems> {
        let column = definitions.table(of).known_from;
        let column = column.map(|column| instants(of, &[column])).transpose()?;
        Ok(column.flatten().and_then(|mut columns| columns.pop()))
    };
    let (Some(from), Some(until)) = (instants(holder, from)?, instants(holder, until)?) else {
        return Ok(None);
    };
    let owners = if table == holder {
        None
    } else {
        let mut parents = definitions.table(holder).parents.iter();
        let Some(parent) = parents.position(|parent| parent.table == table) else {
            return Ok(None);
        };
        let Some(owners) = sources.parent_rows(definitions, holder, parent)? else {
            return Ok(None);
        };
        Some((owners, known(table)?))
    };
    Ok(Some(StateRows {
        from,
        until,
        known: known(holder)?,
        owners,
        rows: sources.table(holder).map_or(0, |source| source.rows),
    }))
}

impl StateRows {
    /// The row that a row speaks of, if both were known at the evaluation time (rule S3).
    fn owner(&self, row: usize, known_on: i64) -> Option<u32> {
        let is_known = |known: &Option<InstantColumn>, row: usize| {
            let known = known.as_ref().and_then(|known| known[row]);
            known.is_none_or(|known| known < known_on)
        };
        if !is_known(&self.known, row) {
            return None;
        }
        match &self.owners {
            None => Some(row as u32),
            Some((owners, known)) => owners[row].filter(|owner| is_known(known, *owner as usize)),
        }
    }
}

/// The instant of several that counts, as far as as-of shows: what is planned is hidden from nothing.
fn chosen_instant(
    table: &Table,
    chosen: &ChosenColumns,
    columns: &[InstantColumn],
    row: usize,
    as_of: i64,
) -> Option<i64> {
    let mut shown = chosen.iter().zip(columns).filter_map(|(place, column)| {
        let is_planned = table.columns[*place].is_planned;
        column[row].filter(|instant| is_planned || *instant < as_of)
    });
    match chosen.choice {
        Choice::First => shown.next(),
        Choice::Earliest => shown.min(),
        Choice::Latest => shown.max(),
    }
}

/// When each row was in the state, as far as as-of shows. `None`: the state is not made of columns,
/// or they were not loaded.
fn stretches(
    rows: &CheckedRows,
    table: TableId,
    state: &State,
    problems: &mut Problems,
) -> Result<Option<Vec<StateInterval>>, Problems> {
    let (holder, from, until) = match &state.source {
        StateSource::Columns { from, until } => (table, from, until),
        StateSource::Intervals { table, from, until } => (*table, from, until),
        StateSource::Overdue(_) => return Ok(None),
    };
    let Some(data) = state_rows(rows, table, holder, (from, until))? else {
        return Ok(None);
    };
    let (as_of, known_on) = (&rows.evaluation.as_of, &rows.evaluation.known_on);
    let mut of_owner: BTreeMap<u32, Vec<StateInterval>> = BTreeMap::new();
    let mut backwards = 0usize;
    for row in 0..data.rows {
        let Some(owner) = data.owner(row, known_on.instant) else {
            continue;
        };
        let holder = rows.definitions.table(holder);
        let instant = |chosen: &ChosenColumns, columns: &[InstantColumn]| {
            chosen_instant(holder, chosen, columns, row, as_of.instant)
        };
        match (instant(from, &data.from), instant(until, &data.until)) {
            (Some(from), Some(until)) if until < from => backwards += 1,
            (Some(from), until) if until != Some(from) => {
                of_owner.entry(owner).or_default().push((from, until));
            }
            (Some(_) | None, _) => {}
        }
    }
    if backwards > 0 {
        let name = &rows.definitions.table(holder).name;
        problems.push(warning(
            "D923",
            format!(
                "{} of {name}: `{}` ends before it begins",
                counted(backwards as u64, "row", "rows"),
                state.name
            ),
        ));
    }
    Ok(Some(of_owner.into_values().flat_map(joined).collect()))
}

/// Stretches of one row without overlap: overlapping ones count once (rule S35).
fn joined(mut list: Vec<StateInterval>) -> Vec<StateInterval> {
    list.sort_unstable_by_key(|(from, until)| (*from, until.unwrap_or(i64::MAX)));
    let mut joined: Vec<StateInterval> = Vec::new();
    for (from, until) in list {
        let overlaps = |(_, end): &StateInterval| end.is_none_or(|end| from <= end);
        match joined.last_mut() {
            Some(last) if overlaps(last) => {
                last.1 = last.1.zip(until).map(|(end, until)| end.max(until));
            }
            Some(_) | None => joined.push((from, until)),
        }
    }
    joined
}

/// Compares with the engine; returns the grain, or nothing where there is no time to balance.
fn balance(
    rows: &CheckedRows,
    table: TableId,
    state: usize,
    stretches: &[StateInterval],
    problems: &mut Problems,
) -> Result<Option<Grain>, Problems> {
    let Some((grain, first, last)) = periods(rows, stretches) else {
        return Ok(None);
    };
    let query = query(rows, table, state, grain, Period::Range(first, last));
    let given = plan::GivenTime {
        as_of: Some(rows.evaluation.as_of.clone()),
        known_on: Some(rows.evaluation.known_on.clone()),
        watermark: None,
    };
    let answers = answers_over(rows.definitions, rows.sources, &[&query], &given)?;
    let mut flows = Flows::new(stretches);
    let mut before: Option<f64> = None;
    for (label, open) in values(&answers[0]) {
        let period = calendar::parse(&rows.definitions.calendar, label)
            .expect("the engine labels periods as the calendar does");
        let end = calendar::end_instant(&rows.definitions.calendar, period)
            .min(rows.evaluation.as_of.instant);
        let (opened, closed) = flows.until(end);
        if let (Some(before), Some(open)) = (before, open)
            && before + opened as f64 - closed as f64 != open
        {
            let sum = format!("{before} + {opened} - {closed} is not {open}");
            problems.push(out_of_balance(rows, table, state, label, &sum));
        }
        before = open;
    }
    Ok(Some(grain))
}

fn out_of_balance(
    rows: &CheckedRows,
    table: TableId,
    state: usize,
    label: &str,
    sum: &str,
) -> Diagnostic {
    let table = rows.definitions.table(table);
    let state = &table.states[state].name;
    Diagnostic::data(
        "D924",
        format!("{} {state} does not balance in {label}: {sum}", table.name),
    )
    .help("open before + opened - closed should be open after: please report this with the data")
}

/// Openings and closings in ascending order, taken period by period.
struct Flows {
    opened: Vec<i64>,
    closed: Vec<i64>,
    seen: (usize, usize),
}

impl Flows {
    fn new(stretches: &[StateInterval]) -> Flows {
        let mut opened: Vec<i64> = stretches.iter().map(|(from, _)| *from).collect();
        let mut closed: Vec<i64> = stretches.iter().filter_map(|(_, until)| *until).collect();
        opened.sort_unstable();
        closed.sort_unstable();
        Flows {
            opened,
            closed,
            seen: (0, 0),
        }
    }

    /// How many opened and closed since the last call and before an instant.
    fn until(&mut self, end: i64) -> (usize, usize) {
        let opened = self.opened.partition_point(|instant| *instant < end);
        let closed = self.closed.partition_point(|instant| *instant < end);
        let since = (opened - self.seen.0, closed - self.seen.1);
        self.seen = (opened, closed);
        since
    }
}

/// The periods from the first opening to as-of.
fn periods(
    rows: &CheckedRows,
    stretches: &[StateInterval],
) -> Option<(Grain, CalendarPeriod, CalendarPeriod)> {
    let calendar = &rows.definitions.calendar;
    let first = calendar::local_day(calendar, stretches.iter().map(|(from, _)| *from).min()?)?;
    let last = calendar::local_day(calendar, rows.evaluation.as_of.instant - 1)?;
    let grain = if (last - first).num_days() <= MOST_DAYS {
        Grain::Day
    } else {
        Grain::Month
    };
    let period = |day| calendar::period_of(calendar, day, grain);
    Some((grain, period(first), period(last)))
}

/// `count of TABLE STATE including excluded over GRAIN`.
fn query(rows: &CheckedRows, table: TableId, state: usize, grain: Grain, period: Period) -> Query {
    let span = rows.definitions.table(table).states[state].span;
    let (function, parameter) =
        crate::lang::functions::find("count").expect("`count` is a function");
    let formula = Formula::Measure(Box::new(Measure {
        function,
        parameter,
        value: None,
        population: Population {
            table,
            role: Role::State(state),
            including_excluded: true,
            filter: None,
        },
        with: None,
        moment: None,
        unit: Unit::Count,
        span,
    }));
    Query {
        text: String::from("check"),
        explain: false,
        subject: Subject::Values(Box::new(values_query(formula, grain))),
        period: Some(period),
        as_of: None,
        known_on: None,
        span,
    }
}

fn values_query(formula: Formula, grain: Grain) -> ValuesQuery {
    ValuesQuery {
        columns: vec![ValueColumn {
            name: "open".to_string(),
            title: "open".to_string(),
            kpi: None,
            formula,
            unit: Unit::Count,
            display: DisplayUnit::Count,
            kind: crate::lang::model::Kind::Stock,
            moment: StockMoment::End,
            direction: None,
            targets: Vec::new(),
            bands: Vec::new(),
            fewest_rows: None,
            restrictions: Vec::new(),
        }],
        by: Vec::new(),
        over: Some(grain),
        versus_target: false,
        versus: Vec::new(),
        window: None,
        with_total: false,
        with_share: false,
        evidence: EvidenceClauses::default(),
        on_constant_scope: false,
        empty: None,
        having: Vec::new(),
        top: None,
        sort: Vec::new(),
        limit: None,
        left_out: Vec::new(),
    }
}

/// Period and value of each row.
fn values(answer: &Answer) -> impl Iterator<Item = (&str, Option<f64>)> {
    answer.rows.iter().map(|row| match row.cells.as_slice() {
        [Cell::Text(label), Cell::Value(value)] => (label.as_str(), value.value),
        cells => unreachable!("a period and a value were asked for, not {cells:?}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_stretches_count_once() {
        let list = vec![
            (5, Some(7)),
            (1, Some(3)),
            (2, Some(4)),
            (6, None),
            (9, Some(10)),
        ];
        assert_eq!(joined(list), vec![(1, Some(4)), (5, None)]);
    }

    #[test]
    fn flows_are_taken_period_by_period() {
        let mut flows = Flows::new(&[(1, Some(5)), (2, None), (5, Some(9))]);
        assert_eq!(flows.until(5), (2, 0));
        assert_eq!(flows.until(10), (1, 2));
    }
}
