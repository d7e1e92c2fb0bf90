//! Which rows a measure counts, with the columns it reads.

use super::Paragraph;
use super::conditions::{condition, name};
use super::formulas;
use super::meanings::meanings;
use super::time::{bounds, instant};
use crate::base::types::{Choice, StockMoment};
use crate::lang::model::{
    Bands, Calendar, ChosenColumns, ChosenEvent, Definitions, EventId, EventSource, Field, FieldId,
    FieldSource, GroupKey, ListColumn, Measure, Measured, Population, Role, StateId, StateSource,
    Table, TableId,
};
use crate::plan::ends::measured_events;
use crate::plan::{ListWork, Step, TimeBucket};

/// How sentences name the period.
struct When {
    /// `[2026-03-01, 2026-04-01)`
    within: String,
    /// `just before 2026-04-01`
    end: String,
}

impl When {
    /// The bounds of a single slot; several are not written out for every measure.
    fn of(calendar: &Calendar, slots: &[TimeBucket]) -> Self {
        match slots {
            [only] => When {
                within: bounds(calendar, only),
                end: format!("just before {}", instant(calendar, only.end)),
            },
            _ => When {
                within: "the period".to_owned(),
                end: "at the end of the period".to_owned(),
            },
        }
    }
}

/// The rows and the value of one step.
pub(super) fn step(definitions: &Definitions, step: &Step, slots: &[TimeBucket]) -> Paragraph {
    let measure = &step.measure;
    let mut lines = vec![measure.function.summary.to_owned()];
    let when = When::of(&definitions.calendar, slots);
    lines.extend(population_lines(
        definitions,
        &measure.population,
        &when,
        step.moment,
    ));
    lines.extend(value_lines(definitions, measure));
    if let Some(with) = &measure.with {
        lines.push(format!("passing rows: {}", condition(definitions, with)));
        lines.extend(meanings(definitions, with));
    }
    if !step.keys.is_empty() {
        let keys: Vec<String> = step
            .keys
            .iter()
            .map(|key| match key {
                GroupKey::Field(field) => origin(definitions, *field),
                GroupKey::Bands(bands) => {
                    format!("bands of {}: {}", bands.name, bands.labels.join(", "))
                }
            })
            .collect();
        lines.push(format!("grouped by {}", keys.join(", ")));
        lines.extend(step.keys.iter().flat_map(|key| match key {
            GroupKey::Field(_) => Vec::new(),
            GroupKey::Bands(bands) => band_lines(definitions, bands),
        }));
    }
    Paragraph {
        title: formulas::measure(definitions, measure),
        lines,
    }
}

/// What each band is.
fn band_lines(definitions: &Definitions, bands: &Bands) -> Vec<String> {
    let tests = bands.labels.iter().zip(&bands.tests);
    let mut lines: Vec<String> = tests
        .map(|(label, test)| format!("`{label}`: {}", condition(definitions, test)))
        .collect();
    lines.extend(
        bands
            .tests
            .first()
            .into_iter()
            .flat_map(|test| meanings(definitions, test)),
    );
    lines
}

/// The rows of a list.
pub(super) fn list(definitions: &Definitions, work: &ListWork) -> Paragraph {
    let population = &work.list.population;
    let when = When::of(&definitions.calendar, std::slice::from_ref(&work.slot));
    let mut lines = population_lines(definitions, population, &when, StockMoment::End);
    let fields = |fields: &mut dyn Iterator<Item = FieldId>| {
        let names: Vec<String> = fields.map(|field| origin(definitions, field)).collect();
        names.join(", ")
    };
    let shown = work.list.show.iter().map(|column| match column {
        ListColumn::Field(field) => origin(definitions, *field),
        ListColumn::Time { from, to: None, .. } => format!(
            "{}: elapsed time from {} to the instant of the list",
            column.name(definitions),
            end_words(definitions, from, from)
        ),
        ListColumn::Time {
            from, to: Some(to), ..
        } => format!(
            "{}: elapsed time from {} to {}",
            column.name(definitions),
            end_words(definitions, from, to),
            end_words(definitions, to, from)
        ),
    });
    let shown: Vec<String> = shown.collect();
    lines.push(format!("shows {}", shown.join(", ")));
    if !work.list.sort.is_empty() {
        let sorted = fields(&mut work.list.sort.iter().map(|(field, _)| *field));
        lines.push(format!("sorted by {sorted}"));
    }
    if let Some(limit) = work.list.limit {
        lines.push(format!("at most {limit} rows"));
    }
    Paragraph {
        title: format!("list {}", formulas::population(definitions, population)),
        lines,
    }
}

fn population_lines(
    definitions: &Definitions,
    population: &Population,
    when: &When,
    moment: StockMoment,
) -> Vec<String> {
    let table = definitions.table(population.table);
    let rows = match population.role {
        Role::Event(event) => event_rows(definitions, population.table, event, when),
        Role::State(state) => state_rows(definitions, table, state, when, moment),
        Role::Rows => "every row".to_owned(),
    };
    let mut lines = vec![format!("rows of {}: {rows}", table.name)];
    if let Some(filter) = &population.filter {
        lines.push(format!("only where {}", condition(definitions, filter)));
        lines.extend(meanings(definitions, filter));
    }
    if population.including_excluded {
        lines.extend(
            (!table.excludes.is_empty()).then(|| {
                "rows that the table excludes are counted: `including excluded`".to_owned()
            }),
        );
        return lines;
    }
    lines.extend(table.excludes.iter().map(|exclude| {
        let test = condition(definitions, &exclude.filter);
        format!("left out as \"{}\": {test}", exclude.label)
    }));
    lines
}

fn event_rows(definitions: &Definitions, table: TableId, event: usize, when: &When) -> String {
    let id = EventId { table, event };
    let instant = event_instant(definitions, id);
    let event = &definitions.table(table).events[event];
    let mut words = format!("{instant} lies in {}", when.within);
    if let Some(filter) = &event.filter {
        words += &format!(", if {}", condition(definitions, filter));
    }
    words
}

/// What an event is read from, and its own condition: `finished_at (if outcome = success)`.
pub(super) fn event_words(definitions: &Definitions, id: EventId) -> String {
    let instant = event_instant(definitions, id);
    let instant = instant.trim_end_matches(',');
    match &definitions.table(id.table).events[id.event].filter {
        Some(filter) => format!("{instant} (if {})", condition(definitions, filter)),
        None => instant.to_owned(),
    }
}

/// What one end of a time is read from.
pub(super) fn end_words(
    definitions: &Definitions,
    end: &ChosenEvent,
    other: &ChosenEvent,
) -> String {
    let measured = match end == other {
        true => end.events.iter().map(|event| (*event, None)).collect(),
        false => measured_events(definitions, end, other),
    };
    let words = measured.iter().map(|(event, columns)| match columns {
        Some(columns) => first_present(definitions.table(event.table), columns),
        None => event_words(definitions, *event),
    });
    let words: Vec<String> = words.collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    end.choice.written(&words)
}

/// What an event's instant is read from.
fn event_instant(definitions: &Definitions, id: EventId) -> String {
    let table = definitions.table(id.table);
    match &table.events[id.event].source {
        EventSource::Columns(columns) => first_present(table, columns),
        EventSource::LastOf {
            table: intervals,
            column,
        } => {
            let intervals = definitions.table(*intervals);
            format!(
                "the latest {} of its {}, none of them without one,",
                intervals.columns[*column].name, intervals.name
            )
        }
        EventSource::Due(sla) => {
            format!("the due instant of SLA `{}`", definitions.slas[sla.0].name)
        }
        EventSource::Breach(sla) => format!(
            "the due instant of SLA `{}`, if the clock had not stopped by then,",
            definitions.slas[sla.0].name
        ),
    }
}

fn state_rows(
    definitions: &Definitions,
    table: &Table,
    state: usize,
    when: &When,
    moment: StockMoment,
) -> String {
    let instant = match moment {
        StockMoment::End => when.end.clone(),
        StockMoment::Start => format!("at the start of {}", when.within),
        StockMoment::Average => format!("at the end of each day of {}, averaged,", when.within),
        StockMoment::Peak => format!("at the end of each day of {}, the largest,", when.within),
    };
    let time = state_time(definitions, table, state);
    format!("{instant} {time}")
}

/// What a state is read from: `open: found_at is past, closed_at is missing or not yet past`.
pub(super) fn state_words(definitions: &Definitions, id: StateId) -> String {
    let table = definitions.table(id.table);
    let state = &table.states[id.state].name;
    format!("{state}: {}", state_time(definitions, table, id.state))
}

/// When a row is in a state.
fn state_time(definitions: &Definitions, table: &Table, state: usize) -> String {
    match &table.states[state].source {
        StateSource::Columns { from, until } => interval(table, from, until),
        StateSource::Intervals {
            table: intervals,
            from,
            until,
        } => {
            let intervals = definitions.table(*intervals);
            let interval = interval(intervals, from, until);
            format!("one of its {} has {interval}", intervals.name)
        }
        StateSource::Overdue(sla) => format!(
            "due under SLA `{}` and its clock not stopped",
            definitions.slas[sla.0].name
        ),
    }
}

/// Rule S5.
fn interval(table: &Table, from: &ChosenColumns, until: &ChosenColumns) -> String {
    let from = first_present(table, from);
    if until.is_empty() {
        return format!("{from} is past");
    }
    let until = first_present(table, until);
    format!("{from} is past, {until} is missing or not yet past")
}

fn first_present(table: &Table, columns: &ChosenColumns) -> String {
    let names: Vec<&str> = columns
        .iter()
        .map(|column| table.columns[*column].name.as_str())
        .collect();
    match names.as_slice() {
        [only] => (*only).to_owned(),
        _ => match columns.choice {
            Choice::First => format!("the first present of {}", names.join(", ")),
            Choice::Earliest => format!("the earliest of {}", names.join(", ")),
            Choice::Latest => format!("the latest of {}", names.join(", ")),
        },
    }
}

fn value_lines(definitions: &Definitions, measure: &Measure) -> Vec<String> {
    match &measure.value {
        None => Vec::new(),
        Some(Measured::Field(field)) => {
            vec![format!(
                "value: {}; rows without it are left out",
                origin(definitions, *field)
            )]
        }
        Some(Measured::Score(score)) => {
            vec![format!(
                "value: score `{}`",
                definitions.scores[score.0].name
            )]
        }
        Some(Measured::Between { from, to }) => vec![
            format!(
                "value: elapsed time from {} to {}",
                end_words(definitions, from, to),
                end_words(definitions, to, from)
            ),
            "rows whose end lies before their start are left out as data faults".to_owned(),
        ],
        Some(Measured::Since(event)) => vec![format!(
            "value: elapsed time from {} to that instant",
            end_words(definitions, event, event)
        )],
    }
}

/// A field and where it comes from: `team (assets.team by asset_id)`.
pub(super) fn origin(definitions: &Definitions, id: FieldId) -> String {
    let own = name(definitions, id);
    match &definitions.field(id).source {
        FieldSource::Column(_) => own.to_owned(),
        FieldSource::Parent { parent, field } => {
            let table = definitions.table(id.table);
            let link = &table.parents[*parent];
            let of = definitions.table(link.table);
            let from: &Field = &of.fields[*field];
            let by = &table.columns[link.column].name;
            format!("{own} ({}.{} by {by})", of.name, from.name)
        }
        FieldSource::Due(sla) => {
            format!("{own} (SLA `{}`)", definitions.slas[sla.0].name)
        }
        FieldSource::RollUp(_) => match definitions.roll_up(id) {
            Some(roll_up) => {
                let measure = formulas::measure(definitions, &roll_up.measure);
                format!("{own} ({measure}, of each row at each instant)")
            }
            None => own.to_owned(),
        },
    }
}
