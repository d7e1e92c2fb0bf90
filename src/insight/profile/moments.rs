//! Events and states of a table: how many rows have them, and from when to when.

use polars::prelude::{Engine, Expr, JoinArgs, JoinType, LazyFrame, NULL, col, lit, when};

use super::ask_table;
use super::filter::RowFilter;
use super::frames::fields_frame;
use crate::base::cancellation;
use crate::base::diagnostic::Problems;
use crate::base::types::Choice;
use crate::exec::data::TableSources;
use crate::lang::model::{
    ChosenColumns, Condition, Definitions, Event, EventSource, FieldId, State, StateSource, Table,
    TableId,
};
use crate::plan::{Requirement, Requirements};

/// How many rows have an instant, and between which they lie.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Bounds {
    pub rows: u64,
    pub first: Option<i64>,
    pub last: Option<i64>,
}

/// An event of a table.
#[derive(Clone, Debug)]
pub struct EventProfile {
    pub name: String,
    /// `None`: rows alone do not tell, because a policy or a condition on other rows decides.
    pub found: Option<Bounds>,
}

/// A state of a table.
#[derive(Clone, Debug)]
pub struct StateProfile {
    pub name: String,
    /// Rows that enter it; `None`: a policy decides. Of intervals in another table, its rows.
    pub from: Option<Bounds>,
    /// Rows that leave it.
    pub until: Option<Bounds>,
}

/// The events of a table, in the order they are declared.
///
/// # Errors
///
/// Files that cannot be read any more.
pub fn events(
    definitions: &Definitions,
    sources: &TableSources,
    table: TableId,
) -> Result<Vec<EventProfile>, Problems> {
    let events = definitions.table(table).events.iter();
    let profile = |event: &Event| {
        let found = match (&event.source, &event.filter) {
            (EventSource::Columns(columns), filter) => {
                bounds_where(definitions, sources, (table, columns), filter.as_ref())?
            }
            (EventSource::LastOf { table: of, column }, None) => {
                last_of(definitions, sources, table, (*of, *column))?
            }
            (EventSource::LastOf { .. }, Some(_))
            | (EventSource::Due(_) | EventSource::Breach(_), _) => None,
        };
        Ok(EventProfile {
            name: event.name.clone(),
            found,
        })
    };
    events.map(profile).collect()
}

/// The states of a table, in the order they are declared.
///
/// # Errors
///
/// Files that cannot be read any more.
pub fn states(
    definitions: &Definitions,
    sources: &TableSources,
    table: TableId,
) -> Result<Vec<StateProfile>, Problems> {
    let states = definitions.table(table).states.iter();
    let profile = |state: &State| {
        let (of, from, until) = match &state.source {
            StateSource::Columns { from, until } => (table, from, until),
            StateSource::Intervals { table, from, until } => (*table, from, until),
            StateSource::Overdue(_) => {
                return Ok(StateProfile {
                    name: state.name.clone(),
                    from: None,
                    until: None,
                });
            }
        };
        Ok(StateProfile {
            name: state.name.clone(),
            from: bounds_where(definitions, sources, (of, from), None)?,
            until: bounds_where(definitions, sources, (of, until), None)?,
        })
    };
    states.map(profile).collect()
}

/// The first and the last instant in the columns of a table that bear its events, as far as they are
/// loaded; of a table without events, that bear the starts of its states.
pub fn ends(
    definitions: &Definitions,
    sources: &TableSources,
    table: TableId,
) -> Option<(i64, i64)> {
    let declared = definitions.table(table);
    let spans = &sources.table(table)?.spans;
    let ends = |columns: Vec<usize>| {
        let found = || columns.iter().filter_map(|column| spans.get(column));
        let first = found().map(|(first, _)| *first).min()?;
        Some((first, found().map(|(_, last)| *last).max()?))
    };
    ends(event_columns(declared)).or_else(|| ends(start_columns(declared)))
}

fn event_columns(table: &Table) -> Vec<usize> {
    let events = table.events.iter();
    let columns = events.flat_map(|event| match &event.source {
        EventSource::Columns(columns) => columns.columns.clone(),
        EventSource::LastOf { .. } | EventSource::Due(_) | EventSource::Breach(_) => Vec::new(),
    });
    columns.collect()
}

fn start_columns(table: &Table) -> Vec<usize> {
    let states = table.states.iter();
    let columns = states.flat_map(|state| match &state.source {
        StateSource::Columns { from, .. } => from.columns.clone(),
        StateSource::Intervals { .. } | StateSource::Overdue(_) => Vec::new(),
    });
    columns.collect()
}

/// What the profiles of events and states read.
pub(super) fn ask(definitions: &Definitions, request: &mut Requirements, table: TableId) {
    let declared = definitions.table(table);
    ask_table(request, table);
    for event in &declared.events {
        match &event.source {
            EventSource::Columns(columns) => ask_columns(request, table, columns),
            EventSource::LastOf { table: of, column } => {
                ask_columns(request, *of, &[*column]);
                let starts = declared.interval_starts(*of);
                ask_columns(request, *of, starts.map_or(&[], |starts| &starts.columns));
                let parents = &definitions.table(*of).parents;
                let link = parents.iter().position(|parent| parent.table == table);
                ask_table(request, *of).parents.extend(link);
            }
            EventSource::Due(_) | EventSource::Breach(_) => {}
        }
        if let Some(filter) = &event.filter {
            ask_condition(definitions, request, filter);
        }
    }
    for state in &declared.states {
        let (of, from, until) = match &state.source {
            StateSource::Columns { from, until } => (table, from, until),
            StateSource::Intervals { table, from, until } => (*table, from, until),
            StateSource::Overdue(_) => continue,
        };
        ask_columns(request, of, from);
        ask_columns(request, of, until);
    }
}

fn ask_columns(request: &mut Requirements, table: TableId, columns: &[usize]) {
    let wanted = ask_table(request, table);
    for column in columns {
        wanted
            .columns
            .entry(*column)
            .or_insert(Requirement::Optional);
    }
}

fn ask_condition(definitions: &Definitions, request: &mut Requirements, condition: &Condition) {
    match condition {
        Condition::All(parts) | Condition::AnyOf(parts) => {
            for part in parts {
                ask_condition(definitions, request, part);
            }
        }
        Condition::Not(inner) => ask_condition(definitions, request, inner),
        Condition::Codes { field, .. }
        | Condition::Texts { field, .. }
        | Condition::ContainsText { field, .. }
        | Condition::Number { field, .. }
        | Condition::Between { field, .. }
        | Condition::Present(field) => super::ask(definitions, request, *field),
        Condition::Fields { left, right, .. } => {
            super::ask(definitions, request, *left);
            super::ask(definitions, request, *right);
        }
        Condition::Exists(_)
        | Condition::Within { .. }
        | Condition::InState(_)
        | Condition::Happened(_)
        | Condition::Elapsed { .. }
        | Condition::Near { .. }
        | Condition::AtInstants(_)
        | Condition::SoFar(_) => {}
    }
}

const AT: &str = "at";

/// The one of some columns that counts, where a condition holds.
fn bounds_where(
    definitions: &Definitions,
    sources: &TableSources,
    (table, columns): (TableId, &ChosenColumns),
    condition: Option<&Condition>,
) -> Result<Option<Bounds>, Problems> {
    let mut filter = RowFilter::new(definitions);
    let holds = match condition {
        Some(condition) => match filter.expression(condition) {
            Some(holds) => holds,
            None => return Ok(None),
        },
        None => lit(true),
    };
    let mut fields = filter.fields;
    let own = own_columns(table, columns, "column");
    fields.extend(own.iter().cloned());
    let Some(frame) = fields_frame(definitions, sources, table, &fields) else {
        return Ok(None);
    };
    if columns.is_empty() {
        return Ok(Some(Bounds::default()));
    }
    let frame = frame
        .filter(holds)
        .select([chosen(columns.choice, &own).alias(AT)]);
    bounds(sources, frame).map(Some)
}

/// Columns of the files under names of their own: field `i` of a table reads its column `i`.
fn own_columns(table: TableId, columns: &[usize], word: &str) -> Vec<(FieldId, String)> {
    let columns = columns.iter();
    let named = columns.map(|column| {
        let field = FieldId {
            table,
            field: *column,
        };
        (field, format!("{word} {column}"))
    });
    named.collect()
}

fn chosen(choice: Choice, columns: &[(FieldId, String)]) -> Expr {
    let mut names = columns.iter().map(|(_, name)| col(name.as_str()));
    let first = names.next().expect("an instant has a column");
    names.fold(first, |left, right| {
        let counts = match choice {
            Choice::First => lit(true),
            Choice::Earliest => left.clone().lt_eq(right.clone()),
            Choice::Latest => left.clone().gt_eq(right.clone()),
        };
        let is_left = right.clone().is_null().or(counts);
        when(left.clone().is_not_null().and(is_left))
            .then(left)
            .otherwise(right)
    })
}

/// How many instants of a frame are there, and between which they lie.
fn bounds(sources: &TableSources, frame: LazyFrame) -> Result<Bounds, Problems> {
    let at = || col(AT);
    let figures = frame.select([
        at().count()
            .cast(polars::prelude::DataType::Int64)
            .alias("rows"),
        at().min().alias("first"),
        at().max().alias("last"),
    ]);
    cancellation::listen();
    let found = sources.run(|| figures.collect_with_engine(Engine::Streaming))?;
    let found = found.unwrap_single();
    let figure = |name: &str| found.column(name).ok()?.i64().ok()?.get(0);
    Ok(Bounds {
        rows: figure("rows").unwrap_or(0) as u64,
        first: figure("first"),
        last: figure("last"),
    })
}

/// For each row of a table the latest value over its rows in an interval table, missing while one of
/// those has begun and not ended (rule S35).
fn last_of(
    definitions: &Definitions,
    sources: &TableSources,
    table: TableId,
    (of, column): (TableId, usize),
) -> Result<Option<Bounds>, Problems> {
    let parents = &definitions.table(of).parents;
    let link = parents.iter().find(|parent| parent.table == table);
    let (Some(link), Some(key)) = (link, definitions.table(table).key) else {
        return Ok(None);
    };
    let end = own_columns(of, &[column], "end");
    let starts = definitions.table(table).interval_starts(of);
    let starts = starts.map(|starts| own_columns(of, starts, "start"));
    let link = own_columns(of, &[link.column], "link");
    let key = own_columns(table, &[key], "key");
    let fields = [&end[..], starts.as_deref().unwrap_or(&[]), &link].concat();
    let (Some(intervals), Some(rows)) = (
        fields_frame(definitions, sources, of, &fields),
        fields_frame(definitions, sources, table, &key),
    ) else {
        return Ok(None);
    };
    let has_begun = match starts {
        Some(starts) if starts.is_empty() => lit(false),
        Some(starts) => chosen(Choice::First, &starts).is_not_null(),
        None => lit(true),
    };
    let at = || chosen(Choice::First, &end);
    let (link, key) = (col(link[0].1.as_str()), col(key[0].1.as_str()));
    let latest = when(at().null_count().gt(lit(0)))
        .then(lit(NULL))
        .otherwise(at().max());
    let frame = intervals
        .filter(at().is_not_null().or(has_begun))
        .join(rows, [link.clone()], [key], JoinArgs::new(JoinType::Inner))
        .group_by([link])
        .agg([latest.alias(AT)]);
    bounds(sources, frame).map(Some)
}
